"""Anthropic's ``iterations``: the prompts that one call sent, each billed by itself.

The top level of the usage is the sum of those that gave the answer only; gateways add up all that
are billed, or some of their counts. Compaction and advisor
calls are billed on top, an advisor at its own model; so is an attempt that was declined after its
first output, before another model was fallen back to. Every iteration is one prompt of its own for
the long-context tier.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, get_args

from pricing.errors import InvalidRequest
from pricing.notices import Notice
from pricing.usage.buckets import Attempt, AttemptKind, Usage
from pricing.usage.meanings import ANSWER, FRESH, READ, WHOLE, WRITE
from pricing.usage.split import Counts, Split
from pricing.usage.tools import BILLED_PER_PROMPT, SEARCH_MODELS

MAX_ITERATIONS = 1_000
_ANSWERING = ("message", "fallback_message")
_AT_ITS_OWN_MODEL = ("advisor_message", "fallback_message")
#: A count of the top level, and the buckets of the iterations that it is the sum of.
_WRITES = ("cache_write_5m", "cache_write_1h")
_COVERED = {
    WHOLE: ("input", "cache_read", *_WRITES),
    FRESH: ("input",),
    ANSWER: ("output",),
    READ: ("cache_read",),
    WRITE: _WRITES,
}
Hop = tuple[str, str | None]


def attempts_of(
    iterations: Any, top: Counts, pointer: str, read: Callable[[Mapping[str, Any], str], Split]
) -> tuple[tuple[Attempt, ...], tuple[Notice, ...]]:
    """Every iteration that is billed, with what to say of them.

    An attempt that was declined before any output is not billed. The last hop served: the API goes
    on to another model only when the one before declined, and a chain of fallbacks may have
    several of those. ``read`` takes the counts of one iteration. Raises InvalidRequest when the top
    level is not the sum of the iterations that gave the answer.
    """
    if not isinstance(iterations, list):
        raise InvalidRequest.at(pointer, "must be a list")
    if len(iterations) > MAX_ITERATIONS:
        raise InvalidRequest.at(pointer, f"must have at most {MAX_ITERATIONS} items")
    hops = [_hop(one, f"{pointer}/{number}") for number, one in enumerate(iterations)]
    answering = [hop for hop in hops if hop[0] in _ANSWERING]
    attempts: list[Attempt] = []
    notices: list[Notice] = []
    for number, (one, hop) in enumerate(zip(iterations, hops, strict=True)):
        here = f"{pointer}/{number}"
        found = read(one, here)
        kind, model = hop
        if kind in _AT_ITS_OWN_MODEL and model is None:
            detail = "is required: this attempt is billed at its own model"
            raise InvalidRequest.at(f"{here}/model", detail)
        serving = kind in _ANSWERING and hop == answering[-1]
        if kind in _ANSWERING and not serving and found.usage.output == 0:
            message = f"usage.iterations[{number}] was declined before any output: not billed."
            notices.append(Notice("declined_attempt_not_billed", message))
            continue
        attempts.append(
            Attempt(
                found.usage,
                _kind(kind),
                model,
                serving,
                f"{here}/model",
                undated_writes=found.undated_writes,
            )
        )
    _check_covers(top, attempts)
    return tuple(attempts), tuple(notices)


def _kind(kind: str) -> AttemptKind:
    return next(known for known in get_args(AttemptKind) if known == kind)


def _hop(one: Any, pointer: str) -> Hop:
    """Whose attempt at the answer an iteration is: a server tool's loop makes several of one."""
    if not isinstance(one, dict):
        raise InvalidRequest.at(pointer, "must be an object")
    kind, model = one.get("type"), one.get("model")
    if kind is None:
        raise InvalidRequest.at(f"{pointer}/type", "is required")
    if kind not in get_args(AttemptKind):
        kinds = ", ".join(get_args(AttemptKind))
        raise InvalidRequest.at(f"{pointer}/type", f"must be one of {kinds}")
    if model is not None and not isinstance(model, str):
        raise InvalidRequest.at(f"{pointer}/model", "must be a string")
    return kind, model


def _check_covers(top: Counts, attempts: Sequence[Attempt]) -> None:
    """The top level is the sum of the attempts that served; else it was edited or cut.

    Its ``cache_creation`` is not read: a stream sends it once, with the first iteration, while the
    other counts go on growing. Each iteration has its own. Gateways, whose prompts include the
    cache, add the other attempts to all of the counts, or to some.
    """
    billed = [attempt.usage for attempt in attempts]
    serving = [attempt.usage for attempt in attempts if attempt.serving]
    for meaning in filter(top.__contains__, _COVERED):
        least, most = _sum(meaning, serving), _sum(meaning, billed)
        if top[meaning] == least or (WHOLE in top and least <= top[meaning] <= most):
            continue
        top.refuse(
            meaning,
            f"is {top[meaning]}, but the iterations that gave the answer add up to {least};"
            " send figures that agree",
        )


def _sum(meaning: str, usages: Sequence[Usage]) -> int:
    return sum(getattr(usage, bucket) for usage in usages for bucket in _COVERED[meaning])


def with_own_search(
    attempts: tuple[Attempt, ...], model_id: str, *, summed: bool = False
) -> tuple[Attempt, ...]:
    """Return the attempts with the web searches that a model bills.

    A search model makes one in every call. Where a model bills the prompts that were grounded, the
    queries of one prompt are one; of calls of an unknown number (``summed``) all queries count.
    """
    if re.search(SEARCH_MODELS, model_id) is None:
        if summed or BILLED_PER_PROMPT.search(model_id) is None:
            return attempts
        searches = [min(one.usage.web_search, one.usage.sum_of) for one in attempts]
    else:
        searches = [one.usage.web_search or one.usage.sum_of for one in attempts]
    return tuple(
        one
        if one.usage.web_search == searched
        else replace(one, usage=one.usage.changed(web_search=searched))
        for one, searched in zip(attempts, searches, strict=True)
    )


def with_tools(attempts: Sequence[Attempt], tools: Usage) -> tuple[Attempt, ...]:
    """The attempts with the server tools of the whole call at the first attempt at the answer."""
    first = next((number for number, one in enumerate(attempts) if one.serving), 0)
    usage = replace(
        attempts[first].usage,
        web_search=tools.web_search,
        code_execution=tools.code_execution,
        units=tools.units,
    )
    return (*attempts[:first], replace(attempts[first], usage=usage), *attempts[first + 1 :])
