"""The index of a book's names says what a search through its bytes would say."""

import json

import pytest

from pricing.catalogue.names import NameIndex
from pricing.catalogue.price_book import PriceBook
from pricing.jsonio import canonical_json
from pricing.store import bundled
from tests.support.books import document, row

ODD = ['say "hi"', "back\\slash", "a[1m]", "x],[y", "ключ", "tab\tbed", '"id":"no"', "\u2028", "né"]


def lines_of(book: PriceBook) -> list[bytes]:
    return [line.rstrip(b",") for line in book.to_json().split(b"\n")[1:-1]]


@pytest.mark.parametrize("version", bundled.ids())
def test_every_name_of_a_bundled_book_is_on_the_lines_of_its_rows(version: str) -> None:
    book = bundled.load(version)
    assert book is not None
    index = NameIndex(lines_of(book))
    held: dict[str, list[int]] = {}
    bare: set[str] = set()
    full: set[str] = set()
    for number, line in enumerate(lines_of(book)):
        found = json.loads(line)
        names = {found["id"], *found.get("aliases", ())}
        full.add(f"{found['provider']}/{found['id']}")
        bare |= names if found.get("bare_names", True) else set()
        for name in names:
            held.setdefault(name, []).append(number)
    assert {name: list(index.lines_with(name)) for name in held} == held
    assert (set(index.bare), set(index.full)) == (bare, full)
    assert list(index.lines_with("claude-haiku-4-50")) == []


@pytest.mark.parametrize("searches", [0, 50])
def test_a_name_with_anything_in_it_is_found_searched_for_or_indexed(searches: int) -> None:
    rows = [row(f"id {name}", aliases=[name, f"{name}{name}"]) for name in ODD]
    book = PriceBook.from_document(document("odd", rows))
    for number in range(searches):
        assert book.known(f"nobody {number}") is None
    for name in ODD:
        for reference in (name, name * 2, f"id {name}", f"acme/{name}"):
            assert book.find(reference).model.id == f"id {name}"


def test_a_name_that_only_stands_in_a_note_is_not_a_name() -> None:
    rows = [row("rocket", notes=["ghost", '"id":"ghost"'], family="ghost")]
    content = canonical_json(document("notes", rows))
    book = PriceBook.from_json(content)
    for _ in range(20):
        assert book.known("ghost") is None
    assert NameIndex(lines_of(book)).bare == ["rocket"]
