"""What one call used, as disjoint buckets, and how it was served."""

from dataclasses import dataclass, fields
from typing import Literal

Processing = Literal["standard", "batch", "priority", "flex"]
Speed = Literal["standard", "fast"]
InferenceGeo = Literal["global", "us"]

#: No single count of anything is larger than this.
MAX_COUNT = 10**12

PROMPT_BUCKETS = ("input", "cache_read", "cache_write_5m", "cache_write_1h")


@dataclass(frozen=True, slots=True)
class Usage:
    """Counts that do not overlap: each token is in exactly one bucket.

    ``input`` is neither read from nor written to a cache. ``output`` includes thinking, which
    providers bill as output. Server tools are counted per use. The prompt, which decides the
    long-context tier and fills the context window, is the four input buckets together.
    """

    input: int = 0
    cache_read: int = 0
    cache_write_5m: int = 0
    cache_write_1h: int = 0
    output: int = 0
    web_search: int = 0
    code_execution: int = 0

    @property
    def prompt_tokens(self) -> int:
        """All input tokens: fresh, read from cache and written to cache."""
        return self.input + self.cache_read + self.cache_write_5m + self.cache_write_1h


@dataclass(frozen=True, slots=True)
class Terms:
    """How a call is processed, which together selects the price list and its multipliers."""

    processing: Processing = "standard"
    speed: Speed = "standard"
    inference_geo: InferenceGeo = "global"


@dataclass(frozen=True, slots=True)
class ServedTerms:
    """The terms a provider reported; None where its usage object does not say."""

    processing: Processing | None = None
    speed: Speed | None = None
    inference_geo: InferenceGeo | None = None

    def over(self, requested: Terms) -> tuple[Terms, tuple[str, ...]]:
        """What was served wins over what was asked; also the names that differed."""
        terms = Terms(
            self.processing or requested.processing,
            self.speed or requested.speed,
            self.inference_geo or requested.inference_geo,
        )
        if terms == requested:
            return requested, ()
        return terms, tuple(
            field.name
            for field in fields(Terms)
            if getattr(terms, field.name) != getattr(requested, field.name)
        )
