"""What the build of the catalogue finds wrong with a row, and what it does not."""

from typing import Any

import pytest

from pricing.catalogue.checks import problems_in
from tariff.catalogue.build import retired_families
from tests.support.books import document, row


def prices(*, tiers: list[dict[str, Any]] | None = None, **modes: dict[str, str]) -> Any:
    lists: dict[str, Any] = {mode: {"rates": rates} for mode, rates in modes.items()}
    lists["standard"]["tiers"] = tiers or []
    return [{"source": "price list", "lists": lists}]


STANDARD = {"input": "4", "output": "20", "cache_read": "0.4"}


def unit(component: str = "image", usd: str = "1", **more: Any) -> dict[str, Any]:
    return {"component": component, "usd": usd, **more}


def by_unit(*units: dict[str, Any]) -> dict[str, Any]:
    """A model that is billed by the unit alone."""
    lists = {"standard": {"rates": {}, "units": list(units)}}
    return row("a", prices=[{"source": "price list", "lists": lists}])


FLAWS = {
    "a free price that no note explains": (
        [row("a", prices=prices(standard=STANDARD | {"cache_read": "0"}))],
        "cache_read is free, and no note confirms it",
    ),
    "a cache that costs more than it saves": (
        [row("a", prices=prices(standard=STANDARD | {"cache_read": "4.1"}))],
        "a cached prompt costs more than a fresh one",
    ),
    "a price that is infinite": (
        [row("a", prices=prices(standard=STANDARD | {"output": "Infinity"}))],
        "output Infinity is not a price of zero or more",
    ),
    "an unknown component": (
        [row("a", prices=prices(standard=STANDARD | {"poetry": "1"}))],
        "prices something that is not a component",
    ),
    "an unknown mode": (
        [row("a", prices=prices(standard=STANDARD, turbo=STANDARD))],
        "unknown mode turbo",
    ),
    "no output price": ([row("a", prices=prices(standard={"input": "4"}))], "must be priced"),
    "a discount that costs more": (
        [row("a", prices=prices(standard=STANDARD, flex=STANDARD | {"input": "4.1"}))],
        "flex: input 4.1 is more than the standard price, 4",
    ),
    "a tier twice": (
        [row("a", prices=prices(tiers=[{"above_tokens": 9, "rates": STANDARD}] * 2,
                                standard=STANDARD))],
        "its tiers do not ascend",
    ),
    "a tier from zero": (
        [row("a", prices=prices(tiers=[{"above_tokens": 0, "rates": STANDARD}],
                                standard=STANDARD))],
        "its tiers do not ascend",
    ),
    "a tier without a column": (
        [row("a", prices=prices(tiers=[{"above_tokens": 9, "rates": {"input": "1", "output": "2"}}],
                                standard=STANDARD))],
        "a tier has no price for a component",
    ),
    "a letter that only looks Latin": ([row("\u0430-model")], "printable ASCII"),
    "a name with a space": ([row("a", aliases=["a model"])], "printable ASCII"),
    "a name too long to be asked for": ([row("a" * 124)], "longer than a request"),
    "an id twice": ([row("a"), row("a")], "already belongs to a"),
    "an alias that another provider owns": (
        [row("a"), row("b", provider="other", aliases=["a"])],
        "the name 'a' already belongs to a",
    ),
    "an alias twice at a reseller": (
        [row("a", bare_names=False), row("b", bare_names=False, aliases=["a"])],
        "the name 'acme/a' already belongs to a",
    ),
    "an ambiguous alias without an owner": (
        [row("a", ambiguous_aliases=["b"])],
        "an ambiguous alias",
    ),
    "a unit price of nothing known": ([by_unit(unit("smell"))], "smell is not a component"),
    "a negative unit price": ([by_unit(unit(usd="-1"))], "not a price of zero or more"),
    "a unit price that is not finite": ([by_unit(unit(usd="NaN"))], "not a price of zero or more"),
    "a unit that is free": ([by_unit(unit(usd="0"))], "image is free, and no note confirms it"),
    "a unit priced twice": ([by_unit(unit(), unit(usd="2"))], "image is priced twice"),
    "two default prices": (
        [by_unit(unit(default=True), unit(default=True, when={"size": "1x1"}))],
        "image has two default prices",
    ),
    "a selector in capitals": ([by_unit(unit(when={"quality": "HD"}))], "text in lower case"),
    "no price of anything": ([by_unit()], "input and output must be priced"),
}  # fmt: skip


@pytest.mark.parametrize("flaw", FLAWS)
def test_a_flaw_of_any_row_is_found(flaw: str) -> None:
    rows, complaint = FLAWS[flaw]
    assert any(complaint in problem for problem in problems_in(document("v1", rows)))


SOUND = {
    "the longest name that can be asked for": [row("a" * 123)],
    "a free price that a note explains": [
        row("a", notes=["The list says that input costs nothing."],
            prices=prices(standard={"input": "0", "output": "1"}))
    ],
    "a model that bills input only": [
        row("a", input_only=True, prices=prices(standard={"input": "4"}))
    ],
    "one id at two resellers": [
        row("a"),
        row("a", provider="one", bare_names=False),
        row("a", provider="two", bare_names=False),
    ],
    "a discount that discounts nothing": [
        row("a", prices=prices(standard=STANDARD, flex=STANDARD))
    ],
}  # fmt: skip


@pytest.mark.parametrize("case", SOUND)
def test_what_is_sound_is_not_complained_about(case: str) -> None:
    assert list(problems_in(document("v1", SOUND[case]))) == []


@pytest.mark.parametrize(("retires", "found"), [("2026-11-01", 1), ("2026-11-02", 0)])
def test_a_family_without_a_model_that_is_offered_stops_the_build(retires: str, found: int) -> None:
    rows = [row("rocket", family="swift", lifecycle={"retires": retires})]
    problems = [*retired_families(document("v", rows, families={"swift": "acme/rocket"}))]
    assert len(problems) == found
    assert all("acme/rocket retires on 2026-11-01" in problem for problem in problems)
