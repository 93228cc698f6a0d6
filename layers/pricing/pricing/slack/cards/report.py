"""What last month cost, as a card."""

from pricing.display import count, usd
from pricing.reports.summary import CostDriver, MonthSummary
from pricing.slack.cards.base import Card, Table
from pricing.slack.commands import EXAMPLES


def report_card(summary: MonthSummary) -> Card:
    """The headline of a month's report. It is not to be shared: it is of all teams."""
    facts = [("Calls", count(summary.calls)), ("Could be saved", usd(summary.could_save_usd))]
    if summary.unpriced_calls:
        facts.append(("Without a price", f"{count(summary.unpriced_calls)} calls"))
    return Card(
        title=f"{usd(summary.cost_usd)} in {summary.month}",
        facts=tuple(facts),
        table=_drivers(summary.drivers),
        notes=(
            f"Prices {summary.version}; reported {summary.reported_at}, of the log as it was then.",
        ),
    )


def no_report_card(month: str) -> Card:
    """Nobody reported that month: how to."""
    return Card(
        title=f"There is no usage report of {month} yet",
        text="POST /v1/usage/report with the month's log as a file in S3 makes one, and its"
        " headline is kept for this command.",
        examples=(EXAMPLES["estimate"],),
    )


def _drivers(drivers: tuple[CostDriver, ...]) -> Table | None:
    rows = tuple(
        (one.endpoint or "not said", one.model or "not said", usd(one.cost_usd)) for one in drivers
    )
    return Table(("Endpoint", "Model", "Cost"), rows, text_columns=2) if rows else None
