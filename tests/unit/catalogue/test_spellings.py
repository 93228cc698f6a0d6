"""Each way to write a model's name is an exact rule, and none of them guesses."""

import pytest

from pricing.catalogue.spellings import spellings
from pricing.store import bundled

BOOK = bundled.current()

#: The name as a tool writes it, the row that it means, and the rule that says so.
WRITTEN = [
    (" gpt-4o ", "openai/gpt-4o", "surrounding_blanks"),
    ("claude-sonnet-4-6\n", "anthropic/claude-sonnet-4-6", "surrounding_blanks"),
    ("GPT-4o", "openai/gpt-4o", "letter_case"),
    ("CLAUDE-HAIKU-4-5", "anthropic/claude-haiku-4-5", "letter_case"),
    ("z-ai/glm-4.6", "zai/GLM-4.6", "gateway_prefix"),
    ("litellm_proxy/gpt-4o", "openai/gpt-4o", "gateway_prefix"),
    ("openai:chat:gpt-4o", "openai/gpt-4o", "gateway_prefix"),
    ("anthropic:messages:claude-haiku-4-5", "anthropic/claude-haiku-4-5", "gateway_prefix"),
    ("litellm/anthropic/claude-opus-4-6", "anthropic/claude-opus-4-6", "gateway_prefix"),
    (
        "litellm_proxy/bedrock/us.anthropic.claude-haiku-4-5-20251001-v1:0",
        "bedrock/anthropic.claude-haiku-4-5",
        "gateway_prefix",
    ),
    ("Claude Sonnet 4.5", "anthropic/claude-sonnet-4-5", "display_name"),
    ("GPT 5", "openai/gpt-5", "display_name"),
    ("Gemini 2.5 Pro", "google/gemini-2.5-pro", "display_name"),
    (
        "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.anthropic.claude-sonnet-4-6",
        "bedrock/anthropic.claude-sonnet-4-6",
        "arn",
    ),
    (
        "arn:aws:bedrock:eu-west-1::foundation-model/meta.llama3-1-8b-instruct-v1:0",
        "bedrock/meta.llama3-1-8b-instruct-v1:0",
        "arn",
    ),
    ("models/gemini-2.5-flash", "google/gemini-2.5-flash", "resource_path"),
    ("publishers/anthropic/models/claude-sonnet-4-5", "vertex/claude-sonnet-4-5", "resource_path"),
    (
        "projects/p/locations/global/publishers/google/models/gemini-2.5-pro",
        "vertex/gemini-2.5-pro",
        "resource_path",
    ),
    ("vertex_ai/gemini-2.5-pro", "vertex/gemini-2.5-pro", "gateway_prefix"),
    ("alibaba/qwen3-max", "dashscope/qwen3-max", "gateway_prefix"),
    ("qwen_ai_platform/qwen-plus", "dashscope/qwen-plus", "gateway_prefix"),
    ("Qwen3 Max", "dashscope/qwen3-max", "display_name"),
    ("vercel_ai_gateway/openai/gpt-4o", "vercel/openai/gpt-4o", "gateway_prefix"),
    ("github-copilot/claude-sonnet-5", "github_copilot/claude-sonnet-5", "gateway_prefix"),
    ("jina_ai/jina-reranker-m0", "jina/jina-reranker-m0", "gateway_prefix"),
    (
        "bedrock_mantle/openai.gpt-6-sol",
        "bedrock/openai.gpt-6-sol",
        "gateway_prefix",
    ),
    ("gemini/gemini-2.5-pro", "google/gemini-2.5-pro", "gateway_prefix"),
    ("google_genai:gemini-2.5-flash", "google/gemini-2.5-flash", "gateway_prefix"),
    ("azure_ai/claude-sonnet-4-5", "azure/claude-sonnet-4-5", "gateway_prefix"),
    ("moonshot/kimi-k2.5", "moonshotai/kimi-k2.5", "gateway_prefix"),
    ("x-ai/grok-4", "xai/grok-4", "gateway_prefix"),
    ("cohere_chat/command-a-03-2025", "cohere/command-a", "gateway_prefix"),
    (
        "bedrock/converse/us.anthropic.claude-sonnet-4-6",
        "bedrock/anthropic.claude-sonnet-4-6",
        "gateway_prefix",
    ),
    (
        "fireworks_ai/accounts/fireworks/models/deepseek-v3",
        "fireworks/accounts/fireworks/models/deepseek-v3",
        "gateway_prefix",
    ),
    ("qwen/qwen3-coder", "openrouter/qwen/qwen3-coder", "openrouter_id"),
    (
        "meta-llama/llama-3.3-70b-instruct",
        "openrouter/meta-llama/llama-3.3-70b-instruct",
        "openrouter_id",
    ),
    ("openai/gpt-4o:nitro", "openai/gpt-4o", "openrouter_variant"),
    # Where a variant has a price of its own in OpenRouter's list, that is the price.
    ("openai/gpt-4o:extended", "openrouter/openai/gpt-4o:extended", "openrouter_id"),
    ("openai/gpt-5:batch", "openrouter/openai/gpt-5:batch", "openrouter_id"),
    (
        "projects/p/locations/us-east5/publishers/anthropic/models/claude-sonnet-4-5@20250929",
        "vertex/regional/claude-sonnet-4-5",
        "resource_path",
    ),
    ("groq:openai/gpt-oss-120b", "groq/openai/gpt-oss-120b", "gateway_prefix"),
    ("Claude Haiku 3.5", "anthropic/claude-3-5-haiku", "display_name"),
    ("openrouter/qwen/qwen3-coder:nitro", "openrouter/qwen/qwen3-coder", "openrouter_variant"),
    (
        "ft:gpt-4o-mini-2024-07-18:my-org:custom:AbC123",
        "openai/ft:gpt-4o-mini-2024-07-18",
        "fine_tune",
    ),
    ("ft:gpt-4.1-2025-04-14:acme::B7xyz", "openai/ft:gpt-4.1-2025-04-14", "fine_tune"),
    ("claude-sonnet-4-6@default", "vertex/claude-sonnet-4-6", "version_suffix"),
    ("gemini-2.5-flash@default", "vertex/gemini-2.5-flash", "version_suffix"),
    ("gpt-5-high", "openai/gpt-5", "effort_suffix"),
    ("gpt-5.1-codex-max-xhigh", "openai/gpt-5.1-codex-max", "effort_suffix"),
    ("claude-sonnet-4-5-thinking", "anthropic/claude-sonnet-4-5", "effort_suffix"),
    ("claude-opus-4-5-thinking-high", "anthropic/claude-opus-4-5", "effort_suffix"),
    ("gpt-5(high)", "openai/gpt-5", "effort_suffix"),
    ("gpt-5.1-none", "openai/gpt-5.1", "effort_suffix"),
    ("claude-4.5-sonnet", "anthropic/claude-sonnet-4-5", "word_order"),
    ("claude-4.5-opus-high-thinking", "anthropic/claude-opus-4-5", "word_order"),
    ("anthropic/claude-4.5-sonnet-20250929", "anthropic/claude-sonnet-4-5", "word_order"),
    ("Claude Opus 4.6 (Thinking)", "anthropic/claude-opus-4-6", "effort_suffix"),
    ("Anthropic: Claude Sonnet 4.5", "anthropic/claude-sonnet-4-5", "display_name"),
    ("OpenAI: GPT-4o", "openai/gpt-4o", "display_name"),
    ("google-gla:gemini-2.5-flash", "google/gemini-2.5-flash", "gateway_prefix"),
    (
        "@cf/meta/llama-3.1-8b-instruct",
        "cloudflare/@cf/meta/llama-3.1-8b-instruct",
        "gateway_prefix",
    ),
    (
        "bedrock/us-east-1/anthropic.claude-sonnet-4-6",
        "bedrock/anthropic.claude-sonnet-4-6",
        "gateway_prefix",
    ),
    (
        "ca.anthropic.claude-sonnet-4-5-20250929-v1:0",
        "bedrock/anthropic.claude-sonnet-4-5-20250929-v1:0",
        "inference_profile",
    ),
    ("amazon.nova-pro-v1:0:300k", "bedrock/amazon.nova-pro-v1:0", "context_suffix"),
    (
        "ft:gpt-4o-mini-2024-07-18:my-org:custom:AbC123:ckpt-step-200",
        "openai/ft:gpt-4o-mini-2024-07-18",
        "fine_tune",
    ),
    (
        "~anthropic/claude-sonnet-latest",
        "openrouter/~anthropic/claude-sonnet-latest",
        "openrouter_id",
    ),
    ("openrouter/qwen/qwen3-coder:free", "openrouter/qwen/qwen3-coder:free", "free_variant"),
    ("deepseek/deepseek-r1:free", "openrouter/deepseek/deepseek-r1:free", "free_variant"),
]


