"""Lines read by column and lines read one by one come to the same, in every format.

The strict reader is the truth. Each file of ``tests/data/logs`` is repeated with other counts and
with awkward values in every place, and read in both ways.
"""

import copy
import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from pricing.reports.engine import Engine
from pricing.reports.generate import report_usage
from pricing.reports.readers import files, line_table
from pricing.reports.readers.files import UsageFile, opened
from pricing.reports.report import Filters, ReportQuery
from pricing.reports.source_formats import ReadOptions
from pricing.store import bundled
from tariff.prices import bundled_prices
from tariff.template import ROOT

BOOK = bundled.current()
LOGS = ROOT / "tests" / "data" / "logs"
FILES = sorted(path.name for path in LOGS.iterdir() if path.suffix in (".jsonl", ".json"))
OPTIONS = ReadOptions(now=datetime(2026, 11, 30, tzinfo=UTC))
LABELS = ("user", "api_key", "project", "session", "tag:env")
LINES = 240
#: What takes the place of a value: of another type, out of bounds, or written in another way.
AWKWARD: tuple[Any, ...] = (
    *(None, "", 0, -1, 1.5, 12.0, "12", "007", "12.0", True, [], {}, 10**12, 10**12 + 1, 10**30),
    *(
        "standard",
        "refusal",
        "<synthetic>",
        "x" * 129,
        'a"b\\c é',
        *('{"input_tokens": 5}', 0.000021, "0.25", "$1.5", "2.1e-05", "Included"),
        "default",
    ),
    *("Microsoft Azure", "azure", "batch", "TRUE", "1,000", "2k", "1.000", "a/b", " "),
    *("$1,234.5", "0,25", "EUR", "usd", "Nov 1, 2026", "1.11.2026 9:30", "11/01/2026"),
    *("2026-10-01 10:00:00", "2026-10-01", "2026-10-01T10:00:00.123456+02:00", 1_790_000_000_000),
    *("2026-10-01T10:00:00.123456789Z", [{"input_tokens": 5}], {"input_tokens": 7, "output": 1}),
)

