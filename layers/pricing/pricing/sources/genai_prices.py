"""Read genai-prices' data objects into Tariff's columns, names and periods.

Only its data are used, none of its arithmetic. What its rows cannot say by themselves is said
here, with the reason:

- A variant's start date (batch, flex, priority, fast) is the day somebody verified it, not the
  day the price began: a variant holds for the whole period that contains that day.
- Daily windows hold in the newest dated period only; older periods had none or others.
- A list whose first entry is the off-peak price with peak hours beside it is turned round, so
  that the plain price is the peak one and a window names the cheaper hours.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, time, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from pricing.sources.payload import (
    Findings,
    InvalidPrice,
    Payload,
    SourceRefused,
    in_dollars,
    price_of,
    read_document,
    text_of,
)
from pricing.sources.price_tables import Sketch, Steps, document_of, per_single

COLUMNS = {
    "input_mtok": "input",
    "output_mtok": "output",
    "cache_read_mtok": "cache_read",
    "cache_write_mtok": "cache_write_5m",
    "cache_write_1h_mtok": "cache_write_1h",
    "input_audio_mtok": "audio_input",
    "output_audio_mtok": "audio_output",
    "cache_audio_read_mtok": "audio_cache_read",
    "input_image_mtok": "image_input",
    "output_image_mtok": "image_output",
    "output_reasoning_mtok": "reasoning_output",
}
PER_THOUSAND = {"web_searches_kcount": "web_search", "requests_kcount": "request_fee"}
#: Priced things Tariff has no component for, in words for a note. The others (hours, characters,
#: pages, messages) are the only price of models that are left out altogether.
NOT_REPRESENTED = {
    "cache_image_read_mtok": "cached image input at ${} per million tokens",
    "input_video_mtok": "video input at ${} per million tokens",
    "output_video_mtok": "video output at ${} per million tokens",
    "output_citation_mtok": "citations at ${} per million tokens",
}
MODES = {
    "batch": {"processing": "batch"},
    "flex": {"service_tier": "flex"},
    "priority": {"service_tier": "priority"},
    "fast": {"service_tier": "fast"},
}
#: What it puts before a Bedrock id to tell its regional row from the global one.
LABEL = "regional."
TURNED_ROUND = "Prices change by the hour (UTC): a window holds the off-peak price."


def rows_of(provider: Any) -> list[dict[str, Any]]:
    """Every token-priced model of one provider, in the provider's own order.

    ``names`` are the exact names it answers to: its id where that is one, and every name its
    match rules state in full. Prefixes and patterns are not names.
    """
    rows = []
    for model in provider.models:
        periods = list(_periods(model))
        if not periods or "input" not in periods[-1]["lists"]["standard"]["rates"]:
            continue
        own = model.id.removeprefix(LABEL)
        names = {*_equal_names(model.match)}
        if clause_matches(model.match, own):
            names.add(own)
        row = {
            "id": model.id,
            "name": model.name,
            "names": sorted(names),
            "context_window": model.context_window,
            "deprecated": model.deprecated,
            "periods": periods,
            "notes": list(_notes(model)),
        }
        rows.append({key: value for key, value in row.items() if value})
    return rows


def clause_matches(clause: Any, name: str) -> bool:
    """Whether a match rule, read as data, accepts a name (in any case)."""
    for attribute, test in _TESTS.items():
        value = getattr(clause, attribute, None)
        if value is not None:
            return test(value, name.lower())
    raise ValueError(f"unknown match rule {clause!r}")


_TESTS: Mapping[str, Callable[[Any, str], bool]] = {
    "or_": lambda clauses, name: any(clause_matches(clause, name) for clause in clauses),
    "and_": lambda clauses, name: all(clause_matches(clause, name) for clause in clauses),
    "equals": lambda value, name: name == value.lower(),
    "starts_with": lambda value, name: name.startswith(value.lower()),
    "ends_with": lambda value, name: name.endswith(value.lower()),
    "contains": lambda value, name: value.lower() in name,
    "regex": lambda value, name: re.search(value, name) is not None,
}


def _equal_names(clause: Any) -> Iterator[str]:
    if getattr(clause, "equals", None) is not None:
        yield clause.equals
    for part in getattr(clause, "or_", ()):
        yield from _equal_names(part)


def _periods(model: Any) -> Iterator[dict[str, Any]]:
    conditions = _conditions(model)
    starts = [None, *sorted({start for start, _, _ in conditions if start})]
    daily = [(hours, prices) for _, hours, prices in conditions if hours]
    for start, end in zip(starts, [*starts[1:], None], strict=True):
        dated = [
            prices
            for begins, hours, prices in conditions
            if not hours and (begins is None or (start is not None and begins <= start))
        ]
        if not dated:
            continue
        sketch = {"standard": _steps(dated[-1])} | _variants(model, end)
        period: dict[str, Any] = {"lists": document_of(sketch)}
        if daily and end is None:
            period = _with_windows(sketch["standard"], daily)
        if start:
            period["from"] = start.isoformat()
        if end:
            period["to"] = end.isoformat()
        yield period


def _conditions(model: Any) -> list[tuple[date | None, tuple[time, time] | None, Any]]:
    """Each price as (start date, daily hours, prices), later ones taking precedence."""
    if not isinstance(model.prices, list):
        return [(None, None, model.prices)]
    found = []
    for entry in model.prices:
        rule = entry.constraint
        hours = None
        if hasattr(rule, "start_time"):
            hours = (rule.start_time.replace(tzinfo=None), rule.end_time.replace(tzinfo=None))
        found.append((getattr(rule, "start_date", None), hours, entry.prices))
    return found


def _variants(model: Any, end: date | None) -> Sketch:
    """The lists of other modes in force on a period's last day."""
    last = end - timedelta(days=1) if end else date.max
    found: Sketch = {}
    for mode, when in MODES.items():
        for variant in model.price_variants or ():
            began = variant.constraint.start_date if variant.constraint else date.min
            if variant.when == when and began <= last:
                found[mode] = _steps(variant.prices)
                break
    return found


