"""The currencies that answers are converted to, with the newest rates that are known."""

from contextlib import suppress
from datetime import datetime
from functools import lru_cache

from pricing.aws.settings import settings
from pricing.catalogue.exchange_rates import ExchangeRates, TargetCurrency
from pricing.errors import InvalidRequest, StoreUnavailable
from pricing.store import bundled, connect
from pricing.store.connect import STORE_TIMEOUT_SECONDS


def currency_for(
    code: str, now: datetime, timeout_seconds: float = STORE_TIMEOUT_SECONDS
) -> TargetCurrency:
    """Return the currency with this code; raises InvalidRequest if it has no rates."""
    rates = bundled.exchange_rates()
    if code not in rates.currencies:
        known = ", ".join(rates.currencies)
        raise InvalidRequest.at("/currency", f"must be an ISO 4217 code with rates: {known}")
    # The rates that ship with the code end at their release; without the store they answer.
    with suppress(StoreUnavailable, ValueError, ArithmeticError):
        rates = _newest_rates(settings.table, f"{now:%Y-%m-%d %H}", timeout_seconds)
    return TargetCurrency(code, rates)


@lru_cache(maxsize=1)
def _newest_rates(_table: str, _hour: str, timeout_seconds: float) -> ExchangeRates:
    """The bundled rates with those of later refreshes, which are read once in an hour."""
    rates, store = bundled.exchange_rates(), connect.stored_rates(timeout_seconds)
    newer = store.get() if store else None
    return rates.with_newer(newer) if newer else rates
