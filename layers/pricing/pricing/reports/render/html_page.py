"""A report as one HTML file that needs nothing else: no script, no font, no request.

Every figure that is shown rounded has its exact amount in ``data-usd``.
"""

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from html import escape

from pricing.display import count, percent, usd
from pricing.money import ZERO, add, plain, ratio, share_of, subtract
from pricing.reports.report import (
    KINDS,
    Dimension,
    Group,
    GroupRow,
    ReportRecommendation,
    ReportSavings,
    UsageReport,
)

#: What the page draws, whatever else was asked for.
NEEDED: tuple[tuple[Dimension, ...], ...] = (("day", "model"), ("model",))
#: Columns over time that still can be told apart; beyond, days become months.
MAX_COLUMNS = 190
_BARS = 12
#: A month of days is shown whole.
_TABLE_ROWS = 31
_TITLES = {"model": "Model", "day": "Day", "endpoint": "Endpoint", "team": "Team"}
_NOBODY = "not said"


def to_html(report: UsageReport) -> str:
    """The page; ``report`` must hold the groups ``NEEDED``."""
    totals = report.totals
    period = "No calls"
    if totals.first_day and totals.last_day:
        period = f"{totals.first_day} to {totals.last_day}"
    body = "".join(
        (
            _head(report, period),
            _section("Spend over time", _over_time(_group(report, ("day", "model")))),
            _section("By model", _bars(_group(report, ("model",)))),
            _section("Top drivers", _drivers(report)),
            _section("What would cost less", _waterfall(report.savings)),
            _section("What to change", _recommendations(report.recommendations)),
            *(
                _section(f"By {' and '.join(one.by)}", _table(one))
                for one in report.groups
                if one.by not in NEEDED
            ),
            _section("What was read", _records(report)),
            _foot(report),
        )
    )
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark">'
        f"<title>LLM spending, {period}</title><style>{STYLE}</style></head>"
        f"<body><main>{body}</main></body></html>\n"
    )


def _section(title: str, content: str) -> str:
    return f"<section><h2>{title}</h2>{content}</section>" if content else ""


def _group(report: UsageReport, by: tuple[Dimension, ...]) -> Group:
    return next(one for one in report.groups if one.by == by)


def _usd(amount: Decimal | None) -> str:
    if amount is None:
        return "<i>no known price</i>"
    return f'<data data-usd="{plain(amount)}">{usd(amount)}</data>'


def _name(value: str | None) -> str:
    return f"<i>{_NOBODY}</i>" if value is None else f"<bdi>{escape(value)}</bdi>"


def _head(report: UsageReport, period: str) -> str:
    totals, saves = report.totals, add(one.saves_usd for one in report.savings.steps)
    figures = (
        ("Calls", count(totals.calls)),
        ("Input tokens", count(totals.prompt_tokens)),
        ("Read from cache", percent(_share(totals.cache_read_tokens, totals.prompt_tokens))),
        ("Output tokens", count(totals.output_tokens)),
        ("Could be saved", _usd(saves)),
        ("Without a price", percent(report.unpriced.share)),
    )
    shown = "".join(f"<div><dt>{name}</dt><dd>{value}</dd></div>" for name, value in figures)
    total = f'<p class="total" id="total">{_usd(totals.cost_usd)}</p>'
    return (
        f"<header><h1>LLM spending</h1><p>{period}, UTC</p>{total}"
        f'<dl class="figures">{shown}</dl></header>'
    )


def _share(part: int, whole: int) -> Decimal | None:
    return share_of(Decimal(part), Decimal(whole))


def _over_time(group: Group) -> str:
    models: dict[str | None, Decimal] = {}
    columns: dict[str, dict[str | None, Decimal]] = {}
    days = {row.values[0] or "" for row in group.rows}
    length = len("2026-10") if len(days) > MAX_COLUMNS else len("2026-10-01")
    for row in group.rows:
        when, model = (row.values[0] or "")[:length], row.values[1]
        models[model] = add((models.get(model, ZERO), row.known_usd))
        column = columns.setdefault(when, {})
        column[model] = add((column.get(model, ZERO), row.known_usd))
    if not columns:
        return ""
    ranked = sorted(models, key=lambda one: (-models[one], one or ""))
    named = ranked[: COLOURS - 1]
    names = [one or _NOBODY for one in named]
    drawn = []
    for when in sorted(columns):
        parts = [columns[when].get(model, ZERO) for model in named]
        parts.append(subtract(add(columns[when].values()), add(parts)))
        drawn.append((when, parts))
    if len(ranked) > len(named):
        names.append(f"{len(ranked) - len(named)} others")
    highest = max(add(parts) for _, parts in drawn)
    legend = "".join(
        f'<li><span class="key k{number if number < len(named) else COLOURS - 1}"></span>'
        f"{_name(name)}</li>"
        for number, name in enumerate(names)
    )
    unit = "month" if length < len("2026-10-01") else "day"
    chart = stacked(
        [(when, _aligned(parts)) for when, parts in drawn],
        [*names, *[""] * (COLOURS - len(names))],
        f"Spend per {unit} by model, at most {usd(highest)}",
    )
    ends = f"<span>{drawn[0][0]}</span><span>{drawn[-1][0]}</span>"
    return (
        f'<p class="scale">highest {unit}: {_usd(highest)}</p>{chart}<p class="ends">{ends}</p>'
        f'<ul class="legend">{legend}</ul>'
    )