def _with_windows(off_peak: Steps, daily: list[tuple[tuple[time, time], Any]]) -> dict[str, Any]:
    """Peak hours turned into off-peak windows; every peak price of a model is the same one."""
    peak = _steps(daily[0][1])
    if any(_steps(prices) != peak for _, prices in daily):
        raise ValueError("several peak prices: say how they are to be shown")
    hours = sorted(hours for hours, _ in daily)
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


def _steps(prices: Any) -> Steps:
    steps: Steps = {0: {}}
    for key, value in vars(prices).items():
        column = COLUMNS.get(key)
        if value is None:
            continue
        if key in PER_THOUSAND:
            steps[0][PER_THOUSAND[key]] = per_single(_base(value))
        elif column:
            steps[0][column] = _base(value)
            for tier in getattr(value, "tiers", ()):
                steps.setdefault(tier.start, {})[column] = tier.price
    return steps


def _base(value: Any) -> Decimal:
    base: Decimal = getattr(value, "base", value)
    return base


def _notes(model: Any) -> Iterable[str]:
    conditions = _conditions(model)
    if any(hours for _, hours, _ in conditions):
        yield TURNED_ROUND
    unseen = [
        words.format(_base(value))
        for key, words in NOT_REPRESENTED.items()
        if (value := vars(conditions[-1][2]).get(key)) is not None
    ]
    if unseen:
        yield f"Not represented: {'; '.join(unseen)}."


_TEXT_RULES = ("equals", "starts_with", "ends_with", "contains")
#: A repeated group that holds a repetition can take for ever on a short name. None is needed.
_EXPLOSIVE = re.compile(r"[+*}][^()]*\)\s*[+*{]|\)\s*[+*{]")


def read(payload: Payload, findings: Findings) -> list[Any]:
    """The providers that Tariff lists, as objects; raises SourceRefused.

    A model that cannot be read is left out and found; so is an id listed twice, both times: two
    prices for one thing are none.
    """
    providers = []
    for raw in read_document(payload, list):
        if not isinstance(raw, dict) or not isinstance(raw.get("id"), str):
            raise SourceRefused(f"{payload.source}: a provider without an id")
        ours = GENAI_PROVIDERS.get(raw["id"])
        if ours is None:
            continue
        if not isinstance(raw.get("models"), list):
            raise SourceRefused(f"{payload.source}: {raw['id']} has no list of models")
        models = list(_models(ours, raw["models"], findings))
        providers.append(SimpleNamespace(id=raw["id"], models=models))
    return providers


