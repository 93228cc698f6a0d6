"""Names in a book: an index that agrees with its bytes, and suggestions for misspelt ones."""

import json
import random
import string

import pytest

from pricing.catalogue.names import NameIndex
from pricing.catalogue.price_book import PriceBook
from pricing.errors import UnknownModel
from pricing.jsonio import canonical_json
from pricing.store import bundled
from tests.support.books import document, row
from tests.support.cases import cases

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
        assert book.known(f"unknown {number}") is None
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


BOOK = bundled.current()
KEYS = "qwertyuiopasdfghjklzxcvbnm1234567890-"


def popular() -> list[str]:
    """First-party models in use, by the names people type."""
    current = sorted(BOOK.families.values())
    others = [key for key in BOOK.model_keys() if key.startswith(("anthropic/", "openai/gpt-"))]
    return [key.partition("/")[2] for key in dict.fromkeys([*current, *others])][:80]


def misspelt(name: str, dice: random.Random) -> str:
    """One slip: a letter left out, doubled, swapped with the next, or a neighbour of it hit."""
    at = dice.randrange(1, len(name) - 1)
    match dice.randrange(5):
        case 0:
            return name[:at] + name[at + 1 :]
        case 1:
            return name[:at] + name[at] + name[at:]
        case 2:
            return name[:at] + name[at + 1] + name[at] + name[at + 2 :]
        case 3:
            return name[:at] + dice.choice(KEYS) + name[at + 1 :]
        case _:
            return name.replace("-", dice.choice([" ", "_", ".", ""]), 1)


def typos(count: int) -> list[tuple[str, str]]:
    dice = random.Random(20261123)  # noqa: S311 - repeatable, not secret
    names = popular()
    found: list[tuple[str, str]] = []
    while len(found) < count:
        name = dice.choice(names)
        typo = misspelt(name, dice)
        try:
            BOOK.find(typo)
        except UnknownModel:
            found.append((typo, name))
    return found


def test_the_right_model_is_among_three_suggestions_for_95_percent_of_typos() -> None:
    missed = []
    for typo, name in typos(200):
        with pytest.raises(UnknownModel) as unknown:
            BOOK.find(typo)
        meant = {BOOK.find(one).model.key for one in unknown.value.suggestions}
        if BOOK.find(name).model.key not in meant:
            missed.append((typo, name, unknown.value.suggestions))
    assert len(missed) <= 10, missed


def test_a_thousand_names_of_nothing_are_never_taken_for_a_model() -> None:
    dice = random.Random(7)  # noqa: S311 - repeatable, not secret
    alphabet = string.ascii_lowercase + string.digits + "-./:@ "
    strangers = ["".join(dice.choices(alphabet, k=dice.randint(1, 60))) for _ in range(600)]
    strangers += [f"{name}-{dice.randint(10, 99)}x" for name in popular() for _ in range(5)]
    strangers += [f"{name}{dice.choice('xyz')}" for name in popular()] * 9
    for stranger in strangers[:1000]:
        with pytest.raises(UnknownModel):
            BOOK.find(stranger)


def test_a_successor_that_does_not_exist_is_not_its_elder() -> None:
    for name in ("claude-haiku-4-50", "claude-opus-5-55", "claude-opus-6", "gpt-5.66", "opus-6"):
        with pytest.raises(UnknownModel):
            BOOK.find(name)


ALIASES = cases("names")["aliases"]


@pytest.mark.parametrize("alias", ALIASES)
def test_dated_and_dotted_names_mean_their_model(alias: str) -> None:
    assert BOOK.find(alias).model.id == ALIASES[alias]


@pytest.mark.parametrize(
    "name",
    ["claude-haiku-4-50", "claude-opus-4-2", "claude-sonnet-5-5-20260928", "claude-opus-5-latest"],
)
def test_a_name_that_was_never_published_means_no_model(name: str) -> None:
    with pytest.raises(UnknownModel):
        BOOK.find(name)


def test_the_lessons_wrong_spelling_of_haiku_is_known_to_the_lessons_book_only() -> None:
    wrong = "claude-haiku-3-5-20241022"
    lessons = bundled.load("lesson-2025")
    assert lessons is not None
    assert lessons.find(wrong).model.id == "claude-3-5-haiku"
    with pytest.raises(UnknownModel):
        BOOK.find(wrong)


@pytest.mark.parametrize("family", ["opus", "sonnet", "haiku", "fable"])
def test_the_newest_claude_of_a_family_has_a_name_of_its_own(family: str) -> None:
    """LiteLLM 1.110.2 lists ``claude-sonnet-latest`` and its siblings as aliases."""
    book = bundled.current()
    newest = book.find(family).model.key
    for name in (f"claude-{family}-latest", f"anthropic/claude-{family}-latest"):
        assert (book.find(name).model.key, book.find(name).matched_by) == (newest, "family")
    # An alias of a dated line stays that, and a family that is none is unknown.
    assert book.known(f"claude-{family}x-latest") is None


def test_family_names_mean_the_newest_model_of_the_line() -> None:
    named = {family: BOOK.find(family).model for family in BOOK.families}
    claude = {family: model.id for family, model in named.items() if model.provider == "anthropic"}
    assert claude == {
        "opus": "claude-opus-5-5",
        "sonnet": "claude-sonnet-5-5",
        "haiku": "claude-haiku-5-5",
        "fable": "claude-fable-5-2",
        "mythos": "claude-mythos-5-2",
    }
