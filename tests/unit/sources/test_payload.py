"""Readers of the sources: strict with each entry, and one bad entry costs no other."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from pricing.sources import bedrock as aws_list
from pricing.sources import genai_prices
from pricing.sources import litellm as litellm_map
from pricing.sources import openrouter as openrouter_api
from pricing.sources.payload import Payload, SourceNotes, SourceRefused
from pricing.sources.price_tables import PriceTable, document_of
from tests.support.refreshing import excerpt


def payload(document: Any, source: str = "a list") -> Payload:
    content = document if isinstance(document, bytes) else json.dumps(document).encode()
    return Payload(source, "https://example.com/list", "2026-11-24T03:00:00Z", '"tag"', content)


def test_an_answer_records_where_it_is_from() -> None:
    assert payload([]).provenance() == {
        "title": "a list, as published",
        "source": "a list",
        "url": "https://example.com/list",
        "as_of": "2026-11-24",
        "retrieved_at": "2026-11-24T03:00:00Z",
        "etag": '"tag"',
        # printf '[]' | sha256sum
        "sha256": "4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945",
    }


@pytest.mark.parametrize("source", ["genai-prices", "litellm"])
def test_a_recorded_answer_is_read_completely(source: str) -> None:
    readers: dict[str, Any] = {
        "genai-prices": genai_prices.read,
        "litellm": litellm_map.read,
    }
    notes = SourceNotes(source)
    assert readers[source](payload(excerpt(source)), notes)
    assert notes.left_out == []


# genai-prices


def genai(**model: Any) -> tuple[list[Any], list[tuple[str, str]]]:
    entry = {"id": "swift", "match": {"equals": "swift"}, "prices": {"input_mtok": 1}, **model}
    sound = {"id": "swallow", "match": {"equals": "swallow"}, "prices": {"input_mtok": 2}}
    notes = SourceNotes("genai-prices")
    document = [{"id": "openai", "name": "OpenAI", "models": [entry, sound]}]
    models = genai_prices.read(payload(document), notes)["openai"]
    return [model.id for model in models], [(one.model, one.code) for one in notes.left_out]


def test_every_kind_of_published_price_is_read() -> None:
    assert genai(
        match={"or": [{"starts_with": "swift-"}, {"regex": r"^swift-\d{8}$"}]},
        prices=[
            {"prices": {"input_mtok": {"base": 1, "tiers": [{"start": 200000, "price": 2}]}}},
            {"constraint": {"start_date": "2026-03-13"}, "prices": {"input_mtok": 1.5}},
            {
                "constraint": {"start_time": "00:30:00Z", "end_time": "16:30:00Z"},
                "prices": {"input_mtok": 3},
            },
        ],
    ) == (["swift", "swallow"], [])


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"prices": {"input_mtok": -1}}, "invalid_price"),
        ({"prices": {"input_mtok": None}}, "invalid_price"),
        ({"prices": {"input_mtok": "1"}}, "invalid_price"),
        ({"prices": {"input_mtok": True}}, "invalid_price"),
        ({"prices": {"input_mtok": {"base": 1, "tiers": [{"start": 0, "price": 2}]}}}, None),
        ({"prices": 7}, "invalid_entry"),
        ({"prices": [{"constraint": {"start_date": "soon"}, "prices": {}}]}, "invalid_entry"),
        ({"match": {"sounds_like": "swift"}}, "invalid_entry"),
        ({"match": {"regex": "(a+)+$"}}, "invalid_entry"),
        ({"match": {"regex": "("}}, "invalid_entry"),
        ({"context_window": "1M"}, "invalid_entry"),
        ({"currency": "EUR"}, "invalid_entry"),
        ({"id": 7}, "invalid_entry"),
        ({"id": ["swift"]}, "invalid_entry"),
        ({"id": ""}, "invalid_entry"),
    ],
)
def test_a_wrong_model_is_left_out_and_noted(wrong: dict[str, Any], code: str | None) -> None:
    names, found = genai(**wrong)
    assert names == ["swallow"]
    assert [one[1] for one in found] == [code or "invalid_price"]


def test_neither_price_of_a_model_listed_twice_is_used() -> None:
    assert genai(id="swallow") == ([], [("swallow", "invalid_entry")] * 2)


# LiteLLM


def litellm(entry: Any) -> tuple[dict[str, Any], list[str]]:
    notes = SourceNotes("litellm")
    return (
        litellm_map.read(payload({"swift": entry}), notes),
        [one.code for one in notes.left_out],
    )


LITELLM: dict[str, Any] = {
    "litellm_provider": "openai",
    "mode": "chat",
    "input_cost_per_token": 2.5e-06,
    "output_cost_per_token": 1e-05,
}


def of_text(*members: str) -> tuple[list[str], list[tuple[str, str]]]:
    """The models of a map whose members are written out, and what was left out of it."""
    notes = SourceNotes("litellm")
    content = ("{" + ", ".join(members) + "}").encode()
    rows = litellm_map.read(payload(content), notes).get("openai", [])
    return [row["id"] for row in rows], [(one.model, one.code) for one in notes.left_out]


SWALLOW = f'"swallow": {json.dumps(LITELLM)}'


@pytest.mark.parametrize(
    ("again", "code"),
    [
        ({}, None),
        ({"supports_vision": True}, None),  # only one has it
        ({"max_tokens": 7}, None),
        ({"input_cost_per_token": 2.6e-06}, "invalid_price"),
        ({"cache_read_input_token_cost": 1e-07}, None),
        ({"mode": "embedding"}, "invalid_entry"),
        ({"litellm_provider": "azure"}, "invalid_entry"),
    ],
)
def test_a_key_that_occurs_twice_keeps_what_both_values_share(
    again: dict[str, Any], code: str | None
) -> None:
    """LiteLLM's map of 2025-11-08 held gpt-5-codex twice, and that of 2026-05-15 zai.glm-5."""
    once, twice = (json.dumps({**LITELLM, "max_tokens": 6, **one}) for one in ({}, again))
    names, found = of_text(f'"swift": {once}', SWALLOW, f'"swift": {twice}')
    assert names == (["swallow"] if code else ["swift", "swallow"])
    assert found == ([("swift", code)] if code else [])


