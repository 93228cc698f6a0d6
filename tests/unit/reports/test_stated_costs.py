"""What records state as their cost, compared with what Tariff prices the same calls at.

On 10 November 2026 claude-sonnet-5-5 costs 2 and 10 USD per million: 1,000 input and 100 output
tokens are 0.003. gpt-4o costs 2.5 and 10: the same are 0.0035.
"""

import json
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pricing.api.requests.reports import report_query
from pricing.catalogue.rate_cards import NetBook, RateCard, RateRule
from pricing.reports.generate import report_usage
from pricing.reports.readers.files import opened
from pricing.reports.render.csv_table import to_csv
from pricing.reports.render.html_page import to_html
from pricing.reports.report import Filters, ReportQuery, UsageReport
from pricing.reports.stated import StatedCosts
from tests.support.reports import BOOK

Record = dict[str, Any]
PLAIN = ReportQuery()


def call(**fields: Any) -> Record:
    usage = {"input_tokens": 1000, "output_tokens": 100}
    return {"timestamp": "2026-11-10", "model": "claude-sonnet-5-5", "usage": usage, **fields}


def alone(record: Record) -> Record:
    """The same call, read by itself because of the step that it repeats."""
    step = {"type": "message", **record["usage"]}
    return {**record, "usage": {**record["usage"], "iterations": [step]}}


def of_file(folder: Path, name: str, query: ReportQuery = PLAIN) -> UsageReport:
    return report_usage(BOOK, opened(folder / name, name, folder), query, folder)


def of(folder: Path, records: Sequence[Record], query: ReportQuery = PLAIN) -> UsageReport:
    (folder / "a.jsonl").write_text("\n".join(map(json.dumps, records)))
    return of_file(folder, "a.jsonl", query)


def codes(report: UsageReport) -> set[str]:
    return {warning.code for warning in report.warnings}


@pytest.mark.parametrize("read", [dict, alone])
def test_the_calls_that_state_a_cost_are_compared_and_no_others(tmp_path: Path, read: Any) -> None:
    records = [call(cost_usd=0.004), call(), call(cost_usd=0), call(cost_usd="0.0041")]
    found = of(tmp_path, [read(record) for record in records])
    assert found.totals.cost_usd == Decimal("0.012")
    assert found.stated == StatedCosts(
        2, Decimal("0.0081"), Decimal("0.006"), Decimal("-0.0021"), Decimal(0)
    )
    (warning,) = (one for one in found.warnings if one.code == "stated_cost_differs")
    assert "costs of $0.0081 for 2 calls" in warning.message
    assert "$0.006, $0.0021 less" in warning.message


@pytest.mark.parametrize("name", ["cost", "cost_usd", "costUSD", "total_cost_usd", "response_cost"])
def test_a_cost_is_read_under_every_name_that_records_give_it(tmp_path: Path, name: str) -> None:
    found = of(tmp_path, [call(**{name: 1e-05}), alone(call(**{name: 1e-05}))])
    assert found.stated is not None
    assert (found.stated.calls, found.stated.stated_usd) == (2, Decimal("0.00002"))
    assert "record_field_ignored" not in codes(found)


@pytest.mark.parametrize("value", [None, True, "included", "-1", -0.5, [], {}, "", 0, "0.00"])
def test_zero_and_what_has_no_amount_states_nothing(tmp_path: Path, value: Any) -> None:
    found = of(tmp_path, [call(cost_usd=value), alone(call(cost_usd=value))])
    assert found.records.priced == 2
    assert found.stated is None


def test_without_a_stated_cost_there_is_no_comparison(tmp_path: Path) -> None:
    assert of(tmp_path, [call()]).stated is None


@pytest.mark.parametrize(
    ("stated", "differs"),
    [("0.00303", False), ("0.00304", True), ("0.00297", False), ("0.00296", True)],
)
def test_a_difference_of_more_than_one_percent_is_named(
    tmp_path: Path, stated: str, differs: bool
) -> None:
    found = of(tmp_path, [call(cost_usd=stated)])
    assert found.stated is not None
    assert ("stated_cost_differs" in codes(found)) == differs


def test_what_calls_without_a_price_state_is_apart_from_the_total(tmp_path: Path) -> None:
    found = of(tmp_path, [call(cost_usd=0.003), call(model="no-such-model", cost_usd=1.5)])
    assert found.stated == StatedCosts(
        1, Decimal("0.003"), Decimal("0.003"), Decimal(0), Decimal("1.5")
    )
    assert "stated_cost_without_price" in codes(found)
    assert "stated_cost_differs" not in codes(found)


