"""A refresh as a value: the active book and what the sources answered in, what to store out.

Nothing here fetches or stores, and nothing is removed. The answer holds at most two books: one
with what is believed, ready to be active, and one with what a person could approve on top of it.
Both ids are made from the day and the content, so the same event makes the same versions again.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from pricing import sources_bedrock, sources_genai_published, sources_litellm, sources_openrouter
from pricing.guard import ADDED, Verdict, decide
from pricing.guard_model import sources_of
from pricing.guard_rows import key_of_row, names_of
from pricing.merge_prices import Row
from pricing.merged_rows import PACKAGES
from pricing.money import plain
from pricing.price_book import PriceBook
from pricing.quarantine import QuarantinedField
from pricing.refresh_books import BookMaker, RefreshFailed, finding, marked
from pricing.refresh_candidates import AWS, OPENROUTER, Candidates, Read
from pricing.sources import Findings, Payload, SourceRefused

#: Prices announced for later than this are not believed by themselves.
HORIZON = timedelta(days=366)
#: A model's mark is worth a version of its own once it has been gone for this long.
MARK_AFTER = timedelta(days=7)
#: Answers remembered for each source, so that an old one is known for what it is.
REMEMBERED = 400
#: Fields whose last change is remembered.
APPLIED = 5000
#: Refreshes in a row that refuse an old copy.
OLD_COPIES = 2
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
class Memory:
    """What one refresh leaves for the next.

    The hashes of the answers seen, newest last; since when models are missing; and how often in
    a row a source's answer was refused as an old copy; and what was put in force last, by field.
    """

    seen: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    missing: Mapping[str, str] = field(default_factory=dict)
    old_copies: Mapping[str, int] = field(default_factory=dict)
    applied: Mapping[str, str] = field(default_factory=dict)

    def document(self) -> dict[str, Any]:
        """As JSON holds it."""
        return {
            "seen": {name: list(found) for name, found in self.seen.items()},
            "missing": dict(self.missing),
            "old_copies": dict(self.old_copies),
            "applied": dict(self.applied),
        }

    @classmethod
    def of(cls, document: Mapping[str, Any] | None) -> "Memory":
        """Read what ``document`` wrote."""
        found = document or {}
        seen = {name: tuple(hashes) for name, hashes in found.get("seen", {}).items()}
        rest = {name: dict(found.get(name, {})) for name in ("missing", "old_copies", "applied")}
        return cls(seen, **rest)

    def is_old_copy(self, payload: Payload) -> bool:
        """Whether an answer was seen before a newer one.

        A cache's old copy is gone by the next days; a list whose project took a mistake back
        stays as it was before the mistake, and is then believed again.
        """
        is_old = payload.sha256 in self.seen.get(payload.source, ())[:-1]
        return is_old and self.old_copies.get(payload.source, 0) < OLD_COPIES

    def after(
        self,
        payloads: Iterable[Payload],
        missing: Mapping[str, str],
        changes: Iterable[Mapping[str, Any]] = (),
        added: Iterable[str] = (),
    ) -> "Memory":
        """The memory of the next refresh."""
        seen, old = dict(self.seen), dict(self.old_copies)
        for payload in payloads:
            if self.is_old_copy(payload):
                old[payload.source] = old.get(payload.source, 0) + 1
                continue
            old.pop(payload.source, None)
            known = seen.get(payload.source, ())
            if known[-1:] != (payload.sha256,):
                seen[payload.source] = (*known, payload.sha256)[-REMEMBERED:]
        applied = dict(self.applied)
        dated: dict[str, list[str]] = {}
        for one in applied:
            if "@" in one:
                dated.setdefault(one.partition("@")[0], []).append(one)
        for change in changes:  # the newest last, and only the last price of each field
            place = f"{change['model']} {change['field']}"
            # What was announced for this place is history once it has another price.
            for earlier in dated.pop(place, ()):
                del applied[earlier]
            applied.pop(place, None)
            applied[place] = change["after"]
        applied |= {f"{key} {ADDED}": ADDED for key in added}
        kept = dict(list(applied.items())[-APPLIED:])
        return Memory(seen, missing, old, kept)


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
