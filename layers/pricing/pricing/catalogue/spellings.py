"""The ways in which providers, gateways and SDKs write the name of one model.

Every rule rewrites a notation and nothing else: a prefix, an address, a version mark or a suffix
that says how the model is called, not which model it is. What a rule yields is priced only if the
price book has exactly that name, so that a model that does not exist is never priced as its
sibling.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Literal

SpelledBy = Literal[
    "surrounding_blanks",
    "arn",
    "resource_path",
    "inference_profile",
    "gateway_prefix",
    "openrouter_id",
    "openrouter_variant",
    "fine_tune",
    "free_variant",
    "version_suffix",
    "context_suffix",
    "word_order",
    "effort_suffix",
    "display_name",
    "preview_stage",
]
Spelling = tuple[str, SpelledBy]

#: LiteLLM's, Vercel's, OpenRouter's and LangChain's words for a provider, and Tariff's own.
PROVIDER_WORDS: Mapping[str, str] = {
    "ai_studio": "google",
    "alibaba": "dashscope",
    "alibaba-cloud": "dashscope",
    "amazon": "bedrock",
    "amazon-bedrock": "bedrock",
    "amazon_bedrock": "bedrock",
    "aws": "bedrock",
    "aws-bedrock": "bedrock",
    "aws_bedrock": "bedrock",
    "azure-ai": "azure",
    "azure-ai-foundry": "azure",
    "azure-cognitive-services": "azure",
    "azure-foundry": "azure",
    "azure-openai": "azure",
    "azure_ai": "azure",
    "azure_openai": "azure",
    "azure_text": "azure",
    "bedrock_converse": "bedrock",
    "bedrock_mantle": "bedrock",
    "bfl": "black_forest_labs",
    "black-forest-labs": "black_forest_labs",
    "cloudflare-workers-ai": "cloudflare",
    # Usage trackers name the tool that made the call before the model.
    "claude": "anthropic",
    "claude-code": "anthropic",
    "codex": "openai",
    "codestral": "mistral",
    "cohere_chat": "cohere",
    "deepinfra_ai": "deepinfra",
    "fireworks-ai": "fireworks",
    "fireworks_ai": "fireworks",
    "gcp": "vertex",
    "gemini": "google",
    "github-copilot": "github_copilot",
    "google-ai-studio": "google",
    "google-cloud": "vertex",
    "google-gemini": "google",
    "google-gla": "google",
    "google-vertex": "vertex",
    "google-vertex-ai": "vertex",
    "google-vertex-anthropic": "vertex",
    "google_ai_studio": "google",
    "google_genai": "google",
    "google_vertexai": "vertex",
    "googleai": "google",
    "ibm-watsonx": "watsonx",
    "jina_ai": "jina",
    "jinaai": "jina",
    "microsoft-azure": "azure",
    "mistral-ai": "mistral",
    "mistralai": "mistral",
    "moonshot": "moonshotai",
    "openai-chat": "openai",
    "openai-responses": "openai",
    "oracle": "oci",
    "qwen_ai_platform": "dashscope",
    "text-completion-codestral": "mistral",
    "text-completion-openai": "openai",
    "together_ai": "together",
    "togetherai": "together",
    "vercel-ai-gateway": "vercel",
    "vercel_ai_gateway": "vercel",
    "vertex-ai": "vertex",
    "vertex_ai": "vertex",
    "vertexai": "vertex",
    "voyage": "voyageai",
    "watsonx_text": "watsonx",
    "workers-ai": "cloudflare",
    "x-ai": "xai",
    "x_ai": "xai",
    "z-ai": "zai",
}
#: Providers that a caller may mean by the first part of a name, where OpenRouter has its author.
PROVIDERS = frozenset((*PROVIDER_WORDS.values(), "anthropic", "openai", "minimax", "meta", "groq"))
#: Words that name where a model runs, next to its own: "Llama 3.3 70B on Groq".
HOSTS = PROVIDERS.union(
    PROVIDER_WORDS,
    ("arcee", "assemblyai", "baseten", "cerebras", "databricks", "deepgram", "deepseek"),
    ("elevenlabs", "nebius", "novita", "openrouter", "perplexity", "recraft", "replicate"),
    ("runwayml", "sambanova", "stability"),
)
#: Gateways of one's own, before the name of the model that they pass a request on to.
_PROXIES = ("litellm_proxy", "litellm", "helicone", "portkey", "bifrost")
#: What LiteLLM and promptfoo write between a provider and a model: the route of the request.
_ROUTES = (
    *("converse", "invoke", "converse_like", "responses", "chat", "batch", "realtime"),
    *("messages", "completion", "embedding"),
)
#: An AWS region in the path of an Anthropic model, whose regional price is the same in all of them
#: but the government's; and the geographies of inference profiles, at that price too.
_IN_REGION = re.compile(r"bedrock/[a-z]{2}-[a-z]+-\d/(anthropic\.claude-.+)", re.ASCII)
_PROFILE = re.compile(
    r"(?:bedrock/)?(?:us|eu|apac|jp|au|ca|sa|mx|me|il|af|in)\.(anthropic\.claude-.+)", re.ASCII
)
#: Bedrock's mark of the context window after a version.
_WINDOW = re.compile(r"(.+-v\d+:\d+):\d+k", re.ASCII)
_ARN = re.compile(
    r"(?:.*/)?arn:aws[\w-]*:bedrock:(?P<region>[\w-]*):\d*:"
    r"(?:inference-profile|foundation-model)/(?P<model>[^/\s]+)",
    re.ASCII,
)
_GOVCLOUD = "us-gov"
_PUBLISHER = re.compile(
    r"(?:(?:.*/)?locations/([\w-]+)/)?(?:.*/)?publishers/([^/]+)/models/([^/]+)$", re.ASCII
)
_TUNED = re.compile(r"(ft:[^:]+)(?::[^:]*){1,3}(?::ckpt-step-\d+)?", re.ASCII)
_VARIANT = re.compile(r"(.+/.+):(thinking|beta|nitro|floor|exacto|online)$", re.ASCII)
_DATED = re.compile(r"(.+)@(\d{8})$", re.ASCII)
_UNDATED = re.compile(r"(.+)@(?:default|latest)$", re.ASCII)
#: Coding tools append the reasoning effort to the model: it changes the tokens, not their price.
_EFFORT = re.compile(
    r"(.*(?:^|/|\.)(?:gpt-\d|o\d|grok-\d|gemini-\d|claude-)[\w./-]*?)"
    r"(?:-|:|#| ?\()(?:none|minimal|low|medium|high|xhigh)\)?$",
    re.ASCII,
)
_CLAUDE_EFFORT = re.compile(r"(.*(?:^|/|\.)claude-[\w./-]*?\w)-(?:thinking|max)$", re.ASCII)
_VERSIONED = re.compile(r"[A-Za-z][\w./-]*\d[\w.-]*(?<!-preview)", re.ASCII)
_WORDS = re.compile(r"[A-Za-z0-9][\w.+-]*(?: [\w.+()-]+)+", re.ASCII)
#: The maker before a product's name, as model lists show it.
_MAKER = re.compile(r"[A-Za-z][\w. ]*: (.+)", re.ASCII)
#: Where a model runs, behind its name or before it.
_RUNS_ON = re.compile(r"(?P<model>.+?)[ -](?:on|via|at)[ -](?P<host>[\w -]+)", re.ASCII)
_HOST_FIRST = re.compile(r"(?P<host>[\w-]+) (?P<model>.+)", re.ASCII)
#: A version of Claude by its size alone: no other maker has these words.
_SIZE_ONLY = re.compile(r"(|anthropic/)((?:opus|sonnet|haiku)[ -]\d[\w. -]*)", re.ASCII)
_CLAUDE_3 = re.compile(r"claude-(opus|sonnet|haiku)-(3(?:\.\d)?)", re.ASCII)
#: Claude's version before its size, as up to version 3.
_VERSION_FIRST = re.compile(
    r"(|.*/)claude-(\d(?:[.-]\d)?)-(opus|sonnet|haiku)((?:-\d{8}|-latest)?)", re.ASCII
)


def _blanks(name: str) -> Iterator[Spelling]:
    if name != name.strip():
        yield name.strip(), "surrounding_blanks"


def _arn(name: str) -> Iterator[Spelling]:
    """Bedrock: the last part of the address of a system's profile or model is its id.

    Some regions have prices of their own; in GovCloud there are no others.
    """
    found = _ARN.fullmatch(name)
    if found is None:
        return
    region, model = found["region"], found["model"]
    if region:
        yield f"bedrock/{region}/{model}", "arn"
    if region.startswith(_GOVCLOUD) and not model.startswith(f"{_GOVCLOUD}."):
        yield f"bedrock/{_GOVCLOUD}.{model}", "arn"
    else:
        yield model, "arn"


def _path(name: str) -> Iterator[Spelling]:
    """Google: ``models/x`` on the Gemini API, ``.../publishers/p/models/x`` on Vertex AI.

    Fireworks: ``accounts/fireworks/models/x``.
    """
    if name.startswith("accounts/fireworks/"):
        yield f"fireworks/{name}", "resource_path"
    found = _PUBLISHER.fullmatch(name)
    if found:
        location, publisher, model = found.groups()
        if location and location != "global":  # regional endpoints have a price of their own
            bare = _DATED.sub(r"\1-\2", _UNDATED.sub(r"\1", model))
            yield f"vertex/regional/{model}", "resource_path"
            yield f"vertex/regional/{bare}", "resource_path"
        yield f"vertex/{publisher}/{model}", "resource_path"
        yield f"vertex/{model}", "resource_path"
        yield model, "resource_path"
    head, _, tail = name.rpartition("models/")
    if tail and head in ("", "gemini/", "google/", "google_genai:"):
        yield f"google/{tail}", "resource_path"


def _gateway(name: str) -> Iterator[Spelling]:
    """Another word for the provider, and the route that LiteLLM puts after it."""
    head, slash, tail = name.partition("/")
    if not slash or ":" in head:
        head, slash, tail = name.partition(":")  # LangChain: "google_genai:gemini-2.5-flash"
        if not slash or head == "ft":
            return
    if head.lower() in _PROXIES:
        yield tail, "gateway_prefix"
        yield from _gateway(tail)
        return
    if head in ("@cf", "@hf"):
        yield f"cloudflare/{name}", "gateway_prefix"
    provider = PROVIDER_WORDS.get(head.lower())
    route, _, rest = tail.partition(slash)
    if rest and route in _ROUTES:
        yield f"{provider or head}/{rest}", "gateway_prefix"
        tail = rest
    if provider or slash == ":":
        yield f"{provider or head}/{tail}", "gateway_prefix"
    regional = _IN_REGION.fullmatch(name)
    if regional:
        yield f"bedrock/{regional[1]}", "gateway_prefix"
    if provider == "vertex":
        yield f"google/{tail}", "gateway_prefix"  # what Vertex AI sells at the Gemini API's price


def _openrouter(name: str) -> Iterator[Spelling]:
    """``author/model`` as OpenRouter's own clients write it; ``~`` marks an alias that moves."""
    if name.startswith("~"):
        yield f"openrouter/{name}", "openrouter_id"
    bare = name.removeprefix("~").replace("openrouter/~", "openrouter/")
    if bare != name:
        yield bare, "openrouter_id"
    author, slash, _ = bare.partition("/")
    if slash and author != "openrouter":
        yield f"openrouter/{bare}", "openrouter_id"


