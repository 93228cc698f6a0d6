"""The guard: what is believed, what waits and why, and that nothing is ever lost."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from pricing.refresh.candidates import Candidate
from pricing.refresh.guard import Verdict, decide
from pricing.refresh.rules import Names, look
from pricing.sources.price_tables import sketch_of

NOW = "2026-11-24T03:00:00"
HORIZON = "2027-11-25T03:00:00"
GENAI, LITELLM = "genai-prices", "litellm"
BOTH = "genai-prices 2026-11-23, litellm 2026-11-23"
Row = dict[str, Any]


def lists(**modes: Mapping[str, str]) -> dict[str, Any]:
    return {mode: {"rates": dict(rates)} for mode, rates in modes.items()}


def row(name: str = "swift", source: str = BOTH, **modes: Mapping[str, str]) -> Row:
    modes = modes or {"standard": {"input": "2", "output": "10"}}
    return {
        "provider": "maker",
        "id": name,
        "name": name,
        "prices": [{"lists": lists(**modes), "source": source}],
    }


def candidate(
    said: Mapping[str, Mapping[str, str]], name: str = "swift", *, used: str = "", **changes: Any
) -> Candidate:
    """What the sources say of a model's standard price; the first one's is the candidate's."""
    first = said[used] if used else next(iter(said.values()))
    by_name = {name: {source: sketch_of(lists(standard=rates)) for source, rates in said.items()}}
    return Candidate({**row(name, standard=first), **changes}, by_name)


def rates(verdict: Verdict, name: str = "swift") -> Mapping[str, str]:
    (found,) = [one for one in verdict.rows if one["id"] == name]
    current: Mapping[str, str] = found["prices"][-1]["lists"]["standard"]["rates"]
    return current


def decided(active: Sequence[Row], *candidates: Candidate) -> Verdict:
    return decide(active, candidates, NOW, HORIZON)


def codes(verdict: Verdict) -> set[str]:
    return {one.code for one in verdict.waiting}


OLD = {"input": "2", "output": "10"}


def test_what_the_sources_say_as_before_changes_nothing() -> None:
    active = [row()]
    verdict = decided(active, candidate({GENAI: OLD, LITELLM: OLD}))
    assert verdict.rows == active
    assert (verdict.accepted, verdict.waiting, verdict.missing) == ((), (), ())


def test_a_price_that_a_person_took_back_is_not_brought_back_by_a_list() -> None:
    dear = {"input": "2.4", "output": "10"}
    announced = [
        {"lists": lists(standard=OLD), "source": BOTH, "to": "2027-01-01"},
        {"lists": lists(standard=dear), "source": BOTH, "from": "2027-01-01"},
    ]
    said = candidate({GENAI: OLD, LITELLM: OLD}, prices=announced)
    assert decided([row()], said).accepted
    active = [{**row(), "cancelled": ["2027-01-01"]}]
    verdict = decided(active, said)
    assert verdict.rows == active
    assert (verdict.accepted, verdict.waiting) == ((), ())


def test_a_list_that_knows_a_model_by_another_name_only_does_not_silence_the_other() -> None:
    """swift is genai-prices' name, latest litellm's; merged they are one candidate."""

    def said(price: str) -> Candidate:
        new, old = (sketch_of(lists(standard={**OLD, "input": one})) for one in (price, "2"))
        row_of_both = {**candidate({GENAI: {**OLD, "input": price}}).row, "aliases": ["latest"]}
        return Candidate(row_of_both, {"swift": {GENAI: new}, "latest": {LITELLM: old}})

    active = [row(source=f"{GENAI} 2026-11-23"), row("latest", source=f"{LITELLM} 2026-11-23")]
    first = decided(active, said("2.2"))
    later = "2026-11-25T03:00:00"
    second = decide(first.rows, [said("2.4")], later, HORIZON)
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
def test_one_source_is_believed_up_to_a_quarter(after: str, code: str | None) -> None:
    new = {"input": after, "output": "30"} if after == "20.0000001" else {**OLD, "input": after}
    verdict = decided([row()], candidate({GENAI: new, LITELLM: OLD}))
    doubts = {one.field: one.code for one in verdict.waiting}
    assert doubts.get("standard.input") == code
    assert rates(verdict)["input"] == (after if code is None else "2")


