"""Read a catalogue file, prices written for people in TOML, as a price book document.

The head of ``catalogue/anthropic.toml`` describes the format. Its tables accept known keys only, so
that a misspelt key is an error and not a price that never applies.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from itertools import pairwise
from typing import Any

from pricing.catalogue.price_book import SCHEMA
from pricing.money import plain
from tariff.command_line import CommandFailed

#: The catalogue's short column names, and the component that each prices.
COLUMNS = {
    "input": "input",
    "output": "output",
    "write_5m": "cache_write_5m",
    "write_1h": "cache_write_1h",
    "read": "cache_read",
}
MODES = {"standard", "batch", "fast"}
COPIED = (
    "id",
    "name",
    "family",
    "aliases",
    "context_window",
    "max_output_tokens",
    "max_output_tokens_batch",
    "cache_minimum_tokens",
    "tokenizer",
    "image_tier",
    "tool_overhead_tokens",
    "capabilities",
    "us_multiplier",
    "source",
)
BOOK_KEYS = {"version", "families", "provenance", "shared_notes", "model"}
VERSION_KEYS = {"id", "current", "published_at", "provider"}
MODEL_KEYS = {*COPIED, "lifecycle", "rounded", "notes", "shared_notes", "period"}
PERIOD_KEYS = {
    *MODES,
    "from",
    "source",
    "web_search",
    "served_as_standard",
    "context_window",
    "tier",
}


class CatalogueError(CommandFailed):
    """The catalogue cannot be published; each argument is one problem to correct."""

    def __str__(self) -> str:
        return "\n".join(str(problem) for problem in self.args)


def document_from(catalogue: Mapping[str, Any]) -> dict[str, Any]:
    """Return the price book document of a parsed catalogue file, before its prices are checked."""
    _only(BOOK_KEYS, catalogue, "the file")
    version = catalogue["version"]
    _only(VERSION_KEYS, version, "[version]")
    provider = version["provider"]
    shared = catalogue.get("shared_notes", {})
    return {
        "schema": SCHEMA,
        "id": version["id"],
        "published_at": _instant(version["published_at"]),
        "provenance": [_dated(entry) for entry in catalogue["provenance"]],
        "families": {name: f"{provider}/{id_}" for name, id_ in catalogue["families"].items()},
        "models": [_model(provider, row, shared) for row in catalogue["model"]],
    }


def _model(provider: str, row: Mapping[str, Any], shared: Mapping[str, str]) -> dict[str, Any]:
    where = row["id"]
    _only(MODEL_KEYS, row, where)
    unknown = [name for name in row.get("shared_notes", ()) if name not in shared]
    if unknown:
        raise CatalogueError(f"{where}: no shared note is called {', '.join(unknown)}")
    document = {key: row[key] for key in COPIED if key in row} | {
        "provider": provider,
        "lifecycle": _dated(row.get("lifecycle", {})),
        "rounded": [COLUMNS[column] for column in row.get("rounded", ())],
        "prices": _periods(where, row.get("period", [])),
        "notes": [*row.get("notes", ()), *(shared[name] for name in row.get("shared_notes", ()))],
    }
    return {key: value for key, value in document.items() if value not in ([], {})}


def _periods(where: str, rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the periods in the order given; each ends where the next begins."""
    starts = [row.get("from") for row in rows]
    for earlier, later in pairwise(starts):
        if later is None or (earlier is not None and later <= earlier):
            raise CatalogueError(f"{where}: a period from {later} cannot follow one from {earlier}")
    return [
        _period(f"{where} from {start or 'the beginning'}", row, end)
        for row, start, end in zip(rows, starts, [*starts, None][1:], strict=True)
    ]


def _period(where: str, row: Mapping[str, Any], end: date | None) -> dict[str, Any]:
    _only(PERIOD_KEYS, row, where)
    per_unit = {key: _price(where, row[key]) for key in ("web_search",) if key in row}
    tiers = row.get("tier", [])
    for tier in tiers:
        _only({"above_tokens", *(row.keys() & MODES)}, tier, f"{where}, tier")
    lists = {
        mode: {
            "rates": _rates(where, row[mode]) | per_unit,
            "tiers": [
                {
                    "above_tokens": tier["above_tokens"],
                    "rates": _rates(where, tier[mode]) | per_unit,
                }
                for tier in tiers
                if mode in tier
            ],
        }
        for mode in sorted(row.keys() & MODES)
    }
    period = {"source": row.get("source", ""), "lists": lists}
    bounds = {"from": row.get("from"), "to": end}
    period |= {key: day.isoformat() for key, day in bounds.items() if day is not None}
    optional = row.keys() & {"served_as_standard", "context_window"}
    return period | {key: row[key] for key in optional}


def _rates(where: str, row: Mapping[str, Any]) -> dict[str, str]:
    _only(set(COLUMNS), row, where)
    return {COLUMNS[column]: _price(f"{where}, {column}", text) for column, text in row.items()}


def _price(where: str, text: object) -> str:
    """Return the price in plain notation, so that equal prices are equal bytes in the book."""
    if not isinstance(text, str):
        raise CatalogueError(f"{where}: a price must be a decimal string, not {text!r}")
    try:
        price = Decimal(text)
    except InvalidOperation as error:
        raise CatalogueError(f"{where}: {text!r} is not a decimal") from error
    if not price.is_finite() or price.is_signed():
        raise CatalogueError(f"{where}: {text!r} is not a price of zero or more")
    return plain(price)


def _dated(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        key: value.isoformat() if isinstance(value, date) else value for key, value in row.items()
    }


def _instant(moment: datetime) -> str:
    if moment.tzinfo is None:
        raise CatalogueError(f"published_at {moment} needs an offset, such as +00:00")
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _only(known: Iterable[str], row: Mapping[str, Any], where: str) -> None:
    unknown = sorted(row.keys() - set(known))
    if unknown:
        raise CatalogueError(f"{where}: unknown key {', '.join(unknown)}")
