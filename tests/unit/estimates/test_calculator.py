"""Calls of several attempts: each priced alone, at its own model, and told as one."""

from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from pricing.errors import InvalidRequest, UnknownModel
from pricing.estimates.calculator import (
    LineItem,
    LongContext,
    Priced,
    model_of_attempt,
    price,
    price_attempts,
)
from pricing.store import bundled
from pricing.usage.buckets import Attempt, SummedUsage, Terms, Usage
from pricing.usage.reader import read_usage
from tests.support.usage_reading import fallen_back, iteration

BOOK = bundled.current()
NOW = datetime(2026, 11, 22, tzinfo=UTC)
STANDARD = Terms()


def priced(
    model: str, *attempts: Attempt, terms: Terms = STANDARD, calls: int = 1, at: datetime = NOW
) -> Priced:
    return price_attempts(BOOK, BOOK.find(model).model, at, attempts, terms, calls)


def reported(model: str, usage: dict[str, Any], terms: Terms = STANDARD) -> Priced:
    """The price of Anthropic's usage object as it came."""
    return priced(model, *read_usage(usage, "anthropic", "/usage").attempts, terms=terms)


def usd(*products: tuple[int, str]) -> Fraction:
    """Tokens and their price per million, summed in fractions."""
    return sum((Fraction(tokens) * Fraction(per) for tokens, per in products), Fraction()) / 10**6


def message(fresh: int, output: int = 0, **more: int) -> Attempt:
    return Attempt(Usage(input=fresh, output=output).changed(**more))


def advisor(model: str, fresh: int, output: int) -> Attempt:
    return Attempt(Usage(input=fresh, output=output), "advisor_message", model)


def told(lines: Iterable[LineItem]) -> list[tuple[str, str | None, str | None, int, str]]:
    """Component, attempt, model, tokens and price of every line."""
    return [
        (
            line.component,
            line.attempt,
            line.model,
            int(line.quantity),
            format(line.usd_per_mtok or 0, "f"),
        )
        for line in lines
    ]


# The long-context tier looks at one prompt


def test_two_prompts_of_80000_tokens_are_two_short_prompts() -> None:
    answer = priced("claude-haiku-5-5", message(80_000, 1_000), message(80_000, 500))
    assert Fraction(answer.total_usd) == usd((160_000, "0.10"), (1_500, "0.50"))
    assert answer.long_context == LongContext(100_000, 80_000, applied=False)


@pytest.mark.parametrize(
    ("second", "input_price", "output_price", "applied"),
    [(100_000, "0.10", "0.50", False), (100_001, "0.50", "2.50", True)],
)
def test_only_the_prompt_over_100000_tokens_pays_the_higher_tier(
    second: int, input_price: str, output_price: str, applied: bool
) -> None:
    answer = priced("claude-haiku-5-5", message(80_000, 1_000), message(second, 500))
    assert Fraction(answer.total_usd) == usd(
        (80_000, "0.10"), (1_000, "0.50"), (second, input_price), (500, output_price)
    )
    assert answer.long_context == LongContext(100_000, second, applied=applied)


def test_what_a_prompt_reads_and_writes_counts_for_its_own_tier_alone() -> None:
    long = message(1, cache_read=60_000, cache_write_5m=40_000)
    short = message(0, cache_read=60_000, cache_write_5m=40_000)
    answer = priced("claude-haiku-5-5", short, long)
    assert Fraction(answer.total_usd) == usd(
        (60_000, "0.01"), (40_000, "0.125"), (1, "0.50"), (60_000, "0.05"), (40_000, "0.625")
    )


def test_a_compaction_over_the_threshold_does_not_lift_the_answer_after_it() -> None:
    usage = {
        "input_tokens": 1_000,
        "output_tokens": 100,
        "iterations": [iteration("compaction", 150_000, 2_000), iteration("message", 1_000, 100)],
    }
    answer = reported("claude-haiku-5-5", usage)
    assert Fraction(answer.total_usd) == usd(
        (150_000, "0.50"), (2_000, "2.50"), (1_000, "0.10"), (100, "0.50")
    )
    assert answer.long_context == LongContext(100_000, 150_000, applied=True)


