"""Rows of two made-up price lists, and what merging them makes of them."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from pricing.sources.book import merges
from pricing.sources.corrections import Corrections

VERSIONS = {"genai-prices": "1", "litellm": "2"}
GENAI_NAME = {"id": "swift", "names": ["swift"]}
ONE = {"input": "1", "output": "5"}
TWO = {"input": "2", "output": "5"}


def genai(modes: Mapping[str, Any], **row: Any) -> dict[str, Any]:
    return {**GENAI_NAME, "periods": [{"lists": dict(modes)}], **row}


def litellm(modes: Mapping[str, Any], **row: Any) -> dict[str, Any]:
    return {"id": "swift", "kind": "chat", "lists": dict(modes), **row}


def rows(
    genai_rows: list[dict[str, Any]],
    litellm_rows: list[dict[str, Any]],
    *,
    provider: str = "openai",
    corrections: Mapping[str, Any] | None = None,
    claude: list[dict[str, Any]] | None = None,
) -> dict[str, dict[str, Any]]:
    tables = Corrections({"as_of": date(2026, 11, 22), **(corrections or {})})
    imported = {"provider": provider, "genai_prices": genai_rows, "litellm": litellm_rows}
    (merge,) = merges(claude or [], [imported], tables, VERSIONS, [])
    return {row["id"]: row for row in merge.rows}


def standard(row: Mapping[str, Any]) -> dict[str, str]:
    found: dict[str, str] = row["prices"][-1]["lists"]["standard"]["rates"]
    return found
