"""A report as FOCUS rows: the FinOps Foundation's open format of cost and usage, version 1.2.

The columns are those of 1.2, which are a superset of 1.0 (https://focus.finops.org). A row is what
one component of the calls of a day, a price and a set of labels cost, so that list cost is list
unit price times pricing quantity, exactly. docs/usage-reports.md lists the deviations.
"""

import csv
import json
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from pricing.catalogue.exchange_rates import SOURCE, ExchangeRate
from pricing.catalogue.models import COMPONENT_UNITS, REQUEST_FEE, TOKEN
from pricing.catalogue.price_book import BookInForce
from pricing.money import EXACT, ONE, multiply, plain
from pricing.reports.database import literal
from pricing.reports.dimensions import COLUMNS, TAG, period_of
from pricing.reports.engine import Engine
from pricing.reports.rates import BUCKETS, PriceKey, UnitRates, unscaled
from pricing.reports.render.csv_table import inert
from pricing.reports.report import day_of
from pricing.reports.sql import KEY_COLUMNS, TERMS

#: Every column of FOCUS 1.2, in the order of the specification, and two of Tariff's own.
FOCUS_COLUMNS = (
    *("AvailabilityZone", "BilledCost", "BillingAccountId", "BillingAccountName"),
    *("BillingAccountType", "BillingCurrency", "BillingPeriodEnd", "BillingPeriodStart"),
    *("CapacityReservationId", "CapacityReservationStatus", "ChargeCategory", "ChargeClass"),
    *("ChargeDescription", "ChargeFrequency", "ChargePeriodEnd", "ChargePeriodStart"),
    *("CommitmentDiscountCategory", "CommitmentDiscountId", "CommitmentDiscountName"),
    *("CommitmentDiscountQuantity", "CommitmentDiscountStatus", "CommitmentDiscountType"),
    *("CommitmentDiscountUnit", "ConsumedQuantity", "ConsumedUnit", "ContractedCost"),
    *("ContractedUnitPrice", "EffectiveCost", "InvoiceId", "InvoiceIssuerName", "ListCost"),
    *("ListUnitPrice", "PricingCategory", "PricingCurrency"),
    *("PricingCurrencyContractedUnitPrice", "PricingCurrencyEffectiveCost"),
    *("PricingCurrencyListUnitPrice", "PricingQuantity", "PricingUnit", "ProviderName"),
    *("PublisherName", "RegionId", "RegionName", "ResourceId", "ResourceName", "ResourceType"),
    *("ServiceCategory", "ServiceName", "ServiceSubcategory", "SkuId", "SkuMeter"),
    *("SkuPriceDetails", "SkuPriceId", "SubAccountId", "SubAccountName", "SubAccountType", "Tags"),
    *("x_PricingVersion", "x_RateCardId"),
)
#: Columns of amounts, prices and quantities; the first of them are in the billing currency.
_COSTS = ("BilledCost", "ContractedCost", "EffectiveCost", "ListCost")
_UNIT_PRICES = ("ContractedUnitPrice", "ListUnitPrice")
NUMBERS = (
    *(*_COSTS, *_UNIT_PRICES, "ConsumedQuantity", "PricingQuantity", "CommitmentDiscountQuantity"),
    *("PricingCurrencyContractedUnitPrice", "PricingCurrencyEffectiveCost"),
    "PricingCurrencyListUnitPrice",
)
TIMES = ("BillingPeriodEnd", "BillingPeriodStart", "ChargePeriodEnd", "ChargePeriodStart")
MILLION = 1_000_000
#: What a unit is called in FOCUS.
_UNITS = {
    TOKEN: "Tokens", "search": "Searches", "execution": "Executions", "request": "Requests",
}  # fmt: skip
Row = Mapping[str, object]


