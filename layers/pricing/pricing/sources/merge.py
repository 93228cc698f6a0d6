"""The two public lists side by side: for each provider, what either says about which name.

What comes out is in Tariff's columns and without a judgement; ``pricing.merge_prices`` judges.
``catalogue/imported`` holds it as of one day, and every refresh makes it anew.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pricing.money import plain
from pricing.sources.claude_on_clouds import SOURCE as CLAUDE_SOURCE
from pricing.sources.claude_on_clouds import ClaudeOnClouds
from pricing.sources.corrections import Corrections
from pricing.sources.genai_prices import GENAI_PROVIDERS, clause_matches, rows_of
from pricing.sources.names import best, stem, undated
from pricing.sources.price_tables import (
    DISCOUNTS,
    SAME_TIER_TOKENS,
    Sketch,
    Steps,
    document_of,
    sketch_of,
    whole,
)

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


GENAI, LITELLM = "genai_prices", "litellm"
Row = dict[str, Any]


@dataclass
class Listing:
    """One name of one provider, with what each list says of it, and what was made of that."""

    name: str
    genai: Mapping[str, Any] | None = None
    litellm: Mapping[str, Any] | None = None
    winner: str = GENAI
    periods: list[Row] = field(default_factory=list)
    disagreements: list[Row] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    #: Where the prices are from when it is neither list.
    source: str | None = None
    #: Whether today's prices are those of the seller's own list.
    is_sold: bool = False

    @property
    def is_stated(self) -> bool:
        """Whether genai-prices states this very name, and not merely a pattern for it."""
        return self.genai is not None and self.name in self.genai.get("names", ())

    @property
    def lists(self) -> tuple[str, ...]:
        """The lists that know this name; a pattern of genai-prices is not knowing it."""
        genai = self.genai is not None and self.winner == GENAI
        return (GENAI,) * genai + (LITELLM,) * (self.litellm is not None)


class Merger:
    """Merges one provider's imported file."""

    def __init__(
        self,
        imported: Mapping[str, Any],
        corrections: Corrections,
        claude: ClaudeOnClouds,
        sold: Mapping[str, Sketch],
    ) -> None:
        self._provider: str = imported["provider"]
        self._imported = imported
        self._corrections = corrections
        self._claude = claude
        self._sold = sold

    def listings(self) -> list[Listing]:
        """Every name that is not excluded, priced."""
        found = [
            listing
            for name, listing in sorted(self._found().items())
            if not self._corrections.excludes(self._provider, name)
        ]
        for listing in found:
            preferred = self._corrections.preferred(self._provider, listing.name)
            listing.winner = preferred or listing.winner
        self._claude_lists = self._lists_by_stem(found)
        for listing in found:
            self._price(listing)
            listing.notes += self._corrections.notes(self._provider, listing.name)
        return found

    def _found(self) -> dict[str, Listing]:
        found: dict[str, Listing] = {}
        rows = {row["id"]: row for row in self._imported[GENAI]}
        stated: dict[str, Mapping[str, Any]] = {}
        for row in rows.values():
            for name in row.get("names", ()):
                found[name] = Listing(name, genai=row)
                stated[undated(name)] = row
        for row in self._imported[LITELLM]:
            listing = found.setdefault(row["id"], Listing(row["id"]))
            listing.litellm = row
            matched = rows.get(row["like"][0]) if "like" in row else None
            same = stated.get(undated(row["id"]))
            if listing.genai is None and (matched or same):
                listing.genai = matched or same
                listing.winner = GENAI if same is listing.genai else LITELLM
        spelt = {
            (undated(listing.name), listing.genai["id"]): listing.litellm
            for listing in found.values()
            if listing.genai and listing.litellm and listing.winner == GENAI
        }
        for (
            listing
        ) in found.values():  # gpt-5-3-codex is how genai-prices also spells gpt-5.3-codex
            if listing.genai and not listing.litellm:
                listing.litellm = spelt.get((undated(listing.name), listing.genai["id"]))
        return found

    def _lists_by_stem(self, found: list[Listing]) -> dict[str, list[Sketch]]:
        lists: dict[str, list[Sketch]] = {}
        for listing in found:
            if self._claude.model(self._provider, listing.name):
                said = lists.setdefault(stem(listing.name), [])
                said += [sketch for sketch in self.said(listing) if sketch]
        return lists

    def said(self, listing: Listing) -> tuple[Sketch, Sketch]:
        """Today's prices in each list; empty where it has none."""
        genai = self._current(listing.genai["periods"]) if listing.genai else None
        return (
            sketch_of(genai["lists"]) if genai else {},
            sketch_of(listing.litellm["lists"]) if listing.litellm else {},
        )

    def _price(self, listing: Listing) -> None:
        """Fill in the periods, today's disagreements, and what had to be left out."""
        ours, theirs = self.said(listing)
        claude = self._claude.sketch(
            self._provider,
            listing.name,
            self._claude_lists.get(stem(listing.name), ()),
            self._corrections.as_of,
        )
        replacement = self._corrections.replacement(self._provider, listing.name)
        if replacement:
            periods = [dict(period) for period in replacement["period"]]
            listing.source = replacement["source"]
            listing.notes += replacement.get("notes", ())
        elif claude:
            periods = [{"lists": document_of(claude)}]
            listing.source = CLAUDE_SOURCE
        elif listing.genai and (listing.winner == GENAI or not theirs):
            periods = [dict(period) for period in listing.genai["periods"]]
            now = self._current(periods)
            now["lists"] = document_of(combine(ours, theirs if _agree(ours, theirs) else {}))
        else:
            periods = [{"lists": document_of(theirs)}]
        if listing.name in self._sold:
            listing.is_sold = True
            now = self._current(periods)
            lists = sketch_of(now["lists"])
            for above, rates in self._sold[listing.name]["standard"].items():
                same = _same_step(lists["standard"], above)
                lists["standard"].setdefault(above if same is None else same, {}).update(rates)
            now["lists"] = document_of(lists)
        for addition in self._corrections.additions(self._provider, listing.name):
            if not _add(periods, addition):
                self._corrections.miss(addition)
        for window in self._corrections.windows(self._provider, listing.name):
            periods = [_widened(period, window) for period in periods]
        listing.periods = [_whole(listing, period) for period in periods]
        used = sketch_of(self._current(listing.periods)["lists"])
        listing.disagreements = disagreements(ours, theirs, used)
        listing.notes += _curious(used)

    def _current(self, periods: list[Row]) -> Row:
        return current(periods, self._corrections.as_of)


