"""What people write before they read the documentation: answered, or told what to send."""

import json
from typing import Any

import pytest

from pricing.api.requests.hints import HINTS
from tests.support.cases import cases
from tests.support.handlers import Ask, Event, function_of, handler, post


@pytest.fixture
def compare(event: Event) -> Ask:
    to = handler("compare")
    return lambda body: post(to, event("compare"), body)


@pytest.fixture
def workload(event: Event) -> Ask:
    to = handler("workload")
    return lambda body: post(to, event("workload"), body)


SHORT = {"input_tokens": 1000, "output_tokens": 100, "cache_read_tokens": 2000}


def test_the_short_form_states_disjoint_counts(estimate: Ask) -> None:
    # gpt-4o: input 2.50, cached input 1.25, output 10 USD per million tokens.
    # 1000 x 2.5 + 2000 x 1.25 + 100 x 10 = 6000 millionths
    assert estimate({"model": "gpt-4o", **SHORT}).body["total_usd"] == "0.006"
    # Sonnet 5.5: input 2, five minute write 2.5, output 10: 1000 x 2 + 400 x 2.5 + 100 x 10
    written = {"input_tokens": 1000, "output_tokens": 100, "cache_write_tokens": 400}
    answer = estimate({"model": "claude-sonnet-5-5", **written, "as_of": "2026-11-22"}).body
    assert answer["total_usd"] == "0.004"
    assert "five minute writes" in answer["assumptions"][0]


def test_defaults_that_a_client_sends_state_nothing(estimate: Ask) -> None:
    """Clients generated from an earlier specification send the default of every field."""
    defaults = {"system": "", "tools": False, "thinking_tokens": 0, "prefix_cache": "none"}
    assert estimate({"model": "gpt-4o", **SHORT, **defaults}).body["total_usd"] == "0.006"
    refused = estimate({"model": "gpt-4o", **SHORT, **defaults, "tools": True})
    assert [bad["pointer"] for bad in refused.body["errors"]] == ["/tools"]


def test_the_short_form_costs_what_the_same_usage_costs_on_every_route(
    estimate: Ask, compare: Ask, workload: Ask
) -> None:
    usage = {
        "prompt_tokens": 3000,
        "completion_tokens": 100,
        "prompt_tokens_details": {"cached_tokens": 2000},
    }
    for form in (SHORT, {"usage": usage}):
        assert estimate({"model": "gpt-4o", **form}).body["total_usd"] == "0.006"
        assert compare({"models": ["gpt-4o"], **form}).body["rows"][0]["total_usd"] == "0.006"
        item = {"name": "a", "model": "gpt-4o", **form}
        assert workload({"items": [item]}).body["totals"]["period_usd"] == "0.006"


def test_without_an_output_the_short_form_says_that_none_is_priced(estimate: Ask) -> None:
    answer = estimate({"model": "claude-sonnet-5-5", "input_tokens": 1000}).body
    assert answer["total_usd"] == "0.002"
    assert [warning["code"] for warning in answer["warnings"]] == ["no_expected_output"]


@pytest.mark.parametrize("other", [{"usage": {"input_tokens": 1}}, {"text": "a"}])
def test_the_short_form_goes_alone(estimate: Ask, other: dict[str, Any]) -> None:
    answer = estimate({"model": "gpt-4o", "input_tokens": 1, **other})
    assert answer.status == 422
    assert "`input_tokens`" in answer.body["detail"]


@pytest.mark.parametrize("count", [-1, 1.5, "a thousand", "1,00", "1.0005k", True, 10**13])
def test_a_count_of_the_short_form_is_a_whole_number(estimate: Ask, count: Any) -> None:
    answer = estimate({"model": "gpt-4o", "input_tokens": count, "output_tokens": 0})
    assert answer.status == 422
    assert answer.body["errors"][0]["pointer"] == "/input_tokens"


