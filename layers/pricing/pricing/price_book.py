"""A price book: one immutable, content-addressed version of every price Tariff knows."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from pricing.errors import CorruptBook, UnknownModel
from pricing.models import Model, model_from_document
from pricing.suggestions import Names

SCHEMA = 1
CONTEXT_SUFFIX = "[1m]"
MAX_SUGGESTIONS = 3

MatchedBy = Literal["id", "alias", "provider_id", "context_suffix", "family"]


@dataclass(frozen=True, slots=True)
class Match:
    """The model a reference means, and which rule found it."""

    model: Model
    matched_by: MatchedBy


def canonical_json(document: Mapping[str, Any]) -> bytes:
    """The one byte form of a document: sorted keys, no spaces, UTF-8."""
    return json.dumps(
        document, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    ).encode()


def digest(content: bytes) -> str:
    """SHA-256 in lower-case hex."""
    return hashlib.sha256(content).hexdigest()


class PriceBook:
    """One price version as a value. Rows become ``Model`` objects when first asked for.

    The document is ``{schema, id, published_at, provenance, families, models}``; its canonical
    JSON is what is stored, hashed and never changed.
    """

    def __init__(self, document: Mapping[str, Any], sha256: str) -> None:
        self._document = document
        self.id: str = document["id"]
        self.sha256 = sha256
        self.published_at: str = document["published_at"]
        self.provenance: tuple[Mapping[str, Any], ...] = tuple(document["provenance"])
        self.families: Mapping[str, str] = document["families"]
        self._rows: dict[str, Mapping[str, Any]] = {
            f"{row['provider']}/{row['id']}": row for row in document["models"]
        }
        self._built: dict[str, Model] = {}

    @classmethod
    def from_json(cls, content: bytes, *, sha256: str | None = None) -> "PriceBook":
        """Read canonical JSON; raises CorruptBook when it is not what ``sha256`` names."""
        actual = digest(content)
        if sha256 is not None and actual != sha256:
            raise CorruptBook(f"price version content has SHA-256 {actual}, expected {sha256}")
        document = json.loads(content)
        if document.get("schema") != SCHEMA:
            raise CorruptBook(f"price version has schema {document.get('schema')}, not {SCHEMA}")
        return cls(document, actual)

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> "PriceBook":
        """Build from a plain document, hashing its canonical form."""
        return cls.from_json(canonical_json(document))

    def to_json(self) -> bytes:
        """The canonical JSON this book was read from, byte for byte."""
        return canonical_json(self._document)

    def __len__(self) -> int:
        return len(self._rows)

    def model_keys(self) -> list[str]:
        """Every ``provider/id``, in a stable order."""
        return sorted(self._rows)

    def models(self) -> Iterator[Model]:
        """Every model, in the order of ``model_keys``."""
        return (self.model(key) for key in self.model_keys())

    def model(self, key: str) -> Model:
        """The model with this exact ``provider/id``; raises KeyError."""
        model = self._built.get(key)
        if model is None:
            model = self._built[key] = model_from_document(self._rows[key])
        return model

    def find(self, reference: str) -> Match:
        """The model a reference means; raises UnknownModel, with suggestions.

        Known names match exactly: ids, aliases, either behind ``provider/``, a ``[1m]`` suffix
        on any of them, and family names. A prefix never matches, so a model that does not exist
        is never priced as its older sibling.
        """
        match = self._named(reference)
        if match is None and reference.endswith(CONTEXT_SUFFIX):
            bare = self._named(reference.removesuffix(CONTEXT_SUFFIX))
            match = bare and Match(bare.model, "context_suffix")
        if match is None:
            raise self.unknown(reference)
        return match

    def unknown(self, reference: str) -> UnknownModel:
        """The error for a name that is not in this book, with the nearest names that are."""
        return UnknownModel(
            f"Price version {self.id} has no model with this name. Use an id from GET /v1/models,"
            " an alias, or a family name such as "
            + ", ".join(repr(family) for family in sorted(self.families)[:3])
            + ".",
            self.suggest(reference),
        )

    def suggest(self, reference: str) -> list[str]:
        """At most three known names with a similarity of 0.6 or more, nearest first."""
        seen: dict[str, str] = {}  # one suggestion a model: its alias and its id are one advice
        wanted = reference.lower().removesuffix(CONTEXT_SUFFIX)
        provider, _, bare = wanted.partition("/")
        near = self._suggestable.nearest(wanted)
        if bare and provider in self._providers:
            near = [*near, *self._suggestable.nearest(bare)]
        for name in near:
            seen.setdefault(self.families.get(name) or self._names[name][0], name)
        return list(seen.values())[:MAX_SUGGESTIONS]

    def _named(self, name: str) -> Match | None:
        family = self.families.get(name)
        if family is not None:
            return Match(self.model(family), "family")
        known = self._names.get(name)
        return known and Match(self.model(known[0]), known[1])

    @cached_property
    def _names(self) -> dict[str, tuple[str, MatchedBy]]:
        """Every exact name, with the model it means and the rule; ids win over aliases.

        A row whose ``bare_names`` is false, a reseller's, is found behind ``provider/`` only: the
        bare name is its maker's, or nobody's.
        """
        names: dict[str, tuple[str, MatchedBy]] = {}
        for key, row in self._rows.items():
            names[key] = (key, "provider_id")
            for alias in row.get("aliases", ()):
                names.setdefault(f"{row['provider']}/{alias}", (key, "provider_id"))
                if row.get("bare_names", True):
                    names.setdefault(alias, (key, "alias"))
        for key, row in self._rows.items():
            if row.get("bare_names", True):
                names[row["id"]] = (key, "id")
        return names

    @cached_property
    def _providers(self) -> frozenset[str]:
        return frozenset(row["provider"] for row in self._rows.values())

    @cached_property
    def _suggestable(self) -> Names:
        """Each model under the names a caller would rather use: bare ones, where it has any."""
        names = set(self.families)
        for key, row in self._rows.items():
            names |= {row["id"], *row.get("aliases", ())} if row.get("bare_names", True) else {key}
        return Names(names)


@dataclass(frozen=True, slots=True)
class BookInForce:
    """A price book as it came to hand: where it is from and how fresh that knowledge is.

    ``age_seconds`` counts from the last time the store confirmed this version as active, or,
    for a bundled book, from its publication. It is None for a version the caller pinned: such a
    version never changes, and neither do the bytes of its answers.
    """

    book: PriceBook
    source: Literal["store", "bundled"]
    stale: bool
    age_seconds: int | None
