"""A second calculation of every price, in fractions, written from the providers' rules.

It shares nothing with the calculator: its prices are typed in here from the published table,
and its arithmetic is rational. A thousand random calls must agree to the last digit.
"""

import json
import random
from fractions import Fraction
from typing import Any

import pytest

from tests.support.handlers import Event, Handler, handler, post

#: input, output, 5m write, 1h write, read: USD per million tokens in November 2026.
TABLE = {
    "claude-fable-5-2": ("8", "40", "10", "16", "0.20"),
    "claude-mythos-5-2": ("8", "40", "10", "16", "0.20"),
    "claude-fable-5-1": ("10", "50", "12.5", "20", "0.25"),
    "claude-mythos-5-1": ("10", "50", "12.5", "20", "0.25"),
    "claude-fable-5": ("10", "50", "12.5", "20", "1"),
    "claude-opus-5-5": ("4", "20", "5", "8", "0.20"),
    "claude-opus-5": ("5", "25", "6.25", "10", "0.50"),
    "claude-opus-4-8": ("5", "25", "6.25", "10", "0.50"),
    "claude-opus-4-7": ("5", "25", "6.25", "10", "0.50"),
    "claude-opus-4-6": ("5", "25", "6.25", "10", "0.50"),
    "claude-opus-4-5": ("5", "25", "6.25", "10", "0.50"),
    "claude-sonnet-5-5": ("2", "10", "2.5", "4", "0.10"),
    "claude-sonnet-5": ("2", "10", "2.5", "4", "0.20"),
    "claude-sonnet-4-6": ("3", "15", "3.75", "6", "0.30"),
    "claude-sonnet-4-5": ("3", "15", "3.75", "6", "0.30"),
    "claude-haiku-4-5": ("1", "5", "1.25", "2", "0.10"),
    "claude-opus-4-1": ("15", "75", "18.75", "30", "1.50"),
    "claude-3-5-haiku": ("0.80", "4", "1", "1.60", "0.08"),
    "claude-3-haiku": ("0.25", "1.25", "0.30", "0.50", "0.03"),
}
HAIKU_5_5_SHORT = ("0.10", "0.50", "0.125", "0.20", "0.01")
HAIKU_5_5_LONG = ("0.50", "2.50", "0.625", "1", "0.05")
FAST = {"claude-fable-5-2", "claude-mythos-5-2", "claude-opus-5-5", "claude-opus-5"}
FAST |= {"claude-opus-4-8"}
US = {model for model in TABLE if "fable" in model or "mythos" in model}
US |= {"claude-opus-5-5", "claude-opus-5", "claude-opus-4-8", "claude-opus-4-7", "claude-opus-4-6"}
US |= {"claude-sonnet-5-5", "claude-sonnet-5", "claude-sonnet-4-6", "claude-haiku-5-5"}


def expected_usd(request: dict[str, Any]) -> Fraction:
    """The rules in their plainest form."""
    usage = request["usage"]
    writes = usage["cache_creation"]
    write_5m, write_1h = writes["ephemeral_5m_input_tokens"], writes["ephemeral_1h_input_tokens"]
    counts = (
        usage["input_tokens"],
        usage["output_tokens"],
        write_5m,
        write_1h,
        usage["cache_read_input_tokens"],
    )
    if request["model"] == "claude-haiku-5-5":
        prompt = sum(counts) - usage["output_tokens"]
        column = HAIKU_5_5_LONG if prompt > 100_000 else HAIKU_5_5_SHORT
    else:
        column = TABLE[request["model"]]
    tokens = Fraction(0)
    for count, price in zip(counts, column, strict=True):
        tokens += Fraction(count) * Fraction(price) / 1_000_000
    if request["processing"] == "batch":
        tokens /= 2
    if request["speed"] == "fast":
        tokens *= 2
    if request["inference_geo"] == "us":
        tokens *= Fraction(11, 10)
    searches = Fraction(usage["server_tool_use"]["web_search_requests"], 100)
    calls: int = request["calls"]
    return (tokens + searches) * calls


def random_request(dice: random.Random) -> dict[str, Any]:
    model = dice.choice([*TABLE, *["claude-haiku-5-5"] * 6])
    size = 10 ** dice.randint(0, 7)
    write_5m, write_1h = dice.randint(0, size), dice.randint(0, size)
    speed = "fast" if model in FAST and dice.random() < 0.4 else "standard"
    return {
        "model": model,
        "calls": dice.choice([1, 1, 2, 7, 1_000, 999_983, 10**12]),
        "processing": dice.choice(["standard", "batch"]) if speed == "standard" else "standard",
        "speed": speed,
        "inference_geo": dice.choice(["global", "us"]) if model in US else "global",
        "as_of": "2026-11-22",
        "usage": {
            "input_tokens": dice.randint(0, size),
            "output_tokens": dice.randint(0, size),
            "cache_read_input_tokens": dice.randint(0, size),
            "cache_creation_input_tokens": write_5m + write_1h,
            "cache_creation": {
                "ephemeral_5m_input_tokens": write_5m,
                "ephemeral_1h_input_tokens": write_1h,
            },
            "server_tool_use": {"web_search_requests": dice.choice([0, 0, 1, 13])},
        },
    }


@pytest.fixture
def estimate() -> Handler:
    return handler("estimate")


@pytest.mark.parametrize("seed", range(10))
def test_a_hundred_random_calls_agree_with_a_second_calculation_in_fractions(
    estimate: Handler, event: Event, seed: int
) -> None:
    dice = random.Random(seed)  # noqa: S311 - repeatable, not secret
    for _ in range(100):
        request = random_request(dice)
        answer = post(estimate, event("estimate"), request)
        assert answer.status == 200, (request, answer.body)
        body = answer.body
        assert Fraction(body["total_usd"]) == expected_usd(request), json.dumps(request)
        assert sum(Fraction(line["cost_usd"]) for line in body["line_items"]) == Fraction(
            body["total_usd"]
        )
        assert Fraction(body["per_call_usd"]) * request["calls"] == Fraction(body["total_usd"])
        for line in body["line_items"]:
            price = Fraction(line.get("usd_per_mtok", 0)) / 1_000_000
            price += Fraction(line.get("usd_per_search", 0))
            assert Fraction(line["quantity"]) * price == Fraction(line["cost_usd"])
