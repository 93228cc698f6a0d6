"""A month's headline: which reports leave one, and that it is read back as it was."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from pricing.reports.report import Filters, UsageReport
from pricing.reports.summary import CostDriver, MonthSummary, month_before, summary_of
from tests.support.reports import call, report

NOW = datetime(2026, 12, 1, 9, tzinfo=UTC)


@pytest.fixture(scope="module")
def november() -> UsageReport:
    """200 calls of November, most of them by one endpoint."""
    quiet = [call(0, endpoint=None, model="gpt-7"), call(0, endpoint="search")]
    return report([*(call(n, endpoint="nightly-reports") for n in range(198)), *quiet])


def test_the_headline_is_that_of_the_report(november: UsageReport) -> None:
    found = summary_of(november, Filters(), NOW)
    assert found is not None
    assert (found.month, found.calls, found.unpriced_calls) == ("2026-11", 199, 1)
    assert found.cost_usd == november.totals.cost_usd
    assert found.could_save_usd == november.savings.likely_usd
    first = found.drivers[0]
    assert (first.endpoint, first.model) == ("nightly-reports", "claude-opus-5-5")
    # The call of gpt-7 has no known price: it is left out, and not a driver of $0.
    assert [driver.endpoint for driver in found.drivers] == ["nightly-reports", "search"]
    assert MonthSummary.from_json(found.to_json()) == found


def test_what_is_not_in_the_cost_of_a_month_is_kept_with_it(november: UsageReport) -> None:
    records = replace(november.records, partial=2, rejected=3)
    found = summary_of(replace(november, records=records), Filters(), NOW)
    assert found is not None
    assert (found.partial_calls, found.rejected_records) == (2, 3)
    assert MonthSummary.from_json(found.to_json()) == found


@pytest.mark.parametrize(
    ("first", "last", "kept"),
    [
        (date(2026, 11, 1), date(2026, 11, 30), True),
        (date(2026, 10, 31), date(2026, 11, 30), False),
        (date(2026, 11, 1), date(2026, 12, 1), False),
        (date(2025, 11, 1), date(2026, 11, 1), False),
        (None, None, False),
    ],
)
def test_only_the_report_of_one_month_leaves_one(
    november: UsageReport, first: date | None, last: date | None, kept: bool
) -> None:
    totals = replace(november.totals, first_day=first, last_day=last)
    found = summary_of(replace(november, totals=totals), Filters(), NOW)
    assert (found is not None) is kept


def test_a_report_of_some_calls_only_leaves_none(november: UsageReport) -> None:
    assert summary_of(november, Filters({"team": ("support",)}), NOW) is None
    assert summary_of(november, Filters(start=date(2026, 11, 1)), NOW) is None


@pytest.mark.parametrize(
    ("now", "month"),
    [
        (datetime(2026, 11, 30, 23, 59, tzinfo=UTC), "2026-10"),
        (datetime(2026, 12, 1, tzinfo=UTC), "2026-11"),
        (datetime(2027, 1, 15, tzinfo=UTC), "2026-12"),
    ],
)
def test_last_month_is_the_one_that_ended_last(now: datetime, month: str) -> None:
    assert month_before(now) == month


def test_names_that_a_record_did_not_say_are_read_back_as_none() -> None:
    drivers = (CostDriver(None, "m", Decimal("0.1")),)
    one = MonthSummary("2026-10", Decimal("0.10"), 1, 0, Decimal(0), drivers, "v", "t")
    assert MonthSummary.from_json(one.to_json()).drivers == drivers
