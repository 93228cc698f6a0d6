"""``POST /v1/recommend/tiers`` through its handler."""

from fractions import Fraction
from typing import Any

import pytest

from pricing.store import bundled
from tariff.template import recorded_event
from tests.support.handlers import Answer, Ask, handler, pointers, post

EVENT = recorded_event("recommend_tiers")
LESSON = {"pricing_version": "lesson-2025", "as_of": "2025-07-01"}
NAMES = ("FAQ", "Troubleshooting", "Complaints")


def usage(tokens_in: int, tokens_out: int) -> dict[str, int]:
    return {"input_tokens": tokens_in, "output_tokens": tokens_out}


UNIFORM = (usage(1000, 300),) * 3
BY_TIER = (usage(500, 150), usage(1500, 500), usage(3000, 1000))


def tiers(
    usages: tuple[dict[str, int], ...], shares: tuple[str, ...] = ("0.7", "0.2", "0.1")
) -> list[dict[str, Any]]:
    return [
        {"name": name, "share": share, "model": model, "usage": one}
        for name, share, model, one in zip(
            NAMES, shares, ("haiku", "sonnet", "opus"), usages, strict=True
        )
    ]


@pytest.fixture
def ask() -> Ask:
    recommend = handler("recommend")

    def send(found: list[dict[str, Any]], **fields: Any) -> Answer:
        body = {"monthly_queries": 50_000, "single_model": "sonnet", **LESSON, **fields}
        return post(recommend, EVENT, {**body, "tiers": found})

    return send


def flip(body: dict[str, Any], tier: str, of: str) -> dict[str, Any]:
    (found,) = [one for one in body["sensitivity"] if (one["tier"], one["of"]) == (tier, of)]
    assert isinstance(found, dict)
    return found


def test_the_recorded_event_is_answered() -> None:
    assert post(handler("recommend"), EVENT, EVENT["body"]).status == 200


def test_exercise_5_with_equal_token_counts(ask: Ask) -> None:
    body = ask(tiers(UNIFORM)).body
    assert [one["cost_usd"] for one in body["tiers"]] == ["70", "75", "187.5"]
    assert [one["queries"] for one in body["tiers"]] == ["35000", "10000", "5000"]
    assert body["total_usd"] == "332.5"
    assert body["single_model"]["total_usd"] == "375"
    assert body["saves_usd"] == "42.5"
    assert body["relative_to_single"] == "0.886666666667"  # 133/150
    assert body["saves_percent"] == "11.333333333333"  # 34/3
    assert body["verdict"] == "saves"
    assert body["driver"]["name"] == "FAQ"


def test_exercise_5_with_each_tiers_own_token_counts(ask: Ask) -> None:
    body = ask(tiers(BY_TIER)).body
    assert [one["cost_usd"] for one in body["tiers"]] == ["35", "120", "600"]
    assert body["total_usd"] == "755"
    assert body["single_model"]["total_usd"] == "371.25"
    assert body["saves_usd"] == "-383.75"
    assert body["relative_to_single"] == "2.03367003367"  # 604/297
    assert body["verdict"] == "costs_more"
    assert body["driver"]["name"] == "Complaints"
    assert body["driver"]["saves_usd"] == "-480"


@pytest.mark.parametrize("usages", [UNIFORM, BY_TIER])
def test_with_equal_tokens_the_ratio_does_not_depend_on_how_many(
    ask: Ask, usages: tuple[dict[str, int], ...]
) -> None:
    rows = ask(tiers(usages)).body["equal_tokens"]
    assert [one["like"] for one in rows] == list(NAMES)
    assert {one["relative_to_single"] for one in rows} == {"0.886666666667"}


def test_a_share_breaks_even_where_the_answer_says(ask: Ask) -> None:
    body = ask(tiers(UNIFORM)).body
    found = flip(body, "Complaints", "share")
    # With s on opus the rest is 7/9 haiku and 2/9 sonnet: 0.0075 = 0.0375 s + (1 - s) rest.
    rest = (7 * Fraction("0.002") + 2 * Fraction("0.0075")) / 9
    turn = (Fraction("0.0075") - rest) / (Fraction("0.0375") - rest)
    assert Fraction(found["flips_at"]) == pytest.approx(float(turn), abs=1e-12)
    assert found["when"] == "above"


@pytest.mark.parametrize(
    ("shares", "verdict"),
    [
        (("0.679", "0.194", "0.127"), "costs_more"),
        (("0.7", "0.2", "0.1"), "saves"),
        (("0.686", "0.196", "0.118"), "saves"),
    ],
)
def test_both_sides_of_the_share_that_turns_it(
    ask: Ask, shares: tuple[str, ...], verdict: str
) -> None:
    body = ask(tiers(UNIFORM, shares)).body
    turns = Fraction(flip(ask(tiers(UNIFORM)).body, "Complaints", "share")["flips_at"])
    assert body["verdict"] == verdict
    assert (Fraction(shares[2]) > turns) is (verdict == "costs_more")


