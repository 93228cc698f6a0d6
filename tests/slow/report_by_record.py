"""Compare a report with the calculator, record by record: ``python -m tests.slow report``.

A month of generated records is reported as a file. Then every record is read and priced by itself,
as one call would be, and records of one request id as one. The counts and the exact total must be
equal.
"""

import tempfile
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Annotated

from rich import progress
from rich.console import Console
from typer import Option

from pricing.money import plain
from pricing.reports.generate import report_usage
from pricing.reports.readers.files import UsageFile
from pricing.reports.report import ReportQuery
from tariff.prices import bundled_prices
from tariff.sample_usage import PARTS, RECORDS, write
from tests.support.usage_lines import expected

COUNTS = ("read", "priced", "unpriced", "rejected", "duplicates", "merged")
_PROGRESS = Console(stderr=True)


def check(
    records: Annotated[int, Option(min=1, help="How many records.")] = RECORDS, seed: int = 23
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
    """Return the counts and the total of all records, each call read and priced by itself."""
    with progress.open(path, "rb", description="Pricing", console=_PROGRESS) as lines:
        found = expected(lines)
    cost = found.pop("cost")
    return Counter({"read": sum(found.values()), **found}), cost
