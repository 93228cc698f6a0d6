"""The bounds that a price must keep, in a bundled book as in a refresh."""

import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from pricing.catalogue.bounds import out_of_range, range_problems
from pricing.catalogue.checks import problems_in
from tariff.catalogue.build import CATALOGUE, data_files
from tariff.catalogue.toml_files import CatalogueError
from tests.support.books import document, row


def priced(
    name: str, rates: dict[str, str], provider: str = "acme", **facts: Any
) -> dict[str, Any]:
    prices = [{"source": "price list", "lists": {"standard": {"rates": rates}}}]
    return row(name, prices=prices, **facts) | {"provider": provider}


def rules(*rows: dict[str, Any]) -> list[str]:
    return [problem.split(": ")[1] for problem in range_problems(rows)]


@pytest.mark.parametrize(
    ("price", "broken"),
    [
        ("30", []),  # ten times 3, the most expensive other
        ("30.1", ["far_above_others"]),
        ("0.2", []),  # a tenth of 2, the cheapest other
        ("0.19", ["far_below_others"]),
    ],
)
def test_an_input_price_is_within_ten_times_of_the_providers_other_models(
    price: str, broken: list[str]
) -> None:
    others = [
        priced("a", {"input": "2", "output": "100"}),
        priced("b", {"input": "3", "output": "100"}),
    ]
    assert rules(*others, priced("new", {"input": price, "output": "100"})) == broken


def test_one_expensive_model_does_not_let_a_slip_of_a_unit_through() -> None:
    """Ten times 40 would be 400; four hundred times the median of 0.10 is 40."""
    usual = ["0.1"] * 9 + ["1", "9", "40"]
    models = [priced(f"m{n}", {"input": usd}, input_only=True) for n, usd in enumerate(usual)]
    assert rules(*models, priced("new", {"input": "40"}, input_only=True)) == []
    assert rules(*models, priced("new", {"input": "40.1"}, input_only=True)) == ["far_above_others"]


def test_models_are_compared_with_those_of_their_own_mode() -> None:
    chat = [priced(name, {"input": "10", "output": "20"}) for name in "ab"]
    small = [priced(name, {"input": "0.1"}, input_only=True) for name in "cd"]
    assert rules(*chat, *small) == []
    assert rules(*chat, *small, priced("e", {"input": "100"}, input_only=True)) == [
        "far_above_others"
    ]


def test_a_note_that_names_the_rule_confirms_a_price() -> None:
    odd = {"input": "2", "output": "1"}
    assert rules(priced("guard", odd)) == ["output_under_input"]
    assert rules(priced("guard", odd, notes=["So the page says (output_under_input)."])) == []


def test_a_row_is_not_compared_with_itself() -> None:
    only = priced("only", {"input": "2", "output": "10"})
    assert list(out_of_range(only, {("acme", "chat", "input"): []})) == []
    assert rules(only) == []


@pytest.mark.parametrize(
    ("rates", "provider", "name", "rule"),
    [
        ({"cache_write_5m": "1.9"}, "google", "gemini-9", "write_under_input"),
        ({"cache_write_5m": "2"}, "google", "gemini-9", None),
        ({"cache_write_5m": "1.9"}, "openrouter", "~google/gemini-9", "write_under_input"),
        ({"cache_write_5m": "1.9"}, "openrouter", "maker/swift", None),
        ({"video_output": "10"}, "acme", "swift", "video_at_text_price"),
        ({"video_output": "10.1"}, "acme", "swift", None),
    ],
)
def test_prices_of_one_model_must_not_contradict_each_other(
    rates: dict[str, str], provider: str, name: str, rule: str | None
) -> None:
    found = priced(name, {"input": "2", "output": "10"} | rates, provider)
    problems = list(problems_in(document("v", [found])))
    assert len(problems) == bool(rule)
    assert all(str(rule) in problem for problem in problems)


def test_the_catalogue_fails_to_build_with_the_absurd_prices_of_the_lists(tmp_path: Path) -> None:
    """Each absurd price of the lists is refused by the rule that it breaks."""
    catalogue = tmp_path / "catalogue"
    shutil.copytree(CATALOGUE, catalogue)
    path = catalogue / "corrections.toml"
    text = path.read_text("utf-8")
    # As litellm 1.106.2 had it: a thousand times the price.
    azure = catalogue / "imported" / "azure.json"
    listed = azure.read_text("utf-8")
    assert '"input": "3.2", "output": "9.71"' in listed
    azure.write_text(
        listed.replace('"input": "3.2", "output": "9.71"', '"input": "3200", "output": "9710"'),
        "utf-8",
    )
    # An entry with another beginning than [[correct]] ends the one before it.
    path.write_text(re.sub(r"(?s)\[\[correct\]\].*?(?=\n\[\[(?!correct)|\n# -)", "", text), "utf-8")
    with pytest.raises(CatalogueError) as caught:
        data_files(catalogue)
    broken = {
        match.groups()
        for line in str(caught.value).splitlines()
        if (match := re.search(r"(\S+/\S+): .*?((?:far|write|video)_\w+): ", line))
    }
    assert broken >= {
        ("azure/jais-30b-chat", "far_above_others"),
        ("cohere/embed-multilingual-light-v3.0", "far_above_others"),
        ("azure/eu/gpt-4o", "write_under_input"),
        ("vertex/gemini-3.8-live", "video_at_text_price"),
    }
