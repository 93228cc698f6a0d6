"""Read any usage object: recognise its shape, take its counts, say what was not understood.

The shape is recognised from the whole set of fields. Where several shapes know as many of them, all
read the object: if they come to the same counts it does not matter which one it was, and if they do
not, the caller has to say (``usage_format``). A count under a name that the shape does not have is
returned as unread: it may be billed, and an answer that leaves it out must say so.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from decimal import Decimal
from itertools import islice
from typing import Any

from pricing.errors import InvalidRequest, is_plain_name
from pricing.money import multiply
from pricing.notices import Notice
from pricing.usage import meanings, sdk_shapes, shapes
from pricing.usage.buckets import (
    MAX_COUNT,
    WRITES_WITHOUT_SPLIT,
    Attempt,
    Quantity,
    StatedTerms,
    SummedUsage,
    Usage,
)
from pricing.usage.iterations import attempts_of, with_tools
from pricing.usage.meanings import Fields, Listed, Shape, UsageFormat
from pricing.usage.parsed import (
    CACHE_OUTSIDE,
    COMMITTED_CAPACITY,
    NOTHING_OPEN,
    Ambiguity,
    OpenQuestions,
    ParsedUsage,
    StatedCost,
    Unread,
)
from pricing.usage.recognition import camel, numbers, recognised
from pricing.usage.sdk_results import is_of_one_call
from pricing.usage.split import Counts, Split, split
from pricing.usage.stated import USD_PER_TICK, amount_of, charged
from pricing.usage.terms import COMMITTED_WORDS, GEOS, SPEEDS, TRAFFIC, WORDS, TierWord
from pricing.usage.tools import usage_of

#: How many unread counts, and how many unknown fields, one answer names.
MAX_NAMED = 20
#: A list in a usage object is read up to this length.
MAX_LIST = 100
_WORDS: Mapping[str, Mapping[str, Any]] = {
    meanings.TIER: WORDS,
    meanings.TRAFFIC: TRAFFIC,
    meanings.SPEED: SPEEDS,
    meanings.GEO: GEOS,
    meanings.SEARCH_CONTEXT: dict.fromkeys(("low", "medium", "high")),
    meanings.RESOLUTION: dict.fromkeys(("720p", "1080p", "4k")),
}
#: Words of which the provider, or the prices of the model, decide whether they are known.
_OPEN_WORDS = (meanings.TIER, meanings.RESOLUTION)
_INPUTS = (meanings.WHOLE, meanings.FRESH)
_OUTPUTS = (meanings.ANSWER, meanings.VISIBLE)
_OF_ALL = (meanings.CALLS, meanings.LONGEST_PROMPT, meanings.TOOL_USES)
_COSTS = (meanings.COST, meanings.COST_TICKS, meanings.COST_UPSTREAM)
_SECONDS = frozenset((meanings.AUDIO_SECOND, meanings.SECOND))
_FILMED = (meanings.SECOND, "video_second")
NOT_A_COUNT = "must be a whole number, written without quotes or a fraction"


def read_usage(
    raw: Any, usage_format: UsageFormat | None, pointer: str, kind: str | None = None
) -> ParsedUsage:
    """The disjoint buckets of a usage object, whatever reports it.

    ``kind`` is what the response around it calls itself in ``type`` or ``object``. Errors point
    below ``pointer``. Raises InvalidRequest for an object in which no count is known, for counts
    that contradict each other, and where two shapes would come to different prices.
    """
    if not isinstance(raw, dict):
        raise InvalidRequest.at(pointer, "must be an object: the provider's usage, as it came")
    own = _own_of(raw, usage_format, pointer, kind)
    if own is not None:
        return own
    readings: list[tuple[Shape, ParsedUsage]] = []
    refusal: InvalidRequest | None = None
    for shape in recognised(raw, usage_format, pointer, kind):
        try:
            readings.append((shape, _read_as(shape, raw, pointer)))
        except InvalidRequest as error:
            refusal = refusal or error
    if not readings:
        raise refusal or InvalidRequest.at(pointer, "is not a usage object")
    if len(readings) > 1:
        # A reading whose figures agree goes before one that needs an explanation.
        certain = [one for one in readings if one[1].open.certain]
        readings = certain or readings
    first, parsed = readings[0]
    for other, reading in readings[1:]:
        if reading.attempts != parsed.attempts:
            raise InvalidRequest.at(
                pointer,
                f"can be read as {first.name} or as {other.name}, which come to different"
                f' prices; say which: "usage_format": "{first.name}"',
            )
    return parsed


def _own_of(
    raw: dict[str, Any], usage_format: UsageFormat | None, pointer: str, kind: str | None
) -> ParsedUsage | None:
    """The provider's own usage that an SDK's has within; None where it has none of the same call.

    An SDK's may be the sum of several calls, and its own too.
    """
    wanted = None if usage_format == "vercel_ai" else usage_format
    for name in sdk_shapes.PROVIDERS_OWN:
        inner = raw.get(name)
        if not isinstance(inner, dict) or not _has_counts(inner, wanted, kind):
            continue
        if is_of_one_call(raw, inner):
            calls = {one: raw[one] for one in shapes.SUMS if one in raw}
            own = read_usage({**calls, **inner}, wanted, f"{pointer}/{name}", kind)
            return _with_unknown_of(own, {**raw, name: None}, pointer)
    return None


def _has_counts(raw: dict[str, Any], usage_format: UsageFormat | None, kind: str | None) -> bool:
    try:
        recognised(raw, usage_format, "", kind)
    except InvalidRequest:
        return False
    return True


def _with_unknown_of(own: ParsedUsage, outer: Mapping[str, Any], pointer: str) -> ParsedUsage:
    """The provider's own usage, with what an SDK's object around it has under unknown names."""
    taken = _Taken()
    shape = sdk_shapes.VERCEL_AI
    _take(taken, shape.fields, outer, pointer, "usage", shape)
    unread = tuple(islice((*own.unread, *_unread(taken)), MAX_NAMED))
    return replace(own, unread=unread, notices=(*own.notices, *_said(taken)))


@dataclass(slots=True)
class _Taken:
    """What a shape makes of an object's fields."""

    counts: Counts = field(default_factory=Counts)
    words: dict[str, tuple[str, str]] = field(default_factory=dict)
    costs: dict[str, StatedCost] = field(default_factory=dict)
    quantities: dict[str, Decimal] = field(default_factory=dict)
    #: Numbers that are about all of what the other fields count, with their pointers.
    of_all: dict[str, tuple[int, str]] = field(default_factory=dict)
    #: Path below the object, as a warning writes it; pointer; value.
    unknown: list[tuple[str, str, Any]] = field(default_factory=list)
    iterations: tuple[Any, str] | None = None
    own_key: bool | None = None

    def note_unknown(self, name: str, value: Any, pointer: str, path: str) -> None:
        """Note a field that the shape lacks; ``pointer`` and ``path`` lead to its object."""
        if is_plain_name(name):
            self.unknown.append((f"{path}.{name}", f"{pointer}/{name}", value))
        else:
            self.unknown.append((f"A field of {path}", pointer, value))


