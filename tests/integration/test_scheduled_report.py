"""The scheduled report: what it reads, posts and keeps; and who else may keep a month's summary."""

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from typing import Any
from unittest import mock

import pytest

from pricing.money import ZERO
from pricing.slack.spending import spending_notice
from tariff.template import recorded_event
from tests.support.handlers import CONTEXT, Answer, call, handler, pointers
from tests.support.reports import report
from tests.support.tables import StoreTable

Put = Callable[[str, bytes], str]
HOOK = "https://hooks.slack.com/services/T/B/secret"


def line(
    at: str, tokens: int = 1_000_000, model: str = "claude-sonnet-5-5", **fields: Any
) -> bytes:
    """A call that costs $2 per million input tokens."""
    usage = {"input_tokens": tokens, "output_tokens": 0}
    record = {"timestamp": at, "model": model, "endpoint": "chat", "usage": usage, **fields}
    return json.dumps(record).encode()


@pytest.fixture
def posted() -> Iterator[list[str]]:
    """The texts that are posted to Slack."""
    texts: list[str] = []
    os.environ |= {"TARIFF_NOTICE_PARAMETER": "/tariff/notices", "TARIFF_REPORT_PREFIX": "usage/"}
    with (
        mock.patch("pricing.slack.delivery.webhook_url", return_value=HOOK),
        mock.patch("pricing.slack.delivery.post", lambda _url, text: texts.append(text)),
    ):
        yield texts


def scheduled(time: str) -> dict[str, Any]:
    return handler("usage_report")({"scheduled_time": time}, CONTEXT)


def headline(table: StoreTable, month: str = "2026-11") -> dict[str, Any] | None:
    key = {"pk": {"S": f"REPORT#{month}"}, "sk": {"S": "SUMMARY"}}
    item = table.client.get_item(TableName=table.name, Key=key).get("Item")
    return json.loads(item["summary"]["S"]) if item else None


@pytest.fixture
def stored(moto_table: StoreTable) -> StoreTable:
    os.environ |= moto_table.environment()
    return moto_table


def test_yesterday_the_month_and_the_budgets_are_posted_and_kept(
    bucket: Put, posted: list[str], stored: StoreTable
) -> None:
    days = [line(f"2026-11-{day:02}T10:00:00Z") for day in (1, 19, 20)]
    bucket("usage/2026-11-19.jsonl", b"\n".join(days[:2]))
    bucket("usage/2026-11-20.jsonl", b"\n".join([days[2], line("2026-10-31"), line("2026-12-01")]))
    bucket("other/2026-11-20.jsonl", line("2026-11-20", tokens=10**9))
    opus = {"name": "opus", "usd": "1", "match": {"model": ["opus"]}}
    os.environ["TARIFF_REPORT_BUDGETS"] = json.dumps([{"name": "all & more", "usd": "5"}, opus])
    assert scheduled("2026-11-21T06:00:00Z") == {"outcome": "reported", "records": 5}
    (text,) = posted
    # 6 in 20 days, and ten days more at 0.3 a day.
    outlook = "*exceeded* on 2026-11-20; projected $9.00 by the end of the month"
    assert text.splitlines() == [
        "*LLM spending*: $2.00 on 2026-11-20, $6.00 in 2026-11 so far (3 calls)",
        f"• all \uff06 more: $6.00 of $5.00 (120.0%), {outlook}",
        "• opus: $0.00 of $1.00 (0.0%), projected $0.00 by the end of the month",
        "chat on claude-sonnet-5-5: $6.00 (100.0%)",
    ]
    kept = headline(stored)
    assert kept is not None
    assert (kept["cost_usd"], kept["calls"], kept["records"]) == ("6", 3, 5)
    assert (kept["source"], kept["caller"]) == ("s3://inputs/usage/", "schedule")


def test_on_the_first_of_a_month_the_month_before_is_reported(
    bucket: Put, posted: list[str]
) -> None:
    # Objects of this test are written today, after the month that is reported began.
    bucket(
        "usage/a.jsonl", b"\n".join([line("2026-11-30T23:59:59Z"), line("2026-12-01T00:00:00Z")])
    )
    scheduled("2026-12-01T06:00:00Z")
    assert posted[0].startswith("*LLM spending*: $2.00 on 2026-11-30, $2.00 in 2026-11 so far")


def test_calls_without_a_price_and_broken_records_are_counted(
    bucket: Put, posted: list[str]
) -> None:
    partly = json.loads(line("2026-11-19"))
    partly["usage"]["future_tokens"] = 5
    lines = [line("2026-11-20"), line("2026-11-20", model="unknown-x"), b"{broken"]
    bucket("usage/a.jsonl", b"\n".join([*lines, json.dumps(partly).encode()]))
    os.environ["TARIFF_REPORT_BUDGETS"] = json.dumps([{"name": "all", "usd": "50"}])
    scheduled("2026-11-21T06:00:00Z")
    # 4 in two days, and ten days more at 2 a day.
    unknown = "*not known* whether it is enough, because of the calls below"
    outlook = f"{unknown}; projected $24.00 by the end of the month"
    assert posted[0].splitlines() == [
        "*LLM spending*: at least $2.00 on 2026-11-20, at least $4.00 in 2026-11 so far (2 calls)",
        f"• all: $4.00 of $50.00 (8.0%), {outlook}",
        "chat on claude-sonnet-5-5: $4.00 (100.0%)",
        "Without a known price: 1 call",
        "Priced in part: 1 call",
        "Could not be read: 1 record",
    ]


