"""A refresh as a value: the active book and what the sources answered in, what to store out.

Nothing here fetches or stores, and nothing is removed. The answer holds at most two books: one
with what is believed, ready to be active, and one with what a person could approve on top of it.
Both ids are made from the day and the content, so the same event makes the same versions again.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from pricing.catalogue.checks import problems_in
from pricing.catalogue.price_book import PriceBook
from pricing.errors import TariffError
from pricing.jsonio import canonical_json, digest
from pricing.money import plain
from pricing.refresh.candidates import OPENROUTER, Candidates, Read
from pricing.refresh.guard import Verdict, decide
from pricing.refresh.memory import Memory
from pricing.refresh.review import sources_of
from pricing.sources import bedrock as sources_bedrock
from pricing.sources import genai_prices as sources_genai_published
from pricing.sources import litellm as sources_litellm
from pricing.sources import openrouter as sources_openrouter
from pricing.sources.bedrock import AWS
from pricing.sources.merge import Row
from pricing.sources.payload import Findings, Payload, SourceRefused
from pricing.sources.rows import PACKAGES, key_of_row, names_of
from pricing.versions.proposals import CODES, QuarantinedField

#: Prices announced for later than this are not believed by themselves.
HORIZON = timedelta(days=366)
#: A model's mark is worth a version of its own once it has been gone for this long.
MARK_AFTER = timedelta(days=7)
#: When more models wait than this, it is a source that needs looking at, not their prices.
APPROVABLE_AT_ONCE = 100
READERS = {
    "genai-prices": sources_genai_published.read,
    "litellm": sources_litellm.read,
    OPENROUTER: sources_openrouter.read,
    AWS: sources_bedrock.read,
}
#: The sources that make candidates. Without either there is nothing to refresh from.
LISTS = tuple(PACKAGES.values())


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What to do after a refresh. ``clean`` is to become active, ``held`` to wait; None: nothing.

    ``complete`` says whether both public lists answered, were read, and were whole.
    """

    clean: PriceBook | None
    held: PriceBook | None
    changes: tuple[Mapping[str, Any], ...]
    added: tuple[str, ...]
    waiting: tuple[QuarantinedField, ...]
    missing: Mapping[str, str]
    compared: int
    complete: bool
    memory: Memory


def refresh(
    active: PriceBook,
    payloads: Iterable[Payload],
    rules: Mapping[str, Any],
    memory: Memory,
    now: datetime,
) -> Refreshed:
    """Judge what the sources say against the active book.

    Raises RefreshFailed when no public list can be used, or when the book that would result
    fails the checks every published book must pass.
    """
    payloads = list(payloads)
    read, used, waiting = _read(payloads, memory)
    if not read.lists:
        reasons = "; ".join(one.reason for one in waiting if one.code == "source_refused")
        raise RefreshFailed(f"No public price list can be used. {reasons}".strip())
    document = json.loads(active.to_json())
    rows: list[Row] = document["models"]
    moment = f"{now.astimezone(UTC):%Y-%m-%dT%H:%M:%S}"
    horizon = f"{now.astimezone(UTC) + HORIZON:%Y-%m-%dT%H:%M:%S}"
    dated = dict.fromkeys(LISTS, moment[:10])
    candidates = Candidates(read, rules, moment, dated)
    handwritten = _own_providers(rows)
    own = [row for row in rows if row["provider"] in handwritten]
    complete = read.lists == {*LISTS}
    first = decide(
        own,
        list(candidates.of_own(own)),
        moment,
        horizon,
        complete=complete,
        applied=memory.applied,
    )
    others = [row for row in rows if row["provider"] not in handwritten]
    found = list(candidates.of_others(first.rows))
    judged = [
        row
        for row in others
        if row["provider"] not in candidates.failed
        and (sources_of(row, moment) or {*LISTS}) <= read.lists
    ]
    left = {id(row) for row in others} - {id(row) for row in judged}
    if not complete:
        names = {(row["provider"], name) for row in judged for name in names_of(row)}
        found = [c for c in found if {(c.row["provider"], n) for n in names_of(c.row)} <= names]
    second = decide(judged, found, moment, horizon, applied=memory.applied)
    waiting += [*first.waiting, *second.waiting]
    for provider, reason in candidates.failed.items():
        waiting.append(finding(provider, "*", "source_refused", reason))
    untouched = [row for row in others if id(row) in left]
    gone = [*first.missing, *second.missing]
    missing = _missing(memory, gone, rows, untouched, read, moment)
    maker = BookMaker(document, used, moment)
    clean, refused = maker.book(
        marked([*first.rows, *second.rows, *untouched], missing), due=_due(missing, rows, now)
    )
    held = None
    models = {(one.provider, one.model) for one in waiting if one.approvable}
    if 0 < len(models) <= APPROVABLE_AT_ONCE:
        approved = [*first.approved_rows, *second.approved_rows, *untouched]
        held, waiting = maker.held(marked(approved, missing), clean or active, waiting)
    unsound = {f"{one.provider}/{one.model}" for one in refused}
    changes = tuple(
        change
        for change in (*_changes(first), *_changes(second))
        if clean is not None and change["model"] not in unsound
    )
    added = tuple(
        key
        for key in (*first.added, *second.added)
        if clean is not None and key not in unsound  # never in force: nobody went back from it
    )
    return Refreshed(
        clean=clean,
        held=held,
        changes=changes,
        added=added,
        waiting=(*waiting, *refused),
        missing=missing,
        compared=first.compared + second.compared,
        complete=complete and not first.shrunk | second.shrunk,
        memory=memory.after(payloads, missing, changes, added),
    )


