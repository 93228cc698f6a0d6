"""What a request may cost: bounded work for unknown names, answers that can be sent, scratch."""

import base64
import gzip
import importlib
import json
import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin
from unittest import mock

import duckdb
import pytest

from pricing.api.handler import MAX_REPLY_BYTES, fits
from pricing.catalogue.price_book import PriceBook
from pricing.validation import AtMost, Request
from tariff.template import ROOT
from tests.support.handlers import Answer, Event, call, handler, post

LINES = {"content-type": "application/x-ndjson"}
#: Lambda refuses what its runtime writes above this.
LAMBDA_BYTES = 6_291_556


def sent(event: Event, content: str, **query: str) -> Answer:
    """Report on a body of JSON Lines."""
    recorded = event("usage_report")
    headers = {**recorded["headers"], **LINES}
    to = handler("usage_report")
    return call(to, recorded, headers=headers, body=content, queryStringParameters=query or None)


def line(model: str, **members: Any) -> str:
    usage = {"input_tokens": 100, "output_tokens": 10}
    return json.dumps({"timestamp": "2026-10-05", "model": model, "usage": usage, **members})


ITERATIONS = [{"type": "message", "input_tokens": 100, "output_tokens": 10}]


@pytest.mark.parametrize(
    "lines",
    [
        [line(f"ft:gpt-4o-mini:acme::{number:08x}") for number in range(300)],
        [line("no-such-model", usage={**json.loads(line("x"))["usage"], "iterations": ITERATIONS})]
        * 300,
    ],
    ids=["300 fine-tuned models", "one unknown model, 300 times"],
)
def test_a_report_searches_no_suggestions(event: Event, lines: list[str]) -> None:
    """A search took 3 ms a name: 360 KB of fine-tuned models held a function for its 29 seconds."""
    with mock.patch.object(PriceBook, "suggest") as suggest:
        answer = sent(event, "\n".join(lines), model="no-other-model")
    assert answer.status == 200
    assert answer.body["records"]["read"] == 300
    suggest.assert_not_called()


def test_a_workload_and_a_comparison_search_them_for_the_one_that_is_answered(event: Event) -> None:
    for name, body in (
        ("compare", {"models": [f"no-{number}" for number in range(20)], "usage": {}}),
        ("estimate", {"model": "no-such-model", "usage": {"input_tokens": 1}}),
    ):
        with mock.patch.object(PriceBook, "suggest", return_value=[]) as suggest:
            assert post(handler(name), event(name), body).status in (404, 422)
        assert suggest.call_count <= 1


@pytest.mark.parametrize(("lines", "status"), [(100_000, 200), (100_001, 413)])
def test_json_lines_have_the_record_limit_of_a_document(
    event: Event, lines: int, status: int
) -> None:
    answer = sent(event, "{}\n" * lines)
    assert answer.status == status
    if status == 413:
        assert answer.body["detail"] == (
            "The body has 100001 lines; the limit is 100000. Send a larger log as a file in S3."
        )
    else:
        assert answer.body["records"]["rejected"] == lines


def test_a_line_that_comes_again_is_rejected_again(event: Event) -> None:
    answer = sent(event, "{}\n" * 3 + "1\n{}\n")
    assert answer.body["records"]["rejected"] == 5
    assert len({row["reason"] for row in answer.body["rejected"]}) == 2


