"""``POST /v1/recommend`` through its handler; what a task is read as is given, not classified."""

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest

from pricing.recommendations import policy as recommend_policy
from pricing.recommendations.routing import Assessment, Basis
from pricing.recommendations.routing.judgement import Signal
from pricing.store import bundled
from tariff.template import recorded_event
from tests.support.handlers import (
    Answer,
    Ask,
    Event,
    Handler,
    asking,
    handler,
    only,
    pointers,
    post,
)

Reads = Callable[..., None]
EVENT = recorded_event("recommend")
NOW = {"pricing_version": bundled.current_id(), "as_of": "2026-11-23"}
HAIKU, SONNET, OPUS = "claude-haiku-5-5", "claude-sonnet-5-5", "claude-opus-5-5"
#: 1000 in, 200 out: 0.0002, 0.004 and 0.008 USD.
SIZE = {"expected_input_tokens": 1000, "expected_output_tokens": 200}


@pytest.fixture(scope="module")
def ask() -> Ask:
    return asking("recommend", EVENT, task="Do it", **SIZE, **NOW)


@pytest.fixture
def reads_as(monkeypatch: pytest.MonkeyPatch) -> Reads:
    """Every task is read as this one."""

    def give(complexity: Any, *, kind: str = "writing", evidence: bool = True) -> None:
        signals = (Signal("length", "short", -0.25),)
        basis: Basis = "outcomes" if evidence else "none"
        found = Assessment(kind, complexity, 0.3, 0.8, evidence, signals, basis, 0.3)
        monkeypatch.setattr(recommend_policy, "assess", lambda *_: found)

    return give


def one(answer: Answer) -> dict[str, Any]:
    return only(answer, "recommendations")


def chosen(answer: Answer) -> str | None:
    model = one(answer)["model"]
    return model["id"] if model else None


def codes(answer: Answer) -> set[str]:
    return {warning["code"] for warning in one(answer)["warnings"]}


# The policy


@pytest.mark.parametrize(
    ("complexity", "model", "saves"),
    [("simple", HAIKU, "97.5"), ("moderate", SONNET, "50"), ("complex", OPUS, "0")],
)
def test_each_complexity_has_its_model_and_its_saving_against_always_the_top(
    ask: Ask, reads_as: Reads, complexity: str, model: str, saves: str
) -> None:
    reads_as(complexity)
    found = one(ask())
    assert found["model"]["id"] == model
    assert found["status"] == "recommended"
    assert found["decided_by"] == "policy"
    assert found["savings_vs_always_top"]["model"] == OPUS
    assert found["savings_vs_always_top"]["saves_percent"] == saves
    assert found["signals"] == [{"name": "length", "value": "short", "weight": "-0.25"}]
    assert (found["confidence"], found["difficulty"]) == ("0.8", "0.3")
    assert found["p_cheap_wrong"] == "0.3"
    assert complexity in found["why"]
    assert model in found["why"]


def test_in_the_lessons_version_the_tiers_are_the_lessons(ask: Ask, reads_as: Reads) -> None:
    found = {}
    for complexity in ("simple", "moderate", "complex"):
        reads_as(complexity)
        found[complexity] = chosen(ask(pricing_version="lesson-2025", as_of="2025-07-01"))
    assert found == {
        "simple": "claude-3-5-haiku",
        "moderate": "claude-sonnet-4",
        "complex": "claude-opus-4",
    }


def test_without_evidence_the_safe_choice_is_taken_and_reported(ask: Ask, reads_as: Reads) -> None:
    reads_as("simple", evidence=False)
    answer = ask()
    assert chosen(answer) == SONNET
    assert one(answer)["decided_by"] == "safe_choice"
    assert "unlike all that was measured" in one(answer)["why"]
    assert "no_evidence" in codes(answer)
    assert chosen(ask(policy={"safe": "opus"})) == OPUS


def test_the_policy_can_be_the_callers_own(ask: Ask, reads_as: Reads) -> None:
    reads_as("simple")
    answer = ask(policy={"simple": "claude-haiku-4-5"})
    assert chosen(answer) == "claude-haiku-4-5"
    models = [one["model"] for one in answer.body["policy"]["models"]]
    assert models == ["claude-haiku-4-5", SONNET, OPUS]
    same = ask(policy={"simple": "sonnet"})
    assert same.body["policy"]["models"] == [
        {"model": SONNET, "roles": ["simple", "moderate"]},
        {"model": OPUS, "roles": ["complex"]},
    ]


