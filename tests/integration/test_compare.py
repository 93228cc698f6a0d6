"""``POST /v1/compare`` through its handler."""

import base64
import json
import struct
from fractions import Fraction
from typing import Any

import pytest

from tests.support.handlers import Answer, Ask, Event, asking, handler, post
from tests.support.usage_reading import iteration

USAGE = {"input_tokens": 2_000, "output_tokens": 1_000}


@pytest.fixture
def ask(event: Event) -> Ask:
    return asking("compare", event("compare"), usage=USAGE)


OLD, NEW = "claude-sonnet-4-5", "claude-opus-5"


def ids(answer: Answer) -> list[str]:
    assert answer.status == 200, answer.body
    return [row["model"]["id"] for row in answer.body["rows"]]


def test_the_lessons_ratios_come_out_exactly(ask: Ask) -> None:
    answer = ask(models=["opus", "sonnet", "haiku"], pricing_version="lesson-2025")
    assert ids(answer) == ["claude-3-5-haiku", "claude-sonnet-4", "claude-opus-4"]
    rows = answer.body["rows"]
    assert [row["total_usd"] for row in rows] == ["0.0056", "0.021", "0.105"]
    # The lesson says 0.05 and twenty calls; it is 4/75 and 18.75.
    assert [row["relative_to_baseline"] for row in rows] == ["0.053333333333", "0.2", "1"]
    assert [row["calls_per_baseline_call"] for row in rows] == ["18.75", "5", "1"]
    assert answer.body["baseline"] == "claude-opus-4"
    assert answer.body["cheapest"] == "claude-3-5-haiku"


def test_every_row_is_the_estimate_it_would_be_alone(ask: Ask, event: Event) -> None:
    pinned = {"pricing_version": "lesson-2025", "as_of": "2025-07-01", "calls": 7}
    alone = handler("estimate")
    for row in ask(models=["opus", "haiku"], **pinned).body["rows"]:
        body = {"model": row["model"]["requested"], "usage": USAGE, **pinned}
        single = post(alone, event("estimate"), body).body
        assert {name: row[name] for name in single} == single


def test_without_models_every_familys_current_one_is_compared(ask: Ask) -> None:
    claude = {
        "claude-haiku-5-5",
        "claude-sonnet-5-5",
        "claude-opus-5-5",
        "claude-fable-5-2",
        "claude-mythos-5-2",
    }
    answer = ask()
    assert claude <= set(ids(answer))
    totals = [Fraction(row["total_usd"]) for row in answer.body["rows"]]
    assert totals == sorted(totals)
    assert answer.body["baseline"] == ids(answer)[-1]


def test_a_model_without_a_wanted_capability_is_excluded_with_the_reason(ask: Ask) -> None:
    models = ["claude-haiku-5-5", "claude-3-haiku", "claude-2.1"]
    answer = ask(models=models, requires={"thinking": True, "vision": True})
    assert ids(answer) == ["claude-haiku-5-5"]
    reasons = {one["model"]: one["reason"] for one in answer.body["excluded"]}
    assert reasons["claude-3-haiku"] == "claude-3-haiku does not offer thinking."
    assert reasons["claude-2.1"] == "claude-2.1 does not offer thinking, vision."


@pytest.mark.parametrize(("tokens", "kept"), [(200_000, True), (200_001, False)])
def test_a_model_must_hold_the_wanted_context(ask: Ask, tokens: int, kept: bool) -> None:
    answer = ask(models=["claude-haiku-4-5"], requires={"min_context_tokens": tokens})
    assert (ids(answer) == ["claude-haiku-4-5"]) is kept


@pytest.mark.parametrize(("tokens", "kept"), [(64_000, True), (64_001, False)])
def test_a_model_must_write_the_wanted_output(ask: Ask, tokens: int, kept: bool) -> None:
    answer = ask(models=["claude-haiku-4-5"], requires={"min_output_tokens": tokens})
    assert (ids(answer) == ["claude-haiku-4-5"]) is kept


def test_a_model_that_does_not_offer_the_terms_is_excluded_and_not_guessed(ask: Ask) -> None:
    answer = ask(models=["opus", "sonnet"], speed="fast")
    assert ids(answer) == ["claude-opus-5-5"]
    assert "has no fast prices" in answer.body["excluded"][0]["reason"]


def test_a_prompt_that_does_not_fit_is_shown_as_not_fitting(ask: Ask) -> None:
    usage = {"input_tokens": 300_000, "output_tokens": 10}
    rows = ask(models=["claude-haiku-4-5", "claude-haiku-5-5"], usage=usage).body["rows"]
    assert {row["model"]["id"]: row["fits_context"] for row in rows} == {
        "claude-haiku-4-5": False,
        "claude-haiku-5-5": True,
    }


