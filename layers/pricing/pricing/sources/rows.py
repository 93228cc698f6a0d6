"""Turn merged listings into price book rows: names, limits, capabilities, notes, families."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pricing.sources.claude_on_clouds import GOVCLOUD, ClaudeOnClouds, differs_by_endpoint, regional
from pricing.sources.corrections import Corrections
from pricing.sources.merge import GENAI, LITELLM, Listing, Row, grouped
from pricing.sources.names import AREA, stem
from pricing.sources.price_tables import document_of, sketch_of

#: Whose bare ids a provider may own: its own models, not those it resells. A Bedrock id names
#: maker and model with a dot, so it cannot be anybody else's.
OWN_NAMES = {
    "anthropic": r"claude-",
    "bedrock": r"[a-z0-9-]+\.|[a-z0-9-]+/[a-z0-9-]+\.",
    "cohere": r"command|embed-|c4ai-",
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
FROM_CLAUDE = ("name", "family", "tokenizer", "image_tier", "tool_overhead_tokens")
PACKAGES = {GENAI: "genai-prices", LITELLM: "litellm"}
AMBIGUOUS = {
    "bedrock": "The id without an area means a regional endpoint here; global. costs less.",
    "vertex": "This is the price of global endpoints; regional/ has that of the others.",
}


class RowMaker:
    """Makes the rows of every imported file."""

    def __init__(
        self,
        corrections: Corrections,
        claude: ClaudeOnClouds,
        versions: Mapping[str, str],
        families: Iterable[Mapping[str, Any]] = (),
    ) -> None:
        self._corrections = corrections
        self._claude = claude
        self._versions = versions
        self._families = [
            (family["provider"], re.compile(family["members"]), family["name"])
            for family in families
        ]

    def rows(self, provider: str, listings: list[Listing]) -> list[Row]:
        """The rows of one provider's merged listings, by id."""
        groups = grouped(listings)
        rows = [self._row(provider, group) for group in groups]
        if provider == "bedrock":
            _mark_ambiguous(rows)
        if provider == "vertex":
            rows += [
                regional_row
                for row, group in zip(list(rows), groups, strict=True)
                for regional_row in _regional_twin(row, group)
            ]
        return sorted((_compact(row) for row in rows), key=lambda row: str(row["id"]))

    def _source(self, lists: Iterable[str]) -> str:
        names = [f"{PACKAGES[name]} {self._versions[PACKAGES[name]]}" for name in lists]
        return ", ".join(names)

    def _row(self, provider: str, group: list[Listing]) -> Row:
        first = group[0]
        facts = next((listing.litellm for listing in group if listing.litellm), {})
        genai = next((listing.genai for listing in group if listing.genai), {})
        named = GENAI in first.lists
        lists = [name for name in PACKAGES if any(name in listing.lists for listing in group)]
        source = first.source or self._source(lists)
        if first.is_sold:
            source = f"{provider} {self._corrections.as_of}, {source}"
        notes = [note for listing in group for note in listing.notes]
        for of in (facts, genai if named else {}):
            notes += of.get("notes", ())
        row: Row = {
            "provider": provider,
            "id": first.name,
            "name": (genai.get("name") if named else None) or first.name,
            "aliases": [listing.name for listing in group[1:]],
            "bare_names": _owns(provider, group),
            "input_only": "output" not in first.periods[-1]["lists"]["standard"]["rates"],
            "context_window": (genai.get("context_window") if named else None)
            or facts.get("context_window"),
            "max_output_tokens": facts.get("max_output_tokens"),
            "cache_minimum_tokens": facts.get("cache_minimum_tokens"),
            "tokenizer": _tokenizer(provider, first.name),
            "us_multiplier": facts.get("us_multiplier"),
            "lifecycle": {"retires": facts["retires"]} if "retires" in facts else {},
            "capabilities": sorted(_capabilities(facts, first)),
            "prices": [{"source": source, **period} for period in first.periods],
            "disagreements": _disagreements(group),
            "family": self._family(provider, first.name),
        }
        claude = self._claude.model(provider, first.name)
        if claude:  # its row may be one that a refresh added, of which little is known
            row |= {key: claude[key] for key in FROM_CLAUDE if key in claude}
            row["context_window"] = facts.get("context_window") or claude.get("context_window")
            if not facts:
                row["max_output_tokens"] = claude.get("max_output_tokens")
                known = {*claude.get("capabilities", ())} - {"batch", "caching"}
                row["capabilities"] = sorted({*row["capabilities"], *known})
            if provider == "azure":
                row["us_multiplier"] = claude.get("us_multiplier")
        elif provider == "bedrock" and "us-gov" in first.name:
            notes.append(GOVCLOUD)
        row["notes"] = _unique(notes)
        return row

    def _family(self, provider: str, name: str) -> str | None:
        return next(
            (
                family
                for of, members, family in self._families
                if of == provider and members.fullmatch(name)
            ),
            None,
        )


