"""A discount that a call was served with, where its model has no known price for it.

Estimates, plans and reports ask ``billed_terms``, so that a line of a batch costs the same in all.
"""

from dataclasses import replace
from datetime import datetime

from pricing.catalogue.models import DISCOUNT_MODES, Model
from pricing.notices import Notice
from pricing.usage.buckets import StatedTerms, Terms, settle


def settled_terms(
    model: Model, at: datetime, requested: StatedTerms, served: StatedTerms
) -> tuple[Terms, tuple[str, ...], tuple[Notice, ...]]:
    """Return the terms that a call is priced on, the names on which served differs, and warnings.

    What was served goes before what was asked for. A caller who asks for a discount that has no
    price is refused when the call is priced.
    """
    terms, differing = settle(requested, served)
    if terms.processing == requested.processing:
        return terms, differing, ()
    billed, notices = billed_terms(model, at, terms)
    return billed, differing, notices


def billed_terms(model: Model, at: datetime, terms: Terms) -> tuple[Terms, tuple[Notice, ...]]:
    """Return the terms that a past call is priced on, with a warning where they are not its own.

    What was served at a discount is billed, at most at the standard price.
    """
    served = terms.processing
    period = model.period_at(at) if served in DISCOUNT_MODES else None
    if period is None or served in period.lists_at(at) or served in period.served_as_standard:
        return terms, ()
    message = (
        f"What was served as {served} is priced as standard, which is an upper bound: {model.id}"
        f" has no known price for {served}."
    )
    return replace(terms, processing="standard"), (Notice("discount_price_unknown", message),)
