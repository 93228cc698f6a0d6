"""The refresh through its handler: which changes become active, which are held, what is stored."""

import json
import zlib
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from unittest import mock

import pytest

from pricing.catalogue.price_book import PriceBook, provenance
from pricing.errors import StoreUnavailable, TariffError
from pricing.slack import delivery as slack_webhook
from pricing.slack.delivery import WebhookFailed
from pricing.store import bundled
from pricing.store.books import Books
from pricing.store.ledger import Ledger
from pricing.store.rates import StoredRates
from pricing.store.refresh_state import MEMORY_KEY, RefreshStore
from pricing.timestamps import AsOf
from tests.slow.corrupt_refreshes.lists import SOURCES
from tests.support.handlers import Event, Logged
from tests.support.price_server import Answer
from tests.support.refreshing import EVENT, Refreshing, excerpt, excerpt_book, refreshing
from tests.support.tables import StoreTable

MODEL = "devstral-small"
AUDIO = "gpt-audio"


def genai(change: Callable[[dict[str, Any]], None]) -> Answer:
    """genai-prices with its models changed, by name."""
    document = json.loads(excerpt("genai-prices"))
    change({model["id"]: model for provider in document for model in provider["models"]})
    return Answer(json.dumps(document).encode())


def raised(models: dict[str, Any]) -> None:
    models[MODEL]["prices"]["input_mtok"] = 0.12  # from 0.1: accepted


def quadrupled(models: dict[str, Any]) -> None:
    models["codestral-2508"]["prices"]["output_mtok"] *= 4  # quoted by one source: held


def price(found: Refreshing) -> str:
    period = found.active().model(f"mistral/{MODEL}").prices[-1]
    return str(period.lists["standard"].rates["input"])


def test_an_accepted_change_becomes_active_from_the_scheduled_instant_on(
    refreshes: Refreshing, event: Event
) -> None:
    refreshes.serve("genai-prices", genai(raised))

    answer = refreshes.run(event("refresh_pricing"))

    assert answer["outcome"] == "refreshed"
    book = refreshes.active()
    assert book.id == answer["active"]
    assert book.id.startswith("2026-11-24.")
    before, after = book.model(f"mistral/{MODEL}").prices[-2:]
    assert before.end == after.start
    assert str(after.start) == "2026-11-24 03:00:00+00:00"
    assert [str(p.lists["standard"].rates["input"]) for p in (before, after)] == ["0.1", "0.12"]


def test_the_new_version_names_the_answers_it_was_made_from(refreshes: Refreshing) -> None:
    refreshes.serve("genai-prices", genai(raised))
    refreshes.run()
    named = {e["source"]: e for e in refreshes.active().provenance if "source" in e}
    assert named.keys() == {*SOURCES}
    assert all(
        {"url", "retrieved_at", "etag", "sha256"} <= entry.keys() for entry in named.values()
    )


def test_a_duplicated_event_makes_no_second_version(refreshes: Refreshing) -> None:
    refreshes.serve("genai-prices", genai(raised))
    first = refreshes.run()
    versions, pointer = [one.id for one in refreshes.ledger.versions()], refreshes.ledger.active()

    assert refreshes.run()["active"] == first["active"]
    assert [one.id for one in refreshes.ledger.versions()] == versions
    assert refreshes.ledger.active() == pointer


def test_the_next_day_without_changes_makes_no_version(refreshes: Refreshing) -> None:
    refreshes.run()
    versions = [one.id for one in refreshes.ledger.versions()]
    refreshes.run({"scheduled_time": "2026-11-25T03:00:00Z"})
    assert [one.id for one in refreshes.ledger.versions()] == versions


