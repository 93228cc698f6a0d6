"""Exchange rates: amounts in other currencies, next to the exact amounts in USD.

The European Central Bank publishes reference rates of one euro on every working day. A rate from
USD is the ratio of two of them, rounded half-even at 12 places; the converted amounts are exact
products of it.
"""

from collections.abc import Collection, Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from pricing.errors import InvalidRequest
from pricing.money import ONE, multiply, ratio
from pricing.values import immutable

SOURCE = "European Central Bank euro reference rates"


class ExchangeRates:
    """Daily reference rates. ``text`` is a table of comma-separated values, the newest day first.

    Its header is ``Date`` and the codes of currencies; a cell is the price of one euro, or empty.
    """

    def __init__(self, text: str) -> None:
        self._header, *self._rows = text.strip().split("\n")
        self._columns = {code: number for number, code in enumerate(self._header.split(","))}

    @cached_property
    def currencies(self) -> tuple[str, ...]:
        """The codes that there are rates for, sorted; EUR is one of them."""
        return tuple(sorted({*self._columns, "EUR"} - {"Date"}))

    def days(self) -> dict[str, dict[str, str]]:
        """Return the rates of each day by currency, newest first."""
        rows = (row.split(",") for row in self._rows)
        names = [name for name in self._columns if name != "Date"]
        return {cells[0]: dict(zip(names, cells[1:], strict=True)) for cells in rows}

    def newer(self, published: Mapping[str, Mapping[str, str]]) -> str:
        """Return the table of the published days after the last one of this table.

        Days are taken in their order, and end before one on which the dollar or a third of the
        currencies has no rate, or moved by more than a quarter: such a table is damaged.
        """
        last = next(iter(self.days().items()))
        rows = []
        for day in sorted(day for day in published if day > last[0]):
            rates = {name: published[day].get(name, "") for name in last[1]}
            moved = [name for name, rate in rates.items() if not _is_close(rate, last[1][name])]
            if "USD" in moved or len(moved) * 3 > len(rates):
                break
            kept = {name: "" if name in moved else rate for name, rate in rates.items()}
            rows.append(",".join([day, *kept.values()]))
            last = (day, {name: rate or last[1][name] for name, rate in kept.items()})
        return "\n".join([self._header, *reversed(rows)])

    def with_newer(self, text: str) -> "ExchangeRates":
        """Return this table with the newer days of another one before its own."""
        _, *rows = self.newer(ExchangeRates(text).days()).split("\n")
        return ExchangeRates("\n".join([self._header, *rows, *self._rows]))

    def on(self, day: date, currency: str) -> "ExchangeRate":
        """Return the last rate published on this day or before.

        Raises InvalidRequest at ``/currency`` for a day without one.
        """
        wanted = day.isoformat()
        for row in self._rows:
            if row[: len(wanted)] <= wanted:
                cells = row.split(",")
                per_euro = "1" if currency == "EUR" else cells[self._columns[currency]]
                usd = cells[self._columns["USD"]]
                if per_euro and usd:
                    rate = ratio(Decimal(per_euro), Decimal(usd))
                    return ExchangeRate(currency, rate, date.fromisoformat(cells[0]), SOURCE)
        first = self._rows[-1][: len(wanted)]
        detail = f"has no rate on {wanted}; rates begin on {first}. Leave `currency` out for USD."
        raise InvalidRequest.at("/currency", detail)


def _is_close(rate: str, before: str) -> bool:
    """Whether a rate is one, and within a quarter of the last one known."""
    if not rate or not before:
        return bool(rate)
    change = ratio(Decimal(rate), Decimal(before)) if Decimal(before) else ONE
    return NEAR[0] <= change <= NEAR[1]


#: The largest changes from one working day to the next that are taken for true.
NEAR = (Decimal("0.75"), Decimal("1.25"))


@immutable
class ExchangeRate:
    """One currency's price of a US dollar on one day."""

    currency: str
    """The ISO 4217 code."""
    rate: Decimal
    """What one US dollar costs, rounded half-even at 12 places."""
    rate_date: date
    """The day that the rate was published for: the last one that is not after the prices' date."""
    source: str
    """Who publishes the rates."""


@immutable
class Converted(ExchangeRate):
    """An answer's amounts in another currency. The exact figures are those in USD."""

    total: Decimal | None
    """The answer's total times the rate; null where it has no single total."""
    amounts: Mapping[str, Decimal]
    """Amounts in USD of this answer times the rate, by JSON pointer."""


@immutable
class TargetCurrency:
    """The currency that a request asks for, and the rates it is converted with."""

    code: str
    rates: ExchangeRates

    def rate(self, day: date) -> ExchangeRate:
        """Return the rate of a day; raises InvalidRequest at ``/currency`` if there is none."""
        return self.rates.on(day, self.code)

    def amount(self, usd: Decimal, day: date) -> Decimal:
        """Return an amount in USD in this currency; raises as ``rate`` does."""
        return multiply(usd, self.rate(day).rate)

    def convert(
        self, answer: Any, day: date, total: Decimal | None, without: Collection[str] = ()
    ) -> Converted:
        """Convert the amounts of a dataclass answer at the rate of a day.

        ``without`` names members of the answer that are left out. Raises InvalidRequest at
        ``/currency`` for a day without a rate.
        """
        rate = self.rate(day)
        amounts = {
            pointer: multiply(amount, rate.rate)
            for pointer, amount in _amounts(answer, "", without).items()
        }
        return Converted(
            rate.currency,
            rate.rate,
            rate.rate_date,
            rate.source,
            None if total is None else multiply(total, rate.rate),
            amounts,
        )


def _amounts(value: Any, pointer: str, without: Collection[str] = ()) -> dict[str, Decimal]:
    """Return every amount in USD by its pointer; prices per unit are not amounts."""
    found: dict[str, Decimal] = {}
    if isinstance(value, tuple | list):
        members = {str(number): item for number, item in enumerate(value)}
    elif is_dataclass(value):
        members = {field.name: getattr(value, field.name) for field in fields(value)}
    else:
        return found
    for name, member in members.items():
        if name in without:
            continue
        if isinstance(member, Decimal):
            if "usd" in name.split("_") and not name.startswith("usd_per_"):
                found[f"{pointer}/{name}"] = member
        else:
            found |= _amounts(member, f"{pointer}/{name}")
    return found
