"""The estimate in the usual way: Powertools' resolver with validation, pydantic models and boto3.

It reads the same two items as Tariff and prices the example only, so it does less than Tariff.
"""

import os
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from typing import Annotated, Any, Literal

import boto3
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver
from pydantic import BaseModel, ConfigDict, Field

from pricing.catalogue.price_book import PriceBook
from pricing.store.repository import Repository

Name = Annotated[str, Field(min_length=1, max_length=128)]
Count = Annotated[int, Field(ge=0, le=10**12)]

app = APIGatewayHttpResolver(enable_validation=True)
dynamodb: Any = boto3.client("dynamodb", endpoint_url=os.environ["TARIFF_DYNAMODB_ENDPOINT"])


class CacheCreation(BaseModel):
    """Cache writes by time to live."""

    model_config = ConfigDict(strict=True)
    ephemeral_5m_input_tokens: Count = 0
    ephemeral_1h_input_tokens: Count = 0


class ServerToolUse(BaseModel):
    """Uses of server tools."""

    model_config = ConfigDict(strict=True)
    web_search_requests: Count = 0
    web_fetch_requests: Count = 0
    code_execution_requests: Count = 0


class MessagesUsage(BaseModel):
    """Anthropic's usage object."""

    model_config = ConfigDict(strict=True)
    input_tokens: Count
    output_tokens: Count
    cache_creation_input_tokens: Count | None = None
    cache_read_input_tokens: Count | None = None
    cache_creation: CacheCreation | None = None
    server_tool_use: ServerToolUse | None = None
    service_tier: Literal["standard", "priority", "batch"] | None = None
    speed: Literal["standard", "fast"] | None = None
    inference_geo: Literal["global", "us", "not_available"] | None = None


class MessagesResponse(BaseModel):
    """A raw response."""

    model: Name | None = None
    usage: MessagesUsage
    stop_reason: str | None = None


class EstimateRequest(BaseModel):
    """The body of ``POST /v1/estimate``."""

    model_config = ConfigDict(extra="forbid", strict=True)
    model: Name | None = None
    usage: MessagesUsage | None = None
    usage_format: Literal["anthropic"] = "anthropic"
    response: MessagesResponse | None = None
    calls: Annotated[int, Field(ge=1, le=10**12)] = 1
    processing: Literal["standard", "batch", "priority", "flex"] = "standard"
    speed: Literal["standard", "fast"] = "standard"
    inference_geo: Literal["global", "us"] = "global"
    pricing_version: Name = "active"
    as_of: Annotated[str, Field(max_length=40)] | None = None


class LineItem(BaseModel):
    """One component's cost; amounts are decimals as text."""

    component: str
    quantity: str
    usd_per_mtok: str
    cost_usd: str


class Pricing(BaseModel):
    """The price version of the answer."""

    version: str
    as_of: str


class Estimate(BaseModel):
    """The answer."""

    total_usd: str
    calls: int
    model: str
    line_items: list[LineItem]
    pricing: Pricing


@cache
def active() -> PriceBook:
    """Read the active version: the pointer, then the document."""
    repository = Repository(os.environ["TARIFF_TABLE"], dynamodb)
    pointer = repository.active()
    book = repository.get(pointer.version) if pointer else None
    if book is None:
        raise LookupError("no version is active")
    return book


@app.post("/v1/estimate")
def respond(request: EstimateRequest) -> Estimate:
    """Price the usage of the example; other fields are validated only."""
    if request.model is None or request.usage is None:
        raise ValueError("this handler prices the usage form only")
    book, now = active(), datetime.now(UTC)
    model = book.find(request.model).model
    period = model.period_at(now)
    if period is None:
        raise LookupError("no price is in force")
    rates = period.lists["standard"].rates
    counts = {
        "input": request.usage.input_tokens,
        "cache_read": request.usage.cache_read_input_tokens or 0,
        "output": request.usage.output_tokens,
    }
    costs = {name: count * rates[name] / 1_000_000 for name, count in counts.items()}
    return Estimate(
        total_usd=str(sum(costs.values(), Decimal()).normalize()),
        calls=request.calls,
        model=model.id,
        line_items=[
            LineItem(
                component=name,
                quantity=str(counts[name]),
                usd_per_mtok=str(rates[name]),
                cost_usd=str(cost),
            )
            for name, cost in costs.items()
        ],
        pricing=Pricing(version=book.id, as_of=now.isoformat()),
    )


def lambda_handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer an event of Lambda."""
    return app.resolve(event, context)
