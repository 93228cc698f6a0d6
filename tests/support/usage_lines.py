"""Lines of usage of every kind, and what each costs by the reader and the calculator."""

import json
import random
from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from typing import Any

from pricing.errors import TariffError
from pricing.estimates.calculator import price_attempts
from pricing.estimates.discounts import billed_terms
from pricing.jsonio import read_json
from pricing.money import add
from pricing.reports.rates import BUCKETS
from pricing.reports.readers.records import UsageRecord, own_record, read_record
from pricing.store import bundled
from pricing.usage.buckets import Attempt, Usage
from pricing.usage.parsed import NOTHING_OPEN

BOOK = bundled.current()
MODELS = (
    "claude-sonnet-5-5",
    "claude-haiku-5-5",
    "claude-opus-4-8",
    "claude-3-haiku-20240307",
    "anthropic/claude-opus-4-1",
    "gpt-6.1-sol",
    "gemini-2.5-pro",
    "deepseek-chat",
    "no-such-model",
)


def expected(lines: Iterable[bytes]) -> dict[str, Any]:
    """The fate and cost of every line, one by one, by the reader and the calculator.

    Lines of one request id are one call: of every count the largest, at the first line's moment,
    model and terms. Where one of them is not a plain call, those with the most attempts are
    compared, attempt by attempt.
    """
    found = {"priced": 0, "unpriced": 0, "rejected": 0, "duplicates": 0, "merged": 0}
    calls: dict[str, list[UsageRecord]] = {}
    for number, line in enumerate(lines):
        if not line.strip():
            continue
        try:
            document = read_json(line)
            is_record = isinstance(document, dict)
            record = read_record(own_record(document) if is_record else document)
        except TariffError:
            found["rejected"] += 1
            continue
        calls.setdefault(record.request_id or f"line {number}", []).append(record)
    costs: list[Decimal] = []
    for records in calls.values():
        settled = [_settled(record) for record in records]
        first, compared = records[0], records
        if all(record.plain for record in records):
            differ = any(record.attempts != first.attempts for record in records)
        else:
            differ = any(
                (record.attempts, record.unread) != (settled[0].attempts, settled[0].unread)
                for record in settled
            )
            most = max(len(record.attempts) for record in settled)
            compared = [record for record in settled if len(record.attempts) == most]
            if differ:
                first = replace(compared[-1], moment=first.moment, terms=first.terms)
                first = replace(first, asked=settled[0].asked, served=settled[0].served)
        found["merged" if differ else "duplicates"] += len(settled) - 1
        if differ:
            first = replace(first, attempts=_largest(compared))
        cost = _cost(first)
        found["unpriced" if cost is None else "priced"] += 1
        costs += [] if cost is None else [cost]
    return {**found, "cost": add(costs)}


def _settled(record: UsageRecord) -> UsageRecord:
    """A record by the rules of its model, or as it is where they refuse it."""
    try:
        _, name, attempts = record.settled(BOOK)
    except TariffError:
        return record
    return replace(record, attempts=attempts, asked=name, served=None, open=NOTHING_OPEN)


def _largest(records: list[UsageRecord]) -> tuple[Attempt, ...]:
    attempts = []
    for number, last in enumerate(records[-1].attempts):
        usages = [record.attempts[number].usage for record in records]
        counts = {name: max(getattr(usage, name) for usage in usages) for name in BUCKETS}
        units = max((usage.units for usage in usages), key=len)
        attempts.append(replace(last, usage=replace(Usage.of(counts), units=units)))
    return tuple(attempts)


def _cost(record: UsageRecord) -> Decimal | None:
    try:
        match, _, attempts = record.settled(BOOK)
        terms, _ = billed_terms(match.model, record.at, record.terms)
        return price_attempts(BOOK, match.model, record.at, attempts, terms, 1).total_usd
    except TariffError:
        return None


def some(chance: random.Random, **members: Any) -> dict[str, Any]:
    """A few of these members, some of them broken."""
    broken: tuple[Any, ...] = (-1, 1.5, "12", True, 10**12 + 1, [], {}, None, 10**30)
    found: dict[str, Any] = {}
    for name, value in members.items():
        if chance.random() < 0.85:
            found[name] = chance.choice(broken) if chance.random() < 0.01 else value
    return found


