"""The bundled price books hold the published prices.

Every expected number here was typed in from the provider's price table, dates and limits: none is
read from the catalogue, and none is derived from another by the code under test.
"""

import json
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

import pytest

from pricing.catalogue.models import Model, PriceList, PricePeriod
from pricing.catalogue.price_book import PriceBook
from pricing.store import bundled

DATA = Path(bundled.__file__).parent.parent / "data"
TODAY = "2026-11-22"


def book(version: str = "2026-12-01.1") -> PriceBook:
    found = bundled.load(version)
    assert found is not None
    return found


def model(name: str, version: str = "2026-12-01.1") -> Model:
    return book(version).model(f"anthropic/{name}")


def period(name: str, day: str = TODAY, version: str = "2026-12-01.1") -> PricePeriod:
    found = model(name, version).period_at(datetime.fromisoformat(day).replace(tzinfo=UTC))
    assert found is not None
    return found


def rates(prices: PriceList, prompt_tokens: int = 1) -> dict[str, Fraction]:
    chosen = prices.tier_for(prompt_tokens) or prices
    return {component: Fraction(price) for component, price in chosen.rates.items()}


def columns(text: str) -> dict[str, Fraction]:
    """Five prices in the price table's order: input, output, 5m write, 1h write, read."""
    names = ("input", "output", "cache_write_5m", "cache_write_1h", "cache_read")
    return dict(zip(names, map(Fraction, text.split()), strict=True))


def tokens_only(prices: dict[str, Fraction]) -> dict[str, Fraction]:
    return {component: price for component, price in prices.items() if component != "web_search"}


# In, out, 5m write, 1h write, read; then the same for batch, typed out column by column.
NOW = {
    "claude-fable-5-2": ("8 40 10 16 0.20", "4 20 5 8 0.10"),
    "claude-mythos-5-2": ("8 40 10 16 0.20", "4 20 5 8 0.10"),
    "claude-fable-5-1": ("10 50 12.5 20 0.25", "5 25 6.25 10 0.125"),
    "claude-mythos-5-1": ("10 50 12.5 20 0.25", "5 25 6.25 10 0.125"),
    "claude-fable-5": ("10 50 12.5 20 1", "5 25 6.25 10 0.5"),
    "claude-mythos-5": ("10 50 12.5 20 1", "5 25 6.25 10 0.5"),
    "claude-opus-5-5": ("4 20 5 8 0.20", "2 10 2.5 4 0.10"),
    "claude-opus-5": ("5 25 6.25 10 0.50", "2.5 12.5 3.125 5 0.25"),
    "claude-opus-4-8": ("5 25 6.25 10 0.50", "2.5 12.5 3.125 5 0.25"),
    "claude-opus-4-7": ("5 25 6.25 10 0.50", "2.5 12.5 3.125 5 0.25"),
    "claude-opus-4-6": ("5 25 6.25 10 0.50", "2.5 12.5 3.125 5 0.25"),
    "claude-opus-4-5": ("5 25 6.25 10 0.50", "2.5 12.5 3.125 5 0.25"),
    "claude-sonnet-5-5": ("2 10 2.5 4 0.10", "1 5 1.25 2 0.05"),
    "claude-sonnet-5": ("2 10 2.5 4 0.20", "1 5 1.25 2 0.10"),
    "claude-sonnet-4-6": ("3 15 3.75 6 0.30", "1.5 7.5 1.875 3 0.15"),
    "claude-sonnet-4-5": ("3 15 3.75 6 0.30", "1.5 7.5 1.875 3 0.15"),
    "claude-haiku-5-5": ("0.10 0.50 0.125 0.20 0.01", "0.05 0.25 0.0625 0.10 0.005"),
    "claude-haiku-4-5": ("1 5 1.25 2 0.10", "0.5 2.5 0.625 1 0.05"),
    "claude-opus-4-1": ("15 75 18.75 30 1.50", "7.5 37.5 9.375 15 0.75"),
    "claude-opus-4": ("15 75 18.75 30 1.50", "7.5 37.5 9.375 15 0.75"),
    "claude-3-opus": ("15 75 18.75 30 1.50", "7.5 37.5 9.375 15 0.75"),
    "claude-sonnet-4": ("3 15 3.75 6 0.30", "1.5 7.5 1.875 3 0.15"),
    "claude-3-7-sonnet": ("3 15 3.75 6 0.30", "1.5 7.5 1.875 3 0.15"),
    "claude-3-5-sonnet": ("3 15 3.75 6 0.30", "1.5 7.5 1.875 3 0.15"),
    "claude-3-sonnet": ("3 15 3.75 6 0.30", None),
    "claude-3-5-haiku": ("0.80 4 1 1.60 0.08", "0.40 2 0.50 0.80 0.04"),
    "claude-3-haiku": ("0.25 1.25 0.30 0.50 0.03", "0.125 0.625 0.15 0.25 0.015"),
}
FAST_NOW = {
    "claude-fable-5-2": "16 80 20 32 0.40",
    "claude-mythos-5-2": "16 80 20 32 0.40",
    "claude-opus-5-5": "8 40 10 16 0.40",
    "claude-opus-5": "10 50 12.5 20 1",
    "claude-opus-4-8": "10 50 12.5 20 1",
}
BEFORE_CLAUDE_3 = {
    "claude-2.1": {"input": Fraction(8), "output": Fraction(24)},
    "claude-2.0": {"input": Fraction(8), "output": Fraction(24)},
    "claude-instant-1.2": {"input": Fraction("0.8"), "output": Fraction("2.4")},
}
UNPRICED = "claude-mythos-preview"
NO_WEB_SEARCH = {"claude-3-opus", "claude-3-sonnet", *BEFORE_CLAUDE_3}


