"""Refreshes from lists that are wrong in every way: nothing of it becomes active."""

import json
from collections.abc import Iterator

import pytest

from pricing.errors import TariffError
from pricing.jsonio import digest
from pricing.refresh.memory import Memory
from tests.slow.corrupt_refreshes.lists import OLD_COPY, SOURCES, old_copy, runs, spoiled
from tests.support.price_server import Answer
from tests.support.refreshing import Refreshing, excerpt, refreshing
from tests.support.tables import fresh_table

RUNS = [pytest.param(case, source, id=f"{case} ({source})") for case, source in runs()]


@pytest.fixture(scope="module")
def refreshes(template: dict[str, object], moto_endpoint: str) -> Iterator[Refreshing]:
    """One table for all: no case may leave a trace that the next one could trip over."""
    with fresh_table(template, moto_endpoint) as table, refreshing(table) as found:
        yield found


@pytest.mark.parametrize(("case", "source"), RUNS)
def test_nothing_of_a_corrupt_refresh_becomes_active(
    refreshes: Refreshing, case: str, source: str, capsys: pytest.CaptureFixture[str]
) -> None:
    before, head = refreshes.active().id, refreshes.ledger.audit_head()
    for name in SOURCES if source == "both" else (source,):
        refreshes.serve(name, spoiled(case, name, excerpt(name)))
    if case == OLD_COPY:
        hashes = {n: (digest(old_copy(excerpt(n))), digest(excerpt(n))) for n in SOURCES}
        refreshes.remember(Memory(seen=hashes))

    try:
        refreshes.run(TARIFF_FETCH_SECONDS="2")
    except TariffError:
        assert case == "all sources down"  # raised so that Lambda tries the event again
    finally:
        refreshes.sound()
        refreshes.remember(Memory())

    assert refreshes.active().id == before
    assert len([row for row in refreshes.outcomes() if row.number > head.number]) == 1
    line = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert line["_aws"]["CloudWatchMetrics"][0]["Namespace"] == "Tariff"
    assert {"refresh_failed", "prices_waiting", "sources_failed"} <= line.keys()


def test_at_least_45_corrupt_refreshes_are_tried() -> None:
    assert len(RUNS) >= 45


def test_the_sound_lists_that_the_cases_are_made_from_change_nothing(refreshes: Refreshing) -> None:
    before = refreshes.active().id

    assert refreshes.run()["outcome"] == "refreshed"
    assert refreshes.active().id == before
    assert refreshes.ledger.audit_rows()[-1].details["changed"] == 0


def test_a_change_that_is_sound_would_have_become_active(
    template: dict[str, object], moto_endpoint: str
) -> None:
    with fresh_table(template, moto_endpoint) as table, refreshing(table) as found:
        document = json.loads(excerpt("genai-prices"))
        provider = next(one for one in document if one["id"] == "mistral")
        model = next(one for one in provider["models"] if one["id"] == "devstral-small")
        model["prices"]["input_mtok"] = round(model["prices"]["input_mtok"] * 1.2, 6)
        found.serve("genai-prices", Answer(json.dumps(document).encode()))
        assert found.run()["changed"] == 2  # the model, and a name of the same price
