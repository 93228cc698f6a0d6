"""``tariff catalogue history``: what a year of published releases says of the past.

The two public lists hardly say since when a price applies. Their releases do: a price that both
lists quoted at once, and that both have left since, was a price. It ended on the day of the first
release with the next one, also where one of them has dropped the name by then. A name such as
``grok-latest`` says itself that it moves: there, one list is enough if the other does not have it.
OpenRouter's own list is recorded by releases of its own. The copies of it in genai-prices count for
what those releases lack: for models that were never recorded, and for a price that a copy has for
the first time after the own list has lost the model. The same releases show when a model was first
listed.

``catalogue/recorded/history.json.xz`` holds the result: ``past`` by provider and name, the oldest
state first, the last one without an end; and ``first_seen`` by provider and name. Names of the
first release that covers a provider are left out, since they may be older. The last state of a
model that OpenRouter's list has no more has the first day without it, ``gone``.
``catalogue/recorded/openrouter.json.xz`` is the newest state of OpenRouter's own list. Releases
are downloaded once.
"""

import json
import lzma
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from decimal import Context
from typing import Any

from pricing.catalogue.models import Row
from pricing.sources import genai_prices, litellm, openrouter
from pricing.sources.genai_prices import ListedModel
from pricing.sources.openrouter import OPENROUTER
from pricing.sources.payload import Payload, SourceNotes
from pricing.sources.price_tables import (
    PriceTable,
    combined,
    document_of,
    is_same_price,
    period_on,
    table_of,
)
from tariff.catalogue.openrouter_history import recorded as openrouter_state
from tariff.catalogue.published import released
from tariff.catalogue.recorded import FOLDER, RELEASES, openrouter_lines
from tariff.generated_files import update

#: Prices by name, of one list on one day.
Listed = Mapping[str, PriceTable]
#: A model of OpenRouter's list as it was copied: its id, all names in full, and its prices.
Copy = tuple[str, tuple[str, ...], PriceTable]
Copied = Sequence[tuple[str, Sequence[Copy]]]
#: A recorded price is a rounded one: prices are compared with so many digits.
_COMPARED = Context(prec=4)


def history() -> int:
    """Read the past from published releases of the price lists."""
    steps = json.loads(RELEASES.read_text(encoding="utf-8"))
    days: list[tuple[str, dict[str, dict[str, Listed]]]] = [
        (day, _states(day, genai, lite, own)) for day, genai, lite, own in steps
    ]
    own = [release for *_, release in steps if release][-1]
    copied = [(day, copies(day, genai)) for day, genai, *_ in steps]
    found = {"first_seen": _first_seen(days), "past": _past(days, copied)}
    text = json.dumps(found, sort_keys=True, separators=(",", ":")).replace('},"', '},\n"')
    return update(
        {
            FOLDER / "history.json.xz": lzma.compress(f"{text}\n".encode(), preset=9),
            FOLDER / "openrouter.json.xz": lzma.compress(
                openrouter_lines(openrouter_state(own)).encode(), preset=9
            ),
        },
        "make price-history",
        check=False,
    )


def _states(day: str, genai: str, lite: str, own: str | None) -> dict[str, dict[str, Listed]]:
    """Return each list's prices of that day, by provider and list."""
    notes = SourceNotes("a past release")
    found: dict[str, dict[str, Listed]] = {}
    published = Payload("genai-prices", "", day, None, released("genai-prices", genai))
    for provider, models in genai_prices.read(published, notes).items():
        if provider != OPENROUTER:
            found.setdefault(provider, {})["genai-prices"] = _tables(models, day)
    published = Payload("litellm", "", day, None, released("litellm", lite))
    for provider, rows in litellm.read(published, notes).items():
        if provider == OPENROUTER:
            continue
        tables = {str(row["id"]): table_of(row["lists"]) for row in rows}
        found.setdefault(provider, {})["litellm"] = tables
    if own:
        published = Payload(OPENROUTER, "", day, None, openrouter_state(own))
        found[OPENROUTER] = {OPENROUTER: openrouter.read(published, notes)}
    return found


