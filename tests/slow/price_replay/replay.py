"""Replay real price history through the refresh: ``python -m tests.slow price-replay``.

Each step is a release of genai-prices with the litellm release of about that day and OpenRouter's
prices by then (``tariff.catalogue.openrouter_history``), as a refresh on that day would have read
them. Prints the fields that became active and those that were quarantined, with their fate:
confirmed later by a second source, withdrawn by the list that quoted them, or pending at the end,
when they need approval.
At most 10% of the changed fields may be pending. Every activated price of the two lists
that a later release reverted is printed: the refresh checks might have stopped those.

A field is a price that a list quotes. A field that no list quotes, or that only repeats the change
of the same component's standard price (a search costs the same in every mode and tier), is not
counted. OpenRouter's own prices are counted apart: only its own list follows them, so that no
second source confirms a large change for months.
"""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Annotated, Any, NamedTuple

from typer import Option

from pricing.catalogue.price_book import PriceBook
from pricing.refresh.memory import Memory
from pricing.refresh.refresh import Refreshed, refresh
from pricing.refresh.timeline import PRICE_ROW
from pricing.sources.book import merges
from pricing.sources.corrections import Corrections
from pricing.sources.genai_prices import read as read_genai
from pricing.sources.litellm import read as read_litellm
from pricing.sources.merge import side_by_side
from pricing.sources.openrouter import OPENROUTER
from pricing.sources.payload import Payload, SourceNotes
from pricing.store import bundled
from tariff.catalogue.openrouter_history import recorded
from tariff.catalogue.published import released
from tariff.catalogue.recorded import RELEASES
from tariff.tables import aligned

AIM_PERCENT = 10
LISTS, RESELLER = "of the two lists", "of OpenRouter"
_FIELD = re.compile(r"(?P<mode>\w+)\.(?P<column>\w+)(?P<tier>>\d+)?(?P<rest>.*)")


class Price(NamedTuple):
    """A price that a refresh changed or quarantined, the latter with the reason's ``code``."""

    model: str
    field: str
    before: str | None
    after: str | None
    sources: tuple[str, ...]
    code: str = ""

    @property
    def key(self) -> tuple[str, str, str | None]:
        """The model, the field, and the new price."""
        return self.model, self.field, self.after

    def __str__(self) -> str:
        move = f"{self.before} -> {self.after}"
        return f"{self.model} {self.field}: {move} ({', '.join(self.sources)}) {self.code}"


@dataclass
class Tally:
    """The prices of a kind by outcome, each once.

    ``held`` were quarantined at some time; ``pending`` are quarantined by the last refresh.
    """

    active: set[Any] = field(default_factory=set)
    held: set[Any] = field(default_factory=set)
    pending: set[Any] = field(default_factory=set)

    @property
    def changed(self) -> set[Any]:
        """Every price that was activated or quarantined."""
        return self.active | self.held

    @property
    def unresolved(self) -> set[Any]:
        """The prices that need approval: neither confirmed nor withdrawn since."""
        return self.pending - self.active

    def __or__(self, other: "Tally") -> "Tally":
        return Tally(
            self.active | other.active, self.held | other.held, self.pending | other.pending
        )

    def row(self, name: str) -> tuple[object, ...]:
        """Return a line of the table."""
        count = len(self.changed)
        return (
            name,
            count,
            len(self.active),
            len(self.held),
            _percent(len(self.held), count),
            len(self.held & self.active),
            len(self.held - self.active - self.pending),
            len(self.unresolved),
            _percent(len(self.unresolved), count),
        )


COLUMNS = ("", "changed", "active", "held", "", "confirmed", "withdrawn", "pending", "")


def check(
    every: Annotated[bool, Option("--list", help="List every field that changed.")] = False,
) -> int:
    """Replay a year of real price history."""
    releases = json.loads(RELEASES.read_text(encoding="utf-8"))
    for name, at in (("genai-prices", 1), ("litellm", 2), ("OpenRouter's prices", 3)):
        print(f"{len({r[at] for r in releases if r[at]}):3} releases with {name}")
    first, *later = releases
    return Replay(first).run(later, every=every)


