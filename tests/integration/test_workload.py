"""``POST /v1/estimate/workload`` through its handler, on the lesson's section 9 and beyond."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from pricing.store import bundled
from tests.support.handlers import Answer, Ask, Event, handler, only, post


@pytest.fixture
def ask(event: Event) -> Ask:
    workload = handler("workload")

    def send(items: list[dict[str, Any]], **fields: Any) -> Answer:
        body = {"pricing_version": "lesson-2025", "items": items, **fields}
        return post(workload, event("workload"), body)

    return send


def item(name: str, model: str, tokens: tuple[int, int], calls: int, **more: Any) -> dict[str, Any]:
    usage = {"input_tokens": tokens[0], "output_tokens": tokens[1]}
    return {"name": name, "model": model, "usage": usage, "calls": calls, **more}


#: Section 9.1, a developer's day.
DAY = [
    item("Morning code review", "sonnet", (15_000, 3_000), 3),
    item("Feature implementation", "sonnet", (8_000, 4_000), 5),
    item("Bug debugging session", "opus", (20_000, 5_000), 2),
    item("Test generation", "sonnet", (5_000, 8_000), 3),
    item("Quick questions", "haiku", (1_000, 500), 10),
]
#: Section 9.2, a month of pipelines.
PIPELINES = [
    item("Support classification", "haiku", (500, 50), 100_000),
    item("Content moderation", "haiku", (200, 30), 500_000),
    item("Document summarization", "sonnet", (5_000, 500), 10_000),
    item("Code review automation", "sonnet", (10_000, 2_000), 5_000),
    item("Architecture analysis", "opus", (30_000, 5_000), 500),
]


def what_if(answer: Answer) -> dict[str, Any]:
    return only(answer, "what_if")


def test_the_lessons_day_costs_what_the_lesson_says(ask: Ask) -> None:
    body = ask(DAY).body
    assert [one["total_usd"] for one in body["items"]] == ["0.27", "0.42", "1.35", "0.405", "0.028"]
    assert [one["per_call_usd"] for one in body["items"]] == [
        "0.09", "0.084", "0.675", "0.135", "0.0028",
    ]  # fmt: skip
    assert body["totals"] == {
        "period_usd": "2.473",
        "monthly_usd": "54.406",
        "yearly_usd": "642.98",
        "status": "priced",
    }


def test_the_lessons_pipelines_cost_what_the_lesson_says(ask: Ask) -> None:
    body = ask(PIPELINES, period="month").body
    assert [one["total_usd"] for one in body["items"]] == ["60", "140", "225", "300", "412.5"]
    assert body["totals"] == {
        "period_usd": "1137.5",
        "monthly_usd": "1137.5",
        "yearly_usd": "13650",
        "status": "priced",
    }


def test_a_year_of_working_days_is_not_twelve_months_of_them(ask: Ask) -> None:
    days = {"working_days_per_month": 22, "working_days_per_year": 264}
    assert ask(DAY, **days).body["totals"]["yearly_usd"] == "652.872"


def test_shares_are_rounded_ratios_of_the_total(ask: Ask) -> None:
    shares = [Decimal(one["share"]) for one in ask(DAY).body["items"]]
    assert shares[0] == Decimal("0.109179134654")  # 0.27 / 2.473
    assert abs(sum(shares, Decimal(0)) - 1) <= Decimal("0.000000000003")


@pytest.mark.parametrize(
    ("model", "total", "saves"), [("opus", "7.35", "-4.877"), ("sonnet", "1.47", "1.003")]
)
def test_moving_the_whole_day_to_one_model_is_repriced_line_by_line(
    ask: Ask, model: str, total: str, saves: str
) -> None:
    moved = what_if(ask(DAY, what_if=[{"name": "one model", "model": model}]))
    assert (moved["total_usd"], moved["saves_usd"]) == (total, saves)


def test_forty_percent_by_caching_is_impossible_for_the_lessons_day(ask: Ask) -> None:
    caching = {"prefix_tokens": 5_000, "hit_rate": "1"}
    claim = {"name": "caching", "caching": caching, "claimed_percent": "40"}
    answer = what_if(ask(DAY, what_if=[claim]))
    assert answer["ceiling"]["ignoring_minimum_percent"] == "33.044884755358"  # 81720/2473
    # Without the 1,000 token lookups, which Haiku 3.5 does not cache: 0.81 of 2.473.
    assert Fraction(answer["ceiling"]["saves_usd"]) == Fraction("0.81")
    assert answer["claim"]["possible"] is False
    most = Decimal(answer["ceiling"]["saves_percent"])
    assert Decimal(answer["claim"]["overshoot_percent"]) == 40 - most


def test_fifty_percent_by_caching_is_impossible_for_the_lessons_pipelines(ask: Ask) -> None:
    caching = {"prefix_tokens": 4_000, "hit_rate": "0.9"}
    claim = {"name": "caching", "caching": caching, "claimed_percent": 50}
    answer = what_if(ask(PIPELINES, period="month", what_if=[claim]))
    assert answer["ceiling"]["saves_usd"] == "472.5"  # 1137.50 - 665
    assert answer["ceiling"]["saves_percent"] == "41.538461538462"  # 540/13
    assert answer["ceiling"]["ignoring_minimum_percent"] == "51.032967032967"  # 4644/91
    assert answer["claim"]["possible"] is False
    assert any("Support classification" in note for note in answer["notes"])


def test_batching_everything_halves_the_pipelines(ask: Ask) -> None:
    batched = what_if(ask(PIPELINES, what_if=[{"name": "batch", "processing": "batch"}]))
    assert batched["total_usd"] == "568.75"
    assert batched["saves_percent"] == "50"
    assert batched["ceiling"] is None


def test_a_change_touches_only_the_lines_that_match(ask: Ask) -> None:
    changes = [
        {"name": model, "processing": "batch", "match": {"model": model}}
        for model in ("sonnet", "opus")
    ]
    answers = ask(PIPELINES, what_if=changes).body["what_if"]
    assert sum(Fraction(one["saves_usd"]) for one in answers) == Fraction("468.75")  # to 668.75


def test_a_share_moves_only_that_part_of_the_calls(ask: Ask) -> None:
    change = {
        "name": "tiering",
        "model": "haiku",
        "share": "0.25",
        "match": {"name": "Test generation"},
    }
    answer = what_if(ask(DAY, what_if=[change]))
    # A quarter of 0.405 goes; a quarter of 3 x (5000 x 0.8 + 8000 x 4) / 1e6 comes.
    assert Fraction(answer["saves_usd"]) == (Fraction("0.405") - Fraction("0.108")) / 4


def test_caching_pays_for_its_writes(ask: Ask) -> None:
    work = [item("reviews", "sonnet", (10_000, 1_000), 100)]
    caching = {"prefix_tokens": 8_000, "hit_rate": "0.75", "ttl": "1h"}
    answer = what_if(ask(work, what_if=[{"name": "cache", "caching": caching}]))
    fresh = Fraction(2_000 * 3 + 1_000 * 15, 10**6)
    hit, miss = Fraction(8_000 * 3, 10**7), Fraction(8_000 * 6, 10**6)
    assert Fraction(answer["total_usd"]) == 100 * fresh + 75 * hit + 25 * miss


def test_caching_that_never_hits_costs_extra(ask: Ask) -> None:
    work = [item("reviews", "sonnet", (10_000, 1_000), 100)]
    caching = {"prefix_tokens": 10_000, "hit_rate": 0}
    answer = what_if(ask(work, what_if=[{"name": "cache", "caching": caching}]))
    assert Fraction(answer["saves_usd"]) == -100 * Fraction(10_000 * 3, 4 * 10**6)
    assert answer["notes"]


@pytest.mark.parametrize(("prefix", "possible"), [(2_047, False), (2_048, True)])
def test_a_prefix_under_the_cache_minimum_saves_nothing_and_says_why(
    ask: Ask, prefix: int, possible: bool
) -> None:
    work = [item("lookups", "haiku", (4_000, 10), 1_000)]
    caching = {"prefix_tokens": prefix, "hit_rate": "1"}
    answer = what_if(ask(work, what_if=[{"name": "cache", "caching": caching}]))
    assert (Fraction(answer["saves_usd"]) > 0) is possible
    assert any("cache minimum" in note for note in answer["notes"]) is not possible


@pytest.mark.parametrize(
    ("name", "prefix", "possible"),
    [("gpt-4o", 1_023, False), ("gpt-4o", 1_024, True), ("gemini-2.5-flash", 2_047, False)],
)
def test_a_prefix_that_its_provider_does_not_cache_saves_nothing(
    ask: Ask, name: str, prefix: int, possible: bool
) -> None:
    work = [item("chats", name, (4_000, 10), 1_000)]
    caching = {"prefix_tokens": prefix, "hit_rate": "1"}
    changes = [{"name": "cache", "caching": caching}]
    answer = what_if(ask(work, what_if=changes, pricing_version="active"))
    assert (Fraction(answer["saves_usd"]) > 0) is possible


def test_a_saving_by_a_prefix_of_unpublished_minimum_says_so(ask: Ask) -> None:
    work = [item("chats", "xai/grok-4.3", (4_000, 10), 1_000)]
    caching = {"prefix_tokens": 500, "hit_rate": "1"}
    changes = [{"name": "cache", "caching": caching}]
    answer = what_if(ask(work, what_if=changes, pricing_version="active"))
    assert Fraction(answer["saves_usd"]) > 0
    assert any(
        "shortest prefix that grok-4.3 caches is not published" in n for n in answer["notes"]
    )


def test_a_prefix_longer_than_the_prompt_gives_a_warning(ask: Ask) -> None:
    work = [item("lookups", "sonnet", (4_000, 10), 1_000)]
    caching = {"prefix_tokens": 4_001, "hit_rate": "1"}
    answer = what_if(ask(work, what_if=[{"name": "cache", "caching": caching}]))
    assert answer["saves_usd"] == "0"
    assert "fewer than 4001" in answer["notes"][0]


def test_a_model_that_is_already_the_cheapest_saves_nothing_and_says_so(ask: Ask) -> None:
    work = [item("lookups", "haiku", (4_000, 10), 1_000)]
    answer = what_if(ask(work, what_if=[{"name": "opus", "model": "opus"}]))
    assert Fraction(answer["saves_usd"]) < 0
    assert "costs no more" in answer["notes"][0]


def test_the_lessons_day_on_todays_models(ask: Ask) -> None:
    answer = ask(DAY, pricing_version="active")
    assert answer.body["totals"]["period_usd"] == "1.0935"
    assert answer.body["totals"]["monthly_usd"] == "24.057"
    pipelines = ask(PIPELINES, pricing_version="active", period="month")
    assert pipelines.body["totals"]["monthly_usd"] == "485"


def test_exercise_one_and_five_of_the_lesson(ask: Ask) -> None:
    exercise_1 = [
        item("one", "opus", (10_000, 2_000), 1),
        item("thousand", "haiku", (500, 100), 1_000),
        item("batch", "sonnet", (3_000, 1_000), 500, processing="batch"),
    ]
    assert [one["total_usd"] for one in ask(exercise_1).body["items"]] == ["0.3", "0.8", "6"]
    uniform = [("haiku", 35_000), ("sonnet", 10_000), ("opus", 5_000)]
    tiers = [item(model, model, (1_000, 300), calls) for model, calls in uniform]
    body = ask(tiers, period="month", what_if=[{"name": "all Sonnet", "model": "sonnet"}]).body
    assert [one["total_usd"] for one in body["items"]] == ["70", "75", "187.5"]
    assert body["totals"]["monthly_usd"] == "332.5"
    assert body["what_if"][0]["total_usd"] == "375"
    sizes = {"haiku": (500, 150), "sonnet": (1_500, 500), "opus": (3_000, 1_000)}
    tiers = [item(model, model, sizes[model], calls) for model, calls in uniform]
    body = ask(tiers, period="month", what_if=[{"name": "all Sonnet", "model": "sonnet"}]).body
    assert body["totals"]["monthly_usd"] == "755"
    assert body["what_if"][0]["total_usd"] == "371.25"


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"items": []}, "/items"),
        ({"items": [item("a", "opus", (1, 1), 1)] * 501}, "/items"),
        ({"items": [item("a", "opus", (1, -1), 1)]}, "/items/0/usage/output_tokens"),
        ({"items": [item("a", "opus", (1, 1), 1, speed="fast")]}, "/items/0/speed"),
        ({"items": [{"name": "a", "model": "opus"}]}, "/items/0/usage"),
        ({"working_days_per_month": 0}, "/working_days_per_month"),
        ({"working_days_per_month": 32}, "/working_days_per_month"),
        ({"what_if": [{"name": "nothing"}]}, "/what_if/0/model"),
        ({"what_if": [{"name": "x", "model": "opus", "share": "1.01"}]}, "/what_if/0/share"),
        ({"what_if": [{"name": "x", "model": "opus", "share": True}]}, "/what_if/0/share"),
        ({"what_if": [{"name": "x", "model": "opus", "share": "1e-3"}]}, "/what_if/0/share"),
        ({"what_if": [{"name": "x", "model": "opus", "match": {"name": "?"}}]}, "/what_if/0/match"),
    ],
)  # fmt: skip
def test_a_bad_workload_is_refused_at_its_field(
    ask: Ask, change: dict[str, Any], pointer: str
) -> None:
    answer = ask(**{"items": [item("a", "opus", (1, 1), 1)], **change})
    assert answer.status == 422, answer.body
    assert answer.body["errors"][0]["pointer"] == pointer


def test_an_unknown_model_in_a_line_or_a_what_if_is_pointed_at(ask: Ask) -> None:
    lines = [item("a", "opus", (1, 1), 1), item("b", "opas", (1, 1), 1)]
    answer = ask(lines)
    assert answer.status == 404
    assert answer.body["errors"][0]["pointer"] == "/items/1/model"
    assert answer.body["suggestions"] == ["opus"]
    answer = ask(lines[:1], what_if=[{"name": "x", "model": "opas"}])
    assert answer.body["errors"][0]["pointer"] == "/what_if/0/model"


def test_five_hundred_lines_are_one_answer(ask: Ask) -> None:
    lines = [item(f"line {n}", "haiku", (n, n), n + 1) for n in range(500)]
    body = ask(lines).body
    total = sum(Fraction(one["total_usd"]) for one in body["items"])
    assert total == Fraction(body["totals"]["period_usd"])
    assert total == sum((n + 1) * n * Fraction("4.8") / 10**6 for n in range(500))


def test_a_line_served_on_other_terms_than_asked_says_so_as_an_estimate_does(ask: Ask) -> None:
    work = [item("a", "claude-opus-5-5", (1, 1), 1, speed="standard")]
    work[0]["usage"]["speed"] = "fast"
    answer = ask(work, pricing_version="active")
    assert [one["code"] for one in answer.body["warnings"]] == ["served_terms_differ"]


# Prices that change within the year

#: 1,000 and 100 tokens cost 0.003 USD at 2 and 10 USD a million, and twice as much from 2026-12-01.
ARGON = item("Agents", "google/gemini-4-argon", (1_000, 100), 1_000)
CURRENT = {"pricing_version": bundled.current_id(), "period": "month"}


@pytest.mark.parametrize(
    ("as_of", "total", "warned"),
    [
        ("2025-11-30", "3", False),  # the change is over a year away
        ("2026-11-30T23:59:59Z", "3", True),
        ("2026-12-01", "6", False),
    ],
)
def test_a_workload_is_warned_of_the_price_it_will_have_within_the_year(
    ask: Ask, as_of: str, total: str, warned: bool
) -> None:
    body = ask([ARGON], **CURRENT, as_of=as_of).body
    assert body["totals"]["period_usd"] == total
    changes = [one["message"] for one in body["warnings"] if one["code"] == "price_changes"]
    expected = (
        "From 2026-12-01T00:00:00Z on, gemini-4-argon has other prices, and Agents costs 6 USD in"
        f" place of 3 USD: the totals are at the prices of {as_of}."
    )
    assert changes == ([expected] if warned else [])


def test_a_workload_is_warned_that_its_mode_ends_within_the_year(ask: Ask) -> None:
    fast = {**item("Agents", "claude-opus-4-8", (1_000, 100), 1_000), "speed": "fast"}
    body = ask([fast], **CURRENT, as_of="2026-11-29").body
    (message,) = (one["message"] for one in body["warnings"] if one["code"] == "price_changes")
    assert message.startswith("The prices of Agents end at 2026-11-30T00:00:00Z: claude-opus-4-8")


def test_a_workload_at_prices_that_stay_is_warned_of_nothing(ask: Ask) -> None:
    steady = item("Agents", "opus", (1_000, 100), 1_000)
    assert ask([steady], **CURRENT, as_of="2026-12-01").body["warnings"] == []
