"""Turn counts that overlap into disjoint buckets, by one set of rules for every shape."""

from typing import NamedTuple, NoReturn

from pricing.errors import InvalidRequest
from pricing.notices import Notice
from pricing.usage.buckets import Usage
from pricing.usage.meanings import (
    ANSWER,
    AUDIO_APART,
    AUDIO_CACHED,
    AUDIO_IN,
    AUDIO_OUT,
    FRESH,
    IMAGE_APART,
    IMAGE_CACHED,
    IMAGE_IN,
    IMAGE_OUT,
    MISS,
    READ,
    REASONING,
    REASONING_APART,
    THINKING,
    TOOL_PROMPT,
    TOTAL,
    VIDEO_CACHED,
    VIDEO_IN,
    VIDEO_OUT,
    VISIBLE,
    WHOLE,
    WRITE,
    WRITE_1H,
    WRITE_5M,
    WRITE_OTHER,
)
from pricing.usage.parsed import Ambiguity

_CACHE = (READ, WRITE, WRITE_OTHER, WRITE_5M, WRITE_1H)
_WRITES = (WRITE, WRITE_OTHER, WRITE_5M, WRITE_1H)
_PROMPT_PARTS = (*_CACHE, AUDIO_IN, IMAGE_IN, VIDEO_IN)
_OUTPUT_PARTS = (REASONING, AUDIO_OUT, IMAGE_OUT, VIDEO_OUT)
#: What a pointer has in it if a count is in the details of another one.
_DETAILS = "_details/"
#: Why a part is refused when the whole it belongs to is missing.
_ALONE = "is a part of a count that is not stated; send both"
#: (prompt, cached) of each modality, in the order in which they are taken to be cached where no
#: count says so: audio, which has a price of its own, last.
_MODALITIES = ((IMAGE_IN, IMAGE_CACHED), (VIDEO_IN, VIDEO_CACHED), (AUDIO_IN, AUDIO_CACHED))
_OF_A_MODALITY = frozenset(meaning for both in _MODALITIES for meaning in both)


class Split(NamedTuple):
    """The buckets of one prompt and its answer, and what only the model decides."""

    usage: Usage
    rest: Ambiguity | None = None
    cache_outside: Ambiguity | None = None
    reasoning_outside: Ambiguity | None = None
    input_stated: bool = True
    output_stated: bool = True
    notices: tuple[Notice, ...] = ()
    #: Cache writes whose time to live is not stated, which are priced as writes of five minutes.
    undated_writes: int = 0

    @property
    def questionable(self) -> bool:
        """Whether the counts leave anything to the model to decide."""
        return (
            self.rest is not None
            or self.cache_outside is not None
            or self.reasoning_outside is not None
            or not (self.input_stated and self.output_stated)
        )


