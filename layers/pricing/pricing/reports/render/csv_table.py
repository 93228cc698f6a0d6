"""A report as CSV: all of it in one table, or one tidy table to pivot; amounts are exact.

The text is UTF-8 with the byte order mark that spreadsheets need to recognise it. Text that a
spreadsheet would run as a formula gets an apostrophe before it.
"""

from collections.abc import Iterator, Mapping, Sequence
from csv import writer as csv_writer
from dataclasses import fields
from decimal import Decimal
from io import StringIO
from unicodedata import normalize

from pricing.display import in_order
from pricing.money import plain
from pricing.reports.budgets import Budget
from pricing.reports.report import (
    Group,
    GroupRow,
    Records,
    RejectedLine,
    ReportTotals,
    UnpricedReason,
    UsageReport,
)
from pricing.reports.savings import ReportRecommendation, ReportReplacement
from pricing.reports.stated import StatedCosts

BOM = "\ufeff"
COLUMNS = (
    *("section", "name", "second_name", "cost_usd", "net_usd", "share", "calls", "prompt_tokens"),
    *("cache_read_tokens", "cache_write_tokens", "output_tokens", "unpriced_calls"),
    *("saves_usd", "confidence", "detail"),
)
#: What may be asked for as one table, besides the groups of a report.
TABLES = (
    *("totals", "records", "stated", "recommendations", "replacements", "budgets", "unpriced"),
    "rejected",
)
ALL_OTHERS = "all others"
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
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


def to_csv(report: UsageReport, table: str | None = None) -> str:
    """Render a report; costs are the same exact decimals as in JSON.

    Without ``table`` a row of the whole report has its section first. A ``table`` is one of
    ``TABLES`` or a group of the report, such as ``day*model``: a column for each of its members.
    """
    columns: Sequence[str] = COLUMNS
    rows = _rows(report)
    if table is not None:
        columns, rows = _table(report, table)
    text = StringIO(newline="")
    writer = csv_writer(text)
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_cell(row.get(column)) for column in columns])
    return BOM + text.getvalue()


def _table(report: UsageReport, table: str) -> tuple[Sequence[str], Iterator[Mapping[str, Cell]]]:
    """The columns and rows of one table."""
    for group in report.groups:
        if "*".join(group.by) == table:
            measures = [field.name for field in fields(GroupRow) if field.name != "values"]
            return (*group.by, *measures), _tidy(group, measures)
    tables: Mapping[str, tuple[type, Sequence[object]]] = {
        "totals": (ReportTotals, (report.totals,)),
        "records": (Records, (report.records,)),
        "stated": (StatedCosts, [report.stated] if report.stated else []),
        "recommendations": (ReportRecommendation, report.recommendations),
        "replacements": (ReportReplacement, report.replacements),
        "budgets": (Budget, report.budgets),
        "unpriced": (UnpricedReason, report.unpriced.reasons),
        "rejected": (RejectedLine, report.rejected),
    }
    kind, items = tables[table]
    names = [field.name for field in fields(kind)]
    return names, ({name: _plain(getattr(item, name)) for name in names} for item in items)


def _tidy(group: Group, measures: Sequence[str]) -> Iterator[Mapping[str, Cell]]:
    for row in (*group.rows, *([group.others] if group.others else [])):
        values = dict(zip(group.by, row.values, strict=True))
        if row is group.others:
            values[group.by[0]] = ALL_OTHERS
        yield {**values, **{name: getattr(row, name) for name in measures}}


def _plain(value: object) -> Cell:
    return value if value is None or isinstance(value, str | int | Decimal) else str(value)


def inert(text: str) -> str:
    """Text that no spreadsheet runs as a formula, whatever the width of its first letter."""
    return f"'{text}" if normalize("NFKC", text[:1]).startswith(_FORMULA) else text


def _cell(value: Cell) -> str | int:
    if isinstance(value, Decimal):
        return plain(value)  # its minus sign begins no formula
    if value is None:
        return ""
    if isinstance(value, str):
        return inert(in_order(value))
    return value


