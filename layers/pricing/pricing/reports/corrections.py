"""Reports of months whose prices were corrected after they had ended.

Such a month goes on costing what it was reported at, and the report says what it would cost by the
correction. A request with ``corrections``: apply gets the corrected prices instead.
"""

from collections.abc import Sequence
from dataclasses import replace

from pricing.catalogue.closed_months import with_closed_months
from pricing.catalogue.price_book import BookInForce, PriceBook
from pricing.display import counted
from pricing.money import plain, subtract
from pricing.notices import Notice
from pricing.reports.engine import Engine
from pricing.reports.rates import label_of, unscaled
from pricing.reports.report import CorrectedReport, ReportQuery, UsageReport, day_of

#: How many models a warning names.
_NAMED = 5
_SEND = "Send `corrections`: apply for a report at the corrected prices."


def report_prices(in_force: BookInForce, query: ReportQuery) -> BookInForce:
    """Return the prices that a report uses; ``in_force`` itself if no correction is left out."""
    return in_force if query.corrections == "apply" else with_closed_months(in_force)


def corrected_since(engine: Engine, book: PriceBook) -> tuple[str, ...]:
    """Return the models, as reports name them, that were called in months corrected since."""
    until = {
        label_of(book, model): model.closed_months.until.date()
        for model in book.corrected_models()
        if model.closed_months
    }
    if until.keys().isdisjoint(engine.labels):
        return ()
    called = ((row["value_0"], row["value_1"]) for row in engine.summary(("model", "day")))
    found = {label for label, day in called if label in until and day_of(day) < until[label]}
    return tuple(sorted(found))


def with_corrections(report: UsageReport, corrected: Engine, models: Sequence[str]) -> UsageReport:
    """Return the report with what the calls cost at corrected prices, if that is different.

    ``corrected`` has loaded the same calls at those prices.
    """
    (sums,) = corrected.summary(())
    places = corrected.usage.places
    total = unscaled(int(sums["cost"] or 0), places)
    net = unscaled(int(sums["net"] or 0), places) if report.net else None
    paid = report.totals.known_usd if report.net is None else report.net.total_usd
    difference = subtract(total if net is None else net, paid)
    if not difference and total == report.totals.known_usd:
        return report
    found = CorrectedReport(total, net, difference, tuple(models))
    amount = f"${plain(abs(difference))} {'less' if difference < 0 else 'more'}"
    return _warned(replace(report, corrected=found), models, f"the calls would cost {amount}")


def warned(report: UsageReport, models: Sequence[str]) -> UsageReport:
    """Return the report with a warning of corrections whose amount was not computed."""
    return _warned(report, models, "the calls may cost something else")


def _warned(report: UsageReport, models: Sequence[str], effect: str) -> UsageReport:
    names = ", ".join(models[:_NAMED])
    more = f" and {len(models) - _NAMED} more" if len(models) > _NAMED else ""
    message = (
        f"Prices of {counted(len(models), 'model')} ({names}{more}) were corrected after the month"
        f" of these calls had ended. The report uses the earlier prices; by the corrected ones"
        f" {effect}. {_SEND}"
    )
    notices = (*report.warnings, Notice("past_corrected", message))
    return replace(report, warnings=notices)
