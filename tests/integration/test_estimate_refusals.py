"""``POST /v1/estimate`` asked with what it refuses, and what a request leaves in the logs."""

import json
import time
from typing import Any

import pytest

from tests.support.handlers import Ask, Event, handler, post

USAGE = {"input_tokens": 2000, "output_tokens": 1000, "cache_read_input_tokens": 50000}
WRITES = {"cache_creation": {"ephemeral_5m_input_tokens": 500, "ephemeral_1h_input_tokens": 1_500}}


def test_an_answer_names_twenty_bad_fields_and_counts_the_rest(ask: Ask) -> None:
    answer = ask(asking(**{f"unknown{n}": 1 for n in range(100)}))
    assert len(answer.body["errors"]) == 20
    assert "99 more" in answer.body["detail"]


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
        asking(usage={**USAGE, **WRITES, "cache_creation_input_tokens": 1999}),
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
    ("body", "status", "says"), [case[1:] for case in HOSTILE], ids=[case[0] for case in HOSTILE]
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


@pytest.mark.parametrize(("as_of", "status"), [("8999-12-31", 200), ("9000-01-01", 422)])
@pytest.mark.parametrize("name", ["estimate", "compare", "workload", "recommend", "plan_caching"])
def test_a_date_that_no_calendar_goes_on_after_is_refused(
    event: Event, name: str, as_of: str, status: int
) -> None:
    """Of 9999-12-31, the day 90 days later overflowed, which was a 500."""
    body = json.loads(event(name)["body"]) | {"as_of": as_of, "pricing_version": "active"}
    answer = post(handler(name.removesuffix("_caching")), event(name), body)
    assert answer.status == status, answer.body