def test_a_forced_model_is_taken_and_its_faults_are_reported(ask: Ask, reads_as: Reads) -> None:
    reads_as("complex")
    answer = ask(force="haiku", max_usd_per_call="0.0001")
    assert chosen(answer) == HAIKU
    assert (one(answer)["status"], one(answer)["decided_by"]) == ("forced", "force")
    assert "constraint_overridden" in codes(answer)
    assert OPUS in one(answer)["why"]


def test_what_was_chosen_is_the_estimate_it_would_be_alone(
    recommend: Handler, reads_as: Reads, event: Event
) -> None:
    reads_as("moderate")
    usage = {"input_tokens": 1234, "output_tokens": 56, "cache_read_input_tokens": 2000}
    work = {"usage": usage, "calls": 7, **NOW}
    found = one(post(recommend, EVENT, {"task": "Do it", **work}))
    alone = post(handler("estimate"), event("estimate"), {"model": "sonnet", **work})
    assert found["estimate"] == alone.body


# Constraints


@pytest.mark.parametrize(
    ("ceiling", "model", "status"),
    [
        ("0.008", OPUS, "recommended"),
        ("0.007999", SONNET, "weaker"),
        ("0.004", SONNET, "weaker"),
        ("0.0002", HAIKU, "weaker"),
    ],
)
def test_a_ceiling_on_the_cost_of_a_call_has_the_last_word(
    ask: Ask, reads_as: Reads, ceiling: str, model: str, status: str
) -> None:
    reads_as("complex")
    answer = ask(max_usd_per_call=ceiling, calls=1000)
    assert chosen(answer) == model
    assert one(answer)["status"] == status
    assert ("weaker_than_meant" in codes(answer)) is (status == "weaker")


def test_what_no_model_satisfies_is_answered_with_every_reason(ask: Ask, reads_as: Reads) -> None:
    reads_as("simple")
    answer = ask(max_usd_per_call="0.0001")
    found = one(answer)
    assert (found["status"], found["model"], found["estimate"]) == ("none", None, None)
    assert "0.0001" in found["why"]
    reasons = {row["model"]: row["reason"] for row in found["alternatives"]}
    assert set(reasons) == {HAIKU, SONNET, OPUS}
    assert reasons[HAIKU] == (
        "A call on claude-haiku-5-5 costs 0.0002 USD, more than `max_usd_per_call`, 0.0001."
    )
    assert not any(row["possible"] for row in found["alternatives"])
    assert (found["batch"], found["caching"], found["cascade"]) == (None, None, None)
    assert answer.body["total_usd"] == "0"
    assert answer.body["savings_vs_always_top"]["saves_usd"] is None


@pytest.mark.parametrize(("tokens", "model"), [(199_800, HAIKU), (199_801, SONNET)])
def test_a_prompt_must_fit_the_window_with_its_answer(
    ask: Ask, reads_as: Reads, tokens: int, model: str
) -> None:
    reads_as("simple")
    answer = ask(policy={"simple": "claude-haiku-4-5"}, expected_input_tokens=tokens)
    expected = "claude-haiku-4-5" if model == HAIKU else model
    assert chosen(answer) == expected
    if model == SONNET:
        assert one(answer)["status"] == "stronger"
        assert "200,000" in one(answer)["why"]


@pytest.mark.parametrize(("tokens", "model"), [(64_000, "claude-haiku-4-5"), (64_001, SONNET)])
def test_an_answer_must_be_within_the_models_limit(
    ask: Ask, reads_as: Reads, tokens: int, model: str
) -> None:
    reads_as("simple")
    policy = {"simple": "claude-haiku-4-5"}
    answer = ask(policy=policy, expected_input_tokens=10, expected_output_tokens=tokens)
    assert chosen(answer) == model
    assert one(answer)["max_tokens"] == tokens