def _models(provider: str, raw_models: list[Any], findings: Findings) -> Iterator[Any]:
    listed = Counter(str(raw.get("id")) for raw in raw_models if isinstance(raw, dict))
    for raw in raw_models:
        name = raw.get("id") if isinstance(raw, dict) else raw
        with findings.entry(provider, name):
            model = _model(raw)
            if listed[model.id] > 1:
                raise ValueError("this id is listed twice")
            rows_of(SimpleNamespace(models=[model]))  # what cannot be mapped is found here
            yield model


def _model(raw: Any) -> Any:
    if not isinstance(raw, dict) or not raw:
        raise ValueError("the entry is not an object with prices")
    in_dollars(raw)
    window = raw.get("context_window")
    if window is not None and (isinstance(window, bool) or not isinstance(window, int)):
        raise ValueError("context_window is not a count")
    return SimpleNamespace(
        id=text_of(raw["id"]),
        name=text_of(raw["name"]) if raw.get("name") else None,
        match=_clause(raw["match"]),
        context_window=window,
        deprecated=raw.get("deprecated") is True or None,
        prices=_prices(raw["prices"]),
        price_variants=[_variant(entry) for entry in raw.get("price_variants") or ()],
    )


def _clause(raw: Mapping[str, Any]) -> Any:
    ((rule, value),) = raw.items()
    if rule in ("or", "and"):
        return SimpleNamespace(**{f"{rule}_": [_clause(part) for part in value]})
    if rule == "regex":
        if _EXPLOSIVE.search(text_of(value).replace("(?:", "(")):
            raise ValueError("its pattern repeats a group")
        re.compile(value)
    elif rule not in _TEXT_RULES:
        raise ValueError(f"unknown match rule {rule!r:.40}")
    return SimpleNamespace(**{rule: text_of(value)})


def _prices(raw: Any) -> Any:
    if isinstance(raw, list):
        return [
            SimpleNamespace(
                prices=_columns(entry["prices"]), constraint=_constraint(entry.get("constraint"))
            )
            for entry in raw
        ]
    return _columns(raw)


def _columns(raw: Mapping[str, Any]) -> Any:
    return SimpleNamespace(**{key: _column(value) for key, value in raw.items()})


def _column(value: Any) -> Any:
    if not isinstance(value, dict):
        return price_of(value)
    tiers = [
        SimpleNamespace(start=tier["start"], price=price_of(tier["price"]))
        for tier in value["tiers"]
    ]
    for tier in tiers:
        if isinstance(tier.start, bool) or not isinstance(tier.start, int) or tier.start <= 0:
            raise InvalidPrice("a tier does not start at a count of tokens")
    return SimpleNamespace(base=price_of(value["base"]), tiers=tiers)


def _constraint(raw: Mapping[str, Any] | None) -> Any:
    if raw is None:
        return None
    if "start_date" in raw:
        return SimpleNamespace(start_date=date.fromisoformat(raw["start_date"]))
    return SimpleNamespace(
        start_time=time.fromisoformat(raw["start_time"]),
        end_time=time.fromisoformat(raw["end_time"]),
    )


def _variant(raw: Mapping[str, Any]) -> Any:
    return SimpleNamespace(
        when={text_of(key): text_of(value) for key, value in raw["when"].items()},
        prices=_columns(raw["prices"]),
        constraint=_constraint(raw.get("constraint")),
    )


#: genai-prices' provider names, and ours. Its Google prices are those of both Google doors.
GENAI_PROVIDERS = {
    "anthropic": "anthropic",
    "arcee": "arcee",
    "aws": "bedrock",
    "azure": "azure",
    "baseten": "baseten",
    "cerebras": "cerebras",
    "cloudflare": "cloudflare",
    "cohere": "cohere",
    "deepseek": "deepseek",
    "fireworks": "fireworks",
    "google": "google",
    "groq": "groq",
    "meta": "meta",
    "minimax": "minimax",
    "mistral": "mistral",
    "moonshotai": "moonshotai",
    "novita": "novita",
    "openai": "openai",
    "openrouter": "openrouter",
    "perplexity": "perplexity",
    "together": "together",
    "voyageai": "voyageai",
    "x-ai": "xai",
    "zai": "zai",
}
