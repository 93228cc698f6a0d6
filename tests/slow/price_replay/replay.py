"""Replay real price history through the refresh checks: ``make replay-prices``.

Each step is one release of genai-prices with the litellm release of about that day and what
OpenRouter charged by then (``openrouter_history``), read as a refresh on that day would have read
them. It prints what became active, what waited and what became of that: a second source said so
later, the list that said it took it back, or it still waits at the end, for a person. At most 10%
of the changed fields may. Every activated price of the two lists that a later release took back is
named: those are the ones a guard might have stopped.

A field is a price that a list states. One that no list states, or that only moves as the same
component's standard price does (a search costs the same in every mode and tier), is the same
change once more, and is not counted. OpenRouter's own prices are told apart: its list is the only
one that keeps up with them, so that no second source confirms a large change for months.
"""

import argparse
import json
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any, NamedTuple

from pricing.catalogue.price_book import PriceBook
from pricing.refresh.candidates import OPENROUTER
from pricing.refresh.memory import Memory
from pricing.refresh.refresh import Refreshed, refresh
from pricing.sources.book import merges
from pricing.sources.corrections import Corrections
from pricing.sources.genai_prices import read as read_genai
from pricing.sources.litellm import read as read_litellm
from pricing.sources.merge import side_by_side
from pricing.sources.payload import Findings, Payload
from pricing.store import bundled
from tariff.catalogue.published import released
from tests.slow.price_replay.openrouter_history import recorded

RELEASES = Path(__file__).with_name("replay_releases.json")
AIM_PERCENT = 10
LISTS, SELLER = "of the two lists", "of OpenRouter"
_FIELD = re.compile(r"(?P<mode>\w+)\.(?P<column>\w+)(?P<tier>>\d+)?(?P<rest>.*)")


class Price(NamedTuple):
    """One price that a refresh changed or held; ``code`` says why it waits."""

    model: str
    field: str
    before: str | None
    after: str | None
    sources: tuple[str, ...]
    code: str = ""

    @property
    def key(self) -> tuple[str, str, str | None]:
        """The model, the field, and what it is to cost."""
        return self.model, self.field, self.after

    def __str__(self) -> str:
        move = f"{self.before} -> {self.after}"
        return f"{self.model} {self.field}: {move} ({', '.join(self.sources)}) {self.code}"