@pytest.mark.parametrize(
    ("after", "code"), [("0.2", None), ("0.1999999", "change_over_10x"), ("0", "to_zero")]
)
def test_two_sources_that_agree_are_believed_up_to_ten_times(after: str, code: str | None) -> None:
    new = {**OLD, "input": after}
    verdict = decided([row()], candidate({GENAI: new, LITELLM: new}))
    assert codes(verdict) == ({code} if code else set())
    assert rates(verdict)["input"] == (after if code is None else "2")


def test_a_free_model_that_gets_a_price_waits() -> None:
    free = {"input": "0", "output": "10"}
    verdict = decided([row(standard=free)], candidate({GENAI: OLD, LITELLM: OLD}))
    assert codes(verdict) == {"from_zero"}


def test_two_sources_with_different_news_wait_however_small() -> None:
    said = {GENAI: {**OLD, "input": "2.1"}, LITELLM: {**OLD, "input": "2.2"}}
    assert codes(decided([row()], candidate(said))) == {"sources_disagree"}


def test_a_known_disagreement_is_no_news() -> None:
    known = {"component": "input", "mode": "standard", "litellm": "3", "used": "2"}
    active = row() | {"disagreements": [known]}
    said = {GENAI: {**OLD, "input": "2.2"}, LITELLM: {**OLD, "input": "3"}}
    assert rates(decided([active], candidate(said)))["input"] == "2.2"


def test_a_seller_that_says_otherwise_of_itself_ends_the_matter() -> None:
    said = {GENAI: {**OLD, "input": "2.2"}, "openrouter": OLD}
    found = candidate(said)
    found = Candidate(found.row, found.by_name, first_hand=frozenset({"openrouter"}))
    assert codes(decided([row(source="genai-prices 1")], found)) == {"sources_disagree"}


def test_input_and_output_that_change_places_wait_even_if_two_say_so() -> None:
    swapped = {"input": "10", "output": "2"}
    assert "input_output_inverted" in codes(
        decided([row()], candidate({GENAI: swapped, LITELLM: swapped}))
    )


def test_half_of_a_change_that_is_believed_does_not_swap_input_and_output() -> None:
    """Input within a quarter, output beyond it: input alone would be dearer than output."""
    active = row(standard={"input": "1", "output": "1.2"})
    new = {"input": "1.24", "output": "2.4"}
    verdict = decided([active], candidate({GENAI: new, LITELLM: {"input": "1", "output": "1.2"}}))
    assert verdict.rows == [active]
    assert {one.field for one in verdict.waiting} == {"standard.input", "standard.output"}


def test_one_field_that_waits_does_not_hold_the_others() -> None:
    new = {"input": "2.2", "output": "50"}
    verdict = decided([row()], candidate({GENAI: new, LITELLM: OLD}))
    assert rates(verdict) == {"input": "2.2", "output": "10"}
    assert [one.field for one in verdict.waiting] == ["standard.output"]


def test_what_was_in_force_ends_now_and_history_stays() -> None:
    past = {"to": "2026-01-01", "lists": lists(standard={"input": "4", "output": "20"})}
    now = {"from": "2026-01-01", "lists": lists(standard=OLD), "source": BOTH}
    active = row() | {"prices": [{**past, "source": "old"}, now]}
    new = {**OLD, "input": "2.2"}
    (after,) = decided([active], candidate({GENAI: new, LITELLM: new})).rows
    assert after["prices"][0] == {**past, "source": "old"}
    assert after["prices"][1] == {**now, "to": NOW}
    assert after["prices"][2]["from"] == NOW
    assert "to" not in after["prices"][2]