def current(periods: list[Row], day: str) -> Row:
    """The period in force on a day, an ISO date."""
    return next(
        period
        for period in periods
        if period.get("from", "")[:10] <= day < period.get("to", "9999")[:10]
    )


def _agree(ours: Sketch, theirs: Sketch) -> bool:
    """Whether both have one base price: only then does a column of one complete the other."""
    bases = [sketch["standard"][0] for sketch in (ours, theirs) if sketch]
    return all(
        base.get(column) == bases[0].get(column) for base in bases for column in ("input", "output")
    )


def _add(periods: list[Row], addition: Mapping[str, Any]) -> bool:
    """Put lists into the period that begins on the addition's day; False if there is none."""
    start = addition.get("from")
    period = next((period for period in periods if period.get("from") == start), None)
    if period is None:
        return False
    added = sketch_of({mode: {"rates": rates} for mode, rates in addition["lists"].items()})
    period["lists"] = document_of(combine(sketch_of(period["lists"]), added))
    return True


def _widened(period: Row, window: Mapping[str, Any]) -> Row:
    """A period that has off-peak hours, with more of them at the same price."""
    if "windows" not in period:
        return period
    hours = {name: window[name] for name in ("from", "to", "days")}
    return period | {"windows": [*period["windows"], period["windows"][0] | hours]}


def _curious(sketch: Sketch) -> list[str]:
    """Prices that look like mistakes, and are what a list says."""
    every = [rates for steps in sketch.values() for rates in steps.values()]
    free = sorted({column for rates in every for column, price in rates.items() if not price})
    found = [f"The list says that {column} costs nothing." for column in free]
    if any(rates.get("cache_read", 0) > rates.get("input", 0) for rates in every):
        found.append("The list says that a cached prompt costs more than a fresh one.")
    return found


