"""The refresh checks: which changes are accepted, which are held and why; nothing is lost."""

from decimal import Decimal

import pytest

from pricing.refresh.candidates import Candidate
from pricing.refresh.checks import Earlier, _next_rows, decide
from pricing.refresh.rules import Names, look
from tests.support.refresh_checks import (
    BOTH,
    GENAI,
    HORIZON,
    LITELLM,
    NOW,
    OLD,
    candidate,
    codes,
    decided,
    lists,
    quotes,
    rates,
    row,
)


def test_unchanged_quotes_change_nothing() -> None:
    active = [row()]
    decision = decided(active, candidate({GENAI: OLD, LITELLM: OLD}))
    assert decision.rows == active
    assert (decision.accepted, decision.quarantined, decision.missing) == ((), (), ())


def test_a_list_that_has_another_name_of_a_model_does_not_stop_the_other_list() -> None:
    """swift is genai-prices' name, latest litellm's; merged they are one candidate."""

    def quoted(price: str) -> Candidate:
        new, old = (lists(standard={**OLD, "input": one}) for one in (price, "2"))
        row_of_both = {**candidate({GENAI: {**OLD, "input": price}}).row, "aliases": ["latest"]}
        return Candidate(row_of_both, quotes({GENAI: new}) + quotes({LITELLM: old}, "latest"))

    active = [row(source=f"{GENAI} 2026-11-23"), row("latest", source=f"{LITELLM} 2026-11-23")]
    first = decided(active, quoted("2.2"))
    later = "2026-11-25T03:00:00"
    second = decide(first.rows, [quoted("2.4")], later, HORIZON)
    assert [rates(one)["input"] for one in (first, second)] == ["2.2", "2.4"]


@pytest.mark.parametrize(
    ("after", "code"),
    [
        ("2.5", None),  # exactly a quarter more
        ("2.5000001", "change_over_25_percent"),
        ("1.5", None),  # exactly a quarter less
        ("1.4999999", "change_over_25_percent"),
        ("9.9", "change_over_25_percent"),
        ("20.0000001", "change_over_10x"),
        ("0.1999999", "change_over_10x"),
        ("0", "to_zero"),
    ],
)
def test_one_source_is_enough_up_to_a_quarter(after: str, code: str | None) -> None:
    new = {"input": after, "output": "30"} if after == "20.0000001" else {**OLD, "input": after}
    decision = decided([row()], candidate({GENAI: new, LITELLM: OLD}))
    held = {one.field: one.code for one in decision.quarantined}
    assert held.get("standard.input") == code
    assert rates(decision)["input"] == (after if code is None else "2")


@pytest.mark.parametrize(
    ("after", "code"), [("0.2", None), ("0.1999999", "change_over_10x"), ("0", "to_zero")]
)
def test_two_sources_that_agree_are_enough_up_to_ten_times(after: str, code: str | None) -> None:
    new = {**OLD, "input": after}
    decision = decided([row()], candidate({GENAI: new, LITELLM: new}))
    assert codes(decision) == ({code} if code else set())
    assert rates(decision)["input"] == (after if code is None else "2")


def test_a_free_model_that_gets_a_price_is_held() -> None:
    free = {"input": "0", "output": "10"}
    decision = decided([row(standard=free)], candidate({GENAI: OLD, LITELLM: OLD}))
    assert codes(decision) == {"from_zero"}


def test_different_new_quotes_of_two_sources_are_held_however_small() -> None:
    quoted = {GENAI: {**OLD, "input": "2.1"}, LITELLM: {**OLD, "input": "2.2"}}
    assert codes(decided([row()], candidate(quoted))) == {"sources_disagree"}


def test_a_known_disagreement_is_not_a_change() -> None:
    known = {"component": "input", "mode": "standard", "litellm": "3", "used": "2"}
    active = row() | {"disagreements": [known]}
    quoted = {GENAI: {**OLD, "input": "2.2"}, LITELLM: {**OLD, "input": "3"}}
    assert rates(decided([active], candidate(quoted)))["input"] == "2.2"


def test_a_providers_own_list_with_another_price_holds_the_change() -> None:
    quoted = {GENAI: {**OLD, "input": "2.2"}, "openrouter": OLD}
    found = candidate(quoted, own_list="openrouter")
    assert codes(decided([row(source="genai-prices 1")], found)) == {"sources_disagree"}


