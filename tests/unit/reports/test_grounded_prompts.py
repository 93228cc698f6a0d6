"""Searches of models of which Google bills the prompts that were grounded, at $35 a thousand."""

import csv
import io
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.support.reports import report_file

#: More lines than are read one by one.
LINES = 300


def line(number: int, model: str, searches: int) -> dict[str, Any]:
    return {
        "timestamp": "2026-10-01T10:00:00Z", "request_id": f"r{number}", "model": model,
        "usage": {
            "input_tokens": 0, "output_tokens": 0,
            "server_tool_use": {"web_search_requests": searches},
        },
    }  # fmt: skip


@pytest.mark.parametrize("model", ["gemini-2.5-flash", "Gemini 2.5 Flash"])
@pytest.mark.parametrize("lines", [1, LINES])
def test_the_queries_of_one_prompt_are_one_search_in_files_of_any_length(
    model: str, lines: int, tmp_path: Path
) -> None:
    sent = [json.dumps(line(number, model, 3)) for number in range(lines)]
    found = report_file("\n".join(sent).encode(), "jsonl", tmp_path)
    assert found.totals.known_usd == lines * Decimal("0.035")


def test_the_queries_of_one_prompt_are_one_search_in_a_table(tmp_path: Path) -> None:
    table = io.StringIO()
    names = ("timestamp", "model", "input_tokens", "output_tokens", "web_searches")
    csv.writer(table).writerow(names)
    for _ in range(LINES):
        csv.writer(table).writerow(("2026-10-01", "gemini-2.5-flash", 0, 0, 3))
    found = report_file(table.getvalue().encode(), "csv", tmp_path)
    assert found.totals.known_usd == LINES * Decimal("0.035")


def test_lines_of_one_request_are_one_grounded_prompt(tmp_path: Path) -> None:
    sent = [
        json.dumps(line(number % LINES, "gemini-2.5-flash", searches))
        for searches in (1, 4)
        for number in range(LINES)
    ]
    found = report_file("\n".join(sent).encode(), "jsonl", tmp_path)
    assert found.records.duplicates == LINES  # as billed
    assert found.totals.known_usd == LINES * Decimal("0.035")


def test_every_query_of_a_model_that_bills_queries_counts(tmp_path: Path) -> None:
    sent = [json.dumps(line(number, "claude-haiku-4-5", 3)) for number in range(LINES)]
    found = report_file("\n".join(sent).encode(), "jsonl", tmp_path)
    # $10 a thousand
    assert found.totals.known_usd == LINES * 3 * Decimal("0.01")
