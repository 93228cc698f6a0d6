"""Tables as spreadsheets write them: titles, totals, decimal commas, UTF-16, and dates.

GPT-4o costs 2.5 USD per million tokens in and 10 for tokens out; Claude Sonnet 4.6 costs 3 and 15,
0.3 to read from a cache and 3.75 to write to it.
"""

import json
from decimal import Decimal
from pathlib import Path

import pytest

from pricing.errors import InvalidRequest
from pricing.reports.report import UsageReport
from tests.support.reports import outcomes_add_up, report_file
from tests.unit.reports.test_tables import parquet

HEAD = "timestamp,model,input_tokens,output_tokens,cost"
ROWS = ("2026-11-20,gpt-4o,1000,200,0.0045", "2026-11-21,gpt-4o,2000,100,0.006")
#: 1,000 x 2.5 + 200 x 10 + 2,000 x 2.5 + 100 x 10 millionths of a USD
COST = Decimal("0.0105")


def report(folder: Path, *lines: str, encoding: str = "utf-8", kind: str = "csv") -> UsageReport:
    found = report_file("\n".join(lines).encode(encoding), kind, folder)
    assert outcomes_add_up(found)
    return found


@pytest.mark.parametrize(
    "titles",
    [
        ("sep=,",),
        ('"sep=,"',),
        ("Usage of November 2026", ""),
        ("", ""),
        ("# written on 2026-11-30",),
        ("Usage of November 2026,,,,", ",,,,"),
        ("Period,2026-11-01,2026-11-30", ""),
    ],
)
def test_lines_above_the_columns_names_are_passed_over_and_counted(
    tmp_path: Path, titles: tuple[str, ...]
) -> None:
    found = report(tmp_path, *titles, HEAD, *ROWS, "2026-11-22,gpt-4o,-1,1,")
    assert (found.totals.cost_usd, found.totals.calls) == (COST, 2)
    (rejected,) = found.rejected
    assert rejected.line == len(titles) + 4


def test_a_table_of_costs_is_known_by_its_header_and_not_by_a_value_with_the_word_model(
    tmp_path: Path,
) -> None:
    """A value with the word in it, below, does not make its row the header."""
    lines = ("start_time,amount_value,amount_currency,line_item", '1,0.5,usd,"a model, input"')
    with pytest.raises(InvalidRequest, match="look like costs without token counts"):
        report(tmp_path, *lines)


def test_what_is_quoted_in_a_header_separates_nothing(tmp_path: Path) -> None:
    head = 'timestamp;model;input_tokens;output_tokens;"note, which, is, not, read"'
    found = report(tmp_path, head, "2026-11-20;gpt-4o;1000;200;x")
    assert found.totals.cost_usd == Decimal("0.0045")


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_a_file_is_read_in_the_encodings_that_spreadsheets_write(
    tmp_path: Path, encoding: str, delimiter: str
) -> None:
    lines = (line.replace(",", delimiter) for line in (HEAD, *ROWS))
    found = report(tmp_path, *lines, encoding=encoding)
    assert (found.totals.cost_usd, found.stated and found.stated.stated_usd) == (COST, COST)


def test_json_lines_in_utf_16_are_read(tmp_path: Path) -> None:
    usage = {"prompt_tokens": 1000, "completion_tokens": 200}
    line = {"timestamp": "2026-11-20", "model": "gpt-4o", "usage": usage}
    found = report(tmp_path, json.dumps(line), "", encoding="utf-16", kind="jsonl")
    assert found.totals.cost_usd == Decimal("0.0045")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (HEAD.encode("utf-16-le"), "is UTF-16 without its mark; save it as UTF-8"),
        (HEAD.encode("utf-16-be"), "is UTF-16 without its mark; save it as UTF-8"),
        (b"\xff\xfe\x00\xd8a\x00", "is not whole UTF-16; save it as UTF-8"),
    ],
)
def test_what_cannot_be_decoded_says_how_to_save_it(
    tmp_path: Path, content: bytes, says: str
) -> None:
    with pytest.raises(InvalidRequest, match=says):
        report_file(content, "csv", tmp_path)


