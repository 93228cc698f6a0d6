"""Usage reports of records, requests and names that are wrong, or meant to do harm."""

import base64
import csv
import io
import json
from typing import Any

import pytest

from tariff.template import recorded_event
from tests.support.handlers import Answer, call, handler, pointers, post

#: $2 and $10 a million tokens: 0.003 USD.
SONNET = {
    "timestamp": "2026-11-20T10:00:00Z",
    "model": "claude-sonnet-5-5",
    "endpoint": "chat",
    "team": "support",
    "usage": {"input_tokens": 1000, "output_tokens": 100},
}


def report(records: Any = None, **fields: Any) -> Answer:
    body = fields if records is None else {"records": records, **fields}
    return post(handler("usage_report"), recorded_event("usage_report"), body)


def text_of(**fields: Any) -> str:
    event = {**recorded_event("usage_report"), "body": json.dumps(fields)}
    reply = handler("usage_report")(event, None)
    assert reply["statusCode"] == 200
    return str(reply["body"])


def lines(content: bytes, **query: str) -> Answer:
    sent = recorded_event("usage_report")
    headers = {**sent["headers"], "content-type": "application/x-ndjson"}
    body = base64.b64encode(content).decode()
    changes = {"headers": headers, "isBase64Encoded": True, "queryStringParameters": query}
    return call(handler("usage_report"), sent, body=body, **changes)


@pytest.mark.parametrize(
    "record",
    [
        None,
        7,
        "text",
        [],
        {},
        {"timestamp": "2026-11-20", "model": "opus"},
        {**SONNET, "timestamp": "yesterday"},
        {**SONNET, "timestamp": "9999-99-99"},
        {**SONNET, "model": ""},
        {**SONNET, "model": "x" * 5000},
        {**SONNET, "usage": {"input_tokens": -1, "output_tokens": 1}},
        {**SONNET, "usage": {"input_tokens": 1.5, "output_tokens": 1}},
        {**SONNET, "usage": {"input_tokens": 10**30, "output_tokens": 1}},
        {**SONNET, "usage": {"prompt_tokens": 2, "input_tokens": 1, "output_tokens": 1}},
        {**SONNET, "usage": {"colour": 1}},
        {**SONNET, "usage": []},
        {**SONNET, "processing": "warp"},
    ],
)  # fmt: skip
def test_a_broken_record_is_rejected_with_its_reason_and_stops_nothing(record: Any) -> None:
    answer = report([SONNET, record, SONNET])
    assert answer.body["totals"]["cost_usd"] == "0.006"
    assert answer.body["records"]["rejected"] == 1
    (rejected,) = answer.body["rejected"]
    assert rejected["line"] == 2
    assert rejected["reason"]
    assert answer.body["records"]["read"] == 3


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({}, "/records"),
        ({"records": [], "source": {"s3_uri": "s3://inputs/a.csv"}}, "/records"),
        ({"records": {"a": 1}}, "/records"),
        ({"records": [], "group_by": ["colour"]}, "/group_by/0"),
        ({"records": [], "group_by": ["model*model"]}, "/group_by/0"),
        ({"records": [], "top": 0}, "/top"),
        ({"records": [], "top": 101}, "/top"),
        ({"records": [], "format": "xml"}, "/format"),
        ({"records": [], "filter": {"start": "soon"}}, "/filter/start"),
        ({"records": [], "filter": {"start": "2026-02-02", "end": "2026-02-02"}}, "/filter/end"),
        ({"records": [], "filter": {"colour": ["red"]}}, "/filter/colour"),
        ({"records": [], "colour": "red"}, "/colour"),
    ],
)
def test_a_wrong_request_is_refused_at_its_field(fields: dict[str, Any], pointer: str) -> None:
    assert pointers(report(**fields)) == [pointer]


def test_a_wrong_parameter_of_json_lines_is_named() -> None:
    assert pointers(lines(b"{}", group_by="colour")) == ["/group_by"]
    assert pointers(lines(b"{}", start="soon")) == ["/start"]


def test_an_unknown_version_is_named() -> None:
    answer = report([SONNET], pricing_version="no-such")
    assert (answer.status, answer.body["type"].rpartition("/")[2]) == (404, "unknown-version") or (
        answer.status == 404
    )


NASTY = [
    "=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "<script>alert(1)</script>", '"><img src=x>',
    "a,b", 'a"b', "a\nb", "\u202eevil", "é" * 100, "' OR 1=1 --", "'; DROP TABLE calls; --",
]  # fmt: skip


def test_names_in_records_are_inert_in_every_format() -> None:
    records = [{**SONNET, "endpoint": name, "team": name} for name in NASTY]
    body = report(records, group_by=["team", "endpoint*team"]).body
    assert {row["values"][0] for row in body["groups"][0]["rows"]} == set(NASTY)

    text = text_of(records=records, format="csv", group_by=["team", "endpoint*team"])
    assert text.startswith("\ufeff")
    cells = [cell for row in csv.reader(io.StringIO(text[1:])) for cell in row]
    assert not [one for one in cells if one.startswith(("=", "+", "@", "\t", "\r", "-1"))]

    page = text_of(records=records, format="html", group_by=["team"])
    assert "<script" not in page
    assert "<img" not in page


@pytest.mark.parametrize("name", NASTY)
def test_a_filter_is_a_value_and_never_sql(name: str) -> None:
    answer = report([SONNET, {**SONNET, "team": name}], filter={"team": [name]})
    assert answer.body["records"]["priced"] == 1


def test_sums_that_no_column_can_hold_are_refused() -> None:
    most = 10**12
    counts = {"input_tokens": most, "output_tokens": most}
    row: dict[str, Any] = {**SONNET, "calls": most, "usage": counts}
    answer = report([{**row, "request_id": f"r{number}"} for number in range(50)])
    assert pointers(answer) == ["/records"]


def test_a_record_that_no_column_can_hold_is_unpriced_and_the_others_are_priced() -> None:
    row = {**SONNET, "model": "dall-e-3", "usage": {"images": 10**12}}
    found = report([row, SONNET]).body
    assert (found["records"]["priced"], found["records"]["unpriced"]) == (1, 1)
    (reason,) = found["unpriced"]["reasons"]
    assert reason["reason"] == "costs 100,000,000 USD or more, which no column can hold"
