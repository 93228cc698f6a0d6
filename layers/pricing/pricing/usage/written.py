"""What records and requests state in the way that people write it, where that has one meaning."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from pricing.money import BARE, meant

#: What is larger is left to the limit of its field to refuse, and this to the type of it.
_TOO_LARGE = 10**18
#: Words for a processing, and for leaving it to the provider.
TIERS = ("batch", "flex", "priority", "standard")
CHOSEN_BY_PROVIDER = ("default", "auto", "standard_only", "on_demand")


def amount(value: Any) -> Any:
    """A whole number that is written as ``2000.0``, ``"2000"``, ``"2,000"`` or ``"2k"``.

    A text such as ``"1.000"`` is left as it is: some write a thousand so, and some write one.
    """
    if isinstance(value, str) and BARE.fullmatch(value.strip()) and (number := meant(value)):
        value = Decimal(number)
    if isinstance(value, Decimal) and 0 <= value < _TOO_LARGE and value == int(value):
        return int(value)
    return value


def unquoted(usage: Mapping[str, Any]) -> dict[str, Any]:
    """A usage object whose counts may be in quotes, or as people write them."""
    return {
        name: unquoted(value)
        if isinstance(value, dict)
        else number
        if isinstance(value, str) and type(number := amount(value)) is int
        else value
        for name, value in usage.items()
    }


def processing_of(name: str, word: Any) -> str | None:
    """The processing that a tier, or ``batch: true``, states; "" where the provider chooses it.

    None for what states no processing, such as the id of a batch.
    """
    if name == "batch" and str(word).lower() in ("true", "false"):
        return "batch" if str(word).lower() == "true" else "standard"
    if not isinstance(word, str):
        return None
    if word.lower() in TIERS:
        return word.lower()
    return "" if word.lower() in CHOSEN_BY_PROVIDER else None