def test_a_price_of_the_past_that_comes_back_from_one_source_waits() -> None:
    past = {"to": "2026-01-01", "lists": lists(standard={**OLD, "input": "2.2"}), "source": "old"}
    now = {"from": "2026-01-01", "lists": lists(standard=OLD), "source": BOTH}
    active = row() | {"prices": [past, now]}
    back = {**OLD, "input": "2.2"}
    assert codes(decided([active], candidate({GENAI: back, LITELLM: OLD}))) == {"reverted"}
    assert codes(decided([active], candidate({GENAI: back, LITELLM: back}))) == set()


def announced(start: str, price: str) -> dict[str, Any]:
    later = {"from": start, "lists": lists(standard={**OLD, "input": price}), "source": BOTH}
    return {"prices": [{"to": start, "lists": lists(standard=OLD), "source": BOTH}, later]}


def test_an_announced_price_is_scheduled_and_today_stays() -> None:
    found = candidate({GENAI: OLD, LITELLM: OLD}, **announced("2027-01-01", "2.4"))
    (after,) = decided([row()], found).rows
    assert [p.get("from") for p in after["prices"]] == [None, "2027-01-01T00:00:00"]
    assert after["prices"][0]["lists"] == lists(standard=OLD)


def test_many_small_announced_steps_are_one_large_change() -> None:
    prices = ["2", "2.4", "2.8"]
    days = ["2026-12-01", "2026-12-02"]
    periods = [
        {"lists": lists(standard={**OLD, "input": price}), "source": BOTH} for price in prices
    ]
    bounds = [{"to": days[0]}, {"from": days[0], "to": days[1]}, {"from": days[1]}]
    said = [period | bound for period, bound in zip(periods, bounds, strict=True)]
    verdict = decided([row()], candidate({GENAI: OLD, LITELLM: OLD}, prices=said))
    assert [str(change.field) for _, change, _ in verdict.accepted] == [
        "standard.input@2026-12-01T00:00:00"
    ]
    assert [(one.after, one.code) for one in verdict.waiting] == [("2.8", "change_over_25_percent")]


def test_an_announcement_of_one_price_says_nothing_of_the_others() -> None:
    """litellm's input was believed; genai-prices announces another output, and repeats its own."""
    dear = {**OLD, "input": "2.4"}
    known = {"component": "input", "mode": "standard", "genai_prices": "2", "used": "2.4"}
    active = row(standard=dear) | {"disagreements": [known]}
    start = "2027-01-01"
    periods = [
        {"to": start, "lists": lists(standard=OLD), "source": BOTH},
        {"from": start, "lists": lists(standard={**OLD, "output": "12"}), "source": BOTH},
    ]
    (after,) = decided([active], candidate({GENAI: OLD, LITELLM: dear}, prices=periods)).rows
    assert [period["lists"]["standard"]["rates"] for period in after["prices"]] == [
        dear,
        {**dear, "output": "12"},
    ]


def test_an_announcement_that_is_withdrawn_leaves_todays_price() -> None:
    active = row() | announced("2027-01-01", "3")
    (after,) = decided([active], candidate({GENAI: OLD, LITELLM: OLD})).rows
    assert [p["lists"] for p in after["prices"]] == [lists(standard=OLD)]


def test_a_price_for_the_far_future_is_left_out_and_shown() -> None:
    found = candidate({GENAI: OLD, LITELLM: OLD}, **announced("2999-01-01", "2.4"))
    verdict = decided([row()], found)
    assert codes(verdict) == {"far_future"}
    assert verdict.rows == [row()]


def test_a_model_that_vanishes_keeps_its_price() -> None:
    active = [row(), row("swallow")]
    verdict = decided(active, candidate({GENAI: OLD, LITELLM: OLD}))
    assert verdict.rows == active
    assert verdict.missing == ("maker/swallow",)


def test_over_a_fifth_of_a_provider_that_vanishes_is_a_finding() -> None:
    active = [row(f"swift-{number}") for number in range(20)]

    def without(gone: int) -> set[str]:
        said = {GENAI: OLD, LITELLM: OLD}
        return codes(decided(active, *(candidate(said, one["id"]) for one in active[gone:])))

    assert without(4) == set()
    assert without(5) == {"vanished_many"}
    assert without(20) == {"vanished_many"}