@pytest.mark.parametrize("letter", ["漢", '"', "\\", "\x01", "é", "\U0001f600"])
def test_what_fits_is_what_lambda_takes(letter: str) -> None:
    """The body is a JSON text that holds the letter, and the runtime writes it as a JSON string."""
    each = json.dumps(letter, ensure_ascii=False)[1:-1]
    size = len(json.dumps(each, ensure_ascii=False)[1:-1].encode())
    assert fits(each * ((MAX_REPLY_BYTES - 2) // size))
    assert not fits(each * ((MAX_REPLY_BYTES - 2) // size + 1))


GROUPS = [
    *("model", "day", "endpoint", "team", "model*day", "model*endpoint", "model*team"),
    *("day*endpoint", "day*team", "endpoint*model", "endpoint*day", "endpoint*team", "team*model"),
    "team*endpoint",
]


@pytest.mark.parametrize("letter", ["漢", '"'])
@pytest.mark.parametrize("wanted", ["json", "csv"])
def test_a_report_that_cannot_be_sent_whole_is_cut_and_says_so(
    event: Event, letter: str, wanted: str
) -> None:
    """14 tables of 1,100 endpoints and teams with names of 120 letters: over Lambda's 6 MB."""
    records = [
        json.loads(line("gpt-4o", endpoint=f"{number}".ljust(120, letter)))
        | {"team": f"{number}".ljust(120, letter)}
        for number in range(1_100)
    ]
    body = json.dumps({"records": records, "group_by": GROUPS, "format": wanted})
    reply = handler("usage_report")({**event("usage_report"), "body": body}, None)
    assert reply["statusCode"] == 200
    assert len(json.dumps(reply, ensure_ascii=False).encode()) <= LAMBDA_BYTES
    if wanted == "csv":
        return
    report = json.loads(reply["body"])
    assert "answer_cut" in [warning["code"] for warning in report["warnings"]]
    assert report["totals"]["calls"] == 1_100
    for group in report["groups"]:  # each table still makes the total
        rows = [*group["rows"], *([group["others"]] if group["others"] else [])]
        assert sum(row["calls"] for row in rows) == 1_100
        costs = [Decimal(row["cost_usd"]) for row in rows]
        assert sum(costs) == Decimal(report["totals"]["cost_usd"])


def test_an_answer_that_cannot_be_sent_is_a_problem_and_no_error(event: Event) -> None:
    with mock.patch("pricing.api.handler.MAX_REPLY_BYTES", 500):
        answer = call(handler("estimate"), event("estimate"))
    assert (answer.status, answer.body["type"]) == (422, "/docs#invalid-request")
    assert "larger than the 6 MB" in answer.body["detail"]


def test_full_scratch_space_is_a_reason_to_come_again(event: Event) -> None:
    full = mock.patch("tempfile.mkdtemp", side_effect=OSError(28, "No space left on device"))
    to = handler("usage_report")
    with full:
        answer = call(to, event("usage_report"))
    assert (answer.status, answer.body["type"]) == (429, "/docs#too-many-requests")
    assert answer.headers["retry-after"] == "5"


def test_an_instance_begins_without_what_ended_calls_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    left, other = tmp_path / "tariff-report-killed", tmp_path / "other-folder"
    for folder in (left, other):
        folder.mkdir()
        (folder / "records.jsonl").write_bytes(b"{}" * 1000)
    handler("usage_report")  # on a developer's machine another process may still use it
    assert left.exists()
    day = 24 * 60 * 60
    os.utime(left, (left.stat().st_atime, left.stat().st_mtime - day - 1))
    handler("usage_report")
    assert not left.exists()
    left.mkdir()
    os.environ["AWS_LAMBDA_FUNCTION_NAME"] = "report"
    handler("usage_report")
    assert [path.name for path in tmp_path.iterdir()] == ["other-folder"]


@pytest.mark.parametrize(
    ("content_type", "limit"),
    [("application/json", 5_000_000), ("application/x-ndjson", 4_500_000)],
)
@pytest.mark.parametrize("beyond", [0, 1])
def test_a_body_over_the_limit_that_can_be_reached_is_a_problem(
    event: Event, content_type: str, limit: int, beyond: int
) -> None:
    """API Gateway writes quotes escaped and JSON Lines as base64, so 6 MB never arrive."""
    text = '{"records":[]}' if content_type == "application/json" else ""
    recorded = event("usage_report")
    headers = {**recorded["headers"], "content-type": content_type}
    answer = call(
        handler("usage_report"), recorded, headers=headers, body=text.ljust(limit + beyond)
    )
    assert (answer.status == 413) is bool(beyond)
    if beyond:
        assert answer.body["type"] == "/docs#body-too-large"


@pytest.mark.parametrize(("name", "encoding"), [
    ("estimate", "gzip"), ("usage_report", "GZIP"), ("compare", "br"), ("usage_report", "deflate"),
])  # fmt: skip
def test_a_compressed_body_is_refused_with_what_to_send_instead(
    event: Event, name: str, encoding: str
) -> None:
    recorded = event(name)
    headers = {**recorded["headers"], "content-encoding": encoding}
    packed = base64.b64encode(gzip.compress(recorded["body"].encode())).decode()
    answer = call(handler(name), recorded, headers=headers, body=packed, isBase64Encoded=True)
    assert (answer.status, answer.body["type"]) == (415, "/docs#unsupported-media-type")
    assert "without content-encoding" in answer.body["detail"]
    headers["content-encoding"] = "identity"
    assert call(handler(name), recorded, headers=headers).status == 200


@pytest.mark.parametrize(
    ("names", "told"), [(40, "usage"), (40, "record"), (2, "usage"), (2, "record")]
)
def test_lines_that_each_have_names_of_their_own_are_read(
    event: Event, names: int, told: str
) -> None:
    """60 kinds of lines with 40 names each filled the memory with columns: 422, "not valid"."""
    lines = []
    for number in range(1_200):
        own = {f"u{number % 60}_{each}": each + 1 for each in range(names)}
        usage = {"input_tokens": 100, "output_tokens": 10, **(own if told == "usage" else {})}
        lines.append(line("gpt-4o", usage=usage, **(own if told == "record" else {})))
    answer = sent(event, "\n".join(lines))
    assert answer.status == 200
    assert answer.body["totals"]["calls"] == 1_200
    # 100 tokens at $2.50 and 10 at $10 a million; a count that is not understood is in no total.
    assert answer.body["totals"]["cost_usd"] == "0.42"
    assert answer.body["status"] == ("partial" if told == "usage" else "priced")


def _rows_without_output(number: int, padding: str = "") -> str:
    """Rows of a table that are read one by one, and rejected: a call needs its output."""
    rows = (f"model-{each},{each}{padding}" for each in range(number))
    return "\n".join((f"model,input_tokens{',note' if padding else ''}", *rows))


def table(event: Event, content: str | bytes, media_type: str = "text/csv") -> Answer:
    """Report on a body that is a table, which may be packed."""
    recorded = event("usage_report")
    headers = {**recorded["headers"], "content-type": media_type}
    body = content.encode() if isinstance(content, str) else content
    packed = base64.b64encode(body).decode()
    to = handler("usage_report")
    return call(to, recorded, headers=headers, body=packed, isBase64Encoded=True)


@pytest.mark.parametrize(("rows", "status"), [(5_000, 200), (5_001, 413)])
def test_so_many_records_of_a_body_are_read_one_by_one(
    event: Event, rows: int, status: int
) -> None:
    """360 KB of rows of two cells took five seconds: each was read, to be rejected."""
    answer = table(event, _rows_without_output(rows))
    assert answer.status == status
    if status == 413:
        assert answer.body["detail"].startswith("More than 5,000 of its records must be read one")
        assert "in parts, or as a file in S3" in answer.body["detail"]
    else:
        assert answer.body["records"]["rejected"] == rows


def test_longer_records_may_all_be_read_one_by_one(event: Event) -> None:
    """6,000 rows of 80 bytes: the limit is one for every 72 bytes."""
    answer = table(event, _rows_without_output(6_000, f",{'x' * 72}"))
    assert (answer.status, answer.body["records"]["rejected"]) == (200, 6_000)


@pytest.mark.parametrize(("rows", "status"), [(2_500, 200), (2_501, 413)])
def test_a_record_that_sums_up_calls_counts_twice(event: Event, rows: int, status: int) -> None:
    lines = [f"2026-10-05,gpt-4o,2,{each},1" for each in range(rows)]
    answer = table(event, "\n".join(("timestamp,model,calls,input_tokens,output_tokens", *lines)))
    assert answer.status == status


@pytest.mark.parametrize(("rows", "status"), [(2_500, 200), (2_501, 413)])
def test_sixty_members_of_a_record_count_as_another_record(
    event: Event, rows: int, status: int
) -> None:
    """Wide rows, most of whose cells are empty, took more than a second in 360 KB."""
    names = ",".join(f"c{number}" for number in range(58))
    lines = [f"model-{number},{number}{',' * 58}" for number in range(rows)]
    answer = table(event, "\n".join((f"model,input_tokens,{names}", *lines)))
    assert answer.status == status
    if status == 200:
        assert answer.body["records"]["rejected"] == rows


@pytest.mark.parametrize(("lines", "status"), [(20_000, 200), (20_001, 413)])
def test_a_line_that_holds_no_record_counts_as_a_quarter(
    event: Event, lines: int, status: int
) -> None:
    answer = sent(event, "\n".join(f'{{"a":{each}}}' for each in range(lines)))
    assert answer.status == status
    if status == 200:
        assert answer.body["records"]["rejected"] == lines


@pytest.mark.parametrize(("entries", "status"), [(19_999, 200), (20_000, 413)])
def test_what_a_list_in_a_line_holds_counts_as_lines_do(
    event: Event, entries: int, status: int
) -> None:
    """The line itself is a quarter of a record too. A list of 97,000 took almost three seconds."""
    listed = ",".join(f'{{"a":{each}}}' for each in range(entries))
    answer = sent(event, f'{{"data":[{listed}]}}')
    assert answer.status == status


@pytest.mark.parametrize(("columns", "status"), [(500, 200), (501, 422)])
def test_a_table_has_at_most_500_columns(event: Event, columns: int, status: int) -> None:
    """30,000 columns took 13 seconds, and then all of the memory."""
    known = ("timestamp", "model", "input_tokens", "output_tokens")
    names = (*known, *(f"column_{each}" for each in range(columns - len(known))))
    row = ("2026-10-05", "gpt-4o", "1", "1", *("" for _ in range(columns - len(known))))
    answer = table(event, "\n".join((",".join(names), ",".join(row))))
    assert answer.status == status
    if status == 422:
        assert answer.body["errors"][0]["detail"] == (
            "has 501 columns; the limit is 500. Keep those of calls"
        )


@pytest.mark.parametrize(("beyond", "status"), [(0, 200), (1, 422)])
def test_a_packed_body_is_unpacked_to_a_limit(event: Event, beyond: int, status: int) -> None:
    """8 MiB in any case. 240 KB of commas unpacked to 37 MB, which took a second and a half."""
    rows = "timestamp,model,input_tokens,output_tokens,note\n2026-10-05,gpt-4o,1,1,"
    whole = rows + "x" * (8 * 1024 * 1024 - len(rows) + beyond)
    answer = table(event, gzip.compress(whole.encode()))
    assert answer.status == status
    if beyond:
        detail = "unpacks to more than 8,388,608 bytes; use a file in S3"
        assert answer.body["errors"] == [{"pointer": "/records", "detail": detail}]


@pytest.mark.parametrize(("rows", "status"), [(100_000, 200), (100_001, 413)])
def test_parquet_has_the_record_limit_of_lines(
    event: Event, rows: int, status: int, tmp_path: Path
) -> None:
    """A body of 135 KB held 20 million rows, which took ten seconds."""
    call_of = "'gpt-4o' AS model, TIMESTAMP '2026-10-05' AS timestamp, 1 AS input_tokens"
    rows_of = f"SELECT {call_of}, 1 AS output_tokens FROM range({rows})"  # noqa: S608
    duckdb.sql(f"COPY ({rows_of}) TO '{tmp_path}/rows.parquet'")
    content = (tmp_path / "rows.parquet").read_bytes()
    answer = table(event, content, "application/vnd.apache.parquet")
    assert answer.status == status
    if status == 413:
        assert answer.body["detail"].startswith("The body has 100001 rows; the limit is 100000.")
    else:
        assert answer.body["totals"]["calls"] == rows


@pytest.mark.parametrize(
    ("note", "columns", "status"),
    [("", 2, 200), ("x" * 3_000, 2, 422), ("", 490, 422)],
    ids=["small", "long texts", "many columns"],
)
def test_what_parquet_unpacks_to_is_limited_as_what_gzip_does(
    event: Event, note: str, columns: int, status: int, tmp_path: Path
) -> None:
    """105 KB with 100,000 rows of 500 equal values took half a minute."""
    text = '{"input_tokens": 1, "output_tokens": 1}'
    more = "".join(f", {number} AS c{number}" for number in range(columns))
    row = f"'gpt-4o' AS model, TIMESTAMP '2026-10-05' AS timestamp, '{text}' AS usage{more}"
    row += f", '{note}' AS note"
    duckdb.sql(f"COPY (SELECT {row} FROM range(20_000)) TO '{tmp_path}/rows.parquet'")  # noqa: S608
    content = (tmp_path / "rows.parquet").read_bytes()
    answer = table(event, content, "application/vnd.apache.parquet")
    assert answer.status == status
    if status == 200:
        assert answer.body["totals"]["calls"] == 20_000
    else:
        detail = "unpacks to more than 8,388,608 bytes; use a file in S3"
        assert answer.body["errors"] == [{"pointer": "/records", "detail": detail}]


@pytest.mark.parametrize(("rows", "status"), [(300, 200), (2_000, 413)])
def test_empty_cells_of_parquet_count_though_they_take_no_space(
    event: Event, rows: int, status: int, tmp_path: Path
) -> None:
    """46 KB with 2,000 rows of 490 empty cells took more than a second."""
    empty = "".join(f", NULL::VARCHAR AS c{number}" for number in range(490))
    row = f'\'2026-10-05\' AS "Date", \'gpt-4o\' AS "Model", 5 AS "Input Tokens"{empty}'
    row += ', 3 AS "Output Tokens", 0 AS "Searches"'  # which are read row by row
    duckdb.sql(f"COPY (SELECT {row} FROM range({rows})) TO '{tmp_path}/rows.parquet'")  # noqa: S608
    content = (tmp_path / "rows.parquet").read_bytes()
    answer = table(event, content, "application/vnd.apache.parquet")
    assert answer.status == status
    if status == 200:
        assert answer.body["totals"]["calls"] == rows


def test_a_large_body_of_empty_cells_is_refused_before_they_are_read(
    event: Event, tmp_path: Path
) -> None:
    empty = "".join(f", NULL::VARCHAR AS c{number}" for number in range(490))
    row = f'\'2026-10-05\' AS "Date", uuid() AS "Model", 5 AS "Input Tokens"{empty}'
    row += "".join(f", uuid() AS id{number}" for number in range(6))
    duckdb.sql(f"COPY (SELECT {row} FROM range(14_000)) TO '{tmp_path}/rows.parquet'")  # noqa: S608
    content = (tmp_path / "rows.parquet").read_bytes()
    answer = table(event, content, "application/vnd.apache.parquet")
    assert (answer.status, len(content) > 600_000) == (413, True)
    assert "must be read one by one" in answer.body["detail"]


@pytest.mark.parametrize(("rows", "status"), [(10, 200), (11, 422)])
def test_an_object_in_s3_has_a_limit_of_its_own(
    event: Event, bucket: Callable[[str, bytes], str], rows: int, status: int
) -> None:
    """A million rows that are read one by one would take longer than a gateway waits."""
    to: Any = handler("usage_report")
    source = {"s3_uri": bucket("rows.csv", _rows_without_output(rows).encode())}
    with mock.patch.dict(to.__globals__, {"MAX_SINGLY": 10}):
        answer = post(to, event("usage_report"), {"source": source})
    assert answer.status == status
    if status == 422:
        (wrong,) = answer.body["errors"]
        assert wrong["pointer"] == "/source/s3_uri"
        assert wrong["detail"].startswith("has more than 100,000 records that must be read one by")
        assert "use Athena or Spark" in wrong["detail"]


def _request_types(of: type[Request] = Request) -> Iterator[type[Request]]:
    for one in of.__subclasses__():
        yield one
        yield from _request_types(one)


def _unlimited(annotation: Any, metadata: Sequence[Any]) -> bool:
    """Whether a type is a list, or has one, whose items are counted after they were read."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _unlimited(arguments[0], arguments[1:])
    if origin in (list, tuple) and not any(isinstance(one, AtMost) for one in metadata):
        return True
    within = metadata if origin in (Union, UnionType) else ()
    return any(_unlimited(one, within) for one in arguments)


def test_the_items_of_every_list_are_counted_before_they_are_read() -> None:
    """170,000 bad rows took 1.5 s: each was read and reported, to say that they are too many."""
    for name in (ROOT / "layers/pricing/pricing/api/requests").glob("[a-z]*.py"):
        importlib.import_module(f"pricing.api.requests.{name.stem}")
    found = [
        f"{shape.__name__}.{name}"
        for shape in _request_types()
        for name, field in shape.model_fields.items()
        if _unlimited(field.annotation, field.metadata)
    ]
    assert found == []