def _read_as(shape: Shape, raw: Mapping[str, Any], pointer: str) -> ParsedUsage:
    taken = _Taken()
    _take(taken, shape.fields_for(raw.keys()), raw, pointer, "usage", shape)
    # With iterations the top level is their sum, and its writes are not split as theirs are.
    counts = (
        taken.counts.without_ttls() if taken.iterations and taken.iterations[0] else taken.counts
    )
    found = split(counts.by_total() if shape.total_decides else counts)
    if found.cache_outside is not None and shape.prefixes:  # made by an SDK, whatever the model
        found = found._replace(cache_outside=None, notices=(*found.notices, CACHE_OUTSIDE))
    attempts: tuple[Attempt, ...]
    notices: tuple[Notice, ...] = found.notices
    if taken.iterations is not None and taken.iterations[0]:

        def read_one(one: Mapping[str, Any], here: str) -> Split:
            inner = _Taken(unknown=taken.unknown)
            path = f"usage.iterations[{here.rpartition('/')[2]}]"
            _take(inner, _ITERATION, one, here, path, shape)
            return split(inner.counts)

        attempts, more = attempts_of(
            taken.iterations[0], taken.counts, taken.iterations[1], read_one
        )
        notices = (*more, *notices)
    else:
        usage = found.usage
        calls, _ = taken.of_all.get(meanings.CALLS, (1, ""))
        if calls > 1:
            usage = SummedUsage(
                **{one.name: getattr(usage, one.name) for one in fields(Usage)},
                calls=calls,
                longest_prompt=taken.of_all.get(meanings.LONGEST_PROMPT, (0, ""))[0],
            )
        attempts = (Attempt(usage, undated_writes=found.undated_writes),)
    undated = any(attempt.undated_writes for attempt in attempts)
    tools = _tools_of(taken) if taken.quantities else Usage()
    fee = _request_fee(taken)
    if taken.quantities or fee:
        attempts = with_tools(attempts, replace(tools, units=(*tools.units, *fee)))
    understood = taken.counts or taken.quantities or taken.costs
    if not understood:
        raise InvalidRequest.at(pointer, "holds no count that is known; send the usage as it came")
    return ParsedUsage(
        attempts=attempts,
        served=_served(taken) if taken.words else StatedTerms(),
        notices=(*notices, *_said(taken)) if taken.words or taken.unknown else notices,
        assumptions=(WRITES_WITHOUT_SPLIT,) if undated else (),
        unread=tuple(islice(_unread(taken), MAX_NAMED)) if taken.unknown or taken.of_all else (),
        stated=charged(taken.costs, taken.own_key) if taken.costs else None,
        open=_open_questions(taken, shape, pointer, found, stated_units=bool(tools.units)),
    )