def write_focus(engine: Engine, in_force: BookInForce, last_day: date, path: Path) -> None:
    """Write the priced calls of a loaded report as CSV.

    Amounts are in the currency of the request, at the rate of the last day, and prices in USD.
    """
    currency = in_force.currency
    rate = ExchangeRate("USD", ONE, last_day, SOURCE)
    if currency is not None:
        rate = currency.rate(last_day)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(FOCUS_COLUMNS)
        for row in _rows(engine, in_force, rate):
            writer.writerow([_cell(row.get(column)) for column in FOCUS_COLUMNS])


def as_parquet(source: Path, target: Path) -> None:
    """Write the rows of ``write_focus`` as Parquet: amounts as exact decimals, never as floats."""
    with duckdb.connect() as db:
        db.execute(
            f"CREATE TABLE focus AS FROM read_csv({literal(source)}, header = true,"
            " all_varchar = true, delim = ',', quote = '\"', escape = '\"')"
        )
        columns = []
        for name in FOCUS_COLUMNS:
            kind = "TIMESTAMP" if name in TIMES else "VARCHAR"
            if name in NUMBERS:
                places, digits = db.execute(
                    f"SELECT COALESCE(MAX(length(split_part({name}, '.', 2))), 0),"
                    f" COALESCE(MAX(length(split_part({name}, '.', 1))), 1) FROM focus"
                ).fetchall()[0]
                # No amount has more: costs are integers of 38 digits before they are written here.
                kind = f"DECIMAL(38, {places})" if places + digits <= MAX_DIGITS else "VARCHAR"
            columns.append(f"CAST({name} AS {kind}) AS {name}")
        db.execute(
            f"COPY (SELECT {', '.join(columns)} FROM focus) TO {literal(target)} (FORMAT parquet)"
        )


MAX_DIGITS = 38


def _cell(value: object) -> object:
    if isinstance(value, Decimal):
        return plain(value)
    return inert(value) if isinstance(value, str) else value


def _rows(engine: Engine, in_force: BookInForce, rate: ExchangeRate) -> Iterator[Row]:
    usage = engine.usage
    listed = {priced.key: priced.card for priced in usage.keys}
    carded = {priced.key: priced.card for priced in usage.net_keys} or listed
    for group in engine.priced_groups():
        common = _common(group, engine, in_force, rate)
        if group["price_from"] is None:
            # Calls of several prompts are priced as a whole: one charge at their cost.
            cost = unscaled(int(group["cost"]), usage.places)
            net = unscaled(int(group.get("net", group["cost"])), usage.places)
            tokens = sum(int(group[name]) for name in BUCKETS if COMPONENT_UNITS[name] == TOKEN)
            yield {
                **common,
                **_amounts(cost, net, ONE, rate),
                **_sku(common, "calls", "", "standard", 0),
                "ConsumedQuantity": Decimal(tokens),
                "ConsumedUnit": "Tokens",
                "PricingUnit": "Charges",
            }
            continue
        key = PriceKey(*(group[name] for name in KEY_COLUMNS))
        card, net_card = listed[key], carded[key]
        counts = {name: int(group[name]) for name in BUCKETS} | {REQUEST_FEE: int(group["calls"])}
        for component, count in counts.items():
            price, net_price = _unit_price(card, component), _unit_price(net_card, component)
            if not count or (price is None and net_price is None):
                continue
            if component == REQUEST_FEE and not price and not net_price:
                continue
            unit = COMPONENT_UNITS[component]
            quantity = Decimal(count)
            if unit == TOKEN:
                quantity = EXACT.scaleb(quantity, -6)
            terms = "/".join(group[term] for term in TERMS)
            above = usage.cuts.prompt_above(group["tier"])
            yield {
                **common,
                **_amounts(price, net_price, quantity, rate),
                **_sku(common, component, terms, group["processing"], above),
                "ConsumedQuantity": Decimal(count),
                "ConsumedUnit": _UNITS[unit],
                "PricingUnit": f"{MILLION} Tokens" if unit == TOKEN else _UNITS[unit],
            }


