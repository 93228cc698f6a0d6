"""What calls cost, on one model or on many, as cards."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from pricing.catalogue.price_book import BookInForce, Provenance
from pricing.display import count, counted, price, times, usd
from pricing.estimates.calculator import LineItem
from pricing.estimates.estimate import (
    NO_EXPECTED_OUTPUT,
    Estimate,
    EstimateQuery,
    estimate,
)
from pricing.estimates.inputs import MeasuredInput
from pricing.money import multiply, ratio
from pricing.notices import Notice
from pricing.slack.cards.base import Card, Table, notes_of
from pricing.slack.commands import CompareCommand, EstimateCommand, Pinned, RequestedCalls
from pricing.timestamps import AsOf
from pricing.usage.buckets import Attempt

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pricing.estimates.compare import CompareAnswer, CompareRow

BAR_CELLS = 10
SAME_COUNTS = "the same token counts on every model, although tokenizers differ."
#: Slack accepts 100 rows; more than 40 are not readable.
MAX_ROWS = 40
_COMPONENTS = {
    "cache_read": "cached",
    "cache_write_5m": "cache write, 5 min",
    "cache_write_1h": "cache write, 1 h",
    "web_search": "web search",
    "request_fee": "request fee",
}


def estimate_card(in_force: BookInForce, command: EstimateCommand, as_of: AsOf) -> Card:
    """The cost of calls on one model; raises what ``estimate`` raises."""
    query = query_of(command.model, command.calls, as_of)
    found = estimate(in_force.at_list, query)
    calls, pinned = command.calls, _pin(found.pricing, command.pinned)
    facts = [("Model", f"{found.model.id} ({found.model.provider})")]
    paid = found if in_force.net is None else estimate(in_force.at_net, query)
    if in_force.net is not None:
        facts.append(("Your price", _your_price(paid)))
    if in_force.currency is not None:
        converted = _converted(in_force, as_of, paid.total_usd)
        facts.append((f"In {in_force.currency.code}", _known(paid, converted)))
    if found.calls > 1:
        facts.append(("Each call", _known(found, usd(found.per_call_usd))))
    if calls.period:
        projected = _projected(in_force.at_net, query, calls.period)
        facts += ((period, _known(paid, cost)) for period, cost in projected)
    if found.context.window:
        used = f"{count(found.context.used_tokens)} of {count(found.context.window)} tokens"
        facts.append(("Context window", used))
    cost = _known(found, usd(found.total_usd))
    return Card(
        title=f"{cost[0].upper()}{cost[1:]} for {_of_what(calls)}",
        facts=tuple(facts),
        table=Table(
            ("Component", "Quantity", "Price", "Cost"),
            tuple(_line(item) for item in found.line_items),
        ),
        notes=notes_of(found.warnings, (*found.assumptions, *_assumed(calls))),
        pricing=found.pricing,
        share=replace(command, pinned=pinned).text(),
        page=(("model", command.model), *calls.query(), *pinned.query()),
    )


def compare_card(in_force: BookInForce, command: CompareCommand, as_of: AsOf) -> Card:
    """The same calls on many models, cheapest first; raises UnknownModel."""
    from pricing.estimates.compare import CompareQuery, compare  # an estimate needs none of it

    query = query_of("", command.calls, as_of)
    wanted = CompareQuery(query, command.models)
    found = compare(in_force.at_net, wanted)
    listed: dict[tuple[str, str], str] | None = None
    if in_force.net is not None:
        rows = compare(in_force.at_list, wanted).rows
        listed = {_key(row): _known(row, usd(row.total_usd), "≥ ") for row in rows}
    excluded = [f"{other.model} is left out. {other.reason}" for other in found.excluded]
    shown = found.rows[:MAX_ROWS]
    if len(found.rows) > MAX_ROWS:
        excluded.insert(0, f"{len(found.rows) - MAX_ROWS} more expensive models are not shown.")
    highest = max((row.total_usd for row in shown), default=Decimal(0))
    pinned = _pin(found.pricing, command.pinned)
    warnings = dict.fromkeys(warning for row in shown for warning in row.warnings)
    return Card(
        title=_cheapest(found, shown),
        facts=(("For", _of_what(command.calls)), ("Compared with", found.baseline or "nothing")),
        table=Table(
            (
                *("Model", "Compared with the most expensive"),
                *(("Cost",) if listed is None else ("Your price", "List price")),
                *((f"In {in_force.currency.code}",) if in_force.currency else ()),
                "Relative cost",
            ),
            tuple(_row(row, highest, listed, in_force, as_of) for row in shown),
            text_columns=2,
        )
        if shown
        else None,
        notes=(*notes_of(tuple(warnings), (SAME_COUNTS,)), *excluded),
        pricing=found.pricing,
        share=replace(command, pinned=pinned).text(),
        page=(
            *(("models", name) for name in command.models),
            *command.calls.query(),
            *pinned.query(),
        ),
    )


def _cheapest(found: CompareAnswer, shown: Sequence[CompareRow]) -> str:
    """Which of the models costs least, or why none does."""
    priced = [row for row in shown if row.status == "priced"]
    for row in priced:
        if _key(row) == (found.cheapest_provider, found.cheapest):
            return f"{row.model.id} costs least: {usd(row.total_usd)}"
    if priced:
        return "None of these models is offered any more"
    return "None of these models has a price for these calls"


def query_of(model: str, calls: RequestedCalls, as_of: AsOf) -> EstimateQuery:
    """The estimate query of a command's calls."""
    call = MeasuredInput((Attempt(calls.usage),))
    missing = {_NO_OUTPUT: calls.usage.output_tokens, _NO_INPUT: calls.usage.prompt_tokens}
    notices = tuple(notice for notice, tokens in missing.items() if not tokens)
    return EstimateQuery(model, call, as_of, calls.calls, calls.terms, notices=notices)