def _variant(name: str) -> Iterator[Spelling]:
    """OpenRouter's ways to route a request to the same model at the same list price."""
    found = _VARIANT.fullmatch(name)
    if found:
        yield found[1], "openrouter_variant"


def _fine_tune(name: str) -> Iterator[Spelling]:
    """OpenAI: ``ft:base:organisation:name:id`` costs what ``ft:base`` does, at any checkpoint."""
    head, slash, tail = name.rpartition("/")
    found = _TUNED.fullmatch(tail)
    if found:
        yield f"{head}{slash}{found[1]}", "fine_tune"


def _version(name: str) -> Iterator[Spelling]:
    """Vertex AI: a version after ``@``; a date is one only if the book has the dated name."""
    dated, undated = _DATED.fullmatch(name), _UNDATED.fullmatch(name)
    bare = f"{dated[1]}-{dated[2]}" if dated else undated[1] if undated else ""
    if bare:
        yield f"vertex/{name}", "version_suffix"
        yield f"vertex/{bare}", "version_suffix"
        yield bare, "version_suffix"
    windowed = _WINDOW.fullmatch(name)
    if windowed:
        yield windowed[1], "context_suffix"
    profile = _PROFILE.fullmatch(name)
    if profile:
        yield f"bedrock/{profile[1]}", "inference_profile"


