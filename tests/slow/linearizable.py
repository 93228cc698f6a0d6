"""Check that the version store is linearizable: ``python -m tests.slow linearizable``.

Clients on threads propose, activate, roll back, reject and read at the same time. Each records when
it asked, when it was answered, and the answer. Every activation makes a revision, so that the order
of the writes is known and the answers can be compared with it: no acknowledged write may be
missing, and every answer must have been true at some moment between question and answer. Runs on
DynamoDB Local; ``--without-conditions`` shows that the check can fail.
"""

import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from typing import Annotated, Any, Literal

from typer import Option

from pricing.errors import Conflict, StaleRevision, StoreUnavailable
from pricing.store.ledger import Ledger
from pricing.store.repository import Pointer
from pricing.versions.audit import AuditRow
from pricing.versions.proposals import Proposal
from tariff.dynamodb_local import dynamodb_local_server
from tariff.template import create_table_arguments, load_template
from tests.support.books import book
from tests.support.tables import local_client

Kind = Literal["propose", "activate", "reject", "read"]
Outcome = Literal["done", "stale", "refused", "unavailable"]


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation of a client. Times are of ``time.monotonic``; ``revision`` is in the answer.

    An activation expects revision ``expected``. A read answers with the active ``version`` and its
    ``revision``, or with an empty version and 0.
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
    """The store's contents after the last operation."""

    pointer: Pointer | None
    decisions: Mapping[str, str]
    audit: Sequence[AuditRow]
    broken_row: int | None


def violations(history: Sequence[Operation], final: Final) -> list[str]:
    """Return every contradiction to a single history of the store."""
    return [
        *_activations(history, final),
        *_reads(history),
        *_stale(history),
        *_refused(history),
        *_rejections(history, final),
        *_recorded(history, final),
    ]


def _made(history: Sequence[Operation]) -> list[Operation]:
    done = [o for o in history if o.kind == "activate" and o.outcome == "done"]
    return sorted(done, key=lambda operation: operation.revision)


def _activations(history: Sequence[Operation], final: Final) -> Iterator[str]:
    made = _made(history)
    for revision, times in Counter(activation.revision for activation in made).items():
        if times > 1:
            yield f"revision {revision} was assigned {times} times"
    for activation in made:
        if activation.revision != activation.expected + 1:
            yield f"an activation that expected {activation.expected} made {activation.revision}"
    earliest = float("inf")  # the first answer that acknowledged a later revision
    for activation in reversed(made):
        if earliest < activation.asked:
            yield f"revision {activation.revision} was requested after a later acknowledgement"
        earliest = min(earliest, activation.answered)
    unsure = _is_unsure(history)
    at = final.pointer.revision if final.pointer else 0
    last = made[-1].revision if made else 0
    if at != last and not (unsure and at > last):
        yield f"the pointer ends at {at}, the last acknowledged revision is {last}"
    if not unsure and [activation.revision for activation in made] != list(range(1, at + 1)):
        yield "revisions are missing between the acknowledged ones"


def _is_unsure(history: Sequence[Operation]) -> bool:
    """Whether an operation failed in a way that leaves open what the store did."""
    return any(operation.outcome == "unavailable" for operation in history)


def _by_revision(history: Sequence[Operation]) -> dict[int, Operation]:
    return {activation.revision: activation for activation in _made(history)}


def _reads(history: Sequence[Operation]) -> Iterator[str]:
    by_revision = _by_revision(history)
    answers = [o for o in history if o.revision and o.outcome == "done"]
    answers.sort(key=lambda operation: operation.answered)
    known, at = 0, 0
    for read in sorted((o for o in history if o.kind == "read"), key=lambda read: read.asked):
        while at < len(answers) and answers[at].answered < read.asked:
            known = max(known, answers[at].revision)
            at += 1
        if read.revision < known:
            yield f"a read returned revision {read.revision} after {known} was known"
        write = by_revision.get(read.revision)
        if write and (write.version != read.version or write.asked > read.answered):
            yield f"a read returned {read.version} at {read.revision}, which was {write.version}"


def _stale(history: Sequence[Operation]) -> Iterator[str]:
    """Find refusals of an expected revision at which the pointer was all the time."""
    by_revision = _by_revision(history)
    if _is_unsure(history):
        return
    for refusal in history:
        if refusal.outcome != "stale" or refusal.kind != "activate":
            continue
        here = by_revision.get(refusal.expected)
        after = by_revision.get(refusal.expected + 1)
        had_arrived = refusal.expected == 0 or (here is not None and here.answered < refusal.asked)
        stayed = after is None or after.asked > refusal.answered
        if had_arrived and stayed:
            yield f"an activation at {refusal.expected} was refused while the pointer was there"


def _refused(history: Sequence[Operation]) -> Iterator[str]:
    """Find activations of the active version, and refusals of neither active nor rejected ones."""
    for last, after in pairwise(_made(history)):
        if after.version == last.version and after.revision == last.revision + 1:
            yield f"revision {after.revision} activated {after.version}, which was active"
    by_revision, rejected = _by_revision(history), _rejected(history)
    if _is_unsure(history):
        return
    for refusal in history:
        if refusal.outcome != "refused" or refusal.kind != "activate":
            continue
        here, rejection = by_revision.get(refusal.expected), rejected.get(refusal.version)
        was_active = here is not None and here.version == refusal.version
        was_rejected = rejection is not None and rejection.asked < refusal.answered
        if not was_active and not was_rejected:
            which = f"{refusal.version} at {refusal.expected}"
            yield f"an activation of {which} was refused for no reason"