@pytest.mark.parametrize(
    "label", ["Total", "TOTAL", "Grand Total:", "search Total", "Sum", "Sub-total", "Gesamt"]
)
@pytest.mark.parametrize("counted", ["", ",requests"])
def test_a_row_of_totals_is_named_and_never_added(tmp_path: Path, label: str, counted: str) -> None:
    """It may have the day and the model of the row above it, which a spreadsheet fills in."""
    calls = counted and ",1"
    rows = [f"search,{row}{calls}" for row in ROWS]
    total = f"{label},2026-11-21,gpt-4o,3000,300,0.0105{calls}"
    quoted = f'{label},2026-11-21,gpt-4o,"3,000",300,0.0105{calls}'
    found = report(tmp_path, f"team,{HEAD}{counted}", *rows, total, quoted)
    assert (found.totals.cost_usd, found.totals.calls) == (COST, 2)
    reason = "The row is one of totals, which are in other rows; leave it out."
    assert [(one.line, one.reason) for one in found.rejected] == [(4, reason), (5, reason)]


def test_a_name_with_the_word_total_in_it_is_a_name(tmp_path: Path) -> None:
    rows = (
        f"{team},{ROWS[0]}"
        for team in ("TotalEnergies", "invoice_total", "/v1/total", "Biototal", "summary")
    )
    found = report(tmp_path, f"team,{HEAD}", *rows)
    assert (found.totals.calls, found.records.rejected) == (5, 0)


def test_a_row_of_totals_in_parquet_is_not_added(tmp_path: Path) -> None:
    columns = (
        "unnest(['a', 'b', 'Total']) AS team, DATE '2026-11-20' AS date, 'gpt-4o' AS model,"
        " unnest([10, 20, 30]) AS input_tokens, unnest([1, 2, 3]) AS output_tokens"
    )
    found = parquet(tmp_path, columns)
    assert (found.totals.prompt_tokens, found.records.rejected) == (30, 1)


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_decimal_commas_between_semicolons_or_tabs_are_read(tmp_path: Path, delimiter: str) -> None:
    rows = (
        HEAD.split(","),
        ("20.11.2026", "gpt-4o", "1.000", "200", "0,0045"),
        ("2026-11-21", "gpt-4o", "2.000", "100", "1,006"),  # which alone has two meanings
    )
    found = report(tmp_path, *map(delimiter.join, rows))
    assert (found.totals.cost_usd, found.records.rejected) == (COST, 0)
    assert found.stated is not None
    assert found.stated.stated_usd == Decimal("1.0105")


def test_numbers_of_two_meanings_between_semicolons_are_not_read(tmp_path: Path) -> None:
    """A point is a decimal one in one row, and a comma in another."""
    head = HEAD.replace(",", ";")
    rows = ("2026-11-20;gpt-4o;1.000;200;0,0045", "2026-11-21;gpt-4o;2000;100;0.006")
    found = report(tmp_path / "both", head, *rows)
    assert "/usage/input_tokens" in found.rejected[0].reason
    assert found.totals.calls == 1
    alone = report(tmp_path / "alone", head, "2026-11-20;gpt-4o;1.000;200;3")
    assert "/usage/input_tokens" in alone.rejected[0].reason


@pytest.mark.parametrize("between", [" ", "\u00a0", "\u202f", "'", "\u2019"])
def test_thousands_are_read_however_they_are_separated(tmp_path: Path, between: str) -> None:
    found = report(tmp_path, HEAD, ROWS[0].replace("1000", f"1{between}000"), ROWS[1])
    assert found.totals.cost_usd == COST


@pytest.mark.parametrize(
    "period",
    [
        *("2026-11", "2026/11", "11/2026", "202611", "Nov 2026", "November 2026", "2026"),
        *("2026-W47", "Q4 2026"),
    ],
)
@pytest.mark.parametrize("name", ["date", "month"])
def test_a_period_is_refused_with_what_to_send(tmp_path: Path, period: str, name: str) -> None:
    if name == "month" and period in ("202611", "2026", "Q4 2026"):
        return  # which is not known to be a time there
    head = HEAD.replace("timestamp", name)
    found = report(tmp_path, head, ROWS[0].replace("2026-11-20", period))
    (rejected,) = found.rejected
    assert "another period in which prices may change; send a day of it" in rejected.reason


@pytest.mark.parametrize("number", ["0", "46346", "46346.375", "99999999"])
@pytest.mark.parametrize("lines", [1, 300])
def test_a_number_that_is_not_an_instant_is_not_one_of_the_1970s(
    tmp_path: Path, number: str, lines: int
) -> None:
    usage = '{"prompt_tokens": 1000, "completion_tokens": 200}'
    line = f'{{"timestamp": {number}, "model": "gpt-4o", "usage": {usage}}}'
    good = line.replace(number, "100000000", 1)
    found = report(tmp_path / "json", *([line] * lines), good, kind="jsonl")
    assert (found.records.rejected, found.records.priced) == (lines, 1)
    assert "format a spreadsheet's days as dates" in found.rejected[0].reason
    row = ROWS[0].replace("2026-11-20", number)
    found = report(tmp_path / "csv", HEAD, *([row] * lines), ROWS[0])
    assert (found.records.rejected, found.records.priced) == (lines, 1)
    assert "format a spreadsheet's days as dates" in found.rejected[0].reason


