"""What one call used, as disjoint buckets, and how it was served."""

from collections.abc import Collection, Mapping
from dataclasses import field, fields, replace
from decimal import Decimal
from typing import Any, Literal, get_args

from pricing.values import immutable

Processing = Literal["standard", "batch", "priority", "flex"]
Speed = Literal["standard", "fast"]
InferenceGeo = Literal["global", "us"]
#: What each term may be; where none is stated, it is the first.
TERM_CHOICES: Mapping[str, tuple[str, ...]] = {
    "processing": get_args(Processing),
    "speed": get_args(Speed),
    "inference_geo": get_args(InferenceGeo),
}

#: No single count of anything is larger than this.
MAX_COUNT = 10**12
#: The default time to live, and what is left of the split when a stream sends its totals alone.
WRITES_WITHOUT_SPLIT = "Cache writes of no stated time to live are priced as five minute writes."


@immutable
class Quantity:
    """Something billed that is not a token: ``count`` of ``component``.

    ``component`` names what is counted (``audio_second``, ``image``, ``file_search``, ...);
    ``selectors`` are what chooses among its prices (size, quality, resolution, ...), in order;
    ``named_at`` points at the object that states them.
    """

    component: str
    count: Decimal
    selectors: tuple[tuple[str, str], ...] = ()
    named_at: str = field(default="/usage", compare=False)


