"""The options of a report whose body is a file: query parameters, of which some hold JSON.

In lesson-2025 sonnet costs 3 and 15 USD per million, haiku 0.8 and 4. A call of sonnet with 1,000
input tokens costs 0.003, one of haiku 0.0008.
"""

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import duckdb
import pytest

from tariff.template import recorded_event
from tests.support.handlers import Answer, asking, call, handler, pointers

ROWS = [
    ("2026-11-10", "sonnet", "ann"),
    ("2026-11-11", "haiku", "bob"),
    ("2026-11-11", "haiku", ""),
]
CARD = {"name": "half", "rules": [{"match": {"model": "haiku"}, "multiply": "0.5"}]}
BUDGETS = [
    {"name": "all", "usd": "1", "period": "month"},
    {"name": "of bob", "usd": "0.0003", "period": "day", "match": {"user": ["bob", "eve"]}},
]


def records() -> list[dict[str, Any]]:
    usage = {"input_tokens": 1000, "output_tokens": 0}
    return [
        {"timestamp": day, "model": model, "usage": usage, **({"user": user} if user else {})}
        for day, model, user in ROWS
    ]


def jsonl(_folder: Path) -> bytes:
    return "\n".join(json.dumps(record) for record in records()).encode()


def csv(_folder: Path) -> bytes:
    lines = ["timestamp,model,input_tokens,output_tokens,user"]
    return "\n".join(
        [*lines, *(f"{day},{model},1000,0,{user}" for day, model, user in ROWS)]
    ).encode()


def parquet(folder: Path) -> bytes:
    path = folder / "calls.parquet"
    with duckdb.connect() as db:
        db.execute("CREATE TABLE t (timestamp TEXT, model TEXT, user TEXT)")
        db.executemany("INSERT INTO t VALUES (?, ?, NULLIF(?, ''))", ROWS)
        db.execute("ALTER TABLE t ADD COLUMN input_tokens INTEGER DEFAULT 1000")
        db.execute("ALTER TABLE t ADD COLUMN output_tokens INTEGER DEFAULT 0")
        db.execute(f"COPY t TO '{path}' (FORMAT parquet)")
    return path.read_bytes()


def export(_folder: Path) -> bytes:
    return json.dumps(records(), indent=1).encode()


TYPES: dict[Callable[[Path], bytes], str] = {
    jsonl: "application/x-ndjson",
    csv: "text/csv",
    parquet: "application/vnd.apache.parquet",
    export: "application/json",
}


def posted(body: bytes, kind: str, query: dict[str, str]) -> Answer:
    event = recorded_event("usage_report")
    sent = {
        **event,
        "body": base64.b64encode(body).decode(),
        "isBase64Encoded": True,
        "headers": {**event["headers"], "content-type": kind},
        "rawQueryString": urlencode(query),
        "queryStringParameters": query,
    }
    return call(handler("usage_report"), sent)


def asked(query: dict[str, str]) -> Answer:
    return posted(
        jsonl(Path()), "application/x-ndjson", {"pricing_version": "lesson-2025", **query}
    )


@pytest.mark.parametrize("written", TYPES)
def test_a_file_is_reported_with_the_budgets_and_the_rate_card_of_its_query(
    written: Callable[[Path], bytes], tmp_path: Path
) -> None:
    query = {
        "budgets": json.dumps(BUDGETS),
        "rate_card": json.dumps(CARD),
        "filter": json.dumps({"user": ["ann", "bob"]}),
        "pricing_version": "lesson-2025",
    }
    answer = posted(written(tmp_path), TYPES[written], query)
    assert answer.status == 200, answer.body
    assert answer.body["totals"]["cost_usd"] == "0.0038"
    assert answer.body["net"]["total_usd"] == "0.0034"
    assert answer.body["records"]["filtered_out"] == 1
    spent = {
        budget["name"]: (budget["spent_usd"], budget["status"]) for budget in answer.body["budgets"]
    }
    assert spent == {"all": ("0.0034", "within"), "of bob": ("0.0004", "exceeded")}


