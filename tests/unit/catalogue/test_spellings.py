"""Each way to write a model's name is an exact rule, and none of them guesses."""

import pytest

from pricing.catalogue.spellings import spellings
from pricing.store import bundled
from tests.support.cases import cases

BOOK = bundled.current()

NAMES = cases("names")
#: The name as a tool writes it, the row that it means, and the rule that says so.
WRITTEN = NAMES["written"]


@pytest.mark.parametrize("name", NAMES["same_prefix"])
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
    [("us-east5", "vertex/regional/claude-sonnet-4-5"), ("global", "vertex/claude-sonnet-4-5")],
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


@pytest.mark.parametrize("written", NAMES["unknown"])
def test_the_same_form_around_a_name_that_does_not_exist_is_not_priced(written: str) -> None:
    assert BOOK.known(written) is None


@pytest.mark.parametrize(
    ("written", "first"),
    [
        ("llama-3.3-70b-versatile", "groq/llama-3.3-70b-versatile"),  # sold by Groq alone
        ("openai/gpt-4o:onlin", "openai/gpt-4o"),  # and not its cheaper sibling
        ("fireworks/deepseek-v3", "fireworks/accounts/fireworks/models/deepseek-v3"),
        ("together_ai/llama-3.3-70b", "together/meta-llama/Llama-3.3-70B-Instruct-Turbo"),
        ("claude haiku 4.5 on bedrock", "bedrock/anthropic.claude-haiku-4-5"),
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


@pytest.mark.parametrize("written", ["claude sonnet 4.5 on bedrock", "aws/claude-sonnet-4-5"])
def test_a_clouds_own_names_are_suggested_before_those_of_other_providers_there(
    written: str,
) -> None:
    named = "anthropic.claude-sonnet-4-5-20250929-v1:0"
    assert BOOK.suggest(written)[:2] == [f"bedrock/{named}", f"bedrock/global.{named}"]


def test_a_provider_that_sells_a_longer_name_is_answered_with_its_names() -> None:
    for written in ("llama 3.3 70b on groq", "groq/llama-3.3-70b"):
        assert BOOK.suggest(written)[:2] == [
            "groq/llama-3.3-70b-specdec",
            "groq/llama-3.3-70b-versatile",
        ]


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
        ("claude-mythos", "anthropic/claude-mythos-5-2", "family"),  # and not its preview
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
