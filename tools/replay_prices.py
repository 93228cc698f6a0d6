"""Replay real price history through the guard: ``make replay-prices``.

Each step is one release of genai-prices with the litellm release of about that day, read as a
refresh on that day would have read them. It prints what became active and what waited, the share
of changed fields that waited (at most 10% is the aim), and every activated price that a later
release took back: those are the ones a guard might have stopped.
"""

import argparse
import json
import sys
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

from pricing import bundled
from pricing.corrections import Corrections
from pricing.merged_book import merges
from pricing.price_book import PriceBook
from pricing.refresh import Memory, Refreshed, refresh
from pricing.source_lists import side_by_side
from pricing.sources import Findings, Payload
from pricing.sources_genai_published import read as read_genai
from pricing.sources_litellm import read as read_litellm
from tools.published_lists import released

RELEASES = Path(__file__).with_name("replay_releases.json")
AIM_PERCENT = 10


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the replay; 1 when more waited than is aimed at."""
    parser = argparse.ArgumentParser(description="Replay real price history.")
    parser.add_argument("--list", action="store_true", help="list every field that changed")
    options = parser.parse_args(arguments)
    releases = json.loads(RELEASES.read_text(encoding="utf-8"))
    print(f"{len(releases)} releases of genai-prices, {len({r[2] for r in releases})} of litellm")
    first, *later = releases
    return Replay(first).run(later, every=options.list)


class Replay:
    """The active book of each day, and what happened to every field that changed."""

    def __init__(self, first: Sequence[str]) -> None:
        self.active = first_book(*first)
        self.memory = Memory()
        #: By model, field and new price: the day, and why it waited.
        self.accepted: dict[tuple[str, str, str | None], str] = {}
        self.waited: dict[tuple[str, str, str | None], str] = {}
        self.before: dict[tuple[str, str], list[str | None]] = {}
        self.taken_back: list[str] = []
        #: Fields of models that both lists have: changed, and of those waiting.
        self.both: dict[tuple[str, str, str | None], bool] = {}
        self.kept: set[tuple[str, str, str | None]] = set()
        self.added = 0
        print(f"{first[0]}  {first[1]:>8} {first[2]:>9}  {len(self.active)} models to begin with")

    def run(self, steps: Sequence[Sequence[str]], *, every: bool) -> int:
        """Every step, then the summary."""
        for step in steps:
            done = self.step(*step)
            if every:
                for change in done.changes:
                    print("    +", *(change[key] for key in ("model", "field", "before", "after")))
                for one in done.waiting:
                    name = f"{one.provider}/{one.model}"
                    print(
                        "    ?",
                        name,
                        one.field,
                        one.before,
                        one.after,
                        one.code,
                        one.sources,
                        one.reason,
                    )
        return self.summary()

    def step(self, day: str, genai: str, litellm: str) -> Refreshed:
        """One refresh on one day."""
        now = datetime.combine(date.fromisoformat(day), time(3), UTC)
        rules = bundled.merge_rules()
        done = refresh(self.active, payloads(day, genai, litellm), rules, self.memory, now)
        before = {key: self._listed_by_both(key) for key in _models(done)}
        self.active, self.memory = done.clean or self.active, done.memory
        for change in done.changes:
            self._note(day, change)
            if before[change["model"]]:
                self.both.setdefault((change["model"], change["field"], change["after"]), False)
        new = Counter[str]()
        for one in done.waiting:
            key = (f"{one.provider}/{one.model}", one.field, one.after)
            if one.code == "price_withdrawn":
                self.kept.add(key)
            elif one.field and key not in self.waited:
                self.waited[key] = one.code
                new[one.code] += 1
                if before[key[0]]:
                    self.both[key] = True
        self.added += len(done.added)
        codes = ", ".join(f"{code} {count}" for code, count in sorted(new.items()))
        print(
            f"{day}  {genai:>8} {litellm:>9}  {len(done.changes):4} fields changed,"
            f" {sum(new.values()):3} newly waiting, {len(done.added):3} models new"
            + (f"  ({codes})" if codes else "")
        )
        return done

    def _listed_by_both(self, key: str) -> bool:
        """Whether a model's price of today is from both lists: only there can two agree."""
        try:
            source = self.active.model(key).prices[-1].source
        except (KeyError, IndexError):
            return False
        return "genai-prices" in source and "litellm" in source

    def _note(self, day: str, change: Any) -> None:
        place = (change["model"], change["field"])
        earlier = self.before.setdefault(place, [change["before"]])
        if change["after"] in earlier and change["after"] != earlier[-1]:
            self.taken_back.append(
                f"{day}  {' '.join(place)}: {' -> '.join(map(str, [*earlier, change['after']]))}"
                f" ({', '.join(change['sources'])})"
            )
        earlier.append(change["after"])
        self.accepted.setdefault((*place, change["after"]), day)

    def summary(self) -> int:
        """The totals; 1 when too much waited."""
        waited = self.waited.keys()
        changed = self.accepted.keys() | waited
        later = waited & self.accepted.keys()
        # In hundredths, so that no float is needed for one figure.
        share = 10_000 * len(waited) // max(len(changed), 1)
        print(f"\n{len(changed)} fields changed: {len(self.accepted)} became active")
        print(f"{len(waited)} waited ({share / 100:.2f}%), {len(later)} of them until confirmed:")
        person = 10_000 * len(waited - later) // max(len(changed), 1)
        print(f"    {len(waited - later)} ({person / 100:.2f}%) need a person")
        alone = [key for key in waited - later if key[0].startswith("openrouter/")]
        print(f"    {len(alone)} of those are OpenRouter's, whose own list has no past to replay")
        for code, count in Counter(self.waited.values()).most_common():
            print(f"    {count:4} {code}")
        both = sum(self.both.values())
        shared = 10_000 * both // max(len(self.both), 1)
        print(f"of {len(self.both)} fields of models that both lists have, {both} waited", end="")
        print(f" ({shared / 100:.2f}%)")
        print(f"{len(self.kept)} prices that the lists dropped, and that are kept")
        print(f"{self.added} new models; {len(self.active)} models in the end")
        print(f"{len(self.taken_back)} activated prices that a later release took back:")
        print(*(f"    {line}" for line in self.taken_back), sep="\n")
        return int(person > AIM_PERCENT * 100)


def _models(done: Refreshed) -> set[str]:
    changed = {str(change["model"]) for change in done.changes}
    return changed | {f"{one.provider}/{one.model}" for one in done.waiting}


def payloads(day: str, genai: str, litellm: str) -> list[Payload]:
    """The two lists as a fetch on that day would have brought them."""
    versions = {"genai-prices": genai, "litellm": litellm}
    return [
        Payload(name, f"https://pypi.org/project/{name}/{version}/", f"{day}T03:00:00Z", None, text)
        for name, version in versions.items()
        for text in [released(name, version)]
    ]


def first_book(day: str, genai: str, litellm: str) -> PriceBook:
    """What a merge of one day's lists makes, with nothing hand-written."""
    rules = bundled.merge_rules()
    read = payloads(day, genai, litellm)
    lists = side_by_side(
        read_genai(read[0], Findings("genai-prices")), read_litellm(read[1], Findings("litellm"))
    )
    corrections = Corrections(rules["corrections"], as_of=day)
    versions = {"genai-prices": day, "litellm": day}
    rows = [
        row for merge in merges([], lists.values(), corrections, versions, []) for row in merge.rows
    ]
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


if __name__ == "__main__":
    sys.exit(main())
