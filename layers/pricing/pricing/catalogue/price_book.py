"""A price book: one immutable version of all prices, identified by the SHA-256 of its content."""

import json
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date
from functools import cached_property
from typing import Any, Literal

from pricing.catalogue.exchange_rates import TargetCurrency
from pricing.catalogue.models import Model, model_from_document, row_key, row_names
from pricing.catalogue.names import NameIndex, NameSuggester, key_in
from pricing.catalogue.spellings import (
    PROVIDER_WORDS,
    PROVIDERS,
    SpelledBy,
    hosted,
    spellings,
    unknown_name_hint,
    without_tool_marks,
)
from pricing.errors import CorruptBook, UnknownModel
from pricing.jsonio import canonical_json, digest, sorted_json
from pricing.timestamps import AsOf
from pricing.values import immutable

SCHEMA = 1
CONTEXT_SUFFIX = "[1m]"
#: OpenRouter's variants that cost nothing, within a limit of requests a day.
FREE_SUFFIX = ":free"
MAX_SUGGESTIONS = 3
#: The names of a book are indexed after so many searches through its bytes.
_SEARCHES = 32
#: The names whose meaning is remembered; callers make up any number of them.
_REMEMBERED = 10_000
_HAS_VERSION = re.compile(r"-.*\d|\d.*-").search
#: A name that ends in a date, or in a number such as Google's ``-001``.
_SNAPSHOT = re.compile(r"(.+)[-@](?:20\d\d-\d\d-\d\d|20\d{6}|\d{3})", re.ASCII)
#: Anthropic's name for the current model of a family, as LiteLLM's list has it.
_NEWEST_CLAUDE = re.compile(r"(?:anthropic/)?claude-(opus|sonnet|haiku|fable|mythos)-latest")

MatchedBy = Literal["id", "alias", "provider_id", "family", "letter_case", SpelledBy]


@immutable
class Match:
    """The model that a name was resolved to, and the rule that matched it."""

    model: Model
    matched_by: MatchedBy

    def of(self, requested: str) -> "MatchedModel":
        """Return the match as answers show it; ``requested`` is the name that was sent."""
        return MatchedModel(requested, self.model.id, self.model.provider, self.matched_by)