@dataclass
class Tally:
    """What became of the prices of one kind, each counted once.

    ``waiting`` are those that the last refresh still held.
    """

    active: set[Any] = field(default_factory=set)
    waited: set[Any] = field(default_factory=set)
    waiting: set[Any] = field(default_factory=set)

    @property
    def changed(self) -> set[Any]:
        """Every price that was believed or held."""
        return self.active | self.waited

    @property
    def left(self) -> set[Any]:
        """What waits for a person: neither confirmed since, nor taken back by who said it."""
        return self.waiting - self.active

    def __or__(self, other: "Tally") -> "Tally":
        return Tally(
            self.active | other.active,
            self.waited | other.waited,
            self.waiting | other.waiting,
        )

    def row(self, name: str) -> str:
        """A line of the table."""
        count = len(self.changed)
        return (
            f"{name:18} {count:8} {len(self.active):8}"
            f" {len(self.waited):7} {_percent(len(self.waited), count):>6}"
            f" {len(self.waited & self.active):10}"
            f" {len(self.waited - self.active - self.waiting):11}"
            f" {len(self.left):9} {_percent(len(self.left), count):>6}"
        )


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the replay; 1 when more of what changed is left for a person than is aimed at."""
    parser = argparse.ArgumentParser(description="Replay real price history.")
    parser.add_argument("--list", action="store_true", help="list every field that changed")
    options = parser.parse_args(arguments)
    releases = json.loads(RELEASES.read_text(encoding="utf-8"))
    for name, at in (("genai-prices", 1), ("litellm", 2), ("OpenRouter's prices", 3)):
        print(f"{len({r[at] for r in releases if r[at]}):3} releases with {name}")
    first, *later = releases
    return Replay(first).run(later, every=options.list)


class Replay:
    """The active book of each day, and what happened to every field that changed."""

    def __init__(self, first: Sequence[str]) -> None:
        self.active = first_book(*first)
        self.memory = Memory()
        self.tallies = {name: Tally() for name in (LISTS, SELLER)}
        self.codes = Counter[str]()
        self.before: dict[tuple[str, str], list[str | None]] = {}
        self.taken_back: list[str] = []
        self.kept: set[Any] = set()
        self.added = 0
        print(f"{first[0]}  {first[1]:>8} {first[2]:>9}  {len(self.active)} models to begin with")

    def run(self, steps: Sequence[Sequence[str]], *, every: bool) -> int:
        """Every step, then the summary."""
        for step in steps:
            self.step(*step, every=every)
        return self.summary()

    def step(
        self, day: str, genai: str, litellm: str, openrouter: str | None, *, every: bool
    ) -> None:
        """One refresh on one day."""
        now = datetime.combine(date.fromisoformat(day), time(3), UTC)
        read = payloads(day, genai, litellm, openrouter)
        done = refresh(self.active, read, bundled.merge_rules(), self.memory, now)
        self.active, self.memory = done.clean or self.active, done.memory
        changed = [Price(**{**one, "sources": tuple(one["sources"])}) for one in done.changes]
        waiting = list(_waiting(done))
        copies = _copies([*changed, *waiting])
        new = Counter[str]()
        for price in (one for one in changed if one not in copies):
            self._note(day, price)
            self._tally(price).active.add(price.key)
        for tally in self.tallies.values():
            tally.waiting.clear()
        for price in (one for one in waiting if one not in copies):
            tally = self._tally(price)
            new[price.code] += price.key not in tally.waited
            tally.waited.add(price.key)
            tally.waiting.add(price.key)
        self.kept |= {
            (one.provider, one.model, one.field, one.before)
            for one in done.waiting
            if one.code == "price_withdrawn"
        }
        self.added += len(done.added)
        self.codes += new
        codes = ", ".join(f"{code} {count}" for code, count in sorted((+new).items()))
        print(
            f"{day}  {genai:>8} {litellm:>9}  {len(changed):4} fields changed,"
            f" {new.total():3} newly waiting, {len(done.added):3} models new"
            + (f"  ({codes})" if codes else "")
        )
        for sign, prices in (("+", changed), ("?", waiting)) if every else ():
            print(*(f"    {sign} {price}" for price in prices if price not in copies), sep="\n")

    def _tally(self, price: Price) -> Tally:
        return self.tallies[SELLER if price.model.startswith(f"{OPENROUTER}/") else LISTS]

    def _note(self, day: str, price: Price) -> None:
        earlier = self.before.setdefault((price.model, price.field), [price.before])
        is_back = price.after in earlier and price.after != earlier[-1]
        if is_back and self._tally(price) is self.tallies[LISTS]:
            moves = " -> ".join(map(str, [*earlier, price.after]))
            sources = ", ".join(price.sources)
            self.taken_back.append(f"{day}  {price.model} {price.field}: {moves} ({sources})")
        earlier.append(price.after)

    def summary(self) -> int:
        """The totals; 1 when too much is left for a person."""
        every = self.tallies[LISTS] | self.tallies[SELLER]
        print(f"\n{'':18}  changed   active  waited        confirmed  taken back  left to a person")
        for name, tally in (*self.tallies.items(), ("all", every)):
            print(tally.row(name))
        print(", ".join(f"{count} {code}" for code, count in self.codes.most_common()))
        print(f"{len(self.kept)} prices that the lists dropped, and that are kept")
        print(f"{self.added} new models; {len(self.active)} models in the end")
        print(f"{len(self.taken_back)} activated prices of the two lists that were taken back:")
        print(*(f"    {line}" for line in self.taken_back), sep="\n")
        return int(len(every.left) * 100 > AIM_PERCENT * len(every.changed))


def _percent(part: int, whole: int) -> str:
    # In thousandths, so that no float is needed for one figure.
    tenths = 1000 * part // max(whole, 1)
    return f"{tenths // 10}.{tenths % 10}%"


def _waiting(done: Refreshed) -> Iterator[Price]:
    for one in done.waiting:
        if one.field and one.code != "price_withdrawn":
            model = f"{one.provider}/{one.model}"
            yield Price(model, one.field, one.before, one.after, one.sources, one.code)


def _copies(prices: Iterable[Price]) -> set[Price]:
    """The prices of one refresh that no list states, or that repeat the standard one's move."""
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
    """The lists as a fetch on that day would have brought them; OpenRouter's where it is known."""
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
    """What a merge of one day's lists makes, with the hand-written rows as they were by then."""
    own = handwritten(day)
    rules = bundled.merge_rules()
    read = payloads(day, genai, litellm, openrouter)
    lists = side_by_side(
        read_genai(read[0], Findings("genai-prices")), read_litellm(read[1], Findings("litellm"))
    )
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
    """Claude's rows of the bundled book as far as a day knew them: models and prices until then."""
    rows = json.loads(bundled.current().to_json())["models"]
    found = []
    for row in rows:
        life = row.get("lifecycle", {})
        # Of the oldest models no release date was found: those had retired by then.
        since = life.get("released") or life.get("retires", "9999")
        prices = [period for period in row.get("prices", ()) if period.get("from", "") <= day]
        if row.get("source") and since <= day and prices:
            prices[-1] = {key: value for key, value in prices[-1].items() if key != "to"}
            found.append({**row, "prices": prices, "family": None})
    return found


if __name__ == "__main__":
    sys.exit(main())
