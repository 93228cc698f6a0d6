"""``GET /v1/models``, a model's page and ``GET /v1/health``, through their handler."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any
from unittest import mock

import pytest

from pricing.store import bundled
from tests.support.books import book, row
from tests.support.catalogue import DOCUMENT, ROWS, Catalogue, ids, problem, seed
from tests.support.handlers import Event, call, handler
from tests.support.tables import StoreTable


def standard(prices: dict[str, Any]) -> dict[str, str]:
    """The token prices of a page's standard mode."""
    found: dict[str, str] = next(
        mode["usd_per_mtok"] for mode in prices["modes"] if mode["mode"] == "standard"
    )
    return found


# The list


def test_a_family_lists_its_models(event: Event) -> None:
    whole = {"queryStringParameters": {"family": "opus"}, "rawQueryString": "family=opus"}
    answer = call(handler("catalogue"), event("catalogue"), **whole)
    first_party = [one["id"] for one in answer.body["models"] if one["provider"] == "anthropic"]
    assert {one["family"] for one in answer.body["models"]} == {"opus"}
    assert first_party == [
        "claude-3-opus",
        "claude-opus-4",
        "claude-opus-4-1",
        "claude-opus-4-5",
        "claude-opus-4-6",
        "claude-opus-4-7",
        "claude-opus-4-8",
        "claude-opus-5",
        "claude-opus-5-5",
    ]
    assert answer.headers["content-type"] == "application/json"


def test_every_model_is_listed_once_in_order_with_its_standard_token_prices(
    catalogue: Catalogue,
) -> None:
    answer = catalogue.models(as_of="2026-11-22")
    assert ids(answer) == sorted(ROWS)
    sonnet = next(one for one in answer.body["models"] if one["id"] == "claude-sonnet-5-5")
    assert sonnet == {
        "id": "claude-sonnet-5-5",
        "provider": "anthropic",
        "name": "Claude Sonnet 5.5",
        "family": "sonnet",
        "context_window": 1000000,
        "max_output_tokens": 128000,
        "mode": "chat",
        "capabilities": ["batch", "caching", "streaming", "thinking", "tools", "vision"],
        "retires": None,
        "units": ["token", "hour", "search"],
        "usd_per_mtok": {
            "cache_read": "0.1",
            "cache_write_1h": "4",
            "cache_write_5m": "2.5",
            "input": "2",
            "output": "10",
        },
        "long_prompt_above_tokens": None,
    }
    assert answer.body["pricing"]["version"] == bundled.current_id()
    assert answer.body["pricing"]["as_of"] == "2026-11-22"


def test_a_model_whose_long_prompts_have_other_prices_says_above_which_length(
    catalogue: Catalogue,
) -> None:
    # Google's pricing page: prompts of more than 200,000 tokens of Gemini 2.5 Pro cost twice.
    (pro, *_) = catalogue.models(provider="google", q="gemini-2.5-pro").body["models"]
    assert (pro["id"], pro["long_prompt_above_tokens"]) == ("gemini-2.5-pro", 200_000)


