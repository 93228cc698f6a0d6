"""Merge the two public lists: what each says of every name, and which price is used.

``side_by_side`` puts the lists next to each other without choosing; ``catalogue/imported`` holds
that as of one day, and every refresh makes it anew. ``listings`` then prices each name by the rules
of docs/price-sources.md, and ``grouped`` finds the names that are one model.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pricing.catalogue.models import Row
from pricing.catalogue.price_book import FREE_SUFFIX
from pricing.money import plain
from pricing.sources.claude_on_clouds import SOURCE as CLAUDE_SOURCE
from pricing.sources.claude_on_clouds import ClaudeOnClouds
from pricing.sources.corrections import Corrections
from pricing.sources.genai_prices import ListedModel, rule_accepts
from pricing.sources.litellm import CONFIRMING_ONLY
from pricing.sources.names import best, stem, undated
from pricing.sources.openrouter import OPENROUTER, with_whole_writes
from pricing.sources.payload import digits_of
from pricing.sources.periods import (
    add,
    add_hours,
    correct,
    overwrite,
    with_own_past,
    with_past,
    with_recorded_past,
)
from pricing.sources.price_tables import (
    PriceTable,
    combined,
    completed,
    document_of,
    instant,
    is_same_price,
    period_on,
    periods_ahead,
    prices_in,
    table_of,
    tier_at,
)
from pricing.values import immutable

#: The two lists, as imported files and ``disagreements`` name them.
GENAI, LITELLM = "genai_prices", "litellm"
#: The same, as the packages and every other text name them.
PACKAGES = {GENAI: "genai-prices", LITELLM: "litellm"}
#: A price with more digits was divided or multiplied before it was published.
MOST_DIGITS = 8
GOOGLE, VERTEX = "google", "vertex"


def side_by_side(
    genai: Mapping[str, Sequence[ListedModel]], litellm: Mapping[str, list[Row]]
) -> dict[str, Any]:
    """Return ``{provider, genai_prices: rows, litellm: rows}`` by Tariff's provider id.

    Vertex sells what genai-prices lists under Google. There, a Claude model keeps its names, and a
    Google model is only compared with, because litellm knows the ids that Vertex uses.
    """
    litellm = {name: rows for name, rows in litellm.items() if name not in CONFIRMING_ONLY}
    lists: dict[str, Any] = {}
    for provider in sorted({*genai, *litellm}):
        models = genai.get(GOOGLE if provider == VERTEX else provider, ())
        rows = [model.row for model in models if model.row]
        listed = _without_duplicates(litellm.get(provider, []))
        for row in listed:
            like = _like(models, row["id"])
            if like:
                row["like"] = like
        if provider == VERTEX:
            matched = {row["like"][0] for row in listed if "like" in row}
            rows = [
                row if is_claude else {key: value for key, value in row.items() if key != "names"}
                for row in rows
                if (is_claude := row["id"].startswith("claude")) or row["id"] in matched
            ]
        elif provider == GOOGLE:
            rows = [row for row in rows if not row["id"].startswith("claude")]
        lists[provider] = {
            "provider": provider,
            GENAI: sorted(rows, key=lambda row: str(row["id"])),
            LITELLM: sorted(listed, key=lambda row: str(row["id"])),
        }
    return lists


def _without_duplicates(rows: Iterable[Row]) -> list[Row]:
    """Keep one row per id, whose key names the endpoint; note where another row's price differs.

    What it leaves out is taken from another row with the same input and output price.
    """
    chosen: dict[str, Row] = {}
    for row in sorted(
        rows,
        key=lambda r: (not r["key"].startswith("bedrock_mantle/"), "/" not in r["key"], r["key"]),
    ):
        first = chosen.setdefault(row["id"], row)
        if first is row or first["lists"] == row["lists"]:
            continue
        ours, theirs = table_of(first["lists"]), table_of(row["lists"])
        together = combined(ours, theirs) if is_same_price(ours, theirs) else ours
        first["lists"] = document_of(together)
        if any(
            tier_at(together, mode, above).get(component) != price
            for mode, above, component, price in prices_in(theirs)
        ):
            note = f"litellm lists this id twice, differently: {first['key']} is used."
            first["notes"] = sorted({*first.get("notes", ()), note})
    return list(chosen.values())


def _like(models: Iterable[ListedModel], name: str) -> list[str] | None:
    """Return the genai-prices model whose rule accepts a name, and whether it states it in full."""
    model = next((model for model in models if rule_accepts(model.match, name)), None)
    if model is None or model.row is None:
        return None
    names = {known.lower() for known in model.row.get("names", ())}
    return [model.id, "name" if name.lower() in names else "pattern"]


@dataclass
class Listing:
    """One name of one provider: what each list says of it, and what the merge made of that."""

    name: str
    genai: Mapping[str, Any] | None = None
    litellm: Mapping[str, Any] | None = None
    #: The list whose prices are used.
    winner: str = GENAI
    #: Each list's prices today, by GENAI or LITELLM.
    quotes: dict[str, PriceTable] = field(default_factory=dict)
    periods: list[Row] = field(default_factory=list)
    disagreements: list[Row] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    #: Where the prices are from if they are neither list's.
    source: str | None = None
    #: Whether today's prices are those of the provider's own list.
    is_first_hand: bool = False
    #: The first day on which the provider's own list was recorded without it.
    gone: str | None = None
    #: What Tariff itself says of a name that no list has yet.
    unlisted: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_stated(self) -> bool:
        """Whether genai-prices states this very name, and not only a pattern that accepts it."""
        return self.genai is not None and self.name in self.genai.get("names", ())

    @property
    def lists(self) -> tuple[str, ...]:
        """The lists that price this name; a pattern of genai-prices does not count."""
        genai = self.genai is not None and self.winner == GENAI
        litellm = is_current(self.litellm) or (self.litellm is not None and not genai)
        return (GENAI,) * genai + (LITELLM,) * litellm


@immutable
class Merger:
    """Merges one provider's imported file.

    ``first_hand`` are today's prices by name in the provider's own list, which the lists only copy.
    ``past`` are the states of a name that earlier releases of the lists confirm, the last one open:
    where the provider's own list has the name no more, it counts for more than a copy.
    """

    imported: Mapping[str, Any]
    corrections: Corrections
    claude: ClaudeOnClouds
    first_hand: Mapping[str, PriceTable]
    past: Mapping[str, Sequence[Row]]

    def listings(self) -> list[Listing]:
        """Return every name that is not excluded, with its prices."""
        provider = self.imported["provider"]
        found = [
            listing
            for name, listing in sorted(self._found().items())
            if not self.corrections.excludes(provider, name)
        ]
        by_stem: dict[str, list[PriceTable]] = {}
        for listing in found:
            listing.winner = self.corrections.preferred(provider, listing.name) or listing.winner
            if listing.genai and provider == OPENROUTER:
                listing.genai = _with_whole_writes(listing.name, listing.genai)
            if listing.genai:
                today = period_on(listing.genai["periods"], self.corrections.as_of)
                listing.quotes[GENAI] = table_of(today["lists"])
            if listing.litellm and LITELLM in listing.lists:
                listing.quotes[LITELLM] = table_of(listing.litellm["lists"])
            if self.claude.model(provider, listing.name):
                by_stem.setdefault(stem(listing.name), []).extend(listing.quotes.values())
        for listing in found:
            self._price(provider, listing, by_stem.get(stem(listing.name), []))
            listing.notes += self.corrections.notes(provider, listing.name)
        return found

    def _found(self) -> dict[str, Listing]:
        """Return every name that either list states, with the rows of both that are about it.

        litellm's row is the exact key's. genai-prices' row is the one that states the name in full,
        or undated; else the one whose pattern accepts it, and then litellm's prices are used. A
        row that litellm does not have any more gives no price to what genai-prices prices.
        """
        found: dict[str, Listing] = {}
        rows = {row["id"]: row for row in self.imported[GENAI]}
        stated: dict[str, Mapping[str, Any]] = {}
        for row in rows.values():
            for name in row.get("names", ()):
                found[name] = Listing(name, genai=row)
                stated[undated(name)] = row
        gone = [name for name, states in self.past.items() if "gone" in states[-1]]
        sold = {*found, *self.first_hand, *gone}
        gone = [n for n in gone if n.removesuffix(FREE_SUFFIX) not in sold - {n}]
        for name in (*self.first_hand, *gone):
            found.setdefault(name, Listing(name))
        for row in self.imported[LITELLM]:
            listing = found.setdefault(row["id"], Listing(row["id"]))
            matched = rows.get(row["like"][0]) if "like" in row else None
            same = stated.get(undated(row["id"]))
            listing.litellm = row
            if listing.genai is None and (matched or same):
                listing.genai = matched or same
                listing.winner = GENAI if same is listing.genai else LITELLM
        spelt = {
            (undated(listing.name), listing.genai["id"]): listing.litellm
            for listing in found.values()
            if listing.genai and listing.winner == GENAI and is_current(listing.litellm)
        }
        # genai-prices also spells gpt-5.3-codex as gpt-5-3-codex, and gives grok-4.7 its -latest.
        for listing in found.values():
            if listing.genai and not is_current(listing.litellm):
                name = undated(listing.name.removesuffix("-latest"))
                listing.litellm = spelt.get((name, listing.genai["id"]), listing.litellm)
        for name, entry in self.corrections.unlisted(self.imported["provider"]):
            if name in found:  # a list has it by now
                self.corrections.miss(entry)
            else:
                found[name] = Listing(name, unlisted=entry)
        return found

    def _price(self, provider: str, listing: Listing, listed: Iterable[PriceTable]) -> None:
        """Set a listing's periods, disagreements and notes.

        The prices are, in this order:

        1. those of a correction that replaces the whole history;
        2. Anthropic's, for a Claude model of a cloud;
        3. genai-prices', if they were chosen or there are no others, completed from litellm where
           both have the same input and output price;
        4. litellm's.

        Today's prices in the provider's own list replace those, and corrections are added last.
        """
        day, name = self.corrections.as_of, listing.name
        genai, litellm = (listing.quotes.get(key, {}) for key in (GENAI, LITELLM))
        replacement = listing.unlisted or self.corrections.replacement(provider, name)
        claude = self.claude.table(provider, name, listed, day)
        if replacement:
            periods = [dict(period) for period in replacement["period"]]
            listing.source = replacement["source"]
            listing.notes += replacement.get("notes", ())
            listing.notes += [listing.unlisted["reason"]] if listing.unlisted else []
        elif claude:
            periods = [{"lists": document_of(claude)}]
            listing.source = CLAUDE_SOURCE
        elif listing.genai and (listing.winner == GENAI or not litellm):
            periods = [dict(period) for period in listing.genai["periods"]]
            _complete(periods, litellm, day)
        else:
            known = litellm or self.first_hand.get(name) or table_of(self.past[name][-1]["lists"])
            hours = listing.litellm.get("windows") if litellm and listing.litellm else None
            periods = [{"lists": document_of(known)} | ({"windows": hours} if hours else {})]
        periods = self._corrected(provider, listing, periods)
        listing.periods = [_completed(listing, period) for period in periods]
        used = table_of(period_on(listing.periods, day)["lists"])
        listing.disagreements = disagreements(genai, litellm, used)
        listing.notes += _curious(used)

    def _corrected(self, provider: str, listing: Listing, periods: list[Row]) -> list[Row]:
        """Return the periods with the provider's own prices, the past, and Tariff's corrections."""
        day, name = self.corrections.as_of, listing.name
        for mistake in self.corrections.mistakes(provider, name):
            if not correct(periods, mistake):
                self.corrections.miss(mistake)
            listing.notes.append(f"Corrected: {mistake['reason']} Source: {mistake['source']}.")
        periods = self._with_own_list(listing, periods)
        for window in self.corrections.windows(provider, name):
            add_hours(periods, window)
        for ended in self.corrections.past(provider, name):
            states = ended.get("period") or [{"to": ended["to"], "lists": ended["lists"]}]
            for state in states:
                periods = with_past(periods, state)
            listing.notes.append(
                f"Until {states[-1]['to']}: {ended['reason']} Source: {ended['source']}."
            )
        for moved in self.corrections.moves(provider, name):
            kept = [p for p in periods if "from" not in p or instant(p["from"]) < moved["from"]]
            begun = {name: moved[name] for name in ("from", "lists", "source")}
            periods = [*kept[:-1], {**kept[-1], "to": moved["from"]}, begun]
            if moved["from"] <= f"{day}T23:59:59":  # until then, today's price is a list's
                listing.source = moved["source"]
            listing.notes.append(
                f"From {moved['from']}Z on: {moved['reason']} Source: {moved['source']}."
            )
        for addition in self.corrections.additions(provider, name):
            if not add(periods, addition, day):
                self.corrections.miss(addition)
        return periods

    def _with_own_list(self, listing: Listing, periods: list[Row]) -> list[Row]:
        """Return the periods with the prices of the provider's own list, and the recorded past."""
        day, own = self.corrections.as_of, self._own_name(listing)
        if own in self.first_hand:
            listing.is_first_hand = True
            current, *later = periods_ahead(periods, f"{day}T23:59:59")
            periods = [{key: value for key, value in current.items() if key != "from"}, *later]
            overwrite(periods[0], self.first_hand[own]["standard"])
        states = self.past.get(own, ())
        if states and "gone" in states[-1]:
            listing.gone = states[-1]["gone"]
            listing.source = f"{self.imported['provider']}, until {listing.gone}"
            return with_own_past(periods, states, day)
        return with_recorded_past(periods, states) if states else periods

    def _own_name(self, listing: Listing) -> str:
        """Return the name under which the provider's own list has a model.

        OpenRouter answers with dated names that its list does not have. genai-prices states them
        in the row of the name that is listed.
        """
        if self.imported["provider"] != OPENROUTER or not listing.is_stated:
            return listing.name
        names = (listing.name, str((listing.genai or {})["id"]))
        return next((n for n in names if n in self.first_hand or n in self.past), listing.name)