def test_a_budget_buys_whole_calls_only(estimate: Ask, compare: Ask) -> None:
    # A call is 0.0035 USD: 100 USD pay for 28571 of them, and 0.0035 x 28572 is 100.002.
    call = {"model": "gpt-4o", "input_tokens": 1000, "output_tokens": 100}
    assert estimate(call | {"budget_usd": "100"}).body["calls_for_budget"] == 28571
    assert estimate(call | {"budget_usd": "0.0035"}).body["calls_for_budget"] == 1
    assert estimate(call | {"budget_usd": "0.0034"}).body["calls_for_budget"] == 0
    assert estimate(call).body["calls_for_budget"] is None
    nothing = {"model": "gpt-4o", "input_tokens": 0, "output_tokens": 0, "budget_usd": 1}
    assert estimate(nothing).body["calls_for_budget"] is None
    del call["model"]
    rows = compare(call | {"models": ["gpt-4o"], "budget_usd": 100}).body["rows"]
    assert rows[0]["calls_for_budget"] == 28571


def test_names_of_ones_own_stand_for_the_models_that_the_request_says(estimate: Ask) -> None:
    aliases = {
        "my-deployment": "azure/eu/gpt-4.1",
        "profile": "bedrock/anthropic.claude-sonnet-4-6",
    }
    answer = estimate({"model": "my-deployment", "model_aliases": aliases, **SHORT}).body
    assert answer["model"]["provider"] == "azure"
    response = {"model": "profile", "usage": {"input_tokens": 1, "output_tokens": 1}}
    answer = estimate({"response": response, "model_aliases": aliases}).body
    assert answer["model"]["provider"] == "bedrock"
    missing = estimate({"model": "other", "model_aliases": aliases, **SHORT})
    assert missing.status == 404


@pytest.mark.parametrize("name", sorted(filter(str.isidentifier, HINTS)))
def test_a_property_that_is_not_ours_is_told_what_to_send(estimate: Ask, name: str) -> None:
    answer = estimate({"model": "gpt-4o", "text": "hello", name: 1})
    assert answer.status == 422
    (error,) = answer.body["errors"]
    assert error["pointer"] == f"/{name}"
    assert error["detail"] == HINTS.get(f"{name}=", HINTS[name])
    assert name in error["detail"]
    assert "`" in error["detail"]


@pytest.mark.parametrize(("name", "body", "pointer", "sent"), cases("newcomers"))
def test_every_route_says_what_to_send_instead(
    event: Event, name: str, body: dict[str, Any], pointer: str, sent: str
) -> None:
    answer = post(handler(function_of(name)), event(name), body)
    assert answer.status == 422, answer.body
    details = {error["pointer"]: error["detail"] for error in answer.body["errors"]}
    assert sent in details[pointer]


@pytest.mark.parametrize(
    ("body", "wrapper"),
    [
        ({"id": "x", "object": "chat.completion", "model": "gpt-4o", "choices": [],
          "service_tier": "priority", "system_fingerprint": "f",
          "usage": {"prompt_tokens": 1000, "completion_tokens": 1}}, "response"),
        ({"id": "m", "type": "message", "role": "assistant", "model": "claude-opus-5",
          "content": [], "usage": {"input_tokens": 1, "output_tokens": 1}}, "response"),
        ({"id": "r", "object": "response", "model": "gpt-5", "output": [], "tools": [],
          "text": {"format": {"type": "text"}}, "tool_choice": "auto",
          "usage": {"input_tokens": 1000, "output_tokens": 1, "total_tokens": 1001}}, "response"),
        ({"modelVersion": "gemini-2.5-pro", "candidates": [],
          "usageMetadata": {"promptTokenCount": 10, "candidatesTokenCount": 5}}, "response"),
        ({"model": "gpt-4o", "messages": [{"role": "user", "content": "hi"}], "temperature": 1,
          "stream": True, "max_tokens": 50, "service_tier": "priority"}, "request"),
        ({"model": "claude-sonnet-4-6", "max_tokens": 50, "system": "Be brief.",
          "tools": [{"name": "f", "input_schema": {"type": "object"}}],
          "messages": [{"role": "user", "content": "hi"}]}, "request"),
        ({"model": "gpt-5", "input": "hi", "max_output_tokens": 50}, "request"),
        ({"model": "text-embedding-3-small", "input": ["a text"]}, "request"),
        ({"model": "dall-e-3", "prompt": "a cat", "n": 2, "size": "1024x1024"}, "request"),
        ({"model": "sora-2", "prompt": "x", "seconds": 8, "size": "1280x720"}, "request"),
        ({"model": "rerank-v3.5", "query": "q", "documents": ["a"] * 101}, "request"),
    ],
)  # fmt: skip
def test_a_whole_object_of_a_provider_may_be_the_body(
    estimate: Ask, body: dict[str, Any], wrapper: str
) -> None:
    own = {"as_of": "2026-11-22", "calls": 3}
    pasted, wrapped = estimate(body | own), estimate({wrapper: body} | own)
    assert (pasted.status, wrapped.status) == (200, 200)
    assert pasted.body == wrapped.body
    assert pasted.body["total_usd"] != "0"


