"""Measure usage reports of ten million records: ``python -m bench report``.

The rows, made from a seed as Parquet, are priced and grouped by the report's engine in a process of
its own; a bare scan of the same columns shows which part of the time is reading. In the same run
the peers price rows one by one: a loop over ``genai_prices.calc_price`` and one over
``litellm.cost_per_token``. Their rows are in memory already and are not grouped, which is to their
advantage; they get a sample of the rows only, because all would take an hour.
"""

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Annotated, Any

import duckdb
from typer import Option

from bench.environments import PEERS
from bench.measurement import peak_megabytes
from pricing.reports.generate import report_usage
from pricing.reports.readers.files import UsageFile
from pricing.reports.report import ReportQuery
from tariff.paths import ROOT
from tariff.prices import bundled_prices
from tariff.tables import aligned

ROWS = 10_000_000
PEER_ROWS = 20_000
LEAST_RATIO = 100
MOST_MEGABYTES = 1_000
#: All three libraries price each of them.
MODELS = ("claude-sonnet-4-5", "claude-haiku-4-5", "claude-opus-4-5", "gpt-4o", "gpt-4o-mini")
COUNTS = ("input_tokens", "output_tokens", "cache_read_input_tokens", "cache_creation_input_tokens")

_MAKE = """COPY (
SELECT make_timestamp(1759276800000000 + CAST(i * 2678400 / {rows} AS BIGINT) * 1000000)
    AS timestamp,
  (['{models}'])[1 + CAST(hash(i, 1) % {kinds} AS INT)] AS model,
  'endpoint-' || hash(i, 2) % 12 AS endpoint, 'team-' || hash(i, 3) % 5 AS team,
  'req_' || lower(hex(i)) AS request_id,
  CAST(50 + hash(i, 4) % 4000 AS INTEGER) AS input_tokens,
  CAST(5 + hash(i, 5) % 900 AS INTEGER) AS output_tokens,
  CAST(CASE WHEN hash(i, 6) % 3 = 0 THEN hash(i, 7) % 20000 ELSE 0 END AS INTEGER)
    AS cache_read_input_tokens,
  CAST(CASE WHEN model LIKE 'claude%' AND hash(i, 8) % 9 = 0 THEN hash(i, 9) % 9000 ELSE 0 END
    AS INTEGER)
    AS cache_creation_input_tokens
FROM range({rows}) AS numbers (i)
) TO '{path}' (FORMAT parquet)"""

_SCAN = """SELECT SUM(input_tokens), SUM(output_tokens), SUM(cache_read_input_tokens),
SUM(cache_creation_input_tokens), SUM(hash(request_id)), MAX(timestamp), SUM(hash(model)),
SUM(hash(endpoint)), SUM(hash(team)) FROM '{path}'"""


TITLES = {
    "scan": "bare scan",
    "report": "Tariff's report",
    "genai-prices": "calc_price loop",
    "litellm": "cost_per_token loop",
}


def report(
    rows: Annotated[int, Option(min=1, help="Rows of the report.")] = ROWS,
    peer_rows: Annotated[int, Option(min=1, help="Rows for each peer.")] = PEER_ROWS,
) -> None:
    """Measure a report of ten million records.

    A missed target is not a failure: a busy machine must not break a build.
    """
    with tempfile.TemporaryDirectory(prefix="report-bench-") as name:
        path, sample = Path(name) / "usage.parquet", Path(name) / "rows.json"
        make(path, rows)
        print(f"{rows:,} rows, {path.stat().st_size / 1e6:,.0f} MB of Parquet", flush=True)
        sample.write_text(json.dumps(rows_of(path, peer_rows)), encoding="utf-8")
        figures = {
            "scan": _run(sys.executable, "bench.report", "scan", path),
            "report": _run(sys.executable, "bench.report", "report", path),
            "genai-prices": _run(PEERS, "bench.report_peers", "genai-prices", sample),
            "litellm": _run(PEERS, "bench.report_peers", "litellm", sample),
        }
    show(figures)


def make(path: Path, rows: int) -> None:
    """Write a month of flat usage records; the same number gives the same rows."""
    with duckdb.connect() as database:
        database.execute(
            _MAKE.format(rows=rows, kinds=len(MODELS), models="','".join(MODELS), path=path)
        )


def rows_of(path: Path, count: int) -> list[list[Any]]:
    """Return the first rows in the peers' form: timestamp, model and counts."""
    with duckdb.connect() as database:
        names = ", ".join(("CAST(timestamp AS VARCHAR)", "model", *COUNTS))
        found = database.execute(f"SELECT {names} FROM '{path}' LIMIT {count}")
        return [list(row) for row in found.fetchall()]


def show(figures: dict[str, dict[str, Any]]) -> None:
    """Print the table, and the targets."""
    rate = {name: measured["rows"] / measured["seconds"] for name, measured in figures.items()}
    table = [("", "rows", "seconds", "rows a second", "peak MB")]
    for name, measured in figures.items():
        seconds, megabytes = f"{measured['seconds']:.2f}", f"{measured['megabytes']:,.0f}"
        table.append(
            (TITLES[name], f"{measured['rows']:,}", seconds, f"{rate[name]:,.0f}", megabytes)
        )
    print(*aligned(table), sep="\n")
    for peer in ("genai-prices", "litellm"):
        ratio = rate["report"] / rate[peer]
        print(f"{ratio:,.0f} times the speed of {peer} (target: at least {LEAST_RATIO})")
    share = figures["scan"]["seconds"] / figures["report"]["seconds"]
    print(f"the bare scan takes {share:.0%} of the report's time")
    peak = figures["report"]["megabytes"]
    print(f"peak memory {peak:,.0f} MB (target: below {MOST_MEGABYTES:,})")


def _run(python: str | Path, module: str, kind: str, path: Path) -> dict[str, Any]:
    command = [str(python), "-m", module, kind, str(path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    figures: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return figures


def _measure_this_process(kind: str, path: Path) -> None:
    with tempfile.TemporaryDirectory(prefix="report-bench-") as folder:
        started = time.perf_counter()
        if kind == "scan":
            rows, cost = _scan(path), ""
        else:
            found = report_usage(
                bundled_prices(), UsageFile(path, "parquet"), ReportQuery(), Path(folder)
            )
            rows, cost = found.records.read, str(found.totals.cost_usd)
        seconds = time.perf_counter() - started
    figures = {"rows": rows, "seconds": seconds, "cost": cost, "megabytes": peak_megabytes()}
    print(json.dumps(figures))


def _scan(path: Path) -> int:
    with duckdb.connect() as database:
        database.execute("SET threads = 2")
        database.execute(_SCAN.format(path=path)).fetchall()
        (count,) = database.execute(f"SELECT COUNT(*) FROM '{path}'").fetchall()[0]
        return int(count)


if __name__ == "__main__":
    _measure_this_process(sys.argv[1], Path(sys.argv[2]))
