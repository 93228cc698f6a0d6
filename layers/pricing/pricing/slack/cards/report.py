"""Last month's usage report, as a card."""

from pricing.display import count, counted, usd
from pricing.reports.summary import MonthSummary
from pricing.slack.cards.base import Card, Table
from pricing.slack.commands import EXAMPLES


def report_card(summary: MonthSummary) -> Card:
    """The summary of a month's report. It cannot be shared, because it covers all teams."""
    paid = summary.cost_usd if summary.net_usd is None else summary.net_usd
    facts = [("Calls", count(summary.calls)), ("Could be saved", usd(summary.could_save_usd))]
    if summary.net_usd is not None:
        facts.insert(0, ("At list prices", usd(summary.cost_usd)))
    left_out = [
        (name, counted(number, what))
        for name, number, what in (
            ("Without a price", summary.unpriced_calls, "call"),
            ("Priced in part", summary.partial_calls, "call"),
            ("Could not be read", summary.rejected_records, "record"),
        )
        if number
    ]
    facts += left_out
    rows = tuple(
        (driver.endpoint or "not stated", driver.model or "not stated", usd(driver.cost_usd))
        for driver in summary.drivers
    )
    cost = usd(paid)
    if left_out:  # in no amount
        cost = f"At least {cost}" if paid else "No known price"
    return Card(
        title=f"{cost} in {summary.month}",
        facts=tuple(facts),
        table=Table(("Endpoint", "Model", "Cost"), rows, text_columns=2) if rows else None,
        notes=(
            f"Prices {summary.version}; reported {summary.reported_at} from the log of that time.",
            *([_source(summary)] if summary.source else []),
        ),
    )


def _source(summary: MonthSummary) -> str:
    records = counted(summary.records, "record")
    return f"{records} of {summary.source}, reported by {summary.caller}."


def no_report_card(month: str) -> Card:
    """How to report a month that has no report yet."""
    return Card(
        title=f"There is no usage report for {month} yet",
        text="Send the month's usage log, a file in S3, to POST /v1/usage/report. This command then"
        " shows its summary.",
        examples=(EXAMPLES["estimate"],),
    )
