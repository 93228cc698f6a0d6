"""Answers of the API in a person's words: what ``output`` shows as a table and as Markdown.

Every function takes the JSON answer of one route. Amounts are rounded for reading; ``--json`` has
them exactly.
"""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from pricing.display import count, counted, percent, price, usd
from tariff.output import Shown, Table

Answer = Mapping[str, Any]
_NONE = "-"


def money(amount: Any) -> str:
    """An amount of an answer; a dash where it is unknown."""
    return _NONE if amount is None else usd(Decimal(amount))


def number(amount: Any) -> str:
    """A count of an answer, which may have a fraction; a dash where it is unknown."""
    if amount is None:
        return _NONE
    value = Decimal(str(amount))
    return count(value) if value == value.to_integral_value() else f"{value.normalize():,f}"


def share(percentage: Any) -> str:
    """A percentage of an answer to one decimal; a dash where it is unknown."""
    return _NONE if percentage is None else percent(Decimal(percentage) / 100)


def footer(answer: Answer) -> str:
    """The prices that were used, which every answer names."""
    used = answer["pricing"]
    where = "bundled with this command" if used["source"] == "bundled" else "active"
    card = " with your rate card" if answer.get("rate_card") else ""
    return f"Prices: version {used['version']} ({where}){card}, at {used['as_of']}."


def notes_of(answer: Answer) -> list[str]:
    """What an answer warns of, did not understand, and takes for granted."""
    warned = [notice["message"] for notice in answer.get("warnings", ())]
    named = [one["pointer"] for one in answer.get("unread", ())]
    told = {text.partition(" ")[0] for text in warned}  # such as usage.new_tokens
    unread = [
        f"{place} was not understood."
        for place in named
        if not any(place.replace("/", ".").endswith(f".{name}") for name in told)
    ]
    return [*warned, *unread, *answer.get("assumptions", ())]


def _model(model: Answer) -> str:
    return f"{model['provider']}/{model['id']}"


def _at_least(answer: Answer) -> str:
    """What precedes a total that leaves out something without a price."""
    return "at least " if answer.get("status") == "partial" else ""


def _total(answer: Answer) -> str:
    """A total, which may leave out something without a price, or everything."""
    if answer.get("status") == "unpriced":
        return "no known price"
    return f"{_at_least(answer)}{money(answer['total_usd'])}"


def paid(answer: Answer) -> list[tuple[str, str]]:
    """What is paid by a rate card, and the total in another currency, where they were asked for."""
    facts = []
    net = answer.get("net")
    if net:
        facts.append(("By your rate card", _total(net)))
    if (other := answer.get("converted")) and (net or answer).get("status") != "unpriced":
        total = Decimal(other["amounts"].get("/net/total_usd", other["total"]))
        rate = f"at {Decimal(other['rate']).normalize():f}, {other['rate_date']}"
        shown = f"{_at_least(net or answer)}{_number(total)} ({rate})"
        facts.append((other["currency"], shown))
    return facts


def elsewhere(answer: Answer, name: str, pointer: str) -> list[tuple[str, str]]:
    """An amount of an answer in another currency, where that was asked for."""
    other = answer.get("converted")
    amount = other and other["amounts"].get(pointer)
    if not other or amount is None:
        return []
    rate = f"at {Decimal(other['rate']).normalize():f}, {other['rate_date']}"
    return [(f"{name} in {other['currency']}", f"{_number(amount)} ({rate})")]


def _number(amount: Any) -> str:
    """An amount without the sign of the dollar."""
    return usd(Decimal(amount)).replace("$", "")


