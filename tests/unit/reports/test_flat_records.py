"""Records whose counts stand next to the model, as people write them and tables have them.

GPT-4o costs 2.5 USD per million tokens in, 1.25 for cached ones and 10 for tokens out.
"""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from pricing.errors import InvalidRequest
from tests.support.reports import outcomes_add_up, report_file

#: 1000 x 2.5 + 200 x 10, and 500 x 2.5 + 500 x 1.25 + 200 x 10 millionths of a USD
PLAIN, CACHED = Decimal("0.0045"), Decimal("0.003875")


def cost_of(folder: Path, kind: str, *lines: Any) -> tuple[Decimal | None, int]:
    text = "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines)
    found = report_file(text.encode(), kind, folder)
    assert outcomes_add_up(found)
    assert found.records.rejected == 0, found.rejected
    return found.totals.cost_usd, found.totals.calls


@pytest.mark.parametrize(
    ("counts", "wanted"),
    [
        ({"prompt_tokens": 1000, "completion_tokens": 200}, PLAIN),
        ({"input_tokens": 1000, "output_tokens": 200}, PLAIN),
        ({"inputTokens": 1000, "outputTokens": 200}, PLAIN),
        ({"tokens_in": 1000, "tokens_out": 200}, PLAIN),
        ({"input": 1000, "output": 200}, PLAIN),
        ({"Input Tokens": 1000, "Output Tokens": 200}, PLAIN),
        ({"prompt_tokens": "1000", "completion_tokens": "200"}, PLAIN),
        ({"prompt_tokens": 1000, "cached_tokens": 500, "completion_tokens": 200}, CACHED),
        (
            {
                "prompt_tokens": 1000,
                "prompt_tokens_details": {"cached_tokens": 500},
                "completion_tokens": 200,
            },
            CACHED,
        ),
        ({"input": "the prompt", "prompt_tokens": 1000, "completion_tokens": 200}, PLAIN),
        ({"InputTokens": 1000, "OutputTokens": 200}, PLAIN),
        ({"PromptTokens": 1000, "CompletionTokens": 200, "CachedTokens": 500}, CACHED),
        (
            {
                "prompt_token_count": 1000,
                "candidates_token_count": 50,
                "thoughts_token_count": 150,
                "cached_content_token_count": 500,
            },
            CACHED,
        ),
        (
            {
                "input_token_count": 1000,
                "output_token_count": 200,
                "openai.cached_input_tokens": 500,
            },
            CACHED,
        ),
        (
            {
                "prompt_tokens": 1000,
                "prompt_tokens_details": '{"cached_tokens": 500}',
                "completion_tokens": 200,
            },
            CACHED,
        ),
        (
            {
                "prompt_tokens": 1000,
                "prompt_tokens_details": [{"cached_tokens": 300}, {"cached_tokens": 200}],
                "completion_tokens": 200,
            },
            CACHED,
        ),
    ],
)
def test_a_record_with_its_counts_at_the_top_costs_what_its_usage_object_would(
    tmp_path: Path, counts: dict[str, Any], wanted: Decimal
) -> None:
    record = {"date": "2026-11-01", "model": "gpt-4o", **counts}
    assert cost_of(tmp_path, "jsonl", record) == (wanted, 1)


@pytest.mark.parametrize(
    "header",
    [
        "date,model,prompt_tokens,completion_tokens",
        "Date,Model,Prompt Tokens,Completion Tokens",
        "DATE,MODEL,PROMPT_TOKENS,COMPLETION_TOKENS",
        "date,model,usage_prompt_tokens,usage_completion_tokens",
        "date,model,input,output",
        "date,model,input_token_count,output_token_count",
        "date,model,prompt_token_count,candidates_token_count",
        "date,model,tokens_in,tokens_out",
        "timestamp;model;input-tokens;output-tokens",
        "date,model,usage.prompt_tokens,usage.completion_tokens",
    ],
)
def test_a_table_is_read_by_the_headings_that_people_give_its_columns(
    tmp_path: Path, header: str
) -> None:
    row = "2026-11-01,gpt-4o,1000,200".replace(",", ";" if ";" in header else ",")
    assert cost_of(tmp_path, "csv", header, row) == (PLAIN, 1)


