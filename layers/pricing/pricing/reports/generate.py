"""A file of usage records, and the question, to the report: the engine and the pure parts."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

from pricing.catalogue.price_book import BookInForce, Provenance
from pricing.notices import Notice
from pricing.reports.advice import advise
from pricing.reports.engine import Engine, Usage
from pricing.reports.rates import Pricing
from pricing.reports.readers.files import UsageFile
from pricing.reports.readers.reader import first_rejected
from pricing.reports.report import (
    ASSUMPTIONS,
    Records,
    ReportQuery,
    UsageReport,
    day_of,
    group_of,
    totals_of,
    unpriced_of,
)
from pricing.reports.slices import Desk, rhythms_of, slices_of
from pricing.timestamps import AsOf


def report_usage(
    in_force: BookInForce,
    file: UsageFile,
    query: ReportQuery,
    folder: Path,
    *,
    memory_mb: int = 600,
    say: Callable[[str], None] = lambda _: None,
) -> UsageReport:
    """The report of one file; raises InvalidRequest for one that holds no usage records.

    ``folder`` is scratch space, empty, about twice the file's size.
    """
    with Engine(in_force.book, folder, memory_mb=memory_mb, say=say) as engine:
        usage = engine.load(file, query.filters)
        by_day = engine.summary(("day",))
        days = [day_of(row["day_value"]) for row in by_day if row["calls"]]
        totals = totals_of(engine.summary(())[0], days, usage.places)
        unpriced = unpriced_of(engine.unpriced(), totals.calls)
        groups = tuple(
            group_of(by, engine.summary(by), totals.cost_usd, usage.places, query.most_rows)
            for by in query.group_by
        )
        drivers = engine.summary(("endpoint", "model"))
        top = group_of(("endpoint", "model"), drivers, totals.cost_usd, usage.places, query.top)
        desk = Desk(in_force.book, Pricing(in_force.book, usage.cuts))
        slices = slices_of(in_force.book, usage.cuts, engine.slices())
        pairs = list(dict.fromkeys((one.reference, one.endpoint) for one in slices))
        rhythms = rhythms_of(engine.rhythms(pairs))
        last_day = totals.last_day or date(1970, 1, 1)
        recommendations, savings = advise(desk, slices, rhythms, totals.cost_usd, last_day)
        say("looked for savings")
    return UsageReport(
        totals=totals,
        records=_records(usage, totals.calls, unpriced.calls),
        groups=groups,
        top_drivers=top.rows,
        recommendations=recommendations,
        savings=savings,
        unpriced=unpriced,
        rejected=tuple(first_rejected(usage.rejections)),
        pricing=_provenance(in_force, last_day),
        assumptions=ASSUMPTIONS,
        warnings=_warnings(usage),
    )


def _records(usage: Usage, priced: int, unpriced: int) -> Records:
    return Records(
        read=usage.read,
        priced=priced,
        partial=usage.partial,
        unpriced=unpriced,
        rejected=usage.rejected,
        duplicates=usage.duplicates,
        filtered_out=usage.filtered_out,
        read_singly=usage.read_singly,
    )


def _provenance(in_force: BookInForce, last_day: date) -> Provenance:
    as_of = AsOf.parse(last_day.isoformat())
    return Provenance(
        in_force.book.id, as_of.text, in_force.source, in_force.stale, in_force.age_seconds
    )


def _warnings(usage: Usage) -> tuple[Notice, ...]:
    said = [notice for one in usage.keys if one.card for notice in one.card.notices]
    known = [one for one in dict.fromkeys(said) if one.code != "component_unpriced"]
    if usage.partial:
        message = (
            f"{usage.partial} calls used a component without a known price, which is not in the"
            " total."
        )
        known.append(Notice("component_unpriced", message))
    return tuple(sorted(known, key=lambda one: (one.code, one.message)))
