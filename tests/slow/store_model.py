"""Compare the version store with a model of it: ``python -m tests.slow store-model``.

The model is a dictionary and a pointer, without DynamoDB, conditions or audit. Hypothesis makes the
same random changes to both, 10,000 steps on DynamoDB Local, and they must never differ. The
ordinary tests take a few steps.
"""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from typing import Annotated, Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from typer import Option

from pricing.catalogue.price_book import PriceBook
from pricing.errors import TariffError
from pricing.store.ledger import Ledger
from pricing.versions.proposals import Proposal, QuarantinedField
from tariff.dynamodb_local import dynamodb_local_server
from tariff.template import load_template
from tests.support.books import book, row
from tests.support.tables import fresh_table

STEPS_EACH = 50
VERSIONS = st.sampled_from([f"v{n}" for n in range(5)])
ACTORS = st.sampled_from(["ann", "bob", "refresh"])
#: Differences between the revision that a client expects and the real one.
OFF = st.sampled_from([0, 0, 0, 0, 1, -1])
WAITING = QuarantinedField("acme", "m", "standard.input", "3", "40", (), "change_over_10x", "so")
OK = "ok"


@dataclass(frozen=True, slots=True)
class Version:
    """A version in the model."""

    sha256: str
    proposer: str
    pending: bool
    base: str | None
    decision: str = "proposed"


@dataclass(slots=True)
class Model:
    """The store as plain values. Each method changes them and returns the expected outcome."""

    versions: dict[str, Version] = field(default_factory=dict)
    active: str | None = None
    revision: int = 0
    rows: int = 0

    def propose(self, version: PriceBook, proposer: str, pending: bool) -> str:
        """Add a version; an existing id is not changed."""
        if version.id in self.versions:
            return "VersionExists"
        self.versions[version.id] = Version(version.sha256, proposer, pending, self.active)
        return self._done()

    def activate(self, version: str, expected: int, actor: str) -> str:
        """Activate a version, unless it is active or rejected.

        A version with pending prices needs the approval of someone other than its proposer, while
        the version on which it was based is active.
        """
        known = self.versions.get(version)
        if known is None:
            return "UnknownVersion"
        if known.decision == "rejected":
            return "Conflict"
        if expected != self.revision:
            return "StaleRevision"
        unapproved = known.pending and known.decision == "proposed"
        if unapproved and known.proposer == actor:
            return "NotTheApprover"
        if version == self.active or (unapproved and known.base != self.active):
            return "Conflict"
        self.versions[version] = replace(known, decision="accepted")
        self.active, self.revision = version, self.revision + 1
        return self._done()

    def reject(self, version: str, expected: int | None) -> str:
        """Reject a version for good, unless it is active."""
        known = self.versions.get(version)
        if known is None:
            return "UnknownVersion"
        if expected not in (None, self.revision):
            return "StaleRevision"
        if version == self.active or known.decision == "rejected":
            return "Conflict"
        self.versions[version] = replace(known, decision="rejected")
        return self._done()

    def note(self) -> str:
        """Add an audit row about no version."""
        return self._done()

    def _done(self) -> str:
        self.rows += 1
        return OK


class StoreAndModel(RuleBasedStateMachine):
    """Makes every change on both; all outcomes and all contents must be equal."""

    endpoint: str
    steps = 0

    def __init__(self) -> None:
        super().__init__()
        self._open = ExitStack()
        table = self._open.enter_context(fresh_table(load_template(), self.endpoint))
        client: Any = table.client
        self._store = Ledger(table.name, client, client)
        self._model = Model()

    def teardown(self) -> None:
        """Drop the table."""
        self._open.close()

    def _both(self, due: str, change: Callable[[], object]) -> None:
        type(self).steps += 1
        try:
            change()
            outcome = OK
        except TariffError as error:
            outcome = type(error).__name__
        assert outcome == due, f"{outcome}, where {due} was due"

    @rule(version=VERSIONS, actor=ACTORS, pending=st.booleans())
    def propose(self, version: str, actor: str, pending: bool) -> None:
        """Propose a version, with or without pending prices."""
        proposed = book(version, [row(f"by-{actor}")])
        proposal = Proposal(actor, "manual", {}, (WAITING,) * pending)
        due = self._model.propose(proposed, actor, pending)
        self._both(due, lambda: self._store.propose(proposed, proposal=proposal))

    @rule(version=VERSIONS, actor=ACTORS, off=OFF)
    def activate(self, version: str, actor: str, off: int) -> None:
        """Activate a version, usually at the right revision."""
        expected = max(0, self._model.revision + off)
        due = self._model.activate(version, expected, actor)
        self._both(
            due,
            lambda: self._store.activate(
                version, expected_revision=expected, actor=actor, reason="so"
            ),
        )

    @rule(version=VERSIONS, actor=ACTORS, off=st.none() | OFF)
    def reject(self, version: str, actor: str, off: int | None) -> None:
        """Reject a version, with or without a revision."""
        expected = None if off is None else max(0, self._model.revision + off)
        due = self._model.reject(version, expected)
        self._both(
            due,
            lambda: self._store.reject(
                version, actor=actor, reason="so", expected_revision=expected
            ),
        )

    @rule(actor=ACTORS)
    def note(self, actor: str) -> None:
        """Note something that changed no version."""
        self._both(self._model.note(), lambda: self._store.audit(actor, "refresh", "so"))

    @invariant()
    def holds_what_the_model_holds(self) -> None:
        """Compare pointer, versions, contents and pending prices."""
        pointer = self._store.active()
        found = (pointer.version, pointer.revision) if pointer else (None, 0)
        assert found == (self._model.active, self._model.revision)
        assert {
            v.id: Version(v.sha256, v.proposer, v.waiting > 0, v.base, v.decision)
            for v in self._store.versions()
        } == self._model.versions
        if pointer:
            stored, proposal = (
                self._store.get(pointer.version),
                self._store.proposal(pointer.version),
            )
            assert stored is not None
            assert proposal is not None
            known = self._model.versions[pointer.version]
            assert stored.sha256 == pointer.sha256 == known.sha256
            assert proposal.quarantined == (WAITING,) * known.pending

    @invariant()
    def has_a_whole_audit(self) -> None:
        """Check that each change has an audit row, and that no row was altered."""
        rows, broken = self._store.checked_audit()
        assert (len(rows), broken) == (self._model.rows, None)


def walk(endpoint: str, *, steps: int, shrink: bool = True) -> int:
    """Take at least ``steps`` steps and return their number; raises AssertionError."""

    class Walked(StoreAndModel):
        pass

    Walked.endpoint = endpoint
    while Walked.steps < steps:
        run_state_machine_as_test(
            Walked,
            settings=settings(
                max_examples=max(1, min(20, (steps - Walked.steps) // STEPS_EACH + 1)),
                stateful_step_count=STEPS_EACH,
                deadline=None,
                database=None,
                phases=[Phase.generate, Phase.shrink] if shrink else [Phase.generate],
                suppress_health_check=list(HealthCheck),
            ),
        )
    return Walked.steps


def check(steps: Annotated[int, Option(min=1)] = 10_000) -> None:
    """Compare the version store with a model of it."""
    with dynamodb_local_server() as endpoint:
        taken = walk(endpoint, steps=steps)
    print(f"{taken} steps, 0 differences")
