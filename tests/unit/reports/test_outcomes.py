"""Whatever is in a file, every record has one outcome, and the total is the same in every format.

The files are mixtures of the records of all tools, of which some are cut off, repeated or have a
value of another kind, as JSON Lines, CSV and Parquet, packed or not.
"""

import csv
import gzip
import io
import json
import random
import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pricing.api.requests.reports import report_query
from pricing.errors import InvalidRequest
from pricing.jsonio import to_json
from pricing.reports.generate import report_usage
from pricing.reports.readers.files import written
from pricing.reports.render.csv_table import to_csv
from pricing.reports.render.html_page import to_html
from pricing.reports.report import Filters, UsageReport
from tariff.template import ROOT
from tests.support.reports import BOOK, outcomes_add_up

LOGS = ROOT / "tests" / "data" / "logs"
Row = dict[str, Any]
ODD: tuple[Any, ...] = (
    None,
    True,
    -1,
    1.5,
    10**25,
    "",
    "x",
    "NaN",
    "{",
    "1e3",
    [],
    [7],
    {},
    "\u202e",
)


def reported(content: bytes, kind: str, folder: Path) -> UsageReport:
    """Report on a file, and check that its total is the same in every format."""
    folder.mkdir()
    focus = folder / "focus.csv"
    query = report_query(("model", "day*team"), 3, "html", Filters())
    found = report_usage(BOOK, written(content, kind, folder), query, folder, focus=focus)
    assert outcomes_add_up(found)
    total = found.totals.cost_usd
    in_json = json.loads(to_json(found))["totals"]["cost_usd"]
    (in_csv,) = csv.DictReader(io.StringIO(to_csv(found, "totals").removeprefix("\ufeff")))
    page = to_html(found)
    assert ("<small>at least</small>" in page) is (found.status == "partial")
    of_page = re.search(r'id="total">\s*(<i>no known price|<data data-usd="([\d.]+)")', page)
    rows = csv.DictReader(io.StringIO(focus.read_text(encoding="utf-8")))
    in_focus = sum((Decimal(row["ListCost"]) for row in rows), Decimal(0))
    assert of_page is not None
    if total is None:
        assert (in_json, in_csv["cost_usd"], of_page[2], in_focus) == (None, "", None, Decimal(0))
    else:
        shown = (in_json, in_csv["cost_usd"], of_page[2])
        assert {Decimal(amount) for amount in shown} == {total} == {in_focus}
    for group in found.groups:
        rows_of_group = [*group.rows, *([group.others] if group.others else [])]
        assert sum((row.known_usd for row in rows_of_group), Decimal(0)) == (total or 0)
    return found


def documents() -> Iterator[Any]:
    """The records of every tool's file."""
    for path in sorted(LOGS.iterdir()):
        text = path.read_text(encoding="utf-8")
        if path.suffix == ".json":
            yield json.loads(text)
        elif path.suffix == ".jsonl":
            yield from map(json.loads, filter(str.strip, text.splitlines()))
    for record in json.loads((ROOT / "tests" / "data" / "report_logs.json").read_bytes()):
        yield from record["records"]


def rows() -> Iterator[Row]:
    """The rows of every tool's CSV file."""
    for path in sorted(LOGS.glob("*.csv")):
        yield from csv.DictReader(io.StringIO(path.read_text(encoding="utf-8")))


def spoiled(document: Any, chance: random.Random) -> Any:
    """The document with a value somewhere in it replaced."""
    if isinstance(document, dict) and document:
        name = chance.choice(list(document))
        return {**document, name: spoiled(document[name], chance)}
    if isinstance(document, list) and document:
        at = chance.randrange(len(document))
        return [*document[:at], spoiled(document[at], chance), *document[at + 1 :]]
    return chance.choice(ODD)


def mixed(chance: random.Random, known: list[Any], count: int) -> list[Any]:
    chosen = [chance.choice(known) for _ in range(count)]
    return [spoiled(one, chance) if chance.random() < 0.3 else one for one in chosen]