#: 2,000 tokens of input and 500 of output of gpt-4o, at 2.50 and 10 USD per million.
PLAIN = "0.01"
#: 1,000 of the 2,000 at 1.25.
CACHED = "0.00875"


@pytest.mark.parametrize(
    ("sent", "total"),
    [
        ({"input_tokens": "2k", "output_tokens": "500"}, PLAIN),
        ({"input_tokens": "2,000", "output_tokens": 500.0}, PLAIN),
        ({"input_tokens": "0.002M", "output_tokens": "0.5K"}, PLAIN),
        ({"input": 2000, "output": "500"}, PLAIN),
        ({"tokens": {"input": 2000, "output": 500}}, PLAIN),
        ({"prompt_tokens": 2000, "completion_tokens": 500}, PLAIN),
        ({"prompt_tokens": "2000", "completion_tokens": "500", "total_tokens": "2500"}, PLAIN),
        ({"usage": {"prompt_tokens": "2000", "completion_tokens": "500"}}, PLAIN),
        ({"usage": {"prompt_tokens": "2k", "completion_tokens": "0.5k"}}, PLAIN),
        ({"input_tokens": "2 thousand", "output_tokens": "500"}, PLAIN),
        ({"inputTokens": 2000, "outputTokens": 500}, PLAIN),
        ({"InputTokens": 2000, "OutputTokens": 500}, PLAIN),
        ({"tokens_in": 2000, "tokens_out": 500}, PLAIN),
        ({"promptTokenCount": 2000, "candidatesTokenCount": 500}, PLAIN),
        (
            {
                "input_tokens": 2000,
                "output_tokens": 500,
                "input_tokens_details": {"cached_tokens": 1000},
            },
            CACHED,
        ),
        (
            {
                "prompt_tokens": 2000,
                "completion_tokens": 500,
                "prompt_tokens_details": {"cached_tokens": 1000},
            },
            CACHED,
        ),
        # Anthropic's input excludes the cache.
        ({"input_tokens": 1000, "output_tokens": 500, "cache_read_input_tokens": 1000}, CACHED),
        # A batch at half of each, priority at 4.25 and 17
        ({"input_tokens": 2000, "output_tokens": 500, "batch": True}, "0.005"),
        ({"input_tokens": 2000, "output_tokens": 500, "batch": False}, PLAIN),
        ({"input_tokens": 2000, "output_tokens": 500, "service_tier": "batch"}, "0.005"),
        ({"input_tokens": 2000, "output_tokens": 500, "tier": "Priority"}, "0.017"),
        ({"input_tokens": 2000, "output_tokens": 500, "service_tier": "auto"}, PLAIN),
        ({"input_tokens": 2000, "output_tokens": 500, "processing": "Batch"}, "0.005"),
        ({"input_tokens": 2000, "output_tokens": 500, "calls": "10k"}, "100"),
        ({"input_tokens": 2000, "output_tokens": 500, "provider": "OpenAI"}, PLAIN),
        (
            {
                "input_tokens": 2000,
                "output_tokens": 500,
                "provider": "Azure OpenAI",
                "model": "my-deployment",
                "model_aliases": {"my-deployment": "azure/gpt-4o"},
            },
            PLAIN,
        ),
        *(
            ({"input_tokens": 2000, "output_tokens": 500, "as_of": moment}, PLAIN)
            for moment in ("20261101", 1793520000, 1793520000000, "now", "today", "2026-11-01")
        ),
        ({"input_tokens": 2000, "output_tokens": 500, "date": "2026-11-01"}, PLAIN),
        ({"input_tokens": 2000, "output_tokens": 500, "budget_usd": "$100"}, PLAIN),
        ({"input_tokens": 2000, "output_tokens": 500, "currency": "eur"}, PLAIN),
        ({"input_tokens": 2000, "output_tokens": 500, "currency": "€"}, PLAIN),
        ({"model": "whisper-1", "seconds": 90}, "0.009"),
        ({"model": "whisper-1", "minutes": 1.5}, "0.009"),
        ({"model": "whisper-1", "duration": 90}, "0.009"),
        ({"model": "whisper-1", "hours": "0.025"}, "0.009"),
        ({"model": "whisper-1", "seconds": "90.000"}, "0.009"),
        ({"model": "whisper-1", "minutes": "1.500"}, "0.009"),
        ({"model": "tts-1", "characters": 1000}, "0.015"),
        ({"model": "tts-1", "characters": "1,000"}, "0.015"),
        ({"usage": '{"prompt_tokens": 2000, "completion_tokens": 500}'}, PLAIN),
        ({"response": '{"usage": {"prompt_tokens": 2000, "completion_tokens": 500}}'}, PLAIN),
        (
            {"model": "gpt-5", "input_tokens": 2000, "output_tokens": 500, "web_searches": 3},
            "0.0375",
        ),
        ({"model": "claude-sonnet-4-6", "input_tokens": 2000, "inference_geo": "US"}, "0.0066"),
    ],
)
def test_what_has_one_meaning_may_be_written_in_many_ways(
    estimate: Ask, sent: dict[str, Any], total: str
) -> None:
    answer = estimate({"model": "gpt-4o", **sent})
    assert answer.status == 200, answer.body
    assert answer.body["total_usd"] == total