def test_input_and_output_that_change_places_are_held_even_if_two_sources_agree() -> None:
    swapped = {"input": "10", "output": "2"}
    assert "input_output_inverted" in codes(
        decided([row()], candidate({GENAI: swapped, LITELLM: swapped}))
    )


def test_half_of_a_change_that_is_accepted_does_not_swap_input_and_output() -> None:
    """Input within a quarter, output beyond it: input alone would cost more than output."""
    active = row(standard={"input": "1", "output": "1.2"})
    new = {"input": "1.24", "output": "2.4"}
    decision = decided([active], candidate({GENAI: new, LITELLM: {"input": "1", "output": "1.2"}}))
    assert decision.rows == [active]
    assert {one.field for one in decision.quarantined} == {"standard.input", "standard.output"}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ({}, {"input": "2.2", "output": "50"}),
        ({"cache_read": "0.2"}, {"input": "2.2", "output": "11", "cache_read": "0.1"}),
        ({"cache_write_5m": "2.5"}, {"input": "2.2", "output": "11", "cache_write_5m": "5"}),
    ],
)
def test_a_row_moves_as_a_whole_or_not_at_all(old: dict[str, str], new: dict[str, str]) -> None:
    """No provider ever charged the new input with the old output, or the old cache."""
    active = {**OLD, **old}
    decision = decided([row(standard=active)], candidate({GENAI: new, LITELLM: active}))
    assert decision.rows == [row(standard=active)]
    assert {one.field for one in decision.quarantined} == {f"standard.{name}" for name in new}
    (approved,) = decision.approved_rows
    assert approved["prices"][-1]["lists"]["standard"]["rates"] == new


def test_another_mode_and_a_search_do_not_wait_for_a_row() -> None:
    active = row(standard={**OLD, "web_search": "0.01"}, batch={"input": "1", "output": "5"})
    new = lists(
        standard={**OLD, "output": "50", "web_search": "0.012"},
        batch={"input": "0.9", "output": "5"},
    )
    both = lists(standard={**OLD, "web_search": "0.012"}, batch={"input": "0.9", "output": "5"})
    found = Candidate(
        active | {"prices": [{"lists": new, "source": BOTH}]}, quotes({GENAI: new, LITELLM: both})
    )
    decision = decided([active], found)
    accepted = {str(change.field) for _, change in decision.accepted}
    assert accepted == {"batch.input", "standard.web_search"}
    assert [one.field for one in decision.quarantined] == ["standard.output"]


@pytest.mark.parametrize(("price", "held"), [("1.5", False), ("1.51", True)])
def test_what_one_source_moves_in_steps_is_bounded_as_a_whole(price: str, held: bool) -> None:
    """It was 1.20 before the first step, and a quarter more is 1.50."""
    known, new = ({"input": usd, "output": "10"} for usd in ("1.45", price))
    confirmed = {"maker/swift standard.input": Decimal("1.2")}
    for second, code in ((known, {"change_over_25_percent"} if held else set()), (new, set())):
        quoted = candidate({GENAI: new, LITELLM: second})
        found = decide(
            [row(standard=known)], [quoted], NOW, HORIZON, earlier=Earlier(confirmed=confirmed)
        )
        assert codes(found) == code


def test_the_current_period_ends_now_and_history_stays() -> None:
    past = {"to": "2026-01-01", "lists": lists(standard={"input": "4", "output": "20"})}
    now = {"from": "2026-01-01", "lists": lists(standard=OLD), "source": BOTH}
    active = row() | {"prices": [{**past, "source": "old"}, now]}
    new = {**OLD, "input": "2.2"}
    (after,) = decided([active], candidate({GENAI: new, LITELLM: new})).rows
    assert after["prices"][0] == {**past, "source": "old"}
    assert after["prices"][1] == {**now, "to": NOW}
    assert after["prices"][2]["from"] == NOW
    assert "to" not in after["prices"][2]


@pytest.mark.parametrize("ended", ["2026-01-01", NOW])
def test_an_earlier_price_that_one_source_quotes_again_is_held(ended: str) -> None:
    past = {"to": ended, "lists": lists(standard={**OLD, "input": "2.2"}), "source": "old"}
    now = {"from": ended, "lists": lists(standard=OLD), "source": BOTH}
    active = row() | {"prices": [past, now]}
    back = {**OLD, "input": "2.2"}
    assert codes(decided([active], candidate({GENAI: back, LITELLM: OLD}))) == {"reverted"}
    assert codes(decided([active], candidate({GENAI: back, LITELLM: back}))) == set()


