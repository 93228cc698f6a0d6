"""How the lines of one kind are read by column: where the parts of a call are.

``kind_of`` derives it from an example line, with the table of record formats and the rules by which
``records`` finds the parts of a record, so that both ways of reading have one description of each
format. Lines of a kind that it cannot describe are read one by one.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field, replace
from typing import Any

from pricing.errors import TariffError
from pricing.jsonio import value_at
from pricing.reports.dimensions import TAG, TAG_PARENTS, Dimension, paths_of
from pricing.reports.readers.counted import Steps, counted_at, empty_in, leaves_of
from pricing.reports.readers.flat import SEARCHES
from pricing.reports.readers.formats import FORMATS, FormatReader, says_nothing
from pricing.reports.readers.holders import (
    BY_COLUMN,
    OWN_TOOLS,
    SDK_SIGNS,
    costs_next_to,
    is_alone,
    signs_in,
    tiers_at,
)
from pricing.reports.readers.record_format import (
    Document,
    Found,
    RecordFormat,
    alternatives,
    at,
    further,
    is_call,
    marked,
    may_have,
    summands,
    unnamed,
)
from pricing.reports.readers.records import (
    CONTAINERS,
    COST_NAMES,
    RecordLayout,
    ignored_in,
    is_in_usd,
    is_own,
    layout_of,
    named,
    read_record,
)
from pricing.reports.readers.several import CLAUDE_CODE
from pricing.reports.source_formats import SourceFormat
from pricing.reports.sql import TERMS
from pricing.timestamps import EPOCH
from pricing.usage.meanings import TIER
from pricing.usage.response import is_batch_line
from pricing.usage.stated import COSTS
from pricing.usage.written import processing_of
from pricing.values import immutable

#: A value may be at one of several places, of which the first that has one counts.
Places = tuple[Steps, ...]
#: What a count is the sum of.
Sum = tuple[Places, ...]
#: The objects of a record in which a tool's record may be.
_HOLDERS: tuple[Steps, ...] = ((), ("data",), ("attributes",), ("info",))
#: Names at the top of records that are read by themselves, whatever else they hold.
_BY_THEMSELVES = frozenset(
    (
        *("payload", "attributes", "metrics", "resourceSpans", "resourceLogs", "modelUsage"),
        *("results", "op_name", "summary", "steps", "calls", "sums", "tier", "max_prompt_tokens"),
        *("tool_uses", *SEARCHES),
    )
)
_TOLD_BY = ("type", "object", "usage_format", "event")


@immutable
class ColumnPlan:
    """Where lines of one kind have the parts of a call, each by the names that lead to it.

    ``counts`` has, by what is counted, the ways in which it is stated. ``words`` are the terms that
    the answer states, ``asked`` those that the record does. Counts in ``loose`` lines may be
    written as text, and ids and labels as numbers. A line is read by itself if a value of ``none``
    is there and not 0, if one of ``empty`` is there and not as empty as in the example, if one of
    ``hidden`` is an object or a list, or if its text has one of ``signs``.
    """

    name: SourceFormat
    moment: Places
    request_id: Places
    #: Where the message's own id is, which goes before the id of its request.
    message_id: Places
    asked_model: Places
    served_model: Places
    endpoint: Places
    team: Places
    labels: tuple[Places, ...]
    counts: Mapping[str, tuple[Sum, ...]]
    #: The objects of labels that the line has, and whether the example's is written as text.
    tags: Mapping[str, bool] = field(default_factory=dict)
    cost: Places = ()
    words: Mapping[str, Places] = field(default_factory=dict)
    asked: Mapping[str, Places] = field(default_factory=dict)
    #: Tariff's own: what names the provider of a model without one, and what may say that the call
    #: was one of a batch; ``states_batch`` is whether the example's value says so, or the contrary.
    provider: Places = ()
    is_batch: Places = ()
    states_batch: bool = False
    parts: tuple[Sum, ...] = ()
    none: tuple[Sum, ...] = ()
    required: tuple[Sum, ...] = ()
    empty: Mapping[Steps, str] = field(default_factory=dict)
    hidden: tuple[Steps, ...] = ()
    refusal: Places = ()
    signs: tuple[str, ...] = ()
    omits_zeros: bool = False
    total_decides: bool = False
    cache_in_doubt: bool = False
    batch: bool = False
    loose: bool = False


#: What lines of one kind have in common: ``watched``, ``told_by`` and ``given`` of ``Kind``.
Compared = tuple[frozenset[Steps], frozenset[Steps], frozenset[Steps]]


@immutable
class Kind:
    """Lines like an example: those with the same names in the objects ``watched``.

    The values ``told_by`` are the same in all of them, and a value of ``given`` is there in all of
    them or in none. ``plan`` is None for lines that are not calls. ``ignored`` are the properties
    that are not read.
    """

    plan: ColumnPlan | None
    watched: frozenset[Steps]
    told_by: frozenset[Steps]
    given: frozenset[Steps]
    ignored: tuple[str, ...] = ()

    @property
    def compared(self) -> Compared:
        """What all of them have in common."""
        return self.watched, self.told_by, self.given


def kind_of(document: Any, wanted: SourceFormat | None, labels: Sequence[Dimension]) -> Kind | None:
    """The kind of lines that an example is of; None if they are read one by one."""
    if not isinstance(document, dict) or not _BY_THEMSELVES.isdisjoint(document):
        return None
    try:
        found = FormatReader(wanted, drops_failed=False).read(document)
        seen = _Seen(document)
        if not found:
            return seen.kind(None) if _no_call(document) else None
        plan = _plan_of(document, found, labels, seen)
        if plan is not None and any(one.startswith(TAG) for one in labels):
            tags = {name: document[name] for name in TAG_PARENTS if name in document}
            in_text = {n: isinstance(one, str) and one[:1] == "{" for n, one in tags.items()}
            plan = replace(plan, tags=in_text)
        if plan is not None and plan.empty:  # an empty object in place of a count is wrong
            read_record(found[0].record, EPOCH)
        ignored = [] if found[0].known else ignored_in(found[0].record)
        # Of a cost that is not read, each line is read by itself.
        ignored = [one for one in ignored if one not in COST_NAMES]
        return None if plan is None else seen.kind(plan, ignored)
    except TariffError:
        return None


def _plan_of(
    document: Document, found: Sequence[Found], labels: Sequence[Dimension], seen: "_Seen"
) -> ColumnPlan | None:
    if len(found) > 1 or found[0].unread or found[0].span is not None:
        return None
    if found[0].known is not None:
        return _plan_of_format(document, found[0].known, found[0].record, labels, seen)
    layout = layout_of(document)
    if layout is None or found[0].name not in BY_COLUMN:
        return None
    return _plan_of_layout(document, layout, found[0].name, labels, seen)


class _Seen:
    """Gathers what lines must have in common with an example to be read like it."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self._watched: set[Steps] = {()}
        self._told_by: set[Steps] = set()
        self._given: set[Steps] = set()
        self.hidden: set[Steps] = set()
        self.sound = True
        for name in _TOLD_BY:
            self.tell_by((name,))
        for container in CONTAINERS[1:]:
            self.watch(tuple(container.split(".")))
        self._other_formats()

    def kind(self, plan: ColumnPlan | None, ignored: Sequence[str] = ()) -> Kind | None:
        if not self.sound:
            return None
        watched, told_by = frozenset(self._watched), frozenset(self._told_by)
        return Kind(plan, watched, told_by, frozenset(self._given), tuple(ignored))

    def watch(self, steps: Steps) -> None:
        """Compare the names of an object, and of those around it."""
        for end in range(1, len(steps) + 1):
            if steps[0] in self.document:
                self._watched.add(steps[:end])

    def tell_by(self, steps: Steps) -> None:
        self.watch(steps[:-1])
        if steps[0] in self.document:
            self._told_by.add(steps)

    def place(self, holder: Steps, path: str) -> Steps | None:
        """Where a dotted path leads in lines of this kind; None where they have no such value.

        Objects that are not there, or are written as text, may be there in the next line: those
        lines are read by themselves.
        """
        here = value_at(self.document, holder)
        steps, rest = holder, path
        while isinstance(here, dict):
            self.watch(steps)
            if rest in here:
                return (*steps, rest)
            head = next((one for one in _heads(rest) if one in here), None)
            if head is None:
                return None
            here, steps, rest = here[head], (*steps, head), rest[len(head) + 1 :]
        if isinstance(here, list) or (isinstance(here, str) and here[:1] in ("{", "[")):
            self.sound = False
        self.hidden.add(steps)
        return None

    def places(self, holder: Steps, paths: str) -> Places:
        found = (self.place(holder, path) for path in alternatives(paths))
        return tuple(one for one in found if one is not None)

    def _other_formats(self) -> None:
        """The marks of every format that the line could be of show which one it is."""
        for holder in _HOLDERS:
            body: Any = self.document
            for name in holder:
                body = body.get(name)
            if not isinstance(body, dict):
                continue
            for known in FORMATS:
                if may_have(body, known.marks):
                    self.mark(holder, known)

    def mark(self, holder: Steps, known: RecordFormat) -> None:
        """Compare whether the marks of a format are there, and by which values it is a call."""
        for mark in known.marks:
            path, value, _ = mark.partition("=")
            for steps in self.places(holder, path):
                self._given.add(steps)
                if value:
                    self.tell_by(steps)
        for path in known.only:
            for steps in self.places(holder, path):
                self.tell_by(steps)


