"""Merging the two lists: which price is used, what completes it, and the notes about it."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from pricing.sources.book import merges
from pricing.sources.corrections import Corrections
from pricing.sources.merge import side_by_side
from pricing.sources.names import best, stem, undated
from pricing.sources.price_tables import completed, document_of, table_of

VERSIONS = {"genai-prices": "1", "litellm": "2"}
GENAI_NAME = {"id": "swift", "names": ["swift"]}


def lists(**modes: Mapping[str, str]) -> dict[str, Any]:
    return {mode: {"rates": dict(rates)} for mode, rates in modes.items()}


def genai(modes: Mapping[str, Any], **row: Any) -> dict[str, Any]:
    return {**GENAI_NAME, "periods": [{"lists": dict(modes)}], **row}


def litellm(modes: Mapping[str, Any], **row: Any) -> dict[str, Any]:
    return {"id": "swift", "kind": "chat", "lists": dict(modes), **row}


def rows(
    genai_rows: list[dict[str, Any]],
    litellm_rows: list[dict[str, Any]],
    *,
    provider: str = "openai",
    corrections: Mapping[str, Any] | None = None,
    claude: list[dict[str, Any]] | None = None,
) -> dict[str, dict[str, Any]]:
    tables = Corrections({"as_of": date(2026, 11, 22), **(corrections or {})})
    imported = {"provider": provider, "genai_prices": genai_rows, "litellm": litellm_rows}
    (merge,) = merges(claude or [], [imported], tables, VERSIONS, [])
    return {row["id"]: row for row in merge.rows}


def standard(row: Mapping[str, Any]) -> dict[str, str]:
    found: dict[str, str] = row["prices"][-1]["lists"]["standard"]["rates"]
    return found


ONE = {"input": "1", "output": "5"}
TWO = {"input": "2", "output": "5"}


def test_where_both_state_a_name_genai_prices_wins_and_the_difference_stays() -> None:
    found = rows([genai(lists(standard=ONE))], [litellm(lists(standard=TWO))])["swift"]
    assert standard(found) == ONE
    assert found["disagreements"] == [
        {"component": "input", "mode": "standard", "genai_prices": "1", "litellm": "2", "used": "1"}
    ]
    assert found["prices"][0]["source"] == "genai-prices 1, litellm 2"


def test_litellms_hours_come_with_its_prices_alone() -> None:
    hours = [{"from": "00:00", "to": "08:00", "days": [1], "lists": lists(standard=TWO)}]
    listed = litellm(lists(standard=ONE), windows=hours)
    (alone,) = rows([], [listed])["swift"]["prices"]
    assert alone["windows"] == hours
    (other,) = rows([genai(lists(standard=ONE))], [listed])["swift"]["prices"]
    assert "windows" not in other


def test_where_only_a_pattern_matches_litellms_exact_name_wins() -> None:
    other = litellm(lists(standard=TWO), id="swift-cyber", like=["swift", "pattern"])
    found = rows([genai(lists(standard=ONE))], [other])
    assert standard(found["swift"]) == ONE
    assert standard(found["swift-cyber"]) == TWO
    assert found["swift-cyber"]["prices"][0]["source"] == "litellm 2"
    assert found["swift-cyber"]["disagreements"][0]["used"] == "2"


def test_a_dated_name_with_the_same_prices_is_an_alias() -> None:
    dated = litellm(lists(standard=ONE), id="swift-2026-01-02", like=["swift", "pattern"])
    found = rows([genai(lists(standard=ONE))], [litellm(lists(standard=ONE)), dated])
    assert found.keys() == {"swift"}
    assert found["swift"]["aliases"] == ["swift-2026-01-02"]


def test_a_numbered_name_with_other_prices_is_a_row_of_its_own() -> None:
    dated = litellm(lists(standard=TWO), id="swift-2512")
    assert rows([genai(lists(standard=ONE))], [dated]).keys() == {"swift", "swift-2512"}


def test_a_name_with_another_limit_is_a_row_of_its_own() -> None:
    names = [
        litellm(lists(standard=ONE), id="swift", context_window=8_000),
        litellm(lists(standard=ONE), id="swift-2026-01-02", context_window=16_000),
    ]
    assert rows([], names).keys() == {"swift", "swift-2026-01-02"}


def test_what_one_list_leaves_out_the_other_adds_where_their_base_prices_agree() -> None:
    more = ONE | {"cache_read": "0.1"}
    flex = {"input": "0.5", "output": "2.5"}
    found = rows([genai(lists(standard=ONE))], [litellm(lists(standard=more, flex=flex))])["swift"]
    assert standard(found) == more
    assert found["prices"][0]["lists"]["flex"]["rates"] == flex | {"cache_read": "0.1"}
    assert "disagreements" not in found


def test_what_one_list_adds_is_for_the_newest_price_that_it_has() -> None:
    """litellm has no dates, and may follow a price that was announced some days later."""
    announced = {"id": "swift", "names": ["swift"], "periods": [
        {"lists": lists(standard=ONE), "to": "2026-11-20"},
        {"lists": lists(standard=TWO), "from": "2026-11-20"},
    ]}  # fmt: skip
    batch = {"input": "0.5", "output": "2.5"}
    before, after = rows([announced], [litellm(lists(standard=ONE, batch=batch))])["swift"][
        "prices"
    ]
    assert (before["lists"].keys(), after["lists"].keys()) == ({"standard", "batch"}, {"standard"})


def test_what_one_list_adds_is_refused_where_their_base_prices_differ() -> None:
    flex = {"input": "1", "output": "2.5"}
    found = rows([genai(lists(standard=ONE))], [litellm(lists(standard=TWO, flex=flex))])["swift"]
    assert set(found["prices"][0]["lists"]) == {"standard"}


def test_a_threshold_one_token_apart_is_one_tier_and_a_disagreement() -> None:
    def tiered(above: int) -> dict[str, Any]:
        tiers = [{"above_tokens": above, "rates": TWO}]
        return {"standard": {"rates": ONE, "tiers": tiers}}

    found = rows([genai(tiered(199_999))], [litellm(tiered(200_000))])["swift"]
    assert [tier["above_tokens"] for tier in found["prices"][0]["lists"]["standard"]["tiers"]] == [
        199_999
    ]
    assert [one["component"] for one in found["disagreements"]] == ["above_tokens"]


COMPLETED = {
    "a discount's missing column costs what it does in standard": (
        lists(standard=ONE | {"cache_read": "0.2"}, batch={"input": "0.5", "output": "2.5"}),
        "batch",
        {"input": "0.5", "output": "2.5", "cache_read": "0.2"},
    ),
    "a part that costs what its whole does is not written": (
        lists(standard=ONE | {"audio_input": "1", "reasoning_output": "5"}),
        "standard",
        ONE,
    ),
    "a discount's part follows its own whole": (
        lists(standard=ONE | {"audio_input": "1"}, flex={"input": "0.5", "output": "2.5"}),
        "flex",
        {"input": "0.5", "output": "2.5"},
    ),
    "a search costs the same in a premium": (
        lists(standard=ONE | {"web_search": "0.01"}, priority=TWO),
        "priority",
        TWO | {"web_search": "0.01"},
    ),
}


@pytest.mark.parametrize("case", COMPLETED)
def test_a_list_is_completed(case: str) -> None:
    listed, mode, expected = COMPLETED[case]
    done, notes = completed(table_of(listed))
    assert document_of(done)[mode]["rates"] == expected
    assert notes == []


@pytest.mark.parametrize(
    ("mode", "stated"),
    [("priority", TWO), ("fast", TWO), ("batch", {"input": "0.5"})],
)
def test_a_mode_that_cannot_be_completed_is_left_out_with_a_note(
    mode: str, stated: dict[str, str]
) -> None:
    done, notes = completed(
        table_of(lists(**{"standard": ONE | {"cache_read": "0.2"}, mode: stated}))
    )
    assert set(done) == {"standard"}
    assert notes == [f"{mode.capitalize()} is not priced: the lists leave out a token price."]


def test_a_discount_without_the_tier_pays_standard_there_with_a_note() -> None:
    listed = {
        "standard": {"rates": ONE, "tiers": [{"above_tokens": 1000, "rates": TWO}]},
        "flex": {"rates": {"input": "0.5", "output": "2.5"}},
    }
    done, notes = completed(table_of(listed))
    assert document_of(done)["flex"]["tiers"] == [{"above_tokens": 1000, "rates": TWO}]
    assert notes == ["Flex has no listed long-context price: standard's is used."]


def test_a_tier_without_a_component_keeps_the_price_below_it() -> None:
    base = ONE | {"web_search": "0.01"}
    tier = {"above_tokens": 1000, "rates": {"input": "3"}}
    done, _ = completed(table_of({"standard": {"rates": base, "tiers": [tier]}}))
    assert done["standard"][1000] == {
        name: Decimal(price) for name, price in (base | {"input": "3"}).items()
    }


CLAUDE = {
    "id": "claude-opus-5",
    "name": "Claude Opus 5",
    "aliases": ["claude-opus-5.0"],
    "context_window": 1_000_000,
    "max_output_tokens": 128_000,
    "tokenizer": "claude-2026",
    "capabilities": ["tools", "batch"],
    "us_multiplier": "1.1",
    "prices": [{"lists": lists(standard={"input": "5", "output": "25", "web_search": "0.01"})}],
}


def clouds(provider: str, *names: str) -> dict[str, dict[str, Any]]:
    wrong = {"input": "7", "output": "25", "web_search": "0.01"}
    listed = [litellm(lists(standard=wrong), id=name) for name in names]
    return rows([], listed, provider=provider, claude=[CLAUDE])


@pytest.mark.parametrize(
    ("provider", "name", "price"),
    [
        ("bedrock", "global.anthropic.claude-opus-5", "5"),
        ("bedrock", "us.anthropic.claude-opus-5", "5.5"),
        ("bedrock", "anthropic.claude-opus-5-v1:0", "5.5"),
        ("bedrock", "us-gov.anthropic.claude-opus-5", "7"),
        ("bedrock", "us-gov-west-1/anthropic.claude-opus-5", "7"),
        ("bedrock", "anthropic.claude-opus-6", "7"),
        ("vertex", "claude-opus-5@default", "5"),
        ("vertex", "regional/claude-opus-5@default", "5.5"),
        ("azure", "claude-opus-5", "5"),
        ("groq", "claude-opus-5", "7"),
    ],
)
def test_a_clouds_claude_has_anthropics_price_by_endpoint(
    provider: str, name: str, price: str
) -> None:
    listed = name.removeprefix("regional/")
    assert standard(clouds(provider, listed)[name])["input"] == price


@pytest.mark.parametrize(("start", "price"), [("2026-11-22", "6"), ("2026-11-23", "5")])
def test_a_clouds_claude_costs_what_anthropic_charges_today_and_not_what_is_announced(
    start: str, price: str
) -> None:
    now, then = (lists(standard={"input": one, "output": "25"}) for one in ("5", "6"))
    periods = [{"lists": now, "to": start}, {"lists": then, "from": start}]
    listed = [litellm(now, id="claude-opus-5")]
    found = rows([], listed, provider="azure", claude=[CLAUDE | {"prices": periods}])
    assert standard(found["claude-opus-5"])["input"] == price


def test_a_claude_row_with_few_facts_still_prices_the_clouds() -> None:
    added = {key: CLAUDE[key] for key in ("id", "name", "prices")}
    listed = lists(standard={"input": "5", "output": "25"})
    both = [genai(listed, id="x", names=["claude-opus-5"])]
    found = rows(both, [], provider="azure", claude=[added])["claude-opus-5"]
    assert standard(found)["input"] == "5"
    assert "max_output_tokens" not in found


def test_a_providers_own_list_is_what_it_charges() -> None:
    tiers = [{"above_tokens": 200_000, "rates": {"input": "2", "output": "10"}}]
    copied = {"standard": {"rates": ONE, "tiers": tiers}}
    imported = {"provider": "openrouter", "genai_prices": [genai(copied)], "litellm": []}
    named = {"swift": table_of(lists(standard=TWO))}
    tables = Corrections({"as_of": date(2026, 11, 22)})
    (merge,) = merges([], [imported], tables, VERSIONS, [], named)
    (row,) = merge.rows
    assert standard(row) == TWO
    assert row["prices"][0]["lists"]["standard"]["tiers"] == tiers
    assert row["prices"][0]["source"] == "openrouter 2026-11-22, genai-prices 1"


def resold(
    copies: list[dict[str, Any]],
    own: Mapping[str, Mapping[str, str]],
    past: Mapping[str, list[dict[str, Any]]],
) -> dict[str, dict[str, Any]]:
    """OpenRouter's rows by name: of copies, of its own list, and of what it had once."""
    imported = {"provider": "openrouter", "genai_prices": copies, "litellm": []}
    named = {name: table_of(lists(standard=rates)) for name, rates in own.items()}
    tables = Corrections({"as_of": date(2026, 11, 22)})
    (merge,) = merges([], [imported], tables, VERSIONS, [], named, {"past": {"openrouter": past}})
    return {name: row for row in merge.rows for name in (row["id"], *row.get("aliases", ()))}


