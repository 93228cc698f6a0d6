"""A report as one CSV table: a row for each figure, its section first, amounts exact.

The text is UTF-8 with the byte order mark that spreadsheets need to recognise it. Text that a
spreadsheet would run as a formula gets an apostrophe before it.
"""

from collections.abc import Iterator
from csv import writer as csv_writer
from decimal import Decimal
from io import StringIO

from pricing.display import in_order
from pricing.money import plain
from pricing.reports.report import GroupRow, UsageReport

BOM = "\ufeff"
COLUMNS = (
    *("section", "name", "second_name", "cost_usd", "share", "calls", "prompt_tokens"),
    *("cache_read_tokens", "cache_write_tokens", "output_tokens", "unpriced_calls"),
    *("saves_usd", "confidence", "detail"),
)
#: Spreadsheets take the full-width forms for the same signs.
_FORMULA = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20", "\t", "\r", "\n")
_OUTCOMES = (
    "read",
    "priced",
    "partial",
    "unpriced",
    "rejected",
    "duplicates",
    "merged",
    "filtered_out",
)
Cell = str | int | Decimal | None


def to_csv(report: UsageReport) -> str:
    """Render the whole report; costs are the same exact decimals as in JSON."""
    text = StringIO(newline="")
    writer = csv_writer(text)
    writer.writerow(COLUMNS)
    for row in _rows(report):
        writer.writerow([_cell(row.get(column)) for column in COLUMNS])
    return BOM + text.getvalue()


def _cell(value: Cell) -> str | int:
    if isinstance(value, Decimal):
        return plain(value)  # its minus sign begins no formula
    if value is None:
        return ""
    if isinstance(value, str):
        value = in_order(value)
        return f"'{value}" if value.startswith(_FORMULA) else value
    return value


def _rows(report: UsageReport) -> Iterator[dict[str, Cell]]:
    totals = report.totals
    yield {
        "section": "total",
        "cost_usd": totals.cost_usd,
        "calls": totals.calls,
        "prompt_tokens": totals.prompt_tokens,
        "cache_read_tokens": totals.cache_read_tokens,
        "cache_write_tokens": totals.cache_write_tokens,
        "output_tokens": totals.output_tokens,
        "unpriced_calls": report.unpriced.calls,
        "detail": f"price version {report.pricing.version}",
    }
    records = report.records
    for name in _OUTCOMES:
        yield {"section": "records", "name": name, "calls": getattr(records, name)}

    for group in report.groups:
        section = f"by {' and '.join(group.by)}"
        for row in group.rows:
            yield _group_row(section, row)
        if group.others is not None:
            yield _group_row(section, group.others) | {"name": "all others"}
    for row in report.top_drivers:
        yield _group_row("top driver", row)
    for one in report.recommendations:
        yield {
            "section": "recommendation",
            "name": one.model,
            "second_name": one.endpoint,
            "cost_usd": one.before_usd,
            "calls": one.calls,
            "saves_usd": one.saves_usd,
            "confidence": one.confidence,
            "detail": f"{one.kind} -> {one.target}: {one.why} {one.arithmetic}",
        }
    for reason in report.unpriced.reasons:
        yield {
            "section": "unpriced",
            "name": reason.model,
            "unpriced_calls": reason.calls,
            "detail": reason.reason,
        }
    for line in report.rejected:
        yield {"section": "rejected", "name": f"line {line.line}", "detail": line.reason}


def _group_row(section: str, row: GroupRow) -> dict[str, Cell]:
    names = [*row.values, None]
    return {
        "section": section,
        "name": names[0],
        "second_name": names[1],
        "cost_usd": row.cost_usd,
        "share": row.share,
        "calls": row.calls,
        "prompt_tokens": row.prompt_tokens,
        "cache_read_tokens": row.cache_read_tokens,
        "cache_write_tokens": row.cache_write_tokens,
        "output_tokens": row.output_tokens,
        "unpriced_calls": row.unpriced_calls,
    }