def _corrected(report: UsageReport) -> Iterator[Mapping[str, Cell]]:
    if report.corrected is not None:
        yield {
            "section": "corrected",
            "cost_usd": report.corrected.total_usd,
            "net_usd": report.corrected.net_usd,
            "detail": f"at prices corrected since, of {', '.join(report.corrected.models)}",
        }


def _rows(report: UsageReport) -> Iterator[Mapping[str, Cell]]:
    totals = report.totals
    yield {
        "section": "total",
        "cost_usd": totals.cost_usd,
        "net_usd": report.net.total_usd if report.net else None,
        "calls": totals.calls,
        "prompt_tokens": totals.prompt_tokens,
        "cache_read_tokens": totals.cache_read_tokens,
        "cache_write_tokens": totals.cache_write_tokens,
        "output_tokens": totals.output_tokens,
        "unpriced_calls": report.unpriced.calls,
        "detail": f"price version {report.pricing.version}",
    }
    yield from _corrected(report)
    for name in _OUTCOMES:
        yield {"section": "records", "name": name, "calls": getattr(report.records, name)}
    yield from _stated(report)
    for group in report.groups:
        section = f"by {' and '.join(group.by)}"
        for row in group.rows:
            yield _group_row(section, row)
        if group.others is not None:
            yield _group_row(section, group.others) | {"name": ALL_OTHERS}
    for row in report.top_drivers:
        yield _group_row("top driver", row)
    yield from _changes(report)
    yield from _budgets(report)
    for reason in report.unpriced.reasons:
        yield {
            "section": "unpriced",
            "name": reason.model,
            "unpriced_calls": reason.calls,
            "detail": reason.reason,
        }
    for line in report.rejected:
        yield {"section": "rejected", "name": f"line {line.line}", "detail": line.reason}


def _budgets(report: UsageReport) -> Iterator[Mapping[str, Cell]]:
    for budget in report.budgets:
        yield {
            "section": "budget",
            "name": budget.name,
            "cost_usd": budget.spent_usd,
            "share": budget.spent_share,
            "detail": f"{plain(budget.usd)} USD a {budget.period}, {budget.status}; projected"
            f" {plain(budget.projected_usd)} USD: {budget.basis}",
        }


def _stated(report: UsageReport) -> Iterator[Mapping[str, Cell]]:
    if found := report.stated:
        yield {
            "section": "stated",
            "cost_usd": found.stated_usd,
            "calls": found.calls,
            "detail": f"by this report {plain(found.priced_usd)} USD;"
            f" without a price {plain(found.without_price_usd)} USD",
        }


def _changes(report: UsageReport) -> Iterator[Mapping[str, Cell]]:
    for one in report.recommendations:
        yield {
            "section": "recommendation",
            "name": one.model,
            "second_name": one.endpoint,
            "cost_usd": one.before_usd,
            "calls": one.calls,
            "saves_usd": one.saves_usd,
            "confidence": one.confidence,
            "detail": f"{one.action}. {one.why} {one.arithmetic}",
        }
    if report.savings.none_found:
        yield {"section": "recommendation", "detail": report.savings.none_found}
    for due in report.replacements:
        yield {
            "section": "replacement",
            "name": due.model,
            "second_name": due.target,
            "cost_usd": due.before_usd,
            "calls": due.calls,
            "confidence": due.confidence,
            "detail": f"{due.why} {due.arithmetic}",
        }


def _group_row(section: str, row: GroupRow) -> dict[str, Cell]:
    names = [*row.values, None]
    return {
        "section": section,
        "name": names[0],
        "second_name": names[1],
        "cost_usd": row.cost_usd,
        "net_usd": row.net_usd,
        "share": row.share,
        "calls": row.calls,
        "prompt_tokens": row.prompt_tokens,
        "cache_read_tokens": row.cache_read_tokens,
        "cache_write_tokens": row.cache_write_tokens,
        "output_tokens": row.output_tokens,
        "unpriced_calls": row.unpriced_calls,
    }
