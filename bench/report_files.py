"""The files of ``bench report``: the same calls in several formats, and what DuckDB makes of them.

A reference reads a file with types that are known beforehand, and groups it: it recognises nothing,
checks nothing and prices nothing. That of Parquet also drops repeated ids and joins prices.
"""

from dataclasses import dataclass, replace
from pathlib import Path

import duckdb

MODELS = ("claude-sonnet-4-5", "claude-haiku-4-5", "claude-opus-4-5", "gpt-4o", "gpt-4o-mini")
_CALLS = """SELECT i,
  make_timestamp(1759276800000000 + CAST(i * 2678400 / {rows} AS BIGINT) * 1000000) AS moment,
  (['{models}'])[1 + CAST(hash(i, 1) % {kinds} AS INT)] AS model,
  'endpoint-' || hash(i, 2) % 12 AS endpoint, 'team-' || hash(i, 3) % 5 AS team,
  'req_' || lower(hex(i)) AS id,
  CAST(50 + hash(i, 4) % 4000 AS INTEGER) AS fresh, CAST(5 + hash(i, 5) % 900 AS INTEGER) AS output,
  CAST(CASE WHEN hash(i, 6) % 3 = 0 THEN hash(i, 7) % 20000 ELSE 0 END AS INTEGER) AS cached,
  CAST(CASE WHEN model LIKE 'claude%' AND hash(i, 8) % 9 = 0 THEN hash(i, 9) % 9000 ELSE 0 END
    AS INTEGER) AS written,
  strftime(moment, '%Y-%m-%dT%H:%M:%S.%gZ') AS stamp, repeat('words of an answer ', 30) AS answer
FROM range({rows}) AS numbers (i)"""
_ANTHROPIC = """{'input_tokens': fresh, 'output_tokens': output,
  'cache_read_input_tokens': cached, 'cache_creation_input_tokens': written}"""
_OPENAI = """{'prompt_tokens': fresh + cached, 'completion_tokens': output,
  'total_tokens': fresh + cached + output, 'prompt_tokens_details': {'cached_tokens': cached}}"""
_FLAT = """moment AS timestamp, model, endpoint, team, id AS request_id, fresh AS input_tokens,
  output AS output_tokens, cached AS cache_read_input_tokens,
  written AS cache_creation_input_tokens"""
_COUNTS = "input_tokens, output_tokens, cache_read_input_tokens, cache_creation_input_tokens"
_TYPED = ", ".join(f"{name} BIGINT" for name in _COUNTS.split(", "))


@dataclass(frozen=True, slots=True)
class Source:
    """A format: what a record holds, the types that the reference reads, what it adds up by what.

    ``ending`` is the file's, ``at_most`` how much more CPU than the reference a report may take.
    """

    ending: str
    record: str
    types: str
    sums: str
    group: str = "model"
    at_most: float = 4


