"""A report on Spark equals the calculator's answers, line by line, to the last digit.

The lines are awkward ones of every kind: wrong counts and times, unknown models, lines of one call
in several files, calls of several prompts. Run with ANSI mode on and off. With a rate card, and
with lines that state their cost, it equals a function's report.
"""

import gzip
import random
import re
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

import typer
from typer import Option

from pricing.catalogue.price_book import BookInForce
from pricing.catalogue.rate_cards import NetBook, RateCard, RateRule
from pricing.reports.generate import report_usage
from pricing.reports.readers.files import write_lines
from pricing.reports.report import ReportQuery, UsageReport
from tariff.prices import bundled_prices
from tariff.spark.folders import LocalFile, LocalFolder
from tariff.spark.report import report_files, session
from tests.support.usage_lines import expected, line_of

FILES = 6
Compared = tuple[object, ...]


def check(
    rows: Annotated[int, Option(min=FILES, help="Lines to read.")] = 100_000,
    seed: Annotated[int, Option(help="The seed of the lines.")] = 1,
) -> int:
    """Compare a report on Spark with the calculator, with ANSI mode on and off."""
    lines = list(lines_of(rows, seed))
    wanted = expected(lines)
    spark = session()
    wrong = 0
    for ansi in ("true", "false"):
        spark.conf.set("spark.sql.ansi.enabled", ansi)
        with tempfile.TemporaryDirectory(prefix="spark-") as name:
            folder = Path(name)
            found = figures_of(report(spark, lines, folder, bundled_prices()))
        typer.echo(f"Spark {spark.version}, ANSI {ansi}: {rows:,} lines, {found['cost']} USD")
        if found != wanted:
            wrong = 1
            typer.echo(f"differs from the calculator: {found} and {wanted}")
    priced = [b'{"cost_usd": 0.0123, ' + line[1:] if line[:1] == b"{" else line for line in lines]
    on_spark, in_function = with_card(spark, [*priced[: rows // 2], *lines[rows // 2 :]])
    typer.echo(f"With a rate card: {on_spark[0]}; stated: {on_spark[1]}")
    if on_spark != in_function:
        wrong = 1
        typer.echo(f"differs from a function's report: {in_function}")
    return wrong


def with_card(spark: Any, lines: list[bytes]) -> tuple[Compared, Compared]:
    """Report on the lines at the prices of a rate card, on Spark and in a function."""
    half = RateRule(provider="anthropic", multiply=Decimal("0.5"))
    prices = bundled_prices()
    card = RateCard.of([half], "half")
    prices = replace(prices, net=NetBook(prices.book, card), rate_card=card.id)
    with tempfile.TemporaryDirectory(prefix="spark-") as name:
        on_spark = report(spark, lines, Path(name), prices)
    with tempfile.TemporaryDirectory(prefix="spark-") as name:
        file = write_lines(lines, Path(name) / "all.jsonl")
        in_function = report_usage(prices, file, ReportQuery(), Path(name))
    return compared(on_spark), compared(in_function)


def compared(found: UsageReport) -> Compared:
    """What the two reports have in common; only a function's lines are numbered through."""
    return found.net, found.stated, found.budgets, found.savings


def lines_of(rows: int, seed: int) -> Iterator[bytes]:
    """Yield awkward lines, of which about a tenth repeat a request id."""
    chance = random.Random(seed)  # noqa: S311 - seeded data
    for _ in range(rows):
        name = f'"r{chance.randrange(10 * rows)}"'.encode()
        yield re.sub(rb'"r\d+"', name, line_of(chance)).replace(b"\n", b" ")


def report(spark: Any, lines: list[bytes], folder: Path, prices: BookInForce) -> UsageReport:
    """Report on the lines in several files, some of them packed."""
    sources, tables = folder / "sources", folder / "tables"
    sources.mkdir()
    tables.mkdir()
    each = -(-len(lines) // FILES)
    for number in range(FILES):
        content = b"\n".join(lines[number * each : (number + 1) * each]) + b"\n"
        path = sources / f"{number}.jsonl"
        if number % 2:
            path.with_suffix(".jsonl.gz").write_bytes(gzip.compress(content))
        else:
            path.write_bytes(content)
    files = [LocalFile(path) for path in sources.iterdir()]
    return report_files(spark, files, prices, ReportQuery(), LocalFolder(tables))


def figures_of(found: UsageReport) -> dict[str, Any]:
    """The figures of a report that the calculator gives, too."""
    records = found.records
    return {
        "priced": records.priced + records.partial,
        "unpriced": records.unpriced,
        "rejected": records.rejected,
        "duplicates": records.duplicates,
        "merged": records.merged,
        "cost": found.totals.known_usd,
    }
