"""``POST /v1/estimate`` through its handler, as API Gateway would call it."""

import json
from fractions import Fraction
from typing import Any

import pytest

from pricing.store import bundled
from tests.support.handlers import Answer, Ask

USAGE = {"input_tokens": 2000, "output_tokens": 1000, "cache_read_input_tokens": 50000}
FULL_USAGE = {
    "input_tokens": 50,
    "cache_read_input_tokens": 100_000,
    "cache_creation_input_tokens": 2_000,
    "cache_creation": {"ephemeral_5m_input_tokens": 500, "ephemeral_1h_input_tokens": 1_500},
    "output_tokens": 503,
    "server_tool_use": {"web_search_requests": 2},
}


def total(answer: Answer) -> str:
    assert answer.status == 200, answer.body
    usd: str = answer.body["total_usd"]
    return usd


def codes(answer: Answer) -> set[str]:
    return {warning["code"] for warning in answer.body["warnings"]}


def test_the_example_of_the_contract_is_answered_to_the_letter(ask: Ask) -> None:
    answer = ask(model="claude-sonnet-5-5", usage=USAGE, as_of="2026-11-22")
    assert answer.status == 200
    assert answer.body.pop("pricing")["as_of"] == "2026-11-22"
    assert answer.body == {
        "total_usd": "0.019",
        "per_call_usd": "0.019",
        "calls": 1,
        "status": "priced",
        "unread": [],
        "stated_cost_usd": None,
        "calls_for_budget": None,
        "net": None,
        "converted": None,
        "model": {
            "requested": "claude-sonnet-5-5",
            "id": "claude-sonnet-5-5",
            "provider": "anthropic",
            "matched_by": "id",
        },
        "line_items": [
            {
                "component": "input",
                "quantity": "2000",
                "unit": "token",
                "usd_per_mtok": "2",
                "cost_usd": "0.004",
            },
            {
                "component": "cache_read",
                "quantity": "50000",
                "unit": "token",
                "usd_per_mtok": "0.1",
                "cost_usd": "0.005",
            },
            {
                "component": "output",
                "quantity": "1000",
                "unit": "token",
                "usd_per_mtok": "10",
                "cost_usd": "0.01",
            },
        ],
        "modifiers": [],
        "long_context": None,
        "context": {"window": 1000000, "used_tokens": 53000, "fits": True},
        "counting": None,
        "assumptions": [],
        "warnings": [],
    }


def used(fresh: int, *, read: int = 0, write: int = 0, output: int = 0) -> dict[str, int]:
    return {
        "input_tokens": fresh,
        "cache_read_input_tokens": read,
        "cache_creation_input_tokens": write,
        "output_tokens": output,
    }


@pytest.mark.parametrize(
    ("what", "usage", "opus", "sonnet", "haiku"),
    [
        ("3.2 typical coding task", used(2000, output=1000), "0.105", "0.021", "0.0056"),
        ("3.2 without the cache", used(52000, output=1000), "0.855", "0.171", "0.0456"),
        ("3.2 from the cache", used(2000, read=50000, output=1000), "0.18", "0.036", "0.0096"),
        ("the write left out", used(2000, write=50000, output=1000), "1.0425", "0.2085", "0.0556"),
        ("4.1 first call, input side", used(500, write=52000), "0.9825", "0.1965", "0.0524"),
        ("4.1 later call, input side", used(800, read=52000), "0.09", "0.018", "0.0048"),
    ],
)  # fmt: skip
def test_the_lessons_numbers_come_out_of_its_own_price_list(
    ask: Ask, what: str, usage: dict[str, int], opus: str, sonnet: str, haiku: str
) -> None:
    for family, usd in (("opus", opus), ("sonnet", sonnet), ("haiku", haiku)):
        answer = ask(model=family, usage=usage, pricing_version="lesson-2025")
        assert total(answer) == usd, what