#: Names as LiteLLM writes them for providers that Tariff calls the same.
SAME_PREFIX = (
    *("dashscope/qwen-max", "qwencloud/qwen-plus", "deepinfra/Qwen/QwQ-32B", "oci/xai.grok-4"),
    *("sambanova/DeepSeek-V3.1", "nebius/deepseek-ai/DeepSeek-V3", "replicate/openai/gpt-5"),
    *("watsonx/ibm/granite-3-8b-instruct", "databricks/databricks-claude-opus-4-1"),
    *("deepgram/nova-3", "elevenlabs/eleven_v3", "assemblyai/best", "stability/sd3.5-large"),
    *("black_forest_labs/flux-pro-1.1", "runwayml/gen4_turbo", "recraft/recraftv3"),
)


@pytest.mark.parametrize("name", SAME_PREFIX)
def test_a_provider_is_found_under_the_prefix_of_litellm(name: str) -> None:
    match = BOOK.find(name)
    assert match.model.provider == name.partition("/")[0]
    assert name.partition("/")[2] in (match.model.id, *match.model.aliases)


@pytest.mark.parametrize(("written", "key", "rule"), WRITTEN)
def test_a_name_is_found_as_a_provider_or_a_gateway_writes_it(
    written: str, key: str, rule: str
) -> None:
    match = BOOK.find(written)
    assert match.model.key == key
    assert match.matched_by == rule