def test_a_refresh_that_changes_nothing_renews_when_the_prices_were_checked(
    refreshes: Refreshing,
) -> None:
    """A day on which a list did not answer does not count: not everything was compared."""
    refreshes.run({"scheduled_time": "2026-12-02T03:00:00Z"})
    refreshes.serve("litellm", Answer(b"", 503))
    refreshes.run({"scheduled_time": "2026-12-03T03:00:00Z"})
    now = datetime(2026, 12, 3, 4, tzinfo=UTC)
    in_force = Books(refreshes.ledger).in_force("active", now)
    pricing = provenance(in_force, AsOf.now(now))
    assert pricing.prices_checked_at == "2026-12-02T03:00:00Z"


@pytest.mark.parametrize(
    ("scheduled", "clock", "refused"),
    [
        ("2026-11-19T03:00:00Z", "2026-11-24T03:00:00Z", True),  # sent again from the queue
        ("2026-11-24T03:00:00Z", "2026-11-24T04:00:00Z", False),  # an hour late
        ("2026-11-24T03:00:00Z", "2026-11-24T04:00:01Z", True),
        ("2026-11-24T05:00:01Z", "2026-11-24T04:00:00Z", True),  # an hour ahead
        ("2026-11-22T23:59:59Z", "2026-11-22T23:59:59Z", True),  # before the active version
        ("2026-11-23T00:00:00Z", "2026-11-23T00:00:00Z", False),
    ],
)
def test_prices_are_never_dated_back(
    refreshes: Refreshing, scheduled: str, clock: str, refused: bool
) -> None:
    """An event of another day would price days anew that have been reported already."""
    refreshes.serve("genai-prices", genai(raised))
    before = refreshes.ledger.active()
    answer = refreshes.run({"scheduled_time": scheduled}, at=clock)
    assert (answer["outcome"] == "failed") is refused
    assert (refreshes.ledger.active() == before) is refused
    assert refreshes.outcomes()[-1].action == ("refresh_failed" if refused else "refresh")


@pytest.mark.parametrize(
    "scheduled", ["<aws.scheduler.scheduled-time>", None, "0001-01-01T00:00:00+14:00"]
)
def test_an_event_without_a_time_that_there_can_be_is_of_now(
    refreshes: Refreshing, scheduled: str | None
) -> None:
    refreshes.serve("genai-prices", genai(raised))
    done = refreshes.run({"scheduled_time": scheduled}, at=EVENT["scheduled_time"])
    assert done["outcome"] == "refreshed"
    assert refreshes.active().published_at == EVENT["scheduled_time"]


def test_held_changes_are_stored_next_to_accepted_ones(refreshes: Refreshing) -> None:
    def both(models: dict[str, Any]) -> None:
        raised(models)
        quadrupled(models)

    refreshes.serve("genai-prices", genai(both))
    refreshes.run()

    assert price(refreshes) == "0.12"
    (held,) = [one.id for one in refreshes.ledger.versions() if "-held-" in one.id]
    assert held.startswith(refreshes.active().id)
    row = refreshes.ledger.audit_rows()[-1]
    assert row.details["held_version"] == held
    waiting = {one["code"] for one in row.details["quarantined"]}
    assert "change_over_25_percent" in waiting
    assert all(one["reason"] for one in row.details["quarantined"])


def test_a_price_that_was_rolled_back_is_not_activated_again(refreshes: Refreshing) -> None:
    refreshes.serve("genai-prices", genai(raised))
    refreshes.run()
    pointer = refreshes.ledger.active()
    assert pointer
    refreshes.ledger.activate(
        "2026-11-23.excerpt", expected_revision=pointer.revision, actor="ada", reason="too early"
    )

    answer = refreshes.run({"scheduled_time": "2026-11-25T03:00:00Z"})

    assert (answer["active"], answer["changed"]) == ("2026-11-23.excerpt", 0)
    assert price(refreshes) == "0.1"
    assert answer["waiting"] > 0


