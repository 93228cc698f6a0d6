"""Audit rows: any change to one of them breaks the chain."""

import json
from collections.abc import Iterable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pricing.jsonio import canonical_json, digest
from pricing.versions.audit import AuditRow, Entry, Head, StoredRow, chained, first_broken, row_from

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


def broken(rows: Iterable[AuditRow], head: Head) -> int | None:
    """The first broken row of a log that stores these rows."""
    return first_broken([stored(row) for row in rows], head)


def stored(row: AuditRow) -> StoredRow:
    return StoredRow(row.number, canonical_json(row.document()).decode(), row.hash)


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
    assert broken(*chain(*ENTRIES)) is None
    assert broken([], Head()) is None


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
    assert broken([*rows[: number - 1], changed, *rows[number:]], head) == number


@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_a_row_that_was_taken_out_is_missed(number: int) -> None:
    rows, head = chain(*ENTRIES)
    assert broken([*rows[: number - 1], *rows[number:]], head) == number


def test_a_row_put_in_later_is_noticed() -> None:
    rows, head = chain(*ENTRIES)
    forged = chained(Head(2, rows[1].hash), Entry("x", "activate", "", after="v9"), AT)
    assert broken([*rows[:2], forged, *rows[2:]], head) == 4


@given(st.permutations(range(4)))
def test_rows_in_another_order_are_not_a_chain(order: list[int]) -> None:
    rows, head = chain(*ENTRIES)
    assert (broken([rows[n] for n in order], head) is None) == (order == [0, 1, 2, 3])


@pytest.mark.parametrize("number", [1, 2, 3, 4])
@pytest.mark.parametrize(
    "content", ["", "no JSON", "[]", "null", "{}", '{"number":1}', "[" * 100_000]
)
def test_a_row_that_cannot_be_read_is_broken_and_hides_no_other(number: int, content: str) -> None:
    rows, head = chain(*ENTRIES)
    found = [stored(row) for row in rows]
    found[number - 1] = found[number - 1]._replace(content=content)
    assert first_broken(found, head) == number
    assert [row_from(row) is None for row in found] == [at == number for at in (1, 2, 3, 4)]


@pytest.mark.parametrize(
    "change",
    [
        {"at": "2026-11-23T09:30:00"}, {"at": "yesterday"}, {"at": None}, {"at": 7},
        {"actor": ["x"]}, {"before": 1}, {"number": "1"}, {"number": True}, {"details": []},
    ],
)  # fmt: skip
def test_a_row_with_a_member_of_another_kind_cannot_be_read(change: dict[str, object]) -> None:
    document = chain(*ENTRIES)[0][0].document() | change
    assert row_from(StoredRow(1, json.dumps(document), "")) is None


def test_rows_without_the_end_of_the_log_are_broken_from_the_first_on() -> None:
    assert broken(chain(*ENTRIES)[0], Head()) == 1


def test_a_row_of_a_later_release_is_read_and_its_hash_covers_what_it_adds() -> None:
    rows, head = chain(*ENTRIES[:1])
    content = canonical_json({**rows[0].document(), "approved_by": "role/second"})
    later = StoredRow(1, content.decode(), digest(content))
    assert row_from(later) == replace(rows[0], hash=later.hash)
    assert first_broken([later], Head(1, later.hash)) is None
    assert first_broken([later], head) == 2
