"""A report against the calculator, record by record: ``make check-report``.

A month of generated records is reported as a file; then every record is read and priced by itself,
as one call would be. Where each went, and the exact total, must be equal.
"""

import argparse
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

from pricing.catalogue.price_book import BookInForce, PriceBook
from pricing.errors import TariffError
from pricing.estimates.calculator import price_attempts
from pricing.jsonio import read_json
from pricing.money import ZERO, add, plain
from pricing.reports.generate import report_usage
from pricing.reports.readers.files import UsageFile
from pricing.reports.readers.records import read_record
from pricing.reports.report import ReportQuery
from pricing.store import bundled
from tariff.sample_usage import RECORDS, write

FATES = ("read", "priced", "unpriced", "rejected", "duplicates")
_EVERY = 50_000


def main() -> int:
    """Print both; 1 when they differ."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.slow.report_by_record", description=__doc__
    )
    parser.add_argument("--records", type=int, default=RECORDS)
    parser.add_argument("--seed", type=int, default=23)
    arguments = parser.parse_args()
    book = bundled.current()
    with tempfile.TemporaryDirectory(prefix="check-report-") as name:
        path, scratch = Path(name) / "usage.jsonl", Path(name) / "scratch"
        scratch.mkdir()
        for written in write(path, arguments.records, arguments.seed):
            print(f"\rwriting {written:,} records", end="", file=sys.stderr, flush=True)
        reported = by_report(book, path, scratch)
        print(f"\nreport:     {shown(*reported)}")
        single = by_record(book, path)
        print(f"calculator: {shown(*single)}")
    print("equal" if reported == single else "DIFFERENT")
    return int(reported != single)


def shown(fates: Counter[str], cost: Decimal) -> str:
    """One line of figures."""
    return f"${plain(cost)}; " + ", ".join(f"{fates[name]:,} {name}" for name in FATES)


def by_report(book: PriceBook, path: Path, folder: Path) -> tuple[Counter[str], Decimal]:
    """Counts and total of a report of the file."""
    in_force = BookInForce(book, "bundled", stale=False, age_seconds=None)
    found = report_usage(in_force, UsageFile(path, "jsonl"), ReportQuery(), folder)
    fates = Counter({name: int(getattr(found.records, name)) for name in FATES})
    return fates, found.totals.cost_usd


def by_record(book: PriceBook, path: Path) -> tuple[Counter[str], Decimal]:
    """Counts and total of every record, read and priced by itself."""
    fates: Counter[str] = Counter(dict.fromkeys(FATES, 0))
    seen: set[str] = set()
    total, started = ZERO, time.perf_counter()
    for line in _lines(path):
        fates["read"] += 1
        fate, cost = _of(book, line, seen)
        fates[fate] += 1
        total = add((total, cost))
        if fates["read"] % _EVERY == 0:
            rate = fates["read"] / (time.perf_counter() - started)
            print(f"\r{fates['read']:,} singly, {rate:,.0f} a second", end="", file=sys.stderr)
    print(file=sys.stderr)
    return fates, total


def _lines(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        yield from (line for line in file if line.strip())


def _of(book: PriceBook, line: bytes, seen: set[str]) -> tuple[str, Decimal]:
    try:
        record = read_record(read_json(line))
    except TariffError:
        return "rejected", ZERO
    if record.request_id is not None:
        if record.request_id in seen:
            return "duplicates", ZERO
        seen.add(record.request_id)
    try:
        model = book.find(record.model).model
        found = price_attempts(book, model, record.at, record.attempts, record.terms, 1)
    except TariffError:
        return "unpriced", ZERO
    return "priced", found.total_usd


if __name__ == "__main__":
    sys.exit(main())
