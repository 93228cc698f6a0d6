"""Groups, filters, privacy, budgets, rate cards and currencies of usage reports over HTTP.

In lesson-2025 sonnet costs 3 and 15 USD per million, haiku 0.8 and 4. A call of sonnet with 1,000
input tokens costs 0.003, one of haiku 0.0008.
"""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tariff.template import recorded_event
from tests.support.handlers import Answer, asking, call, handler, pointers

Record = dict[str, Any]
Put = Callable[[str, bytes], str]


def of(
    model: str = "sonnet", at: str = "2026-11-10T09:30:00Z", tokens: int = 1000, **labels: Any
) -> Record:
    usage = {"input_tokens": tokens, "output_tokens": 0}
    return {"timestamp": at, "model": model, "usage": usage, **labels}


def alone(record: Record) -> Record:
    """The same call, which is read and priced by itself because of its iterations."""
    tokens = record["usage"]["input_tokens"]
    step = {"type": "message", "input_tokens": tokens, "output_tokens": 0}
    return {**record, "usage": {**record["usage"], "iterations": [step]}}


def reported(records: list[Record], **fields: Any) -> Answer:
    report = asking("usage_report", recorded_event("usage_report"))
    answer = report(records=records, pricing_version="lesson-2025", **fields)
    assert answer.status == 200, answer.body
    return answer


def rows(answer: Answer, number: int = 0) -> dict[Any, str]:
    """The cost of each row of a group, by its values."""
    group = answer.body["groups"][number]
    single = len(group["by"]) == 1
    return {
        row["values"][0] if single else tuple(row["values"]): row["cost_usd"]
        for row in group["rows"]
    }


CALLS = [
    of(user="ann", api_key="key-1", project="web", session="s1", tags={"env": "prod"}),
    of(user="bob", project="web", session="s2", metadata={"env": "dev"}),
    of("haiku", at="2026-12-01T00:00:00Z", user="bob", user_id="no", tags={"env": 7}),
]


@pytest.mark.parametrize("written", [lambda record: record, alone])
@pytest.mark.parametrize(
    ("dimension", "expected"),
    [
        ("provider", {"anthropic": "0.0068"}),
        ("hour", {"2026-11-10T09:00:00Z": "0.006", "2026-12-01T00:00:00Z": "0.0008"}),
        # 2026-11-10 is a Tuesday of week 46, 2026-12-01 a Tuesday of week 49.
        ("week", {"2026-W46": "0.006", "2026-W49": "0.0008"}),
        ("month", {"2026-11": "0.006", "2026-12": "0.0008"}),
        ("user", {"bob": "0.0038", "ann": "0.003"}),
        ("api_key", {None: "0.0038", "key-1": "0.003"}),
        ("project", {"web": "0.006", None: "0.0008"}),
        ("session", {"s1": "0.003", "s2": "0.003", None: "0.0008"}),
        ("tag:env", {"prod": "0.003", "dev": "0.003", "7": "0.0008"}),
        ("tag:none", {None: "0.0068"}),
        (
            "month*user",
            {
                ("2026-11", "ann"): "0.003",
                ("2026-11", "bob"): "0.003",
                ("2026-12", "bob"): "0.0008",
            },
        ),
        (
            "tag:env*user",
            {("prod", "ann"): "0.003", ("dev", "bob"): "0.003", ("7", "bob"): "0.0008"},
        ),
    ],
)  # fmt: skip
def test_calls_are_grouped_by_periods_and_by_what_their_records_say(
    written: Callable[[Record], Record], dimension: str, expected: dict[Any, str]
) -> None:
    answer = reported([written(record) for record in CALLS], group_by=[dimension])
    assert rows(answer) == expected
    assert answer.body["totals"]["cost_usd"] == "0.0068"


LABELS = [("ann", "prod"), (None, "dev"), ("eve", "prod")]