def test_a_model_that_vanishes_keeps_its_price() -> None:
    active = [row(), row("swallow")]
    decision = decided(active, candidate({GENAI: OLD, LITELLM: OLD}))
    assert decision.rows == active
    assert decision.missing == ("maker/swallow",)


def test_over_a_fifth_of_a_provider_that_vanishes_is_reported() -> None:
    active = [row(f"swift-{number}") for number in range(20)]

    def without(gone: int) -> set[str]:
        quoted = {GENAI: OLD, LITELLM: OLD}
        return codes(decided(active, *(candidate(quoted, one["id"]) for one in active[gone:])))

    assert without(4) == set()
    assert without(5) == {"vanished_many"}
    assert without(20) == {"vanished_many"}


@pytest.mark.parametrize("fact", ["missing_upstream_since", "retires"])
def test_models_that_were_missing_before_or_retired_do_not_vanish_again(fact: str) -> None:
    """Of 20 listed models 4 are lost, which is a fifth; 10 more had left the lists before."""
    gone = {"lifecycle": {fact: "2025-10-10"}}
    active = [row(f"swift-{number}") for number in range(20)]
    active += [row(f"dodo-{number}") | gone for number in range(10)]
    quoted = {GENAI: OLD, LITELLM: OLD}
    found = decided(active, *(candidate(quoted, one["id"]) for one in active[4:20]))
    assert codes(found) == set()
    assert len(found.missing) == 14


def test_a_model_that_one_of_its_sources_drops_keeps_the_price_it_had() -> None:
    decision = decided([row()], candidate({LITELLM: {**OLD, "input": "2.2"}}))
    assert decision.rows == [row()]


def test_a_price_that_is_dropped_is_kept_and_its_removal_is_held() -> None:
    decision = decided([row()], candidate({GENAI: {"input": "2"}, LITELLM: {"input": "2"}}))
    assert codes(decision) == {"price_withdrawn"}
    assert rates(decision)["output"] == "10"


def test_a_new_component_is_held_with_the_list_that_quotes_it() -> None:
    new = {"input": "2000", "output": "10000", "web_search": "0.01"}  # a thousand times
    decision = decided([row()], candidate({GENAI: new, LITELLM: OLD}))
    assert {one.field for one in decision.quarantined} == {
        "standard.input",
        "standard.output",
        "standard.web_search",
    }
    assert decision.rows == [row()]


def test_a_part_that_costs_what_it_is_billed_as_is_not_a_change() -> None:
    new = {**OLD, "audio_input": "2"}
    assert decided([row()], candidate({GENAI: new, LITELLM: new})).rows == [row()]


def test_a_new_model_of_a_plausible_price_is_added() -> None:
    decision = decided(
        [row()], candidate({GENAI: OLD, LITELLM: OLD}), candidate({GENAI: OLD}, "x2")
    )
    assert decision.added == ("maker/x2",)
    assert rates(decision, "x2") == OLD


@pytest.mark.parametrize("price", ["0.1999", "100.0001", "0"])
def test_a_new_model_far_outside_its_providers_prices_is_held(price: str) -> None:
    new = candidate({GENAI: {"input": price, "output": "101" if price > "1" else "10"}}, "x2")
    decision = decided([row()], candidate({GENAI: OLD, LITELLM: OLD}), new)
    assert codes(decision) == {"implausible_price"}
    assert decision.rows == [row()]
    assert [one["id"] for one in decision.approved_rows] == ["swift", "x2"]


def test_a_new_model_need_not_have_claudes_ratios() -> None:
    """Only those of Anthropic publish that a cache write is 1.25 times input."""
    prices = {"input": "2", "output": "10", "cache_write_5m": "3"}
    decision = decided(
        [row()], candidate({GENAI: OLD, LITELLM: OLD}), candidate({GENAI: prices}, "claude-x2")
    )
    assert (decision.added, codes(decision)) == (("maker/claude-x2",), set())


@pytest.mark.parametrize(("own", "sources"), [(False, (GENAI,)), (True, ("tariff",))])
def test_a_new_model_that_is_held_names_its_sources(own: bool, sources: tuple[str, ...]) -> None:
    held = candidate({GENAI: {"input": "0", "output": "10"}}, "x2")
    if own:
        held = Candidate(held.row)
    decision = decided([row()], candidate({GENAI: OLD, LITELLM: OLD}), held)
    assert [(one.model, one.sources) for one in decision.quarantined] == [("x2", sources)]


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("sw\u0456ft", "invalid_name"),  # a Cyrillic i
        ("swift\u0000", "invalid_name"),
        ("s" * 200, "invalid_name"),
        ("sw1ft", "confusable_name"),
        ("svvift", "confusable_name"),
    ],
)
def test_a_name_that_only_looks_like_a_known_one_is_refused(name: str, code: str) -> None:
    new = candidate({GENAI: OLD}, name)
    decision = decided([row()], candidate({GENAI: OLD, LITELLM: OLD}), new)
    assert codes(decision) == {code}
    assert decision.approved_rows == [row()]