def _effort(name: str) -> Iterator[Spelling]:
    while found := _EFFORT.fullmatch(name) or _CLAUDE_EFFORT.fullmatch(name):
        name = found[1]
        yield name, "effort_suffix"


def _word_order(name: str) -> Iterator[Spelling]:
    """``claude-4.5-sonnet`` for ``claude-sonnet-4-5``."""
    found = _VERSION_FIRST.fullmatch(name)
    if found:
        prefix, version, size, date = found.groups()
        yield f"{prefix}claude-{size}-{version.replace('.', '-')}{date}", "word_order"


def _display(name: str) -> Iterator[Spelling]:
    """A product's name, such as ``Claude Sonnet 4.5``."""
    if name.endswith("+"):  # "Command R+"
        yield f"{name[:-1].lower().replace(' ', '-')}-plus", "display_name"
    made = _MAKER.fullmatch(name)
    name = made[1] if made else name
    if made and not _WORDS.fullmatch(name):
        yield name.lower(), "display_name"
    if _WORDS.fullmatch(name):
        dashed = name.lower().replace(" ", "-").replace("(", "").replace(")", "")
        yield dashed, "display_name"
        yield dashed.replace(".", "-"), "display_name"
        older = _CLAUDE_3.fullmatch(dashed)
        if older:  # "Claude Haiku 3.5", whose id has the version first
            yield f"claude-{older[2].replace('.', '-')}-{older[1]}", "display_name"