def _disagreements(group: list[Listing]) -> list[Row]:
    """Those of the id, then those that only an alias has, which they name."""
    found = list(group[0].disagreements)
    for listing in group[1:]:
        found += [
            row | {"alias": listing.name}
            for row in listing.disagreements
            if row not in group[0].disagreements
        ]
    return found


def _owns(provider: str, group: list[Listing]) -> bool:
    pattern = OWN_NAMES.get(provider)
    return pattern is not None and all(
        re.match(pattern, listing.name) and (provider == "bedrock" or "/" not in listing.name)
        for listing in group
    )


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
    """A Bedrock id that names no area, where ``global.`` has another price."""
    worldwide = {stem(row["id"]) for row in rows if row["id"].startswith("global.")}
    for row in rows:
        names = [row["id"], *row["aliases"]]
        bare = [name for name in names if not AREA.match(name)]
        if bare and stem(row["id"]) in worldwide and not _has_worldwide(names):
            row["ambiguous_aliases"] = bare
            row["notes"] = [*row["notes"], AMBIGUOUS["bedrock"]]


def _has_worldwide(names: list[str]) -> bool:
    return any(name.startswith("global.") for name in names)


def _regional_twin(row: Row, group: list[Listing]) -> Iterator[Row]:
    """The same Vertex model on a regional endpoint: there, the id alone does not say which."""
    multipliers = {
        listing.litellm.get("regional_multiplier") for listing in group if listing.litellm
    }
    claude = str(row["id"]).startswith("claude") and differs_by_endpoint(row["id"])
    if multipliers != {"1.1"} and not claude:
        return
    names = [row["id"], *row["aliases"]]
    twin = dict(row)
    twin["id"], *twin["aliases"] = [f"regional/{name}" for name in names]
    twin["family"] = None
    twin["disagreements"] = []
    twin["prices"] = [
        period | {"lists": document_of(regional(sketch_of(period["lists"])))}
        for period in row["prices"]
    ]
    row["ambiguous_aliases"] = names
    row["notes"] = [*row["notes"], AMBIGUOUS["vertex"]]
    yield twin


def _unique(rows: Iterable[Any]) -> list[Any]:
    found: list[Any] = []
    for row in rows:
        if row not in found:
            found.append(row)
    return found


def _compact(row: Row) -> Row:
    """Without what says nothing: nulls, empty lists, and flags at their usual value."""
    usual = {"bare_names": True, "input_only": False}
    return {
        key: value
        for key, value in row.items()
        if not (key in usual and value == usual[key]) and (value or isinstance(value, bool))
    }


def key_of_row(row: Row) -> str:
    """``provider/id``."""
    return f"{row['provider']}/{row['id']}"


def names_of(row: Row) -> set[str]:
    """A row's id and aliases."""
    return {row["id"], *row.get("aliases", ())}