def test_neither_of_two_prices_in_one_entry_is_used() -> None:
    twice = json.dumps(LITELLM)[:-1] + ', "input_cost_per_token": 2.6e-06}'
    assert of_text(f'"swift": {twice}', SWALLOW) == (["swallow"], [("swift", "invalid_price")])


def test_a_key_a_third_time_does_not_end_a_disagreement() -> None:
    entries = [json.dumps(LITELLM | {"mode": mode}) for mode in ("chat", "embedding", "chat")]
    found = of_text(*(f'"swift": {entry}' for entry in entries), SWALLOW)
    assert found == (["swallow"], [("swift", "invalid_entry")])


def test_a_price_a_token_becomes_a_price_per_million_exactly() -> None:
    rows, found = litellm(LITELLM)
    assert rows["openai"][0]["lists"]["standard"]["rates"] == {"input": "2.5", "output": "10"}
    assert found == []


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"input_cost_per_token": None}, "invalid_price"),
        ({"input_cost_per_token": "2.5e-06"}, "invalid_price"),
        ({"output_cost_per_token_batches": -1e-06}, "invalid_price"),
        ({"search_context_cost_per_query": {"search_context_size_low": "1"}}, "invalid_price"),
        ({"regional_processing_uplift_multiplier_us": "1.1"}, "invalid_price"),
        ({"currency": "CNY"}, "invalid_entry"),
        ({"mode": ["chat"]}, "invalid_entry"),
    ],
)
def test_a_wrong_entry_is_left_out_and_noted(wrong: dict[str, Any], code: str) -> None:
    assert litellm(LITELLM | wrong) == ({}, [code])


@pytest.mark.parametrize("entry", [[1], None, "swift", {}, 7])
def test_anything_but_an_object_is_left_out_and_noted(entry: Any) -> None:
    assert litellm(entry) == ({}, ["invalid_entry"])


def test_a_provider_that_tariff_does_not_list_is_ignored() -> None:
    assert litellm(LITELLM | {"litellm_provider": "nobody"}) == ({}, [])


# OpenRouter


def openrouter(**pricing: Any) -> tuple[list[Any], list[str]]:
    notes = SourceNotes("openrouter")
    entry = {"id": "maker/swift", "name": "Swift", "context_length": 1000, "pricing": pricing}
    tables = openrouter_api.read(payload({"data": [entry]}), notes)
    return [document_of(one) for one in tables.values()], [one.code for one in notes.left_out]