def test_the_book_holds_every_model_of_anthropic() -> None:
    own = {key for key in book().model_keys() if key.startswith("anthropic/")}
    assert {key.removeprefix("anthropic/") for key in own} == {*NOW, *BEFORE_CLAUDE_3, UNPRICED}
    assert len(own) == 31


@pytest.mark.parametrize("name", NOW)
def test_today_every_token_column_has_the_published_price(name: str) -> None:
    standard, batch = NOW[name]
    lists = period(name).lists
    assert tokens_only(rates(lists["standard"])) == columns(standard)
    assert {mode: tokens_only(rates(prices)) for mode, prices in lists.items()} == {
        "standard": columns(standard),
        **({"batch": columns(batch)} if batch else {}),
        **({"fast": columns(FAST_NOW[name])} if name in FAST_NOW else {}),
    }


@pytest.mark.parametrize("name", BEFORE_CLAUDE_3)
def test_models_before_claude_3_have_only_input_and_output_prices(name: str) -> None:
    assert {mode: rates(prices) for mode, prices in period(name).lists.items()} == {
        "standard": BEFORE_CLAUDE_3[name]
    }


def test_a_web_search_costs_one_cent_in_every_mode_where_the_tool_exists() -> None:
    for name in {*NOW, *BEFORE_CLAUDE_3} - NO_WEB_SEARCH:
        for prices in period(name).lists.values():
            assert rates(prices)["web_search"] == Fraction(1, 100), name


@pytest.mark.parametrize("name", sorted(NO_WEB_SEARCH))
def test_a_web_search_without_a_known_price_is_absent_and_not_zero(name: str) -> None:
    assert all("web_search" not in prices.rates for prices in period(name).lists.values())


def test_mythos_preview_is_known_but_not_priced_because_its_sources_disagree() -> None:
    preview = model(UNPRICED)
    assert preview.prices == ()
    assert "27.50" in preview.notes[0]


def test_haiku_5_5_costs_five_times_as_much_from_100_001_prompt_tokens() -> None:
    standard = period("claude-haiku-5-5").lists["standard"]
    batch = period("claude-haiku-5-5").lists["batch"]
    assert tokens_only(rates(standard, 100_000)) == columns("0.10 0.50 0.125 0.20 0.01")
    assert tokens_only(rates(standard, 100_001)) == columns("0.50 2.50 0.625 1 0.05")
    assert tokens_only(rates(batch, 100_000)) == columns("0.05 0.25 0.0625 0.10 0.005")
    assert tokens_only(rates(batch, 100_001)) == columns("0.25 1.25 0.3125 0.50 0.025")
    assert rates(standard, 100_001)["web_search"] == Fraction(1, 100)


def test_only_haiku_5_5_has_a_long_context_price_today() -> None:
    tiered = {
        name
        for name in {*NOW, *BEFORE_CLAUDE_3}
        if any(prices.tiers for prices in period(name).lists.values())
    }
    assert tiered == {"claude-haiku-5-5"}


