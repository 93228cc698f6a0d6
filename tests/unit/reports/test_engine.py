"""The columnar engine and the calculator agree on every row, whatever the row looks like."""

import json
import random
from pathlib import Path
from typing import Any

import pytest

from pricing.reports.engine import Engine
from pricing.reports.loaded import LoadedUsage, SummedFolder
from pricing.reports.rates import unscaled
from pricing.reports.readers.files import UsageFile, write_lines
from pricing.reports.report import Filters
from pricing.reports.sql import slots_of
from pricing.reports.tables import Table
from tests.support.reports import call
from tests.support.usage_lines import BOOK, expected, line_of


def reported(file: UsageFile, folder: Path, filters: Filters | None = None) -> dict[str, Any]:
    with Engine(BOOK, folder) as engine:
        usage = engine.load(file, filters or Filters())
        (total,) = engine.summary(())
        fates = {
            "priced": int(total["calls"] or 0),
            "unpriced": int(total["unpriced_calls"] or 0),
            "rejected": usage.rejected,
            "duplicates": usage.duplicates,
            "merged": usage.merged,
        }
        assert usage.read == usage.filtered_out + sum(fates.values())
        return {**fates, "cost": unscaled(int(total["cost"] or 0), usage.places)}


def check(lines: list[bytes], folder: Path) -> dict[str, Any]:
    folder.mkdir()
    found = reported(write_lines(lines, folder / "lines.jsonl"), folder)
    assert found == expected(lines)
    return found


@pytest.mark.parametrize("seed", range(5))
def test_a_thousand_lines_of_any_kind_cost_what_the_calculator_says(
    tmp_path: Path, seed: int
) -> None:
    chance = random.Random(seed)  # noqa: S311 - a seeded test
    lines = [line_of(chance) for _ in range(1_000)]
    again = [line for line in lines if b'"request_id"' in line][:20]  # equal to the letter
    found = check(lines + again, tmp_path / "work")
    assert min(found.values()) > 0


def test_sums_that_another_engine_made_come_to_the_same(tmp_path: Path) -> None:
    chance = random.Random(7)  # noqa: S311 - seeded test data
    content = [line_of(chance) for _ in range(1_000)]
    table = Table(("endpoint", "model"), 5)
    folders = [tmp_path / name for name in ("read", "sums", "again")]
    for folder in folders:
        folder.mkdir()
    with Engine(BOOK, folders[0]) as engine:
        loaded = engine.load(write_lines(content, tmp_path / "lines.jsonl"), Filters())
        made = {
            "alone": "FROM alone",
            "cube": "FROM cube",
            "slots": slots_of("calls"),
            "calls": "FROM calls",
        }
        for name, sql in made.items():
            (folders[1] / name).mkdir()
            target = folders[1] / name / "part.parquet"
            engine._db.execute(f"COPY ({sql}) TO '{target}' (FORMAT parquet)")
        pairs = [(part["model"], part["endpoint"]) for part in engine.slices()]
        wanted = [engine.tables([table]), engine.call_patterns(pairs)]
    usage = LoadedUsage(cuts=loaded.cuts, states_cost=loaded.states_cost)
    with Engine(BOOK, folders[2]) as engine:
        engine.load_summed(SummedFolder(folders[1], usage, lambda: None))
        assert [engine.tables([table]), engine.call_patterns(pairs)] == wanted
        assert engine.usage.partial == loaded.partial


@pytest.mark.parametrize(
    ("calls", "matters"),
    [
        ([(100, 0)] * 19, False),  # too few to cache what they share
        ([(100, 0)] * 20, True),
        ([(100, 0)] * 10 + [(300, 0)] * 10, True),  # the shortest is half of the mean
        ([(99, 0)] * 10 + [(300, 0)] * 10, False),
        ([(100, 1)] * 5, True),  # a cache entry was written
    ],
)
def test_pauses_are_computed_where_a_recommendation_depends_on_them(
    calls: list[tuple[int, int]], matters: bool, tmp_path: Path
) -> None:
    records = [
        call(minute, input_tokens=fresh, cache_creation_input_tokens=written)
        for minute, (fresh, written) in enumerate(calls)
    ]
    file = write_lines((json.dumps(one).encode() for one in records), tmp_path / "lines.jsonl")
    with Engine(BOOK, tmp_path) as engine:
        engine.load(file, Filters())
        pair = ("claude-opus-5-5", "chat")
        pattern = engine.call_patterns([pair])[pair]
    assert (pattern.starts_5m, pattern.starts_1h) == ((1, 1) if matters else (None, None))
    assert (pattern.calls, pattern.longest) == (len(calls), max(map(sum, calls)) + 2_000)