def _size_only(name: str) -> Iterator[Spelling]:
    """``Opus 4.5`` for ``claude-opus-4-5``."""
    found = _SIZE_ONLY.fullmatch(name.lower())
    if found:
        yield f"claude {found[2].replace('-', ' ')}", "display_name"  # and then as all others
        dashed = found[2].replace(" ", "-").replace(".", "-")
        yield f"{found[1]}claude-{dashed}", "display_name"


def _hosted(name: str) -> Iterator[Spelling]:
    """``Sonar Pro on Perplexity`` and ``Perplexity Sonar Pro`` for ``perplexity/sonar-pro``."""
    found = hosted(name)
    head, slash, tail = name.lower().partition("/")
    if slash and head in HOSTS and _WORDS.fullmatch(tail):  # anthropic/Claude Opus 4.5
        found = f"{PROVIDER_WORDS.get(head, head)}/{tail.replace(' ', '-')}"
    if found:
        yield found, "display_name"
        yield found.replace(".", "-"), "display_name"


def hosted(name: str) -> str:
    """Return ``provider/model`` for a name with the words of where it runs, and "" for others."""
    lower = name.lower()
    found = _RUNS_ON.fullmatch(lower) or _HOST_FIRST.fullmatch(lower)
    host = found["host"].replace(" ", "-") if found else ""
    if found is None or host not in HOSTS:
        return ""
    return f"{PROVIDER_WORDS.get(host, host)}/{found['model'].strip().replace(' ', '-')}"


def _preview(name: str) -> Iterator[Spelling]:
    """A model that is offered as a preview only, by the name that it is announced under.

    A released model has a row of its own, which is found before any spelling is tried. OpenRouter's
    ids have an author: without one, a preview would be found instead of the released model.
    """
    if _VERSIONED.fullmatch(name) and name.rpartition("/")[0] != "openrouter":
        yield f"{name}-preview", "preview_stage"


_RULES: tuple[Callable[[str], Iterator[Spelling]], ...] = (
    _blanks,
    _arn,
    _path,
    _gateway,
    _variant,
    _fine_tune,
    _version,
    _size_only,
    _display,
    _hosted,
    _effort,
    _word_order,
    _openrouter,
    _preview,
)


def at_provider(provider: str, model: str) -> str:
    """The name of a model whose provider is stated next to it, in whatever words.

    A name that has a provider of its own stays as it is.
    """
    host = "-".join(provider.lower().split())
    return f"{host}/{model}" if host and "/" not in model else model


def spellings(reference: str) -> Iterator[Spelling]:
    """Other ways to write the same model, and the rule of each; the least rewritten first."""
    names: dict[str, None] = {reference: None}
    for rule in _RULES:
        for name in tuple(names):
            for spelled, by in rule(name):
                if spelled and spelled not in names:
                    names[spelled] = None
                    yield spelled, by


_OWN_NAMES = re.compile(
    r".*arn:aws[\w-]*:bedrock:.*:(?:application-inference-profile|provisioned-model|custom-model"
    r"|imported-model|prompt-router|default-prompt-router)/.*",
    re.ASCII,
)

_ROUTER = re.compile(r"(?:openrouter/auto|(?:azure|azure_ai)/model[-_]router)", re.ASCII)
#: A tool's own mark before a model, and its mark of a faster mode behind it. Such a mode costs more
#: than the model, and a tool may sell it at a price of its own: nothing is priced by these names.
_OF_A_TOOL = re.compile(r"(?P<tool>cursor[-/:])?(?P<model>[^/].*?)(?P<fast>-fast)?", re.ASCII)


def without_tool_marks(reference: str) -> tuple[str, bool]:
    """Return the model in a tool's name for it, and whether it is a faster mode of the model.

    The model is empty for a name without such marks.
    """
    found = _OF_A_TOOL.fullmatch(reference.strip())
    if found is None or not (found["tool"] or found["fast"]):
        return "", False
    return found["model"], found["fast"] is not None


def has_router_fee(reference: str) -> bool:
    """Whether a name is that of Azure's router, which is billed next to the model it chooses."""
    return reference.startswith("azure") and _ROUTER.fullmatch(reference) is not None


def unknown_name_hint(reference: str) -> str | None:
    """What to send instead of a name that says which account or deployment serves, or how."""
    if _ROUTER.fullmatch(reference):
        return "A router chooses a model for each request: send the model that the response names."
    if _OWN_NAMES.fullmatch(reference) or reference.startswith(("azure/", "tunedModels/")):
        return (
            "A deployment or a profile of your own has no list price: say which model it is, as in"
            ' "model_aliases": {"my-deployment": "azure/gpt-4o"}.'
        )
    if reference.endswith(":batch"):
        return 'Send the model without `:batch`, and "processing": "batch".'
    return None