def estimated(answer: Answer) -> Shown:
    """``POST /v1/estimate``."""
    facts = [("Model", _model(answer["model"])), *paid(answer)]
    if answer["calls"] > 1:
        each = _total({**answer, "total_usd": answer["per_call_usd"]})
        facts += [("Calls", number(answer["calls"])), ("Each call", each)]
    if answer["calls_for_budget"] is not None:
        facts.append(("Calls for the budget", number(answer["calls_for_budget"])))
    window = answer["context"]
    if window["window"]:
        used = f"{number(window['used_tokens'])} of {number(window['window'])} tokens"
        facts.append(("Context", used if window["fits"] else f"{used}: does not fit"))
    if counting := answer["counting"]:
        band = f"{money(counting['low_total_usd'])} to {money(counting['high_total_usd'])}"
        facts.append(("Error of counting", band))
    rows = [
        (line["component"], number(line["quantity"]), _price(line), money(line["cost_usd"]))
        for line in answer["line_items"]
    ]
    return Shown(
        _total(answer),
        facts,
        [Table(("Component", "Quantity", "Price", "Cost"), rows)],
        notes_of(answer),
        footer(answer),
    )


def _price(line: Answer) -> str:
    for name, value in line.items():
        if name.startswith("usd_per_") and value is not None:
            unit = "1M" if name == "usd_per_mtok" else line["unit"]
            return f"{price(Decimal(value))}/{unit}"
    return _NONE


def compared(answer: Answer) -> Shown:
    """``POST /v1/compare``."""
    rows = answer["rows"]
    by_budget = any(row["calls_for_budget"] is not None for row in rows)
    many = any(row["calls"] > 1 for row in rows)
    by_card = any(row["net"] for row in rows)
    currency = next((row["converted"]["currency"] for row in rows if row["converted"]), "")
    columns = {
        "Model": True,
        "List price" if by_card else "Total": True,
        "By your rate card": by_card,
        currency: bool(currency),
        "Each call": many,
        "Relative": True,
        "Calls for the budget": by_budget,
        "Status": answer["status"] != "priced",
    }
    cells = [
        [cell for cell, wanted in zip(_compared(row), columns.values(), strict=True) if wanted]
        for row in rows
    ]
    notes = [f"{one['model']} is left out: {one['reason']}" for one in answer["excluded"]]
    notes += dict.fromkeys(_of_which(row, note, rows) for row in rows for note in notes_of(row))
    notes += (note for note in notes_of(answer) if note not in notes)
    cheapest = answer["cheapest"]
    title = (
        f"Cheapest: {cheapest}"
        if cheapest
        else "No model that is offered today has a price for this call"
    )
    if answer["baseline"]:
        title += f", compared with {answer['baseline']}"
    names = [name for name, wanted in columns.items() if wanted]
    return Shown(title, (), [Table(names, cells)], notes, footer(answer))


def _of_which(row: Answer, note: str, rows: Sequence[Answer]) -> str:
    """A note with its model's name, unless it has the name or is one of every model's."""
    name = row["model"]["id"]
    is_told = name in note or all(note in notes_of(other) for other in rows)
    return note if is_told else f"{name}: {note}"


def _compared(row: Answer) -> tuple[str, ...]:
    """The cells of a model in a comparison; by the rate card, where there is one."""
    net, other, relative = row["net"], row["converted"], row["relative_to_baseline"]
    paid = net or row
    converted = _NONE
    if other and paid["status"] != "unpriced":
        converted = _number(other["amounts"].get("/net/total_usd", other["total"]))
    return (
        _model(row["model"]),
        money(row["total_usd"]) if row["status"] != "unpriced" else _NONE,
        money(net["total_usd"]) if net and net["status"] != "unpriced" else _NONE,
        converted,
        money(paid["per_call_usd"]) if paid["status"] != "unpriced" else _NONE,
        _NONE if relative is None else f"{Decimal(relative).quantize(Decimal('0.001'))}x",
        number(row["calls_for_budget"]),
        row["status"],
    )


