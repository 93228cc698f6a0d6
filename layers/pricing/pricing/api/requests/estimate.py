"""What a call is priced from, and ``POST /v1/estimate``'s request."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, Any

from pydantic import Field, SkipValidation

from pricing.errors import InvalidRequest
from pricing.estimates.estimate import EstimateQuery
from pricing.estimates.inputs import CallInput, MeasuredInput, PromptInput
from pricing.notices import Notice
from pricing.timestamps import AsOf
from pricing.tokens.images import ImageSize
from pricing.tokens.prompts import Prompt, ToolChoice
from pricing.usage.buckets import InferenceGeo, ParsedUsage, Processing, Speed, StatedTerms
from pricing.usage.fields import Calls, Count
from pricing.usage.parsing import (
    AnyUsage,
    ProviderResponse,
    UsageFormat,
    from_response,
    parse_usage,
    same_model,
)
from pricing.validation import AtMost, Name, Request, Versioned


class ImageRequest(Request):
    """An image's size; its content does not change the price."""

    width: Annotated[int, Field(ge=1, le=100_000)]
    """Width in pixels."""
    height: Annotated[int, Field(ge=1, le=100_000)]
    """Height in pixels."""


class TextInput(Request):
    """A request that has not been sent, to be counted for each model's tokenizer."""

    text: str | None = None
    """The prompt as one string."""
    messages: Annotated[list[dict[str, Any]], AtMost(2_000)] | None = None
    """The prompt as messages: ``[{role, content}]``, content as text or blocks."""
    system: str | Annotated[list[dict[str, Any]], AtMost(500)] = ""
    """The system prompt, as text or blocks."""
    images: Annotated[tuple[ImageRequest, ...], Field(strict=False), AtMost(600)] = ()
    """The size of each image sent with the prompt."""
    tools: bool | Annotated[list[dict[str, Any]], AtMost(500)] = False
    """``true`` when tools are sent, or their definitions."""
    tool_choice: ToolChoice = "auto"
    """``any`` when the model must use a tool, which adds tokens. Needs ``tools``."""
    expected_output_tokens: Count | None = None
    """Expected length of the output in tokens; it is never guessed."""
    thinking_tokens: Count = 0
    """Thinking tokens, billed as output in addition to it."""

    def text_work(self) -> PromptInput:
        """The prompt as the domain counts it."""
        images = tuple(ImageSize(one.width, one.height) for one in self.images)
        return PromptInput(
            prompt=Prompt(
                messages=self.text if self.text is not None else self.messages or [],
                system=self.system,
                tools=self.tools,
                tool_choice=self.tool_choice,
                images=images,
            ),
            expected_output_tokens=self.expected_output_tokens or 0,
            thinking_tokens=self.thinking_tokens,
        )


@dataclass(frozen=True, slots=True)
class ParsedInput:
    """What a request holds: its work, the terms a provider reported, and what to say of both."""

    call: CallInput
    served: StatedTerms
    notices: tuple[Notice, ...]