class Counts(dict[str, int]):
    """The counts of a usage object by their meaning, with the pointer each was found at.

    A count that is not stated is 0.
    """

    __slots__ = ("pointers",)

    def __init__(self) -> None:
        super().__init__()
        self.pointers: dict[str, str] = {}

    def __missing__(self, meaning: str) -> int:
        return 0

    def add(self, meaning: str, count: int, pointer: str) -> None:
        """Note a count. Under two names it must be the same; a zero is a default left unset.

        Raises InvalidRequest for two counts that contradict each other.
        """
        known = self.get(meaning)
        if known and count and known != count:
            raise InvalidRequest.at(
                pointer, f"is {count}, but {self.name(meaning)} is {known}; send figures that agree"
            )
        if not known:
            self[meaning] = count
        if not known or (count and _DETAILS in pointer):  # there it is certainly a part
            self.pointers[meaning] = pointer

    def cache_inside(self) -> int:
        """Return the cached tokens that a count of input next to them may include."""
        cached = self[READ] + self[WRITE]
        return cached if WHOLE not in self and cached <= self[FRESH] else 0

    def total_is_without_cache(self) -> bool:
        """Whether a total is stated that is the sum of the input and the output alone."""
        return TOTAL in self and self[TOTAL] == self[FRESH] + self[ANSWER]

    def without_ttls(self) -> "Counts":
        """The same counts without the breakdown of cache writes by their time to live."""
        kept = Counts()
        kept.pointers = self.pointers
        kept.update(self)
        for meaning in (WRITE_5M, WRITE_1H):
            kept.pop(meaning, None)
        return kept

    def by_total(self) -> "Counts":
        """The counts of a tracker, whose total tells what its input and its output include.

        They exclude cached tokens and reasoning, unless a tool passed on a provider's counts: then
        the total is what they add up to without those.
        """
        cached = sum(self[meaning] for meaning in _CACHE)
        written = cached - self[READ]
        apart, total = self[REASONING_APART], self[TOTAL]
        within = total - self[FRESH] - self[ANSWER]
        if not total or FRESH not in self or within == cached + apart:
            return self
        found = Counts()
        found.pointers = dict(self.pointers)
        found.update(self)
        if within in (0, apart) and 0 < cached <= self[FRESH]:
            found._rename(FRESH, WHOLE)
        elif within in (self[READ], self[READ] + apart) and written <= self[FRESH]:
            found[FRESH] -= written  # as LiteLLM passes them on
        if within in (0, cached) and 0 < apart <= self[ANSWER]:
            found._rename(REASONING_APART, REASONING)
        return found

    def with_thoughts_inside(self) -> tuple["Counts", tuple[Notice, ...]]:
        """The same counts, and what to say where the total shows that the answer has the thoughts.

        So do tools that write other models' usage in Gemini's names.
        """
        visible, total = self[VISIBLE], self[TOTAL]
        prompt = self[WHOLE] + self[TOOL_PROMPT] + self[AUDIO_APART]
        if ANSWER in self or not 0 < self[REASONING] <= visible or total != prompt + visible:
            return self, ()
        names = f"{self.name(REASONING)} within {self.name(VISIBLE)}"
        message = f"{self.name(TOTAL)} shows {names}: they are billed once."
        found = Counts()
        found.pointers = dict(self.pointers)
        found.update(self)
        found._rename(VISIBLE, ANSWER)
        return found, (Notice("reasoning_inside_output", message),)

    def _rename(self, meaning: str, other: str) -> None:
        self[other], self.pointers[other] = self.pop(meaning), self.pointers.pop(meaning)

    def name(self, meaning: str) -> str:
        """The field's own name."""
        return self.pointers[meaning].rpartition("/")[2]

    def refuse(self, meaning: str, detail: str) -> NoReturn:
        """Raise InvalidRequest at the field with this meaning."""
        raise InvalidRequest.at(self.pointers[meaning], detail)

    def left_of(self, wholes: tuple[str, ...], left: int, parts: tuple[str, ...]) -> int:
        """Return ``left``, what the parts of a whole leave of it; ``wholes`` are ways to state it.

        Raises InvalidRequest when it is negative: a credit that no provider grants.
        """
        if left < 0:
            stated = next((whole for whole in wholes if whole in self), None)
            if stated is None:
                part = next(part for part in parts if self[part])
                self.refuse(part, _ALONE)
            self.refuse(stated, self.exceeded(stated, parts))
        return left

    def exceeded(self, whole: str, parts: tuple[str, ...]) -> str:
        """Say that a whole is less than its parts."""
        stated = [part for part in parts if self[part]]
        names = " + ".join(self.name(part) for part in stated)
        total = sum(self[part] for part in stated)
        return f"is {self[whole]}, less than its parts {names} = {total}; send figures that agree"


def split(counts: Counts) -> Split:
    """The disjoint buckets of one prompt and its answer.

    Raises InvalidRequest for parts that exceed their whole and for totals that do not add up.
    """
    inside: tuple[Notice, ...] = ()
    if VISIBLE in counts and REASONING in counts:
        counts, inside = counts.with_thoughts_inside()
    stated = counts.get  # most counts are not stated
    write_5m, write_1h, undated = _writes(counts)
    read, written = stated(READ, 0), write_5m + write_1h
    cached = read + written
    apart = _cache_apart(counts, read, written)
    fresh, cache_outside = (apart[0], None) if apart else _fresh(counts, cached)
    modalities, (image_cached, audio_cached) = _by_modality(counts, fresh, cached)
    answer, reasoning = _answer(counts)
    rest, outside, notices = _reconcile(counts, fresh, cached, answer, reasoning)
    reasoning_outside = None
    if ANSWER in counts and not outside and counts[REASONING] > answer:
        outside = counts[REASONING]
        detail = counts.exceeded(ANSWER, _OUTPUT_PARTS)
        reasoning_outside = Ambiguity(counts.pointers[ANSWER], detail, outside)
    answer += outside
    spoken, drawn, filmed = stated(AUDIO_OUT, 0), stated(IMAGE_OUT, 0), stated(VIDEO_OUT, 0)
    text = answer - reasoning - spoken - drawn - filmed
    usage = Usage(
        input=counts.left_of((WHOLE, FRESH), fresh - sum(modalities), _PROMPT_PARTS)
        + stated(TOOL_PROMPT, 0),
        image_input=modalities[0] + stated(IMAGE_APART, 0),
        video_input=modalities[1],
        audio_input=modalities[2] + stated(AUDIO_APART, 0),
        cache_read=read - image_cached - audio_cached,
        audio_cache_read=audio_cached,
        image_cache_read=image_cached,
        cache_write_5m=write_5m,
        cache_write_1h=write_1h,
        output=counts.left_of((ANSWER, VISIBLE), text, _OUTPUT_PARTS),
        reasoning_output=reasoning,
        audio_output=spoken,
        image_output=drawn,
        video_output=filmed,
    )
    return Split(
        usage=usage,
        rest=rest,
        cache_outside=cache_outside,
        reasoning_outside=reasoning_outside,
        input_stated=WHOLE in counts or FRESH in counts or cached > 0,
        output_stated=ANSWER in counts or VISIBLE in counts or reasoning > 0,
        notices=(*apart[1:], *inside, *notices),
        undated_writes=undated,
    )


