"""Corrections of past prices: what changes, what closed months keep, what is refused."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from pricing.catalogue.models import Model
from pricing.catalogue.price_book import PriceBook
from pricing.errors import InvalidRequest
from pricing.versions.changes import difference
from pricing.versions.correction import Correction, corrected
from tests.support.books import book, row

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
#: 3 until March, 4 from then on, and 5 from next year.
PERIODS = [
    {"source": "list", "lists": {"standard": {"rates": {"input": "3", "output": "15"}}},
     "to": "2026-03-01"},
    {"source": "list", "lists": {"standard": {"rates": {"input": "4", "output": "15"}}},
     "from": "2026-03-01", "to": "2027-01-01"},
    {"source": "list", "lists": {"standard": {"rates": {"input": "5", "output": "15"}}},
     "from": "2027-01-01"},
]  # fmt: skip


def day(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text).replace(tzinfo=UTC)


def correction(
    start: str | None = None, end: str | None = None, model: str = "acme/rocket", **prices: Any
) -> Correction:
    named = {name.replace("__", "."): value for name, value in prices.items()} or {
        "standard.input": "2"
    }
    exact = {name: None if usd is None else Decimal(usd) for name, usd in named.items()}
    return Correction(model, day(start), day(end), exact, "https://acme.test/pricing")


def made(change: Correction, periods: Any = PERIODS, **facts: Any) -> Model:
    return of(book("v1", [row("rocket", prices=periods, **facts)]), change).model("acme/rocket")


def of(before: PriceBook, change: Correction, now: datetime = NOW) -> PriceBook:
    return corrected(before, change, now)[0]


def inputs(model: Model, *days: str) -> list[str]:
    periods = [model.period_at(datetime.fromisoformat(f"{one}T00:00:00+00:00")) for one in days]
    return [str(p.lists["standard"].rates["input"]) if p else "-" for p in periods]


def test_a_part_of_a_period_gets_the_price_and_all_other_time_keeps_its_own() -> None:
    model = made(correction("2026-04-01", "2026-05-01"))
    days = ("2026-02-28", "2026-03-31", "2026-04-01", "2026-04-30", "2026-05-01", "2027-01-01")
    assert inputs(model, *days) == ["3", "4", "2", "2", "4", "5"]
    assert [period.source for period in model.prices].count("https://acme.test/pricing") == 1


def test_without_an_end_the_prices_are_corrected_until_they_change_next() -> None:
    assert inputs(made(correction("2026-04-01")), "2026-03-31", "2026-04-01", "2026-12-31") == [
        "4", "2", "2",
    ]  # fmt: skip
    assert inputs(made(correction("2026-04-01")), "2027-01-01") == ["5"]
    assert inputs(made(correction()), "2020-01-01", "2026-02-28", "2026-03-01") == ["2", "2", "4"]


def test_a_span_over_several_periods_corrects_each_and_says_what_each_was() -> None:
    _, changed, _ = corrected(
        book("v1", [row("rocket", prices=PERIODS)]), correction("2026-02-01", "2026-04-01"), NOW
    )
    assert [(one.field, one.before, one.after, one.code) for one in changed] == [
        ("standard.input@2026-02-01T00:00:00Z", "3", "2", "correction"),
        ("standard.input@2026-03-01T00:00:00Z", "4", "2", "correction"),
    ]
    assert changed[1].reason == "corrects the price from 2026-03-01 until 2026-04-01"


def test_a_correction_is_a_new_version_whose_history_differs() -> None:
    before = book("v1", [row("rocket", prices=PERIODS), row("shuttle")])
    after = of(before, correction("2026-04-01", "2026-05-01"))
    (change,) = difference(before, after, NOW)
    assert (change.id, change.past, change.fields) == ("rocket", True, ())
    assert change.also == ("closed_months",)
    assert after.id.startswith("2026-11-30-corrected-")
    assert before.id == "v1"


def test_closed_months_keep_what_was_known_when_they_ended() -> None:
    model = made(correction("2026-04-01"))  # still effective: November is open
    assert inputs(model.as_closed(), "2026-02-01", "2026-04-01", "2026-10-31") == ["3", "4", "4"]
    assert inputs(model.as_closed(), "2026-11-01", "2026-12-31", "2027-01-01") == ["2", "2", "5"]


def test_a_second_correction_in_a_later_month_keeps_what_the_first_had_made_of_its_month() -> None:
    first = of(book("v1", [row("rocket", prices=PERIODS)]), correction("2026-04-01"))
    second = of(
        first, correction("2026-04-01", standard__input="1"), datetime(2026, 12, 24, tzinfo=UTC)
    )
    model = second.model("acme/rocket")
    assert inputs(model, "2026-04-01", "2026-11-01", "2026-12-01") == ["1", "1", "1"]
    days = ("2026-03-01", "2026-10-31", "2026-11-01", "2026-11-30", "2026-12-01")
    assert inputs(model.as_closed(), *days) == ["4", "4", "2", "2", "1"]


def test_a_second_correction_in_the_same_month_leaves_the_closed_months_as_they_were() -> None:
    first = of(book("v1", [row("rocket", prices=PERIODS)]), correction("2026-04-01"))
    second = of(first, correction("2026-04-01", standard__input="1"))
    then, now = (version.model("acme/rocket").closed_months for version in (first, second))
    assert then == now


@pytest.mark.parametrize(
    ("start", "closed"), [("2026-10-31", True), ("2026-11-01", False), ("2026-11-15", False)]
)
def test_only_a_month_that_has_ended_is_closed(start: str, *, closed: bool) -> None:
    before = book("v1", [row("rocket", prices=PERIODS)])
    after, _, until = corrected(before, correction(start), NOW)
    assert (until == datetime(2026, 11, 1, tzinfo=UTC)) is closed
    assert (after.model("acme/rocket").closed_months is not None) is closed


def test_tiers_modes_windows_and_units_are_corrected_by_the_names_that_a_diff_gives_them() -> None:
    lists = {
        "standard": {
            "rates": {"input": "3", "output": "15"},
            "tiers": [{"above_tokens": 200000, "rates": {"input": "6", "output": "30"}}],
            "units": [{"component": "image", "usd": "0.08", "when": {"size": "big"}}],
        },
        "batch": {"rates": {"input": "1.5", "output": "7.5"}},
    }
    window = {"from": "16:30", "to": "00:30", "lists": {"standard": {"rates": {
        "input": "2", "output": "9"}}}}  # fmt: skip
    periods = [{"source": "list", "lists": lists, "windows": [window]}]
    prices = {
        "standard.input>200000": "5",
        "standard.image[size=big]": "0.07",
        "standard.image[size=small]": "0.02",
        "standard.output~16:30:00-00:30:00": "8",
        "batch.output": "7",
        "flex.input": "1.5",
        "flex.output": "7.5",
    }
    change = Correction(
        "acme/rocket", day("2026-01-01"), None, {n: Decimal(usd) for n, usd in prices.items()}, "x"
    )
    before = book("v1", [row("rocket", prices=periods)])
    after, changed, _ = corrected(before, change, NOW)
    assert {one.field.partition("@")[0]: one.after for one in changed} == prices
    (differing,) = difference(before, after, NOW)
    assert {one.field: str(one.after) for one in differing.fields} == prices


def test_a_price_is_removed_with_null_and_a_free_one_needs_no_note() -> None:
    lists = {"standard": {"rates": {"input": "3", "output": "15", "cache_read": "1"}}}
    model = made(
        correction(standard__cache_read=None, standard__input="0"),
        [{"source": "list", "lists": lists}],
    )
    rates = model.prices[0].lists["standard"].rates
    assert rates == {"input": Decimal(0), "output": Decimal(15)}
    assert model.notes == ("input costs nothing: https://acme.test/pricing",)


@pytest.mark.parametrize(
    ("change", "pointer", "detail"),
    [
        (correction(model="acme/none"), "/model", "is not the provider/id of a model"),
        (correction("2026-11-30T12:00:00"), "/from", "is not in the past"),
        (correction("2026-04-01", "2026-11-30T12:00:01"), "/to", "is in the future"),
        (correction("2026-04-01", "2026-04-01"), "/to", "must be after from"),
        (correction("2026-04-01", standard__input="4"), "/prices", "only the prices that this"),
        (correction(standard="4"), "/prices", "a name that is not a price's"),
        (correction(standard__magic="4"), "/prices", "a name that is not a price's"),
        (correction(**{"standard.input>5": "4"}), "/prices/standard.input>5", "threshold"),
        (correction(**{"standard.input~01:00:00-02:00:00": "4"}), None, "off-peak window"),
        (correction(turbo__input="4"), "/prices", "unknown mode turbo"),
        (correction(standard__cache_read="9"), "/prices", "a cached prompt costs more"),
        (correction(standard__output=None), "/prices", "output must be priced"),
    ],
)
def test_what_cannot_be_corrected_so_is_refused(
    change: Correction, pointer: str | None, detail: str
) -> None:
    with pytest.raises(InvalidRequest) as refused:
        made(change)
    (error,) = refused.value.errors
    assert detail in error.detail
    assert pointer in (None, error.pointer)


def test_a_time_without_prices_is_not_corrected() -> None:
    since_march = [PERIODS[1] | {"from": "2026-03-01"}]
    with pytest.raises(InvalidRequest) as refused:
        made(correction("2026-02-01", "2026-02-15"), since_march)
    assert refused.value.errors[0].pointer == "/from"