def test_a_model_without_tiers_has_no_long_context_to_report() -> None:
    answer = priced("claude-opus-5-5", message(300_000), message(1))
    assert answer.long_context is None


# Compaction, advisors, fallbacks


def test_a_compaction_is_billed_on_top_of_the_answer() -> None:
    usage = {
        "input_tokens": 220,
        "output_tokens": 8,
        "iterations": [iteration("compaction", 55_196, 125), iteration("message", 220, 8)],
    }
    answer = reported("claude-sonnet-4-6", usage)
    assert str(answer.total_usd) == "0.168243"
    assert told(answer.line_items) == [
        ("input", "compaction", None, 55_196, "3"),
        ("output", "compaction", None, 125, "15"),
        ("input", None, None, 220, "3"),
        ("output", None, None, 8, "15"),
    ]


def test_an_advisor_is_billed_at_its_own_model() -> None:
    usage = {
        "input_tokens": 2_390,
        "output_tokens": 121,
        "iterations": [
            iteration("message", 1_128, 110),
            iteration("advisor_message", 2_518, 22, model="claude-opus-4-8"),
            iteration("message", 1_262, 11),
        ],
    }
    answer = reported("claude-sonnet-5", usage)
    assert format(answer.total_usd.normalize(), "f") == "0.01913"
    assert told(answer.line_items) == [
        ("input", None, None, 2_390, "2"),
        ("output", None, None, 121, "10"),
        ("input", "advisor_message", "claude-opus-4-8", 2_518, "5"),
        ("output", "advisor_message", "claude-opus-4-8", 22, "25"),
    ]


@pytest.mark.parametrize(
    ("called", "named", "key", "told"),
    [
        ("bedrock/anthropic.claude-sonnet-4-6", "claude-opus-4-8", "bedrock", []),
        ("bedrock/anthropic.claude-sonnet-4-6", "anthropic/claude-opus-4-8", "anthropic", []),
        ("claude-sonnet-4-6", "claude-opus-4-8", "anthropic", []),
        ("bedrock/anthropic.claude-sonnet-4-6", "gpt-4o", "openai", ["attempt_priced_elsewhere"]),
        ("gpt-4o", "claude-opus-4-8", "anthropic", []),  # no cloud of Claude's
    ],
)
def test_an_advisor_is_billed_by_the_cloud_that_was_called_unless_it_names_another(
    called: str, named: str, key: str, told: list[str]
) -> None:
    found, notices = model_of_attempt(BOOK, BOOK.find(called).model, named, "/model")
    assert (found.provider, [one.code for one in notices]) == (key, told)


@pytest.mark.parametrize(
    ("terms", "executor", "advisors"),
    [
        (Terms(), ("4", "20"), ("10", "50")),
        # Fable 5 has no fast mode: its part of the call runs and bills as standard.
        (Terms(speed="fast"), ("8", "40"), ("10", "50")),
        (Terms(processing="batch"), ("2", "10"), ("5", "25")),
        (Terms(inference_geo="us"), ("4.4", "22"), ("11", "55")),
        (Terms(speed="fast", inference_geo="us"), ("8.8", "44"), ("11", "55")),
    ],
    ids=["standard", "fast", "batch", "us", "fast in the US"],
)
def test_an_advisor_takes_the_terms_of_the_call_as_far_as_it_offers_them(
    terms: Terms, executor: tuple[str, str], advisors: tuple[str, str]
) -> None:
    answer = priced(
        "claude-opus-5-5", message(1_000, 100), advisor("claude-fable-5", 2_000, 200), terms=terms
    )
    assert Fraction(answer.total_usd) == usd(
        (1_000, executor[0]), (100, executor[1]), (2_000, advisors[0]), (200, advisors[1])
    )