class Change(NamedTuple):
    """A price on the last day of a period and on the first of the next; None without one."""

    name: str
    mode: str
    component: str
    prompt_tokens: int
    last_day: str
    before: str | None
    first_day: str
    after: str | None


CHANGES = [
    Change(
        "claude-sonnet-5-5", "standard", "cache_read", 1, "2026-10-06", "0.20", "2026-10-07", "0.10"
    ),
    Change(
        "claude-sonnet-5-5", "batch", "cache_read", 1, "2026-10-06", "0.10", "2026-10-07", "0.05"
    ),
    # The 1M-token betas of Sonnet 4 and 4.5, and the launch prices of Opus 4.6 and Sonnet 4.6.
    Change("claude-sonnet-4", "standard", "input", 200_001, "2025-08-11", "3", "2025-08-12", "6"),
    Change(
        "claude-sonnet-4", "standard", "output", 200_001, "2026-04-30", "22.5", "2026-05-01", "15"
    ),
    Change(
        "claude-sonnet-4", "batch", "cache_read", 200_001, "2026-04-30", "0.3", "2026-05-01", "0.15"
    ),
    Change("claude-sonnet-4-5", "standard", "input", 200_001, "2026-04-30", "6", "2026-05-01", "3"),
    Change(
        "claude-sonnet-4-6", "standard", "output", 200_001, "2026-03-12", "22.5", "2026-03-13", "15"
    ),
    Change("claude-sonnet-4-6", "batch", "input", 200_001, "2026-03-12", "3", "2026-03-13", "1.5"),
    Change("claude-opus-4-6", "standard", "input", 200_001, "2026-03-12", "10", "2026-03-13", "5"),
    Change(
        "claude-opus-4-6", "batch", "output", 200_001, "2026-03-12", "18.75", "2026-03-13", "12.5"
    ),
    # Fast mode comes and goes.
    Change("claude-opus-4-6", "fast", "input", 1, "2026-02-06", None, "2026-02-07", "30"),
    Change("claude-opus-4-6", "fast", "output", 1, "2026-06-29", "150", "2026-06-30", None),
    Change("claude-opus-4-6", "fast", "input", 200_001, "2026-02-20", "60", "2026-02-21", "30"),
    Change("claude-opus-4-6", "fast", "output", 200_001, "2026-02-20", "225", "2026-02-21", "150"),
    Change("claude-opus-4-7", "fast", "input", 1, "2026-05-11", None, "2026-05-12", "30"),
    Change("claude-opus-4-7", "fast", "output", 1, "2026-07-24", "150", "2026-07-25", None),
    Change("claude-opus-4-8", "fast", "output", 1, "2026-11-29", "50", "2026-11-30", None),
]


def price_on(day: str, change: Change) -> Fraction | None:
    prices = period(change.name, day).lists.get(change.mode)
    return None if prices is None else rates(prices, change.prompt_tokens)[change.component]


@pytest.mark.parametrize("change", CHANGES, ids=lambda c: f"{c.name} {c.mode} {c.first_day}")
def test_a_price_changes_at_midnight_of_its_effective_date(change: Change) -> None:
    assert price_on(f"{change.last_day}T23:59:59", change) == (
        None if change.before is None else Fraction(change.before)
    )
    assert price_on(f"{change.first_day}T00:00:00", change) == (
        None if change.after is None else Fraction(change.after)
    )


def test_the_old_long_context_prices_begin_above_exactly_200_000_tokens() -> None:
    standard = period("claude-opus-4-6", "2026-02-10").lists["standard"]
    assert tokens_only(rates(standard, 200_000)) == columns("5 25 6.25 10 0.50")
    assert tokens_only(rates(standard, 200_001)) == columns("10 37.5 12.5 20 1")
    sonnet = period("claude-sonnet-4", "2025-11-01").lists["standard"]
    assert tokens_only(rates(sonnet, 200_000)) == columns("3 15 3.75 6 0.30")
    assert tokens_only(rates(sonnet, 200_001)) == columns("6 22.5 7.5 12 0.60")


def test_opus_4_6_and_4_7_fast_mode_cost_six_times_the_standard_price() -> None:
    fast = columns("30 150 37.5 60 3")
    assert tokens_only(rates(period("claude-opus-4-6", "2026-06-01").lists["fast"])) == fast
    assert tokens_only(rates(period("claude-opus-4-7", "2026-06-01").lists["fast"])) == fast


