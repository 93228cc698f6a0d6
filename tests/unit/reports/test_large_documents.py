"""Documents of more than 16 MB in one file: read as smaller ones are, or refused."""

import io
import json
import random
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from pricing.reports.readers import files, json_values
from pricing.reports.readers.files import FileKind, UsageFile, table_bytes
from pricing.reports.readers.json_values import elements, records
from pricing.reports.readers.whole import is_record
from tariff.template import ROOT
from tests.support.reports import report_file
from tests.unit.reports.test_further_formats import RECORDS, file_of

MEGABYTE = 1_000_000
#: A call of GPT-4o mini, at 0.15 and 0.6 USD per million tokens: 1,000 x 0.15 + 100 x 0.6
MINI = Decimal("0.00021")
CALL: dict[str, Any] = {
    "timestamp": "2026-10-01T10:00:00Z",
    "model": "gpt-4o-mini",
    "usage": {"prompt_tokens": 1000, "completion_tokens": 100},
}
IMAGE = "A" * 17 * MEGABYTE
CHAT = {"choices": [{"message": {"content": IMAGE}}, {"message": {"content": "second"}}]}


def response(**fields: Any) -> dict[str, Any]:
    whole = {"id": "r", "object": "chat.completion", "created": 1790848800, "model": "gpt-4o-mini"}
    return {**whole, **CHAT, "usage": CALL["usage"], **fields}


LARGE: dict[str, tuple[Any, int]] = {
    "a response whose answer is long": (response(), 1),
    "a response with its usage before the answer": ({"usage": CALL["usage"], **response()}, 1),
    "embeddings, a list with usage next to it": (
        {"object": "list", "created": 1790848800, "model": "gpt-4o-mini", "usage": CALL["usage"],
         "data": [{"object": "embedding", "embedding": [0.125] * 100, "text": IMAGE}] * 2},
        1,
    ),
    "a record with its messages and its response": (
        {"timestamp": "2026-10-01", "messages": [{"role": "user", "content": IMAGE}],
         "response": response(choices=[])},
        1,
    ),
    "an export with a list": (
        {"meta": {"tags": ["x"]}, "errors": [{"code": 7}], "data": [{**CALL, "note": IMAGE}, CALL]},
        2,
    ),
    "an array with a long record": ([{**CALL, "note": IMAGE}, CALL], 2),
    "a span export": (
        {"resourceSpans": [
            {"scopeSpans": [{"spans": [{
                "traceId": "t", "spanId": str(number), "startTimeUnixNano": "1790848800000000000",
                "attributes": [
                    {"key": "gen_ai.response.model", "value": {"stringValue": "gpt-4o-mini"}},
                    {"key": "gen_ai.usage.input_tokens", "value": {"intValue": "1000"}},
                    {"key": "gen_ai.usage.output_tokens", "value": {"intValue": "100"}},
                    {"key": "gen_ai.prompt", "value": {"stringValue": IMAGE}},
                ]}]}]}
            for number in range(2)]},
        2,
    ),
}  # fmt: skip


@pytest.mark.parametrize(
    ("name", "indent"), [*((name, None) for name in LARGE), *((name, 1) for name in [*LARGE][::3])]
)
def test_a_large_document_costs_what_its_calls_cost(
    tmp_path: Path, name: str, indent: int | None
) -> None:
    document, calls = LARGE[name]
    content = json.dumps(document, indent=indent).encode()
    assert len(content) > 16 * MEGABYTE
    found = report_file(content, "json", tmp_path)
    assert found.totals.cost_usd == calls * MINI
    assert (found.records.read, found.records.rejected) == (calls, 0)


def test_the_records_of_a_large_list_have_what_its_object_hands_down(tmp_path: Path) -> None:
    messages = [
        {"id": str(number), "type": "gemini", "timestamp": "2026-10-01T10:00:00Z",
         "model": "gemini-2.5-flash", "content": "x" * 9_000,
         "tokens": {"input": 1000, "output": 40, "cached": 400, "thoughts": 10, "tool": 0,
                    "total": 1050}}
        for number in range(2_000)
    ]  # fmt: skip
    for session in ({"sessionId": "s1"}, {"startTime": "x"}):
        folder = tmp_path / next(iter(session))
        small = report_file(
            json.dumps({**session, "messages": messages[:1]}).encode(), "json", folder / "small",
            group_by=[("session",)],
        )  # fmt: skip
        large = report_file(
            json.dumps({"messages": messages, **session}).encode(), "json", folder / "large",
            group_by=[("session",)],
        )  # fmt: skip
        assert large.records.priced == 2_000
        assert large.totals.known_usd == 2_000 * small.totals.known_usd
        values = [[row.values for row in one.groups[0].rows] for one in (small, large)]
        assert values[0] == values[1]
        assert large.formats == {"gemini_cli": 2_000}


