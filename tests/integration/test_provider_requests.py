"""A provider's request body is priced before it is sent, and says what it cannot know."""

import base64
import struct
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import pytest

from tests.support.handlers import Ask, Event, asking, pointers

TEXT = "Say what this contract obliges the supplier to do, in five short sentences. " * 10
SYSTEM = TEXT * 40
CLAUDE = "claude-sonnet-5-5"
PNG = base64.b64encode(
    b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", 1024, 1024)
).decode()
URI = f"data:image/png;base64,{PNG}"
CHAT: dict[str, Any] = {
    "model": "gpt-4o",
    "messages": [{"role": "user", "content": TEXT}],
    "max_tokens": 100,
}
MESSAGES: dict[str, Any] = {
    "model": CLAUDE,
    "messages": [{"role": "user", "content": TEXT}],
    "max_tokens": 100,
}


def tokens(ask: Ask, body: Mapping[str, Any], **more: Any) -> int:
    answer = ask(request=body, **more)
    assert answer.status == 200, answer.body
    return int(answer.body["counting"]["input_tokens"])


def lines(ask: Ask, body: Mapping[str, Any], **more: Any) -> dict[str, dict[str, Any]]:
    answer = ask(request=body, **more)
    assert answer.status == 200, answer.body
    return {line["component"]: line for line in answer.body["line_items"]}


def shown(part: Mapping[str, Any], model: str = "gpt-4o") -> dict[str, Any]:
    return {"model": model, "messages": [{"role": "user", "content": [part]}], "max_tokens": 5}


@pytest.mark.parametrize(
    ("body", "model", "image"),
    [
        # 1024 x 1024 pixels: four tiles of 170 and 85 at GPT-4o, 37 x 37 patches at Claude, four
        # tiles of 258 at Gemini 2.5.
        (shown({"type": "image_url", "image_url": {"url": URI}}), "gpt-4o", 765),
        (shown({"type": "image_url", "image_url": {"url": URI, "detail": "low"}}), "gpt-4o", 85),
        (
            shown(
                {
                    "type": "image",
                    "source": {"type": "base64", "media_type": "image/png", "data": PNG},
                }
            ),
            CLAUDE,
            1369,
        ),
        (
            {
                "messages": [
                    {
                        "role": "user",
                        "content": [{"image": {"format": "png", "source": {"bytes": PNG}}}],
                    }
                ]
            },
            CLAUDE,
            1369,
        ),
        (
            {"contents": [{"parts": [{"inlineData": {"mimeType": "image/png", "data": PNG}}]}]},
            "gemini-2.5-flash",
            1032,
        ),
        (
            {"input": [{"role": "user", "content": [{"type": "input_image", "image_url": URI}]}]},
            "gpt-4o",
            765,
        ),
    ],
    ids=["chat", "low detail", "Messages", "Converse", "Gemini", "responses"],
)
def test_an_image_counts_by_its_size(
    ask: Ask, body: Mapping[str, Any], model: str, image: int
) -> None:
    answer = ask(model=model, request=body).body
    assert answer["status"] == "priced"
    # 3 tokens per request and 4 per message are around it
    assert int(answer["counting"]["input_tokens"]) == image + 7


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        (
            shown({"type": "image_url", "image_url": {"url": "https://example.com/a.png"}}),
            "messages/0/content/0",
        ),
        (shown({"type": "image_url", "image_url": {"url": URI}}, "grok-4"), "messages/0/content/0"),
        (
            shown({"type": "file", "file": {"file_data": "data:application/pdf;base64,JVBERi0="}}),
            "messages/0/content/0",
        ),
        (
            shown({"type": "input_audio", "input_audio": {"data": "AAAA", "format": "wav"}}),
            "messages/0/content/0",
        ),
        (
            shown({"type": "document", "source": {"type": "base64", "data": "JVBERi0="}}, CLAUDE),
            "messages/0/content/0",
        ),
        (
            {"model": "gpt-5", "input": TEXT, "previous_response_id": "resp_1"},
            "previous_response_id",
        ),
        (
            {"model": "gemini-2.5-pro", "contents": TEXT, "cachedContent": "cachedContents/1"},
            "cachedContent",
        ),
    ],
)
def test_what_has_no_known_size_is_named(ask: Ask, body: Mapping[str, Any], pointer: str) -> None:
    answer = ask(request=body).body
    assert answer["status"] == "partial"
    assert answer["unread"] == [{"pointer": f"/request/{pointer}", "value": "1"}]


@pytest.mark.parametrize(
    "part",
    [
        {"type": "document", "source": {"type": "text", "media_type": "text/plain", "data": TEXT}},
        {"document": {"format": "txt", "name": "a", "source": {"text": TEXT}}},
        {
            "type": "document",
            "source": {"type": "content", "content": [{"type": "text", "text": TEXT}]},
        },
        {"type": "tool_result", "tool_use_id": "t", "content": TEXT},
        {"type": "thinking", "thinking": TEXT},
    ],
)
def test_every_text_of_a_part_counts(ask: Ask, part: Mapping[str, Any]) -> None:
    plain = tokens(ask, shown({"type": "text", "text": TEXT}, CLAUDE))
    assert tokens(ask, shown(part, CLAUDE)) >= plain