def test_names_with_other_numbers_do_not_look_alike() -> None:
    names = Names([("maker", "swift-1"), ("maker", "swift-2")])
    assert names.reason_to_refuse("maker", "swift-3") is None
    assert look("gpt-4o") == look("gpt-40")


def test_claudes_cache_writes_must_stay_multiples_of_input() -> None:
    claude = {"input": "2", "output": "10", "cache_write_5m": "2.5", "cache_write_1h": "4"}
    active = row("claude-x", standard=claude) | {"provider": "anthropic"}
    new = {**claude, "input": "2.2"}
    found = candidate({GENAI: new, LITELLM: new}, "claude-x", provider="anthropic")
    assert codes(decided([active], found)) == {"broken_invariant"}
    whole = {**new, "cache_write_5m": "2.75", "cache_write_1h": "4.4"}
    found = candidate({GENAI: whole, LITELLM: whole}, "claude-x", provider="anthropic")
    assert codes(decided([active], found)) == set()


def test_names_whose_prices_part_become_two_models() -> None:
    active = row() | {"aliases": ["swift-dated"]}
    cheaper = {**OLD, "input": "1.6"}
    decision = decided(
        [active],
        candidate({GENAI: cheaper, LITELLM: cheaper}),
        candidate({GENAI: OLD, LITELLM: OLD}, "swift-dated"),
    )
    assert {one["id"]: rates(decision, one["id"])["input"] for one in decision.rows} == {
        "swift": "1.6",
        "swift-dated": "2",
    }
    assert all("swift-dated" not in one.get("aliases", ()) for one in decision.rows)


def test_the_change_and_the_hold_of_a_name_that_parts_are_about_that_name() -> None:
    known = {**OLD, "web_search": "0.01"}
    active = row(standard=known) | {"aliases": ["swift-dated"]}
    new = {**OLD, "input": "1.6", "web_search": "0.2"}
    decision = decided(
        [active],
        candidate({GENAI: known, LITELLM: known}),
        candidate({GENAI: new, LITELLM: known}, "swift-dated"),
    )
    assert [(key, str(one.field)) for key, one in decision.accepted] == [
        ("maker/swift-dated", "standard.input")
    ]
    assert [(one.model, one.field) for one in decision.quarantined] == [
        ("swift-dated", "standard.web_search")
    ]
    # The next day the other name costs that too: nothing was rolled back.
    applied = {"maker/swift-dated standard.input": "1.6"}
    news = candidate({source: {**known, "input": "1.6"} for source in (GENAI, LITELLM)})
    later = decide(
        decision.rows, [news], "2026-11-25T03:00:00", HORIZON, earlier=Earlier(applied=applied)
    )
    assert (codes(later), rates(later)["input"]) == (set(), "1.6")


def test_a_published_ratio_does_not_restore_a_price_that_was_rolled_back() -> None:
    active = row(standard=OLD, batch={"input": "1.5", "output": "5"}) | {"provider": "openai"}
    half = {"input": "1", "output": "5"}
    quoted = {GENAI: lists(standard=OLD), LITELLM: lists(batch=half)}
    found = Candidate(row(standard=OLD, batch=half) | {"provider": "openai"}, quotes(quoted))
    applied = {"openai/swift batch.input": "1"}
    assert decide([active], [found], NOW, HORIZON).accepted
    held = decide([active], [found], NOW, HORIZON, earlier=Earlier(applied=applied))
    assert (codes(held), held.rows) == ({"taken_back"}, [active])


def test_a_model_that_was_rolled_back_is_not_added_again() -> None:
    both = candidate({GENAI: OLD, LITELLM: OLD})
    decision = decide(
        [row()],
        [both, candidate({GENAI: OLD}, "x2")],
        NOW,
        HORIZON,
        earlier=Earlier(applied={"maker/x2 added": "added"}),
    )
    assert (codes(decision), decision.added) == ({"taken_back"}, ())


