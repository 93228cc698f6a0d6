"""Do the version store's clients see one history? ``python -m tests.slow.linearizable``.

Clients on threads propose, activate, roll back, reject and read at the same time, each noting
when it asked, when it was answered and what it was told. Every activation makes a revision, so
the order of the writes is known, and every answer can be compared with it: nothing
acknowledged may be missing, and no client may have seen a state that never held between asking
and being told. Runs on DynamoDB Local; ``--without-conditions`` shows that the check can fail.
"""

import argparse
import random
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal

from pricing.catalogue.price_book import PriceBook
from pricing.errors import Conflict, StaleRevision, StoreUnavailable
from pricing.store.ledger import Ledger
from pricing.store.repository import Pointer
from pricing.versions.audit import AuditRow
from pricing.versions.proposals import Proposal

Kind = Literal["propose", "activate", "reject", "read"]
Outcome = Literal["done", "stale", "refused", "unavailable"]


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing a client did. Times are ``time.monotonic``'s; ``revision`` is what it was told.

    An activation expected ``expected``; a read was told ``version`` at ``revision``, 0 and empty
    when nothing was active.
    """

    client: int
    kind: Kind
    version: str
    asked: float
    answered: float
    outcome: Outcome
    revision: int = 0
    expected: int = 0


@dataclass(frozen=True, slots=True)
class Final:
    """The store when everybody has left."""

    pointer: Pointer | None
    decisions: Mapping[str, str]
    audit: Sequence[AuditRow]
    broken_row: int | None


def violations(history: Sequence[Operation], final: Final) -> list[str]:
    """Everything that no single history explains; empty when one does."""
    return [
        *_activations(history, final),
        *_reads(history),
        *_stale(history),
        *_refused(history),
        *_rejections(history, final),
        *_recorded(history, final),
    ]


def _made(history: Sequence[Operation]) -> list[Operation]:
    done = [one for one in history if one.kind == "activate" and one.outcome == "done"]
    return sorted(done, key=lambda one: one.revision)


def _activations(history: Sequence[Operation], final: Final) -> Iterator[str]:
    made = _made(history)
    for revision, times in Counter(one.revision for one in made).items():
        if times > 1:
            yield f"revision {revision} was given out {times} times"
    for one in made:
        if one.revision != one.expected + 1:
            yield f"an activation that expected {one.expected} made {one.revision}"
    latest = 0.0
    for one in reversed(made):  # no later revision may have been answered before this was asked
        if latest and latest < one.asked:
            yield f"revision {one.revision} was asked for after a later one was acknowledged"
        latest = min(latest or one.answered, one.answered)
    unsure = any(one.outcome == "unavailable" for one in history)
    at = final.pointer.revision if final.pointer else 0
    last = made[-1].revision if made else 0
    if at != last and not (unsure and at > last):
        yield f"the pointer ends at {at}, the last acknowledged revision is {last}"
    if not unsure and [one.revision for one in made] != list(range(1, at + 1)):
        yield "revisions are missing between the acknowledged ones"


def _reads(history: Sequence[Operation]) -> Iterator[str]:
    by_revision = {one.revision: one for one in _made(history)}
    told = [one for one in history if one.revision and one.outcome == "done"]
    told.sort(key=lambda one: one.answered)
    seen, at = 0, 0
    for read in sorted((o for o in history if o.kind == "read"), key=lambda one: one.asked):
        while at < len(told) and told[at].answered < read.asked:
            seen = max(seen, told[at].revision)
            at += 1
        if read.revision < seen:
            yield f"a read was told {read.revision} after {seen} was known"
        write = by_revision.get(read.revision)
        if write and (write.version != read.version or write.asked > read.answered):
            yield f"a read was told {read.version} at {read.revision}, which was {write.version}"


def _stale(history: Sequence[Operation]) -> Iterator[str]:
    """A refusal is right only if the pointer was elsewhere at some moment meanwhile."""
    by_revision = {one.revision: one for one in _made(history)}
    unsure = any(one.outcome == "unavailable" for one in history)
    for one in history:
        if one.outcome != "stale" or one.kind != "activate" or unsure:
            continue
        here, after = by_revision.get(one.expected), by_revision.get(one.expected + 1)
        arrived = one.expected == 0 or (here is not None and here.answered < one.asked)
        stayed = after is None or after.asked > one.answered
        if arrived and stayed:
            yield f"an activation at {one.expected} was refused while the pointer was there"


def _refused(history: Sequence[Operation]) -> Iterator[str]:
    """What is active is not made so again, and nothing else but a rejected one is refused."""
    for last, after in pairwise(_made(history)):
        if after.version == last.version and after.revision == last.revision + 1:
            yield f"revision {after.revision} made {after.version} active, which it was"
    by_revision = {one.revision: one for one in _made(history)}
    unsure = any(one.outcome == "unavailable" for one in history)
    rejected = {
        one.version: one for one in history if one.kind == "reject" and one.outcome == "done"
    }
    for one in history:
        if one.outcome != "refused" or one.kind != "activate" or unsure:
            continue
        here, rejection = by_revision.get(one.expected), rejected.get(one.version)
        was_active = here is not None and here.version == one.version
        was_rejected = rejection is not None and rejection.asked < one.answered
        if not was_active and not was_rejected:
            yield f"an activation of {one.version} at {one.expected} was refused for no reason"


def _rejections(history: Sequence[Operation], final: Final) -> Iterator[str]:
    rejected = {
        one.version: one for one in history if one.kind == "reject" and one.outcome == "done"
    }
    for version, one in rejected.items():
        if final.decisions.get(version) != "rejected":
            yield f"the rejection of {version} was lost"
        for made in _made(history):
            if made.version == version and made.asked > one.answered:
                yield f"{version} became active after it was rejected"
    if final.pointer and final.pointer.version in rejected:
        yield f"the active version {final.pointer.version} is a rejected one"


def _recorded(history: Sequence[Operation], final: Final) -> Iterator[str]:
    if final.broken_row is not None:
        yield f"the audit is broken at row {final.broken_row}"
    rows = Counter(_key(row) for row in final.audit)
    for one in history:
        if one.kind == "read" or one.outcome != "done":
            continue
        if one.kind == "propose" and one.version not in final.decisions:
            yield f"the proposal {one.version} was lost"
        key = (one.kind, one.version, one.revision)
        if rows[key] != 1:
            yield f"{one.kind} of {one.version} has {rows[key]} audit rows"


def _key(row: AuditRow) -> tuple[str, str, int]:
    about = row.before if row.action == "reject" else row.after
    return row.action, about or "", int(row.details.get("revision", 0))


class Client:
    """One of those who use the store, with a mind of its own that ``seed`` fixes."""

    def __init__(self, ledger: Ledger, number: int, seed: int, shared: list[str]) -> None:
        self._ledger = ledger
        self._number = number
        self._random = random.Random(seed * 1_000 + number)  # noqa: S311
        self._shared = shared
        self._proposed = 0

    def work(self, count: int) -> list[Operation]:
        """Do ``count`` things, and say what came of each."""
        return [self._one() for _ in range(count)]

    def _one(self) -> Operation:
        do = self._random.choices(
            (self._read, self._activate, self._roll_back, self._propose, self._reject),
            weights=(45, 25, 12, 12, 6),
        )[0]
        return do()

    def _read(self) -> Operation:
        asked = time.monotonic()
        pointer = self._ledger.active()
        version, revision = (pointer.version, pointer.revision) if pointer else ("", 0)
        return Operation(self._number, "read", version, asked, time.monotonic(), "done", revision)

    def _activate(self) -> Operation:
        return self._moved_to(self._random.choice(self._shared))

    def _roll_back(self) -> Operation:
        return self._moved_to(self._shared[0])

    def _moved_to(self, version: str) -> Operation:
        pointer = self._ledger.active()
        expected = pointer.revision if pointer else 0
        made: list[Pointer] = []
        asked, answered, outcome = self._try(
            lambda: made.append(
                self._ledger.activate(
                    version, expected_revision=expected, actor=f"client-{self._number}", reason="-"
                )
            )
        )
        revision = made[0].revision if made else 0
        return Operation(
            self._number, "activate", version, asked, answered, outcome, revision, expected
        )

    def _propose(self) -> Operation:
        self._proposed += 1
        book = small_book(f"c{self._number}-{self._proposed}")
        asked, answered, outcome = self._try(
            lambda: self._ledger.propose(book, proposal=Proposal("clients", "manual", {}))
        )
        if outcome == "done":
            self._shared.append(book.id)
        return Operation(self._number, "propose", book.id, asked, answered, outcome)

    def _reject(self) -> Operation:
        version = self._random.choice(self._shared[1:] or self._shared)
        asked, answered, outcome = self._try(
            lambda: self._ledger.reject(version, actor=f"client-{self._number}", reason="-")
        )
        return Operation(self._number, "reject", version, asked, answered, outcome)

    @staticmethod
    def _try(attempt: Callable[[], object]) -> tuple[float, float, Outcome]:
        asked = time.monotonic()
        outcome: Outcome = "done"
        try:
            attempt()
        except StaleRevision:
            outcome = "stale"
        except Conflict:
            outcome = "refused"
        except StoreUnavailable:
            outcome = "unavailable"
        return asked, time.monotonic(), outcome


def small_book(version: str) -> PriceBook:
    """A version with one model."""
    lists = {"standard": {"rates": {"input": "1", "output": "2"}}}
    return PriceBook.from_document(
        {
            "schema": 1,
            "id": version,
            "published_at": "2026-11-01T00:00:00Z",
            "provenance": [],
            "families": {},
            "models": [
                {
                    "provider": "acme",
                    "id": "rocket",
                    "name": "Rocket",
                    "prices": [{"source": "price list", "lists": lists}],
                }
            ],
        }
    )


def run(ledger: Ledger, *, clients: int, operations: int, seed: int) -> list[str]:
    """Let everybody loose on an empty store; what no single history explains."""
    shared = ["first"]
    ledger.propose(small_book("first"), proposal=Proposal("clients", "manual", {}))
    gate = threading.Barrier(clients)

    def work(number: int) -> list[Operation]:
        gate.wait(timeout=60)
        return Client(ledger, number, seed, shared).work(operations // clients)

    with ThreadPoolExecutor(clients) as threads:
        history = [one for found in threads.map(work, range(clients)) for one in found]
    decisions = {one.id: one.decision for one in ledger.versions()}
    final = Final(ledger.active(), decisions, *ledger.checked_audit())
    counts = Counter((one.kind, one.outcome) for one in history)
    print(", ".join(f"{kind} {outcome}: {n}" for (kind, outcome), n in sorted(counts.items())))
    return violations(history, final)


class WithoutConditions:
    """A client that makes every write unconditional: what the check must notice."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def transact_write_items(self, **request: Any) -> None:
        """The same items, without any condition."""
        for item in request["TransactItems"]:
            for write in item.values():
                write.pop("ConditionExpression")
                update = write.get("UpdateExpression", "")
                for kind in ("Names", "Values"):
                    given = write.pop(f"ExpressionAttribute{kind}", {})
                    used = {name: one for name, one in given.items() if name in update}
                    if used:
                        write[f"ExpressionAttribute{kind}"] = used
        items = [one for one in request["TransactItems"] if "ConditionCheck" not in one]
        self._client.transact_write_items(TransactItems=items)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the check; the exit status is 1 when a run has violations (0 without conditions)."""
    parser = argparse.ArgumentParser(description="Check that the version store is linearizable.")
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--operations", type=int, default=2_000)
    parser.add_argument("--clients", type=int, default=16)
    parser.add_argument("--without-conditions", action="store_true")
    options = parser.parse_args(arguments)

    import boto3
    from botocore.config import Config

    from tariff.dynamodb_local import DynamoDBLocal
    from tariff.template import create_table_arguments, load_template

    server = DynamoDBLocal()
    server.start()
    failed = 0
    try:
        client: Any = boto3.client(
            "dynamodb",
            endpoint_url=server.endpoint,
            region_name="us-east-1",
            aws_access_key_id="none",
            aws_secret_access_key="none",
            config=Config(max_pool_connections=options.clients),
        )
        for number in range(options.runs):
            table = f"run-{number}"
            client.create_table(**create_table_arguments(load_template(), table))
            writer = WithoutConditions(client) if options.without_conditions else client
            ledger = Ledger(table, client, writer)
            started = time.monotonic()
            found = run(ledger, clients=options.clients, operations=options.operations, seed=number)
            failed += bool(found)
            print(f"run {number + 1}: {len(found)} violations, {time.monotonic() - started:.0f} s")
            for one in found[:5]:
                print(f"  {one}")
    finally:
        server.stop()
    print(f"{options.runs - failed} of {options.runs} runs linearizable")
    return int(failed == 0) if options.without_conditions else int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
