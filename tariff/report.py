"""``tariff report FILE``: a report of a local file of usage records, as a page, JSON or CSV."""

import shutil
import tempfile
import time
import webbrowser
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated

import typer
from typer import Argument, Option

from pricing.api.requests.reports import DEFAULT_GROUPS, ReportFormat, report_query
from pricing.display import usd
from pricing.errors import TariffError
from pricing.jsonio import to_json
from pricing.reports.generate import report_usage
from pricing.reports.readers.files import opened
from pricing.reports.render.csv_table import to_csv
from pricing.reports.render.focus import as_parquet
from pricing.reports.render.html_page import to_html
from pricing.reports.report import Filters, UsageReport
from tariff.command_line import CommandFailed
from tariff.prices import bundled_prices

_TOP = 10


_WRITERS: Mapping[ReportFormat, Callable[[UsageReport], str]] = {
    "html": to_html,
    "json": to_json,
    "csv": to_csv,
}


def report(
    file: Annotated[
        Path,
        Argument(metavar="FILE", exists=True, dir_okay=False, help="JSON Lines, CSV or Parquet."),
    ],
    out: Annotated[Path | None, Option(help="Where to write; by default next to FILE.")] = None,
    format: Annotated[ReportFormat, Option(help="How to write the report.")] = "html",  # noqa: A002
    open_page: Annotated[bool, Option("--open", help="Show the page in a browser.")] = False,
) -> None:
    """Report on a file of usage records.

    Prices are those of the bundled version. Prints the report's path; progress goes to stderr.
    "tariff sample-usage" writes an example file.
    """
    target = out or file.with_suffix(f".{format.replace('-', '.')}")
    started = time.perf_counter()

    def say(step: str) -> None:
        typer.echo(f"{time.perf_counter() - started:6.1f} s  {step}", err=True)

    say(f"reading {file}, {file.stat().st_size / 1e6:,.0f} MB")
    query = report_query(DEFAULT_GROUPS, _TOP, format, Filters())
    with tempfile.TemporaryDirectory(prefix="report-", dir=target.parent) as folder:
        try:
            usage = opened(file, file.name, Path(folder))
            rows = Path(folder) / "focus.csv" if format.startswith("focus") else None
            found = report_usage(bundled_prices(), usage, query, Path(folder), focus=rows, say=say)
            if format == "focus-parquet" and rows is not None:
                as_parquet(rows, target)
            elif rows is not None:
                shutil.copyfile(rows, target)
        except TariffError as error:
            raise CommandFailed(f"{file}: {error}") from error
    if format in _WRITERS:
        target.write_text(_WRITERS[format](found), encoding="utf-8")
    cost = "no known amount" if found.totals.cost_usd is None else usd(found.totals.cost_usd)
    say(f"{found.records.read:,} records cost {cost}")
    for warning in found.warnings:
        say(warning.message)
    typer.echo(target.resolve())
    if open_page and format == "html":
        webbrowser.open(target.resolve().as_uri())
