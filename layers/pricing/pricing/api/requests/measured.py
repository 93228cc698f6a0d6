"""What one call used, as requests state it: a usage object, a whole response, uses of tools."""

from dataclasses import replace
from typing import Any

from pydantic import SkipValidation

from pricing.usage.meanings import UsageFormat
from pricing.usage.parsed import ParsedUsage
from pricing.usage.reader import read_usage
from pricing.usage.response import USAGES, ReadResponse, read_response
from pricing.usage.uses import with_stated_tools
from pricing.validation import Request

#: Names that a usage object does not have: with one of them, a whole response was sent as usage.
_OF_RESPONSES = frozenset((*USAGES, "message", "choices", "candidates"))


class MeasuredFields(Request):
    """One call's usage, or the raw response that holds it."""

    usage: SkipValidation[dict[str, Any] | None] = None
    """The usage object of any provider, gateway or SDK, unchanged, such as ``{"input_tokens": 2000,
    "output_tokens": 500}``, ``{"prompt_tokens": 2000, "completion_tokens": 500}`` or
    ``{"promptTokenCount": 2000, "candidatesTokenCount": 500}``. docs/usage.md lists what is read.
    """
    usage_format: UsageFormat | None = None
    """Format of the usage. Default: recognised from its fields."""
    response: SkipValidation[dict[str, Any] | None] = None
    """The provider's whole response, which has the model and the usage. Its text is not read."""
    tool_uses: SkipValidation[dict[str, Any] | None] = None
    """Uses of server tools that the usage does not count, such as ``{"web_search": 3}``. Tools:
    ``web_search``, ``file_search``, ``code_interpreter``, ``code_execution``, ``web_fetch``,
    ``grounding_query``, ``grounding_prompt``, ``maps``, ``url_context``, ``x_search``,
    ``computer_use``.
    """

    def measured(self) -> ReadResponse:
        """Return what ``usage`` or ``response`` says was used, with ``tool_uses``.

        Raises InvalidRequest at the field that is wrong.
        """
        named = getattr(self, "model", None)
        asked = named if isinstance(named, str) else ""
        if self.response is not None:
            found = read_response(self.response, self.usage_format, asked=asked)
        elif isinstance(self.usage, dict) and not _OF_RESPONSES.isdisjoint(self.usage):
            found = read_response(self.usage, self.usage_format, "/usage", asked)
        else:
            usage = read_usage(self.usage, self.usage_format, "/usage")
            found = ReadResponse(usage, None, "/response/model", batch=False)
        return replace(found, usage=self.with_tools(found.usage))

    def with_tools(self, usage: ParsedUsage) -> ParsedUsage:
        """Return the usage with ``tool_uses``; raises InvalidRequest for what contradicts it."""
        return usage if self.tool_uses is None else with_stated_tools(usage, self.tool_uses)

    def typical_call(self) -> ReadResponse | None:
        """Return what was measured, if anything was; raises InvalidRequest as ``measured`` does."""
        sent = self.model_fields_set & MeasuredFields.model_fields.keys()
        if self.usage is None and self.response is None:
            self.refuse(sent - {"usage", "response"}, "goes with `usage` or `response` only")
            return None
        self.require_one("/usage", "usage", "response")
        return self.measured()
