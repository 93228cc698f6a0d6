"""How OpenAI's two formats are read, and the habits of others who send them."""

from typing import Any, NamedTuple

import pytest

from pricing.usage.buckets import StatedTerms, Usage
from pricing.usage.meanings import UsageFormat
from pricing.usage.reader import read_usage
from tests.support.usage_reading import CHAT, buckets, codes, pointers, read, refused


class Names(NamedTuple):
    """What one of the two formats calls what they have in common."""

    usage_format: UsageFormat
    prompt: str
    output: str

    @property
    def inside(self) -> str:
        """The parts of the prompt."""
        return f"{self.prompt}_details"

    @property
    def outside(self) -> str:
        """The parts of the output."""
        return f"{self.output}_details"


BOTH = pytest.mark.parametrize(
    "names",
    [
        Names("openai", "prompt_tokens", "completion_tokens"),
        Names("openai_responses", "input_tokens", "output_tokens"),
    ],
    ids=["chat completions", "responses"],
)


@BOTH
def test_every_detail_is_a_part_of_its_whole(names: Names) -> None:
    raw = {
        names.prompt: 100,
        names.inside: {
            "cached_tokens": 40,
            "cache_write_tokens": 30,
            "audio_tokens": 20,
            "image_tokens": 6,
        },
        names.output: 50,
        names.outside: {
            "reasoning_tokens": 25,
            "audio_tokens": 15,
            "image_tokens": 4,
            "accepted_prediction_tokens": 3,
            "rejected_prediction_tokens": 3,
        },
        "total_tokens": 150,
    }
    assert buckets(names.usage_format, raw) == {
        "input": 4,
        "cache_read": 40,
        "cache_write_5m": 30,
        "audio_input": 20,
        "image_input": 6,
        "output": 6,
        "reasoning_output": 25,
        "audio_output": 15,
        "image_output": 4,
    }


@BOTH
def test_parts_may_fill_their_whole_but_not_exceed_it(names: Names) -> None:
    whole = {names.prompt: 100, names.output: 50}
    full = whole | {names.inside: {"cached_tokens": 100}, names.outside: {"reasoning_tokens": 50}}
    assert buckets(names.usage_format, full) == {"cache_read": 100, "reasoning_output": 50}
    ((pointer, detail),) = refused(
        names.usage_format, whole | {names.inside: {"cached_tokens": 101}}
    )
    assert pointer == f"/usage/{names.prompt}"
    assert "is 100, less than its parts cached_tokens = 101" in detail
    over = whole | {names.inside: {"cached_tokens": 60, "cache_write_tokens": 41}}
    assert pointers(names.usage_format, over) == [f"/usage/{names.prompt}"]
    over = whole | {names.outside: {"reasoning_tokens": 51}}
    assert pointers(names.usage_format, over) == [f"/usage/{names.output}"]
    over = whole | {names.outside: {"reasoning_tokens": 30, "audio_tokens": 21}}
    assert pointers(names.usage_format, over) == [f"/usage/{names.output}"]


@BOTH
def test_audio_that_cannot_be_fresh_next_to_the_cached_tokens_was_cached_itself(
    names: Names,
) -> None:
    def audio_of(cached: int) -> dict[str, int]:
        details = {"cached_tokens": cached, "audio_tokens": 30}
        return buckets(
            names.usage_format, {names.prompt: 100, names.inside: details, names.output: 0}
        )

    assert audio_of(70) == {"audio_input": 30, "cache_read": 70}
    assert audio_of(71) == {"audio_input": 29, "audio_cache_read": 1, "cache_read": 70}
    assert audio_of(100) == {"audio_cache_read": 30, "cache_read": 70}


@BOTH
def test_audio_written_to_the_cache_is_a_write_and_not_a_read(names: Names) -> None:
    details = {"cached_tokens": 5, "cache_write_tokens": 90, "audio_tokens": 20}
    found = buckets(names.usage_format, {names.prompt: 100, names.inside: details, names.output: 0})
    assert found == {"cache_write_5m": 90, "audio_cache_read": 5, "audio_input": 5}


@BOTH
def test_audio_alone_may_not_exceed_the_prompt(names: Names) -> None:
    raw = {names.prompt: 100, names.inside: {"audio_tokens": 101}, names.output: 0}
    assert pointers(names.usage_format, raw) == [f"/usage/{names.prompt}"]


@BOTH
def test_an_image_seen_again_is_read_from_the_cache(names: Names) -> None:
    details = {"cached_tokens": 90, "image_tokens": 60}
    found = buckets(names.usage_format, {names.prompt: 100, names.inside: details, names.output: 0})
    assert found == {"cache_read": 90, "image_input": 10}


@BOTH
def test_what_is_cached_of_text_and_images_is_read_where_it_is_stated(names: Names) -> None:
    kept = {"text_tokens": 20, "image_tokens": 30}
    details = {"cached_tokens": 50, "cached_tokens_details": kept, "image_tokens": 60}
    found = buckets(names.usage_format, {names.prompt: 100, names.inside: details, names.output: 0})
    assert found == {"input": 20, "image_input": 30, "cache_read": 20, "image_cache_read": 30}