def test_a_model_that_one_of_its_sources_drops_keeps_the_price_it_had() -> None:
    verdict = decided([row()], candidate({LITELLM: {**OLD, "input": "2.2"}}))
    assert verdict.rows == [row()]


def test_a_price_that_is_dropped_is_kept_and_waits() -> None:
    verdict = decided([row()], candidate({GENAI: {"input": "2"}, LITELLM: {"input": "2"}}))
    assert codes(verdict) == {"price_withdrawn"}
    assert rates(verdict)["output"] == "10"


def test_what_a_list_newly_says_of_a_model_waits_with_what_else_it_says() -> None:
    new = {"input": "2000", "output": "10000", "web_search": "0.01"}  # a thousand times
    verdict = decided([row()], candidate({GENAI: new, LITELLM: OLD}))
    assert {one.field for one in verdict.waiting} == {
        "standard.input",
        "standard.output",
        "standard.web_search",
    }
    assert verdict.rows == [row()]


def test_a_part_that_costs_what_it_is_billed_as_is_no_news() -> None:
    new = {**OLD, "audio_input": "2"}
    assert decided([row()], candidate({GENAI: new, LITELLM: new})).rows == [row()]


def test_a_list_that_lost_over_a_fifth_is_believed_nothing_alone() -> None:
    active = [row(f"swift-{number}") for number in range(10)]
    news = {**OLD, "input": "2.2"}

    def waiting(gone: int) -> set[str]:
        left = [candidate({GENAI: news, LITELLM: OLD}, "swift-9")]
        for at in range(9):
            said = {GENAI: OLD, LITELLM: OLD} if at >= gone else {LITELLM: OLD}
            left.append(candidate(said, f"swift-{at}"))
        return codes(decided(active, *left))

    assert waiting(2) == set()
    assert waiting(3) == {"list_shrunk"}


@pytest.mark.parametrize(
    "life", [{"missing_upstream_since": "2026-11-01"}, {"retires": "2026-11-01"}]
)
def test_models_known_to_be_gone_do_not_make_a_list_a_shrunk_one(life: dict[str, str]) -> None:
    active = [row(f"swift-{number}") for number in range(10)]
    active = [{**one, "lifecycle": life} if at < 3 else one for at, one in enumerate(active)]
    news = {**OLD, "input": "2.2"}
    left = [candidate({GENAI: OLD, LITELLM: OLD}, f"swift-{at}") for at in range(3, 9)]
    verdict = decided(active, *left, candidate({GENAI: news, LITELLM: OLD}, "swift-9"))
    assert (verdict.shrunk, rates(verdict, "swift-9")["input"]) == (frozenset(), "2.2")


def test_many_prices_that_move_by_one_factor_on_one_sources_word_wait() -> None:
    active = [row(f"swift-{number}") for number in range(8)]
    moved = {"input": "1.84", "output": "9.2"}

    def waiting(count: int) -> set[str]:
        candidates = [
            candidate({GENAI: moved if at < count else OLD, LITELLM: OLD}, one["id"])
            for at, one in enumerate(active)
        ]
        return codes(decided(active, *candidates))

    assert waiting(4) == set()
    assert waiting(5) == {"provider_pattern"}


def test_a_pattern_is_seen_though_most_of_it_waits_for_other_reasons() -> None:
    active = [row(f"swift-{number}") for number in range(5)]
    rise, third = {"input": "2.4", "output": "12"}, {"input": "2.2", "output": "11"}
    said = [candidate({GENAI: rise, LITELLM: third}, one["id"]) for one in active[:4]]
    alone = candidate({GENAI: rise, LITELLM: OLD}, "swift-4")

    waits = {one.model: one.code for one in decided(active, *said, alone).waiting}

    assert {waits.pop(one["id"]) for one in active[:4]} == {"sources_disagree"}
    assert waits == {"swift-4": "provider_pattern"}