def test_an_advisor_that_offers_fast_mode_is_fast_and_one_outside_the_us_is_not_multiplied() -> (
    None
):
    fast = priced(
        "claude-opus-5-5",
        message(1_000),
        advisor("claude-opus-5", 2_000, 0),
        terms=Terms(speed="fast"),
    )
    assert Fraction(fast.total_usd) == usd((1_000, "8"), (2_000, "10"))
    in_us = priced(
        "claude-opus-5-5",
        message(1_000),
        advisor("claude-haiku-4-5", 2_000, 0),
        terms=Terms(inference_geo="us"),
    )
    assert Fraction(in_us.total_usd) == usd((1_000, "4.4"), (2_000, "1"))
    assert [modifier.name for modifier in in_us.modifiers] == ["inference_geo_us"]


def test_two_advisors_at_different_models_are_separate_lines_at_the_same_price() -> None:
    answer = priced(
        "claude-sonnet-5-5",
        advisor("claude-opus-5", 10, 0),
        advisor("claude-opus-4-8", 20, 0),
        advisor("claude-opus-5", 30, 0),
    )
    assert told(answer.line_items) == [
        ("input", "advisor_message", "claude-opus-5", 40, "5"),
        ("input", "advisor_message", "claude-opus-4-8", 20, "5"),
    ]


def test_an_unknown_advisor_is_an_error_and_never_free() -> None:
    with pytest.raises(UnknownModel):
        priced("claude-opus-5-5", message(1), advisor("claude-oracle-9", 1, 1))


def test_an_attempt_declined_before_any_output_costs_nothing() -> None:
    answer = reported("claude-opus-4-8", fallen_back(declined_output=0))
    assert Fraction(answer.total_usd) == usd((412, "5"), (264, "25"))
    assert {line.attempt for line in answer.line_items} == {"fallback_message"}


def test_an_attempt_declined_after_its_first_token_is_billed_at_its_own_price() -> None:
    answer = reported("claude-opus-4-8", fallen_back(declined_output=1))
    assert Fraction(answer.total_usd) == usd((408, "10"), (1, "50"), (412, "5"), (264, "25"))


def test_a_fallback_is_priced_at_the_model_that_served_and_not_at_the_one_asked_for() -> None:
    answer = reported("claude-fable-5", fallen_back(declined_output=0))
    assert Fraction(answer.total_usd) == usd((412, "5"), (264, "25"))


def test_one_message_that_names_its_model_is_priced_at_that_model() -> None:
    attempt = Attempt(Usage(input=1_000), "message", "claude-haiku-4-5")
    answer = priced("claude-opus-5-5", attempt)
    assert told(answer.line_items) == [("input", None, "claude-haiku-4-5", 1_000, "1")]


# Told as one


def test_a_call_of_one_plain_attempt_is_priced_as_that_usage() -> None:
    usage = Usage(input=10, cache_read=20, cache_write_1h=30, output=40, web_search=2)
    model = BOOK.find("claude-opus-5-5").model
    assert priced("claude-opus-5-5", Attempt(usage), calls=3) == price(
        model, NOW, usage, STANDARD, 3
    )


def test_lines_of_one_kind_at_one_price_become_one_and_still_add_up() -> None:
    attempts = [
        message(10, 1, cache_read=100),
        message(20, 2, cache_write_1h=200),
        Attempt(Usage(input=5, output=3), "compaction"),
        message(40, 4, cache_read=300),
    ]
    answer = priced("claude-sonnet-4-6", *attempts, calls=7)
    assert told(answer.line_items) == [
        ("input", None, None, 7 * 70, "3"),
        ("cache_read", None, None, 7 * 400, "0.3"),
        ("cache_write_1h", None, None, 7 * 200, "6"),
        ("output", None, None, 7 * 7, "15"),
        ("input", "compaction", None, 7 * 5, "3"),
        ("output", "compaction", None, 7 * 3, "15"),
    ]
    for line in answer.line_items:
        assert Fraction(line.cost_usd or 0) == usd((int(line.quantity), str(line.usd_per_mtok)))
    assert Fraction(answer.total_usd) == sum(
        Fraction(line.cost_usd or 0) for line in answer.line_items
    )
    assert Fraction(answer.per_call_usd) * 7 == Fraction(answer.total_usd)


