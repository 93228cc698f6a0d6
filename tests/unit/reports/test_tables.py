"""Tables with a column for each count: every type of column, and what a row is rejected for."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pricing.errors import InvalidRequest
from pricing.reports.report import UsageReport
from tests.support.reports import report_file


def parquet(folder: Path, columns: str) -> UsageReport:
    """Report on a table of one row with these columns, as SQL."""
    path = folder / "t.parquet"
    with duckdb.connect() as db:
        db.execute("SET TimeZone = 'UTC'")
        db.sql(f"SELECT {columns}").write_parquet(str(path))
    return report_file(path.read_bytes(), "parquet", folder / "scratch")


def csv(folder: Path, head: str, *rows: str) -> UsageReport:
    return report_file("\n".join([head, *rows]).encode(), "csv", folder / "scratch")


def tokens(found: UsageReport) -> tuple[int, int]:
    return found.totals.prompt_tokens, found.totals.output_tokens


TIMED = "TIMESTAMP '2026-10-01 10:00:00' AS timestamp, 'gpt-4o-mini' AS model"


@pytest.mark.parametrize(
    "kind",
    [
        *("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER"),
        *("FLOAT", "DOUBLE", "VARCHAR", "UBIGINT", "HUGEINT", "DECIMAL(9, 0)"),
    ],
)
def test_a_count_is_read_whatever_its_columns_type(tmp_path: Path, kind: str) -> None:
    counts = f"CAST(100 AS {kind}) AS input_tokens, CAST(7 AS {kind}) AS output_tokens"
    found = parquet(tmp_path, f"{TIMED}, {counts}")
    assert tokens(found) == (100, 7)
    # 100 at $0.15 and 7 at $0.60 a million.
    assert found.totals.cost_usd == Decimal("0.0000192")


@pytest.mark.parametrize(
    ("value", "read"),
    [
        ("3.0", True), ("3.5", False), ("-1.0", False), ("1e15", False), ("'NaN'", None),
        ("NULL", None),
    ],
)  # fmt: skip
def test_a_fraction_is_a_count_if_it_is_whole_and_nan_is_none(
    tmp_path: Path, value: str, read: bool | None
) -> None:
    """Output is required: a table of fractions, as pandas writes one with gaps."""
    counts = f"100.0::DOUBLE AS input_tokens, CAST({value} AS DOUBLE) AS output_tokens"
    found = parquet(tmp_path, f"{TIMED}, {counts}")
    if read:
        assert tokens(found) == (100, 3)
    elif read is False:
        assert (found.records.rejected, found.totals.calls) == (1, 0)
    else:
        assert found.records.read == 1
        assert found.totals.output_tokens == 0


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        ("DATE '2026-10-01'", "2026-10-01"),
        ("TIMESTAMP '2026-10-01 23:59:59'", "2026-10-01"),
        ("TIMESTAMPTZ '2026-10-01 23:59:59+00'", "2026-10-01"),
        ("TIMESTAMPTZ '2026-10-01 23:00:00-02'", "2026-10-02"),
        ("TIMESTAMP_S '2026-10-01 10:00:00'", "2026-10-01"),
        ("TIMESTAMP_MS '2026-10-01 10:00:00'", "2026-10-01"),
        ("TIMESTAMP_NS '2026-10-01 10:00:00'", "2026-10-01"),
        ("1790812800", "2026-10-01"),
        ("'1790812800'", "2026-10-01"),
        ("'2026-10-01T23:00:00-02:00'", "2026-10-02"),
        ("'2026-10-01'", "2026-10-01"),
    ],
)
def test_a_time_is_read_whatever_its_columns_type(tmp_path: Path, moment: str, day: str) -> None:
    counts = "100 AS input_tokens, 7 AS output_tokens"
    found = parquet(tmp_path, f"{moment} AS timestamp, 'gpt-4o-mini' AS model, {counts}")
    assert str(found.totals.first_day) == day
    assert tokens(found) == (100, 7)


@pytest.mark.parametrize(
    "head",
    [
        "timestamp,model,input_tokens,output_tokens,cache_read_input_tokens",
        "timestamp,model,usage.input_tokens,usage.output_tokens,usage.cache_read_input_tokens",
        "timestamp,model,usage_input_tokens,usage_output_tokens,usage_cache_read_input_tokens",
        "timestamp,modelId,input_tokens,output_tokens,cache_read_input_tokens",
    ],
)
def test_a_count_is_found_by_its_path_or_its_last_step(tmp_path: Path, head: str) -> None:
    found = csv(tmp_path, head, "2026-10-01,claude-sonnet-5-5,100,7,30")
    assert (found.totals.prompt_tokens, found.totals.cache_read_tokens) == (130, 30)


@pytest.mark.parametrize(
    ("row", "calls"),
    [
        ("2026-10-01,gpt-4o-mini,100,7,", 1),
        ("2026-10-01,gpt-4o-mini,,7,", 0),  # unpriced: input is required
        ("2026-10-01,gpt-4o-mini,100,,", 0),
        ("2026-10-01,gpt-4o-mini,x,7,", 0),
        ("2026-10-01,gpt-4o-mini,-1,7,", 0),
        ("2026-10-01,gpt-4o-mini,1e3,7,", 0),
        ("2026-10-01,gpt-4o-mini,12345678901234,7,", 0),  # 14 digits
        ("no day,gpt-4o-mini,100,7,", 0),
        ("2026-10-01,gpt-4o-mini,100,7,batch", 1),
        ("2026-10-01,gpt-4o-mini,100,7,slow", 0),  # which is not a processing
    ],
)
def test_a_row_is_priced_or_rejected_by_itself(tmp_path: Path, row: str, calls: int) -> None:
    head = "timestamp,model,input_tokens,output_tokens,processing"
    found = csv(tmp_path, head, "2026-10-01,gpt-4o-mini,1,1,", row)
    assert found.records.priced == 1 + calls
    assert found.records.rejected + found.records.unpriced == 1 - calls
    assert [one.line for one in found.rejected] == [3] * found.records.rejected


def test_a_row_that_is_read_by_itself_keeps_its_labels_and_costs(tmp_path: Path) -> None:
    """A call of a model that searches the web in every call is one."""
    head = "timestamp,model,request_id,endpoint,team,cost_usd,input_tokens,output_tokens"
    row = "2026-10-01T10:00:00,gpt-4o-search-preview,r1,chat,a,0.5,100,7"
    found = csv(tmp_path, head, row, row.replace("r1", "r2"), row)
    assert found.records.read_singly + found.records.priced + found.records.duplicates >= 3
    assert found.totals.calls == 2
    by = {group.by: group.rows for group in found.groups}
    assert [row.values for row in by["endpoint",]] == [("chat",)]
    assert [row.values for row in by["team",]] == [("a",)]
    assert found.stated is not None
    assert found.stated.stated_usd == 1
    assert "time_zone_assumed" in [one.code for one in found.warnings]


@pytest.mark.parametrize("columns", ["timestamp,model,cost", "a,b,c"])
def test_a_table_without_counts_is_refused_with_what_it_needs(tmp_path: Path, columns: str) -> None:
    row = ",".join("1" for _ in columns.split(","))
    with pytest.raises(InvalidRequest, match="needs a usage column or a column for each count"):
        csv(tmp_path, columns, row)


def test_a_table_with_whole_usage_objects_is_read_as_json_lines_are(tmp_path: Path) -> None:
    usage: Any = '"{""input_tokens"": 100, ""output_tokens"": 7}"'
    found = csv(tmp_path, "timestamp,model,usage", f"2026-10-01,claude-sonnet-5-5,{usage}")
    assert tokens(found) == (100, 7)
