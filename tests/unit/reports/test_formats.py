"""Each tool's log is read as the tool writes it, and each call of it once."""

import json
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from pricing.reports.engine import Engine
from pricing.reports.rates import unscaled
from pricing.reports.readers.files import UsageFile
from pricing.reports.report import Filters
from pricing.store import bundled
from tests.support.cases import cases

BOOK = bundled.current()


def loaded(lines: Sequence[Any], folder: Path) -> tuple[Any, Decimal]:
    """What became of the lines, and what they cost."""
    folder.mkdir(exist_ok=True)
    path = folder / "lines.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    with Engine(BOOK, folder) as engine:
        usage = engine.load(UsageFile(path, "jsonl"), Filters())
        (total,) = engine.summary(())
        return usage, unscaled(int(total["cost"] or 0), usage.places)


def claude_line(uuid: str, output: int) -> dict[str, Any]:
    usage = {
        "input_tokens": 10,
        "cache_creation_input_tokens": 11862,
        "cache_read_input_tokens": 15555,
        "cache_creation": {"ephemeral_5m_input_tokens": 0, "ephemeral_1h_input_tokens": 11862},
        "output_tokens": output,
    }
    message = {"id": "msg_1", "type": "message", "model": "claude-opus-4-6", "usage": usage}
    return {
        "type": "assistant",
        "uuid": uuid,
        "requestId": "req_1",
        "timestamp": "2026-04-12T10:31:43.399Z",
        "message": message,
    }


#: A tool's lines, the format they are in, and their cost in USD worked out by hand.
LOGS = {one["tool"]: (one["lines"], one["format"], one["usd"]) for one in cases("log_lines")}
# Opus 4.6: 5 and 25, hour write 10, read 0.5 USD per million tokens:
# 10 x 5 + 11862 x 10 + 15555 x 0.5 + 726 x 25 = 144597.5 millionths
LOGS["Claude Code"] = (
    [
        {"type": "user", "message": {"role": "user", "content": "x"}},
        *(claude_line(uuid, output) for uuid, output in (("a", 3), ("b", 3), ("c", 726))),
        {"type": "summary", "summary": "x"},
    ],
    "claude_code",
    "0.1445975",
)


@pytest.mark.parametrize("tool", LOGS)
def test_a_tools_log_costs_what_its_calls_cost(tool: str, tmp_path: Path) -> None:
    lines, name, usd = LOGS[tool]
    usage, cost = loaded(lines, tmp_path)
    assert cost == Decimal(usd)
    assert (usage.rejected, usage.partial) == (0, 0)
    assert usage.formats[name] >= 1
    assert usage.read == 1 + usage.merged + usage.duplicates


def test_equal_lines_are_duplicates_and_growing_ones_are_merged(tmp_path: Path) -> None:
    usage, _ = loaded([claude_line("a", 3), claude_line("b", 3)], tmp_path / "equal")
    assert (usage.duplicates, usage.merged) == (1, 0)
    usage, cost = loaded([claude_line("a", 726), claude_line("b", 3)], tmp_path / "shrinking")
    assert (usage.duplicates, usage.merged) == (0, 1)
    assert cost == Decimal("0.1445975")


@pytest.mark.parametrize(
    "moment",
    [
        "2026-05-01T10:00:00Z",
        "2026-05-01 10:00:00.000",
        "2026-05-01 10:00:00 UTC",
        1777629600,
        1777629600000,
        "1777629600000000000",
    ],
)
def test_a_moment_is_read_as_exports_write_it(moment: Any, tmp_path: Path) -> None:
    # Opus 4.6: 10 x 5 + 726 x 25 = 18200 millionths, on 1 May 2026
    record = {"model": "claude-opus-4-6", "usage": {"input_tokens": 10, "output_tokens": 726}}
    usage, cost = loaded([{"startTime": moment, **record}], tmp_path)
    assert (usage.rejected, cost) == (0, Decimal("0.0182"))


def test_a_sum_of_many_calls_is_priced_at_the_tier_of_a_mean_call(tmp_path: Path) -> None:
    # GPT-5.5 up to 272,000 tokens: 5, cached 0.5, output 30. 1,031 calls of 132,687 tokens at most:
    # 2700000 x 5 + 134100000 x 0.5 + 414000 x 30 = 92.97 USD
    usage = {
        "input_tokens": 136_800_000,
        "output_tokens": 414_000,
        "input_tokens_details": {"cached_tokens": 134_100_000},
    }
    record = {"timestamp": "2026-10-01", "model": "gpt-5.5", "calls": 1031, "usage": usage}
    _, cost = loaded([record], tmp_path / "sum")
    assert cost == Decimal("92.97")
    one, _ = loaded([record | {"calls": 0}], tmp_path / "none")
    assert one.rejected == 1