def of_lines(chance: random.Random, _folder: Path) -> tuple[bytes, str]:
    """JSON Lines, some of them broken, packed half of the time."""
    lines = [json.dumps(one).encode() for one in mixed(chance, list(documents()), 150)]
    lines = [line[: len(line) // 2] if chance.random() < 0.05 else line for line in lines]
    lines += [b"", b"null", b"[]", b"\xff\xfe", b'{"a":1,"a":2}', b"data: [DONE]", b": comment"]
    chance.shuffle(lines)
    content = b"\r\n".join(lines)
    return (gzip.compress(content) if chance.random() < 0.5 else content), "jsonl"


def of_array(chance: random.Random, _folder: Path) -> tuple[bytes, str]:
    """One JSON array on many lines."""
    return json.dumps(mixed(chance, list(documents()), 60), indent=1).encode(), "json"


def a_table(chance: random.Random) -> tuple[list[str], list[Row]]:
    """Rows of one tool, or of two, with every column of them."""
    known = list(rows())
    columns = {tuple(row) for row in known}
    chosen = chance.sample(sorted(columns), chance.choice((1, 1, 2)))
    kept = [row for row in known if tuple(row) in chosen]
    found = mixed(chance, kept, 40)
    return list(dict.fromkeys(name for names in chosen for name in names)), found


def of_csv(chance: random.Random, _folder: Path) -> tuple[bytes, str]:
    """CSV, with rows that are too short, too long or have open quotes; packed half of the time."""
    names, found = a_table(chance)
    text = io.StringIO()
    writer = csv.DictWriter(text, names, extrasaction="ignore")
    writer.writeheader()
    writer.writerows(found)
    lines = text.getvalue().encode().split(b"\r\n")
    lines[5:5] = [b'"open,' * chance.randrange(2), b"a,b", b"," * 90, b"\xff" * 3]
    content = b"\n".join(lines)
    return (gzip.compress(content) if chance.random() < 0.5 else content), "csv"


def of_parquet(chance: random.Random, folder: Path) -> tuple[bytes, str]:
    """Parquet with a column of text for each column."""
    names, found = a_table(chance)
    path = folder / f"{chance.random()}.parquet"
    with duckdb.connect() as db:
        columns = ", ".join(f'"{name}" VARCHAR' for name in names)
        marks = ", ".join("?" * len(names))
        db.execute(f"CREATE TABLE t ({columns})")
        for row in found:
            cells = [row.get(name) for name in names]
            texts = [cell if isinstance(cell, str | None) else json.dumps(cell) for cell in cells]
            db.execute(f"INSERT INTO t VALUES ({marks})", texts)  # noqa: S608 - question marks
        db.execute(f"COPY t TO '{path}' (FORMAT parquet)")
    return path.read_bytes(), "parquet"


def of_own_table(chance: random.Random, folder: Path) -> tuple[bytes, str]:
    """Parquet with Tariff's own columns, of which some rows are wrong."""
    path = folder / f"{chance.random()}.parquet"
    with duckdb.connect() as db:
        db.execute(
            "CREATE TABLE t (timestamp VARCHAR, model VARCHAR, input_tokens BIGINT,"
            " output_tokens BIGINT, request_id VARCHAR, team VARCHAR, cost_usd DOUBLE)"
        )
        for _ in range(60):
            at = chance.choice(("2026-11-10", "2026-11-10 09:00:00", "soon", None))
            model = chance.choice(("claude-sonnet-5-5", "gpt-4o", "nope", "", None))
            counts = [chance.choice((None, -1, 0, 7, 10**6)) for _ in range(2)]
            names = [chance.choice((None, "", "a", "b")) for _ in range(2)]
            cost = chance.choice((None, 0.0, 0.01, float("nan"), -1.0))
            db.execute(
                "INSERT INTO t VALUES (?, ?, ?, ?, ?, ?, ?)", [at, model, *counts, *names, cost]
            )
        db.execute(f"COPY t TO '{path}' (FORMAT parquet)")
    return path.read_bytes(), "parquet"


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("made", [of_lines, of_array, of_csv, of_parquet, of_own_table])
def test_every_record_of_any_file_has_one_outcome_and_one_total_in_every_format(
    made: Callable[[random.Random, Path], tuple[bytes, str]], seed: int, tmp_path: Path
) -> None:
    chance = random.Random(seed)  # noqa: S311 - a seeded test
    content, kind = made(chance, tmp_path)
    assert reported(content, kind, tmp_path / "read").records.read > 0


@pytest.mark.parametrize("kind", ["jsonl", "csv", "parquet"])
def test_a_file_that_ends_too_early_is_refused_or_read_up_to_there(
    kind: str, tmp_path: Path
) -> None:
    chance = random.Random(1)  # noqa: S311 - a seeded test
    made = {"jsonl": of_lines, "csv": of_csv, "parquet": of_own_table}[kind]
    content, _ = made(chance, tmp_path)
    if content[:2] == b"\x1f\x8b":
        content = gzip.decompress(content)
    packed = gzip.compress(content)
    with pytest.raises(InvalidRequest, match="not a complete gzip file"):
        reported(packed[: len(packed) // 2], kind, tmp_path / "packed")
    half = content[: len(content) // 2]
    if kind == "parquet":
        with pytest.raises(InvalidRequest, match="is not valid parquet"):
            reported(half, kind, tmp_path / "half")
        return
    assert reported(half, kind, tmp_path / "half").records.read > 0
