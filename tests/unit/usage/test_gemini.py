"""How Gemini's ``usageMetadata`` is read: what is inside the prompt and what comes on top."""

from typing import Any

import pytest

from pricing.usage.buckets import StatedTerms
from pricing.usage.reader import read_usage
from tests.support.usage_reading import GEMINI, buckets, modality, pointers, read


def test_gemini_thoughts_and_tool_use_come_on_top_and_the_cache_is_inside() -> None:
    raw = {
        "promptTokenCount": 80,
        "cachedContentTokenCount": 32,
        "candidatesTokenCount": 10,
        "toolUsePromptTokenCount": 7,
        "thoughtsTokenCount": 3,
        "totalTokenCount": 100,
    }
    assert buckets("gemini", raw) == {
        "input": 48 + 7,
        "cache_read": 32,
        "output": 10,
        "reasoning_output": 3,
    }


@pytest.mark.parametrize("visible", [0, 10])
def test_as_many_thoughts_as_cached_tokens_are_not_a_cache_next_to_the_prompt(visible: int) -> None:
    raw = {
        "promptTokenCount": 80,
        "cachedContentTokenCount": 32,
        "candidatesTokenCount": visible,
        "thoughtsTokenCount": 32,
        "totalTokenCount": 80 + visible + 32,
    }
    used = buckets("gemini", raw)
    assert (used["input"], used["cache_read"], used["reasoning_output"]) == (48, 32, 32)


@pytest.mark.parametrize("total", [99, 101, 96, 93])
def test_gemini_total_is_the_sum_of_the_four(total: int) -> None:
    raw = {
        "promptTokenCount": 80,
        "candidatesTokenCount": 10,
        "toolUsePromptTokenCount": 7,
        "thoughtsTokenCount": 3,
    }
    assert pointers("gemini", raw | {"totalTokenCount": total}) == ["/usage/totalTokenCount"]


def test_a_total_may_show_that_the_candidates_have_the_thoughts() -> None:
    raw = {"promptTokenCount": 80, "candidatesTokenCount": 10, "thoughtsTokenCount": 3}
    raw |= {"toolUsePromptTokenCount": 7, "totalTokenCount": 97}
    parsed = read_usage(raw, None, "/usage")
    (attempt,) = parsed.attempts
    assert (attempt.usage.output, attempt.usage.reasoning_output) == (7, 3)
    assert [notice.code for notice in parsed.notices] == ["reasoning_inside_output"]
    # thoughts that are more than the candidates are not within them
    assert pointers("gemini", raw | {"thoughtsTokenCount": 11}) == ["/usage/totalTokenCount"]


def test_gemini_cached_may_be_the_whole_prompt_but_not_more() -> None:
    assert buckets("gemini", GEMINI | {"cachedContentTokenCount": 100}) == {
        "cache_read": 100,
        "output": 50,
    }
    over = GEMINI | {"cachedContentTokenCount": 101}
    assert pointers("gemini", over) == ["/usage/promptTokenCount"]


def test_gemini_modalities_are_parts_and_documents_are_text() -> None:
    raw = GEMINI | {
        "promptTokensDetails": [
            modality("TEXT", 20),
            modality("AUDIO", 30),
            modality("IMAGE", 25),
            modality("VIDEO", 15),
            modality("DOCUMENT", 10),
        ],
        "candidatesTokensDetails": [
            modality("TEXT", 20),
            modality("AUDIO", 18),
            modality("IMAGE", 12),
        ],
    }
    assert buckets("gemini", raw) == {
        # 20 of text and 10 of documents
        "input": 30,
        "audio_input": 30,
        "image_input": 25,
        "video_input": 15,
        "output": 20,
        "audio_output": 18,
        "image_output": 12,
    }


def test_gemini_leaves_out_the_count_of_a_modality_without_tokens() -> None:
    raw = GEMINI | {"promptTokensDetails": [{"modality": "AUDIO"}, modality("TEXT", 100)]}
    assert buckets("gemini", raw) == {"input": 100, "output": 50}


def test_gemini_modalities_may_not_exceed_what_they_are_parts_of() -> None:
    prompt = GEMINI | {"promptTokensDetails": [modality("AUDIO", 60), modality("IMAGE", 41)]}
    assert pointers("gemini", prompt) == ["/usage/promptTokenCount"]
    candidates = GEMINI | {"candidatesTokensDetails": [modality("IMAGE", 51)]}
    assert pointers("gemini", candidates) == ["/usage/candidatesTokenCount"]
    cached = GEMINI | {
        "cachedContentTokenCount": 9,
        "promptTokensDetails": [modality("AUDIO", 10)],
        "cacheTokensDetails": [modality("AUDIO", 10)],
    }
    assert pointers("gemini", cached) == ["/usage/cachedContentTokenCount"]
    more_cached = GEMINI | {
        "cachedContentTokenCount": 50,
        "promptTokensDetails": [modality("AUDIO", 10)],
        "cacheTokensDetails": [modality("AUDIO", 11)],
    }
    assert pointers("gemini", more_cached) == ["/usage/promptTokensDetails"]


