"""Checks of prices that are announced for a later day."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from pricing.refresh.candidates import Candidate
from pricing.refresh.checks import Earlier, RefreshDecision, decide
from pricing.sources.merge import PACKAGES
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
    rates,
    row,
)


def test_a_cancelled_announcement_is_not_made_again_by_a_list() -> None:
    high = {"input": "2.4", "output": "10"}
    announced = [
        {"lists": lists(standard=OLD), "source": BOTH, "to": "2027-01-01"},
        {"lists": lists(standard=high), "source": BOTH, "from": "2027-01-01"},
    ]
    quoted = candidate({GENAI: OLD, LITELLM: OLD}, prices=announced)
    assert decided([row()], quoted).accepted
    active = [{**row(), "cancelled": ["2027-01-01"]}]
    decision = decided(active, quoted)
    assert decision.rows == active
    assert (decision.accepted, decision.quarantined) == ((), ())


def announced(start: str, price: str) -> dict[str, Any]:
    later = {"from": start, "lists": lists(standard={**OLD, "input": price}), "source": BOTH}
    return {"prices": [{"to": start, "lists": lists(standard=OLD), "source": BOTH}, later]}


def test_an_announced_price_is_scheduled_and_today_stays() -> None:
    found = candidate({GENAI: OLD, LITELLM: OLD}, **announced("2027-01-01", "2.4"))
    (after,) = decided([row()], found).rows
    assert [p.get("from") for p in after["prices"]] == [None, "2027-01-01T00:00:00"]
    assert after["prices"][0]["lists"] == lists(standard=OLD)


DOUBLED = {**OLD, "input": "4"}


def begun(published: str, *quoted: Candidate) -> RefreshDecision:
    """Decide on the day on which an input price of 2 became one of 4, as was announced."""
    active = row() | announced("2026-11-24", "4")
    return decide([active], quoted, NOW, HORIZON, earlier=Earlier(published))


@pytest.mark.parametrize("listed", [{GENAI: DOUBLED, LITELLM: OLD}, {GENAI: OLD, LITELLM: OLD}])
def test_a_list_that_lags_behind_an_announced_price_does_not_undo_it(
    listed: dict[str, dict[str, str]],
) -> None:
    """Both lists had half of what gemini-4-argon costs from its day on, which became active."""
    decision = begun("2026-11-23T23:59:59", candidate(listed))
    assert (decision.accepted, decision.quarantined) == ((), ())
    assert rates(decision) == DOUBLED
    (after,) = decision.rows
    old = {key: "2" for key, name in PACKAGES.items() if listed[name] == OLD}
    assert [dict(known) for known in after["disagreements"]] == [
        {"mode": "standard", "component": "input", "used": "4", **old}
        | ({} if len(old) == 2 else {"genai_prices": "4"})
    ]
    day_after = decide(
        decision.rows, [candidate(listed)], "2026-11-25T03:00:00", HORIZON,
        earlier=Earlier("2026-11-24T03:00:00"),
    )  # fmt: skip
    assert (day_after.accepted, rates(day_after)) == ((), DOUBLED)


def test_a_list_that_lags_behind_an_announced_price_may_have_other_thresholds() -> None:
    found = candidate({GENAI: DOUBLED, LITELLM: OLD})
    quotes = []
    for quote in found.quotes:
        tiers = quote.prices["standard"]
        if quote.source == LITELLM:
            longer = {"input": Decimal(3), "output": Decimal(9)}
            tiers = {**tiers, 128_000: longer, 200_000: longer}
        quotes.append(replace(quote, prices={**quote.prices, "standard": tiers}))
    decision = begun("2026-11-23T23:59:59", replace(found, quotes=tuple(quotes)))
    assert rates(decision) == DOUBLED


def test_a_list_may_contradict_a_price_that_did_not_begin_since_it_was_published() -> None:
    quoted = candidate({GENAI: OLD, LITELLM: OLD})
    assert rates(begun("2026-11-24T00:00:00", quoted)) == OLD


def test_a_first_price_that_began_since_has_none_before_it() -> None:
    (_, later) = announced("2026-11-24", "4")["prices"]
    active = row() | {"prices": [later]}
    quoted = candidate({GENAI: DOUBLED, LITELLM: OLD})
    earlier = Earlier("2026-11-23T23:59:59")
    decision = decide([active], [quoted], NOW, HORIZON, earlier=earlier)
    assert (codes(decision), rates(decision)) == ({"change_over_25_percent"}, DOUBLED)


def test_the_day_and_the_instant_at_which_a_price_begins_are_the_same() -> None:
    before, later = announced("2026-11-24", "4")["prices"]
    active = row() | {"prices": [before, later | {"from": "2026-11-24T00:00:00"}]}
    quoted = candidate({GENAI: DOUBLED, LITELLM: OLD})
    earlier = Earlier("2026-11-23T23:59:59")
    assert rates(decide([active], [quoted], NOW, HORIZON, earlier=earlier)) == DOUBLED


def test_a_list_may_contradict_an_announced_price_with_a_third_one() -> None:
    third = {**OLD, "input": "3.5"}
    assert rates(begun("2026-11-23T23:59:59", candidate({GENAI: third, LITELLM: third}))) == third


def test_many_small_announced_steps_are_one_large_change() -> None:
    prices = ["2", "2.4", "2.8"]
    days = ["2026-12-01", "2026-12-02"]
    periods = [
        {"lists": lists(standard={**OLD, "input": price}), "source": BOTH} for price in prices
    ]
    bounds = [{"to": days[0]}, {"from": days[0], "to": days[1]}, {"from": days[1]}]
    quoted = [period | bound for period, bound in zip(periods, bounds, strict=True)]
    decision = decided([row()], candidate({GENAI: OLD, LITELLM: OLD}, prices=quoted))
    assert [str(change.field) for _, change in decision.accepted] == [
        "standard.input@2026-12-01T00:00:00"
    ]
    assert [(one.after, one.code) for one in decision.quarantined] == [
        ("2.8", "change_over_25_percent")
    ]


def test_an_announcement_of_one_price_does_not_change_the_others() -> None:
    """litellm's input was accepted; genai-prices announces another output, and repeats its own."""
    high = {**OLD, "input": "2.4"}
    known = {"component": "input", "mode": "standard", "genai_prices": "2", "used": "2.4"}
    active = row(standard=high) | {"disagreements": [known]}
    start = "2027-01-01"
    periods = [
        {"to": start, "lists": lists(standard=OLD), "source": BOTH},
        {"from": start, "lists": lists(standard={**OLD, "output": "12"}), "source": BOTH},
    ]
    (after,) = decided([active], candidate({GENAI: OLD, LITELLM: high}, prices=periods)).rows
    assert [period["lists"]["standard"]["rates"] for period in after["prices"]] == [
        high,
        {**high, "output": "12"},
    ]


def test_an_announcement_that_is_withdrawn_leaves_todays_price() -> None:
    active = row() | announced("2027-01-01", "3")
    (after,) = decided([active], candidate({GENAI: OLD, LITELLM: OLD})).rows
    assert [p["lists"] for p in after["prices"]] == [lists(standard=OLD)]


def test_a_price_for_the_far_future_is_left_out_and_shown() -> None:
    found = candidate({GENAI: OLD, LITELLM: OLD}, **announced("2999-01-01", "2.4"))
    decision = decided([row()], found)
    assert codes(decision) == {"far_future"}
    assert decision.rows == [row()]


def test_an_announced_price_that_was_rolled_back_does_not_begin_on_its_day() -> None:
    new = {**OLD, "input": "2.4"}
    decision = decide(
        [row()],
        [candidate({GENAI: new, LITELLM: new})],
        NOW,
        HORIZON,
        earlier=Earlier(applied={"maker/swift standard.input@2026-11-24T00:00:00": "2.4"}),
    )
    assert (codes(decision), rates(decision)) == ({"taken_back"}, OLD)
