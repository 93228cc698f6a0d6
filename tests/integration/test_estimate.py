"""``POST /v1/estimate`` through its handler, as API Gateway would call it."""

import json
import time
from fractions import Fraction
from typing import Any

import pytest

from pricing.store import bundled
from tests.support.handlers import Answer, Ask, Event, Handler, handler, post

USAGE = {"input_tokens": 2000, "output_tokens": 1000, "cache_read_input_tokens": 50000}
FULL_USAGE = {
    "input_tokens": 50,
    "cache_read_input_tokens": 100_000,
    "cache_creation_input_tokens": 2_000,
    "cache_creation": {"ephemeral_5m_input_tokens": 500, "ephemeral_1h_input_tokens": 1_500},
    "output_tokens": 503,
    "server_tool_use": {"web_search_requests": 2},
}


@pytest.fixture
def ask(event: Event) -> Ask:
    estimate: Handler = handler("estimate")

    def send(body: Any = None, **fields: Any) -> Answer:
        return post(estimate, event("estimate"), fields if body is None else body)

    return send


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


def test_fractions_in_tool_definitions_are_counted_like_the_rest(ask: Ask) -> None:
    tool = {"name": "t", "input_schema": {"minimum": 0.5}}
    assert ask(model="opus", text="hi", tools=[tool]).status == 200


def test_an_answer_names_twenty_bad_fields_and_counts_the_rest(ask: Ask) -> None:
    answer = ask(asking(**{f"unknown{n}": 1 for n in range(100)}))
    assert len(answer.body["errors"]) == 20
    assert "99 more" in answer.body["detail"]


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


def test_a_prompt_is_counted_by_a_stated_method_with_an_honest_band(ask: Ask) -> None:
    prompt = {"text": "Summarise the minutes of the meeting in three points. " * 20}
    answer = ask(model="opus", **prompt, expected_output_tokens=300, thinking_tokens=200)
    counting = answer.body["counting"]
    assert counting["low_tokens"] < counting["input_tokens"] < counting["high_tokens"]
    fresh, output = (Fraction(line["quantity"]) for line in answer.body["line_items"])
    assert fresh == counting["input_tokens"]
    assert output == 500
    for end in ("low", "high"):
        tokens, usd = counting[f"{end}_tokens"], counting[f"{end}_total_usd"]
        assert Fraction(usd) == (tokens * 4 + 500 * 20) / Fraction(10**6)
    assert "docs/token-counting.md" in counting["method"]


def test_the_newer_tokenizer_makes_more_tokens_of_the_same_prompt(ask: Ask) -> None:
    counts = [
        ask(model=model, text="the same words " * 100).body["counting"]["input_tokens"]
        for model in ("claude-opus-4-6", "claude-opus-4-7")
    ]
    assert counts[1] > counts[0]


def test_images_and_tools_are_counted_by_their_published_rules(ask: Ask) -> None:
    message = {"role": "user", "content": [{"type": "image", "width": 1000, "height": 1000}]}
    bare, tools = (
        ask(model="claude-opus-5", messages=[message], tools=tools) for tools in (False, True)
    )
    tokens = [one.body["counting"]["input_tokens"] for one in (bare, tools)]
    assert tokens[0] == 1296 + 7  # the image, and what frames one message
    assert tokens[1] - tokens[0] == 286


def test_without_an_expected_output_none_is_priced_and_a_warning_is_given(ask: Ask) -> None:
    assert codes(ask(model="opus", text="hello")) == {"no_expected_output"}
    assert codes(ask(model="opus", text="hello", expected_output_tokens=0)) == set()


@pytest.mark.parametrize(
    "fields",
    [
        {"text": "good night"},
        {"request": {"input": "good night"}},
        {"messages": [{"role": "user", "content": "good night"}]},
    ],
)
def test_a_text_to_embed_has_no_answer_and_nothing_around_it(
    ask: Ask, fields: dict[str, Any]
) -> None:
    found, chat = (ask(model=model, **fields) for model in ("text-embedding-3-small", "gpt-4o"))
    assert (codes(found), codes(chat)) == (set(), {"model_retiring", "no_expected_output"})
    tokens, with_framing = (one.body["counting"]["input_tokens"] for one in (found, chat))
    assert with_framing == tokens + 3 + 4
    assert not any("around the text" in text for text in found.body["assumptions"])