@pytest.mark.parametrize(
    "more",
    [
        {
            "response_format": {
                "type": "json_schema",
                "json_schema": {"schema": {"description": TEXT}},
            }
        },
        {"tools": [{"type": "function", "function": {"name": "f", "description": TEXT}}]},
        {"text": {"format": {"type": "json_schema", "schema": {"description": TEXT}}}},
        {"generationConfig": {"responseSchema": {"description": TEXT}}},
    ],
)
def test_schemas_and_tools_count(ask: Ask, more: dict[str, Any]) -> None:
    assert tokens(ask, CHAT | more) > tokens(ask, CHAT) + 100


@pytest.mark.parametrize(
    "more",
    [
        {"system": [{"type": "text", "text": SYSTEM, "cache_control": {"type": "ephemeral"}}]},
        {
            "tools": [
                {
                    "name": "f",
                    "description": SYSTEM,
                    "input_schema": {},
                    "cache_control": {"type": "ephemeral"},
                }
            ]
        },
        {"system": [{"text": SYSTEM}, {"cachePoint": {"type": "default"}}]},
        {"system": SYSTEM, "cache_control": {"type": "ephemeral"}},
    ],
    ids=["system", "tools", "Converse", "the whole body"],
)
def test_a_marked_prefix_is_written_or_read(ask: Ask, more: dict[str, Any]) -> None:
    body = MESSAGES | more
    none, write = lines(ask, body), lines(ask, body, prefix_cache="write")
    read = lines(ask, body, prefix_cache="read")
    whole = int(none["input"]["quantity"])
    assert none.keys() == {"input", "output"}
    prefix = int(write["cache_write_5m"]["quantity"])
    assert prefix > 5_000
    assert prefix + int(write.get("input", {"quantity": 0})["quantity"]) == whole
    assert int(read["cache_read"]["quantity"]) == prefix
    assumptions = ask(request=body).body["assumptions"]
    assert any(f"prefix of {prefix} tokens" in text for text in assumptions)


@pytest.mark.parametrize(("cache", "price"), [("read", "0.1"), ("write", "2.5")])
def test_the_error_band_of_a_cached_prompt_is_priced_as_cached(
    ask: Ask, cache: str, price: str
) -> None:
    body = MESSAGES | {"system": SYSTEM, "cache_control": {"type": "ephemeral"}}
    answer = ask(request=body, prefix_cache=cache).body
    assert [line["component"] for line in answer["line_items"]][1:] == ["output"]
    for end in ("low", "high"):  # all of the prompt is cached; 100 output tokens at 10 USD
        tokens, usd = (answer["counting"][f"{end}_{what}"] for what in ("tokens", "total_usd"))
        assert Fraction(usd) == (tokens * Fraction(price) + 100 * 10) / 10**6


def test_a_breakpoint_of_an_hour_is_written_at_the_price_of_an_hour(ask: Ask) -> None:
    marked = {"type": "text", "text": SYSTEM, "cache_control": {"type": "ephemeral", "ttl": "1h"}}
    found = lines(ask, MESSAGES | {"system": [marked]}, prefix_cache="write")
    assert "cache_write_5m" not in found
    assert found["cache_write_1h"]["usd_per_mtok"] == "4"  # twice the input price


@pytest.mark.parametrize(
    ("body", "modes"),
    [
        (CHAT | {"model": "gpt-5", "service_tier": "flex"}, ["flex"]),
        (CHAT | {"model": "gpt-5", "service_tier": "auto"}, []),
        (MESSAGES | {"service_tier": "standard_only"}, []),
        ({"model": "gemini-2.5-flash", "contents": TEXT, "serviceTier": "FLEX"}, ["flex"]),
        (
            {"custom_id": "a", "method": "POST", "url": "/v1/chat/completions", "body": CHAT},
            ["batch"],
        ),
        ({"custom_id": "a", "params": MESSAGES}, ["batch"]),
        ({"recordId": "a", "modelInput": MESSAGES}, ["batch"]),
        ({"request": {"model": "gemini-2.5-flash", "contents": TEXT}}, ["batch"]),
        (MESSAGES | {"inference_geo": "us"}, ["inference_geo_us"]),
    ],
)
def test_the_terms_that_a_body_asks_for_are_priced(
    ask: Ask, body: Mapping[str, Any], modes: list[str]
) -> None:
    answer = ask(request=body).body
    assert [modifier["name"] for modifier in answer["modifiers"]] == modes


def test_what_the_caller_states_goes_before_the_body(ask: Ask) -> None:
    answer = ask(request=CHAT | {"model": "gpt-5", "service_tier": "flex"}, processing="batch")
    assert [modifier["name"] for modifier in answer.body["modifiers"]] == ["batch"]


