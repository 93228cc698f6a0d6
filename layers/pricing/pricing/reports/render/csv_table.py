"""A report as one CSV table: a row a figure, its section first, amounts exact.

UTF-8 with a byte order mark, which spreadsheets need to know it; text that a spreadsheet would
run as a formula gets an apostrophe before it.
"""

from collections.abc import Iterator
from csv import writer as csv_writer
from decimal import Decimal

from pricing.money import plain
from pricing.reports.report import Group, GroupRow, UsageReport

BOM = "\ufeff"
COLUMNS = (
    *("section", "name", "second_name", "cost_usd", "share", "calls", "prompt_tokens"),
    *("cache_read_tokens", "cache_write_tokens", "output_tokens", "unpriced_calls"),
    *("saves_usd", "confidence", "detail"),
)
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
_FATES = ("read", "priced", "partial", "unpriced", "rejected", "duplicates", "filtered_out")
Cell = str | int | Decimal | None


class _Rows:
    """Collects lines as ``csv`` writes them."""

    def __init__(self) -> None:
        self.parts: list[str] = []

    def write(self, text: str) -> int:
        self.parts.append(text)
        return len(text)


def to_csv(report: UsageReport) -> str:
    """The whole report; every cost is the exact decimal that the JSON has."""
    rows = _Rows()
    writer = csv_writer(rows)
    writer.writerow(COLUMNS)
    for row in _rows(report):
        writer.writerow([_cell(row.get(column)) for column in COLUMNS])
    return BOM + "".join(rows.parts)


def _cell(value: Cell) -> str | int:
    if isinstance(value, Decimal):
        return plain(value)  # our own figure: a minus sign is a minus sign
    if value is None:
        return ""
    if isinstance(value, str):
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
    for name in _FATES:
        yield {"section": "records", "name": name, "calls": getattr(records, name)}

    for group in report.groups:
        yield from _group(group)
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


def _group(group: Group) -> Iterator[dict[str, Cell]]:
    section = f"by {' and '.join(group.by)}"
    for row in group.rows:
        yield _group_row(section, row)
    if group.others is not None:
        yield _group_row(section, group.others) | {"name": "all others"}


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