def test_the_same_tokens_cost_the_same_in_one_attempt_or_in_many() -> None:
    whole = priced("claude-opus-5-5", message(90, 9))
    parts = priced("claude-opus-5-5", *[message(10, 1)] * 9)
    assert parts.total_usd == whole.total_usd
    assert told(parts.line_items) == told(whole.line_items)


def test_lines_at_different_prices_stay_apart() -> None:
    answer = priced("claude-haiku-5-5", message(100_000), message(100_001))
    assert told(answer.line_items) == [
        ("input", None, None, 100_000, "0.1"),
        ("input", None, None, 100_001, "0.5"),
    ]


def test_server_tools_are_paid_once_for_the_whole_call() -> None:
    usage = {
        "input_tokens": 30,
        "output_tokens": 0,
        "server_tool_use": {"web_search_requests": 3},
        "iterations": [iteration("message", 10, 0), iteration("message", 20, 0)],
    }
    answer = reported("claude-sonnet-5-5", usage)
    (searches,) = [line for line in answer.line_items if line.component == "web_search"]
    assert int(searches.quantity) == 3
    assert Fraction(answer.total_usd) == usd((30, "2")) + Fraction("0.03")


def test_a_component_without_a_price_in_any_attempt_makes_the_whole_incomplete() -> None:
    attempts = [message(500, code_execution=1), message(1_000), message(500, code_execution=2)]
    answer = priced("claude-opus-5-5", *attempts)
    assert not answer.complete
    assert Fraction(answer.total_usd) == usd((2_000, "4"))
    (unpriced,) = [line for line in answer.line_items if line.status == "unpriced"]
    assert (unpriced.component, int(unpriced.quantity), unpriced.cost_usd) == (
        "code_execution",
        3,
        None,
    )
    assert [warning.code for warning in answer.warnings] == ["component_unpriced"]


def test_a_warning_of_every_attempt_is_given_once() -> None:
    batch = Terms(processing="batch")
    answer = priced(
        "claude-opus-5-5", message(1, web_search=1), message(1, web_search=1), terms=batch
    )
    assert len(answer.assumptions) == 1
    assert [modifier.name for modifier in answer.modifiers] == ["batch"]


def test_every_attempt_is_priced_at_the_prices_of_the_day() -> None:
    before = datetime(2026, 10, 6, 23, 59, 59, tzinfo=UTC)
    after = datetime(2026, 10, 7, tzinfo=UTC)
    attempts = [message(0, cache_read=1_000_000)] * 2
    totals = [priced("claude-sonnet-5-5", *attempts, at=at).total_usd for at in (before, after)]
    assert [Fraction(total) for total in totals] == [Fraction("0.4"), Fraction("0.2")]


# Sums of calls


def summed(longest: int = 0, **more: int) -> list[str]:
    """What is assumed of 4 calls of 50,000 tokens each, on a model with a tier above 100,000."""
    usage = SummedUsage(input=200_000, output=1_000, calls=4, longest_prompt=longest)
    return list(priced("claude-haiku-5-5", Attempt(usage.changed(**more))).assumptions)


@pytest.mark.parametrize(
    ("longest", "assumed"), [(0, True), (1, False), (100_000, False), (100_001, True)]
)
def test_the_tier_of_a_sum_is_assumed_unless_its_longest_prompt_decides_it(
    longest: int, assumed: bool
) -> None:
    """200,000 at $0.10 and 1,000 at $0.50 are $0.0205; at $0.50 and $2.50, $0.1025."""
    found = summed(longest)
    assert len(found) == assumed
    if assumed:
        assert "the sum of 4 calls" in found[0]
        assert "mean prompt, 50,000 tokens" in found[0]
        assert "from 0.0205 to 0.1025 USD" in found[0]


