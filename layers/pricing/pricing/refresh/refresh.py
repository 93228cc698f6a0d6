"""Refresh the prices: from the active book and the sources' answers to the books to store.

Nothing here fetches or stores, and nothing is removed. The answer holds at most two books: one with
the accepted changes, to be activated, and one with those that need approval added to it. Both ids
are made of the day and the content, so the same event makes the same versions again.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from pricing.catalogue.checks import problems_in
from pricing.catalogue.models import Row, full_names, row_key
from pricing.catalogue.price_book import PriceBook
from pricing.errors import TariffError
from pricing.jsonio import canonical_json, digest
from pricing.money import plain
from pricing.refresh.candidates import Candidates, SourceLists
from pricing.refresh.checks import Earlier, RefreshDecision, decide
from pricing.refresh.memory import Memory
from pricing.refresh.review import current_lists
from pricing.refresh.rules import HoldReason
from pricing.sources import bedrock, genai_prices, litellm, openrouter
from pricing.sources.bedrock import AWS
from pricing.sources.merge import PACKAGES
from pricing.sources.openrouter import OPENROUTER
from pricing.sources.payload import Payload, SourceNotes, SourceRefused
from pricing.values import immutable
from pricing.versions.proposals import QuarantinedField

#: Prices announced for later than this are quarantined.
HORIZON = timedelta(days=366)
#: The mark of a missing model is worth a version of its own after this long.
MARK_AFTER = timedelta(days=7)
#: If more models than this need approval, there is no version to approve: a source is wrong.
APPROVABLE_AT_ONCE = 100
READERS = {
    "genai-prices": genai_prices.read,
    "litellm": litellm.read,
    OPENROUTER: openrouter.read,
    AWS: bedrock.read,
}
#: The sources that make candidates. Without either there is nothing to refresh from.
LISTS = tuple(PACKAGES.values())
FINGERPRINT = 12


class RefreshFailed(TariffError):
    """No version can be made; the active one stays as it is."""


@immutable
class Refreshed:
    """What a refresh found. ``clean`` is the book to activate, ``held`` the one to propose for
    approval; None if there is nothing to activate or to approve.

    ``changes`` are ``{model, field, before, after, sources}`` of the activated prices. ``missing``
    says since which day a model is in no list. ``complete`` when both public lists answered, were
    read, and had lost few models.
    """

    clean: PriceBook | None
    held: PriceBook | None
    changes: tuple[Mapping[str, Any], ...]
    added: tuple[str, ...]
    quarantined: tuple[QuarantinedField, ...]
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
    """Decide which of the sources' prices become active.

    ``rules`` are the corrections and families. Claude's hand-written rows come first, because the
    clouds' prices are computed from them. The rows of a source that did not answer stay untouched.
    Raises RefreshFailed when no public list can be used, or when the resulting book fails the
    checks that every published book must pass.
    """
    payloads = list(payloads)
    lists, used, quarantined = _read(payloads, memory)
    if not lists.names:
        reasons = "; ".join(field.reason for field in quarantined if field.code == "source_refused")
        raise RefreshFailed(f"No public price list can be used. {reasons}".strip())
    document = json.loads(active.to_json())
    rows: list[Row] = document["models"]
    moment = f"{now.astimezone(UTC):%Y-%m-%dT%H:%M:%S}"
    horizon = f"{now.astimezone(UTC) + HORIZON:%Y-%m-%dT%H:%M:%S}"
    complete = lists.names == {*LISTS}
    handwritten = {row["provider"] for row in rows if row.get("source")}
    own = [row for row in rows if row["provider"] in handwritten]
    candidates = Candidates(lists, rules, moment, dict.fromkeys(LISTS, moment[:10]))
    # A version made by an approval or a correction was not compared with the lists.
    compared = min(filter(None, (active.published_at.rstrip("Z"), memory.compared)))
    earlier = Earlier(compared, memory.applied, memory.confirmed(moment[:10]))
    handmade = candidates.of_handwritten(own)
    first = decide(own, handmade, moment, horizon, complete=complete, earlier=earlier)
    found = list(candidates.of_others(first.rows))
    copied = {n for c in found if candidates.is_copied(c.row) for n in full_names(c.row)}
    found = [candidate for candidate in found if not candidates.is_copied(candidate.row)]

    others = [row for row in rows if row["provider"] not in handwritten]
    # Those of which every list that quotes their prices answered with prices of its own.
    answered = {
        row_key(row)
        for row in others
        if row["provider"] not in candidates.failed
        and row.get("refreshed", True)
        and (current_lists(row, moment) or {*LISTS}) <= lists.names
        and not full_names(row) & copied
    }
    reviewed = [row for row in others if row_key(row) in answered]
    untouched = [row for row in others if row_key(row) not in answered]
    if not complete:  # a new model or name may be one that the other list knows
        names = {name for row in reviewed for name in full_names(row)}
        found = [candidate for candidate in found if full_names(candidate.row) <= names]
    second = decide(reviewed, found, moment, horizon, earlier=earlier)
    quarantined += [*first.quarantined, *second.quarantined]
    quarantined += [
        QuarantinedField.of_model(provider, "*", "source_refused", reason)
        for provider, reason in candidates.failed.items()
    ]
    missing = dict(memory.missing)
    if complete:
        missing = _missing(missing, [*first.missing, *second.missing], rows, untouched, moment)
    maker = BookMaker(document, used, moment)
    clean, refused = maker.book(
        marked([*first.rows, *second.rows, *untouched], missing), due=_is_due(missing, rows, now)
    )
    held = None
    models = {field.key for field in quarantined if field.approvable}
    if 0 < len(models) <= APPROVABLE_AT_ONCE:
        approved = [*first.approved_rows, *second.approved_rows, *untouched]
        held, quarantined = maker.held(marked(approved, missing), clean or active, quarantined)
    # What was refused, or is in no version, never became active: it cannot be rolled back.
    unsound = {field.key for field in refused}
    changes = tuple(c for c in (*_changes(first), *_changes(second)) if c["model"] not in unsound)
    added = tuple(key for key in (*first.added, *second.added) if key not in unsound)
    if clean is None:
        changes, added = (), ()
    return Refreshed(
        clean=clean,
        held=held,
        changes=changes,
        added=added,
        quarantined=(*quarantined, *refused),
        missing=missing,
        compared=first.compared + second.compared,
        complete=complete and not first.shrunk | second.shrunk,
        memory=memory.after(payloads, missing, changes, added, moment),
    )


def _read(
    payloads: Iterable[Payload], memory: Memory
) -> tuple[SourceLists, list[Payload], list[QuarantinedField]]:
    """Read every answer; return the lists, the answers that were used, and what was left out."""
    answers: dict[str, Any] = {}
    used: list[Payload] = []
    quarantined: list[QuarantinedField] = []
    for payload in payloads:
        notes = SourceNotes(payload.source)
        try:
            if memory.is_old_copy(payload):
                raise SourceRefused(f"{payload.source}: an old copy, seen before a newer one")
            answers[payload.source] = READERS[payload.source](payload, notes)
            used.append(payload)
        except SourceRefused as error:
            notes.left_out.clear()
            notes.leave_out(payload.source, "*", "source_refused", error.detail)
        quarantined += notes.left_out
    lists = SourceLists(
        answers.get("genai-prices"),
        answers.get("litellm"),
        answers.get(OPENROUTER),
        answers.get(AWS),
    )
    return lists, used, quarantined


def _missing(
    known: Mapping[str, str],
    gone: Iterable[str],
    rows: Iterable[Row],
    untouched: Iterable[Row],
    now: str,
) -> dict[str, str]:
    """Return since which day each model is in no list.

    ``known`` is what the refresh before found. Retired models are left out: a list is free to drop
    them.
    """
    since: dict[str, str] = {}
    retired: set[str] = set()
    for row in rows:
        life = row.get("lifecycle", {})
        if "missing_upstream_since" in life:
            since[row_key(row)] = life["missing_upstream_since"]
        if life.get("retires", now) < now:
            retired.add(row_key(row))
    since |= known
    still = since.keys() & {row_key(row) for row in untouched}
    return {key: since.get(key) or now[:10] for key in sorted({*gone, *still} - retired)}


def _is_due(missing: Mapping[str, str], rows: Iterable[Row], now: datetime) -> bool:
    """Whether a model is missing for so long that its mark is worth a version of its own."""
    is_marked = {
        row_key(row) for row in rows if "missing_upstream_since" in row.get("lifecycle", {})
    }
    since = f"{now - MARK_AFTER:%Y-%m-%d}"
    return any(day <= since and key not in is_marked for key, day in missing.items())


def _changes(decision: RefreshDecision) -> Iterator[Mapping[str, Any]]:
    for key, change in decision.accepted:
        yield {
            "model": key,
            "field": str(change.field),
            "before": None if change.before is None else plain(change.before),
            "after": None if change.after is None else plain(change.after),
            "sources": sorted(change.sources),
        }


def marked(rows: Iterable[Row], missing: Mapping[str, str]) -> list[Row]:
    """Return the rows with ``lifecycle.missing_upstream_since`` where ``missing`` has a day."""
    found = []
    for row in rows:
        life = {**row.get("lifecycle", {})}
        life.pop("missing_upstream_since", None)
        since = missing.get(row_key(row))
        life |= {"missing_upstream_since": since} if since else {}
        bare = {key: value for key, value in row.items() if key != "lifecycle"}
        found.append(bare | ({"lifecycle": life} if life else {}))
    return found


class BookMaker:
    """Makes books that follow the active document, checked as every published one is.

    ``used`` are the answers they are made from, ``now`` an instant in UTC without offset.
    """

    def __init__(self, document: Mapping[str, Any], used: Sequence[Payload], now: str) -> None:
        self._document = document
        self._now = now
        self._order = {row_key(row): at for at, row in enumerate(document["models"])}
        names = {payload.source for payload in used}
        kept = [
            entry
            for entry in document["provenance"]
            if entry["title"].partition(" ")[0].rstrip(",") not in names
        ]
        self._provenance = kept + [payload.provenance() for payload in used]

    def book(
        self, rows: list[Row], *, due: bool = False
    ) -> tuple[PriceBook | None, list[QuarantinedField]]:
        """Return the book of these rows, and what was left out; None if it changes nothing.

        With ``due``, the mark of a missing model is a change too.
        """
        rows, refused = self._sound(rows)
        if not due and _compared(rows) == _compared(self._document["models"]):
            return None, refused
        mark = _fingerprint({"families": self._document["families"], "models": rows})
        return self._made(rows, f"{self._now[:10]}.{mark}"), refused

    def held(
        self, rows: list[Row], base: PriceBook, quarantined: Sequence[QuarantinedField]
    ) -> tuple[PriceBook | None, list[QuarantinedField]]:
        """Return the book of these rows to propose after ``base``, and what is quarantined.

        None if it is the same as ``base``. What no version can hold, because prices would
        contradict each other, becomes ``broken_invariant``. The id is made of the quarantined
        fields and not of the day, so tomorrow it is the same proposal.
        """
        try:
            rows, refused = self._sound(rows)
        except RefreshFailed as error:
            return None, [_refused(field, error.detail) for field in quarantined]
        reasons = {field.key: field.reason for field in refused}
        quarantined = [
            _refused(field, reasons[field.key]) if field.key in reasons else field
            for field in quarantined
        ]
        fields = sorted(
            (field.provider, field.model, field.field, field.after or "")
            for field in quarantined
            if field.approvable
        )
        book = self._made(rows, f"{base.id}-held-{_fingerprint({'waiting': fields})}")
        is_same = json.loads(book.to_json())["models"] == json.loads(base.to_json())["models"]
        return None if is_same else book, quarantined

    def _made(self, rows: list[Row], id_: str) -> PriceBook:
        document = {**self._document, "provenance": self._provenance, "models": rows}
        return PriceBook.from_document({**document, "published_at": f"{self._now}Z", "id": id_})

    def _place(self, row: Row) -> tuple[int, str]:
        """Known rows stay where they were; new ones follow by name."""
        key = row_key(row)
        return self._order.get(key, len(self._order)), key

    def _sound(self, rows: list[Row]) -> tuple[list[Row], list[QuarantinedField]]:
        """Return the rows, in order, without changes that break a check of published books.

        A row that breaks one is put back as it was, with every row that was one with it. Raises
        RefreshFailed if the book is not sound even so.
        """
        rows = sorted(rows, key=self._place)
        problems = list(problems_in({**self._document, "models": rows}))
        if not problems:
            return rows, []
        refused: list[QuarantinedField] = []
        names: set[tuple[str, str]] = set()
        for row in rows:
            prefixes = (f"{row_key(row)}:", f"{row['id']}:")
            own = [problem for problem in problems if problem.startswith(prefixes)]
            if own:
                names |= full_names(row)
                reason = HoldReason.of("broken_invariant", own[0])
                about = (row["provider"], row["id"], reason.code, reason.reason)
                refused.append(QuarantinedField.of_model(*about))
        back = [row for row in self._document["models"] if full_names(row) & names]
        names |= {name for row in back for name in full_names(row)}
        kept = [row for row in rows if not full_names(row) & names] + back
        kept.sort(key=self._place)
        if not refused or list(problems_in({**self._document, "models": kept})):
            raise RefreshFailed(f"The book that would result is not sound: {problems[0]}")
        return kept, refused


def _compared(rows: Iterable[Row]) -> list[Row]:
    """Return the rows without what is renewed with the next version, and worth none of its own."""
    return [row | {"disagreements": []} for row in marked(rows, {})]


def _fingerprint(content: Mapping[str, Any]) -> str:
    return digest(canonical_json(content))[:FINGERPRINT]


def _refused(field: QuarantinedField, reason: str) -> QuarantinedField:
    """Return a field that no approval can activate, because it contradicts another price."""
    return replace(field, code="broken_invariant", reason=reason) if field.approvable else field