def seen(row: Mapping[str, Any]) -> list[tuple[Any, Any, Any]]:
    """The beginning of each price of a row, its input and its cached input."""
    every = [(period.get("from"), period["lists"]["standard"]["rates"]) for period in row["prices"]]
    return [(begun, rates["input"], rates.get("cache_read")) for begun, rates in every]


def test_a_dated_name_costs_what_the_own_list_has_for_the_name_of_its_row() -> None:
    """OpenRouter answers with dated names, which are in no list but genai-prices' copy."""
    copied = genai(lists(standard=ONE), id="a/swift", names=["a/swift", "a/swift-20260816"])
    found = resold([copied], {"a/swift": TWO}, {})
    assert found["a/swift-20260816"] is found["a/swift"]
    assert standard(found["a/swift"]) == TWO


def test_a_model_that_the_own_list_has_no_more_keeps_its_prices_and_not_those_of_a_copy() -> None:
    states = [
        {"lists": lists(standard=TWO), "to": "2026-03-01"},
        {"lists": lists(standard={"input": "3", "output": "5"}), "gone": "2026-09-01"},
    ]
    copied = genai(lists(standard=ONE), id="a/swift", names=["a/swift"])
    row = resold([copied], {}, {"a/swift": states})["a/swift"]
    assert seen(row) == [(None, "2", None), ("2026-03-01", "3", None)]
    assert {period["source"] for period in row["prices"]} == {"openrouter, until 2026-09-01"}