@pytest.mark.parametrize("name", ["model_name", "modelId", "model_id"])
def test_a_model_is_read_under_a_providers_name_for_it(estimate: Ask, name: str) -> None:
    answer = estimate({name: "gpt-4o", "input_tokens": 2000, "output_tokens": 500})
    assert answer.body["total_usd"] == PLAIN


def test_one_text_may_be_sent_as_messages_with_the_output_that_is_expected(estimate: Ask) -> None:
    text = {"model": "gpt-4o", "text": "Hello there.", "expected_output_tokens": 100}
    expected = estimate(text).body["total_usd"]
    for sent in (
        {"model": "gpt-4o", "text": "Hello there.", "output_tokens": 100},
        {"model": "gpt-4o", "messages": "Hello there.", "output_tokens": "100"},
        {"model": "gpt-4o", "prompt": "Hello there.", "output_tokens": 100},
    ):
        assert estimate(sent).body["total_usd"] == expected


def test_a_stream_may_be_sent_as_the_text_that_it_is(estimate: Ask) -> None:
    usage = {"prompt_tokens": 2000, "completion_tokens": 500}
    events = [{"id": "c", "choices": []}, {"id": "c", "choices": [], "usage": usage}]
    lines = [*(f"data: {json.dumps(event)}" for event in events), "data: [DONE]"]
    answer = estimate({"model": "gpt-4o", "response": "\n\n".join(lines)})
    assert answer.body["total_usd"] == PLAIN
    assert estimate({"model": "gpt-4o", "response": "no stream"}).status == 422


def test_a_line_of_a_batch_may_be_the_body(estimate: Ask) -> None:
    body = {
        "model": "gpt-4o-mini",
        "messages": [{"role": "user", "content": "hi"}],
        "max_tokens": 9,
    }
    line = {"custom_id": "a", "method": "POST", "url": "/v1/chat/completions", "body": body}
    assert estimate(line).body["total_usd"] == estimate({"request": line}).body["total_usd"]
    usage = {"prompt_tokens": 1000, "completion_tokens": 100}
    answer = {"status_code": 200, "body": {"model": "gpt-4o-mini", "usage": usage}}
    result = {"id": "b", "custom_id": "a", "response": answer, "error": None}
    # Half of 1,000 at 0.15 and 100 at 0.60
    assert estimate(result).body["total_usd"] == "0.000105"


