"""The same call on many models, cheapest first: ``POST /v1/compare``."""

from collections.abc import Sequence
from dataclasses import fields, replace
from decimal import Decimal
from typing import TypeVar

from pricing.catalogue.models import Model
from pricing.catalogue.price_book import BookInForce, PriceBook, Provenance, provenance
from pricing.errors import InvalidRequest
from pricing.estimates.estimate import ComparedStatus, Estimate, EstimateQuery, estimate
from pricing.estimates.inputs import MeasuredInput, RecountedInput
from pricing.money import share_of
from pricing.notices import Notice
from pricing.usage.parsed import Unread
from pricing.values import immutable

Shared = TypeVar("Shared")


@immutable
class Requirements:
    """Capabilities and limits, in tokens, that a model must have."""

    capabilities: frozenset[str] = frozenset()
    min_context_tokens: int = 0
    min_output_tokens: int = 0

    def unmet_by(self, model: Model) -> str | None:
        """Return why a model does not qualify, or None. A limit that is not known is not met."""
        if missing := sorted(self.capabilities - model.capabilities):
            return f"{model.id} does not offer {', '.join(missing)}."
        for limit, least, has in (
            ("context window", self.min_context_tokens, model.context_window),
            ("output limit", self.min_output_tokens, model.max_output_tokens),
        ):
            if least > (has or 0):
                return f"The {limit} of {model.id} is {has or 'not known'}; {least} is required."
        return None


@immutable
class CompareQuery:
    """One query to be priced on every model instead of its own.

    ``models`` are names; none means the current model of every family. The default ``baseline`` is
    the first named model or, of the current models, the most expensive. With ``equal_text``,
    measured counts are recounted for each tokenizer instead of reused.
    """

    query: EstimateQuery
    models: tuple[str, ...] = ()
    baseline: str | None = None
    requires: Requirements = Requirements()
    equal_text: bool = False


@immutable
class CompareRow(Estimate):
    """One model's estimate, compared with the baseline."""

    relative_to_baseline: Decimal | None
    """Cost as a ratio of the baseline's: ``0.2`` is a fifth; null when the baseline is zero, or one
    of the two costs leaves something out.
    """
    calls_per_baseline_call: Decimal | None
    """Calls on this model for the price of one on the baseline; null when this cost is zero, or one
    of the two costs leaves something out.
    """
    fits_context: bool | None
    """Whether prompt and output fit in the context window; null when that is not known."""
    capabilities: tuple[str, ...]
    """What the model can do, such as ``vision``, ``tools`` or ``caching``."""


@immutable
class Exclusion:
    """A model that was not compared."""

    model: str
    """The name as it was sent, or the model's id."""
    reason: str
    """Why the model was not compared."""


@immutable
class CompareAnswer:
    """One estimate per model, cheapest first; models of equal cost in the order of their ids.

    With a rate card, rows are ordered and compared by their net prices. Rows that lack the price of
    a component, or a count that other rows have, come last. None of them is the cheapest, nor is a
    retired model.
    """

    status: ComparedStatus
    """``partial`` when a row lacks the price of a component, or a count was not understood."""
    unread: tuple[Unread, ...]
    """Counts of the request that were not understood and are in no total."""

    rows: tuple[CompareRow, ...]
    """One estimate per model, cheapest first."""
    excluded: tuple[Exclusion, ...]
    """Models that were not compared."""
    cheapest: str | None
    """Id of the cheapest model that is fully priced and not retired; null when there is none."""
    cheapest_provider: str | None
    """The cheapest model's provider: several providers may offer one id."""
    baseline: str | None
    """Id of the model that the others are compared with; null when there is none."""
    baseline_provider: str | None
    """The baseline's provider."""
    pricing: Provenance
    assumptions: tuple[str, ...]
    """What all rows take for granted; each row's own assumptions are in the row."""
    warnings: tuple[Notice, ...]
    """Warnings that concern all rows; each row's own warnings are in the row."""


