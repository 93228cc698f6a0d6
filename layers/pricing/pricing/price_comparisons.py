"""Two price versions side by side, and what changed since a moment: the typed answers."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from pricing.estimate import Provenance, provenance
from pricing.instants import AsOf, rfc3339
from pricing.pages import page_of
from pricing.price_book import BookInForce, PriceBook
from pricing.price_changes import ModelChange, TookEffect, difference, took_effect
from pricing.price_versions import Shelf


@dataclass(frozen=True, slots=True)
class PriceDiff:
    """A page of the models that differ between two versions, in the order of ``provider/id``.

    Counts are of all differences, not of the page. ``stale`` when one of the versions was meant by
    ``active`` and the store did not say which that is.
    """

    from_version: str
    to_version: str
    as_of: str
    from_pricing: Provenance
    to_pricing: Provenance
    stale: bool
    added: int
    removed: int
    changed: int
    changes: tuple[ModelChange, ...]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class Activation:
    """One change of the active version."""

    at: str
    version: str
    before: str | None
    actor: str
    reason: str


@dataclass(frozen=True, slots=True)
class PriceChanges:
    """A page of what became different since a moment: by a new version, or because a price's time
    came.

    ``changes`` is the difference between the version active then and the one active now, with
    prices as of now; empty when none was active then. ``took_effect`` are the active version's
    own prices that began since. The three lists are one: first every activation, then every change,
    then every price that took effect, and a page holds a stretch of it.
    """

    since: str
    until: str
    from_version: str | None
    to_version: str
    activations: tuple[Activation, ...]
    changes: tuple[ModelChange, ...]
    took_effect: tuple[TookEffect, ...]
    next_cursor: str | None
    stale: bool


def diff(
    before: BookInForce, after: BookInForce, as_of: AsOf, *, cursor: str | None, limit: int
) -> PriceDiff:
    """Up to ``limit`` differences; raises InvalidRequest for an unknown cursor."""
    found = difference(before.book, after.book, as_of.instant)
    kinds = [one.kind for one in found]
    page = page_of("diff", found, lambda one: one.key, cursor=cursor, limit=limit)
    return PriceDiff(
        from_version=before.book.id,
        to_version=after.book.id,
        as_of=as_of.text,
        from_pricing=provenance(before, as_of),
        to_pricing=provenance(after, as_of),
        stale=before.stale or after.stale,
        added=kinds.count("added"),
        removed=kinds.count("removed"),
        changed=kinds.count("changed"),
        changes=page.rows,
        next_cursor=page.next_cursor,
    )


def changes_since(
    shelf: Shelf,
    before: PriceBook | None,
    active: PriceBook,
    span: tuple[AsOf, AsOf],
    *,
    cursor: str | None,
    limit: int,
) -> PriceChanges:
    """Up to ``limit`` things that changed in ``span``, of all three kinds together.

    ``before`` is the version that was active at its start. Raises InvalidRequest for an unknown
    cursor.
    """
    since, until = span
    found = _told(shelf, before, active, span)
    page = page_of("changes", found, lambda one: one[0], cursor=cursor, limit=limit)
    told = [one for _, one in page.rows]
    return PriceChanges(
        since=since.text,
        until=until.text,
        from_version=before.id if before else None,
        to_version=active.id,
        activations=tuple(one for one in told if isinstance(one, Activation)),
        changes=tuple(one for one in told if isinstance(one, ModelChange)),
        took_effect=tuple(one for one in told if isinstance(one, TookEffect)),
        next_cursor=page.next_cursor,
        stale=shelf.stale,
    )


def _told(
    shelf: Shelf, before: PriceBook | None, active: PriceBook, span: tuple[AsOf, AsOf]
) -> Iterator[tuple[str, Activation | ModelChange | TookEffect]]:
    """Everything that changed, each with its place in the one list of it all."""
    since, until = (one.instant for one in span)
    for row in shelf.activations():
        if datetime.fromisoformat(row.at) > since:
            one = Activation(row.at, row.after or "", row.before, row.actor, row.reason)
            yield f"1 {row.number:012}", one
    for change in difference(before, active, until) if before else ():
        yield f"2 {change.key}", change
    for begun in took_effect(active, since, until):
        yield f"3 {rfc3339(begun.starts)} {begun.provider}/{begun.id}", begun