def _open_questions(
    taken: _Taken, shape: Shape, pointer: str, found: Split, *, stated_units: bool
) -> OpenQuestions:
    sdk_cache = None
    read = taken.counts[meanings.READ] if shape.name == "vercel_ai" else 0
    if 0 < read <= taken.counts[meanings.WHOLE] and taken.counts.keys().isdisjoint(_SDK_PARTS):
        here = taken.counts.pointers[meanings.READ]
        if here.endswith("cachedInputTokens"):
            sdk_cache = Ambiguity(here, "may be outside of inputTokens", read)
    # OpenAI's images endpoints list the images of the input, which are never cached, and no output.
    drawn = meanings.IMAGE_IN in taken.counts and taken.counts.keys().isdisjoint(_NOT_OF_IMAGES)
    inside = taken.counts.cache_inside() if shape.cache_in_doubt else 0
    if not (taken.words or found.questionable or sdk_cache or drawn or inside):
        return NOTHING_OPEN
    output_due = not (stated_units or shape.omits_zeros)
    tier = taken.words.get(meanings.TIER)
    return OpenQuestions(
        tier=TierWord(*tier) if tier else None,
        # Seconds of audio are tokens in the total too, and are not billed by those.
        rest=found.rest if _SECONDS.isdisjoint(taken.quantities) else None,
        cache_outside=found.cache_outside,
        reasoning_outside=found.reasoning_outside,
        sdk_cache=sdk_cache,
        cache_inside=inside,
        inside_by_total=inside > 0 and taken.counts.total_is_without_cache(),
        drawn=drawn,
        no_input=None if stated_units or found.input_stated else _missing(shape, _INPUTS, pointer),
        no_output=_missing(shape, _OUTPUTS, pointer)
        if output_due and not found.output_stated
        else None,
    )


def _missing(shape: Shape, side: Sequence[str], pointer: str) -> Ambiguity:
    """What to say where one side of a call is not stated."""
    name = next((name for name, meaning in shape.fields.items() if meaning in side), None)
    if name is None:
        return Ambiguity(
            pointer, "has a total only; send the counts of input and output that make it"
        )
    return Ambiguity(f"{pointer}/{name}", "is required; send 0 where there was none")


#: What version 6 of the AI SDK states of the input and version 5, which passes on the provider's
#: count, does not.
_SDK_PARTS = (meanings.FRESH, meanings.WRITE)
#: What a usage of OpenAI's images endpoints does not state.
_NOT_OF_IMAGES = (
    *(meanings.READ, meanings.FRESH, meanings.AUDIO_IN, meanings.VIDEO_IN, meanings.VISIBLE),
    *(meanings.REASONING, meanings.AUDIO_OUT, meanings.IMAGE_OUT, meanings.VIDEO_OUT),
)
#: An iteration has the counts of a call and says whose attempt it was.
_ITERATION: Fields = {
    **{
        name: meaning
        for name, meaning in shapes.ANTHROPIC.fields.items()
        if meaning in (meanings.FRESH, meanings.ANSWER, meanings.READ, meanings.WRITE)
        or isinstance(meaning, Mapping)
    },
    # Bifrost's
    "input_tokens_details": {
        "cached_read_tokens": meanings.READ,
        "cached_write_tokens": meanings.WRITE,
    },
    "type": meanings.NOTE,
    "model": meanings.NOTE,
}


