"""Build price book rows from the two public lists: merge each provider, and describe its models.

A row has prices, names, limits, capabilities, notes and a family.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date
from types import MappingProxyType
from typing import Any

from pricing.catalogue.models import Row, row_names
from pricing.sources.claude_on_clouds import GOVCLOUD, ClaudeOnClouds, differs_by_endpoint, regional
from pricing.sources.corrections import Corrections
from pricing.sources.merge import GENAI, LITELLM, PACKAGES, Listing, Merger, grouped, is_current
from pricing.sources.names import AREA, stem
from pricing.sources.openrouter import OPENROUTER
from pricing.sources.price_tables import PriceTable, document_of, table_of
from pricing.values import immutable

#: The ids that a provider may own without ``provider/`` before them: its own models, not those it
#: resells. A Bedrock id names maker and model with a dot, so no other provider has it.
OWN_NAMES = {
    "anthropic": r"claude-",
    "bedrock": r"[a-z0-9-]+\.|[a-z0-9-]+/[a-z0-9-]+\.",
    "cohere": r"command|embed-|c4ai-",
    "dashscope": r"qwen|qwq-|qvq-",
    "databricks": r"databricks-",
    "deepseek": r"deepseek-",
    "google": r"gemini-|gemma-|deep-research-",
    "meta": r"muse-",
    "minimax": r"(?i)minimax-|m2-her",
    "mistral": r"(?:mistral|ministral|mixtral|open-mi|codestral|devstral|magistral|pixtral|voxtral"
    r"|labs-)",
    "moonshotai": r"kimi-|moonshot-",
    "openai": r"",
    "perplexity": r"sonar|pplx-|r1-1776",
    "voyageai": r"voyage-",
    "xai": r"grok-",
    "zai": r"(?i)glm-",
}
#: The tokenizer where it is publicly known; the first pattern that matches counts.
TOKENIZERS = (
    (
        r"(?:ft:)?(?:gpt-(?:4o|4\.[15]|[5-9]|audio|realtime|chat)|chat|codex|computer|o[1-9](?:-|$))",
        "o200k",
    ),
    (r"(?:ft:)?(?:gpt-4|gpt-3\.5|gpt-35|text-embedding-(?:3|ada))", "cl100k"),
    (r"gemini-(?!embedding)", "gemini"),
)
TOKENIZER_PROVIDERS = {"openai": (0, 1), "azure": (0, 1), "google": (2,), "vertex": (2,)}
#: What a cloud's Claude row takes from Anthropic's.
FROM_CLAUDE = ("name", "family", "tokenizer", "image_tier", "tool_overhead_tokens")
AMBIGUOUS = {
    "bedrock": "The id without an area means a regional endpoint here; global. costs less.",
    "vertex": "This is the price of global endpoints; regional/ has that of the others.",
}
#: litellm's kinds of model that a row shows as its mode; the others follow from its prices.
KINDS_SHOWN = {"realtime", "image_generation", "decisions", "evaluation", "extraction"}
NOTHING: Mapping[str, Any] = MappingProxyType({})
#: The largest input of OpenAI's models whose pages state it apart from the window, and the window.
OPENAI_WINDOWS = {272_000: 400_000, 922_000: 1_050_000}
#: Who passes prompts for Claude on to Anthropic.
RESELLERS = ("cloudflare", "deepinfra", "github_copilot", OPENROUTER, "perplexity", "vercel")
#: The day in an id. A name with a day was first sold about then.
_DAY = re.compile(r"(?<!\d)(20[23]\d)-?([01]\d)-?([0-3]\d)(?!\d)")


@immutable
class Merge:
    """One provider's lists, merged: its rows, and the listings they were made of by name."""

    provider: str
    rows: list[Row]
    listings: Mapping[str, Listing]


