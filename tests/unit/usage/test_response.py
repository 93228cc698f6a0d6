"""A whole response: what it is, which model served it, and what it says next to its usage."""

from decimal import Decimal
from typing import Any

import pytest

from pricing.errors import InvalidRequest
from pricing.usage.buckets import Quantity, StatedTerms, Usage
from pricing.usage.response import (
    holds_usage,
    is_batch_line,
    read_response,
    terms_served,
    unwrapped,
    usage_of_choice,
)
from pricing.usage.uses import with_stated_tools

CHAT = {"prompt_tokens": 1000, "completion_tokens": 100}
TOLD = {"id": "c", "object": "chat.completion", "model": "gpt-4o", "usage": CHAT}


def refused(response: Any) -> str:
    with pytest.raises(InvalidRequest) as caught:
        read_response(response, None)
    return f"{caught.value.errors[0].pointer}: {caught.value.errors[0].detail}"


@pytest.mark.parametrize(
    ("answer", "model"),
    [
        ({"model": "deepseek-r1", "prompt_eval_count": 26, "eval_count": 98}, "ollama/deepseek-r1"),
        ({"model": "gpt-4o", "tokens_predicted": 3, "tokens_evaluated": 9}, "llama.cpp/gpt-4o"),
        ({**TOLD, "timings": {"prompt_n": 1000, "predicted_n": 100}}, "llama.cpp/gpt-4o"),
        ({**TOLD, "system_fingerprint": "fp_ollama"}, "ollama/gpt-4o"),
        ({**TOLD, "model_info": {"arch": "granite"}}, "lm_studio/gpt-4o"),
        ({**TOLD, "model": "ollama/x", "system_fingerprint": "fp_ollama"}, "ollama/x"),
        ({**TOLD, "x_groq": {"id": "r"}}, "groq/gpt-4o"),
        ({**TOLD, "system_fingerprint": "fp_44709d6fcb"}, "gpt-4o"),
    ],
)
def test_a_servers_name_of_a_model_has_the_server_before_it(
    answer: dict[str, Any], model: str
) -> None:
    assert read_response(answer, None).model == model


@pytest.mark.parametrize(
    ("names", "container", "batch"),
    [
        ({"custom_id", "response"}, "response.body", True),  # OpenAI
        ({"id", "response"}, "response.body", False),
        ({"custom_id", "result"}, "result.message", True),  # Anthropic
        ({"id", "result"}, "result.message", False),
        ({"key", "response"}, "response", True),  # the Gemini API
        ({"key", "response", "more"}, "response", False),
        ({"response"}, "response", False),
        ({"request", "status", "response"}, "response", True),  # Vertex
        ({"request", "processed_time", "response"}, "response", True),
        ({"request", "response"}, "response", False),  # a log of a proxy
        ({"status", "response"}, "response", False),
        ({"processed_time", "response"}, "response", False),
        ({"modelInput", "modelOutput"}, "modelOutput", True),  # Bedrock
        ({"custom_id", "data"}, "data", False),
    ],
)
def test_a_line_of_a_batch_is_known_by_its_names(
    names: set[str], container: str, batch: bool
) -> None:
    assert is_batch_line(names, container) is batch


@pytest.mark.parametrize(
    ("wrapper", "pointer", "batch"),
    [
        ({"custom_id": "1", "response": {"body": TOLD}}, "/r/response/body", True),
        ({"response": {"body": TOLD}}, "/r/response/body", False),
        ({"modelOutput": TOLD}, "/r/modelOutput", True),
        ({"Response": TOLD}, "/r/Response", False),
        ({"kwargs": TOLD}, "/r/kwargs", False),
        ({"interaction": TOLD}, "/r/interaction", False),
        ({"chatResponse": TOLD}, "/r/chatResponse", False),
        ({"data": {"other": TOLD}}, "/r", False),
        ({"usage": CHAT, "response": TOLD}, "/r", False),  # its own usage goes first
        ({"usage": None, "response": TOLD}, "/r/response", False),
    ],
)
def test_the_response_is_found_in_what_wraps_it(
    wrapper: dict[str, Any], pointer: str, batch: bool
) -> None:
    body, here, is_batch = unwrapped(wrapper, "/r")
    assert (here, is_batch) == (pointer, batch)
    assert body is wrapper or body == TOLD