@pytest.mark.parametrize("kind", ["jsonl", "csv"])
@pytest.mark.parametrize(
    ("name", "count", "partial"),
    [
        ("mystery_input_tokens", 50, 1),
        ("mysteryTokens", 50, 1),
        ("mystery_token_count", 50, 1),
        ("mystery_input_tokens", 0, 0),
        ("audio_input_tokens", 50, 0),
        ("max_output_tokens", 4096, 0),
        ("tokens_per_second", 50, 0),
    ],
)
def test_a_count_of_an_unknown_name_is_named_and_the_call_partial(
    tmp_path: Path, kind: str, name: str, count: int, partial: int
) -> None:
    record = {"date": "2026-11-01", "model": "gpt-4o", "prompt_tokens": 1000}
    record |= {"completion_tokens": 200, name: count}
    table = f"{','.join(record)}\n{','.join(map(str, record.values()))}"
    text = table if kind == "csv" else json.dumps(record)
    found = report_file(text.encode(), kind, tmp_path)
    assert found.totals.cost_usd == PLAIN
    assert found.records.partial == partial
    said = [warning.message for warning in found.warnings if "unread" in warning.code]
    assert len(said) == partial
    assert all(f"usage.{name} (1 record)" in message for message in said)


@pytest.mark.parametrize("kind", ["jsonl", "csv"])
def test_the_modalities_of_a_flat_record_are_priced(tmp_path: Path, kind: str) -> None:
    heard = '[{"modality": "AUDIO", "tokenCount": 150}, {"modality": "TEXT", "tokenCount": 50}]'
    record = {"date": "2026-11-01", "model": "gemini-2.5-flash", "promptTokenCount": 200}
    record |= {"candidatesTokenCount": 100, "promptTokensDetails": json.loads(heard)}
    quoted = heard.replace('"', '""')
    row = f'2026-11-01,gemini-2.5-flash,200,100,"{quoted}"'
    table = f"{','.join(record)}\n{row}"
    found = report_file((table if kind == "csv" else json.dumps(record)).encode(), kind, tmp_path)
    # 50 x 0.3 + 150 x 1 + 100 x 2.5 millionths of a USD
    assert (found.totals.cost_usd, found.records.partial) == (Decimal("0.000415"), 0)


@pytest.mark.parametrize("kind", ["jsonl", "csv"])
def test_a_count_that_tables_have_no_column_for_is_priced(tmp_path: Path, kind: str) -> None:
    record = {"date": "2026-11-01", "model": "gpt-realtime", "input_tokens": 60}
    record |= {"output_tokens": 40, "input_audio_tokens": 40, "output_audio_tokens": 25}
    table = f"{','.join(record)}\n{','.join(map(str, record.values()))}"
    found = report_file((table if kind == "csv" else json.dumps(record)).encode(), kind, tmp_path)
    # 20 x 4 + 40 x 32 + 15 x 16 + 25 x 64 millionths of a USD
    assert (found.totals.cost_usd, found.records.partial) == (Decimal("0.0032"), 0)


def test_a_span_of_the_ai_sdk_has_the_parts_of_its_input(tmp_path: Path) -> None:
    usage = {
        "inputTokens": 17962,
        "outputTokens": 100,
        "inputTokenDetails.noCacheTokens": 8,
        "inputTokenDetails.cacheReadTokens": 12686,
        "inputTokenDetails.cacheWriteTokens": 5268,
    }
    attributes: dict[str, Any] = {"ai.model.id": "claude-sonnet-4-6"}
    attributes |= {f"ai.usage.{name}": count for name, count in usage.items()}
    span = {"name": "ai.generateText.doGenerate", "startTime": "2026-11-01T00:00:00Z"}
    found = report_file(json.dumps(span | {"attributes": attributes}).encode(), "jsonl", tmp_path)
    # 8 x 3 + 12,686 x 0.3 + 5,268 x 3.75 + 100 x 15 millionths of a USD
    assert (found.totals.cost_usd, found.records.partial) == (Decimal("0.0250848"), 0)
    attributes["ai.usage.mysteryTokens"] = 7
    found = report_file(json.dumps(span | {"attributes": attributes}).encode(), "jsonl", tmp_path)
    assert found.records.partial == 1


