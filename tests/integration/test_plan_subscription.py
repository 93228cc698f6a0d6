"""``POST /v1/plan/subscription`` through its handler: the lesson's section 8, with its errors."""

from typing import Any

import pytest

from tests.support.handlers import Event
from tests.support.plans import Plans, exact, months

NOW = {"as_of": "2026-11-22"}
#: 0.075 USD a call at Sonnet 5.5's prices, 300 calls: 18 USD a seat and month.
REVIEWS = {
    "name": "Reviews",
    "model": "claude-sonnet-5-5",
    "calls": 300,
    "usage": {"input_tokens": 15_000, "output_tokens": 3_000},
}


@pytest.fixture
def plan(event: Event) -> Plans:
    return Plans(event, "plan_subscription")


def offer(answer: dict[str, Any], plan_id: str, billing: str = "monthly") -> dict[str, Any]:
    (found,) = (one for one in answer["plans"] if one["id"] == plan_id)
    (priced,) = (one for one in found["offers"] if one["billing"] == billing)
    assert isinstance(priced, dict)
    return priced


def test_every_plan_is_compared_with_the_api_cost(plan: Plans) -> None:
    answer = plan(**NOW, seats=10, items=[REVIEWS])
    assert (answer["api"]["per_seat_usd"], answer["api"]["month_usd"]) == ("18", "180")
    assert answer["api"]["items"] == [
        {"name": "Reviews", "model": "claude-sonnet-5-5", "calls": 3_000, "cost_usd": "180"}
    ]
    pro = offer(answer, "pro")
    assert (pro["month_usd"], pro["saves_usd"], pro["cheaper"]) == ("200", "-20", "api")
    assert (offer(answer, "pro", "annual")["month_usd"]) == "170"
    assert [one["id"] for one in answer["plans"]] == [
        "free", "pro", "max-5x", "max-20x", "team-standard", "team-premium", "enterprise",
    ]  # fmt: skip


def test_a_plan_breaks_even_where_the_api_would_cost_as_much(plan: Plans) -> None:
    pro = offer(plan(**NOW, items=[REVIEWS]), "pro")
    assert pro["break_even_usage"] == "1.111111111111"  # 20 / 18
    assert pro["break_even_calls"] == 334  # 333 calls cost 19.98 USD


def test_a_free_plan_of_limited_usage_does_not_claim_to_save_the_cost_of_the_api(
    plan: Plans,
) -> None:
    free = offer(plan(**NOW, items=[REVIEWS]), "free")
    assert free["month_usd"] == "0"
    assert (free["saves_usd"], free["cheaper"], free["break_even_usage"]) == (None, None, None)


def test_at_the_break_even_both_cost_the_same(plan: Plans) -> None:
    items = [{**REVIEWS, "usage": {"input_tokens": 10**5, "output_tokens": 0}, "calls": 100}]
    pro = offer(plan(**NOW, items=items), "pro")
    assert (pro["cheaper"], pro["saves_usd"], pro["break_even_calls"]) == ("same", "0", 100)


@pytest.mark.parametrize(("seats", "billed"), [(1, 5), (4, 5), (5, 5), (6, 6)])
def test_a_team_pays_for_at_least_five_seats(plan: Plans, seats: int, billed: int) -> None:
    team = offer(plan(**NOW, seats=seats, items=[REVIEWS]), "team-standard")
    assert (team["seats_billed"], team["month_usd"]) == (billed, str(25 * billed))


@pytest.mark.parametrize(("seats", "available"), [(150, True), (151, False)])
def test_a_team_has_at_most_150_seats(plan: Plans, seats: int, available: bool) -> None:
    answer = plan(**NOW, seats=seats, items=[REVIEWS])
    (team,) = (one for one in answer["plans"] if one["id"] == "team-standard")
    assert (team["available"], bool(team["offers"])) == (available, available)


def test_enterprise_bills_its_usage_on_top_and_never_breaks_even(plan: Plans) -> None:
    found = offer(plan(**NOW, seats=10, items=[REVIEWS]), "enterprise")
    assert (found["seats_usd"], found["api_usage_usd"], found["month_usd"]) == ("200", "180", "380")
    assert (found["break_even_usage"], found["break_even_calls"]) == (None, None)


def test_usage_that_costs_nothing_has_no_break_even(plan: Plans) -> None:
    items = [{**REVIEWS, "usage": {"input_tokens": 0, "output_tokens": 0}}]
    assert offer(plan(**NOW, items=items), "pro")["break_even_usage"] is None