@pytest.mark.parametrize("read", [dict, alone])
def test_the_lines_of_one_call_state_one_cost(tmp_path: Path, read: Any) -> None:
    first = call(request_id="r", cost_usd=0.001, usage={"input_tokens": 1000, "output_tokens": 3})
    whole = call(request_id="r", cost_usd=0.003)
    found = of(
        tmp_path,
        [
            read(first),
            read(whole),
            call(request_id="s", cost_usd=0.003),
            call(request_id="s", cost_usd=0.003),
        ],
    )
    assert (found.records.merged, found.records.duplicates) == (1, 1)
    assert found.stated is not None
    assert (found.stated.calls, found.stated.stated_usd) == (2, Decimal("0.006"))


def test_filters_leave_out_what_other_calls_state(tmp_path: Path) -> None:
    records = [call(team="a", cost_usd=0.003), call(team="b", cost_usd=7)]
    query = ReportQuery(filters=Filters({"team": ("a",)}))
    found = of(tmp_path, records, query)
    assert found.stated is not None
    assert found.stated.stated_usd == Decimal("0.003")


def test_with_a_rate_card_the_net_cost_is_compared(tmp_path: Path) -> None:
    card = RateCard.of([RateRule(multiply=Decimal("0.5"))], None)
    prices = replace(BOOK, net=NetBook(BOOK.book, card), rate_card=card.id)
    (tmp_path / "a.jsonl").write_text(json.dumps(call(cost_usd=0.0015)))
    file = opened(tmp_path / "a.jsonl", "a.jsonl", tmp_path)
    found = report_usage(prices, file, ReportQuery(), tmp_path)
    assert found.stated is not None
    assert (found.stated.priced_usd, found.stated.difference_usd) == (Decimal("0.0015"), Decimal(0))


def csv_of(folder: Path) -> str:
    rows = [
        "timestamp,model,input_tokens,output_tokens,cost_usd",
        "2026-11-10,claude-sonnet-5-5,1000,100,0.004",
        "2026-11-10 09:00:00,claude-sonnet-5-5,1000,100,0.004",
        "2026-11-10,claude-sonnet-5-5,1000,100,",
    ]
    (folder / "a.csv").write_text("\n".join(rows))
    return "a.csv"


def parquet_of(folder: Path) -> str:
    source = folder / csv_of(folder)
    path = folder / "a.parquet"
    with duckdb.connect() as db:
        db.execute(
            f"COPY (FROM read_csv('{source}', types={{'timestamp': 'VARCHAR'}})) TO '{path}'"
        )
    return "a.parquet"


@pytest.mark.parametrize("written", [csv_of, parquet_of])
def test_a_column_of_a_table_states_costs(tmp_path: Path, written: Any) -> None:
    found = of_file(tmp_path, written(tmp_path))
    assert found.stated is not None
    assert (found.stated.calls, found.stated.stated_usd) == (2, Decimal("0.008"))
    assert found.stated.priced_usd == Decimal("0.006")


def openai(**fields: Any) -> Record:
    return {"timestamp": "2026-11-10T10:00:00Z", "model": "gpt-4o", **fields}


TOOLS: dict[str, Record] = {
    "litellm_spend_logs": {
        "request_id": "r", "call_type": "acompletion", "startTime": "2026-11-10T10:00:00Z",
        "model": "gpt-4o", "prompt_tokens": 1000, "completion_tokens": 100, "spend": 0.0042,
    },
    "langfuse": {
        "id": "o", "type": "GENERATION", "startTime": "2026-11-10T10:00:00Z", "model": "gpt-4o",
        "usageDetails": {"input": 1000, "output": 100}, "costDetails": {"total": 0.0042},
    },
    "cursor": {
        "timestamp": "1794304800000", "model": "gpt-4o", "kind": "Usage", "chargedCents": 0.42,
        "tokenUsage": {"inputTokens": 1000, "outputTokens": 100, "cacheReadTokens": 0},
    },
    "openrouter_generation": {
        "data": {"id": "g", "model": "openai/gpt-4o", "created_at": "2026-11-10T10:00:00Z",
                 "native_tokens_prompt": 1000, "native_tokens_completion": 100,
                 "total_cost": 0.0042},
    },
    "otel_genai": {
        "name": "chat", "start_time": "2026-11-10T10:00:00Z", "attributes": {
            "gen_ai.response.model": "gpt-4o", "gen_ai.usage.input_tokens": 1000,
            "gen_ai.usage.output_tokens": 100, "gen_ai.usage.cost": 0.0042},
    },
    "openai_response": {
        "object": "chat.completion", "created": 1794304800, "model": "gpt-4o",
        "usage": {"prompt_tokens": 1000, "completion_tokens": 100, "cost": 0.0042},
    },
    "posthog": {
        "event": "$ai_generation", "distinct_id": "u", "timestamp": "2026-11-10T10:00:00Z",
        "properties": {"$ai_model": "gpt-4o", "$ai_input_tokens": 1000, "$ai_output_tokens": 100,
                       "$ai_total_cost_usd": 0.0042},
    },
}  # fmt: skip


