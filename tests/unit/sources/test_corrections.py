"""Corrections of the lists: what they exclude, prefer, replace and add."""

from datetime import date
from typing import Any

import pytest

from pricing.sources.book import merges
from pricing.sources.corrections import Corrections
from tests.support.merging import GENAI_NAME, ONE, TWO, VERSIONS, genai, litellm, rows, standard
from tests.support.refresh_checks import lists


def test_corrections_exclude_prefer_replace_and_add() -> None:
    lists_both = [genai(lists(standard=ONE))], [litellm(lists(standard=TWO))]
    about = {"provider": "openai", "ids": ["swift"], "reason": "because"}
    assert rows(*lists_both, corrections={"exclude": [about]}) == {}
    preferred = rows(*lists_both, corrections={"prefer": [about | {"list": "litellm"}]})
    assert standard(preferred["swift"]) == TWO
    history = [
        {"to": "2026-01-01", "lists": lists(standard={"input": "8", "output": "9"})},
        {"from": "2026-01-01", "lists": lists(standard={"input": "7", "output": "9"})},
    ]
    entry = about | {"source": "price page", "period": history}
    replaced = rows(*lists_both, corrections={"replace": [entry]})["swift"]
    assert [part["lists"]["standard"]["rates"]["input"] for part in replaced["prices"]] == [
        "8",
        "7",
    ]
    assert replaced["prices"][0]["source"] == "price page"
    priority = {"priority": {"input": "2", "output": "9"}}
    added = rows(*lists_both, corrections={"add": [about | {"lists": priority}]})["swift"]
    assert added["prices"][0]["lists"]["priority"]["rates"] == priority["priority"]


def test_a_price_that_is_added_is_that_of_every_hour() -> None:
    off_peak: dict[str, Any] = {"from": "04:00", "to": "06:00", "lists": lists(standard=ONE)}
    listed = {**GENAI_NAME, "periods": [{"lists": lists(standard=TWO), "windows": [off_peak]}]}
    about = {"provider": "openai", "ids": ["swift"], "reason": "Searches cost."}
    search = {"standard": {"web_search": "0.01"}}
    found = rows([listed], [], corrections={"add": [about | {"lists": search}]})["swift"]
    (period,) = found["prices"]
    hours = (period, *period["windows"])
    assert [one["lists"]["standard"]["rates"]["web_search"] for one in hours] == ["0.01"] * 2
    assert "web_search" not in off_peak["lists"]["standard"]["rates"]  # the list's own is as it was


@pytest.mark.parametrize(
    "tables",
    [
        {"exlude": []},
        {"exclude": [{"provider": "openai", "ids": ["x"]}]},
        {"exclude": [{"provider": "openai", "ids": ["x"], "reason": "r", "list": "litellm"}]},
    ],
)
def test_a_correction_that_is_misspelt_or_without_a_reason_is_refused(
    tables: dict[str, Any],
) -> None:
    with pytest.raises(ValueError, match=r"corrections\.toml"):
        Corrections({"as_of": date(2026, 11, 22), **tables})


def test_a_correction_that_matches_nothing_is_named() -> None:
    about = {"provider": "openai", "ids": ["swift"], "reason": "because"}
    corrections = Corrections({"as_of": date(2026, 11, 22), "exclude": [about]})
    assert "swift" in corrections.unused()[0]
    assert corrections.excludes("openai", "swift")
    assert corrections.unused() == []


def test_a_slip_of_a_list_is_corrected_and_stays_visible() -> None:
    about = {"provider": "openai", "ids": ["swift"], "reason": "A slip.", "source": "its page"}
    slip = about | {"wrong": {"input": "2"}, "right": {"input": "0.2"}}
    found = rows(
        [],
        [litellm(lists(standard={"input": "2", "output": "9"}))],
        corrections={"correct": [slip]},
    )
    assert standard(found["swift"]) == {"input": "0.2", "output": "9"}
    assert "Corrected: A slip. Source: its page." in found["swift"]["notes"]
    assert {"component": "input", "mode": "standard", "litellm": "2", "used": "0.2"} in found[
        "swift"
    ]["disagreements"]