CHAT: dict[str, Any] = {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15}
CHAT |= {"prompt_tokens_details": {"cached_tokens": 4, "image_tokens": 0}}
RESPONSES = {"input_tokens": 9, "output_tokens": 4, "total_tokens": 13}
CLAUDE: dict[str, Any] = {"input_tokens": 10, "output_tokens": 20, "cache_read_input_tokens": 5}
CLAUDE |= {"cache_creation": {"ephemeral_5m_input_tokens": 3, "ephemeral_1h_input_tokens": 2}}
CLAUDE |= {"cache_creation_input_tokens": 5, "service_tier": "standard"}
MESSAGE: dict[str, Any] = {
    "id": "msg_1",
    "type": "message",
    "model": "claude-sonnet-4-6",
    "usage": CLAUDE,
}
#: Records in Tariff's own form, raw responses, and lines of batches and of Claude Code.
MADE: dict[str, list[dict[str, Any]]] = {
    "tariff": [
        {
            "timestamp": "2026-10-01T10:00:00Z", "model": "claude-sonnet-4-6", "usage": CLAUDE,
            "endpoint": "chat", "team": "a", "request_id": "r1", "tags": {"env": "prod"},
        },
        {"timestamp": 1_790_000_000, "model": "gpt-4o", "usage": CHAT, "processing": "batch"},
    ],
    "stated_apart": [
        {"timestamp": 1_790_000_000, "model": "gpt-4o", "provider": "Azure OpenAI", "usage": CHAT},
        {"timestamp": 1_790_000_000, "model": "gpt-5", "usage": CHAT, "batch": True},
        {"timestamp": 1_790_000_000, "model": "gpt-5", "usage": CHAT, "batch": "b_1", "team": "a"},
        {
            "timestamp": 1_790_000_000, "model": "openai/gpt-5", "usage": CHAT, "batch": "false",
            "provider": "azure", "processing": "standard", "tier": "gold",
        },
        {"timestamp": 1_790_000_000, "model": "gpt-4o", "provider": "azure", "response": MESSAGE},
        *(
            {"timestamp": 1_790_000_000, "model": "gpt-4o", "usage": CHAT, "cost": 0.25,
             "currency": currency}
            for currency in ("USD", "EUR")
        ),
    ],
    "tags_in_text": [
        {"timestamp": 1_790_000_000, "model": "gpt-4o", "usage": CHAT, name: tags}
        for name in ("tags", "metadata", "labels")
        for tags in (
            *({"env": "prod"}, '{"env": "a \\"b\\" \\u00e9"}', '{"env": 7, "more": {"env": 8}}'),
            *({"env": None, "user": "u"}, '{"env": ""}', '{"env": 1.0}', "prod", None, '{"env"'),
        )
    ],
    # The cache is in the input of the first one, a stream of OpenAI's, and not in the others'.
    "converse": [
        {"timestamp": 1_790_000_000, "model": model,
         "usage": {"inputTokens": fresh, "outputTokens": 7, "totalTokens": fresh + 37,
                   "cacheReadInputTokens": 20, "cacheWriteInputTokens": 10}}
        for model, fresh in (
            ("us.openai.gpt-5.6-sol", 32),
            ("us.openai.gpt-5.6-sol", 2),
            ("us.anthropic.claude-sonnet-4-6", 3),
        )
    ],
    "responses": [
        {"created": 1_790_000_000, "object": "chat.completion", "id": "c", "model": "gpt-4o",
         "choices": [{"message": {"content": "x"}}], "usage": CHAT, "service_tier": "default"},
        {"created_at": 1_790_000_000, "object": "response", "id": "r", "model": "gpt-5",
         "output": [{"type": "message"}], "tools": [],
         "usage": {"input_tokens": 9, "output_tokens": 4, "total_tokens": 13,
                   "output_tokens_details": {"reasoning_tokens": 2}}},
        {**MESSAGE, "timestamp": "2026-10-01", "stop_reason": "end_turn"},
        {"createTime": "2026-10-01T10:00:00Z", "modelVersion": "gemini-2.5-flash",
         "candidates": [{"content": {}}], "responseId": "g",
         "usageMetadata": {"promptTokenCount": 8, "candidatesTokenCount": 4,
                           "thoughtsTokenCount": 2, "totalTokenCount": 14}},
    ],
    "batches": [
        {"id": "b", "custom_id": "1", "response": {"status_code": 200, "request_id": "q",
         "body": {"object": "chat.completion", "created": 1_790_000_000, "model": "gpt-4o",
                  "usage": CHAT}}},
        {"custom_id": "2", "result": {"type": "succeeded", "message": MESSAGE}},
    ],
    "costs": [
        {"request_id": "l1", "call_type": "acompletion", "startTime": "2026-10-01 10:00:00.123",
         "model": "gpt-4o", "prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15,
         "spend": 0.25, "team_id": "t", "cache_hit": "False", "metadata": {}},
        {"id": "g", "traceId": "t", "type": "GENERATION", "startTime": "2026-10-01T10:00:00.000Z",
         "name": "n", "model": "gpt-4o", "totalCost": 0.5,
         "usageDetails": {"input": 10, "output": 5, "total": 15}},
        {"timestamp": "2026-10-01", "model": "gpt-4o", "usage": {**CHAT, "cost": 0.125}},
        {"timestamp": "2026-10-01", "model": "gpt-4o", "usage": CHAT, "cost_usd": "0.125"},
    ],
    "claude_code": [
        {"type": "assistant", "uuid": "u", "requestId": "req", "sessionId": "s", "cwd": "/x",
         "timestamp": "2026-10-01T10:00:00.123Z", "message": MESSAGE},
        {"type": "user", "sessionId": "s", "timestamp": "2026-10-01T10:00:00.123Z",
         "message": {"role": "user", "content": "x"}},
        {"type": "file-history-snapshot", "messageId": "m", "snapshot": {}},
    ],
}  # fmt: skip


