"""The columnar engine and the calculator agree on every row, whatever the row looks like."""

import random
from pathlib import Path
from typing import Any

import pytest

from pricing.reports.engine import Engine
from pricing.reports.rates import unscaled
from pricing.reports.readers.files import UsageFile, write_lines
from pricing.reports.report import Filters
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
