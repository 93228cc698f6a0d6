"""Exchange rates: which day's rate is used, and which published days are taken."""

from datetime import date
from decimal import Decimal
from itertools import pairwise

import pytest

from pricing.catalogue.exchange_rates import ExchangeRates
from pricing.errors import InvalidRequest
from pricing.sources.reference_rates import read
from pricing.store import bundled
from tariff.catalogue.exchange_rates import table

RATES = ExchangeRates("Date,USD,GBP,JPY\n2026-10-30,1.25,0.8,150\n2026-10-29,1.2,0.8,\n")


@pytest.mark.parametrize(
    ("day", "currency", "rate"),
    [
        (date(2026, 10, 30), "EUR", "0.8"),  # 1 / 1.25
        (date(2026, 10, 30), "GBP", "0.64"),  # 0.8 / 1.25
        (date(2026, 10, 30), "USD", "1"),
        (date(2026, 10, 29), "EUR", "0.833333333333"),  # 1 / 1.2
        (date(2030, 1, 1), "JPY", "120"),  # 150 / 1.25, the last day's
    ],
)
def test_a_rate_from_usd_is_the_ratio_of_two_euro_rates(
    day: date, currency: str, rate: str
) -> None:
    assert RATES.on(day, currency).rate == Decimal(rate)


@pytest.mark.parametrize(("day", "currency"), [("2026-10-28", "EUR"), ("2026-10-29", "JPY")])
def test_a_day_without_a_rate_is_refused(day: str, currency: str) -> None:
    with pytest.raises(InvalidRequest):
        RATES.on(date.fromisoformat(day), currency)


def published(**days: dict[str, str]) -> dict[str, dict[str, str]]:
    return {f"2026-{name[1:3]}-{name[3:]}": rates for name, rates in days.items()}


SOUND = {"USD": "1.3", "GBP": "0.81", "JPY": "155"}


def test_newer_days_go_before_the_others_and_earlier_ones_change_nothing() -> None:
    text = RATES.newer(published(d1102=SOUND, d1101=SOUND, d1030={**SOUND, "USD": "9"}))
    assert text == "Date,USD,GBP,JPY\n2026-11-02,1.3,0.81,155\n2026-11-01,1.3,0.81,155"
    found = RATES.with_newer(text)
    assert found.on(date(2026, 11, 2), "EUR").rate_date == date(2026, 11, 2)
    assert found.on(date(2026, 10, 30), "EUR").rate == Decimal("0.8")


@pytest.mark.parametrize(
    ("rates", "taken"),
    [
        (SOUND, "1.3,0.81,155"),
        ({"USD": "1.5625", "GBP": "1", "JPY": "187.5"}, "1.5625,1,187.5"),  # a quarter more
        ({**SOUND, "USD": "1.5626"}, None),
        ({**SOUND, "JPY": "1500"}, "1.3,0.81,"),  # one currency of three is left out
        ({**SOUND, "GBP": "8", "JPY": "1500"}, None),
        ({"USD": "1.3"}, None),
        ({}, None),
        ({**SOUND, "USD": "0"}, None),
    ],
)
def test_a_damaged_day_is_not_taken(rates: dict[str, str], taken: str | None) -> None:
    rows = RATES.newer(published(d1101=rates, d1102=SOUND)).split("\n")[1:]
    assert (rows[-1] if rows else None) == (taken and f"2026-11-01,{taken}")


XML = b"""<?xml version="1.0"?><gesmes:Envelope><Cube>
<Cube time="2026-11-02"><Cube currency="USD" rate="1.3"/><Cube currency="GBP" rate="0.81"/></Cube>
<Cube time='2026-11-01'><Cube currency='USD' rate='1.2'/></Cube></Cube></gesmes:Envelope>"""


def test_the_banks_document_is_read() -> None:
    assert read(XML) == {"2026-11-02": {"USD": "1.3", "GBP": "0.81"}, "2026-11-01": {"USD": "1.2"}}


@pytest.mark.parametrize("content", [b"", b"<html>", b"{}", XML[:40], b"<Cube time=" * 1000])
def test_any_other_document_has_no_rates(content: bytes) -> None:
    assert read(content) == {}


def test_the_packages_table_keeps_what_the_newest_day_has() -> None:
    text = (
        "Date,USD,HRK,GBP,\n2026-10-30,1.25,N/A,0.8,\n2026-10-29,1.2,7.5,N/A,\n2022-01-01,1,7,1,\n"
    )
    assert table(text, "2023-01-01") == "Date,USD,GBP\n2026-10-30,1.25,0.8\n2026-10-29,1.2,\n"


def test_the_bundled_rates_have_every_working_day_and_thirty_currencies() -> None:
    rates = bundled.exchange_rates()
    days = [date.fromisoformat(day) for day in rates.days()]
    assert days == sorted(days, reverse=True)
    assert days[-1] == date(2023, 1, 2)
    assert max((later - day).days for later, day in pairwise(days)) <= 5
    assert len(rates.currencies) == 30
    assert {"EUR", "USD", "GBP", "JPY", "INR", "CHF"} <= {*rates.currencies}
