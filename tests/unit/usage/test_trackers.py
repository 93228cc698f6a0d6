"""Trackers' own names: the total tells whether the input has the cached tokens in it."""

from typing import Any

import pytest

from pricing.errors import InvalidRequest
from pricing.usage.reader import read_usage

CACHED = {"input_cached_tokens": 400}
REASONED = {"output_reasoning_tokens": 200}


def buckets(raw: dict[str, Any]) -> tuple[int, int, int, int]:
    (attempt,) = read_usage(raw, None, "/usage").attempts
    usage = attempt.usage
    return usage.input, usage.cache_read, usage.output, usage.reasoning_output


@pytest.mark.parametrize(
    ("raw", "wanted"),
    [
        # 600 + 400 + 300 + 200 = 1500, in every form
        ({"input": 600, **CACHED, "output": 300, **REASONED, "total": 1500}, (600, 400, 300, 200)),
        ({"input": 600, **CACHED, "output": 300, **REASONED}, (600, 400, 300, 200)),
        ({"input": 1000, **CACHED, "output": 500, **REASONED, "total": 1500}, (600, 400, 300, 200)),
        ({"input": 1000, **CACHED, "output": 300, **REASONED, "total": 1500}, (600, 400, 300, 200)),
        ({"input": 600, **CACHED, "output": 500, **REASONED, "total": 1500}, (600, 400, 300, 200)),
        ({"input": 1000, **CACHED, "output": 500, "total": 1500}, (600, 400, 500, 0)),
        ({"input": 1000, "output": 500, **REASONED, "total": 1500}, (1000, 0, 300, 200)),
        ({"input": 1000, "output": 500, "total": 1500}, (1000, 0, 500, 0)),
        # more was cached than the input has: the total leaves it out
        ({"input": 300, **CACHED, "output": 500, "total": 800}, (300, 400, 500, 0)),
    ],
)
def test_the_total_tells_what_the_input_and_the_output_include(
    raw: dict[str, int], wanted: tuple[int, int, int, int]
) -> None:
    assert buckets(raw) == wanted


def test_writes_are_in_the_input_where_the_total_says_so() -> None:
    raw = {"input": 1000, "input_cache_creation": 300, "output": 500, "total": 1500}
    (attempt,) = read_usage(raw, None, "/usage").attempts
    assert (attempt.usage.input, attempt.usage.cache_write_5m) == (700, 300)


def test_writes_alone_are_in_the_input_where_the_total_has_them_once() -> None:
    raw = {"input": 1100, "output": 50, "total": 6150}  # 100 + 5000 + 1000 + 50
    cached = {"cache_read_input_tokens": 5000, "cache_creation_input_tokens": 1000}
    (attempt,) = read_usage({**raw, **cached}, None, "/usage").attempts
    usage = attempt.usage
    assert (usage.input, usage.cache_read, usage.cache_write_5m) == (100, 5000, 1000)
    with pytest.raises(InvalidRequest):  # the input is less than what was written
        read_usage({**raw, **cached, "input": 900, "total": 5950}, None, "/usage")


def test_a_session_in_r_counts_the_cached_input_apart() -> None:
    assert buckets({"input": 1000, "output": 200, "cached_input": 500}) == (1000, 500, 200, 0)
