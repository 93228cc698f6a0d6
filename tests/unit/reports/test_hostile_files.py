"""Broken, mixed and very large files: no record is lost, and nothing stops the reader."""

import bz2
import gzip
import io
import json
import lzma
import random
import tarfile
import zipfile
from contextlib import suppress
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pricing.errors import InvalidRequest, TariffError
from pricing.reports.generate import report_usage
from pricing.reports.readers.files import opened
from pricing.reports.readers.formats import FormatReader
from pricing.reports.readers.records import read_record
from pricing.reports.report import ReportQuery
from tariff.template import ROOT
from tests.support.reports import BOOK, NOW, outcomes_add_up, report_file

LOGS = ROOT / "tests" / "data" / "logs"


def test_every_record_of_a_mixed_and_broken_file_has_one_outcome(tmp_path: Path) -> None:
    lines = []
    for path in sorted(LOGS.iterdir()):
        if path.suffix in (".jsonl", ".sse"):
            lines += path.read_bytes().splitlines()
        elif path.suffix == ".json":
            lines.append(json.dumps(json.loads(path.read_bytes())).encode())
    chance = random.Random(5)  # noqa: S311 - a seeded test
    broken = (b"{", b"[]", b"null", b"7", b'"x"', b"\xff\xfe", b"[[[[", b'{"a":1,"a":2}', b"data:")
    for seed in range(3):
        chosen = [chance.choice(lines) for _ in range(200)]
        chosen = [line[: len(line) // 2] if chance.random() < 0.1 else line for line in chosen]
        chosen += [chance.choice(broken) for _ in range(40)]
        chance.shuffle(chosen)
        found = report_file(b"\n".join(chosen), "jsonl", tmp_path / str(seed))
        assert outcomes_add_up(found)
        assert found.status == "partial"
        assert found.records.rejected > 0


ODD: tuple[Any, ...] = (
    *(None, True, 0, -1, 1.5, 10**30, "", "x", "12", "{}", '{"a":1}', "["),
    *([], [[]], [1], [{}], {}, {"a": {}}, {"usage": {}}, "\ud800"),
)
NAMES = (
    *("type", "data", "usage", "attributes", "message", "payload", "steps", "results", "tags"),
    *("timestamp", "model", "response", "info", "spans", "object", "summary"),
)


def spoiled(document: Any, chance: random.Random) -> Any:
    """The document with a value somewhere in it replaced."""
    if isinstance(document, dict) and document and chance.random() < 0.9:
        name = chance.choice((chance.choice(list(document)), chance.choice(NAMES)))
        return {**document, name: spoiled(document.get(name), chance)}
    if isinstance(document, list) and document and chance.random() < 0.9:
        at = chance.randrange(len(document))
        return [*document[:at], spoiled(document[at], chance), *document[at + 1 :]]
    return chance.choice(ODD)


def test_no_value_of_any_record_stops_the_reader() -> None:
    documents = [json.loads(path.read_bytes()) for path in sorted(LOGS.glob("*.json"))]
    for path in sorted(LOGS.glob("*.jsonl")):
        documents += [json.loads(line) for line in path.read_bytes().splitlines()]
    chance = random.Random(9)  # noqa: S311 - a seeded test
    for _ in range(2_000):
        document = spoiled(chance.choice(documents), chance)
        for found in FormatReader(chance.choice((None, "cursor", "codex"))).read(document):
            with suppress(TariffError):
                read_record(found.record, NOW)


MEGABYTE = 1_000_000


@pytest.mark.parametrize(
    "usage",
    [
        {"prompt_tokens": 1_000_000, "completion_tokens": 0, "": {"more": 7}},
        {"prompt_tokens": 1_000_000, "completion_tokens": 0, "*": {"more": 7}},
        {"prompt_tokens": 1_000_000, "completion_tokens": 0, 'a"b': {"more": 7}},
        {"input_tokens": 1_000_000, "total_tokens": 1_000_000, "input_token_details": {"": 7}},
    ],
)
def test_an_unusual_name_in_every_usage_is_a_count_that_is_not_read(
    tmp_path: Path, usage: dict[str, Any]
) -> None:
    line = {"timestamp": "2026-11-02", "model": "gpt-4o", "usage": {"output_tokens": 0, **usage}}
    # More lines than are read one by one in any case; gpt-4o costs 2.50 USD per million tokens.
    found = report_file(b"\n".join([json.dumps(line).encode()] * 210), "jsonl", tmp_path / "a")
    assert (found.records.read, found.records.partial) == (210, 210)
    assert found.totals.cost_usd == 525


@pytest.mark.parametrize("place", [0, 5, 10])
def test_a_line_that_is_too_long_is_rejected_and_loses_no_other(tmp_path: Path, place: int) -> None:
    usage = {"input_tokens": 1000, "output_tokens": 100}
    call = {"timestamp": "2026-10-01", "model": "gpt-4o-mini", "usage": usage}
    lines = [json.dumps(call).encode() for _ in range(10)]
    sizes = [(int(16.1 * MEGABYTE), False), *([(int(15.9 * MEGABYTE), True)] if place == 5 else [])]
    for size, fits in sizes:
        long = json.dumps({**call, "note": "x" * size}).encode()
        content = b"\n".join([*lines[:place], long, *lines[place:]])
        found = report_file(content, "jsonl", tmp_path / f"{size}")
        assert found.totals.calls == 10 + fits
        if not fits:
            (rejected,) = found.rejected
            assert rejected.line == place + 1
            assert "the limit is 16 MB" in rejected.reason


def test_an_array_on_one_long_line_is_read_record_by_record(tmp_path: Path) -> None:
    usage = {"input_tokens": 1000, "output_tokens": 100}
    call = {"timestamp": "2026-10-01", "model": "gpt-4o-mini", "usage": usage, "note": "x" * 9_000}
    text = json.dumps([call] * 2_000)
    assert len(text) > 17 * MEGABYTE
    for name, content in (("array", text), ("object", f'{{"meta":{{}},"data":{text}}}')):
        found = report_file(content.encode(), "json", tmp_path / name)
        assert found.totals.cost_usd == Decimal("0.42")  # 2,000 x 210 millionths
    found = report_file(text[:-1000].encode(), "json", tmp_path / "cut")
    assert (found.records.priced, found.records.rejected) == (1_999, 1)


def test_a_large_cell_and_semicolons_are_read_and_a_repeated_column_is_refused(
    tmp_path: Path,
) -> None:
    head = "timestamp;model;input_tokens;output_tokens;note"
    rows = f"{head}\n2026-10-01;gpt-4o-mini;1000;100;{'x' * 3 * MEGABYTE}\n"
    assert report_file(rows.encode(), "csv", tmp_path / "cell").totals.calls == 1
    twice = (
        b"timestamp,model,input_tokens,input_tokens,output_tokens\n2026-10-01,gpt-4o-mini,1,2,3\n"
    )
    with pytest.raises(Exception, match="'input_tokens' twice"):
        report_file(twice, "csv", tmp_path / "twice")


def test_a_packed_file_is_unpacked(tmp_path: Path) -> None:
    content = gzip.compress((LOGS / "cursor.csv").read_bytes())
    path = tmp_path / "cursor.csv.gz"
    path.write_bytes(content)
    folder = tmp_path / "scratch"
    folder.mkdir()
    found = report_usage(BOOK, opened(path, path.name, folder), ReportQuery(), folder)
    assert found.totals.calls == 2
    assert report_file(content, "csv", tmp_path / "body").totals.calls == 2


HEAD = b"timestamp,model,input_tokens,output_tokens,team"
GOOD = b"2026-10-01,gpt-4o-mini,1000,100,a"


@pytest.mark.parametrize(
    ("rows", "priced", "rejected"),
    [
        ([GOOD, b'"open,', GOOD], 1, 1),  # the row after it is a part of it
        ([b'"open,', GOOD, b'2026-10-01,gpt-4o-mini,1000,100,"b"', GOOD], 1, 1),
        ([b"a,b", GOOD], 1, 1),
        ([GOOD, b"," * 90, GOOD], 2, 0),  # which has no values
        ([b"\xff\xfe,b,c,d,e", GOOD], 1, 1),
        ([GOOD, b"", b"", GOOD], 2, 0),
        ([GOOD, b"2026-10-01,gpt-4o-mini,1000,100,a\rb", GOOD], 3, 0),
    ],
)
@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_a_broken_row_of_a_table_is_rejected_and_never_the_whole_table(
    tmp_path: Path, rows: list[bytes], priced: int, rejected: int, end: bytes
) -> None:
    found = report_file(end.join([HEAD, *rows]), "csv", tmp_path / "rows")
    assert (found.records.priced, found.records.rejected) == (priced, rejected)
    assert outcomes_add_up(found)


def test_a_table_whose_lines_end_with_carriage_returns_alone_is_read(tmp_path: Path) -> None:
    found = report_file(b"\r".join([HEAD, GOOD, GOOD]), "csv", tmp_path / "rows")
    assert found.records.priced == 2


@pytest.mark.parametrize(
    "record",
    [
        {"usageMetadata": {"promptTokenCount": 3, "candidatesTokenCount": 1}},
        {"timestamp": "2026-10-05", "usage": {"input_tokens": 3, "output_tokens": 1}},
    ],
)
@pytest.mark.parametrize("number", [200, 300])
def test_lines_of_which_none_names_a_model_are_rejected_each(
    record: dict[str, Any], number: int, tmp_path: Path
) -> None:
    """Read by column, 300 of them were refused as a file that is not JSON Lines."""
    found = report_file(b"\n".join([json.dumps(record).encode()] * number), "jsonl", tmp_path)
    assert (found.records.read, found.records.rejected) == (number, number)
    assert {line.reason for line in found.rejected} == {
        "/model is required: send the model that was called"
    }


#: A table's row that is read by itself, since the model may search: with its label and its time.
SEARCHING = "gpt-4o-search-preview"
COLUMNS = "timestamp,model,user,input_tokens,output_tokens"


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_a_row_that_is_read_by_itself_keeps_its_label_and_its_day(
    kind: str, tmp_path: Path
) -> None:
    rows = [
        ("2026-10-05 08:00:00", "gpt-4o", "ada"),
        ("2026-10-06 08:00:00", SEARCHING, "ben"),
        ("2026-10-06 09:00:00", SEARCHING, ""),
    ]
    table = "\n".join((COLUMNS, *(",".join((*row, "1000", "100")) for row in rows)))
    content = table.encode()
    if kind == "parquet":
        (tmp_path / "rows.csv").write_bytes(content)
        duckdb.sql(f"COPY (FROM '{tmp_path}/rows.csv') TO '{tmp_path}/rows.parquet'")
        content = (tmp_path / "rows.parquet").read_bytes()
    found = report_file(content, kind, tmp_path / "report", group_by=(("user",), ("day",)))
    assert (found.records.read, found.records.rejected, found.records.read_singly) == (3, 0, 2)
    users, days = ({row.values[0]: row.calls for row in group.rows} for group in found.groups)
    assert users == {"ada": 1, "ben": 1, None: 1}
    assert days == {"2026-10-05": 1, "2026-10-06": 2}


def test_a_row_without_a_column_for_its_time_is_rejected_with_that_reason(tmp_path: Path) -> None:
    found = report_file(b"model,input_tokens,output_tokens\ngpt-4o,1,1\n", "csv", tmp_path)
    (line,) = found.rejected
    assert line.reason.startswith("/timestamp is required")


@pytest.mark.parametrize("kind", ["jsonl", "csv", "parquet", "parquet of times"])
def test_a_time_that_no_calendar_goes_on_after_is_rejected_and_the_others_are_priced(
    kind: str, tmp_path: Path
) -> None:
    """Of a placeholder such as 9999-12-31, the next day overflowed, and the report was a 500."""
    times = ["8999-12-31T23:59:59Z", "9000-01-01T00:00:00Z", "9999-12-31T23:59:59Z"]
    times += ["2026-10-05T08:00:00Z"] * 300  # read by column
    rows = "\n".join(
        ("timestamp,model,input_tokens,output_tokens", *(f"{t},gpt-4o,1,1" for t in times))
    )
    content = rows.encode()
    if kind == "jsonl":
        usage = {"input_tokens": 1, "output_tokens": 1}
        records = [{"timestamp": t, "model": "gpt-4o", "usage": usage} for t in times]
        content = "\n".join(map(json.dumps, records)).encode()
    elif kind.startswith("parquet"):
        (tmp_path / "rows.csv").write_bytes(content)
        types = "" if kind.endswith("times") else ", types = {'timestamp': 'VARCHAR'}"
        source = f"read_csv('{tmp_path}/rows.csv'{types})"
        duckdb.sql(f"COPY (FROM {source}) TO '{tmp_path}/rows.parquet'")
        content = (tmp_path / "rows.parquet").read_bytes()
    found = report_file(
        content, kind.split(maxsplit=1)[0], tmp_path / "report", group_by=(("week",), ("month",))
    )
    assert (found.records.read, found.records.priced, found.records.rejected) == (303, 301, 2)
    assert {line.reason.split(":")[0] for line in found.rejected} == {
        "/timestamp is not a valid date or instant"
    }


def in_tar(content: bytes) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        member = tarfile.TarInfo("calls.jsonl")
        member.size = len(content)
        archive.addfile(member, io.BytesIO(content))
    return packed.getvalue()


def in_zip(content: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("calls.jsonl", content)
    return packed.getvalue()


ONCE = "send it unpacked, or packed once with gzip"


@pytest.mark.parametrize(
    ("content", "name", "says"),
    [
        (in_zip(b"{}"), "a.jsonl", f"is packed with zip; {ONCE}"),
        (bz2.compress(b"{}"), "a.csv", f"is packed with bzip2; {ONCE}"),
        (lzma.compress(b"{}"), "a.jsonl.gz", f"is packed with xz; {ONCE}"),
        (b"\x28\xb5\x2f\xfd\x00", "a.json", f"is packed with Zstandard; {ONCE}"),
        (gzip.compress(gzip.compress(b"{}")), "a.jsonl.gz", f"is packed with gzip; {ONCE}"),
        (in_tar(b"{}\n" * 9), "a.jsonl.gz", "is a tar archive; send the files in it"),
        (b"", "a.csv", "is empty; a table has its columns' names"),
        (b"", "a.parquet", "is empty; a table has its columns' names"),
    ],
    ids=["zip", "bzip2", "xz", "zstandard", "gzip twice", "tar", "empty csv", "empty parquet"],
)
def test_a_file_whose_lines_would_all_be_rejected_says_what_it_is(
    content: bytes, name: str, says: str, tmp_path: Path
) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)
    with pytest.raises(InvalidRequest) as refused:
        opened(path, name, tmp_path)
    assert refused.value.errors[0].detail == says


@pytest.mark.parametrize(("images", "priced"), [(2_499_999_998, 2), (2_500_000_000, 1)])
def test_a_record_that_no_column_can_hold_is_unpriced_and_the_others_are_priced(
    tmp_path: Path, images: int, priced: int
) -> None:
    """An image of Imagen 4 costs $0.04: at $100,000,000 a cost has more digits than a column."""
    usages = ({"images": images}, {"images": 1})
    lines = (
        {"timestamp": "2026-10-01", "model": "imagen-4.0-generate-001", "usage": usage}
        for usage in usages
    )
    content = "\n".join(map(json.dumps, lines)).encode()
    found = report_file(content, "jsonl", tmp_path)
    assert (found.records.priced, found.records.unpriced) == (priced, 2 - priced)
    if priced == 1:
        assert found.totals.known_usd == Decimal("0.04")
        assert "100,000,000 USD or more" in found.unpriced.reasons[0].reason


@pytest.mark.parametrize("details", [[None], [1, {}], [{"upstream_inference_cost": 5}], None, 7])
def test_details_of_a_cost_that_are_not_an_object_are_not_read_in_short_and_long_files(
    tmp_path: Path, details: Any
) -> None:
    usage = {"prompt_tokens": 1000, "completion_tokens": 100, "cost_details": details}
    line = json.dumps({"timestamp": "2026-10-01", "model": "gpt-4o-mini", "usage": usage})
    for lines in (1, 300):
        content = "\n".join([line] * lines).encode()
        found = report_file(content, "jsonl", tmp_path / str(lines))
        # 1,000 x 0.15 + 100 x 0.6 millionths of a USD
        assert found.totals.cost_usd == lines * Decimal("0.00021")
        assert found.stated is None