def test_after_fast_mode_opus_4_6_serves_it_as_standard_and_opus_4_7_refuses_it() -> None:
    assert period("claude-opus-4-6", "2026-06-29").served_as_standard == frozenset()
    assert period("claude-opus-4-6", "2026-06-30").served_as_standard == {"fast"}
    assert period("claude-opus-4-7", "2026-07-25").served_as_standard == frozenset()
    assert period("claude-opus-4-8", "2026-11-30").served_as_standard == frozenset()


def test_the_1m_beta_widens_the_window_of_sonnet_4_and_4_5_only_while_it_lasts() -> None:
    windows = {
        ("claude-sonnet-4", "2025-08-11"): None,
        ("claude-sonnet-4", "2025-08-12"): 1_000_000,
        ("claude-sonnet-4", "2026-04-30"): 1_000_000,
        ("claude-sonnet-4", "2026-05-01"): None,
        ("claude-sonnet-4-5", "2025-10-01"): 1_000_000,
        ("claude-sonnet-4-5", "2026-05-01"): None,
    }
    assert {key: period(*key).context_window for key in windows} == windows


def test_the_first_period_is_open_and_periods_join_without_a_gap() -> None:
    for found in book().models():
        starts = [part.start for part in found.prices]
        ends = [part.end for part in found.prices]
        assert starts[:1] in ([None], [])
        assert ends[-1:] in ([None], [])
        assert starts[1:] == ends[:-1], found.id


def every_list(found: Model, mode: str) -> Iterator[tuple[dict[str, Fraction], ...]]:
    for part in found.prices:
        if mode in part.lists:
            steps = [1, *(tier.above_tokens + 1 for tier in part.lists["standard"].tiers)]
            for prompt in steps:
                yield rates(part.lists["standard"], prompt), rates(part.lists[mode], prompt)


def test_batch_is_half_of_every_token_price_in_every_period_and_tier() -> None:
    compared = 0
    for version in bundled.ids():
        for found in book(version).models():
            if found.provider != "anthropic":
                continue
            for standard, batch in every_list(found, "batch"):
                assert {name: 2 * price for name, price in tokens_only(batch).items()} == (
                    tokens_only(standard)
                ), found.id
                compared += 1
    assert compared > 40


def test_limits_are_the_published_ones() -> None:
    limits = {
        name: (found.context_window, found.max_output_tokens, found.max_output_tokens_batch)
        for name in NOW
        for found in [model(name)]
    }
    new, older = (1_000_000, 128_000, 300_000), (200_000, 64_000, None)
    assert limits == {
        **dict.fromkeys([n for n in NOW if "fable" in n or "mythos" in n], (*new[:2], None)),
        **dict.fromkeys(["claude-opus-5-5", "claude-opus-5", "claude-opus-4-8"], new),
        **dict.fromkeys(["claude-opus-4-7", "claude-opus-4-6", "claude-sonnet-4-6"], new),
        **dict.fromkeys(["claude-sonnet-5-5", "claude-sonnet-5", "claude-haiku-5-5"], new),
        **dict.fromkeys(["claude-opus-4-5", "claude-sonnet-4-5", "claude-haiku-4-5"], older),
        **dict.fromkeys(["claude-sonnet-4", "claude-3-7-sonnet"], older),
        **dict.fromkeys(["claude-opus-4-1", "claude-opus-4"], (200_000, 32_000, None)),
        **dict.fromkeys(["claude-3-5-sonnet", "claude-3-5-haiku"], (200_000, 8_192, None)),
        "claude-3-opus": (200_000, 4_096, None),
        "claude-3-sonnet": (200_000, 4_096, None),
        "claude-3-haiku": (200_000, 4_096, None),
    }


CACHE_MINIMUMS = {
    512: "haiku-5-5 sonnet-5-5 opus-5-5 opus-5 fable-5 fable-5-1 mythos-5 mythos-5-1",
    1024: "opus-4-8 sonnet-5 sonnet-4-6 sonnet-4-5 sonnet-4 opus-4-1 opus-4",
    2048: "opus-4-7 3-5-haiku 3-haiku",
    4096: "opus-4-6 opus-4-5 haiku-4-5",
}


