"""``POST /v1/estimate``, what one call costs, and ``POST /v1/estimate/workload``, what many do."""

from functools import cache

from pricing import environment, errors
from pricing.contract_estimate import EstimateRequest, WorkloadRequest
from pricing.estimate import Estimate, estimate
from pricing.http import Call, Route, serve
from pricing.workload import WorkloadEstimate, estimate_workload

books = cache(environment.books)


def one(request: EstimateRequest, call: Call) -> Estimate:
    """One call, or many identical ones."""
    query = request.query(call.now)
    in_force = books().in_force(request.pricing_version, call.now)
    return estimate(in_force, environment.counted(in_force.book, query, query.model))


def workload(request: WorkloadRequest, call: Call) -> WorkloadEstimate:
    """Many lines, their projection, and what-ifs."""
    work = request.workload(call.now)
    return estimate_workload(books().in_force(request.pricing_version, call.now), work)


ROUTES = (
    Route(
        "POST",
        "/v1/estimate",
        one,
        body=EstimateRequest,
        answer=Estimate,
        summary="The exact cost of a call, line by line.",
        raises=(errors.UnknownModel, errors.UnknownVersion, errors.Unpriced),
    ),
    Route(
        "POST",
        "/v1/estimate/workload",
        workload,
        body=WorkloadRequest,
        answer=WorkloadEstimate,
        summary="A day's or a month's calls, projected, with what-ifs computed from the lines.",
        raises=(errors.UnknownModel, errors.UnknownVersion, errors.Unpriced),
    ),
)
lambda_handler = serve(*ROUTES)