def test_batch_and_cache_discounts_stack_where_the_lesson_counts_the_cache_as_free(
    ask: Ask,
) -> None:
    usage = {**USAGE, "cache_creation_input_tokens": 10_000}
    answer = ask(model="sonnet", usage=usage, processing="batch", pricing_version="lesson-2025")
    assert total(answer) == "0.03675"


@pytest.mark.parametrize(
    ("fresh", "cached", "usd", "applied"),
    [
        (100_000, 0, "0.0105", False),
        (100_001, 0, "0.0525005", True),
        (1, 100_000, "0.0075005", True),
        (0, 100_000, "0.0015", False),
    ],
)
def test_haiku_pays_the_higher_tier_only_strictly_above_100000_prompt_tokens(
    ask: Ask, fresh: int, cached: int, usd: str, applied: bool
) -> None:
    usage = {"input_tokens": fresh, "cache_read_input_tokens": cached, "output_tokens": 1000}
    answer = ask(model="claude-haiku-5-5", usage=usage)
    assert total(answer) == usd
    assert answer.body["long_context"] == {
        "above_tokens": 100_000,
        "prompt_tokens": fresh + cached,
        "applied": applied,
    }


def test_output_does_not_decide_the_tier(ask: Ask) -> None:
    usage = {"input_tokens": 100_000, "output_tokens": 100_001}
    assert ask(model="haiku", usage=usage).body["long_context"]["applied"] is False


@pytest.mark.parametrize(
    ("terms", "usd"),
    [
        ({}, "0.06476"),
        ({"inference_geo": "us"}, "0.069236"),
        ({"speed": "fast"}, "0.10952"),
        ({"processing": "batch"}, "0.04238"),
    ],
)
def test_every_modifier_prices_the_reference_call_exactly(
    ask: Ask, terms: dict[str, str], usd: str
) -> None:
    assert total(ask(model="claude-opus-5-5", usage=FULL_USAGE, **terms)) == usd
    # The same terms, reported by the provider instead of asked for.
    names = {"processing": "service_tier"}
    served = {names.get(name, name): value for name, value in terms.items()}
    assert total(ask(model="claude-opus-5-5", usage=FULL_USAGE | served)) == usd


def test_served_terms_take_precedence_over_requested_ones_with_a_warning(ask: Ask) -> None:
    answer = ask(model="opus", usage={**FULL_USAGE, "speed": "standard"}, speed="fast")
    assert total(answer) == "0.06476"
    assert codes(answer) == {"served_terms_differ"}


@pytest.mark.parametrize(
    ("day", "usd"), [("2026-10-06", "0.2"), ("2026-10-07", "0.1"), ("2026-11-22", "0.1")]
)
def test_a_price_change_takes_effect_on_its_day(ask: Ask, day: str, usd: str) -> None:
    usage = {"input_tokens": 0, "output_tokens": 0, "cache_read_input_tokens": 1_000_000}
    assert total(ask(model="claude-sonnet-5-5", usage=usage, as_of=day)) == usd


@pytest.mark.parametrize(
    ("model", "day", "usd"),
    [
        ("claude-sonnet-4", "2025-11-15", "1.8225"),  # the 1M beta's tier: whole request at $6
        ("claude-sonnet-4", "2025-08-01", "0.915"),
        ("claude-opus-4-6", "2026-03-12", "3.0375"),
        ("claude-opus-4-6", "2026-03-13", "1.525"),
    ],
)
def test_old_long_context_tiers_apply_while_they_lasted(
    ask: Ask, model: str, day: str, usd: str
) -> None:
    usage = {"input_tokens": 300_000, "output_tokens": 1_000}
    assert total(ask(model=model, usage=usage, as_of=day)) == usd


def test_fast_mode_on_opus_4_6_cost_six_times_until_it_was_withdrawn(ask: Ask) -> None:
    usage = {"input_tokens": 1_000_000, "output_tokens": 0}
    fast = {"model": "claude-opus-4-6", "usage": usage, "speed": "fast"}
    assert total(ask(**fast, as_of="2026-06-29")) == "30"
    later = ask(**fast, as_of="2026-06-30")
    assert total(later) == "5"
    assert codes(later) == {"fast_served_as_standard"}


