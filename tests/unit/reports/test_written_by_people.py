"""Records as people write them: one row in each form that it may be sent in."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.support.reports import report_file

#: 1000 x 2.5 + 200 x 10, and 500 x 2.5 + 500 x 1.25 + 200 x 10 millionths of a USD
PLAIN, CACHED = Decimal("0.0045"), Decimal("0.003875")


#: A call of GPT-4o, whose batch costs half; Azure's is a row of its own at the same price.
ROW = {"timestamp": "2026-11-01", "model": "gpt-4o", "input_tokens": 1000, "output_tokens": 200}


def ways_to_send(record: dict[str, Any]) -> dict[str, tuple[str, str]]:
    """A record as a table read by column, as one read line by line, and as JSON of both forms."""
    counts = {name: record[name] for name in record if name.endswith("_tokens")}
    rest = {name: value for name, value in record.items() if name not in counts}
    cells = [value if isinstance(value, str) else json.dumps(value) for value in record.values()]
    quoted = ",".join(f'"{cell}"' for cell in cells)
    return {
        "by column": ("csv", f"{','.join(record)}\n{quoted}"),
        "by line": ("csv", f"{','.join(record)},searches\n{quoted},"),
        "flat": ("jsonl", json.dumps(record)),
        "with usage": ("jsonl", json.dumps({**rest, "usage": counts})),
    }


@pytest.mark.parametrize(
    "stated",
    [
        {"batch": True},
        {"batch": "TRUE"},
        {"tier": "batch"},
        {"tier": "Batch"},
        {"service_tier": "batch"},
        {"processing": "Batch"},
        {"processing": "", "batch": True},
        {"processing": "batch", "batch": "true", "tier": "batch"},
    ],
)
def test_a_record_is_of_a_batch_by_every_word_that_an_estimate_reads(
    tmp_path: Path, stated: dict[str, Any]
) -> None:
    for name, (kind, text) in ways_to_send({**ROW, **stated}).items():
        found = report_file(text.encode(), kind, tmp_path / name)
        assert (found.totals.cost_usd, found.warnings) == (PLAIN / 2, ()), name


@pytest.mark.parametrize(
    "stated",
    [{"batch": False}, {"tier": "standard"}, {"tier": "default"}, {"tier": "", "batch": ""}],
)
def test_a_record_that_says_that_it_is_of_no_batch_costs_the_standard_price(
    tmp_path: Path, stated: dict[str, Any]
) -> None:
    for name, (kind, text) in ways_to_send({**ROW, **stated}).items():
        found = report_file(text.encode(), kind, tmp_path / name)
        assert (found.totals.cost_usd, found.warnings) == (PLAIN, ()), name


@pytest.mark.parametrize("stated", [{"batch": True}, {"tier": "batch"}])
def test_a_batch_that_states_standard_processing_is_rejected(
    tmp_path: Path, stated: dict[str, Any]
) -> None:
    ways = ways_to_send({**ROW, "processing": "standard", **stated})
    del ways["by line"]  # a table is read so by its rows that can be read
    for name, (kind, text) in ways.items():
        found = report_file(text.encode(), kind, tmp_path / name)
        (wrong,) = found.rejected
        detail = "that contradicts `processing`; send one of them"
        assert wrong.reason == f"1 line has a `{min(stated)}` {detail}", name


@pytest.mark.parametrize(
    ("name", "value"), [("batch", "b_123"), ("tier", "gold"), ("owner", "ann")]
)
def test_what_is_not_read_of_a_record_is_named_in_every_form(
    tmp_path: Path, name: str, value: str
) -> None:
    for way, (kind, text) in ways_to_send({**ROW, name: value}).items():
        found = report_file(text.encode(), kind, tmp_path / way)
        assert found.totals.cost_usd == PLAIN, way
        (warning,) = found.warnings
        assert warning.message == f"Properties of records that are not read: {name} (1 record)."


@pytest.mark.parametrize(
    ("provider", "model", "priced_as"),
    [
        ("azure", "gpt-4o", "azure/gpt-4o"),
        ("Azure OpenAI", "gpt-4o", "azure/gpt-4o"),
        ("OpenAI", "gpt-4o", "gpt-4o"),
        ("azure", "openai/gpt-4o", "gpt-4o"),  # the name has a provider
        ("", "gpt-4o", "gpt-4o"),
    ],
)
def test_a_provider_next_to_the_model_is_a_part_of_its_name(
    tmp_path: Path, provider: str, model: str, priced_as: str
) -> None:
    for way, (kind, text) in ways_to_send({**ROW, "provider": provider, "model": model}).items():
        found = report_file(text.encode(), kind, tmp_path / way)
        assert (found.totals.cost_usd, found.warnings) == (PLAIN, ()), way
        by_model = next(group for group in found.groups if group.by == ("model",))
        assert by_model.rows[0].values == (priced_as,), way


def test_a_model_that_its_provider_does_not_offer_is_unpriced(tmp_path: Path) -> None:
    for way, (kind, text) in ways_to_send({**ROW, "provider": "acme"}).items():
        found = report_file(text.encode(), kind, tmp_path / way)
        assert found.totals.cost_usd is None, way
        assert found.unpriced.reasons[0].model == "acme/gpt-4o", way


@pytest.mark.parametrize(
    ("written", "count"), [("1,000", 1000), ("1k", 1000), ("1_000", 1000), ("1000.0", 1000)]
)
def test_a_count_that_is_written_by_people_is_read(
    tmp_path: Path, written: str, count: int
) -> None:
    for way, (kind, text) in ways_to_send({**ROW, "input_tokens": written}).items():
        found = report_file(text.encode(), kind, tmp_path / way)
        assert (found.totals.cost_usd, found.totals.prompt_tokens) == (PLAIN, count), way


@pytest.mark.parametrize("written", ["1.000", "1,00", "about 1000", "1e3", "-5"])
def test_a_count_of_more_than_one_meaning_or_none_is_rejected(tmp_path: Path, written: str) -> None:
    for way, (kind, text) in ways_to_send({**ROW, "input_tokens": written}).items():
        found = report_file(text.encode(), kind, tmp_path / way)
        assert "/usage/input_tokens" in found.rejected[0].reason, way


def test_the_short_form_of_an_estimate_has_counts_that_do_not_overlap(tmp_path: Path) -> None:
    row = {**ROW, "model": "claude-sonnet-4-6", "cache_read_tokens": 500, "cache_write_tokens": 300}
    ways = ways_to_send(row)
    del ways["with usage"]  # there the names are those of a provider's own usage
    for way, (kind, text) in ways.items():
        found = report_file(text.encode(), kind, tmp_path / way)
        # 1000 x 3 + 200 x 15 + 500 x 0.3 + 300 x 3.75 millionths of a USD
        assert (found.totals.cost_usd, found.warnings) == (Decimal("0.007275"), ()), way
        assert found.records.partial == 0


def test_the_short_form_costs_the_same_at_a_model_whose_input_has_the_cache(tmp_path: Path) -> None:
    for way in ("by column", "by line", "flat"):
        kind, text = ways_to_send({**ROW, "cache_read_tokens": 500})[way]
        found = report_file(text.encode(), kind, tmp_path / way)
        # 500 x 1.25 millionths of a USD more
        assert found.totals.cost_usd == PLAIN + Decimal("0.000625"), way


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2026/11/1", "2026-11-01"),
        ("1.11.2026", "2026-11-01"),
        ("01.11.2026 23:30", "2026-11-01"),
        ("Nov 1, 2026", "2026-11-01"),
        ("1st November 2026", "2026-11-01"),
        ("Sun, 01 Nov 2026 23:30:00 GMT", "2026-11-01"),
        ("Sunday, November 1, 2026", "2026-11-01"),
        ("Sunday 2026-11-01 @ 23:30:00.000", "2026-11-01"),
        ("2026-11-01 11:30 PM", "2026-11-01"),
        ("2026-11-01T23:30Z", "2026-11-01"),
        ("2026-11-01 23:30 -02:00", "2026-11-02"),
        ("12/31/2026", None),  # other rows of such a table have a day and a month below 13
        ("1-11-2026", None),
        ("Novem 1 26", None),
        ("2026/13/1", None),
        ("November 2026", None),
    ],
)
def test_a_date_with_one_meaning_is_read_however_it_is_written(
    tmp_path: Path, written: str, day: str | None
) -> None:
    for way, (kind, text) in ways_to_send({**ROW, "timestamp": written}).items():
        found = report_file(text.encode(), kind, tmp_path / way)
        shown = found.totals.first_day
        assert (None if shown is None else str(shown)) == day, way
        assert found.records.rejected == (day is None), way


@pytest.mark.parametrize("name", ["day", "Day", "datetime", "Time"])
def test_a_date_is_read_under_further_names_if_it_looks_like_one(tmp_path: Path, name: str) -> None:
    row = {name: "2026-11-01", **{key: ROW[key] for key in ROW if key != "timestamp"}}
    for way in ("by column", "by line", "flat"):
        kind, text = ways_to_send(row)[way]
        found = report_file(text.encode(), kind, tmp_path / way)
        assert (found.totals.cost_usd, found.warnings) == (PLAIN, ()), way
    kind, text = ways_to_send({**row, name: 0.35})["flat"]  # such as the seconds of a call
    assert report_file(text.encode(), kind, tmp_path / "number").records.rejected == 1


@pytest.mark.parametrize(
    ("name", "cost", "currency", "stated"),
    [
        ("cost", "$0.005", None, "0.005"),
        ("cost", "$1,234.50", None, "1234.5"),
        ("Cost ($)", "0.005", None, "0.005"),
        ("Total Cost [USD]", "0.005", None, "0.005"),
        ("cost", "0.005", "usd", "0.005"),
        ("cost", "0.005", "", "0.005"),
        ("cost", "0.005", "EUR", None),
        ("cost", "0,005", None, None),  # which may be 5 to some, and is 0.005 to others
        ("cost", "included", None, None),
    ],
)
def test_a_cost_is_read_as_people_write_it_and_only_in_us_dollars(
    tmp_path: Path, name: str, cost: str, currency: str | None, stated: str | None
) -> None:
    row = {**ROW, name: cost, **({} if currency is None else {"currency": currency})}
    unread = [] if stated else ["cost" if currency is None else "currency"]
    ways = ways_to_send(row)
    if name != "cost":  # a heading of a table
        del ways["with usage"]
    for way, (kind, text) in ways.items():
        found = report_file(text.encode(), kind, tmp_path / way)
        read = None if found.stated is None else found.stated.stated_usd
        assert read == (stated and Decimal(stated)), way
        assert found.totals.cost_usd == PLAIN, way
        said = [one.message for one in found.warnings if one.code == "record_field_ignored"]
        named = "Properties of records that are not read"
        assert said == [f"{named}: {one} (1 record)." for one in unread], way
