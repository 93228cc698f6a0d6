"""How logs and exports say that calls were processed: never priced as standard without a word."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from pricing.reports.readers.formats import FORMATS
from pricing.reports.readers.provider_formats import SPAN, TELEMETRY
from pricing.reports.readers.record_format import RecordFormat, alternatives, record_of
from pricing.reports.report import UsageReport
from tests.support.reports import report_file

#: 1,000 and 100 tokens of GPT-5.1, at 1.25 and 10 USD per million: 0.00125 + 0.001
GPT = Decimal("0.00225")
#: The same of Claude Sonnet 4.6, at 3 and 15 USD: 0.003 + 0.0015
SONNET = Decimal("0.0045")


def openai(tier: str) -> dict[str, Any]:
    return {
        "object": "organization.usage.completions.result", "start_time": 1790812800,
        "model": "gpt-5.1", "num_model_requests": 2, "input_tokens": 1000, "output_tokens": 100,
        "service_tier": tier,
    }  # fmt: skip


def anthropic(tier: str) -> dict[str, Any]:
    return {
        "starting_at": "2026-10-01T00:00:00Z", "model": "claude-sonnet-4-6",
        "uncached_input_tokens": 1000, "output_tokens": 100, "service_tier": tier,
    }  # fmt: skip


def reported(folder: Path, record: dict[str, Any]) -> UsageReport:
    return report_file(json.dumps(record).encode(), "jsonl", folder / "read")


def codes(found: UsageReport) -> set[str]:
    return {warning.code for warning in found.warnings} - {"tier_of_sum_unknown"}


@pytest.mark.parametrize(
    ("record", "usd", "warned"),
    [
        (openai("default"), GPT, set()),
        (openai("priority"), GPT * 2, set()),
        (openai("flex"), GPT / 2, set()),
        (openai("scale"), GPT, {"committed_capacity_at_list_price"}),
        (anthropic("standard"), SONNET, set()),
        (anthropic("batch"), SONNET / 2, set()),
        (anthropic("flex"), SONNET, {"discount_price_unknown"}),
        (anthropic("flex_discount"), SONNET, {"discount_price_unknown"}),
        (anthropic("priority"), SONNET, {"priority_at_list_price"}),
    ],
)
def test_a_providers_word_for_its_tier_is_priced_or_its_price_is_explained(
    tmp_path: Path, record: dict[str, Any], usd: Decimal, warned: set[str]
) -> None:
    found = reported(tmp_path, record)
    assert (found.totals.cost_usd, codes(found)) == (usd, warned)


@pytest.mark.parametrize(
    "record",
    [
        openai("Priority/Scale"),
        openai("turbo"),
        anthropic("priority_on_demand"),
        anthropic("turbo"),
    ],
)
def test_a_tier_without_a_known_price_is_refused_and_not_priced(
    tmp_path: Path, record: dict[str, Any]
) -> None:
    found = reported(tmp_path, record)
    assert found.totals.cost_usd is None
    assert found.unpriced.reasons[0].reason.startswith("/service_tier is not a service tier of ")


def test_a_place_of_inference_that_is_not_known_is_rejected_by_its_name(tmp_path: Path) -> None:
    found = reported(tmp_path, {**anthropic("standard"), "inference_geo": "mars"})
    assert found.rejected[0].reason == "/inference_geo must be one of global, us"
    ordinary = {**anthropic("standard"), "inference_geo": "not_available", "speed": ""}
    assert reported(tmp_path, ordinary).totals.cost_usd == SONNET


PLACES = [
    (known, path)
    for known in (*FORMATS, SPAN, *TELEMETRY)
    for path in alternatives(known.processing)
]


@pytest.mark.parametrize(
    ("known", "path"), PLACES, ids=[f"{known.name}: {path}" for known, path in PLACES]
)
def test_every_format_passes_on_the_word_for_its_tier(known: RecordFormat, path: str) -> None:
    for word, term in (("turbo", "turbo"), ("Flex-Tier", "flex"), ("scale", "scale")):
        assert record_of(known, {path: word}).get("service_tier") == term
    for ordinary in ("default", "standard", "auto", "", None, False):
        assert not {"service_tier", "processing"} & record_of(known, {path: ordinary}).keys()
    assert record_of(known, {path: "batch"})["processing"] == "batch"


@pytest.mark.parametrize(
    ("tier", "usd"),
    [("scale", GPT * 300), ("priority", GPT * 600), ("turbo", None), ("auto", GPT * 300)],
)
def test_a_tier_of_many_lines_or_of_a_table_is_read_as_that_of_one(
    tmp_path: Path, tier: str, usd: Decimal | None
) -> None:
    usage = {"prompt_tokens": 1000, "completion_tokens": 100}
    own: dict[str, Any] = {"timestamp": "2026-10-01", "model": "gpt-5.1", "usage": usage}
    inside = {**own, "usage": {**usage, "service_tier": tier}}
    for holder in ({**own, "service_tier": tier}, inside):
        lines = "\n".join([json.dumps(holder)] * 300).encode()
        assert report_file(lines, "jsonl", tmp_path / "lines").totals.cost_usd == usd
    rows = "timestamp,model,prompt_tokens,completion_tokens,service_tier\n"
    rows += f"2026-10-01,gpt-5.1,1000,100,{tier}\n" * 300
    assert report_file(rows.encode(), "csv", tmp_path / "rows").totals.cost_usd == usd
