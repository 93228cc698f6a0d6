"""``GET /v1/models``, one model's page, and ``GET /v1/health``."""

from functools import cache

from pricing import environment, errors
from pricing.catalogue import Health, ModelList, ModelPage, health, list_models, model_page
from pricing.contract import NoQuery
from pricing.contract_catalogue import ModelsQuery, PricesQuery
from pricing.http import Call, Route, serve
from pricing.instants import AsOf

books = cache(environment.books)


def models(query: ModelsQuery, call: Call) -> ModelList:
    """A page of the model list."""
    in_force = books().in_force(query.pricing_version, call.now)
    as_of = query.moment(call.now)
    return list_models(in_force, query.filter(), as_of, after=query.cursor, limit=query.limit)


def model(query: PricesQuery, call: Call) -> ModelPage:
    """One model's prices, limits and history."""
    in_force = books().in_force(query.pricing_version, call.now)
    return model_page(in_force, call.path["provider"], call.path["id"], query.moment(call.now))


def check(_query: NoQuery, call: Call) -> Health:
    """Always answers, and says which prices it answers with."""
    return health(books().in_force("active", call.now), AsOf.now(call.now))


ROUTES = (
    Route(
        "GET",
        "/v1/models",
        models,
        query=ModelsQuery,
        answer=ModelList,
        summary="The models Tariff prices, with their standard token prices in force.",
        raises=(errors.UnknownVersion,),
        etag=True,
    ),
    Route(
        "GET",
        "/v1/models/{provider}/{id+}",
        model,
        query=PricesQuery,
        answer=ModelPage,
        summary="One model: prices, tiers, capabilities, limits, lifecycle and price history.",
        raises=(errors.UnknownModel, errors.UnknownVersion),
        etag=True,
    ),
    Route(
        "GET",
        "/v1/health",
        check,
        query=NoQuery,
        answer=Health,
        summary="Whether Tariff answers, and how fresh its prices are.",
        open_to_all=True,
    ),
)
lambda_handler = serve(*ROUTES)