def test_gemini_says_what_of_the_cache_was_audio_and_images() -> None:
    raw = GEMINI | {
        "cachedContentTokenCount": 60,
        "promptTokensDetails": [
            modality("TEXT", 40),
            modality("AUDIO", 40),
            modality("IMAGE", 20),
        ],
        "cacheTokensDetails": [
            modality("TEXT", 20),
            modality("AUDIO", 30),
            modality("IMAGE", 10),
        ],
    }
    assert buckets("gemini", raw) == {
        "input": 20,
        "audio_input": 10,
        "image_input": 10,
        "cache_read": 20,
        "audio_cache_read": 30,
        "image_cache_read": 10,
        "output": 50,
    }


def test_gemini_may_tell_the_modalities_of_the_cache_alone() -> None:
    raw = GEMINI | {
        "cachedContentTokenCount": 60,
        "cacheTokensDetails": [modality("AUDIO", 30), modality("IMAGE", 10)],
    }
    assert buckets("gemini", raw) == {
        "input": 40,
        "cache_read": 20,
        "audio_cache_read": 30,
        "image_cache_read": 10,
        "output": 50,
    }


def test_gemini_without_that_breakdown_caches_text_first_then_images_then_audio() -> None:
    def cached(tokens: int) -> dict[str, int]:
        found = buckets(
            "gemini",
            {
                "promptTokenCount": 100,
                "cachedContentTokenCount": tokens,
                "promptTokensDetails": [
                    modality("TEXT", 40),
                    modality("AUDIO", 40),
                    modality("IMAGE", 20),
                ],
            },
        )
        assert sum(found.values()) == 100
        return found

    assert cached(40) == {"audio_input": 40, "image_input": 20, "cache_read": 40}
    assert cached(41) == {"audio_input": 40, "image_input": 19, "cache_read": 41}
    assert cached(60) == {"audio_input": 40, "cache_read": 60}
    assert cached(61) == {"audio_input": 39, "cache_read": 60, "audio_cache_read": 1}
    assert cached(100) == {"cache_read": 60, "audio_cache_read": 40}


@pytest.mark.parametrize(
    ("fields", "processing"),
    [
        ({}, None),
        ({"trafficType": "ON_DEMAND"}, "standard"),
        ({"trafficType": "ON_DEMAND_FLEX"}, "flex"),
        ({"trafficType": "ON_DEMAND_PRIORITY"}, "priority"),
        ({"trafficType": "PROVISIONED_THROUGHPUT"}, None),
        ({"trafficType": "TRAFFIC_TYPE_UNSPECIFIED"}, None),
        ({"serviceTier": "standard"}, "standard"),
        ({"serviceTier": "flex"}, "flex"),
        ({"serviceTier": "priority"}, "priority"),
        ({"serviceTier": "unspecified"}, None),
    ],
)
def test_gemini_says_how_it_served_in_one_of_two_fields(
    fields: dict[str, str], processing: Any
) -> None:
    assert read("gemini", GEMINI | fields).served == StatedTerms(processing=processing)


def test_searches_are_counted_by_their_type_and_what_else_was_counted_is_unread() -> None:
    counted = [{"type": "google_search", "count": 3}, {"type": "google_maps", "count": 1}]
    raw = {"total_input_tokens": 100, "total_output_tokens": 50, "grounding_tool_count": counted}
    parsed = read("gemini", raw)
    (attempt,) = parsed.attempts
    assert attempt.usage.web_search == 3
    assert [(unit.component, int(unit.count)) for unit in attempt.usage.units] == [("maps", 1)]
    assert parsed.unread == ()
    other = [*counted, {"type": "retrieval", "count": 2}, {"count": 0}]
    found = read("gemini", {**raw, "grounding_tool_count": other}).unread
    assert [(one.pointer, int(one.value)) for one in found] == [
        ("/usage/grounding_tool_count/2/count", 2)
    ]


@pytest.mark.parametrize(
    ("number", "bucket"),
    [(0, "input"), (1, "input"), (2, "image_input"), (3, "video_input"), (4, "audio_input")],
)
def test_a_modality_may_be_its_number_in_googles_protocol_buffers(number: int, bucket: str) -> None:
    details = [{"modality": number, "tokenCount": 100}]
    raw = {**GEMINI, "promptTokensDetails": details}
    assert buckets("gemini", raw) == {bucket: 100, "output": 50}
    for wrong in (6, -1, True, 1.0, None):
        raw = {**GEMINI, "promptTokensDetails": [{"modality": wrong, "tokenCount": 100}]}
        assert pointers("gemini", raw) == ["/usage/promptTokensDetails/0/modality"]