def test_only_tokens_are_in_the_range_of_a_sum() -> None:
    assert summed(web_search=3) == summed()


def test_nothing_is_assumed_of_one_call_or_of_a_model_without_tiers() -> None:
    one = priced("claude-haiku-5-5", message(200_000, 1_000))
    assert not any("the sum of" in text for text in one.assumptions)
    flat = Attempt(SummedUsage(input=200_000, calls=4))
    assert priced("claude-opus-5-5", flat).assumptions == ()


# Terms


@pytest.mark.parametrize("processing", ["batch", "priority"])
def test_fast_mode_excludes_another_processing(processing: Any) -> None:
    with pytest.raises(InvalidRequest, match="fast cannot be combined with") as refused:
        priced("claude-opus-5-5", message(1), terms=Terms(processing, "fast"))
    assert [error.pointer for error in refused.value.errors] == ["/speed"]


@pytest.mark.parametrize(
    ("model", "terms", "pointer", "offered"),
    [
        ("claude-haiku-4-5", Terms(speed="fast"), "/speed", "`processing`: standard, batch."),
        ("claude-haiku-4-5", Terms("flex"), "/processing", "`processing`: standard, batch."),
        ("claude-opus-5-5", Terms("flex"), "/processing", "batch; `speed`: standard, fast."),
    ],
)
def test_a_mode_without_prices_is_refused_with_those_that_have_some(
    model: str, terms: Terms, pointer: str, offered: str
) -> None:
    with pytest.raises(InvalidRequest) as refused:
        priced(model, message(1), terms=terms)
    (error,) = refused.value.errors
    assert error.pointer == pointer
    assert offered in error.detail


def test_priority_without_a_price_is_billed_as_standard_with_a_warning() -> None:
    found = priced("claude-opus-5-5", message(1_000_000), terms=Terms("priority"))
    assert Fraction(found.total_usd) == 4
    assert [one.code for one in found.warnings] == ["priority_at_list_price"]
    assert found.modifiers == ()


def test_a_modifier_has_the_factor_that_all_token_prices_share() -> None:
    def factors(terms: Terms) -> list[tuple[str, Decimal | None]]:
        found = priced("claude-opus-5-5", message(1), terms=terms).modifiers
        return [(one.name, one.multiplier) for one in found]

    assert factors(Terms("batch")) == [("batch", Decimal("0.5"))]
    assert factors(Terms(speed="fast")) == [("fast", Decimal(2))]
    us = factors(Terms("batch", inference_geo="us"))
    assert us == [("batch", Decimal("0.5")), ("inference_geo_us", Decimal("1.1"))]


def test_the_price_of_searches_is_not_raised_by_a_region() -> None:
    """1,000,000 at $4 times 1.1, and 2 searches at $0.01."""
    found = priced("claude-opus-5-5", message(10**6, web_search=2), terms=Terms(inference_geo="us"))
    assert Fraction(found.total_usd) == Fraction("4.42")


@pytest.mark.parametrize("calls", [1, 7])
def test_every_line_is_of_all_calls(calls: int) -> None:
    found = priced("claude-opus-5-5", message(3, 5, web_search=2), message(4), calls=calls)
    lines = {line.component: line.quantity for line in found.line_items}
    assert lines == {"input": 7 * calls, "output": 5 * calls, "web_search": 2 * calls}
    assert found.per_call_usd * calls == found.total_usd


def test_the_longest_prompt_of_a_call_is_shown_next_to_its_threshold() -> None:
    found = priced("claude-haiku-5-5", message(100_000), message(100_001), message(5))
    assert found.long_context == LongContext(100_000, 100_001, applied=True)
    below = priced("claude-haiku-5-5", message(100_000), message(5))
    assert below.long_context == LongContext(100_000, 100_000, applied=False)
