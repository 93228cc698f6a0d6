"""Rejected lines have their own numbers, whichever of two threads reads them."""

import json
from pathlib import Path
from typing import Any

import pytest

from pricing.reports.generate import report_usage
from pricing.reports.readers.files import opened
from pricing.reports.report import ReportQuery
from tariff.prices import bundled_prices

#: So much text that both threads have a part of it.
LINES = 40_000
#: A line of another kind, which states a tier as all others do.
KINDS: tuple[dict[str, Any], ...] = (
    {},
    {"endpoint": "a"},
    {"team": "b"},
    {"note": 1},
    {"more": 2},
    {"last": 3},
    {"x": 4},
)


def record(number: int, **more: Any) -> dict[str, Any]:
    usage = {"input_tokens": number, "output_tokens": 1, "service_tier": "standard"}
    head = {"timestamp": "2026-10-01T10:00:00Z", "model": "claude-haiku-4-5", "usage": usage}
    return {**head, "text": "words " * 40, **more}


def rejected(path: Path, folder: Path) -> list[int]:
    (folder / "work").mkdir()
    file = opened(path, path.name, folder / "work")
    found = report_usage(bundled_prices(), file, ReportQuery(), folder / "work")
    assert found.records.read == LINES
    return [one.line for one in found.rejected]


@pytest.mark.parametrize("kinds", [1, len(KINDS)])
def test_wrong_lines_at_both_ends_of_a_file_have_their_own_numbers(
    kinds: int, tmp_path: Path
) -> None:
    path = tmp_path / "usage.jsonl"
    with path.open("w", encoding="utf-8") as file:
        for number in range(1, LINES + 1):
            line = record(number, **KINDS[number % kinds])
            if number in (1, LINES):
                line["model"] = 5
            file.write(f"{json.dumps(line)}\n")
    assert rejected(path, tmp_path) == [1, LINES]


def test_wrong_rows_at_both_ends_of_a_table_have_their_own_numbers(tmp_path: Path) -> None:
    path = tmp_path / "usage.csv"
    with path.open("w", encoding="utf-8") as file:
        file.write("timestamp,model,prompt_tokens,completion_tokens,service_tier,text\n")
        for number in range(1, LINES + 1):
            count = -1 if number in (1, LINES) else number
            file.write(f"2026-10-01T10:00:00Z,gpt-4o,{count},1,default,{'words ' * 60}\n")
    # The names of the columns are the first line.
    assert rejected(path, tmp_path) == [2, LINES + 1]
