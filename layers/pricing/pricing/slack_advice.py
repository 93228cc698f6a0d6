"""Which model a task needs, and what last month cost, as cards."""

from pricing.instants import AsOf
from pricing.price_book import BookInForce
from pricing.slack_card import Card
from pricing.slack_command import EXAMPLES, RouteCommand


def report_card() -> Card:
    """No report is kept anywhere: how to make one."""
    return Card(
        title="There is no usage report yet",
        text="Tariff keeps none to sum up. POST /v1/usage/report makes one of usage records.",
        examples=(EXAMPLES["estimate"],),
    )


def route_card(_in_force: BookInForce, _command: RouteCommand, _as_of: AsOf) -> Card:
    """Nothing reads tasks here yet: what can be asked instead."""
    return Card(
        title="Tasks cannot be routed here yet",
        text="Which model a task needs is not known here. What each would cost is:",
        examples=(EXAMPLES["compare"],),
    )
