"""``POST /v1/estimate``: what one call, or many identical ones, cost."""

from functools import cache

import pricing.api.quick_start  # noqa: F401 - before what it makes quicker to import
from pricing import errors
from pricing.api import exact_counts as api_exact_counts
from pricing.api.billing import prices_for
from pricing.api.handler import Call, Route, serve
from pricing.api.requests.estimate import EstimateRequest
from pricing.estimates.estimate import Estimate, estimate
from pricing.store import connect

books = cache(connect.books)


def create_estimate(request: EstimateRequest, call: Call) -> Estimate:
    """Price the request from the book it names."""
    query = request.query(call.now)
    in_force = prices_for(books(), request, call.now)
    return estimate(in_force, api_exact_counts.counted(in_force.book, query, query.model or ""))


ROUTES = (
    Route(
        "POST",
        "/v1/estimate",
        create_estimate,
        body=EstimateRequest,
        answer=Estimate,
        summary="The exact cost of a call, line by line.",
        raises=(
            errors.UnknownModel,
            errors.UnknownVersion,
            errors.UnknownRateCard,
            errors.Unpriced,
        ),
    ),
)
lambda_handler = serve(*ROUTES)