def test_decimal_strings_a_token_become_prices_per_million() -> None:
    ((found,), left_out) = openrouter(
        prompt="0.000005",
        completion="0.000025",
        input_cache_read="0.0000005",
        input_cache_write="0.00000625",
        web_search="0.01",
        image="0.0048",
        request="0",
    )
    assert found["standard"]["rates"] == {
        "input": "5",
        "output": "25",
        "cache_read": "0.5",
        "cache_write_5m": "6.25",
        "web_search": "0.01",
    }
    assert left_out == []


def test_a_price_that_depends_on_the_route_is_not_read() -> None:
    assert openrouter(prompt="-1", completion="-1") == ([], [])


def test_openrouters_recorded_answer_is_read_completely() -> None:
    notes = SourceNotes("openrouter")
    tables = openrouter_api.read(payload(excerpt("openrouter")), notes)
    lists = {name: document_of(table)["standard"] for name, table in tables.items()}
    assert notes.left_out == []
    assert len(lists) == 11
    assert "openrouter/auto-beta" not in lists  # its price is that of whatever it routes to
    assert lists["anthropic/claude-opus-5"]["rates"] == {
        "cache_read": "0.5",
        "cache_write_1h": "10",
        "cache_write_5m": "6.25",
        "input": "5",
        "output": "25",
        "web_search": "0.01",
    }
    assert lists["dots-studio/dots-3-note-preview:free"]["rates"] == {"input": "0", "output": "0"}
    assert lists["openai/gpt-audio"]["rates"] == {
        "audio_input": "32",
        "audio_output": "64",
        "input": "2.5",
        "output": "10",
    }
    assert lists["mistralai/mistral-small-3.2-24b-instruct"]["rates"]["input"] == "0.09375"
    assert lists["x-ai/grok-4.5"]["tiers"] == [
        {"above_tokens": 200_000, "rates": {"cache_read": "0.6", "input": "4", "output": "12"}}
    ]


@pytest.mark.parametrize(
    "override",
    [
        {"utc_start": 0, "utc_end": 100, "prompt": "0.1"},
        {"min_prompt_tokens": 1000, "utc_days": ["monday"], "prompt": "0.1"},
        {"min_prompt_tokens": 0, "prompt": "0.1"},
        {"min_prompt_tokens": True, "prompt": "0.1"},
        {"min_prompt_tokens": "1000", "prompt": "0.1"},
        {"prompt": "0.1"},
        "expensive",
    ],
)
def test_a_model_with_a_price_under_an_unknown_condition_is_left_out(override: Any) -> None:
    assert openrouter(prompt="0.1", completion="0.1", overrides=[override]) == (
        [],
        ["invalid_entry"],
    )


def test_one_page_of_several_is_refused() -> None:
    with pytest.raises(SourceRefused, match="one page of several"):
        openrouter_api.read(
            payload({"data": [], "links": {"next": "/api/v1/models?page=2"}}), SourceNotes("x")
        )


@pytest.mark.parametrize(
    "price", ["-0.1", "NaN", "Infinity", "1e9", "", " 1", "\u0661", 0.000005, None]
)
def test_a_model_whose_price_is_not_a_decimal_string_is_left_out(price: Any) -> None:
    assert openrouter(prompt=price, completion="0.1") == ([], ["invalid_price"])


# The AWS Price List


def product(
    attributes: dict[str, str], usd: str, unit: str = "1K tokens", currency: str = "USD"
) -> dict[str, Any]:
    dimension = {"unit": unit, "pricePerUnit": {currency: usd}, "beginRange": "0"}
    term = {
        "priceDimensions": {"SKU.TERM.RATE": dimension},
        "effectiveDate": "2026-11-01T00:00:00Z",
    }
    return {
        "product": {
            "productFamily": "Amazon Bedrock",
            "attributes": {"regionCode": "us-east-1", "location": "US East", **attributes},
            "sku": "SKU",
        },
        "serviceCode": "AmazonBedrock",
        "terms": {"OnDemand": {"SKU.TERM": term}},
    }


def own(kind: str, end: str = "", **more: str) -> dict[str, str]:
    return {
        "model": "Nova Pro",
        "provider": "Amazon",
        "feature": "On-demand Inference",
        "inferenceType": kind,
        "usagetype": f"USE1-NovaPro-{kind.lower().replace(' ', '-')}{end}",
        **more,
    }


