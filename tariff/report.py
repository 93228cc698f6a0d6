"""``python -m tariff.report FILE``: a report of a local file, as a page, JSON or CSV."""

import argparse
import sys
import tempfile
import time
import webbrowser
from pathlib import Path

from pricing.api.requests.reports import DEFAULT_GROUPS, report_query
from pricing.catalogue.price_book import BookInForce
from pricing.display import usd
from pricing.errors import TariffError
from pricing.jsonio import to_json
from pricing.reports.generate import report_usage
from pricing.reports.readers.files import opened
from pricing.reports.render.csv_table import to_csv
from pricing.reports.render.html_page import to_html
from pricing.reports.report import Filters
from pricing.store import bundled


def main() -> int:
    """Build the report, saying what is being done; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tariff.report", description=__doc__)
    parser.add_argument("file", type=Path, help=".jsonl, .csv or .parquet, or one of them .gz")
    parser.add_argument("--out", type=Path, help="default: beside the file, .html")
    parser.add_argument("--format", choices=["html", "json", "csv"], default="html")
    parser.add_argument("--open", action="store_true", help="show it in the browser, if any")
    arguments = parser.parse_args()
    if not arguments.file.is_file():
        print(f"There is no {arguments.file}: make sample-usage writes one.", file=sys.stderr)
        return 2
    out: Path = arguments.out or arguments.file.with_suffix(f".{arguments.format}")
    started = time.perf_counter()

    def say(step: str) -> None:
        print(f"{time.perf_counter() - started:6.1f} s  {step}", file=sys.stderr, flush=True)

    say(f"reading {arguments.file}, {arguments.file.stat().st_size / 1e6:,.0f} MB")
    query = report_query(DEFAULT_GROUPS, 10, arguments.format, Filters())
    book = BookInForce(bundled.current(), "bundled", stale=False, age_seconds=None)
    with tempfile.TemporaryDirectory(prefix="report-", dir=out.parent) as folder:
        try:
            file = opened(arguments.file, arguments.file.name, Path(folder))
            found = report_usage(book, file, query, Path(folder), say=say)
        except TariffError as error:
            print(f"{arguments.file}: {error}", file=sys.stderr)
            return 1
    write = {"html": to_html, "csv": to_csv, "json": to_json}[arguments.format]
    out.write_text(write(found), encoding="utf-8")
    totals, records = found.totals, found.records
    say(f"{records.read:,} records cost {usd(totals.cost_usd)}")
    print(out.resolve())
    if arguments.open and arguments.format == "html":
        webbrowser.open(out.resolve().as_uri())
    return 0


if __name__ == "__main__":
    sys.exit(main())
