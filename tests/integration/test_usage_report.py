"""``POST /v1/usage/report`` through the handler: bodies, files, formats and filters."""

import base64
import csv
import gzip
import io
import json
import os
import random
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pricing.errors import TariffError
from pricing.jsonio import read_json
from tariff.serve import slack
from tests.support.handlers import Answer, Ask, Event, Handler, call, handler, pointers, post
from tests.support.tables import StoreTable
from tests.support.usage_lines import expected, line_of

LINES = {"content-type": "application/x-ndjson"}
#: $2 and $10 a million tokens; the introductory price ended with 2026-10-06.
SONNET = {
    "timestamp": "2026-11-20T10:00:00Z",
    "model": "claude-sonnet-5-5",
    "endpoint": "chat",
    "team": "support",
    "usage": {"input_tokens": 1000, "output_tokens": 100},
}


@pytest.fixture
def reports(moto_table: StoreTable) -> Handler:
    """The function over an empty store."""
    os.environ |= moto_table.environment()
    return handler("usage_report")


@pytest.fixture
def report(reports: Handler, event: Event) -> Ask:
    """``report(records, **fields)`` sends a document."""

    def send(records: Any = None, **fields: Any) -> Answer:
        body = fields if records is None else {"records": records, **fields}
        return post(reports, event("usage_report"), body)

    return send


@pytest.fixture
def text_of(reports: Handler, event: Event) -> Callable[..., str]:
    """``text_of(**fields)`` is an answer that is not JSON."""

    def send(**fields: Any) -> str:
        reply = reports({**event("usage_report"), "body": json.dumps(fields)}, None)
        assert reply["statusCode"] == 200
        return str(reply["body"])

    return send


@pytest.fixture
def lines(reports: Handler, event: Event) -> Ask:
    """``lines(content, **query)`` sends JSON Lines as API Gateway does: in Base64."""

    def send(content: bytes, **query: str) -> Answer:
        sent = event("usage_report")
        return call(
            reports,
            sent,
            headers={**sent["headers"], **LINES},
            body=base64.b64encode(content).decode(),
            isBase64Encoded=True,
            queryStringParameters=query,
        )

    return send


def cost(answer: Answer) -> str:
    assert answer.status == 200, answer.body
    found: str = answer.body["totals"]["cost_usd"]
    return found


def add_up(records: Mapping[str, int]) -> bool:
    fates = ("filtered_out", "priced", "partial", "unpriced", "rejected", "duplicates", "merged")
    return records["read"] == sum(records[fate] for fate in fates)


# What it answers


def test_the_event_of_the_repository_is_answered(reports: Handler, event: Event) -> None:
    answer = call(reports, event("usage_report"))
    assert answer.status == 200
    assert add_up(answer.body["records"])
    assert answer.body["pricing"]["version"]


def test_each_call_costs_what_it_did_on_its_day(report: Ask) -> None:
    before = {**SONNET, "model": "gpt-4o-mini", "timestamp": "2025-01-02"}
    answer = report([SONNET, before], group_by=["day*model"])

    assert cost(answer) == "0.00321"  # 0.003 and 0.00021
    (group,) = answer.body["groups"]
    assert [(row["values"], row["cost_usd"]) for row in group["rows"]] == [
        (["2025-01-02", "gpt-4o-mini"], "0.00021"),
        (["2026-11-20", "claude-sonnet-5-5"], "0.003"),
    ]


def test_modifiers_of_the_record_and_of_the_response_both_count(report: Ask) -> None:
    batch = {**SONNET, "processing": "batch"}
    served = {**SONNET, "usage": {**SONNET["usage"], "service_tier": "batch"}}  # type: ignore[dict-item]
    us = {**SONNET, "usage": {**SONNET["usage"], "inference_geo": "us"}}  # type: ignore[dict-item]
    assert cost(report([batch])) == cost(report([served])) == "0.0015"
    assert cost(report([us])) == "0.0033"