def sold(usage: str) -> dict[str, str]:
    return {
        "servicename": "Claude Sonnet 4.5 (Amazon Bedrock Edition)",
        "usagetype": f"USE1-MP:USE1_{usage}-Units",
    }


def bedrock(*products: Any) -> tuple[dict[str, Any], list[str]]:
    notes = SourceNotes("aws-price-list")
    tables = aws_list.read(payload({"PriceList": list(products)}), notes)
    return documents(tables), [one.code for one in notes.left_out]


def documents(tables: Mapping[str, PriceTable]) -> dict[str, Any]:
    return {name: document_of(table) for name, table in tables.items()}


def test_amazons_own_models_are_priced_by_what_is_billed() -> None:
    lists, found = bedrock(
        product(own("Input tokens"), "0.0008"),
        product(own("Output tokens"), "0.0032"),
        product(own("Input tokens", "-batch", feature="Batch Inference"), "0.0004"),
        product(own("Input tokens", "-custom-model", feature="Model Customization"), "0.001"),
    )
    assert lists == {
        "amazon.nova-pro": {
            "standard": {"rates": {"input": "0.8", "output": "3.2"}},
            "batch": {"rates": {"input": "0.4"}},
        }
    }
    assert found == []


def test_a_global_endpoints_row_is_identified_by_the_end_of_its_usage_type() -> None:
    """Nova 2 Lite's rows in us-east-1 of 2026-09-01, by two readers' notes of the offer file.

    Without that end they would be two prices for one thing.
    """
    lite = {"model": "Nova 2.0 Lite"}
    base = "USE1-Nova2.0Lite-{}-tokens{}"
    lists, found = bedrock(
        *(
            product(own(kind, usagetype=base.format(way, end), **lite, **feature), usd)
            for kind, way, end, feature, usd in (
                ("Input tokens", "input", "", {}, "0.0003300000"),
                ("Output tokens", "output", "", {}, "0.0027500000"),
                ("Input tokens", "input", "-cross-region-global", {"feature": ""}, "0.0003000000"),
                (
                    "Output tokens",
                    "output",
                    "-cross-region-global",
                    {"feature": ""},
                    "0.0025000000",
                ),
                ("Input tokens", "input", "-batch", {"feature": "Batch Inference"}, "0.000165"),
                ("Input tokens", "input", "-cross-region-global-batch", {"feature": ""}, "0.00015"),
                ("Input tokens flex", "input", "-flex", {}, "0.000165"),
                ("Input tokens priority", "input", "-priority", {}, "0.0005775"),
                ("Input tokens", "input", "-custom-model", {"feature": ""}, "0.0003"),
                ("Input tokens", "input", "-cross-region-eu", {"feature": ""}, "0.0004"),
            )
        )
    )
    assert lists == {
        "amazon.nova-2-0-lite": {
            "standard": {"rates": {"input": "0.33", "output": "2.75"}},
            "batch": {"rates": {"input": "0.165"}},
        },
        "global.amazon.nova-2-0-lite": {
            "standard": {"rates": {"input": "0.3", "output": "2.5"}},
            "batch": {"rates": {"input": "0.15"}},
        },
    }
    assert found == []


def test_awss_rows_as_two_projects_recorded_them_are_read_completely() -> None:
    notes = SourceNotes("aws-price-list")
    tables = aws_list.read(payload(excerpt("aws-price-list-noted")), notes)
    assert notes.left_out == []
    assert documents(tables) == {
        # 0.00015 and 0.0006 a thousand, twice each; half of that in a batch, twice each.
        "amazon.qwen3-32b": {
            "standard": {"rates": {"input": "0.15", "output": "0.6"}},
            "batch": {"rates": {"input": "0.075", "output": "0.3"}},
        },
        "anthropic.claude-sonnet-4-6": {
            "standard": {
                "rates": {
                    "input": "3.3",
                    "output": "16.5",
                    "cache_read": "0.33",
                    "cache_write_5m": "4.125",
                    "cache_write_1h": "6.6",
                }
            },
            "batch": {"rates": {"input": "1.65", "output": "8.25"}},
        },
        "global.anthropic.claude-sonnet-4-6": {
            "standard": {
                "rates": {
                    "input": "3",
                    "output": "15",
                    "cache_read": "0.3",
                    "cache_write_5m": "3.75",
                    "cache_write_1h": "6",
                }
            },
            "batch": {"rates": {"input": "1.5", "output": "7.5"}},
        },
    }