@pytest.mark.parametrize("is_asked", [True, False])
def test_openrouters_recorded_answer_confirms_prices_of_what_it_resells(
    is_asked: bool, moto_table: StoreTable
) -> None:
    """GPT Audio, as if it had cost $1.5: genai-prices says 2.5, and OpenRouter sells it so."""
    document = json.loads(excerpt_book().to_json())
    (row,) = [one for one in document["models"] if one["id"] == AUDIO]
    row["prices"][-1]["lists"]["standard"]["rates"]["input"] = "1.5"
    listed = json.loads(excerpt("litellm"))
    for name in (AUDIO, *row["aliases"]):
        listed[name]["input_cost_per_token"] = 1.5e-06

    with refreshing(moto_table, book=PriceBook.from_document(document)) as found:
        found.serve("litellm", Answer(json.dumps(listed).encode()))
        found.serve("openrouter", Answer(excerpt("openrouter")))
        url = found.server.url_of("/openrouter") if is_asked else ""
        answer = found.run(TARIFF_SOURCE_OPENROUTER=url)
        latest = found.active().model(f"openai/{AUDIO}").prices[-1]
        details = found.outcomes()[-1].details

    assert answer["outcome"] == "refreshed"
    assert details["failures"] == {}
    sources = {one["source"] for one in details["sources"]}
    changes = [one["sources"] for one in details["changes"] if one["model"] == f"openai/{AUDIO}"]
    waiting = [one["code"] for one in details["quarantined"] if one["model"] == AUDIO]
    if is_asked:
        assert sources == {*SOURCES, "openrouter"}
        assert str(latest.lists["standard"].rates["input"]) == "2.5"
        assert (changes, waiting) == ([["genai-prices", "openrouter"]], [])
    else:
        assert sources == {*SOURCES}
        assert str(latest.lists["standard"].rates["input"]) == "1.5"
        assert (changes, waiting) == ([], ["change_over_25_percent"])


def test_pending_changes_are_not_proposed_again_every_day(refreshes: Refreshing) -> None:
    refreshes.serve("genai-prices", genai(quadrupled))
    for day in (24, 25, 26):
        refreshes.run({"scheduled_time": f"2026-11-{day}T03:00:00Z"})
    assert len([one for one in refreshes.ledger.versions() if "-held-" in one.id]) == 1
    assert price(refreshes) == "0.1"


def test_one_list_that_is_down_changes_nothing_of_its_models_and_does_not_count_as_success(
    refreshes: Refreshing, capsys: pytest.CaptureFixture[str]
) -> None:
    refreshes.serve("litellm", Answer(b"no", status=404))
    before = refreshes.ledger.active()
    assert refreshes.run()["outcome"] == "partial"
    assert refreshes.ledger.active() == before
    line = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (line["refresh_succeeded"], line["sources_failed"]) == (0, 1)


