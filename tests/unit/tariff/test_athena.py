"""Athena's statements, run on DuckDB: the same sums as the report of the same records."""

import csv
import io
import random
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pricing.errors import TariffError
from pricing.estimates.calculator import price_attempts
from pricing.estimates.discounts import billed_terms
from pricing.reports.rates import unscaled
from pricing.reports.readers.records import read_record
from pricing.reports.sql import PRICE_COLUMNS
from pricing.store import bundled
from tariff.athena import (
    ATHENA_MOMENT,
    DUCKDB_MOMENT,
    RECORD_COLUMNS,
    WANTED,
    calls_view,
    price_table,
    statements,
)
from tariff.template import ROOT
from tests.support.spec import Spec

BOOK = bundled.current()
START, END = date(2026, 9, 20), date(2026, 11, 20)
#: One with a price that changes, long-context tiers, prices by the time of day, two names of one
#: model, and an unknown name.
MODELS = (
    *("claude-sonnet-5-5", "gemini-2.5-pro", "deepseek-v4-pro", "gpt-4o", "openai/gpt-4o"),
    "no-such-model",
)
DUCKDB_TYPES = {"timestamp": "TIMESTAMP", "string": "VARCHAR", "bigint": "BIGINT"}


def records(count: int) -> list[dict[str, Any]]:
    chance = random.Random(5)  # noqa: S311 - a seeded test
    start = datetime(2026, 9, 20, tzinfo=UTC)
    return [
        {
            "at": (start + timedelta(seconds=chance.randrange(61 * 86_400))).replace(tzinfo=None),
            "request_id": f"r{chance.randrange(count * 3)}" if chance.random() < 0.8 else None,
            "model": chance.choice(MODELS),
            "endpoint": chance.choice(("chat", "tag", None)),
            "team": chance.choice(("a", "b")),
            "processing": chance.choice(("standard", "batch", None)),
            "input": chance.choice((0, 100, 150_000, 250_000)),
            "cache_read": chance.randrange(30_000) if chance.random() < 0.5 else None,
            "output": chance.randrange(2_000),
        }
        for number in range(count)
    ]


def order(row: Any) -> Any:
    """By time, then by everything else; nothing comes last."""
    texts = [(row[name] is None, row[name] or "") for name in ("model", "endpoint", "team")]
    counts = [row["input"], row["cache_read"] or 0, row["output"]]
    return (row["at"], *texts, row["processing"] or "standard", *counts)


