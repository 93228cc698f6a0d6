"""Providers' usage objects as columns: the rules of ``pricing.usage``, in SQL.

Only unambiguous calls are read here: whole counts within the limit, parts that do not exceed their
whole, totals that add up, known terms. Every other call is ``odd``: it is read one by one by
``pricing.usage``, which prices or rejects it. Tests compare both readers on every format.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import field

from pricing.reports.rates import BUCKETS
from pricing.reports.sql import STATED_TYPE
from pricing.timestamps import END_US
from pricing.usage.buckets import MAX_COUNT, TERM_CHOICES
from pricing.usage.terms import COMMON
from pricing.usage.tools import BILLED_PER_PROMPT, SEARCH_MODELS
from pricing.values import immutable


@immutable
class UsageColumns:
    """One format. Leaves are named by their path, with ``__`` between its steps.

    ``buckets``, ``terms`` and ``checks`` are SQL over the leaves; a check that is not TRUE makes
    the call odd, and so does a leaf of ``absent`` that is present.
    """

    counts: tuple[str, ...]
    required: tuple[str, ...]
    buckets: Mapping[str, str]
    words: tuple[str, ...] = ()
    terms: Mapping[str, str] = field(default_factory=dict)
    checks: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    #: Objects whose members are leaves.
    containers: tuple[str, ...] = ()


def _or_zero(name: str) -> str:
    return f"COALESCE({name}, 0)"


def _one_of(name: str, values: Sequence[str]) -> str:
    return f"({name} IS NULL OR {name} IN ({', '.join(repr(value) for value in values)}))"


_5M = "cache_creation__ephemeral_5m_input_tokens"
_1H = "cache_creation__ephemeral_1h_input_tokens"
_WRITTEN = "cache_creation_input_tokens"
_THINKING = "output_tokens_details__thinking_tokens"
_SPLIT = f"({_5M} IS NOT NULL OR {_1H} IS NOT NULL OR cache_creation IS NOT NULL)"
_SEARCHES = "server_tool_use__web_search_requests"
_EXECUTIONS = "server_tool_use__code_execution_requests"


def several_searches(searches: str, model: str) -> str:
    """Whether searches are not billed one by one, of a model that bills the prompt."""
    pattern = BILLED_PER_PROMPT.pattern
    return f"COALESCE({searches} > 1 AND regexp_matches({model}, '{pattern}'), FALSE)"


def served_processing(tier: str, asked: str) -> str:
    """The processing that a service tier states; a default tier may be that of a batch."""
    return (
        f"CASE {tier} WHEN 'auto' THEN NULL WHEN 'default'"
        f" THEN CASE {asked} WHEN 'batch' THEN NULL ELSE 'standard' END ELSE {tier} END"
    )


def served_geo(geo: str) -> str:
    """Where a call ran, by the word that says it."""
    return f"CASE {geo} WHEN 'not_available' THEN 'global' WHEN '' THEN NULL ELSE {geo} END"


ANTHROPIC = UsageColumns(
    counts=(
        *("input_tokens", "output_tokens", "cache_read_input_tokens", _WRITTEN, _5M, _1H),
        *(_THINKING, _SEARCHES, "server_tool_use__web_fetch_requests", _EXECUTIONS),
    ),
    required=("input_tokens", "output_tokens"),
    buckets={
        "input": "input_tokens",
        "cache_read": _or_zero("cache_read_input_tokens"),
        "cache_write_5m": f"CASE WHEN {_SPLIT} THEN {_or_zero(_5M)} ELSE {_or_zero(_WRITTEN)} END",
        "cache_write_1h": _or_zero(_1H),
        "output": "output_tokens",
        "web_search": _or_zero(_SEARCHES),
        "code_execution": _or_zero(_EXECUTIONS),
    },
    words=("service_tier", "speed", "inference_geo"),
    terms={
        "processing": "service_tier",
        "speed": "speed",
        "inference_geo": served_geo("inference_geo"),
    },
    checks=(
        f"(NOT {_SPLIT} OR {_WRITTEN} IS NULL OR {_WRITTEN} = {_or_zero(_5M)} + {_or_zero(_1H)})",
        f"({_THINKING} IS NULL OR {_THINKING} <= output_tokens)",
        f"NOT {several_searches(_SEARCHES, 'model')}",
        _one_of("service_tier", sorted(COMMON - {"auto", "default"})),
        _one_of("speed", ("standard", "fast")),
        _one_of("inference_geo", ("global", "us", "not_available", "")),
    ),
    absent=("iterations", "fallback_credit"),
    containers=("cache_creation", "output_tokens_details", "server_tool_use"),
)


def _openai(prompt: str, output: str, *absent: str) -> UsageColumns:
    """Chat completions and responses differ in names only."""
    cached = _or_zero(f"{prompt}_details__cached_tokens")
    written = _or_zero(f"{prompt}_details__cache_write_tokens")
    reasoning = _or_zero(f"{output}_details__reasoning_tokens")
    images = f"{prompt}_details__image_tokens"
    return UsageColumns(
        counts=(
            *(prompt, output, "total_tokens", f"{prompt}_details__cached_tokens"),
            *(f"{prompt}_details__cache_write_tokens", f"{prompt}_details__audio_tokens"),
            *(f"{prompt}_details__image_tokens", f"{prompt}_details__text_tokens"),
            *(f"{output}_details__reasoning_tokens", f"{output}_details__audio_tokens"),
            *(f"{output}_details__image_tokens", f"{output}_details__text_tokens"),
            f"{output}_details__accepted_prediction_tokens",
            f"{output}_details__rejected_prediction_tokens",
        ),
        required=(prompt, output),
        buckets={
            "input": f"{prompt} - {cached} - {written}",
            "cache_read": cached,
            "cache_write_5m": written,
            "output": f"{output} - {reasoning}",
            "reasoning_output": reasoning,
        },
        words=("service_tier",),
        terms={"processing": served_processing("service_tier", "asked_processing")},
        checks=(
            f"{prompt} >= {cached} + {written}",
            f"{output} >= {reasoning}",
            f"(total_tokens IS NULL OR total_tokens = {prompt} + {output})",
            f"{_or_zero(f'{prompt}_details__audio_tokens')} = 0",
            # Image tokens without a cached count are those of an images endpoint.
            f"({images} IS NULL OR ({images} = 0 AND {prompt}_details__cached_tokens IS NOT NULL))",
            f"{_or_zero(f'{output}_details__audio_tokens')} = 0",
            f"{_or_zero(f'{output}_details__image_tokens')} = 0",
            _one_of("service_tier", sorted(COMMON)),
        ),
        absent=absent,
        containers=(f"{prompt}_details", f"{output}_details"),
    )


_HIT, _MISS = "prompt_cache_hit_tokens", "prompt_cache_miss_tokens"
_CACHED, _THOUGHTS = "cachedContentTokenCount", "thoughtsTokenCount"
_TOOL_PROMPT, _CANDIDATES = "toolUsePromptTokenCount", "candidatesTokenCount"
_PROMPT_TEXT = "COALESCE(promptTokenCount, 0)"
_GEMINI_TOTAL = " + ".join(
    (_PROMPT_TEXT, *(_or_zero(name) for name in (_CANDIDATES, _THOUGHTS, _TOOL_PROMPT)))
)

GEMINI = UsageColumns(
    counts=(
        *("promptTokenCount", _CACHED, _CANDIDATES, _THOUGHTS, _TOOL_PROMPT, "totalTokenCount"),
    ),
    # The provider does not require it, but a call without a prompt is better read one by one.
    required=("promptTokenCount",),
    buckets={
        "input": f"{_PROMPT_TEXT} - {_or_zero(_CACHED)} + {_or_zero(_TOOL_PROMPT)}",
        "cache_read": _or_zero(_CACHED),
        "output": _or_zero(_CANDIDATES),
        "reasoning_output": _or_zero(_THOUGHTS),
    },
    checks=(
        f"{_PROMPT_TEXT} >= {_or_zero(_CACHED)}",
        f"(totalTokenCount IS NULL OR totalTokenCount = {_GEMINI_TOTAL})",
    ),
    absent=(
        *("promptTokensDetails", "cacheTokensDetails", "candidatesTokensDetails"),
        *("toolUsePromptTokensDetails", "trafficType", "serviceTier"),
    ),
)

_READ, _WRITE = _or_zero("cacheReadInputTokens"), _or_zero("cacheWriteInputTokens")
BEDROCK = UsageColumns(
    counts=(
        *("inputTokens", "outputTokens", "totalTokens"),
        *("cacheReadInputTokens", "cacheWriteInputTokens"),
    ),
    required=("inputTokens", "outputTokens"),
    buckets={
        "input": "inputTokens",
        "cache_read": _READ,
        "cache_write_5m": _WRITE,
        "output": "outputTokens",
    },
    checks=(
        # A total without the cache is that of an SDK for some models.
        f"(totalTokens IS NULL OR totalTokens - inputTokens - outputTokens = {_READ} + {_WRITE})",
    ),
    absent=(
        *("cacheDetails", "cacheReadInputTokenCount", "cacheWriteInputTokenCount"),
        "serverToolUsage",
    ),
)

COLUMNS: Mapping[str, UsageColumns] = {
    "anthropic": ANTHROPIC,
    "openai": _openai("prompt_tokens", "completion_tokens", _HIT, _MISS),
    "openai_responses": _openai("input_tokens", "output_tokens"),
    "gemini": GEMINI,
    "bedrock_converse": BEDROCK,
}
#: What names of models have that search the web in every call (``SEARCH_MODELS``).
SEARCH = SEARCH_MODELS.partition("(")[0]
_OPTIONAL = ("request_id", "endpoint", "team", "labels", "stated")
_NAME = re.compile(r"[a-zA-Z]\w*")


def calls_sql(
    shape: UsageColumns,
    leaves: str,
    known: frozenset[str],
    extra: Sequence[str] = (),
    *,
    least: int = 0,
) -> tuple[str, dict[str, str]]:
    """Select the parts of a call, whether it is ``odd``, and ``extra`` columns from its leaves.

    The second value has those parts that are the same in all calls, which are not selected.
    ``leaves`` selects every leaf by name (a count as BIGINT, -1 for anything else), ``line,
    moment, request_id, model, endpoint, team, labels, stated``, the requested terms as ``asked_*``,
    and ``whole``: whether all of these have the right type. Only those that are ``known`` are ever
    there. Terms that the provider served win over the requested ones. A call whose counts are all
    smaller than ``least`` is odd.
    """
    certain = [
        "whole",
        f"moment IS NOT NULL AND moment >= 0 AND moment < {END_US} AND model IS NOT NULL",
        f"NOT contains(model, '{SEARCH}')",
        *(f"{name} IS NOT NULL" for name in shape.required),
        *(f"({name} IS NULL OR {name} BETWEEN 0 AND {MAX_COUNT})" for name in shape.counts),
        *([f"greatest({', '.join(shape.counts)}) >= {least}"] if least else []),
        *shape.checks,
        *(f"{name} IS NULL" for name in shape.absent),
        *(_one_of(f"asked_{term}", choices) for term, choices in TERM_CHOICES.items()),
    ]

    def none_of(sql: str) -> bool:
        return known.isdisjoint(_NAME.findall(sql))

    parts = {name: name for name in ("request_id", "model", "endpoint", "team", "labels", "stated")}
    missing = {name: STATED_TYPE if name == "stated" else "VARCHAR" for name in _OPTIONAL}
    same = {name: f"CAST(NULL AS {missing[name]})" for name in _OPTIONAL if name not in known}
    for term, (default, *_) in TERM_CHOICES.items():
        stated = ", ".join(filter(None, (shape.terms.get(term), f"asked_{term}")))
        parts[term] = f"COALESCE({stated}, '{default}')"
        if none_of(stated):
            same[term] = f"'{default}'"
    for bucket in BUCKETS:
        count = shape.buckets.get(bucket, "0")
        parts[bucket] = f"CAST({count} AS BIGINT)"
        if none_of(count):
            same[bucket] = "CAST(0 AS BIGINT)"
    chosen = {name: sql for name, sql in parts.items() if name not in same}
    chosen |= {name: name for name in ("line", "moment", *extra)}
    chosen["odd"] = f"NOT COALESCE({' AND '.join(certain)}, FALSE)"
    # Under other names first, because leaves have some of these names.
    inner = ",\n  ".join(f"{sql} AS {name}_part" for name, sql in chosen.items())
    outer = ", ".join(f"{name}_part AS {name}" for name in chosen)
    return f"SELECT {outer} FROM (SELECT {inner}\nFROM ({leaves}) AS leaves) AS read", same