def test_the_same_text_is_more_tokens_on_the_newer_tokenizer(ask: Ask) -> None:
    models = ["claude-haiku-4-5", "claude-sonnet-5-5"]
    tokens = ask(models=models).body
    text = ask(models=models, equal="text").body
    by_id = {row["model"]["id"]: row for row in text["rows"]}
    assert by_id["claude-haiku-4-5"]["total_usd"] == "0.007"
    # 30% more tokens for the same text: 2,600 in and 1,300 out.
    assert by_id["claude-sonnet-5-5"]["total_usd"] == "0.0182"
    assert {row["model"]["id"]: row["total_usd"] for row in tokens["rows"]} == {
        "claude-haiku-4-5": "0.007",
        "claude-sonnet-5-5": "0.014",
    }
    assert "recounted" in by_id["claude-sonnet-5-5"]["assumptions"][0]


def test_a_row_with_an_unpriced_component_is_never_the_cheapest(ask: Ask) -> None:
    usage = {**USAGE, "cache_read_input_tokens": 1_000_000}
    # A day on which neither is retired.
    answer = ask(models=["claude-2.1", "claude-opus-4"], usage=usage, as_of="2025-07-20")
    assert ids(answer) == ["claude-opus-4", "claude-2.1"]
    assert answer.body["cheapest"] == "claude-opus-4"


def test_a_row_without_the_image_that_another_row_has_is_never_the_cheapest(event: Event) -> None:
    # gpt-4o costs more per token, and is the one of the two whose images can be counted.
    png = b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", 1024, 1024)
    image = {"url": f"data:image/png;base64,{base64.b64encode(png).decode()}"}
    parts = [{"type": "text", "text": "Describe it."}, {"type": "image_url", "image_url": image}]
    request = {"messages": [{"role": "user", "content": parts}], "max_tokens": 100}
    ask = asking("compare", event("compare"), request=request)
    both = ask(models=["mistral-small-latest", "gpt-4o"])
    assert ids(both) == ["gpt-4o", "mistral-small-latest"]
    assert both.body["cheapest"] == "gpt-4o"
    assert both.body["status"] == "partial"
    assert [row["unread"] for row in both.body["rows"]] == [[], both.body["unread"]]
    pointer = "/request/messages/0/content/1"
    assert both.body["unread"] == [{"pointer": pointer, "value": "1"}]
    # What no row counts is left out of all of them.
    alone = ask(models=["grok-4", "mistral-small-latest"])
    assert [row["status"] for row in alone.body["rows"]] == ["partial", "partial"]
    assert alone.body["cheapest"] == ids(alone)[0] == "mistral-small-latest"


@pytest.mark.parametrize(("as_of", "cheapest"), [("2026-11-29", OLD), ("2026-11-30", NEW)])
def test_a_retired_model_is_priced_but_not_the_cheapest(
    ask: Ask, as_of: str, cheapest: str
) -> None:
    # Sonnet 4.5 costs 3 and 15 USD, Opus 5 costs 5 and 25; the former retired on 2026-11-30.
    answer = ask(models=[OLD, NEW], as_of=as_of)
    assert ids(answer) == [OLD, NEW]
    assert answer.body["cheapest"] == cheapest


def test_what_was_served_wins_in_a_comparison_too(ask: Ask) -> None:
    usage = {"input_tokens": 1_000_000, "output_tokens": 0, "service_tier": "batch"}
    rows = ask(models=["opus"], usage=usage).body["rows"]
    assert rows[0]["total_usd"] == "2"


def test_nothing_used_gives_no_ratios(ask: Ask) -> None:
    answer = ask(models=["opus", "haiku"], usage={"input_tokens": 0, "output_tokens": 0})
    assert {row["relative_to_baseline"] for row in answer.body["rows"]} == {None}


def test_a_baseline_is_compared_with_the_rows_without_being_one(ask: Ask) -> None:
    answer = ask(models=["haiku"], baseline="opus")
    assert ids(answer) == ["claude-haiku-5-5"]
    assert answer.body["baseline"] == "claude-opus-5-5"
    assert answer.body["rows"][0]["calls_per_baseline_call"] == "40"


@pytest.mark.parametrize(
    ("fields", "status", "pointer"),
    [
        ({"models": ["opus"] * 21}, 422, "/models"),
        ({"models": ["opas"]}, 404, "/models/0"),
        ({"models": ["opus", "haiku", "opas"]}, 404, "/models/2"),
        ({"baseline": "opas"}, 404, "/baseline"),
        ({"baseline": "opas", "equal": "text"}, 404, "/baseline"),
        ({"models": ["opas"], "equal": "text"}, 404, "/models/0"),
        ({"requires": {"telepathy": True}}, 422, "/requires/telepathy"),
        ({"equal": "vibes"}, 422, "/equal"),
        ({"calls": 0}, 422, "/calls"),
        ({"speed": "fast", "processing": "batch", "baseline": "opus"}, 422, "/baseline"),
    ],
)
def test_a_bad_comparison_is_refused_at_its_field(
    ask: Ask, fields: dict[str, Any], status: int, pointer: str
) -> None:
    answer = ask(**fields)
    assert answer.status == status
    assert answer.body["errors"][0]["pointer"] == pointer