def _whole(listing: Listing, period: Row) -> Row:
    lists, said = whole(sketch_of(period["lists"]))
    listing.notes += [note for note in said if note not in listing.notes]
    row = period | {"lists": document_of(lists)}
    if "windows" in period:
        row["windows"] = [
            window | {"lists": document_of(whole(sketch_of(window["lists"]))[0])}
            for window in period["windows"]
        ]
    return row


def combine(first: Sketch, second: Sketch) -> Sketch:
    """Both sketches together; the first one's price holds where both have any.

    So do its tiers; but a discount that it gives one price, beside a tiered standard, says
    nothing of tiers, and takes the second one's.
    """
    together = dict(second) | first
    is_tiered = len(first.get("standard", ())) > 1
    for mode in first.keys() & second.keys():
        steps = {above: dict(rates) for above, rates in first[mode].items()}
        says_nothing = mode in DISCOUNTS and is_tiered and len(steps) == 1
        for above, rates in second[mode].items():
            same = _same_step(steps, above)
            if same is not None:
                steps[same] = rates | steps[same]
            elif says_nothing:
                steps[above] = rates
        together[mode] = steps
    return together


def disagreements(genai: Sketch, litellm: Sketch, used: Sketch) -> list[Row]:
    """Each price or threshold on which a list differs from the other or from the one used."""
    return [
        row | {"mode": mode}
        for mode in sorted(used)
        if mode in genai or mode in litellm
        for row in _in_mode(genai.get(mode, {}), litellm.get(mode, {}), used[mode])
    ]


def _in_mode(genai: Steps, litellm: Steps, used: Steps) -> Iterator[Row]:
    thresholds = {
        name: ", ".join(str(above) for above in sorted(steps) if above) or "none"
        for name, steps in ((GENAI, genai), (LITELLM, litellm), ("used", used))
        if steps
    }
    if len(set(thresholds.values())) > 1:
        yield {"component": "above_tokens"} | thresholds
    for above, rates in sorted(used.items()):
        said = {GENAI: _at(genai, above), LITELLM: _at(litellm, above), "used": rates}
        for column in sorted(rates):
            prices = {name: row[column] for name, row in said.items() if column in row}
            if len(set(prices.values())) > 1:
                row = {name: plain(price) for name, price in prices.items()}
                yield {"component": column} | row | ({"tier": above} if above else {})


def _at(steps: Steps, above: int) -> Mapping[str, Any]:
    same = _same_step(steps, above)
    return {} if same is None else steps[same]


def _same_step(steps: Steps, above: int) -> int | None:
    return next((step for step in steps if abs(step - above) <= SAME_TIER_TOKENS), None)


def grouped(found: list[Listing]) -> list[list[Listing]]:
    """Names that are one model: one stem, one price history, no limit in dispute.

    The listing whose name becomes the id comes first in its group.
    """
    groups: dict[str, list[list[Listing]]] = {}
    for listing in found:
        alike = groups.setdefault(stem(listing.name), [])
        group = next((group for group in alike if _are_one(group[0], listing)), None)
        if group is None:
            alike.append([listing])
        else:
            group.append(listing)
    return [_best_first(group) for alike in groups.values() for group in alike]


def _are_one(one: Listing, other: Listing) -> bool:
    facts = _facts(one)
    return one.periods == other.periods and all(
        facts.get(name, value) == value for name, value in _facts(other).items()
    )


def _facts(listing: Listing) -> Row:
    names = ("context_window", "max_output_tokens", "retires", "kind", "us_multiplier")
    return {
        name: listing.litellm[name] for name in names if listing.litellm and name in listing.litellm
    }


def _best_first(group: list[Listing]) -> list[Listing]:
    official = {row["id"] for listing in group for row in (listing.genai, listing.litellm) if row}
    chosen = best((listing.name for listing in group), official)
    return sorted(group, key=lambda listing: (listing.name != chosen, listing.name))