def test_fast_mode_that_is_gone_for_good_is_an_error(ask: Ask) -> None:
    usage = {"input_tokens": 1_000_000, "output_tokens": 0}
    fast = {"model": "claude-opus-4-7", "usage": usage, "speed": "fast"}
    assert total(ask(**fast, as_of="2026-07-24")) == "30"
    assert ask(**fast, as_of="2026-07-25").status == 422


def test_a_raw_response_is_priced_as_its_own_model_and_terms(ask: Ask) -> None:
    response = {
        "id": "msg_01",
        "type": "message",
        "role": "assistant",
        "model": "claude-opus-5-5",
        "content": [{"type": "text", "text": "secret words"}],
        "stop_reason": "end_turn",
        "usage": {**FULL_USAGE, "service_tier": "standard", "inference_geo": "us"},
    }
    answer = ask(response=response)
    assert total(answer) == "0.069236"
    assert answer.body["model"]["id"] == "claude-opus-5-5"
    assert "secret" not in json.dumps(answer.body)
    other = ask(model="claude-sonnet-5-5", response=response)
    assert total(other) == "0.069236"
    assert codes(other) == {"served_model_differs"}


def test_requested_terms_that_were_not_served_give_a_warning(ask: Ask) -> None:
    usage = {**FULL_USAGE, "inference_geo": "us"}
    answer = ask(model="opus", usage=usage, inference_geo="global")
    assert total(answer) == "0.069236"
    assert codes(answer) == {"served_terms_differ"}


@pytest.mark.parametrize(
    ("requested", "served", "usd"),
    [
        ("claude-opus-5-5", "claude-opus-5", "5"),
        ("vertex/claude-opus-5-5", "claude-opus-5-5", "4"),
        ("us.anthropic.claude-opus-5-5", "claude-opus-5-5", "4.4"),
    ],
)
def test_only_the_same_model_in_some_cloud_keeps_the_requested_name(
    ask: Ask, requested: str, served: str, usd: str
) -> None:
    usage = {"input_tokens": 1_000_000, "output_tokens": 0}
    answer = ask(model=requested, response={"model": served, "usage": usage})
    assert total(answer) == usd
    assert ("served_model_differs" in codes(answer)) is (requested == "claude-opus-5-5")


@pytest.mark.parametrize(
    ("requested", "warned"),
    [("azure/model-router", True), ("azure_ai/model_router", True), ("azure/gpt-5.4-mini", False)],
)
def test_the_fee_of_azures_router_is_named_and_in_no_total(
    ask: Ask, requested: str, warned: bool
) -> None:
    usage = {"prompt_tokens": 1_000_000, "completion_tokens": 0}
    answer = ask(model=requested, response={"model": "gpt-5.4-mini", "usage": usage})
    assert total(answer) == "0.75"
    assert ("router_fee_unpriced" in codes(answer)) is warned


def test_a_refusal_before_any_output_costs_nothing(ask: Ask) -> None:
    usage = {"input_tokens": 412, "output_tokens": 0}
    refused = {"model": "claude-opus-5-5", "stop_reason": "refusal", "usage": usage}
    answer = ask(response=refused)
    assert total(answer) == "0"
    assert codes(answer) == {"refusal_not_billed"}
    mid_stream = {**refused, "usage": {**usage, "output_tokens": 10}}
    assert total(ask(response=mid_stream)) == "0.001848"
    written = [{"type": "text", "text": "Well"}]
    assert total(ask(response={**mid_stream, "content": written})) == "0.001848"
    assert total(ask(response={**mid_stream, "content": []})) == "0"


