"""Patterns over many models: shrunk lists, one factor for many prices, and published ratios."""

from dataclasses import replace
from typing import Any

import pytest

from pricing.refresh.candidates import Candidate
from tests.support.refresh_checks import (
    GENAI,
    LITELLM,
    OLD,
    candidate,
    codes,
    decided,
    lists,
    quotes,
    rates,
    row,
)


def test_a_list_that_lost_over_a_fifth_is_not_enough_by_itself() -> None:
    active = [row(f"swift-{number}") for number in range(10)]
    news = {**OLD, "input": "2.2"}

    def held(gone: int) -> set[str]:
        left = [candidate({GENAI: news, LITELLM: OLD}, "swift-9")]
        for at in range(9):
            quoted = {GENAI: OLD, LITELLM: OLD} if at >= gone else {LITELLM: OLD}
            left.append(candidate(quoted, f"swift-{at}"))
        return codes(decided(active, *left))

    assert held(2) == set()
    assert held(3) == {"list_shrunk"}


@pytest.mark.parametrize(
    "life", [{"missing_upstream_since": "2026-11-01"}, {"retires": "2026-11-01"}]
)
def test_models_known_to_be_gone_do_not_make_a_list_a_shrunk_one(life: dict[str, str]) -> None:
    active = [row(f"swift-{number}") for number in range(10)]
    active = [{**one, "lifecycle": life} if at < 3 else one for at, one in enumerate(active)]
    news = {**OLD, "input": "2.2"}
    left = [candidate({GENAI: OLD, LITELLM: OLD}, f"swift-{at}") for at in range(3, 9)]
    decision = decided(active, *left, candidate({GENAI: news, LITELLM: OLD}, "swift-9"))
    assert (decision.shrunk, rates(decision, "swift-9")["input"]) == (frozenset(), "2.2")


def test_many_prices_that_one_source_changes_by_one_factor_are_held() -> None:
    active = [row(f"swift-{number}") for number in range(8)]
    moved = {"input": "1.84", "output": "9.2"}

    def held(count: int) -> set[str]:
        candidates = [
            candidate({GENAI: moved if at < count else OLD, LITELLM: OLD}, one["id"])
            for at, one in enumerate(active)
        ]
        return codes(decided(active, *candidates))

    assert held(4) == set()
    assert held(5) == {"provider_pattern"}


def test_a_pattern_is_seen_though_most_of_it_is_held_for_other_reasons() -> None:
    active = [row(f"swift-{number}") for number in range(5)]
    rise, third = {"input": "2.4", "output": "12"}, {"input": "2.2", "output": "11"}
    quoted = [candidate({GENAI: rise, LITELLM: third}, one["id"]) for one in active[:4]]
    alone = candidate({GENAI: rise, LITELLM: OLD}, "swift-4")

    held = {one.model: one.code for one in decided(active, *quoted, alone).quarantined}

    assert {held.pop(one["id"]) for one in active[:4]} == {"sources_disagree"}
    assert held == {"swift-4": "provider_pattern"}


def test_in_a_pattern_a_price_that_another_provider_has_by_chance_is_held_too() -> None:
    active = [row(f"swift-{number}") for number in range(4)] + [row("swift-4", f"{GENAI} 1")]
    rise = {"input": "2.4", "output": "12"}
    elsewhere = quotes({LITELLM: lists(standard=rise)})
    by_chance = replace(candidate({GENAI: rise}, "swift-4"), elsewhere=elsewhere)

    def held(count: int) -> set[str]:
        quoted = [candidate({GENAI: rise, LITELLM: OLD}, one["id"]) for one in active[:count]]
        return {one.model for one in decided(active, *quoted, by_chance).quarantined}

    assert "swift-4" not in held(3)
    assert "swift-4" in held(4)


def test_a_mode_follows_its_standard_price_by_the_same_factor() -> None:
    half = {"input": "1", "output": "5"}
    active = row(standard=OLD, batch=half)
    third, sixth = {"input": "1", "output": "5"}, {"input": "0.5", "output": "2.5"}
    quoted = {GENAI: lists(standard=third, batch=sixth), LITELLM: lists(standard=third, batch=half)}
    found = Candidate(row(standard=third, batch=sixth), quotes(quoted))
    decision = decided([active], found)
    assert codes(decision) == set()
    (after,) = decision.rows
    assert after["prices"][-1]["lists"]["batch"]["rates"] == sixth


@pytest.mark.parametrize(("after", "code"), [("1", None), ("0.19", "change_over_10x")])
def test_a_discount_completed_from_standard_gets_its_own_price(
    after: str, code: str | None
) -> None:
    active = row(standard=OLD, batch=OLD)
    now = {"input": after, "output": "5"}
    quoted = {GENAI: lists(standard=OLD), LITELLM: lists(standard=OLD, batch=now)}
    decision = decided([active], Candidate(row(standard=OLD, batch=now), quotes(quoted)))
    assert codes(decision) == ({code} if code else set())