def test_in_a_pattern_a_price_that_another_seller_has_by_chance_waits_too() -> None:
    active = [row(f"swift-{number}") for number in range(4)] + [row("swift-4", f"{GENAI} 1")]
    rise = {"input": "2.4", "output": "12"}
    chance = {LITELLM: (sketch_of(lists(standard=rise)),)}
    by_chance = replace(candidate({GENAI: rise}, "swift-4"), elsewhere=chance)

    def waiting(count: int) -> set[str]:
        said = [candidate({GENAI: rise, LITELLM: OLD}, one["id"]) for one in active[:count]]
        return {one.model for one in decided(active, *said, by_chance).waiting}

    assert "swift-4" not in waiting(3)
    assert "swift-4" in waiting(4)


def test_a_new_model_of_a_plausible_price_is_added() -> None:
    verdict = decided([row()], candidate({GENAI: OLD, LITELLM: OLD}), candidate({GENAI: OLD}, "x2"))
    assert verdict.added == ("maker/x2",)
    assert rates(verdict, "x2") == OLD


@pytest.mark.parametrize("price", ["0.1999", "100.0001", "0"])
def test_a_new_model_far_outside_what_its_provider_costs_waits(price: str) -> None:
    new = candidate({GENAI: {"input": price, "output": "101" if price > "1" else "10"}}, "x2")
    verdict = decided([row()], candidate({GENAI: OLD, LITELLM: OLD}), new)
    assert codes(verdict) == {"implausible_price"}
    assert verdict.rows == [row()]
    assert [one["id"] for one in verdict.approved_rows] == ["swift", "x2"]


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
    verdict = decided([row()], candidate({GENAI: OLD, LITELLM: OLD}), new)
    assert codes(verdict) == {code}
    assert verdict.approved_rows == [row()]


def test_names_of_one_version_do_not_look_alike_to_the_guard() -> None:
    names = Names([("maker", "swift-1"), ("maker", "swift-2")])
    assert names.doubt_about("maker", "swift-3") is None
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
    verdict = decided(
        [active],
        candidate({GENAI: cheaper, LITELLM: cheaper}),
        candidate({GENAI: OLD, LITELLM: OLD}, "swift-dated"),
    )
    assert {one["id"]: rates(verdict, one["id"])["input"] for one in verdict.rows} == {
        "swift": "1.6",
        "swift-dated": "2",
    }
    assert all("swift-dated" not in one.get("aliases", ()) for one in verdict.rows)


def test_a_name_that_parts_is_what_the_change_and_the_doubt_are_about() -> None:
    active = row() | {"aliases": ["swift-dated"]}
    new = {"input": "1.6", "output": "50"}
    verdict = decided(
        [active],
        candidate({GENAI: OLD, LITELLM: OLD}),
        candidate({GENAI: new, LITELLM: OLD}, "swift-dated"),
    )
    assert [(key, str(one.field)) for key, one, _ in verdict.accepted] == [
        ("maker/swift-dated", "standard.input")
    ]
    assert [(one.model, one.field) for one in verdict.waiting] == [
        ("swift-dated", "standard.output")
    ]
    # The next day the other name costs that too: nobody went back from anything.
    applied = {"maker/swift-dated standard.input": "1.6"}
    news = candidate({GENAI: {**OLD, "input": "1.6"}, LITELLM: {**OLD, "input": "1.6"}})
    later = decide(verdict.rows, [news], "2026-11-25T03:00:00", HORIZON, applied=applied)
    assert (codes(later), rates(later)["input"]) == (set(), "1.6")


def test_what_the_list_that_is_not_preferred_says_anew_is_heard_too() -> None:
    """genai-prices' price is the candidate's, and as before; litellm moved."""
    found = decided([row()], candidate({GENAI: OLD, LITELLM: {**OLD, "input": "2.2"}}))
    assert rates(found)["input"] == "2.2"
    dear = decided([row()], candidate({GENAI: OLD, LITELLM: {**OLD, "input": "2.6"}}))
    assert [(one.after, one.code, one.sources) for one in dear.waiting] == [
        ("2.6", "change_over_25_percent", (LITELLM,))
    ]


