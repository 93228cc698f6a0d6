"""``POST /v1/plan/...``: what caching, batches, a leaner prompt or a subscription would save."""

from functools import cache

import pricing.api.quick_start  # noqa: F401 - before what it makes quicker to import
from pricing import errors
from pricing.api.billing import both_prices
from pricing.api.handler import Call, Route, serve
from pricing.api.requests.plans import (
    BatchPlanRequest,
    CachingPlanRequest,
    ContextPlanRequest,
    SubscriptionPlanRequest,
)
from pricing.catalogue.price_book import BookInForce
from pricing.plans.batch import BatchAnswer, plan_batch
from pricing.plans.caching.query import CachingAnswer, answer_caching
from pricing.plans.context import ContextAnswer, plan_context
from pricing.plans.subscriptions import SubscriptionAnswer, SubscriptionQuery, plan_subscription
from pricing.store import bundled_subscriptions as bundled_plans
from pricing.store import connect

books = cache(connect.books)


def create_caching_plan(request: CachingPlanRequest, call: Call) -> CachingAnswer:
    """Plan or measure a cached prefix."""
    query = request.query(call.now)
    return both_prices(books(), request, call.now, query, answer_caching)


def create_batch_plan(request: BatchPlanRequest, call: Call) -> BatchAnswer:
    """Price requests one by one and in batches."""
    query = request.query(call.now)
    return both_prices(books(), request, call.now, query, plan_batch)


def create_context_plan(request: ContextPlanRequest, call: Call) -> ContextAnswer:
    """Budget the parts of a prompt, or compare two prompts."""
    query = request.query(call.now)
    return both_prices(books(), request, call.now, query, plan_context)


def create_subscription_plan(request: SubscriptionPlanRequest, call: Call) -> SubscriptionAnswer:
    """Compare the subscription plans with the API."""
    query = request.query(call.now)
    plans = bundled_plans.load(request.plans_version)

    def plan(prices: BookInForce, query: SubscriptionQuery) -> SubscriptionAnswer:
        return plan_subscription(prices, plans, query)

    return both_prices(books(), request, call.now, query, plan)


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