def _read(
    payloads: Iterable[Payload], memory: Memory
) -> tuple[Read, list[Payload], list[QuarantinedField]]:
    answers: dict[str, Any] = {}
    used: list[Payload] = []
    waiting: list[QuarantinedField] = []
    for payload in payloads:
        findings = Findings(payload.source)
        try:
            if memory.is_old_copy(payload):
                raise SourceRefused(f"{payload.source}: an old copy, seen before a newer one")
            answers[payload.source] = READERS[payload.source](payload, findings)
            used.append(payload)
        except SourceRefused as error:
            findings.found.clear()
            findings.add(payload.source, "*", "source_refused", error.detail)
        waiting += findings.found
    read = Read(
        answers.get("genai-prices"),
        answers.get("litellm"),
        answers.get(OPENROUTER),
        answers.get(AWS),
    )
    return read, used, waiting


def _own_providers(rows: Iterable[Row]) -> set[str]:
    """Whose rows are hand-written: those say where their facts are from."""
    return {row["provider"] for row in rows if row.get("source")}


def _missing(
    memory: Memory,
    gone: Sequence[str],
    rows: Sequence[Row],
    untouched: Sequence[Row],
    read: Read,
    now: str,
) -> dict[str, str]:
    """Since when each model is in no list; a list that did not answer changes nothing."""
    if read.lists != {*LISTS}:
        return dict(memory.missing)
    since = {
        key_of_row(row): row["lifecycle"]["missing_upstream_since"]
        for row in rows
        if "missing_upstream_since" in row.get("lifecycle", {})
    } | dict(memory.missing)
    still = since.keys() & {key_of_row(row) for row in untouched}
    retired = {
        key_of_row(row) for row in rows if row.get("lifecycle", {}).get("retires", now) < now
    }
    return {
        key: since.get(key) or now[:10]
        for key in sorted({*gone, *still} - retired)  # lists are free to drop what nobody can call
    }


def _due(missing: Mapping[str, str], rows: Iterable[Row], now: datetime) -> bool:
    """Whether a mark has waited long enough to be worth a version by itself."""
    marked = {
        key_of_row(row) for row in rows if "missing_upstream_since" in row.get("lifecycle", {})
    }
    since = f"{now - MARK_AFTER:%Y-%m-%d}"
    return any(day <= since and key not in marked for key, day in missing.items())


def _changes(verdict: Verdict) -> Iterable[Mapping[str, Any]]:
    for key, change, sources in verdict.accepted:
        yield {
            "model": key,
            "field": str(change.field),
            "before": None if change.before is None else plain(change.before),
            "after": None if change.after is None else plain(change.after),
            "sources": sorted(sources),
        }


FINGERPRINT = 12


class RefreshFailed(TariffError):
    """No version can be made; what is active stays so, and is as old as before."""


def marked(rows: Iterable[Row], missing: Mapping[str, str]) -> list[Row]:
    """Rows with the mark of those that are in no list since a day, and of no others."""
    found = []
    for row in rows:
        life = {**row.get("lifecycle", {})}
        life.pop("missing_upstream_since", None)
        since = missing.get(f"{row['provider']}/{row['id']}")
        life |= {"missing_upstream_since": since} if since else {}
        bare = {key: value for key, value in row.items() if key != "lifecycle"}
        found.append(bare | ({"lifecycle": life} if life else {}))
    return found