class Replay:
    """The active book of each day, and the fate of every field that changed."""

    def __init__(self, first: Sequence[str]) -> None:
        self.active = first_book(*first)
        self.memory = Memory()
        self.tallies = {name: Tally() for name in (LISTS, RESELLER)}
        self.codes = Counter[str]()
        self.before: dict[tuple[str, str], list[str | None]] = {}
        self.reverted: list[str] = []
        self.kept: set[Any] = set()
        self.added = 0
        self.half_changed = 0
        print(f"{first[0]}  {first[1]:>8} {first[2]:>9}  {len(self.active)} models at the start")

    def run(self, steps: Sequence[Sequence[str]], *, every: bool) -> int:
        """Take every step and print the summary; return the exit status."""
        for step in steps:
            self.step(*step, every=every)
        return self.summary()

    def step(
        self, day: str, genai: str, litellm: str, openrouter: str | None, *, every: bool
    ) -> None:
        """Refresh as on that day."""
        now = datetime.combine(date.fromisoformat(day), time(3), UTC)
        read = payloads(day, genai, litellm, openrouter)
        done = refresh(self.active, read, bundled.merge_rules(), self.memory, now)
        self.active, self.memory = done.clean or self.active, done.memory
        changed = [
            Price(**{**change, "sources": tuple(change["sources"])}) for change in done.changes
        ]
        pending = list(_pending(done))
        self.half_changed += len(_rows(changed) & _rows(pending))
        copies = _copies([*changed, *pending])
        new = Counter[str]()
        for price in [price for price in changed if price not in copies]:
            self._note(day, price)
            self._tally(price).active.add(price.key)
        for tally in self.tallies.values():
            tally.pending.clear()
        for price in [price for price in pending if price not in copies]:
            tally = self._tally(price)
            new[price.code] += price.key not in tally.held
            tally.held.add(price.key)
            tally.pending.add(price.key)
        self.kept |= {
            (held.provider, held.model, held.field, held.before)
            for held in done.quarantined
            if held.code == "price_withdrawn"
        }
        self.added += len(done.added)
        self.codes += new
        codes = ", ".join(f"{code} {count}" for code, count in sorted((+new).items()))
        print(
            f"{day}  {genai:>8} {litellm:>9}  {len(changed):4} fields changed,"
            f" {new.total():3} newly quarantined, {len(done.added):3} new models"
            + (f"  ({codes})" if codes else "")
        )
        for sign, prices in (("+", changed), ("?", pending)) if every else ():
            print(*(f"    {sign} {price}" for price in prices if price not in copies), sep="\n")

    def _tally(self, price: Price) -> Tally:
        return self.tallies[RESELLER if price.model.startswith(f"{OPENROUTER}/") else LISTS]

    def _note(self, day: str, price: Price) -> None:
        earlier = self.before.setdefault((price.model, price.field), [price.before])
        is_back = price.after in earlier and price.after != earlier[-1]
        if is_back and self._tally(price) is self.tallies[LISTS]:
            moves = " -> ".join(map(str, [*earlier, price.after]))
            sources = ", ".join(price.sources)
            self.reverted.append(f"{day}  {price.model} {price.field}: {moves} ({sources})")
        earlier.append(price.after)

    def summary(self) -> int:
        """Print the totals; return 1 when too many fields are pending, or a row moved in half."""
        every = self.tallies[LISTS] | self.tallies[RESELLER]
        rows = [tally.row(name) for name, tally in (*self.tallies.items(), ("all", every))]
        print("", *aligned([COLUMNS, *rows]), sep="\n")
        print(", ".join(f"{count} {code}" for code, count in self.codes.most_common()))
        print(f"{len(self.kept)} prices that the lists dropped, and that are kept")
        print(f"{self.added} new models; {len(self.active)} models at the end")
        print(f"{self.half_changed} price rows that were changed in half")
        print(f"{len(self.reverted)} activated prices of the two lists were reverted later:")
        print(*(f"    {line}" for line in self.reverted), sep="\n")
        is_too_much = len(every.unresolved) * 100 > AIM_PERCENT * len(every.changed)
        return int(is_too_much or self.half_changed > 0)


