"""The questions for Tariff and its peers: models x usage shapes.

A shape is a usage body as a provider sends it, with the price list to be billed by and the day.
Its counts are odd on purpose: no two buckets hold the same number, so that a price applied to the
wrong bucket cannot come out right.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from tariff.paths import ROOT

MODELS = ROOT / "tests" / "data" / "peers" / "models.toml"
TODAY = "2026-11-23T12:00:00+00:00"

Mode = Literal["standard", "batch", "flex", "priority", "fast"]
Format = Literal["anthropic", "openai"]


@dataclass(frozen=True, slots=True)
class Shape:
    """One usage body. ``rule`` is the pricing rule that it tests."""

    rule: str
    usage: Mapping[str, Any] = field(hash=False)
    mode: Mode = "standard"
    at: str = TODAY


class PeerName(NamedTuple):
    """What a peer calls a model, and the provider that sells it."""

    provider: str
    model: str


@dataclass(frozen=True, slots=True)
class Subject:
    """A model by Tariff's full name, and what each peer calls it."""

    reference: str
    peers: Mapping[str, PeerName] = field(hash=False)
    format: Format
    shapes: Mapping[str, Shape] = field(hash=False)


class Case(NamedTuple):
    """One question: what this usage of this model costs."""

    subject: Subject
    name: str
    shape: Shape


def _claude(fresh: int, output: int, **more: Any) -> dict[str, Any]:
    return {"input_tokens": fresh, "output_tokens": output, **more}


def _cached(read: int = 0, five: int = 0, hour: int = 0) -> dict[str, Any]:
    return {
        "cache_read_input_tokens": read,
        "cache_creation_input_tokens": five + hour,
        "cache_creation": {"ephemeral_5m_input_tokens": five, "ephemeral_1h_input_tokens": hour},
    }


def _searched(times: int) -> dict[str, Any]:
    return {"server_tool_use": {"web_search_requests": times}}


def _turn(kind: str, fresh: int, output: int, **more: Any) -> dict[str, Any]:
    return {"type": kind, **_claude(fresh, output, **more)}


_EVERYTHING = _claude(1_009, 2_003, **_cached(50_021, 3_011, 7_019), **_searched(2))
_BATCH = {"service_tier": "batch"}
_FAST = {"speed": "fast"}
_US = {"inference_geo": "us"}

