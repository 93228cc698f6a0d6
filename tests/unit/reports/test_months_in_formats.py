"""One generated month in several tools' formats: the same totals, to the last digit."""

from pathlib import Path

import pytest

from pricing.reports.report import UsageReport
from tests.support.calls_in_formats import EXPORTS, calls_of_a_month, exported, lines, own
from tests.support.reports import report_file

CALLS = calls_of_a_month(3)


@pytest.fixture(scope="module")
def wanted(tmp_path_factory: pytest.TempPathFactory) -> UsageReport:
    """The report of the month in Tariff's own format."""
    return report_file(lines(own, CALLS), "jsonl", tmp_path_factory.mktemp("own") / "report")


@pytest.mark.parametrize("name", EXPORTS)
def test_a_month_costs_the_same_in_every_format(
    name: str, wanted: UsageReport, tmp_path: Path
) -> None:
    content = exported(name, CALLS, tmp_path)

    found = report_file(content, name.rpartition(".")[2], tmp_path / "report")

    assert found.totals == wanted.totals
    assert found.totals.calls == found.records.priced == len(CALLS)
    for group, of_wanted in zip(found.groups[:2], wanted.groups[:2], strict=True):
        costs = [(row.values, row.cost_usd) for row in group.rows]
        assert costs == [(row.values, row.cost_usd) for row in of_wanted.rows]