def test_thinking_is_inside_the_output_and_never_added(ask: Ask) -> None:
    usage = {"input_tokens": 0, "output_tokens": 1_000_000}
    details = {"output_tokens_details": {"thinking_tokens": 900_000}}
    assert total(ask(model="opus", usage=usage | details)) == "20"


def test_writes_without_a_breakdown_are_five_minute_writes(ask: Ask) -> None:
    usage = {"input_tokens": 0, "output_tokens": 0, "cache_creation_input_tokens": 1_000_000}
    answer = ask(model="claude-opus-5", usage=usage)
    assert [line["component"] for line in answer.body["line_items"]] == ["cache_write_5m"]
    assert total(answer) == "6.25"


def test_a_component_without_a_price_is_unpriced_and_not_free(ask: Ask) -> None:
    usage = {"input_tokens": 1_000_000, "output_tokens": 0}
    tools = {"server_tool_use": {"code_execution_requests": 2}}
    answer = ask(model="opus", usage=usage | tools)
    assert answer.body["status"] == "partial"
    assert answer.body["line_items"][1] == {
        "component": "code_execution",
        "quantity": "2",
        "unit": "execution",
        "cost_usd": None,
        "status": "unpriced",
    }
    assert total(answer) == "4"
    assert codes(answer) == {"component_unpriced"}


def test_a_model_without_a_published_price_is_refused_not_guessed(ask: Ask) -> None:
    answer = ask(model="claude-mythos-preview", usage=USAGE)
    assert answer.status == 422
    assert answer.body["type"] == "/docs#unpriced"


def test_a_field_the_provider_added_later_is_named_and_not_priced(ask: Ask) -> None:
    usage = {**USAGE, "quantum_tokens": 5, "server_tool_use": {"palm_readings": 1}}
    answer = ask(model="claude-sonnet-5-5", usage=usage)
    assert total(answer) == "0.019"
    messages = sorted(warning["message"] for warning in answer.body["warnings"])
    assert codes(answer) == {"usage_field_ignored"}
    assert len(messages) == 2
    assert "usage.quantum_tokens" in messages[0]
    assert "usage.server_tool_use.palm_readings" in messages[1]


def test_a_count_may_be_null_where_the_provider_sends_null(ask: Ask) -> None:
    nulls = {
        "cache_creation_input_tokens": None,
        "cache_creation": None,
        "server_tool_use": None,
        "service_tier": None,
        "speed": None,
        "inference_geo": "not_available",
    }
    assert total(ask(model="claude-sonnet-5-5", usage=USAGE | nulls)) == "0.019"


@pytest.mark.parametrize(
    ("model", "day", "code"),
    [
        ("claude-opus-4", "2026-11-22", "model_retired"),
        ("claude-sonnet-4-5", "2026-11-22", "model_retiring"),
        ("claude-opus-5-5", "2026-01-01", "before_release"),
    ],
)
def test_a_model_out_of_its_time_is_priced_with_a_warning(
    ask: Ask, model: str, day: str, code: str
) -> None:
    answer = ask(model=model, usage=USAGE, as_of=day)
    assert answer.status == 200
    assert code in codes(answer)


def test_usage_beyond_a_models_limits_gives_a_warning(ask: Ask) -> None:
    over = {"input_tokens": 200_000, "output_tokens": 64_001}
    answer = ask(model="claude-haiku-4-5", usage=over)
    assert codes(answer) == {"context_exceeded", "output_limit_exceeded"}
    assert answer.body["context"] == {"window": 200_000, "used_tokens": 264_001, "fits": False}
    short = {"input_tokens": 10, "output_tokens": 10, "cache_creation_input_tokens": 4095}
    assert codes(ask(model="claude-haiku-4-5", usage=short)) == {"below_cache_minimum"}
    enough = {**short, "cache_creation_input_tokens": 4096}
    assert codes(ask(model="claude-haiku-4-5", usage=enough)) == set()