@pytest.mark.parametrize("written", [written for written, _, _ in WRITTEN])
def test_each_other_spelling_comes_once_and_is_another_one(written: str) -> None:
    found = [name for name, _ in spellings(written)]
    assert len(found) == len({*found, written}) - 1
    assert "" not in found


@pytest.mark.parametrize(
    ("written", "begins"),
    [
        ("ft:gpt-4o:acme::1", "ft/"),  # which is not a provider
        ("vertex_ai", "vertex/"),
        ("openrouter/qwen/qwen3-coder", "openrouter/openrouter/"),
    ],
)
def test_a_prefix_is_only_put_before_a_model(written: str, begins: str) -> None:
    assert [name for name, _ in spellings(written) if name.startswith(begins)] == []


@pytest.mark.parametrize(
    ("location", "key"),
    [
        ("us-east5", "vertex/regional/claude-sonnet-4-5"),
        ("global", "vertex/claude-sonnet-4-5"),
    ],
)
@pytest.mark.parametrize("version", ["", "@20250929"])
def test_only_a_regional_endpoint_has_the_price_of_one(
    location: str, key: str, version: str
) -> None:
    path = f"projects/p/locations/{location}/publishers/anthropic/models/claude-sonnet-4-5{version}"
    assert BOOK.find(path).model.key == key


@pytest.mark.parametrize("before", ["", "bedrock/", "bedrock/converse/"])
def test_an_address_is_read_behind_the_prefix_of_a_gateway(before: str) -> None:
    profile = "arn:aws:bedrock:us-east-1:1:inference-profile/us.anthropic.claude-sonnet-4-6"
    assert BOOK.find(f"{before}{profile}").model.key == "bedrock/anthropic.claude-sonnet-4-6"
    assert BOOK.known(f"x{profile}") is None


@pytest.mark.parametrize(
    "written",
    [
        "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc123",
        "arn:aws:bedrock:us-east-1:123456789012:provisioned-model/abc123",
        "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.anthropic.claude-sonnet-9-9",
        "models/gemini-2.5-flash-002x",
        "publishers/anthropic/models/claude-sonnet-4-50",
        "vertex_ai/claude-sonnet-4-5@20991231",
        "claude-sonnet-4-5@20991231",
        "claude-sonnet-4-5@",
        "ft:gpt-9-2024-07-18:my-org:custom:AbC123",
        "ft:gpt-4o-mini-2024-07-18:a:b:c:d",
        "openrouter/qwen/qwen3-coder:paid",
        "qwen/qwen3-codex-9",
        "openai/gpt-oss-120b",  # sold by many, and not by OpenAI
        "gpt-5-hi",
        "gpt-5-mega-high",
        "gpt-5.3-codex-max-9",
        "gpt-5-max",  # OpenAI's max is another model, not an effort
        "claude-5.9-sonnet",
        "claude-haiku-4.5-sonnet",
        "sonnet-4.5",
        "zz.anthropic.claude-sonnet-4-6",
        "ca.amazon.nova-pro-v1:0",  # the price differs by region
        "bedrock/us-gov-west-1/anthropic.claude-sonnet-4-6",
        "bedrock/nowhere/anthropic.claude-sonnet-4-6",
        "amazon.nova-pro-v9:0:300k",
        "qwen/qwen9-coder:free",
        "gpt-4o:free",  # only OpenRouter has free variants
        "azure/gpt-4o:free",
        "openai/gpt-5:turbo",
        "OpenAI: GPT-9",
        " sonnet",  # a family is meant by its name only
        "sonnet-high",  # an effort can be appended to a model, not to a family
        "Claude Sonnet",
        "Claude Sonnet 45",
        "gpt_4o",
        "azure_ai/gpt-9",
        "notaprovider/claude-sonnet-4-5",
    ],
)
def test_the_same_form_around_a_name_that_does_not_exist_is_not_priced(written: str) -> None:
    assert BOOK.known(written) is None


