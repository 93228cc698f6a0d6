"""A usage report in a person's words: what was spent on what, and what would have cost less."""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from pricing.display import count, counted, percent, usd
from pricing.money import ZERO, add, multiply, ratio, subtract
from pricing.store import bundled_subscriptions
from tariff.output import Shown, Table
from tariff.views import footer, money, notes_of, paid, share

Answer = Mapping[str, Any]
_NONE = "-"
#: In the reason of a name that no model has.
_UNKNOWN = "no model of this name"


def left_out(answer: Answer) -> list[str]:
    """What of the records is not, or not wholly, in the costs of a report."""
    missing = {
        "unpriced call": answer["unpriced"]["calls"],
        "partly priced call": answer["records"]["partial"],
        "rejected record": answer["records"]["rejected"],
    }
    return [counted(number, what) for what, number in missing.items() if number]


def reported(answer: Answer, most_rows: int, today: date, *, with_plans: bool) -> Shown:
    """``POST /v1/usage/report``: every table, with the rows that cost the most.

    ``with_plans`` adds what subscriptions would have cost.
    """
    totals, records = answer["totals"], answer["records"]
    nothing = not totals["calls"]
    least = "at least " if left_out(answer) else ""
    title = "Nothing was priced" if nothing else f"{least}{money(totals['cost_usd'])}"
    if totals["first_day"]:
        title += f" from {totals['first_day']} to {totals['last_day']}"
    facts = [*paid(answer), ("Calls", count(totals["calls"]))]
    facts += _month(answer, today)
    prompt = totals["prompt_tokens"]
    if prompt:
        facts.append(
            ("Cache hit rate", percent(ratio(Decimal(totals["cache_read_tokens"]), prompt)))
        )
    if stated := answer["stated"]:
        of = f"for {counted(stated['calls'], 'call')}, here {money(stated['priced_usd'])}"
        facts.append(("Stated in the log", f"{money(stated['stated_usd'])} {of}"))
    if answer["unpriced"]["calls"]:
        facts.append(("Without a known price", counted(answer["unpriced"]["calls"], "call")))
    facts += [
        (f"Records {name}", count(records[name]))
        for name in ("rejected", "partial", "duplicates", "merged")
        if records[name]
    ]
    tables = [_group(group, most_rows) for group in answer["groups"] if _has_values(group)]
    tables += _recommended(answer, most_rows)
    tables += _subscriptions(answer) if with_plans else ()
    reasons = [
        f"{one['model']}: {one['reason']} ({counted(one['calls'], 'call')})"
        for one in answer["unpriced"]["reasons"][:most_rows]
    ]
    own = [one["model"] for one in answer["unpriced"]["reasons"] if _UNKNOWN in one["reason"]]
    if own:
        told = f"If {own[0]} is a name of your own, say which model it stands for"
        reasons.append(f"{told}: --alias {own[0]}=MODEL.")
    reasons += [f"Record {one['line']}: {one['reason']}" for one in answer["rejected"][:most_rows]]
    if why := answer["savings"]["none_found"]:
        reasons.append(why)
    return Shown(title, facts, tables, [*reasons, *notes_of(answer)], footer(answer))


def _month(answer: Answer, today: date) -> Iterator[tuple[str, str]]:
    month = today.strftime("%Y-%m")
    for group in answer["groups"]:
        if group["by"] == ["month"]:
            spent = [row["cost_usd"] for row in group["rows"] if row["values"] == [month]]
            yield "This month", money(spent[0]) if spent else "no calls"


def _has_values(group: Answer) -> bool:
    """Whether any record has a value of the dimension: a log without projects has no such table."""
    return any(value is not None for row in group["rows"] for value in row["values"])


def _group(group: Answer, most_rows: int) -> Table:
    by = group["by"]
    names = [name.removeprefix("tag:") for name in by]
    rows = group["rows"]
    is_time = any(name in ("hour", "day", "week", "month") for name in by)
    shown = rows[-most_rows:] if is_time else rows[:most_rows]
    left = len(rows) - len(shown)
    header = (*(name.capitalize() for name in names), "Cost", "Share", "Calls", "Input", "Output")
    title = f"By {' and '.join(names)}"
    title += f" ({'last' if is_time else 'top'} {len(shown)} of {len(rows)})" if left else ""
    cells = [
        (
            *(str(value or _NONE) for value in row["values"]),
            money(row["cost_usd"]),
            share(None if row["share"] is None else Decimal(row["share"]) * 100),
            count(row["calls"]),
            count(row["prompt_tokens"]),
            count(row["output_tokens"]),
        )
        for row in shown
    ]
    return Table(header, cells, f"{'<' * len(by)}>", title)


def _recommended(answer: Answer, most_rows: int) -> Iterator[Table]:
    found = answer["recommendations"]
    if due := answer["replacements"]:
        rows = [
            (
                one["model"],
                one["target"] or "not known",
                one["retires"],
                money(one["costs_more_usd"]),
                share(one["costs_more_percent"]),
            )
            for one in due[:most_rows]
        ]
        header = ("Model", "Replaced by", "Until", "Costs more", "%")
        yield Table(header, rows, "<<<>>", "What must be replaced")
    if found:
        rows = [
            (
                one["action"],
                one["model"] + (f" ({one['endpoint']})" if one["endpoint"] else ""),
                money(one["saves_usd"]),
                share(one["saves_percent"]),
                one["confidence"],
            )
            for one in found[:most_rows]
        ]
        header = ("What to change", "Model", "Saves", "%", "Confidence")
        spent, remaining = answer["savings"]["spent_usd"], answer["savings"]["remaining_usd"]
        saved = usd(subtract(Decimal(spent), Decimal(remaining)))
        yield Table(header, rows, "<<>><", f"Recommendations: {saved} less in all")


def _subscriptions(answer: Answer) -> Iterator[Table]:
    """What plans for one person would have cost in the months with calls to Claude.

    A plan's included usage is not published in tokens: nothing here says that a plan covers it.
    """
    months = {tuple(row["values"]) for group in answer["groups"] if group["by"] == ["month"]
              for row in group["rows"]}  # fmt: skip
    claude = [
        Decimal(row["cost_usd"])
        for group in answer["groups"]
        if group["by"] == ["model"]
        for row in group["rows"]
        if str(row["values"][0]).startswith(("claude", "anthropic/")) and row["cost_usd"]
    ]
    if not months or not claude:
        return
    api = add([ZERO, *claude])
    rows = [("Calls to Claude by the API", usd(api), _NONE)]
    for plan in bundled_subscriptions.load("current").plans:
        if plan.audience != "individual" or plan.usage != "included":
            continue
        for price in plan.prices:
            fee = multiply(price.usd_per_seat_month, Decimal(len(months)))
            saved = subtract(api, fee)
            rows.append((f"{plan.name}, {price.billing}", usd(fee), usd(saved)))
    covered = counted(len(months), "month")
    title = f"Subscriptions in {covered}, if their limits cover this usage"
    yield Table(("Plan", "Cost", "Saves"), rows, "<>", title)