@pytest.mark.parametrize("count", ["1.000", "2.500", "1.000 tokens"])
def test_a_count_that_some_read_as_a_thousand_and_some_as_one_is_not_read(
    ask: Ask, count: str
) -> None:
    answer = ask(model="opus", input_tokens=count)
    assert answer.status == 422
    (error,) = answer.body["errors"]
    assert error["detail"] == "must be a whole number, written without quotes or a fraction"
    assert ask(model="opus", input_tokens="1.5k").body["line_items"][0]["quantity"] == "1500"


def asking(**fields: Any) -> dict[str, Any]:
    return {"model": "opus", "usage": USAGE, **fields}


def prompting(messages: list[dict[str, Any]]) -> dict[str, Any]:
    return {"model": "opus", "messages": messages}


HOSTILE: list[tuple[str, Any, int, str]] = [
    ("NaN", '{"model":"opus","calls":NaN}', 400, "NaN"),
    ("Infinity", '{"model":"opus","calls":-Infinity}', 400, "Infinity"),
    ("1e400", '{"model":"opus","calls":1e400}', 400, "range"),
    ("1e999999", '{"model":"opus","calls":1e999999}', 400, "range"),
    ("4,400 digits", '{"model":"opus","calls":' + "9" * 4400 + "}", 400, "40 characters"),
    ("a boolean count", asking(calls=True), 422, "whole number"),
    ("a boolean token count", asking(usage={**USAGE, "input_tokens": True}), 422, "whole number"),
    ("a word for a count", asking(calls="seven"), 422, "whole number"),
    ("a fraction of a token", asking(usage={**USAGE, "input_tokens": 1.5}), 422, "whole number"),
    ("a negative count", asking(usage={**USAGE, "output_tokens": -1}), 422, "0 or more"),
    ("no calls", asking(calls=0), 422, "1 or more"),
    ("too many calls", asking(calls=10**12 + 1), 422, "1000000000000 or less"),
    ("duplicate keys", '{"model":"opus","model":"haiku"}', 400, "twice"),
    ("a lone surrogate", '{"model":"\\ud83d"}', 400, "surrogate"),
    ("deep nesting", "[" * 100_000, 400, "deeper than 20"),
    ("300 KB", json.dumps(asking(model="x" * 300_000)), 413, "limit"),
    ("an unknown property", asking(modle="opus"), 422, "/modle"),
    ("fast and batch", asking(speed="fast", processing="batch"), 422, "cannot be combined"),
    ("fast where there is none", asking(model="sonnet", speed="fast"), 422, "no fast prices"),
    (
        "flex",
        asking(processing="flex"),
        422,
        "no flex prices on this date. It offers `processing`: standard, batch; `speed`: standard,",
    ),
    ("an unknown speed", asking(usage={**USAGE, "speed": "warp"}), 422, "/usage/speed"),
    ("us on an old model", asking(model="claude-opus-4-5", inference_geo="us"), 422, "global"),
    (
        "writes that do not add up",
        asking(usage={**FULL_USAGE, "cache_creation_input_tokens": 1999}),
        422,
        "add up to 2000",
    ),
    (
        "more thinking than output",
        asking(usage={**USAGE, "output_tokens_details": {"thinking_tokens": 1001}}),
        422,
        "cannot be larger",
    ),
    ("an unknown version", asking(pricing_version="2031-01-01.1"), 404, "no price version"),
    ("an unknown model", asking(model="claude-haiku-4-50"), 404, "no model"),
    ("an endless name", asking(model="x" * 129), 422, "128"),
    ("no model", {"usage": USAGE}, 422, "/model is required"),
    (
        "no usage",
        {"model": "opus"},
        422,
        "or exactly one of `usage`, `response`, `request`, `text` or `messages`.",
    ),
    (
        "a count outside of its usage",
        {"model": "opus", "text": "hello", "prompt_tokens": 1000},
        422,
        '`prompt_tokens` belongs inside "usage": {"usage": {"prompt_tokens": 1000, ...}}.',
    ),
    ("usage twice", asking(response={"model": "opus", "usage": USAGE}), 422, "and `response`"),
    ("usage and text", asking(text="hello"), 422, "has `usage` and `text`"),
    ("tools without a text", asking(tools=True), 422, "/tools goes with `text`"),
    ("an image without a size", prompting([{"content": [{"type": "image"}]}]), 422, "width"),
    ("a message without content", prompting([{"role": "user"}]), 422, "/messages/0/content"),
    ("usage that is a list", asking(usage=[1]), 422, "/usage must be an object"),
    ("a moment that is none", asking(as_of="yesterday"), 422, "/as_of"),
    ("a moment without its offset", asking(as_of="2026-11-22T09:30:00"), 422, "/as_of"),
    ("a day that does not exist", asking(as_of="2026-02-30"), 422, "/as_of"),
    ("a list", [1, 2], 422, "must be one object"),
    ("nothing", "", 400, "is empty; send JSON"),
    ("half an object", '{"model":', 400, "not valid JSON"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("body", "status", "says"),
    [case[1:] for case in HOSTILE],
    ids=[case[0] for case in HOSTILE],
)
def test_a_hostile_body_gets_a_problem_that_says_what_to_change(
    ask: Ask, body: Any, status: int, says: str
) -> None:
    answer = ask(body)
    assert answer.status == status
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.body
    assert problem["status"] == status
    assert says in problem["detail"]
    assert {"type", "title", "instance", "request_id"} <= problem.keys()
    if status == 422:
        assert all(one["pointer"] is not None and one["detail"] for one in problem["errors"])


def test_every_bad_field_is_reported_at_once(ask: Ask) -> None:
    answer = ask(asking(calls=0, speed="warp", usage=USAGE))
    assert {one["pointer"] for one in answer.body["errors"]} == {"/calls", "/speed"}


def test_a_misspelt_model_gets_suggestions_and_a_stranger_gets_none(ask: Ask) -> None:
    assert ask(asking(model="claude-sonet-5-5")).body["suggestions"][0] == "claude-sonnet-5-5"
    assert ask(asking(model="qqqqqqqq")).body["suggestions"] == []


def test_a_body_that_is_not_declared_as_json_is_refused(event: Event) -> None:
    sent = event("estimate")
    sent["headers"]["content-type"] = "text/plain"
    reply = handler("estimate")(sent, None)
    assert reply["statusCode"] == 415


def test_a_base64_body_is_read_and_a_broken_one_is_refused(event: Event) -> None:
    import base64

    estimate, sent = handler("estimate"), event("estimate")
    packed = base64.b64encode(sent["body"].encode()).decode()
    assert estimate({**sent, "body": packed, "isBase64Encoded": True}, None)["statusCode"] == 200
    broken = {**sent, "body": packed[1:] + "!", "isBase64Encoded": True}
    assert estimate(broken, None)["statusCode"] == 400


def test_no_word_of_the_request_reaches_a_log_or_an_error(
    ask: Ask, capsys: pytest.CaptureFixture[str]
) -> None:
    canary = "canary-5f3a"
    bodies = [
        asking(**{canary: 1}),
        asking(as_of=canary),
        asking(usage={**USAGE, "speed": canary}),
        {"response": {"model": "opus", "content": canary, "usage": USAGE}},
        '{"' + canary,
    ]
    for body in bodies:
        answer = ask(body)
        spoken = json.dumps({**answer.body, "errors": None, "detail": None})
        assert canary not in spoken
    assert canary not in "".join(capsys.readouterr())


def test_a_request_is_one_json_line_that_is_also_its_metrics(
    ask: Ask, capsys: pytest.CaptureFixture[str]
) -> None:
    started = time.time()
    ask(asking())
    line = json.loads(capsys.readouterr().out)
    assert line["route"] == "POST /v1/estimate"
    assert line["status"] == 200
    assert line["cold_start"] is True
    assert line["pricing_version"] == "2026-12-01.1"
    names = {metric["Name"] for metric in line["_aws"]["CloudWatchMetrics"][0]["Metrics"]}
    assert names <= line.keys()
    assert started - 1 <= line["_aws"]["Timestamp"] / 1000 <= started + 5


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
            {
                "cache_creation_input_tokens": 5,
                "cache_creation": {"ephemeral_5m_input_tokens": 5},
            },
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


@pytest.mark.parametrize(("as_of", "status"), [("8999-12-31", 200), ("9000-01-01", 422)])
@pytest.mark.parametrize("name", ["estimate", "compare", "workload", "recommend", "plan_caching"])
def test_a_date_that_no_calendar_goes_on_after_is_refused(
    event: Event, name: str, as_of: str, status: int
) -> None:
    """Of 9999-12-31, the day 90 days later overflowed, which was a 500."""
    body = json.loads(event(name)["body"]) | {"as_of": as_of, "pricing_version": "active"}
    answer = post(handler(name.removesuffix("_caching")), event(name), body)
    assert answer.status == status, answer.body