def test_a_capability_that_is_required_rules_models_out(ask: Ask, reads_as: Reads) -> None:
    reads_as("simple")
    policy = {"simple": "claude-3-haiku"}
    answer = ask(policy=policy, requires={"thinking": True}, as_of="2026-04-19")
    assert chosen(answer) == SONNET
    (row,) = [one for one in one(answer)["alternatives"] if one["model"] == "claude-3-haiku"]
    assert (row["possible"], row["reason"]) == (False, "claude-3-haiku does not offer thinking.")


@pytest.mark.parametrize(
    ("as_of", "model"), [("2026-11-29", "claude-sonnet-4-5"), ("2026-11-30", OPUS)]
)
def test_a_model_is_recommended_until_the_day_before_it_retires(
    ask: Ask, reads_as: Reads, as_of: str, model: str
) -> None:
    reads_as("moderate")
    answer = ask(policy={"moderate": "claude-sonnet-4-5"}, as_of=as_of)
    assert chosen(answer) == model
    assert one(answer)["status"] == ("recommended" if model != OPUS else "stronger")
    if model == OPUS:
        reason = "claude-sonnet-4-5 retired on 2026-11-30."
        assert reason in one(answer)["why"]
        assert [row["reason"] for row in one(answer)["alternatives"] if not row["possible"]] == [
            reason
        ]


def test_savings_are_compared_with_the_strongest_model_that_is_offered(
    ask: Ask, reads_as: Reads
) -> None:
    reads_as("simple")
    answer = ask(policy={"complex": "claude-opus-4-1"})  # retired on 2026-08-05
    assert one(answer)["savings_vs_always_top"]["model"] == SONNET
    assert answer.body["savings_vs_always_top"]["model"] == SONNET


# What a call uses


def test_without_usage_the_task_is_the_prompt_and_the_likely_answer_the_output(
    recommend: Handler, reads_as: Reads
) -> None:
    reads_as("simple", kind="question answering")
    found = one(answer := post(recommend, EVENT, {"task": "What is the capital of France?", **NOW}))
    lines = {line["component"]: line["quantity"] for line in found["estimate"]["line_items"]}
    likely = found["expected_output"]
    assert likely["low"] < likely["expected"] < likely["high"] <= found["max_tokens"]
    assert lines["output"] == str(likely["expected"])
    # Output costs 0.5 USD a million, input 0.1.
    more = Fraction(found["max_tokens"] - likely["expected"]) * Fraction("0.5") / 10**6
    assert Fraction(likely["high_usd"]) == Fraction(found["estimate"]["total_usd"]) + more
    assert found["estimate"]["counting"]["input_tokens"] == int(lines["input"])
    assert "output_not_stated" in codes(answer)


def test_a_batch_suits_a_task_without_a_waiting_user(ask: Ask, reads_as: Reads) -> None:
    reads_as("simple")
    batch = one(ask(realtime=False, calls=1000))["batch"]
    assert (batch["suitable"], batch["saves_usd"]) == (True, "0.1")  # half of 1000 x 0.0002
    assert one(ask(realtime=True))["batch"]["suitable"] is False
    assert (
        one(ask(task="Translate the manual", requires={"streaming": True}))["batch"]["suitable"]
        is False
    )


def test_caching_suits_a_prefix_that_is_read_often_enough(ask: Ask, reads_as: Reads) -> None:
    reads_as("moderate")
    size = {"expected_input_tokens": 30_500, "prefix_tokens": 30_000}
    caching = one(ask(**size, calls=100))["caching"]
    # A write costs 2.5 instead of 2, a read 0.1: 30k x (99 x 1.9 - 0.5) USD a million.
    saves = Fraction(30_000, 10**6) * (99 * Fraction("1.9") - Fraction("0.5"))
    assert (caching["suitable"], Fraction(caching["saves_usd"])) == (True, saves)
    assert one(ask(**size, calls=1))["caching"]["suitable"] is False
    assert one(ask(**size, calls=2))["caching"]["suitable"] is True
    short = one(ask(prefix_tokens=100, calls=100))["caching"]
    assert short["suitable"] is False
    assert "cache minimum of 512 tokens" in short["why"]
    assert one(ask(calls=100))["caching"]["suitable"] is None
    assert pointers(ask(prefix_tokens=1001)) == ["/prefix_tokens"]


