"""Rows after a refresh: prices that stay within their provider's range, notes and aliases."""

import pytest

from tests.support.refresh_checks import GENAI, LITELLM, OLD, candidate, codes, decided, rates, row


@pytest.mark.parametrize(("price", "held"), [("20", False), ("20.1", True)])
def test_a_known_price_that_becomes_implausible_is_held_though_two_sources_agree(
    price: str, held: bool
) -> None:
    active = [row(standard={"input": "2.5", "output": "10"}), row("slow")]
    new = {"input": price, "output": "30"}  # the other model's input costs 2
    same = candidate({GENAI: OLD, LITELLM: OLD}, "slow")
    decision = decided(active, candidate({GENAI: new, LITELLM: new}), same)
    assert codes(decision) == ({"implausible_price"} if held else set())
    assert rates(decision)["input"] == ("2.5" if held else "20")


def test_a_price_that_is_far_from_the_others_already_may_come_nearer() -> None:
    active = [row(standard={"input": "300", "output": "900"}), row("slow")]
    new = {"input": "250", "output": "900"}
    same = candidate({GENAI: OLD, LITELLM: OLD}, "slow")
    decision = decided(active, candidate({GENAI: new, LITELLM: new}), same)
    assert (codes(decision), rates(decision)["input"]) == (set(), "250")


def test_a_changed_row_gets_the_new_notes_once() -> None:
    active = row() | {"notes": ["known"]}
    new = {**OLD, "input": "2.2"}
    found = candidate({GENAI: new, LITELLM: new}, notes=["known", "a promotion"])
    (after,) = decided([active], found).rows
    assert after["notes"] == ["known", "a promotion"]


def test_of_ambiguous_aliases_those_that_a_row_still_has_are_kept() -> None:
    active = row() | {"aliases": ["quick"], "ambiguous_aliases": ["quick", "gone"]}
    new = {**OLD, "input": "2.2"}
    (after,) = decided([active], candidate({GENAI: new, LITELLM: new})).rows
    assert after["ambiguous_aliases"] == ["quick"]