@pytest.mark.parametrize(
    ("begun", "expected"),
    [
        ("2026-08-31", [(None, "2", None)]),  # the own list had the model still
        ("2026-09-01", [(None, "2", None), ("2026-09-01", "1", None)]),
    ],
)
def test_what_a_copy_dates_after_the_own_list_is_a_later_price(
    begun: str, expected: list[Any]
) -> None:
    states = [{"lists": lists(standard=TWO), "gone": "2026-09-01"}]
    periods = [
        {"lists": lists(standard={"input": "9", "output": "9"}), "to": begun},
        {"lists": lists(standard=ONE), "from": begun},
    ]
    copied = {"id": "a/swift", "names": ["a/swift"], "periods": periods}
    assert seen(resold([copied], {}, {"a/swift": states})["a/swift"]) == expected


@pytest.mark.parametrize(
    ("ended", "expected"),
    [
        ("2026-09-15", [(None, "2", None), ("2026-09-15", "3", None), ("2026-10-01", "1", None)]),
        ("2026-10-01", [(None, "2", None), ("2026-10-01", "1", None)]),
        ("2026-10-30", [(None, "2", None), ("2026-10-01", "1", None)]),
    ],
)
def test_a_recorded_price_that_began_after_the_copy_s_own_date_is_that_of_the_copy(
    ended: str, expected: list[Any]
) -> None:
    states = [
        {"lists": lists(standard=TWO), "to": ended},
        {"lists": lists(standard={"input": "3", "output": "5"}), "gone": "2026-09-01"},
    ]
    periods = [
        {"lists": lists(standard={"input": "9", "output": "9"}), "to": "2026-10-01"},
        {"lists": lists(standard=ONE), "from": "2026-10-01"},
    ]
    copied = {"id": "a/swift", "names": ["a/swift"], "periods": periods}
    assert seen(resold([copied], {}, {"a/swift": states})["a/swift"]) == expected