def places(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if at:
        yield at
    members = value.items() if isinstance(value, dict) else ()
    if isinstance(value, list):
        members = enumerate(value)  # type: ignore[assignment]
    for name, inner in members:
        yield from places(inner, (*at, name))


def line_of(document: Any, chance: random.Random) -> str:
    """A line like the document: with other counts, or with something awkward."""
    changed = copy.deepcopy(document)
    *around, name = chance.choice(list(places(changed)))
    inside = changed
    for step in around:
        inside = inside[step]
    what = chance.randrange(8)
    if what == 0:
        inside[name] = chance.choice(AWKWARD)
    elif what == 1 and isinstance(inside, dict):
        del inside[name]
    elif what == 2 and isinstance(inside, dict):
        inside[chance.choice(("new", "calls", "usage", "iterations", "type"))] = 3
    elif isinstance(inside[name], int) and not isinstance(inside[name], bool):
        inside[name] += chance.randrange(3)
    text = json.dumps(changed, separators=chance.choice(((",", ":"), (", ", ": "))))
    if what == 3 and isinstance(name, str) and "token" in name.lower():
        text = text.replace(f'"{name}"', f'"{name}": 1, "{name}"', 1)
    return text[: chance.randrange(len(text))] if what == 4 and chance.random() < 0.1 else text


def read(path: Path, folder: Path) -> tuple[dict[str, Any], list[Any], int]:
    """What became of the lines, every call, and how many were read by column."""
    folder.mkdir()
    with Engine(BOOK, folder, columns=LABELS) as engine:
        usage = engine.load(UsageFile(path, "jsonl"), Filters(), OPTIONS)
        calls = engine._rows("SELECT * FROM calls ORDER BY ALL")
        calls += engine._rows("SELECT * FROM alone ORDER BY ALL")
        (total,) = engine.summary(())
    names = ("read", "rejected", "duplicates", "merged", "not_calls", "priced", "partial")
    fates = {name: getattr(usage, name) for name in (*names, "unpriced", "ignored", "formats")}
    fates |= {name: +getattr(usage, name) for name in ("assumed", "unread")}
    fates["rejections"] = [(one.line, one.reason) for one in usage.rejections]
    fates["cost"] = total["cost"]
    return fates, calls, usage.read - usage.read_singly - usage.rejected


def check(documents: list[Any], seed: int, folder: Path, monkeypatch: pytest.MonkeyPatch) -> int:
    chance = random.Random(seed)  # noqa: S311 - a seeded test
    lines = [json.dumps(document) for document in documents]
    lines += [line_of(chance.choice(documents), chance) for _ in range(LINES)]
    path = folder / "lines.jsonl"
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    monkeypatch.setattr(files, "SMALL_LINES", LINES * 10)
    fates, calls, _ = read(path, folder / "singly")
    monkeypatch.setattr(files, "SMALL_LINES", -1)
    by_column = read(path, folder / "column")
    assert by_column[1] == calls
    assert by_column[0] == fates
    for name in ("TINY_BYTES", "LEAST_SHARE", "LEAST_IN_FORMS"):
        monkeypatch.setattr(line_table, name, -1)
    by_form = read(path, folder / "form")
    assert by_form[1] == calls
    assert by_form[0] == fates
    return by_column[2]


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("name", FILES)
def test_a_tools_lines_come_to_the_same(
    name: str, seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = opened(LOGS / name, name, tmp_path).path.read_text(encoding="utf-8")
    documents = [json.loads(line) for line in source.splitlines() if line.strip()]
    check(documents, seed, tmp_path, monkeypatch)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("name", MADE)
def test_records_and_responses_come_to_the_same(
    name: str, seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert check(MADE[name], seed, tmp_path, monkeypatch) > LINES / 6


def test_lines_whose_names_state_a_service_tier_come_to_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    documents = [
        {
            "timestamp": 1_790_000_000,
            "model": "gpt-5",
            "usage": {
                "input_tokens": 15,
                "output_tokens": 7,
                "total_tokens": 22,
                "input_token_details": {f"{tier}cache_read": 4, "audio": 0, **count},
                "output_token_details": {f"{tier}reasoning": 2},
            },
        }
        for tier, count in (("", {}), ("flex_", {"flex": 11}), ("priority_", {"priority": 0}))
    ]
    check(documents, 0, tmp_path, monkeypatch)


def test_objects_of_a_batch_come_to_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = {"input_tokens": 1000, "output_tokens": 100, "total_tokens": 1100}
    batch = {
        "object": "batch", "model": "gpt-5", "created_at": 1_790_000_000, "usage": usage,
        "request_counts": {"completed": 10},
    }  # fmt: skip
    check([batch, {"timestamp": "2026-10-01", "response": batch}], 0, tmp_path, monkeypatch)


@pytest.mark.parametrize("seed", range(2))
def test_what_an_answer_shows_and_a_providers_own_usage_come_to_the_same(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    at, sdk = {"timestamp": "2026-10-01"}, {"inputTokens": 20, "outputTokens": 20}
    claude = {**at, "model": "claude-sonnet-4-6"}
    groq = {**at, "object": "chat.completion", "model": "groq/openai/gpt-oss-120b", "usage": CHAT}
    drew = {"image_gen": {"output_tokens": 5}, "web_search": {"num_requests": 0}}
    counted = {"total_input_tokens": 9, "total_output_tokens": 4}
    gemini = {**at, "model": "gemini-3-flash-preview", "usage": counted}
    search = {"type": "google_search_call", "arguments": {"queries": ["a"]}}
    documents = [
        *({**claude, "usage": {**sdk, "raw": raw}} for raw in (CLAUDE, {}, None)),
        *(
            {**groq, "choices": [{"message": {"content": "x", **held}}]}
            for held in ({}, {"executed_tools": [{"type": "search"}]})
        ),
        {**groq, "choices": [{"message": {}}], "web_search": [{"title": "x"}]},
        *({**gemini, "outputs": [one]} for one in ({"type": "text"}, search)),
        {**gemini, "usage": {**counted, "grounding_tool_count": [{"type": "x", "count": 1}]}},
        {**at, "object": "response", "model": "gpt-5", "tool_usage": drew, "usage": RESPONSES},
        {**claude, "usage": CLAUDE, "raw_usage": [{"provider_type": "x", "data": CLAUDE}]},
        *(
            {**at, **MESSAGE, "content": [{"type": "server_tool_use", "name": name}]}
            for name in ("tool_search", "bash_code_execution")
        ),
        *(
            {**claude, "output": {}, "usage": {**sdk, "totalTokens": 40}, **traced}
            for traced in ({}, {"trace": {"guardrail": {"topicPolicyUnits": 2}}})
        ),
    ]
    check(documents, seed, tmp_path, monkeypatch)


@pytest.mark.parametrize("wrong", ["{}", "[]"])
def test_an_empty_object_in_place_of_a_count_is_rejected_in_every_line(
    tmp_path: Path, wrong: str
) -> None:
    def line(number: int, audio: str) -> str:
        return (
            f'{{"timestamp": "2026-10-{number:02}", "model": "gpt-4o-audio-preview", "usage":'
            ' {"prompt_tokens": 100, "completion_tokens": 1, "prompt_tokens_details":'
            f' {{"audio_tokens": {audio}}}}}}}\n'
        )

    # The first one is the example of its kind; more lines than are read without a plan.
    lines = [line(1, wrong), *(line(2 + number % 28, "3") for number in range(299))]
    (tmp_path / "usage.jsonl").write_text("".join(lines), encoding="utf-8")
    (tmp_path / "work").mkdir()
    file = opened(tmp_path / "usage.jsonl", "usage.jsonl", tmp_path / "work")
    found = report_usage(bundled_prices(), file, ReportQuery(), tmp_path / "work")
    assert found.records.priced == 299
    assert [rejected.line for rejected in found.rejected] == [1]


@pytest.mark.parametrize("value", ["0", "null", "[]", "{}", '""', "1"])
@pytest.mark.parametrize(
    ("model", "usage", "accepted"),
    [
        (
            "gemini-2.5-flash",
            '"promptTokenCount": 10, "candidatesTokenCount": 5, "promptTokensDetails": VALUE',
            ("null", "[]"),
        ),
        (
            "us.anthropic.claude-sonnet-4-6",
            '"inputTokens": 10, "outputTokens": 5, "totalTokens": 15, "cacheDetails": VALUE',
            ("null", "[]"),
        ),
        (
            "gpt-4o",
            '"prompt_tokens": 10, "completion_tokens": 5, "prompt_tokens_details": VALUE',
            ("null", "[]", "{}"),
        ),
        (
            "sonar",
            '"prompt_tokens": 10, "completion_tokens": 5, "search_context_size": VALUE',
            ("null",),
        ),
        (
            "gemini-2.5-flash",
            '"promptTokenCount": 10, "candidatesTokenCount": 5, "trafficType": VALUE',
            ("null",),
        ),
    ],
)
def test_what_says_nothing_in_place_of_a_list_or_a_word_is_read_alike_in_a_long_file(
    tmp_path: Path, model: str, usage: str, accepted: tuple[str, ...], value: str
) -> None:
    def line(number: int) -> str:
        counts = usage.replace("VALUE", value)
        return (
            f'{{"timestamp": "2026-10-{1 + number % 28:02}", "model": "{model}",'
            f' "request_id": "{number}", "usage": {{{counts}}}}}\n'
        )

    def rejected(lines: int) -> int:
        folder = tmp_path / str(lines)
        (folder / "work").mkdir(parents=True)
        (folder / "usage.jsonl").write_text("".join(map(line, range(lines))), encoding="utf-8")
        file = opened(folder / "usage.jsonl", "usage.jsonl", folder / "work")
        found = report_usage(bundled_prices(), file, ReportQuery(), folder / "work")
        return found.records.rejected

    # A long file is read by column, and a short one line by line.
    wanted = 0 if value in accepted else 1
    assert (rejected(1), rejected(300)) == (wanted, 300 * wanted)


@pytest.mark.parametrize(
    ("beside", "microdollars"),
    [
        # GPT-5 costs 1.25 and 10, flex half of it, a search 0.01: 1000 x 1.25 + 100 x 10
        ({}, "2250"),
        ({"service_tier": "flex"}, "1125"),
        ({"provider_details": {"service_tier": "flex"}}, "1125"),
        ({"response_metadata": {"service_tier": "flex"}}, "1125"),
        ({"response_metadata": {"service_tier": None, "serviceTier": "flex"}}, "1125"),
        ({"llm_output": {"service_tier": "flex"}}, "1125"),
        ({"response": {"body": {"service_tier": "flex"}}}, "1125"),
        ({"object": "batch", "request_counts": {"completed": 10}}, "1125"),
        ({"content": [{"type": "web_search_call"}]}, "12250"),
        (
            {
                "content": [
                    {"type": "tool-call", "toolName": "web_search", "providerExecuted": True}
                ]
            },
            "12250",
        ),
        ({"parts": [{"part_kind": "builtin-tool-call", "tool_name": "web_search"}]}, "12250"),
        ({"tool_usage": {"web_search": {"num_requests": 2}}}, "22250"),
        ({"tool_usage": {"web_search": {"num_requests": 0}}}, "2250"),
    ],
)
@pytest.mark.parametrize("container", [None, "response"])
def test_what_stands_next_to_the_usage_is_read_in_a_long_file_too(
    tmp_path: Path, container: str | None, beside: dict[str, Any], microdollars: str
) -> None:
    def line(number: int) -> str:
        body = {"model": "gpt-5", "usage": {"input_tokens": 1000, "output_tokens": 100}, **beside}
        outer = {"timestamp": "2026-10-01T10:00:00Z", "request_id": f"r{number}"}
        return json.dumps({**outer, **({container: body} if container else body)}) + "\n"

    def cost(lines: int) -> Decimal | None:
        folder = tmp_path / str(lines)
        (folder / "work").mkdir(parents=True)
        (folder / "usage.jsonl").write_text("".join(map(line, range(lines))), encoding="utf-8")
        file = opened(folder / "usage.jsonl", "usage.jsonl", folder / "work")
        return report_usage(bundled_prices(), file, ReportQuery(), folder / "work").totals.cost_usd

    # A long file is read by column, and a short one line by line.
    usd = Decimal(microdollars) / 10**6
    assert (cost(1), cost(300)) == (usd, 300 * usd)
