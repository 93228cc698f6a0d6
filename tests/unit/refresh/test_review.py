"""A model's review: known disagreements, completed prices, and quotes that are not preferred."""

from typing import Any

import pytest

from pricing.refresh.candidates import Candidate
from pricing.refresh.checks import RefreshDecision, decide
from pricing.refresh.review import current_lists
from tests.support.refresh_checks import (
    BOTH,
    GENAI,
    HORIZON,
    LITELLM,
    NOW,
    OLD,
    candidate,
    codes,
    decided,
    lists,
    quotes,
    rates,
    row,
)


def test_a_new_quote_of_the_list_that_is_not_preferred_counts_too() -> None:
    """genai-prices' price is the candidate's and unchanged; litellm's changed."""
    found = decided([row()], candidate({GENAI: OLD, LITELLM: {**OLD, "input": "2.2"}}))
    assert rates(found)["input"] == "2.2"
    high = decided([row()], candidate({GENAI: OLD, LITELLM: {**OLD, "input": "2.6"}}))
    assert [(one.after, one.code, one.sources) for one in high.quarantined] == [
        ("2.6", "change_over_25_percent", (LITELLM,))
    ]


def test_a_known_disagreement_changes_nothing_the_next_day() -> None:
    quoted = candidate({GENAI: OLD, LITELLM: {**OLD, "input": "2.2"}})
    first = decided([row()], quoted)
    (changed,) = first.rows
    assert changed["disagreements"] == [
        {
            "component": "input",
            "mode": "standard",
            "genai_prices": "2",
            "litellm": "2.2",
            "used": "2.2",
        }
    ]
    second = decide(first.rows, [quoted], "2026-11-25T03:00:00", HORIZON)
    assert (second.rows, second.quarantined) == (first.rows, ())


def test_a_price_of_one_list_that_was_approved_stays() -> None:
    high = {**OLD, "input": "6"}
    quoted = candidate({GENAI: OLD, LITELLM: high})
    approved = decided([row()], quoted).approved_rows
    later = decide(approved, [quoted], "2026-11-25T03:00:00", HORIZON)
    assert (later.rows, later.quarantined) == (approved, ())
    assert rates(later)["input"] == "6"


def test_a_list_without_a_tier_does_not_quote_the_tiers_price() -> None:
    tiered = {
        "standard": {"rates": OLD, "tiers": [{"above_tokens": 200_000, "rates": {"input": "4"}}]}
    }
    active = row() | {"prices": [{"lists": tiered, "source": BOTH}]}
    quoted = {GENAI: tiered, LITELLM: lists(standard=OLD)}
    found = Candidate(active, quotes(quoted))
    assert decided([active], found).rows == [active]


def test_a_discount_completed_from_standard_follows_its_new_quote() -> None:
    active = row(standard=OLD, batch=OLD)
    cheaper = {**OLD, "output": "9"}
    quoted = {GENAI: lists(standard=OLD), LITELLM: lists(standard=cheaper)}
    decision = decided([active], Candidate(row(standard=OLD, batch=OLD), quotes(quoted)))
    (after,) = decision.rows
    assert codes(decision) == set()
    assert after["prices"][-1]["lists"] == lists(standard=cheaper, batch=cheaper)


def test_a_tier_without_a_price_of_its_own_follows_the_tier_below() -> None:
    def priced(search: str, **long: str) -> dict[str, Any]:
        base = {**OLD, "web_search": search}
        tier = {"above_tokens": 200_000, "rates": {"input": "4", "output": "20", **long}}
        return {"standard": {"rates": base, "tiers": [tier]}}

    active = row() | {"prices": [{"lists": priced("0.01", web_search="0.01"), "source": BOTH}]}
    quoted = {GENAI: priced("0.01"), LITELLM: priced("0.012")}
    (after,) = decided([active], Candidate(active, quotes(quoted))).rows
    assert after["prices"][-1]["lists"] == priced("0.012", web_search="0.012")


def test_a_new_quote_for_one_of_a_rows_names_does_not_change_the_row() -> None:
    active = row() | {"aliases": ["swift-dated"]}
    old, new = (lists(standard={**OLD, "input": one}) for one in ("2", "2.4"))
    quoted = quotes({GENAI: old, LITELLM: old}) + quotes({GENAI: old, LITELLM: new}, "swift-dated")
    assert decided([active], Candidate(active, quoted)).rows == [active]


def test_known_disagreements_about_several_names_are_all_known() -> None:
    known = [
        {"component": "input", "mode": "standard", "litellm": price, "used": "2"}
        for price in ("6", "2.2")
    ]
    active = row() | {"aliases": ["swift-dated"], "disagreements": known}
    old = lists(standard=OLD)
    high, other = (lists(standard={**OLD, "input": price}) for price in ("6", "2.2"))
    quoted = quotes({GENAI: old, LITELLM: high})
    quoted += quotes({GENAI: old, LITELLM: other}, "swift-dated")
    assert decided([active], Candidate(active, quoted)).rows == [active]


