"""``POST /v1/recommend...``: which model should do it, and what cascades and tiers cost."""

from functools import cache

from pricing import environment, errors
from pricing.cascade import CascadeAnswer, cascade
from pricing.contract_recommend_cascade import CascadeRequest
from pricing.contract_recommend_tiers import TiersRequest
from pricing.http import Call, Route, serve
from pricing.tiers import TiersAnswer, compare_tiers

books = cache(environment.books)


def plan_cascade(request: CascadeRequest, call: Call) -> CascadeAnswer:
    """Price a cascade, every attempt of it."""
    query = request.query(call.now)
    return cascade(books().in_force(request.pricing_version, call.now), query)


def tiers(request: TiersRequest, call: Call) -> TiersAnswer:
    """Hold a mix of tiers against one model."""
    query = request.query(call.now)
    return compare_tiers(books().in_force(request.pricing_version, call.now), query)


_RAISES = (errors.UnknownModel, errors.UnknownVersion, errors.Unpriced)
ROUTES = (
    Route(
        "POST",
        "/v1/recommend/cascade",
        plan_cascade,
        body=CascadeRequest,
        answer=CascadeAnswer,
        summary="What a cascade costs on average, and the pass rate at which it starts to save.",
        raises=_RAISES,
    ),
    Route(
        "POST",
        "/v1/recommend/tiers",
        tiers,
        body=TiersRequest,
        answer=TiersAnswer,
        summary="A mix of tiers beside one model for all, and what would turn the verdict.",
        raises=_RAISES,
    ),
)
lambda_handler = serve(*ROUTES)