def test_a_day_of_calls_without_a_price_is_not_one_that_cost_nothing(
    bucket: Put, posted: list[str]
) -> None:
    bucket("usage/a.jsonl", line("2026-11-20", model="unknown-x"))
    scheduled("2026-11-21T06:00:00Z")
    bucket("usage/b.jsonl", line("2026-11-19"))
    scheduled("2026-11-21T06:00:00Z")
    day = "*LLM spending*: an unknown amount on 2026-11-20"
    assert [text.splitlines()[0] for text in posted] == [
        f"{day}, an unknown amount in 2026-11 so far (0 calls)",
        f"{day}, at least $2.00 in 2026-11 so far (1 call)",
    ]


def test_what_a_rate_card_makes_free_costs_nothing_in_the_notice() -> None:
    found = report([json.loads(line("2026-11-20"))])
    free = tuple(replace(row, net_usd=ZERO) for row in found.top_drivers)
    text = spending_notice(replace(found, top_drivers=free), date(2026, 11, 20))
    assert text.splitlines()[1:] == ["chat on claude-sonnet-5-5: $0.00 (100.0%)"]


def test_no_files_are_told(bucket: Put, posted: list[str]) -> None:
    bucket("other/a.jsonl", line("2026-11-20"))
    assert scheduled("2026-11-21T06:00:00Z") == {"outcome": "no_files"}
    assert posted == ["*LLM spending*: no usage log under s3://inputs/usage/ since 2026-11-01."]


def test_names_in_the_notice_mention_no_one(bucket: Put, posted: list[str]) -> None:
    bucket("usage/a.jsonl", line("2026-11-20", endpoint="<!channel> *x*"))
    scheduled("2026-11-21T06:00:00Z")
    assert "<!channel>" not in posted[0]


def asked(uri: str, *, scope: str | None = "tariff/admin", subject: str = "ann") -> Answer:
    """A report of a file, asked for on the deployed path with a token."""
    event = recorded_event("usage_report")
    claims = {"sub": subject, **({"scope": scope} if scope else {})}
    context = {**event["requestContext"], "authorizer": {"jwt": {"claims": claims}}}
    body = json.dumps({"source": {"s3_uri": uri}})
    deployed = {"AWS_LAMBDA_FUNCTION_NAME": "report", "TARIFF_ADMIN_SCOPE": "tariff/admin"}
    # Loaded before: a function that starts on Lambda empties its scratch space, which tests share.
    answer = handler("usage_report")
    with mock.patch.dict(os.environ, deployed):
        return call(answer, event, requestContext=context, body=body)


def test_only_an_administrator_replaces_a_months_summary(bucket: Put, stored: StoreTable) -> None:
    whole = bucket("all.jsonl", b"\n".join([line("2026-11-01"), line("2026-11-20")]))
    part = bucket("team.jsonl", line("2026-11-20", tokens=3))
    assert asked(whole).status == 200
    assert asked(part, scope=None, subject="mallory").status == 200
    assert asked(part, scope="tariff/read", subject="mallory").status == 200
    kept = headline(stored)
    assert kept is not None
    assert (kept["cost_usd"], kept["source"], kept["caller"]) == ("4", whole, "jwt:ann")
    assert asked(part).status == 200
    kept = headline(stored)
    assert kept is not None
    assert kept["source"] == part


@pytest.mark.parametrize(
    ("subject", "key", "allowed"),
    [
        ("ann", "team-a/x.jsonl", True),
        ("ann", "shared/x.jsonl", True),
        ("ann", "team-b/x.jsonl", False),
        ("ann", "team-a", False),
        ("bob", "shared/x.jsonl", True),
        ("bob", "team-a/x.jsonl", False),
        ("bob", "../team-a/x.jsonl", False),
        ("bob", "shared/../team-a/x.jsonl", False),
        ("ann2", "team-a/x.jsonl", False),
    ],
)
def test_callers_may_be_limited_to_prefixes(
    bucket: Put, subject: str, key: str, allowed: bool
) -> None:
    for stocked in ("team-a/x.jsonl", "team-b/x.jsonl", "shared/x.jsonl"):
        bucket(stocked, line("2026-11-20"))
    os.environ["TARIFF_INPUT_PREFIXES"] = "jwt:ann=team-a/,shared/ *=shared/"
    answer = asked(f"s3://inputs/{key}", scope=None, subject=subject)
    assert (answer.status == 200) is allowed
    if not allowed:
        assert pointers(answer) == ["/source/s3_uri"]
        missing = asked("s3://inputs/team-a/missing.jsonl", scope=None, subject="ann")
        assert answer.body["detail"] == missing.body["detail"]