@pytest.mark.parametrize(
    ("written", "first"),
    [
        ("llama-3.3-70b-versatile", "groq/llama-3.3-70b-versatile"),  # sold by Groq alone
        ("openai/gpt-4o:onlin", "openai/gpt-4o"),  # and not its cheaper sibling
        ("claude sonnet", "sonnet"),  # the family, and not a retired model
        ("gemini", "gemini-argon"),  # families, and not a retired model
        ("claude", "fable"),
        # Not grok-4-fast, which is another model at a twentieth of the price.
        ("grok-4.5-high-fast", "grok-4.5"),
        ("cursor-grok-4.5-high-fast", "grok-4.5"),
        ("openai/gpt-5.4-fast", "gpt-5.4"),
        ("nowhere/gpt-5", "openai/gpt-5"),
    ],
)
def test_the_same_model_elsewhere_is_suggested_ahead_of_a_sibling(written: str, first: str) -> None:
    assert BOOK.suggest(written)[0] == first


@pytest.mark.parametrize(
    ("written", "offered"),
    [
        ("opus 4.5", "claude-opus-4.5"),
        ("sonnet-4.5", "claude-sonnet-4.5"),
    ],
)
def test_a_name_that_lacks_a_part_is_answered_with_whole_names(written: str, offered: str) -> None:
    assert BOOK.known(written) is None
    assert offered in BOOK.suggest(written)


@pytest.mark.parametrize("written", ["grok-4.5-fast", "gpt-5.5-high-fast", "cursor-grok-4.5"])
def test_a_faster_mode_is_never_priced_as_the_standard_one(written: str) -> None:
    assert BOOK.known(written) is None


def test_a_model_whose_own_name_ends_in_fast_keeps_its_price() -> None:
    assert BOOK.find("grok-4-fast").model.key == "xai/grok-4-fast"
    assert BOOK.find("grok-4-fast").matched_by == "id"


def test_a_free_variant_costs_a_real_zero() -> None:
    model = BOOK.find("qwen/qwen3-coder:free").model
    paid = BOOK.find("openrouter/qwen/qwen3-coder").model
    (period,) = model.prices
    assert {*period.lists["standard"].rates.values()} == {0}
    assert paid.prices[-1].lists["standard"].rates["input"] > 0
    assert "no cost" in model.notes[0]


@pytest.mark.parametrize(
    ("written", "hint"),
    [
        ("arn:aws:bedrock:us-east-1:1:application-inference-profile/abc", "model_aliases"),
        ("bedrock/arn:aws:bedrock:us-east-1:1:provisioned-model/abc", "model_aliases"),
        ("azure/my-deployment", "model_aliases"),
        ("gpt-5:batch", '"processing": "batch"'),
        ("gpt-5.5-high-fast", """send 'gpt-5.5' and "speed": "fast\""""),
        ("claude-4.6-opus-high-thinking-fast", """send 'claude-opus-4-6' and "speed": "fast\""""),
        ("cursor-grok-4.5-high-fast", "which is not known for 'grok-4.5'"),
        ("claude-opus-4-7-xhigh-fast", "which is not known for 'claude-opus-4-7'"),  # it ended
        ("cursor/gpt-5", "send 'gpt-5'"),
        ("cursor-small", "GET /v1/models"),  # a model of the tool's own
        ("no-such-model", "GET /v1/models"),
    ],
)
def test_an_unknown_name_says_what_to_send_instead(written: str, hint: str) -> None:
    assert hint in (BOOK.unknown(written).detail or "")


@pytest.mark.parametrize(
    ("written", "key", "rule"),
    [
        ("gemini-3-pro", "google/gemini-3-pro-preview", "preview_stage"),
        ("google/gemini-3-pro", "google/gemini-3-pro-preview", "preview_stage"),
        ("gemini-2.5-flash", "google/gemini-2.5-flash", "id"),  # released, and not its preview
        ("claude-mythos", None, None),  # no version, so it may become a family
        ("gemini-3-pro-preview-preview", None, None),
        ("gemini-9-pro", None, None),
        ("openrouter/gemini-2.5-flash", None, None),  # its released model has an author
    ],
)
def test_a_model_that_is_a_preview_only_is_found_without_saying_so(
    written: str, key: str | None, rule: str | None
) -> None:
    match = BOOK.known(written)
    assert (match and match.model.key, match and match.matched_by) == (key, rule)


@pytest.mark.parametrize("head", ["azure/", "other/", "x"])
def test_googles_path_is_only_googles_behind_its_own_prefixes(head: str) -> None:
    written = f"{head}models/gemini-2.5-pro"
    assert "google/gemini-2.5-pro" not in [one for one, _ in spellings(written)]
    assert "google/gemini-2.5-pro" in [
        one for one, _ in spellings(f"google/{written[len(head) :]}")
    ]
    assert "google/" not in [one for one, _ in spellings(f"{head}models/")]
