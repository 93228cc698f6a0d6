"""What changed since a moment comes in pages: nothing is repeated, lost, or over a page's limit."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from pricing.jsonio import to_json
from pricing.timestamps import AsOf, rfc3339
from pricing.versions.audit import AuditRow, Entry, Head, chained
from pricing.versions.views import PriceChanges, VersionStoreView, changes_since
from tests.support.books import book, row

DAYS = [datetime(2026, 11, day, tzinfo=UTC) for day in range(1, 29)]
NOW = AsOf.now(datetime(2026, 11, 21, tzinfo=UTC))


@st.composite
def models(draw: st.DrawFn) -> list[dict[str, Any]]:
    """A few models, whose prices change on a few days."""
    found = []
    for name in sorted(draw(st.sets(st.sampled_from("abcdef"), min_size=1))):
        days = [None, *sorted(draw(st.sets(st.sampled_from(DAYS), max_size=4)))]
        periods: list[dict[str, Any]] = []
        for start, end in zip(days, [*days[1:], None], strict=True):
            rates = {"input": str(draw(st.integers(1, 3))), "output": "15"}
            bounds: Mapping[str, datetime | None] = {"from": start, "to": end}
            named = {bound: f"{at:%Y-%m-%dT%H:%M:%S}" for bound, at in bounds.items() if at}
            periods.append({"source": "list", "lists": {"standard": {"rates": rates}}, **named})
        found.append(row(name, prices=periods))
    return found


@st.composite
def stores(draw: st.DrawFn) -> VersionStoreView:
    """A store with activations, some of them at the very same moment."""
    rows: list[AuditRow] = []
    head = Head()
    for at in sorted(draw(st.lists(st.sampled_from(DAYS), max_size=6))):
        rows.append(chained(head, Entry("ann", "activate", "so", "v1", "v2"), rfc3339(at)))
        head = Head(rows[-1].number, rows[-1].hash)
    return VersionStoreView((), (), "v2", 1, rows, stale=False)


def entries(page: PriceChanges) -> list[str]:
    """Everything on a page, in its order, as a caller reads it."""
    lists = (page.activations, page.changes, page.took_effect, page.announced)
    return [f"{type(one).__name__} {to_json(one)}" for rows in lists for one in rows]


@given(stores(), st.none() | models(), models(), st.sampled_from(DAYS[:20]), st.integers(1, 9))
def test_a_walk_over_the_pages_meets_everything_that_changed_once(
    store: VersionStoreView,
    old: list[dict[str, Any]] | None,
    new: list[dict[str, Any]],
    since: datetime,
    limit: int,
) -> None:
    before, active = book("v1", old) if old else None, book("v2", new)
    span = (AsOf.now(since), NOW)

    def pages(limit: int) -> Iterator[PriceChanges]:
        cursor = None
        while True:
            page = changes_since(store, before, active, span, cursor=cursor, limit=limit)
            yield page
            cursor = page.next_cursor
            if cursor is None:
                return

    (whole,) = pages(10_000)
    found = list(pages(limit))
    walked = [one for page in found for one in entries(page)]
    assert walked == entries(whole)
    assert [len(entries(page)) for page in found[:-1]] == [limit] * (len(found) - 1)
    assert len(entries(found[-1])) <= limit
    # The whole page is all there is, by each of its sources.
    assert len(whole.activations) == sum(
        datetime.fromisoformat(one.at) > since for one in store.audit
    )
    assert all(one.starts <= NOW.instant for one in whole.took_effect)
    assert all(one.starts > NOW.instant for one in whole.announced)
    assert {(one.id, one.starts) for one in (*whole.took_effect, *whole.announced)} == {
        (model["id"], start)
        for model in new
        for last, period in pairwise(model["prices"])
        if period["lists"] != last["lists"]
        and (start := datetime.fromisoformat(period["from"] + "Z")) > since
    }


def test_prices_that_take_effect_come_in_the_order_of_their_days() -> None:
    """A price that takes effect between two pages is then on a later page."""

    def rising(name: str, *days: str) -> dict[str, Any]:
        bounds = [None, *days, None]
        return row(
            name,
            prices=[
                {
                    "source": "list",
                    "lists": {"standard": {"rates": {"input": str(number + 1)}}},
                    **({"from": start} if start else {}),
                    **({"to": end} if end else {}),
                }
                for number, (start, end) in enumerate(pairwise(bounds))
            ],
        )

    active = book("v1", [rising("a", "2026-11-02", "2026-11-20"), rising("b", "2026-11-10")])
    store = VersionStoreView((), (), "v1", 1, (), stale=False)

    def page(day: str, cursor: str | None) -> PriceChanges:
        until = AsOf.parse(day)
        span = (AsOf.parse("2026-11-01"), until)
        return changes_since(store, None, active, span, cursor=cursor, limit=1)

    first = page("2026-11-10", None)
    second = page("2026-11-20", first.next_cursor)
    third = page("2026-11-20", second.next_cursor)
    begun = [one.took_effect[0] for one in (first, second, third)]
    assert [(one.id, one.starts.day) for one in begun] == [("a", 2), ("b", 10), ("a", 20)]
    assert third.next_cursor is None


def test_a_version_without_prices_that_began_has_one_empty_page() -> None:
    store = VersionStoreView((), (), "v1", 1, (), stale=False)
    span = (AsOf.now(DAYS[0] - timedelta(1)), NOW)
    page = changes_since(store, None, book("v1"), span, cursor=None, limit=1)
    assert (entries(page), page.next_cursor) == ([], None)
