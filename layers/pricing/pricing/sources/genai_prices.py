"""Read genai-prices' published JSON into Tariff's components, names and periods.

Only its data are used, none of its arithmetic. Three things its entries do not say by themselves:

* A variant's start date (batch, flex, priority, fast) is the day the price was verified, not
  the day it began: a variant applies to the whole period that contains that day.
* Daily windows apply in the newest dated period only; older periods had none or others.
* A list whose first entry is the off-peak price, with peak hours after it, is turned round: the
  plain price is the peak one, and a window names the cheaper hours.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import date, time, timedelta
from decimal import Decimal
from typing import Any

from pricing.money import EXACT
from pricing.sources.payload import (
    InvalidPrice,
    Payload,
    SourceNotes,
    SourceRefused,
    is_token_count,
    name_from,
    price_from_float,
    read_document,
    require_usd,
)
from pricing.sources.price_tables import PriceTable, Tiers, document_of
from pricing.values import immutable

#: genai-prices' provider names, and Tariff's. Its Google prices are those of both Google APIs.
PROVIDERS = {"aws": "bedrock", "github-copilot": "github_copilot", "x-ai": "xai"} | {
    name: name
    for name in (
        *("anthropic", "arcee", "azure", "baseten", "cerebras", "cloudflare", "cohere"),
        *("databricks", "deepseek", "fireworks", "google", "groq", "meta", "minimax", "mistral"),
        *("moonshotai", "novita", "openai", "openrouter", "perplexity", "together", "voyageai"),
        "zai",
    )
}
COMPONENTS = {
    "input_mtok": "input",
    "output_mtok": "output",
    "cache_read_mtok": "cache_read",
    "cache_write_mtok": "cache_write_5m",
    "cache_write_1h_mtok": "cache_write_1h",
    "input_audio_mtok": "audio_input",
    "output_audio_mtok": "audio_output",
    "cache_audio_read_mtok": "audio_cache_read",
    "cache_image_read_mtok": "image_cache_read",
    "input_image_mtok": "image_input",
    "output_image_mtok": "image_output",
    "output_reasoning_mtok": "reasoning_output",
    "input_video_mtok": "video_input",
    "output_video_mtok": "video_output",
}
#: The list also has Perplexity's fee for each request, with the widest search context only.
PER_THOUSAND = {"web_searches_kcount": "web_search"}
MODES = {
    "batch": {"processing": "batch"},
    "flex": {"service_tier": "flex"},
    "priority": {"service_tier": "priority"},
    "fast": {"service_tier": "fast"},
}
#: What the list puts before a Bedrock id to distinguish its regional row from the global one.
LABEL = "regional."
TURNED_ROUND = "Prices change by the hour (UTC): a window holds the off-peak price."
#: Patterns of the list are ``^gpt-5-mini-\d{4}-\d{2}-\d{2}$`` and ``^(typesafe/)?jev-1(-\d{8})?$``.
#: What makes a pattern slow is the number of ways in which it can match: these bounds keep the time
#: for one name in proportion to its length.
MAX_PATTERN = 200
MAX_VARYING = 4
_ATOM = re.compile(r"\\[^0-9]|\[(?:\\.|[^\\\]])+\]", re.ASCII)
_LOOK = re.compile(r"\(\?[:!=]")
_REPEATS = re.compile(r"[*+?]|\{[^}]*\}")
_FIXED = re.compile(r"\{[0-9]{1,2}\}", re.ASCII)

#: A match rule as published: one key, the kind of rule, with its text or its list of rules.
Rule = Mapping[str, Any]
Hours = tuple[time, time]


@immutable
class ListedModel:
    """One model of the list: its id, the rule that says which names it answers to, and its row.

    ``row`` is None for a model without a token price.
    """

    id: str
    match: Rule
    row: dict[str, Any] | None


@immutable
class _Prices:
    """One set of prices in Tariff's components.

    ``start`` is the day it begins, ``hours`` the daily window it applies in.
    """

    tiers: Tiers
    start: date | None = None
    hours: Hours | None = None


def read(payload: Payload, notes: SourceNotes) -> dict[str, list[ListedModel]]:
    """Return the list's models by Tariff's provider id; raises SourceRefused.

    A model that cannot be read is left out and noted. So is an id that is listed twice, both times,
    because neither of its prices can be trusted.
    """
    found: dict[str, list[ListedModel]] = {}
    for raw in read_document(payload, list):
        if not isinstance(raw, dict) or not isinstance(raw.get("id"), str):
            raise SourceRefused(f"{payload.source}: a provider without an id")
        provider = PROVIDERS.get(raw["id"])
        if provider is None:
            continue
        if not isinstance(raw.get("models"), list):
            raise SourceRefused(f"{payload.source}: {raw['id']} has no list of models")
        found[provider] = models = []
        listed = Counter(str(entry.get("id")) for entry in raw["models"] if isinstance(entry, dict))
        for entry in raw["models"]:
            name = entry.get("id") if isinstance(entry, dict) else entry
            with notes.entry(provider, name):
                model = _model(entry)
                if listed[model.id] > 1:
                    raise ValueError("this id is listed twice")
                models.append(model)
    return found


def _model(entry: Any) -> ListedModel:
    if not isinstance(entry, dict) or not entry:
        raise ValueError("the entry is not an object with prices")
    require_usd(entry)
    window = entry.get("context_window")
    if window is not None and (isinstance(window, bool) or not isinstance(window, int)):
        raise ValueError("context_window is not a count")
    id_ = name_from(entry["id"])
    name = name_from(entry["name"]) if entry.get("name") else None
    match = entry["match"]
    check_rule(match)
    listed = entry["prices"]
    entries = listed if isinstance(listed, list) else [{"prices": listed}]
    prices = [_prices(part["prices"], part.get("constraint")) for part in entries]
    variants = [
        (
            {name_from(key): name_from(value) for key, value in part["when"].items()},
            _prices(part["prices"], part.get("constraint")),
        )
        for part in entry.get("price_variants") or ()
    ]
    periods = list(_periods(prices, variants))
    if not periods or "input" not in periods[-1]["lists"]["standard"]["rates"]:
        return ListedModel(id_, match, None)
    own = id_.removeprefix(LABEL)
    names = {*_equal_names(match)} | ({own} if rule_accepts(match, own) else set())
    row = {
        "id": id_,
        "name": name,
        "names": sorted(names),
        "context_window": window,
        "deprecated": entry.get("deprecated") is True,
        "periods": periods,
        "notes": list(_notes(prices)),
    }
    return ListedModel(id_, match, {key: value for key, value in row.items() if value})


_TESTS: Mapping[str, Callable[[Any, str], bool]] = {
    "or": lambda rules, name: any(rule_accepts(rule, name) for rule in rules),
    "and": lambda rules, name: all(rule_accepts(rule, name) for rule in rules),
    "equals": lambda text, name: name == text.lower(),
    "starts_with": lambda text, name: name.startswith(text.lower()),
    "ends_with": lambda text, name: name.endswith(text.lower()),
    "contains": lambda text, name: text.lower() in name,
    "regex": lambda pattern, name: re.search(pattern, name) is not None,
}


def rule_accepts(rule: Rule, name: str) -> bool:
    """Whether a match rule accepts a name, in any case."""
    ((kind, value),) = rule.items()
    return _TESTS[kind](value, name.lower())


def check_rule(rule: Rule) -> None:
    """Raise ValueError (or ``re.error``) for a match rule that cannot be evaluated safely."""
    ((kind, value),) = rule.items()
    if kind not in _TESTS:
        raise ValueError(f"unknown match rule {kind!r:.40}")
    if kind in ("or", "and"):
        for part in value:
            check_rule(part)
    elif kind == "regex":
        _check_pattern(name_from(value))
    else:
        name_from(value)


def _check_pattern(pattern: str) -> None:
    """Raise ValueError for a pattern that could take long on a short name."""
    text = _LOOK.sub("(", _ATOM.sub("x", pattern))
    varying = [repeat for repeat in _REPEATS.findall(text) if not _FIXED.fullmatch(repeat)]
    unbounded = len(varying) - varying.count("?")
    if len(pattern) > MAX_PATTERN or "\\" in text or "(?" in text:
        raise ValueError("its pattern is not of a kind that the list uses")
    if re.search(r"\)[*+{]|[*+?}][*+?{]", text):
        raise ValueError("its pattern repeats a group or a repetition")
    most = 1 if text.startswith("^") else 0
    if unbounded > most or len(varying) + text.count("|") > MAX_VARYING:
        raise ValueError("its pattern can match in too many ways")
    re.compile(pattern)


def _equal_names(rule: Rule) -> Iterator[str]:
    """Yield the names that a rule states in full. Prefixes and patterns are not names."""
    if "equals" in rule:
        yield rule["equals"]
    for part in rule.get("or", ()):
        yield from _equal_names(part)


def _prices(columns: Mapping[str, Any], constraint: Mapping[str, Any] | None) -> _Prices:
    """Read one set of prices; raises InvalidPrice for any column that is not a price."""
    tiers: Tiers = {0: {}}
    for key, value in columns.items():
        base, steps = _column(value)
        if key in PER_THOUSAND:
            tiers[0][PER_THOUSAND[key]] = EXACT.scaleb(base, -3)
        elif key in COMPONENTS:
            tiers[0][COMPONENTS[key]] = base
            for above, price in steps:
                tiers.setdefault(above, {})[COMPONENTS[key]] = price
    if constraint is None:
        return _Prices(tiers)
    if "start_date" in constraint:
        return _Prices(tiers, start=date.fromisoformat(constraint["start_date"]))
    start, end = (time.fromisoformat(constraint[key]) for key in ("start_time", "end_time"))
    return _Prices(tiers, hours=(start.replace(tzinfo=None), end.replace(tzinfo=None)))


def _column(value: Any) -> tuple[Decimal, list[tuple[int, Decimal]]]:
    """Return a column's base price, and each tier's threshold and price."""
    if not isinstance(value, dict):
        return price_from_float(value), []
    steps = [(tier["start"], price_from_float(tier["price"])) for tier in value["tiers"]]
    if not all(is_token_count(start) for start, _ in steps):
        raise InvalidPrice("a tier does not start at a count of tokens")
    return price_from_float(value["base"]), steps


def _periods(
    prices: list[_Prices], variants: list[tuple[dict[str, str], _Prices]]
) -> Iterator[dict[str, Any]]:
    """Yield the periods of a model; of two prices that apply, the later entry is used."""
    starts = [None, *sorted({part.start for part in prices if part.start})]
    daily = [part for part in prices if part.hours]
    for start, end in zip(starts, [*starts[1:], None], strict=True):
        dated = [
            part
            for part in prices
            if not part.hours
            and (part.start is None or (start is not None and part.start <= start))
        ]
        if not dated:
            continue
        standard = dated[-1].tiers
        period: dict[str, Any]
        if daily and end is None:
            period = _with_windows(standard, daily)
        else:
            period = {"lists": document_of({"standard": standard} | _variants(variants, end))}
        if start:
            period["from"] = start.isoformat()
        if end:
            period["to"] = end.isoformat()
        yield period


def _variants(variants: list[tuple[dict[str, str], _Prices]], end: date | None) -> PriceTable:
    """Return the other modes' prices that apply on a period's last day."""
    last = end - timedelta(days=1) if end else date.max
    found: PriceTable = {}
    for when, prices in variants:
        mode = next((mode for mode, wanted in MODES.items() if wanted == when), None)
        if mode and prices.hours:
            raise ValueError("a variant applies by the hour")
        if mode and mode not in found and (prices.start or date.min) <= last:
            found[mode] = prices.tiers
    return found


def _with_windows(off_peak: Tiers, daily: list[_Prices]) -> dict[str, Any]:
    """Turn peak hours into off-peak windows; raises ValueError for more than one peak price."""
    peak = daily[0].tiers
    if any(part.tiers != peak for part in daily):
        raise ValueError("several peak prices: say how they are to be shown")
    hours = sorted(part.hours for part in daily if part.hours)
    gaps = [(end, start) for (_, end), (start, _) in zip(hours, hours[1:] + hours[:1], strict=True)]
    return {
        "lists": document_of({"standard": peak}),
        "windows": [
            {
                "from": start.isoformat("minutes"),
                "to": end.isoformat("minutes"),
                "lists": document_of({"standard": off_peak}),
            }
            for start, end in sorted(gaps)
        ],
    }


def _notes(prices: list[_Prices]) -> Iterator[str]:
    if any(part.hours for part in prices):
        yield TURNED_ROUND
