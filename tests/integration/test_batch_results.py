"""Lines of batch results, as providers write them, are priced as batch calls by their form."""

from typing import Any

import pytest

from tests.support.handlers import Answer, Ask, Event, asking

TIME = {"timestamp": "2026-11-24T12:00:00Z"}
CHAT = {"prompt_tokens": 1000, "completion_tokens": 100, "total_tokens": 1100}
MESSAGE = {"input_tokens": 1000, "output_tokens": 100}


def openai(body: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": "batch_req_1",
        "custom_id": "a",
        "response": {"status_code": 200, "request_id": "req_1", "body": body},
        "error": None,
    }


def anthropic(usage: dict[str, Any], model: str) -> dict[str, Any]:
    message = {"id": "msg_1", "type": "message", "model": model, "content": [], "usage": usage}
    return {"custom_id": "a", "result": {"type": "succeeded", "message": message}}


def vertex(usage: dict[str, Any], model: str) -> dict[str, Any]:
    answer = {"candidates": [], "modelVersion": model, "usageMetadata": usage}
    return {"request": {"contents": []}, "response": answer, "status": ""}


def bedrock(usage: dict[str, Any], model: str) -> dict[str, Any]:
    output = {"stopReason": "end_turn", "usage": usage}
    return {"recordId": "r1", "modelId": model, "modelInput": {}, "modelOutput": output}


#: Each line with its total: half of the standard price, but for Nova's $0.40 and $1.60 a million.
LINES: dict[str, tuple[dict[str, Any], str]] = {
    # 1,000 at $0.075 and 100 at $0.30
    "openai chat": (
        openai({"object": "chat.completion", "model": "gpt-4o-mini-2024-07-18", "usage": CHAT}),
        "0.000105",
    ),
    # OpenAI writes the default tier into the bodies of a batch: $1.25 and $5
    "openai chat, default tier": (
        openai(
            {
                "object": "chat.completion",
                "model": "gpt-4o",
                "usage": CHAT,
                "service_tier": "default",
            }
        ),
        "0.00175",
    ),
    # 600 at $0.625, 400 read at $0.0625, 100 at $5
    "openai responses": (
        openai(
            {
                "object": "response",
                "model": "gpt-5",
                "output": [],
                "usage": {**MESSAGE, "input_tokens_details": {"cached_tokens": 400}},
            }
        ),
        "0.0009",
    ),
    # 1,000 at $0.01
    "openai embeddings": (
        openai(
            {
                "object": "list",
                "model": "text-embedding-3-small",
                "usage": {"prompt_tokens": 1000, "total_tokens": 1000},
            }
        ),
        "0.00001",
    ),
    # $0.50 and $2.50
    "anthropic": (
        anthropic({**MESSAGE, "service_tier": "batch"}, "claude-haiku-4-5-20251001"),
        "0.00075",
    ),
    # 1,000 at $1.50, 2,000 read at $0.15, 100 at $7.50
    "anthropic, cached": (
        anthropic({**MESSAGE, "cache_read_input_tokens": 2000}, "claude-sonnet-4-6"),
        "0.00255",
    ),
    # $0.15 and $1.25, thoughts included
    "vertex": (
        vertex(
            {"promptTokenCount": 1000, "candidatesTokenCount": 40, "thoughtsTokenCount": 60},
            "gemini-2.5-flash",
        ),
        "0.000275",
    ),
    "bedrock": (
        bedrock({"inputTokens": 1000, "outputTokens": 100}, "amazon.nova-pro-v1:0"),
        "0.00056",
    ),
}
each_line = pytest.mark.parametrize(("line", "total"), LINES.values(), ids=LINES)


@pytest.fixture
def estimate(event: Event) -> Ask:
    return asking("estimate", event("estimate"), as_of=TIME["timestamp"])


@pytest.fixture
def report(event: Event) -> Ask:
    return asking("usage_report", event("usage_report"))


@each_line
def test_a_report_prices_a_line_of_results_as_a_batch_call(
    report: Ask, line: dict[str, Any], total: str
) -> None:
    answer = report(records=[{**TIME, **line}])
    assert answer.body["rejected"] == []
    assert answer.body["totals"]["cost_usd"] == total


@each_line
def test_an_estimate_of_a_line_of_results_is_that_of_a_batch_call(
    estimate: Ask, line: dict[str, Any], total: str
) -> None:
    model = {"model": line["modelId"]} if "modelId" in line else {}
    answer = estimate(response=line, **model)
    assert answer.status == 200, answer.body
    assert answer.body["total_usd"] == total
    assert [modifier["name"] for modifier in answer.body["modifiers"]] == ["batch"]