def _unit_price(card: UnitRates | None, component: str) -> Decimal | None:
    """The price of a pricing unit: a million tokens, or one of anything else."""
    if card is None:
        return None
    rate = card.fee if component == REQUEST_FEE else card.rates[component]
    if rate is None or COMPONENT_UNITS[component] != TOKEN:
        return rate
    return EXACT.scaleb(rate, 6)


def _amounts(
    price: Decimal | None, net: Decimal | None, quantity: Decimal, rate: ExchangeRate
) -> Row:
    """The prices and costs of a quantity; prices in USD, costs in the billing currency too.

    A price that is not known, and its cost, are empty.
    """
    cost, paid = _times(price, quantity), _times(net, quantity)
    billed = _times(paid, rate.rate)
    return {
        "BilledCost": billed,
        "ContractedCost": billed,
        "EffectiveCost": billed,
        "ListCost": _times(cost, rate.rate),
        "ContractedUnitPrice": _times(net, rate.rate),
        "ListUnitPrice": _times(price, rate.rate),
        "PricingCurrencyContractedUnitPrice": net,
        "PricingCurrencyEffectiveCost": paid,
        "PricingCurrencyListUnitPrice": price,
        "PricingQuantity": quantity,
    }


def _times(amount: Decimal | None, factor: Decimal) -> Decimal | None:
    return None if amount is None else multiply(amount, factor)


def _sku(common: Row, component: str, terms: str, processing: str, above: int) -> Row:
    """What names the price: the model and component, and what else decides the price."""
    sku = f"{common['ProviderName']}/{common['ResourceName']}/{component}"
    details = {"x_Processing": processing, "x_PromptAboveTokens": above}
    meter = component.replace("_", " ").title()
    if COMPONENT_UNITS.get(component) == TOKEN:
        meter = f"{meter} Tokens"
    return {
        "ChargeDescription": f"{common['ResourceName']}: {meter}",
        "SkuId": sku,
        "SkuMeter": meter,
        "SkuPriceDetails": json.dumps(details) if terms else None,
        "SkuPriceId": f"{sku}/{terms}/{above}" if terms else f"{sku}/{common['ChargePeriodStart']}",
    }


def _common(
    group: Mapping[str, Any], engine: Engine, in_force: BookInForce, rate: ExchangeRate
) -> Row:
    day = day_of(group["day"])
    start, end = period_of(day, "month")
    provider = group["provider"] or "unknown"
    tags = {name: group[name] for name in COLUMNS if group[name] is not None}
    tags |= {
        label.removeprefix(TAG): group[column]
        for label, column in engine.label_columns.items()
        if group[column] is not None
    }
    region = "us" if group["inference_geo"] == "us" else None
    return {
        "BillingAccountId": provider,
        "BillingAccountType": "Provider",
        "BillingCurrency": rate.currency,
        "BillingPeriodStart": _midnight(start),
        "BillingPeriodEnd": _midnight(end),
        "ChargeCategory": "Usage",
        "ChargeFrequency": "Usage-Based",
        "ChargePeriodStart": _midnight(day),
        "ChargePeriodEnd": _midnight(day + timedelta(days=1)),
        "InvoiceIssuerName": provider,
        "PricingCategory": "Standard",
        "PricingCurrency": "USD",
        "ProviderName": provider,
        "PublisherName": provider,
        "RegionId": region,
        "RegionName": region,
        "ResourceId": f"{provider}/{group['label']}",
        "ResourceName": group["label"],
        "ResourceType": "Model",
        "ServiceCategory": "AI and Machine Learning",
        "ServiceName": f"{provider} API",
        "ServiceSubcategory": "Generative AI",
        "SubAccountId": group["team"],
        "SubAccountName": group["team"],
        "SubAccountType": "Team" if group["team"] is not None else None,
        "Tags": json.dumps(tags, ensure_ascii=False, sort_keys=True) if tags else None,
        "x_PricingVersion": in_force.book.id,
        "x_RateCardId": in_force.rate_card,
    }


def _midnight(day: date) -> str:
    return f"{day.isoformat()}T00:00:00Z"