def test_raw_responses_of_every_provider_are_recognised(report: Ask) -> None:
    at = {"timestamp": "2026-11-20T10:00:00Z"}
    openai = {"prompt_tokens": 1000, "completion_tokens": 100}
    responses = {"input_tokens": 1000, "output_tokens": 100, "total_tokens": 1100}
    answer = report(
        [
            {**at, "response": {"type": "message", "id": "a", **without_time(SONNET)}},
            {
                **at,
                "response": {
                    "object": "chat.completion",
                    "id": "b",
                    "model": "gpt-4o",
                    "usage": openai,
                },
            },
            {
                **at,
                "response": {
                    "object": "response",
                    "id": "c",
                    "model": "gpt-4o",
                    "usage": responses,
                },
            },
            {
                **at,
                "response": {
                    "modelVersion": "gemini-2.5-flash",
                    "usageMetadata": {"promptTokenCount": 1000, "candidatesTokenCount": 100},
                },
            },
            {
                **at,
                "model": "bedrock/anthropic.claude-3-haiku-20240307-v1:0",
                "usage": {"inputTokens": 1000, "outputTokens": 100, "totalTokens": 1100},
            },
        ],
        group_by=["model"],
    )
    costs = {row["values"][0]: row["cost_usd"] for row in answer.body["groups"][0]["rows"]}
    assert answer.body["records"]["priced"] == 5
    assert costs["claude-sonnet-5-5"] == "0.003"
    assert costs["gpt-4o"] == "0.007"  # twice 1,000 x $2.50 and 100 x $10 a million
    assert costs["gemini-2.5-flash"] == "0.00055"
    assert costs["anthropic.claude-3-haiku-20240307-v1:0"] == "0.000375"


def without_time(record: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in record.items() if key in ("model", "usage")}


def test_a_request_id_counts_once(report: Ask) -> None:
    twice = {**SONNET, "request_id": "r1"}
    answer = report([twice, SONNET, twice, {**twice, "model": "opus"}])
    assert cost(answer) == "0.006"
    assert answer.body["records"]["duplicates"] == 2
    assert add_up(answer.body["records"])


def test_what_has_no_price_is_counted_apart_and_never_free(report: Ask) -> None:
    answer = report([SONNET, {**SONNET, "model": "gpt-7"}, {**SONNET, "speed": "fast"}])
    assert cost(answer) == "0.003"
    assert answer.body["unpriced"]["calls"] == 2
    assert answer.body["unpriced"]["share"] == "0.666666666667"
    assert {one["model"] for one in answer.body["unpriced"]["reasons"]} == {
        "claude-sonnet-5-5",
        "gpt-7",
    }


def test_nothing_but_unknown_models_costs_null(report: Ask) -> None:
    answer = report([{**SONNET, "model": "gpt-7"}], group_by=["model"])
    assert answer.body["groups"][0]["rows"][0]["cost_usd"] is None


def test_a_calls_only_file_of_no_records_is_an_empty_report(report: Ask) -> None:
    answer = report([])
    assert answer.status == 200
    assert answer.body["records"]["read"] == 0
    assert answer.body["totals"]["first_day"] is None


@pytest.mark.parametrize(
    "filters",
    [
        {},
        {"model": ["claude-sonnet-5-5"]},
        {"endpoint": ["chat", "tag"]},
        {"endpoint": ["nobody"]},
        {"team": ['a"b\\c é']},
        {"start": "2026-03-01", "end": "2026-07-01"},
        {"model": ["gpt-6.1-sol", "deepseek-chat"], "endpoint": ["tag"], "start": "2026-06-15"},
    ],
)
def test_json_csv_and_page_show_the_same_total_under_every_filter(
    report: Ask, text_of: Callable[..., str], filters: dict[str, Any]
) -> None:
    records = some_records(400)
    fields: dict[str, Any] = {"filter": filters, "group_by": ["model", "team*endpoint"]}
    answer = report(records, **fields)
    total = cost(answer)
    assert add_up(answer.body["records"])

    table = list(csv.DictReader(io.StringIO(text_of(records=records, format="csv", **fields))))
    sections: dict[str, list[dict[str, str]]] = {}
    for row in table:
        sections.setdefault(next(iter(row.values())), []).append(row)
    assert [row["cost_usd"] for row in sections["total"]] == [total or ""]
    for by in ("by model", "by team and endpoint"):
        known = [row["cost_usd"] for row in sections.get(by, []) if row["cost_usd"]]
        assert sum(map(Decimal, known), Decimal(0)) == Decimal(total or 0)

    page = text_of(records=records, format="html", **fields)
    found = re.search(r'id="total"><data data-usd="([^"]*)"', page)
    assert (found[1] if found else None) == total
    assert ("Nothing was priced" in page) is (total is None)


def some_records(count: int) -> list[Any]:
    """Records of every shape, whole or broken, that can stand in a JSON document."""
    chance = random.Random(7)  # noqa: S311 - a seeded test
    found: list[Any] = []
    while len(found) < count:
        try:
            found.append(json.loads(json.dumps(read_json(line_of(chance)), default=float)))
        except TariffError:
            continue
    return found