SOURCES: dict[str, Source] = {
    "JSON Lines": Source(
        "jsonl",
        f"stamp AS timestamp, model, endpoint, team, id AS request_id, {_ANTHROPIC} AS usage",
        "timestamp: 'TIMESTAMP', model: 'VARCHAR', endpoint: 'VARCHAR', team: 'VARCHAR',"
        f" request_id: 'VARCHAR', usage: 'STRUCT({_TYPED})'",
        ", ".join(f"SUM(usage.{name})" for name in _COUNTS.split(", ")),
        "model, endpoint, team, date_trunc('day', timestamp)",
        3,
    ),
    "raw responses": Source(
        "jsonl",
        "id, 'chat.completion' AS object, epoch_us(moment) // 1000000 AS created, model,"
        " [{'index': 0, 'message': {'role': 'assistant', 'content': answer}}] AS choices,"
        f" {_OPENAI} AS usage",
        "id: 'VARCHAR', created: 'BIGINT', model: 'VARCHAR', usage: 'STRUCT(prompt_tokens BIGINT,"
        " completion_tokens BIGINT, prompt_tokens_details STRUCT(cached_tokens BIGINT))'",
        "SUM(usage.prompt_tokens), SUM(usage.completion_tokens),"
        " SUM(usage.prompt_tokens_details.cached_tokens)",
        "model, created // 86400",
    ),
    "Claude Code": Source(
        "jsonl",
        "'assistant' AS type, uuid() AS uuid, id AS requestId, team AS sessionId, endpoint AS cwd,"
        " stamp AS timestamp, {'id': id, 'type': 'message', 'role': 'assistant', 'model': model,"
        f" 'content': [{{'type': 'text', 'text': answer}}], 'usage': {_ANTHROPIC}}} AS message",
        "type: 'VARCHAR', requestId: 'VARCHAR', sessionId: 'VARCHAR', timestamp: 'TIMESTAMP',"
        f" message: 'STRUCT(model VARCHAR, usage STRUCT({_TYPED}))'",
        ", ".join(f"SUM(message.usage.{name})" for name in _COUNTS.split(", ")),
        "message.model, date_trunc('day', timestamp)",
    ),
    "LiteLLM": Source(
        "jsonl",
        "id AS request_id, 'acompletion' AS call_type, strftime(moment, '%Y-%m-%d %H:%M:%S')"
        " AS startTime, model, fresh + cached AS prompt_tokens, output AS completion_tokens,"
        " fresh + cached + output AS total_tokens, team AS team_id, endpoint AS end_user,"
        " 'False' AS cache_hit, 0.25 AS spend",
        "request_id: 'VARCHAR', startTime: 'TIMESTAMP', model: 'VARCHAR', team_id: 'VARCHAR',"
        " prompt_tokens: 'BIGINT', completion_tokens: 'BIGINT', cache_hit: 'VARCHAR'",
        "SUM(prompt_tokens), SUM(completion_tokens)",
        "model, team_id, date_trunc('day', startTime)",
    ),
    "Langfuse": Source(
        "jsonl",
        "id, team AS traceId, 'GENERATION' AS type, endpoint AS name, stamp AS startTime, model,"
        " answer AS output, {'input': fresh, 'output': output, 'total': fresh + output + cached,"
        " 'input_cached_tokens': cached} AS usageDetails",
        "id: 'VARCHAR', startTime: 'TIMESTAMP', model: 'VARCHAR', name: 'VARCHAR', usageDetails:"
        " 'STRUCT(input BIGINT, output BIGINT, input_cached_tokens BIGINT)'",
        "SUM(usageDetails.input), SUM(usageDetails.output), SUM(usageDetails.input_cached_tokens)",
        "model, name, date_trunc('day', startTime)",
    ),
    "CSV": Source("csv", _FLAT, "", f"SUM({_COUNTS.replace(', ', '), SUM(')})", at_most=3),
}
SOURCES["JSON Lines, gzip"] = replace(SOURCES["JSON Lines"], ending="jsonl.gz")
PARQUET = Source("parquet", _FLAT, "", "", at_most=1.5)


def make(source: Source, path: Path, rows: int) -> None:
    """Write a month of calls; the same number gives the same calls."""
    calls = _CALLS.format(rows=rows, kinds=len(MODELS), models="','".join(MODELS))
    kind = {"jsonl": "json", "jsonl.gz": "json, COMPRESSION gzip"}.get(source.ending, source.ending)
    with duckdb.connect() as database:
        database.execute(
            f"COPY (SELECT {source.record} FROM ({calls})) TO '{path}' (FORMAT {kind})"
        )


def reference(source: Source, path: Path) -> int:
    """Read the file with known types and group it; returns the number of rows."""
    with duckdb.connect() as database:
        database.execute("SET threads = 2; SET TimeZone = 'UTC'")
        if source is PARQUET:
            rows = database.execute(_parquet(path)).fetchall()
        else:
            table = (
                f"read_json('{path}', format = 'newline_delimited', columns = {{{source.types}}})"
            )
            if source.ending == "csv":
                table = f"read_csv('{path}')"
            rows = database.execute(
                f"SELECT COUNT(*), {source.group}, {source.sums} FROM {table}"
                f" GROUP BY {source.group}"
            ).fetchall()
    return sum(row[0] for row in rows)


def _parquet(path: Path) -> str:
    """One row an id, summed by everything that decides a price, times the prices."""
    first = ", ".join(f"any_value({name}) AS {name}" for name in _COUNTS.split(", "))
    sums = ", ".join(f"SUM({name}) AS {name}" for name in _COUNTS.split(", "))
    prices = ", ".join(f"('{model}', {5 + number})" for number, model in enumerate(MODELS))
    cost = " + ".join(f"{name} * price" for name in _COUNTS.split(", "))
    return f"""SELECT calls, model, endpoint, team, day, {cost} FROM (
  SELECT COUNT(*) AS calls, model, endpoint, team, date_trunc('day', timestamp) AS day, {sums}
  FROM (
    SELECT request_id, any_value(model) AS model, any_value(endpoint) AS endpoint,
      any_value(team) AS team, MIN(timestamp) AS timestamp, {first}
    FROM '{path}' GROUP BY request_id)
  GROUP BY model, endpoint, team, day)
JOIN (VALUES {prices}) AS prices (model, price) USING (model)"""