def parquet(folder: Path) -> bytes:
    """Calls with columns for a user and a tag, under other names than the labels."""
    path = folder / "calls.parquet"
    with duckdb.connect() as db:
        db.execute(
            "CREATE TABLE t AS SELECT '2026-11-10' AS timestamp, 'sonnet' AS model,"
            ' 1000 AS input_tokens, 0 AS output_tokens, u AS user_id, e AS "tag:env"'
            " FROM (VALUES ('ann', 'prod'), (NULL, 'dev'), ('eve', 'prod')) AS v (u, e)"
        )
        db.execute(f"COPY t TO '{path}' (FORMAT parquet)")
    return path.read_bytes()


def csv(_folder: Path) -> bytes:
    """The same; the last row is read by itself, because of its time."""
    lines = ["timestamp,model,input_tokens,output_tokens,user,tags.env"]
    for (user, env), at in zip(
        LABELS, ("2026-11-10", "2026-11-10", "2026-11-10 09:30:00"), strict=True
    ):
        lines.append(f"{at},sonnet,1000,0,{user or ''},{env}")
    return "\n".join(lines).encode()


def jsonl(_folder: Path) -> bytes:
    records = [of(user=user, tags={"env": env}) for user, env in LABELS]
    return b"\n".join(json.dumps(record).encode() for record in records)


@pytest.mark.parametrize("written", [jsonl, csv, parquet])
def test_labels_are_read_from_files_of_every_kind(
    bucket: Put, tmp_path: Path, written: Callable[[Path], bytes]
) -> None:
    uri = bucket(f"calls.{written.__name__}", written(tmp_path))
    report = asking("usage_report", recorded_event("usage_report"))
    answer = report(
        source={"s3_uri": uri}, group_by=["user", "tag:env"], pricing_version="lesson-2025"
    )
    assert rows(answer) == {"ann": "0.003", "eve": "0.003", None: "0.003"}
    assert rows(answer, 1) == {"prod": "0.006", "dev": "0.003"}


@pytest.mark.parametrize("column", ["tags", "metadata", "labels"])
@pytest.mark.parametrize("kind", ["csv", "parquet", "jsonl"])
def test_tags_of_an_object_in_one_column_are_read_also_where_it_is_text(
    bucket: Put, tmp_path: Path, kind: str, column: str
) -> None:
    tags = [{"env": env, "n": 7} for _, env in LABELS]
    flat = {"timestamp": "2026-11-10", "model": "sonnet", "input_tokens": 1000, "output_tokens": 0}
    path, text = tmp_path / f"calls.{kind}", tmp_path / "text.jsonl"
    # A column of a Parquet file is a structure; of the others it is text.
    written = [{**flat, column: one if kind == "parquet" else json.dumps(one)} for one in tags]
    text.write_text("\n".join(map(json.dumps, written)))
    if kind == "jsonl":
        path.write_bytes(text.read_bytes())
    else:
        duckdb.sql(f"COPY (FROM '{text}') TO '{path}' (FORMAT {kind})")
    report = asking("usage_report", recorded_event("usage_report"))
    answer = report(
        source={"s3_uri": bucket(path.name, path.read_bytes())},
        group_by=["tag:env", "tag:n"],
        budgets=[{"name": "prod", "usd": "1", "match": {"tags": {"env": ["prod"]}}}],
        pricing_version="lesson-2025",
    )
    assert rows(answer) == {"prod": "0.006", "dev": "0.003"}
    assert rows(answer, 1) == {"7": "0.009"}
    assert answer.body["budgets"][0]["spent_usd"] == "0.006"


def test_a_group_of_many_values_has_the_highest_costs_and_the_sum_of_the_others() -> None:
    # 1,100 users at 0.003 and one at 0.03: 1,000 rows, and 101 others at 0.303.
    calls = [of(user=f"u{number:04}") for number in range(1_100)]
    answer = reported([*calls, of(tokens=10_000, user="most")], group_by=["user", "day*user"])
    for group in answer.body["groups"]:
        assert len(group["rows"]) == 1_000
        first = group["rows"][0]
        assert (first["values"][-1], first["cost_usd"]) == ("most", "0.03")
        assert (group["others"]["cost_usd"], group["others"]["calls"]) == ("0.303", 101)
        assert group["others"]["values"] == [None] * len(group["by"])


