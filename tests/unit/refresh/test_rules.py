"""The rules that one price, and the prices of one model, are held by."""

from decimal import Decimal

import pytest

from pricing.refresh.rules import Agreement, Names, contradictions, hold_reason, is_inverted, look
from pricing.refresh.timeline import PriceChange, PriceField
from pricing.sources.price_tables import table_of
from tests.support.refresh_checks import GENAI, LITELLM

INPUT = PriceField(None, "", "standard", 0, "input")
ONE, TWO = frozenset({GENAI}), frozenset({GENAI, LITELLM})


def reason(
    before: str | None, after: str | None, sources: frozenset[str] = ONE, earlier: str = ""
) -> tuple[str, str] | None:
    """The code and the detail of a hold."""
    old, new = (None if price is None else Decimal(price) for price in (before, after))
    ended = frozenset({Decimal(earlier)} if earlier else ())
    found = hold_reason(PriceChange(INPUT, old, new, sources), Agreement(sources, earlier=ended))
    return None if found is None else (found.code, found.reason.rpartition(": ")[2])


@pytest.mark.parametrize(
    ("after", "words"), [("2000", "a thousand"), ("0.002", "a thousand"), ("2000000", "a million")]
)
def test_a_mistaken_unit_is_named(after: str, words: str) -> None:
    found = reason("2", after, TWO)
    assert found == ("change_over_10x", f"exactly {words} times, as when units are mistaken")


@pytest.mark.parametrize("after", ["2002", "22", "2000.01", "2000002"])
def test_another_large_change_names_no_unit(after: str) -> None:
    found = reason("2", after, TWO)
    assert found is not None
    assert found[0] == "change_over_10x"
    assert "units" not in found[1]


@pytest.mark.parametrize(
    ("before", "after", "sources", "code"),
    [
        ("2", None, TWO, "price_withdrawn"),
        ("2", "0", TWO, "to_zero"),
        (None, "2", ONE, None),
        ("0", "2", TWO, "from_zero"),
        ("2", "20", TWO, None),
        ("2", "20.001", TWO, "change_over_10x"),
        ("2", "0.2", TWO, None),
        ("2", "0.1999", TWO, "change_over_10x"),
        ("2", "2.5", ONE, None),
        ("2", "2.5001", ONE, "change_over_25_percent"),
        ("2", "1.5", ONE, None),
        ("2", "1.4999", ONE, "change_over_25_percent"),
        ("2", "2.5001", TWO, None),
    ],
)
def test_both_sides_of_every_bound(
    before: str | None, after: str | None, sources: frozenset[str], code: str | None
) -> None:
    found = reason(before, after, sources)
    assert (found and found[0]) == code


def test_an_earlier_price_of_one_source_is_held() -> None:
    assert reason("2", "2.2", ONE, earlier="2.2") is not None
    assert reason("2", "2.2", ONE, earlier="2.1") is None
    assert reason("2", "2.2", TWO, earlier="2.2") is None


@pytest.mark.parametrize(
    ("before", "after", "inverted"),
    [
        (("2", "10"), ("10", "2"), True),
        (("2", "10"), ("2", "2"), False),
        (("2", "2"), ("3", "2"), False),
        (("10", "2"), ("9", "2"), False),
        (("2", None), ("3", None), False),
        (("2", "10"), ("3", None), False),
        ((None, "10"), ("3", "2"), False),
    ],
)
def test_prices_are_inverted_that_change_places(
    before: tuple[str | None, ...], after: tuple[str | None, ...], inverted: bool
) -> None:
    names = ("input", "output")
    sides = [
        {name: Decimal(price) for name, price in zip(names, side, strict=True) if price}
        for side in (before, after)
    ]
    assert is_inverted(*sides) is inverted


@pytest.mark.parametrize(
    ("lists", "found"),
    [
        ({"standard": {"input": "2", "cache_read": "2"}}, []),
        (
            {"standard": {"input": "2", "cache_read": "2.1"}},
            ["standard: cache_read costs more than input"],
        ),
        ({"standard": {"input": "2"}, "batch": {"input": "2"}}, []),
        (
            {"standard": {"input": "2"}, "batch": {"input": "2.1"}},
            ["batch: batch input costs more than standard"],
        ),
        ({"standard": {"input": "2"}, "priority": {"input": "2"}}, []),
        (
            {"standard": {"input": "2"}, "priority": {"input": "1.9"}},
            ["priority: priority input costs less than standard"],
        ),
    ],
)
def test_prices_of_a_model_that_contradict_each_other_are_named(
    lists: dict[str, dict[str, str]], found: list[str]
) -> None:
    table = table_of({mode: {"rates": rates} for mode, rates in lists.items()})
    sentences = [f"{mode}: {text}" for mode, _, text in contradictions(table, claude=False)]
    assert sentences == found


@pytest.mark.parametrize(
    ("write", "is_right"), [("2.5", True), ("2.4", False), ("2.6", False), (None, True)]
)
def test_claudes_cache_writes_are_1_25_times_input(write: str | None, is_right: bool) -> None:
    rates = {"input": "2", "output": "10"} | ({"cache_write_5m": write} if write else {})
    table = table_of({"standard": {"rates": rates}})
    assert (not [*contradictions(table, claude=True)]) is is_right
    assert [*contradictions(table, claude=False)] == []


@pytest.mark.parametrize(
    ("name", "twin"),
    [
        ("rnodel-l", "model-1"),
        ("mode1-i", "model-1"),
        ("MODEL-l", "model-1"),
        ("vvhisper", "whisper"),
        ("gpt-4o", "gpt-40"),
    ],
)
def test_names_that_are_easily_confused_look_the_same(name: str, twin: str) -> None:
    assert look(name) == look(twin)
    assert Names([("maker", twin)]).reason_to_refuse("maker", name) is not None
    assert Names([("other", twin)]).reason_to_refuse("maker", name) is None


def test_a_name_in_other_capitals_is_the_same_name() -> None:
    assert Names([("maker", "Swift")]).reason_to_refuse("maker", "swift") is None