def test_a_failed_refresh_touches_nothing_but_the_audit(
    refreshes: Refreshing, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in SOURCES:
        refreshes.serve(name, Answer(b"<html>", headers={"Content-Type": "text/html"}))
    before, versions = refreshes.ledger.active(), [one.id for one in refreshes.ledger.versions()]

    with pytest.raises(TariffError):
        refreshes.run()

    assert refreshes.ledger.active() == before
    assert [one.id for one in refreshes.ledger.versions()] == versions
    assert refreshes.ledger.audit_rows()[-1].action == "refresh_failed"
    assert refreshes.ledger.audit_rows()[-1].details["failures"].keys() == {*SOURCES}
    line = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (line["refresh_failed"], line["refresh_succeeded"]) == (1, 0)


def test_a_model_that_is_gone_for_a_week_is_marked_and_keeps_its_price(
    refreshes: Refreshing,
) -> None:
    def gone(source: str) -> Answer:
        document = json.loads(excerpt(source))
        if source == "litellm":
            left = {k: v for k, v in document.items() if "codestral-2508" not in k}
            return Answer(json.dumps(left).encode())
        for provider in document:
            models = [m for m in provider["models"] if m["id"] != "codestral-2508"]
            provider["models"] = models
        return Answer(json.dumps(document).encode())

    key = "mistral/codestral-2508"
    before = refreshes.active().model(key).prices
    for name in SOURCES:
        refreshes.serve(name, gone(name))
    refreshes.run()
    assert refreshes.active().id == "2026-11-23.excerpt"
    refreshes.run({"scheduled_time": "2026-11-30T03:00:00Z"})
    assert refreshes.active().id == "2026-11-23.excerpt"
    refreshes.run({"scheduled_time": "2026-12-01T03:00:00Z"})
    model = refreshes.active().model(key)
    assert str(model.lifecycle.missing_upstream_since) == "2026-11-24"
    assert model.prices == before


def test_slack_is_told_only_where_it_is_configured(refreshes: Refreshing) -> None:
    refreshes.serve("genai-prices", genai(raised))
    with mock.patch.object(slack_webhook, "post") as told:
        refreshes.run()
    assert told.call_args_list == []


def test_slack_is_told_of_new_prices_and_a_failure_there_changes_nothing(
    refreshes: Refreshing, capsys: pytest.CaptureFixture[str]
) -> None:
    refreshes.serve("genai-prices", genai(raised))
    hook = "https://hooks.slack.com/services/T/B/x"
    with (
        mock.patch.object(slack_webhook, "webhook_url", return_value=hook),
        mock.patch.object(slack_webhook, "post", side_effect=WebhookFailed("no")) as told,
    ):
        answer = refreshes.run(TARIFF_NOTICE_PARAMETER="/tariff/slack")
    assert told.call_args.args[0] == hook
    assert f"mistral/{MODEL}: standard input $0.10 → $0.12" in told.call_args.args[1]
    assert answer["outcome"] == "refreshed"
    line = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (line["refresh_succeeded"], line["notice_failed"]) == (1, 1)
    assert hook not in json.dumps(line)


def test_the_audit_is_a_chain(refreshes: Refreshing) -> None:
    refreshes.run()
    refreshes.run({"scheduled_time": "2026-11-25T03:00:00Z"})
    rows = refreshes.ledger.audit_rows()
    assert [row.number for row in rows] == list(range(1, len(rows) + 1))
    assert rows[0].previous == ""
    assert all(len(row.previous) == 64 for row in rows[1:])


# The exchange rates of the day, which a refresh reads after the prices


def days_of(rates: str) -> list[str]:
    """The days of a stored table, below its header."""
    return [line.partition(",")[0] for line in rates.splitlines() if line[:1].isdigit()]


def central_bank(*days: str, change: Decimal = Decimal(1)) -> Answer:
    """The bank's document: the last bundled day's rates, times ``change``, for each day."""
    known = next(iter(bundled.exchange_rates().days().values()))
    cubes = "".join(
        f"<Cube currency='{name}' rate='{Decimal(rate) * change:.4f}'/>"
        for name, rate in known.items()
        if rate
    )
    return Answer("".join(f"<Cube time='{day}'>{cubes}</Cube>" for day in days).encode())


@pytest.fixture
def with_rates(refreshes: Refreshing) -> Callable[[Answer], dict[str, Any]]:
    """Refresh prices and, from this answer, the exchange rates."""

    def run(answer: Answer) -> dict[str, Any]:
        refreshes.serve("rates", answer)
        return refreshes.run(TARIFF_SOURCE_EXCHANGE_RATES=refreshes.server.url_of("/rates"))

    return run


@pytest.fixture
def stored(moto_table: StoreTable) -> Callable[[], str | None]:
    """The exchange rates in the table."""
    client: Any = moto_table.client
    return lambda: StoredRates(moto_table.name, client, lambda: client).get()


def test_the_days_after_the_bundled_rates_are_stored(
    with_rates: Callable[[Answer], dict[str, Any]], stored: Callable[[], str | None]
) -> None:
    assert stored() is None
    known = next(iter(bundled.exchange_rates().days()))
    assert with_rates(central_bank("2026-12-01", known, "2026-12-02"))["outcome"] == "refreshed"
    assert days_of(stored() or "") == ["2026-12-02", "2026-12-01"]


@pytest.mark.parametrize(
    "answer",
    [
        central_bank("2020-01-02"),  # a day that ships with the code
        central_bank("2026-12-01", change=Decimal(2)),  # no currency moves so much in a day
        Answer(b"<html>The service is not available</html>"),
        Answer(b"no", status=404),
    ],
)
def test_rates_that_are_old_absurd_or_missing_are_not_stored_and_stop_no_refresh(
    with_rates: Callable[[Answer], dict[str, Any]], stored: Callable[[], str | None], answer: Answer
) -> None:
    with_rates(central_bank("2026-12-01"))
    before = stored()
    assert with_rates(answer)["outcome"] == "refreshed"
    assert stored() == before


def test_rates_that_cannot_be_stored_are_a_line_in_the_log(
    with_rates: Callable[[Answer], dict[str, Any]], logged: Logged
) -> None:
    lost = mock.patch.object(StoredRates, "put", side_effect=StoreUnavailable("no answer"))
    with lost:
        assert with_rates(central_bank("2026-12-01"))["outcome"] == "refreshed"
    (line,) = [one for one in logged() if "exchange rates were not" in one["message"]]
    assert line["reason"] == "no answer"


# What is not as a refresh left it


def test_a_pointer_to_a_version_that_is_not_stored_is_a_failure_with_its_reason(
    refreshes: Refreshing,
) -> None:
    with mock.patch.object(Ledger, "get", return_value=None):
        answer = refreshes.run()
    assert answer == {
        "outcome": "failed",
        "reason": "The active pointer names a version that is not stored.",
    }
    assert refreshes.outcomes()[-1].action == "refresh_failed"


def test_a_failure_that_the_audit_cannot_take_is_a_line_in_the_log_and_a_metric(
    refreshes: Refreshing, logged: Logged, capsys: pytest.CaptureFixture[str]
) -> None:
    lost = mock.patch.object(RefreshStore, "fail", side_effect=StoreUnavailable("no answer"))
    with mock.patch.object(Ledger, "get", return_value=None), lost:
        assert refreshes.run()["outcome"] == "failed"
    (line,) = [one for one in logged() if "no row" in one["message"]]
    assert line["reason"] == "no answer"
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["refresh_failed"] == 1


@pytest.mark.parametrize(
    "memory",
    [
        *(5, "x", [], None, {"seen": 5}, {"seen": {"litellm": 5}}, {"seen": {"litellm": [None]}}),
        *({"missing": {f"mistral/{MODEL}": 5}}, {"missing": {f"mistral/{MODEL}": "soon"}}),
        *({"missing": []}, {"old_copies": {"litellm": "often"}}, {"applied": {"a": 5}}),
        *({"moved": {"a": "x"}}, {"moved": {"a": 5}}, {"moved": {"a": "2026-11-23 NaN"}}),
        {"moved": {f"mistral/{MODEL} standard.input": "2026-11-23"}},
        *({"moved": {"a": "2026-11-23 high"}}, {"later": {"a": 5}}, {}),
    ],
)
def test_whatever_an_earlier_refresh_left_a_refresh_ends_with_an_outcome(
    refreshes: Refreshing, moto_table: StoreTable, memory: Any
) -> None:
    client: Any = moto_table.client
    content = {"B": zlib.compress(json.dumps(memory).encode())}
    client.put_item(TableName=moto_table.name, Item={**MEMORY_KEY, "content": content})
    refreshes.serve("genai-prices", genai(raised))
    try:
        outcome = refreshes.run()["outcome"]
    except TariffError:
        outcome = "refused"
    assert refreshes.outcomes()[-1].action == (
        "refresh" if outcome in ("refreshed", "partial") else "refresh_failed"
    )
