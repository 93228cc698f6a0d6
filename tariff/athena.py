"""``python -m tariff.athena FOLDER``: a report's SQL and price table, for Athena.

Without ``--wanted`` it prints the statements to run first; the answer of the last one, saved as
CSV, is what ``--wanted`` takes. It then writes ``prices.csv``, to be put under ``tariff/prices/``
in the input bucket, and a file of SQL for each statement, numbered in the order to run them.
docs/usage-reports.md has the whole way.
"""

import argparse
import csv
import sys
from datetime import date
from pathlib import Path

from pricing.catalogue.price_book import PriceBook
from pricing.reports.athena import WANTED, calls_view, price_table, statements
from pricing.reports.sql import PRICE_COLUMNS, TERMS
from pricing.store import bundled


def main() -> int:
    """Write the files; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tariff.athena", description=__doc__)
    parser.add_argument("folder", type=Path, help="where to write")
    parser.add_argument("--wanted", type=Path, help=f"CSV of model, {', '.join(TERMS)}")
    parser.add_argument("--start", type=date.fromisoformat, help="the first day, UTC")
    parser.add_argument("--end", type=date.fromisoformat, help="the day after the last, UTC")
    parser.add_argument("--version", type=Path, help="a price version's file; default: bundled")
    arguments = parser.parse_args()
    if arguments.wanted is None:
        print(f"{calls_view()};\n\n{WANTED};")
        return 0
    if not arguments.start or not arguments.end or arguments.start >= arguments.end:
        parser.error("--start and --end must be days, the first before the second")
    with arguments.wanted.open(encoding="utf-8", newline="") as file:
        wanted = [[row[name] for name in ("model", *TERMS)] for row in csv.DictReader(file)]
    book = bundled.current()
    if arguments.version:
        book = PriceBook.from_json(arguments.version.read_bytes())
    cuts, places, rows = price_table(book, wanted, arguments.start, arguments.end)
    arguments.folder.mkdir(parents=True, exist_ok=True)
    with (arguments.folder / "prices.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(PRICE_COLUMNS)
        writer.writerows(rows)
    for number, (name, sql) in enumerate(statements(cuts), start=1):
        path = arguments.folder / f"{number:02} {name}.sql"
        path.write_text(f"{sql}\n", encoding="utf-8")
    print(f"{len(rows)} prices of version {book.id}; a cost of 1 is 10^-{places} USD")
    return 0


if __name__ == "__main__":
    sys.exit(main())
