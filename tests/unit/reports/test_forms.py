"""Lines in the form of an example are read with their types; any other line is looked at closely.

Every awkward line stands among many in one form, as a file of one program has them.
"""

import json
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from pricing.reports.generate import report_usage
from pricing.reports.readers import line_table
from pricing.reports.readers.files import UsageFile
from pricing.reports.readers.forms import FormColumns
from pricing.reports.report import ReportQuery, UsageReport
from tariff.prices import bundled_prices

PLAIN = 400
#: claude-haiku-4-5 costs $1 and $5 a million tokens: 1,000 and 100 tokens cost $0.0015.
EACH = Decimal("0.0015")


def line(number: int, **more: Any) -> dict[str, Any]:
    return {
        "timestamp": f"2026-10-{1 + number % 28:02}T10:00:00Z",
        "model": "claude-haiku-4-5",
        "endpoint": "chat",
        "request_id": f"r{number}",
        "usage": {"input_tokens": 1_000, "output_tokens": 100},
        **more,
    }


def compact(document: Any) -> str:
    return json.dumps(document, separators=(",", ":"), ensure_ascii=False)


@pytest.fixture
def in_forms(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Has files of any size read by form; afterwards it has the number of lines in no form."""
    left: list[int] = []
    monkeypatch.setattr(line_table, "TINY_BYTES", 0)
    create = line_table.LineTable._create

    def counted(self: Any, table: str, columns: Any, *rest: Any) -> Any:
        same = create(self, table, columns, *rest)
        if isinstance(columns, FormColumns):
            left[:] = self._rows("SELECT COUNT(*) FROM all_rows WHERE plan IS NULL")[0]
        return same

    monkeypatch.setattr(line_table.LineTable, "_create", counted)
    return left


def report(lines: list[str], folder: Path) -> UsageReport:
    path = folder / "usage.jsonl"
    path.write_text("".join(f"{one}\n" for one in lines), encoding="utf-8")
    (folder / "work").mkdir()
    return report_usage(bundled_prices(), UsageFile(path, "jsonl"), ReportQuery(), folder / "work")


def among_plain(odd: str, folder: Path) -> UsageReport:
    lines = [compact(line(number)) for number in range(PLAIN)]
    return report([*lines[:300], odd, *lines[300:]], folder)


@pytest.mark.parametrize("write", [compact, json.dumps])
def test_lines_of_one_program_are_in_its_form(
    write: Any, in_forms: list[int], tmp_path: Path
) -> None:
    found = report([write(line(number)) for number in range(PLAIN)], tmp_path)
    assert in_forms == [0]
    assert found.totals.known_usd == PLAIN * EACH


def test_two_programs_have_two_forms(in_forms: list[int], tmp_path: Path) -> None:
    lines = [compact(line(2 * n)) for n in range(PLAIN)]
    lines += [json.dumps(line(2 * n + 1, team="a")) for n in range(PLAIN)]
    found = report(lines, tmp_path)
    assert in_forms == [0]
    assert found.totals.known_usd == 2 * PLAIN * EACH


#: What is priced like all others although it is in no form.
SAME = {
    "another name": compact(line(900, region="eu")),
    "another name of the same length as spaces": json.dumps(line(900, x=1)),
    "spaces": json.dumps(line(900)),
    "another order": compact(dict(reversed(line(900).items()))),
    "spaces at the end": compact(line(900)) + "  ",
    "a text with a quote": compact(line(900, endpoint='a"b')),
    "a text with a backslash": compact(line(900, endpoint="a\\")),
    "a text that goes on like the form": compact(line(900, endpoint='a","request_id":"r1')),
    "an escaped letter": compact(line(900)).replace("chat", "\\u0063hat"),
    "no text": compact(line(900, endpoint=None)),
    "an empty text": compact(line(900, endpoint="")),
}


@pytest.mark.parametrize("name", SAME)
def test_a_line_that_is_otherwise_written_is_priced_all_the_same(
    name: str, in_forms: list[int], tmp_path: Path
) -> None:
    found = among_plain(SAME[name], tmp_path)
    assert in_forms == [0 if name == "an empty text" else 1]
    assert (found.records.read, found.records.rejected) == (PLAIN + 1, 0)
    assert found.totals.known_usd == (PLAIN + 1) * EACH


def changed(**usage: Any) -> str:
    return compact(line(900, usage={"input_tokens": 1_000, "output_tokens": 100, **usage}))


REJECTED: Mapping[str, str] = {
    "a name twice": compact(line(900)).replace('"model":', '"model":"claude-haiku-4-5","model":'),
    "a count twice": changed().replace('"output_tokens":', '"output_tokens":100,"output_tokens":'),
    "a number in place of a text": compact(line(900, model=5)),
    "an object in place of a text": compact(line(900, model={"a": 1})),
    "a text in place of a count": changed(output_tokens="1.000"),
    "a fraction in place of a count": changed(output_tokens=100.5),
    "a negative count": changed(output_tokens=-100),
    "a count past the limit": changed(output_tokens=10**12 + 1),
    "a count of thirty digits": changed(output_tokens=10**30),
    "yes in place of a count": changed(output_tokens=True),
    "no JSON, which ends as an object does": compact(line(900)).replace('"chat",', '"chat"'),
    "half a line": compact(line(900))[:60],
    "two objects": compact(line(900)) * 2,
    "a moment that is none": compact(line(900, timestamp="2026-10-32T10:00:00Z")),
}


@pytest.mark.parametrize("name", REJECTED)
def test_a_wrong_line_is_rejected_under_its_number(
    name: str, in_forms: list[int], tmp_path: Path
) -> None:
    found = among_plain(REJECTED[name], tmp_path)
    assert in_forms[0] <= 1
    assert [rejected.line for rejected in found.rejected] == [301]
    assert found.totals.known_usd == PLAIN * EACH


def test_what_a_name_in_one_line_says_is_counted(in_forms: list[int], tmp_path: Path) -> None:
    cached = changed(cache_read_input_tokens=1_000_000)
    found = among_plain(cached, tmp_path)
    assert in_forms == [1]
    # A million cached tokens cost a tenth of $1.
    assert found.totals.known_usd == (PLAIN + 1) * EACH + Decimal("0.1")


def test_names_that_are_not_read_are_noticed_in_every_form(
    in_forms: list[int], tmp_path: Path
) -> None:
    lines = [compact(line(n, **({"region": "eu"} if n % 4 == 0 else {}))) for n in range(PLAIN)]
    found = report(lines, tmp_path)
    assert in_forms == [0]
    (message,) = [one.message for one in found.warnings if one.code == "record_field_ignored"]
    assert message.endswith("region (100 records).")


def test_lines_that_are_not_calls_have_forms_too(in_forms: list[int], tmp_path: Path) -> None:
    message = {"type": "message", "model": "claude-haiku-4-5", "content": [{"text": 'a "b"\n'}]}
    call = {"type": "assistant", "sessionId": "s", "timestamp": "2026-10-01T10:00:00.123Z"}
    asked = {"type": "user", "sessionId": "s", "message": {"role": "user", "content": "x"}}
    lines = []
    for number in range(PLAIN):
        usage = {"input_tokens": 1_000, "output_tokens": 100}
        answer = {"id": f"m{number}", **message, "usage": usage}
        lines += [compact({**call, "message": answer}), compact(asked)]
    found = report(lines, tmp_path)
    assert in_forms == [0]
    assert found.totals.known_usd == PLAIN * EACH
    assert found.records.not_calls == PLAIN