def merges(
    own: Iterable[Row],
    lists: Iterable[Mapping[str, Any]],
    corrections: Corrections,
    versions: Mapping[str, str],
    families: Iterable[Mapping[str, Any]],
    first_hand: Mapping[str, PriceTable] = NOTHING,
    past: Mapping[str, Any] = NOTHING,
) -> Iterator[Merge]:
    """Merge each provider of ``lists``.

    ``own`` are the hand-written rows from which Claude's prices on the clouds are computed;
    ``versions`` says which release of each package was read; ``first_hand`` are the prices in the
    list of OpenRouter, which the lists only copy; ``past`` is what earlier releases say
    (``tariff.catalogue.history``).
    """
    claude = ClaudeOnClouds(own)
    maker = RowMaker(corrections, claude, versions, families, past.get("first_seen", NOTHING))
    for listed in lists:
        provider = listed["provider"]
        known = past.get("past", NOTHING).get(provider, NOTHING)
        own_prices = first_hand if provider == OPENROUTER else NOTHING
        listings = Merger(listed, corrections, claude, own_prices, known).listings()
        rows = maker.rows(provider, listings)
        yield Merge(provider, rows, {listing.name: listing for listing in listings})


class RowMaker:
    """Builds the rows of every imported file.

    ``versions`` says which release of each package was read; ``families`` are those of
    ``catalogue/families.toml``.
    """

    def __init__(
        self,
        corrections: Corrections,
        claude: ClaudeOnClouds,
        versions: Mapping[str, str],
        families: Iterable[Mapping[str, Any]] = (),
        first_seen: Mapping[str, Mapping[str, str]] = NOTHING,
    ) -> None:
        self._corrections = corrections
        self._claude = claude
        self._versions = versions
        self._first_seen = first_seen
        self._families = [
            (family["provider"], re.compile(family["members"]), family["name"])
            for family in families
        ]

    def rows(self, provider: str, listings: Iterable[Listing]) -> list[Row]:
        """Return the rows of one provider's merged listings, by id."""
        groups = grouped(listings)
        rows = [self._row(provider, group) for group in groups]
        if provider == "bedrock":
            _mark_ambiguous(rows)
        listed = {listing.name for group in groups for listing in group}
        for row, group in zip(rows, groups, strict=True):
            row["aliases"] += _also(provider, group, listed)
        if provider == "vertex":
            rows += [
                regional_row
                for row, group in zip(list(rows), groups, strict=True)
                for regional_row in _regional_twin(row, group)
            ]
        return sorted((_compact(row) for row in rows), key=lambda row: str(row["id"]))

    def _row(self, provider: str, group: list[Listing]) -> Row:
        first = group[0]
        listed = [listing.litellm for listing in group if listing.litellm]
        listed = listed or [first.unlisted.get("facts", {})]
        facts = next((row for row in listed if is_current(row)), listed[0])
        genai = next((listing.genai for listing in group if listing.genai), {})
        named = genai if GENAI in first.lists else {}
        lists = [name for name in PACKAGES if any(name in listing.lists for listing in group)]
        releases = {LITELLM: facts.get("release"), GENAI: genai.get("release")}
        quoted = [
            f"{PACKAGES[name]} {releases[name] or self._versions[PACKAGES[name]]}" for name in lists
        ]
        if first.is_first_hand:
            day = self._versions.get(provider, self._corrections.as_of)
            quoted = [f"{provider} {day}", *quoted]
        source = first.source or ", ".join(quoted)
        notes = [note for listing in group for note in listing.notes]
        notes += [note for of in (facts, named) for note in of.get("notes", ())]
        row: Row = {
            "provider": provider,
            "id": first.name,
            "name": named.get("name") or facts.get("name") or first.name,
            "aliases": [listing.name for listing in group[1:]],
            "bare_names": _owns(provider, group),
            "input_only": "output" not in first.periods[-1]["lists"]["standard"]["rates"],
            **_limits(named.get("context_window"), facts),
            "cache_minimum_tokens": self._cache_minimum(provider, first, facts),
            "tokenizer": _tokenizer(provider, first.name),
            "us_multiplier": facts.get("us_multiplier"),
            "lifecycle": self._lifecycle(provider, group, facts),
            "capabilities": sorted(_capabilities(facts, first)),
            "prices": [{"source": source, **period} for period in first.periods],
            "disagreements": _disagreements(group),
            "family": self._family(provider, first.name),
        }
        if facts.get("kind") in KINDS_SHOWN:
            row["mode"] = facts["kind"]
        if claude := self._claude.model(provider, first.name):
            row |= _of_claude(row, claude, facts)
        elif provider == "bedrock" and "us-gov" in first.name:
            notes.append(GOVCLOUD)
        row["notes"] = list(dict.fromkeys(notes))
        return row

    def _family(self, provider: str, name: str) -> str | None:
        found = (
            family
            for of, members, family in self._families
            if of == provider and members.fullmatch(name)
        )
        return next(found, None)

    def _cache_minimum(
        self, provider: str, listing: Listing, facts: Mapping[str, Any]
    ) -> int | None:
        """Return the shortest prefix that is cached, in tokens; None where it is not known.

        A reseller passes Claude's prompts on to Anthropic, whose minimum applies.
        """
        if "cache_read" not in listing.periods[-1]["lists"]["standard"]["rates"]:
            return None
        listed: int | None = facts.get("cache_minimum_tokens")
        if listed is None and provider in RESELLERS:
            listed = self._claude.cache_minimum(listing.name)
        return listed or self._corrections.cache_minimum(provider, listing.name)

    def _lifecycle(
        self, provider: str, group: list[Listing], facts: Mapping[str, Any]
    ) -> dict[str, str]:
        names = [listing.name for listing in group]
        days = [day for name in names if (day := _day(name))]
        days += [facts["released"]] if "released" in facts else []
        seen = [self._first_seen.get(provider, NOTHING).get(name) for name in names]
        naming = [
            row
            for listing in group
            for row in (listing.genai if listing.is_stated else None, listing.litellm)
            if row
        ]
        gone = [str(row.get("missing_since", "")) for row in naming]
        gone = gone or [listing.gone or "" for listing in group]
        life = {
            "released": min(days, default=None),
            "retires": facts.get("retires"),
            "missing_upstream_since": max(gone, default="") if all(gone) else None,
        }
        if not days and all(seen):  # a name without a first day may be older than all releases
            life["first_seen"] = min(day for day in seen if day)
        return {key: day for key, day in life.items() if day}


