"""``POST /v1/estimate``: what one call, or many identical ones, cost."""

from functools import cache

from pricing import environment, errors
from pricing.contract_estimate import EstimateRequest
from pricing.estimate import Estimate, estimate
from pricing.http import Call, Route, serve

books = cache(environment.books)


def respond(request: EstimateRequest, call: Call) -> Estimate:
    """Price the request from the book it names."""
    query = request.query(call.now)
    in_force = books().in_force(request.pricing_version, call.now)
    return estimate(in_force, environment.counted(in_force.book, query, query.model))


ROUTES = (
    Route(
        "POST",
        "/v1/estimate",
        respond,
        body=EstimateRequest,
        answer=Estimate,
        summary="The exact cost of a call, line by line.",
        raises=(errors.UnknownModel, errors.UnknownVersion, errors.Unpriced),
    ),
)
lambda_handler = serve(*ROUTES)
