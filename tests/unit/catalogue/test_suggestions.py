"""Did you mean: 200 typos a person makes, and 1,000 names of nothing."""

import random
import string

import pytest

from pricing.errors import UnknownModel
from pricing.store import bundled

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
    for name in ("claude-haiku-4-50", "claude-opus-5-55", "claude-opus-6", "gpt-5.66", "opus-5"):
        with pytest.raises(UnknownModel):
            BOOK.find(name)