def test_a_copy_at_the_last_price_of_the_own_list_completes_it() -> None:
    states = [{"lists": lists(standard=TWO), "gone": "2026-09-01"}]
    copied = genai(lists(standard=TWO | {"cache_read": "0.2"}), id="a/swift", names=["a/swift"])
    row = resold([copied], {}, {"a/swift": states})["a/swift"]
    assert seen(row) == [(None, "2", "0.2")]


def test_a_model_of_no_list_is_known_with_the_day_since_when_it_is_gone() -> None:
    free = [{"lists": lists(standard={"input": "0", "output": "0"}), "gone": "2026-09-01"}]
    paid = [{"lists": lists(standard=TWO), "gone": "2026-09-01"}]
    found = resold([], {"b/one": ONE}, {"a/swift": paid, "a/swift:free": free, "b/two:free": free})
    assert found.keys() == {"a/swift", "b/one", "b/two:free"}  # a free variant needs no row
    assert found["a/swift"]["lifecycle"] == {"missing_upstream_since": "2026-09-01"}
    assert standard(found["b/two:free"]) == {"input": "0", "output": "0"}


def test_a_search_costs_the_same_on_a_regional_endpoint() -> None:
    found = clouds("bedrock", "us.anthropic.claude-opus-5")
    assert standard(found["us.anthropic.claude-opus-5"])["web_search"] == "0.01"


