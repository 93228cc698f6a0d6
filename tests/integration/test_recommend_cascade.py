"""``POST /v1/recommend/cascade`` through its handler."""

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pricing.store import bundled
from tariff.template import recorded_event
from tests.slow.cascade_simulation import PLANS, priced, simulate
from tests.support.handlers import Answer, Ask, Handler, handler, pointers, post

EVENT = recorded_event("recommend_cascade")
NOW = {"pricing_version": bundled.current_id(), "as_of": "2026-11-23"}
#: Prices a call of 2000 in and 1000 out in the lesson's list: 0.0056, 0.021 and 0.105 USD.
LESSON = {"pricing_version": "lesson-2025", "as_of": "2025-07-01"}
USAGE = {"input_tokens": 2000, "output_tokens": 1000}
HAIKU, SONNET, OPUS = Fraction("0.0056"), Fraction("0.021"), Fraction("0.105")


@pytest.fixture
def ask(recommend: Handler) -> Ask:
    def send(*stages: dict[str, Any], **fields: Any) -> Answer:
        return post(recommend, EVENT, {"usage": USAGE, "stages": stages, **LESSON, **fields})

    return send


def stage(model: str, pass_rate: str | None = None, **more: Any) -> dict[str, Any]:
    return {"model": model, **more} | ({"pass_rate": pass_rate} if pass_rate is not None else {})


def codes(answer: Answer) -> set[str]:
    return {one["code"] for one in answer.body["warnings"]}


def test_the_recorded_event_is_answered(recommend: Handler) -> None:
    assert post(recommend, EVENT, EVENT["body"]).status == 200


def test_every_attempt_is_paid_for(ask: Ask) -> None:
    stages = (stage("haiku", "0.7"), stage("sonnet", "0.6"), stage("opus"))
    body = ask(*stages, calls=1000).body
    expected = 1000 * (HAIKU + Fraction("0.3") * (SONNET + Fraction("0.4") * OPUS))
    assert Fraction(body["expected_usd"]) == expected
    assert body["expected_usd"] == "24.5"
    assert body["expected_calls_per_stage"] == ["1000", "300", "120"]
    assert body["expected_escalations"] == "420"
    assert body["direct_usd"] == ["5.6", "21", "105"]
    assert sum(Fraction(one["expected_usd"]) for one in body["stages"]) == expected


def test_the_break_even_is_the_price_ratio_when_two_stages_use_the_same_tokens(ask: Ask) -> None:
    body = ask(stage("haiku", "0.5"), stage("sonnet")).body
    # 1 / 3.75: of the lesson's prices, 73% of the answers may fail.
    assert body["break_even_pass_rate"] == "0.266666666667"
    assert body["stages"][0]["break_even_pass_rate"] == "0.266666666667"
    assert body["stages"][-1]["break_even_pass_rate"] is None


@pytest.mark.parametrize(
    ("rate", "verdict", "promised"),
    [("0.21", "saves", "0.00105"), ("0.2", "even", None), ("0.19", "costs_more", None)],
)
def test_a_saving_is_promised_past_break_even_only(
    ask: Ask, rate: str, verdict: str, promised: str | None
) -> None:
    answer = ask(stage("sonnet", rate, verifier="own", detection_rate="0.9"), stage("opus"))
    assert answer.body["break_even_pass_rate"] == "0.2"  # 3 / 15
    assert answer.body["verdict"] == verdict
    assert answer.body["promised_saving_usd"] == promised
    assert answer.body["why"].startswith("It saves" if promised else "No saving is promised")
    assert ("past_break_even" in codes(answer)) is (verdict == "costs_more")
    if verdict == "costs_more":
        assert answer.body["difference_usd"] == "-0.00105"


def test_a_more_expensive_first_model_can_never_save_money(ask: Ask) -> None:
    body = ask(stage("opus", "1"), stage("haiku")).body
    assert body["break_even_pass_rate"] is None
    assert body["stages"][0]["pays"] is False
    assert body["verdict"] == "costs_more"


def test_a_useless_middle_stage_is_named(ask: Ask) -> None:
    body = ask(stage("haiku", "0.9"), stage("sonnet", "0.1"), stage("opus")).body
    assert [one["pays"] for one in body["stages"]] == [True, False, None]


def test_the_check_is_paid_for_at_every_attempt(ask: Ask) -> None:
    check = {"input_tokens": 3200, "output_tokens": 20}
    first = stage("haiku", "0.7", verifier_usage=check, verifier_model="sonnet", verifier="own")
    body = ask(first, stage("opus")).body
    cost = (3200 * 3 + 20 * 15) / Fraction(10**6)
    assert Fraction(body["stages"][0]["verifier_usd"]) == cost
    assert Fraction(body["expected_usd"]) == HAIKU + cost + Fraction("0.3") * OPUS
    assert Fraction(body["break_even_pass_rate"]).limit_denominator(10**6) == (HAIKU + cost) / OPUS