def _take(
    taken: _Taken, fields: Fields, raw: Mapping[str, Any], pointer: str, path: str, shape: Shape
) -> None:
    """Sort an object's fields by what they count. Raises InvalidRequest for a bad value."""
    for name, value in raw.items():
        if value is None:
            continue
        meaning = fields.get(name)
        if meaning is None:
            meaning = fields.get(camel(name))
        if meaning is None:
            meaning = fields.get("*")
        if type(meaning) is str and meaning in meanings.TOKEN_COUNTS:
            here = f"{pointer}/{name}"
            plain = type(value) is int and 0 <= value <= MAX_COUNT
            taken.counts.add(meaning, value if plain else _count(value, here), here)
        elif meaning is None or meaning == meanings.UNPRICED:
            if shape.owns(name) and name not in meanings.LABELS:
                taken.note_unknown(name, value, pointer, path)
        elif isinstance(meaning, dict):
            _take_object(taken, meaning, name, value, pointer, path, shape)
        else:
            _take_other(taken, meaning, value, f"{pointer}/{name}", f"{path}.{name}")


def _take_object(
    taken: _Taken, fields: Fields, name: str, value: Any, pointer: str, path: str, shape: Shape
) -> None:
    """Take a member that is an object, a list of such objects, or a number in its place."""
    here = f"{pointer}/{name}"
    if isinstance(value, dict):
        _take(taken, fields, value, here, f"{path}.{name}", shape)
    elif isinstance(value, list) and fields.get("") != meanings.NOTE:
        _take_each(taken, fields, value, here, f"{path}.{name}", shape)
    elif "" in fields:
        _take(taken, {name: fields[""]}, {name: value}, pointer, path, shape)
    else:
        raise InvalidRequest.at(here, "must be an object")


def _take_each(
    taken: _Taken, fields: Fields, value: Any, pointer: str, path: str, shape: Shape
) -> None:
    """Take the sums of a list of objects: OpenAI's Agents SDK has the details of each request."""
    sums: Counter[str] = Counter()
    for here, number, one in _items(value, pointer):
        inner = _Taken(unknown=taken.unknown)
        _take(inner, fields, one, here, f"{path}[{number}]", shape)
        sums.update(inner.counts)
        for name, quantity in inner.quantities.items():
            taken.quantities[name] = taken.quantities.get(name, Decimal(0)) + quantity
    for meaning, count in sums.items():
        taken.counts.add(meaning, count, pointer)


def _take_other(taken: _Taken, meaning: Any, value: Any, here: str, path: str) -> None:
    """Take a field that is not a count of tokens."""
    if isinstance(meaning, Listed):
        _take_listed(taken, meaning, value, here, path)
    elif meaning in _WORDS:
        _take_word(taken, meaning, value, here)
    elif meaning in _COSTS:
        _take_cost(taken, meaning, value, here)
    elif meaning == meanings.ITERATIONS:
        taken.iterations = value, here
    elif meaning == meanings.OWN_KEY:
        taken.own_key = value if isinstance(value, bool) else None
    elif meaning == meanings.PART:
        _count(value, here)
    elif meaning in _OF_ALL:
        taken.of_all[meaning] = _count(value, here), here
    else:
        _take_named(taken, meaning, value, here)


def _take_named(taken: _Taken, meaning: str, value: Any, here: str) -> None:
    """Take a field whose meaning names a tool, a unit or a service tier."""
    kind, _, name = meaning.partition(":")
    if kind == "tool":
        _take_quantity(taken, name, _count(value, here), here)
    elif kind == "unit":
        _take_quantity(taken, name, value, here)
    elif kind == "served":
        _count(value, here)
        taken.words[meanings.TIER] = name, here


def _count(value: Any, pointer: str) -> int:
    if type(value) is not int:
        if type(value) is Decimal and 0 <= value <= MAX_COUNT and value == int(value):
            return int(value)  # some SDKs and exports write 12.0
        raise InvalidRequest.at(pointer, NOT_A_COUNT)
    if value < 0:
        raise InvalidRequest.at(pointer, "must be 0 or more")
    if value > MAX_COUNT:
        raise InvalidRequest.at(pointer, f"must be {MAX_COUNT} or less")
    return value


def _take_word(taken: _Taken, meaning: str, value: Any, pointer: str) -> None:
    known = _WORDS[meaning]
    if not isinstance(value, str) or (value not in known and meaning not in _OPEN_WORDS):
        words = ", ".join(f"'{word}'" for word in sorted(known) if word)
        raise InvalidRequest.at(pointer, f"must be one of {words}")
    taken.words[meaning] = value.lower() if meaning == meanings.TIER else value, pointer


def _take_cost(taken: _Taken, meaning: str, value: Any, pointer: str) -> None:
    """Note the provider's own charge; a value that is not an amount is ignored."""
    usd = amount_of(value)
    if usd is not None:
        usd = multiply(usd, USD_PER_TICK) if meaning == meanings.COST_TICKS else usd
        taken.costs[meaning] = StatedCost(usd, pointer)