@pytest.mark.parametrize(
    ("more", "named"),
    [
        ({"tools": [{"type": "web_search"}]}, "web_search"),
        ({"tools": [{"type": "web_search_20250305", "name": "web_search"}]}, "web_search_20250305"),
        ({"tools": [{"google_search": {}}]}, "google_search"),
        (
            {"tools": [{"type": "code_interpreter", "container": {"type": "auto"}}]},
            "code_interpreter",
        ),
        ({"web_search_options": {"search_context_size": "low"}}, "web_search_options"),
        ({"plugins": [{"id": "web"}]}, "plugins"),
    ],
)
def test_tools_that_the_provider_runs_are_named_as_not_in_the_total(
    ask: Ask, more: dict[str, Any], named: str
) -> None:
    warnings = {one["code"]: one["message"] for one in ask(request=CHAT | more).body["warnings"]}
    assert named in warnings["server_tools_not_counted"]


def test_a_tool_of_the_callers_own_is_not_one_of_the_provider(ask: Ask) -> None:
    own = {"type": "function", "function": {"name": "web_search", "parameters": {}}}
    codes = [one["code"] for one in ask(request=CHAT | {"tools": [own]}).body["warnings"]]
    assert "server_tools_not_counted" not in codes


@pytest.mark.parametrize(
    "body",
    [
        {"model": "gpt-3.5-turbo-instruct", "prompt": TEXT, "max_tokens": 100},
        {"model": "us.meta.llama3-3-70b-instruct-v1:0", "prompt": TEXT, "max_gen_len": 100},
        {"model": "command-a-03-2025", "message": TEXT, "chat_history": [], "max_tokens": 100},
        {
            "model": "amazon.titan-text-express-v1",
            "inputText": TEXT,
            "textGenerationConfig": {"maxTokenCount": 100},
        },
    ],
)
def test_a_request_of_one_prompt_is_read_too(ask: Ask, body: Mapping[str, Any]) -> None:
    found = lines(ask, body)
    assert found["output"]["quantity"] == "100"
    assert int(found["input"]["quantity"]) > 100


@pytest.mark.parametrize("kind", [[], {}, ["image"], None, 1])
def test_a_type_that_is_not_a_word_makes_a_part_a_text(ask: Ask, kind: Any) -> None:
    part = {"type": kind, "text": TEXT}
    plain = tokens(ask, {**CHAT, "messages": [{"role": "user", "content": TEXT}]})
    assert tokens(ask, {**CHAT, "messages": [{"role": "user", "content": [part]}]}) >= plain


def test_numbers_with_a_fraction_are_read_by_the_model_as_whole_ones_are(ask: Ask) -> None:
    def called_with(number: float) -> int:
        call = {"function": {"name": "f", "arguments": {"number": number}}}
        return tokens(ask, CHAT | {"messages": [{"role": "assistant", "tool_calls": [call]}]})

    assert called_with(123456.5) > called_with(123456) > called_with(1)


def test_what_only_one_of_two_models_can_count_makes_no_saving_of_either(event: Event) -> None:
    # How gpt-4o counts an image is known, and how grok-4 does is not.
    sent = {"request": shown({"type": "image_url", "image_url": {"url": URI}})}
    why = (
        "grok-4 has no known count of a part of its input, which is counted for the model it is"
        " compared with. Send the tokens as `usage` to compare them."
    )
    ask_workload = asking("workload", event("workload"))
    ask_tiers = asking("recommend", event("recommend_tiers"))
    ask_cascade = asking("recommend", event("recommend_cascade"))
    for one, other in (("gpt-4o", "grok-4"), ("grok-4", "gpt-4o")):
        workload = ask_workload(
            items=[{"name": "seen", "calls": 10, "model": one, **sent}],
            what_if=[{"name": "other", "model": other}],
        ).body
        (changed,) = workload["what_if"]
        assert (changed["saves_usd"], changed["notes"]) == ("0", [f"seen: {why}"])
        tier = {"name": "all", "share": 1, "model": one, **sent}
        mix = ask_tiers(monthly_queries=10, tiers=[tier], single_model=other)
        assert mix.status == 422
        assert mix.body["errors"] == [{"pointer": "/single_model", "detail": why}]
        cascade = ask_cascade(stages=[{"model": one, "pass_rate": "0.8"}, {"model": other}], **sent)
        assert cascade.status == 422
        assert cascade.body["errors"] == [{"pointer": "/stages/1", "detail": why}]
    # A check by a second model that cannot count the image would seem to cost little.
    check = {"verifier": "agreement", "verifier_model": "grok-4", "pass_rate": "0.8"}
    stages = [{"model": "gpt-4o", **check}, {"model": "gpt-4o"}]
    assert pointers(ask_cascade(stages=stages, **sent)) == ["/stages/0/verifier_model"]
