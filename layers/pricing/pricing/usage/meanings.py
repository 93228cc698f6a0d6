"""What a field of a usage object can count, and how a shape says so.

The counts of one call are related in the same way for every provider:

* ``WHOLE`` is the whole prompt and includes what was read from and written to a cache; ``FRESH``
  excludes both. A shape that states one of them need not state the other.
* ``ANSWER`` is the whole output and includes reasoning; ``VISIBLE`` excludes it.
* Audio, images and video are parts of the prompt or of the output; their ``..._CACHED`` counts are
  parts of what was read from the cache.
* ``IMAGE_APART`` and ``AUDIO_APART`` come on top of the input, as in Cohere's billed units and
  Mistral's transcriptions.
* ``TOOL_PROMPT`` (results of server tools that were fed back) comes on top of the prompt.
"""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import Any, Literal

from pricing.values import immutable

UsageFormat = Literal[
    "anthropic",
    "openai",
    "openai_responses",
    "openai_realtime",
    "gemini",
    "bedrock_converse",
    "cohere",
    "voyage",
    "mistral",
    "xai",
    "perplexity",
    "vercel_ai",
    "langchain",
    "otel_genai",
    "litellm",
    "langfuse",
]

#: Input.
WHOLE, FRESH, READ, WRITE = "whole", "fresh", "read", "write"
WRITE_5M, WRITE_1H, MISS, TOOL_PROMPT = "write_5m", "write_1h", "miss", "tool_prompt"
#: Writes of no stated time to live; all writes where none are listed by theirs.
WRITE_OTHER = "write_other"
AUDIO_IN, IMAGE_IN, VIDEO_IN = "audio_in", "image_in", "video_in"
AUDIO_CACHED, IMAGE_CACHED, VIDEO_CACHED = "audio_cached", "image_cached", "video_cached"
#: Images and audio that the count of input excludes.
IMAGE_APART, AUDIO_APART = "image_apart", "audio_apart"
#: Output. ``THINKING`` is a part of the answer that is never billed apart from it;
#: ``REASONING_APART`` is always on top of the answer.
ANSWER, VISIBLE, REASONING, THINKING = "answer", "visible", "reasoning", "thinking"
REASONING_APART, AUDIO_OUT, IMAGE_OUT, VIDEO_OUT = "apart", "audio_out", "image_out", "video_out"
#: The sum of the prompt and the output, in one of its variants.
TOTAL = "total"
TOKEN_COUNTS = frozenset(
    (
        *(WHOLE, FRESH, READ, WRITE, WRITE_5M, WRITE_1H, WRITE_OTHER, MISS, TOOL_PROMPT),
        *(
            AUDIO_IN,
            AUDIO_APART,
            IMAGE_IN,
            IMAGE_APART,
            VIDEO_IN,
            AUDIO_CACHED,
            IMAGE_CACHED,
            VIDEO_CACHED,
        ),
        *(ANSWER, VISIBLE, REASONING, THINKING, REASONING_APART, AUDIO_OUT, IMAGE_OUT, VIDEO_OUT),
        TOTAL,
    )
)
#: A known count that is a part of another one and never billed by itself, such as text tokens.
PART = "part"
#: What SDKs write into their usage of whose call it was and when.
LABELS = frozenset(
    (
        *("provider", "model", "model_name", "modelName", "label", "request_id", "id"),
        *("timestamp", "created_at", "cancelled", "speech_id"),
    )
)
#: A known field that counts nothing, or an object that repeats what stands elsewhere: not read.
NOTE = "note"
#: A quantity that is billed by no unit Tariff has a price for.
UNPRICED = "unpriced"
#: What the provider says it charged, in USD, in ticks of 1e-10 USD, or at its upstream (BYOK).
COST, COST_TICKS, COST_UPSTREAM = "cost", "cost_ticks", "cost_upstream"
#: Whether the provider was paid with a key of the caller's own, so that the cost is a fee only.
OWN_KEY = "own_key"
#: How many calls the counts are the sum of, and the longest prompt among them.
CALLS, LONGEST_PROMPT = "calls", "longest_prompt"
#: The number of all uses of server tools, which others count one by one.
TOOL_USES = "tool_uses"
#: Words that select a price.
TIER, TRAFFIC, SPEED, GEO = "service_tier", "traffic_type", "speed", "inference_geo"
SEARCH_CONTEXT, RESOLUTION = "search_context_size", "resolution"
#: The fee of one request, which Perplexity bills by the size of the search context.
REQUEST_FEE = "request_fee"
#: The unit of audio that transcription bills; and seconds of what the model makes or listens to.
AUDIO_SECOND, SECOND = "audio_second", "second"
#: A list with a reading of its own.
ITERATIONS = "iterations"