def _writes(counts: Counts) -> tuple[int, int, int]:
    """Cache writes of five minutes and of an hour, and how many of the former may be of an hour.

    ``WRITE`` is all of them; it exceeds those of a stated time to live where a stream went on
    writing after it had listed these. ``WRITE_OTHER`` is all of them or, where the writes of a
    stated time to live are listed next to it, those that are left: SDKs differ.
    """
    if counts.keys().isdisjoint(_WRITES):
        return 0, 0, 0
    write_5m, write_1h = counts[WRITE_5M], counts[WRITE_1H]
    other = counts[WRITE_OTHER]
    if WRITE_5M in counts or WRITE_1H in counts:
        both = write_5m + write_1h
        if WRITE in counts and counts[WRITE] < both:
            detail = f"is {counts[WRITE]}, but the 5m and 1h writes in cache_creation add up to"
            counts.refuse(WRITE, f"{detail} {both}; send figures that agree")
        left = 0 if other == both else other
        left = max(left, counts[WRITE] - both)
        return write_5m + left, write_1h, left
    written = counts[WRITE]
    if other and WRITE in counts and other != written:
        counts.refuse(WRITE_OTHER, f"is {other}, but {counts.name(WRITE)} is {written}; send one")
    written = written or other
    # OpenAI has one kind of cache write, so that nothing is assumed of ``cache_write_tokens``.
    unknown = written and (other or WHOLE not in counts or "creation" in counts.name(WRITE))
    return written, 0, written if unknown else 0


def _cache_apart(counts: Counts, read: int, written: int) -> tuple[()] | tuple[int, Notice]:
    """Fresh input and what to say of it, where the counts show that the prompt leaves cache out.

    The total shows it, by what it adds up to. LiteLLM counted what was read and not what was
    written, Claude's tokens until 2025-07 and Bedrock's until 2025-10; that is also shown by what
    was read being among the prompt's details, in which the writes do not fit.
    """
    whole, total, answer = counts[WHOLE], counts[TOTAL], counts[ANSWER]
    if ANSWER not in counts:
        answer = counts[VISIBLE] + counts[REASONING] + counts[REASONING_APART]
    cached = read + written
    if not cached or WHOLE not in counts or FRESH in counts or MISS in counts:
        return ()
    if total == whole + cached + answer:
        return whole, _apart(counts, "the cached tokens", "excluding them")
    details = {one for one in _CACHE if counts[one] and _DETAILS in counts.pointers[one]}
    detailed = details == {READ} and cached > whole
    if written and read <= whole and (detailed or total == whole + written + answer):
        reading = "including what was read from the cache and not the writes"
        return whole - read, _apart(counts, "the cache writes", reading)
    return ()


def _apart(counts: Counts, what: str, reading: str) -> Notice:
    name = counts.name(WHOLE)
    return Notice("cache_outside_prompt", f"{name} leaves out {what}: it is read as {reading}.")


def _fresh(counts: Counts, cached: int) -> tuple[int, Ambiguity | None]:
    """Input that is not cached, with an ``Ambiguity`` if it may exclude the cache."""
    if WHOLE not in counts:
        return counts[FRESH], None
    whole = counts[WHOLE]
    fresh = whole - cached
    if FRESH in counts and counts[FRESH] != fresh:
        sum_of = f"{counts.name(FRESH)} and the cached tokens"
        counts.refuse(
            WHOLE,
            f"is {whole}, but {sum_of} add up to {counts[FRESH] + cached}; send figures that agree",
        )
    if MISS in counts and counts[READ] + counts[MISS] != whole:
        names = f"{counts.name(READ)} and {counts.name(MISS)}" if READ in counts else "its parts"
        counts.refuse(
            WHOLE,
            f"is {whole}, but {names} add up to {counts[READ] + counts[MISS]};"
            " send figures that agree",
        )
    if cached > whole:
        return whole, Ambiguity(counts.pointers[WHOLE], counts.exceeded(WHOLE, _CACHE))
    return fresh, None


