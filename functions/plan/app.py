"""``POST /v1/plan/...``: what caching, batches, a leaner prompt or a subscription would save."""

from collections.abc import Callable
from functools import cache
from typing import TypeVar

from pricing import errors
from pricing.api.billing import Billed, prices_for
from pricing.api.handler import Call, Route, serve
from pricing.api.requests.plans import (
    BatchPlanRequest,
    CachingPlanRequest,
    ContextPlanRequest,
    SubscriptionPlanRequest,
)
from pricing.catalogue.price_book import BookInForce
from pricing.estimates.net import side_by_side
from pricing.plans.batch import BatchAnswer, plan_batch
from pricing.plans.caching.query import CachingAnswer, answer_caching
from pricing.plans.context import ContextAnswer, plan_context
from pricing.plans.subscriptions import SubscriptionAnswer, plan_subscription
from pricing.store import bundled_subscriptions as bundled_plans
from pricing.store import connect
from pricing.timestamps import AsOf

books = cache(connect.books)
Answer = TypeVar("Answer")


def create_caching_plan(request: CachingPlanRequest, call: Call) -> CachingAnswer:
    """Plan or measure a cached prefix."""
    query = request.query(call.now)
    return _both(request, call, query.as_of, lambda prices: answer_caching(prices, query))


def create_batch_plan(request: BatchPlanRequest, call: Call) -> BatchAnswer:
    """Price requests one by one and in batches."""
    query = request.query(call.now)
    return _both(request, call, query.as_of, lambda prices: plan_batch(prices, query))


def create_context_plan(request: ContextPlanRequest, call: Call) -> ContextAnswer:
    """Budget the parts of a prompt, or compare two prompts."""
    query = request.query(call.now)
    return _both(request, call, query.as_of, lambda prices: plan_context(prices, query))


def create_subscription_plan(request: SubscriptionPlanRequest, call: Call) -> SubscriptionAnswer:
    """Compare the subscription plans with the API."""
    query = request.query(call.now)
    plans = bundled_plans.load(request.plans_version)
    return _both(request, call, query.as_of, lambda prices: plan_subscription(prices, plans, query))


def _both(
    request: Billed, call: Call, as_of: AsOf, plan: Callable[[BookInForce], Answer]
) -> Answer:
    """Plan at list prices, and at those of the request's rate card."""
    return side_by_side(prices_for(books(), request, call.now), as_of.instant.date(), plan)


_RAISES = (errors.UnknownModel, errors.UnknownVersion, errors.UnknownRateCard, errors.Unpriced)
ROUTES = (
    Route(
        "POST",
        "/v1/plan/caching",
        create_caching_plan,
        body=CachingPlanRequest,
        answer=CachingAnswer,
        summary="What a cached prefix saves, and the best time to live at each rate of calls.",
        raises=_RAISES,
    ),
    Route(
        "POST",
        "/v1/plan/batch",
        create_batch_plan,
        body=BatchPlanRequest,
        answer=BatchAnswer,
        summary="The same requests one by one and in batches, and whether batches suit them.",
        raises=_RAISES,
    ),
    Route(
        "POST",
        "/v1/plan/context",
        create_context_plan,
        body=ContextPlanRequest,
        answer=ContextAnswer,
        summary="What fits a context window, which parts to drop, and what that saves.",
        raises=_RAISES,
    ),
    Route(
        "POST",
        "/v1/plan/subscription",
        create_subscription_plan,
        body=SubscriptionPlanRequest,
        answer=SubscriptionAnswer,
        summary="Subscription plans compared with the same usage at API prices.",
        raises=(*_RAISES, errors.NotFound),
    ),
)
lambda_handler = serve(*ROUTES)