def _rejected(history: Sequence[Operation]) -> dict[str, Operation]:
    return {o.version: o for o in history if o.kind == "reject" and o.outcome == "done"}


def _rejections(history: Sequence[Operation], final: Final) -> Iterator[str]:
    rejected = _rejected(history)
    for version, rejection in rejected.items():
        if final.decisions.get(version) != "rejected":
            yield f"the rejection of {version} was lost"
        for made in _made(history):
            if made.version == version and made.asked > rejection.answered:
                yield f"{version} became active after it was rejected"
    if final.pointer and final.pointer.version in rejected:
        yield f"the active version {final.pointer.version} is a rejected one"


def _recorded(history: Sequence[Operation], final: Final) -> Iterator[str]:
    if final.broken_row is not None:
        yield f"the audit is broken at row {final.broken_row}"
    rows = Counter(_key(row) for row in final.audit)
    for write in history:
        if write.kind == "read" or write.outcome != "done":
            continue
        if write.kind == "propose" and write.version not in final.decisions:
            yield f"the proposal {write.version} was lost"
        key = (write.kind, write.version, write.revision)
        if rows[key] != 1:
            yield f"{write.kind} of {write.version} has {rows[key]} audit rows"


def _key(row: AuditRow) -> tuple[str, str, int]:
    about = row.before if row.action == "reject" else row.after
    return row.action, about or "", int(row.details.get("revision", 0))


class Client:
    """A client of the store, whose choices depend on its number and on ``seed``."""

    def __init__(self, ledger: Ledger, number: int, seed: int, shared: list[str]) -> None:
        self._ledger = ledger
        self._number = number
        self._random = random.Random(seed * 1_000 + number)  # noqa: S311
        self._shared = shared
        self._proposed = 0

    def work(self, count: int) -> list[Operation]:
        """Do ``count`` random operations."""
        kinds = (self._read, self._activate, self._roll_back, self._propose, self._reject)
        return [do() for do in self._random.choices(kinds, weights=(45, 25, 12, 12, 6), k=count)]

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
        proposed = book(f"c{self._number}-{self._proposed}")
        asked, answered, outcome = self._try(
            lambda: self._ledger.propose(proposed, proposal=Proposal("clients", "manual", {}))
        )
        if outcome == "done":
            self._shared.append(proposed.id)
        return Operation(self._number, "propose", proposed.id, asked, answered, outcome)

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


def run(ledger: Ledger, *, clients: int, operations: int, seed: int) -> list[str]:
    """Run all clients on an empty store, and return the violations."""
    shared = ["first"]
    ledger.propose(book("first"), proposal=Proposal("clients", "manual", {}))
    gate = threading.Barrier(clients)

    def work(number: int) -> list[Operation]:
        gate.wait(timeout=60)
        return Client(ledger, number, seed, shared).work(operations // clients)

    with ThreadPoolExecutor(clients) as threads:
        found = threads.map(work, range(clients))
        history = [operation for operations in found for operation in operations]
    decisions = {version.id: version.decision for version in ledger.versions()}
    final = Final(ledger.active(), decisions, *ledger.checked_audit())
    counts = Counter((operation.kind, operation.outcome) for operation in history)
    print(", ".join(f"{kind} {outcome}: {n}" for (kind, outcome), n in sorted(counts.items())))
    return violations(history, final)


class WithoutConditions:
    """A DynamoDB client that makes every write unconditional, which the check must notice."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def transact_write_items(self, **request: Any) -> None:
        """Write the items without their conditions."""
        for item in request["TransactItems"]:
            for write in item.values():
                write.pop("ConditionExpression")
                update = write.get("UpdateExpression", "")
                for kind in ("Names", "Values"):
                    given = write.pop(f"ExpressionAttribute{kind}", {})
                    used = {name: value for name, value in given.items() if name in update}
                    if used:
                        write[f"ExpressionAttribute{kind}"] = used
        items = [item for item in request["TransactItems"] if "ConditionCheck" not in item]
        self._client.transact_write_items(TransactItems=items)


def check(
    runs: Annotated[int, Option(min=1)] = 20,
    operations: Annotated[int, Option(min=1, help="Operations a run.")] = 2_000,
    clients: Annotated[int, Option(min=1, help="Clients, each on a thread.")] = 16,
    without_conditions: Annotated[
        bool, Option("--without-conditions", help="Break the store, to see the check fail.")
    ] = False,
) -> int:
    """Check that all clients of the store see one history."""
    failed = 0
    with dynamodb_local_server() as endpoint:
        client = local_client("dynamodb", endpoint, connections=clients)
        for number in range(runs):
            table = f"run-{number}"
            client.create_table(**create_table_arguments(load_template(), table))
            writer = WithoutConditions(client) if without_conditions else client
            started = time.monotonic()
            found = run(
                Ledger(table, client, writer), clients=clients, operations=operations, seed=number
            )
            failed += bool(found)
            print(f"run {number + 1}: {len(found)} violations, {time.monotonic() - started:.0f} s")
            print(*(f"  {violation}\n" for violation in found[:5]), sep="", end="")
    print(f"{runs - failed} of {runs} runs linearizable")
    return int(failed == 0) if without_conditions else int(failed > 0)