def test_splitting_calls_never_changes_a_total(ask: Ask) -> None:
    whole = Fraction(total(ask(model="haiku", usage=FULL_USAGE, calls=1000)))
    parts = [Fraction(total(ask(model="haiku", usage=FULL_USAGE, calls=n))) for n in (1, 333, 666)]
    assert sum(parts) == whole


def test_the_same_pinned_request_gives_the_same_bytes(ask: Ask) -> None:
    pinned = {"model": "opus", "usage": USAGE, "pricing_version": "2026-12-01.1"}
    first = ask(**pinned, as_of="2026-11-22T09:30:00+01:00")
    assert first.body == ask(**pinned, as_of="2026-11-22T09:30:00+01:00").body
    assert first.body["pricing"] == {
        "version": "2026-12-01.1",
        "as_of": "2026-11-22T09:30:00+01:00",
        "source": "bundled",
        "stale": False,
        "age_seconds": None,
        "prices_checked_at": bundled.current().checked_at,
    }


@pytest.mark.parametrize("count", ["1.000", "2.500", "1.000 tokens"])
def test_a_count_that_some_read_as_a_thousand_and_some_as_one_is_not_read(
    ask: Ask, count: str
) -> None:
    answer = ask(model="opus", input_tokens=count)
    assert answer.status == 422
    (error,) = answer.body["errors"]
    assert error["detail"] == "must be a whole number, written without quotes or a fraction"
    assert ask(model="opus", input_tokens="1.5k").body["line_items"][0]["quantity"] == "1500"


@pytest.mark.parametrize(
    ("tier", "modifiers"), [("default", []), ("flex", ["flex"]), ("priority", ["priority"])]
)
def test_the_tier_next_to_a_converse_usage_is_the_one_that_served(
    ask: Ask, tier: str, modifiers: list[str]
) -> None:
    usage = {"inputTokens": 1_000_000, "outputTokens": 0, "totalTokens": 1_000_000}
    response = {"usage": usage, "serviceTier": {"type": tier}}
    answer = ask(model="bedrock/us.amazon.nova-2-lite-v1:0", response=response)
    assert answer.status == 200, answer.body
    assert [one["name"] for one in answer.body["modifiers"]] == modifiers


def test_an_unknown_converse_tier_selects_no_price(ask: Ask) -> None:
    usage = {"inputTokens": 1, "outputTokens": 0}
    response = {"usage": usage, "serviceTier": {"type": "warp"}}
    answer = ask(model="global.anthropic.claude-opus-4-8", response=response)
    assert answer.status == 422
    assert answer.body["errors"][0]["pointer"] == "/response/serviceTier/type"
    reserved = {"usage": usage, "serviceTier": {"type": "reserved"}}
    assert total(ask(model="global.anthropic.claude-opus-4-8", response=reserved)) == "0.000005"


@pytest.mark.parametrize(
    ("usage", "assumed"),
    [
        ({"cache_creation_input_tokens": 5}, True),
        ({"cache_creation_input_tokens": 0}, False),
        (
            {"cache_creation_input_tokens": 5, "cache_creation": {"ephemeral_5m_input_tokens": 5}},
            False,
        ),
    ],
)
def test_writes_of_no_stated_time_to_live_are_an_assumption(
    ask: Ask, usage: dict[str, Any], assumed: bool
) -> None:
    answer = ask(model="opus", usage={"input_tokens": 1, "output_tokens": 1, **usage})
    assert any("five minute" in one for one in answer.body["assumptions"]) is assumed


@pytest.mark.parametrize("details", [{}, {"cacheDetails": [{"ttl": "1h", "inputTokens": 5}]}])
def test_converse_writes_without_details_are_an_assumption_too(
    ask: Ask, details: dict[str, Any]
) -> None:
    usage = {"inputTokens": 1, "outputTokens": 0, "cacheWriteInputTokens": 5, **details}
    answer = ask(model="opus", usage=usage, usage_format="bedrock_converse")
    assert bool(answer.body["assumptions"]) is not bool(details)
