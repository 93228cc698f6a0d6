"""Put unit prices into the rows of a book: the imported ones, then those of ``units.toml``.

A model that the token price lists have keeps its row and gains its ``units``; the others become
rows of their own, which the scheduled refresh leaves as they are (``refreshed`` is false).
"""

import re
from collections.abc import Container, Iterable, Iterator, Mapping
from typing import Any

from pricing.catalogue.models import QUANTITY_UNITS, Row, row_names
from tariff.catalogue.media import KINDS, PARTLY
from tariff.catalogue.toml_files import CatalogueError

_UNITS_KEYS = {
    *("provider", "ids", "pattern", "source", "prices", "note", "before", "mode", "replaces")
}
_MINIMUM_KEYS = {"provider", "ids", "component", "minimum", "source"}
_MODEL_KEYS = {
    *("provider", "id", "name", "aliases", "mode", "source", "notes", "rates", "prices"),
    "bare_names",
}


def with_unit_prices(
    rows: Iterable[Row], media: Iterable[Row], by_hand: Mapping[str, Any]
) -> list[Row]:
    """Return the rows with unit prices, and the new ones after them; raises CatalogueError.

    A model of ``units.toml`` goes before the imported one of that name.
    """
    found = list(rows)
    by_name = {(row["provider"], name): row for row in found for name in row_names(row)}
    for table in by_hand.get("model", ()):
        _only(_MODEL_KEYS, table)
        lists = {"standard": {"rates": table.get("rates", {}), "units": list(table["prices"])}}
        _add(found, by_name, {**table, "lists": lists})
    for row in media:
        known = by_name.get((row["provider"], row["id"]))
        if known is None:
            if row["mode"] in KINDS | PARTLY:
                _add(found, by_name, row)
        elif known.get("refreshed", True) and "missing_since" not in row:
            _attach(known, {mode: prices.get("units", []) for mode, prices in row["lists"].items()})
            if row["mode"] in KINDS:
                known["mode"] = row["mode"]
    for table in by_hand.get("units", ()):
        _only(_UNITS_KEYS, table)
        matched = [row for row in _matched(table, by_name) if row.get("prices")]
        if not matched:
            raise CatalogueError(f"units.toml: {table} matches no model")
        for row in matched:
            _price_by_hand(row, table)
    _set_minimums(by_hand, by_name)
    return found


def _price_by_hand(row: Row, table: Mapping[str, Any]) -> None:
    """Give a row the prices of a table, with a note of their source."""
    components = dict.fromkeys(price["component"] for price in table["prices"])
    if table.get("replaces"):
        _detach(row, components)
    _attach(row, {table.get("mode", "standard"): list(table["prices"])}, table.get("before"))
    note = table.get("note", f"Unit prices of {', '.join(components)}: {table['source']}.")
    row["notes"] = [*row.get("notes", ()), note]


def _set_minimums(by_hand: Mapping[str, Any], by_name: Mapping[tuple[str, str], Row]) -> None:
    for table in by_hand.get("minimum", ()):
        _only(_MINIMUM_KEYS, table)
        for row in _matched(table, by_name):
            _set_minimum(row, table)


def _set_minimum(row: Row, table: Mapping[str, Any]) -> None:
    """Write the least that a request is billed for into every price of the table's component."""
    component = table["component"]
    units = [
        unit
        for period in row["prices"]
        for prices in period["lists"].values()
        for unit in prices.get("units", ())
        if unit["component"] == component
    ]
    if not units:
        raise CatalogueError(f"units.toml: {row['id']} has no price of {component}")
    for unit in units:
        unit["minimum"] = table["minimum"]
    least = f"{table['minimum']} {QUANTITY_UNITS[component]}s"
    note = f"A request is billed for at least {least} ({component}): {table['source']}."
    row["notes"] = [*row.get("notes", ()), note]


def _add(rows: list[Row], by_name: dict[tuple[str, str], Row], media: Mapping[str, Any]) -> None:
    """Add a row made of a media row."""
    row: Row = {
        "provider": media["provider"],
        "id": media["id"],
        "name": media.get("name", media["id"]),
        "mode": media["mode"],
        "prices": [{"source": media["source"], "lists": media["lists"]}],
        "refreshed": False,
    }
    dates = {"retires": "retires", "missing_since": "missing_upstream_since"}
    if life := {dates[key]: media[key] for key in dates if key in media}:
        row["lifecycle"] = life
    standard = media["lists"]["standard"]["rates"]
    if standard and "output" not in standard:
        row["input_only"] = True
    row |= {key: media[key] for key in ("aliases", "notes", "bare_names") if key in media}
    rows.append(row)
    by_name |= {(row["provider"], name): row for name in row_names(row)}


def _attach(row: Row, units: Mapping[str, list[Row]], before: str | None = None) -> None:
    """Add prices of further components to the periods of a row, in the modes that it has.

    A row that is billed by the unit alone gets a mode that it has not.

    A component that has prices keeps them: an alias of the row repeats its prices.
    """
    for period in row["prices"]:
        if before and period.get("from", "") >= before:
            continue
        if not period["lists"]["standard"]["rates"]:
            period["lists"] |= {
                mode: {"rates": {}} for mode in units if mode not in period["lists"]
            }
        for mode, prices in period["lists"].items():
            known = prices.get("units", [])
            priced = {unit["component"] for unit in known}
            more = [unit for unit in units.get(mode, ()) if unit["component"] not in priced]
            if more:
                prices["units"] = [*known, *more]


def _detach(row: Row, components: Container[str]) -> None:
    """Take the list's prices of some components out; raises CatalogueError if it has none."""
    found = False
    for period in row["prices"]:
        for prices in period["lists"].values():
            known = prices.pop("units", [])
            kept = [unit for unit in known if unit["component"] not in components]
            found = found or kept != known
            if kept:
                prices["units"] = kept
    if not found:
        raise CatalogueError(f"units.toml: {row['id']} has no price to replace")


def _matched(table: Mapping[str, Any], by_name: Mapping[tuple[str, str], Row]) -> Iterator[Row]:
    seen: set[int] = set()
    for (provider, name), row in by_name.items():
        is_named = name in table.get("ids", ()) or (
            "pattern" in table and re.search(table["pattern"], name)
        )
        if provider == table["provider"] and is_named and id(row) not in seen:
            seen.add(id(row))
            yield row


def _only(known: set[str], table: Mapping[str, Any]) -> None:
    unknown = sorted(table.keys() - known)
    if unknown or not table.get("source"):
        raise CatalogueError(f"units.toml: {unknown or 'no source'} in {table}")