def _also(provider: str, group: list[Listing], listed: Collection[str]) -> list[str]:
    """Return the names that move with the newest model, such as ``gpt-sol-latest``, without those
    that are ``listed`` with prices of their own.

    A row that needs no provider before its names has one before these, unless they are its own or
    have a prefix of litellm's.
    """
    rows = [listing.litellm for listing in group if listing.litellm]
    names = dict.fromkeys(
        name for row in rows for name in row.get("also", ()) if name not in listed
    )
    own = OWN_NAMES.get(provider, "(?!)")
    is_bare = _owns(provider, group)
    return [
        f"{provider}/{one}" if is_bare and "/" not in one and not re.match(own, one) else one
        for one in names
    ]


def _day(name: str) -> str:
    """Return the day in a name as an ISO date; empty if there is none."""
    found = _DAY.search(name)
    try:
        return date.fromisoformat("-".join(found.groups())).isoformat() if found else ""
    except ValueError:
        return ""


def _limits(window: int | None, facts: Mapping[str, Any]) -> dict[str, int | None]:
    """Return a model's limits: of two counts that differ, the one that is rounded less.

    genai-prices counts input and output together, and rounds to thousands or millions. litellm has
    the largest input, which for most models is the window.
    """
    most, output = facts.get("context_window"), facts.get("max_output_tokens")
    limits = {"context_window": window or most, "max_output_tokens": output}
    if most in OPENAI_WINDOWS and output and most + output == OPENAI_WINDOWS[most]:
        return limits | {"context_window": OPENAI_WINDOWS[most], "max_input_tokens": most}
    if window and most and _zeros(most) < _zeros(window):
        limits["context_window"] = most
    return limits