def _take_quantity(taken: _Taken, component: str, value: Any, pointer: str) -> None:
    if value == {}:  # how Mistral's SDK writes a member that is not set
        return
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise InvalidRequest.at(pointer, "must be a number, written without quotes")
    if not 0 <= value <= MAX_COUNT:
        raise InvalidRequest.at(pointer, f"must be from 0 to {MAX_COUNT}")
    taken.quantities[component] = max(Decimal(value), taken.quantities.get(component, Decimal(0)))


def _items(value: Any, pointer: str) -> Iterator[tuple[str, int, Mapping[str, Any]]]:
    """The objects of a list, each with its pointer and number."""
    if not isinstance(value, list):
        raise InvalidRequest.at(pointer, "must be a list")
    if len(value) > MAX_LIST:
        raise InvalidRequest.at(pointer, f"must have at most {MAX_LIST} items")
    for number, one in enumerate(value):
        if not isinstance(one, dict):
            raise InvalidRequest.at(f"{pointer}/{number}", "must be an object")
        yield f"{pointer}/{number}", number, one


def _take_listed(taken: _Taken, meaning: Listed, value: Any, pointer: str, path: str) -> None:
    """Add up a list of counts by the word that each has."""
    sums: Counter[str] = Counter()
    for here, number, one in _items(value, pointer):
        part = meaning.of(one.get(meaning.word))
        if part is None:
            known = ", ".join(dict(meaning.parts))
            raise InvalidRequest.at(f"{here}/{meaning.word}", f"must be one of {known}")
        for name, count in one.items():
            if name in meaning.counts and part != meanings.UNPRICED and count is not None:
                sums[part] += _count(count, f"{here}/{name}")
            elif name != meaning.word:
                taken.note_unknown(name, count, here, f"{path}[{number}]")
    for part, total in sums.items():
        if part in meanings.TOKEN_COUNTS:
            taken.counts.add(part, total, pointer)
        elif part != meanings.PART:
            _take_quantity(taken, part.removeprefix("tool:"), total, pointer)


def _tools_of(taken: _Taken) -> Usage:
    """The quantities, and seconds of video with the resolution that chooses their price."""
    tools = usage_of(taken.quantities)
    if meanings.RESOLUTION not in taken.words:
        return tools
    word, here = taken.words[meanings.RESOLUTION]
    chosen = ((meanings.RESOLUTION, word),)
    units = (
        replace(one, selectors=chosen, named_at=here) if one.component in _FILMED else one
        for one in tools.units
    )
    return replace(tools, units=tuple(units))


def _request_fee(taken: _Taken) -> tuple[Quantity, ...]:
    """The fee of the request by its search context, which Perplexity bills and others do not."""
    if meanings.SEARCH_CONTEXT not in taken.words:
        return ()
    word, here = taken.words[meanings.SEARCH_CONTEXT]
    selectors = ((meanings.SEARCH_CONTEXT, word),)
    return (Quantity(meanings.REQUEST_FEE, Decimal(1), selectors, here),)


def _served(taken: _Taken) -> StatedTerms:
    """The terms whose words mean the same at every provider."""
    words = {meaning: word for meaning, (word, _) in taken.words.items()}
    traffic = TRAFFIC.get(words.get(meanings.TRAFFIC, ""), StatedTerms())
    tier = WORDS.get(words.get(meanings.TIER, ""), traffic)
    return replace(
        tier,
        speed=SPEEDS.get(words.get(meanings.SPEED, "")),
        inference_geo=GEOS.get(words.get(meanings.GEO, "")),
    )


def _said(taken: _Taken) -> Iterator[Notice]:
    """That capacity is paid for by commitment; one warning a field that is not known."""
    if taken.words.get(meanings.TRAFFIC, ("", ""))[0] in COMMITTED_WORDS:
        yield COMMITTED_CAPACITY
    named = dict.fromkeys(where for where, _, _ in taken.unknown)
    for where in islice(named, MAX_NAMED):
        yield Notice("usage_field_ignored", f"{where} is not known and was not priced.")


def _unread(taken: _Taken) -> Iterator[Unread]:
    uses, pointer = taken.of_all.get(meanings.TOOL_USES, (0, ""))
    if uses > sum(taken.quantities.values()):
        yield Unread(pointer, Decimal(uses))  # not all of them are listed
    for _, pointer, value in taken.unknown:
        for where, number in numbers(pointer, value):
            yield Unread(where, number)