@pytest.mark.parametrize(
    ("tier", "total", "differs"),
    [("default", "0.00175", False), (None, "0.00175", False), ("priority", "0.00595", True)],
)
def test_a_default_tier_does_not_contradict_a_batch_that_the_caller_states(
    estimate: Ask, report: Ask, tier: str | None, total: str, differs: bool
) -> None:
    usage = CHAT if tier is None else {**CHAT, "service_tier": tier}
    call = {"model": "gpt-4o", "usage": usage, "processing": "batch"}
    answer = estimate(**call)
    assert answer.body["total_usd"] == total
    codes = {warning["code"] for warning in answer.body["warnings"]}
    assert ("served_terms_differ" in codes) is differs
    assert report(records=[{**TIME, **call}]).body["totals"]["cost_usd"] == total


#: Neither of these models has a price for the discount; what it costs at the standard price.
UNKNOWN_DISCOUNTS = [
    (openai({"model": "mistral-large-latest", "usage": CHAT}), "0.00065"),  # $0.50 and $1.50
    ({"model": "gpt-4o", "usage": {**CHAT, "service_tier": "flex"}}, "0.0035"),  # $2.50 and $10
]
each_unknown_discount = pytest.mark.parametrize(("line", "total"), UNKNOWN_DISCOUNTS)


def upper_bounds(answer: Answer) -> list[str]:
    """The warnings that a standard price is an upper bound."""
    found = answer.body["warnings"]
    return [one["message"] for one in found if one["code"] == "discount_price_unknown"]


@each_unknown_discount
def test_a_discount_without_a_known_price_costs_the_same_in_a_report_and_an_estimate(
    estimate: Ask, report: Ask, line: dict[str, Any], total: str
) -> None:
    call = {"response": line} if "response" in line else line
    estimated, reported = estimate(**call), report(records=[{**TIME, **line}])
    assert estimated.body["total_usd"] == reported.body["totals"]["cost_usd"] == total
    assert reported.body["status"] == "priced"
    assert upper_bounds(estimated) == upper_bounds(reported) != []


def test_a_record_of_several_calls_at_an_unknown_discount_is_an_upper_bound_too(
    report: Ask,
) -> None:
    record = {**TIME, "model": "gpt-4o", "processing": "flex", "calls": 2, "usage": CHAT}
    answer = report(records=[record])
    assert answer.body["totals"]["cost_usd"] == "0.0035"
    assert "flex" in upper_bounds(answer)[0]


def test_a_premium_without_a_known_price_has_no_upper_bound(report: Ask) -> None:
    record = {**TIME, "model": "gpt-4o", "speed": "fast", "usage": CHAT}
    plain = {**TIME, "model": "mistral-large-latest", "speed": "fast", "usage": CHAT}
    assert report(records=[record]).body["status"] == "priced"
    assert report(records=[plain]).body["status"] == "unpriced"


LINE = UNKNOWN_DISCOUNTS[0][0]
#: Function, event and body of the other answers about calls that were made.
OTHERS: list[tuple[str, str, dict[str, Any]]] = [
    ("workload", "workload", {"items": [{"name": "a", "calls": 1, "response": LINE}]}),
    (
        "plan",
        "plan_subscription",
        {"seats": 1, "items": [{"name": "a", "calls": 1, "response": LINE}]},
    ),
    (
        "plan",
        "plan_caching",
        {"model": "mistral-large-latest", "measured": [{"calls": 1, "response": LINE}]},
    ),
    (
        "recommend",
        "recommend_cascade",
        {
            "response": LINE,
            "stages": [{"model": "mistral-large-latest", "pass_rate": "0.5"}, {"model": "gpt-4o"}],
        },
    ),
    (
        "recommend",
        "recommend_tiers",
        {
            "monthly_queries": 1,
            "single_model": "mistral-large-latest",
            "tiers": [
                {"name": "a", "share": "1", "model": "mistral-large-latest", "response": LINE}
            ],
        },
    ),
]


@pytest.mark.parametrize(("function", "name", "body"), OTHERS, ids=[row[1] for row in OTHERS])
def test_every_answer_about_such_a_line_names_the_upper_bound(
    event: Event, function: str, name: str, body: dict[str, Any]
) -> None:
    answer = asking(function, event(name))(**body)
    assert answer.status == 200, answer.body
    assert len(upper_bounds(answer)) == 1