def test_a_model_without_a_known_price_is_listed_without_one(catalogue: Catalogue) -> None:
    prices = {one["id"]: one["usd_per_mtok"] for one in catalogue.models().body["models"]}
    assert [model for model, price in prices.items() if price is None] == ["claude-mythos-preview"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"family": "haiku"},
         {"claude-3-haiku", "claude-3-5-haiku", "claude-haiku-4-5", "claude-haiku-5-5"}),
        ({"provider": "anthropic"}, set(ROWS)),
        ({"capability": "thinking"},
         {name for name, one in ROWS.items() if "thinking" in one.get("capabilities", ())}),
        ({"provider": "anthropic", "family": "fable", "capability": "batch"},
         {"claude-fable-5", "claude-fable-5-1", "claude-fable-5-2"}),
        ({"provider": "openai", "family": "haiku"}, set()),
        ({"provider": "Claude", "family": "Fable", "capability": "Batch"},
         {"claude-fable-5", "claude-fable-5-1", "claude-fable-5-2"}),
    ],
)  # fmt: skip
def test_filters_restrict_the_list_and_combine(
    catalogue: Catalogue, query: dict[str, str], expected: set[str]
) -> None:
    answer = catalogue.models(**query)
    assert set(ids(answer)) == expected
    assert answer.body["next_cursor"] is None


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ({"familly": "opus"}, "/familly"),
        ({"Family": "opus"}, "/Family"),
        ({"family": ""}, "/family"),
        ({"family": "x" * 129}, "/family"),
        ({"cursor": "x" * 301}, "/cursor"),
        ({"pricing_version": "x" * 129}, "/pricing_version"),
        ({"as_of": "yesterday"}, "/as_of"),
        ({"as_of": ""}, "/as_of"),
        ({"as_of": "2026-02-29"}, "/as_of"),
        ({"as_of": "0001-01-01T00:00:00+23:59"}, "/as_of"),
        ({"as_of": "9999-12-31T23:59:59-23:59"}, "/as_of"),
        ({"as_of": "2" * 41}, "/as_of"),
    ],
)
def test_a_bad_query_property_is_refused_by_name(
    catalogue: Catalogue, query: dict[str, str], pointer: str
) -> None:
    errors = problem(catalogue.models(**query), 422)["errors"]
    assert [one["pointer"] for one in errors] == [pointer]


def test_a_models_page_and_health_refuse_what_they_do_not_know(catalogue: Catalogue) -> None:
    refused = problem(catalogue.model("anthropic", "claude-opus-5", limit="7"), 422)
    assert refused["errors"][0]["pointer"] == "/limit"
    assert problem(catalogue.health(verbose="1"), 422)["errors"][0]["pointer"] == "/verbose"


# A model's page


@pytest.mark.parametrize("model_id", ROWS)
def test_every_model_has_a_page_with_what_the_price_book_holds(
    catalogue: Catalogue, model_id: str
) -> None:
    answer = catalogue.model("anthropic", model_id, as_of="2026-11-22")
    assert answer.status == 200
    page, source = answer.body, ROWS[model_id]
    periods = source.get("prices", [])
    for field in ("id", "provider", "name", "aliases", "notes"):
        assert page[field] == source.get(field, []), field
    for field in ("family", "context_window", "max_output_tokens", "cache_minimum_tokens"):
        assert page[field] == source.get(field), field
    assert page["capabilities"] == sorted(source.get("capabilities", []))
    assert len(page["price_history"]) == len(periods)
    for shown, period in zip(page["price_history"], periods, strict=True):
        assert shown["start"] == (f"{period['from']}T00:00:00Z" if "from" in period else None)
        assert shown["end"] == (f"{period['to']}T00:00:00Z" if "to" in period else None)
        assert {mode["mode"] for mode in shown["modes"]} == period["lists"].keys()
        for mode in shown["modes"]:
            rates = {**mode["usd_per_mtok"], **mode["usd_per_use"]}
            expected = period["lists"][mode["mode"]]
            assert exact(rates) == exact(expected["rates"])
            assert [tier["above_tokens"] for tier in mode["tiers"]] == [
                tier["above_tokens"] for tier in expected.get("tiers", [])
            ]
    if periods:
        assert page["prices"] in page["price_history"]
    else:
        assert page["prices"] is None


def exact(rates: dict[str, str]) -> dict[str, Decimal]:
    return {name: Decimal(rate) for name, rate in rates.items()}


def test_a_web_search_is_priced_by_the_search_and_not_by_the_token(catalogue: Catalogue) -> None:
    page = catalogue.model("anthropic", "claude-opus-5-5").body
    modes = page["prices"]["modes"]
    assert {mode["mode"] for mode in modes} == {"standard", "batch", "fast"}
    assert all(mode["usd_per_use"] == {"web_search": "0.01"} for mode in modes)
    assert all("web_search" not in mode["usd_per_mtok"] for mode in modes)