def compare(in_force: BookInForce, comparison: CompareQuery) -> CompareAnswer:
    """Price the query on every model; raises UnknownModel for a name that is not in the book.

    A model that does not qualify, or has no price for the terms, is excluded with the reason. The
    baseline is priced even if it does not qualify. A model that is named twice, by its id and by an
    alias, is one row.
    """
    book = in_force.book
    comparison = _recounted(in_force, comparison)
    found: dict[str, tuple[str, Model]] = {}
    for number, reference in enumerate(references_of(book, comparison)):
        model = book.find(reference, f"/models/{number}").model
        found.setdefault(model.key, (reference, model))
    rows: list[tuple[Estimate, Model]] = []
    excluded: list[Exclusion] = []
    for reference, model in found.values():
        reason = comparison.requires.unmet_by(model)
        if reason is None:
            try:
                rows.append((estimate(in_force, _on(comparison.query, reference)), model))
                continue
            except InvalidRequest as error:
                reason = error.reason
        excluded.append(Exclusion(reference, reason))
    unread_by_all = {*_common([row.unread for row, _ in rows])}

    def is_whole(row: Estimate) -> bool:
        return row.complete and {*row.unread} <= unread_by_all

    rows.sort(key=lambda row: (not is_whole(row[0]), row[0].paid_usd, row[1].key))
    whole = [(row, model) for row, model in rows if is_whole(row)]
    baseline = _baseline(in_force, comparison, [row for row, _ in whole or rows])
    base = baseline.paid_usd if baseline and is_whole(baseline) else None
    day = comparison.query.as_of.day
    cheapest = next((row for row, model in whole if not model.lifecycle.retired(day)), None)
    assumptions = _common([row.assumptions for row, _ in rows])
    warnings = _common([row.warnings for row, _ in rows])
    return CompareAnswer(
        status="priced" if all(row.status == "priced" for row, _ in rows) else "partial",
        unread=tuple(dict.fromkeys(one for row, _ in rows for one in row.unread)),
        rows=tuple(
            _row(row, model, base if is_whole(row) else None, assumptions, warnings)
            for row, model in rows
        ),
        excluded=tuple(excluded),
        cheapest=cheapest.model.id if cheapest else None,
        cheapest_provider=cheapest.model.provider if cheapest else None,
        baseline=baseline.model.id if baseline else None,
        baseline_provider=baseline.model.provider if baseline else None,
        pricing=provenance(in_force, comparison.query.as_of),
        assumptions=assumptions,
        warnings=warnings,
    )


def references_of(book: PriceBook, comparison: CompareQuery) -> tuple[str, ...]:
    """Return the models to compare: those named, or the current one of every family."""
    return comparison.models or book.current_models(comparison.query.as_of.day)


def _recounted(in_force: BookInForce, comparison: CompareQuery) -> CompareQuery:
    """Return the comparison with measured usage as another model would have it.

    With ``equal_text`` it was measured on the baseline, and is recounted for each tokenizer.
    """
    call = comparison.query.call
    if not isinstance(call, MeasuredInput):
        return comparison
    call = call.anew()
    comparison = replace(comparison, query=replace(comparison.query, call=call))
    if not comparison.equal_text:
        return comparison
    measured_on, named_at = _named_baseline(comparison)
    if measured_on is None:
        detail = "is required with `equal`: text, because its tokenizer counted the usage"
        raise InvalidRequest.at("/baseline", detail)
    model = in_force.book.find(measured_on, named_at).model
    recounted = RecountedInput(call.counted_for(model), model.tokenizer)
    query = replace(comparison.query, call=recounted)
    return replace(comparison, query=query)


def _on(query: EstimateQuery, reference: str, named_at: str = "/models") -> EstimateQuery:
    return replace(query, model=reference, named_at=named_at, compared=True)


def _named_baseline(comparison: CompareQuery) -> tuple[str | None, str]:
    """Return the baseline that the request names, and the pointer to its name."""
    if comparison.baseline is not None or not comparison.models:
        return comparison.baseline, "/baseline"
    return comparison.models[0], "/models/0"


def _baseline(
    in_force: BookInForce, comparison: CompareQuery, rows: Sequence[Estimate]
) -> Estimate | None:
    named, named_at = _named_baseline(comparison)
    if named is None:
        return rows[-1] if rows else None
    try:
        return estimate(in_force, _on(comparison.query, named, named_at))
    except InvalidRequest as error:
        if comparison.baseline is None:  # it is only the first of the models
            return rows[-1] if rows else None
        raise InvalidRequest.at("/baseline", error.errors[0].detail) from None


def _common(lists: Sequence[tuple[Shared, ...]]) -> tuple[Shared, ...]:
    """Return what is in all of the lists, in the order of the first."""
    first = dict.fromkeys(lists[0]) if lists else ()
    return tuple(item for item in first if all(item in others for others in lists))


def _row(
    row: Estimate,
    model: Model,
    base: Decimal | None,
    assumptions: tuple[str, ...],
    warnings: tuple[Notice, ...],
) -> CompareRow:
    """Compare an estimate with the baseline's cost, if both are whole; leave out what all share."""
    row = replace(
        row,
        assumptions=tuple(text for text in row.assumptions if text not in assumptions),
        warnings=tuple(notice for notice in row.warnings if notice not in warnings),
    )
    return CompareRow(
        **{field.name: getattr(row, field.name) for field in fields(Estimate)},
        relative_to_baseline=None if base is None else share_of(row.paid_usd, base),
        calls_per_baseline_call=None if base is None else share_of(base, row.paid_usd),
        fits_context=row.context.fits,
        capabilities=tuple(sorted(model.capabilities)),
    )
