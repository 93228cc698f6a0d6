"""``tariff sample-usage``: a month of usage records as a company's gateway logs them.

The same arguments write the same bytes. The records hold raw usage objects of four providers, by
day and by night, and everything that a report should find: a retiring model, short answers from a
large model, input that is sent repeatedly, prompts just over a threshold, cache writes whose time
to live is too long or too short, nightly work that could be a batch, repeated request ids and
broken lines.
"""

import math
import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, NamedTuple

import duckdb
from rich.console import Console
from rich.progress import track
from typer import Option

MONTH = datetime(2026, 10, 1, tzinfo=UTC)
HOURS = 31 * 24
#: A report of this many records takes a few seconds; the month has one every 2.7 seconds.
RECORDS = 1_000_000


class Endpoint(NamedTuple):
    """One kind of call, and what is counted of it.

    ``frequency`` is relative, by day and by night. ``fresh`` and ``output`` are ``(least, most)``
    of a skewed distribution. ``cached`` is the length of a prefix, and how many of 1,000 calls
    write it to the cache; the others read it. ``kind`` is a shape of usage, ``batch``, ``1h`` for
    a cache of an hour, or empty for Anthropic's standard calls with one of five minutes.
    """

    name: str
    team: str
    model: str
    frequency: tuple[int, int]
    fresh: tuple[int, int]
    output: tuple[int, int]
    cached: tuple[int, int]
    kind: str


#: The fields of an ``Endpoint`` in a line.
_TABLE = """
support-chat      support     claude-sonnet-5-5 2400/700     120-2600   80-900   6200/70
ticket-tagging    support     claude-opus-4-8   1300/900    5200-6100     4-90       0/0
code-review       engineering claude-opus-5-5    900/100    900-24000 300-3200  9000/120
contract-reading  legal       claude-haiku-5-5    500/80 60000-128000 200-1200       0/0
search-answers    product     claude-sonnet-4-5 1500/900     200-1800   60-500   4200/25 1h
nightly-summaries analytics   claude-sonnet-5-5   0/3600   1500-12000  200-900       0/0
translation       content     gpt-6.1-sol       1000/800     300-2500 300-2400  1024/300 openai
catalogue-text    content     gemini-3.8-flash  1100/300     200-3000   60-700       0/0 gemini
drafting          sales       claude-opus-5-5     700/40     600-6000 250-1800  3000/150
board-questions   finance     claude-fable-5-1       3/1     500-4000 200-1500 30000/850
evaluation        engineering claude-opus-5-5     0/1700     800-5000  100-900       0/0 batch
research-agent    product     claude-sonnet-5-5    30/10   2000-30000 400-3000       0/0 agent
prototype         labs        acme-llm-1            12/3      100-900   50-400       0/0
"""


def _endpoint(line: str) -> Endpoint:
    name, team, model, *counts = line.split()
    frequency, fresh, output, cached = map(_pair, counts[:4])
    return Endpoint(name, team, model, frequency, fresh, output, cached, "".join(counts[4:]))


def _pair(text: str) -> tuple[int, int]:
    first, second = re.split("[/-]", text)
    return int(first), int(second)


ENDPOINTS = tuple(map(_endpoint, _TABLE.strip().splitlines()))
_SCALE = 10_000
PARTS = 20


def hours(records: int) -> list[tuple[int, int, bool]]:
    """Spread records over the month as ``(hour, records, is_night)``.

    There are more by day and on weekdays, and more at the end of the month than at its start.
    """
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
    """Write the records in ``PARTS`` parts; yields the number written so far after each part."""
    with duckdb.connect() as database:
        database.execute("SET threads = 2; SET memory_limit = '1GB'; SET TimeZone = 'UTC'")
        database.execute(
            "CREATE TABLE endpoints (name VARCHAR, team VARCHAR, model VARCHAR,"
            " shape VARCHAR, night BOOLEAN, low INT, high INT, fresh0 INT, fresh1 INT,"
            " out0 INT, out1 INT, cached INT, writes INT, hour_long BOOLEAN, tier VARCHAR)"
        )
        for row in _endpoint_rows():
            database.execute(f"INSERT INTO endpoints VALUES ({', '.join('?' * len(row))})", row)
        spread = hours(records)
        written = 0
        with path.open("wb") as target:
            for part in range(PARTS):
                chosen = spread[part * HOURS // PARTS : (part + 1) * HOURS // PARTS]
                values = ", ".join(f"({hour}, {count}, {night})" for hour, count, night in chosen)
                piece = path.with_suffix(".part")
                start = int(MONTH.timestamp())
                database.execute(
                    _PART.format(hours=values, seed=int(seed), path=piece, start=start)
                )
                target.write(piece.read_bytes())
                piece.unlink()
                written += sum(count for _, count, _ in chosen)
                yield written


def _endpoint_rows() -> Iterator[tuple[object, ...]]:
    """Yield the rows of the table ``endpoints``: each one's interval of 10,000 draws, by time."""
    for night in (False, True):
        shares = [endpoint.frequency[night] for endpoint in ENDPOINTS]
        low = 0
        for endpoint, share in zip(ENDPOINTS, shares, strict=True):
            name, team, model, _, fresh, output, cached, kind = endpoint
            shape = kind if kind in ("openai", "gemini", "agent") else "anthropic"
            tier = "batch" if kind == "batch" else "standard"
            high = low + round(share * _SCALE / sum(shares))
            high = _SCALE if endpoint is ENDPOINTS[-1] else high
            drawn = (night, low, high, *fresh, *output, *cached, kind == "1h", tier)
            yield name, team, model, shape, *drawn
            low = high


#: Draws are numbers from 0 to 1 made of hashes; squared, they make small counts common.
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


def sample_usage(
    out: Annotated[Path, Option(help="The file to write.")] = Path("sample-usage/2026-10.jsonl"),
    records: Annotated[int, Option(min=1, help="How many records.")] = RECORDS,
    seed: Annotated[int, Option(help="Another seed draws other records.")] = 19,
) -> None:
    """Write a month of generated usage records.

    The format is JSON Lines; the same arguments write the same bytes.
    """
    out.parent.mkdir(parents=True, exist_ok=True)
    started = time.perf_counter()
    console = Console(stderr=True)
    for _ in track(write(out, records, seed), "Writing", total=PARTS, console=console):
        pass
    seconds = time.perf_counter() - started
    console.print(
        f"{out}: {records:,} records, {out.stat().st_size / 1e6:,.0f} MB, {seconds:.0f} s"
    )