def test_a_cascade_is_suggested_with_its_break_even_where_answers_can_be_checked(
    ask: Ask, reads_as: Reads
) -> None:
    reads_as("complex", kind="tool use")
    cascade = one(ask())["cascade"]
    assert (cascade["suggested"], cascade["first_model"]) == (True, HAIKU)
    assert cascade["break_even_pass_rate"] == "0.025"
    # 0.7 are right and pass; of the 0.3 wrong ones the check misses 0.44: 0.132.
    assert (cascade["expected_pass_rate"], cascade["verifier"]) == ("0.832", "tool_schema")
    reads_as("complex", kind="writing")
    assert one(ask())["cascade"]["suggested"] is False
    reads_as("simple", kind="tool use")
    assert one(ask())["cascade"]["first_model"] is None


def test_a_cascade_past_its_break_even_is_not_suggested(ask: Ask, reads_as: Reads) -> None:
    reads_as("complex", kind="tool use")
    policy = {"simple": "claude-sonnet-4-6", "moderate": "opus", "complex": "opus"}
    # 3/15 compared with 4/20: 0.75 must pass, 0.832 are expected to.
    cascade = one(ask(policy=policy))["cascade"]
    assert (cascade["break_even_pass_rate"], cascade["suggested"]) == ("0.75", True)
    reads_as("complex", kind="multiple choice")
    # Agreement pays for two attempts: 1.5 of the cost of the strong one.
    cascade = one(ask(policy=policy))["cascade"]
    assert (cascade["break_even_pass_rate"], cascade["suggested"]) == (None, False)


# A warm cache


WARM = {"current_model": "sonnet", "cached_tokens": 50_000, "expected_input_tokens": 52_000}


def test_leaving_a_warm_cache_is_priced(ask: Ask, reads_as: Reads) -> None:
    reads_as("complex")
    found = one(ask(**WARM))
    assert found["model"]["id"] == OPUS
    switch = found["cache_switch"]
    stay = Fraction(2000 * 2 + 50_000, 10**6) - Fraction(50_000, 10**6)
    stay += Fraction(50_000, 10**7) + Fraction(200 * 10, 10**6)
    move = Fraction(2000 * 4 + 50_000 * 5 + 200 * 20, 10**6)
    assert Fraction(switch["stay_usd"]) == stay
    assert Fraction(switch["move_usd"]) == move
    assert Fraction(switch["lost_usd"]) == Fraction(50_000, 10**6) * (5 - Fraction("0.2"))
    assert Fraction(switch["staying_saves_usd"]) == move - stay


def test_a_stronger_current_model_is_kept_while_its_cache_makes_it_cheaper(
    ask: Ask, reads_as: Reads
) -> None:
    reads_as("simple")
    # Staying: 2000 x 2 + 50000 x 0.1 + 200 x 10; moving: 2000 x 0.1 + 50000 x 0.125 + 200 x 0.5.
    few = one(ask(**WARM))
    assert (few["model"]["id"], few["status"]) == (HAIKU, "recommended")
    reads_as("moderate")
    warm = {**WARM, "current_model": "opus"}
    found = one(ask(**warm))
    # Staying: 8000 + 10000 + 4000 = 22000 millionths; moving: 4000 + 125000 + 2000.
    assert (found["model"]["id"], found["status"]) == (OPUS, "stay")
    assert found["cache_switch"]["staying_saves_usd"] == "0.109"
    assert "cache" in found["why"]
    assert one(ask(**warm, calls=100))["status"] == "recommended"


def test_a_weaker_current_model_is_left_all_the_same(ask: Ask, reads_as: Reads) -> None:
    reads_as("complex")
    found = one(ask(**{**WARM, "current_model": "haiku"}))
    assert (found["model"]["id"], found["status"]) == (OPUS, "recommended")


def test_nothing_is_lost_by_staying(ask: Ask, reads_as: Reads) -> None:
    reads_as("moderate")
    switch = one(ask(**WARM))["cache_switch"]
    assert (switch["lost_usd"], switch["staying_saves_usd"]) == ("0", "0")


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"cached_tokens": 5}, "/cached_tokens"),
        ({"current_model": "opus", "cached_tokens": 1001}, "/cached_tokens"),
    ],
)
def test_an_impossible_cache_is_refused(
    ask: Ask, reads_as: Reads, fields: dict[str, Any], pointer: str
) -> None:
    reads_as("moderate")
    assert pointers(ask(**fields)) == [pointer]