def test_a_document_that_is_too_large_when_its_texts_are_cut_is_refused_by_its_size(
    tmp_path: Path,
) -> None:
    numbers = {**response(choices=[]), "choices": [{"logprobs": [0.123456] * 2_000_000}]}
    content = json.dumps(numbers).encode()
    assert len(content) > 16 * MEGABYTE
    found = report_file(content, "json", tmp_path)
    assert found.totals.cost_usd is None
    (rejected,) = found.rejected
    assert "the limit is 16 MB" in rejected.reason


def test_a_large_object_without_a_known_list_is_one_record(tmp_path: Path) -> None:
    document = {"colours": [{"red": "x" * 9_000}] * 2_000}
    found = report_file(json.dumps(document).encode(), "json", tmp_path)
    assert (found.records.read, found.records.rejected) == (1, 1)


def documents(chance: random.Random) -> Iterator[Any]:
    """Values with awkward strings, nested at random."""
    texts = ["", "x", '"', "\\", "\\\\", "]}", "[{", "\u20ac", "\n", "x" * 299, "x" * 400, "{,}"]

    def value(depth: int) -> Any:
        kind = chance.randrange(5 if depth else 3)
        if kind < 3:
            return chance.choice([*texts, 1, -1.5, None, True, {}, []])
        if kind == 3:
            return [value(depth - 1) for _ in range(chance.randrange(4))]
        return {chance.choice(texts[:8]): value(depth - 1) for _ in range(chance.randrange(4))}

    for _ in range(300):
        yield [value(3) for _ in range(chance.randrange(1, 6))]


def cut(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: cut(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [cut(inner) for inner in value]
    return "x" * 300 if isinstance(value, str) and len(json.dumps(value)) > 300 else value


@pytest.mark.parametrize("chunk", [1, 2, 3, 7, 64])
def test_a_document_is_split_alike_wherever_its_chunks_end(
    chunk: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(json_values, "CHUNK", chunk)
    for values in documents(random.Random(7)):  # noqa: S311 - a seeded test
        text = json.dumps(values, indent=1, ensure_ascii=False).encode()
        found = [json.loads(one) for one in elements(io.BytesIO(text), 1, 10**6)]
        assert cut(found) == cut(values)
        inside = json.dumps({"no": [1], "data": values, "object": "page"}).encode()
        found = [json.loads(one)["records"] for one in records(io.BytesIO(inside), 10**6)]
        assert cut(found) == cut([[one] for one in values])
        (whole,) = elements(io.BytesIO(text), 0, 10**6)
        assert cut(json.loads(whole)) == cut(values)


def test_the_table_of_lines_with_much_text_is_smaller_than_their_file(tmp_path: Path) -> None:
    def table(line: int, lines: int, kind: FileKind = "jsonl") -> int:
        path = tmp_path / f"{line}.{kind}"
        path.write_text(("x" * (line - 1) + "\n") * lines, encoding="utf-8")
        return table_bytes(UsageFile(path, kind))

    assert table(800, 1_000) == 80 * 1_000
    assert table(80, 1_000) == table(40, 2_000) == 80 * 1_000
    assert table(800, 1_000, "csv") == 800 * 1_000
    assert table(1, 0) == 0


DOCUMENTS = {
    **{name: file_of(record) for name, record in RECORDS.items() if record["kind"] == "json"},
    **{path.name: path.read_bytes() for path in (ROOT / "tests/data/logs").glob("*.json")},
}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_document_of_any_tool_costs_the_same_when_it_is_too_large_to_be_read_at_once(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_once = report_file(DOCUMENTS[name], "json", tmp_path / "at_once")
    monkeypatch.setattr(files, "MAX_WHOLE_BYTES", 1)
    split = report_file(DOCUMENTS[name], "json", tmp_path / "split")
    assert split.totals == at_once.totals
    assert split.formats == at_once.formats
    assert [one.reason for one in split.rejected] == [one.reason for one in at_once.rejected]


@pytest.mark.parametrize(
    ("names", "lists", "one"),
    [
        ("data has_more object", "data", False),
        ("sessionId projectHash startTime lastUpdated messages", "messages", False),
        ("info messages trajectory_format", "messages", True),
        ("v id created messages usageLedger", "messages", True),
        ("run_type start_time events outputs", "events", True),
        ("timestamp records", "records", False),
    ],
)
def test_a_document_with_marks_next_to_its_lists_is_one_record(
    names: str, lists: str, one: bool
) -> None:
    assert is_record(names.split(), lists.split()) is one