def test_a_long_context_price_is_shown_with_its_threshold(catalogue: Catalogue) -> None:
    page = catalogue.model("anthropic", "claude-haiku-5-5").body
    mode = next(one for one in page["prices"]["modes"] if one["mode"] == "standard")
    assert mode["usd_per_mtok"]["input"] == "0.1"
    assert [(tier["above_tokens"], tier["usd_per_mtok"]["input"]) for tier in mode["tiers"]] == [
        (100_000, "0.5")
    ]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("claude-opus-4-0", "claude-opus-4"),
        ("claude-sonnet-5.5", "claude-sonnet-5-5"),
        ("claude-haiku-4-5-20251001", "claude-haiku-4-5"),
        ("Claude Opus 4.5", "claude-opus-4-5"),
        ("opus", "claude-opus-5-5"),
    ],
)
def test_an_alias_is_found_within_its_provider(
    catalogue: Catalogue, asked: str, found: str
) -> None:
    answer = catalogue.model("anthropic", asked)
    assert answer.status == 200
    assert answer.body["id"] == found


@pytest.mark.parametrize(
    ("provider", "model_id"),
    [
        ("openai", "claude-opus-4-0"),
        ("Anthropics", "claude-opus-5"),
        ("anthropic", "claude-haiku-4-50"),
        ("openai", "opus"),
        ("anthropic", "anthropic/claude-opus-5"),
        ("anthropic", "qqqqqqqq"),
        ("", ""),
        ("x" * 4_000, "y" * 4_000),
    ],
)
def test_an_unknown_model_is_not_found_and_at_most_three_are_suggested(
    catalogue: Catalogue, provider: str, model_id: str
) -> None:
    found = problem(catalogue.model(provider, model_id), 404)
    assert found["type"] == "/docs#unknown-model"
    assert len(found["suggestions"]) <= 3


def test_suggestions_begin_with_the_nearest_and_nonsense_gets_none(catalogue: Catalogue) -> None:
    near = problem(catalogue.model("anthropic", "claude-sonet-5-5"), 404)
    assert near["suggestions"][0] == "anthropic/claude-sonnet-5-5"
    assert problem(catalogue.model("q" * 128, "z" * 128), 404)["suggestions"] == []


# Prices in time, and versions


@pytest.mark.parametrize(
    ("as_of", "cache_read"),
    [
        ("2026-10-06", "0.2"),
        ("2026-10-06T23:59:59.999999Z", "0.2"),
        ("2026-10-07T01:59:59+02:00", "0.2"),
        ("2026-10-07", "0.1"),
        ("2026-10-07T02:00:00+02:00", "0.1"),
        ("2026-11-22", "0.1"),
    ],
)
def test_the_price_shown_is_the_one_active_at_that_moment(
    catalogue: Catalogue, as_of: str, cache_read: str
) -> None:
    page = catalogue.model("anthropic", "claude-sonnet-5-5", as_of=as_of)
    assert standard(page.body["prices"])["cache_read"] == cache_read
    assert page.body["pricing"]["as_of"] == as_of
    history = [standard(period)["cache_read"] for period in page.body["price_history"]]
    assert history == ["0.2", "0.1"]
    rows = catalogue.models(as_of=as_of, family="sonnet").body["models"]
    listed = {one["id"]: one["usd_per_mtok"]["cache_read"] for one in rows}
    assert listed["claude-sonnet-5-5"] == cache_read


def test_without_a_moment_the_prices_of_now_are_shown_and_now_is_named(
    catalogue: Catalogue,
) -> None:
    page = catalogue.model("anthropic", "claude-sonnet-5-5")
    assert standard(page.body["prices"])["cache_read"] == "0.1"
    assert page.body["pricing"]["as_of"].endswith("Z")