def test_items_and_comparisons_are_written_in_as_many_ways(workload: Ask, compare: Ask) -> None:
    counts = {"prompt_tokens": "2000", "completion_tokens": 500, "batch": True}
    item = {"name": "chat", "model": "gpt-4o", "calls": "1k", **counts}
    assert workload({"items": [item]}).body["totals"]["period_usd"] == "5"
    (row,) = compare({"models": ["gpt-4o"], **counts}).body["rows"]
    assert row["total_usd"] == "0.005"


@pytest.mark.parametrize(
    ("sent", "pointer"),
    [
        # Whether the 1,000 are a part of the 2,000 is left open.
        ({"input_tokens": 2000, "output_tokens": 500, "cached_tokens": 1000}, "/cached_tokens"),
        # Nor whether these are the tokens of ten calls, or of each of them.
        ({"prompt_tokens": 2000, "completion_tokens": 500, "requests": 10}, "/requests"),
        ({"input_tokens": 2000, "output_tokens": 500, "as_of": "01/11/2026"}, "/as_of"),
        ({"input_tokens": 2000, "output_tokens": 500, "as_of": "2026-11"}, "/as_of"),
        ({"input_tokens": 2000, "output_tokens": 500, "as_of": "2026-11-01 10:00"}, "/as_of"),
        ({"input_tokens": 2000, "output_tokens": 500, "region": "eu"}, "/region"),
        ({"input_tokens": 2000, "output_tokens": 500, "calls_per_month": 9}, "/calls_per_month"),
    ],
)
def test_what_has_several_meanings_is_told_what_to_send(
    estimate: Ask, sent: dict[str, Any], pointer: str
) -> None:
    answer = estimate({"model": "gpt-4o", **sent})
    assert answer.status == 422
    assert [error["pointer"] for error in answer.body["errors"]] == [pointer]


def test_a_list_of_bad_items_is_not_called_too_short(workload: Ask) -> None:
    item = {"model": "gpt-4o", **SHORT}
    errors = workload({"items": [item]}).body["errors"]
    assert [error["pointer"] for error in errors] == ["/items/0/name"]
    errors = workload({"items": []}).body["errors"]
    assert [error["pointer"] for error in errors] == ["/items"]


def test_a_what_if_that_is_a_name_is_told_its_form(workload: Ask) -> None:
    answer = workload({"items": [{"name": "a", "model": "gpt-4o", **SHORT}], "what_if": ["haiku"]})
    (error,) = answer.body["errors"]
    assert error["pointer"] == "/what_if/0"
    assert '"model": "haiku"' in error["detail"]


def test_a_servers_own_name_of_a_model_is_told_how_to_stand_for_one(estimate: Ask) -> None:
    response = {"model": "llama3.2", "prompt_eval_count": 1000, "eval_count": 100}
    sent = {"model": "groq/llama-3.3-70b-versatile", "response": response}
    refused = estimate(sent)
    assert refused.status == 404
    assert '"model_aliases": {"...": "groq/llama-3.3-70b-versatile"}' in refused.body["detail"]
    # 1,000 at 0.59 and 100 at 0.79
    named = {**sent, "model_aliases": {"llama3.2": "groq/llama-3.3-70b-versatile"}}
    assert estimate(named).body["total_usd"] == "0.000669"
    # Also where a provider has a model of that name: what runs on one's own machine has no price.
    theirs = {**response, "model": "deepseek-r1"}
    assert estimate({"response": theirs}).status == 404
    named = {"response": theirs, "model_aliases": {"deepseek-r1": "deepseek/deepseek-r1"}}
    assert estimate(named).body["total_usd"] == "0.000769"  # 1,000 at 0.55 and 100 at 2.19
    del response["model"]
    assert estimate(sent).body["total_usd"] == "0.000669"


