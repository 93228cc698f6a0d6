"""``GET /v1/models``, one model's page, the price versions, and ``GET /v1/health``."""

from dataclasses import replace
from functools import cache

import pricing.api.quick_start  # noqa: F401 - before what it makes quicker to import
from pricing import errors
from pricing.api.billing import stored_card
from pricing.api.handler import Call, Route, serve
from pricing.api.requests.catalogue import (
    ChangesQuery,
    DiffQuery,
    ModelsQuery,
    PricesQuery,
    VersionsQuery,
)
from pricing.catalogue import listing
from pricing.catalogue.listing import Health, ModelList, ModelPage, health, model_page
from pricing.catalogue.price_book import BookInForce
from pricing.catalogue.rate_cards import StoredRateCard
from pricing.store import connect
from pricing.store.books import ACTIVE
from pricing.timestamps import AsOf
from pricing.validation import NoQuery
from pricing.versions import views
from pricing.versions.views import (
    PriceChanges,
    PriceDiff,
    VersionList,
    VersionPage,
    VersionStoreView,
    changes_since,
    diff,
    version_page,
)

books = cache(connect.books)
version_views = cache(connect.version_views)


def list_models(query: ModelsQuery, call: Call) -> ModelList:
    """A page of the model list."""
    in_force = books().in_force(query.pricing_version, call.now)
    as_of = query.moment(call.now)
    return listing.list_models(
        in_force, query.filter(), as_of, cursor=query.cursor, limit=query.limit
    )


def get_model(query: PricesQuery, call: Call) -> ModelPage:
    """One model's prices, limits and history."""
    in_force = books().in_force(query.pricing_version, call.now)
    return model_page(in_force, call.path["provider"], call.path["id"], query.moment(call.now))


def list_versions(query: VersionsQuery, _call: Call) -> VersionList:
    """A page of the version list."""
    store = version_views().view(audited=False)
    return views.list_versions(store, cursor=query.cursor, limit=query.limit)


def get_version(_query: NoQuery, call: Call) -> VersionPage:
    """Show a version, its pending prices and the decision about it."""
    book = _meant(call.path["id"], call).book
    return version_page(_known(call), book, version_views().proposal(book.id))


def compare_versions(query: DiffQuery, call: Call) -> PriceDiff:
    """Compare two versions."""
    before, after = _named("from", query.from_, call), _named("to", query.to, call)
    moment = query.moment(call.now)
    return diff(before, after, moment, cursor=query.cursor, limit=query.limit)


def list_price_changes(query: ChangesQuery, call: Call) -> PriceChanges:
    """List the price changes since a moment."""
    span = query.span(call.now)
    store = _known(call)
    # Not the cached one: the activations would name a version that the difference does not know.
    active = books().in_force(store.active or ACTIVE, call.now).book
    then = store.active_at(span[0].instant)
    before = books().in_force(then, call.now).book if then else None
    return changes_since(store, before, active, span, cursor=query.cursor, limit=query.limit)


def _known(call: Call) -> VersionStoreView:
    """What the store knows, as far as the caller may know it too."""
    view = version_views().view()
    return view if call.is_administrator else view.without_people()


def _meant(reference: str, call: Call) -> BookInForce:
    """The version a reference means; ``active`` is read from the store at this moment.

    The reader has often just changed it, and price books are cached for a minute. If the store does
    not answer, the cached version is the answer, and stale.
    """
    if reference != ACTIVE:
        return books().in_force(reference, call.now)
    active = version_views().active()
    try:
        if active is not None:
            found = books().in_force(active.version, call.now)
            return replace(found, source="store", age_seconds=0, checked_at=active.checked_at)
    except (errors.StoreUnavailable, errors.CorruptBook):
        pass
    return replace(books().in_force(ACTIVE, call.now), stale=True)


def _named(name: str, reference: str, call: Call) -> BookInForce:
    """The version that a query parameter means."""
    try:
        return _meant(reference, call)
    except errors.UnknownVersion:
        raise errors.UnknownVersion(
            f"`{name}` is not the id of a price version; GET /v1/pricing/versions lists them.",
            errors=[errors.FieldError(f"/{name}", "is not the id of a price version")],
        ) from None


def get_rate_card(_query: NoQuery, call: Call) -> StoredRateCard:
    """Show a stored rate card."""
    return StoredRateCard.of(stored_card(call.path["id"]))


def get_health(_query: NoQuery, call: Call) -> Health:
    """Always answers, and says which prices it answers with."""
    return health(books().in_force("active", call.now), AsOf.now(call.now))


ROUTES = (
    Route(
        "GET",
        "/v1/models",
        list_models,
        query=ModelsQuery,
        answer=ModelList,
        summary="The models that Tariff prices, with their current standard token prices.",
        raises=(errors.UnknownVersion,),
        etag=True,
    ),
    Route(
        "GET",
        "/v1/models/{provider}/{id+}",
        get_model,
        query=PricesQuery,
        answer=ModelPage,
        summary="One model: prices, tiers, capabilities, limits, lifecycle and price history.",
        raises=(errors.UnknownModel, errors.UnknownVersion),
        etag=True,
    ),
    Route(
        "GET",
        "/v1/pricing/versions",
        list_versions,
        query=VersionsQuery,
        answer=VersionList,
        summary="The price versions, newest first, and which of them is active.",
        etag=True,
    ),
    Route(
        "GET",
        "/v1/pricing/versions/{id}",
        get_version,
        query=NoQuery,
        answer=VersionPage,
        summary="One version: its content, its pending prices and why, and the decisions about it.",
        raises=(errors.UnknownVersion, errors.StoreUnavailable),
        etag=True,
    ),
    Route(
        "GET",
        "/v1/pricing/diff",
        compare_versions,
        query=DiffQuery,
        answer=PriceDiff,
        summary="What differs between two versions, price by price.",
        raises=(errors.UnknownVersion, errors.StoreUnavailable),
        etag=True,
    ),
    Route(
        "GET",
        "/v1/pricing/changes",
        list_price_changes,
        query=ChangesQuery,
        answer=PriceChanges,
        summary="Changes since a moment: new active versions, and prices that reached their date.",
        raises=(errors.StoreUnavailable,),
        etag=True,
    ),
    Route(
        "GET",
        "/v1/rate-cards/{id}",
        get_rate_card,
        query=NoQuery,
        answer=StoredRateCard,
        summary="The rules of a stored rate card.",
        raises=(errors.UnknownRateCard, errors.StoreUnavailable),
    ),
    Route(
        "GET",
        "/v1/health",
        get_health,
        query=NoQuery,
        answer=Health,
        summary="Whether Tariff answers, and how fresh its prices are.",
        open_to_all=True,
    ),
)
lambda_handler = serve(*ROUTES)