@pytest.mark.parametrize(
    ("wanted", "total"),
    [
        ({"user": ["ann"]}, "0.003"),
        ({"user": ["ann", "bob"]}, "0.0068"),
        ({"tags": {"env": ["dev", "7"]}}, "0.0038"),
        ({"user": ["bob"], "tags": {"env": ["dev"]}}, "0.003"),
        ({"provider": ["anthropic"]}, "0.0068"),
        ({"project": ["web"], "model": ["haiku"]}, "0"),
        ({"user": ["x' OR '1'='1"]}, "0"),
    ],
)
def test_filters_choose_calls_by_label(wanted: dict[str, Any], total: str) -> None:
    answer = reported(CALLS, filter=wanted)
    assert (answer.body["totals"]["cost_usd"] or "0") == total
    records = answer.body["records"]
    assert records["read"] == records["filtered_out"] + records["priced"]


def test_filters_of_a_body_of_lines_are_query_parameters() -> None:
    event = recorded_event("usage_report")
    lines = "\n".join(json.dumps(record) for record in CALLS)
    answer = call(
        handler("usage_report"),
        event,
        body=lines,
        headers={"content-type": "application/x-ndjson"},
        queryStringParameters={
            "group_by": "user,tag:env", "user": "bob", "pricing_version": "lesson-2025"
        },
    )  # fmt: skip
    assert rows(answer) == {"bob": "0.0038"}
    assert rows(answer, 1) == {"dev": "0.003", "7": "0.0008"}


def test_labels_are_hashed_on_request_after_filters_and_budgets_matched_them() -> None:
    answer = reported(
        CALLS,
        group_by=["user", "tag:env"],
        privacy="hash",
        filter={"user": ["bob"]},
        budgets=[{"name": "bob", "usd": "1", "period": "year", "match": {"user": ["bob"]}}],
    )
    bob = hashlib.sha256(b"bob").hexdigest()[:16]
    assert rows(answer) == {bob: "0.0038"}
    assert answer.body["budgets"][0]["spent_usd"] == "0.0038"
    text = json.dumps({**answer.body, "budgets": []})
    assert "bob" not in text
    assert "dev" not in text


def test_labels_are_dropped_on_request() -> None:
    calls = [of(endpoint="secret-endpoint", team="secret-team", user="secret-user")] * 2
    answer = reported(calls, group_by=["user", "endpoint", "team"], privacy="drop")
    assert [rows(answer, number) for number in range(3)] == [{None: "0.006"}] * 3
    assert "secret" not in json.dumps(answer.body)


def test_no_label_reaches_a_log(capsys: pytest.CaptureFixture[str]) -> None:
    canary = "canary-8f31"
    calls = [of(user=canary, api_key=canary, tags={canary: canary}, session=canary, team=canary)]
    calls += [alone(call) for call in calls] + [{"user": canary, "usage": canary}]
    answer = reported(calls, group_by=["user", f"tag:{canary}", "session"])
    assert rows(answer, 1) == {canary: "0.006"}
    printed = capsys.readouterr()
    assert canary not in printed.out + printed.err


DAYS = [of(at=f"2026-11-{day:02}") for day in (6, 7, 8, 9, 10)]  # 0.003 a day for five days