def _percent(part: int, whole: int) -> str:
    # In thousandths, so that no float is needed for one figure.
    tenths = 1000 * part // max(whole, 1)
    return f"{tenths // 10}.{tenths % 10}%"


def _rows(prices: Iterable[Price]) -> set[tuple[str, str, str]]:
    """Return the rows of these prices: model, mode, and tier, window or start."""
    parts = ((price.model, _FIELD.fullmatch(price.field)) for price in prices)
    return {
        (model, part["mode"], f"{part['tier']}{part['rest']}")
        for model, part in parts
        if part and part["column"] in PRICE_ROW
    }


def _pending(done: Refreshed) -> Iterator[Price]:
    for held in done.quarantined:
        if held.field and held.code != "price_withdrawn":
            model = f"{held.provider}/{held.model}"
            yield Price(model, held.field, held.before, held.after, held.sources, held.code)


def _copies(prices: Iterable[Price]) -> set[Price]:
    """Return the prices that no list quotes, or that repeat the standard price's change."""
    parts = {price: _FIELD.fullmatch(price.field) for price in prices}
    moves = {
        (price.model, part["column"], part["rest"], price.before, price.after)
        for price, part in parts.items()
        if part and part["mode"] == "standard" and not part["tier"]
    }
    return {
        price
        for price, part in parts.items()
        if not price.sources
        or (
            part
            and (part["mode"] != "standard" or part["tier"])
            and (price.model, part["column"], part["rest"], price.before, price.after) in moves
        )
    }


def payloads(day: str, genai: str, litellm: str, openrouter: str | None) -> list[Payload]:
    """Return the lists as fetched on that day, OpenRouter's where it is known."""
    texts = {
        "genai-prices": released("genai-prices", genai),
        "litellm": released("litellm", litellm),
    }
    if openrouter:
        texts[OPENROUTER] = recorded(openrouter)
    return [
        Payload(name, f"https://example.com/{name}", f"{day}T03:00:00Z", None, text)
        for name, text in texts.items()
    ]


def first_book(day: str, genai: str, litellm: str, openrouter: str | None) -> PriceBook:
    """Merge a day's lists with the hand-written rows as they were by then."""
    own = handwritten(day)
    rules = bundled.merge_rules()
    read = payloads(day, genai, litellm, openrouter)
    notes = SourceNotes("both lists")
    lists = side_by_side(read_genai(read[0], notes), read_litellm(read[1], notes))
    corrections = Corrections(rules["corrections"], as_of=day)
    versions = {"genai-prices": day, "litellm": day}
    others = [listed for name, listed in lists.items() if name not in {r["provider"] for r in own}]
    merged = merges(own, others, corrections, versions, [])
    rows = own + [row for merge in merged for row in merge.rows]
    return PriceBook.from_document(
        {
            "schema": 1,
            "id": f"{day}.first",
            "published_at": f"{day}T03:00:00Z",
            "provenance": [payload.provenance() for payload in read],
            "families": {},
            "models": rows,
        }
    )


def handwritten(day: str) -> list[Any]:
    """Return Claude's rows of the bundled book as of a day: its models and prices until then."""
    rows = json.loads(bundled.current().to_json())["models"]
    found = []
    for row in rows:
        life = row.get("lifecycle", {})
        # The oldest models have no known release date; all of them had retired by then.
        since = life.get("released") or life.get("retires", "9999")
        prices = [period for period in row.get("prices", ()) if period.get("from", "") <= day]
        if row.get("source") and since <= day and prices:
            prices[-1] = {key: value for key, value in prices[-1].items() if key != "to"}
            found.append({**row, "prices": prices, "family": None})
    return found