def test_what_a_list_was_known_to_say_differently_moves_nothing_the_next_day() -> None:
    said = candidate({GENAI: OLD, LITELLM: {**OLD, "input": "2.2"}})
    first = decided([row()], said)
    (changed,) = first.rows
    assert changed["disagreements"] == [
        {
            "component": "input",
            "mode": "standard",
            "genai_prices": "2",
            "litellm": "2.2",
            "used": "2.2",
        }
    ]
    second = decide(first.rows, [said], "2026-11-25T03:00:00", HORIZON)
    assert (second.rows, second.waiting) == (first.rows, ())


def test_what_a_person_approved_on_the_word_of_one_list_stays() -> None:
    dear = {**OLD, "input": "6"}
    said = candidate({GENAI: OLD, LITELLM: dear})
    approved = decided([row()], said).approved_rows
    later = decide(approved, [said], "2026-11-25T03:00:00", HORIZON)
    assert (later.rows, later.waiting) == (approved, ())
    assert rates(later)["input"] == "6"


def test_a_tier_that_a_list_does_not_have_is_no_word_about_its_price() -> None:
    tiered = {
        "standard": {"rates": OLD, "tiers": [{"above_tokens": 200_000, "rates": {"input": "4"}}]}
    }
    active = row() | {"prices": [{"lists": tiered, "source": BOTH}]}
    said = {GENAI: sketch_of(tiered), LITELLM: sketch_of(lists(standard=OLD))}
    found = Candidate(active, {"swift": said})
    assert decided([active], found).rows == [active]


def test_a_discount_that_standard_stands_in_for_follows_what_is_newly_said_of_it() -> None:
    active = row(standard=OLD, batch=OLD)
    cheaper = {**OLD, "output": "9"}
    said = {
        GENAI: sketch_of(lists(standard=OLD)),
        LITELLM: sketch_of(lists(standard=cheaper)),
    }
    verdict = decided([active], Candidate(row(standard=OLD, batch=OLD), {"swift": said}))
    (after,) = verdict.rows
    assert codes(verdict) == set()
    assert after["prices"][-1]["lists"] == lists(standard=cheaper, batch=cheaper)


def test_a_tier_without_a_price_of_its_own_follows_the_step_below() -> None:
    def priced(search: str, **long: str) -> dict[str, Any]:
        base = {**OLD, "web_search": search}
        tier = {"above_tokens": 200_000, "rates": {"input": "4", "output": "20", **long}}
        return {"standard": {"rates": base, "tiers": [tier]}}

    active = row() | {"prices": [{"lists": priced("0.01", web_search="0.01"), "source": BOTH}]}
    said = {GENAI: sketch_of(priced("0.01")), LITELLM: sketch_of(priced("0.012"))}
    (after,) = decided([active], Candidate(active, {"swift": said})).rows
    assert after["prices"][-1]["lists"] == priced("0.012", web_search="0.012")


def test_news_about_one_of_a_rows_names_is_none_about_the_row() -> None:
    active = row() | {"aliases": ["swift-dated"]}
    old, new = (sketch_of(lists(standard={**OLD, "input": one})) for one in ("2", "2.4"))
    said = {"swift": {GENAI: old, LITELLM: old}, "swift-dated": {GENAI: old, LITELLM: new}}
    assert decided([active], Candidate(active, said)).rows == [active]


def test_what_a_list_is_known_to_say_of_several_names_is_all_known() -> None:
    known = [
        {"component": "input", "mode": "standard", "litellm": price, "used": "2"}
        for price in ("6", "2.2")
    ]
    active = row() | {"aliases": ["swift-dated"], "disagreements": known}
    old = sketch_of(lists(standard=OLD))
    dear, other = (sketch_of(lists(standard={**OLD, "input": one})) for one in ("6", "2.2"))
    said = {"swift": {GENAI: old, LITELLM: dear}, "swift-dated": {GENAI: old, LITELLM: other}}
    assert decided([active], Candidate(active, said)).rows == [active]


