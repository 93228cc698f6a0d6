"""The AWS Price List for Bedrock: what is billed by usage type, for one region."""

from collections.abc import Mapping
from typing import Any

import pytest

from pricing.sources import bedrock as aws_list
from pricing.sources.payload import SourceNotes
from pricing.sources.price_tables import PriceTable, document_of
from tests.support.payloads import payload
from tests.support.refreshing import excerpt


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
