"""What is billed by anything but tokens, from usage as providers report it and as callers state it.

The prices are those of the providers' pages and of the public lists; the sums are in the comments.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

import pytest

from tests.support.handlers import Answer, handler, post

Ask = Callable[[Mapping[str, Any]], Answer]
Event = Callable[[str], dict[str, Any]]


@pytest.fixture
def estimate(event: Event) -> Ask:
    to = handler("estimate")
    return lambda body: post(to, event("estimate"), body)


#: What other projects' users reported as priced wrongly, with the right answer.
REPORTED: dict[str, tuple[dict[str, Any], str]] = {
    # gpt-image-1: text 5, image out 40 a million: 150 x 5 + 8000 x 40 = 320,750 millionths
    "images by the token": (
        {
            "model": "gpt-image-1",
            "usage_format": "openai_responses",
            "usage": {
                "input_tokens": 150,
                "output_tokens": 8000,
                "total_tokens": 8150,
                "input_tokens_details": {"text_tokens": 150, "image_tokens": 0},
            },
        },
        "0.32075",
    ),
    "an image": ({"model": "dall-e-3", "usage": {"images": 1}}, "0.04"),
    # $0.006 a minute is 0.0001 a second
    "seconds of audio": (
        {
            "model": "whisper-1",
            "usage_format": "openai",
            "usage": {"type": "duration", "seconds": 11},
        },
        "0.0011",
    ),
    # $15 a million characters
    "characters": ({"model": "tts-1", "usage": {"input_characters": 1200}}, "0.018"),
    # $2 per 1,000 search units
    "search units": (
        {
            "model": "rerank-v3.5",
            "response": {"id": "x", "results": [], "meta": {"billed_units": {"search_units": 1}}},
        },
        "0.002",
    ),
    # 108 x 2 + 3256 x 8 + 7299 x 2 + 73248 x 3 = 260,606 millionths, and 74 searches of 0.005
    "citations and searches": (
        {
            "model": "perplexity/sonar-deep-research",
            "usage_format": "openai",
            "usage": {
                "prompt_tokens": 108,
                "completion_tokens": 3256,
                "total_tokens": 3364,
                "citation_tokens": 7299,
                "num_search_queries": 74,
                "reasoning_tokens": 73248,
            },
        },
        "0.630606",
    ),
    # gpt-4.1: 100 x 2 + 50 x 8 = 600 millionths, and a file search of $2.50 per 1,000
    "a file search": (
        {
            "response": {
                "object": "response",
                "model": "gpt-4.1",
                "output": [{"type": "file_search_call", "id": "fs", "status": "completed"}],
                "usage": {"input_tokens": 100, "output_tokens": 50, "total_tokens": 150},
            }
        },
        "0.0031",
    ),
    # $12 a million tokens of video
    "video to embed": (
        {
            "model": "gemini-embedding-2",
            "usage_format": "gemini",
            "usage": {
                "promptTokenCount": 1000,
                "promptTokensDetails": [{"modality": "VIDEO", "tokenCount": 1000}],
            },
        },
        "0.012",
    ),
    # 900 tokens of video at 3, 100 of text at 0.5, 500 out at 2: 3,750 millionths
    # 21 x 0.6 + 9 x 10 + 16 x 2.4 + 7 x 20 = 281 millionths
    "sound in both directions": (
        {
            "model": "openai/gpt-realtime-mini",
            "usage": {
                "input_tokens": 30,
                "output_tokens": 23,
                "input_token_details": {"text_tokens": 21, "audio_tokens": 9},
                "output_token_details": {"text_tokens": 16, "audio_tokens": 7},
            },
        },
        "0.000281",
    ),
    # 900 x 0.2 + 100 x 12 = 1,380 millionths
    "video that was embedded": (
        {
            "model": "google/gemini-embedding-2",
            "usage_format": "gemini",
            "usage": {
                "promptTokenCount": 1000,
                "totalTokenCount": 1000,
                "promptTokensDetails": [
                    {"modality": "VIDEO", "tokenCount": 100},
                    {"modality": "TEXT", "tokenCount": 900},
                ],
            },
        },
        "0.00138",
    ),
    # 100 x 0.5 + 100 x 3 = 350 millionths, and three queries of 0.014
    "queries of a grounded answer": (
        {
            "response": {
                "modelVersion": "gemini-3-flash-preview",
                "candidates": [{"groundingMetadata": {"webSearchQueries": ["a", "b", "c"]}}],
                "usageMetadata": {
                    "promptTokenCount": 100,
                    "candidatesTokenCount": 100,
                    "totalTokenCount": 200,
                },
            }
        },
        "0.04235",
    ),
    # 33 x 2 + 11395 x 8 + 193947 x 3 + 19028 x 2 = 711,123 millionths, and 21 searches of 0.005
    "deep research": (
        {
            "response": {
                "model": "sonar-deep-research",
                "usage": {
                    "prompt_tokens": 33,
                    "completion_tokens": 11395,
                    "total_tokens": 11428,
                    "citation_tokens": 19028,
                    "num_search_queries": 21,
                    "reasoning_tokens": 193947,
                },
            }
        },
        "0.816123",
    ),
    # Gemini 3 Pro Image in a batch: 1,120 x 60 + 10 x 1 = 67,210 millionths
    "an image in a batch": (
        {
            "model": "vertex/gemini-3-pro-image",
            "processing": "batch",
            "usage_format": "gemini",
            "usage": {
                "promptTokenCount": 10,
                "candidatesTokenCount": 1120,
                "totalTokenCount": 1130,
                "candidatesTokensDetails": [{"modality": "IMAGE", "tokenCount": 1120}],
            },
        },
        "0.06721",
    ),
    "video in a live session": (
        {
            "model": "gemini-live-2.5-flash",
            "usage_format": "gemini",
            "usage": {
                "promptTokenCount": 1000,
                "candidatesTokenCount": 500,
                "totalTokenCount": 1500,
                "promptTokensDetails": [
                    {"modality": "VIDEO", "tokenCount": 900},
                    {"modality": "TEXT", "tokenCount": 100},
                ],
            },
        },
        "0.00375",
    ),
}


@pytest.mark.parametrize("name", REPORTED)
def test_usage_that_is_not_of_text_tokens_costs_what_the_provider_bills(
    estimate: Ask, name: str
) -> None:
    body, expected = REPORTED[name]
    answer = estimate(body).body
    assert (answer["total_usd"], answer["status"]) == (expected, "priced")


#: model, units, the total and the lines as (quantity, unit, price field, price).
STATED: list[tuple[str, dict[str, Any], str, list[tuple[str, str, str, str]]]] = [
    (
        "dall-e-3",
        {
            "images": [
                {"count": 2, "size": "1024x1024", "quality": "hd"},
                {"count": 1, "size": "1024x1024", "quality": "standard"},
            ]
        },
        "0.2",  # 2 x 0.08 + 0.04
        [("2", "image", "usd_per_image", "0.08"), ("1", "image", "usd_per_image", "0.04")],
    ),
    (
        "veo-3.1-generate-001",
        {"video": [{"seconds": "8.5", "resolution": "4k"}, {"seconds": 4, "resolution": "1080p"}]},
        "6.7",  # 8.5 x 0.6 + 4 x 0.4
        [("8.5", "second", "usd_per_second", "0.6"), ("4", "second", "usd_per_second", "0.4")],
    ),
    (
        "whisper-1",
        {"audio_seconds": "8.47"},
        "0.000847",  # 8.47 x 0.0001
        [("8.47", "second", "usd_per_second", "0.0001")],
    ),
    (
        "tts-1-hd",
        {"characters": 1200},
        "0.036",  # 1200 x 0.00003
        [("1200", "character", "usd_per_character", "0.00003")],
    ),
    (
        "mistral-ocr-latest",
        {"pages": 3, "annotated_pages": 1},
        "0.017",  # 3 x 0.004 + 0.005
        [("3", "page", "usd_per_page", "0.004"), ("1", "page", "usd_per_page", "0.005")],
    ),
    (
        "mistral/mistral-ocr-2505",
        {"pages": 3, "annotated_pages": 1},
        "0.006",  # 3 x 0.001 + 0.003
        [("3", "page", "usd_per_page", "0.001"), ("1", "page", "usd_per_page", "0.003")],
    ),
    (
        "rerank-v4.0-pro",
        {"search_units": 2},
        "0.005",  # 2 x 0.0025
        [("2", "search_unit", "usd_per_search_unit", "0.0025")],
    ),
    (
        "sonar-deep-research",
        {"citation_tokens": 1_000_000, "search_queries": 2},
        "2.01",  # 2 + 2 x 0.005
        [("2", "query", "usd_per_query", "0.005"), ("1000000", "token", "usd_per_mtok", "2")],
    ),
    (
        "gpt-4.1",
        {"containers": [{"count": 2, "memory": "4g"}]},
        "0.24",  # 2 x 0.12
        [("2", "session", "usd_per_session", "0.12")],
    ),
    (
        "gemini-2.5-pro",
        {"cache_storage": [{"tokens": 100_000, "hours": "10"}]},
        "4.5",  # a million token hours at $4.50
        [("1000000", "token_hour", "usd_per_token_hour", "0.0000045")],
    ),
]


@pytest.mark.parametrize(("model", "units", "total", "lines"), STATED)
def test_stated_units_are_priced_line_by_line(
    estimate: Ask, model: str, units: dict[str, Any], total: str, lines: list[tuple[str, ...]]
) -> None:
    answer = estimate({"model": model, "units": units}).body
    assert (answer["total_usd"], answer["status"]) == (total, "priced")
    shown = [
        (line["quantity"], line["unit"], *next(i for i in line.items() if i[0][:7] == "usd_per"))
        for line in answer["line_items"]
    ]
    assert shown == lines
    assert answer["assumptions"] == []


def test_units_are_added_to_the_usage_and_multiplied_by_the_calls(estimate: Ask) -> None:
    # (100 x 2 + 50 x 8) millionths + 0.03 for a container of 1 GB = 0.0306, three times
    body = {
        "model": "gpt-4.1",
        "usage": {"input_tokens": 100, "output_tokens": 50},
        "units": {"containers": [{"count": 1, "memory": "1G"}]},
        "calls": 3,
    }
    answer = estimate(body).body
    assert (answer["total_usd"], answer["per_call_usd"]) == ("0.0918", "0.0306")


def test_a_selector_that_is_not_stated_is_an_assumption_with_the_range_of_prices(
    estimate: Ask,
) -> None:
    marked = estimate({"model": "dall-e-3", "units": {"images": [{"count": 1}]}}).body
    assert marked["total_usd"] == "0.04"
    assert marked["assumptions"] == [
        (
            "No quality or size is stated for image: dall-e-3 is priced at quality standard, size"
            " 1024x1024, 0.04 USD per image; its prices go from 0.04 to 0.12 USD."
        )
    ]
    # No default is known for gpt-image-1: the most expensive image, so that no bill is higher.
    dearest = estimate({"model": "gpt-image-1", "units": {"images": [{"count": 1}]}}).body
    assert dearest["total_usd"] == "0.25"
    assert "its prices go from 0.011 to 0.25 USD" in dearest["assumptions"][0]
    # With the quality stated only the size is open: 1024x1024 is 0.011, the others 0.016
    low = {"images": [{"count": 1, "quality": "low"}]}
    answer = estimate({"model": "gpt-image-1", "units": low}).body
    assert answer["total_usd"] == "0.016"
    assert answer["assumptions"][0].startswith("No size is stated for image:")


def test_a_selector_that_changes_nothing_is_named_in_a_warning(estimate: Ask) -> None:
    # Imagen 3 costs 0.04 an image of any size
    units = {"images": [{"count": 1, "size": "1024x1024"}]}
    answer = estimate({"model": "imagen-3.0-generate-001", "units": units}).body
    assert answer["total_usd"] == "0.04"
    assert answer["assumptions"] == [
        "size 1024x1024 does not change the price of image at imagen-3.0-generate-001."
    ]


def test_a_batch_has_its_own_unit_prices(estimate: Ask) -> None:
    # Mistral OCR in a batch: 0.002 a page
    body = {"model": "mistral-ocr-latest", "units": {"pages": 3}, "processing": "batch"}
    assert estimate(body).body["total_usd"] == "0.006"
    # Whisper at Groq in a batch: $0.02 an hour, 0.000005556 a second
    hour = {"model": "groq/whisper-large-v3-turbo", "units": {"audio_seconds": 3600}}
    assert estimate({**hour, "processing": "batch"}).body["total_usd"] == "0.0200016"


@pytest.mark.parametrize(
    ("seconds", "billed", "cost"),
    [
        # $0.00001111 a second, and at least 10 seconds of each request
        ("0.4", "10", "0.0001111"),
        ("9.99", "10", "0.0001111"),
        ("10", "10", "0.0001111"),
        ("10.01", "10.01", "0.0001112111"),
    ],
)
def test_a_short_request_is_billed_for_the_provider_s_minimum(
    estimate: Ask, seconds: str, billed: str, cost: str
) -> None:
    model = "groq/whisper-large-v3-turbo"
    answer = estimate({"model": model, "units": {"audio_seconds": seconds}, "calls": 3}).body
    said = "A request to whisper-large-v3-turbo is billed for at least 10 seconds (audio_second)."
    (line,) = answer["line_items"]
    assert answer["per_call_usd"] == cost
    assert Decimal(answer["total_usd"]) == 3 * Decimal(cost)
    assert Decimal(line["quantity"]) == 3 * Decimal(billed)
    assert (said in answer["assumptions"]) == (Decimal(seconds) < 10)


def test_a_batch_of_short_requests_is_billed_for_the_minimum_too(estimate: Ask) -> None:
    # 10 seconds of 0.000005556
    usage = {"type": "duration", "seconds": 2}
    body = {"model": "groq/whisper-large-v3-turbo", "usage": usage, "processing": "batch"}
    assert estimate(body).body["total_usd"] == "0.00005556"


def test_the_audio_of_a_chat_is_billed_by_the_second_and_its_text_by_the_token(
    estimate: Ask,
) -> None:
    # Voxtral Small: 400 x 0.1 + 100 x 0.4 = 80 millionths, and 30 seconds of $0.24 an hour
    usage = {
        "prompt_tokens": 400,
        "prompt_audio_seconds": 30,
        "completion_tokens": 100,
        "total_tokens": 500,
    }
    body = {"model": "mistral/voxtral-small-latest", "usage_format": "openai", "usage": usage}
    answer = estimate(body).body
    assert (answer["total_usd"], answer["status"]) == ("0.002080001", "priced")


def test_a_unit_without_a_price_is_unpriced_and_not_free(estimate: Ask) -> None:
    answer = estimate({"model": "gpt-6-sol", "units": {"pages": 5}}).body
    assert answer["status"] == "unpriced"
    (line,) = answer["line_items"]
    assert (line["component"], line["unit"], line["cost_usd"]) == ("page", "page", None)
    assert [warning["code"] for warning in answer["warnings"]] == ["component_unpriced"]


def test_moderation_is_free_by_a_price_of_zero(estimate: Ask) -> None:
    usage = {"prompt_tokens": 1000, "total_tokens": 1000}
    answer = estimate({"model": "omni-moderation-latest", "usage": usage}).body
    assert (answer["total_usd"], answer["status"]) == ("0", "priced")
    assert answer["line_items"][0]["usd_per_mtok"] == "0"


#: What is refused: the units, the pointer, and the words of the error.
REFUSED: list[tuple[dict[str, Any], str, str]] = [
    (
        {"images": [{"count": 1, "size": "512x512"}]},
        "/units/images/0/size",
        "has no price; send one of 1024x1024, 1024x1792, 1792x1024",
    ),
    (
        {"images": [{"count": 1}, {"count": 1, "quality": "ultra"}]},
        "/units/images/1/quality",
        "has no price; send one of hd, standard",
    ),
    ({"images": [{"count": -1}]}, "/units/images/0/count", "must be"),
    ({"images": [{"count": 1.5}]}, "/units/images/0/count", "must be"),
    ({"images": [{"count": True}]}, "/units/images/0/count", "must be"),
    ({"images": [{"size": "1024x1024"}]}, "/units/images/0/count", "required"),
    ({"images": [{"count": 1}] * 101}, "/units/images", "at most 100"),
    ({"images": 2}, "/units/images", "must be"),
    ({"audio_seconds": "-1"}, "/units/audio_seconds", "must be"),
    ({"audio_seconds": "1e9"}, "/units/audio_seconds", "must be"),
    ({"audio_seconds": 10**12 + 1}, "/units/audio_seconds", "must be"),
    ({"furlongs": 1}, "/units", "furlongs"),
    ({}, "/units", "states no quantity"),
]


@pytest.mark.parametrize(("units", "pointer", "said"), REFUSED)
def test_units_that_cannot_be_priced_are_refused_where_they_are(
    estimate: Ask, units: dict[str, Any], pointer: str, said: str
) -> None:
    answer = estimate({"model": "dall-e-3", "units": units})
    assert answer.status == 422
    (error,) = answer.body["errors"]
    assert error["pointer"].startswith(pointer)
    assert said in f"{error['pointer']} {error['detail']}"


def test_units_do_not_go_with_a_prompt(estimate: Ask) -> None:
    answer = estimate({"model": "gpt-4.1", "text": "Hello", "units": {"pages": 1}})
    assert answer.status == 422
    assert answer.body["errors"][0]["pointer"] == "/text"


def test_comparing_and_workloads_take_units(event: Event) -> None:
    units = {"images": [{"count": 10, "size": "1024x1024", "quality": "standard"}]}
    compare = post(
        handler("compare"), event("compare"), {"models": ["dall-e-2", "dall-e-3"], "units": units}
    ).body
    # ten images of 0.02 and of 0.04
    shown = [(row["model"]["id"], row["total_usd"]) for row in compare["rows"]]
    assert shown == [("dall-e-2", "0.2"), ("dall-e-3", "0.4")]
    item = {"name": "pictures", "model": "dall-e-3", "units": units, "calls": 5}
    workload = handler("workload")
    answer = post(workload, event("workload"), {"items": [item]}).body
    assert answer["totals"]["period_usd"] == "2"
    wrong = item | {"units": {"images": [{"count": 1, "size": "7x7"}]}}
    refused = post(workload, event("workload"), {"items": [item, wrong | {"name": "tiny"}]})
    assert refused.body["errors"][0]["pointer"] == "/items/1/units/images/0/size"


#: An hour of a million cached tokens: $0.50 at the introductory price; the later one is not known.
STORED = {"2026-11-30": ("0.5", "priced"), "2027-01-02": ("0", "unpriced")}


@pytest.mark.parametrize("day", STORED)
def test_storage_at_an_introductory_price_has_none_after_it(estimate: Ask, day: str) -> None:
    stored = {"cache_storage": [{"tokens": 1_000_000, "hours": "1"}]}
    answer = estimate({"model": "gemini-3.7-flash", "units": stored, "as_of": day}).body
    assert (answer["total_usd"], answer["status"]) == STORED[day]
