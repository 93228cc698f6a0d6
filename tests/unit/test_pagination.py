"""Lists in pages: whatever their size, a walk meets every row once, in one order."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pricing.errors import InvalidRequest
from pricing.pagination import page_of

PLACES = st.lists(st.text(max_size=12), unique=True, max_size=30)


def same(row: str) -> str:
    return row


def walk(rows: list[str], limit: int, *, descending: bool = False) -> list[tuple[str, ...]]:
    """Every page of a list, by its cursors."""
    found: list[tuple[str, ...]] = []
    cursor = None
    while True:
        page = page_of("rows", rows, same, cursor=cursor, limit=limit, descending=descending)
        found.append(page.rows)
        cursor = page.next_cursor
        if cursor is None:
            return found


@given(PLACES, st.integers(1, 8), st.booleans())
def test_a_walk_meets_every_row_once_in_order_and_no_page_is_over_its_limit(
    rows: list[str], limit: int, descending: bool
) -> None:
    pages = walk(rows, limit, descending=descending)
    assert [row for page in pages for row in page] == sorted(rows, reverse=descending)
    assert all(len(page) == limit for page in pages[:-1])
    assert len(pages[-1]) <= limit
    assert pages[-1] or not rows  # the last page is not an empty one behind a full one


@given(PLACES.filter(lambda rows: len(rows) > 1), st.booleans(), st.data())
def test_a_row_that_goes_between_two_pages_takes_no_other_with_it(
    rows: list[str], descending: bool, data: st.DataObject
) -> None:
    limit = data.draw(st.integers(1, len(rows) - 1))
    first = page_of("rows", rows, same, cursor=None, limit=limit, descending=descending)
    left = [row for row in rows if row != first.rows[-1]]
    rest = page_of(
        "rows", left, same, cursor=first.next_cursor, limit=len(rows), descending=descending
    )
    assert [*first.rows, *rest.rows] == sorted(rows, reverse=descending)


@given(PLACES.filter(lambda rows: len(rows) > 1), st.data())
def test_a_cursor_that_differs_in_one_character_is_refused(
    rows: list[str], data: st.DataObject
) -> None:
    cursor = page_of("rows", rows, same, cursor=None, limit=1).next_cursor
    assert cursor is not None
    at = data.draw(st.integers(0, len(cursor) - 1))
    other = data.draw(st.characters(codec="utf-8").filter(lambda one: one != cursor[at]))
    for spoiled in (
        cursor[:at] + other + cursor[at + 1 :],
        cursor[:at] + cursor[at + 1 :],
        f"{cursor}=",
        f"{cursor}A",
    ):
        with pytest.raises(InvalidRequest, match="leave it out"):
            page_of("rows", rows, same, cursor=spoiled, limit=1)


@given(st.text(max_size=20))
def test_made_up_text_is_refused_as_a_cursor(text: str) -> None:
    for cursor in (text, base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")):
        with pytest.raises(InvalidRequest, match="next_cursor"):
            page_of("rows", ["a"], same, cursor=cursor, limit=1)


def test_a_cursor_belongs_to_its_list() -> None:
    cursor = page_of("rows", ["a", "b"], same, cursor=None, limit=1).next_cursor
    assert page_of("rows", ["a", "b"], same, cursor=cursor, limit=1).rows == ("b",)
    with pytest.raises(InvalidRequest, match="of this list"):
        page_of("lines", ["a", "b"], same, cursor=cursor, limit=1)