@pytest.mark.parametrize("written", TYPES)
def test_a_file_with_options_is_reported_as_the_same_document(
    written: Callable[[Path], bytes], tmp_path: Path
) -> None:
    options = {"budgets": BUDGETS, "rate_card": CARD, "filter": {"start": "2026-11-11"}}
    query = {name: json.dumps(value) for name, value in options.items()}
    plain = {"pricing_version": "lesson-2025", "group_by": "user", "currency": "EUR"}
    of_file = posted(written(tmp_path), TYPES[written], {**query, **plain}).body
    ask = asking("usage_report", recorded_event("usage_report"))
    of_document = ask(records=records(), **options, **{**plain, "group_by": ["user"]}).body
    for part in ("totals", "net", "converted", "groups", "budgets", "savings"):
        assert of_file[part] == of_document[part], part


def test_a_source_takes_budgets_and_rules_in_its_document(
    bucket: Callable[[str, bytes], str], tmp_path: Path
) -> None:
    ask = asking("usage_report", recorded_event("usage_report"))
    uri = bucket("calls.csv", csv(tmp_path))
    answer = ask(
        source={"s3_uri": uri}, budgets=BUDGETS, rate_card=CARD, pricing_version="lesson-2025"
    )
    assert answer.body["net"]["total_usd"] == "0.0038"
    assert [budget["spent_usd"] for budget in answer.body["budgets"]] == ["0.0038", "0.0004"]


@pytest.mark.parametrize(
    ("query", "pointer", "says"),
    [
        ({"budgets": "[{"}, "/budgets", "must hold JSON, percent-encoded"),
        ({"budgets": '{"name": "a", "usd": 1}'}, "/budgets", "must be a list"),
        ({"budgets": '[{"name": "a", "usd": "x"}]'}, "/budgets/0/usd", "an amount in USD"),
        ({"budgets": '[{"name": "a"}]'}, "/budgets/0/usd", "is required"),
        ({"budgets": '[{"usd": 1, "name": "a", "nme": 1}]'}, "/budgets/0/nme", "is not a property"),
        ({"rate_card": '{"rules": []}'}, "/rate_card/rules", "at least 1"),
        ({"rate_card": '{"rules": [{"multiply": "2"}'}, "/rate_card", "must hold JSON"),
        ({"rate_card": '{"rules": [{"multiply": "x"}]}'}, "/rate_card/rules/0/multiply", "number"),
        ({"filter": '{"usr": ["ann"]}'}, "/filter/usr", "is not a property"),
        ({"filter": "ann"}, "/filter", "must hold JSON"),
        ({"filter": '["ann"]'}, "/filter", "must be an object"),
        ({"filter": '{"user": ["ann"]}', "user": "bob"}, "/user", "is also in `filter`"),
        ({"filter": '{"start": "soon"}'}, "/filter/start", "is not a day"),
        ({"start": "soon"}, "/start", "is not a day"),
    ],
)  # fmt: skip
def test_a_wrong_option_is_named_where_it_is_wrong(
    query: dict[str, str], pointer: str, says: str
) -> None:
    answer = asked(query)
    assert answer.status == 422, answer.body
    assert pointer in pointers(answer)
    assert any(says in error["detail"] for error in answer.body["errors"]), answer.body


def test_filters_of_both_kinds_go_together() -> None:
    answer = asked({"filter": '{"user": ["ann", "bob"]}', "model": "haiku", "start": "2026-11-11"})
    assert answer.body["records"]["priced"] == 1
    assert answer.body["totals"]["cost_usd"] == "0.0008"


def test_budgets_of_dropped_labels_are_refused_in_a_query_too() -> None:
    answer = asked({"budgets": json.dumps(BUDGETS), "privacy": "drop"})
    assert pointers(answer) == ["/budgets/1/match"]