def test_a_workload_says_which_days_make_its_month_and_its_year(workload: Ask) -> None:
    item = {"name": "a", "model": "gpt-4o", "input_tokens": 1000, "output_tokens": 100}
    day, month = ({"items": [item]}, {"items": [item], "period": "month"})
    assert workload(day).body["assumptions"] == [
        "The calls are those of a working day: 22 a month, 260 a year."
    ]
    assert workload({**day, "working_days_per_month": 30}).body["assumptions"] == [
        "The calls are those of a working day: 30 a month, 260 a year."
    ]
    assert workload(month).body["assumptions"] == [
        "The calls are those of a month, and a year has 12 such months."
    ]


def test_a_plan_of_caching_says_when_the_calls_come_and_that_no_output_is_priced(
    event: Event,
) -> None:
    sent = {"model": "sonnet", "prefix_tokens": 20_000, "calls_per_hour": 60}
    to = handler(function_of("plan_caching"))
    said = post(to, event("plan_caching"), sent).body["assumptions"]
    assert said[0] == "8 hours a day, 22 days a month, calls evenly spaced."
    assert "No output is priced: `output_tokens` is 0." in said
    random = {**sent, "arrivals": "poisson", "output_tokens": 100, "days_per_month": 30}
    said = post(to, event("plan_caching"), random).body["assumptions"]
    assert said[0] == "8 hours a day, 30 days a month, calls at random."
    assert not any("No output" in sentence for sentence in said)


@pytest.mark.parametrize(
    ("route", "sent", "pointer", "said"),
    [
        (
            "estimate",
            {},
            "/usage",
            'counts ("input_tokens": 1000, "output_tokens": 200), or exactly',
        ),
        (
            "estimate",
            {"input_tokens": 9, "usage": {}},
            "/usage",
            "`input_tokens`; send one of them",
        ),
        ("estimate", {"priority": True}, "/priority", 'send "processing": "priority"'),
        ("estimate", {"fast": True}, "/fast", 'send "speed": "fast"'),
        ("estimate", {"cache_ttl": "1h"}, "/cache_ttl", '{"ephemeral_1h_input_tokens": 5000}'),
        ("estimate", {"audio_minutes": 10}, "/audio_minutes", '"units": {"audio_seconds": "600"}'),
        ("estimate", {"resolution": "720p"}, "/resolution", '"units": {"video": [{"seconds": "8"'),
        ("estimate", {"discount": "20%"}, "/discount", '"rate_card": {"rules": [{"match"'),
        (
            "estimate",
            {"tool_uses": {"web_search_requests": 3}, "usage": {"input_tokens": 9}},
            "/tool_uses",
            "has `web_search_requests`, which is not known here; send any of web_search,",
        ),
        ("compare", {"requires": ["vision"]}, "/requires", '{"vision": true, "min_context_tokens"'),
        ("plan_context", {"parts": {"a": 1}}, "/parts", '[{"name": "system", "tokens": 2000}]'),
        ("usage_report", {"budget": 100}, "/budget", '"budgets": [{"name": "all", "usd": "100"'),
        ("usage_report", {"budgets": {"a": 1}}, "/budgets", '[{"name": "all", "usd": "100"'),
        (
            "usage_report",
            {},
            "/records",
            "Send exactly one of `records` or `source`; this request has none",
        ),
        (
            "workload",
            {"items": [{"calls_per_day": 5}]},
            "/items/0/calls_per_day",
            "`calls_per_day` is called `calls` here. The `period` of all items says",
        ),
        ("workload", {"days_per_month": 30}, "/days_per_month", '"working_days_per_month": 30'),
    ],
)
def test_a_field_at_another_place_or_of_another_kind_is_answered_with_an_example(
    event: Event, route: str, sent: dict[str, Any], pointer: str, said: str
) -> None:
    fixed = {} if route in ("usage_report", "workload") else {"model": "gpt-4o"}
    errors = post(handler(function_of(route)), event(route), {**fixed, **sent}).body["errors"]
    (told,) = [error["detail"] for error in errors if error["pointer"] == pointer]
    assert said in told
