"""Which model a task needs, and what last month cost, as cards."""

from pricing.instants import AsOf
from pricing.price_book import BookInForce
from pricing.slack_card import Card
from pricing.slack_command import EXAMPLES, RouteCommand


def report_card() -> Card:
    """No report is stored yet: how to make one."""
    return Card(
        title="There is no usage report yet",
        text="Send the month's usage records to POST /v1/usage/report.",
        examples=(EXAMPLES["estimate"],),
    )


def route_card(_in_force: BookInForce, _command: RouteCommand, _as_of: AsOf) -> Card:
    """Routing."""
    return Card(title="Routing is not available", examples=(EXAMPLES["compare"],))