@immutable
class Usage:
    """Counts that do not overlap: each token is in exactly one bucket.

    ``input`` is neither read from nor written to a cache. ``output`` includes thinking, which
    providers bill as output; only where a provider prices it apart does ``reasoning_output``
    hold it instead. Audio, image and video buckets hold what the text buckets then do not. Server
    tools are counted per use; ``units`` holds what is billed by anything else, such as seconds
    of audio or images. The prompt, which decides the long-context tier and fills the
    context window, is every input bucket together.
    """

    input: int = 0
    audio_input: int = 0
    image_input: int = 0
    video_input: int = 0
    cache_read: int = 0
    audio_cache_read: int = 0
    image_cache_read: int = 0
    cache_write_5m: int = 0
    cache_write_1h: int = 0
    output: int = 0
    reasoning_output: int = 0
    audio_output: int = 0
    image_output: int = 0
    video_output: int = 0
    web_search: int = 0
    code_execution: int = 0
    units: tuple[Quantity, ...] = ()

    @classmethod
    def of(cls, counts: Mapping[str, int]) -> "Usage":
        """The usage with these counts, by the name of their bucket."""
        buckets: Mapping[str, Any] = counts
        return cls(**buckets)

    def changed(self, **counts: int) -> "Usage":
        """The same usage with other counts in these buckets."""
        buckets: Mapping[str, Any] = counts
        changed: Usage = replace(self, **buckets)
        return changed

    def cut(self, limit: int) -> "Usage":
        """Return the same usage with at most so many tokens of text output, reasoning included."""
        over = max(self.output + self.reasoning_output - limit, 0)
        text = min(over, self.output)
        return self.changed(
            output=self.output - text, reasoning_output=self.reasoning_output - (over - text)
        )

    def without(self, components: Collection[str]) -> "Usage":
        """Return the same usage without these buckets and quantities."""
        emptied: Mapping[str, Any] = {
            one.name: one.default for one in fields(self) if one.name in components
        }
        units = tuple(one for one in self.units if one.component not in components)
        without: Usage = replace(self, **emptied, units=units)
        return without

    @property
    def prompt_tokens(self) -> int:
        """All input tokens: fresh, read from cache and written to cache, of any modality."""
        return (
            self.input
            + self.audio_input
            + self.image_input
            + self.video_input
            + self.cache_read
            + self.audio_cache_read
            + self.image_cache_read
            + self.cache_write_5m
            + self.cache_write_1h
        )

    @property
    def sum_of(self) -> int:
        """How many calls the counts are the sum of."""
        return 1

    @property
    def mean_prompt_tokens(self) -> int:
        """The prompt tokens of a mean call, rounded up, where the counts are a sum of calls."""
        return -(-self.prompt_tokens // self.sum_of)

    @property
    def cached_tokens(self) -> int:
        """Text tokens read from a cache or written to one."""
        return self.cache_read + self.cache_write_5m + self.cache_write_1h

    def tools(self) -> "Usage":
        """The uses of server tools alone, and what is not counted in tokens."""
        return Usage(
            web_search=self.web_search, code_execution=self.code_execution, units=self.units
        )

    @property
    def output_tokens(self) -> int:
        """All output tokens, of any modality, reasoning included."""
        return (
            self.output
            + self.reasoning_output
            + self.audio_output
            + self.image_output
            + self.video_output
        )

    @property
    def mean_output_tokens(self) -> int:
        """The output tokens of a mean call, rounded up."""
        return -(-self.output_tokens // self.sum_of)


@immutable
class SummedUsage(Usage):
    """The counts of several calls added up, as usage APIs and agents report them.

    ``longest_prompt`` is the prompt of the longest of them, 0 where it is not stated.
    """

    calls: int = 1
    longest_prompt: int = 0

    @property
    def sum_of(self) -> int:
        """How many calls the counts are the sum of."""
        return self.calls


AttemptKind = Literal["message", "compaction", "advisor_message", "fallback_message"]


@immutable
class Attempt:
    """One prompt and its answer inside a call; most calls are one attempt.

    Each is priced alone, since a long-context tier looks at one prompt. ``model`` is None for
    the call's own model; where it is named, ``named_at`` points at the name in the request.
    ``serving`` attempts gave the answer; compactions, advisors and attempts that were declined
    on the way to it did not.
    """

    usage: Usage
    kind: AttemptKind = "message"
    model: str | None = None
    serving: bool = True
    named_at: str = field(default="/model", compare=False)
    #: Five minute writes of the usage that may be writes of an hour: their time is not stated.
    undated_writes: int = field(default=0, compare=False)

    @property
    def declined(self) -> bool:
        """Whether this began to answer, and another model was then fallen back to."""
        return self.kind in ("message", "fallback_message") and not self.serving


def moved(attempt: Attempt, tokens: int, bucket: str) -> Attempt:
    """The attempt with so many of its plain input tokens in another bucket instead."""
    if bucket == "input":
        return attempt
    usage = attempt.usage
    held: int = getattr(usage, bucket)
    changed = usage.changed(**{"input": usage.input - tokens, bucket: held + tokens})
    return replace(attempt, usage=changed)


@immutable
class Terms:
    """How a call is processed, which together selects the price list and its multipliers."""

    processing: Processing = "standard"
    speed: Speed = "standard"
    inference_geo: InferenceGeo = "global"


@immutable
class StatedTerms:
    """The terms that a caller or a provider stated; None for those they did not state."""

    processing: Processing | None = None
    speed: Speed | None = None
    inference_geo: InferenceGeo | None = None


def asked_anew(attempts: tuple[Attempt, ...]) -> tuple[Attempt, ...]:
    """The same call asked of another model: whatever served, that model would answer instead.

    Attempts that were declined on the way say nothing about another model and are left out;
    compactions and advisors stay.
    """
    if all(one.serving and one.model is None for one in attempts):
        return attempts
    return tuple(
        replace(one, kind="message", model=None) if one.serving else one
        for one in attempts
        if not one.declined
    )


def settle(requested: StatedTerms, served: StatedTerms) -> tuple[Terms, tuple[str, ...]]:
    """What was served wins over what was asked for; also the names on which they differ."""
    terms = Terms(
        served.processing or requested.processing or "standard",
        served.speed or requested.speed or "standard",
        served.inference_geo or requested.inference_geo or "global",
    )
    differing = tuple(
        name
        for name in TERM_CHOICES
        if (asked := getattr(requested, name)) is not None and asked != getattr(terms, name)
    )
    return terms, differing
