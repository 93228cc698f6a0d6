"""A month's report in short, kept for who only wants to look: ``/tariff report`` in Slack.

The report of a file that holds one calendar month, with nothing filtered out, leaves its headline
(``summary_store``). A later report of the same month replaces it.
"""

import json
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from pricing.money import add, plain
from pricing.reports.report import Filters, UsageReport
from pricing.timestamps import rfc3339

_MONTH = len("2026-10")
_DRIVERS = 3


@dataclass(frozen=True, slots=True)
class Driver:
    """The tier that contributes most to the difference."""

    endpoint: str | None
    model: str | None
    cost_usd: Decimal


@dataclass(frozen=True, slots=True)
class MonthSummary:
    """The headline of one month's report. ``month`` is ``2026-10``, ``reported_at`` an instant."""

    month: str
    cost_usd: Decimal
    calls: int
    unpriced_calls: int
    could_save_usd: Decimal
    drivers: tuple[Driver, ...]
    version: str
    reported_at: str

    def to_json(self) -> str:
        """As it is stored: amounts as text."""
        return json.dumps(
            {
                **{name: getattr(self, name) for name in ("month", "calls", "unpriced_calls")},
                **{name: plain(getattr(self, name)) for name in ("cost_usd", "could_save_usd")},
                "drivers": [(one.endpoint, one.model, plain(one.cost_usd)) for one in self.drivers],
                "version": self.version,
                "reported_at": self.reported_at,
            }
        )

    @classmethod
    def from_json(cls, text: str) -> "MonthSummary":
        """From the table."""
        found: dict[str, Any] = json.loads(text)
        drivers = tuple(
            Driver(endpoint, model, Decimal(cost)) for endpoint, model, cost in found["drivers"]
        )
        amounts = {name: Decimal(found[name]) for name in ("cost_usd", "could_save_usd")}
        return cls(**{**found, **amounts, "drivers": drivers})


def summary_of(report: UsageReport, filters: Filters, now: datetime) -> MonthSummary | None:
    """The headline; None for a report of some calls only, or of more or less than one month."""
    first, last = report.totals.first_day, report.totals.last_day
    if filters != Filters() or first is None or last is None:
        return None
    month = first.isoformat()[:_MONTH]
    if last.isoformat()[:_MONTH] != month:
        return None
    return MonthSummary(
        month=month,
        cost_usd=report.totals.cost_usd,
        calls=report.totals.calls,
        unpriced_calls=report.unpriced.calls,
        could_save_usd=add(one.saves_usd for one in report.savings.steps),
        drivers=tuple(
            Driver(one.values[0], one.values[1], one.known_usd)
            for one in report.top_drivers[:_DRIVERS]
        ),
        version=report.pricing.version,
        reported_at=rfc3339(now),
    )


def month_before(now: datetime) -> str:
    """The calendar month that ended last, UTC: ``2026-10`` in all of November."""
    return (date(now.year, now.month, 1) - timedelta(days=1)).isoformat()[:_MONTH]
