"""The template compared with what the functions really ask of the store, request by request."""

import http.client
import math
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from fnmatch import fnmatchcase
from typing import Any

import pytest
from botocore.config import Config

from functions.refresh_pricing import app as refresh_environment
from pricing.aws.signed_client import AwsJson
from pricing.aws.timeouts import ANSWERING, ONE_ATTEMPT, SCHEDULED, Timeouts
from pricing.slack import notices as change_notice
from pricing.slack import settings as slack_settings
from pricing.sources.fetcher import Fetcher
from pricing.store import connect as environment
from tariff.template import resources
from tests.support.permissions import role_of, statements
from tests.support.store_door import StoreDoor, Use, store_door
from tests.support.store_users import COMMANDS, DOINGS, Doing, do
from tests.support.tables import StoreTable, fresh_table

Template = dict[str, Any]
Watch = Callable[..., None]
#: How long tests wait for a store that does not answer, in place of what functions wait.
QUICK_SECONDS = 0.1
#: Of a timeout; the alarms are set there.
WELL_INSIDE = 0.8
#: Seconds that a function needs for itself before, between and after: a cold start with boto3;
#: in addition, long work. Calibration and reports compute, the refresh fetches, and an
#: administrator's change is announced.
ALSO: Mapping[str, float] = {
    "pricing_admin": change_notice.SECONDS,
    "recommend": 12,
    "usage_report": 15,
    "refresh_pricing": Fetcher().total_seconds + refresh_environment.GRACE_SECONDS + 10,
}
COLD_START_SECONDS = 1.5
#: How long AWS's SDK waits, where it is not as long as for an administrator.
SDK: Mapping[str, Timeouts] = {
    "refresh_pricing": SCHEDULED,
    "slack": ONE_ATTEMPT,
    "usage_report": ONE_ATTEMPT,
}
#: A refresh makes some thirty requests, of which each takes the same way out.
EVERY: Mapping[str, int] = {"refresh_pricing": 6}


@pytest.fixture
def door(moto_endpoint: str) -> Iterator[StoreDoor]:
    with store_door(moto_endpoint) as found:
        yield found


@pytest.fixture
def watch(template: Template, moto_endpoint: str, door: StoreDoor) -> Iterator[Watch]:
    """``watch(doing, shut_from)`` lets a function do that, in a table that none has changed."""
    with ExitStack() as tables:
        unchanged: list[StoreTable] = []

        def watched(doing: Doing, shut_from: int | None = None) -> None:
            if not unchanged or door.written:
                unchanged[:] = [tables.enter_context(fresh_table(template, moto_endpoint))]
            door.again(shut_from)
            do(doing, unchanged[0], door)

        yield watched


def function_of(template: Template, folder: str) -> str:
    """The logical id of the function in this folder."""
    (found,) = [
        function_id
        for function_id, function in resources(template, "AWS::Serverless::Function").items()
        if function["Properties"]["CodeUri"] == f"functions/{folder}/"
    ]
    return found


def test_every_function_with_a_table_is_compared_with_the_template(template: Template) -> None:
    folders = {
        function["Properties"]["CodeUri"].split("/")[1]
        for function in resources(template, "AWS::Serverless::Function").values()
    }
    assert folders - DOINGS.keys() == {"site", "golden_check"}


@pytest.mark.parametrize("folder", DOINGS)
def test_a_role_allows_exactly_what_its_function_asks_of_the_store(
    folder: str, template: Template, deployed: Template, door: StoreDoor, watch: Watch
) -> None:
    for doing in DOINGS[folder]:
        watch(doing)

    role = role_of(deployed, function_of(template, folder))
    granted = [
        (action, _keys(statement.document))
        for statement in statements(deployed)
        if statement.owner == role and statement.document["Effect"] == "Allow"
        for action in statement.actions
        if action.startswith("dynamodb:")
    ]
    assert [use for use in sorted(door.uses) if not _allowed(use, granted)] == []
    assert {action for action, _ in granted} == {use.action for use in door.uses}


@pytest.mark.parametrize("folder", DOINGS)
def test_a_function_answers_well_inside_its_timeout_whenever_the_store_begins_to_hang(
    folder: str,
    template: Template,
    deployed: Template,
    door: StoreDoor,
    watch: Watch,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(AwsJson, "_connect", _impatient_connection)
    monkeypatch.setattr(Timeouts, "config", _impatient_config)
    waits = []
    for doing in DOINGS[folder]:
        for answered in range(0, 1000, EVERY.get(folder, 1)):
            watch(doing, answered)
            if not door.hung:
                break
            waits.append(_waited(folder, door.hung))

    seconds = COLD_START_SECONDS + ALSO.get(folder, 0) + max(waits)
    function = deployed["Resources"][function_of(template, folder)]
    assert seconds <= WELL_INSIDE * function["Properties"]["Timeout"]


def _impatient_connection(client: AwsJson) -> http.client.HTTPConnection:
    return http.client.HTTPConnection(client._url.netloc, timeout=QUICK_SECONDS)


def _impatient_config(timeouts: Timeouts) -> Config:
    return Config(
        connect_timeout=1,
        read_timeout=QUICK_SECONDS,
        retries={"total_max_attempts": timeouts.attempts},
    )


def _waited(folder: str, hung: list[str]) -> float:
    """How long a function would have waited for these requests, in seconds."""
    sdk = SDK.get(folder, ANSWERING)
    by_the_sdk = sum("Boto3" in agent for agent in hung)
    calls = math.ceil(by_the_sdk / sdk.attempts)
    read = max(environment.STORE_TIMEOUT_SECONDS, slack_settings.ACKNOWLEDGING_SECONDS)
    return calls * sdk.worst_seconds + (len(hung) - by_the_sdk) * read


def test_slack_is_answered_in_its_three_seconds_though_the_store_hangs(
    door: StoreDoor, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(AwsJson, "_connect", _impatient_connection)
    for doing in COMMANDS:
        for answered in range(3):
            watch(doing, answered)
            assert len(door.hung) * slack_settings.ACKNOWLEDGING_SECONDS < 3


def _keys(statement: dict[str, Any]) -> list[str]:
    """The patterns of the partition keys that a statement is about; all of them without any."""
    keys = statement.get("Condition", {}).get("ForAllValues:StringLike", {})
    patterns: list[str] = keys.get("dynamodb:LeadingKeys", ["*"])
    return patterns


def _allowed(use: Use, granted: list[tuple[str, list[str]]]) -> bool:
    return any(
        action == use.action and any(fnmatchcase(use.partition, one) for one in keys)
        for action, keys in granted
    )