def test_lines_of_any_kind_cost_what_the_calculator_says(lines: Ask) -> None:
    chance = random.Random(11)  # noqa: S311 - a seeded test
    sent = [line_of(chance) for _ in range(300)]
    answer = lines(b"\n".join(sent), group_by="endpoint", top="2")
    wanted = expected(sent)
    records = answer.body["records"]
    assert add_up(records)
    fates = ("unpriced", "rejected", "duplicates", "merged")
    assert {name: records[name] for name in fates} == {name: wanted[name] for name in fates}
    assert records["priced"] + records["partial"] == wanted["priced"]
    assert Decimal(cost(answer)) == wanted["cost"]
    assert len(answer.body["top_drivers"]) <= 2


def of_deployment(model: str, **more: Any) -> dict[str, Any]:
    """A call for $0.0035 at $2.5 and $10 a million tokens, as GPT-4o costs on Azure."""
    usage = {"prompt_tokens": 1000, "completion_tokens": 100}
    return {"timestamp": "2026-11-02", "model": model, "usage": usage, **more}


@pytest.mark.parametrize("number", [1, 150])
def test_names_of_deployments_are_known_by_the_requests_aliases(
    lines: Ask, report: Ask, number: int
) -> None:
    records = [
        of_deployment("chat-prod"),
        of_deployment("azure/chat-prod"),
        of_deployment("chat-prod", provider="azure"),
        of_deployment("other"),
    ] * number
    aliases = {"chat-prod": "azure/gpt-4o"}
    in_document = report(records, model_aliases=aliases)
    sent = "\n".join(map(json.dumps, records)).encode()
    in_query = lines(sent, model_aliases=json.dumps(aliases))
    for answer in (in_document, in_query):
        assert Decimal(cost(answer)) == 3 * number * Decimal("0.0035")
        assert answer.body["records"]["unpriced"] == number
        names = [row["values"] for row in answer.body["groups"][0]["rows"]]
        assert names == [["azure/gpt-4o"], ["other"]]


def test_an_alias_with_the_name_of_a_model_leaves_the_model_with_its_provider(report: Ask) -> None:
    records = [of_deployment("gpt-4o-mini"), of_deployment("openai/gpt-4o-mini")]
    answer = report(records, model_aliases={"gpt-4o-mini": "azure/gpt-4o"})
    # $0.15 and $0.6 a million tokens of GPT-4o mini
    mini = Decimal("0.00015") + Decimal("0.00006")
    assert Decimal(cost(answer)) == Decimal("0.0035") + mini


def test_an_alias_for_an_unknown_model_is_refused_with_names_that_are_known(report: Ask) -> None:
    answer = report([of_deployment("chat-prod")], model_aliases={"chat-prod": "azure/gpt-4oo"})
    assert answer.status == 404
    assert answer.body["errors"][0]["pointer"] == "/model_aliases"
    assert "azure/gpt-4o" in answer.body["suggestions"]


# Files


def test_files_of_every_kind_give_the_same_report(
    report: Ask, bucket: Callable[[str, bytes], str], tmp_path: Path
) -> None:
    rows = [
        {"timestamp": "2026-11-20T10:00:00Z", "model": "claude-sonnet-5-5", "endpoint": "chat",
         "team": f"t{number % 3}", "input_tokens": 1000 + number, "output_tokens": number,
         "cache_read_input_tokens": 10 * number, "request_id": f"r{number}"}
        for number in range(50)
    ]  # fmt: skip
    counts = ("input_tokens", "output_tokens", "cache_read_input_tokens")
    nested = [
        {key: value for key, value in row.items() if key not in counts}
        | {"usage": {key: row[key] for key in counts}}
        for row in rows
    ]
    jsonl = "".join(json.dumps(one) + "\n" for one in nested).encode()
    table = io.StringIO()
    writer = csv.DictWriter(table, rows[0].keys())
    writer.writeheader()
    writer.writerows(rows)
    flat = table.getvalue().encode()
    (tmp_path / "rows.csv").write_bytes(flat)
    duckdb.sql(f"COPY (FROM '{tmp_path}/rows.csv') TO '{tmp_path}/rows.parquet'")
    parquet = (tmp_path / "rows.parquet").read_bytes()

    inline = report(nested).body
    for key, content in {
        "2026/a.jsonl": jsonl,
        "a.json.gz": gzip.compress(jsonl),
        "a.csv": flat,
        "a.csv.gz": gzip.compress(flat),
        "a.parquet": parquet,
        "unpacked-in-spite-of-its-name.csv.gz": flat,
    }.items():
        answer = report(source={"s3_uri": bucket(key, content)})
        assert answer.status == 200, (key, answer.body)
        for part in ("totals", "groups", "recommendations", "unpriced"):
            assert answer.body[part] == inline[part], key
        assert answer.body["records"]["priced"] == 50