def test_a_ratio_to_a_held_price_does_not_count() -> None:
    active = row(standard=OLD, batch={"input": "1", "output": "5"}) | {"provider": "openai"}
    new = {"input": "6", "output": "10"}
    now = {"input": "3", "output": "5"}
    quoted = {GENAI: lists(standard=new, batch=now), LITELLM: lists(standard=OLD)}
    found = Candidate(row(standard=new, batch=now) | {"provider": "openai"}, quotes(quoted))
    assert {one.field for one in decided([active], found).quarantined} == {
        "standard.input",
        "batch.input",
    }


def test_everything_that_can_be_approved_is_one_version() -> None:
    new = {"input": "2.2", "output": "50"}
    decision = decided([row()], candidate({GENAI: new, LITELLM: OLD}))
    (approved,) = decision.approved_rows
    assert approved["prices"][-1]["lists"]["standard"]["rates"] == new


def test_a_change_names_the_sources_that_quote_it() -> None:
    new = {**OLD, "input": "2.2"}
    ((key, change),) = decided([row()], candidate({GENAI: new, LITELLM: new})).accepted
    assert (key, str(change.field)) == ("maker/swift", "standard.input")
    assert (change.before, change.after) == (Decimal(2), Decimal("2.2"))
    assert change.sources == {GENAI, LITELLM}


@pytest.mark.parametrize(
    ("quoted", "kept"),
    [
        ("2.4", True),  # it still differs so
        ("2", False),  # it agrees: 2.4 would be a change again
        ("2.2", False),  # a third price, which is reviewed as a change
    ],
)
@pytest.mark.parametrize("output", ["10", "11"])
def test_a_disagreement_ends_when_the_list_has_another_price(
    quoted: str, kept: bool, output: str
) -> None:
    known = {"mode": "standard", "component": "input", "litellm": "2.4", "used": "2"}
    active = row() | {"disagreements": [known]}
    both = {GENAI: {**OLD, "output": output}, LITELLM: {"input": quoted, "output": output}}
    (after,) = decided([active], candidate(both)).rows
    quotes_of_litellm = {known.get("litellm") for known in after.get("disagreements", ())}
    assert ("2.4" in quotes_of_litellm) is kept


def test_a_disagreement_stays_known_while_its_list_does_not_have_the_model() -> None:
    known = {"mode": "standard", "component": "input", "litellm": "2.4", "used": "2"}
    active = row(source=f"{GENAI} 2026-11-23") | {"disagreements": [known]}
    (after,) = decided([active], candidate({GENAI: OLD})).rows
    assert after["disagreements"] == [known]
    assert decided([after], candidate({GENAI: OLD, LITELLM: {**OLD, "input": "2.4"}})).rows == [
        after
    ]


def test_a_held_quote_is_not_a_known_disagreement() -> None:
    """It would not be a change any more tomorrow, without any approval."""
    both = {GENAI: {**OLD, "output": "50"}, LITELLM: OLD}
    (after,) = decided([row()], candidate(both)).rows
    assert after == row()


@pytest.mark.parametrize(
    ("mine", "theirs", "own"),
    [
        ({}, {}, False),
        ({"bare_names": False}, {}, True),
        ({}, {"bare_names": False}, False),
        ({"bare_names": True}, {"bare_names": True}, False),
    ],
)
def test_a_new_model_does_not_take_a_name_that_another_one_has_by_itself(
    mine: dict[str, bool], theirs: dict[str, bool], own: bool
) -> None:
    """``mine`` is the active row's; a row without the member answers to its bare name."""
    active = {**row("swift"), **mine}
    added = {**row("swift"), "provider": "reseller", **theirs}
    (_, new) = _next_rows([active], [], {}, [added])
    assert new.get("bare_names", True) is (own if "bare_names" not in theirs else False)


def test_of_two_new_models_the_first_one_has_the_name() -> None:
    first, second = ({**row("swift"), "provider": name} for name in ("maker", "reseller"))
    rows = _next_rows([], [], {}, [first, second])
    assert [found.get("bare_names", True) for found in rows] == [True, False]


def test_a_new_name_that_another_model_has_by_itself_stays_that_models() -> None:
    other, renamed = row("swallow"), {**row("swift"), "provider": "reseller"}
    rows = _next_rows([other, renamed], [], {id(renamed): ["swallow", "swift-2"]}, [])
    assert "swallow" not in rows[1].get("aliases", ())
    assert "swift-2" in rows[1]["aliases"]