def test_the_lessons_version_shows_the_lessons_models_and_prices(catalogue: Catalogue) -> None:
    answer = catalogue.models(pricing_version="lesson-2025")
    inputs = {one["id"]: one["usd_per_mtok"]["input"] for one in answer.body["models"]}
    assert inputs == {"claude-3-5-haiku": "0.8", "claude-opus-4": "15", "claude-sonnet-4": "3"}
    assert answer.body["pricing"] == {
        "version": "lesson-2025",
        "as_of": answer.body["pricing"]["as_of"],
        "source": "bundled",
        "stale": False,
        "age_seconds": None,
        "prices_checked_at": "2026-10-10",
    }
    page = catalogue.model("anthropic", "claude-opus-4", pricing_version="lesson-2025")
    assert page.body["name"] == "Claude Opus 4"
    gone = catalogue.model("anthropic", "claude-opus-5-5", pricing_version="lesson-2025")
    assert problem(gone, 404)["type"] == "/docs#unknown-model"


def test_an_unknown_version_is_not_found(catalogue: Catalogue) -> None:
    for answer in (
        catalogue.models(pricing_version="2031-01-01.1"),
        catalogue.model("anthropic", "claude-opus-5", pricing_version="2031-01-01.1"),
    ):
        assert problem(answer, 404)["type"] == "/docs#unknown-version"


# The store behind it


def test_with_its_store_the_function_is_well_and_says_what_it_answers_with(
    store_table: StoreTable, start_catalogue: Callable[[], Catalogue]
) -> None:
    seed(store_table, book("2026-11-21.7", [row("rocket"), row("shuttle")]))
    with mock.patch.dict("os.environ", store_table.environment()):
        catalogue = start_catalogue()
        health = catalogue.health()
        assert health.status == 200
        assert health.body == {
            "status": "ok",
            "published_at": "2026-11-01T00:00:00Z",
            "models": 2,
            "pricing": {
                "version": "2026-11-21.7",
                "as_of": health.body["pricing"]["as_of"],
                "source": "store",
                "stale": False,
                "age_seconds": health.body["pricing"]["age_seconds"],
                "prices_checked_at": "2026-11-01",
            },
        }
        assert health.body["pricing"]["age_seconds"] in range(60)
        assert ids(catalogue.models(provider="acme")) == ["rocket", "shuttle"]


@pytest.mark.parametrize("broken", ["no table", "no server", "an empty store"])
def test_without_its_store_the_function_is_degraded_and_answers_from_the_bundle(
    moto_table: StoreTable, start_catalogue: Callable[[], Catalogue], broken: str
) -> None:
    settings = {
        "no table": {"TARIFF_TABLE": "nowhere", "TARIFF_DYNAMODB_ENDPOINT": moto_table.endpoint},
        "no server": {"TARIFF_TABLE": "t", "TARIFF_DYNAMODB_ENDPOINT": "http://127.0.0.1:1"},
        "an empty store": moto_table.environment(),
    }
    with mock.patch.dict("os.environ", settings[broken]):
        catalogue = start_catalogue()
        health = catalogue.health()
        assert health.status == 200
        assert health.body["status"] == "degraded"
        assert health.body["models"] == len(DOCUMENT["models"])
        assert health.body["pricing"]["version"] == bundled.current_id()
        assert health.body["pricing"]["source"] == "bundled"
        assert health.body["pricing"]["stale"] is True
        assert ids(catalogue.models()) == sorted(ROWS)


def test_a_pinned_version_that_only_a_lost_store_has_is_unavailable_for_now(
    start_catalogue: Callable[[], Catalogue],
) -> None:
    settings = {"TARIFF_TABLE": "t", "TARIFF_DYNAMODB_ENDPOINT": "http://127.0.0.1:1"}
    with mock.patch.dict("os.environ", settings):
        answer = start_catalogue().models(pricing_version="2026-11-21.7")
    assert problem(answer, 503)["type"] == "/docs#store-unavailable"
    assert answer.headers["retry-after"] == "5"


