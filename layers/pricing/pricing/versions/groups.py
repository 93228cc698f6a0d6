"""Group pending prices by their cause, and make the version with some of the groups approved.

One change of a provider is pending many times: 101 rows were one price of a web search. A group is
the models of one provider whose pending prices move in the same way, for the same reasons. Each
model is in one group, so that its row is approved as a whole.
"""

import json
from collections.abc import Collection, Iterable, Sequence
from decimal import Decimal

from pricing.catalogue.models import full_names
from pricing.catalogue.price_book import PriceBook
from pricing.errors import Conflict, FieldError, InvalidRequest
from pricing.jsonio import canonical_json, digest
from pricing.money import plain, ratio
from pricing.values import immutable
from pricing.versions.proposals import QuarantinedField

#: The length of a group's id.
_ID_LENGTH = 12
#: What is priced by the use: its price is told, and of tokens the factor.
_PER_USE = {"web_search", "request_fee", "code_execution"}

#: A provider, how its prices move, the rules that hold them, and the sources that quote them.
_Cause = tuple[str, tuple[str, ...], tuple[str, ...], tuple[str, ...]]


@immutable
class PendingGroup:
    """Pending prices with one cause, which are approved together."""

    id: str
    """Identifies the group in ``groups`` of an activation; the same prices have the same id."""
    provider: str
    """The provider."""
    change: str
    """How the prices move, such as ``web_search 0.01 to 0.014`` or ``input times 0.5``."""
    codes: tuple[str, ...]
    """The rules that hold the prices back."""
    sources: tuple[str, ...]
    """The price lists that quote the prices."""
    models: tuple[str, ...]
    """The ids of the models."""
    prices: int
    """Number of pending prices."""


def pending_groups(fields: Iterable[QuarantinedField]) -> tuple[PendingGroup, ...]:
    """Return the groups of the fields that can be approved, those of most prices first."""
    models: dict[tuple[str, str], list[QuarantinedField]] = {}
    for field in fields:
        if field.approvable:
            models.setdefault((field.provider, field.model), []).append(field)
    causes: dict[_Cause, list[tuple[str, int]]] = {}
    for (provider, model), own in models.items():
        moves = tuple(sorted({_move(field) for field in own}))
        codes = tuple(sorted({field.code for field in own}))
        sources = tuple(sorted({source for field in own for source in field.sources}))
        causes.setdefault((provider, moves, codes, sources), []).append((model, len(own)))
    found = []
    for (provider, moves, codes, sources), listed in causes.items():
        names = tuple(sorted(model for model, _ in listed))
        mark = digest(canonical_json({"group": [provider, moves, codes, names]}))[:_ID_LENGTH]
        count = sum(prices for _, prices in listed)
        found.append(PendingGroup(mark, provider, ", ".join(moves), codes, sources, names, count))
    return tuple(sorted(found, key=lambda group: (-group.prices, group.provider, group.id)))


def _move(field: QuarantinedField) -> str:
    """Return how a price moves: modes and tiers of one component move alike."""
    component = field.field.partition(".")[2].split(">")[0].split("~")[0].split("@")[0]
    if not component:
        return "new model"
    if field.before is None or field.after is None:
        return f"{component} {'is new' if field.before is None else 'is gone'}"
    before, after = Decimal(field.before), Decimal(field.after)
    if component in _PER_USE or not before or not after:
        return f"{component} {field.before} to {field.after}"
    return f"{component} times {plain(Decimal(f'{ratio(after, before):.3g}'))}"


def with_groups(
    active: PriceBook,
    held: PriceBook,
    fields: Sequence[QuarantinedField],
    groups: Collection[str],
    at: str,
) -> tuple[PriceBook, list[QuarantinedField], list[QuarantinedField]]:
    """Return the active book with the groups' models as they are in the held one.

    Also returns the fields that this approves, and those that are still pending. ``at`` is an
    RFC 3339 instant. Raises InvalidRequest for an unknown group, and Conflict if the names of an
    approved model and of another pending one moved between them.
    """
    known = {group.id: group for group in pending_groups(fields)}
    if unknown := [group for group in groups if group not in known]:
        raise InvalidRequest(
            "This version has no such group; GET /v1/pricing/versions/{id} lists them.",
            errors=[FieldError("/groups", f"has no group {unknown[0]}")],
        )
    chosen = {(known[group].provider, model) for group in groups for model in known[group].models}
    approved = [field for field in fields if (field.provider, field.model) in chosen]
    pending = [field for field in fields if field.approvable and field not in approved]
    document, other = json.loads(active.to_json()), json.loads(held.to_json())
    names = set(chosen)
    rows = [*document["models"], *other["models"]]
    while (
        more := {name for row in rows if full_names(row) & names for name in full_names(row)}
        - names
    ):
        names |= more
    if bound := sorted({field.key for field in pending if (field.provider, field.model) in names}):
        raise Conflict(f"Approve {bound[0]} too: names moved between the two models.")
    kept = [row for row in document["models"] if not full_names(row) & names]
    kept += [row for row in other["models"] if full_names(row) & names]
    order = {row["provider"] + "/" + row["id"]: at for at, row in enumerate(other["models"])}
    kept.sort(key=lambda row: order.get(row["provider"] + "/" + row["id"], len(order)))
    mark = digest(canonical_json({"models": kept}))[:_ID_LENGTH]
    changed = {**document, "models": kept, "id": f"{at[:10]}.{mark}", "published_at": at}
    return PriceBook.from_document(changed), approved, pending


def still_held(
    held: PriceBook, active: PriceBook, pending: Sequence[QuarantinedField]
) -> PriceBook | None:
    """Return the held book as a proposal on top of ``active``; None if nothing is pending."""
    if not pending:
        return None
    fields = sorted((field.key, field.field, field.after or "") for field in pending)
    mark = digest(canonical_json({"pending": fields}))[:_ID_LENGTH]
    changed = {"id": f"{active.id}-held-{mark}", "published_at": active.published_at}
    return PriceBook.from_document(json.loads(held.to_json()) | changed)