def test_iterations_that_name_their_model_are_compared_on_every_other(ask: Ask) -> None:
    usage = {
        "input_tokens": 1_000,
        "output_tokens": 0,
        "iterations": [
            iteration("message", 1_000, 0, model="claude-opus-5-5"),
            iteration("advisor_message", 1_000, 0, model="claude-opus-4-8"),
        ],
    }
    rows = ask(models=["claude-opus-5-5", "claude-sonnet-5-5"], usage=usage).body["rows"]
    assert [row["total_usd"] for row in rows] == ["0.007", "0.009"]  # the advisor is 0.005 in both


def test_an_advisors_prompt_is_not_recounted_for_the_executors_tokenizer(ask: Ask) -> None:
    usage = {
        "input_tokens": 1_000,
        "output_tokens": 0,
        "iterations": [
            iteration("message", 1_000, 0),
            iteration("advisor_message", 1_000, 0, model="claude-opus-4-8"),
        ],
    }
    models = ["claude-haiku-4-5", "claude-sonnet-5-5"]
    rows = ask(models=models, usage=usage, equal="text").body["rows"]
    # 1,300 tokens at 2 on the newer tokenizer, and the advisor's 1,000 at 5 on either.
    assert [row["total_usd"] for row in rows] == ["0.006", "0.0076"]


def test_a_notice_that_all_rows_share_is_given_once(ask: Ask) -> None:
    usage = {**USAGE, "cache_creation_input_tokens": 100_000, "surprise": 1}
    models = ["claude-haiku-4-5", "claude-sonnet-4-5", "claude-opus-5-5"]
    answer = ask(models=models, usage=usage, as_of="2026-11-22").body
    assert [one["code"] for one in answer["warnings"]] == ["usage_field_ignored"]
    assert len(answer["assumptions"]) == 1
    assert "five minute" in answer["assumptions"][0]
    said = {row["model"]["id"]: [one["code"] for one in row["warnings"]] for row in answer["rows"]}
    assert said == {
        "claude-haiku-4-5": [],
        "claude-sonnet-4-5": ["model_retiring"],
        "claude-opus-5-5": [],
    }
    assert [row["assumptions"] for row in answer["rows"]] == [[], [], []]


def test_twenty_rows_of_notices_are_no_larger_than_one(ask: Ask) -> None:
    usage = {**USAGE, **{f"unknown_{number}": 1 for number in range(20)}}
    few = len(json.dumps(ask(models=["opus"], usage=usage).body["warnings"]))
    many = ask(models=["opus", "sonnet", "haiku", "fable"], usage=usage).body
    assert len(json.dumps(many["warnings"])) == few
    assert all(row["warnings"] == [] for row in many["rows"])


def test_a_model_named_by_its_id_and_by_an_alias_is_one_row(ask: Ask) -> None:
    names = ["claude-opus-5-5", "opus", "anthropic/claude-opus-5-5", "vertex/claude-opus-5-5"]
    rows = ask(models=names).body["rows"]
    assert [(row["model"]["provider"], row["model"]["requested"]) for row in rows] == [
        ("anthropic", "claude-opus-5-5"),
        ("vertex", "vertex/claude-opus-5-5"),
    ]
    unmet = ask(models=names[:3], requires={"min_context_tokens": 10**9}).body
    assert [one["model"] for one in unmet["excluded"]] == ["claude-opus-5-5"]


def test_the_cheapest_and_the_baseline_say_who_sells_them(ask: Ask) -> None:
    models = ["vertex/regional/claude-opus-4-8", "vertex/claude-opus-4-8"]
    body = ask(models=models, baseline="us.anthropic.claude-opus-4-8").body
    assert (body["cheapest"], body["cheapest_provider"]) == ("claude-opus-4-8", "vertex")
    assert body["baseline_provider"] == "bedrock"
    none = ask(models=["opus"], requires={"min_context_tokens": 10**9}).body
    assert (none["cheapest"], none["cheapest_provider"]) == (None, None)


def test_a_cost_that_leaves_something_out_is_not_a_ratio_of_another(ask: Ask) -> None:
    # The embedding model has no price for output, so its cost is not that of the whole call.
    models = ["text-embedding-3-small", "sonnet", "opus"]
    body = ask(models=models).body
    assert body["baseline"] == "text-embedding-3-small"
    assert {row["relative_to_baseline"] for row in body["rows"]} == {None}
    assert {row["calls_per_baseline_call"] for row in body["rows"]} == {None}
    whole = ask(models=models, baseline="opus").body["rows"]
    # Sonnet's prices are half of those of Opus: $2 and $10, and $4 and $20.
    assert [row["relative_to_baseline"] for row in whole] == ["0.5", "1", None]