#: Every rule of Anthropic's price list, in the ``usage`` of a message.
CLAUDE_SHAPES: Mapping[str, Shape] = {
    "plain": Shape("input and output at their own price", _claude(2_003, 1_009)),
    "nothing": Shape("no tokens cost nothing", _claude(0, 0)),
    "one_token_each": Shape("the price of one token is not rounded", _claude(1, 1)),
    "billions": Shape("no digit is lost", _claude(123_456_789_012, 98_765_432_101)),
    "thinking": Shape(
        "thinking tokens are part of the output",
        _claude(2_003, 5_009, output_tokens_details={"thinking_tokens": 4_001}),
    ),
    "cache_read": Shape("cache reads have their own price", _claude(503, 1_009, **_cached(50_021))),
    "cache_write_total": Shape(
        "writes without a breakdown are 5-minute writes",
        _claude(503, 1_009, cache_creation_input_tokens=30_011, cache_read_input_tokens=0),
    ),
    "cache_write_5m": Shape("1.25 times the input", _claude(503, 1_009, **_cached(0, 30_011))),
    "cache_write_1h": Shape("2 times the input", _claude(503, 1_009, **_cached(0, 0, 30_011))),
    "everything": Shape("all components at once", _EVERYTHING),
    "at_100k": Shape(
        "a prompt of exactly 100,000 tokens is below the tier",
        _claude(60_000, 4_001, **_cached(40_000)),
    ),
    "over_100k": Shape(
        "one token more, cached ones included: every token pays the tier's price",
        _claude(10_000, 4_001, **_cached(70_001, 12_000, 8_000)),
    ),
    "long_output": Shape("output does not count towards the threshold", _claude(90_007, 120_011)),
    "at_200k": Shape(
        "a prompt of exactly 200,000 tokens is below the tier",
        _claude(150_000, 4_001, **_cached(50_000)),
    ),
    "over_200k": Shape(
        "one token more", _claude(50_000, 4_001, **_cached(100_001, 30_000, 20_000))
    ),
    "web_search": Shape("$10 per 1,000 searches", _claude(2_003, 1_009, **_searched(3))),
    "web_fetch": Shape(
        "only the tokens are billed",
        _claude(2_003, 1_009, server_tool_use={"web_search_requests": 0, "web_fetch_requests": 4}),
    ),
    "batch": Shape("half of the standard price", _claude(2_003, 1_009, **_BATCH), "batch"),
    "batch_cache": Shape(
        "half of the cache prices", _claude(503, 1_009, **_cached(50_021, 3_011), **_BATCH), "batch"
    ),
    "batch_cache_1h": Shape(
        "half of the 1-hour cache write price",
        _claude(503, 1_009, **_cached(0, 0, 30_011), **_BATCH),
        "batch",
    ),
    "batch_search": Shape(
        "searches are not halved", _claude(2_003, 1_009, **_searched(3), **_BATCH), "batch"
    ),
    "batch_over_100k": Shape(
        "half of the tier's price", _claude(30_000, 4_001, **_cached(70_001), **_BATCH), "batch"
    ),
    "batch_before_2026_10_14": Shape(
        "batches were half price before a list had it",
        _claude(2_003, 1_009, **_BATCH),
        "batch",
        "2026-10-13T12:00:00+00:00",
    ),
    "fast": Shape("fast mode has its own prices", _claude(2_003, 1_009, **_FAST)),
    "fast_cache": Shape(
        "fast mode has its own cache prices",
        _claude(503, 1_009, **_cached(50_021, 3_011, 7_019), **_FAST),
    ),
    "us": Shape("1.1 times the price", _claude(2_003, 1_009, **_US)),
    "us_everything": Shape("1.1 times the cache prices, but not of searches", _EVERYTHING | _US),
    "us_batch": Shape(
        "batch and US residency combined",
        _claude(503, 1_009, **_cached(50_021, 3_011), **_BATCH, **_US),
        "batch",
    ),
    "us_fast": Shape("fast mode and US residency combined", _EVERYTHING | _US | _FAST),
    "priority": Shape(
        "priority is a commitment, priced as standard",
        _claude(2_003, 1_009, service_tier="priority"),
        "priority",
    ),
    "compaction": Shape(
        "compaction is billed in addition to the top level",
        _claude(
            2_003,
            1_009,
            iterations=[_turn("compaction", 55_001, 401), _turn("message", 2_003, 1_009)],
        ),
    ),
    "advisor": Shape(
        "an advisor is billed in addition, at its own model's price",
        _claude(
            2_003,
            1_009,
            iterations=[
                _turn("message", 2_003, 1_009),
                _turn("advisor_message", 10_007, 1_013, model="claude-fable-5"),
            ],
        ),
    ),
    "read_before_2026_10_07": Shape(
        "Sonnet 5.5's reads became cheaper on that day",
        _claude(503, 1_009, **_cached(50_021)),
        at="2026-10-06T23:59:59+00:00",
    ),
    "over_200k_in_2026_02": Shape(
        "long prompts had their own price until 2026-03-12",
        _claude(50_000, 4_001, **_cached(100_001, 30_000, 20_000)),
        at="2026-02-25T12:00:00+00:00",
    ),
    "fast_in_2026_05": Shape(
        "fast mode cost six times the standard price",
        _claude(2_003, 1_009, **_FAST),
        at="2026-05-20T12:00:00+00:00",
    ),
}
#: Those that mean something on a cloud: no fast mode, no days of a list that is not the cloud's.
CLOUD_SHAPES: Mapping[str, Shape] = {
    name: shape
    for name, shape in CLAUDE_SHAPES.items()
    if "fast" not in name and "_202" not in name and name not in {"priority", "us_batch"}
}


def _chat(prompt: int, completion: int, *, extra: int = 0, **parts: int) -> dict[str, Any]:
    inside = {name: parts[name] for name in _INSIDE if name in parts}
    outside = {name.removeprefix("out_"): parts[name] for name in _OUTSIDE if name in parts}
    body: dict[str, Any] = {"prompt_tokens": prompt, "completion_tokens": completion}
    body["total_tokens"] = prompt + completion + extra
    if inside:
        body["prompt_tokens_details"] = inside
    if outside:
        body["completion_tokens_details"] = outside
    return body


_INSIDE = ("cached_tokens", "cache_write_tokens", "audio_tokens")
_OUTSIDE = ("reasoning_tokens", "out_audio_tokens")

