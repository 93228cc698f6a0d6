"""A report in the format that was asked for, as large as an answer may be."""

from collections.abc import Callable

from pricing.jsonio import to_json
from pricing.reports.render.csv_table import to_csv
from pricing.reports.render.html_page import to_html
from pricing.reports.report import UsageReport, cut

#: How many rows of each table are left, step by step, of an answer that is too large to send.
CUTS = (300, 100, 30, 10)
#: Rows that fit however long their names are.
_SURELY_FITS = 2_500


def text_of(report: UsageReport, wanted: str, table: str | None) -> str:
    """Return the report as ``json``, as ``csv`` (of one ``table``, or all) or as ``html``."""
    if wanted == "csv":
        return to_csv(report, table)
    return to_html(report) if wanted == "html" else to_json(report)


def fitting(
    report: UsageReport, wanted: str, table: str | None, fits: Callable[[str], bool]
) -> UsageReport:
    """Return the report with as many rows of each table as ``fits`` accepts its text with.

    A page has few rows of each table, and always fits.
    """
    rows = 0 if wanted == "html" else sum(len(group.rows) for group in report.groups)
    for most in CUTS if rows > _SURELY_FITS else ():
        if fits(text_of(report, wanted, table)):
            break
        report = cut(report, most)
    return report
