"""The check of the wording: it sees what Tariff's texts avoid, and only there."""

from pathlib import Path

import pytest

from tariff.docs.english import WORDING, in_python, in_text, in_typescript

PAGE, MODULE, TEST = Path("docs/page.md"), Path("layers/pricing/m.py"), Path("tests/test_m.py")

#: A sentence with each avoided wording, in the order of ``WORDING``.
PLANTED = [
    "The price version it stands on is named.",
    "Opus is twice as Dear as Sonnet.",
    "A plan is shown beside the API.",
    "A tier is told by its threshold.",
    "The two lists are held to the digit against each other.",
    "An approval lists what still waits.",
    "It is left to a person.",
    "The prices in force are those.",
    "An administrator goes back to it.",
    "They took an announced price back.",
    "That is what the list said.",
    "OpenRouter is a second word.",
    "Each doubt has a code.",
    "A list without news changes nothing.",
    "It never passes the guard.",
    "Whoever asks is answered.",
    "It names no model of this version.",
    "A pattern is no source.",
    "This turns the verdict.",
    "No Slack workspace has been met.",
    "It says which models fit, and which not.",
]


def test_every_wording_has_a_planted_sentence() -> None:
    assert len(PLANTED) == len(WORDING)


@pytest.mark.parametrize(("sentence", "instead"), list(zip(PLANTED, WORDING.values(), strict=True)))
def test_a_planted_sentence_is_found(sentence: str, instead: str) -> None:
    assert [finding.instead for finding in in_text(PAGE, sentence)] == [instead]


@pytest.mark.parametrize("sentence", PLANTED)
@pytest.mark.parametrize("quoted", ['"{}"', "`{}`", "``{}``", "\u201c{}\u201d", "```text\n{}\n```"])
def test_a_quoted_sentence_is_left_alone(sentence: str, quoted: str) -> None:
    assert list(in_text(PAGE, f"Before\n\n{quoted.format(sentence)}\n\nafter.")) == []


@pytest.mark.parametrize(
    "sentence",
    [
        "There is no such version, and there\n  are no prices.",
        "The total is no more than the cap and no longer null, and ten are no larger than one.",
        "A worker waits for the lock.",
        "The endeared forces understand besides that newsletters are indoors.",
    ],
)
def test_plain_words_that_only_look_alike_are_left_alone(sentence: str) -> None:
    assert list(in_text(PAGE, sentence)) == []


def test_a_wording_is_found_across_the_end_of_a_line_and_its_place_is_named() -> None:
    (finding,) = in_text(PAGE, "One.\n\n- A price that is\n  in\n  force today.\n")
    assert (finding.line, finding.words) == (4, "in force")
    assert str(finding).startswith("docs/page.md:4: 'in force' in 'One. A price")


SOURCE = '''"""Says who is dearest."""
import re
@ The prices in
@ force.
NAMES = ["dear", "dear customer", "buyer seller landlord statute"]
def test_what_nobody_asked(name):
    total = 1  @ beside this
    raise ValueError(f"{name} is no model of {name!r}; \\"nobody\\" was sent")
'''.replace("@", "#")


def test_docstrings_comments_messages_and_names_of_tests_are_read() -> None:
    found = [(finding.line, finding.words) for finding in in_python(MODULE, SOURCE)]
    assert found == [(1, "dearest"), (3, "in force"), (6, "nobody"), (7, "beside"), (8, "is no")]


def test_a_message_outside_of_the_product_is_left_alone() -> None:
    assert 8 not in {finding.line for finding in in_python(TEST, SOURCE)}


def test_the_texts_between_quotes_of_the_page_are_read() -> None:
    source = 'const label = "The prices in force";\n// what nobody reads\n'
    found = [finding.words for finding in in_typescript(Path("web/src/p.tsx"), source)]
    assert found == ["in force", "nobody"]