_NO_OUTPUT = Notice(NO_EXPECTED_OUTPUT, "No output is priced. Write it too, such as 1k out.")
_NO_INPUT = Notice("no_input", "No input is priced. Write it too, such as 2k in.")


def _converted(in_force: BookInForce, as_of: AsOf, total_usd: Decimal) -> str:
    """An amount in the currency that the command asks for, without its sign."""
    if in_force.currency is None:
        return ""
    return usd(in_force.currency.amount(total_usd, as_of.day)).replace("$", "")


def bar(part: Decimal, whole: Decimal) -> str:
    """A bar of up to ten cells; every cost above zero has one at least."""
    if part <= 0:
        return "·"
    cells = int(ratio(multiply(part, Decimal(BAR_CELLS)), whole).to_integral_value())
    return "█" * max(1, cells)


def _known(found: Estimate, cost: str, least: str = "at least ") -> str:
    """The cost of an estimate, or what it is instead where a price is not known."""
    if found.status == "unpriced":
        return "no known price"
    return cost if found.status == "priced" else f"{least}{cost}"


def _your_price(found: Estimate) -> str:
    """What calls cost by the rate card, and each of several."""
    each = f", {usd(found.per_call_usd)} each" if found.calls > 1 else ""
    return _known(found, f"{usd(found.total_usd)}{each}")


def _of_what(calls: RequestedCalls) -> str:
    number = "one call" if calls.calls == 1 else counted(calls.calls, "call")
    terms = calls.terms
    modes = (terms.processing, terms.speed)
    served: list[str] = [mode for mode in modes if mode and mode != "standard"]
    served += ["in the US"] if terms.inference_geo == "us" else []
    served += [f"per {calls.period}"] if calls.period else []
    return ", ".join([number, *served])


def _projected(in_force: BookInForce, query: EstimateQuery, period: str) -> list[tuple[str, str]]:
    """The projection of ``POST /v1/estimate/workload``."""
    # Few ask for a projection.
    from pricing.estimates.workload import Workload, WorkloadItem, estimate_workload

    item = WorkloadItem("calls", query)
    found = estimate_workload(
        in_force, Workload((item,), query.as_of, "day" if period == "day" else "month")
    ).totals
    month = [("Per month", usd(found.monthly_usd))] if period == "day" else []
    return [*month, ("Per year", usd(found.yearly_usd))]


def _assumed(calls: RequestedCalls) -> list[str]:
    if calls.period == "day":
        return ["22 working days a month, 260 a year."]
    return ["12 such months a year."] if calls.period else []


def _pin(pricing: Provenance, pinned: Pinned) -> Pinned:
    return replace(pinned, version=pricing.version, as_of=pricing.as_of)


def _line(item: LineItem) -> tuple[str, ...]:
    name = _COMPONENTS.get(item.component, item.component.replace("_", " "))
    if item.usd_per_mtok is not None:
        rate = f"{price(item.usd_per_mtok)} / M"
    else:
        each = item.usd_per_search if item.unit == "search" else item.usd_per_request
        rate = "" if each is None else f"{price(each)} each"
    cost = "no price" if item.cost_usd is None else usd(item.cost_usd)
    return name, count(item.quantity), rate, cost


def _key(row: Estimate) -> tuple[str, str]:
    return row.model.provider, row.model.id


def _row(
    row: CompareRow,
    highest: Decimal,
    listed: dict[tuple[str, str], str] | None,
    in_force: BookInForce,
    as_of: AsOf,
) -> tuple[str, ...]:
    relative = row.relative_to_baseline
    converted = _converted(in_force, as_of, row.total_usd)
    return (
        row.model.id,
        bar(row.total_usd, highest),
        _known(row, usd(row.total_usd), "≥ "),
        *(() if listed is None else (listed.get(_key(row), "no known price"),)),
        *((_known(row, converted, "≥ "),) if in_force.currency else ()),
        "" if relative is None else times(relative),
    )