@pytest.mark.parametrize(
    ("name", "minimum"),
    [(f"claude-{name}", minimum) for minimum, row in CACHE_MINIMUMS.items() for name in row.split()]
    + [("claude-fable-5-2", None), ("claude-mythos-5-2", None), (UNPRICED, None)],
)
def test_the_smallest_cacheable_prompt_is_the_published_one_or_unknown(
    name: str, minimum: int | None
) -> None:
    assert model(name).cache_minimum_tokens == minimum


@pytest.mark.parametrize(
    ("name", "minimum"),
    [
        # OpenAI's guide: prompts of 1,024 tokens or more, wherever its models are sold
        ("openai/gpt-4o", 1024),
        ("openai/gpt-6.1-sol", 1024),
        ("openai/o3", 1024),
        ("azure/gpt-5-mini", 1024),
        ("openrouter/openai/gpt-5.1", 1024),
        ("openai/ft:gpt-4o-mini-2024-07-18", 1024),
        # Google's guide to context caching
        ("google/gemini-2.5-flash", 2048),
        ("google/gemini-3-flash-preview", 1024),
        ("vertex/gemini-3-pro-preview", 4096),
        # A reseller has its maker's: Claude Sonnet 4.5 and Haiku 4.5
        ("openrouter/anthropic/claude-sonnet-4.5", 1024),
        ("perplexity/anthropic/claude-haiku-4-5", 4096),
        # Others publish none
        ("groq/openai/gpt-oss-120b", None),
        ("xai/grok-4.3", None),
    ],
)
def test_the_shortest_cached_prefix_is_the_providers_own(name: str, minimum: int | None) -> None:
    assert book().find(name).model.cache_minimum_tokens == minimum


def test_us_only_inference_and_the_new_tokenizer_begin_where_the_provider_says() -> None:
    since_4_6 = {name for name in NOW if not name.startswith("claude-3")} - {
        "claude-opus-4-5",
        "claude-opus-4-1",
        "claude-opus-4",
        "claude-sonnet-4-5",
        "claude-sonnet-4",
        "claude-haiku-4-5",
    }
    assert {name for name in NOW if model(name).us_multiplier is not None} == since_4_6
    assert {model(name).us_multiplier.__str__() for name in since_4_6} == {"1.1"}
    since_4_7 = since_4_6 - {"claude-opus-4-6", "claude-sonnet-4-6"}
    assert {name for name in NOW if model(name).tokenizer == "claude-2026"} == since_4_7
    assert {model(name).tokenizer for name in NOW.keys() - since_4_7} == {"claude-2024"}


def test_capabilities_are_those_of_each_generation() -> None:
    everything = {"vision", "thinking", "tools", "streaming", "batch", "caching"}
    no_thinking = {"claude-3-opus", "claude-3-5-sonnet", "claude-3-5-haiku", "claude-3-haiku"}
    for name in NOW.keys() - no_thinking - {"claude-3-sonnet"}:
        assert model(name).capabilities == everything, name
    for name in no_thinking:
        assert model(name).capabilities == everything - {"thinking"}, name
    assert model("claude-3-sonnet").capabilities == {"vision", "tools", "streaming"}
    for name in BEFORE_CLAUDE_3:
        assert model(name).capabilities == {"streaming"}, name


RETIRED = {
    "claude-opus-4-1": "2026-08-05",
    "claude-opus-4": "2026-06-15",
    "claude-sonnet-4": "2026-06-15",
    "claude-3-haiku": "2026-04-20",
    "claude-3-7-sonnet": "2026-02-19",
    "claude-3-5-haiku": "2026-02-19",
    "claude-3-opus": "2026-01-05",
    "claude-3-5-sonnet": "2025-10-28",
    "claude-3-sonnet": "2025-07-21",
    "claude-2.1": "2025-07-21",
    "claude-2.0": "2025-07-21",
    "claude-instant-1.2": "2024-11-06",
    "claude-sonnet-4-5": "2026-11-30",
}
RELEASED_A_YEAR_BEFORE_FLOOR = {
    "claude-haiku-4-5": ("2025-10-15", "2026-10-15"),
    "claude-opus-4-5": ("2025-11-24", "2026-11-24"),
    "claude-opus-4-6": ("2026-02-05", "2027-02-05"),
    "claude-sonnet-4-6": ("2026-02-17", "2027-02-17"),
    "claude-opus-4-7": ("2026-04-16", "2027-04-16"),
    "claude-opus-4-8": ("2026-05-28", "2027-05-28"),
    "claude-fable-5": ("2026-06-09", "2027-06-09"),
    "claude-sonnet-5": ("2026-06-30", "2027-06-30"),
    "claude-opus-5": ("2026-07-24", "2027-07-24"),
    "claude-fable-5-1": ("2026-09-01", "2027-09-01"),
    "claude-opus-5-5": ("2026-09-22", "2027-09-22"),
    "claude-sonnet-5-5": ("2026-09-28", "2027-09-28"),
    "claude-haiku-5-5": ("2026-10-07", "2027-10-07"),
    "claude-fable-5-2": ("2026-11-09", "2027-11-09"),
}