def test_agreement_asks_a_second_model_the_same(ask: Ask) -> None:
    first = stage("haiku", "0.7", verifier="agreement", verifier_model="sonnet")
    body = ask(first, stage("opus")).body
    assert Fraction(body["stages"][0]["verifier_usd"]) == SONNET
    missing = ask(stage("haiku", "0.7", verifier="agreement"), stage("opus"))
    assert pointers(missing) == ["/stages/0/verifier_model"]


@pytest.mark.parametrize(
    ("kind", "warned"),
    [
        ("none", "check_catches_nothing"),
        ("format_check", "check_catches_nothing"),
        ("syntax_check", "check_catches_little"),
        ("tool_schema", None),
        ("agreement", None),
    ],
)
def test_a_plan_that_relies_on_a_check_that_catches_nothing_is_warned(
    ask: Ask, kind: str, warned: str | None
) -> None:
    more = {"verifier_model": "sonnet"} if kind == "agreement" else {}
    answer = ask(stage("haiku", "0.99", verifier=kind, **more), stage("opus"))
    assert {one for one in codes(answer) if one.startswith("check_")} == ({warned} - {None})
    promised = answer.body["promised_saving_usd"]
    assert (promised is None) is (warned == "check_catches_nothing")


@pytest.mark.parametrize(
    ("rate", "warned"),
    [
        ("0.049", "check_catches_nothing"),
        ("0.05", "check_catches_little"),
        ("0.49", "check_catches_little"),
        ("0.5", None),
    ],
)
def test_the_callers_own_detection_rate_decides_over_the_measured_one(
    ask: Ask, rate: str, warned: str | None
) -> None:
    answer = ask(stage("haiku", "0.9", verifier="format_check", detection_rate=rate), stage("opus"))
    assert {one for one in codes(answer) if one.startswith("check_")} == ({warned} - {None})


def test_the_measured_rates_are_shown(ask: Ask) -> None:
    rates = {}
    for kind in ("format_check", "syntax_check", "tool_schema", "agreement"):
        more = {"verifier_model": "haiku"} if kind == "agreement" else {}
        body = ask(stage("haiku", "0.9", verifier=kind, **more), stage("opus")).body
        check = body["stages"][0]["verifier"]
        rates[kind] = [check["least_measured"], check["most_measured"]]
    assert rates == {
        "format_check": ["0", "0.02"],
        "syntax_check": ["0.07", "0.28"],
        "tool_schema": ["0.56", "0.56"],
        "agreement": ["0.58", "0.94"],
    }


def test_the_pass_rate_follows_from_what_is_right_and_what_the_check_catches(ask: Ask) -> None:
    first = stage("haiku", correct_rate="0.8", verifier="tool_schema")
    body = ask(first, stage("opus", correct_rate="0.9")).body
    passing = Fraction("0.8") + Fraction("0.2") * Fraction("0.44")
    assert Fraction(body["stages"][0]["pass_rate"]) == passing
    wrong = Fraction("0.2") * Fraction("0.44") + (1 - passing) * Fraction("0.1")
    assert Fraction(body["correct_share"]) == 1 - wrong
    assert body["stages"][0]["wrong_kept_share"] == "0.088"


def test_without_rates_a_correct_rate_cannot_be_used(ask: Ask) -> None:
    assert pointers(ask(stage("haiku", correct_rate="0.8"), stage("opus"))) == [
        "/stages/0/verifier"
    ]
    own = ask(stage("haiku", correct_rate="0.8", verifier="own"), stage("opus"))
    assert pointers(own) == ["/stages/0/detection_rate"]
    both = ask(stage("haiku", "0.8", correct_rate="0.8", verifier="own"), stage("opus"))
    assert pointers(both) == ["/stages/0/correct_rate"]


def test_an_answer_cut_by_max_tokens_costs_less_and_is_warned_of(ask: Ask) -> None:
    answer = ask(stage("haiku", "0.7", max_tokens=999), stage("opus", max_tokens=1000))
    attempts = [Fraction(one["attempt_usd"]) for one in answer.body["stages"]]
    assert attempts == [HAIKU - Fraction(4, 10**6), OPUS]
    (cut,) = [one for one in answer.body["warnings"] if one["code"] == "answer_cut"]
    assert "999" in cut["message"]


