"""``POST /v1/compare``: the same work on many models."""

from dataclasses import replace
from functools import cache

import pricing.api.quick_start  # noqa: F401 - before what it makes quicker to import
from pricing import errors
from pricing.api import exact_counts as api_exact_counts
from pricing.api.billing import prices_for
from pricing.api.handler import Call, Route, serve
from pricing.api.requests.compare import CompareRequest
from pricing.estimates.compare import CompareAnswer, compare, references_of
from pricing.store import connect

books = cache(connect.books)


def compare_models(request: CompareRequest, call: Call) -> CompareAnswer:
    """Price the work on every model asked for."""
    comparison = request.query(call.now)
    in_force = prices_for(books(), request, call.now)
    baseline = (comparison.baseline,) if comparison.baseline else ()
    references = (*references_of(in_force.book, comparison), *baseline)
    query = api_exact_counts.counted(in_force.book, comparison.query, *references)
    return compare(in_force, replace(comparison, query=query))


ROUTES = (
    Route(
        "POST",
        "/v1/compare",
        compare_models,
        body=CompareRequest,
        answer=CompareAnswer,
        summary="The same work on many models, cheapest first.",
        raises=(errors.UnknownModel, errors.UnknownVersion, errors.UnknownRateCard),
    ),
)
lambda_handler = serve(*ROUTES)