@pytest.mark.parametrize("name", ["calls", "requests", "num_model_requests", "request_count"])
def test_a_row_with_a_number_of_calls_is_the_sum_of_that_many(tmp_path: Path, name: str) -> None:
    record = {"date": "2026-11-01", "model": "gpt-4o", "input_tokens": 1000, "output_tokens": 200}
    assert cost_of(tmp_path / "lines", "jsonl", {**record, name: 10}) == (PLAIN, 10)
    header, row = ",".join((*record, name)), ",".join(map(str, (*record.values(), 10)))
    assert cost_of(tmp_path / "table", "csv", header, row) == (PLAIN, 10)


def test_a_table_of_sums_may_name_its_columns_by_their_path(tmp_path: Path) -> None:
    names = ("usage.prompt_tokens", "usage.prompt_tokens_details.cached_tokens")
    header = ",".join(("date", "model", *names, "usage.completion_tokens", "calls"))
    assert cost_of(tmp_path, "csv", header, "2026-11-01,gpt-4o,1000,500,200,4") == (CACHED, 4)


def test_a_count_that_is_not_a_number_is_rejected_and_never_left_out(tmp_path: Path) -> None:
    record = {
        "date": "2026-11-01",
        "model": "gpt-4o",
        "prompt_tokens": "many",
        "completion_tokens": 200,
    }
    found = report_file(json.dumps(record).encode(), "jsonl", tmp_path)
    assert found.totals.cost_usd is None
    assert "/usage/prompt_tokens" in found.rejected[0].reason


def test_a_record_without_a_time_is_told_what_is_missing(tmp_path: Path) -> None:
    record = {"model": "gpt-4o", "prompt_tokens": 1000, "completion_tokens": 200}
    found = report_file(json.dumps(record).encode(), "jsonl", tmp_path)
    assert found.rejected[0].reason.startswith("/timestamp is required: a date")


def test_labels_and_a_stated_cost_of_a_flat_record_are_read(tmp_path: Path) -> None:
    record = {
        "date": "2026-11-01",
        "model": "gpt-4o",
        "prompt_tokens": 1000,
        "completion_tokens": 200,
        "team": "search",
        "cost": 0.005,
    }
    found = report_file(json.dumps(record).encode(), "jsonl", tmp_path)
    by_team = next(group for group in found.groups if group.by == ("team",))
    assert by_team.rows[0].values == ("search",)
    assert found.stated is not None
    assert found.stated.stated_usd == Decimal("0.005")


def test_a_line_that_is_not_a_call_by_its_type_is_not_one_by_its_counts(tmp_path: Path) -> None:
    record = {"date": "2026-11-01", "model": "gpt-4o", "input_tokens": 1000, "output_tokens": 200}
    lines = (record, {**record, "type": "summary"})
    assert cost_of(tmp_path, "jsonl", *lines) == (PLAIN, 1)


#: GPT-5 costs 1.25 USD per million tokens in and 10 for tokens out, a search 0.01.
CALL = {"date": "2026-11-01", "model": "gpt-5"}
COUNTS = {"prompt_tokens": 1000, "completion_tokens": 200}


@pytest.mark.parametrize(
    "searched",
    [
        {"usage": COUNTS, "tool_uses": {"web_search": 3}},
        {**COUNTS, "tool_uses": {"web_search": 3}},
        {**COUNTS, "web_searches": 3},
        {**COUNTS, "web_search_requests": "3"},
    ],
)
def test_searches_next_to_the_counts_are_billed(tmp_path: Path, searched: dict[str, Any]) -> None:
    # 1000 x 1.25 + 200 x 10 millionths, and 3 x 0.01; each record with one without a search
    plain = {**CALL, "usage": COUNTS}
    expected = (2 * Decimal("0.00325") + Decimal("0.03"), 2)
    assert cost_of(tmp_path, "jsonl", {**CALL, **searched}, plain) == expected