def _aligned(parts: Sequence[Decimal]) -> list[Decimal]:
    """Series by colour: the last part, all others, always has the last one."""
    return [*parts[:-1], *[ZERO] * (COLOURS - len(parts)), parts[-1]]


def _bars(group: Group) -> str:
    rows = list(group.rows[:_BARS])
    most = max((one.known_usd for one in rows), default=ZERO)
    lines = [
        _line(_name(one.values[0]), bar(one.known_usd, most), one.cost_usd, one.share)
        for one in rows
    ]
    rest = [*group.rows[_BARS:], *([group.others] if group.others else [])]
    if rest:
        cost = add(one.known_usd for one in rest)
        shares = [one.share for one in rest if one.share is not None]
        lines.append(_line("<i>all others</i>", bar(cost, most, 7), cost, add(shares)))
    return f'<ul class="bars">{"".join(lines)}</ul>' if lines else ""


def _line(name: str, drawing: str, cost: Decimal | None, share: Decimal | None) -> str:
    return (
        f'<li><span class="name">{name}</span><span class="amount">{_usd(cost)}'
        f" <small>{percent(share)}</small></span>{drawing}</li>"
    )


def _drivers(report: UsageReport) -> str:
    most = max((one.known_usd for one in report.top_drivers), default=ZERO)
    lines = [
        _line(
            f"{_name(one.values[0])} on {_name(one.values[1])}",
            bar(one.known_usd, most, 1),
            one.cost_usd,
            one.share,
        )
        for one in report.top_drivers
    ]
    return f'<ol class="bars">{"".join(lines)}</ol>' if lines else ""


def _waterfall(savings: ReportSavings) -> str:
    if not savings.steps:
        return "<p>Nothing was found that would have cost less.</p>"
    lines = [_step("Spent", bar(savings.spent_usd, savings.spent_usd, 7), savings.spent_usd)]
    left = savings.spent_usd
    # A step that costs more would start left of what is left; the scale holds the highest point.
    scale = max(left, *_levels(savings))
    for step in savings.steps:
        after = subtract(left, step.saves_usd)
        size, start = abs(step.saves_usd), min(left, after)
        drawing = bar(size, scale, 2 if step.saves_usd >= 0 else 3, start)
        lines.append(_step(KINDS[step.kind], drawing, subtract(ZERO, step.saves_usd)))
        left = after
    drawing = bar(savings.remaining_usd, scale, 0)
    lines.append(_step("What would remain", drawing, savings.remaining_usd))
    return f'<ul class="bars waterfall">{"".join(lines)}</ul>'


def _levels(savings: ReportSavings) -> Iterator[Decimal]:
    left = savings.spent_usd
    for step in savings.steps:
        left = subtract(left, step.saves_usd)
        yield left


def _step(name: str, drawing: str, amount: Decimal) -> str:
    shown = f'<span class="amount">{_usd(amount)}</span>'
    return f'<li><span class="name">{name}</span>{shown}{drawing}</li>'


def _recommendations(found: Sequence[ReportRecommendation]) -> str:
    cards = []
    for one in found[:_TABLE_ROWS]:
        where = f" at {_name(one.endpoint)}" if one.endpoint is not None else ""
        cards.append(
            f"<li><h3>{escape(KINDS[one.kind])}: {_name(one.model)}{where} &rarr;"
            f" {_name(one.target)}</h3>"
            f'<p class="saves">saves {_usd(one.saves_usd)}'
            f' <small class="sure">{one.confidence} confidence</small></p>'
            f"<p>{escape(one.why)}</p><p><small>{escape(one.arithmetic)}</small></p></li>"
        )
    rest = found[_TABLE_ROWS:]
    if rest:
        saves = _usd(add(one.saves_usd for one in rest))
        cards.append(f"<li><p>{len(rest)} smaller ones save {saves} together.</p></li>")
    return f'<ol class="cards">{"".join(cards)}</ol>' if cards else ""


