"""``tariff athena``: a report on Athena, for files that are too large for one function.

Athena reads a flat table from S3 where a function reads files of any shape. The sums are those of
``pricing.reports.sql``, word for word. Tests run every statement on DuckDB; they were not run on
Athena itself. docs/usage-reports.md describes the whole procedure.
"""

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer
from typer import Argument, Option

from pricing.catalogue.models import Model
from pricing.catalogue.price_book import PriceBook
from pricing.errors import TariffError
from pricing.reports.dimensions import group_expression
from pricing.reports.rates import (
    BUCKETS,
    DAY_US,
    Cuts,
    PricedKey,
    PriceKey,
    Pricing,
    Row,
    cuts_of,
    known_rates,
    places_of,
    price_rows,
)
from pricing.reports.sql import PRICE_COLUMNS, TERMS, cube, priced, summary
from pricing.store import bundled
from pricing.usage.buckets import MAX_COUNT, TERM_CHOICES

_TEXTS = ("request_id", "model", "endpoint", "team", *TERMS)
#: Columns of the table of records, with their types in Athena: one row a call, with one count for
#: each component that ``POST /v1/estimate`` bills. ``at`` is a timestamp in UTC.
RECORD_COLUMNS: Mapping[str, str] = {
    "at": "timestamp",
    **dict.fromkeys(_TEXTS, "string"),
    **dict.fromkeys(BUCKETS, "bigint"),
}
_DEFAULTS = {term: choices[0] for term, choices in TERM_CHOICES.items()}
_NUMBERS = ("first_day", "last_day", "part", "tier")
_RATES = ("fee", *(f"{bucket}_rate" for bucket in BUCKETS))
#: Microseconds since 1970 of the column ``at``, on either engine.
ATHENA_MOMENT = 'CAST(ROUND(to_unixtime("at") * 1000000) AS BIGINT)'
DUCKDB_MOMENT = 'epoch_us("at")'
GROUPS = ((), ("model",), ("day",), ("endpoint",), ("team",), ("day", "model"))

#: Asks for the models and terms that need prices.
WANTED = f"SELECT DISTINCT model, {', '.join(TERMS)} FROM calls"


def athena(
    folder: Annotated[Path, Argument(metavar="FOLDER", help="Where to write.")],
    wanted: Annotated[
        Path | None, Option(exists=True, dir_okay=False, help=f"CSV of model, {', '.join(TERMS)}.")
    ] = None,
    start: Annotated[
        datetime | None, Option(formats=["%Y-%m-%d"], help="The first day, UTC.")
    ] = None,
    end: Annotated[
        datetime | None, Option(formats=["%Y-%m-%d"], help="The day after the last, UTC.")
    ] = None,
    version: Annotated[
        Path | None,
        Option(
            exists=True, dir_okay=False, help="A price version's file; by default the bundled one."
        ),
    ] = None,
) -> None:
    """Write the SQL and the price table of a report on Athena.

    Without --wanted it prints the statements to run first. The answer of the last one, saved as
    CSV, is what --wanted takes. It then writes prices.csv, which belongs under tariff/prices/ in
    the input bucket, and one file of SQL a statement, numbered in the order to run them.
    """
    if wanted is None:
        typer.echo(f"{calls_view()};\n\n{WANTED};")
        return
    if start is None or end is None or start >= end:
        raise typer.BadParameter("--start and --end must be days, the first before the second")
    with wanted.open(encoding="utf-8", newline="") as file:
        keys = [[row[name] for name in ("model", *TERMS)] for row in csv.DictReader(file)]
    book = PriceBook.from_json(version.read_bytes()) if version else bundled.current()
    cuts, places, rows = price_table(book, keys, start.date(), end.date())
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "prices.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([PRICE_COLUMNS, *rows])
    for number, (name, sql) in enumerate(statements(cuts), start=1):
        (folder / f"{number:02} {name}.sql").write_text(f"{sql}\n", encoding="utf-8")
    typer.echo(f"{len(rows)} prices of version {book.id}; a cost of 1 is 10^-{places} USD")


