"""Cache writes as LangChain states them, and counts that must agree with one another.

LangChain writes all cache writes as ``cache_creation``, or there those that it does not list by
their time to live. Its counts are parts of ``input_tokens``.
"""

from dataclasses import asdict
from typing import Any

import pytest

from pricing.errors import InvalidRequest
from pricing.usage.buckets import WRITES_WITHOUT_SPLIT
from pricing.usage.reader import read_usage


def counted(raw: dict[str, Any]) -> tuple[dict[str, int], bool]:
    """The buckets that are not empty, and whether the time to live of writes is assumed."""
    parsed = read_usage(raw, None, "/usage")
    (attempt,) = parsed.attempts
    found = {name: count for name, count in asdict(attempt.usage).items() if count}
    return found, WRITES_WITHOUT_SPLIT in parsed.assumptions


def written(**details: int) -> dict[str, Any]:
    """1,000 tokens of input, of which these."""
    return {
        "input_tokens": 1000,
        "output_tokens": 5,
        "total_tokens": 1005,
        "input_token_details": details,
    }


FIVE, HOUR = "ephemeral_5m_input_tokens", "ephemeral_1h_input_tokens"


@pytest.mark.parametrize(
    ("details", "expected", "assumed"),
    [
        ({"cache_creation": 200}, {"cache_write_5m": 200, "input": 800}, True),
        (
            {"cache_creation": 200, FIVE: 150, HOUR: 50},
            {"cache_write_5m": 150, "cache_write_1h": 50, "input": 800},
            False,
        ),
        (
            {"cache_creation": 0, FIVE: 150, HOUR: 50},
            {"cache_write_5m": 150, "cache_write_1h": 50, "input": 800},
            False,
        ),
        (
            {"cache_creation": 30, FIVE: 150, HOUR: 50},
            {"cache_write_5m": 180, "cache_write_1h": 50, "input": 770},
            True,
        ),
        ({"cache_creation": 0}, {"input": 1000}, False),
    ],
)
def test_langchains_cache_writes_are_all_or_the_rest_of_those_with_a_time(
    details: dict[str, int], expected: dict[str, int], assumed: bool
) -> None:
    assert counted(written(**details)) == ({**expected, "output": 5}, assumed)


@pytest.mark.parametrize(("total", "input_tokens"), [(105, 100), (1_105, 1_100)])
def test_a_total_that_is_larger_than_its_parts_is_decided_by_the_model(
    total: int, input_tokens: int
) -> None:
    parsed = read_usage(
        {"prompt_tokens": 100, "completion_tokens": 5, "total_tokens": total}, None, "/usage"
    )
    assert parsed.open.rest == (None if total == 105 else parsed.open.rest)
    if parsed.open.rest:
        assert parsed.open.rest.tokens == input_tokens - 100


@pytest.mark.parametrize("total", [1, 104])
def test_a_total_that_is_less_than_its_parts_is_refused(total: int) -> None:
    raw = {"prompt_tokens": 100, "completion_tokens": 5, "total_tokens": total}
    with pytest.raises(InvalidRequest) as refused:
        read_usage(raw, None, "/usage")
    assert [error.pointer for error in refused.value.errors] == ["/usage/total_tokens"]


def test_all_writes_under_two_names_are_the_same_or_refused() -> None:
    found, _ = counted(written(cache_creation=200, cache_write_tokens=200))
    assert found == {"cache_write_5m": 200, "input": 800, "output": 5}
    with pytest.raises(InvalidRequest) as refused:
        counted(written(cache_creation=200, cache_write_tokens=150))
    (error,) = refused.value.errors
    assert error.pointer == "/usage/input_token_details/cache_creation"
    assert error.detail.startswith("is 200, but ")
    assert error.detail.endswith(" is 150; send one")


