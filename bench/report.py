"""Measure usage reports: ``python -m bench report``.

Each report is made by the engine in a process of its own, and so is its reference: DuckDB's own
reading and grouping of the same file, see ``report_files``: both with the Python that is deployed,
where one is installed. What is compared is CPU time, as the
ratio of the medians of a few rounds, since the wall time of a shared machine says little.

In the same run the peers price rows one by one: a loop over ``genai_prices.calc_price`` and one
over ``litellm.cost_per_token``, each in one process and one thread, where a report has two. Their
rows are in memory already and are not grouped, which is to their advantage; they get a sample of
the rows only, because all would take an hour.
"""

import json
import os
import subprocess
import tempfile
from pathlib import Path
from statistics import median
from typing import Annotated, Any

import duckdb
from typer import Option

from bench.environments import LAYER, PEERS
from bench.measurement import Measurement, Target
from bench.report_files import PARQUET, SOURCES, make
from tariff.paths import ROOT
from tariff.tables import aligned

ROWS, LINES = 10_000_000, 1_000_000
PEER_ROWS = 20_000
LEAST_RATIO = 100
MOST_MEGABYTES = 1_000
#: The CPU milliseconds that a report of so many records may take.
SMALL = {1: 100, 10: 100, 1_000: 150}
COUNTS = ("input_tokens", "output_tokens", "cache_read_input_tokens", "cache_creation_input_tokens")
Figures = dict[str, Any]


def report(
    rows: Annotated[int, Option(min=1, help="Rows of the Parquet file.")] = ROWS,
    lines: Annotated[int, Option(min=1, help="Lines of every other file.")] = LINES,
    peer_rows: Annotated[int, Option(min=1, help="Rows for each peer.")] = PEER_ROWS,
    rounds: Annotated[int, Option(min=1, help="Reports of each file.")] = 3,
    strict: Annotated[bool, Option("--strict", help="Exit with 1 if a target is missed.")] = False,
) -> int:
    """Measure reports of each kind of file against DuckDB's own reading, and against other tools.

    A missed target is a failure with --strict only: a busy machine must not break a build.
    """
    missed = []
    with tempfile.TemporaryDirectory(prefix="report-bench-") as name:
        folder = Path(name)
        for kind, source in {"Parquet": PARQUET, **SOURCES}.items():
            path = folder / f"usage.{source.ending}"
            make(source, path, rows if source is PARQUET else lines)
            measured = [
                {what: _run(PEERS, "bench.report_worker", what, path, kind) for what in _WHAT}
                for _ in range(rounds)
            ]
            missed += _show(kind, source.at_most, measured)
            if source is PARQUET:
                missed += _beside_peers(path, folder / "rows.json", peer_rows, measured)
            path.unlink()
        missed += _small(folder)
    if missed:
        print("Missed targets:", *missed, sep="\n")
    return int(strict and bool(missed))


_WHAT = ("reference", "report")


def _show(kind: str, at_most: float, measured: list[dict[str, Figures]]) -> list[str]:
    """Print the figures of a kind of file; returns the missed targets."""
    size = measured[0]["report"]
    measurement = Measurement(
        f"{kind}: {size['rows']:,} records, {size['file_megabytes']:,.0f} MB; CPU time",
        {what: [one[what]["cpu"] * 1000 for one in measured] for what in _WHAT},
        (Target("report", "reference", at_most),),
    )
    print(f"{measurement.table()}\n", flush=True)
    wall = median(one["report"]["seconds"] for one in measured)
    peak = max(one["report"]["megabytes"] for one in measured)
    print(f"{wall:.1f} s, {size['rows'] / wall:,.0f} records a second; peak {peak:,.0f} MB\n")
    missed = [f"{kind}: {line}" for line in measurement.missed()]
    if peak > MOST_MEGABYTES:
        missed.append(f"{kind}: peak memory {peak:,.0f} MB, target at most {MOST_MEGABYTES:,}")
    return missed


def _beside_peers(
    path: Path, sample: Path, peer_rows: int, measured: list[dict[str, Figures]]
) -> list[str]:
    """Print the speed of other libraries next to that of the report."""
    sample.write_text(json.dumps(rows_of(path, peer_rows)), encoding="utf-8")
    own = median(one["report"]["rows"] / one["report"]["seconds"] for one in measured)
    table = [("", "rows a second"), ("Tariff's report", f"{own:,.0f}")]
    missed = []
    for peer, title in (("genai-prices", "calc_price"), ("litellm", "cost_per_token")):
        found = _run(PEERS, "bench.report_peers", peer, sample)
        rate = found["rows"] / found["seconds"]
        table.append((f"{title} loop ({peer})", f"{rate:,.0f}"))
        if own < LEAST_RATIO * rate:
            missed.append(f"{own / rate:,.0f} times the speed of {peer}, target {LEAST_RATIO}")
    print(*aligned(table), "", sep="\n", flush=True)
    return missed


def _small(folder: Path) -> list[str]:
    """Print the CPU time of reports of few records; returns the missed targets."""
    missed = []
    for rows, most in SMALL.items():
        path = folder / "small.jsonl"
        make(SOURCES["JSON Lines"], path, rows)
        found = _run(PEERS, "bench.report_worker", "small", path)
        line = f"a report of {rows:,}: {found['cpu'] * 1000:.0f} ms of CPU, target {most}"
        print(line, flush=True)
        missed += [line] if found["cpu"] * 1000 > most else []
    return missed


def rows_of(path: Path, count: int) -> list[list[Any]]:
    """Return the first rows in the peers' form: timestamp, model and counts."""
    with duckdb.connect() as database:
        names = ", ".join(("CAST(timestamp AS VARCHAR)", "model", *COUNTS))
        found = database.execute(f"SELECT {names} FROM '{path}' LIMIT {count}")
        return [list(row) for row in found.fetchall()]


def _run(python: Path, module: str, *arguments: object) -> Figures:
    command = [str(python), "-m", module, *map(str, arguments)]
    environment = {**os.environ, "PYTHONPATH": str(LAYER)}
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    figures: Figures = json.loads(done.stdout.splitlines()[-1])
    return figures