def _heads(path: str) -> Iterator[str]:
    """The names with which a dotted path may begin, the shortest first."""
    end = path.find(".")
    while end >= 0:
        yield path[:end]
        end = path.find(".", end + 1)


def _no_call(document: Document) -> bool:
    """Whether the names and values that are compared show that a line is not a call.

    Lines that a later one needs, such as those of a stream, are not meant.
    """
    if says_nothing(document) or document.get("type") in ("user", "summary", "system"):
        return True
    return any(marked(document, one.marks) and not is_call(one, document) for one in FORMATS)


def _plan_of_format(
    document: Document,
    known: RecordFormat,
    record: Mapping[str, Any],
    labels: Sequence[Dimension],
    seen: _Seen,
) -> ColumnPlan | None:
    """The plan of a format of the table; sums and names that become others are read singly."""
    holder = next((one for one in _HOLDERS if _marked_in(document, one, known)), None)
    terms = (
        *(known.calls, known.cents, known.tier, known.processing, known.speed),
        *(known.inference_geo, known.location),
    )
    if (
        holder is None
        or known.sums
        or known.server
        or any(seen.places(holder, one) for one in terms)
    ):
        return None
    for steps in seen.places(holder, known.currency):
        seen.tell_by(steps)
        if value_at(document, steps) not in (None, "USD"):
            return None
    usage = _usage_at(known, holder, record, seen)
    if usage is None:
        places = _apart(known, holder, seen)
    else:
        places = {steps: (((*usage, *steps),),) for steps in leaves_of(record["usage"])}
        for steps in places:
            seen.watch((*usage, *steps)[:-1])
    empty = {} if usage is None else empty_in(record["usage"])
    leaves = counted_at(places.keys() - empty.keys(), known.usage_format, None)
    if leaves is None:
        return None
    costs = (*(places[one][0][0] for one in leaves.costs), *seen.places(holder, known.cost))
    if len(costs) > 1:  # which of them counts depends on the others
        return None
    words_at = {term: places[steps][0] for term, steps in leaves.words.items()}
    kept = {alternatives(paths)[0]: seen.places(holder, paths) for paths in known.kept}
    if tiers := tiers_at(kept):
        words_at[TIER] = (*words_at.get(TIER, ()), *tiers)
    at_line = {name: seen.places(holder, paths) for name, paths in known.labels.items()}
    return ColumnPlan(
        name=known.name,
        moment=seen.places(holder, known.moment),
        request_id=seen.places(holder, known.request_id),
        message_id=(),
        asked_model=(),
        served_model=seen.places(holder, known.model),
        endpoint=at_line.get("endpoint", ()),
        team=at_line.get("team", ()),
        labels=tuple((*at_line.get(one, ()), *_label_places(one)) for one in labels),
        counts={
            count: tuple(places[steps] for steps in ways) for count, ways in leaves.counts.items()
        },
        cost=costs,
        words=words_at,
        parts=tuple(places[steps] for steps in leaves.parts),
        none=(
            *(places[steps] for steps in leaves.none),
            *(((steps,),) for steps in seen.places(holder, known.upstream)),
        ),
        required=tuple(places[steps] for steps in leaves.required),
        empty={
            **{(*(usage or ()), *steps): text for steps, text in empty.items()},
            **{places[steps][0][0]: text for steps, text in leaves.unset.items()},
        },
        hidden=tuple(sorted(seen.hidden)),
        omits_zeros=leaves.omits_zeros,
        total_decides=leaves.total_decides,
        cache_in_doubt=leaves.cache_in_doubt,
        signs=SDK_SIGNS if known.kept else (),
        loose=True,
    )


