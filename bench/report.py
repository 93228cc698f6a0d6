"""Usage reports at scale: ``make report-bench``.

Ten million rows of Parquet, made from a seed, are priced and grouped by the report's engine in a
process of its own; the bare scan of the same columns shows what of the time is reading. The peers
price rows one by one, in the same run: a loop over ``genai_prices.calc_price`` and one over
``litellm.cost_per_token``. Their rows are in memory already and nothing is grouped, which is to
their advantage; they are given some of the rows only, because all would take an hour.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb

from bench.environments import PEERS
from tariff.template import ROOT

ROWS = 10_000_000
PEER_ROWS = 20_000
AIM_RATIO = 100
AIM_MEGABYTES = 1_000
#: Every one is known to all three.
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


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the figures. A missed target is not a failure: a busy machine breaks no build."""
    parser = argparse.ArgumentParser(prog="python -m bench.report", description=__doc__)
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--peer-rows", type=int, default=PEER_ROWS)
    parser.add_argument("--one", choices=["report", "scan"], help=argparse.SUPPRESS)
    parser.add_argument("--file", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.one:
        return _one(options.one, options.file)
    with tempfile.TemporaryDirectory(prefix="report-bench-") as name:
        path = Path(name) / "usage.parquet"
        make(path, options.rows)
        print(f"{options.rows:,} rows, {path.stat().st_size / 1e6:,.0f} MB of Parquet", flush=True)
        figures = {kind: _run([sys.executable, *_ONE, kind], path) for kind in ("scan", "report")}
        sample = Path(name) / "rows.json"
        sample.write_text(json.dumps(rows_of(path, options.peer_rows)), encoding="utf-8")
        for peer in ("genai-prices", "litellm"):
            figures[peer] = _run([str(PEERS), "-m", "bench.report_peers", peer], sample)
    show(figures)
    return 0


_ONE = ("-m", "bench.report", "--one")


def make(path: Path, rows: int) -> None:
    """A month of flat usage records; the same number gives the same rows."""
    with duckdb.connect() as database:
        database.execute(
            _MAKE.format(rows=rows, kinds=len(MODELS), models="','".join(MODELS), path=path)
        )


def rows_of(path: Path, count: int) -> list[list[Any]]:
    """The first rows, as a peer gets them: timestamp, model and counts."""
    with duckdb.connect() as database:
        names = ", ".join(("CAST(timestamp AS VARCHAR)", "model", *COUNTS))
        found = database.execute(f"SELECT {names} FROM '{path}' LIMIT {count}")
        return [list(row) for row in found.fetchall()]


def _run(command: Sequence[str], path: Path) -> dict[str, Any]:
    file = ["--file", str(path)] if "bench.report" in command else [str(path)]
    done = subprocess.run([*command, *file], cwd=ROOT, capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def _one(kind: str, path: Path) -> int:
    with tempfile.TemporaryDirectory(prefix="report-bench-") as folder:
        started = time.perf_counter()
        rows, cost = _scan(path) if kind == "scan" else _report(path, Path(folder))
        seconds = time.perf_counter() - started
    print(json.dumps({"rows": rows, "seconds": seconds, "cost": cost, "megabytes": peak()}))
    return 0


def _report(path: Path, folder: Path) -> tuple[int, str]:
    from pricing.catalogue.price_book import BookInForce
    from pricing.reports.generate import report_usage
    from pricing.reports.readers.files import UsageFile
    from pricing.reports.report import ReportQuery
    from pricing.store import bundled

    book = BookInForce(bundled.current(), "bundled", stale=False, age_seconds=None)
    found = report_usage(book, UsageFile(path, "parquet"), ReportQuery(), folder)
    return found.records.read, str(found.totals.cost_usd)


def _scan(path: Path) -> tuple[int, str]:
    with duckdb.connect() as database:
        database.execute("SET threads = 2")
        database.execute(_SCAN.format(path=path)).fetchall()
        (count,) = database.execute(f"SELECT COUNT(*) FROM '{path}'").fetchall()[0]
        return int(count), ""


def peak() -> float:
    """This process's peak memory in megabytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6


def show(figures: dict[str, dict[str, Any]]) -> None:
    """The table, and the aims."""
    rate = {name: one["rows"] / one["seconds"] for name, one in figures.items()}
    print(f"{'':22}{'rows':>12}{'seconds':>10}{'rows a second':>16}{'peak MB':>10}")
    titles = {"scan": "bare scan", "report": "Tariff's report", "genai-prices": "calc_price loop"}
    for name, one in figures.items():
        title = titles.get(name, "cost_per_token loop")
        print(
            f"{title:22}{one['rows']:12,}{one['seconds']:10.2f}{rate[name]:16,.0f}"
            f"{one['megabytes']:10,.0f}"
        )
    for peer in ("genai-prices", "litellm"):
        ratio = rate["report"] / rate[peer]
        print(f"{ratio:,.0f} times {peer} (at least {AIM_RATIO} is the aim)")
    share = figures["scan"]["seconds"] / figures["report"]["seconds"]
    print(f"the bare scan is {share:.0%} of the report's time")
    print(f"peak memory {figures['report']['megabytes']:,.0f} MB (aim: under {AIM_MEGABYTES:,})")


if __name__ == "__main__":
    sys.exit(main())
