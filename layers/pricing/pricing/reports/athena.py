"""A report on Athena, for files beyond one function: views, statements and the price table.

The sums are ``usage_report_sql``'s, word for word; only what surrounds them differs, because Athena
reads a flat table from S3 where a function reads files of any shape. Tests run every statement on
DuckDB. On Athena itself they are unverified.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta

from pricing.catalogue.models import Model
from pricing.catalogue.price_book import PriceBook
from pricing.errors import TariffError
from pricing.reports.rates import (
    BUCKETS,
    DAY_US,
    Cuts,
    PricedKey,
    PriceKey,
    Pricing,
    Row,
    cuts_of,
    places_of,
    price_rows,
    rates_of,
)
from pricing.reports.sql import PRICE_COLUMNS, TERMS, cube, priced, summary
from pricing.usage.buckets import MAX_COUNT

_TEXTS = ("request_id", "model", "endpoint", "team", *TERMS)
#: Columns of the table of records, with their types in Athena: a row a call, and a count for each
#: component that ``POST /v1/estimate`` bills. ``at`` is a time stamp, UTC.
RECORD_COLUMNS: Mapping[str, str] = {
    "at": "timestamp",
    **dict.fromkeys(_TEXTS, "string"),
    **dict.fromkeys(BUCKETS, "bigint"),
}
_DEFAULTS = {"processing": "standard", "speed": "standard", "inference_geo": "global"}
_NUMBERS = ("first_day", "last_day", "part", "tier")
_RATES = ("fee", *(f"{bucket}_rate" for bucket in BUCKETS))
#: Microseconds since 1970 of the column ``at``, on either engine.
ATHENA_MOMENT = 'CAST(ROUND(to_unixtime("at") * 1000000) AS BIGINT)'
DUCKDB_MOMENT = 'epoch_us("at")'
GROUPS = ((), ("model",), ("day",), ("endpoint",), ("team",), ("day", "model"))

#: What to ask first: the models and terms that prices are wanted for.
WANTED = f"SELECT DISTINCT model, {', '.join(TERMS)} FROM calls"


def calls_view(moment: str = ATHENA_MOMENT) -> str:
    """The view ``calls`` of the table ``records``: whole counts only, each request id once."""
    texts = [
        f"COALESCE({one}, '{_DEFAULTS[one]}') AS {one}" if one in _DEFAULTS else one
        for one in _TEXTS
    ]
    counts = [f"COALESCE({one}, 0) AS {one}" for one in BUCKETS]
    chosen = ",\n  ".join((f"{moment} AS moment", *texts, *counts))
    kept = ", ".join(("moment", *_TEXTS, *BUCKETS))
    return f"""CREATE OR REPLACE VIEW calls AS
WITH named AS (
SELECT
  {chosen}
FROM records WHERE {_whole()}
)
SELECT {kept} FROM named WHERE request_id IS NULL
UNION ALL
SELECT {kept} FROM (
  SELECT *, row_number() OVER (PARTITION BY request_id ORDER BY moment) AS nth
  FROM named WHERE request_id IS NOT NULL) AS numbered
WHERE nth = 1"""


def _whole() -> str:
    counts = " AND ".join(f"COALESCE({one}, 0) BETWEEN 0 AND {MAX_COUNT}" for one in BUCKETS)
    return f'"at" IS NOT NULL AND model IS NOT NULL AND {counts}'


def prices_view() -> str:
    """The view ``prices`` of the table ``price_rows``, which has text only."""
    columns = [one for one in PRICE_COLUMNS if one not in _NUMBERS and one not in _RATES]
    chosen = [f"NULLIF({one}, '') AS {one}" if one == "reason" else one for one in columns]
    chosen += [f"CAST({one} AS BIGINT) AS {one}" for one in _NUMBERS]
    chosen += [f"CAST(NULLIF({one}, '') AS DECIMAL(38, 0)) AS {one}" for one in _RATES]
    return f"CREATE OR REPLACE VIEW prices AS\nSELECT {', '.join(chosen)} FROM price_rows"


def statements(cuts: Cuts, moment: str = ATHENA_MOMENT) -> Iterator[tuple[str, str]]:
    """Every statement by name, in the order to run them; the sums come last."""
    yield "calls", calls_view(moment)
    yield "prices", prices_view()
    sums = priced(f"({cube('calls', cuts)})", "prices")
    yield "priced", f"CREATE OR REPLACE VIEW priced AS\n{sums}"
    broken = f"SUM(CASE WHEN {_whole()} THEN 0 ELSE 1 END) AS rejected"
    yield "read", f"SELECT COUNT(*) AS read, {broken} FROM records"
    for by in GROUPS:
        yield f"by {' and '.join(by)}" if by else "total", summary("priced", by)


def price_table(
    book: PriceBook, wanted: Iterable[Sequence[str]], start: date, end: date
) -> tuple[Cuts, int, list[Row]]:
    """Cuts, decimal places and rows of ``PRICE_COLUMNS`` for these models and terms.

    ``wanted`` holds what ``WANTED`` answers, ``end`` is exclusive. A cost is an integer of that
    many places.
    """
    asked = [tuple(one) for one in wanted]
    cuts = cuts_of(_models(book, {one[0] for one in asked}))
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
    places = places_of(rates_of(found))
    return cuts, places, list(price_rows(found, places))


def _models(book: PriceBook, names: Iterable[str]) -> Iterator[Model]:
    for name in sorted(names):
        try:
            yield book.find(name).model
        except TariffError:
            continue  # its rows say why it has no price
