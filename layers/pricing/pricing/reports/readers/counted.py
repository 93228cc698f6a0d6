"""What the leaves of a kind of usage object count, by the table of shapes, and the sums in SQL.

``counted`` asks ``pricing.usage`` what each leaf of an example means. ``BucketsSql`` has the rules
of ``pricing.usage.split`` over columns of those meanings, for calls that leave no question:
``certain`` says which do. Every other call is read by ``pricing.usage`` itself.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

from pricing.errors import InvalidRequest
from pricing.jsonio import put_at, value_at
from pricing.usage import meanings
from pricing.usage.meanings import NOTE, Listed, Shape, UsageFormat
from pricing.usage.recognition import recognised
from pricing.usage.sdk_shapes import PROVIDERS_OWN
from pricing.usage.tools import BUCKETS as TOOLS
from pricing.usage.tools import FREE_TOOLS
from pricing.values import immutable

Steps = tuple[str, ...]

_INPUTS, _OUTPUTS = ("whole", "fresh"), ("answer", "visible")
_CACHE = ("read", "write", "write_other", "write_5m", "write_1h")
#: What a leaf may count in a call that is read by column: tokens of text, and uses of two tools.
COUNTS = (
    *(*_INPUTS, *_CACHE, "miss", "tool_prompt", *_OUTPUTS, "reasoning", "apart", "thinking"),
    *("total", *TOOLS),
)
WORDS = (meanings.TIER, meanings.SPEED, meanings.GEO)
#: A leaf where an object or a list is expected, or a word of which columns do not know the meaning.
_OBJECT, _LIST, _WORD = "object", "list", "word"
#: What such a leaf may be, as JSON writes it, if it is not missing or null.
_INSTEAD = {_OBJECT: "{}", _LIST: "[]", _WORD: "null"}
_OTHER_WORDS = (meanings.TRAFFIC, meanings.SEARCH_CONTEXT, meanings.RESOLUTION)
#: Two ways to state a whole, and the parts of which there must be none for them to be the same.
_WAYS = ((_INPUTS, (*_CACHE, "miss", "tool_prompt")), (_OUTPUTS, ("reasoning", "apart")))


#: What stands for something else in a path of DuckDB, also within quotes.
_IN_NO_PATH = frozenset('"*')


@immutable
class CountedLeaves:
    """The leaves of a usage object, by their names within it.

    ``counts`` are by what they count, ``costs`` state a cost in USD, ``words`` are by the term that
    they state. A leaf of ``parts`` is a count that is not billed by itself. A call is certain only
    if every leaf of ``none`` is missing, null or 0, and every leaf of ``required`` is neither
    missing nor null. ``omits_zeros`` is set where a count of output that is missing is 0,
    ``total_decides`` where the total tells what the others include, ``cache_in_doubt`` where the
    input that excludes the cache includes it for some models.
    """

    counts: Mapping[str, tuple[Steps, ...]]
    costs: tuple[Steps, ...]
    words: Mapping[str, Steps]
    parts: tuple[Steps, ...]
    none: tuple[Steps, ...]
    #: Where an object, a list or a word is expected, and the JSON of one that says nothing.
    unset: Mapping[Steps, str]
    required: tuple[Steps, ...]
    #: What says that the cost is a gateway's fee.
    own_keys: tuple[Steps, ...]
    omits_zeros: bool
    total_decides: bool
    cache_in_doubt: bool


def counted(
    usage: Mapping[str, Any], usage_format: UsageFormat | None, kind: str | None
) -> CountedLeaves | None:
    """What the leaves of objects like this one count; None where columns cannot say.

    A leaf that is null can have another shape recognised. Where that would read the others in
    another way, the leaf is required.
    """
    names = _names(usage)
    shapes = _shapes(names, usage_format, kind)
    if not shapes:
        return None
    first, *others = (_meanings(shape, names) for shape in shapes)
    if any(meaning.startswith("served:") for meaning in first.values()):
        return None  # a name that is there says how the call was served
    main = {steps for steps, meaning in first.items() if meaning in (*_INPUTS, *_OUTPUTS)}
    required: list[Steps] = []
    for name in names:
        left = {other: one for other, one in names.items() if other != name}
        if (name,) not in main and not _read_alike(first, left, usage_format, kind):
            required.append((name,))
    least = {name: one for name, one in names.items() if (name,) in main}
    if not _read_alike(first, least, usage_format, kind):
        return None
    none: list[Steps] = []
    for other in others:
        for parts in _differences(first, other):
            none += [steps for steps, meaning in first.items() if meaning in parts]
        none += [steps for steps in first if not _alike(first[steps], other.get(steps, ""))]
    return _sorted(first, none, required, shapes)


def counted_at(
    names: Collection[Steps], usage_format: UsageFormat | None, kind: str | None
) -> CountedLeaves | None:
    """What the leaves of an object with these names count."""
    usage: dict[str, Any] = {}
    for steps in names:
        put_at(usage, steps, 1)
    return counted(usage, usage_format, kind)


def _names(usage: Mapping[str, Any]) -> dict[str, Any]:
    """The same object with a 1 for every value."""
    return {name: _names(value) if isinstance(value, dict) else 1 for name, value in usage.items()}


def _shapes(
    names: Mapping[str, Any], usage_format: UsageFormat | None, kind: str | None
) -> list[Shape]:
    try:
        return list(recognised(names, usage_format, "/usage", kind))
    except InvalidRequest:
        return []


def _meanings(shape: Shape, names: Mapping[str, Any]) -> dict[Steps, str]:
    return dict(_leaves(shape, shape.fields_for(names.keys()), names))


def _leaves(
    shape: Shape, fields: meanings.Fields, names: Mapping[str, Any], at: Steps = ()
) -> Iterator[tuple[Steps, str]]:
    """What a shape takes each leaf for; ``""`` for what it does not know."""
    for name, value in names.items():
        steps = (*at, name)
        meaning = fields.get(name, fields.get("*"))
        if isinstance(meaning, dict):
            if isinstance(value, dict):
                yield from _leaves(shape, meaning, value, steps)
                continue
            meaning = meaning.get("", _OBJECT)
        elif isinstance(meaning, Listed):
            meaning = _LIST
        elif meaning in _OTHER_WORDS:
            meaning = _WORD
        if meaning is None and not shape.owns(name):
            continue
        # What the first is a part of depends on the model's provider; the others count all again.
        if name == "cachedInputTokens" or name in PROVIDERS_OWN:
            meaning = None
        known = isinstance(meaning, str) and (meaning == NOTE or not isinstance(value, dict))
        yield steps, meaning.removeprefix("tool:") if known else ""


def _alike(meaning: str, other: str) -> bool:
    return meaning == other or any({meaning, other} <= {*ways} for ways, _ in _WAYS)


def _differences(
    first: Mapping[Steps, str], other: Mapping[Steps, str]
) -> Iterator[tuple[str, ...]]:
    """The parts of which there must be none, so that both readings come to the same."""
    for ways, parts in _WAYS:
        if any(first[one] != other.get(one) for one in first if first[one] in ways):
            yield parts


def _read_alike(
    first: Mapping[Steps, str],
    names: Mapping[str, Any],
    usage_format: UsageFormat | None,
    kind: str | None,
) -> bool:
    """Whether every shape of an object with these names reads it as the whole one is read."""
    for shape in _shapes(names, usage_format, kind):
        other = _meanings(shape, names)
        same = {steps: first[steps] for steps in other if steps in first}
        if len(same) < len(other) or not all(_alike(same[one], other[one]) for one in other):
            return False
        counts = {*same.values()}
        if any(not counts.isdisjoint(parts) for parts in _differences(same, other)):
            return False
    return True


def _sorted(
    first: Mapping[Steps, str], none: list[Steps], required: list[Steps], shapes: list[Shape]
) -> CountedLeaves | None:
    omits_zeros = all(shape.omits_zeros for shape in shapes)
    counts: dict[str, list[Steps]] = {}
    words: dict[str, Steps] = {}
    parts: list[Steps] = []
    for steps, meaning in first.items():
        if steps in none or meaning in (NOTE, meanings.COST, meanings.OWN_KEY, *_INSTEAD):
            continue
        if meaning in COUNTS:
            counts.setdefault(meaning, []).append(steps)
        elif meaning in WORDS and meaning not in words:
            words[meaning] = steps
        elif meaning == meanings.PART or meaning in FREE_TOOLS:
            parts.append(steps)
        else:
            none.append(steps)
    if meanings.IMAGE_IN in first.values():  # images without cached tokens are another endpoint's
        if meanings.READ not in counts:
            return None
        required += counts[meanings.READ][:1]
    if counts.keys().isdisjoint(_INPUTS) or (
        counts.keys().isdisjoint(_OUTPUTS) and not omits_zeros
    ):
        return None
    return CountedLeaves(
        counts={meaning: tuple(leaves) for meaning, leaves in counts.items()},
        costs=tuple(steps for steps, meaning in first.items() if meaning == meanings.COST),
        words=words,
        parts=tuple(parts),
        none=tuple(dict.fromkeys(none)),
        unset={one: _INSTEAD[kind] for one, kind in first.items() if kind in _INSTEAD},
        required=tuple(required),
        own_keys=tuple(one for one, meaning in first.items() if meaning == meanings.OWN_KEY),
        omits_zeros=omits_zeros,
        total_decides=any(shape.total_decides for shape in shapes),
        cache_in_doubt=any(shape.cache_in_doubt for shape in shapes),
    )


def leaves_of(usage: Mapping[str, Any], at: Steps = ()) -> Iterator[Steps]:
    """Where a usage object has values, by the names that lead to each.

    Raises InvalidRequest for a name that a path of DuckDB cannot have.
    """
    for name, value in usage.items():
        if not name or not _IN_NO_PATH.isdisjoint(name):
            raise InvalidRequest.at("/usage", "has a name that columns are not read by")
        if value and isinstance(value, dict):
            yield from leaves_of(value, (*at, name))
        else:
            yield (*at, name)


def empty_in(usage: Mapping[str, Any]) -> dict[Steps, str]:
    """The empty objects and lists of a usage object, as JSON writes them."""
    values = {steps: value_at(usage, steps) for steps in leaves_of(usage)}
    return {steps: "{}" if one == {} else "[]" for steps, one in values.items() if one in ({}, [])}


class BucketsSql:
    """How to compute the buckets from the columns ``of_<count>``, each a count or NULL.

    ``known`` says which counts there are at all.
    """

    def __init__(self, known: Callable[[str], bool]) -> None:
        self._known = known
        apart = [self._number(count) for count in ("reasoning", "apart") if known(count)]
        self._reasoned = f"({' + '.join(apart)})" if apart else "0"
        written = (f"{self._given(f'write_{ttl}')} IS NOT NULL" for ttl in ("5m", "1h"))
        self._split = f"({' OR '.join(written)})"
        self._any_written = any(map(known, ("write", "write_other", "write_5m", "write_1h")))

    def _given(self, count: str) -> str:
        return f"of_{count}" if self._known(count) else "CAST(NULL AS BIGINT)"

    def _number(self, count: str) -> str:
        return f"COALESCE(of_{count}, 0)" if self._known(count) else "0"

    def steps(self) -> list[dict[str, str]]:
        """Columns to add, one step after the other."""
        number, whole = self._number, self._given("whole")
        writes = (
            f"CASE WHEN {self._split} THEN {number('write_5m')}"
            f" ELSE COALESCE(NULLIF({self._given('write')}, 0), {number('write_other')}) END"
        )
        answered = f"{number('visible')} + {self._reasoned}"
        if self._known("answer"):
            whole_answer = f"of_answer + {number('apart')}"
            answered = f"CASE WHEN of_answer IS NULL THEN {answered} ELSE {whole_answer} END"
        return [
            {"writes": writes if self._any_written else "0"},
            {"cached": f"{number('read')} + writes + {number('write_1h')}", "answered": answered},
            {
                "uncached": f"CASE WHEN {whole} IS NULL THEN {number('fresh')}"
                f" ELSE {whole} - cached END"
            },
        ]

    def buckets(self) -> dict[str, str]:
        """The buckets, by the columns of ``steps``."""
        return {
            "input": f"uncached + {self._number('tool_prompt')}",
            "cache_read": self._number("read"),
            "cache_write_5m": "writes" if self._any_written else "0",
            "cache_write_1h": self._number("write_1h"),
            "output": f"answered - {self._reasoned}",
            "reasoning_output": self._reasoned,
            **{tool: self._number(tool) for tool in TOOLS},
        }

    def certain(self) -> Iterator[str]:
        """What must hold for a call to be certain."""
        known, given, number = self._known, self._given, self._number
        whole, split = given("whole"), self._split
        yield f"({whole} IS NOT NULL OR {given('fresh')} IS NOT NULL)"
        yield f"(omits_zeros OR {given('answer')} IS NOT NULL OR {given('visible')} IS NOT NULL)"
        yield "uncached >= 0"
        yield f"answered >= {self._reasoned}"
        if known("fresh") and (known("read") or known("write")):
            yield f"NOT (cache_in_doubt AND cached > 0 AND {number('fresh')} >= cached)"
        both = f"({number('write_5m')} + {number('write_1h')})"
        other, written = number("write_other"), given("write")
        if known("write_5m") or known("write_1h"):
            yield f"(NOT {split} OR {written} IS NULL OR {written} = {both})"
        if known("write_other"):
            yield (
                f"({other} = 0 OR CASE WHEN {split} THEN {other} = {both}"
                f" ELSE {written} IS NULL OR {written} = {other} END)"
            )
        if known("whole") and known("fresh"):
            yield f"({whole} IS NULL OR of_fresh IS NULL OR of_fresh = uncached)"
        if known("miss"):
            yield f"({whole} IS NULL OR of_miss IS NULL OR {number('read')} + of_miss = {whole})"
        if known("thinking"):
            yield f"{number('thinking')} <= {number('answer')}"
        if known("total"):
            prompt = f"uncached + cached + {number('tool_prompt')}"
            yield (
                f"(COALESCE(of_total, 0) IN (0, {prompt} + answered) OR (NOT total_decides"
                f" AND (of_total = {prompt} + answered - {number('apart')}"
                f" OR ({whole} IS NULL AND of_total = uncached + answered))))"
            )
