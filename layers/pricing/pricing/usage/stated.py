"""What a provider or a gateway states that it charged for a call."""

import re
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from pricing.money import add
from pricing.usage import meanings
from pricing.usage.buckets import MAX_COUNT
from pricing.usage.parsed import StatedCost

#: xAI states what it charged in ticks.
USD_PER_TICK = Decimal("1e-10")
#: A float has 17 digits: what is written with more decimals than this is not an amount.
_COST_PLACES = 30
_AMOUNT = re.compile(r"\d{1,12}(?:\.\d{1,30})?", re.ASCII)


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