def _marked_in(document: Document, holder: Steps, known: RecordFormat) -> bool:
    body: Any = document
    for name in holder:
        body = body.get(name)
    return isinstance(body, dict) and marked(body, known.marks)


def _usage_at(
    known: RecordFormat, holder: Steps, record: Mapping[str, Any], seen: _Seen
) -> Steps | None:
    """Where the record's whole usage object is; None where its counts stand apart."""
    for steps in seen.places(holder, known.usage):
        if at(seen.document, ".".join(steps)) is record["usage"]:
            return steps
        seen.hidden.add(steps)
    return None


def _apart(known: RecordFormat, holder: Steps, seen: _Seen) -> dict[Steps, Sum]:
    """The places of counts that stand apart, by where they are in the usage made of them."""
    places: dict[Steps, Sum] = {}
    for name, paths in known.counts.items():
        found = tuple(seen.places(holder, one) for one in summands(paths))
        if any(found):
            places[tuple(name.split("/"))] = tuple(one for one in found if one)
    for path in unnamed(known, value_at(seen.document, holder)):
        for steps in seen.places(holder, path):
            inside = value_at(seen.document, steps)
            for inner in leaves_of(inside) if isinstance(inside, dict) else ((),):
                place = (*steps, *inner)
                seen.watch(place[:-1])
                places.setdefault((steps[-1], *inner), ((place,),))
    for rest in seen.places(holder, known.rest):
        inside = value_at(seen.document, rest)
        if isinstance(inside, dict):
            seen.watch(rest)
            more = {name: inside[name] for name in further(known, inside)}
            for steps in leaves_of(more):
                seen.watch((*rest, *steps)[:-1])
                places[steps] = (((*rest, *steps),),)
            break
        seen.hidden.add(rest)
    return places