@pytest.mark.parametrize(
    ("budget", "expected"),
    [
        # Five days cost 0.015; the 20 days to the end of November as many times 0.003 again.
        ({"usd": "0.075"}, {"spent_usd": "0.015", "projected_usd": "0.075", "status": "within"}),
        # 0.0749 is not enough for the 25th day, which is 30 November.
        ({"usd": "0.0749"}, {"status": "will_exceed", "crossed_at": "2026-11-30"}),
        ({"usd": "0.015"}, {"status": "will_exceed", "crossed_at": "2026-11-11"}),
        ({"usd": "0.0149"}, {"status": "exceeded", "crossed_at": "2026-11-10"}),
        ({"usd": "0"}, {"status": "exceeded", "crossed_at": "2026-11-06", "spent_share": None}),
        ({"usd": "1", "period": "day"}, {"spent_usd": "0.003", "projected_usd": "0.003"}),
        # 2026-11-09 is a Monday: two days of the week are reported, five follow.
        ({"usd": "1", "period": "week"}, {"spent_usd": "0.006", "projected_usd": "0.021"}),
        # Until 31 December 51 days follow: 0.015 + 51 x 0.003.
        ({"usd": "1", "period": "quarter"}, {"projected_usd": "0.168", "end": "2027-01-01"}),
        ({"usd": "1", "period": "year"}, {"start": "2026-01-01", "end": "2027-01-01"}),
        ({"usd": "1", "match": {"model": ["haiku"]}}, {"spent_usd": "0", "projected_usd": "0"}),
        ({"usd": "1", "match": {"model": ["sonnet"]}}, {"spent_usd": "0.015"}),
    ],
)
def test_a_budget_is_compared_with_the_period_of_the_last_day(
    budget: dict[str, Any], expected: dict[str, Any]
) -> None:
    answer = reported(DAYS, budgets=[{"name": "all", **budget}])
    (found,) = answer.body["budgets"]
    assert {name: found[name] for name in expected} == expected
    assert "reported day" in found["basis"]


UNPRICED = of("no-such-model", at="2026-11-10T10:00:00Z", team="b")
PARTLY = {**of(team="b"), "usage": {"input_tokens": 9, "output_tokens": 0, "future_tokens": 5}}


@pytest.mark.parametrize(
    ("more", "budget", "status", "left_out"),
    [
        ([], {"usd": "1"}, "within", None),
        ([UNPRICED], {"usd": "1"}, "unknown", "1 unpriced call"),
        # An unpriced call of another team is not of this budget.
        ([UNPRICED], {"usd": "1", "match": {"team": ["a"]}}, "within", None),
        ([UNPRICED], {"usd": "1", "match": {"team": ["b"]}}, "unknown", "1 unpriced call"),
        # What was rejected or read in part may be of any budget.
        ([PARTLY], {"usd": "1", "match": {"team": ["a"]}}, "unknown", "1 partly priced call"),
        ([of(tokens=-1)], {"usd": "1"}, "unknown", "1 rejected record"),
        ([of(tokens=-1)] * 2 + [UNPRICED], {"usd": "1"}, "unknown", "call, 2 rejected records"),
        # More than the amount is more than the amount, whatever else there is.
        ([UNPRICED], {"usd": "0.0149"}, "exceeded", "1 unpriced call"),
        ([UNPRICED], {"usd": "0.0749"}, "will_exceed", "1 unpriced call"),
        # One of the month before is not of this month's budget; a later one may be.
        ([{**UNPRICED, "timestamp": "2026-10-31"}], {"usd": "1"}, "within", None),
        ([{**UNPRICED, "timestamp": "2026-12-01"}], {"usd": "1"}, "unknown", "1 unpriced call"),
    ],
)
def test_a_budget_is_not_within_where_something_is_not_in_what_was_spent(
    more: list[Record], budget: dict[str, Any], status: str, left_out: str | None
) -> None:
    calls = [{**one, "team": "a"} for one in DAYS]
    (found,) = reported([*calls, *more], budgets=[{"name": "x", **budget}]).body["budgets"]
    assert found["status"] == status, found
    assert ("Not included" in found["basis"]) is bool(left_out)
    assert left_out is None or found["basis"].endswith(f"{left_out}."), found["basis"]


def test_the_budget_of_calls_without_a_price_is_that_of_their_period() -> None:
    (found,) = reported([UNPRICED], budgets=[{"name": "x", "usd": "1"}]).body["budgets"]
    assert (found["status"], found["start"], found["spent_usd"]) == ("unknown", "2026-11-01", "0")


