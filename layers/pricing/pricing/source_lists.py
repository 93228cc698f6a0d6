"""The two public lists side by side: for each provider, what either says about which name.

What comes out is in Tariff's columns and without a judgement; ``pricing.merge_prices`` judges.
``catalogue/imported`` holds it as of one day, and every refresh makes it anew.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from pricing.merge_prices import GENAI, LITELLM
from pricing.sources_genai_prices import clause_matches, rows_of

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
GOOGLE, VERTEX = "google", "vertex"

Rows = list[dict[str, Any]]


def side_by_side(providers: Iterable[Any], litellm: Mapping[str, Rows]) -> dict[str, Any]:
    """By our provider id: ``{provider, genai_prices: rows, litellm: rows}``.

    ``providers`` are genai-prices' own objects, ``litellm`` the rows of ``sources_litellm``.
    """
    objects = {
        GENAI_PROVIDERS[provider.id]: provider
        for provider in providers
        if provider.id in GENAI_PROVIDERS
    }
    genai = {ours: rows_of(provider) for ours, provider in objects.items()}
    lists: dict[str, Any] = {}
    for provider in sorted({*genai, *litellm}):
        source = GOOGLE if provider == VERTEX else provider
        rows = genai.get(source, [])
        listed: Rows = _one_each(litellm.get(provider, []))
        for row in listed:
            like = _like(objects.get(source), rows, row["id"])
            if like:
                row["like"] = like
        if provider == VERTEX:
            rows = [_on_vertex(row) for row in rows if _is_sold_on_vertex(row, listed)]
        elif provider == GOOGLE:
            rows = [row for row in rows if not row["id"].startswith("claude")]
        lists[provider] = {
            "provider": provider,
            GENAI: sorted(rows, key=lambda row: str(row["id"])),
            LITELLM: sorted(listed, key=lambda row: str(row["id"])),
        }
    return lists


def _one_each(rows: Rows) -> Rows:
    """One row an id: the key that names the endpoint wins, and another price is noted."""
    chosen: dict[str, dict[str, Any]] = {}
    for row in sorted(rows, key=_preference):
        first = chosen.setdefault(row["id"], row)
        if first is not row and first["lists"] != row["lists"]:
            note = f"litellm lists this id twice, differently: {first['key']} is used."
            first["notes"] = sorted({*first.get("notes", ()), note})
    return list(chosen.values())


def _preference(row: Mapping[str, Any]) -> tuple[bool, bool, str]:
    key = str(row["key"])
    return (not key.startswith("bedrock_mantle/"), "/" not in key, key)


def _like(provider: Any, rows: Rows, name: str) -> list[str] | None:
    """The genai-prices row whose rules accept this name, and whether they state it in full."""
    if provider is None:
        return None
    by_id = {row["id"]: row for row in rows}
    for model in provider.models:
        if clause_matches(model.match, name):
            row = by_id.get(model.id)
            if row is None:
                return None
            names = {known.lower() for known in row.get("names", ())}
            return [model.id, "name" if name.lower() in names else "pattern"]
    return None


def _is_sold_on_vertex(row: Mapping[str, Any], listed: Rows) -> bool:
    matched = {other["like"][0] for other in listed if "like" in other}
    return row["id"] in matched or str(row["id"]).startswith("claude")


def _on_vertex(row: Mapping[str, Any]) -> dict[str, Any]:
    """Claude under its names; a Google model to compare with, whose ids litellm knows."""
    is_claude = str(row["id"]).startswith("claude")
    return {key: value for key, value in row.items() if key != "names" or is_claude}
