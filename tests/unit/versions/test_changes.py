"""Comparing two price versions: every difference is named, and nothing else is."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pricing.catalogue.models import Model, model_from_document
from pricing.catalogue.price_book import PriceBook
from pricing.store import bundled
from pricing.versions.cancellation import without_scheduled
from pricing.versions.changes import FieldChange, ModelChange, _difference, difference, took_effect
from tests.support.books import book, row

NOW = datetime(2026, 11, 23, tzinfo=UTC)


def priced(*periods: Mapping[str, Any], model: str = "rocket", **facts: Any) -> dict[str, Any]:
    return row(model, prices=[{"source": "list", **period} for period in periods], **facts)


def lists(standard: Mapping[str, str], **others: Mapping[str, str]) -> dict[str, Any]:
    return {"lists": {mode: {"rates": r} for mode, r in {"standard": standard, **others}.items()}}


def only_change(before: dict[str, Any], after: dict[str, Any]) -> ModelChange:
    (change,) = difference(book("v1", [before]), book("v2", [after]), NOW)
    return change


def test_a_price_that_rose_says_by_how_much() -> None:
    change = only_change(
        priced(lists({"input": "3", "output": "15"})), priced(lists({"input": "4", "output": "15"}))
    )
    percent = Decimal("33.333333333333")
    assert change.fields == (FieldChange("standard.input", Decimal(3), Decimal(4), percent),)
    assert (change.kind, change.key, change.past, change.also) == (
        "changed", "acme/rocket", True, (),
    )  # fmt: skip
    # The price has no day on which it began: it would be another one for last year, too.


def test_a_new_price_and_one_that_is_gone_have_no_percentage() -> None:
    change = only_change(
        priced(lists({"input": "3"}, batch={"input": "1.5"})),
        priced(lists({"input": "3", "cache_read": "0.3"})),
    )
    assert change.fields == (
        FieldChange("batch.input", Decimal("1.5"), None, None),
        FieldChange("standard.cache_read", None, Decimal("0.3"), None),
    )


def test_a_free_model_that_gets_a_price_has_no_percentage() -> None:
    (change,) = only_change(priced(lists({"input": "0"})), priced(lists({"input": "1"}))).fields
    assert change == FieldChange("standard.input", Decimal(0), Decimal(1), None)


def test_tiers_and_off_peak_windows_are_fields_of_their_own() -> None:
    def tiered(above: str, night: str) -> dict[str, Any]:
        tier = {"above_tokens": 200_000, "rates": {"input": above}}
        window = {"from": "16:30:00", "to": "00:30:00", **lists({"input": night})}
        return priced(
            {"lists": {"standard": {"rates": {"input": "1"}, "tiers": [tier]}}, "windows": [window]}
        )

    change = only_change(tiered("2", "0.5"), tiered("2.5", "0.25"))
    assert [one.field for one in change.fields] == [
        "standard.input>200000", "standard.input~16:30:00-00:30:00",
    ]  # fmt: skip


def test_prices_by_the_unit_are_fields_with_their_selectors() -> None:
    def drawn(hd: str) -> dict[str, Any]:
        units = [
            {"component": "image", "usd": "0.04", "when": {"size": "1024x1024", "quality": "low"}},
            {"component": "image", "usd": hd, "when": {"size": "1024x1024", "quality": "hd"}},
            {"component": "page", "usd": "0.001"},
        ]
        return priced({"lists": {"standard": {"rates": {"input": "1"}, "units": units}}})

    change = only_change(drawn("0.08"), drawn("0.1"))
    assert change.fields == (
        FieldChange(
            "standard.image[quality=hd,size=1024x1024]",
            Decimal("0.08"), Decimal("0.1"), Decimal(25),
        ),
    )  # fmt: skip


def test_a_price_announced_for_later_is_a_change_with_its_date() -> None:
    now, rise = {"input": "3", "output": "15"}, {"input": "4", "output": "15"}
    later = "2026-12-01"
    change = only_change(
        priced(lists(now)), priced({**lists(now), "to": later}, {**lists(rise), "from": later})
    )
    assert change.fields == (
        FieldChange(
            "standard.input@2026-12-01T00:00:00Z",
            Decimal(3),
            Decimal(4),
            Decimal("33.333333333333"),
        ),
    )


def test_prices_that_had_ended_are_the_past() -> None:
    def ending(old: str) -> dict[str, Any]:
        day = "2026-11-01"
        return priced({**lists({"input": old}), "to": day}, {**lists({"input": "3"}), "from": day})

    change = only_change(ending("9"), ending("8"))
    assert (change.fields, change.past) == ((), True)


def test_other_facts_are_named_without_their_values() -> None:
    change = only_change(
        priced(lists({"input": "3"})), priced(lists({"input": "3"}), context_window=10)
    )
    assert (change.fields, change.also) == ((), ("context_window",))


def test_a_price_that_was_cancelled_is_named_where_no_price_differs_any_more() -> None:
    """Both versions lack the price; one of them says that lists cannot announce it again."""
    now = lists({"input": "3"})
    change = only_change(priced(now), priced(now, cancelled=["2027-01-01"]))
    assert (change.fields, change.past, change.also) == ((), False, ("cancelled",))


@pytest.mark.parametrize(
    ("before", "after", "also"),
    [
        ({}, {"bare_names": False}, ("bare_names",)),
        ({"bare_names": False}, {}, ("bare_names",)),
        # A row without a mode of its own has one that follows from what it bills.
        ({"input_only": True}, {}, ("mode", "input_only")),
        ({"source": "a page"}, {"source": "another"}, ("source",)),
        ({"context_window": 5, "cancelled": ["2027-01-01"]}, {}, ("context_window", "cancelled")),
    ],
)
def test_other_members_of_a_row_that_differ_are_named(
    before: dict[str, Any], after: dict[str, Any], also: tuple[str, ...]
) -> None:
    now = lists({"input": "3"})
    assert only_change(priced(now, **before), priced(now, **after)).also == also


@pytest.mark.parametrize(
    ("fact", "value"),
    [("source", "another list"), ("served_as_standard", ["flex"]), ("context_window", 9)],
)
def test_a_differing_fact_of_an_unchanged_price_is_named(fact: str, value: object) -> None:
    now = lists({"input": "3"})
    change = only_change(priced(now), priced({**now, fact: value}))
    assert (change.fields, change.past, change.also) == ((), False, (f"prices.{fact}",))


def test_of_a_price_that_differs_its_source_is_not_named_too() -> None:
    change = only_change(
        priced(lists({"input": "3"})), priced({**lists({"input": "4"}), "source": "another list"})
    )
    assert [one.field for one in change.fields] == ["standard.input"]
    assert change.also == ()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({}, {"bare_names": True}),
        ({}, {"cancelled": []}),
        ({}, {"notes": []}),
        ({"capabilities": ["tools", "vision"]}, {"capabilities": ["vision", "tools"]}),
    ],
)
def test_rows_that_mean_the_same_do_not_differ(one: dict[str, Any], other: dict[str, Any]) -> None:
    rows = [priced(lists({"input": "3"}), **facts) for facts in (one, other)]
    assert difference(book("v1", rows[:1]), book("v2", rows[1:]), NOW) == ()


def test_a_period_cut_in_two_does_not_differ() -> None:
    day, now = "2026-12-01", lists({"input": "3"})
    one, other = priced(now), priced({**now, "to": day}, {**now, "from": day})
    assert difference(book("v1", [one]), book("v2", [other]), NOW) == ()


def test_what_is_kept_of_a_difference_is_what_it_is_at_every_moment() -> None:
    """One that is kept from another moment is the one that is worked out at this moment."""
    first, second, third = "2026-11-10", "2026-11-20", "2026-12-01"
    cheap, costly = lists({"input": "3"}), lists({"input": "4", "output": "9"})
    before = book("v1", [priced({**cheap, "to": second}, {**costly, "from": second}), row("gone")])
    after = book(
        "v2",
        [
            priced({**cheap, "to": first}, {**costly, "from": first, "to": third}),
            priced({**costly, "from": third}, model="new"),
        ],
    )
    second_long = timedelta(seconds=1)
    days = [datetime.fromisoformat(day).replace(tzinfo=UTC) for day in (first, second, third)]
    moments = [moment for day in days for moment in (day - second_long, day, day + second_long)]
    moments += [day + timedelta(days=3) for day in days] + [datetime(1, 1, 1, tzinfo=UTC)]
    found = [difference(before, after, moment) for moment in [*moments, *reversed(moments)]]
    worked_out = [_difference.__wrapped__(before, after, moment) for moment in moments]
    assert found == [*worked_out, *reversed(worked_out)]
    assert len(set(map(repr, found))) > 4


def test_two_versions_are_compared_once_between_two_prices(monkeypatch: pytest.MonkeyPatch) -> None:
    parsed: list[object] = []

    def counted(one: dict[str, Any]) -> Model:
        parsed.append(one)
        return model_from_document(one)

    monkeypatch.setattr("pricing.versions.changes.model_from_document", counted)
    before = book("v1", [priced(lists({"input": "3"}))])
    after = book("v2", [priced(lists({"input": "4"}))])
    found = {difference(before, after, NOW + timedelta(hours=hours)) for hours in range(50)}
    assert (len(found), len(parsed)) == (1, 2)


def test_models_that_came_and_went_are_listed_with_their_prices() -> None:
    came, went = difference(
        book("v1", [row("b"), row("kept")]), book("v2", [row("a"), row("kept")]), NOW
    )
    assert (came.kind, came.id, went.kind, went.id) == ("added", "a", "removed", "b")
    assert [(one.before, one.after) for one in came.fields] == [
        (None, Decimal(3)), (None, Decimal(15)),
    ]  # fmt: skip
    assert all(one.after is None for one in went.fields)


RATES = st.dictionaries(
    st.sampled_from(["input", "output", "cache_read"]),
    st.sampled_from(["0", "1", "2.5"]),
    min_size=1,
)
BOOKS = st.dictionaries(st.sampled_from("abcde"), RATES, min_size=1).map(
    lambda models: [priced(lists(rates), model=name) for name, rates in models.items()]
)


def as_book(version: str, rows: list[dict[str, Any]]) -> PriceBook:
    return book(version, rows)


@given(BOOKS, BOOKS)
def test_a_difference_read_backwards_is_the_difference_of_the_other_way(
    one: list[dict[str, Any]], other: list[dict[str, Any]]
) -> None:
    there = difference(as_book("v1", one), as_book("v2", other), NOW)
    back = difference(as_book("v2", other), as_book("v1", one), NOW)
    assert [(c.key, [(f.field, f.before, f.after) for f in c.fields]) for c in there] == [
        (c.key, [(f.field, f.after, f.before) for f in c.fields]) for c in back
    ]


@given(BOOKS)
def test_a_version_does_not_differ_from_itself_whatever_its_id(rows: list[dict[str, Any]]) -> None:
    assert difference(as_book("v1", rows), as_book("v2", rows), NOW) == ()


@given(BOOKS, BOOKS)
def test_the_changes_applied_to_the_prices_before_give_the_prices_after(
    one: list[dict[str, Any]], other: list[dict[str, Any]]
) -> None:
    def prices(rows: list[dict[str, Any]]) -> dict[tuple[str, str], str]:
        return {
            (f"acme/{r['id']}", f"standard.{name}"): rate
            for r in rows
            for name, rate in r["prices"][0]["lists"]["standard"]["rates"].items()
        }

    found = {k: Decimal(v) for k, v in prices(one).items()}
    for change in difference(as_book("v1", one), as_book("v2", other), NOW):
        for field in change.fields:
            assert found.pop((change.key, field.field), None) == field.before
            if field.after is not None:
                found[change.key, field.field] = field.after
    assert found == {k: Decimal(v) for k, v in prices(other).items()}


# Every moment

MOMENTS = [datetime(2026, month, 1, tzinfo=UTC) for month in range(7, 13)]
SOME = st.dictionaries(
    st.sampled_from(["input", "output", "cache_read"]), st.sampled_from(["0", "1", "2.5"])
)

EDGES = [moment + timedelta(seconds=off) for moment in MOMENTS for off in (-1, 0, 1)]


@st.composite
def timelines(draw: st.DrawFn) -> dict[str, Any]:
    """A model whose periods begin and end at a few moments, some of them with a gap between."""
    cuts = sorted(draw(st.sets(st.sampled_from(MOMENTS), max_size=4)))
    periods: list[dict[str, Any]] = []
    for start, end in pairwise([None, *cuts, None]):
        if draw(st.integers(0, 4)):
            bounds = {"from": start, "to": end}
            named = {name: f"{at:%Y-%m-%dT%H:%M:%S}" for name, at in bounds.items() if at}
            periods.append({**lists(draw(SOME)), **named})
    return priced(*periods)


def standard_at(one: dict[str, Any], moment: datetime) -> dict[str, Decimal]:
    """The standard prices at a moment, read from the model itself."""
    period = book("v0", [one]).model("acme/rocket").period_at(moment)
    found = period.lists["standard"].rates if period else {}
    return {f"standard.{name}": price for name, price in found.items()}


@given(timelines(), timelines(), st.sampled_from(MOMENTS))
def test_the_fields_say_of_every_moment_what_is_priced_differently(
    one: dict[str, Any], other: dict[str, Any], asked: datetime
) -> None:
    found = [
        (name, datetime.fromisoformat(since) if since else asked, field.before, field.after)
        for change in difference(book("v1", [one]), book("v2", [other]), asked)
        for field in change.fields
        for name, _, since in [field.field.partition("@")]
    ]
    for moment in [at for at in EDGES if at >= asked]:
        last = {
            name: (before, after) for name, since, before, after in found if since <= moment
        }  # fields come in the order of their moments: the last one applies
        told = {name: pair for name, pair in last.items() if pair[0] != pair[1]}
        old, new = standard_at(one, moment), standard_at(other, moment)
        assert told == {
            name: (old.get(name), new.get(name))
            for name in old.keys() | new.keys()
            if old.get(name) != new.get(name)
        }


@given(timelines(), timelines(), st.sampled_from(MOMENTS))
def test_the_past_differs_exactly_where_a_moment_before_is_priced_differently(
    one: dict[str, Any], other: dict[str, Any], asked: datetime
) -> None:
    found = difference(book("v1", [one]), book("v2", [other]), asked)
    before = [at for at in EDGES if at < asked]
    differs = any(standard_at(one, at) != standard_at(other, at) for at in before)
    assert any(change.past for change in found) == differs


@given(
    timelines(),
    timelines(),
    st.sampled_from(MOMENTS),
    st.fixed_dictionaries({}, optional={"cancelled": st.just(["2027-01-01"])}),
)
def test_a_model_is_listed_exactly_where_something_of_it_is_named(
    one: dict[str, Any], other: dict[str, Any], asked: datetime, facts: dict[str, Any]
) -> None:
    found = difference(book("v1", [one]), book("v2", [{**other, **facts}]), asked)
    assert all(change.fields or change.past or change.also for change in found)
    same = all(standard_at(one, at) == standard_at(other, at) for at in EDGES)
    assert bool(found) == (not same or bool(facts))


@given(timelines())
def test_prices_take_effect_exactly_where_something_is_priced_that_was_not_before(
    one: dict[str, Any],
) -> None:
    found = took_effect(book("v1", [one]), MOMENTS[0] - timedelta(1), MOMENTS[-1])
    just = timedelta(microseconds=1)
    told = {
        change.starts: {field.field: (field.before, field.after) for field in change.fields}
        for change in found
    }
    starts = {datetime.fromisoformat(p["from"] + "Z") for p in one["prices"] if "from" in p}
    due = {}
    for moment in starts:
        old, new = standard_at(one, moment - just), standard_at(one, moment)
        due[moment] = {
            name: (old.get(name), new.get(name))
            for name in old.keys() | new.keys()
            if old.get(name) != new.get(name)
        }
    assert told == {moment: fields for moment, fields in due.items() if fields}


@given(timelines(), st.sampled_from(MOMENTS))
def test_a_cancelled_price_changes_no_moment_but_its_own(
    one: dict[str, Any], starts: datetime
) -> None:
    """There the price before goes on, if it applied until then."""
    before = book("v1", [one])
    periods = before.model("acme/rocket").prices
    cancelled = next((period for period in periods[1:] if period.start == starts), None)
    if cancelled is None:
        return
    after = without_scheduled(before, "acme/rocket", starts, MOMENTS[0] - timedelta(1))
    (row_after,) = json.loads(after.to_json())["models"]
    for moment in EDGES:
        source = starts - timedelta(microseconds=1) if cancelled.covers(moment) else moment
        assert standard_at(row_after, moment) == standard_at(one, source)


def test_a_price_that_is_to_end_is_a_change_with_its_date() -> None:
    change = only_change(
        priced(lists({"input": "3", "cache_read": "1"})),
        priced(
            {**lists({"input": "3", "cache_read": "1"}), "to": "2026-12-01"},
            {**lists({"input": "3"}), "from": "2026-12-01"},
        ),
    )
    assert change.fields == (
        FieldChange("standard.cache_read@2026-12-01T00:00:00Z", Decimal(1), None, None),
    )


def test_a_difference_that_ends_says_when() -> None:
    later = "2026-12-01"
    change = only_change(
        priced({**lists({"input": "2"}), "to": later}, {**lists({"input": "4"}), "from": later}),
        priced({**lists({"input": "3"}), "to": later}, {**lists({"input": "4"}), "from": later}),
    )
    assert change.fields == (
        FieldChange("standard.input", Decimal(2), Decimal(3), Decimal(50)),
        FieldChange("standard.input@2026-12-01T00:00:00Z", Decimal(4), Decimal(4), Decimal(0)),
    )


@pytest.mark.parametrize(
    ("since", "until", "seen"),
    [
        ("2026-10-31T23:59:59", "2026-11-01T00:00:00", True),
        ("2026-11-01T00:00:00", "2026-11-23T00:00:00", False),
        ("2026-10-01T00:00:00", "2026-10-31T23:59:59", False),
    ],
)
def test_a_price_takes_effect_at_its_start_and_at_no_other_moment(
    since: str, until: str, seen: bool
) -> None:
    day = "2026-11-01"
    one = book(
        "v1", [priced({**lists({"input": "2"}), "to": day}, {**lists({"input": "3"}), "from": day})]
    )
    bounds = [datetime.fromisoformat(text).replace(tzinfo=UTC) for text in (since, until)]
    found = took_effect(one, *bounds)
    assert [change.fields for change in found] == (
        [(FieldChange("standard.input", Decimal(2), Decimal(3), Decimal(50)),)] if seen else []
    )


def test_the_bundled_book_holds_prices_that_took_effect_this_year() -> None:
    found = took_effect(bundled.current(), datetime(2026, 1, 1, tzinfo=UTC), NOW)
    assert ("anthropic", "claude-sonnet-5-5") in {(one.provider, one.id) for one in found}