def test_a_report_has_list_and_net_prices_side_by_side() -> None:
    calls = [of(team="a"), alone(of("haiku", team="b"))]
    card = {"rules": [{"match": {"model": "haiku"}, "multiply": "0.5"}]}
    answer = reported(calls, group_by=["team"], rate_card=card, budgets=[{"name": "b", "usd": "1"}])
    assert answer.body["totals"]["cost_usd"] == "0.0038"
    assert answer.body["net"]["total_usd"] == "0.0034"  # 0.003 + 0.0008 x 0.5
    assert answer.body["net"]["saves_usd"] == "0.0004"
    nets = {row["values"][0]: row["net_usd"] for row in answer.body["groups"][0]["rows"]}
    assert nets == {"a": "0.003", "b": "0.0004"}
    assert answer.body["savings"]["spent_usd"] == "0.0034"
    assert answer.body["budgets"][0]["spent_usd"] == "0.0034"
    listed = reported(calls, group_by=["team"])
    assert listed.body["net"] is None
    assert [row["net_usd"] for row in listed.body["groups"][0]["rows"]] == [None, None]


def test_a_rule_of_a_rate_card_applies_from_its_day() -> None:
    card = {"rules": [{"match": {"from": "2026-11-08", "to": "2026-11-10"}, "multiply": "0"}]}
    answer = reported(DAYS, group_by=["day"], rate_card=card)
    nets = [row["net_usd"] for row in answer.body["groups"][0]["rows"]]
    assert nets == ["0.003", "0.003", "0", "0", "0.003"]


def test_a_report_is_converted_at_the_rate_of_its_last_day() -> None:
    # On 2026-10-30 a dollar was 1 / 1.1172 = 0.895094880057 euros.
    calls = [of(at="2026-10-29"), of(at="2026-10-30")]
    answer = reported(calls, currency="EUR")
    converted = answer.body["converted"]
    assert converted["rate_date"] == "2026-10-30"
    assert converted["total"] == "0.005370569280342"  # x 0.006
    assert converted["amounts"]["/totals/cost_usd"] == converted["total"]


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"group_by": ["day*day"]}, "/group_by/0"),
        ({"group_by": ["model", "day*team*user"]}, "/group_by/1"),
        ({"group_by": ["tag:"]}, "/group_by/0"),
        ({"group_by": ["tag:a b"]}, "/group_by/0"),
        ({"group_by": ["tag:x'; DROP TABLE calls"]}, "/group_by/0"),
        ({"group_by": [f"tag:{'x' * 65}"]}, "/group_by/0"),
        ({"filter": {"tags": {"a b": ["x"]}}}, "/filter/tags"),
        ({"filter": {"tags": {"env": []}}}, "/filter/tags/env"),
        ({"budgets": [{"name": "x"}]}, "/budgets/0/usd"),
        ({"budgets": [{"name": "x", "usd": "-1"}]}, "/budgets/0/usd"),
        ({"budgets": [{"name": "x", "usd": "NaN"}]}, "/budgets/0/usd"),
        ({"budgets": [{"name": "x", "usd": "1", "period": "fortnight"}]}, "/budgets/0/period"),
        ({"budgets": [{"name": "x", "usd": "1"}] * 51}, "/budgets"),
        ({"privacy": "sell"}, "/privacy"),
        (
            {"privacy": "drop", "budgets": [{"name": "x", "usd": "1", "match": {"team": ["a"]}}]},
            "/budgets/0/match",
        ),
        ({"rate_card": {"rules": []}}, "/rate_card/rules"),
        ({"currency": "XXX"}, "/currency"),
    ],
)
def test_a_question_that_cannot_be_answered_is_refused(
    fields: dict[str, Any], pointer: str
) -> None:
    report = asking("usage_report", recorded_event("usage_report"))
    assert pointers(report(records=CALLS, **fields)) == [pointer]