# Many tasks


def test_a_hundred_tasks_are_answered_in_order_and_add_up(
    recommend: Handler, reads_as: Reads
) -> None:
    reads_as("moderate")
    tasks = [{"task": f"Task {n}", "name": f"n{n}", "calls": n + 1} for n in range(100)]
    answer = post(recommend, EVENT, {"tasks": tasks, **SIZE, **NOW})
    found = answer.body["recommendations"]
    assert [row["name"] for row in found] == [f"n{n}" for n in range(100)]
    totals = [Fraction(row["estimate"]["total_usd"]) for row in found]
    assert totals == [Fraction("0.004") * (n + 1) for n in range(100)]
    assert Fraction(answer.body["total_usd"]) == sum(totals)
    assert answer.body["savings_vs_always_top"]["saves_percent"] == "50"
    assert pointers(post(recommend, EVENT, {"tasks": [*tasks, {"task": "x"}], **NOW})) == ["/tasks"]


def test_a_task_overrules_what_the_request_states_for_all(
    recommend: Handler, reads_as: Reads
) -> None:
    reads_as("moderate")
    tasks = [
        {"task": "a"},
        {"task": "b", "usage": {"input_tokens": 1, "output_tokens": 1}, "calls": 2},
        {"task": "c", "force": "haiku"},
        "d",
    ]
    body = {"tasks": tasks, **SIZE, "calls": 10, "max_usd_per_call": 1, **NOW}
    found = post(recommend, EVENT, body).body["recommendations"]
    assert [row["estimate"]["calls"] for row in found] == [10, 2, 10, 10]
    assert found[1]["estimate"]["per_call_usd"] == "0.000012"
    assert [row["model"]["id"] for row in found] == [SONNET, SONNET, HAIKU, SONNET]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/task"),
        ({"task": "a", "tasks": [{"task": "b"}]}, "/task"),
        ({"task": ""}, "/task"),
        ({"task": " \n\t"}, "/task"),
        ({"task": 7}, "/task"),
        ({"task": "x" * 200_001}, "/task"),
        ({"tasks": [{"task": "a"}, {"task": " "}]}, "/tasks/1/task"),
        ({"tasks": [{"task": "a"}, {"task": "b", "usage": {"input_tokens": -1}}]},
         "/tasks/1/usage/input_tokens"),
        ({"tasks": ["a", ""]}, "/tasks/1"),
        ({"tasks": ["a", 7]}, "/tasks/1"),
        ({"task": "a", "usage": {"input_tokens": 1}, "expected_output_tokens": 2},
         "/expected_output_tokens"),
        ({"task": "a", "policy": {"best": "opus"}}, "/policy/best"),
        ({"task": "a", "policy": {}, "policy_id": "p"}, "/policy"),
        ({"task": "a", "max_usd_per_call": -1}, "/max_usd_per_call"),
        ({"task": "a", "calls": 0}, "/calls"),
        ({"task": "a", "requires": {"telepathy": True}}, "/requires/telepathy"),
    ],
)  # fmt: skip
def test_an_impossible_request_is_refused_at_the_field(
    recommend: Handler, body: dict[str, Any], pointer: str
) -> None:
    assert pointer in pointers(post(recommend, EVENT, body))


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"policy": {"moderate": "gpt-0"}}, "/policy/moderate"),
        ({"force": "gpt-0"}, "/force"),
        ({"current_model": "gpt-0"}, "/current_model"),
    ],
)
def test_an_unknown_model_is_named_where_it_stands(
    ask: Ask, fields: dict[str, Any], pointer: str
) -> None:
    answer = ask(**fields)
    assert answer.status == 404
    assert [error["pointer"] for error in answer.body["errors"]] == [pointer]


def test_an_unknown_policy_id_is_not_found(ask: Ask) -> None:
    answer = ask(policy_id="policy-of-nobody")
    assert (answer.status, answer.body["type"]) == (404, "/docs#unknown-policy")