#: The rules that the other providers share, in the ``usage`` of a chat completion.
CHAT_SHAPES: Mapping[str, Shape] = {
    "plain": Shape("input and output at their own price", _chat(2_003, 1_009)),
    "nothing": Shape("no tokens cost nothing", _chat(0, 0)),
    "one_token_each": Shape("the price of one token is not rounded", _chat(1, 1)),
    "cached": Shape(
        "cached tokens are part of the prompt", _chat(50_021, 1_009, cached_tokens=40_009)
    ),
    "cache_write": Shape(
        "written tokens are part of the prompt", _chat(50_021, 1_009, cache_write_tokens=30_011)
    ),
    "cached_and_written": Shape(
        "three prices in one prompt",
        _chat(50_021, 1_009, cached_tokens=20_011, cache_write_tokens=10_007),
    ),
    "reasoning": Shape(
        "reasoning tokens are part of the output", _chat(2_003, 5_009, reasoning_tokens=4_001)
    ),
    "audio_in": Shape("audio has its own price", _chat(2_003, 1_009, audio_tokens=1_511)),
    "audio_out": Shape("audio has its own price", _chat(2_003, 1_009, out_audio_tokens=701)),
    "at_128k": Shape(
        "a prompt of exactly 128,000 tokens", _chat(128_000, 1_009, cached_tokens=64_007)
    ),
    "over_128k": Shape("one token more", _chat(128_001, 1_009, cached_tokens=64_007)),
    "under_200k": Shape("a prompt of 199,999 tokens", _chat(199_999, 1_009, cached_tokens=64_007)),
    "at_200k": Shape(
        "a prompt of exactly 200,000 tokens", _chat(200_000, 1_009, cached_tokens=64_007)
    ),
    "over_200k": Shape("one token more", _chat(200_001, 1_009, cached_tokens=64_007)),
    "at_272k": Shape(
        "a prompt of exactly 272,000 tokens", _chat(272_000, 1_009, cached_tokens=64_007)
    ),
    "over_272k": Shape("one token more", _chat(272_001, 1_009, cached_tokens=64_007)),
    "over_512k": Shape("beyond every threshold", _chat(600_011, 1_009, cached_tokens=64_007)),
    "batch": Shape("the batch prices", _chat(2_003, 1_009), "batch"),
    "batch_cached": Shape(
        "the batch prices of the cache", _chat(50_021, 1_009, cached_tokens=40_009), "batch"
    ),
    "batch_long": Shape(
        "the batch prices of the tier", _chat(300_007, 1_009, cached_tokens=64_007), "batch"
    ),
    "flex": Shape("the flex prices", _chat(50_021, 1_009, cached_tokens=40_009), "flex"),
    "peak_hour": Shape(
        "prices that change by the hour", _chat(2_003, 1_009), at="2026-11-23T02:30:00+00:00"
    ),
    "peak_hour_on_sunday": Shape(
        "prices that differ by weekday", _chat(2_003, 1_009), at="2026-11-22T02:30:00+00:00"
    ),
    "next_january": Shape(
        "prices announced for a later day", _chat(2_003, 1_009), at="2027-01-15T12:00:00+00:00"
    ),
    "priority": Shape(
        "the priority prices", _chat(50_021, 1_009, cached_tokens=40_009), "priority"
    ),
}

#: The tables of ``models.toml``: how their usage is written, and what they are asked.
TABLES: Mapping[str, tuple[Format, Mapping[str, Shape]]] = {
    "claude_api": ("anthropic", CLAUDE_SHAPES),
    "claude_on_clouds": ("anthropic", CLOUD_SHAPES),
    "others": ("openai", CHAT_SHAPES),
}


def subjects() -> Iterator[Subject]:
    """Every model of ``models.toml``: ``tariff = {litellm = "provider/model", ...}``."""
    document = tomllib.loads(MODELS.read_text(encoding="utf-8"))
    for table, (usage_format, shapes) in TABLES.items():
        for reference, names in document[table].items():
            peers = {peer: PeerName(*name.split("/", 1)) for peer, name in names.items()}
            yield Subject(reference, peers, usage_format, shapes)


def cases() -> list[Case]:
    """Every model with every shape it is asked."""
    return [
        Case(subject, name, shape)
        for subject in subjects()
        for name, shape in subject.shapes.items()
    ]