def test_a_tier_that_one_list_drops_is_kept() -> None:
    tier = {"above_tokens": 200_000, "rates": {"input": "2.4", "output": "12"}}
    tiered = {"standard": {"rates": OLD, "tiers": [tier]}}
    active = row() | {"prices": [{"lists": tiered, "source": BOTH}]}
    said = {GENAI: sketch_of(lists(standard=OLD)), LITELLM: sketch_of(tiered)}
    verdict = decided([active], Candidate(row(), {"swift": said}))
    assert verdict.rows == [active]


@pytest.mark.parametrize(("price", "names"), [("2.4", ["swift-new"]), ("2", [])])
def test_a_new_name_joins_a_row_only_at_the_price_that_a_list_states_for_it(
    price: str, names: list[str]
) -> None:
    dear = {**OLD, "input": "2.4"}
    known = {"component": "input", "mode": "standard", "genai_prices": "2", "used": "2.4"}
    active = row(standard=dear) | {"disagreements": [known]}
    old, new = (sketch_of(lists(standard={**OLD, "input": one})) for one in ("2", price))
    said = {"swift": {GENAI: old, LITELLM: sketch_of(lists(standard=dear))}}
    found = Candidate({**row(), "aliases": ["swift-new"]}, {**said, "swift-new": {GENAI: new}})
    (after,) = decided([active], found).rows
    assert after.get("aliases", []) == names


def test_what_a_seller_and_a_list_newly_say_is_believed_though_the_other_list_is_preferred() -> (
    None
):
    """Bedrock's rows are merged from the lists; AWS's own list is a word like theirs."""
    dear = {**OLD, "input": "6"}
    said = candidate({GENAI: OLD, LITELLM: dear, "aws-price-list": dear})
    found = replace(said, first_hand=frozenset({"aws-price-list"}))
    assert rates(decided([row()], found))["input"] == "6"


def test_copies_of_a_sellers_list_do_not_contradict_the_seller() -> None:
    """Its own word within a quarter is believed, and what the copies say of it is no news."""

    def verdict(named: str, copied: str) -> Verdict:
        new = {**OLD, "input": named}
        said = {"openrouter": new, GENAI: {**OLD, "input": copied}}
        found = candidate(said, used="openrouter")
        found = replace(found, first_hand=frozenset({"openrouter"}))
        return decided([row(source="openrouter 1, genai-prices 1")], found)

    assert rates(verdict("2.2", "2.4"))["input"] == "2.2"
    assert verdict("2", "2.4").rows == [row(source="openrouter 1, genai-prices 1")]
    assert codes(verdict("2.6", "2.4")) == {"change_over_25_percent"}
    assert rates(verdict("2.6", "2.6"))["input"] == "2.6"


def test_a_discount_that_no_list_states_any_more_is_kept() -> None:
    half = {"input": "1", "output": "5"}
    active = row(standard=OLD, batch=half)
    said = {name: sketch_of(lists(standard=OLD)) for name in (GENAI, LITELLM)}
    verdict = decided([active], Candidate(row(standard=OLD, batch=OLD), {"swift": said}))
    assert verdict.rows == [active]
    assert codes(verdict) == {"price_withdrawn"}


def test_a_mode_follows_its_standard_price_by_the_same_factor() -> None:
    half = {"input": "1", "output": "5"}
    active = row(standard=OLD, batch=half)
    third, sixth = {"input": "1", "output": "5"}, {"input": "0.5", "output": "2.5"}
    said = {
        GENAI: sketch_of(lists(standard=third, batch=sixth)),
        LITELLM: sketch_of(lists(standard=third, batch=half)),
    }
    found = Candidate(row(standard=third, batch=sixth), {"swift": said})
    verdict = decided([active], found)
    assert codes(verdict) == set()
    (after,) = verdict.rows
    assert after["prices"][-1]["lists"]["batch"]["rates"] == sixth


@pytest.mark.parametrize(("after", "code"), [("1", None), ("0.19", "change_over_10x")])
def test_a_discount_that_standard_stood_in_for_gets_its_own_price(
    after: str, code: str | None
) -> None:
    active = row(standard=OLD, batch=OLD)
    now = {"input": after, "output": "5"}
    said = {
        GENAI: sketch_of(lists(standard=OLD)),
        LITELLM: sketch_of(lists(standard=OLD, batch=now)),
    }
    verdict = decided([active], Candidate(row(standard=OLD, batch=now), {"swift": said}))
    assert codes(verdict) == ({code} if code else set())


