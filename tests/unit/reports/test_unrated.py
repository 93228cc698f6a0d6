"""Calls of models that have prices, of which none is for what the call counts.

dall-e-3 is billed by the image, mistral-ocr-2505 by the page: of their tokens nothing is known.
"""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from pricing.reports.readers import files
from pricing.reports.report import UsageReport
from tests.support.reports import outcomes_add_up, report_file

PAGES = "mistral-ocr-2505 has no known price for what was used: it is billed by the page"
IMAGES = "dall-e-3 has no known price for what was used: it is billed by the image"
TOKENS = {"input_tokens": 1000, "output_tokens": 100}


def reported(folder: Path, *calls: dict[str, Any]) -> UsageReport:
    lines = (json.dumps({"timestamp": "2026-11-20", "usage": TOKENS, **one}) for one in calls)
    return report_file("\n".join(lines).encode(), "jsonl", folder)


@pytest.mark.parametrize("singly", [True, False])
def test_calls_of_which_nothing_has_a_price_cost_an_unknown_amount_and_not_zero(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, singly: bool
) -> None:
    monkeypatch.setattr(files, "SMALL_LINES", 1000 if singly else -1)
    found = reported(tmp_path, {"model": "dall-e-3"}, {"model": "mistral/mistral-ocr-2505"})
    assert (found.status, found.totals.cost_usd) == ("unpriced", None)
    assert (found.records.unpriced, found.records.partial) == (2, 0)
    assert {one.reason for one in found.unpriced.reasons} == {PAGES, IMAGES}
    (by_model, *_) = found.groups
    assert [row.cost_usd for row in by_model.rows] == [None, None]
    assert outcomes_add_up(found)


def test_a_call_that_is_read_by_itself_comes_to_the_same(tmp_path: Path) -> None:
    page = {"model": "mistral/mistral-ocr-2505"}
    steps = [{"type": "message", **TOKENS}]
    found = reported(tmp_path, page, {**page, "usage": {**TOKENS, "iterations": steps}})
    assert found.records.unpriced == 2
    assert [(one.reason, one.calls) for one in found.unpriced.reasons] == [(PAGES, 2)]


def test_what_is_counted_in_pages_is_priced_and_its_tokens_are_not_missed(tmp_path: Path) -> None:
    response = {"model": "mistral-ocr-2505", "pages": [], "usage_info": {"pages_processed": 4}}
    found = reported(tmp_path, {"response": response, "usage": None})
    assert (found.records.priced, found.totals.cost_usd) == (1, Decimal("0.004"))


def test_one_count_without_a_price_leaves_a_call_partly_priced(tmp_path: Path) -> None:
    usage = {"input_tokens": 0, "output_tokens": 0, "cache_creation_input_tokens": 7}
    found = reported(tmp_path, {"model": "mistral/mistral-large-latest", "usage": usage})
    assert (found.records.partial, found.records.unpriced) == (1, 0)