def copies(day: str, genai: str) -> list[Copy]:
    """Return what a release of genai-prices copied of OpenRouter's list."""
    published = Payload("genai-prices", "", day, None, released("genai-prices", genai))
    models = genai_prices.read(published, SourceNotes("a past release")).get(OPENROUTER, ())
    return [
        (model.id, tuple(model.row.get("names", ())), table)
        for model in models
        if model.row and (table := _today(model.row, day))
    ]


def _tables(models: Iterable[ListedModel], day: str) -> Listed:
    return {
        name: table
        for model in models
        if model.row and (table := _today(model.row, day))
        for name in model.row.get("names", ())
    }


def _today(row: Row, day: str) -> PriceTable | None:
    """Return the price of a day; None for one that depends on the hour, or has not begun."""
    try:
        period = period_on(row["periods"], day)
    except ValueError:
        return None
    return None if "windows" in period else table_of(period["lists"])


def _first_seen(days: Iterable[tuple[str, Any]]) -> dict[str, dict[str, str]]:
    """Return the first day of each name that no list had when it began to cover the provider."""
    covered: set[tuple[str, str]] = set()
    seen: dict[str, dict[str, str]] = {}
    for day, providers in days:
        for provider, lists in providers.items():
            for name, listed in lists.items():
                since = day if (provider, name) in covered else ""
                for model in listed:
                    known = seen.setdefault(provider, {})
                    known[model] = min(known.get(model, since), since)
            covered |= {(provider, name) for name, listed in lists.items() if listed}
    return {
        provider: {name: day for name, day in names.items() if day}
        for provider, names in seen.items()
    }


def _past(days: Sequence[tuple[str, Any]], copied: Copied) -> dict[str, dict[str, list[Row]]]:
    """Return the confirmed prices of each name that had more than one, as periods.

    A model that OpenRouter's list has no more is among them even if it had a single price.
    """
    states: dict[tuple[str, str], list[tuple[str, PriceTable]]] = {}
    quoted: dict[tuple[str, str], list[tuple[str, PriceTable]]] = {}
    for day, providers in days:
        for provider, lists in providers.items():
            for name, tables in _by_name(lists):
                known = states.setdefault((provider, name), [])
                quoted.setdefault((provider, name), []).extend((day, table) for table in tables)
                confirmed = _confirmed(provider, name, tables)
                if confirmed and not (known and _is_same(known[-1][1], confirmed)):
                    known.append((day, confirmed))
                elif confirmed:
                    known[-1] = (known[-1][0], combined(confirmed, known[-1][1]))
    found: dict[str, dict[str, list[Row]]] = {}
    gone = _gone(days)
    for (provider, name), known in states.items():
        last = {"gone": gone[name]} if provider == OPENROUTER and name in gone else {}
        later = (
            _copied_since(name, gone[name], copied) if last else _left_alone(days, provider, name)
        )
        for day, table in later:
            if known and not _is_same(known[-1][1], table):
                known.append((day, table))
                quoted[provider, name].append((day, table))
        if len(known) > 1 or last:
            periods = list(_periods(known, quoted[provider, name]))
            periods[-1] |= last
            found.setdefault(provider, {})[name] = periods
    found.setdefault(OPENROUTER, {}).update(_only_copied(copied, states))
    return found


def _only_copied(
    copied: Copied, recorded: Container[tuple[str, str]]
) -> Iterator[tuple[str, list[Row]]]:
    """Yield the periods of each model that only copies of OpenRouter's list ever had."""
    found: dict[str, list[tuple[str, PriceTable]]] = {}
    for day, listed in copied:
        for name, names, table in listed:
            if name in names and not any((OPENROUTER, one) in recorded for one in names):
                known = found.setdefault(name, [])
                if not (known and _is_same(known[-1][1], table)):
                    known.append((day, table))
    for name, known in found.items():
        if len(known) > 1:
            yield name, list(_periods(known, known))