def calls_of(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """One call for each request id: the first row, with the largest of each count."""
    of_id: dict[object, list[dict[str, Any]]] = {}
    for number, row in enumerate(rows):
        of_id.setdefault(row["request_id"] or number, []).append(row)
    counts = ("input", "cache_read", "output")
    return [
        {**min(lines, key=order), **{name: max(one[name] or 0 for one in lines) for name in counts}}
        for lines in of_id.values()
    ]


def expected(rows: list[dict[str, Any]]) -> tuple[int, int, Decimal]:
    """Calls priced, calls without a price and the total, by the calculator, one by one."""
    priced, unpriced, total = 0, 0, Decimal(0)
    for row in calls_of(rows):
        usage = {
            "input_tokens": row["input"],
            "output_tokens": row["output"],
            "cache_read_input_tokens": row["cache_read"] or 0,
        }
        record = read_record(
            {
                "timestamp": f"{row['at'].isoformat()}Z",
                "model": row["model"],
                "usage": usage,
                "processing": row["processing"] or "standard",
            }
        )
        try:
            match, _, attempts = record.settled(BOOK)
            terms, _ = billed_terms(match.model, record.at, record.terms)
            found = price_attempts(BOOK, match.model, record.at, attempts, terms, 1)
        except TariffError:
            unpriced += 1
            continue
        priced, total = priced + 1, total + found.total_usd
    return priced, unpriced, total


@pytest.fixture
def database() -> Iterator[duckdb.DuckDBPyConnection]:
    """The two tables that the template declares, empty."""
    opened = duckdb.connect()
    columns = ", ".join(f'"{name}" {DUCKDB_TYPES[kind]}' for name, kind in RECORD_COLUMNS.items())
    opened.execute(f"CREATE TABLE records ({columns})")
    texts = ", ".join(f"{name} VARCHAR" for name in PRICE_COLUMNS)
    opened.execute(f"CREATE TABLE price_rows ({texts})")
    yield opened
    opened.close()


def fill(database: duckdb.DuckDBPyConnection, rows: list[dict[str, Any]]) -> None:
    names = list(RECORD_COLUMNS)
    marks = ", ".join("?" * len(names))
    database.executemany(
        f"INSERT INTO records VALUES ({marks})", [[row.get(name) for name in names] for row in rows]
    )


def test_the_sums_are_the_calculators(database: duckdb.DuckDBPyConnection) -> None:
    rows = records(600)
    fill(database, rows)
    database.execute(calls_view(DUCKDB_MOMENT))
    cuts, places, prices = price_table(BOOK, database.execute(WANTED).fetchall(), START, END)
    text = io.StringIO()
    csv.writer(text).writerows(prices)
    marks = ", ".join("?" * len(PRICE_COLUMNS))
    read = list(csv.reader(io.StringIO(text.getvalue())))
    database.executemany(f"INSERT INTO price_rows VALUES ({marks})", read)

    answers: dict[str, list[dict[str, Any]]] = {}
    for name, sql in statements(cuts, DUCKDB_MOMENT):
        found = database.execute(sql)
        columns = [one[0] for one in found.description or ()]
        answers[name] = [dict(zip(columns, row, strict=True)) for row in found.fetchall()]

    priced, unpriced, total = expected(rows)
    (sums,) = answers["total"]
    assert min(priced, unpriced) > 0
    assert (sums["calls"], sums["unpriced_calls"]) == (priced, unpriced)
    assert unscaled(int(sums["cost"]), places) == total
    for by in ("by model", "by day", "by endpoint", "by team", "by day and model"):
        assert sum(one["cost"] for one in answers[by]) == sums["cost"]
    # Two names of one model are one row, under the name that the price table gives it.
    labels = {row[PRICE_COLUMNS.index("label")] for row in prices}
    assert {one["value_0"] for one in answers["by model"]} == labels
    assert len(labels) < len({row["model"] for row in rows})
    assert answers["read"] == [{"read": 600, "rejected": 0}]


def test_rows_of_one_id_in_one_second_are_one_call_in_whatever_order_they_come(
    database: duckdb.DuckDBPyConnection,
) -> None:
    """Two rows of each of 50 ids: 100 or 9,000 tokens of output, at either of two models."""
    second = {"at": datetime(2026, 10, 1), "endpoint": None, "team": None, "processing": None}  # noqa: DTZ001
    rows = [
        {**second, "request_id": f"r{number}", "model": model, "input": 10, "output": output}
        for number in range(50)
        for model, output in (("gpt-4o", 100), ("claude-sonnet-5-5", 9_000))
    ]
    found = []
    for seed in range(3):
        random.Random(seed).shuffle(rows)  # noqa: S311 - a seeded test
        database.execute("DELETE FROM records")
        fill(database, rows)
        database.execute(calls_view(DUCKDB_MOMENT))
        sums = "SELECT model, COUNT(*), SUM(input), SUM(output) FROM calls GROUP BY model"
        found.append(database.execute(sums).fetchall())
    assert found == [[("claude-sonnet-5-5", 50, 500, 450_000)]] * 3


def test_broken_rows_are_counted_and_not_priced(database: duckdb.DuckDBPyConnection) -> None:
    whole = records(1)[0]
    fill(
        database,
        [whole, {**whole, "at": None}, {**whole, "model": None}, {**whole, "output": -1},
         {**whole, "input": 10**13}],
    )  # fmt: skip
    cuts, _, _ = price_table(BOOK, [], START, END)
    found = dict(statements(cuts, DUCKDB_MOMENT))
    assert database.execute(found["read"]).fetchall() == [(5, 4)]
    database.execute(found["calls"])
    assert len(database.execute("SELECT * FROM calls").fetchall()) == 1


def test_only_the_moment_is_written_otherwise_for_athena() -> None:
    cuts, _, _ = price_table(
        BOOK, [("gemini-2.5-pro", "standard", "standard", "global")], START, END
    )
    ours, theirs = dict(statements(cuts, DUCKDB_MOMENT)), dict(statements(cuts))
    assert {name for name in ours if ours[name] != theirs[name]} == {"calls"}
    assert theirs["calls"] == ours["calls"].replace(DUCKDB_MOMENT, ATHENA_MOMENT)


def test_the_template_declares_the_tables_that_the_statements_read(template: Spec) -> None:
    resources = template["Resources"]
    for name, columns in (
        ("UsageRecordsTable", dict(RECORD_COLUMNS)),
        ("PriceRowsTable", dict.fromkeys(PRICE_COLUMNS, "string")),
    ):
        storage = resources[name]["Properties"]["TableInput"]["StorageDescriptor"]
        assert {one["Name"]: one["Type"] for one in storage["Columns"]} == columns
    tables = [resources[one]["Properties"]["TableInput"]["Name"] for one in
              ("UsageRecordsTable", "PriceRowsTable")]  # fmt: skip
    assert tables == ["records", "price_rows"]


def test_the_command_writes_prices_and_numbered_statements(tmp_path: Path) -> None:
    wanted = tmp_path / "wanted.csv"
    wanted.write_text(
        '"model","processing","speed","inference_geo"\n"gpt-4o","batch","standard","global"\n'
    )
    out = tmp_path / "out"
    command = [sys.executable, "-m", "tariff", "athena", str(out)]
    first = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert first.stdout.rstrip().endswith(f"{WANTED};")
    more = ["--wanted", str(wanted), "--start", "2026-10-01", "--end", "2026-11-01"]
    done = subprocess.run([*command, *more], cwd=ROOT, capture_output=True, text=True, check=True)
    assert BOOK.id in done.stdout
    names = sorted(path.name for path in out.iterdir())
    assert names[0].startswith("01 calls")
    assert "prices.csv" in names
    rows = list(csv.DictReader(io.StringIO((out / "prices.csv").read_text(encoding="utf-8"))))
    assert {row["model"] for row in rows} == {"gpt-4o"}
