"""genai-prices' published JSON as the objects its package ships, for one and the same mapping.

The published file and the package hold the same rows; ``sources_genai_prices`` reads the
objects. Here the JSON becomes them, every type checked: one bad entry is left out and found.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date, time
from types import SimpleNamespace
from typing import Any

from pricing.source_lists import GENAI_PROVIDERS
from pricing.sources import (
    Findings,
    InvalidPrice,
    Payload,
    SourceRefused,
    in_dollars,
    price_of,
    read_document,
    text_of,
)
from pricing.sources_genai_prices import rows_of

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