class UsageInput(TextInput):
    """One call: a usage object as it came, a raw response that holds one, or a prompt to count."""

    usage: SkipValidation[AnyUsage | None] = None
    """The provider's usage object, unchanged."""
    usage_format: UsageFormat | None = None
    """Format of the usage. Default: ``anthropic`` for ``usage``; recognised in ``response``."""
    response: ProviderResponse | None = None
    """The provider's whole response, which has both the model and the usage."""
    processing: Processing = "standard"
    """The price list: ``batch``, ``priority`` and ``flex`` where the model offers them."""
    speed: Speed = "standard"
    """``fast`` costs more and requires ``processing: standard``."""
    inference_geo: InferenceGeo = "global"
    """``us`` keeps inference in the US, at the model's multiplier."""

    def requested(self) -> StatedTerms:
        """The terms the caller stated; a default nobody wrote is not a statement."""
        return StatedTerms(**{name: getattr(self, name) for name in _TERMS & self.model_fields_set})

    def asked(self) -> ParsedInput:
        """The work; raises InvalidRequest, pointing at what is wrong with it."""
        given = {name for name in _SOURCES if getattr(self, name) is not None}
        if len(given) != 1:
            raise InvalidRequest.at(
                "/usage", "send exactly one of usage, response, text and messages"
            )
        if given & _TEXT:
            return ParsedInput(self.text_work(), StatedTerms(), self._output_notice())
        alone = sorted(self.model_fields_set & _WITH_TEXT)
        if alone:
            raise InvalidRequest.at(f"/{alone[0]}", "goes with text or messages only")
        parsed = self._parsed()
        call = MeasuredInput(parsed.attempts, parsed.assumptions)
        return ParsedInput(call, parsed.served, parsed.notices)

    def _parsed(self) -> ParsedUsage:
        if self.response is None:
            return parse_usage(self.usage, self.usage_format or "anthropic", "/usage")
        return from_response(self.response, self.usage_format)

    def _output_notice(self) -> tuple[Notice, ...]:
        if self.expected_output_tokens is not None:
            return ()
        message = "No output is priced: say how much is expected in expected_output_tokens."
        return (Notice("no_expected_output", message),)


_TERMS = {"processing", "speed", "inference_geo"}
_TEXT = {"text", "messages"}
_SOURCES = {"usage", "response", *_TEXT}
_WITH_TEXT = set(TextInput.model_fields) - _TEXT


class WorkInput(UsageInput):
    """A model and how often it is called so."""

    model: Name | None = None
    """Id, alias, ``provider/model`` or family. Not needed with ``response``."""
    calls: Calls = 1
    """Number of identical calls."""

    def query_at(self, as_of: AsOf) -> EstimateQuery:
        """The domain's question; raises InvalidRequest when the fields do not make one."""
        asked = self.asked()
        model, named_at, notices = self._model()
        return EstimateQuery(
            model=model,
            call=self._work(asked.call),
            as_of=as_of,
            calls=self.calls,
            requested=self.requested(),
            served=asked.served,
            notices=(*asked.notices, *notices),
            named_at=named_at,
        )

    def _model(self) -> tuple[str, str, tuple[Notice, ...]]:
        """The model to price, where it is named, and what to say of it.

        The model that served wins, unless the request names the same one in some cloud.
        """
        served, served_at = self._served()
        if self.model is None:
            if served is None:
                pointer = "/model" if self.response is None else "/response/model"
                raise InvalidRequest.at(pointer, "is required: say which model to price")
            return served, served_at, ()
        if served is None or same_model(served, self.model):
            return self.model, "/model", ()
        message = f"The response was served by {served}, and that is what is priced."
        return served, served_at, (Notice("served_model_differs", message),)

    def _served(self) -> tuple[str | None, str]:
        """The model a response says it is from, and where it says so."""
        response = self.response
        if response is None or response.served_model is None:
            return None, "/model"
        return response.served_model, f"/response/{'model' if response.model else 'modelVersion'}"

    def _work(self, call: CallInput) -> CallInput:
        """The work, with the model of every attempt that was declined on the way to the answer.

        A response names the model that served. An attempt declined after it began to answer is
        billed at the model that was asked for: its own entry names it, or else the request must.
        """
        if self.response is None or not isinstance(call, MeasuredInput):
            return call
        unnamed = [one for one in call.attempts if one.declined and one.model is None]
        if unnamed and self.model is None:
            raise InvalidRequest.at(
                "/model",
                "is required: an attempt was declined, and is billed at the model asked for",
            )
        attempts = (
            replace(one, model=self.model, named_at="/model") if one in unnamed else one
            for one in call.attempts
        )
        return replace(call, attempts=tuple(attempts)) if unnamed else call


class EstimateRequest(Versioned, WorkInput):
    """One call on one model: its usage, a raw response that holds both, or a prompt to count."""

    def query(self, now: datetime) -> EstimateQuery:
        """The domain's question."""
        return self.query_at(self.moment(now))
