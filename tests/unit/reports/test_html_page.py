"""The report page: the same figures as everywhere, one inert file, never over 500 KB."""

import csv
import io
import json
import re
import subprocess
import sys
import tempfile
from base64 import b64decode
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from pricing.api.requests.reports import report_query
from pricing.reports.budgets import BudgetQuery
from pricing.reports.generate import report_usage
from pricing.reports.readers.files import write_lines
from pricing.reports.render.html_page import to_html
from pricing.reports.report import Filters, ReportQuery, UsageReport
from pricing.reports.summary import summary_of
from pricing.slack.blocks import ephemeral
from pricing.slack.cards.report import report_card
from tariff.template import ROOT
from tests.support.reports import BOOK

CROSSED = tuple(
    f"{first}*{second}" if first != second else first
    for first in ("model", "day", "endpoint", "team")
    for second in ("model", "day", "endpoint", "team")
)
NOW = datetime(2026, 12, 1, tzinfo=UTC)


def record(day: str, model: str, tokens: int, *names: str) -> bytes:
    endpoint, team = names or ("chat", "support")
    usage = {"input_tokens": tokens, "output_tokens": 0}
    fields = {"timestamp": day, "model": model, "endpoint": endpoint, "team": team, "usage": usage}
    return json.dumps(fields).encode()


def report(lines: list[bytes], group_by: tuple[str, ...] = ("model",)) -> UsageReport:
    query: ReportQuery = report_query(group_by, 100, "html", Filters())
    with tempfile.TemporaryDirectory() as folder:
        file = write_lines(lines, Path(folder) / "usage.jsonl")
        return report_usage(BOOK, file, query, Path(folder))


@pytest.mark.parametrize(
    ("tokens", "shown"),
    # Sonnet 5.5 costs $2 a million input tokens.
    [(250_000, "$0.50"), (500_000, "$1.00"), (617_283_750, "$1,234.57"), (7, "$0.000014")],
)
def test_slack_and_the_page_show_the_same_amount_of_money(tokens: int, shown: str) -> None:
    found = report([record("2026-11-20", "claude-sonnet-5-5", tokens)])
    summary = summary_of(found, Filters(), NOW)
    assert summary is not None

    page, message = to_html(found), json.dumps(ephemeral(report_card(summary)))

    assert found.totals.cost_usd == Decimal(tokens) * 2 / 1_000_000
    assert f">{shown}</data>" in page
    assert f"{shown} in 2026-11" in message


def test_a_change_that_costs_more_says_so() -> None:
    page = to_html(report([record("2026-11-20", "gpt-4.1-nano", 300)] * 5))

    # 300 input tokens cost 0.1 USD a million on gpt-4.1-nano, 0.2 on gpt-5.4-nano.
    assert "<h2>What must be replaced" in page
    assert 'costs <data data-usd="0.00015">$0.00015</data> more</h3>' in page
    assert "saves" not in page.partition("<main>")[2]
    assert "No change was found that would have cost at least 0.1% less" in page


def test_a_share_under_a_tenth_of_a_percent_is_escaped() -> None:
    page = to_html(report([record("2026-11-20", "opus", 10**6), record("2026-11-20", "haiku", 1)]))

    assert "<small>&lt;0.1%</small>" in page


def test_the_largest_page_with_hostile_names_is_under_500_kb() -> None:
    models = BOOK.book.model_keys()[:12]
    days = [(date(2026, 4, 1) + timedelta(days=number)).isoformat() for number in range(190)]
    lines = [record(day, model, 1000) for day in days for model in models]
    lines += [record(days[0], models[0], 5, *[f"{n}{'&' * 125}"] * 2) for n in range(100)]

    page = to_html(report(lines, CROSSED))

    assert page.count("<section>") == 21  # 14 tables, and the seven of every such page
    assert page.count('class="c7"') >= 190
    assert 300_000 < len(page.encode()) < 500_000


def test_the_page_shows_its_prices_axes_budgets_and_tables_to_download() -> None:
    lines = [record(f"2026-11-{day:02}", "claude-sonnet-5-5", 500_000_000) for day in (9, 10)]
    query = report_query(("team",), 3, "html", Filters())
    budget = BudgetQuery("all & more", Decimal(1500))
    with tempfile.TemporaryDirectory() as folder:
        file = write_lines(lines, Path(folder) / "usage.jsonl")
        found = report_usage(BOOK, file, replace(query, budgets=(budget,)), Path(folder))
    page = to_html(found)

    assert f"Prices of version {BOOK.book.id}" in page
    assert "USD per day" in page
    assert [">$1,000.00</data></span>" in page, ">$500.00</data></span>" in page] == [True, True]
    assert "<span>2026-11-09</span><span>2026-11-10</span>" in page
    assert "<bdi>all &amp; more</bdi>, 2026-11-01 to 2026-12-01" in page
    assert "Exceeded on 2026-11-10" in page
    links = dict(re.findall(r'download="([^"]+)" href="data:text/csv[^,]+,([^"]+)"', page))
    assert {"team.csv", "model.csv", "totals.csv", "budgets.csv", "records.csv"} <= links.keys()
    (row,) = csv.DictReader(io.StringIO(b64decode(links["team.csv"]).decode("utf-8-sig")))
    assert (row["team"], row["cost_usd"]) == ("support", "2000")


def test_every_name_on_the_page_is_escaped_and_set_apart() -> None:
    name = "<script>alert(1)</script>\u202e\"'&"
    page = to_html(report([record("2026-11-20", "opus", 1, name, name)], ("team*endpoint",)))

    assert "<script" not in page
    assert "<bdi>&lt;script&gt;alert(1)&lt;/script&gt;&#34;&#39;&amp;</bdi>" in page


def test_only_a_page_imports_jinja2() -> None:
    code = """
import json, sys
from pathlib import Path
from functions.usage_report.app import lambda_handler

event = json.loads(Path("events/usage_report.json").read_text())
for wanted in ("json", "csv", "html"):
    body = {**json.loads(event["body"]), "format": wanted}
    assert lambda_handler({**event, "body": json.dumps(body)}, None)["statusCode"] == 200
    print(wanted, "jinja2" in sys.modules, file=sys.stderr)
"""
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={"PYTHONPATH": f"{ROOT}:{ROOT / 'layers' / 'pricing'}"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.stderr.splitlines() == ["json False", "csv False", "html True"]


def test_every_sentence_of_a_report_is_plain_text() -> None:
    found = report([record("2026-11-20", "opus", 1), record("2025-01-01", "gpt-4o", 1)])
    sentences = [*found.assumptions, *(notice.message for notice in found.warnings)]
    for sentence in sentences:
        assert re.fullmatch(r"[A-Z].*[.]", sentence)
        assert not re.search(r"[a-z][A-Z]|_", sentence), "a name of the code"
