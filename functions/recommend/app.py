"""``POST /v1/recommend...``: which model should do it, and what cascades and tiers cost."""

from dataclasses import replace
from functools import cache
from typing import Any

import pricing.api.quick_start  # noqa: F401 - before what it makes quicker to import
from pricing import errors
from pricing.api.billing import both_prices
from pricing.api.handler import Call, Route, serve
from pricing.api.requests.calibration import CalibrateRequest, from_s3
from pricing.api.requests.recommendations import CascadeRequest, RecommendRequest, TiersRequest
from pricing.aws.s3 import check_prefix
from pricing.recommendations.calibration import CalibrateAnswer, calibrate
from pricing.recommendations.cascade import CascadeAnswer, cascade
from pricing.recommendations.policy import LearnedPolicy
from pricing.recommendations.recommend import RecommendAnswer, recommend
from pricing.recommendations.tiers import TiersAnswer, compare_tiers
from pricing.store import connect
from pricing.store.policies import unknown

books = cache(connect.books)
policies = cache(connect.policies)
#: What is left of Lambda's 6 MB for an event, with room for JSON inside JSON.
CALIBRATE_BODY_BYTES = 5 * 1024 * 1024


def recommend_models(request: RecommendRequest, call: Call) -> RecommendAnswer:
    """A model for each task."""
    query = request.query(call.now, learned_policy)
    return both_prices(books(), request, call.now, query, recommend)


def create_cascade_plan(request: CascadeRequest, call: Call) -> CascadeAnswer:
    """Price a cascade, every attempt of it."""
    query = request.query(call.now)
    return both_prices(books(), request, call.now, query, cascade)


def compare_tier_mix(request: TiersRequest, call: Call) -> TiersAnswer:
    """Compare a mix of tiers with one model."""
    query = request.query(call.now)
    return both_prices(books(), request, call.now, query, compare_tiers)


def calibrate_policy(request: CalibrateRequest, call: Call) -> CalibrateAnswer:
    """Measure, and keep the policy where there is one and a store."""

    def rows(s3_uri: str) -> list[Any]:
        check_prefix(s3_uri, call.caller)
        return from_s3(s3_uri)

    query = request.query(call.now, rows)
    found, document = calibrate(books().in_force(request.pricing_version, call.now), query)
    store = policies()
    if document is None or store is None:
        return found
    store.add(document.id, document.content)
    return replace(found, stored=True)


def learned_policy(policy_id: str) -> LearnedPolicy:
    """The policy with this id; raises UnknownPolicy."""
    store = policies()
    if store is None:
        raise unknown()
    return store.get(policy_id)


_RAISES = (errors.UnknownModel, errors.UnknownVersion, errors.UnknownRateCard, errors.Unpriced)
ROUTES = (
    Route(
        "POST",
        "/v1/recommend",
        recommend_models,
        body=RecommendRequest,
        answer=RecommendAnswer,
        summary="Which model should do a task, what that costs, and why.",
        raises=(*_RAISES, errors.UnknownPolicy),
    ),
    Route(
        "POST",
        "/v1/recommend/cascade",
        create_cascade_plan,
        body=CascadeRequest,
        answer=CascadeAnswer,
        summary="The expected cost of a cascade, and the pass rate above which it saves.",
        raises=_RAISES,
    ),
    Route(
        "POST",
        "/v1/recommend/tiers",
        compare_tier_mix,
        body=TiersRequest,
        answer=TiersAnswer,
        summary="A mix of tiers compared with one model for all, and the break-even points.",
        raises=_RAISES,
    ),
    Route(
        "POST",
        "/v1/recommend/calibrate",
        calibrate_policy,
        body=CalibrateRequest,
        answer=CalibrateAnswer,
        summary="What routing is worth on your own tasks, and a policy made from it. Body: 5 MiB.",
        raises=_RAISES,
        max_body_bytes=CALIBRATE_BODY_BYTES,
    ),
)
lambda_handler = serve(*ROUTES)
