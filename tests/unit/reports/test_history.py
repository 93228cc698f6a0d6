"""What a closed period cost stays what it cost, whatever later price versions say."""

import json
import tempfile
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from pricing.catalogue.price_book import BookInForce, PriceBook
from pricing.refresh.candidates import Candidate, Quote
from pricing.refresh.checks import decide
from pricing.reports.generate import report_usage
from pricing.reports.readers.files import write_lines
from pricing.reports.report import Filters, ReportQuery
from pricing.sources.price_tables import table_of
from tests.support.books import document, row

FIRST = datetime(2026, 3, 1, tzinfo=UTC)
#: The period ends here; every refresh comes later.
CLOSED = FIRST + timedelta(days=31)
MODELS = ("rocket", "glider")
SOURCES = ("genai-prices", "litellm")

cents = st.integers(1, 5_000).map(lambda n: str(Decimal(n) / 100))
rates = st.fixed_dictionaries({"input": cents, "output": cents}, optional={"cache_read": cents})
calls = st.fixed_dictionaries(
    {
        "second": st.integers(0, 31 * 86_400 - 1),
        "model": st.sampled_from(MODELS),
        "input": st.integers(0, 10**6),
        "output": st.integers(0, 10**6),
        "read": st.integers(0, 10**6),
        "processing": st.sampled_from(["standard", "batch"]),
    }
)
#: Each refresh: so many minutes after the one before, or after the period's end, with these prices.
refreshes = st.lists(
    st.tuples(st.integers(0, 60 * 24 * 90), st.dictionaries(st.sampled_from(MODELS), rates)),
    min_size=1,
    max_size=4,
)


def first_book(prices: dict[str, Any], raised: int) -> PriceBook:
    """Prices that changed once already, within the period."""
    moment = (FIRST + timedelta(minutes=raised)).strftime("%Y-%m-%dT%H:%M:%S")
    source = ", ".join(f"{one} 2026-03-01" for one in SOURCES)
    rows = []
    for name in MODELS:
        before, now = prices[name]
        periods = [
            {"source": source, "lists": {"standard": {"rates": before}}, "to": moment},
            {"source": source, "lists": {"standard": {"rates": now}}, "from": moment},
        ]
        rows.append(row(name, prices=periods))
    return PriceBook.from_document(document("first", rows))


def refreshed(book: PriceBook, said: dict[str, Any], now: datetime, number: int) -> list[PriceBook]:
    """The version that a refresh activates, and the one that an administrator could approve."""
    rows = json.loads(book.to_json())["models"]
    moment = now.strftime("%Y-%m-%dT%H:%M:%S")
    candidates = []
    for name, new in said.items():
        lists = {"standard": {"rates": new}}
        today = [{"source": ", ".join(f"{one} {moment[:10]}" for one in SOURCES), "lists": lists}]
        quotes = tuple(Quote(source, "acme", name, table_of(lists)) for source in SOURCES)
        candidates.append(Candidate(row(name, prices=today), quotes))
    horizon = (now + timedelta(days=366)).strftime("%Y-%m-%dT%H:%M:%S")
    decision = decide(rows, candidates, moment, horizon)
    return [
        PriceBook.from_document(document(f"v{number}-{kind}", found))
        for kind, found in (("accepted", decision.rows), ("approved", decision.approved_rows))
    ]


def totals(book: PriceBook, records: list[bytes]) -> tuple[Any, ...]:
    """The report's figures of the closed period under one version."""
    with tempfile.TemporaryDirectory() as name:
        file = write_lines(records, Path(name) / "usage.jsonl")
        query = ReportQuery(
            (("day", "model"),), filters=Filters(start=FIRST.date(), end=CLOSED.date())
        )
        in_force = BookInForce(book, "store", stale=False, age_seconds=0)
        found = report_usage(in_force, file, query, Path(name))
    return found.totals, found.groups, found.unpriced, found.records


@settings(max_examples=20)
@given(
    prices=st.fixed_dictionaries({name: st.tuples(rates, rates) for name in MODELS}),
    raised=st.integers(1, 60 * 24 * 31 - 1),
    made=st.lists(calls, min_size=1, max_size=20),
    history=refreshes,
)
def test_later_versions_do_not_move_the_totals_of_a_closed_period(
    prices: dict[str, Any],
    raised: int,
    made: list[dict[str, Any]],
    history: list[tuple[int, dict[str, Any]]],
) -> None:
    records = [
        json.dumps(
            {
                "timestamp": (FIRST + timedelta(seconds=one["second"])).isoformat(),
                "model": one["model"],
                "processing": one["processing"],
                "usage": {
                    "input_tokens": one["input"],
                    "output_tokens": one["output"],
                    "cache_read_input_tokens": one["read"],
                },
            }
        ).encode()
        for one in made
    ]
    active, now = first_book(prices, raised), CLOSED
    expected = totals(active, records)

    for number, (minutes, said) in enumerate(history):
        now += timedelta(minutes=minutes)
        accepted, approved = refreshed(active, said, now, number)
        assert totals(accepted, records) == expected
        assert totals(approved, records) == expected
        active = approved


def test_a_price_that_changed_within_the_period_does_count() -> None:
    """The control: were dates ignored, the property above would hold of wrong totals too."""
    both = ({"input": "1", "output": "1"}, {"input": "2", "output": "2"})
    book = first_book(dict.fromkeys(MODELS, both), 60)
    usage = {"input_tokens": 10**6, "output_tokens": 0}
    records = [
        json.dumps({"timestamp": at, "model": "rocket", "usage": usage}).encode()
        for at in ("2026-03-01T00:59:59Z", "2026-03-01T01:00:00Z")
    ]
    found, *_ = totals(book, records)
    assert found.cost_usd == 3