def test_a_count_of_seconds_may_have_a_fraction(tmp_path: Path) -> None:
    found = report(tmp_path, HEAD, ROWS[0].replace("2026-11-20", "1795168800.125"))
    assert (str(found.totals.first_day), found.records.priced) == ("2026-11-20", 1)


@pytest.mark.parametrize("form", ["csv", "csv of sums", "jsonl"])
@pytest.mark.parametrize(
    ("date", "clock", "hour"),
    [
        ("2026-11-20", "22:30:00", "2026-11-20T22:00:00Z"),
        ("2026-11-20", "9:30 PM", "2026-11-20T21:00:00Z"),
        ("20.11.2026", "22:30", "2026-11-20T22:00:00Z"),
        ("2026-11-20T03:00:00Z", "22:30:00", "2026-11-20T03:00:00Z"),
        ("2026-11-20", "0.35", "2026-11-20T00:00:00Z"),  # such as the seconds of a call
        ("2026-11-20", "25:00", None),
    ],
)
def test_a_time_of_day_next_to_its_date_is_read(
    tmp_path: Path, form: str, date: str, clock: str, hour: str | None
) -> None:
    record = {"date": date, "time": clock, "model": "gpt-4o"}
    record |= {"input_tokens": "1000", "output_tokens": "200"}
    record |= {"requests": "1"} if form == "csv of sums" else {}
    text = json.dumps(record)
    if form != "jsonl":
        text = ",".join(record) + "\n" + ",".join(record.values())
    kind = form.partition(" ")[0]
    found = report_file(text.encode(), kind, tmp_path, group_by=(("hour",),))
    assert [row.values[0] for row in found.groups[0].rows] == ([hour] if hour else [])
    unread = [one.message for one in found.warnings if one.code == "record_field_ignored"]
    named = "Properties of records that are not read: time (1 record)."
    assert unread == ([named] if "T0" in str(hour) else [])


@pytest.mark.parametrize(
    "heads",
    [
        ("Cache Read", "Cache Write"),
        ("Cache Read Tokens", "Cache Write Tokens"),
        ("Cache Read Tokens", "Cache Creation Tokens"),
        ("cache_read", "cache_creation_tokens"),
        ("Cache Read", "Cache Write (5m)"),
        ("Cache Read (tokens)", "Cache Write (5m) Tokens"),
    ],
)
@pytest.mark.parametrize("counted", ["", ",Requests"])
def test_columns_of_a_cache_next_to_the_input_are_billed_in_addition_to_it(
    tmp_path: Path, heads: tuple[str, str], counted: str
) -> None:
    """They were dropped where the others were taken for those of Cursor's export."""
    head = f"Date,Model,Input Tokens,{heads[0]},{heads[1]},Output Tokens{counted}"
    calls = counted and ",1"
    found = report(tmp_path, head, f"2026-11-20,claude-sonnet-4-6,1000,500,300,200{calls}")
    # 1,000 x 3 + 500 x 0.3 + 300 x 3.75 + 200 x 15 millionths of a USD
    assert (found.totals.cost_usd, found.warnings) == (Decimal("0.007275"), ())


def test_the_two_lifetimes_of_a_cache_have_their_prices(tmp_path: Path) -> None:
    head = "Date,Model,Input Tokens,Output Tokens,Cache Write (5m),Cache Write (1h)"
    found = report(tmp_path, head, "2026-11-20,claude-sonnet-4-6,1000,200,300,100")
    # 1,000 x 3 + 200 x 15 + 300 x 3.75 + 100 x 6 millionths of a USD
    assert found.totals.cost_usd == Decimal("0.007725")


@pytest.mark.parametrize(
    "name", ["Date (UTC)", "Timestamp [UTC]", "Time (utc)", "Created At (GMT)"]
)
@pytest.mark.parametrize("counted", ["", ",Requests"])
def test_a_heading_may_say_that_its_times_are_in_utc(
    tmp_path: Path, name: str, counted: str
) -> None:
    head = f"{name},Model,Input Tokens,Output Tokens{counted}"
    found = report(tmp_path, head, f"2026-11-20 10:00:00,gpt-4o,1000,200{counted and ',1'}")
    assert (found.totals.cost_usd, str(found.totals.first_day)) == (Decimal("0.0045"), "2026-11-20")