@BOTH
def test_a_total_must_be_the_sum_of_its_two_sides(names: Names) -> None:
    raw = {names.prompt: 100, names.output: 50, names.outside: {"reasoning_tokens": 30}}
    parsed = read(names.usage_format, raw | {"total_tokens": 150})
    assert (parsed.attempts[0].usage.output, codes(parsed)) == (20, [])
    without = {names.prompt: 100, names.output: 50, "total_tokens": 150}
    assert codes(read(names.usage_format, without)) == []
    for total in (149, 151, 179, 181):
        assert pointers(names.usage_format, raw | {"total_tokens": total}) == [
            "/usage/total_tokens"
        ]


@BOTH
def test_xai_counts_reasoning_outside_the_output_and_its_total_shows_that(names: Names) -> None:
    raw = {
        names.prompt: 197,
        names.inside: {"cached_tokens": 192},
        names.output: 1,
        names.outside: {"reasoning_tokens": 146},
    }
    parsed = read(names.usage_format, raw | {"total_tokens": 344})
    assert parsed.attempts[0].usage == Usage(
        input=5, cache_read=192, output=1, reasoning_output=146
    )
    assert codes(parsed) == ["reasoning_outside_completion"]
    # Without a total nothing shows it, and more reasoning than output is a contradiction.
    assert pointers(names.usage_format, raw) == [f"/usage/{names.output}"]


@BOTH
@pytest.mark.parametrize(
    ("tier", "processing"),
    [
        ("default", "standard"),
        ("standard", "standard"),
        ("flex", "flex"),
        ("priority", "priority"),
        ("batch", "batch"),
        ("auto", None),
        ("scale", None),
    ],
)
def test_the_service_tier_selects_the_price_list(names: Names, tier: str, processing: Any) -> None:
    raw = {names.prompt: 100, names.output: 50, "service_tier": tier}
    assert read(names.usage_format, raw).served == StatedTerms(processing=processing)


@BOTH
def test_nulls_are_accepted_wherever_a_detail_may_be_missing(names: Names) -> None:
    whole = {names.prompt: 100, names.output: 50}
    nulls = {names.inside: None, names.outside: None, "total_tokens": None, "service_tier": None}
    assert read(names.usage_format, whole | nulls) == read(names.usage_format, whole)
    none_inside = {
        names.inside: {"cached_tokens": None, "cache_write_tokens": None, "audio_tokens": None},
        names.outside: {"reasoning_tokens": None, "audio_tokens": None, "text_tokens": None},
    }
    assert read(names.usage_format, whole | none_inside) == read(names.usage_format, whole)


def test_deepseeks_cache_hits_are_what_others_call_cached_tokens() -> None:
    hits = {"prompt_cache_hit_tokens": 60, "prompt_cache_miss_tokens": 40}
    alone = read("openai", CHAT | hits)
    assert alone.attempts[0].usage == Usage(input=40, cache_read=60, output=50)
    assert codes(alone) == []
    assert read("openai", CHAT | hits | {"prompt_tokens_details": {"cached_tokens": 60}}) == alone
    assert buckets("openai", CHAT | {"prompt_cache_hit_tokens": 60})["cache_read"] == 60


def test_deepseeks_hits_and_misses_must_agree_with_the_prompt_and_with_cached_tokens() -> None:
    wrong = CHAT | {"prompt_cache_hit_tokens": 60, "prompt_cache_miss_tokens": 41}
    assert pointers("openai", wrong) == ["/usage/prompt_tokens"]
    other = CHAT | {"prompt_cache_hit_tokens": 60, "prompt_tokens_details": {"cached_tokens": 59}}
    assert pointers("openai", other) == ["/usage/prompt_tokens_details/cached_tokens"]


@BOTH
@pytest.mark.parametrize("provider", ["xai", "perplexity", "zai", "openrouter"])
@pytest.mark.parametrize("total", [{}, {"total_tokens": 150}])
def test_reasoning_larger_than_the_answer_is_next_to_it_at_providers_that_count_so(
    names: Names, provider: str, total: dict[str, int]
) -> None:
    raw = {names.prompt: 100, names.output: 50, names.outside: {"reasoning_tokens": 80}, **total}
    parsed = read_usage(raw, names.usage_format, "/usage")
    (attempt,), notices = parsed.open.settled(parsed.attempts, provider, "a", lambda: True)
    assert (attempt.usage.output, attempt.usage.reasoning_output) == (50, 80)
    assert [notice.code for notice in notices] == ["reasoning_outside_completion"]


@BOTH
def test_reasoning_as_large_as_the_answer_is_a_part_of_it_and_larger_is_refused(
    names: Names,
) -> None:
    raw = {names.prompt: 100, names.output: 50, names.outside: {"reasoning_tokens": 50}}
    assert buckets(names.usage_format, raw) == {"input": 100, "reasoning_output": 50}
    raw[names.outside] = {"reasoning_tokens": 51}
    assert pointers(names.usage_format, raw) == [f"/usage/{names.output}"]
