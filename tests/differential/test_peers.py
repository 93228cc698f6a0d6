"""Tariff compared with genai-prices and litellm: every difference has an explanation that is true.

The peers are asked live, in ``.venv-bench``, which ``make test`` installs. What an explanation is,
and how it proves itself, is in tests/differential/peers/explanations.py; the cases are in
tests/differential/peers/cases.py.
"""

from collections import Counter
from decimal import Decimal

import pytest

from tests.differential.peers.answers import PEERS
from tests.differential.peers.cases import CHAT_SHAPES, CLAUDE_SHAPES, cases
from tests.differential.peers.differences import REPORT, report
from tests.differential.peers.explanations import (
    Comparison,
    Explanation,
    comparisons,
    problems,
    read,
)


@pytest.fixture(scope="module")
def found() -> list[Comparison]:
    return comparisons(cases())


@pytest.fixture(scope="module")
def table() -> list[Explanation]:
    return read()


def test_every_difference_is_explained_once_and_every_explanation_holds(
    found: list[Comparison], table: list[Explanation]
) -> None:
    assert list(problems(found, table)) == []


def test_the_published_table_is_that_of_today(
    found: list[Comparison], table: list[Explanation]
) -> None:
    assert REPORT.read_text(encoding="utf-8") == report(found, table), "run make peer-differences"


def test_the_published_table_has_a_row_for_every_explanation(
    found: list[Comparison], table: list[Explanation]
) -> None:
    text = report(found, table)
    assert [row.reason for row in table if f"| {row.reason} |" not in text] == []


def test_a_dozen_claude_models_and_forty_others_are_asked_22_shapes_and_more() -> None:
    shapes = Counter(case.subject.reference for case in cases())
    direct = {model: count for model, count in shapes.items() if model.startswith("anthropic/")}
    others = {model: count for model, count in shapes.items() if "claude" not in model}
    assert len(direct) >= 12
    assert min(direct.values()) >= 22
    assert len(others) >= 40
    assert min(others.values()) >= 22
    assert len({model.partition("/")[0] for model in others}) >= 14


def test_every_case_is_put_to_both_peers(found: list[Comparison]) -> None:
    asked = Counter(one.peer for one in found)
    assert asked == dict.fromkeys(PEERS, len(cases()))


def test_the_shapes_of_a_format_do_not_repeat_each_other() -> None:
    for shapes in (CLAUDE_SHAPES, CHAT_SHAPES):
        asked = [(str(shape.usage), shape.mode, shape.at) for shape in shapes.values()]
        assert len(set(asked)) == len(asked)


# Worked out by hand from the published prices, per million tokens: model, shape, Tariff's total,
# and each peer's. They show that the right question reaches each of the three.
BY_HAND = [
    # 2,003 x 5 + 1,009 x 25
    ("anthropic/claude-opus-5", "plain", "0.03524", "0.03524", "0.03524"),
    # 503 x 2.5 + 30,011 x 5 + 1,009 x 12.5; the five minute price of a write is 3.125
    ("anthropic/claude-opus-5", "batch_cache_1h", "0.163925", "0.163925", "0.107654375"),
    # 1.1 x (2,003 x 2 + 1,009 x 10)
    ("anthropic/claude-sonnet-5-5", "us", "0.0155056", "0.014096", "0.0155056"),
    # 1.1 x 2 x (1,009 x 5 + 50,021 x 0.5 + 3,011 x 6.25 + 7,019 x 10 + 2,003 x 25) + 2 searches
    ("anthropic/claude-opus-4-8", "us_fast", "0.39210635", "0.3582785", "0.39210635"),
    # 60,000 x 0.1 + 40,000 x 0.01 + 4,001 x 0.5: not over 100,000
    ("anthropic/claude-haiku-5-5", "at_100k", "0.0084005", "0.0084005", "0.0084005"),
    # 10,000 x 0.5 + 70,001 x 0.05 + 12,000 x 0.625 + 8,000 x 1 + 4,001 x 2.5: over it
    ("anthropic/claude-haiku-5-5", "over_100k", "0.03400255", "0.03400255", "0.03400255"),
    # 57,004 x 3 + 1,410 x 15, of which the top level has 2,003 and 1,009
    ("anthropic/claude-sonnet-4-6", "compaction", "0.192162", "0.021144", "0.192162"),
    # 2,003 x 5 + 1,009 x 25, and 10,007 x 10 + 1,013 x 50 at the advisor's price
    ("anthropic/claude-opus-5", "advisor", "0.18596", "0.03524", "0.1106"),
    # 10,012 x 2.5 + 40,009 x 1.25 + 1,009 x 10
    ("openai/gpt-4o", "cached", "0.08513125", "0.08513125", "0.08513125"),
    # 135,993 x 2.5 + 64,007 x 0.4 + 1,009 x 5: xAI's tier begins at 200,000, not above it
    ("xai/grok-4.3", "at_200k", "0.3706303", "0.3706303", "0.3706303"),
]


@pytest.mark.parametrize(("model", "shape", "tariff", "genai", "litellm"), BY_HAND)
def test_the_three_answer_what_a_hand_works_out(
    found: list[Comparison], model: str, shape: str, tariff: str, genai: str, litellm: str
) -> None:
    answers = {
        one.peer: (one.tariff.usd, one.other.usd)
        for one in found
        if (one.case.subject.reference, one.case.name) == (model, shape)
    }
    ours, exact = answers["genai-prices"]
    assert (ours, exact) == (Decimal(tariff), Decimal(genai))
    _, binary = answers["litellm"]
    assert binary is not None
    assert binary == pytest.approx(Decimal(litellm), rel=Decimal("1e-14"))