def _complete(periods: Iterable[Row], litellm: PriceTable, day: str) -> None:
    """Complete the newest period at litellm's input and output price from its other prices.

    litellm has no dates. It may still have the price that ended lately.
    """
    begun = [p for p in periods if "from" not in p or instant(p["from"]) <= f"{day}T23:59:59"]
    for period in reversed(begun):
        own = table_of(period["lists"])
        if is_same_price(own, litellm):
            period["lists"] = document_of(combined(own, litellm))
            return


def is_current(row: Mapping[str, Any] | None) -> bool:
    """Whether a list has the row still, and it is not kept for the sake of old calls."""
    return row is not None and "missing_since" not in row


def _with_whole_writes(name: str, genai: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a copy of OpenRouter's prices with the corrections of ``openrouter``."""
    periods = [
        period | {"lists": document_of(with_whole_writes(name, table_of(period["lists"])))}
        for period in genai["periods"]
    ]
    return {**genai, "periods": periods}


def _curious(table: PriceTable) -> list[str]:
    """Return a note for each price that looks like a mistake, and is what a list says."""
    free = sorted({component for _, _, component, price in prices_in(table) if not price})
    notes = [f"The list says that {component} costs nothing." for component in free]
    every = [rates for tiers in table.values() for rates in tiers.values()]
    if any(rates.get("cache_read", 0) > rates.get("input", 0) for rates in every):
        notes.append("The list says that a cached prompt costs more than a fresh one.")
    quotients = {name for _, _, name, price in prices_in(table) if digits_of(price) > MOST_DIGITS}
    notes += [
        f"The list has the price of {name} as a rounded quotient." for name in sorted(quotients)
    ]
    return notes


def _completed(listing: Listing, period: Row) -> Row:
    table, notes = completed(table_of(period["lists"]))
    listing.notes += [note for note in notes if note not in listing.notes]
    row = period | {"lists": document_of(table)}
    if "windows" in period:
        row["windows"] = [
            window | {"lists": document_of(completed(table_of(window["lists"]))[0])}
            for window in period["windows"]
        ]
    return row


def disagreements(genai: PriceTable, litellm: PriceTable, used: PriceTable) -> list[Row]:
    """Return each price or threshold on which a list differs from the other or from the used one.

    A row is ``{mode, component, tier?, genai_prices?, litellm?, used}``; the component
    ``above_tokens`` compares the thresholds.
    """
    return [
        row | {"mode": mode}
        for mode in sorted(used)
        if mode in genai or mode in litellm
        for row in _differences(mode, {GENAI: genai, LITELLM: litellm, "used": used})
    ]


def _differences(mode: str, tables: Mapping[str, PriceTable]) -> Iterator[Row]:
    thresholds = {
        name: ", ".join(str(above) for above in sorted(table[mode]) if above) or "none"
        for name, table in tables.items()
        if table.get(mode)
    }
    if len(set(thresholds.values())) > 1:
        yield {"component": "above_tokens"} | thresholds
    for above, used in sorted(tables["used"][mode].items()):
        rates = {name: tier_at(table, mode, above) for name, table in tables.items()}
        for component in sorted(used):
            prices = {name: row[component] for name, row in rates.items() if component in row}
            if len(set(prices.values())) > 1:
                row = {name: plain(price) for name, price in prices.items()}
                yield {"component": component} | row | ({"tier": above} if above else {})


def grouped(found: Iterable[Listing]) -> list[list[Listing]]:
    """Group the names that are one model: one stem, one price history, no limit in dispute.

    The listing whose name becomes the id comes first in its group.
    """
    groups: dict[str, list[list[Listing]]] = {}
    for listing in found:
        alike = groups.setdefault(stem(listing.name), [])
        group = next((group for group in alike if _are_one_model(group[0], listing)), None)
        if group is None:
            alike.append([listing])
        else:
            group.append(listing)
    return [_best_first(group) for alike in groups.values() for group in alike]


def _are_one_model(first: Listing, second: Listing) -> bool:
    names = ("context_window", "max_output_tokens", "retires", "kind", "us_multiplier")
    ours, theirs = (
        row if row and is_current(row) else {} for row in (first.litellm, second.litellm)
    )
    return first.periods == second.periods and all(
        ours[name] == theirs[name] for name in names if name in ours and name in theirs
    )


def _best_first(group: list[Listing]) -> list[Listing]:
    official = {row["id"] for listing in group for row in (listing.genai, listing.litellm) if row}
    chosen = best((listing.name for listing in group), official)
    return sorted(group, key=lambda listing: (listing.name != chosen, listing.name))