def _plan_of_layout(
    document: Document,
    layout: RecordLayout,
    name: SourceFormat,
    labels: Sequence[Dimension],
    seen: _Seen,
) -> ColumnPlan | None:
    """The plan of a record with a provider's usage object, or of a response around one."""
    container = tuple(layout.container.split(".")) if layout.container else ()
    body = value_at(document, container)
    usage = tuple(layout.usage.split(".")) if layout.usage else ()
    held = body.get(usage[-1]) if usage else None
    is_tariffs = name == "tariff" and is_own(document)
    if not isinstance(held, dict) or is_alone(document, body, is_tariffs=is_tariffs):
        return None
    wanted = document.get("usage_format")
    words = [body.get(one) for one in ("type", "object")]
    kind = next((one for one in words if isinstance(one, str)), None)
    for word in ("type", "object"):
        seen.tell_by((*container, word))
    for steps in leaves_of(held):
        seen.watch((*usage, *steps)[:-1])
    seen.watch(usage)
    seen.watch((*container, COSTS[0][0]))
    empty = empty_in(held)
    leaves = counted_at({*leaves_of(held)} - empty.keys(), named(wanted), kind)
    if leaves is None:
        return None

    def one(path: str | None) -> Places:
        return (tuple(path.split(".")),) if path else ()

    def sums(found: Sequence[Steps]) -> tuple[Sum, ...]:
        return tuple((((*usage, *steps),),) for steps in found)

    costs = [(*usage, *steps) for steps in leaves.costs]
    costs += [] if is_tariffs and not is_in_usd(document) else costs_next_to(document, container)
    seen.tell_by(("currency",))
    for steps in leaves.own_keys:
        seen.tell_by((*usage, *steps))
    is_fee = any(value_at(held, steps) for steps in leaves.own_keys)
    if is_fee or len(costs) > 1:  # which of them counts depends on the others
        return None
    own = _CLAUDE_CODE if name == "claude_code" else {}
    of_messages = name == "claude_code" and document.get("type") in CLAUDE_CODE
    words_at: dict[str, Places] = {one: ((*usage, *at),) for one, at in leaves.words.items()}
    if tiers := tiers_at({name: [(*container, name)] for name in body}):
        words_at[TIER] = (*words_at.get(TIER, ()), *tiers)
    tools = [(*container, *steps) for steps in OWN_TOOLS if steps[0] in body]
    return ColumnPlan(
        name=name,
        moment=one(layout.moment),
        request_id=(("requestId",),) if of_messages else one(layout.request_id),
        message_id=(("message", "id"),) if of_messages else (),
        asked_model=one(layout.requested_model),
        served_model=one(layout.served_model),
        endpoint=(("endpoint",),),
        team=(("team",),),
        labels=tuple((*own.get(label, ()), *_label_places(label)) for label in labels),
        counts={count: sums(ways) for count, ways in leaves.counts.items()},
        cost=tuple(costs),
        words=words_at,
        asked={term: ((term,),) for term in TERMS if term in document},
        provider=one("provider" if is_tariffs and "provider" in document else None),
        is_batch=one("batch" if is_tariffs and "batch" in document else None),
        states_batch=processing_of("batch", document.get("batch") or "false") is not None,
        parts=sums(leaves.parts),
        none=(*sums(leaves.none), *(((steps,),) for steps in tools)),
        required=sums(leaves.required),
        empty={(*usage, *steps): text for steps, text in {**empty, **leaves.unset}.items()},
        hidden=tuple(sorted(seen.hidden)),
        refusal=((*container, "stop_reason"),) if "stop_reason" in body else (),
        signs=tuple(signs_in(body, held, leaves.counts)),
        omits_zeros=leaves.omits_zeros,
        total_decides=leaves.total_decides,
        cache_in_doubt=leaves.cache_in_doubt,
        batch=is_batch_line(document.keys(), layout.container),
    )


#: Where Claude Code has what other records name otherwise.
_CLAUDE_CODE: Mapping[str, Places] = {"session": (("sessionId",),), "project": (("cwd",),)}


def _label_places(label: Dimension) -> Places:
    return tuple((parent, name) if parent else (name,) for parent, name in paths_of(label))
