"""What functions log: one line of metrics a request, errors of ours, and no word of the caller."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from pricing.api.handler import Call, Route, serve
from pricing.api.request_log import UNITS
from pricing.aws.logs import correlate, logger
from pricing.errors import NotFound, StoreUnavailable
from tariff.template import ROOT
from tests.support.handlers import CONTEXT, REQUEST_ID, Event, Logged, handler
from tests.support.refreshing import refreshing
from tests.support.tables import StoreTable

CANARY = "zugunruhe"
#: Function -> the recorded requests that it is sent here.
REQUESTS = {
    "catalogue": ["catalogue", "catalogue_model"],
    "compare": ["compare"],
    "estimate": ["estimate", "estimate_response", "estimate_text"],
    "plan": ["plan_batch", "plan_caching", "plan_context", "plan_context_prompts"],
    "pricing_admin": ["pricing_admin", "pricing_admin_cancel", "pricing_admin_correct"],
    "recommend": ["recommend", "recommend_cascade", "recommend_tiers"],
    "slack": ["slack_command"],
    "usage_report": ["usage_report"],
    "workload": ["workload"],
}
#: What no function that only reads may load: each costs as much as pydantic, or several times that.
HEAVY = (
    *("boto3", "botocore.session", "botocore.client", "aws_xray_sdk"),
    *(
        f"aws_lambda_powertools.{name}"
        for name in (
            *("event_handler", "utilities.batch", "utilities.data_classes"),
            *("utilities.idempotency", "utilities.parameters", "utilities.parser"),
        )
    ),
)
PROGRAM = """
import json, sys
import app
reply = app.lambda_handler(json.loads(sys.stdin.read()), None)
print(json.dumps([reply, [name for name in json.loads(sys.argv[1]) if name in sys.modules]]))
"""


@pytest.mark.parametrize("function", REQUESTS)
def test_a_request_is_one_line_of_the_same_metrics_in_every_function(
    function: str, event: Event, capsys: pytest.CaptureFixture[str]
) -> None:
    to = handler(function)
    for number, name in enumerate(REQUESTS[function]):
        sent = event(name)
        status = to(sent, CONTEXT)["statusCode"]

        (line,) = [json.loads(text) for text in capsys.readouterr().out.splitlines()]
        (described,) = line.pop("_aws")["CloudWatchMetrics"]
        assert (described["Namespace"], described["Dimensions"]) == (
            "Tariff",
            [["service", "route"]],
        )
        assert {one["Name"]: one["Unit"] for one in described["Metrics"]} == UNITS
        assert (line["route"], line["status"]) == (sent["routeKey"], status)
        assert line["request_id"] == sent["requestContext"]["requestId"]
        assert line["cold_start"] is (number == 0)
        assert line["server_errors"] == int(status >= 500)


def mutations(value: Any) -> Iterator[Any]:
    """The value with the canary in one of its texts or names, for each; of lists, in the first."""
    if isinstance(value, str):
        yield f"{value} {CANARY}"
    elif isinstance(value, list):
        for changed in mutations(value[0]) if value else ():
            yield [changed, *value[1:]]
    elif isinstance(value, dict):
        for name, member in value.items():
            for changed in mutations(member):
                yield {**value, name: changed}
        yield {**value, CANARY: 1}


@pytest.mark.parametrize("function", sorted(REQUESTS.keys() - {"catalogue", "slack"}))
def test_no_text_of_a_body_reaches_a_log(
    function: str, event: Event, capsys: pytest.CaptureFixture[str], logged: Logged
) -> None:
    to, statuses = handler(function), set()
    for name in REQUESTS[function]:
        sent = event(name)
        for body in mutations(json.loads(sent["body"])):
            statuses.add(to({**sent, "body": json.dumps(body)}, None)["statusCode"])

    printed = capsys.readouterr()
    assert len(printed.out.splitlines()) > len(REQUESTS[function])
    assert CANARY not in printed.out + printed.err + json.dumps(logged())
    assert 422 in statuses


def answering(error: Exception | None) -> Callable[..., dict[str, Any]]:
    """A function whose one route raises the error, or answers."""

    def respond(_request: None, call: Call) -> Any:
        if error is not None:
            raise error
        return {"at": call.now.isoformat()}

    return serve(Route("GET", "/x", respond, answer=dict, summary="x"))


def asked(request_id: str = "request-1") -> dict[str, Any]:
    return {
        "routeKey": "GET /x",
        "rawPath": "/x",
        "headers": {},
        "requestContext": {"requestId": request_id},
    }


def test_an_unexpected_error_is_logged_by_its_name_and_place_and_not_in_its_words(
    capsys: pytest.CaptureFixture[str], logged: Logged
) -> None:
    reply = answering(ValueError(f"cannot read {CANARY}"))(asked(), None)

    (error,) = logged()
    assert (error["level"], error["problem"]) == ("ERROR", "ValueError")
    assert error["correlation_id"] == "request-1" == reply["headers"]["x-request-id"]
    assert error["frames"][-1].endswith(" respond")
    line = json.loads(capsys.readouterr().out)
    assert (line["problem"], line["server_errors"]) == ("ValueError", 1)
    assert CANARY not in json.dumps([reply, error, line])


def test_a_store_that_is_down_is_logged_with_its_error(logged: Logged) -> None:
    answering(StoreUnavailable("Try again.", cause="400 AccessDeniedException"))(asked(), None)

    (error,) = logged()
    assert (error["problem"], error["cause"]) == ("StoreUnavailable", "400 AccessDeniedException")


@pytest.mark.parametrize("error", [None, NotFound("There is no such model.")])
def test_a_callers_error_has_no_line_of_its_own(
    error: Exception | None, logged: Logged, capsys: pytest.CaptureFixture[str]
) -> None:
    answering(error)(asked(), None)

    assert logged() == []
    assert json.loads(capsys.readouterr().out).get("problem") == (error and "NotFound")


def test_lines_of_two_requests_at_once_name_each_its_own(logged: Logged) -> None:
    begun = threading.Barrier(2)

    def answer(request_id: str) -> None:
        correlate(request_id)
        begun.wait(10)
        logger.info(request_id)

    threads = [threading.Thread(target=answer, args=(name,)) for name in ("one", "two")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    lines = [(line["message"], line["correlation_id"]) for line in logged()]
    assert sorted(lines) == [("one", "one"), ("two", "two")]


def test_a_refresh_tells_its_story_under_one_id(moto_table: StoreTable, logged: Logged) -> None:
    with refreshing(moto_table) as found:
        found.run()

    fetched, done = (line for line in logged() if "audit" not in line)
    assert {line["correlation_id"] for line in (fetched, done)} == {REQUEST_ID}
    assert fetched["message"] == "The price lists were fetched."
    assert {source["source"] for source in fetched["sources"]} == {"genai-prices", "litellm"}
    assert fetched["failures"] == {}
    assert done["message"].startswith("0 prices changed")


def test_a_refresh_that_cannot_be_used_says_why(moto_table: StoreTable, logged: Logged) -> None:
    with refreshing(moto_table) as found, pytest.raises(Exception, match="No public price list"):
        found.run(TARIFF_SOURCE_GENAI_PRICES="", TARIFF_SOURCE_LITELLM="")

    (error,) = [line for line in logged() if line["level"] == "ERROR"]
    assert error["message"] == "The refresh could not be used."
    assert error["reason"].startswith("No public price list")


def test_a_line_has_the_level_the_moment_and_the_service(logged: Logged) -> None:
    before = datetime.now(UTC)
    logger.warning("It is late.", extra={"minutes": 5})

    (line,) = logged()
    assert (line["level"], line["message"], line["minutes"]) == ("WARNING", "It is late.", 5)
    assert line["service"] == "tariff"
    assert abs((datetime.fromisoformat(line["timestamp"]) - before).total_seconds()) < 60


@pytest.mark.parametrize("function", sorted(REQUESTS.keys() - {"pricing_admin", "slack"}))
def test_a_function_that_only_reads_imports_neither_an_sdk_nor_a_resolver(
    function: str, event: Event
) -> None:
    kept = {name: text for name, text in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, json.dumps(HEAVY)],
        input=json.dumps(event(REQUESTS[function][0])),
        env=kept,
        cwd=ROOT / "functions" / function,
        check=True,
        capture_output=True,
        text=True,
    )
    reply, imported = json.loads(done.stdout.splitlines()[-1])
    assert (reply["statusCode"], imported) == (200, [])