def test_answers_that_fail_even_the_last_check_are_counted(ask: Ask) -> None:
    assert ask(stage("haiku", "0.7"), stage("opus")).body["expected_unresolved"] is None
    body = ask(stage("haiku", "0.7"), stage("opus", "0.9"), calls=100).body
    assert body["expected_unresolved"] == "3"
    assert (
        body["expected_usd"]
        == ask(stage("haiku", "0.7"), stage("opus"), calls=100).body["expected_usd"]
    )


def test_the_variance_is_that_of_the_two_outcomes(ask: Ask) -> None:
    body = ask(stage("haiku", "0.7"), stage("opus"), calls=10_000).body
    # OPUS is paid with probability 0.3, so it is that of a coin times OPUS squared.
    assert Fraction(body["variance_usd2"]) == Fraction("0.21") * OPUS**2
    assert Fraction(body["standard_deviation_usd"]) ** 2 == pytest.approx(
        float(10_000 * Fraction("0.21") * OPUS**2)
    )


RATES = st.decimals(0, 1, places=12).map(lambda rate: format(rate, "f"))


@given(rates=st.lists(RATES, min_size=1, max_size=4), calls=st.sampled_from([1, 7, 10**12]))
@settings(max_examples=60)
def test_whatever_the_rates_the_answer_is_exact_and_its_stages_add_up(
    rates: list[str], calls: int
) -> None:
    stages = [stage(("haiku", "sonnet")[n % 2], rate) for n, rate in enumerate(rates)]
    body = {"usage": USAGE, "stages": [*stages, stage("opus")], "calls": calls, **LESSON}
    answer = post(handler("recommend"), EVENT, body)
    assert answer.status == 200, answer.body
    expected = OPUS
    for number, rate in reversed(list(enumerate(rates))):
        expected = (HAIKU, SONNET)[number % 2] + (1 - Fraction(rate)) * expected
    assert Fraction(answer.body["expected_usd"]) == calls * expected
    parts = [Fraction(one["expected_usd"]) for one in answer.body["stages"]]
    assert sum(parts) == calls * expected
    saves = Fraction(answer.body["difference_usd"])
    assert saves == calls * (OPUS - expected)
    assert (saves > 0) is (answer.body["verdict"] == "saves")


@pytest.mark.parametrize("plan", PLANS)
def test_the_expected_cost_agrees_with_simulated_requests(plan: str) -> None:
    answer = priced(PLANS[plan])
    found = simulate(answer, requests=20_000, seed=7)
    assert abs(found.errors_from(Fraction(answer.per_call_usd))) < 4
    assert found.standard_error**2 * 20_000 == pytest.approx(float(answer.variance_usd2), rel=0.1)


@pytest.mark.parametrize(
    ("stages", "pointer"),
    [
        ([stage("haiku", "0.5")], "/stages"),
        ([stage("haiku", "0.5")] * 6, "/stages"),
        ([stage("haiku"), stage("opus")], "/stages/0/pass_rate"),
        ([stage("haiku", "1.1"), stage("opus")], "/stages/0/pass_rate"),
        ([stage("haiku", "-0.1"), stage("opus")], "/stages/0/pass_rate"),
        ([stage("haiku", "0.1234567890123"), stage("opus")], "/stages/0/pass_rate"),
        ([stage("haiku", "0.5", max_tokens=0), stage("opus")], "/stages/0/max_tokens"),
        ([stage("haiku", "0.5", verifier="vibes"), stage("opus")], "/stages/0/verifier"),
        ([stage("haiku", "0.5", detection_rate="0.5"), stage("opus")], "/stages/0/detection_rate"),
        ([stage("haiku", "0.5", verifier_model="opus"), stage("opus")], "/stages/0/verifier_usage"),
        ([stage("haiku", "0.5", verifier_usage={"input_tokens": -1}), stage("opus")],
         "/stages/0/verifier_usage/input_tokens"),
        ([stage("haiku", "0.5", cost="1"), stage("opus")], "/stages/0/cost"),
    ],
)  # fmt: skip
def test_an_impossible_plan_is_refused_at_the_field(
    ask: Ask, stages: list[dict[str, Any]], pointer: str
) -> None:
    assert pointer in pointers(ask(*stages))


def test_an_unknown_model_is_named_where_it_stands(ask: Ask) -> None:
    answer = ask(stage("haiku", "0.5"), stage("claude-opus-9"))
    assert answer.status == 404
    assert [one["pointer"] for one in answer.body["errors"]] == ["/stages/1/model"]
    checker = stage("haiku", "0.5", verifier_model="nobody", verifier_usage=USAGE)
    answer = ask(checker, stage("opus"))
    assert answer.status == 404
    assert [one["pointer"] for one in answer.body["errors"]] == ["/stages/0/verifier_model"]
