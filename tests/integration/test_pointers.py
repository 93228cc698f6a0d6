"""Where an error says it is: the very name that means no model, in whichever route it stands."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.support.handlers import Answer, Event, handler, post
from tests.support.usage_reading import iteration

USAGE = {"input_tokens": 1, "output_tokens": 1}
LINE = {"name": "a", "model": "opus", "usage": USAGE}
ADVISED = {
    **USAGE,
    "iterations": [
        iteration("compaction", 5, 5),
        iteration("message", 1, 1),
        iteration("advisor_message", 1, 1, model="claude-oracle-9"),
    ],
}
DECLINED = {
    **USAGE,
    "iterations": [
        iteration("message", 1, 0, model="claude-oracle-8"),
        iteration("message", 1, 1, model="claude-oracle-9"),
        iteration("fallback_message", 1, 1, model="claude-opus-4-8"),
    ],
}
Send = Callable[[str, Any], Answer]


@pytest.fixture
def send(event: Event) -> Send:
    return lambda route, body: post(handler(route), event(route), body)


@pytest.mark.parametrize(
    ("route", "body", "pointer"),
    [
        ("estimate", {"model": "opas", "usage": USAGE}, "/model"),
        ("estimate", {"response": {"model": "opas", "usage": USAGE}}, "/response/model"),
        (
            "estimate",
            {"response": {"modelVersion": "opas", "usageMetadata": {"promptTokenCount": 1}}},
            "/response/modelVersion",
        ),
        ("estimate", {"model": "opus", "usage": ADVISED}, "/usage/iterations/2/model"),
        ("estimate", {"model": "opus", "usage": DECLINED}, "/usage/iterations/1/model"),
        (
            "estimate",
            {"response": {"model": "claude-opus-4-8", "usage": ADVISED}},
            "/response/usage/iterations/2/model",
        ),
        ("estimate/workload", {"items": [LINE, LINE | {"model": "opas"}]}, "/items/1/model"),
        (
            "estimate/workload",
            {"items": [{"name": "a", "response": {"model": "opas", "usage": USAGE}}]},
            "/items/0/response/model",
        ),
        (
            "estimate/workload",
            {"items": [LINE, LINE | {"usage": ADVISED}]},
            "/items/1/usage/iterations/2/model",
        ),
        (
            "estimate/workload",
            {"items": [LINE], "what_if": [{"name": "a", "model": "opas"}]},
            "/what_if/0/model",
        ),
        (
            "estimate/workload",
            {
                "items": [LINE],
                "what_if": [{"name": "a", "processing": "batch", "match": {"model": "opas"}}],
            },
            "/what_if/0/match/model",
        ),
        ("compare", {"models": ["opus"], "usage": ADVISED}, "/usage/iterations/2/model"),
    ],
)
def test_a_name_that_means_no_model_is_pointed_at(
    send: Send, route: str, body: Any, pointer: str
) -> None:
    answer = send(route.rpartition("/")[2], body)
    assert answer.status == 404, answer.body
    assert [one["pointer"] for one in answer.body["errors"]] == [pointer]


def test_a_model_without_a_price_is_pointed_at_where_it_is_named(send: Send) -> None:
    unpriced = {"response": {"model": "claude-mythos-preview", "usage": USAGE}}
    answer = send("estimate", unpriced)
    assert (answer.status, answer.body["errors"][0]["pointer"]) == (422, "/response/model")


@pytest.mark.parametrize(
    ("response", "pointer"),
    [
        ({"model": "opus"}, "/response/usage"),
        ({"model": "opus", "type": "message", "usage": None}, "/response/usage"),
        ({"model": "opus", "object": "chat.completion"}, "/response/usage"),
        ({"modelVersion": "gemini-2.5-pro"}, "/response/usageMetadata"),
    ],
)
@pytest.mark.parametrize("named", [{}, {"usage_format": "openai"}])
def test_a_response_without_a_usage_object_is_told_what_it_lacks(
    send: Send, response: Any, pointer: str, named: Any
) -> None:
    answer = send("estimate", {"response": response, **named})
    assert answer.status == 422
    (error,) = answer.body["errors"]
    assert error["pointer"] == pointer
    assert error["detail"].startswith(("is required", "is null"))