@pytest.mark.parametrize("of", ["input_tokens", "output_tokens"])
@pytest.mark.parametrize("tier", [0, 2])
def test_a_token_count_breaks_even_where_the_answer_says(ask: Ask, tier: int, of: str) -> None:
    before = ask(tiers(UNIFORM)).body
    found = flip(before, NAMES[tier], of)
    if found["flips_at"] is None:
        assert found["note"]
        return
    step = 1 if found["when"] == "above" else -1
    verdicts = []
    for tokens in (int(found["flips_at"]), int(found["flips_at"]) + step):
        changed = [dict(one) for one in UNIFORM]
        changed[tier][of] = tokens
        verdicts.append(ask(tiers(tuple(changed))).body["verdict"])
    assert verdicts[0] in (before["verdict"], "even")
    assert verdicts[1] not in (before["verdict"], "even")


def test_tokens_that_cost_the_same_on_both_models_turn_nothing(ask: Ask) -> None:
    found = flip(ask(tiers(UNIFORM)).body, "Troubleshooting", "input_tokens")
    assert found["flips_at"] is None
    assert "same" in found["note"]


def test_a_price_threshold_on_the_way_is_reported_not_skipped(ask: Ask) -> None:
    now = {"pricing_version": bundled.current_id(), "as_of": "2026-11-23"}
    found = [
        {"name": "long", "share": "0.5", "model": "haiku", "usage": usage(90_000, 0)},
        {"name": "short", "share": "0.5", "model": "opus", "usage": usage(20_000, 0)},
    ]
    body = ask(found, single_model="sonnet", **now).body
    row = flip(body, "long", "input_tokens")
    assert row["flips_at"] is not None or row["note"]


def test_a_mix_that_is_the_single_model_is_even_and_nothing_turns_it(ask: Ask) -> None:
    only = [{"name": "all", "share": 1, "model": "sonnet", "usage": usage(10, 10)}]
    body = ask(only).body
    assert (body["verdict"], body["saves_usd"], body["driver"]) == ("even", "0", None)
    assert body["sensitivity"] == []


@pytest.mark.parametrize(
    ("shares", "total"),
    [(("0.7", "0.2", "0.09"), "0.99"), (("0.7", "0.2", "0.100000000001"), "1.000000000001")],
)
def test_shares_must_add_up_to_exactly_one(ask: Ask, shares: tuple[str, ...], total: str) -> None:
    answer = ask(tiers(UNIFORM, shares))
    assert pointers(answer) == ["/tiers"]
    assert f"add up to {total}" in answer.body["detail"]


def test_thirds_cannot_be_written_and_need_not_be(ask: Ask) -> None:
    shares = ("0.333333333333", "0.333333333333", "0.333333333334")
    body = ask(tiers(UNIFORM, shares), monthly_queries=3).body
    assert body["tiers"][2]["queries"] == "1.000000000002"
    assert sum(Fraction(one["cost_usd"]) for one in body["tiers"]) == Fraction(body["total_usd"])


def test_the_same_text_is_recounted_for_the_single_models_tokenizer(ask: Ask) -> None:
    now = {"pricing_version": bundled.current_id(), "as_of": "2026-11-23"}
    only = [{"name": "all", "share": 1, "model": "claude-sonnet-4-5", "usage": usage(1000, 0)}]
    same = ask(only, single_model="claude-sonnet-5-5", **now).body
    text = ask(only, single_model="claude-sonnet-5-5", equal="text", **now).body
    assert same["single_model"]["total_usd"] == "100"
    assert text["single_model"]["total_usd"] == "130"  # 1300 tokens for the same text
    assert "tokenizers_differ" in {one["code"] for one in same["warnings"]}
    assert "tokenizers_differ" not in {one["code"] for one in text["warnings"]}


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"share": "1.1"}, "/tiers/0/share"),
        ({"name": "Complaints"}, "/tiers/2/name"),
        ({"usage": {"input_tokens": -1}}, "/tiers/0/usage/input_tokens"),
        ({"text": "both"}, "/tiers/0/usage"),
        ({"speed": "fast"}, "/tiers/0/speed"),
    ],
)
def test_an_impossible_tier_is_refused_at_the_field(
    ask: Ask, change: dict[str, Any], pointer: str
) -> None:
    found = tiers(UNIFORM)
    found[0] |= change
    assert pointer in pointers(ask(found))


def test_an_unknown_model_is_named_where_it_stands(ask: Ask) -> None:
    found = tiers(UNIFORM)
    answer = ask(found, single_model="gpt-0")
    assert (answer.status, answer.body["errors"][0]["pointer"]) == (404, "/single_model")
    found[1]["model"] = "gpt-0"
    answer = ask(found)
    assert (answer.status, answer.body["errors"][0]["pointer"]) == (404, "/tiers/1/model")