@pytest.mark.parametrize("name", TOOLS)
def test_what_a_tool_says_it_was_charged_is_summed(tmp_path: Path, name: str) -> None:
    found = of(tmp_path, [TOOLS[name]])
    assert found.formats == {name: 1}
    assert found.stated == StatedCosts(
        1, Decimal("0.0042"), Decimal("0.0035"), Decimal("-0.0007"), Decimal(0)
    )


def test_the_old_lines_of_claude_code_state_their_cost_at_the_top(tmp_path: Path) -> None:
    message = {"id": "m", "type": "message", "role": "assistant", "model": "claude-sonnet-5-5",
               "usage": {"input_tokens": 1000, "output_tokens": 100}}  # fmt: skip
    line = {"type": "assistant", "timestamp": "2026-11-10T10:00:00Z", "costUSD": 0.0042,
            "requestId": "r", "message": message}  # fmt: skip
    found = of(tmp_path, [line])
    assert found.stated is not None
    assert (found.formats, found.stated.stated_usd) == ({"claude_code": 1}, Decimal("0.0042"))


def test_the_comparison_is_in_csv_and_on_the_page(tmp_path: Path) -> None:
    found = of(tmp_path, [call(cost_usd=0.004)], report_query(("model",), 3, "html", Filters()))
    names = "calls,stated_usd,priced_usd,difference_usd,without_price_usd"
    assert to_csv(found, "stated").splitlines() == [f"\ufeff{names}", "1,0.004,0.003,-0.001,0"]
    assert "\r\nstated,,,0.004,,,1," in to_csv(found)
    assert "Costs stated in the log: " in to_html(found)


@pytest.mark.parametrize("lines", [1, 300])
def test_a_cost_in_another_currency_is_not_compared(tmp_path: Path, lines: int) -> None:
    message = {
        "conversation_id": "c",
        "model_id": "gpt-4o",
        "created_at": 1794304800,
        "message_tokens": 1000,
        "answer_tokens": 100,
        "total_price": "0.0255",
    }
    of_each = [{**message, "currency": "RMB"}, {**message, "currency": "USD"}, message]
    records = [
        {**record, "id": f"{number}-{place}"}
        for number in range(lines)
        for place, record in enumerate(of_each)
    ]
    found = of(tmp_path, records)
    assert (found.totals.calls, found.totals.cost_usd) == (3 * lines, Decimal("0.0105") * lines)
    assert found.stated is not None
    assert (found.stated.calls, found.stated.stated_usd) == (2 * lines, Decimal("0.051") * lines)


@pytest.mark.parametrize("with_key", [True, "true"])
def test_a_gateways_fee_is_added_to_what_was_paid_behind_it(tmp_path: Path, with_key: Any) -> None:
    generation = {
        "created_at": "2026-11-10T10:00:00Z",
        "model": "openai/gpt-4o",
        "native_tokens_prompt": 1000,
        "native_tokens_completion": 100,
        "total_cost": 0.000175,
        "upstream_inference_cost": 0.0035,
    }
    found = of(
        tmp_path,
        [
            {**generation, "id": "a", "is_byok": with_key},
            {**generation, "id": "b", "is_byok": False},
        ],
    )
    # 0.000175 and 0.0035 of the first, 0.000175 of the second
    assert found.stated is not None
    assert found.stated.stated_usd == Decimal("0.00385")
    assert found.totals.cost_usd == Decimal("0.007")


def test_many_responses_say_each_whether_their_cost_is_a_fee(tmp_path: Path) -> None:
    def answer(number: int, *, own_key: bool) -> Record:
        usage: Record = {"prompt_tokens": 1000, "completion_tokens": 100, "cost": 0.0035}
        usage |= {"is_byok": own_key, "cost_details": None}
        return {"id": str(number), "created": 1794304800, "model": "openai/gpt-4o", "usage": usage}

    found = of(tmp_path, [answer(number, own_key=number == 7) for number in range(300)])
    assert found.stated is not None
    assert (found.stated.calls, found.stated.stated_usd) == (299, Decimal("1.0465"))
