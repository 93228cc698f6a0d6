"""Prices that the lists had wrong, and what a call cost on a past day."""

import pytest

from tests.support.handlers import Ask

#: 1,000 tokens in and out: a thousandth of the sum of both prices.
THOUSAND = {"input_tokens": 1000, "output_tokens": 1000}


@pytest.mark.parametrize(
    ("model", "day", "usd"),
    [
        ("azure/jais-30b-chat", "2026-11-24", "0.01291"),  # 3.2 and 9.71; the list had 3,200
        # Mistral Large 2 until Mistral Large 3 came: $2 and $6, then $0.50 and $1.50.
        ("mistral/mistral-large-latest", "2025-11-06", "0.008"),
        ("mistral/mistral-large-latest", "2025-12-01", "0.008"),
        ("mistral/mistral-large-latest", "2025-12-02", "0.002"),
        ("mistral/mistral-medium-3", "2025-09-01", "0.0024"),  # 0.40 and 2, then 1.50 and 7.50
        ("mistral/mistral-medium-3", "2026-06-16", "0.009"),
        ("groq/openai/gpt-oss-120b", "2025-09-01", "0.0009"),  # 0.15 and 0.75, then 0.60
        ("groq/openai/gpt-oss-120b", "2026-11-01", "0.00075"),
        ("xai/grok-4-latest", "2026-05-15", "0.018"),  # 3 and 15; then Grok 4.3's 1.25 and 2.50
        ("xai/grok-4-latest", "2026-05-15T19:00:00Z", "0.00375"),
        ("openrouter/z-ai/glm-5.3", "2026-11-24", "0.0014699"),  # 0.0699 and 1.40 in its own list
        ("openrouter/mistralai/mistral-nemo", "2026-11-24", "0.000059"),  # 0.029 and 0.030
    ],
)
def test_a_call_costs_what_it_did_on_its_day(ask: Ask, model: str, day: str, usd: str) -> None:
    answer = ask(model=model, usage=THOUSAND, as_of=day)
    assert answer.body["total_usd"] == usd


def test_openrouter_billed_this_call_so(ask: Ask) -> None:
    """A bill of 2026-08-10: 8 tokens in at $5, 4,012 written at $6.25, 5 out at $30."""
    usage = {
        "input_tokens": 4020,
        "input_tokens_details": {"cache_write_tokens": 4012, "cached_tokens": 0},
        "output_tokens": 5,
        "total_tokens": 4025,
    }
    answer = ask(model="openrouter/openai/gpt-5.6-sol", usage=usage, as_of="2026-08-10")
    assert answer.body["total_usd"] == "0.025265"


def test_a_written_token_of_gemini_on_openrouter_costs_input_and_storage(ask: Ask) -> None:
    """2,000 at 0.30 and 8,000 at 0.30 + 0.083333 (an hour's $1, for five minutes)."""
    usage = {"input_tokens": 2000, "cache_creation_input_tokens": 8000, "output_tokens": 0}
    answer = ask(model="openrouter/google/gemini-2.5-flash", usage=usage, as_of="2026-11-24")
    assert answer.body["total_usd"] == "0.003666664"


@pytest.mark.parametrize(
    ("model", "day", "warned"),
    [
        ("openai/gpt-5-2025-08-07", "2025-08-06", True),  # the day is in the name
        ("openai/gpt-5-2025-08-07", "2025-08-07", False),
        ("bedrock/openai.gpt-5.6-sol", "2026-07-29", True),  # first in a list on 2026-07-30
        ("bedrock/openai.gpt-5.6-sol", "2026-07-30", False),
        ("mistral/mistral-large-latest", "2025-09-01", False),  # older than all the lists
    ],
)
def test_a_day_before_a_model_was_sold_is_warned_of_for_every_provider(
    ask: Ask, model: str, day: str, warned: bool
) -> None:
    answer = ask(model=model, usage=THOUSAND, as_of=day)
    codes = {warning["code"] for warning in answer.body["warnings"]}
    assert ("before_release" in codes) is warned


@pytest.mark.parametrize(
    ("model", "prompt", "output", "fits"),
    [
        ("openai/gpt-4.1", 1_030_000, 10, True),  # 1,047,576, which a list rounds to a million
        ("google/gemini-3.8-flash", 1_030_000, 10, True),  # 1,048,576
        ("azure/gpt-5.5", 922_000, 128_000, True),  # 1,050,000 together
        ("azure/gpt-5.5", 922_001, 10, False),  # the largest input
        ("openai/gpt-5", 272_001, 10, False),
        ("google/gemini-2.5-flash-image", 65_537, 0, False),
    ],
)
def test_limits_are_exact_and_an_input_limit_is_not_a_window(
    ask: Ask, model: str, prompt: int, output: int, fits: bool
) -> None:
    usage = {"input_tokens": prompt, "output_tokens": output}
    answer = ask(model=model, usage=usage, as_of="2026-11-24")
    assert answer.body["context"]["fits"] is fits