def _table(group: Group) -> str:
    names = "".join(f"<th>{_TITLES[one]}</th>" for one in group.by)
    rows = [_cells([_name(value) for value in row.values], row) for row in group.rows[:_TABLE_ROWS]]
    rest = [*group.rows[_TABLE_ROWS:], *([group.others] if group.others else [])]
    if rest:
        rows.append(_rest(rest, len(group.by)))
    return (
        f'<div class="wide"><table><thead><tr>{names}<th>Cost</th><th>Share</th><th>Calls</th>'
        f"</tr></thead><tbody>{''.join(rows)}</tbody></table></div>"
        if rows
        else ""
    )


def _cells(names: Iterable[str], row: GroupRow) -> str:
    cells = "".join(f"<td>{one}</td>" for one in names)
    return (
        f"<tr>{cells}<td>{_usd(row.cost_usd)}</td><td>{percent(row.share)}</td>"
        f"<td>{count(row.calls)}</td></tr>"
    )


def _rest(rows: Sequence[GroupRow], width: int) -> str:
    cost = _usd(add(one.known_usd for one in rows))
    share = percent(add([one.share for one in rows if one.share is not None]))
    calls = count(sum(one.calls for one in rows))
    name = f'<td colspan="{width}"><i>all others</i></td>'
    return f"<tr>{name}<td>{cost}</td><td>{share}</td><td>{calls}</td></tr>"


def _records(report: UsageReport) -> str:
    records = report.records
    fates = (
        ("Read", records.read),
        ("Priced", records.priced),
        ("Without a known price", records.unpriced),
        ("Rejected", records.rejected),
        ("Duplicates", records.duplicates),
        ("Filtered out", records.filtered_out),
    )
    rows = "".join(f"<tr><th>{name}</th><td>{count:,}</td></tr>" for name, count in fates)
    reasons = [
        f"{_name(one.model)}: {escape(one.reason)} ({one.calls:,} calls)"
        for one in report.unpriced.reasons[:10]
    ]
    reasons += [f"Line {one.line}: {escape(one.reason)}" for one in report.rejected[:10]]
    listed = "".join(f"<li>{one}</li>" for one in reasons)
    return f"<table><tbody>{rows}</tbody></table>" + (f"<ul>{listed}</ul>" if listed else "")


def _foot(report: UsageReport) -> str:
    notes = "".join(
        f"<li>{escape(one)}</li>"
        for one in (*report.assumptions, *(one.message for one in report.warnings))
    )
    version = escape(report.pricing.version)
    stale = ", which may be out of date" if report.pricing.stale else ""
    return (
        f"<footer><ul>{notes}</ul><p>Exact total: <code>{plain(report.totals.cost_usd)}</code> USD."
        f" Prices: version <code>{version}</code>{stale}.</p></footer>"
    )


#: Colours a chart tells apart; the last is for all others. The page's style names them.
COLOURS = 8


def bar(size: Decimal, of: Decimal, colour: int = 0, start: Decimal = ZERO) -> str:
    """One horizontal bar from ``start``, as parts of the largest amount."""
    left, width = _percent(start, of), _percent(size, of)
    return (
        f'<svg class="bar" aria-hidden="true"><rect class="c{colour}" x="{left}%" width="{width}%"'
        ' height="100%" rx="2"/></svg>'
    )


def stacked(
    columns: Sequence[tuple[str, Sequence[Decimal]]], names: Sequence[str], label: str
) -> str:
    """Columns over time, each a stack of the named series from the bottom up."""
    highest = max((add(parts) for _, parts in columns), default=ZERO)
    drawn = []
    step = ratio(100, max(len(columns), 1))
    for number, (when, parts) in enumerate(columns):
        below = ZERO
        for series, amount in enumerate(parts):
            if not amount:
                continue
            height = _percent(amount, highest)
            top = _rounded(Decimal(100) - _exact_percent(below + amount, highest))
            title = f"{when}: {names[series]} {usd(amount)}"
            drawn.append(
                f'<rect class="c{series}" x="{_rounded(step * number)}%" y="{top}%"'
                f' width="{_rounded(step * Decimal("0.86"))}%" height="{height}%">'
                f"<title>{escape(title)}</title></rect>"
            )
            below += amount
    return f'<svg class="columns" role="img" aria-label="{escape(label)}">{"".join(drawn)}</svg>'


