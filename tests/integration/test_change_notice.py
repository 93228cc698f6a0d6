"""Slack is notified of what an administrator activates; a failed notice changes nothing else."""

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from unittest import mock

import pytest
from aws_lambda_powertools.utilities.idempotency import DynamoDBPersistenceLayer
from botocore.exceptions import EndpointConnectionError

from pricing.errors import StoreUnavailable
from pricing.slack import delivery as slack_webhook
from pricing.slack import notices as change_notice
from pricing.slack.delivery import WebhookFailed
from pricing.store import bundled
from pricing.store.ledger import Ledger
from pricing.versions.proposals import Proposal
from tests.support.books import BY, PLAIN, RATES, WAITING, book, row
from tests.support.handlers import Event, Logged
from tests.support.tables import StoreTable
from tests.support.version_pages import LIST, Pages

NOW = datetime(2026, 11, 28, tzinfo=UTC)
PARAMETER = "TARIFF_NOTICE_PARAMETER"
HOOK = "https://hooks.slack.com/services/T/B/secret"
CANCELLATIONS = "/v1/pricing/cancellations"


class Channel:
    """Where the notices arrive; ``fails`` is raised instead of taking one."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.asked = 0
        self.fails: BaseException | None = None
        self.arrived = threading.Event()
        self.opens = threading.Event()
        self.opens.set()

    def post(self, url: str, text: str) -> None:
        self.asked += 1
        assert url == HOOK
        self.arrived.set()
        self.opens.wait(10)
        if self.fails is not None:
            raise self.fails
        self.texts.append(text)


@pytest.fixture
def channel() -> Iterator[Channel]:
    found = Channel()
    with (
        mock.patch.object(slack_webhook, "webhook_url", return_value=HOOK),
        mock.patch.object(slack_webhook, "post", found.post),
    ):
        yield found
    found.opens.set()


def costing(usd: str) -> list[dict[str, Any]]:
    now = {"standard": {"rates": {**RATES, "input": usd}}}
    rise = {"standard": {"rates": {**RATES, "input": "9"}}}
    periods = [
        {"source": "list", "lists": now, "to": "2999-01-01"},
        {"source": "list", "lists": rise, "from": "2999-01-01"},
    ]
    return [row("rocket", prices=periods)]


@pytest.fixture
def quiet(moto_table: StoreTable, event: Event) -> Iterator[Pages]:
    """v1 is active and v2 has pending prices, in a deployment without a webhook."""
    client: Any = moto_table.client
    ledger = Ledger(moto_table.name, client, client)
    ledger.propose(book("v1", costing("3")), proposal=PLAIN)
    ledger.activate("v1", expected_revision=0, **BY)
    ledger.propose(
        book("v2", costing("40")), proposal=Proposal("refresh", "refresh", {}, (WAITING,))
    )
    with mock.patch.dict("os.environ", {**moto_table.environment(), PARAMETER: ""}):
        yield Pages(ledger, event)


@pytest.fixture
def pages(quiet: Pages) -> Iterator[Pages]:
    """The same where a webhook is configured."""
    with mock.patch.dict("os.environ", {PARAMETER: "/tariff/notices"}):
        yield quiet


def cancel(pages: Pages, revision: int) -> Any:
    return pages.admin(
        CANCELLATIONS, model="acme/rocket", starts="2999-01-01", expected_revision=revision
    )


def test_approving_rolling_back_and_cancelling_are_announced(
    pages: Pages, channel: Channel
) -> None:
    assert pages.decide("v2", "activate", expected_revision=1).status == 200
    assert pages.decide("v1", "activate", expected_revision=2).status == 200
    assert cancel(pages, 3).status == 200
    approved, back, cancelled = (text.splitlines() for text in channel.texts)
    assert approved == [
        "*Prices changed* by oncall, to version `v2`, from `v1`",
        "Reason: so",
        "• acme/rocket: standard input $3.00 → $40.00",
    ]
    assert back[0].endswith("to version `v1`, from `v2`")
    assert back[2] == "• acme/rocket: standard input $40.00 → $3.00"
    assert cancelled[2].endswith("$9.00 → $3.00")


def test_a_bundled_version_is_announced_like_any_other(pages: Pages, channel: Channel) -> None:
    assert pages.decide("lesson-2025", "activate", expected_revision=1).status == 200
    (text,) = channel.texts
    assert "version `lesson-2025`" in text
    assert "Removed: acme/rocket" in text


def test_nothing_is_announced_without_a_webhook(quiet: Pages, channel: Channel) -> None:
    assert quiet.decide("v2", "activate", expected_revision=1).status == 200
    assert cancel(quiet, 2).status == 200
    assert channel.asked == 0


def test_what_was_refused_or_activates_nothing_is_not_announced(
    pages: Pages, channel: Channel
) -> None:
    assert pages.decide("v2", "activate", expected_revision=7).status == 409
    assert pages.decide("v1", "activate", expected_revision=1).status == 409
    assert pages.decide("v9", "activate", expected_revision=1).status == 404
    assert cancel(pages, 9).status == 409
    assert pages.decide("v2", "reject").status == 200
    assert channel.asked == 0


def test_a_repeated_key_is_announced_once(pages: Pages, channel: Channel) -> None:
    answers = [pages.decide("v2", "activate", key="k1", expected_revision=1) for _ in range(2)]
    assert answers[0].body == answers[1].body
    assert len(channel.texts) == 1


def test_an_activation_is_announced_although_its_answer_could_not_be_kept(
    pages: Pages, channel: Channel
) -> None:
    lost = EndpointConnectionError(endpoint_url="dynamodb")
    with mock.patch.object(DynamoDBPersistenceLayer, "_update_record", side_effect=lost):
        assert pages.decide("v2", "activate", key="k1", expected_revision=1).status == 503
    assert len(channel.texts) == 1


@pytest.mark.parametrize(
    "error",
    [WebhookFailed("status 500"), ValueError(f"cannot read {HOOK}"), StoreUnavailable("lost")],
)
def test_a_notice_that_fails_changes_nothing_else_and_is_a_line_in_the_log(
    pages: Pages, channel: Channel, logged: Logged, error: Exception
) -> None:
    channel.fails = error
    answer = pages.decide("v2", "activate", key="k1", expected_revision=1)
    again = pages.decide("v2", "activate", key="k1", expected_revision=1)
    assert (answer.status, answer.body["revision"]) == (200, 2)
    assert again.body == answer.body
    assert pages.get(LIST).body["active"] == "v2"
    (line,) = (line for line in logged() if "audit" not in line)
    assert line["notice_failed"]
    assert line["correlation_id"]  # of the request, though it is posted on another thread
    assert "secret" not in json.dumps(line)


def test_a_version_that_cannot_be_read_for_its_notice_is_active_nevertheless(
    pages: Pages, channel: Channel, logged: Logged
) -> None:
    with mock.patch(
        "pricing.store.repository.Repository.get", side_effect=StoreUnavailable("lost")
    ):
        assert pages.decide("v2", "activate", expected_revision=1).status == 200
    assert channel.asked == 0
    failed = [line["notice_failed"] for line in logged() if "audit" not in line]
    assert failed == ["lost"]


@pytest.mark.usefixtures("pages")
def test_an_administrator_does_not_wait_for_a_slack_that_does_not_answer(
    channel: Channel, logged: Logged
) -> None:
    channel.opens.clear()
    change = change_notice.Activation("v1", bundled.current_id(), "ann", "so", NOW)
    change_notice.announce(change, seconds=0.01)
    assert [line["notice_failed"] for line in logged()] == ["TimedOut"]
    assert channel.arrived.wait(10)  # it is Slack that is waited for
    assert channel.texts == []


def test_an_administrator_waits_a_few_seconds_at_most(pages: Pages) -> None:
    with mock.patch.object(change_notice, "Thread") as thread:
        thread.return_value.is_alive.return_value = True
        assert pages.decide("v2", "activate", expected_revision=1).status == 200
    ((waited,),) = (call.args for call in thread.return_value.join.call_args_list)
    assert 0 < waited <= 3
    assert thread.call_args.kwargs["daemon"] is True
