"""The books that a refresh makes: on the active one, and checked as every published book is."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from pricing.errors import TariffError
from pricing.guard_rows import names_of
from pricing.merge_prices import Row
from pricing.price_book import PriceBook, canonical_json, digest
from pricing.price_book_checks import problems_in
from pricing.quarantine import CODES, QuarantinedField
from pricing.sources import Payload

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