@pytest.mark.parametrize("column", ["web_searches", "Web Searches", "searches"])
def test_a_column_of_searches_is_billed(tmp_path: Path, column: str) -> None:
    header = f"date,model,prompt_tokens,completion_tokens,{column}"
    rows = ("2026-11-01,gpt-5,1000,200,3", "2026-11-01,gpt-5,1000,200,")
    assert cost_of(tmp_path, "csv", header, *rows) == (Decimal("0.0365"), 2)


@pytest.mark.parametrize("uses", [12, ["Read"], "12"])
def test_uses_of_tools_that_are_not_tariffs_are_named_and_not_read(
    tmp_path: Path, uses: Any
) -> None:
    line = json.dumps({**CALL, "usage": COUNTS, "tool_uses": uses})
    found = report_file(line.encode(), "jsonl", tmp_path)
    assert found.totals.cost_usd == Decimal("0.00325")
    assert "tool_uses (1 record)" in found.warnings[0].message


def test_a_record_with_a_tool_that_is_not_known_is_rejected(tmp_path: Path) -> None:
    line = json.dumps({**CALL, "usage": COUNTS, "tool_uses": {"web_searching": 3}})
    found = report_file(line.encode(), "jsonl", tmp_path)
    assert "send any of web_search, file_search" in found.rejected[0].reason


@pytest.mark.parametrize("moment", ["2026-11-01T09:00:00Z", 1793523600, 1793523600123])
def test_a_record_may_call_its_time_ts(tmp_path: Path, moment: Any) -> None:
    record = {"ts": moment, "model": "gpt-5", **COUNTS}
    assert cost_of(tmp_path, "jsonl", record) == (Decimal("0.00325"), 1)


def test_a_cost_in_another_currency_has_the_currency_in_its_heading(tmp_path: Path) -> None:
    text = "date,model,input_tokens,output_tokens,Cost (EUR)\n2026-11-01,gpt-4o,1000,200,0.0042"
    found = report_file(text.encode(), "csv", tmp_path)
    assert (found.totals.cost_usd, found.stated) == (PLAIN, None)
    assert "not read: cost_eur (1 record)" in found.warnings[0].message


@pytest.mark.parametrize(
    "header",
    ["timestamp,model,input_tokens,output_tokens", "Day,Model,Input (tokens),# Output Tokens"],
)
def test_blank_rows_are_not_calls_and_a_row_of_totals_is_rejected(
    tmp_path: Path, header: str
) -> None:
    call, written = "2026-11-01,gpt-4o,1000,200", '2026-11-02,gpt-4o,"1,000",200'
    lines = (header, call, ",,,", "", written, "Total,,2000,400")
    text = "\ufeff" + "\r\n".join(lines)
    found = report_file(text.encode(), "csv", tmp_path)
    assert (found.totals.cost_usd, found.totals.calls) == (2 * PLAIN, 2)
    assert (found.records.read, found.records.rejected) == (3, 1)
    assert outcomes_add_up(found)


def test_counts_in_a_unit_that_is_not_the_token_are_not_read_as_tokens(tmp_path: Path) -> None:
    text = "date,model,input tokens (k),output tokens (k)\n2026-11-01,gpt-4o,1,2"
    with pytest.raises(InvalidRequest, match="needs a usage column or a column for each count"):
        report_file(text.encode(), "csv", tmp_path)


@pytest.mark.parametrize("lines", [1, 300])
@pytest.mark.parametrize("is_first", [True, False])
def test_a_count_within_another_count_is_named_and_leaves_the_records_partial(
    lines: int, is_first: bool, tmp_path: Path
) -> None:
    counts = {"prompt_tokens": 1000, "completion_tokens": 200}
    within = {"prompt_tokens.cached_tokens": 500}
    usage = within | counts if is_first else counts | within
    record = {"timestamp": "2026-10-01", "model": "gpt-4o", **usage}
    found = report_file("\n".join([json.dumps(record)] * lines).encode(), "jsonl", tmp_path)
    # $2.5 and $10 a million tokens
    assert found.totals.known_usd == lines * (1000 * Decimal("2.5") + 200 * 10) / 10**6
    assert found.records.partial == lines
    assert any("usage.prompt_tokens.cached_tokens" in one.message for one in found.warnings)