def _copied_since(name: str, gone: str, copied: Copied) -> Iterator[tuple[str, PriceTable]]:
    """Yield the prices that copies have only since OpenRouter's own list has the model no more.

    What a copy has for Gemini's cache writes is the storage alone.
    """
    known: list[PriceTable] = []
    for day, listed in copied:
        for table in (_without_writes(table) for _, names, table in listed if name in names):
            if not any(_is_same(table, earlier) for earlier in known):
                known.append(table)
                if day > gone:
                    yield day, table


def _without_writes(table: PriceTable) -> PriceTable:
    return {
        mode: {
            above: {part: usd for part, usd in rates.items() if part != "cache_write_5m"}
            for above, rates in tiers.items()
        }
        for mode, tiers in table.items()
    }


def _left_alone(
    days: Sequence[tuple[str, Any]], provider: str, name: str
) -> Iterator[tuple[str, PriceTable]]:
    """Yield today's price of a name that one list alone has kept, and the day it began there.

    Lists had the price of an image as that of all output, before they told images from text.
    """
    tables = [*_tables_of(days[-1][1], provider, name)]
    if len(tables) != 1 or "image_output" in tables[0]["standard"][0]:
        return
    since = days[-1][0]
    for day, providers in reversed(days):
        quotes = [*_tables_of(providers, provider, name)]
        if len(quotes) != 1 or not _is_same(quotes[0], tables[0]):
            break
        since = day
    yield since, tables[0]


def _tables_of(providers: Any, provider: str, name: str) -> Iterator[PriceTable]:
    for listed in providers.get(provider, {}).values():
        if name in listed:
            yield listed[name]


def _gone(days: Iterable[tuple[str, Any]]) -> dict[str, str]:
    """Return the names that OpenRouter's newest list has not, with the first day without them."""
    gone: dict[str, str] = {}
    before: set[str] = set()
    for day, providers in days:
        listed = {*providers.get(OPENROUTER, {}).get(OPENROUTER, ())}
        gone = {name: since for name, since in gone.items() if name not in listed}
        gone |= dict.fromkeys(before - listed, day)
        before = listed
    return gone


def _by_name(lists: Mapping[str, Listed]) -> Iterator[tuple[str, list[PriceTable]]]:
    for name in sorted({name for listed in lists.values() for name in listed}):
        yield name, [listed[name] for listed in lists.values() if name in listed]


def _confirmed(provider: str, name: str, tables: list[PriceTable]) -> PriceTable | None:
    """Return what both lists quote, or OpenRouter's own list; None where they differ."""
    if provider == OPENROUTER or (len(tables) == 1 and name.endswith("-latest")):
        return tables[0]
    if len(tables) > 1 and is_same_price(*tables) and _is_same(*tables):
        return combined(*tables)
    return None


def _is_same(first: PriceTable, second: PriceTable) -> bool:
    """Whether two tables have one standard price in each component that both have."""
    ours, theirs = first["standard"][0], second["standard"][0]
    return all(
        _COMPARED.plus(ours[name]) == _COMPARED.plus(theirs[name])
        for name in ours.keys() & theirs.keys()
    )


def _periods(
    states: list[tuple[str, PriceTable]], quotes: list[tuple[str, PriceTable]]
) -> Iterator[Row]:
    """Yield each state until the first day on which a list quotes the next one."""
    for number, (since, table) in enumerate(states):
        period: Row = {"lists": document_of(table)}
        if number + 1 < len(states):
            following = states[number + 1][1]
            period["to"] = next(
                day
                for day, quote in quotes
                if day > since and _is_same(quote, following) and not _is_same(quote, table)
            )
        yield period
