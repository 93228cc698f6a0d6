"""The scheduled notice of spending for a Slack channel, in mrkdwn."""

from collections.abc import Iterator
from datetime import date

from pricing.display import counted, percent, usd
from pricing.money import ZERO
from pricing.reports.budgets import Budget
from pricing.reports.report import UsageReport
from pricing.slack.formatting import inert

#: Slack shows 3,000 characters of a section; these limits keep a notice well below.
MAX_BUDGETS = 10
MAX_DRIVERS = 3
MAX_NAME = 80
_UNKNOWN = "an unknown amount"
_LEAST = "at least "


def spending_notice(report: UsageReport, yesterday: date) -> str:
    """Say what was spent yesterday and in its month, and what is left of the budgets.

    ``report`` is grouped by day. Amounts are at the rate card's prices where there is one.
    """
    of_days = {row.values[0]: row for group in report.groups for row in group.rows}
    day = of_days.get(yesterday.isoformat())
    spent = _UNKNOWN if day and day.cost_usd is None else usd(day.paid_usd if day else ZERO)
    spent = f"{_LEAST}{spent}" if day and day.cost_usd is not None and day.unpriced_calls else spent
    left_out = (
        ("Without a known price", report.unpriced.calls, "call"),
        ("Priced in part", report.records.partial, "call"),
        ("Could not be read", report.records.rejected, "record"),
    )
    missing = [f"{what}: {counted(number, one)}" for what, number, one in left_out if number]
    month = usd(report.net.total_usd if report.net else report.totals.known_usd)
    month = f"{_LEAST}{month}" if missing else month
    if report.totals.cost_usd is None and report.unpriced.calls:
        month = _UNKNOWN
    calls = counted(report.totals.calls, "call")
    head = f"*LLM spending*: {spent} on {yesterday}, {month} in {yesterday:%Y-%m} so far"
    lines = [f"{head} ({calls})"]
    lines += [f"• {text}" for text in _budgets(report)]
    for row in report.top_drivers[:MAX_DRIVERS]:
        endpoint, model = (_name(name or "not stated") for name in row.values)
        if row.cost_usd is not None:  # a line below counts the calls without a price
            lines.append(f"{endpoint} on {model}: {usd(row.paid_usd)} ({percent(row.share)})")
    return "\n".join([*lines, *missing])


def _name(text: str) -> str:
    return inert(text, MAX_NAME, mrkdwn=True)


def _budgets(report: UsageReport) -> Iterator[str]:
    for budget in report.budgets[:MAX_BUDGETS]:
        spent = f"{usd(budget.spent_usd)} of {usd(budget.usd)} ({percent(budget.spent_share)})"
        yield f"{_name(budget.name)}: {spent}, {_outlook(budget)}"


def _outlook(budget: Budget) -> str:
    projected = f"projected {usd(budget.projected_usd)} by the end of the {budget.period}"
    if budget.status == "exceeded":
        return f"*exceeded* on {budget.crossed_at}; {projected}"
    if budget.status == "unknown":
        return f"*not known* whether it is enough, because of the calls below; {projected}"
    if budget.status == "will_exceed":
        return f"will be exceeded on {budget.crossed_at} at this rate; {projected}"
    return projected