def recommended(answer: Answer) -> Shown:
    """``POST /v1/recommend``."""
    rows = []
    notes: list[str] = []
    for place, found in enumerate(answer["recommendations"], start=1):
        name = found["name"] or str(place)
        estimate, model = found["estimate"], found["model"]
        rows.append(
            (
                name,
                _model(model) if model else _NONE,
                found["complexity"] or _NONE,
                found["kind"] or _NONE,
                money(estimate["total_usd"] if estimate else None),
            )
        )
        notes.append(f"{name}: {found['why']}")
        for saving in ("batch", "caching"):
            advice = found[saving]
            if advice and advice["suitable"] and advice["saves_usd"]:
                notes.append(f"{name}: {saving} would save {money(advice['saves_usd'])}.")
        notes += notes_of(found)
    facts = []
    if top := answer["savings_vs_always_top"]:
        saved = f"{money(top['saves_usd'])} ({share(top['saves_percent'])})"
        if top["saves_usd"] is None:
            saved = "not known"
        facts.append((f"Saved compared with always {top['model']}", saved))
    facts += elsewhere(answer, "Cost", "/total_usd")
    table = Table(("Task", "Model", "Complexity", "Kind", "Cost"), rows, "<<<<>")
    title = f"Recommended: {rows[0][1]}" if len(rows) == 1 else f"{len(rows)} recommendations"
    return Shown(title, facts, [table], [*notes, *notes_of(answer)], footer(answer))


def cached(answer: Answer) -> Shown:
    """``POST /v1/plan/caching``, for calls that are planned."""
    plan = answer["plan"]
    if not plan["cacheable"]:
        return Shown("This prefix is not cached", (), (), [plan["why_not"]], footer(answer))
    rows = [("none", _NONE, money(plan["plain_month"]["cost_usd"]), _NONE, _NONE)]
    rows += [
        (
            option["ttl"],
            number(option["first_cheaper_reads"]),
            money(option["month"]["cost_usd"]),
            money(option["month"]["saves_usd"]),
            share(option["month"]["saves_percent"]),
        )
        for option in plan["options"]
    ]
    saves = Decimal(plan["saves_usd_per_month"])
    title = f"Caching {'costs' if saves < 0 else 'saves'} {usd(abs(saves))} a month"
    title += " more than it saves" if saves < 0 else ""
    explicit = plan["explicit"]
    if plan["ttl"] == "none":
        title = "Caching saves nothing for these calls"
        if explicit and Decimal(explicit["saves_usd"]) > 0:
            title = f"Only an explicit cache saves: {money(explicit['saves_usd'])} a month"
    facts = [
        ("Model", _model(answer["model"])),
        ("Best time to live", str(plan["best_ttl"])),
        ("Each call without caching", money(plan["plain_call_usd"])),
        *elsewhere(answer, "A month", "/plan/month_usd"),
    ]
    header = ("Time to live", "Reads to break even", "Month", "Saves", "Saves %")
    notes = [advice["message"] for advice in answer["advice"]]
    return Shown(title, facts, [Table(header, rows)], [*notes, *notes_of(answer)], footer(answer))


def batched(answer: Answer) -> Shown:
    """``POST /v1/plan/batch``."""
    suits = answer["suitability"]
    rows = [("one by one", money(answer["standard_usd"]), _NONE)]
    rows.append(("in batches", money(answer["batch_usd"]), money(answer["saves_usd"])))
    rows += [
        (one["name"].replace("_", " "), money(one["cost_usd"]), money(one["saves_usd"]))
        for one in answer["stacked"]
    ]
    facts = [
        ("Model", _model(answer["model"])),
        ("Requests", number(answer["requests"])),
        ("Suits batches", suits["suits"]),
    ]
    if answer["size"]:
        facts.append(("Batches", number(answer["size"]["batches"])))
    facts += elsewhere(answer, "In batches", "/batch_usd")
    title = "Batches have no known price here"
    if answer["saves_usd"] is not None:
        title = f"Batches save {money(answer['saves_usd'])} ({share(answer['saves_percent'])})"
        title += " of what has a known price" if answer["status"] == "partial" else ""
    notes = [reason["message"] for reason in suits["reasons"]]
    return Shown(
        title,
        facts,
        [Table(("How", "Cost", "Saves"), rows)],
        [*notes, *notes_of(answer)],
        footer(answer),
    )


