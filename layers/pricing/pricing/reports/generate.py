"""Generate a report from a file of usage records."""

from collections import Counter
from collections.abc import Callable
from datetime import date
from pathlib import Path

from pricing.catalogue.price_book import BookInForce, provenance
from pricing.display import counted
from pricing.notices import Notice
from pricing.reports.advice import advise
from pricing.reports.engine import Engine, LoadedUsage
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
from pricing.reports.slices import SlicePricer, patterns_of, slices_of
from pricing.timestamps import AsOf
from pricing.usage.reader import MAX_NAMED


def report_usage(
    in_force: BookInForce,
    file: UsageFile,
    query: ReportQuery,
    folder: Path,
    *,
    memory_mb: int = 600,
    say: Callable[[str], None] = lambda _: None,
) -> UsageReport:
    """Report on one file; raises InvalidRequest for a file without usage records.

    ``folder`` is an empty scratch folder with room for about twice the file's size. ``say`` gets
    each completed step.
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
        pricer = SlicePricer(in_force.book, Pricing(in_force.book, usage.cuts))
        slices = slices_of(in_force.book, usage.cuts, engine.slices())
        pairs = list(dict.fromkeys((part.reference, part.endpoint) for part in slices))
        patterns = patterns_of(engine.call_patterns(pairs))
        last_day = totals.last_day or date(1970, 1, 1)
        recommendations, savings = advise(pricer, slices, patterns, totals.cost_usd, last_day)
        say("computed the savings")
    as_of = AsOf.parse(last_day.isoformat())
    return UsageReport(
        totals=totals,
        records=Records(
            read=usage.read,
            priced=totals.calls,
            partial=usage.partial,
            unpriced=unpriced.calls,
            rejected=usage.rejected,
            duplicates=usage.duplicates,
            merged=usage.merged,
            filtered_out=usage.filtered_out,
            read_singly=usage.read_singly,
        ),
        formats=usage.formats,
        groups=groups,
        top_drivers=top.rows,
        recommendations=recommendations,
        savings=savings,
        unpriced=unpriced,
        rejected=tuple(first_rejected(usage.rejections)),
        pricing=provenance(in_force, as_of),
        assumptions=ASSUMPTIONS,
        warnings=_warnings(usage),
    )


def _warnings(usage: LoadedUsage) -> tuple[Notice, ...]:
    notices = [notice for key in usage.keys if key.card for notice in key.card.notices]
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
    return tuple(sorted(found, key=lambda notice: (notice.code, notice.message)))


def _named(records: Counter[str]) -> str:
    """Name the most frequent of these, with the number of records that have each."""
    most = records.most_common(MAX_NAMED)
    names = ", ".join(f"{name} ({counted(number, 'record')})" for name, number in most)
    more = len(records) - len(most)
    return f"{names} and {more} more" if more else names
