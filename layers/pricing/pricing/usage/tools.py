"""The server tools that an answer shows were used: types and ids are read, never text.

Each rule is the provider's own billing unit: OpenAI bills a web search by the search (opening a
page or finding in it is not one), a file search by the call, a code interpreter by its container;
Anthropic bills a web search that did not fail;
Google bills grounding by the search query from Gemini 3 on and by the prompt before, and Maps
grounding by the prompt.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from pricing.errors import InvalidRequest, is_plain_name
from pricing.jsonio import value_at
from pricing.usage.buckets import MAX_COUNT, Quantity, Usage
from pricing.usage.sdk_results import provider_response, steps_of

#: The names that ``tool_uses`` takes, and what each is billed as.
TOOL_USES: Mapping[str, str] = {
    "web_search": "web_search",
    "file_search": "file_search",
    "code_interpreter": "code_interpreter",
    "code_execution": "code_execution",
    "web_fetch": "web_fetch",
    "grounding_query": "web_search",
    "grounding_prompt": "web_search",
    "maps": "maps",
    "url_context": "url_context",
    "x_search": "x_search",
    "computer_use": "computer_use",
}
#: Tools without a fee: what they cost is in the tokens of their results.
FREE_TOOLS = frozenset(("web_fetch", "url_context", "computer_use"))
#: Tools that have a bucket of their own; the others are quantities.
BUCKETS = ("web_search", "code_execution")
#: OpenAI's models that search the web once in every call, as a pattern that SQL reads too.
SEARCH_MODELS = "-search-(preview|api)"
_OPENS = re.compile(r'"type": *"(?:open_page|find_in_page)"', re.ASCII)
#: Where LiteLLM keeps what Google searched for.
GROUNDED = "vertex_ai_grounding_metadata"
_QUERIES = (
    *("webSearchQueries", "web_search_queries", "imageSearchQueries", "image_search_queries"),
)
#: Models of which Google bills the prompts that were grounded, as a pattern that SQL reads too.
BILLED_PER_PROMPT = re.compile(r"(?i)gemini[- ](1|2)[. -]", re.ASCII)
#: A hostile answer may list any number of items; a real one has fewer.
_MAX_ITEMS = 10_000
_ITEMS: Mapping[str, str] = {
    "file_search_call": "file_search",
    "x_search_call": "x_search",
    "image_generation_call": "image_generation",
}
#: The same as AI SDKs name the tools that the provider executed.
_EXECUTED: Mapping[str, str] = {
    **{name: name for name in ("web_search", "x_search", "file_search", "code_interpreter")},
    "web_search_preview": "web_search",
    "image_generation": "image_generation",
}
#: Calls that are billed above, and those that the caller runs or that cost only their tokens.
_KNOWN_CALLS = frozenset(
    (
        *(*_ITEMS, "web_search_call", "code_interpreter_call", "function_call", "computer_call"),
        *("custom_tool_call", "local_shell_call", "shell_call", "apply_patch_call", "mcp_call"),
        *("tool_search_call", "tool_call"),
    )
)
#: What Groq's own tools are billed as, by name or type, and the tool of Moonshot's that is billed.
_GROQ_USES: Mapping[str, str] = {
    **dict.fromkeys(("search", "browser_search", "browser.search"), "web_search"),
    **dict.fromkeys(("python", "code_interpreter", "code_execution"), "code_interpreter"),
}
_MOONSHOT_SEARCH = "$web_search"
_XAI_USES: Mapping[str, str] = {
    "SERVER_SIDE_TOOL_WEB_SEARCH": "web_search",
    "SERVER_SIDE_TOOL_X_SEARCH": "x_search",
    "SERVER_SIDE_TOOL_CODE_EXECUTION": "code_interpreter",
    "SERVER_SIDE_TOOL_DOCUMENT_SEARCH": "file_search",
    "SERVER_SIDE_TOOL_COLLECTIONS_SEARCH": "file_search",
}


def usage_of(uses: Mapping[str, int | Decimal]) -> Usage:
    """The usage of these tools, by what each is billed as; those without a fee are left out."""
    billed = {name: count for name, count in uses.items() if count and name not in FREE_TOOLS}
    return Usage(
        web_search=int(billed.get("web_search", 0)),
        code_execution=int(billed.get("code_execution", 0)),
        units=tuple(
            Quantity(name, Decimal(count)) for name, count in billed.items() if name not in BUCKETS
        ),
    )


def stated_tools(uses: Any, pointer: str) -> dict[str, int]:
    """Return the tool uses that a caller states as ``{"web_search": 3}``, by what is billed.

    Raises InvalidRequest for a tool that is not known and for what is not a count.
    """
    if not isinstance(uses, dict):
        raise InvalidRequest.at(pointer, 'must be an object, such as {"web_search": 3}')
    sums: Counter[str] = Counter()
    for name, count in uses.items():
        if name not in TOOL_USES:
            known = ", ".join(TOOL_USES)
            tool = f"`{name}`, which is not" if is_plain_name(name) else "a tool that is not"
            raise InvalidRequest.at(pointer, f"has {tool} known here; send any of {known}")
        if type(count) is not int or not 0 <= count <= MAX_COUNT:
            raise InvalidRequest.at(f"{pointer}/{name}", "must be a whole number of 0 or more")
        sums[TOOL_USES[name]] += count
    return dict(sums)


def tool_usage(body: Mapping[str, Any], model: str) -> Usage:
    """The tools that a response's items show were used and are billed next to its tokens.

    An AI SDK's result may have them in the provider's response, and in each of its steps.
    """
    of_steps = sum((_shown_in_call(step, model) for step in steps_of(body)), Counter[str]())
    return usage_of(of_steps | _shown_in_call(body, model))  # what is at the top is the last step's


def _shown_in_call(body: Mapping[str, Any], model: str) -> Counter[str]:
    uses = _shown(body, model)
    own = provider_response(body)
    return Counter({**_shown(own, model), **+uses}) if own is not None else uses


def _shown(body: Mapping[str, Any], model: str) -> Counter[str]:
    uses: Counter[str] = Counter()
    uses.update(_openai_items(body))
    uses["web_search"] += _anthropic_searches(body)
    uses["code_execution"] += _anthropic_code(body)
    uses.update(_executed(body))
    uses.update(_of_messages(body))
    uses.update(_grounding(body, model))
    uses.update(_xai(body))
    return uses | _totals(body)


def _objects(value: Any) -> Iterator[Mapping[str, Any]]:
    for one in value[:_MAX_ITEMS] if isinstance(value, list) else ():
        if isinstance(one, dict):
            yield one


def _openai_items(body: Mapping[str, Any]) -> Counter[str]:
    """Items of an OpenAI response's ``output``; containers are billed once, however often used.

    LangChain has them in the content of its messages, and older versions next to it.
    """
    uses: Counter[str] = Counter()
    containers = set()
    tools = value_at(body, ("additional_kwargs", "tool_outputs"))
    items = [
        one for held in (body.get("output"), body.get("content"), tools) for one in _objects(held)
    ]
    for number, item in enumerate(items):
        kind = item.get("type")
        action = item.get("action")
        searched = not isinstance(action, dict) or action.get("type") in (None, "search")
        place = item.get("environment")
        hosted = place.get("container_id") if isinstance(place, dict) else None
        if kind == "web_search_call" and searched and item.get("status") != "failed":
            uses["web_search"] += 1
        elif kind == "code_interpreter_call":
            containers.add(str(item.get("container_id") or number))
        elif kind == "shell_call" and hosted:  # in a container of OpenAI's, not of the caller
            containers.add(str(hosted))
        elif isinstance(kind, str) and kind in _ITEMS:
            uses[_ITEMS[kind]] += 1
    uses["code_interpreter"] = len(containers)
    return uses


def _executed(body: Mapping[str, Any]) -> Counter[str]:
    """Tools that the provider ran, by the content of an AI SDK's result and PydanticAI's parts.

    What a search did is in its result: opening a page is not a search.
    """
    opened = set()
    content = [*_objects(body.get("content"))]
    for item in content:
        output = item.get("output")
        action = output.get("action") if isinstance(output, dict) else None
        if isinstance(action, dict) and action.get("type") not in (None, "search"):
            opened.add(str(item.get("toolCallId")))
    uses = Counter(
        _EXECUTED[name]
        for item in content
        if item.get("type") == "tool-call"
        and item.get("providerExecuted") is True
        and str(item.get("toolCallId")) not in opened
        and (name := str(item.get("toolName"))) in _EXECUTED
    )
    uses.update(
        _EXECUTED[name]
        for part in _objects(body.get("parts"))
        if part.get("part_kind") == "builtin-tool-call"
        and (name := str(part.get("tool_name"))) in _EXECUTED
        and _is_search(part.get("args"))
    )
    uses["code_interpreter"] = min(uses["code_interpreter"], 1)
    return uses


def _is_search(arguments: Any) -> bool:
    """Whether a tool was asked to search and not to open a page, by what PydanticAI keeps of it."""
    if isinstance(arguments, str):
        return _OPENS.search(arguments) is None
    return not isinstance(arguments, dict) or arguments.get("type") in (None, "search")


def _anthropic_searches(body: Mapping[str, Any]) -> int:
    """Searches that the content of a Claude message shows to have had results.

    LangChain keeps the number in the provider's own usage.
    """
    names = ("response_metadata", "usage", "server_tool_use", "web_search_requests")
    held = value_at(body, names)
    if type(held) is int and 0 < held <= MAX_COUNT:
        return held
    return sum(
        item.get("type") == "web_search_tool_result" and isinstance(item.get("content"), list)
        for item in _objects(body.get("content"))
    )


def _anthropic_code(body: Mapping[str, Any]) -> int:
    """Code that Claude ran in its container, which is free next to searches and fetches."""
    ran = [
        str(item.get("name"))
        for item in _objects(body.get("content"))
        if item.get("type") == "server_tool_use"
    ]
    free = any(name in ("web_search", "web_fetch") for name in ran)
    return 0 if free else sum(name.endswith("code_execution") for name in ran)


def unknown_items(body: Mapping[str, Any], pointer: str) -> Iterator[str]:
    """Point at calls of an answer that are not known, among those of tools that may be billed."""
    for choice, one in enumerate(_objects(body.get("choices"))):
        ran = value_at(one, ("message", "executed_tools"))
        for number, tool in enumerate(_objects(ran)):
            if _groq_tool(tool) not in (*_GROQ_USES, "function", "mcp"):
                yield f"{pointer}/choices/{choice}/message/executed_tools/{number}"
    for number, item in enumerate(_objects(body.get("output"))):
        kind = item.get("type")
        if isinstance(kind, str) and kind.endswith("_call") and kind not in _KNOWN_CALLS:
            yield f"{pointer}/output/{number}"


def _of_messages(body: Mapping[str, Any]) -> Counter[str]:
    """Groq's and Moonshot's own tools in the messages of an answer, and Z.ai's search next to them.

    Z.ai lists what a search found; a call has one.
    """
    uses: Counter[str] = Counter()
    for choice in _objects(body.get("choices")):
        message = choice.get("message") or choice.get("delta")
        if isinstance(message, dict):
            ran = map(_groq_tool, _objects(message.get("executed_tools")))
            uses.update(_GROQ_USES[tool] for tool in ran if tool in _GROQ_USES)
            calls = _objects(message.get("tool_calls"))
            called = (value_at(one, ("function", "name")) for one in calls)
            uses["web_search"] += sum(name == _MOONSHOT_SEARCH for name in called)
    uses["code_interpreter"] = min(uses["code_interpreter"], 1)
    if "choices" in body and any(True for _ in _objects(body.get("web_search"))):
        uses["web_search"] += 1
    return uses


def _groq_tool(ran: Mapping[str, Any]) -> str:
    """What Groq ran: what its browser did is in the name, and opening a page is not a search."""
    name = str(ran.get("name"))
    return name if name.startswith("browser.") else str(ran.get("type"))


def _grounding(body: Mapping[str, Any], model: str) -> Counter[str]:
    """Google Search and Maps grounding of a Gemini answer; the Interactions API has its steps."""
    queries: set[str] = set()
    searched = mapped = False
    for step in (*_objects(body.get("steps")), *_objects(body.get("outputs"))):
        searched = searched or step.get("type") == "google_search_call"
        mapped = mapped or step.get("type") == "google_maps_call"
        asked = value_at(step, ("arguments", "queries"))
        if step.get("type") == "google_search_call" and isinstance(asked, list):
            queries |= {one for one in asked if isinstance(one, str)}
    for candidate in _candidates(body):
        found = candidate.get("groundingMetadata") or candidate.get("grounding_metadata")
        if not isinstance(found, dict):
            continue
        for name in _QUERIES:
            asked = found.get(name)
            queries |= (
                {one for one in asked if isinstance(one, str)} if isinstance(asked, list) else set()
            )
        chunks = found.get("groundingChunks") or found.get("grounding_chunks")
        for chunk in _objects(chunks):
            searched = searched or "web" in chunk
            mapped = mapped or "maps" in chunk
    searched = searched or bool(queries)
    per_prompt = BILLED_PER_PROMPT.search(model) is not None
    return Counter(
        web_search=int(searched) if per_prompt else len(queries) or int(searched), maps=int(mapped)
    )


def _candidates(body: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """What may hold the grounding of an answer: Gemini's candidates, and where SDKs keep it."""
    yield from _objects(body.get("candidates"))
    for one in _objects(body.get(GROUNDED)):
        yield {"groundingMetadata": one}
    for name in ("providerMetadata", "experimental_providerMetadata"):
        own = body.get(name)
        yield from _objects([*own.values()] if isinstance(own, dict) else None)
    yield from _objects([body.get("response_metadata")])


def _totals(body: Mapping[str, Any]) -> Counter[str]:
    """How often OpenAI says that its own tools ran, whether or not the items are there.

    Of images it says how many tokens, which another model bills.
    """
    count = value_at(body, ("tool_usage", "web_search", "num_requests"))
    drawn = value_at(body, ("tool_usage", "image_gen", "output_tokens"))
    return Counter(
        web_search=count if type(count) is int and 0 < count <= MAX_COUNT else 0,
        image_generation=int(type(drawn) is int and drawn > 0),
    )


def _xai(body: Mapping[str, Any]) -> Counter[str]:
    """XAI's map of the server-side tools that succeeded."""
    stated = body.get("server_side_tool_usage")
    uses: Counter[str] = Counter()
    for name, count in stated.items() if isinstance(stated, dict) else ():
        if name in _XAI_USES and type(count) is int and 0 < count <= MAX_COUNT:
            uses[_XAI_USES[name]] += count
    return uses
