"""Which lines of a coding tool's sessions are one call, by the ids of messages and of requests.

The reports they are from: ccusage/ccusage#1155, #1635, #1762 and #985,
rajbos/ai-engineering-fluency#1632, anthropics/claude-code#64880, junhoyeo/tokscale#563,
ClaudeCodeUsage/ClaudeCodeUsage#92; the counts are our own. On 1 October 2026 claude-sonnet-4-6
costs 3 and 15 USD per million, 0.30 for a read and 3.75 for a write of five minutes.
"""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from pricing.reports.report import UsageReport
from tests.support.reports import outcomes_add_up, report_file

ID = "msg_01XFDUDYJgAACzvnptvVoYEL"
#: 10 at 3, 1,000 at 0.30, 200 at 3.75 and 50 at 15.
CALL = Decimal("0.00183")


def line(
    message: str | None,
    request: str | None,
    *,
    read: int = 1_000,
    output: int = 50,
    session: str = "a",
    minute: int = 0,
) -> dict[str, Any]:
    usage = {
        "input_tokens": 10,
        "cache_read_input_tokens": read,
        "cache_creation_input_tokens": 200,
        "cache_creation": {"ephemeral_5m_input_tokens": 200, "ephemeral_1h_input_tokens": 0},
        "output_tokens": output,
    }
    body = {"id": message, "type": "message", "model": "claude-sonnet-4-6", "usage": usage}
    found: dict[str, Any] = {
        "type": "assistant",
        "timestamp": f"2026-10-01T10:{minute:02}:00Z",
        "sessionId": session,
        "message": body,
    }
    return found if request is None else {**found, "requestId": request}


def report(lines: list[dict[str, Any]], folder: Path, *, many: bool) -> UsageReport:
    """Report on the lines alone, or among so many others that they are read by column."""
    others = [line(f"msg_{number:024}", f"req_{number:024}", read=0) for number in range(300)]
    sent = [*lines, *others] if many else lines
    found = report_file("\n".join(map(json.dumps, sent)).encode(), "jsonl", folder / "read")
    assert outcomes_add_up(found)
    return found


#: What the 300 other lines cost: 10 at 3, 200 at 3.75 and 50 at 15 each.
OTHERS = 300 * Decimal("0.00153")


@pytest.mark.parametrize("many", [False, True])
@pytest.mark.parametrize(
    ("lines", "calls", "more_reads"),
    [
        pytest.param([line(ID, "req_1"), line(ID, "req_2", session="b")], 1, 0, id="a copy"),
        pytest.param(
            [line(ID, "req_1", output=3), line(ID, "req_1"), line(ID, "req_2", output=3)],
            1,
            0,
            id="a stream and a copy of its beginning",
        ),
        pytest.param(
            [line(ID, "req_1", output=3, read=0), line(ID, "req_1"), line(ID, "req_2")],
            1,
            0,
            id="a stream whose prompt was not known at first, and a copy",
        ),
        pytest.param(
            [line(ID, "req_1"), line(ID, "req_2", read=1_200), line(ID, "req_3", read=1_400)],
            3,
            600,
            id="answers to which the API gave one id",
        ),
        pytest.param([line(ID, None), line(ID, None, session="b")], 1, 0, id="no request"),
        pytest.param([line(ID, None), line(ID, "req_1")], 1, 0, id="a request in one of them"),
        pytest.param([line(None, "req_1"), line(None, "req_1")], 1, 0, id="no message"),
        pytest.param(
            [line("relay", None, read=1_000 * minute, minute=minute) for minute in range(4)],
            4,
            2_000,
            id="a gateway that gives every message one id",
        ),
        pytest.param(
            [line("relay", None), line("relay", None, session="b")], 1, 0, id="a copy behind it"
        ),
    ],
)
def test_lines_of_one_message_are_one_call(
    tmp_path: Path, lines: list[dict[str, Any]], calls: int, more_reads: int, *, many: bool
) -> None:
    found = report(lines, tmp_path, many=many)
    expected = calls * CALL + more_reads * Decimal("0.0000003")
    assert found.totals.cost_usd == expected + (OTHERS if many else 0)
    assert found.totals.calls == calls + (300 if many else 0)