class PriceBook:
    """One price version as a value. Models are parsed when they are first asked for.

    The document is ``{schema, id, published_at, provenance, families, models}``; its canonical
    JSON is stored, hashed and never changed. Parsing thousands of models takes longer than the rest
    of a cold start, and most requests need one of them: a name is searched for in the bytes, and
    only the lines that contain it are parsed.
    """

    def __init__(self, head: Mapping[str, Any], lines: Sequence[bytes], sha256: str) -> None:
        self.id: str = head["id"]
        self.sha256 = sha256
        self.published_at: str = head["published_at"]
        self.provenance: tuple[Mapping[str, Any], ...] = tuple(head["provenance"])
        self.families: Mapping[str, str] = head["families"]
        self._head = head
        self._lines = lines
        self._searched = 0
        #: The lines of rows by ``provider/id``, as far as they were asked for.
        self._numbers: dict[str, int] = {}
        self._models: dict[str, Model] = {}
        self._matches: dict[str, Match | None] = {}

    @classmethod
    def from_json(cls, content: bytes, *, sha256: str | None = None) -> "PriceBook":
        """Read canonical JSON; raises CorruptBook if it is not, or does not match ``sha256``."""
        actual = digest(content)
        if sha256 is not None and actual != sha256:
            raise CorruptBook(f"price version content has SHA-256 {actual}, expected {sha256}")
        first, *lines = content.split(b"\n")
        last = lines.pop() if lines else b""
        try:
            head = json.loads(first + last)
        except ValueError:
            raise CorruptBook("price version content is not canonical JSON") from None
        if head.get("models"):
            raise CorruptBook("price version content does not have one model a line")
        if head.get("schema") != SCHEMA:
            raise CorruptBook(f"price version has schema {head.get('schema')}, not {SCHEMA}")
        return cls(head, [line.rstrip(b",") for line in lines], actual)

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> "PriceBook":
        """Build a book from a plain document, by its canonical form."""
        return cls.from_json(canonical_json(document))

    def to_json(self) -> bytes:
        """Return the canonical JSON that this book was read from, byte for byte."""
        return canonical_json({**self._head, "models": [json.loads(line) for line in self._lines]})

    @cached_property
    def checked_at(self) -> str:
        """When a source last confirmed these prices: the latest moment of its provenance."""
        known = [str(e.get("retrieved_at") or e.get("as_of") or "") for e in self.provenance]
        return max(known, default="") or self.published_at

    def __len__(self) -> int:
        return len(self._lines)

    def model_keys(self, parts: Collection[bytes] = ()) -> list[str]:
        """Return the ``provider/id`` of every row that may contain all ``parts``, in their order.

        Parts are lower-case bytes of a row as JSON, in which capitals make no difference. No row is
        missed, but the caller decides about those returned: a part may be anywhere in them.
        """
        if not parts:
            return self._every_key
        numbers = [
            number
            for number, line in enumerate(self._lines)
            # Beyond ASCII, capitals are not lowered byte by byte.
            if not line.isascii() or all(part in line.lower() for part in parts)
        ]
        return sorted(map(self._key_at, numbers))

    @cached_property
    def _every_key(self) -> list[str]:
        return sorted(map(self._key_at, range(len(self._lines))))

    def _key_at(self, number: int) -> str:
        line = self._lines[number]
        key = key_in(line) or row_key(json.loads(line))
        self._numbers[key] = number
        return key

    def models(self) -> Iterator[Model]:
        """Return every model, in the order of ``model_keys``."""
        return (self.model(key) for key in self.model_keys())

    def current_models(self, day: date) -> tuple[str, ...]:
        """Return the ``provider/id`` of every family's current model, in a stable order.

        A model that is shut down on that day is left out.
        """
        keys = sorted({*self.families.values()})
        return tuple(key for key in keys if not self.model(key).lifecycle.retired(day))

    def model(self, key: str) -> Model:
        """Return the model with this exact ``provider/id``; raises KeyError."""
        if key not in self._models:
            if key not in self._numbers:
                self.model_keys()
            self._built(json.loads(self._lines[self._numbers[key]]))
        return self._models[key]

    def corrected_models(self) -> Iterator[Model]:
        """Yield the models whose past prices were corrected."""
        for line in self._corrected:
            yield self._built(json.loads(line))

    @cached_property
    def _corrected(self) -> list[bytes]:
        return [line for line in self._lines if b'"closed_months":' in line]

    def rows_unlike(self, other: "PriceBook") -> dict[str, Mapping[str, Any]]:
        """Return the rows, by ``provider/id``, that are not byte for byte in the other book."""
        theirs = {*other._lines}  # noqa: SLF001 - the same class
        rows = (json.loads(line) for line in self._lines if line not in theirs)
        return {row_key(row): row for row in rows}

    def find(self, reference: str, named_at: str = "/model") -> Match:
        """Return the model that a name stands for; raises UnknownModel, with suggestions.

        Names match exactly: ids, aliases, both also after ``provider/``, each also with a ``[1m]``
        suffix, and family names. A prefix never matches, so that a model that does not exist is
        never priced as an older one. ``named_at`` is the JSON pointer to the name in the request.
        """
        match = self.known(reference)
        if match is None:
            raise self.unknown(reference, named_at)
        return match

    def known(self, reference: str) -> Match | None:
        """Return the model that a name stands for, or None."""
        with suppress(KeyError):
            return self._matches[reference]
        match = self._spelled(reference) or self._in_any_case(reference)
        if len(self._matches) >= _REMEMBERED:
            self._matches.clear()  # perhaps while another thread looks a name up
        self._matches[reference] = match
        return match

    def _spelled(self, reference: str) -> Match | None:
        """The model that a name means as it is, as a family, or in another notation."""
        match = self._named(reference) or self._of_family(reference)
        bare = reference.removesuffix(CONTEXT_SUFFIX)
        if match is None and bare != reference:
            match = self._named(bare)
            match = match and Match(match.model, "context_suffix")
        for name, rule in () if match else spellings(bare):
            found = self._named(name)
            if found is None or found.matched_by == "family":
                continue
            if rule != "openrouter_id" or self._is_openrouters(bare):
                return Match(found.model, rule)
        if match is None and bare.endswith(FREE_SUFFIX):
            match = self._free(bare.removesuffix(FREE_SUFFIX))
        return match

    def _is_openrouters(self, name: str) -> bool:
        """Whether ``author/model`` can only be OpenRouter's id, though its author sells models."""
        if name.partition("/")[0] not in PROVIDERS:
            return True
        rows = self._rows_with(name)
        return all(row["provider"] == "openrouter" or name not in row_names(row) for row in rows)

    def _free(self, paid: str) -> Match | None:
        """The free variant of a model that OpenRouter lists, which costs nothing."""
        names = (paid, f"openrouter/{paid}", *(name for name, _ in spellings(paid)))
        for name in names:
            found = self._named(name)
            if found is not None and found.model.provider == "openrouter":
                return Match(found.model.free(FREE_SUFFIX), "free_variant")
        return None

    def _in_any_case(self, reference: str) -> Match | None:
        """The model whose name differs in capitals only, if that is one model."""
        self._searched = _SEARCHES  # an unknown name is looked up in the index from here on
        for name, rule in ((reference.strip(), ""), *spellings(reference)):
            if rule == "openrouter_id" and not self._is_openrouters(reference.strip()):
                continue
            found = {
                match.model.key: match.model
                for written in self._index.in_any_case(name.lower())
                if (match := self._named(written)) and match.matched_by != "family"
            }
            if found:
                return Match(next(iter(found.values())), "letter_case") if len(found) == 1 else None
        return None

    def _of_family(self, reference: str) -> Match | None:
        """The current model of a family that is named in capitals or with its maker's words.

        ``Sonnet``, ``Claude Sonnet`` and ``anthropic/sonnet`` are ``sonnet``. Behind other makers,
        such a name is a model's own: ``mistral/mistral-small`` had prices before the current one.
        """
        name = "-".join(reference.lower().split())
        family = name.removeprefix("anthropic/").removeprefix("claude-")
        key = self.families.get(family, "")
        is_so = family == name or key.startswith("anthropic/claude-")
        return self._named(family) if key and is_so else None

    def unknown(self, reference: str, named_at: str = "/model") -> UnknownModel:
        """Return the error for a name that is not in this book, with the nearest names that are."""
        hint = self.hint(reference) or (
            "Use an id from GET /v1/models, an alias, or a family name such as "
            + ", ".join(repr(family) for family in sorted(self.families)[:3])
            + "."
        )
        detail = f"Price version {self.id} has no model with this name. {hint}"
        return UnknownModel(detail, lambda: self.suggest(reference), named_at)

    def hint(self, reference: str) -> str | None:
        """Return what to send instead of a name that says how a model is called, or where."""
        model, faster = self._of_a_tool(reference)
        if model is None:
            return unknown_name_hint(reference)
        name = self._shortest_name(model)
        if not faster:
            return f"For the price of its maker, send {name!r}."
        newest = model.prices[-1]
        if "fast" in (*newest.lists, *newest.served_as_standard):
            return f'For its fast mode, send {name!r} and "speed": "fast".'
        return (
            f"A faster mode has a price of its own, which is not known for {name!r}; send that name"
            " for the price of its standard mode."
        )

    def _of_a_tool(self, reference: str) -> tuple[Model | None, bool]:
        """The model behind a tool's name for it, and whether that names a faster mode."""
        name, faster = without_tool_marks(reference)
        match = self.known(name) if name else None
        return (match.model if match else None), faster

    def _shortest_name(self, model: Model) -> str:
        """The model's id, or ``provider/id`` where the id alone means another provider's model."""
        own = self._named(model.id)
        return model.id if own is not None and own.model.key == model.key else model.key

    def suggest(self, reference: str) -> list[str]:
        """Return up to three names with a similarity of 0.6 or more, nearest first.

        In this order, before all that are merely similar: the model that a tool's name for it
        means; the model that the name is a snapshot of; the families that a first word begins
        (``claude``); names that only add to this one (``gemini-3-pro-preview`` to
        ``gemini-3-pro``); a family whose name is one of several words; models of the named
        provider whose names contain this one; and models of exactly this name at other providers,
        so that no sibling at another price is offered ahead of the same model.
        """
        self._searched = _SEARCHES  # the names found are looked up too: use the index
        wanted = reference.strip().lower().removesuffix(CONTEXT_SUFFIX)
        wanted = hosted(wanted) or wanted
        provider, slash, _ = wanted.partition("/")
        provider = PROVIDER_WORDS.get(provider, provider)
        tail = wanted.rpartition("/")[2].partition(":")[0]
        words = wanted.split()
        dashed = "-".join(words)
        model, _ = self._of_a_tool(reference)
        near = [self._shortest_name(model)] if model else []
        snapshot = _SNAPSHOT.fullmatch(wanted)
        if snapshot and self.known(snapshot[1]):
            near.append(snapshot[1])
        near += [  # the first word of an id alone, such as "claude"
            family
            for family, key in sorted(self.families.items())
            if key.partition("/")[2].startswith(f"{wanted}-")
        ]
        near += self._bare_names.around(dashed) if _HAS_VERSION(dashed) else []
        near += [word for word in words if word in self.families]
        for part in (tail, tail.replace(".", "-")) if slash and tail else ():
            near += self._full_names.at(provider, part)
        elsewhere = self._index.ending_in(tail) if tail else []
        bare = self._named(tail)
        own = bare.model.key if bare else ""
        near += sorted(elsewhere, key=lambda one: (not one.startswith(f"{provider}/"), one != own))
        near += (self._full_names if slash else self._bare_names).nearest(wanted)
        near += self._bare_names.nearest(tail) if slash else []
        by_model: dict[str, str] = {}  # an alias and the id of a model are one suggestion
        for name in near:
            match = self._named(name)
            by_model.setdefault(match.model.key if match else name, name)
        return list(by_model.values())[:MAX_SUGGESTIONS]

    def _named(self, name: str) -> Match | None:
        """Match a name. Ids win over aliases, and both over a name after its provider.

        A row whose ``bare_names`` is false, such as a reseller's, is only found after
        ``provider/``: the bare name belongs to the model's maker.
        """
        newest = _NEWEST_CLAUDE.fullmatch(name)
        family = self.families.get(newest[1] if newest else name)
        if family is not None:
            provider, _, known = family.partition("/")
            row = self._offered_by(provider, known)
            return Match(self._built(row), "family") if row else None
        bare = [row for row in self._rows_with(name) if row.get("bare_names", True)]
        for row in bare:
            if row["id"] == name:
                return Match(self._built(row), "id")
        for row in bare:
            if name in row.get("aliases", ()):
                return Match(self._built(row), "alias")
        provider, _, known = name.partition("/")
        row = self._offered_by(provider, known) if known else None
        return Match(self._built(row), "provider_id") if row else None

    def _offered_by(self, provider: str, name: str) -> Mapping[str, Any] | None:
        rows = [row for row in self._rows_with(name) if row["provider"] == provider]
        by_id = (row for row in rows if row["id"] == name)
        return next(by_id, next((row for row in rows if name in row.get("aliases", ())), None))

    def _rows_with(self, name: str) -> list[Mapping[str, Any]]:
        """Return the rows that may have this id or alias; most names are in one or two.

        The first few names are searched for in the bytes: building the index takes about as long as
        forty such searches.
        """
        self._searched += 1
        if self._searched > _SEARCHES:
            return [json.loads(self._lines[number]) for number in self._index.lines_with(name)]
        return [json.loads(line) for line in self._lines_with(sorted_json(name).encode())]

    def _lines_with(self, part: bytes) -> Iterator[bytes]:
        """Yield the lines that have these bytes, in order."""
        at = self._text.find(part)
        while at >= 0:
            end = self._text.index(b"\n", at)
            yield self._text[self._text.rfind(b"\n", 0, at) + 1 : end]
            at = self._text.find(part, end)

    @cached_property
    def _text(self) -> bytes:
        """All lines in one: searching it takes a third of the time that searching each does."""
        return b"\n".join((*self._lines, b""))

    @cached_property
    def _index(self) -> NameIndex:
        return NameIndex(self._lines)

    def _built(self, row: Mapping[str, Any]) -> Model:
        key = row_key(row)
        model = self._models.get(key)
        if model is None:
            model = self._models[key] = model_from_document(row)
        return model

    @cached_property
    def _bare_names(self) -> NameSuggester:
        """Names that need no provider, which most callers use."""
        return NameSuggester({*self._index.bare, *self.families})

    @cached_property
    def _full_names(self) -> NameSuggester:
        return NameSuggester(self._index.full)


