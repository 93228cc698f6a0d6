"""``python -m tariff.sample_usage``: a month of usage records as a company's gateway logs them.

Seeded: the same arguments write the same bytes. Raw usage objects of four providers, working hours
and nights, and everything a report should find: a retiring model, short answers from a large one,
input that is sent again and again, prompts just over a threshold, writes that live too long or too
short, nightly work nobody waits for, repeated request ids and lines that are broken.
"""

import argparse
import math
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import duckdb

MONTH = datetime(2026, 10, 1, tzinfo=UTC)
HOURS = 31 * 24
#: A report of this many records takes a few seconds; the month has one every 2.7 seconds.
RECORDS = 1_000_000


class Endpoint(NamedTuple):
    """One kind of call: how often by day and by night, and how its usage is made.

    Token counts are ``(least, most)`` of a skewed distribution; ``cached`` is a prefix that
    ``writes`` of 1,000 calls write and the others read.
    """

    name: str
    team: str
    model: str
    shape: str
    by_day: int
    by_night: int
    fresh: tuple[int, int]
    output: tuple[int, int]
    cached: int = 0
    writes: int = 0
    hour: bool = False
    tier: str = "standard"


ENDPOINTS = (
    Endpoint(
        "support-chat",
        "support",
        "claude-sonnet-5-5",
        "anthropic",
        2400,
        700,
        (120, 2600),
        (80, 900),
        6200,
        70,
    ),
    Endpoint(
        "ticket-tagging",
        "support",
        "claude-opus-4-8",
        "anthropic",
        1300,
        900,
        (5200, 6100),
        (4, 90),
    ),
    Endpoint(
        "code-review",
        "engineering",
        "claude-opus-5-5",
        "anthropic",
        900,
        100,
        (900, 24000),
        (300, 3200),
        9000,
        120,
    ),
    Endpoint(
        "contract-reading",
        "legal",
        "claude-haiku-5-5",
        "anthropic",
        500,
        80,
        (60000, 128000),
        (200, 1200),
    ),
    Endpoint(
        "search-answers",
        "product",
        "claude-sonnet-4-5",
        "anthropic",
        1500,
        900,
        (200, 1800),
        (60, 500),
        4200,
        25,
        hour=True,
    ),
    Endpoint(
        "nightly-summaries",
        "analytics",
        "claude-sonnet-5-5",
        "anthropic",
        0,
        3600,
        (1500, 12000),
        (200, 900),
    ),
    Endpoint(
        "translation",
        "content",
        "gpt-6.1-sol",
        "openai",
        1000,
        800,
        (300, 2500),
        (300, 2400),
        1024,
        300,
    ),
    Endpoint(
        "catalogue-text", "content", "gemini-3.8-flash", "gemini", 1100, 300, (200, 3000), (60, 700)
    ),
    Endpoint(
        "drafting",
        "sales",
        "claude-opus-5-5",
        "anthropic",
        700,
        40,
        (600, 6000),
        (250, 1800),
        3000,
        150,
    ),
    Endpoint(
        "board-questions",
        "finance",
        "claude-fable-5-1",
        "anthropic",
        3,
        1,
        (500, 4000),
        (200, 1500),
        30000,
        850,
    ),
    Endpoint(
        "evaluation",
        "engineering",
        "claude-opus-5-5",
        "anthropic",
        0,
        1700,
        (800, 5000),
        (100, 900),
        tier="batch",
    ),
    Endpoint(
        "research-agent",
        "product",
        "claude-sonnet-5-5",
        "agent",
        30,
        10,
        (2000, 30000),
        (400, 3000),
    ),
    Endpoint("prototype", "labs", "acme-llm-1", "anthropic", 12, 3, (100, 900), (50, 400)),
)
_SCALE = 10_000
_PARTS = 20


def hours(records: int) -> list[tuple[int, int, bool]]:
    """``(hour, records, night)`` of the month: more by day and on weekdays, slowly growing."""
    weights = []
    for hour in range(HOURS):
        moment = MONTH + timedelta(hours=hour)
        daily = 1.0 + 0.9 * math.sin((moment.hour - 7) * math.pi / 12)
        weekend = 0.35 if moment.weekday() >= 5 else 1.0  # noqa: PLR2004 - Saturday
        weights.append(max(daily, 0.25) * weekend * (1 + hour / HOURS / 3))
    total, given, due, found = sum(weights), 0, 0.0, []
    for hour, weight in enumerate(weights):
        due += records * weight / total
        count = round(due) - given
        given += count
        at = (MONTH + timedelta(hours=hour)).hour
        found.append((hour, count, at < 6 or at >= 22))  # noqa: PLR2004 - the night
    return found


