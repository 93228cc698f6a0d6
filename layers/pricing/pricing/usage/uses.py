"""Join the uses of tools that a caller states, or that an answer shows, with a call's usage."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

from pricing.errors import InvalidRequest
from pricing.money import plain
from pricing.usage.buckets import Usage
from pricing.usage.iterations import with_tools
from pricing.usage.parsed import ParsedUsage
from pricing.usage.shapes import NUMBER_OF_TOOL_USES
from pricing.usage.tools import BUCKETS, stated_tools, usage_of


def with_stated_tools(parsed: ParsedUsage, uses: Any, pointer: str = "/tool_uses") -> ParsedUsage:
    """Return the usage with the tool uses that a caller states.

    Raises InvalidRequest for uses that contradict what the usage or the response counts.
    """
    stated, counted = stated_tools(uses, pointer), _tools_of(parsed)
    for component, count in counted.items():
        if stated.get(component, count) != count:
            detail = (
                f"states another number of {component} than the usage, which has {plain(count)}"
            )
            raise InvalidRequest.at(pointer, f"{detail}; leave one of them out")
    return with_shown_tools(parsed, usage_of(stated))


def _tools_of(parsed: ParsedUsage) -> dict[str, Decimal]:
    """Return the tool uses of a usage, by what they are billed as."""
    usage = next((one for one in parsed.attempts if one.serving), parsed.attempts[0]).usage
    counts = {name: Decimal(getattr(usage, name)) for name in BUCKETS if getattr(usage, name)}
    return counts | {one.component: one.count for one in usage.units}


def with_shown_tools(parsed: ParsedUsage, tools: Usage, *, listed: bool = False) -> ParsedUsage:
    """The usage with the tools that only the answer shows; a count in the usage goes first.

    It does not where the searches are ``listed``: LiteLLM counts repeated queries, which are one.
    """
    serving = next((one for one in parsed.attempts if one.serving), parsed.attempts[0])
    counted = serving.usage
    known = {one.component for one in counted.units}
    merged = Usage(
        web_search=(listed and tools.web_search) or counted.web_search or tools.web_search,
        code_execution=counted.code_execution or tools.code_execution,
        units=(*counted.units, *(one for one in tools.units if one.component not in known)),
    )
    if merged == counted.tools():
        return parsed
    uses = merged.web_search + merged.code_execution + sum(one.count for one in merged.units)
    unread = tuple(  # the number of all uses, once they are listed one by one
        one
        for one in parsed.unread
        if one.value > uses or not one.pointer.endswith(f"/{NUMBER_OF_TOOL_USES}")
    )
    return replace(parsed, attempts=with_tools(parsed.attempts, merged), unread=unread)
