"""Generate a report from a file of usage records."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, Literal

from pricing.catalogue.closed_months import ClosedBook
from pricing.catalogue.own_names import with_own_names
from pricing.catalogue.price_book import BookInForce, provenance
from pricing.display import counted
from pricing.estimates.net import WITHOUT_EFFECT
from pricing.money import subtract
from pricing.notices import Notice
from pricing.reports.advice import advise, with_enough_calls
from pricing.reports.budgets import Budget, Day, budget_of
from pricing.reports.corrections import corrected_since, report_prices, warned, with_corrections
from pricing.reports.engine import Engine
from pricing.reports.loaded import LoadedUsage, SummedFolder, first_rejected
from pricing.reports.rates import Pricing, unscaled
from pricing.reports.readers.files import UsageFile
from pricing.reports.readers.singly import SINGLE_PLACES
from pricing.reports.render.focus import write_focus
from pricing.reports.report import (
    NetReport,
    Records,
    ReportQuery,
    ReportTotals,
    SummedCalls,
    UsageReport,
    assumptions_of,
    day_of,
    group_of,
    totals_of,
    unpriced_of,
)
from pricing.reports.slices import SlicePricer, slices_of
from pricing.reports.stated import StatedCosts, differing, stated_costs
from pricing.reports.tables import Table
from pricing.timestamps import AsOf
from pricing.usage.reader import MAX_NAMED

_EVERYTHING = Table((), 1)


def report_usage(
    in_force: BookInForce,
    file: UsageFile,
    query: ReportQuery,
    folder: Path,
    *,
    focus: Path | None = None,
    memory_mb: int = 600,
    say: Callable[[str], None] = lambda _: None,
) -> UsageReport:
    """Report on one file.

    Raises InvalidRequest for a file without usage records, and UnknownModel for a name of the
    caller's own that stands for none.

    ``folder`` is an empty scratch folder with room for about twice the file's size. ``say`` gets
    each completed step. The priced calls are also written to ``focus``, as FOCUS rows in CSV.
    """
    in_force = with_own_names(in_force, query.options.model_aliases)
    prices = report_prices(in_force, query)

    def engine_at(prices: BookInForce, scratch: Path) -> Engine:
        return Engine(
            prices.book,
            scratch,
            net=prices.net,
            columns=query.columns,
            privacy=query.privacy,
            memory_mb=memory_mb,
            say=say,
        )

    with engine_at(prices, folder) as engine:
        engine.load(file, query.filters, query.options)
        report = _report(engine, prices, query, focus, say)
        late = () if prices is in_force else corrected_since(engine, in_force.book)
    if not late:
        return report
    again = folder / "corrected"
    again.mkdir()
    with engine_at(in_force, again) as engine:
        engine.load(file, query.filters, query.options)
        return with_corrections(report, engine, late)


def report_summed(
    in_force: BookInForce, summed: SummedFolder, query: ReportQuery, folder: Path
) -> UsageReport:
    """Report on calls that were read and summed elsewhere; ``folder`` is empty scratch space.

    ``in_force`` are the prices that the calls were read at (``report_prices``). What a correction
    would change is not computed: that needs the records.
    """
    with Engine(
        in_force.book, folder, net=in_force.net, columns=query.columns, privacy=query.privacy
    ) as engine:
        engine.load_summed(summed)
        report = _report(engine, in_force, query)
        base = in_force.book.base if isinstance(in_force.book, ClosedBook) else None
        late = corrected_since(engine, base) if base else ()
    return warned(report, late) if late else report


def _report(
    engine: Engine,
    in_force: BookInForce,
    query: ReportQuery,
    focus: Path | None = None,
    say: Callable[[str], None] = lambda _: None,
) -> UsageReport:
    usage = engine.usage
    drivers = Table(("endpoint", "model"), query.top)
    asked = [Table(by, query.most_rows) for by in query.group_by]
    tables = engine.tables([_EVERYTHING, drivers, *asked])
    (sums,) = tables[_EVERYTHING]
    # A log without a call, all of whose lines are known, cost nothing.
    nothing_used = usage.not_calls > 0 and usage.read == 0
    totals = totals_of(sums, usage.places, known=nothing_used)
    net = _net(in_force, totals, sums, usage.places)
    paid = net.total_usd if net else totals.known_usd
    unpriced = unpriced_of(engine.unpriced(), totals.calls)
    top, *groups = (
        group_of(table.by, tables[table], table.most, totals.known_usd, usage.places)
        for table in (drivers, *asked)
    )
    book = in_force.net or in_force.book
    pricer = SlicePricer(book, Pricing(book, usage.cuts))
    slices = slices_of(book, usage.cuts, engine.slices())
    patterns = engine.call_patterns(with_enough_calls(slices))
    # Without a day of a call, the prices are those of the version's own day.
    last_day = totals.last_day or date.fromisoformat(in_force.book.published_at[:10])
    recommendations, replacements, savings = advise(pricer, slices, patterns, paid, last_day)
    say("computed the savings")
    if focus is not None:
        write_focus(engine, in_force, last_day, focus)
    as_of = AsOf.parse(last_day.isoformat())
    stated = stated_costs(usage.stated, usage.places, with_card=in_force.net is not None)
    report = UsageReport(
        status=_status(usage),
        totals=totals,
        summed=_summed(usage),
        stated=stated,
        net=net,
        converted=None,
        corrected=None,
        records=Records(
            read=usage.read,
            priced=usage.priced,
            partial=usage.partial,
            unpriced=usage.unpriced,
            rejected=usage.rejected,
            duplicates=usage.duplicates,
            merged=usage.merged,
            filtered_out=usage.filtered_out,
            read_singly=usage.read_singly,
            not_calls=usage.not_calls,
        ),
        formats=dict(usage.formats.most_common()),
        groups=tuple(groups),
        top_drivers=top.rows,
        recommendations=recommendations,
        replacements=replacements,
        savings=savings,
        budgets=tuple(_budgets(engine, query, totals, last_day)),
        unpriced=unpriced,
        rejected=tuple(first_rejected(usage.rejections)),
        pricing=provenance(in_force, as_of),
        assumptions=assumptions_of(recommendations),
        warnings=(*_warnings(usage, stated), *_without_effect(net)),
    )
    if in_force.currency is None or totals.cost_usd is None:
        return report
    converted = in_force.currency.convert(report, last_day, totals.cost_usd, without=("groups",))
    return replace(report, converted=converted)


def _net(
    in_force: BookInForce, totals: ReportTotals, sums: Mapping[str, Any], places: int
) -> NetReport | None:
    """The report's total at the rate card's prices."""
    if in_force.net is None or totals.cost_usd is None:
        return None
    total = unscaled(int(sums["net"] or 0), places)
    return NetReport(in_force.rate_card or "", total, subtract(totals.cost_usd, total))


def _without_effect(net: NetReport | None) -> tuple[Notice, ...]:
    """Warn of a rate card that changes nothing of what calls cost."""
    return (WITHOUT_EFFECT,) if net and net.total_usd and not net.saves_usd else ()


def _budgets(
    engine: Engine, query: ReportQuery, totals: ReportTotals, without_days: date
) -> Iterator[Budget]:
    """Compare each budget with what its calls cost."""
    usage = engine.usage
    left_out = {"partly priced call": usage.partial, "rejected record": usage.rejected}
    for budget in query.budgets:
        rows = engine.summary(("day",), budget.match)
        paid = "net" if rows and "net" in rows[0] else "cost"
        days = [
            Day(
                day_of(row["value_0"]),
                unscaled(int(row[paid]), usage.places),
                int(row["unpriced_calls"]),
            )
            for row in rows
        ]
        days.sort(key=lambda one: one.day)
        # Where nothing is priced, the days are those of the calls without a known price.
        last = totals.last_day or (days[-1].day if days else without_days)
        yield budget_of(budget, days, totals.first_day or last, last, left_out)


def _status(usage: LoadedUsage) -> Literal["priced", "partial", "unpriced"]:
    if not usage.priced + usage.partial:
        return "unpriced"
    return "partial" if usage.partial + usage.unpriced + usage.rejected else "priced"


def _summed(usage: LoadedUsage) -> SummedCalls | None:
    records, calls, *amounts = (int(value) for value in usage.sums)
    if not records:
        return None
    cost, low, high = (unscaled(amount, SINGLE_PLACES) for amount in amounts)
    return SummedCalls(records, calls, cost, low, high)


def _warnings(usage: LoadedUsage, stated: StatedCosts | None) -> tuple[Notice, ...]:
    notices = [notice for key in usage.keys if key.card for notice in key.card.notices]
    notices += usage.notices
    found = [one for one in dict.fromkeys(notices) if one.code != "component_unpriced"]
    if usage.incomplete:
        message = (
            f"{counted(usage.incomplete, 'call')} used a component without a known price, which is"
            " not in the total."
        )
        found.append(Notice("component_unpriced", message))
    if usage.unread:
        message = f"Counts that were not understood are in no total: {_named(usage.unread)}."
        found.append(Notice("usage_field_unread", message))
    if usage.ignored:
        message = f"Properties of records that are not read: {_named(usage.ignored)}."
        found.append(Notice("record_field_ignored", message))
    found += [*_assumed(usage), *(differing(stated) if stated else ())]
    found.sort(key=lambda notice: (notice.code, notice.message))
    if not usage.priced + usage.partial:
        found.insert(0, _nothing(usage))
    return tuple(found)


def _nothing(usage: LoadedUsage) -> Notice:
    """That nothing was priced, and why, which is the first thing that a report says."""
    parts = {
        "rejected": usage.rejected,
        "without a known price": usage.unpriced,
        "filtered out": usage.filtered_out,
        "repeated": usage.duplicates + usage.merged,
    }
    why = ", ".join(f"{number:,} {name}" for name, number in parts.items() if number)
    message = f"Nothing was priced of {counted(usage.read, 'record')}"
    if why:
        message += f": {why}"
    if usage.not_calls:
        message += f"; lines of a log that are not calls: {usage.not_calls:,}"
    return Notice("nothing_priced", f"{message}.")


def _assumed(usage: LoadedUsage) -> Iterator[Notice]:
    """What was taken for granted of some records."""
    if usage.assumed["zone"]:
        message = f"{counted(usage.assumed['zone'], 'record')} without a time zone: UTC is assumed."
        yield Notice("time_zone_assumed", message)
    if usage.assumed["time"]:
        message = (
            f"{counted(usage.assumed['time'], 'record')} without a time: priced, and counted in a"
            f" table by day, as of the time of the report. Send `as_of` for another one."
        )
        yield Notice("time_assumed", message)
    for code, how in READINGS.items():
        if usage.assumed[code]:
            yield Notice(code, f"{counted(usage.assumed[code], 'record')} {how}.")
    if usage.sums[0]:
        message = (
            f"{counted(int(usage.sums[0]), 'record')} with the sum of several calls: the price tier"
            " of a mean call is used, and `summed` has the bounds. Send `max_prompt_tokens` or"
            " `tier` to decide it."
        )
        yield Notice("tier_of_sum_unknown", message)


#: How records were read, by the code of the warning that an estimate of each has.
READINGS: Mapping[str, str] = {
    "cache_inside_input": "whose input, in Bedrock's names, includes the cached tokens and is read"
    " so",
    "cache_outside_prompt": "whose input leaves out cached tokens, as its counts or its model's"
    " provider show, and is read so",
    "committed_capacity_at_list_price": "on reserved or provisioned capacity, which is paid for by"
    " commitment: the list price is shown",
    "declined_attempt_not_billed": "with an attempt that was declined before any output, which is"
    " not billed",
    "latency_optimized_at_list_price": "served latency-optimised, which may cost more: the standard"
    " price is shown",
    "reasoning_inside_output": "with thoughts within the answer, as their totals show: billed once",
    "reasoning_outside_completion": "with reasoning next to the answer, as their totals show: both"
    " are billed",
    "refusal_not_billed": "refused before any output, which is not billed though tokens are"
    " counted",
}


def _named(records: Counter[str]) -> str:
    """Name the most frequent of these, with the number of records that have each."""
    most = records.most_common(MAX_NAMED)
    names = ", ".join(f"{name} ({counted(number, 'record')})" for name, number in most)
    more = len(records) - len(most)
    return f"{names} and {more} more" if more else names