class BookMaker:
    """Makes books on the active document, checked as every published one is."""

    def __init__(self, document: Mapping[str, Any], used: Sequence[Payload], now: str) -> None:
        self._document = document
        self._now = now
        self._order = {
            f"{row['provider']}/{row['id']}": at for at, row in enumerate(document["models"])
        }
        names = {payload.source for payload in used}
        kept = [
            entry
            for entry in document["provenance"]
            if entry["title"].partition(" ")[0].rstrip(",") not in names
        ]
        self._provenance = kept + [payload.provenance() for payload in used]

    def held(
        self, rows: list[Row], base: PriceBook, waiting: Sequence[QuarantinedField]
    ) -> tuple[PriceBook | None, list[QuarantinedField]]:
        """The book of these rows as it would follow ``base``, and what waits; None if it is it.

        What no version can hold, because prices would contradict each other, waits no more: it is
        refused. The id is made of what waits, not of since when: tomorrow it is the same proposal.
        """
        try:
            rows, unsound = self._sound(sorted(rows, key=self._place))
        except RefreshFailed as error:
            return None, [refused(one, error.detail) for one in waiting]
        reasons = {(one.provider, one.model): one.reason for one in unsound}
        waiting = [
            refused(one, reasons[one.provider, one.model])
            if (one.provider, one.model) in reasons
            else one
            for one in waiting
        ]
        fields = sorted(
            (one.provider, one.model, one.field, one.after or "")
            for one in waiting
            if one.approvable
        )
        mark = digest(canonical_json({"waiting": fields}))[:FINGERPRINT]
        clean = json.loads(base.to_json())["models"]
        book = self._made(rows, f"{base.id}-held-{mark}")
        return book if json.loads(book.to_json())["models"] != clean else None, waiting

    def book(
        self, rows: list[Row], *, due: bool = False
    ) -> tuple[PriceBook | None, list[QuarantinedField]]:
        """The book of these rows and what had to be left out; None if it changes nothing."""
        rows, unsound = self._sound(sorted(rows, key=self._place))
        if not due and marked(rows, {}) == marked(self._document["models"], {}):
            return None, unsound
        return self._made(rows), unsound

    def _made(self, rows: list[Row], id_: str | None = None) -> PriceBook:
        document = {**self._document, "provenance": self._provenance, "models": rows}
        content = {"families": document["families"], "models": rows}
        mark = digest(canonical_json(content))[:FINGERPRINT]
        document["published_at"] = f"{self._now}Z"
        document["id"] = id_ or f"{self._now[:10]}.{mark}"
        return PriceBook.from_document(document)

    def _place(self, row: Row) -> tuple[int, str]:
        """Known rows where they were, then the new ones by name."""
        key = f"{row['provider']}/{row['id']}"
        return self._order.get(key, len(self._order)), key

    def _sound(self, rows: list[Row]) -> tuple[list[Row], list[QuarantinedField]]:
        """Without the changes that break a check; raises RefreshFailed when that mends nothing."""
        problems = list(problems_in({**self._document, "models": rows}))
        if not problems:
            return rows, []
        unsound: list[QuarantinedField] = []
        names: set[tuple[str, str]] = set()
        for row in rows:
            marks = (f"{row['provider']}/{row['id']}:", f"{row['id']}:")
            said = [problem for problem in problems if problem.startswith(marks)]
            if said:
                names |= _full_names(row)
                reason = f"{CODES['broken_invariant']}: {said[0]}"
                unsound.append(finding(row["provider"], row["id"], "broken_invariant", reason))
        # What was one row before may be several now: they go back together.
        back = [row for row in self._document["models"] if _full_names(row) & names]
        names |= {name for row in back for name in _full_names(row)}
        kept = [row for row in rows if not _full_names(row) & names] + back
        kept.sort(key=self._place)
        if not unsound or list(problems_in({**self._document, "models": kept})):
            raise RefreshFailed(f"The book that would result is not sound: {problems[0]}")
        return kept, unsound


def _full_names(row: Row) -> set[tuple[str, str]]:
    return {(row["provider"], name) for name in names_of(row)}


def refused(one: QuarantinedField, reason: str) -> QuarantinedField:
    """A field that would contradict another price, approved or not; others stay as they are."""
    if not one.approvable:
        return one
    return replace(one, code="broken_invariant", reason=reason)


def finding(provider: str, model: str, code: str, reason: str) -> QuarantinedField:
    """A finding about a whole model, or about all of a provider's (``*``)."""
    return QuarantinedField(provider, model, "", None, None, (), code, reason)
