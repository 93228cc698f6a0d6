"""Records of further tools, in the form in which each writes them, and what is refused by name.

The records are made up: their fields are those that the tools document, or that public repositories
read of them.
"""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from pricing.errors import InvalidRequest
from tariff.template import ROOT
from tests.support.reports import outcomes_add_up, report_file

#: By name: the kind of file and its content, and either the format, millionths of a USD, calls and
#: lines that are not calls, or what it is refused as. As in ``test_log_formats`` a call is one of
#: GPT-4o mini (210; 195 with cache), Sonnet 4.6 (1387.5) or Gemini 2.5 Flash (317).
RECORDS = {
    record["name"]: record
    for record in json.loads((ROOT / "tests" / "data" / "further_logs.json").read_bytes())
}
TOOLS = {name: record for name, record in RECORDS.items() if "format" in record}
REFUSED = {name: record for name, record in RECORDS.items() if "refused_as" in record}


def content(record: dict[str, Any]) -> bytes:
    kind, document = record["kind"], record["document"]
    if kind == "csv":
        return str(document).encode()
    lines = document if kind == "jsonl" else [document]
    return "\n".join(map(json.dumps, lines)).encode()


@pytest.mark.parametrize("name", TOOLS)
def test_a_record_of_a_tool_costs_what_its_calls_cost(tmp_path: Path, name: str) -> None:
    record = TOOLS[name]
    found = report_file(content(record), record["kind"], tmp_path / "read")
    assert found.totals.cost_usd == Decimal(record["micro_usd"]) / 1_000_000
    assert (found.totals.calls, found.records.not_calls) == (record["calls"], record["not_calls"])
    assert found.records.rejected == 0
    assert set(found.formats) == {record["format"]}
    assert outcomes_add_up(found)


@pytest.mark.parametrize("name", REFUSED)
def test_what_has_nothing_to_price_is_refused_by_its_name(tmp_path: Path, name: str) -> None:
    record = REFUSED[name]
    text = f"look like {record['refused_as']}, which are not read"
    if record["kind"] == "csv":
        with pytest.raises(InvalidRequest, match=f"has lines that {text}"):
            report_file(content(record), "csv", tmp_path / "read")
        return
    found = report_file(content(record), record["kind"], tmp_path / "read")
    assert found.totals.cost_usd is None
    assert text.removeprefix("look ") in found.rejected[0].reason


def test_tokens_of_unknown_meaning_make_a_droid_session_partial(tmp_path: Path) -> None:
    record = TOOLS["the settings of a Droid session"]
    used = {**record["document"]["tokenUsage"], "thinkingTokens": 34}
    thinking = {**record, "document": {**record["document"], "tokenUsage": used}}
    found = report_file(content(thinking), "json", tmp_path / "read")
    assert found.records.partial == 1
    assert found.totals.cost_usd == Decimal(record["micro_usd"]) / 1_000_000
    assert any("thinkingTokens" in warning.message for warning in found.warnings)


def test_a_table_with_other_columns_is_not_taken_for_cursors(tmp_path: Path) -> None:
    rows = "Date,API Key ID,Model,Input Tokens,Output Tokens\n2026-10-01,k,gpt-4o-mini,1000,100\n"
    found = report_file(rows.encode(), "csv", tmp_path / "read")
    assert found.formats == {"tariff": 1}
    assert found.totals.cost_usd == Decimal("0.00021")  # 1000 x 0.15 + 100 x 0.6 millionths
    others = rows.replace("Tokens", "Coins")
    with pytest.raises(InvalidRequest, match="its columns are Date, "):
        report_file(others.encode(), "csv", tmp_path / "others")
