"""Logs of public reports, and files in bodies and in S3, through ``POST /v1/usage/report``.

``tests/data/report_logs.json`` has the records of each report, their expected total, and why.
"""

import base64
import csv
import gzip
import io
import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

import duckdb
import pytest

from tariff.template import ROOT, recorded_event
from tests.support.handlers import Answer, call, handler, pointers
from tests.unit.reports.test_further_formats import TOOLS, file_of

CASES: list[dict[str, Any]] = json.loads(
    (ROOT / "tests" / "data" / "report_logs.json").read_text(encoding="utf-8")
)
LOGS = ROOT / "tests" / "data" / "logs"
Put = Callable[[str, bytes], str]


def event_with(content: bytes, media_type: str, **query: str) -> dict[str, Any]:
    sent = recorded_event("usage_report")
    return {
        **sent,
        "headers": {**sent["headers"], "content-type": media_type},
        "body": base64.b64encode(content).decode(),
        "isBase64Encoded": True,
        "rawQueryString": urlencode(query),
        "queryStringParameters": query,
    }


def posted(content: bytes, media_type: str, **query: str) -> Answer:
    return call(handler("usage_report"), event_with(content, media_type, **query))


def text_of(content: bytes, media_type: str, **query: str) -> str:
    reply = handler("usage_report")(event_with(content, media_type, **query), None)
    body: str = reply["body"]
    return base64.b64decode(body).decode() if reply.get("isBase64Encoded") else body


def rows_of(content: bytes, media_type: str, **query: str) -> list[dict[str, str]]:
    text = text_of(content, media_type, **query).removeprefix("\ufeff")
    return list(csv.DictReader(io.StringIO(text)))


def outcomes(answer: Answer) -> int:
    assert answer.status == 200, answer.body
    fates = ("priced", "partial", "unpriced", "rejected", "duplicates", "merged", "filtered_out")
    return sum(answer.body["records"][fate] for fate in fates)


@pytest.mark.parametrize("case", CASES, ids=[case["from"] for case in CASES])
def test_a_reported_log_costs_what_was_worked_out(case: dict[str, Any]) -> None:
    lines = "\n".join(json.dumps(record) for record in case["records"]).encode()
    array = json.dumps(case["records"], indent=2).encode()
    for content, media_type in ((lines, "application/x-ndjson"), (array, "application/json")):
        answer = posted(content, media_type, group_by="model")
        assert outcomes(answer) == answer.body["records"]["read"]
        total, wanted = answer.body["totals"]["cost_usd"], case["total_usd"]
        assert (total and Decimal(total)) == (wanted and Decimal(wanted))


@pytest.mark.parametrize("name", TOOLS)
def test_a_tools_log_costs_the_same_however_it_is_sent_and_shown(name: str) -> None:
    tool = TOOLS[name]
    usd = Decimal(tool["micro_usd"]) / 1_000_000
    types = {"json": "application/json", "jsonl": "application/x-ndjson", "csv": "text/csv"}
    media_type, body = types[tool["kind"]], file_of(tool)
    plain = posted(body, media_type)
    assert outcomes(plain) == plain.body["records"]["read"]
    assert Decimal(plain.body["totals"]["cost_usd"]) == usd
    if tool["kind"] == "csv":
        assert posted(gzip.compress(body), media_type).body["totals"] == plain.body["totals"]
    else:
        records = tool["document"] if isinstance(tool["document"], list) else [tool["document"]]
        sent = {"body": json.dumps({"records": records})}
        inline = call(handler("usage_report"), recorded_event("usage_report"), **sent)
        assert inline.body["totals"] == plain.body["totals"]
    (totals,) = rows_of(body, media_type, format="csv", table="totals")
    assert Decimal(totals["cost_usd"]) == usd
    charges = rows_of(body, media_type, format="focus-csv")
    assert sum(Decimal(row["BilledCost"]) for row in charges) == usd
    shown = plain.body["totals"]["cost_usd"]
    assert f'data-usd="{shown}"' in text_of(body, media_type, format="html")


def test_a_file_is_a_body_of_its_own_media_type() -> None:
    for name, media_type in (
        ("cursor.csv", "text/csv"),
        ("openai_stream.sse", "text/event-stream"),
        ("otlp.json", "application/json"),
        ("langfuse.json", "application/json"),
        ("cline.json", "application/json"),
    ):
        content = (LOGS / name).read_bytes()
        plain = posted(content, media_type)
        packed = posted(gzip.compress(content), media_type)
        assert plain.body["records"]["rejected"] == 0, name
        assert plain.body["totals"]["calls"] > 0, name
        if media_type != "application/json":  # whose first bytes say what it is
            assert packed.body["totals"] == plain.body["totals"]


def test_parquet_is_a_body(tmp_path: Any) -> None:
    path = tmp_path / "rows.parquet"
    duckdb.sql(f"COPY (FROM '{LOGS}/cursor.csv') TO '{path}'")
    answer = posted(path.read_bytes(), "application/vnd.apache.parquet")
    assert (
        answer.body["totals"]
        == posted((LOGS / "cursor.csv").read_bytes(), "text/csv").body["totals"]
    )