@pytest.mark.parametrize(
    ("response", "holds"),
    [
        (TOLD, True),
        ([{"type": "ping"}, TOLD], True),
        ([{"type": "ping"}], False),
        ([], False),
        ({"usage": {}}, True),
        ({"usage": {"cost_in_usd_ticks": 5}}, False),  # what was charged, and nothing that was used
        ({"usage": {"cost_in_usd_ticks": 5, "prompt_tokens": 1}}, True),
        ({"model": "gpt-4o"}, False),
        ("usage", False),
        (None, False),
        ({"data": TOLD}, True),
        ({"metrics": {"latency": 1}}, False),
        ({"metrics": {"inputTextTokenCount": 1}}, True),
    ],
)
def test_whether_something_is_a_response_with_usage(response: Any, holds: bool) -> None:
    assert holds_usage(response) is holds


@pytest.mark.parametrize(
    ("refusal", "billed"),
    [
        ({"stop_reason": "refusal", "content": []}, False),
        ({"stop_reason": "refusal", "content": [{"type": "text"}]}, True),
        ({"stop_reason": "refusal"}, True),
        ({"stop_reason": "end_turn", "content": []}, True),
    ],
)
def test_only_a_refusal_without_any_output_is_not_billed(
    refusal: dict[str, Any], billed: bool
) -> None:
    def input_of(output: int) -> int:
        usage = {"input_tokens": 50, "output_tokens": output}
        found = read_response({"type": "message", **refusal, "usage": usage}, None).usage
        assert ("refusal_not_billed" in [one.code for one in found.notices]) is not (
            found.attempts[0].usage.input > 0
        )
        return found.attempts[0].usage.input

    assert input_of(3) == (50 if billed else 0)
    if refusal["stop_reason"] == "refusal":  # its usage shows that nothing was put out
        assert input_of(0) == 0


def test_a_faster_latency_is_priced_as_standard_and_says_so() -> None:
    def codes(latency: str) -> list[str]:
        usage = {"inputTokens": 5, "outputTokens": 3}
        response = {"usage": usage, "performanceConfig": {"latency": latency}}
        return [one.code for one in read_response(response, None).usage.notices]

    assert codes("optimized") == ["latency_optimized_at_list_price"]
    assert codes("standard") == []


@pytest.mark.parametrize(
    ("more", "model", "pointer"),
    [
        ({}, "gpt-4o", "/response/model"),
        ({"modelVersion": "other"}, "gpt-4o", "/response/model"),
        ({"model": None, "modelVersion": "other"}, "other", "/response/modelVersion"),
        ({"model": None}, None, "/response/model"),
        (
            {"model": None, "response_metadata": {"model_name": "inner"}},
            "inner",
            "/response/response_metadata/model_name",
        ),
        ({"x_groq": {"id": "r"}}, "groq/gpt-4o", "/response/model"),
        ({"x_groq": {"id": "r"}, "model": "groq/gpt-4o"}, "groq/gpt-4o", "/response/model"),
        ({"model": "m" * 128}, "m" * 128, "/response/model"),
    ],
)
def test_the_model_that_served_is_named_by_the_response_or_by_what_it_holds(
    more: dict[str, Any], model: str | None, pointer: str
) -> None:
    found = read_response({**TOLD, **more}, None)
    assert (found.model, found.model_at) == (model, pointer)


@pytest.mark.parametrize("model", ["", "m" * (129), 7, ["gpt-4o"]])
def test_a_models_name_is_a_text_of_1_to_128_characters(model: Any) -> None:
    assert refused({**TOLD, "model": model}).startswith("/response/model: must be a string of 1")


def test_a_models_id_goes_before_the_number_of_its_version() -> None:
    answer = {"modelId": "m", "modelVersion": "1.0", "chatResponse": {"usage": CHAT}}
    assert read_response(answer, None).model == "m"
    assert read_response({"modelVersion": "v", "usage": CHAT}, None).model == "v"


