"""Compare a report with the calculator, record by record: ``python -m tests.slow report``.

A month of generated records is reported as a file. Then every record is read and priced by itself,
as one call would be. The counts and the exact total must be equal.
"""

import tempfile
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Annotated

from rich import progress
from rich.console import Console
from typer import Option

from pricing.catalogue.price_book import PriceBook
from pricing.errors import TariffError
from pricing.estimates.calculator import price_attempts
from pricing.estimates.discounts import billed_terms
from pricing.jsonio import read_json
from pricing.money import ZERO, add, plain
from pricing.reports.generate import report_usage
from pricing.reports.readers.files import UsageFile
from pricing.reports.readers.records import read_record
from pricing.reports.report import ReportQuery
from tariff.prices import bundled_prices
from tariff.sample_usage import PARTS, RECORDS, write

COUNTS = ("read", "priced", "unpriced", "rejected", "duplicates")
_PROGRESS = Console(stderr=True)


def check(
    records: Annotated[int, Option(min=1, help="How many records.")] = RECORDS,
    seed: int = 23,
) -> int:
    """Compare a report with the calculator, by record."""
    with tempfile.TemporaryDirectory(prefix="check-report-") as name:
        path, scratch = Path(name) / "usage.jsonl", Path(name) / "scratch"
        scratch.mkdir()
        parts = write(path, records, seed)
        for _ in progress.track(parts, "Writing", total=PARTS, console=_PROGRESS):
            pass
        reported = by_report(path, scratch)
        print(f"report:     {shown(*reported)}")
        priced = by_record(path)
        print(f"calculator: {shown(*priced)}")
    print("equal" if reported == priced else "DIFFERENT")
    return int(reported != priced)


def shown(counts: Counter[str], cost: Decimal) -> str:
    """Return a line of figures."""
    return f"${plain(cost)}; " + ", ".join(f"{counts[name]:,} {name}" for name in COUNTS)


def by_report(path: Path, folder: Path) -> tuple[Counter[str], Decimal]:
    """Return the counts and the total of a report of the file."""
    found = report_usage(bundled_prices(), UsageFile(path, "jsonl"), ReportQuery(), folder)
    counts = Counter({name: int(getattr(found.records, name)) for name in COUNTS})
    counts["priced"] += found.records.partial
    return counts, found.totals.known_usd


def by_record(path: Path) -> tuple[Counter[str], Decimal]:
    """Return the counts and the total of all records, each read and priced by itself."""
    book = bundled_prices().book
    counts: Counter[str] = Counter(dict.fromkeys(COUNTS, 0))
    seen: set[str] = set()
    total = ZERO
    with progress.open(path, "rb", description="Pricing", console=_PROGRESS) as lines:
        for line in filter(bytes.strip, lines):
            kind, cost = _priced(book, line, seen)
            counts["read"] += 1
            counts[kind] += 1
            total = add((total, cost))
    return counts, total


def _priced(book: PriceBook, line: bytes, seen: set[str]) -> tuple[str, Decimal]:
    """Return what happens to a record, as a name of ``COUNTS``, and its cost."""
    try:
        record = read_record(read_json(line))
    except TariffError:
        return "rejected", ZERO
    if record.request_id is not None:
        if record.request_id in seen:
            return "duplicates", ZERO
        seen.add(record.request_id)
    try:
        match, _, attempts = record.settled(book)
        terms, _ = billed_terms(match.model, record.at, record.terms)
        found = price_attempts(book, match.model, record.at, attempts, terms, 1)
    except TariffError:
        return "unpriced", ZERO
    return "priced", found.total_usd