@pytest.mark.parametrize(
    ("provider", "batch", "code"),
    [
        ("openai", "1", None),
        ("openai", "0.9", "change_over_25_percent"),
        ("maker", "1", "change_over_25_percent"),
    ],
)
def test_a_ratio_that_a_provider_publishes_is_a_second_source(
    provider: str, batch: str, code: str | None
) -> None:
    active = row(standard=OLD, batch={"input": "1.5", "output": "5"}) | {"provider": provider}
    now = {"input": batch, "output": "5"}
    said = {GENAI: sketch_of(lists(standard=OLD)), LITELLM: sketch_of(lists(batch=now))}
    found = Candidate(row(standard=OLD, batch=now) | {"provider": provider}, {"swift": said})
    assert codes(decided([active], found)) == ({code} if code else set())


def test_no_ratio_brings_back_what_a_person_went_back_from() -> None:
    active = row(standard=OLD, batch={"input": "1.5", "output": "5"}) | {"provider": "openai"}
    half = {"input": "1", "output": "5"}
    said = {GENAI: sketch_of(lists(standard=OLD)), LITELLM: sketch_of(lists(batch=half))}
    found = Candidate(row(standard=OLD, batch=half) | {"provider": "openai"}, {"swift": said})
    applied = {"openai/swift batch.input": "1"}
    assert decide([active], [found], NOW, HORIZON).accepted
    held = decide([active], [found], NOW, HORIZON, applied=applied)
    assert (codes(held), held.rows) == ({"taken_back"}, [active])


def test_a_model_that_a_person_went_back_from_is_not_added_again() -> None:
    both = candidate({GENAI: OLD, LITELLM: OLD})
    verdict = decide(
        [row()],
        [both, candidate({GENAI: OLD}, "x2")],
        NOW,
        HORIZON,
        applied={"maker/x2 added": "added"},
    )
    assert (codes(verdict), verdict.added) == ({"taken_back"}, ())


def test_an_announced_price_that_a_person_went_back_from_does_not_come_on_its_day() -> None:
    new = {**OLD, "input": "2.4"}
    verdict = decide(
        [row()],
        [candidate({GENAI: new, LITELLM: new})],
        NOW,
        HORIZON,
        applied={"maker/swift standard.input@2026-11-24T00:00:00": "2.4"},
    )
    assert (codes(verdict), rates(verdict)) == ({"taken_back"}, OLD)


def test_a_ratio_to_a_price_that_waits_is_none() -> None:
    active = row(standard=OLD, batch={"input": "1", "output": "5"}) | {"provider": "openai"}
    new = {"input": "6", "output": "10"}
    now = {"input": "3", "output": "5"}
    said = {
        GENAI: sketch_of(lists(standard=new, batch=now)),
        LITELLM: sketch_of(lists(standard=OLD)),
    }
    found = Candidate(row(standard=new, batch=now) | {"provider": "openai"}, {"swift": said})
    assert {one.field for one in decided([active], found).waiting} == {
        "standard.input",
        "batch.input",
    }


def test_what_a_person_could_approve_is_one_version_and_nothing_else_is() -> None:
    new = {"input": "2.2", "output": "50"}
    verdict = decided([row()], candidate({GENAI: new, LITELLM: OLD}))
    (approved,) = verdict.approved_rows
    assert approved["prices"][-1]["lists"]["standard"]["rates"] == new


def test_a_change_of_a_price_knows_who_said_it() -> None:
    new = {**OLD, "input": "2.2"}
    ((key, change, sources),) = decided([row()], candidate({GENAI: new, LITELLM: new})).accepted
    assert (key, str(change.field)) == ("maker/swift", "standard.input")
    assert (change.before, change.after) == (Decimal(2), Decimal("2.2"))
    assert sources == {GENAI, LITELLM}
