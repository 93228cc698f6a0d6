"""What must hold of every price, whatever the usage: found by trying to break it."""

from dataclasses import fields, replace
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from pricing.catalogue.models import Model
from pricing.errors import InvalidRequest
from pricing.estimates.calculator import Priced, price
from pricing.money import add
from pricing.store import bundled
from pricing.usage.buckets import Terms, Usage

NOW = datetime(2026, 11, 22, tzinfo=UTC)
BOOK = bundled.current()
MODELS = [model for model in BOOK.models() if model.provider == "anthropic" and model.prices]
BUCKETS = [field.name for field in fields(Usage) if field.name != "units"]
TOKENS = [name for name in BUCKETS if name not in {"web_search", "code_execution"}]
#: Claude's usage has these; other buckets belong to other providers.
CLAUDE = ["input", "cache_read", "cache_write_5m", "cache_write_1h", "output", "web_search"]

counts = st.integers(0, 10**12)
usages = st.builds(Usage, **dict.fromkeys(CLAUDE, counts))
models = st.sampled_from(MODELS)
terms = st.builds(
    Terms,
    processing=st.sampled_from(["standard", "batch", "priority"]),
    speed=st.sampled_from(["standard", "fast"]),
    inference_geo=st.sampled_from(["global", "us"]),
)


def priced(model: Model, usage: Usage, chosen: Terms, calls: int = 1) -> Priced:
    """A price, or another example where the model does not offer the terms."""
    try:
        return price(model, NOW, usage, chosen, calls)
    except InvalidRequest:
        assume(False)
        raise


@given(models, usages, terms, st.integers(1, 10**12))
def test_line_items_add_up_to_the_total(
    model: Model, usage: Usage, chosen: Terms, calls: int
) -> None:
    answer = priced(model, usage, chosen, calls)
    costs = [line.cost_usd for line in answer.line_items if line.cost_usd is not None]
    assert answer.total_usd == add(costs)
    assert answer.complete == (len(costs) == len(answer.line_items))
    assert Fraction(answer.per_call_usd) * calls == Fraction(answer.total_usd)


@given(models, usages, terms, st.sampled_from(CLAUDE), st.integers(1, 10**6))
def test_more_never_costs_less_within_a_tier(
    model: Model, usage: Usage, chosen: Terms, bucket: str, extra: int
) -> None:
    before = priced(model, usage, chosen)
    after = priced(model, replace(usage, **{bucket: getattr(usage, bucket) + extra}), chosen)
    if before.long_context and after.long_context:
        assume(before.long_context.applied == after.long_context.applied)
    assert after.total_usd >= before.total_usd


@given(models, usages, st.sampled_from(["global", "us"]))
def test_a_batch_is_exactly_half_of_what_it_halves(model: Model, usage: Usage, geo: str) -> None:
    tokens = replace(usage, web_search=0)
    standard = priced(model, tokens, Terms(inference_geo=geo))  # type: ignore[arg-type]
    batch = priced(model, tokens, Terms("batch", inference_geo=geo))  # type: ignore[arg-type]
    assume(standard.complete)
    assert batch.total_usd * 2 == standard.total_usd


@given(models, usages, terms, st.integers(1, 10**6), st.integers(1, 10**6))
def test_splitting_calls_never_changes_a_total(
    model: Model, usage: Usage, chosen: Terms, some: int, others: int
) -> None:
    whole = priced(model, usage, chosen, some + others).total_usd
    parts = [priced(model, usage, chosen, calls).total_usd for calls in (some, others)]
    assert add(parts) == whole


@given(usages, st.sampled_from(TOKENS))
def test_every_token_counts_in_the_prompt_or_the_output(usage: Usage, bucket: str) -> None:
    more = replace(usage, **{bucket: getattr(usage, bucket) + 1})
    before = usage.prompt_tokens + usage.output_tokens
    assert more.prompt_tokens + more.output_tokens == before + 1


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.id)
def test_the_largest_request_that_is_allowed_is_priced_to_the_last_digit(model: Model) -> None:
    largest = Usage.of(dict.fromkeys(CLAUDE[:5], 10**12))
    answer = price(model, NOW, largest, Terms(), 10**12)
    expected = Fraction(0)
    for line in answer.line_items:
        if line.usd_per_mtok is not None:
            expected += Fraction(10**24) * Fraction(line.usd_per_mtok) / 10**6
    assert Fraction(answer.total_usd) == expected


def test_a_part_without_its_own_column_is_billed_with_its_whole() -> None:
    model = BOOK.find("claude-opus-5-5").model
    parts = Usage(input=1, audio_input=2, image_input=3, output=4, reasoning_output=5)
    answer = price(model, NOW, parts, Terms())
    assert [(line.component, line.quantity) for line in answer.line_items] == [
        ("input", Decimal(6)),
        ("output", Decimal(9)),
    ]
