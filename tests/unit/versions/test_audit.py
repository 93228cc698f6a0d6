"""Audit rows: any change to one of them breaks the chain."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pricing.versions.audit import AuditRow, Entry, Head, chained, first_broken

AT = "2026-11-23T09:30:00Z"
ENTRIES = (
    Entry("refresh", "propose", "3 prices changed", after="v2", details={"waiting": 0}),
    Entry("refresh", "activate", "3 prices changed", before="v1", after="v2"),
    Entry("role/oncall", "activate", "v2 doubles a price", before="v2", after="v1"),
    Entry("refresh", "refresh_failed", "no list answered"),
)


def chain(*entries: Entry) -> tuple[list[AuditRow], Head]:
    rows: list[AuditRow] = []
    head = Head()
    for entry in entries:
        rows.append(chained(head, entry, AT))
        head = Head(rows[-1].number, rows[-1].hash)
    return rows, head


def test_rows_are_numbered_from_one_and_name_the_hash_before_them() -> None:
    rows, head = chain(*ENTRIES)
    assert [row.number for row in rows] == [1, 2, 3, 4]
    assert rows[0].previous == ""
    assert [row.previous for row in rows[1:]] == [row.hash for row in rows[:-1]]
    assert head == Head(4, rows[-1].hash)


def test_a_row_says_who_did_what_why_and_what_was_there_before_and_after() -> None:
    row = chain(*ENTRIES)[0][2]
    assert (row.actor, row.action, row.reason) == ("role/oncall", "activate", "v2 doubles a price")
    assert (row.before, row.after, row.at) == ("v2", "v1", AT)


def test_an_untouched_chain_is_whole_and_so_is_an_empty_one() -> None:
    assert first_broken(*chain(*ENTRIES)) is None
    assert first_broken([], Head()) is None


@pytest.mark.parametrize("number", [1, 2, 3, 4])
@pytest.mark.parametrize(
    "change",
    [
        {"actor": "somebody"}, {"reason": ""}, {"at": "2026-11-23T09:30:01Z"}, {"before": "v0"},
        {"after": "v7"}, {"action": "cancel"}, {"details": {"waiting": 1}}, {"hash": "0" * 64},
        {"previous": "0" * 64}, {"number": 9},
    ],
)  # fmt: skip
def test_a_changed_row_is_the_first_broken_one(number: int, change: dict[str, object]) -> None:
    rows, head = chain(*ENTRIES)
    changed = replace(rows[number - 1], **change)  # type: ignore[arg-type]
    assert first_broken([*rows[: number - 1], changed, *rows[number:]], head) == number


@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_a_row_that_was_taken_out_is_missed(number: int) -> None:
    rows, head = chain(*ENTRIES)
    assert first_broken([*rows[: number - 1], *rows[number:]], head) == number


def test_a_row_put_in_later_is_noticed() -> None:
    rows, head = chain(*ENTRIES)
    forged = chained(Head(2, rows[1].hash), Entry("x", "activate", "", after="v9"), AT)
    assert first_broken([*rows[:2], forged, *rows[2:]], head) == 4


@given(st.permutations(range(4)))
def test_rows_in_another_order_are_not_a_chain(order: list[int]) -> None:
    rows, head = chain(*ENTRIES)
    assert (first_broken([rows[n] for n in order], head) is None) == (order == [0, 1, 2, 3])
