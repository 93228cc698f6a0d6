"""Files in S3 of 42 kinds: every call is counted, or the file or its line is refused with a reason.

A total of $0 over calls that were not read is the worst answer that a report can give.
"""

import csv
import gzip
import io
import json
import tempfile
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import pytest

from tariff.template import recorded_event
from tests.support.handlers import call, handler, pointers

#: 1,000 tokens at $0.15 a million and 100 at $0.60.
EACH = Decimal("0.00021")
MB = 1_000_000


class Expected(NamedTuple):
    """How many calls are priced, and how many lines are rejected; nothing of a refused file."""

    priced: int = 0
    rejected: int = 0
    refused: bool = False


REFUSED = Expected(refused=True)


def record(**more: Any) -> dict[str, Any]:
    usage = {"prompt_tokens": 1000, "completion_tokens": 100}
    return {"timestamp": "2026-10-05", "model": "gpt-4o-mini", "usage": usage, **more}


def lines(*found: bytes) -> bytes:
    return b"\n".join(found) + b"\n"


def of_size(megabytes: float) -> bytes:
    """A call with a text of this size."""
    return json.dumps(record(note="x" * int(megabytes * MB))).encode()


GOOD = json.dumps(record()).encode()
TEN = [GOOD] * 10
PACKED = gzip.compress(lines(*TEN))
LONG = gzip.compress(b"".join(b"%d " % n + GOOD for n in range(500)), 0)
COLUMNS = ["timestamp", "model", "team", "prompt_tokens", "completion_tokens"]
ROW = ["2026-10-05", "gpt-4o-mini", "a", "1000", "100"]


def table(*rows: list[str], header: list[str] = COLUMNS, **form: Any) -> bytes:
    text = io.StringIO()
    csv.writer(text, **form).writerows([header, *rows])
    return text.getvalue().encode()


def parquet(folder: Path) -> bytes:
    path = folder / "calls.parquet"
    columns = (
        "DATE '2026-10-05' AS timestamp, 'gpt-4o-mini' AS model, 1000 AS prompt_tokens,"
        " 100 AS completion_tokens"
    )
    calls = duckdb.sql(f"SELECT {columns} FROM range(10)")  # noqa: S608
    assert calls is not None
    calls.write_parquet(str(path))
    return path.read_bytes()


def long_line_files() -> dict[str, tuple[bytes, Expected]]:
    """A line of each size at each place among ten others."""
    found = {}
    for megabytes, rejected in ((1, 0), (15.9, 0), (16.1, 1), (40, 1)):
        for place, at in (("first", 0), ("middle", 5), ("last", 10)):
            content = lines(*TEN[:at], of_size(megabytes), *TEN[at:])
            found[f"{megabytes}-{place}.jsonl"] = content, Expected(11 - rejected, rejected)
    return found