@pytest.mark.parametrize(
    ("response", "pointer"),
    [
        ({"model": "gpt-4o"}, "/response/usage: is required"),
        ({"model": "gpt-4o", "usage": None}, "/response/usage: is null"),
        ({"modelVersion": "gemini"}, "/response/usageMetadata: is required"),
        ({"candidates": []}, "/response/usageMetadata: is required"),
        ({"candidates": [], "usageMetadata": None}, "/response/usageMetadata: is null"),
        ("text", "/response: must be an object"),
        ([TOLD, 7], "/response/1: must be an object"),
        ([TOLD, {**TOLD, "id": "other"}], "/response: holds several responses"),
        ({**TOLD, "service_tier": 7}, "/response/service_tier: must be a word"),
        ({**TOLD, "serviceTier": {"type": 7}}, "/response/serviceTier/type: must be a word"),
    ],
)
def test_a_response_that_cannot_be_read_is_refused_where_it_is_wrong(
    response: Any, pointer: str
) -> None:
    assert refused(response).startswith(pointer)


@pytest.mark.parametrize(
    ("tier", "word", "processing"),
    [
        ({"service_tier": "flex"}, "flex", "flex"),
        ({"service_tier": "FLEX"}, "flex", "flex"),
        ({"serviceTier": {"type": "priority"}}, "priority", "priority"),
        ({"service_tier": None, "serviceTier": "batch"}, "batch", "batch"),
        ({"service_tier": "flex", "serviceTier": "batch"}, "flex", "flex"),
        ({"service_tier": "new-word"}, "new-word", None),
    ],
)
def test_the_tier_next_to_the_usage_is_the_one_that_served(
    tier: dict[str, Any], word: str, processing: str | None
) -> None:
    found = read_response({**TOLD, **tier}, None).usage
    assert found.open.tier is not None
    assert (found.open.tier.word, found.served.processing) == (word, processing)


def test_a_tier_within_the_usage_goes_before_one_next_to_it() -> None:
    usage = {"input_tokens": 5, "output_tokens": 3, "service_tier": "priority"}
    found = read_response({"type": "message", "usage": usage, "service_tier": "batch"}, None).usage
    assert found.served.processing == "priority"


@pytest.mark.parametrize(
    ("tier", "requested", "batch", "processing"),
    [
        ("default", "batch", False, None),  # which does not contradict the caller
        ("default", None, False, "standard"),
        ("flex", "batch", False, "flex"),
        ("default", None, True, "batch"),
        ("flex", "flex", True, "batch"),
        (None, "batch", False, None),
    ],
)
def test_the_terms_that_a_response_states(
    tier: str | None, requested: Any, batch: bool, processing: str | None
) -> None:
    parsed = read_response({**TOLD, "service_tier": tier}, None).usage
    assert terms_served(parsed, StatedTerms(requested), batch=batch).processing == processing
    if not batch:
        assert terms_served(parsed, StatedTerms(requested)).processing == processing


def test_a_calls_cost_is_read_in_dollars_and_in_ticks() -> None:
    def stated(more: dict[str, Any]) -> tuple[Decimal, str] | None:
        found = read_response({**TOLD, **more}, None).usage.stated
        return (found.usd, found.pointer) if found else None

    assert stated({}) is None
    assert stated({"cost": "0.5"}) == (Decimal("0.5"), "/response/cost")
    assert stated({"_hidden_params": {"response_cost": 2}, "cost": 1}) == (
        Decimal(2), "/response/_hidden_params/response_cost"
    )  # fmt: skip
    ticks = {"usage": {**CHAT, "cost_in_usd_ticks": 25_000_000}}  # 1e-10 USD each
    assert stated(ticks) == (Decimal("0.0025"), "/response/usage/cost_in_usd_ticks")