def test_a_tier_that_one_list_drops_is_kept() -> None:
    tier = {"above_tokens": 200_000, "rates": {"input": "2.4", "output": "12"}}
    tiered = {"standard": {"rates": OLD, "tiers": [tier]}}
    active = row() | {"prices": [{"lists": tiered, "source": BOTH}]}
    quoted = {GENAI: lists(standard=OLD), LITELLM: tiered}
    decision = decided([active], Candidate(row(), quotes(quoted)))
    assert decision.rows == [active]


@pytest.mark.parametrize(("price", "names"), [("2.4", ["swift-new"]), ("2", [])])
def test_a_new_name_joins_a_row_only_at_the_price_that_a_list_quotes_for_it(
    price: str, names: list[str]
) -> None:
    high = {**OLD, "input": "2.4"}
    known = {"component": "input", "mode": "standard", "genai_prices": "2", "used": "2.4"}
    active = row(standard=high) | {"disagreements": [known]}
    old, new = (lists(standard={**OLD, "input": one}) for one in ("2", price))
    quoted = quotes({GENAI: old, LITELLM: lists(standard=high)})
    quoted += quotes({GENAI: new}, "swift-new")
    found = Candidate({**row(), "aliases": ["swift-new"]}, quoted)
    (after,) = decided([active], found).rows
    assert after.get("aliases", []) == names


def test_a_providers_own_list_and_another_outweigh_the_preferred_list() -> None:
    """Bedrock's rows are merged from the lists; AWS's own list is one source more."""
    high = {**OLD, "input": "6"}
    quoted = {GENAI: OLD, LITELLM: high, "aws-price-list": high}
    found = candidate(quoted, own_list="aws-price-list")
    assert rates(decided([row()], found))["input"] == "6"


def test_copies_of_a_providers_list_do_not_contradict_it() -> None:
    """Its own change within a quarter is accepted; a copy's other price is not a change."""

    def decision(named: str, copied: str) -> RefreshDecision:
        new = {**OLD, "input": named}
        quoted = {"openrouter": new, GENAI: {**OLD, "input": copied}}
        found = candidate(quoted, own_list="openrouter")
        return decided([row(source="openrouter 1, genai-prices 1")], found)

    assert rates(decision("2.2", "2.4"))["input"] == "2.2"
    assert decision("2", "2.4").rows == [row(source="openrouter 1, genai-prices 1")]
    assert codes(decision("2.6", "2.4")) == {"change_over_25_percent"}
    assert rates(decision("2.6", "2.6"))["input"] == "2.6"


def test_a_discount_that_no_list_quotes_any_more_is_kept() -> None:
    half = {"input": "1", "output": "5"}
    active = row(standard=OLD, batch=half)
    quoted = {name: lists(standard=OLD) for name in (GENAI, LITELLM)}
    decision = decided([active], Candidate(row(standard=OLD, batch=OLD), quotes(quoted)))
    assert decision.rows == [active]
    assert codes(decision) == {"price_withdrawn"}


@pytest.mark.parametrize(
    ("ended", "expected"), [("2026-11-24", {LITELLM}), ("2026-11-25", {GENAI}), (NOW, {LITELLM})]
)
def test_the_lists_of_a_price_are_those_of_today_and_of_no_announced_one(
    ended: str, expected: set[str]
) -> None:
    prices = [
        {"to": ended, "source": f"{GENAI} 2026-11-23", "lists": lists(standard=OLD)},
        {"from": ended, "source": f"{LITELLM} 2026-11-23", "lists": lists(standard=OLD)},
    ]
    assert current_lists({**row(), "prices": prices}, NOW) == expected
    assert current_lists(row(source="tariff, genai 1"), NOW) == frozenset()
    assert current_lists({**row(), "prices": []}, NOW) == frozenset()


def test_a_known_disagreement_about_a_threshold_stays_known() -> None:
    """A threshold is not a price, so that no list quotes it as one."""
    known = {
        "component": "above_tokens",
        "mode": "standard",
        "tier": 128_000,
        "genai_prices": "200000",
        "litellm": "128000",
        "used": "128000",
    }
    active = row() | {"disagreements": [known]}
    found = decided([active], candidate({GENAI: OLD, LITELLM: {**OLD, "input": "2.6"}}))
    assert codes(found) == {"change_over_25_percent"}  # so that the row stays as it is
    (after,) = found.rows
    assert after["disagreements"] == [known]
