"""The summary of a month's report, which ``/tariff report`` shows in Slack.

A report of a file with exactly one calendar month of calls, nothing filtered out, leaves a summary.
A later report of the same month replaces it.
Only an administrator's report or the scheduled one is kept.
"""

import json
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from pricing.money import plain
from pricing.reports.report import Filters, UsageReport
from pricing.timestamps import rfc3339
from pricing.values import immutable

_MONTH = len("2026-10")
_DRIVERS = 3
_AMOUNTS = ("cost_usd", "could_save_usd", "net_usd")
_AS_THEY_ARE = (
    *("month", "calls", "unpriced_calls", "version", "reported_at", "source", "caller", "records"),
)
#: Left out at 0, so that an earlier release reads what has none.
_IF_ANY = ("partial_calls", "rejected_records")


@immutable
class CostDriver:
    """The cost of an endpoint's calls of one model; None where the records name none."""

    endpoint: str | None
    model: str | None
    cost_usd: Decimal


@immutable
class MonthSummary:
    """The summary of a month's report: ``month`` is like ``2026-10``, ``reported_at`` RFC 3339."""

    month: str
    cost_usd: Decimal
    calls: int
    unpriced_calls: int
    could_save_usd: Decimal
    drivers: tuple[CostDriver, ...]
    version: str
    reported_at: str
    #: The file or prefix that was reported, who asked for it, and how many records it has.
    source: str = ""
    caller: str = ""
    records: int = 0
    #: Calls that are priced in part, and records that could not be read.
    partial_calls: int = 0
    rejected_records: int = 0
    #: The cost at a rate card's prices, at which savings are computed; None without a card.
    net_usd: Decimal | None = None

    def to_json(self) -> str:
        """Serialise the summary, with amounts as text."""
        return json.dumps(
            {
                **{name: getattr(self, name) for name in _AS_THEY_ARE},
                **{name: getattr(self, name) for name in _IF_ANY if getattr(self, name)},
                **{
                    name: plain(amount)
                    for name in _AMOUNTS
                    if (amount := getattr(self, name)) is not None
                },
                "drivers": [(top.endpoint, top.model, plain(top.cost_usd)) for top in self.drivers],
            }
        )

    @classmethod
    def from_json(cls, text: str) -> "MonthSummary":
        """Read a summary that ``to_json`` wrote."""
        found: dict[str, Any] = json.loads(text)
        drivers = tuple(
            CostDriver(endpoint, model, Decimal(cost)) for endpoint, model, cost in found["drivers"]
        )
        amounts = {name: Decimal(found[name]) for name in _AMOUNTS if name in found}
        return cls(**{**found, **amounts, "drivers": drivers})


def summary_of(
    report: UsageReport, filters: Filters, now: datetime, source: str = "", caller: str = ""
) -> MonthSummary | None:
    """The summary; None unless the report has all calls of exactly one calendar month.

    ``source`` is the file or prefix that was reported, for this ``caller``.
    """
    first, last = report.totals.first_day, report.totals.last_day
    if filters != Filters() or first is None or last is None:
        return None
    month = first.isoformat()[:_MONTH]
    if last.isoformat()[:_MONTH] != month:
        return None
    return MonthSummary(
        month=month,
        cost_usd=report.totals.known_usd,
        calls=report.totals.calls,
        unpriced_calls=report.unpriced.calls,
        could_save_usd=report.savings.likely_usd,
        drivers=tuple(
            CostDriver(row.values[0], row.values[1], row.paid_usd)
            for row in report.top_drivers[:_DRIVERS]
            if row.cost_usd is not None
        ),
        version=report.pricing.version,
        reported_at=rfc3339(now),
        source=source,
        caller=caller,
        records=report.records.read,
        partial_calls=report.records.partial,
        rejected_records=report.records.rejected,
        net_usd=report.net.total_usd if report.net else None,
    )


def month_before(now: datetime) -> str:
    """The last complete calendar month, UTC: ``2026-10`` during November."""
    return (date(now.year, now.month, 1) - timedelta(days=1)).isoformat()[:_MONTH]
