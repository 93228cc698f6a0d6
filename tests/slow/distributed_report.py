"""A report on Spark equals the calculator's answers, line by line, to the last digit.

The lines are awkward ones of every kind: wrong counts and times, unknown models, lines of one call
in several files, calls of several prompts. Run with ANSI mode on and off. With a rate card, and
with lines that state their cost, it equals a function's report.
"""

import gzip
import json
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

from pricing.catalogue.rate_cards import NetBook, RateCard, RateRule
from pricing.reports.generate import report_usage
from pricing.reports.readers.files import write_lines
from pricing.reports.report import ReportQuery, UsageReport
from tariff.prices import bundled_prices
from tariff.spark.folders import LocalFile, LocalFolder
from tariff.spark.report import report_files, session
from tests.support.calls_in_formats import EXPORTS, calls_of_a_month, exported, own
from tests.support.usage_lines import expected, line_of

FILES = 6
#: How many lines are priced with a rate card, too.
SOME = 10_000
Compared = tuple[object, ...]


def check(
    rows: Annotated[int, Option(min=2 * FILES, help="Lines to read.")] = 100_000,
    seed: Annotated[int, Option(help="The seed of the lines.")] = 1,
) -> int:
    """Compare a report on Spark with the calculator, with ANSI mode on and off.

    Half of the lines are Tariff's own, of which some are wrong; the others are calls in the formats
    of several tools' exports, a file each.
    """
    spark = session()
    wrong = 0
    with tempfile.TemporaryDirectory(prefix="spark-") as name:
        folder = Path(name)
        awkward = list(lines_of(rows // 2, seed))
        files = written(awkward, folder)
        others, calls = exports(rows // 2 // len(EXPORTS), seed, folder)
        wanted = expected([*awkward, *calls])
        for ansi in ("true", "false"):
            spark.conf.set("spark.sql.ansi.enabled", ansi)
            tables = LocalFolder(folder / f"tables-{ansi}")
            query = ReportQuery()
            report = report_files(spark, [*files, *others], bundled_prices(), query, tables)
            found = figures_of(report)
            read = f"{report.records.read:,} lines in {len(report.formats)} formats"
            typer.echo(f"Spark {spark.version}, ANSI {ansi}: {read}, {found['cost']} USD")
            if found != wanted:
                wrong = 1
                typer.echo(f"differs from the calculator: {found} and {wanted}")
    some = awkward[:SOME]
    stating = [b'{"cost_usd": 0.0123, ' + line[1:] if line[:1] == b"{" else line for line in some]
    on_spark, in_function = with_card(spark, [*stating[: SOME // 2], *some[SOME // 2 :]])
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
        files, tables = written(lines, Path(name)), LocalFolder(Path(name) / "tables")
        on_spark = report_files(spark, files, prices, ReportQuery(), tables)
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


def written(lines: list[bytes], folder: Path) -> list[LocalFile]:
    """Write lines into several files, some of them packed, whose names keep the order."""
    each = -(-len(lines) // FILES)
    paths = []
    for number in range(FILES):
        content = b"\n".join(lines[number * each : (number + 1) * each]) + b"\n"
        path = folder / f"{number}.jsonl{'.gz' if number % 2 else ''}"
        path.write_bytes(gzip.compress(content) if number % 2 else content)
        paths.append(path)
    return [LocalFile(path) for path in paths]


def exports(each: int, seed: int, folder: Path) -> tuple[list[LocalFile], list[bytes]]:
    """Write so many calls into a file of each format; returns the calls as Tariff's lines too."""
    files, lines = [], []
    for number, name in enumerate(EXPORTS):
        calls = calls_of_a_month(seed + number, each, f"{name}-")
        path = folder / f"other {number} {name}"
        path.write_bytes(exported(name, calls, folder))
        files.append(LocalFile(path))
        lines += [json.dumps(own(call)).encode() for call in calls]
    return files, lines


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