@pytest.mark.parametrize(
    ("provider", "batch", "code"),
    [
        ("openai", "1", None),
        ("openai", "0.9", "change_over_25_percent"),
        ("maker", "1", "change_over_25_percent"),
    ],
)
def test_a_ratio_that_a_provider_publishes_is_a_second_source(
    provider: str, batch: str, code: str | None
) -> None:
    active = row(standard=OLD, batch={"input": "1.5", "output": "5"}) | {"provider": provider}
    now = {"input": batch, "output": "5"}
    quoted = {GENAI: lists(standard=OLD), LITELLM: lists(batch=now)}
    found = Candidate(row(standard=OLD, batch=now) | {"provider": provider}, quotes(quoted))
    assert codes(decided([active], found)) == ({code} if code else set())


@pytest.mark.parametrize(
    ("new", "accepted"),
    [
        ({"input": "4", "output": "15"}, True),
        ({"input": "4", "output": "20"}, True),
        ({"input": "4", "output": "18"}, False),
        ({"input": "4", "output": "30"}, False),
        ({"input": "5", "output": "15"}, False),
        ({"input": "6", "output": "15"}, False),
    ],
)
def test_a_long_prompt_at_the_published_ratio_needs_no_second_source(
    new: dict[str, str], accepted: bool
) -> None:
    def listed(tier: dict[str, str]) -> dict[str, Any]:
        return {"standard": {"rates": OLD, "tiers": [{"above_tokens": 200_000, "rates": tier}]}}

    def model(tier: dict[str, str]) -> dict[str, Any]:
        return {
            **row(),
            "provider": "openai",
            "prices": [{"lists": listed(tier), "source": f"{GENAI} 2026-11-23"}],
        }

    found = Candidate(model(new), quotes({GENAI: listed(new), LITELLM: lists(standard=OLD)}))
    decision = decided([model({"input": "3", "output": "11"})], found)
    assert codes(decision) == (set() if accepted else {"change_over_25_percent"})


@pytest.mark.parametrize(("models", "held"), [(10, True), (11, False)])
def test_half_of_a_providers_prices_that_change_at_once_are_held_whatever_the_factors(
    models: int, held: bool
) -> None:
    active = [row(f"swift-{number}") for number in range(models)]
    steps = ("2.05", "2.1", "2.15", "2.2", "2.25")
    moved = [{**OLD, "input": price} for price in steps] + [OLD] * (models - len(steps))
    quoted = [
        candidate({GENAI: prices, LITELLM: OLD}, one["id"])
        for prices, one in zip(moved, active, strict=True)
    ]
    assert codes(decided(active, *quoted)) == ({"provider_pattern"} if held else set())


@pytest.mark.parametrize(
    ("price", "held"), [("2.02", True), ("2.0199", False), ("1.98", True), ("1.9801", False)]
)
def test_a_change_of_under_a_hundredth_is_a_rounding_and_no_pattern(price: str, held: bool) -> None:
    active = [row(f"swift-{number}") for number in range(5)]
    moved = {**OLD, "input": price}
    quoted = [candidate({GENAI: moved, LITELLM: OLD}, one["id"]) for one in active]
    assert codes(decided(active, *quoted)) == ({"provider_pattern"} if held else set())


def test_a_component_that_many_models_get_at_once_is_not_a_pattern() -> None:
    """It has no factor: there was no price before."""
    active = [row(f"swift-{number}") for number in range(6)]
    more = {**OLD, "cache_read": "0.2"}
    quoted = [candidate({GENAI: more, LITELLM: more}, one["id"]) for one in active]
    assert codes(decided(active, *quoted)) == set()


@pytest.mark.parametrize(("models", "held"), [(20, True), (21, False)])
def test_a_quarter_of_them_that_change_by_one_factor_are_held(models: int, held: bool) -> None:
    active = [row(f"swift-{number}") for number in range(models)]
    raised = {**OLD, "input": "2.2"}
    quoted = [
        candidate({GENAI: raised if at < 5 else OLD, LITELLM: OLD}, one["id"])
        for at, one in enumerate(active)
    ]
    assert codes(decided(active, *quoted)) == ({"provider_pattern"} if held else set())


@pytest.mark.parametrize(
    ("cache", "confirmed", "code"),
    [
        ("0.1", {"input": "1", "output": "5"}, None),
        ("0.05", {"input": "1", "output": "5"}, None),
        ("0.019", {"input": "1", "output": "5"}, "change_over_10x"),
        ("0.1", {"input": "1", "output": "10"}, "change_over_25_percent"),
    ],
)
def test_a_cache_price_needs_no_second_source_where_two_agree_on_its_row(
    cache: str, confirmed: dict[str, str], code: str | None
) -> None:
    active = row(standard={**OLD, "cache_read": "0.2"})
    new = {"input": "1", "output": "5", "cache_read": cache}
    decision = decided([active], candidate({GENAI: new, LITELLM: confirmed}))
    assert (code in codes(decision)) if code else codes(decision) == set()