def test_a_correction_of_a_price_that_is_gone_is_unused() -> None:
    slip = {
        "provider": "openai",
        "ids": ["swift"],
        "reason": "A slip.",
        "source": "its page",
        "wrong": {"input": "3"},
        "right": {"input": "0.3"},
    }
    tables = Corrections({"as_of": date(2026, 11, 22), "correct": [slip]})
    listed = [litellm(lists(standard={"input": "2", "output": "9"}))]
    imported = {"provider": "openai", "genai_prices": [], "litellm": listed}
    (merge,) = merges([], [imported], tables, VERSIONS, [])
    assert standard(merge.rows[0])["input"] == "2"
    assert tables.unused() == [
        "corrections.toml: correct ['swift'] of openai matches nothing any more"
    ]


def test_what_applied_before_and_since_is_put_around_the_lists_prices() -> None:
    about = {"provider": "openai", "ids": ["swift"], "reason": "It moved.", "source": "its page"}
    rates = {"standard": {"rates": {"input": "8", "output": "9"}}}
    moves = {
        "past": [about | {"to": "2026-01-01", "lists": rates}],
        "since": [about | {"from": "2026-05-15T19:00:00", "lists": rates}],
    }
    found = rows([], [litellm(lists(standard=TWO))], corrections=moves)["swift"]["prices"]
    assert [
        (p.get("from"), p.get("to"), p["lists"]["standard"]["rates"]["input"]) for p in found
    ] == [
        (None, "2026-01-01", "8"),
        ("2026-01-01", "2026-05-15T19:00:00", TWO["input"]),
        ("2026-05-15T19:00:00", None, "8"),
    ]


def test_several_past_prices_have_their_own_hours_and_no_others() -> None:
    def of(price: str) -> dict[str, Any]:
        return {"standard": {"rates": {"input": price, "output": "9"}}}

    about = {"provider": "openai", "ids": ["swift"], "reason": "Hours.", "source": "its page"}
    night = {"from": "20:00", "to": "06:00", "lists": of("4")}
    weekend = about | {"from": "00:00", "to": "00:00", "days": [6, 7]}
    states = [
        {"to": "2026-01-01", "lists": of("8"), "windows": [night]},
        {"to": "2026-01-02", "lists": of("4")},
    ]
    listed = {**litellm(of("8")), "windows": [night]}
    corrections = {"past": [about | {"period": states}], "window": [weekend]}
    found = rows([], [listed], corrections=corrections)["swift"]["prices"]
    assert [
        (p.get("to"), p["lists"]["standard"]["rates"]["input"], len(p.get("windows", ())))
        for p in found
    ] == [("2026-01-01", "8", 1), ("2026-01-02", "4", 0), (None, "8", 2)]


@pytest.mark.parametrize(
    ("begins", "is_own"), [("2026-11-22T00:00:00", True), ("2026-11-23T00:00:00", False)]
)
def test_what_applies_from_a_later_day_leaves_todays_price_a_lists(
    begins: str, is_own: bool
) -> None:
    """A refresh takes Tariff's own prices as they are, and has a list's confirmed."""
    rates = {"standard": {"rates": {"input": "8", "output": "9"}}}
    about = {"provider": "openai", "ids": ["swift"], "reason": "It moves.", "source": "its page"}
    moves = {"since": [about | {"from": begins, "lists": rates}]}
    tables = Corrections({"as_of": date(2026, 11, 22), **moves})
    imported = {"provider": "openai", "genai_prices": [], "litellm": [litellm(lists(standard=TWO))]}
    (merge,) = merges([], [imported], tables, VERSIONS, [])
    assert (merge.listings["swift"].source is not None) is is_own
    assert merge.rows[0]["prices"][-1]["source"] == "its page"


@pytest.mark.parametrize(("last", "periods"), [(TWO, 2), (ONE, 1)])
def test_a_recorded_past_is_used_where_it_ends_with_todays_price(
    last: dict[str, str], periods: int
) -> None:
    states = [{"to": "2026-08-31", "lists": lists(standard=ONE)}, {"lists": lists(standard=last)}]
    imported = {"provider": "openai", "genai_prices": [], "litellm": [litellm(lists(standard=TWO))]}
    tables = Corrections({"as_of": date(2026, 11, 22)})
    past = {
        "past": {"openai": {"swift": states}},
        "first_seen": {"openai": {"swift": "2026-02-01"}},
    }
    (merge,) = merges([], [imported], tables, VERSIONS, [], past=past)
    (row,) = merge.rows
    assert len(row["prices"]) == periods
    assert row["lifecycle"] == {"first_seen": "2026-02-01"}