def test_stated_tools_must_agree_with_those_that_the_usage_counts() -> None:
    usage = {**CHAT, "server_tool_use": {"web_search_requests": 2}}
    usage = {"input_tokens": 5, "output_tokens": 3, "server_tool_use": {"web_search_requests": 2}}
    parsed = read_response({"type": "message", "usage": usage}, None).usage
    more = with_stated_tools(parsed, {"web_search": 2, "file_search": 3})
    assert more.attempts[0].usage == Usage(
        input=5, output=3, web_search=2, units=(Quantity("file_search", Decimal(3)),)
    )
    with pytest.raises(InvalidRequest, match="another number of web_search than the usage"):
        with_stated_tools(parsed, {"web_search": 3})
    assert with_stated_tools(parsed, {}) == parsed


@pytest.mark.parametrize(
    ("stated", "left"), [(5, []), (6, ["/response/usage/num_server_side_tools_used"])]
)
def test_the_number_of_all_tools_is_read_once_they_are_listed_one_by_one(
    stated: int, left: list[str]
) -> None:
    """Two searches, one of X, one run of code and one search of files are five."""
    uses = {
        "SERVER_SIDE_TOOL_WEB_SEARCH": 2, "SERVER_SIDE_TOOL_X_SEARCH": 1,
        "SERVER_SIDE_TOOL_CODE_EXECUTION": 1, "SERVER_SIDE_TOOL_DOCUMENT_SEARCH": 1,
    }  # fmt: skip
    usage = {**CHAT, "num_server_side_tools_used": stated}
    found = read_response({**TOLD, "usage": usage, "server_side_tool_usage": uses}, None).usage
    assert found.attempts[0].usage.web_search == 2
    assert [one.pointer for one in found.unread if "tools_used" in one.pointer] == left


def test_a_wrapped_answer_without_a_model_is_of_the_model_that_stands_around_it() -> None:
    inside = {"object": "chat.completion", "usage": CHAT}
    found = read_response({"model": "gpt-4o", "response": {"body": inside}}, None)
    assert (found.model, found.model_at) == ("gpt-4o", "/response/model")
    own = {**inside, "model": "gpt-4o-mini"}
    assert (
        read_response({"model": "gpt-4o", "response": {"body": own}}, None).model == "gpt-4o-mini"
    )


def test_of_several_choices_the_last_has_the_usage_of_the_stream() -> None:
    first, last = {"usage": {"prompt_tokens": 1}}, {"usage": CHAT}
    assert usage_of_choice({"choices": [first, last]}) == CHAT
    assert usage_of_choice({"choices": [last, {"index": 1}]}) is None
    assert usage_of_choice({"choices": []}) is None


def test_openais_object_of_a_batch_is_the_sum_of_its_calls() -> None:
    usage = {"input_tokens": 1000, "output_tokens": 100, "total_tokens": 1100}
    counts = {"completed": 10, "failed": 2, "total": 12}
    batch = {"object": "batch", "model": "gpt-5", "usage": usage, "request_counts": counts}
    found = read_response(batch, None)
    assert found.batch
    assert [one.usage.sum_of for one in found.usage.attempts] == [10]
    none = read_response({**batch, "request_counts": {"completed": 0}}, None)
    assert (none.batch, none.usage.attempts[0].usage.sum_of) == (False, 1)


def test_what_guardrails_bill_is_unread_and_their_free_units_are_not() -> None:
    units = {"topicPolicyUnits": 1, "contentPolicyUnits": 2, "contextualGroundingPolicyUnits": 0}
    free = {"wordPolicyUnits": 1, "sensitiveInformationPolicyFreeUnits": 3}
    metrics = {"invocationMetrics": {"usage": {**units, **free}, "guardrailCoverage": {"x": 9}}}
    trace = {"guardrail": {"inputAssessment": {"g": metrics}}}
    found = read_response({"usage": CHAT, "trace": trace}, None).usage.unread
    at = "/response/trace/guardrail/inputAssessment/g/invocationMetrics/usage"
    assert [(one.pointer, int(one.value)) for one in found] == [
        (f"{at}/topicPolicyUnits", 1),
        (f"{at}/contentPolicyUnits", 2),
    ]
    assert read_response({"usage": CHAT, "trace": {"guardrail": free}}, None).usage.unread == ()