def write(path: Path, records: int, seed: int) -> Iterator[int]:
    """Write the records; yields how many are written after each part."""
    database = duckdb.connect()
    database.execute("SET threads = 2; SET memory_limit = '1GB'; SET TimeZone = 'UTC'")
    database.execute(
        "CREATE TABLE endpoints (name VARCHAR, team VARCHAR, model VARCHAR,"
        " shape VARCHAR, night BOOLEAN, low INT, high INT, fresh0 INT, fresh1 INT,"
        " out0 INT, out1 INT, cached INT, writes INT, hour_long BOOLEAN, tier VARCHAR)"
    )
    for night in (False, True):
        shares = [one.by_night if night else one.by_day for one in ENDPOINTS]
        low = 0
        for one, share in zip(ENDPOINTS, shares, strict=True):
            high = low + round(share * _SCALE / sum(shares))
            high = _SCALE if one is ENDPOINTS[-1] else high
            row = (
                one.name,
                one.team,
                one.model,
                one.shape,
                night,
                low,
                high,
                *one.fresh,
                *one.output,
                one.cached,
                one.writes,
                one.hour,
                one.tier,
            )
            database.execute(f"INSERT INTO endpoints VALUES ({', '.join('?' * len(row))})", row)
            low = high
    found = hours(records)
    written = 0
    with path.open("wb") as target:
        for part in range(_PARTS):
            some = found[part * HOURS // _PARTS : (part + 1) * HOURS // _PARTS]
            values = ", ".join(f"({hour}, {count}, {night})" for hour, count, night in some)
            piece = path.with_suffix(".part")
            database.execute(
                _PART.format(hours=values, seed=int(seed), path=piece, start=int(MONTH.timestamp()))
            )
            target.write(piece.read_bytes())
            piece.unlink()
            written += sum(count for _, count, _ in some)
            yield written


#: Numbers 0 to 1 from hashes; squared, so that small counts are common and large ones rare.
_PART = """COPY (
WITH drawn AS (
  SELECT h.hour, j, h.night, hash(h.hour, j, {seed}) AS id, h.count,
    CAST(hash(id, 1) % 10000 AS INT) AS pick, (hash(id, 2) % 1000000) / 1e6 AS a,
    (hash(id, 3) % 1000000) / 1e6 AS b, CAST(hash(id, 4) % 1000 AS INT) AS w,
    CAST(hash(id, 5) % 100000 AS INT) AS fate
  FROM (VALUES {hours}) AS h (hour, count, night), UNNEST(range(h.count)) AS each (j)
), called AS (
  SELECT d.*, e.*, to_timestamp({start} + d.hour * 3600 + CAST(floor((j + b) * 3600 / d.count)
      AS BIGINT)) AS moment,
    CAST(fresh0 + floor((fresh1 - fresh0) * a * a) AS BIGINT) AS fresh,
    CAST(out0 + floor((out1 - out0) * b * b) AS BIGINT) AS output,
    cached > 0 AND w < writes AS wrote, cached > 0 AND w >= writes AS hit
  FROM drawn d JOIN endpoints e ON e.night = d.night AND pick >= low AND pick < high
), recorded AS (
  SELECT *, CASE shape
    WHEN 'openai' THEN json_object('prompt_tokens', fresh + cached, 'completion_tokens', output,
      'total_tokens', fresh + cached + output, 'prompt_tokens_details', json_object(
      'cached_tokens', CASE WHEN hit THEN cached ELSE 0 END), 'completion_tokens_details',
      json_object('reasoning_tokens', output // 4))
    WHEN 'gemini' THEN json_object('promptTokenCount', fresh, 'candidatesTokenCount', output,
      'thoughtsTokenCount', output // 3, 'totalTokenCount', fresh + output + output // 3)
    WHEN 'agent' THEN json_object('input_tokens', fresh, 'output_tokens', output,
      'server_tool_use', json_object('web_search_requests', w % 4, 'web_fetch_requests', 0),
      'service_tier', 'standard', 'iterations', json_array(
        json_object('type', 'compaction', 'input_tokens', fresh * 2, 'output_tokens', 350),
        json_object('type', 'message', 'input_tokens', fresh, 'output_tokens', output)))
    ELSE json_object('input_tokens', fresh, 'cache_creation_input_tokens',
      CASE WHEN wrote THEN cached ELSE 0 END, 'cache_read_input_tokens',
      CASE WHEN hit THEN cached ELSE 0 END, 'cache_creation', json_object(
        'ephemeral_5m_input_tokens', CASE WHEN wrote AND NOT hour_long THEN cached ELSE 0 END,
        'ephemeral_1h_input_tokens', CASE WHEN wrote AND hour_long THEN cached ELSE 0 END),
      'output_tokens', output, 'service_tier', tier) END AS usage
  FROM called
)
SELECT CASE WHEN fate = 0 THEN 'half a line {{"timestamp":' WHEN fate = 1 THEN
    replace(text, '"output_tokens":', '"output_tokens":-') ELSE text END
FROM (SELECT moment, fate, CAST(json_object('timestamp',
    strftime(moment, '%Y-%m-%dT%H:%M:%SZ'), 'request_id', 'req_' || lower(hex(CASE WHEN fate
    BETWEEN 100 AND 199 THEN hash(fate, day_of) ELSE id END)), 'model', model, 'endpoint', name,
    'team', team, 'usage', usage) AS VARCHAR) AS text
  FROM (SELECT recorded.*, CAST(epoch(moment) AS BIGINT) // 86400 AS day_of FROM recorded)) AS lines
ORDER BY moment, text
) TO '{path}' (FORMAT csv, HEADER false, QUOTE '', ESCAPE '', DELIM '\\x1f')"""


def main() -> int:
    """Write the file and say how it goes."""
    parser = argparse.ArgumentParser(prog="python -m tariff.sample_usage", description=__doc__)
    parser.add_argument("--out", type=Path, default=Path(".cache/usage/2026-10.jsonl"))
    parser.add_argument("--records", type=int, default=RECORDS)
    parser.add_argument("--seed", type=int, default=19)
    arguments = parser.parse_args()
    if arguments.records < 1:
        parser.error("--records starts at 1")
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    started = time.perf_counter()
    for written in write(arguments.out, arguments.records, arguments.seed):
        done = written * 100 // arguments.records
        print(f"\r{done:3}% {written:,} records", end="", file=sys.stderr, flush=True)
    seconds = time.perf_counter() - started
    size = arguments.out.stat().st_size / 1e6
    print(f"\n{arguments.out}: {size:,.0f} MB in {seconds:.0f} s", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