def test_awss_recorded_rows_are_read_for_the_region_they_are_asked_for() -> None:
    notes = SourceNotes("aws-price-list")
    tables = aws_list.read(payload(excerpt("aws-price-list")), notes)
    assert notes.left_out == []
    # The other eight are Tokyo's. These rows were recorded without their maker.
    assert documents(tables) == {
        "amazon.claude-3-haiku": {"standard": {"rates": {"input": "0.25"}}}
    }


def test_awss_recorded_rows_of_another_region_read_as_ours_would(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(aws_list, "REGION", "ap-northeast-1")
    notes = SourceNotes("aws-price-list")
    tables = aws_list.read(payload(excerpt("aws-price-list")), notes)
    assert notes.left_out == []
    assert documents(tables) == {
        "amazon.glm-5": {"standard": {"rates": {"input": "1.2", "output": "3.84"}}},
        "amazon.nova-pro": {
            "standard": {"rates": {"cache_read": "0.24", "input": "0.96", "output": "3.84"}},
            "batch": {"rates": {"input": "0.48"}},
        },
    }


def test_other_makers_models_are_priced_by_the_whole_usage_type() -> None:
    lists, found = bedrock(
        product(sold("InputTokenCount"), "3.3", "1M tokens"),
        product(sold("CacheWrite1hInputTokenCount"), "6.6", "1M tokens"),
        product(sold("InputTokenCount_Global"), "3", "1M tokens"),
        product(sold("output_tokens_standard"), "16.5", "1M tokens"),
        product(sold("input_tokens_global_batch"), "1.5", "1M tokens"),
        product(sold("Reserved_1Month_InputTokenCount"), "99", "1M tokens"),
    )
    assert lists == {
        "anthropic.claude-sonnet-4-5": {
            "standard": {"rates": {"input": "3.3", "cache_write_1h": "6.6", "output": "16.5"}}
        },
        "global.anthropic.claude-sonnet-4-5": {
            "standard": {"rates": {"input": "3"}},
            "batch": {"rates": {"input": "1.5"}},
        },
    }
    assert found == []


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        (product(own("Input tokens"), "0.8", "hours"), "invalid_entry"),
        (product(own("Input tokens"), "0.8", currency="CNY"), "invalid_entry"),
        (product(own("Input tokens"), "-1"), "invalid_price"),
        ("not an object", "invalid_entry"),
        ({"product": []}, "invalid_entry"),
    ],
)
def test_a_product_in_another_unit_or_currency_is_left_out(wrong: Any, code: str) -> None:
    assert bedrock(wrong) == ({}, [code])


def test_neither_of_two_prices_for_one_thing_is_used() -> None:
    lists, found = bedrock(product(own("Input tokens"), "0.8"), product(own("Input tokens"), "0.9"))
    assert lists["amazon.nova-pro"] == {"standard": {"rates": {}}}
    assert found == ["invalid_entry"]


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("anthropic.claude-sonnet-4-5-20250929-v1:0", "anthropic-claude-sonnet-4-5"),
        ("us.anthropic.claude-sonnet-4-5-20250929-v1:0", "anthropic-claude-sonnet-4-5"),
        ("global.anthropic.claude-sonnet-4-5-v1:0", "global.anthropic-claude-sonnet-4-5"),
        ("eu.anthropic.claude-sonnet-4-5-20250929-v1:0", None),
        ("us-gov-west-1/anthropic.claude-sonnet-4-5", None),
    ],
)
def test_only_names_of_the_price_lists_region_are_compared(name: str, key: str | None) -> None:
    assert aws_list.key_of(name) == key


@pytest.mark.parametrize(
    ("reader", "document"),
    [
        (genai_prices.read, {}),
        (genai_prices.read, [7]),
        (litellm_map.read, []),
        (openrouter_api.read, {"data": {}}),
        (aws_list.read, {"PriceList": 7}),
        (litellm_map.read, b'{"a": NaN}'),
        (litellm_map.read, b'{"a": 1e999999}'),
        (genai_prices.read, b"[" * 100_000),
        (litellm_map.read, b"<html>"),
    ],
)
def test_an_answer_of_another_shape_is_refused_whole(reader: Any, document: Any) -> None:
    with pytest.raises(SourceRefused):
        reader(payload(document), SourceNotes("a list"))