def test_the_saving_is_the_api_workload_less_the_seats(plan: Plans) -> None:
    second = {**REVIEWS, "name": "Lookups", "model": "haiku", "calls": 7, "processing": "batch"}
    answer = plan(**NOW, seats=7, items=[REVIEWS, second])
    for one in answer["plans"]:
        if one["usage"] == "limited":
            continue
        for priced in one["offers"]:
            saved = months(answer)["api"] - exact(priced["month_usd"])
            assert saved == exact(priced["saves_usd"])


def test_every_price_names_its_source_and_date_and_none_is_verified(plan: Plans) -> None:
    answer = plan(**NOW, items=[REVIEWS])
    offers = [priced for one in answer["plans"] for priced in one["offers"]]
    assert offers
    for priced in offers:
        assert priced["verified"] is False
        assert priced["source"]["title"]
        assert priced["source"]["as_of"].startswith("2026-")
    assert (answer["plans_version"], answer["plans_as_of"]) == ("2026-11-22", "2026-11-22")
    assert any("Claude Max 20x: 200 USD" in one for one in answer["unverified"])
    assert any("unknown whether a plan covers" in one for one in answer["assumptions"])


def test_what_each_plan_includes_says_whether_that_is_verified(plan: Plans) -> None:
    answer = plan(**NOW, items=[REVIEWS])
    for one in answer["plans"]:
        assert {said["status"] for said in one["statements"]} <= {"verified", "unverified"}
        assert one["statements"]


def test_the_lessons_plans_are_kept_with_their_errors_marked(plan: Plans) -> None:
    answer = plan(
        pricing_version="lesson-2025",
        plans_version="lesson-2025",
        items=[{**REVIEWS, "model": "sonnet"}],
    )
    team = offer(answer, "team")
    assert (team["usd_per_seat_month"], team["seats_billed"]) == ("25", 5)
    wrong = [
        said["text"]
        for one in answer["plans"]
        for said in one["statements"]
        if said["status"] == "wrong"
    ]
    assert wrong == [
        "Claude Code uses API credits, not the plan's usage.",
        "500K context window for all models.",
    ]
    (enterprise,) = (one for one in answer["plans"] if one["id"] == "enterprise")
    assert enterprise["offers"] == []  # quoted on request


def test_a_version_of_the_plans_that_is_not_there_is_not_found(plan: Plans) -> None:
    assert plan.refused(**NOW, items=[REVIEWS], plans_version="2030-01-01")[0] == 404
    assert plan.refused(**NOW, items=[REVIEWS], plans_version="../index")[0] == 404


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/items"),
        ({"items": []}, "/items"),
        ({"items": [REVIEWS] * 501}, "/items"),
        ({"items": [REVIEWS], "seats": 0}, "/seats"),
        ({"items": [REVIEWS], "seats": 10**6 + 1}, "/seats"),
        ({"items": [{**REVIEWS, "calls": 10**12}], "seats": 2}, "/items/0/calls"),
        ({"items": [{**REVIEWS, "calls": 0}]}, "/items/0/calls"),
        ({"items": [REVIEWS, {**REVIEWS, "usage": {"input_tokens": 1}}]},
         "/items/1/usage/output_tokens"),
        ({"items": [{"name": "a", "model": "sonnet"}]}, "/items/0/usage"),
        ({"items": [{**REVIEWS, "speed": "fast"}]}, "/items/0/speed"),
        ({"items": [REVIEWS], "plan": "pro"}, "/plan"),
    ],
)  # fmt: skip
def test_what_makes_no_plan_is_refused_at_its_field(
    plan: Plans, body: dict[str, Any], pointer: str
) -> None:
    assert plan.refused(**NOW, **body) == (422, pointer)


def test_an_unknown_model_is_not_found_at_its_item(plan: Plans) -> None:
    items = [REVIEWS, {**REVIEWS, "model": "gpt-99"}]
    assert plan.refused(**NOW, items=items) == (404, "/items/1/model")


def test_usage_that_is_priced_in_part_does_not_make_the_api_the_cheaper_of_two(plan: Plans) -> None:
    # Known are 18 USD a month, and 180 USD for ten times the calls; Pro costs 20.
    usage = {"input_tokens": 15_000, "output_tokens": 3_000, "surprising_tokens": 9}
    part = {**REVIEWS, "usage": usage}
    known = ("saves_usd", "cheaper", "break_even_usage", "break_even_calls")
    less = plan(**NOW, items=[part])
    assert less["status"] == "partial"
    assert [offer(less, "pro")[name] for name in known] == [None] * 4
    more = plan(**NOW, items=[{**part, "calls": 3_000}])
    assert [offer(more, "pro")[name] for name in known] == [None, "plan", None, None]
    # What is billed in addition to the fee costs the same either way.
    assert offer(less, "enterprise")["saves_usd"] == "-20"
    assert offer(less, "enterprise")["cheaper"] == "api"