#: In place of a rate card's id: list prices only, although the deployment has a card of its own.
LIST_PRICES = "list"


@immutable
class BookInForce:
    """The price book that a request uses, with its source and its freshness.

    ``age_seconds`` counts from the last time the store confirmed this version as active or, for a
    bundled book, from its publication. It is None for a version that the request pinned: such a
    version never changes, and neither do its answers. The ``source`` of a pinned version is
    ``bundled`` if a release of Tariff has ever shipped it. ``net`` is the book at the prices of a
    rate card, and ``currency`` the one that amounts are converted to, where the request has them.
    ``checked_at`` is when a refresh last compared the active prices; empty where only the book's
    provenance says it.
    """

    book: PriceBook
    source: Literal["store", "bundled"]
    stale: bool
    age_seconds: int | None
    net: PriceBook | None = None
    rate_card: str | None = None
    currency: TargetCurrency | None = None
    checked_at: str = ""

    @property
    def at_net(self) -> "BookInForce":
        """The rate card's prices in place of the list prices; without a card, the list prices."""
        return replace(self.at_list, book=self.net or self.book)

    @property
    def at_list(self) -> "BookInForce":
        """The list prices alone, in USD."""
        return replace(self, net=None, rate_card=None, currency=None)


@immutable
class MatchedModel:
    """The model that a name was resolved to, and the rule that matched it."""

    requested: str
    """The name as it was sent."""
    id: str
    """The model's canonical id."""
    provider: str
    """The provider whose prices were used."""
    matched_by: MatchedBy
    """The rule that matched the name."""


@immutable
class Provenance:
    """The price version that an answer used, the moment it was priced at, and how fresh that is."""

    version: str
    """The id of the price version."""
    as_of: str
    """The moment that was priced at: a date or an RFC 3339 instant."""
    source: Literal["store", "bundled"]
    """``store``, or ``bundled`` for a version that ships with Tariff's code."""
    stale: bool
    """True when the store could not confirm that this version is the active one."""
    age_seconds: int | None
    """Seconds since the store last confirmed it, or since a bundled version was published; null for
    a version requested by id.
    """
    prices_checked_at: str
    """When a price source last confirmed the prices of this version: a date or an RFC 3339 instant.
    """


def provenance(in_force: BookInForce, as_of: AsOf) -> Provenance:
    """Return the ``pricing`` block of an answer."""
    return Provenance(
        version=in_force.book.id,
        as_of=as_of.text,
        source=in_force.source,
        stale=in_force.stale,
        age_seconds=in_force.age_seconds,
        prices_checked_at=max(in_force.checked_at, in_force.book.checked_at),
    )
