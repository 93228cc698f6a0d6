"""``POST /v1/estimate/workload``: a day's or a month's calls, projected, with what-ifs."""

from functools import cache

import pricing.api.quick_start  # noqa: F401 - before what it makes quicker to import
from pricing import errors
from pricing.api.billing import both_prices
from pricing.api.handler import Call, Route, serve
from pricing.api.requests.workload import WorkloadRequest
from pricing.estimates.workload import WorkloadEstimate, estimate_workload
from pricing.store import connect

books = cache(connect.books)


def create_workload_estimate(request: WorkloadRequest, call: Call) -> WorkloadEstimate:
    """Price every line and every what-if."""
    query = request.query(call.now)
    return both_prices(
        books(), request, call.now, query, estimate_workload, lambda found: found.totals.period_usd
    )


ROUTES = (
    Route(
        "POST",
        "/v1/estimate/workload",
        create_workload_estimate,
        body=WorkloadRequest,
        answer=WorkloadEstimate,
        summary="A day's or a month's calls, projected, with what-ifs computed from the lines.",
        raises=(
            errors.UnknownModel,
            errors.UnknownVersion,
            errors.UnknownRateCard,
            errors.Unpriced,
        ),
    ),
)
lambda_handler = serve(*ROUTES)
