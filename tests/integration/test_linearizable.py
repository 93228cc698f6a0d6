"""Clients of the version store see one history, and the check that says so can fail."""

from dataclasses import replace
from typing import Any

import pytest

from pricing.store.ledger import Ledger
from pricing.store.repository import Pointer
from tests.slow.linearizable import Final, Operation, WithoutConditions, run, violations
from tests.support.tables import StoreTable


def test_eight_clients_see_one_history(dynamodb_local_table: StoreTable) -> None:
    client: Any = dynamodb_local_table.client
    ledger = Ledger(dynamodb_local_table.name, client, client)
    assert run(ledger, clients=8, operations=160, seed=1) == []


def test_without_its_conditions_the_store_is_caught(dynamodb_local_table: StoreTable) -> None:
    client: Any = dynamodb_local_table.client
    ledger = Ledger(dynamodb_local_table.name, client, WithoutConditions(client))
    assert run(ledger, clients=8, operations=160, seed=1)


#: Two activations one after the other, and a read that began when both were answered.
FIRST = Operation(1, "activate", "a", 0.0, 1.0, "done", revision=1, expected=0)
SECOND = Operation(2, "activate", "b", 2.0, 3.0, "done", revision=2, expected=1)
READ = Operation(3, "read", "b", 4.0, 5.0, "done", revision=2)
FINAL = Final(Pointer("b", "0", 2), {"a": "accepted", "b": "accepted", "c": "rejected"}, (), None)


def found(*history: Operation, final: Final = FINAL) -> list[str]:
    """What the checker says, but for the audit, which these made-up histories have none of."""
    return [one for one in violations(history, final) if "audit rows" not in one]


def test_a_history_in_order_has_no_violations() -> None:
    assert found(FIRST, SECOND, READ) == []


@pytest.mark.parametrize(
    ("history", "what"),
    [
        ((FIRST, replace(SECOND, revision=1, expected=0)), "assigned 2 times"),
        ((FIRST, replace(SECOND, expected=0)), "expected 0 made 2"),
        ((FIRST, SECOND, replace(READ, version="a", revision=1)), "after 2 was known"),
        ((FIRST, SECOND, replace(READ, version="a")), "which was b"),
        ((FIRST, replace(SECOND, asked=0.0, answered=0.5), READ), None),
        ((replace(FIRST, asked=4.0, answered=5.0), SECOND), "after a later acknowledgement"),
        ((FIRST,), "the pointer ends at 2"),
        ((FIRST, SECOND, Operation(4, "activate", "c", 4.0, 5.0, "stale", expected=2)), "refused"),
        ((FIRST, SECOND, Operation(4, "activate", "c", 4.0, 5.0, "stale", expected=1)), None),
        ((FIRST, replace(SECOND, version="a"), replace(READ, version="a")), "which was active"),
        ((FIRST, SECOND, Operation(4, "activate", "b", 4.0, 5.0, "refused", expected=2)), None),
        ((FIRST, SECOND, Operation(4, "activate", "a", 4.0, 5.0, "refused", expected=2)), "reason"),
        (
            (
                FIRST,
                SECOND,
                Operation(3, "propose", "c", 2.0, 2.5, "done"),
                Operation(3, "reject", "c", 4.0, 6.0, "done"),
                Operation(4, "activate", "c", 4.0, 5.0, "refused", expected=2),
            ),
            None,
        ),
        (
            (
                FIRST,
                SECOND,
                Operation(3, "propose", "c", 2.0, 2.5, "done"),
                Operation(3, "reject", "c", 5.0, 6.0, "done"),
                Operation(4, "activate", "c", 4.0, 5.0, "refused", expected=2),
            ),
            "reason",
        ),
        ((FIRST, SECOND, Operation(4, "reject", "a", 1.0, 2.0, "done")), "rejection of a was lost"),
        ((FIRST, SECOND, Operation(4, "propose", "z", 1.0, 2.0, "done")), "proposal z was lost"),
    ],
)
def test_what_no_single_history_explains_is_found(
    history: tuple[Operation, ...], what: str | None
) -> None:
    said = found(*history)
    assert said == [] if what is None else any(what in one for one in said)


def test_an_audit_that_is_broken_or_lacks_a_row_is_found() -> None:
    assert "the audit is broken at row 3" in found(
        FIRST, SECOND, final=replace(FINAL, broken_row=3)
    )
    assert "activate of a has 0 audit rows" in violations((FIRST, SECOND), FINAL)