def budgeted(answer: Answer) -> Shown:
    """``POST /v1/plan/context``, for the parts of a prompt."""
    budget = answer["budget"]
    rows = [
        (
            part["name"],
            number(part["tokens"]),
            money(part["usd_per_call"]),
            "keep" if part["keep"] else "drop",
            part["why"].replace("_", " "),
        )
        for part in budget["parts"]
    ]
    title = f"{number(budget['prompt_tokens'])} tokens"
    title += f", {share(budget['percent_of_window'])} of the window" if budget["window"] else ""
    facts = [
        ("Model", _model(answer["model"])),
        ("Kept", f"{number(budget['kept_tokens'])} tokens"),
    ]
    if budget["drop"]:
        facts.append(("Dropping saves each call", money(budget["saves_usd_per_call"])))
        facts += elsewhere(answer, "That is", "/budget/saves_usd_per_call")
    table = Table(("Part", "Tokens", "Each call", "Advice", "Why"), rows, "<>><<")
    return Shown(title, facts, [table], notes_of(answer), footer(answer))


def subscribed(answer: Answer) -> Shown:
    """``POST /v1/plan/subscription``."""
    rows = []
    for plan in answer["plans"]:
        for offer in plan["offers"]:
            verified = "" if offer["verified"] else "not verified"
            rows.append(
                (
                    f"{plan['name']}, {offer['billing']}",
                    money(offer["month_usd"]),
                    money(offer["saves_usd"]),
                    number(offer["break_even_calls"]),
                    verified,
                )
            )
    api = answer["api"]
    seats = f" for {number(answer['seats'])} seats" if answer["seats"] > 1 else ""
    title = f"The API costs {_at_least(answer)}{money(api['month_usd'])} a month{seats}"
    header = ("Plan", "Month", "Saves", "Break-even calls", "Price")
    table = Table(header, rows, "<>>><")
    facts = elsewhere(answer, "By the API", "/api/month_usd")
    return Shown(title, facts, [table], notes_of(answer), footer(answer))


def listed(answer: Answer) -> Shown:
    """``GET /v1/models``."""
    rows = [
        (
            _model(model),
            _per_million(model, "input"),
            _per_million(model, "cache_read"),
            _per_million(model, "output"),
            number(model["context_window"]),
            model["mode"] or _NONE,
        )
        for model in answer["models"]
    ]
    header = ("Model", "Input/1M", "Cached/1M", "Output/1M", "Context", "Mode")
    more = ["There are more: narrow the search, or raise --limit."] if answer["next_cursor"] else []
    title = f"{'The first ' if more else ''}{counted(len(rows), 'model')}"
    return Shown(title, (), [Table(header, rows, "<>>>><")], more, footer(answer))


def _per_million(model: Answer, component: str) -> str:
    prices = model["usd_per_mtok"] or {}
    return price(Decimal(prices[component])) if component in prices else _NONE


def differing(answer: Answer) -> Shown:
    """``GET /v1/pricing/diff``."""
    rows = list(_changes(answer["changes"]))
    before, after = answer["from_version"], answer["to_version"]
    facts = [(name.capitalize(), number(answer[name])) for name in ("added", "removed", "changed")]
    header = ("Model", "Change", "Price", "Before", "After", "%")
    more = ["There are more: raise --limit."] if answer["next_cursor"] else []
    table = Table(header, rows, "<<<>")
    footer = f"Prices at {answer['as_of'] or 'this moment'}."
    return Shown(f"From {before} to {after}", facts, [table], more, footer)


def _changes(changes: Iterable[Answer]) -> Iterable[tuple[str, ...]]:
    for change in changes:
        for field in change["fields"] or [{}]:
            moved = field.get("change_percent")
            yield (
                f"{change['provider']}/{change['id']}",
                change["kind"],
                field.get("field", _NONE),
                str(field.get("before") or _NONE),
                str(field.get("after") or _NONE),
                _NONE if moved is None else f"{Decimal(moved).quantize(Decimal('0.1')):+f}",
            )