def test_retirement_dates_are_the_announced_ones_and_no_others() -> None:
    retired = {
        found.id: str(found.lifecycle.retires)
        for found in book().models()
        if found.provider == "anthropic" and found.lifecycle.retires
    }
    assert retired == RETIRED


def test_retirement_floors_are_the_announced_ones_and_no_others() -> None:
    floors = {
        m.id: (str(m.lifecycle.released), str(m.lifecycle.retires_not_before))
        for m in book().models()
        if m.lifecycle.retires_not_before
    }
    assert floors == RELEASED_A_YEAR_BEFORE_FLOOR


def test_a_release_date_comes_from_the_id_where_the_id_carries_one() -> None:
    assert model("claude-opus-4-1").lifecycle.released == date(2025, 8, 5)
    assert model("claude-sonnet-4-5").lifecycle.released == date(2025, 9, 29)
    assert model("claude-3-haiku").lifecycle.released == date(2024, 3, 7)


LESSON = {
    # family: name, then input, output, 5m write, 1h write, read; batch columns likewise
    "opus": ("Claude Opus 4", "15 75 18.75 30 1.5", "7.5 37.5 9.375 15 0.75"),
    "sonnet": ("Claude Sonnet 4", "3 15 3.75 6 0.3", "1.5 7.5 1.875 3 0.15"),
    "haiku": ("Claude Haiku 3.5", "0.8 4 1 1.6 0.08", "0.4 2 0.5 0.8 0.04"),
}


@pytest.mark.parametrize("family", LESSON)
def test_the_lessons_book_holds_the_lessons_table(family: str) -> None:
    name, standard, batch = LESSON[family]
    found = book("lesson-2025").find(family).model
    assert (found.name, found.lifecycle.retires, len(found.prices)) == (name, None, 1)
    lists = found.prices[0].lists
    assert lists.keys() == {"standard", "batch"}
    assert tokens_only(rates(lists["standard"])) == columns(standard)
    assert tokens_only(rates(lists["batch"])) == columns(batch)


def test_the_lessons_limits_are_its_own_but_for_the_corrected_sonnet_output() -> None:
    limits = {
        family: (found.context_window, found.max_output_tokens, found.cache_minimum_tokens)
        for family in LESSON
        for found in [book("lesson-2025").find(family).model]
    }
    assert limits == {
        "opus": (200_000, 32_000, 1_024),
        "sonnet": (200_000, 64_000, 1_024),
        "haiku": (200_000, 8_192, 2_048),
    }


def test_tool_overhead_and_image_tier_are_kept_for_estimates_from_text() -> None:
    document = json.loads((DATA / "2026-12-01.1.json").read_bytes())
    rows = {row["id"]: row for row in document["models"]}
    assert rows["claude-opus-5-5"]["tool_overhead_tokens"] == {"auto": 286}
    assert rows["claude-opus-4-7"]["tool_overhead_tokens"] == {"auto": 675, "any": 804}
    assert rows["claude-3-5-haiku"]["tool_overhead_tokens"] == {"auto": 264, "any": 355}
    assert "tool_overhead_tokens" not in rows["claude-fable-5-2"]
    assert rows["claude-opus-4-7"]["image_tier"] == "high"
    assert rows["claude-sonnet-4-6"]["image_tier"] == "standard"


def test_no_refusal_gives_a_retired_model_as_an_example() -> None:
    current = book()
    day = date.fromisoformat(current.published_at[:10])
    hints = (DATA / "hints.toml").read_text(encoding="utf-8")
    named = {*re.findall(r'"([\w.-]+(?:/[\w.@-]+)*)"', hints)}
    models = [match.model for name in named if (match := current.known(name))]
    assert len(models) > 5
    assert [model.key for model in models if model.lifecycle.retired(day)] == []