def _percent(part: Decimal, whole: Decimal) -> Decimal:
    return _rounded(_exact_percent(part, whole))


def _exact_percent(part: Decimal, whole: Decimal) -> Decimal:
    return ratio(part * 100, whole) if whole > 0 else ZERO


def _rounded(percent: Decimal) -> Decimal:
    return percent.quantize(Decimal("0.01")).normalize() if percent else ZERO


STYLE = (
    """
:root{--ink:#1a1d21;--soft:#5b636e;--line:#dfe3e8;--page:#f6f7f9;--card:#fff;
--c0:#2f6fde;--c1:#d9730d;--c2:#1c9a63;--c3:#c2335a;--c4:#7a52c7;--c5:#0f8fa3;--c6:#a37c0a;
--c7:#98a1ad}
@media(prefers-color-scheme:dark){:root{--ink:#e8eaed;--soft:#a3abb6;--line:#343a43;--page:#14171b;
--card:#1d2126;--c0:#6ea2ff;--c1:#f2a45c;--c2:#4fcf96;--c3:#f2789a;--c4:#b394f5;--c5:#4cc6d9;
--c6:#d9b53a;--c7:#6f7885}}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--ink);
font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
main{max-width:1040px;margin:0 auto;padding:16px}
header,section{background:var(--card);border:1px solid var(--line);border-radius:10px;
padding:16px 20px;margin:0 0 16px}
h1{font-size:1.15rem;margin:0}
h1+p{margin:0;color:var(--soft)}
h2{font-size:1rem;margin:0 0 12px}
h3{font-size:1rem;margin:0;overflow-wrap:anywhere}
.total{font-size:2.6rem;font-weight:650;line-height:1.15;margin:12px 0;
font-variant-numeric:tabular-nums;overflow-wrap:anywhere}
.figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(132px,1fr));gap:12px;margin:0}
dt{color:var(--soft);font-size:.85rem}
dd{margin:0;font-weight:600;font-variant-numeric:tabular-nums}
small,.scale,.ends{color:var(--soft);font-size:.85rem}
.scale{margin:0 0 4px;text-align:right}
.columns{display:block;width:100%;height:220px;border-bottom:1px solid var(--line)}
.ends{display:flex;justify-content:space-between;margin:4px 0 12px}
.legend{display:flex;flex-wrap:wrap;gap:6px 18px;margin:0;padding:0;list-style:none;
font-size:.9rem}
.legend li{overflow-wrap:anywhere}
.key{display:inline-block;width:.75em;height:.75em;border-radius:2px;margin-right:.45em}
.bars,.cards{margin:0;padding:0;list-style:none}
.bars li{display:grid;grid-template-columns:1fr auto;gap:2px 12px;padding:6px 0}
.name{overflow-wrap:anywhere;min-width:0}
.amount{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
.bar{grid-column:1/-1;display:block;width:100%;height:12px;background:var(--page);
border-radius:3px;overflow:hidden}
.cards li{border-top:1px solid var(--line);padding:12px 0}
.cards li:first-child{border:0;padding-top:0}
.cards p{margin:2px 0;overflow-wrap:anywhere}
.saves{font-weight:600;color:var(--c2)}
.sure{font-weight:400;margin-left:.4em}
.wide{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:.92rem}
th,td{text-align:right;padding:5px 8px;border-bottom:1px solid var(--line);
font-variant-numeric:tabular-nums;vertical-align:top}
th:first-child,td:first-child{text-align:left;padding-left:0;overflow-wrap:anywhere}
th{font-weight:600;color:var(--soft)}
footer{color:var(--soft);font-size:.85rem;padding:0 4px}
footer ul,section ul:not([class]){padding-left:1.2em;overflow-wrap:anywhere}
code{overflow-wrap:anywhere}
@media(max-width:520px){main{padding:8px}header,section{padding:14px}.total{font-size:2rem}
.columns{height:170px}}
@media print{:root{--page:#fff;--card:#fff;--ink:#000;--soft:#444;--line:#ccc}
body{font-size:11pt}main{max-width:none;padding:0}
header,section{border-radius:0;border-width:0 0 1px;padding:8px 0}
.bars li,.cards li,tr,.columns{break-inside:avoid}h2{break-after:avoid}
*{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
""".replace("\n", "")
    + "".join(
        f".c{number}{{fill:var(--c{number})}}.k{number}{{background:var(--c{number})}}"
        for number in range(8)
    )
)