FILES: dict[str, tuple[bytes, Expected]] = {
    **long_line_files(),
    "five-long.jsonl": (lines(*TEN, *[of_size(16.1)] * 5), Expected(10, 5)),
    # A document may be longer than a line: long texts in it are cut.
    "long-alone.jsonl": (lines(of_size(16.1)), Expected(1)),
    "array.json": (b"[" + b",".join(TEN) + b"]", Expected(10)),
    "array-of-20-mb.json": (b"[" + b",".join([*TEN, *[of_size(10)] * 2]) + b"]", Expected(12)),
    "array-with-long.json": (b"[" + b",".join([*TEN, of_size(16.1)]) + b"]", Expected(11)),
    "packed.jsonl.gz": (PACKED, Expected(10)),
    "packed.jsonl": (PACKED, Expected(10)),
    "not-packed.jsonl.gz": (lines(*TEN), Expected(10)),
    "damaged.jsonl.gz": (LONG[:40] + b"\x00\xff" * 20 + LONG[80:], REFUSED),
    "garbage.jsonl.gz": (b"\x1f\x8b" + b"\x99" * 500, REFUSED),
    "cut.jsonl.gz": (PACKED[:-20], REFUSED),
    "wrong-sum.jsonl.gz": (PACKED[:-8] + b"\x00" * 4 + PACKED[-4:], REFUSED),
    "trailing.jsonl.gz": (PACKED + b"trailing", REFUSED),
    "table.csv": (table(*[ROW] * 10), Expected(10)),
    "quotes.csv": (
        table(*[[*ROW[:2], 'a "b",\nc', *ROW[3:]]] * 10, quoting=csv.QUOTE_ALL), Expected(10),
    ),
    "semicolons.csv": (table(*[ROW] * 10, delimiter=";"), Expected(10)),
    "marked.csv": (b"\xef\xbb\xbf" + table(*[ROW] * 10), Expected(10)),
    "twice.csv": (table(ROW, header=["timestamp", "model", "model", *COLUMNS[3:]]), REFUSED),
    "other-columns.csv": (table(ROW, header=["a", "b", "c", "d", "e"]), REFUSED),
    "injected.csv": (
        table(*[[*ROW, "1"]] * 10, header=[*COLUMNS, '"); DROP TABLE calls; --']), Expected(10),
    ),
    "long-cell.csv": (table(ROW, [*ROW[:2], "x" * 3 * MB, *ROW[3:]]), Expected(1, 1)),
    "utf-16.jsonl": (lines(*TEN).decode().encode("utf-16"), Expected(10)),
    "latin-1.jsonl": (
        lines(*TEN, json.dumps(record(team="é"), ensure_ascii=False).encode("latin-1")),
        Expected(10, 1),
    ),
    "marked.jsonl": (b"\xef\xbb\xbf" + lines(*TEN), Expected(10)),
    "dos.jsonl": (lines(*TEN).replace(b"\n", b"\r\n"), Expected(10)),
    "zero-bytes.jsonl": (lines(*TEN, b"\x00" * 50), Expected(10, 1)),
    "injected.jsonl": (
        lines(*TEN, json.dumps(record(team="'; DROP TABLE calls; --")).encode()), Expected(11),
    ),
    "words.jsonl": (lines(*TEN, b"hello", b"1", b"[]"), Expected(10, 3)),
}  # fmt: skip
#: Those of Parquet, which are made in a folder.
PARQUET = ("whole.parquet", "cut.parquet")


@pytest.fixture
def report(
    bucket: Callable[[str, bytes], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[str, bytes], Any]:
    # Another run of the tests on this machine may empty the scratch space that all share.
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

    def ask(key: str, content: bytes) -> Any:
        source = {"source": {"s3_uri": bucket(key, content)}}
        sent = recorded_event("usage_report")
        return call(handler("usage_report"), sent, body=json.dumps(source))

    return ask


def check(answer: Any, expected: Expected) -> None:
    """Every line has a fate, and each that is not priced a reason; no total is a silent zero."""
    if expected.refused:
        assert answer.status == 422, answer.body
        (pointer,) = pointers(answer)
        assert pointer in ("/source", "/source/s3_uri")
        return
    assert answer.status == 200, answer.body
    records, cost = answer.body["records"], answer.body["totals"]["cost_usd"]
    assert (records["priced"], records["rejected"]) == (expected.priced, expected.rejected)
    assert records["read"] == expected.priced + expected.rejected
    if expected.priced:
        assert Decimal(cost) == expected.priced * EACH
    else:
        assert cost is None
    assert len(answer.body["rejected"]) == expected.rejected
    assert all(one["reason"] and one["line"] for one in answer.body["rejected"])


def test_there_are_42_kinds() -> None:
    assert len(FILES) + len(PARQUET) == 42


@pytest.mark.parametrize("name", FILES)
def test_a_file_is_counted_or_refused_and_never_silently_zero(
    report: Callable[[str, bytes], Any], name: str
) -> None:
    content, expected = FILES[name]
    check(report(name, content), expected)


@pytest.mark.parametrize("name", PARQUET)
def test_parquet_is_counted_whole_and_refused_when_cut(
    report: Callable[[str, bytes], Any], tmp_path: Path, name: str
) -> None:
    content, cut = parquet(tmp_path), name.startswith("cut")
    check(report(name, content[:-40] if cut else content), REFUSED if cut else Expected(10))
