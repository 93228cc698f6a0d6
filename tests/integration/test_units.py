"""What is billed by anything but tokens, from usage as providers report it and as callers state it.

The prices are those of the providers' pages and of the public lists.
"""

from decimal import Decimal
from operator import itemgetter
from typing import Any

import pytest

from tests.support.cases import cases
from tests.support.handlers import Ask, Event, handler, post

TABLES = cases("units")


@pytest.mark.parametrize("given", TABLES["reported"], ids=itemgetter("case"))
def test_usage_that_is_not_of_text_tokens_costs_what_the_provider_bills(
    estimate: Ask, given: dict[str, Any]
) -> None:
    answer = estimate(given["body"]).body
    assert (answer["total_usd"], answer["status"]) == (given["total"], "priced")


@pytest.mark.parametrize("given", TABLES["stated"], ids=itemgetter("model"))
def test_stated_units_are_priced_line_by_line(estimate: Ask, given: dict[str, Any]) -> None:
    answer = estimate({"model": given["model"], "units": given["units"]}).body
    assert (answer["total_usd"], answer["status"]) == (given["total"], "priced")
    shown = [
        [line["quantity"], line["unit"], *next(i for i in line.items() if i[0][:7] == "usd_per")]
        for line in answer["line_items"]
    ]
    assert shown == given["lines"]
    # A container is billed by the minute, of which a call says nothing.
    timed = [one for one in answer["assumptions"] if "priced for 20 minutes" in one]
    assert (answer["assumptions"], len(timed)) == (timed, int("containers" in given["units"]))


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
    highest = estimate({"model": "gpt-image-1", "units": {"images": [{"count": 1}]}}).body
    assert highest["total_usd"] == "0.25"
    assert "its prices go from 0.011 to 0.25 USD" in highest["assumptions"][0]
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