def calls_view(moment: str = ATHENA_MOMENT) -> str:
    """Return the view ``calls`` of the table ``records``: valid rows, each request id once.

    As in a function, a call is the largest of each count of its rows. Its other columns are those
    of the first row: by time, and then by every other column, since the rows of a second have no
    order.
    """
    texts = [
        f"COALESCE({column}, '{_DEFAULTS[column]}') AS {column}" if column in _DEFAULTS else column
        for column in _TEXTS
    ]
    counts = [f"COALESCE({column}, 0) AS {column}" for column in BUCKETS]
    chosen = ",\n  ".join((f"{moment} AS moment", *texts, *counts))
    kept = ", ".join(("moment", *_TEXTS, *BUCKETS))
    order = ", ".join(f"{name} NULLS LAST" for name in ("moment", *_TEXTS, *BUCKETS))
    largest = ",\n  ".join(
        f"MAX({name}) OVER (PARTITION BY request_id) AS {name}" for name in BUCKETS
    )
    return f"""CREATE OR REPLACE VIEW calls AS
WITH named AS (
SELECT
  {chosen}
FROM records WHERE {_valid()}
)
SELECT {kept} FROM named WHERE request_id IS NULL
UNION ALL
SELECT {kept} FROM (
  SELECT moment, {", ".join(_TEXTS)},
  {largest},
  row_number() OVER (PARTITION BY request_id ORDER BY {order}) AS nth
  FROM named WHERE request_id IS NOT NULL) AS numbered
WHERE nth = 1"""


def _valid() -> str:
    """Return the condition for a row that can be priced: a time, a model and counts in range."""
    counts = " AND ".join(f"COALESCE({column}, 0) BETWEEN 0 AND {MAX_COUNT}" for column in BUCKETS)
    return f'"at" IS NOT NULL AND model IS NOT NULL AND {counts}'


def prices_view() -> str:
    """Return the view ``prices`` of the table ``price_rows``, whose columns are all text."""
    columns = [
        column for column in PRICE_COLUMNS if column not in _NUMBERS and column not in _RATES
    ]
    chosen = [
        f"NULLIF({column}, '') AS {column}" if column == "reason" else column for column in columns
    ]
    chosen += [f"CAST({column} AS BIGINT) AS {column}" for column in _NUMBERS]
    chosen += [f"CAST(NULLIF({column}, '') AS DECIMAL(38, 0)) AS {column}" for column in _RATES]
    return f"CREATE OR REPLACE VIEW prices AS\nSELECT {', '.join(chosen)} FROM price_rows"


def statements(cuts: Cuts, moment: str = ATHENA_MOMENT) -> Iterator[tuple[str, str]]:
    """Yield every statement with its name, in the order to run them; the sums come last."""
    yield "calls", calls_view(moment)
    yield "prices", prices_view()
    sums = priced(f"({cube('calls', cuts)})", "prices")
    yield "priced", f"CREATE OR REPLACE VIEW priced AS\n{sums}"
    broken = f"SUM(CASE WHEN {_valid()} THEN 0 ELSE 1 END) AS rejected"
    yield "read", f"SELECT COUNT(*) AS read, {broken} FROM records"
    for by in GROUPS:
        yield (
            f"by {' and '.join(by)}" if by else "total",
            summary("priced", [group_expression(name, name) for name in by]),
        )


def price_table(
    book: PriceBook, wanted: Iterable[Sequence[str]], start: date, end: date
) -> tuple[Cuts, int, list[Row]]:
    """Return cuts, decimal places and rows of ``PRICE_COLUMNS`` for these models and terms.

    ``wanted`` holds the answer to ``WANTED``; ``end`` is exclusive. A cost is an integer with that
    many decimal places.
    """
    asked = [tuple(row) for row in wanted]
    cuts = cuts_of(_models(book, {model for model, *_ in asked}))
    pricing = Pricing(book, cuts)
    first = (start - date(1970, 1, 1)) // timedelta(days=1)
    days = [DAY_US * day for day in range(first, first + (end - start).days)]
    found: list[PricedKey] = [
        pricing.priced(PriceKey(model, processing, speed, inference_geo, day, part, tier))
        for model, processing, speed, inference_geo in asked
        for day in days
        for part in range(len(cuts.times_us) + 1)
        for tier in range(len(cuts.thresholds) + 1)
    ]
    places = places_of(known_rates(found))
    return cuts, places, list(price_rows(found, places))


def _models(book: PriceBook, names: Iterable[str]) -> Iterator[Model]:
    for name in sorted(names):
        try:
            yield book.find(name).model
        except TariffError:
            continue  # the rows of its prices say why there are none