def test_a_lists_other_price_of_a_clouds_claude_stays_on_the_row() -> None:
    found = clouds("bedrock", "us.anthropic.claude-opus-5")["us.anthropic.claude-opus-5"]
    assert found["disagreements"] == [
        {"component": "input", "mode": "standard", "litellm": "7", "used": "5.5"},
        {"component": "output", "mode": "standard", "litellm": "25", "used": "27.5"},
    ]


def test_a_window_adds_hours_at_the_off_peak_price_where_there_is_one() -> None:
    off_peak = {"from": "04:00", "to": "06:00", "lists": lists(standard=ONE)}
    before = {"to": "2026-08-17", "lists": lists(standard=TWO)}
    since = {"from": "2026-08-17", "lists": lists(standard=TWO), "windows": [off_peak]}
    hours = {"from": "00:00", "to": "00:00", "days": [6, 7]}
    about = {"provider": "openai", "ids": ["swift"], "reason": "Weekends are off-peak."}
    found = rows(
        [{**GENAI_NAME, "periods": [before, since]}], [], corrections={"window": [about | hours]}
    )["swift"]
    assert "windows" not in found["prices"][0]
    assert found["prices"][1]["windows"] == [off_peak, hours | {"lists": lists(standard=ONE)}]


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


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("gpt-4o-2024-08-06", "gpt-4o"),
        ("claude-haiku-4-5@20251001", "claude-haiku-4-5"),
        ("gemini-2.5-flash-preview-09-2025", "gemini-2-5-flash-preview"),
        ("amazon.nova-pro-v1:0", "amazon-nova-pro"),
        ("mistral-large-2512", "mistral-large-2512"),
        ("mistral-large-latest", "mistral-large-latest"),
        ("accounts/fireworks/models/glm-5p2", "glm-5p2"),
        ("us.amazon.nova-pro-v1:0", "us-amazon-nova-pro"),
    ],
)
def test_a_date_is_not_part_of_a_name_and_a_region_is(name: str, expected: str) -> None:
    assert undated(name) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("us.anthropic.claude-opus-4-6-v1", "anthropic-claude-opus-4-6"),
        ("us-gov-west-1/anthropic.claude-opus-5", "anthropic-claude-opus-5"),
        ("anthropic.claude-3-5-sonnet-20241022-v2:0", "anthropic-claude-3-5-sonnet"),
        ("mistral-large-2512", "mistral-large"),
        ("eu/gpt-4o-2024-08-06", "gpt-4o"),
        ("global.openai.gpt-6-sol", "openai-gpt-6-sol"),
        ("gpt-5.1", "gpt-5-1"),
    ],
)
def test_a_stem_has_no_path_region_date_or_number(name: str, expected: str) -> None:
    assert stem(name) == expected


def test_the_id_is_the_undated_name_as_the_provider_spells_it() -> None:
    assert best(["gpt-5-1", "gpt-5.1", "gpt-5.1-2025-11-13"], ["gpt-5.1"]) == "gpt-5.1"
    assert best(["us/gpt-4o", "gpt-4o-2024-08-06", "gpt-4o"], ["us/gpt-4o"]) == "gpt-4o"
    assert best(["us.amazon.nova-pro-v1:0", "amazon.nova-pro-v1:0"], []) == "amazon.nova-pro-v1:0"