def _by_modality(
    counts: Counts, fresh: int, cached: int
) -> tuple[tuple[int, int, int], tuple[int, int]]:
    """Fresh images, video and audio; and the images and the audio among what was cached.

    Where no count says what was cached, cached tokens are of some modality all the same: what does
    not fit next to the others must be both. Text is cached first, audio last, so that audio is
    priced as cached only when it must have been. Images that are cached have a price of their own
    only where the usage states them, as the bills that were compared have it.
    """
    if counts.keys().isdisjoint(_OF_A_MODALITY):
        return (0, 0, 0), (0, 0)
    explicit = any(kept in counts for _, kept in _MODALITIES)
    both = max(cached + sum(counts[whole] for whole, _ in _MODALITIES) - fresh - cached, 0)
    both = min(both, cached)
    left, held = [], []
    for whole, cached_part in _MODALITIES:
        if explicit:
            kept = counts[cached_part]
            fresh_part = counts[whole] - kept if whole in counts else 0
            if fresh_part < 0:
                detail = f"is {counts[whole]}, less than its cached part {kept}"
                counts.refuse(whole, f"{detail}; send figures that agree")
        else:
            kept = min(both, counts[whole])
            both -= kept
            fresh_part = counts[whole] - kept
        left.append(fresh_part)
        held.append(kept)
    if explicit and sum(counts[part] for _, part in _MODALITIES) > counts[READ] and READ in counts:
        parts = tuple(part for _, part in _MODALITIES)
        counts.refuse(READ, counts.exceeded(READ, parts))
    image, video, audio = left
    heard = min(held[-1], counts[READ])
    drawn = min(held[0], counts[READ] - heard) if explicit else 0
    return (image, video, audio), (drawn, heard)


def _answer(counts: Counts) -> tuple[int, int]:
    """All output, and the reasoning in it."""
    stated = counts.get
    answer, apart = stated(ANSWER, 0), stated(REASONING_APART, 0)
    if stated(THINKING, 0) > answer:
        if ANSWER not in counts:
            counts.refuse(THINKING, _ALONE)
        counts.refuse(THINKING, f"is a part of {counts.name(ANSWER)} and cannot be larger")
    reasoning = stated(REASONING, 0) + apart
    if ANSWER in counts:
        return answer + apart, reasoning
    return stated(VISIBLE, 0) + reasoning, reasoning


def _reconcile(
    counts: Counts, fresh: int, cached: int, answer: int, reasoning: int
) -> tuple[Ambiguity | None, int, tuple[Notice, ...]]:
    """Compare the stated total with the parts: tokens it has and they lack, and why.

    Returns what is left over for the model to decide, the reasoning that the answer excludes, and
    what to say. Raises InvalidRequest for a total that is less than its parts.
    """
    total = counts.get(TOTAL)
    if not total:
        return None, 0, ()
    prompt = fresh + cached + counts[TOOL_PROMPT] + counts[AUDIO_APART]
    accepted = {prompt + answer, prompt + answer - counts[REASONING_APART]}
    if WHOLE in counts and fresh + cached != counts[WHOLE]:
        accepted.add(counts[WHOLE] + answer)  # what is outside of the prompt is not in the total
    if ANSWER in counts or WHOLE not in counts or fresh + cached != counts[WHOLE]:
        accepted.add(fresh + answer)  # gateways and SDKs that leave the cache out of the total
    if total in accepted:
        return None, 0, ()
    if ANSWER in counts and counts[REASONING] and total == prompt + answer + reasoning:
        name = counts.name(REASONING)
        message = f"{counts.name(TOTAL)} shows {name} next to {counts.name(ANSWER)}; both bill."
        return None, reasoning, (Notice("reasoning_outside_completion", message),)
    counted = prompt + answer
    cache = () if fresh + cached == counts.get(WHOLE) else _CACHE
    parts = " and ".join(
        counts.name(one)
        for one in (WHOLE, FRESH, *cache, ANSWER, VISIBLE)
        if one in counts and (counts[one] or one not in cache)
    )
    detail = f"is {total}, but {parts} add up to {counted}; send figures that agree"
    if not parts:
        detail = f"is {total}, but no count of input or output is stated; send both"
    if total < counted or (WHOLE not in counts and (cached or not parts)):
        counts.refuse(TOTAL, detail)
    return Ambiguity(counts.pointers[TOTAL], detail, total - counted), 0, ()
