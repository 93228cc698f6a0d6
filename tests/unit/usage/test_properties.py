"""Normalising is idempotent: a usage written from buckets is read as the same buckets."""

from dataclasses import asdict

from hypothesis import given
from hypothesis import strategies as st

from pricing.errors import InvalidRequest
from pricing.usage.buckets import Usage
from tests.support.usage_reading import modality, read

COUNT = st.integers(min_value=0, max_value=10**6)


def written_by(*names: str) -> st.SearchStrategy[Usage]:
    """Usages with any counts in these buckets and none elsewhere."""
    return st.fixed_dictionaries(dict.fromkeys(names, COUNT)).map(Usage.of)


@given(
    written_by(
        "input",
        "cache_read",
        "cache_write_5m",
        "cache_write_1h",
        "output",
        "web_search",
        "code_execution",
    )
)
def test_anthropic_usage_built_from_buckets_gives_the_same_buckets(usage: Usage) -> None:
    raw = {
        "input_tokens": usage.input,
        "cache_read_input_tokens": usage.cache_read,
        "cache_creation_input_tokens": usage.cache_write_5m + usage.cache_write_1h,
        "cache_creation": {
            "ephemeral_5m_input_tokens": usage.cache_write_5m,
            "ephemeral_1h_input_tokens": usage.cache_write_1h,
        },
        "output_tokens": usage.output,
        "server_tool_use": {
            "web_search_requests": usage.web_search,
            "code_execution_requests": usage.code_execution,
        },
    }
    (attempt,) = read("anthropic", raw).attempts
    assert attempt.usage == usage


OPENAI_BUCKETS = written_by(
    "input",
    "cache_read",
    "cache_write_5m",
    "audio_input",
    "image_input",
    "output",
    "reasoning_output",
    "audio_output",
    "image_output",
)


@given(OPENAI_BUCKETS)
def test_openai_usage_built_from_buckets_gives_the_same_buckets(usage: Usage) -> None:
    inside = {
        "cached_tokens": usage.cache_read,
        "cache_write_tokens": usage.cache_write_5m,
        "audio_tokens": usage.audio_input,
        "image_tokens": usage.image_input,
    }
    outside = {
        "reasoning_tokens": usage.reasoning_output,
        "audio_tokens": usage.audio_output,
        "image_tokens": usage.image_output,
    }
    prompt, output = usage.prompt_tokens, usage.output_tokens
    chat = {
        "prompt_tokens": prompt,
        "prompt_tokens_details": inside,
        "completion_tokens": output,
        "completion_tokens_details": outside,
        "total_tokens": prompt + output,
    }
    responses = {
        "input_tokens": prompt,
        "input_tokens_details": inside,
        "output_tokens": output,
        "output_tokens_details": outside,
        "total_tokens": prompt + output,
    }
    assert read("openai", chat).attempts[0].usage == usage
    assert read("openai_responses", responses).attempts[0].usage == usage


@given(
    written_by(
        "input",
        "cache_read",
        "audio_cache_read",
        "image_cache_read",
        "audio_input",
        "image_input",
        "output",
        "reasoning_output",
        "audio_output",
        "image_output",
    )
)
def test_gemini_usage_built_from_buckets_gives_the_same_buckets(usage: Usage) -> None:
    cached = usage.cache_read + usage.audio_cache_read + usage.image_cache_read
    visible = usage.output + usage.audio_output + usage.image_output
    raw = {
        "promptTokenCount": usage.prompt_tokens,
        "cachedContentTokenCount": cached,
        "candidatesTokenCount": visible,
        "thoughtsTokenCount": usage.reasoning_output,
        "totalTokenCount": usage.prompt_tokens + usage.output_tokens,
        "promptTokensDetails": [
            modality("AUDIO", usage.audio_input + usage.audio_cache_read),
            modality("IMAGE", usage.image_input + usage.image_cache_read),
        ],
        "cacheTokensDetails": [
            modality("AUDIO", usage.audio_cache_read),
            modality("IMAGE", usage.image_cache_read),
        ],
        "candidatesTokensDetails": [
            modality("AUDIO", usage.audio_output),
            modality("IMAGE", usage.image_output),
        ],
    }
    assert read("gemini", raw).attempts[0].usage == usage


@given(written_by("input", "cache_read", "cache_write_5m", "cache_write_1h", "output"))
def test_converse_usage_built_from_buckets_gives_the_same_buckets(usage: Usage) -> None:
    raw = {
        "inputTokens": usage.input,
        "outputTokens": usage.output,
        "cacheReadInputTokens": usage.cache_read,
        "cacheWriteInputTokens": usage.cache_write_5m + usage.cache_write_1h,
        "cacheDetails": [
            {"ttl": "5m", "inputTokens": usage.cache_write_5m},
            {"ttl": "1h", "inputTokens": usage.cache_write_1h},
        ],
        "totalTokens": usage.prompt_tokens + usage.output_tokens,
    }
    assert read("bedrock_converse", raw).attempts[0].usage == usage


@given(prompt=COUNT, cached=COUNT, audio=COUNT, image=COUNT)
def test_what_is_cached_of_a_prompt_never_makes_a_bucket_negative_or_loses_a_token(
    prompt: int, cached: int, audio: int, image: int
) -> None:
    details = {"cached_tokens": cached, "audio_tokens": audio, "image_tokens": image}
    raw = {"prompt_tokens": prompt, "completion_tokens": 0, "prompt_tokens_details": details}
    try:
        found = read("openai", raw).attempts[0].usage
    except InvalidRequest:
        assert max(cached, audio + image) > prompt
        return
    assert max(cached, audio + image) <= prompt
    assert min(count for count in asdict(found).values() if count != ()) >= 0
    assert found.prompt_tokens == prompt
    assert found.cache_read + found.audio_cache_read + found.image_cache_read == cached