def _zeros(count: int) -> int:
    digits = str(count)
    return len(digits) - len(digits.rstrip("0"))


def _disagreements(group: list[Listing]) -> list[Row]:
    """Return the disagreements about the id, then those about an alias only, which they name."""
    first, *others = group
    return first.disagreements + [
        row | {"alias": listing.name}
        for listing in others
        for row in listing.disagreements
        if row not in first.disagreements
    ]


def _owns(provider: str, group: list[Listing]) -> bool:
    """Whether the provider owns every name of a group, see OWN_NAMES."""
    pattern = OWN_NAMES.get(provider)
    return pattern is not None and all(
        re.match(pattern, listing.name) and (provider == "bedrock" or "/" not in listing.name)
        for listing in group
    )


def _of_claude(row: Row, claude: Mapping[str, Any], facts: Mapping[str, Any]) -> Row:
    """What Claude's own row says of a cloud's; one that a refresh added has few of these facts."""
    found = {key: claude[key] for key in FROM_CLAUDE if key in claude}
    found["context_window"] = facts.get("context_window") or claude.get("context_window")
    if not facts:
        found["max_output_tokens"] = claude.get("max_output_tokens")
        known = {*claude.get("capabilities", ())} - {"batch", "caching"}
        found["capabilities"] = sorted({*row["capabilities"], *known})
    if row["provider"] == "azure":
        found["us_multiplier"] = claude.get("us_multiplier")
    return found


def _tokenizer(provider: str, name: str) -> str | None:
    for index in TOKENIZER_PROVIDERS.get(provider, ()):
        pattern, tokenizer = TOKENIZERS[index]
        if re.match(pattern, AREA.sub("", name)):
            return tokenizer
    return None


def _capabilities(facts: Mapping[str, Any], listing: Listing) -> Iterator[str]:
    yield from set(facts.get("capabilities", ())) - {"caching"}
    lists = listing.periods[-1]["lists"]
    if "batch" in lists:
        yield "batch"
    if "cache_read" in lists["standard"]["rates"] or "caching" in facts.get("capabilities", ()):
        yield "caching"


def _mark_ambiguous(rows: list[Row]) -> None:
    """Mark the Bedrock ids that name no area although ``global.`` has another price."""
    worldwide = {stem(row["id"]) for row in rows if row["id"].startswith("global.")}
    for row in rows:
        names = row_names(row)
        bare = [name for name in names if not AREA.match(name)]
        is_global = any(name.startswith("global.") for name in names)
        if bare and stem(row["id"]) in worldwide and not is_global:
            row["ambiguous_aliases"] = bare
            row["notes"] = [*row["notes"], AMBIGUOUS["bedrock"]]


def _regional_twin(row: Row, group: list[Listing]) -> Iterator[Row]:
    """Yield a Vertex model's row for regional endpoints, if it costs more there.

    The id is the same on both kinds of endpoint, so the row's own names become ambiguous.
    """
    multipliers = {
        listing.litellm.get("regional_multiplier") for listing in group if listing.litellm
    }
    claude = str(row["id"]).startswith("claude") and differs_by_endpoint(row["id"])
    if multipliers != {"1.1"} and not claude:
        return
    twin_id, *twin_aliases = [f"regional/{name}" for name in row_names(row)]
    yield row | {
        "id": twin_id,
        "aliases": twin_aliases,
        "family": None,
        "disagreements": [],
        "prices": [
            period | {"lists": document_of(regional(table_of(period["lists"])))}
            for period in row["prices"]
        ],
    }
    row["ambiguous_aliases"] = list(row_names(row))
    row["notes"] = [*row["notes"], AMBIGUOUS["vertex"]]


def _compact(row: Row) -> Row:
    """Leave out what says nothing: nulls, empty lists, and flags at their default."""
    defaults = {"bare_names": True, "input_only": False}
    return {
        key: value
        for key, value in row.items()
        if not (key in defaults and value == defaults[key]) and (value or isinstance(value, bool))
    }
