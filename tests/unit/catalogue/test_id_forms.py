"""Every model of the bundled book under the ids that providers, LiteLLM and OpenRouter use.

The forms are generated from the book's own rows. No name that is made up is priced under any of
them.
"""

import random
from collections.abc import Callable, Iterator, Mapping

import pytest

from pricing.catalogue.models import Model
from pricing.store import bundled

BOOK = bundled.current()
MODELS = tuple(BOOK.models())
#: LiteLLM's name of a provider, where Tariff has another.
LITELLM = {
    "bedrock": "bedrock/converse",
    "cohere": "cohere_chat",
    "fireworks": "fireworks_ai",
    "google": "gemini",
    "jina": "jina_ai",
    "moonshotai": "moonshot",
    "together": "together_ai",
    "vertex": "vertex_ai",
    "voyageai": "voyage",
}
#: What Vertex AI's models of other makers have in their path is the maker, but for these endpoints.
ENDPOINTS = ("regional", "gemini")


def of_bedrock(model: Model, form: str) -> str | None:
    return form.format(model.id) if model.provider == "bedrock" and "/" not in model.id else None


def publisher_path(model: Model) -> str | None:
    publisher, slash, known = model.id.partition("/")
    if model.provider != "vertex" or (slash and publisher in ENDPOINTS):
        return None
    path = f"{publisher}/models/{known}" if slash else f"google/models/{publisher}"
    return f"projects/p/locations/global/publishers/{path}"


def display_name(model: Model) -> str | None:
    makers = {"anthropic": "Claude", "openai": "GPT-", "xai": "Grok"}
    maker = makers.get(model.provider)
    return model.name if maker and model.name.startswith(maker) and " " in model.name else None


FORMS: Mapping[str, Callable[[Model], str | None]] = {
    "provider/id": lambda model: model.key,
    "id": lambda model: model.id if is_bare(model) else None,
    "capitals": lambda model: model.key.upper(),
    "blanks": lambda model: f" {model.key}\n",
    "LiteLLM": lambda model: f"{LITELLM.get(model.provider, model.provider)}/{model.id}",
    "LangChain": lambda model: f"{model.provider}:{model.id}",
    "OpenRouter": lambda model: (
        model.id if model.provider == "openrouter" and "/" in model.id else None
    ),
    "OpenRouter's variant": lambda model: (
        f"{model.key}:nitro" if model.provider == "openrouter" else None
    ),
    "Gemini's resource": lambda model: f"models/{model.id}" if model.provider == "google" else None,
    "Vertex AI's path": publisher_path,
    "Vertex AI's version": lambda model: (
        f"{model.key}@default" if model.provider == "vertex" else None
    ),
    "Bedrock's model ARN": lambda model: of_bedrock(
        model, "arn:aws:bedrock:us-east-1::foundation-model/{}"
    ),
    "Bedrock's profile ARN": lambda model: of_bedrock(
        model, "arn:aws:bedrock:us-east-1:123456789012:inference-profile/{}"
    ),
    "fine-tune": lambda model: f"{model.id}:org:name:Ab12" if model.id.startswith("ft:") else None,
    "display name": display_name,
}


def is_bare(model: Model) -> bool:
    match = BOOK.known(model.id)
    return match is not None and match.matched_by == "id" and match.model.key == model.key


def aliases() -> Iterator[tuple[str, str]]:
    for model in MODELS:
        for alias in model.aliases:
            yield f"{model.provider}/{alias}", model.key


@pytest.mark.parametrize("form", FORMS)
def test_95_percent_of_the_models_are_found_under_each_form_of_their_id(form: str) -> None:
    written = [(name, model.key) for model in MODELS if (name := FORMS[form](model)) is not None]
    found = [(name, key, match) for name, key in written if (match := BOOK.known(name))]
    assert len(written) >= 10
    assert len(found) >= 0.95 * len(written), sorted(
        {*dict(written)} - {name for name, *_ in found}
    )
    if form not in ("OpenRouter", "display name"):  # these may mean the model at its maker
        # An address in a region that has prices of its own has those.
        regional = {key: key.replace("bedrock/", "bedrock/us-east-1/", 1) for _, key in written}
        others = [n for n, key, match in found if match.model.key not in (key, regional[key])]
        assert len(others) <= 0.01 * len(written), others


def test_every_alias_is_found_after_its_provider() -> None:
    for name, key in aliases():
        match = BOOK.known(name)
        assert match is not None, name
        assert match.model.key == key, name


def made_up(chance: random.Random) -> Iterator[str]:
    """Ids that look like those of the book, and are not in it in any capitals."""
    known = {name.lower() for model in MODELS for name in (model.id, *model.aliases)}
    known |= {name.rpartition("/")[2] for name in known}
    while True:
        name = chance.choice(MODELS).id
        digits = [at for at, letter in enumerate(name) if letter.isdigit()]
        kind = chance.randrange(4)
        if kind == 0:
            name = f"{name}{chance.randrange(10, 100)}"
        elif kind == 1 and digits:
            at = chance.choice(digits)
            name = f"{name[:at]}{chance.choice('789')}{chance.choice('789')}{name[at + 1 :]}"
        elif kind == 2:
            name = f"{name}-qq"
        else:
            head, slash, tail = name.rpartition("/")
            name = f"{head}{slash}qq{tail}"
        if name.lower() not in known and name.lower().rpartition("/")[2] not in known:
            yield name


SPELLINGS = (
    *(
        "{}",
        " {} ",
        "openai/{}",
        "anthropic/{}",
        "openrouter/{}",
        "bedrock/converse/{}",
        "gemini/{}",
    ),
    *("vertex_ai/{}", "google_genai:{}", "azure/eu/{}", "groq/{}", "models/{}", "x-ai/{}", "~{}"),
    *("{}@default", "{}@20250929", "{}:free", "{}:nitro", "{}:thinking", "{}[1m]", "{}-high"),
    *("{}-thinking", "{}(high)", "ft:{}:org::id", "us.anthropic.{}", "ca.{}", "{}:200k", "@cf/{}"),
    "arn:aws:bedrock:us-east-1:1:inference-profile/{}",
    "projects/p/locations/us-east5/publishers/anthropic/models/{}",
    "bedrock/us-east-1/{}",
    "Maker: {}",
)


def test_a_made_up_id_is_priced_under_no_spelling() -> None:
    names = made_up(random.Random(13))  # noqa: S311 - test data
    priced = {
        spelled: match.model.key
        for _ in range(1_000)
        if (name := next(names))
        for spelled in (form.format(name) for form in SPELLINGS)
        if (match := BOOK.known(spelled)) is not None
    }
    assert priced == {}