@pytest.mark.parametrize(
    ("key", "content"),
    [
        ("a.parquet", b"not parquet at all"),
        ("a.jsonl.gz", gzip.compress(b"{}\n" * 9999, mtime=0)[:-9]),
        ("a.jsonl.gz", b"\x1f\x8b\x08\x00" + b"\0" * 6 + b"not deflated"),
        ("a.txt", b"{}"),
        ("a", b"{}"),
        ("a.csv", b"colour,size\nred,2\n"),
    ],
)
def test_a_file_without_usage_is_refused(
    report: Ask, bucket: Callable[[str, bytes], str], key: str, content: bytes
) -> None:
    (pointer,) = pointers(report(source={"s3_uri": bucket(key, content)}))
    assert pointer.startswith("/source")


def test_the_headline_of_last_months_file_is_what_slack_answers(
    report: Ask, bucket: Callable[[str, bytes], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in slack.SETTINGS.items():
        monkeypatch.setenv(name, value)
    last = (datetime.now(UTC).replace(day=1) - timedelta(days=1)).strftime("%Y-%m-%d")

    def asked() -> str:
        body = slack.command_body("report")
        event = slack.event_of(slack.COMMANDS, body, slack.signed(body))
        return json.dumps(json.loads(handler("slack")(event, None)["body"]), ensure_ascii=False)

    assert f"There is no usage report for {last[:7]} yet" in asked()
    rows = [json.dumps({**SONNET, "timestamp": last, "endpoint": "<!channel>"}).encode()] * 4
    report(source={"s3_uri": bucket("part.jsonl", rows[0])}, filter={"team": ["support"]})
    report([json.loads(rows[0])])
    assert "There is no usage report" in asked()

    found = report(source={"s3_uri": bucket("month.jsonl", b"\n".join(rows))})
    assert cost(found) == "0.012"
    answer = asked()
    assert f"$0.012 in {last[:7]}" in answer
    assert "<!channel>" not in answer


# What is not understood


def test_a_count_that_is_not_understood_makes_its_record_partial_and_is_named(report: Ask) -> None:
    usage = {"prompt_tokens": 1000, "completion_tokens": 0, "bogus_tokens": 77, "quiet_tokens": 0}
    inside = {**usage, "prompt_tokens_details": {"cached_tokens": 0, "smell_tokens": 4}}
    record = {"timestamp": "2026-08-19T10:00:00Z", "model": "gpt-4o", "usage": usage}
    answer = report([record, {**record, "usage": inside}, SONNET])
    # 1,000 tokens at $2.50 a million, twice, and 1,000 at $2 with 100 at $10
    assert cost(answer) == "0.008"
    assert answer.body["records"]["partial"] == 2
    assert answer.body["records"]["priced"] == 1
    (warning,) = answer.body["warnings"]
    assert warning["code"] == "usage_field_unread"
    assert "usage.bogus_tokens (2 records)" in warning["message"]
    assert "usage.prompt_tokens_details.smell_tokens (1 record)" in warning["message"]
    assert "quiet_tokens" not in warning["message"]


def test_properties_of_a_record_that_are_not_read_are_named(report: Ask) -> None:
    answer = report([{**SONNET, "foo": 1}, {**SONNET, "foo": 2, "bar": "x"}, SONNET])
    assert cost(answer) == "0.009"
    assert answer.body["records"]["partial"] == 0
    (warning,) = answer.body["warnings"]
    assert warning["code"] == "record_field_ignored"
    assert "foo (2 records), bar (1 record)" in warning["message"]


def test_the_other_properties_of_a_response_are_not_named(report: Ask) -> None:
    body = {"type": "message", "id": "msg_1", "role": "assistant", "content": [], **SONNET}
    assert report([body]).body["warnings"] == []


@pytest.mark.parametrize("served", [True, False])
def test_a_search_model_searches_once_in_every_call_of_a_report(report: Ask, served: bool) -> None:
    model = "gpt-4o-mini-search-preview"
    usage = {"prompt_tokens": 1000, "completion_tokens": 100, "total_tokens": 1100}
    record: dict[str, Any] = {"timestamp": "2026-08-19", "model": model, "usage": usage}
    if served:
        record["object"] = "chat.completion"
    # 1,000 at $0.15 a million, 100 at $0.60, and a search of $0.01
    assert cost(report([record])) == "0.01021"


def test_the_page_asks_for_nothing_and_fits(text_of: Callable[..., str]) -> None:
    records = some_records(500)
    page = text_of(records=records, format="html")
    assert len(page.encode()) < 500_000
    for outside in ("http://", "https://", "//cdn", "url(", "@import", "<script", "<link", "src="):
        assert outside not in page.replace("http://www.w3.org/2000/svg", "")
    assert "(prefers-color-scheme: dark)" in page
    assert "@media print {" in page