def usage_of(chance: random.Random) -> dict[str, Any]:
    def count(most: int = 3_000) -> int:
        return chance.choice((0, 1, chance.randrange(most), chance.randrange(400_000)))

    kind = chance.randrange(6)
    if kind <= 2:
        five, hour = count(), count()
        usage = some(
            chance,
            cache_read_input_tokens=count(),
            cache_creation_input_tokens=five + hour,
            cache_creation=some(
                chance, ephemeral_5m_input_tokens=five, ephemeral_1h_input_tokens=hour
            ),
            service_tier=chance.choice(("standard", "batch", "priority", "warp", None)),
            speed=chance.choice(("standard", "fast", None)),
            inference_geo=chance.choice(("global", "us", "not_available", "", None)),
            server_tool_use=some(chance, web_search_requests=count(5), web_fetch_requests=1),
            output_tokens_details=some(chance, thinking_tokens=count()),
            something_new=count(),
        )
        return {"input_tokens": count(), "output_tokens": count(), **usage}
    prompt, output, cached, reasoning = count(), count(), count(), count()
    if kind == 3:
        return {
            "prompt_tokens": prompt + cached,
            "completion_tokens": output + reasoning,
            **some(
                chance,
                total_tokens=prompt + cached + output + chance.choice((0, reasoning)) + reasoning,
                prompt_tokens_details=some(chance, cached_tokens=cached, audio_tokens=count(5)),
                completion_tokens_details=some(chance, reasoning_tokens=reasoning),
                service_tier=chance.choice(("default", "flex", "auto", "priority")),
            ),
        }
    if kind == 4:
        return {
            "promptTokenCount": prompt + cached,
            **some(
                chance,
                cachedContentTokenCount=cached,
                candidatesTokenCount=output,
                thoughtsTokenCount=reasoning,
                toolUsePromptTokenCount=count(50),
                promptTokensDetails=[{"modality": "TEXT", "tokenCount": prompt + cached}],
            ),
        }
    return {
        "inputTokens": prompt,
        "outputTokens": output,
        **some(
            chance,
            totalTokens=prompt + output,
            cacheReadInputTokens=cached,
            cacheWriteInputTokens=count(),
        ),
    }


def line_of(chance: random.Random) -> bytes:
    usage = usage_of(chance)
    if chance.random() < 0.1:
        usage["iterations"] = [
            {"type": "message", "input_tokens": 5, "output_tokens": 7},
            {"type": "compaction", "input_tokens": 900, "output_tokens": 10},
        ]
        usage |= {"input_tokens": 5, "output_tokens": 7}
        usage.pop("cache_read_input_tokens", None)
        usage.pop("cache_creation_input_tokens", None)
    day = f"2026-{chance.randrange(1, 12):02}-{chance.randrange(1, 32):02}"
    moment = chance.choice(
        (day, f"{day}T0{chance.randrange(10)}:30:00Z", f"{day}T23:59:59.123+02:00", "yesterday")
        if chance.random() < 0.1
        else (day, f"{day}T16:29:59Z", f"{day}T00:30:00Z")
    )
    record: dict[str, Any] = {
        "timestamp": chance.choice((1_790_000_000, 1.5)) if chance.random() < 0.02 else moment,
        "model": chance.choice(MODELS),
        "usage": usage,
        **some(
            chance,
            endpoint=chance.choice(("chat", "tag")),
            team='a"b\\c é',
            request_id=f"r{chance.randrange(500)}",
            processing=chance.choice(("standard", "batch", None)),
        ),
    }
    if chance.random() < 0.1:
        record = {"timestamp": moment, "response": {"type": "message", "id": "m", **record}}
    text = json.dumps(record, ensure_ascii=chance.random() < 0.5)
    if chance.random() < 0.03:
        text = chance.choice(
            (
                text[: len(text) // 2],
                text + "}",
                "null",
                "[]",
                "",
                "NaN",
                text.replace('"model"', '"model":1,"model"', 1),
                text.replace(":", ": NaN,", 1),
                text.replace('"team"', '"te\\ud800am"', 1),
                "[" * 5_000,
            )
        )
    line = text.encode(errors="surrogatepass")
    return line.replace(b"chat", b"ch\xffat") if chance.random() < 0.01 else line