def test_an_unknown_format_is_refused_with_the_known_ones() -> None:
    answer = posted(b"{}", "application/x-ndjson", source_format="winamp")
    assert pointers(answer) == ["/source_format"]
    assert "'claude_code'" in answer.body["errors"][0]["detail"]


def test_as_of_is_the_time_of_records_without_one() -> None:
    # GPT-4o mini in a batch: 1000 x 0.075 + 100 x 0.3 millionths
    record = {"model": "gpt-4o-mini", "usage": {"prompt_tokens": 1000, "completion_tokens": 100}}
    line = json.dumps({**record, "processing": "batch"}).encode()
    refused = posted(line, "application/x-ndjson")
    assert "/timestamp is required" in refused.body["rejected"][0]["reason"]
    answer = posted(line, "application/x-ndjson", as_of="2026-10-01")
    assert answer.body["totals"]["cost_usd"] == "0.000105"
    assert answer.body["totals"]["first_day"] == "2026-10-01"
    assert [one["code"] for one in answer.body["warnings"]] == ["time_assumed"]
    assert pointers(posted(line, "application/x-ndjson", as_of="soon")) == ["/as_of"]


def test_an_object_in_s3_may_have_any_name_and_any_form(bucket: Put) -> None:
    wanted = posted((LOGS / "cursor.csv").read_bytes(), "text/csv").body["totals"]
    content = (LOGS / "cursor.csv").read_bytes()
    for key, body in (
        ("a b/cursor report (1)?#.csv", content),
        ("ü/cursor.csv.gz", gzip.compress(content)),
    ):
        sent = recorded_event("usage_report")
        source = {"source": {"s3_uri": bucket(key, body)}}
        answer = call(handler("usage_report"), sent, body=json.dumps(source))
        assert answer.body["totals"] == wanted, key


def test_hostile_files_in_s3_are_a_clear_refusal_or_counted(bucket: Put) -> None:
    usage = {"prompt_tokens": 1, "completion_tokens": 1}
    call_of_today = {"timestamp": "2026-10-01", "model": "gpt-4o-mini", "usage": usage}
    good = json.dumps(call_of_today).encode()
    packed = gzip.compress(good * 2000)
    files = {
        "damaged.jsonl.gz": packed[:40] + b"\x00\xff" * 20 + packed[80:],
        "garbage.jsonl.gz": b"\x1f\x8b" + b"\x99" * 500,
        "cut.jsonl.gz": packed[:-20],
        "twice.csv": b"timestamp,model,model,input_tokens,output_tokens\n2026-10-01,a,b,1,1\n",
        "utf16.csv": "timestamp,model".encode("utf-16"),
        "empty.json": b"",
        "blank.jsonl": b"\n\n \n",
        "array.json": b"[" + b",".join([good] * 3),
        "text.json": b"hello\nworld\n",
    }
    for key, content in files.items():
        sent = recorded_event("usage_report")
        source = {"source": {"s3_uri": bucket(key, content)}}
        answer = call(handler("usage_report"), sent, body=json.dumps(source))
        if answer.status == 200:
            assert outcomes(answer) == answer.body["records"]["read"], key
        else:
            assert pointers(answer)[0].startswith("/source"), key
        wanted = {"array.json": 200, "text.json": 200, "empty.json": 200, "blank.jsonl": 200}
        assert answer.status == wanted.get(key, 422), (key, answer.body)
    missing = call(
        handler("usage_report"),
        recorded_event("usage_report"),
        body=json.dumps({"source": {"s3_uri": "s3://inputs/no/such.csv"}}),
    )
    assert pointers(missing) == ["/source/s3_uri"]


def test_bodies_that_are_too_much_work_are_refused_before_it() -> None:
    for content, media_type in (
        (b"[" + b",".join([b"{}"] * 100_001) + b"]", "application/json"),
        (b"model,input_tokens\n" + b",\n" * 100_001, "text/csv"),
    ):
        assert posted(content, media_type).status == 413
    bomb = posted(gzip.compress(b"{}\n" * 30_000_000, 1), "application/x-ndjson")
    assert pointers(bomb) == ["/records"]
    many = posted(b'{"data":[' + b",".join([b"{}"] * 100_001) + b"]}", "application/x-ndjson")
    assert "more than 100,000 records" in many.body["rejected"][0]["reason"]


def test_no_text_or_label_of_a_record_is_logged(capfd: Any, caplog: Any) -> None:
    canary = "c4n4ry"
    usage = {"prompt_tokens": 1000, "completion_tokens": 100, canary: 3}
    record = {"timestamp": "2026-10-01", "model": canary, "usage": usage, canary: canary}
    labels = dict.fromkeys(("endpoint", "team", "user", "session", "request_id"), canary)
    lines = [
        {**record, **labels, "tags": {canary: canary}},
        {**record, "model": "gpt-4o-mini", "messages": [{"content": canary}]},
        {canary: canary},
        {**record, "timestamp": canary},
    ]
    content = "\n".join([*map(json.dumps, lines), canary, f'{{"{canary}'])
    answer = posted(content.encode(), "application/x-ndjson", group_by="user,tag:a")
    assert answer.status == 200
    posted(f"{canary},b\n1,2\n".encode(), "text/csv")
    logged = capfd.readouterr()
    assert logged.out
    assert canary not in logged.out + logged.err + caplog.text