def test_a_pinned_version_that_was_tampered_with_is_refused_as_our_fault(
    moto_table: StoreTable, start_catalogue: Callable[[], Catalogue]
) -> None:
    seed(moto_table, bundled.current(), book("2026-11-21.7"))
    moto_table.client.update_item(
        TableName=moto_table.name,
        Key={"pk": {"S": "VERSION#2026-11-21.7"}, "sk": {"S": "DOC#0000"}},
        UpdateExpression="SET content = :new",
        ExpressionAttributeValues={":new": {"B": b"nonsense"}},
    )
    with mock.patch.dict("os.environ", moto_table.environment()):
        catalogue = start_catalogue()
        assert problem(catalogue.models(pricing_version="2026-11-21.7"), 503)["request_id"]
        assert catalogue.health().body["status"] == "ok"


@pytest.mark.parametrize(
    ("filters", "pointer", "known"),
    [
        ({"family": "Haikus"}, "/family", "haiku"),
        ({"family": "hai"}, "/family", "haiku"),
        ({"capability": "telepathy"}, "/capability", "thinking"),
        ({"provider": "antropic"}, "/provider", "anthropic"),
        ({"limit": "1_0"}, "/limit", "whole number"),
    ],
)
def test_a_filter_that_no_model_could_meet_is_refused_with_those_that_some_do(
    catalogue: Catalogue, filters: dict[str, str], pointer: str, known: str
) -> None:
    (error,) = problem(catalogue.models(**filters), 422)["errors"]
    assert error["pointer"] == pointer
    assert known in error["detail"]


def test_models_are_found_by_mode_and_by_words_of_their_names(catalogue: Catalogue) -> None:
    rerankers = catalogue.models(provider="cohere", mode="rerank", q="RERANK v3.5").body["models"]
    assert [(one["id"], one["mode"], one["units"]) for one in rerankers] == [
        ("rerank-v3.5", "rerank", ["search_unit"])
    ]
    # Both words have to be there, and an alias counts
    assert catalogue.models(provider="cohere", q="rerank sonnet").body["models"] == []
    aliased = catalogue.models(q="claude-sonnet-4-20250514").body["models"]
    assert [one["id"] for one in aliased] == ["claude-sonnet-4"]
    refused = catalogue.models(mode="telepathy")
    assert refused.status == 422
    assert "image_generation" in refused.body["errors"][0]["detail"]


def test_a_models_page_has_its_unit_prices_with_their_selectors(catalogue: Catalogue) -> None:
    page = catalogue.model("openai", "dall-e-3").body
    (standard,) = page["prices"]["modes"]
    assert (page["mode"], standard["usd_per_mtok"]) == ("image_generation", {})
    assert standard["units"][0] == {
        "component": "image",
        "unit": "image",
        "usd": "0.04",
        "when": {"quality": "standard", "size": "1024x1024"},
        "default": True,
        "minimum": None,
    }
    assert len(standard["units"]) == 6


def test_a_models_page_has_the_least_that_a_request_is_billed_for(catalogue: Catalogue) -> None:
    page = catalogue.model("groq", "whisper-large-v3").body
    minimums = {unit["minimum"] for mode in page["prices"]["modes"] for unit in mode["units"]}
    assert minimums == {"10"}


def test_models_are_filtered_by_the_unit_that_they_are_billed_in(catalogue: Catalogue) -> None:
    spoken = catalogue.models(provider="openai", unit="character").body["models"]
    assert {"tts-1", "tts-1-hd"} <= {model["id"] for model in spoken}
    assert all("character" in model["units"] for model in spoken)
    answer = catalogue.models(unit="furlong")
    assert answer.status == 422
    (error,) = answer.body["errors"]
    assert error["pointer"] == "/unit"
    assert "gb_day" in error["detail"]
