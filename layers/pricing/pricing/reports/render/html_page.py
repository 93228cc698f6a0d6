"""A report as one HTML file that needs nothing else: no script, no font, no request.

The page is ``page.html.jinja`` with ``page.css`` and ``charts.svg.jinja`` inside it. The template
escapes every value. Amounts that are shown rounded have their exact value in ``data-usd``.
"""

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from pricing.display import count, counted, in_order, percent, usd
from pricing.money import ZERO, add, percent_of, plain, ratio, share_of, subtract
from pricing.reports.dimensions import Dimension
from pricing.reports.render.csv_table import to_csv
from pricing.reports.report import Group, UsageReport, shortened
from pricing.reports.savings import KINDS, ReportSavings

if TYPE_CHECKING:
    from jinja2 import Template

FILES = Path(__file__).parent
#: The groups that the page draws, whatever else was asked for.
NEEDED: tuple[tuple[Dimension, ...], ...] = (("day", "model"), ("model",))
#: As many columns as can be distinguished on the page; more days are shown by month.
MAX_COLUMNS = 190
#: Colours of a chart; the last is for all others. page.css defines them.
COLOURS = 8
MAX_BARS = 12
#: Longer names are cut, which keeps the largest page under 500 KB; JSON and CSV have them whole.
MAX_NAME = 40
#: Rows of a table, and recommendations: a month of days is shown whole.
MAX_ROWS = 31
#: Bytes of a table that is linked to on the page.
MAX_LINK = 20_000


def to_html(report: UsageReport) -> str:
    """Render the page; ``report`` must hold the groups ``NEEDED``."""
    from markupsafe import Markup  # few reports are pages

    totals = report.totals
    groups = {group.by: group for group in report.groups}
    page = _template().render(
        report=report,
        style=Markup((FILES / "page.css").read_text(encoding="utf-8")),  # noqa: S704 - our file
        cached=share_of(Decimal(totals.cache_read_tokens), Decimal(totals.prompt_tokens)),
        links=export_links(report),
        timeline=timeline_of(groups["day", "model"]),
        models=shortened(groups["model",], MAX_BARS, totals.known_usd),
        waterfall=waterfall_of(report.savings),
        rows=MAX_ROWS,
        name_length=MAX_NAME,
        small_saves_usd=add(one.saves_usd for one in report.recommendations[MAX_ROWS:]),
        tables=[
            shortened(group, MAX_ROWS, totals.known_usd)
            for group in report.groups
            if group.by not in NEEDED
        ],
    )
    return in_order(page)


@cache
def _template() -> "Template":
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(FILES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "amount": lambda amount: usd(amount).replace("$", ""),
        "counted": counted,
        "exact": plain,
        "number": count,
        "part_of": part_of,
        "percent": percent,
        "usd": usd,
    }
    return environment.get_template("page.html.jinja")


def export_links(report: UsageReport) -> Mapping[str, str]:
    """Links to download the tables of the page as CSV, by name: the page holds them itself."""
    groups = [shortened(group, MAX_ROWS, report.totals.known_usd) for group in report.groups]
    shown = replace(report, groups=tuple(groups))
    names = [*("*".join(group.by) for group in groups), "totals", "records"]
    names += [
        name for name in ("budgets", "recommendations", "replacements") if getattr(report, name)
    ]
    tables = {name: to_csv(shown, name).encode() for name in names}
    return {
        name: f"data:text/csv;charset=utf-8;base64,{b64encode(table).decode()}"
        for name, table in tables.items()
        if len(table) <= MAX_LINK
    }


class Part(NamedTuple):
    """What one model cost in one column, and where it is drawn: from the top, in percent."""

    colour: int
    name: str | None
    cost_usd: Decimal
    y: str
    height: str


class Column(NamedTuple):
    """A day or a month; ``x`` is its left edge in percent."""

    when: str
    x: str
    parts: tuple[Part, ...]


class Timeline(NamedTuple):
    """Spending over time by model; the columns have the same ``width``, in percent.

    ``ticks`` are the names of the first, the middle and the last column.
    """

    unit: str
    highest_usd: Decimal
    half_usd: Decimal
    ticks: tuple[str, ...]
    width: str
    columns: tuple[Column, ...]
    legend: tuple[tuple[int, str | None], ...]


def timeline_of(group: Group) -> Timeline | None:
    """The chart of a group by day and model, in months where there are too many days."""
    unit, length = "day", len("2026-10-01")
    if len({row.values[0] for row in group.rows}) > MAX_COLUMNS:
        unit, length = "month", len("2026-10")
    models: dict[str | None, Decimal] = {}
    spent: dict[str, dict[str | None, Decimal]] = {}
    for row in group.rows:
        when, model = (row.values[0] or "")[:length], row.values[1]
        models[model] = add((models.get(model, ZERO), row.known_usd))
        column = spent.setdefault(when, {})
        column[model] = add((column.get(model, ZERO), row.known_usd))
    if not spent:
        return None
    ranked = sorted(models, key=lambda model: (-models[model], model or ""))
    named, rest = ranked[: COLOURS - 1], ranked[COLOURS - 1 :]
    legend = list(enumerate(named))
    if rest:
        legend.append((COLOURS - 1, f"{count(len(rest))} others"))
    highest = max(add(column.values()) for column in spent.values())
    step = ratio(100, len(spent))
    columns = []
    for number, when in enumerate(sorted(spent)):
        amounts = [spent[when].get(model, ZERO) for model in named]
        amounts.append(add(spent[when].get(model, ZERO) for model in rest))
        parts, below = [], ZERO
        for (colour, name), amount in zip(legend, amounts, strict=False):
            below = add((below, amount))
            if amount:
                top = part_of(subtract(highest, below), highest)
                parts.append(Part(colour, name, amount, top, part_of(amount, highest)))
        columns.append(Column(when, _rounded(step * number), tuple(parts)))
    width = _rounded(step * Decimal("0.86"))
    half = ratio(highest, 2)
    names = [column.when for column in columns]
    ticks = dict.fromkeys((names[0], names[len(names) // 2], names[-1]))
    return Timeline(unit, highest, half, tuple(ticks), width, tuple(columns), tuple(legend))


class WaterfallStep(NamedTuple):
    """One bar from what was spent to what would remain; ``largest`` is the chart's full width."""

    label: str
    amount_usd: Decimal
    start: Decimal
    size: Decimal
    colour: int
    largest: Decimal


def waterfall_of(savings: ReportSavings) -> list[WaterfallStep]:
    """What was spent, what each kind of change saves, and what would remain."""
    spent, left = savings.spent_usd, [savings.spent_usd]
    for step in savings.steps:
        left.append(subtract(left[-1], step.saves_usd))
    steps = [WaterfallStep("Spent", spent, ZERO, spent, 7, spent)]
    for step, after in zip(savings.steps, left[1:], strict=True):
        saves = step.saves_usd
        change = subtract(ZERO, saves)
        steps.append(WaterfallStep(KINDS[step.kind], change, after, saves, 2, spent))
    remains = savings.remaining_usd
    return [*steps, WaterfallStep("What would remain", remains, ZERO, remains, 0, spent)]


def part_of(part: Decimal, whole: Decimal) -> str:
    """A length in a chart: the part in percent of the whole, to two decimals."""
    return _rounded(percent_of(part, whole) or ZERO)


def _rounded(percent: Decimal) -> str:
    return plain(percent.quantize(Decimal("0.01")))