@pytest.mark.parametrize("listed", [False, True])
def test_a_model_that_no_list_has_yet_is_known_until_a_list_has_it(listed: bool) -> None:
    entry = {
        "provider": "openai",
        "ids": ["swift"],
        "reason": "It is new.",
        "source": "its page",
        "period": [
            {"lists": lists(standard=ONE), "to": "2026-12-01"},
            {"lists": lists(standard=TWO), "from": "2026-12-01"},
        ],
        "facts": {"name": "Swift", "released": "2026-11-10", "context_window": 4096},
    }
    tables = Corrections({"as_of": date(2026, 11, 22), "model": [entry]})
    other = [litellm(lists(standard={"input": "3", "output": "5"}))] if listed else []
    imported = {"provider": "openai", "genai_prices": [], "litellm": other}
    (merge,) = merges([], [imported], tables, VERSIONS, [])
    (row,) = merge.rows
    prices = [(p.get("from"), p["lists"]["standard"]["rates"]["input"]) for p in row["prices"]]
    if listed:
        assert prices == [(None, "3")]
        assert tables.unused() == [
            "corrections.toml: model ['swift'] of openai matches nothing any more"
        ]
    else:
        assert prices == [(None, "1"), ("2026-12-01", "2")]
        assert (row["name"], row["context_window"]) == ("Swift", 4096)
        assert (row["lifecycle"], row["notes"]) == ({"released": "2026-11-10"}, ["It is new."])
        assert row["prices"][0]["source"] == "its page"
        assert tables.unused() == []


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
    imported = {
        "provider": "openai",
        "genai_prices": [],
        "litellm": [litellm(lists(standard=TWO))],
    }
    tables = Corrections({"as_of": date(2026, 11, 22)})
    past = {
        "past": {"openai": {"swift": states}},
        "first_seen": {"openai": {"swift": "2026-02-01"}},
    }
    (merge,) = merges([], [imported], tables, VERSIONS, [], past=past)
    (row,) = merge.rows
    assert len(row["prices"]) == periods
    assert row["lifecycle"] == {"first_seen": "2026-02-01"}


def test_a_recorded_past_comes_before_a_price_that_has_ended_itself() -> None:
    states: list[dict[str, Any]] = [
        {"to": "2026-03-01", "lists": lists(standard={"input": "3", "output": "5"})},
        {"to": "2026-10-30", "lists": lists(standard=ONE)},
        {"lists": lists(standard=TWO)},
    ]
    periods = [
        {"lists": lists(standard=ONE), "to": "2026-10-19"},
        {"lists": lists(standard=TWO), "from": "2026-10-19"},
    ]
    copied = {"id": "a/swift", "names": ["a/swift"], "periods": periods}
    row = resold([copied], {}, {"a/swift": states})["a/swift"]
    assert seen(row) == [(None, "3", None), ("2026-03-01", "1", None), ("2026-10-19", "2", None)]


PRIORITY = {"input": "4", "output": "10"}


@pytest.mark.parametrize(
    ("other", "modes", "noted"),
    [
        (lists(standard=TWO, priority=PRIORITY), {"standard", "batch", "priority"}, False),
        (lists(standard=TWO, batch=PRIORITY), {"standard", "batch"}, True),
        (lists(standard=ONE, priority=PRIORITY), {"standard", "batch"}, True),
    ],
)
def test_an_id_that_litellm_has_twice_has_what_either_says_at_one_price(
    other: dict[str, Any], modes: set[str], noted: bool
) -> None:
    first = lists(standard=TWO, batch={"input": "1", "output": "2.5"})
    twice = [litellm(first, key="azure/swift"), litellm(other, key="azure_ai/swift")]
    (row,) = side_by_side({}, {"azure": twice})["azure"]["litellm"]
    assert row["lists"].keys() == modes
    assert row["lists"]["batch"]["rates"]["output"] == "2.5"
    assert bool(row.get("notes")) is noted


@pytest.mark.parametrize(
    ("genai_window", "most", "output", "window", "most_input"),
    [
        (1_000_000, 1_048_576, 65_536, 1_048_576, None),  # rounded to a million
        (1_000_000, 65_536, 32_768, 65_536, None),  # a million for every model of the family
        (400_000, 272_000, 128_000, 400_000, 272_000),  # OpenAI: input apart from the window
        (None, 922_000, 128_000, 1_050_000, 922_000),
        (256_000, 128_000, 128_000, 256_000, None),  # both as exact: genai-prices'
        (131_072, 128_000, None, 131_072, None),
    ],
)
def test_the_less_rounded_limit_is_used_and_an_input_limit_is_not_a_window(
    genai_window: int | None, most: int, output: int | None, window: int, most_input: int | None
) -> None:
    listed = litellm(lists(standard=ONE), context_window=most, max_output_tokens=output)
    both = [genai(lists(standard=ONE), context_window=genai_window)]
    found = rows(both, [listed])["swift"]
    assert found["context_window"] == window
    assert found.get("max_input_tokens") == most_input


def test_the_day_in_a_name_is_its_release() -> None:
    found = rows(
        [],
        [
            litellm(lists(standard=ONE), id="swift-2026-02-30"),
            litellm(lists(standard=ONE), id="fox-2025-08-07"),
        ],
    )
    assert found["fox-2025-08-07"]["lifecycle"] == {"released": "2025-08-07"}
    assert "lifecycle" not in found["swift-2026-02-30"]  # no such day