@pytest.mark.parametrize(
    ("raw", "assumed"),
    [
        # One kind of write, that of OpenAI, whose prompt is counted whole.
        (
            {
                "prompt_tokens": 1000,
                "completion_tokens": 5,
                "prompt_tokens_details": {"cache_write_tokens": 200},
            },
            False,
        ),
        # Bedrock counts the rest of the prompt, and does not say how long a write lives.
        ({"inputTokens": 800, "outputTokens": 5, "cacheWriteInputTokens": 200}, True),
    ],
    ids=["OpenAI", "Bedrock"],
)
def test_the_time_to_live_of_a_write_is_assumed_where_there_are_several(
    raw: dict[str, Any], assumed: bool
) -> None:
    expected = {"cache_write_5m": 200, "input": 800, "output": 5}
    assert counted(raw) == (expected, assumed)


@pytest.mark.parametrize(
    ("prompt", "total", "fresh"),
    [
        (8010, 9020, 10),  # 8010 + 1000 + 10: what was read is in the prompt, the writes are not
        (9010, 9020, 10),  # 9010 + 10: both are
        (10, 9020, 10),  # 10 + 8000 + 1000 + 10: neither is
    ],
)
def test_the_total_shows_whether_the_writes_are_in_the_prompt(
    prompt: int, total: int, fresh: int
) -> None:
    raw = {"prompt_tokens": prompt, "completion_tokens": 10, "total_tokens": total}
    cached = {"cache_read_input_tokens": 8000, "cache_creation_input_tokens": 1000}
    found, _ = counted({**raw, **cached})
    expected = {"input": fresh, "cache_read": 8000, "cache_write_5m": 1000, "output": 10}
    assert found == expected


def test_a_total_with_the_cache_next_to_the_prompt_settles_it_for_every_model() -> None:
    names = {"input_tokens": 5000, "output_tokens": 100, "total_tokens": 8100}  # 5000 + 3000 + 100
    raw = {f"gen_ai.usage.{name}": count for name, count in names.items()}
    parsed = read_usage(raw | {"gen_ai.usage.cache_read_input_tokens": 3000}, None, "/usage")
    assert parsed.open.none
    (attempt,) = parsed.attempts
    assert (attempt.usage.input, attempt.usage.cache_read) == (5000, 3000)
    assert [one.message for one in parsed.notices] == [
        "gen_ai.usage.input_tokens leaves out the cached tokens: it is read as excluding them."
    ]


def test_a_total_that_is_wrong_is_compared_with_all_of_its_parts() -> None:
    raw = {
        "prompt_tokens": 4,
        "completion_tokens": 100,
        "total_tokens": 9104,
        "cached_tokens": 8000,
    }
    parsed = read_usage(raw, None, "/usage")
    assert parsed.open.rest is not None
    assert parsed.open.rest.detail == (
        "is 9104, but prompt_tokens and cached_tokens and completion_tokens add up to 8104;"
        " send figures that agree"
    )


@pytest.mark.parametrize("total", [25264, None])  # 25169 + 95, without the writes
def test_what_was_read_is_in_a_prompt_that_the_writes_do_not_fit_in(total: int | None) -> None:
    cached = {"cache_read_input_tokens": 25162, "cache_creation_input_tokens": 222}
    prompt = {"prompt_tokens": 25169, "completion_tokens": 95, "total_tokens": total}
    details = {"prompt_tokens_details": {"cached_tokens": 25162}}
    expected = {"input": 7, "cache_read": 25162, "cache_write_5m": 222, "output": 95}
    assert counted(cached | prompt | details)[0] == expected
    assert counted(details | prompt | cached)[0] == expected
    # Without the details, the prompt may as well exclude both.
    assert counted(prompt | cached)[0]["input"] == 25169


def test_parts_that_are_all_in_the_details_of_the_prompt_must_fit_in_it() -> None:
    details = {"cached_tokens": 60, "cache_write_tokens": 41}
    raw = {"prompt_tokens": 100, "completion_tokens": 1, "prompt_tokens_details": details}
    assert read_usage(raw, None, "/usage").open.cache_outside is not None


def test_a_total_alone_names_no_parts() -> None:
    with pytest.raises(InvalidRequest) as caught:
        read_usage({"totalTokenCount": 18497}, None, "/usage")
    assert caught.value.errors[0].detail == (
        "is 18497, but no count of input or output is stated; send both"
    )