def served(tier: str) -> str:
    """A part of a count whose name says which service tier served the call."""
    return f"served:{tier}"


def tool(name: str) -> str:
    """Uses of a server tool, under the name that ``tool_uses`` has for it."""
    return f"tool:{name}"


def unit(component: str) -> str:
    """A quantity that is not a token count, such as seconds of audio."""
    return f"unit:{component}"


@immutable
class Listed:
    """A list of counts, each with a word that says what it counts: a modality, or a time to live.

    ``parts`` are words and what a count with each of them counts, ``"*"`` being any other word.
    """

    word: str
    parts: tuple[tuple[str, str], ...]
    #: The names under which an entry states its count.
    counts: tuple[str, ...]

    #: The words in the order of the numbers that Google's protocol buffers have for them.
    numbered: tuple[str, ...] = ()

    def of(self, stated: Any) -> str | None:
        """What a count with this word, or its number, counts; None if it cannot be one."""
        parts = dict(self.parts)
        if type(stated) is int and 0 <= stated < len(self.numbered):
            return parts[self.numbered[stated]]
        word = stated.rpartition(".")[2] if isinstance(stated, str) else ""
        return parts.get(word) or parts.get(word.upper(), parts.get("*"))


def by_modality(audio: str, image: str, video: str) -> Listed:
    """A list of ``{modality, tokenCount}``; text and documents are parts and nothing else."""
    billed = (("TEXT", PART), ("IMAGE", image), ("VIDEO", video), ("AUDIO", audio))
    parts = (*billed, ("DOCUMENT", PART), ("MODALITY_UNSPECIFIED", PART))
    numbered = ("MODALITY_UNSPECIFIED", "TEXT", "IMAGE", "VIDEO", "AUDIO", "DOCUMENT")
    return Listed("modality", parts, ("tokenCount", "token_count", "tokens"), numbered)


#: A field's meaning: what it counts, or the fields of an object. In an object "" is what the field
#: counts where it is a number instead, and "*" what every other name means.
Meaning = Any
Fields = Mapping[str, Meaning]


@immutable
class Shape:
    """One way to report the usage of a call.

    An object has one of the ``marks`` to be of this shape, and, where ``own`` is given, one of
    those too: they are what this shape alone has. ``borrowing`` are the fields together with some
    of other shapes, which are read only next to a name of ``borrowed_with``. Where ``prefixes`` are
    given, a name that begins otherwise is not usage. ``omits_zeros`` is set where a count that is
    missing is zero, ``total_decides`` where the total tells what the input and the output include,
    ``cache_in_doubt`` where the count of input that excludes the cache includes it for some models.
    """

    name: UsageFormat
    fields: Fields
    marks: frozenset[str]
    own: frozenset[str] = frozenset()
    borrowing: Fields | None = None
    borrowed_with: frozenset[str] = frozenset()
    prefixes: tuple[str, ...] = ()
    omits_zeros: bool = False
    total_decides: bool = False
    cache_in_doubt: bool = False

    def fits(self, names: AbstractSet[str]) -> bool:
        """Whether an object with these names may be of this shape."""
        return not self.marks.isdisjoint(names) and (not self.own or not self.own.isdisjoint(names))

    def fields_for(self, names: AbstractSet[str]) -> Fields:
        """The fields to read an object with these names by."""
        if self.borrowing is None or self.borrowed_with.isdisjoint(names):
            return self.fields
        return self.borrowing

    def owns(self, name: str) -> bool:
        """Whether a name that the shape does not have would be one of usage."""
        return not self.prefixes or name.startswith(self.prefixes)
