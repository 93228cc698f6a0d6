"""What a provider or a gateway states that it charged for a call."""

import re
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from pricing.jsonio import value_at
from pricing.money import add, multiply
from pricing.usage import meanings
from pricing.usage.buckets import MAX_COUNT
from pricing.usage.parsed import StatedCost

#: xAI states what it charged in ticks.
USD_PER_TICK = Decimal("1e-10")
#: A float has 17 digits: what is written with more decimals than this is not an amount.
_COST_PLACES = 30
_AMOUNT = re.compile(r"\d{1,12}(?:\.\d{1,30})?", re.ASCII)
#: Where a response states its cost next to its usage: LiteLLM's, agents' and gateways' own names.
COSTS = (
    ("_hidden_params", "response_cost"),
    ("response_cost",),
    ("total_cost_usd",),
    ("cost_usd",),
    ("costUSD",),
    ("cost",),
    ("total_cost",),
    ("usage", "cost_in_usd_ticks"),
)
_TICKS = COSTS[-1]


def amount_of(value: Any) -> Decimal | None:
    """A stated amount, also one in quotes; None for a value that is not an amount."""
    if isinstance(value, str) and _AMOUNT.fullmatch(value):
        value = Decimal(value)
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return None
    usd = Decimal(value)
    exponent = usd.as_tuple().exponent
    exact = isinstance(exponent, int) and exponent >= -_COST_PLACES
    return usd if exact and 0 <= usd <= MAX_COUNT else None


def charged(costs: Mapping[str, StatedCost], own_key: bool | None) -> StatedCost | None:
    """What was charged: by the gateway, and behind it where the caller's own key was used."""
    if meanings.COST_TICKS in costs:
        return costs[meanings.COST_TICKS]
    stated, behind = costs.get(meanings.COST), costs.get(meanings.COST_UPSTREAM)
    if stated is None or own_key is False:
        return stated or behind
    # Who is paid for the call itself is paid at least what it cost behind the gateway.
    fee_alone = own_key or (behind is not None and stated.usd < behind.usd)
    if not fee_alone:
        return stated
    if behind is None:
        return replace(stated, fee=stated.usd)
    return replace(behind, usd=add((behind.usd, stated.usd)), fee=stated.usd)


def stated_cost(body: Mapping[str, Any], pointer: str) -> StatedCost | None:
    """What a gateway or an agent says next to the usage that it charged."""
    for path in COSTS:
        usd = amount_of(value_at(body, path))
        if usd is not None:
            usd = multiply(usd, USD_PER_TICK) if path == _TICKS else usd
            return StatedCost(usd, f"{pointer}/{'/'.join(path)}")
    return None
