"""What a call is priced from, and ``POST /v1/estimate``'s request."""

import re
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SkipValidation

from pricing.bounds import AtMost
from pricing.contract import Calls, Count, Name, Request, Versioned, parse
from pricing.errors import InvalidRequest
from pricing.estimate import EstimateQuery
from pricing.images import ImageSize
from pricing.instants import AsOf
from pricing.notices import Notice
from pricing.prompts import Prompt, ToolChoice
from pricing.usage import InferenceGeo, ParsedUsage, Processing, Speed, StatedTerms
from pricing.usage_bedrock import PROCESSING, BedrockServiceTier
from pricing.usage_formats import USAGE_FORMATS, AnyUsage, UsageFormat, recognise
from pricing.usage_gemini import GeminiUsage
from pricing.work import MeasuredWork, TextWork, Work


class ProviderResponse(BaseModel):
    """A provider's whole response as it came. Model, usage, stop reason and service tier are
    read; everything else, the text above all, is dropped unread.
    """

    model_config = ConfigDict(extra="ignore", strict=True, frozen=True, defer_build=True)

    model: Name | None = None
    modelVersion: Name | None = None  # noqa: N815 - the provider's own name
    usage: SkipValidation[AnyUsage | None] = None
    usageMetadata: SkipValidation[GeminiUsage | None] = None  # noqa: N815
    stop_reason: str | None = None
    content: Annotated[bool, BeforeValidator(bool, json_schema_input_type=list[Any])] = Field(
        # A factory: the specification would show True as the default of a list.
        default_factory=lambda: True,
        description="Read for one thing only: whether there is any.",
    )
    service_tier: str | None = None
    serviceTier: Any = Field(  # noqa: N815 - the provider's own name
        default=None, description="Of a Converse answer: `{type}`, the tier that served it."
    )
    type: str | None = None
    object: str | None = None

    @property
    def served_model(self) -> str | None:
        """The model the response says it is from."""
        return self.model or self.modelVersion


class ImageRequest(Request):
    """An image's size in pixels; its bytes do not matter to its price."""

    width: Annotated[int, Field(ge=1, le=100_000)]
    height: Annotated[int, Field(ge=1, le=100_000)]


class TextInput(Request):
    """A request that has not been sent, to be counted for each model's tokenizer."""

    text: str | None = Field(default=None, description="The prompt as one string.")
    messages: Annotated[list[dict[str, Any]], AtMost(2_000)] | None = Field(
        default=None, description="Or as Messages: `[{role, content}]`, content text or blocks."
    )
    system: str | Annotated[list[dict[str, Any]], AtMost(500)] = ""
    images: Annotated[tuple[ImageRequest, ...], Field(strict=False), AtMost(600)] = ()
    tools: bool | Annotated[list[dict[str, Any]], AtMost(500)] = Field(
        default=False, description="`true` when tools are sent, or the definitions themselves."
    )
    tool_choice: ToolChoice = "auto"
    expected_output_tokens: Count | None = None
    thinking_tokens: Count = Field(default=0, description="Billed as output, on top of it.")

    def text_work(self) -> TextWork:
        """The prompt as the domain counts it."""
        images = tuple(ImageSize(one.width, one.height) for one in self.images)
        return TextWork(
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
class Asked:
    """What a request holds: its work, the terms a provider reported, and what to say of both."""

    work: Work
    served: StatedTerms
    notices: tuple[Notice, ...]


class UsageInput(TextInput):
    """One call: a usage object as it came, a raw response that holds one, or a prompt to count."""

    usage: SkipValidation[AnyUsage | None] = Field(
        default=None, description="The provider's own usage object, as it came."
    )
    usage_format: UsageFormat | None = Field(
        default=None,
        description="Shape of the usage. Default: anthropic for `usage`, recognised in `response`.",
    )
    response: ProviderResponse | None = None
    processing: Processing = "standard"
    speed: Speed = "standard"
    inference_geo: InferenceGeo = "global"

    def requested(self) -> StatedTerms:
        """The terms the caller stated; a default nobody wrote is not a statement."""
        return StatedTerms(**{name: getattr(self, name) for name in _TERMS & self.model_fields_set})

    def asked(self) -> Asked:
        """The work; raises InvalidRequest, pointing at what is wrong with it."""
        given = {name for name in _SOURCES if getattr(self, name) is not None}
        if len(given) != 1:
            raise InvalidRequest.at(
                "/usage", "send exactly one of usage, response, text and messages"
            )
        if given & _TEXT:
            return Asked(self.text_work(), StatedTerms(), self._output_notice())
        alone = sorted(self.model_fields_set & _WITH_TEXT)
        if alone:
            raise InvalidRequest.at(f"/{alone[0]}", "goes with text or messages only")
        parsed = self._parsed()
        work = MeasuredWork(parsed.attempts, parsed.assumptions)
        return Asked(work, parsed.served, parsed.notices)

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


def from_response(response: ProviderResponse, named: UsageFormat | None) -> ParsedUsage:
    """What a raw response says was used; a refusal before any output used nothing that is billed.

    Raises InvalidRequest, with pointers below ``/response``.
    """
    field = "usage"
    if response.usage is None and (response.usageMetadata is not None or response.modelVersion):
        field = "usageMetadata"
    raw: Any = getattr(response, field)
    if raw is None:
        raise InvalidRequest.at(f"/response/{field}", "is required: what was used is priced")
    usage_format = named or recognise(response.type or response.object, raw)
    if usage_format.startswith("openai") and response.service_tier and isinstance(raw, dict):
        raw = {**raw, "service_tier": raw.get("service_tier") or response.service_tier}
    parsed = parse_usage(raw, usage_format, f"/response/{field}")
    if usage_format == "bedrock_converse" and response.serviceTier is not None:
        tier = parse(BedrockServiceTier, response.serviceTier, "/response/serviceTier")
        parsed = replace(parsed, served=replace(parsed.served, processing=PROCESSING[tier.type]))
    # A refusal before any output has no content, though a token or a few may be counted for it.
    answered = any(one.usage.output_tokens for one in parsed.attempts if one.serving)
    if response.stop_reason == "refusal" and not (response.content and answered):
        message = "A refusal before any output is not billed, though its usage shows tokens."
        notice = Notice("refusal_not_billed", message)
        return replace(parsed.refused(), notices=(*parsed.notices, notice))
    return parsed


class WorkInput(UsageInput):
    """A model and how often it is called so."""

    model: Name | None = Field(
        default=None,
        description="Id, alias, `provider/model` or family. Not needed with `response`.",
    )
    calls: Calls = 1

    def query_at(self, as_of: AsOf) -> EstimateQuery:
        """The domain's question; raises InvalidRequest when the fields do not make one."""
        asked = self.asked()
        model, named_at, notices = self._model()
        return EstimateQuery(
            model=model,
            work=self._work(asked.work),
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

    def _work(self, work: Work) -> Work:
        """The work, with the model of every attempt that was declined on the way to the answer.

        A response names the model that served. An attempt declined after it began to answer is
        billed at the model that was asked for: its own entry names it, or else the request must.
        """
        if self.response is None or not isinstance(work, MeasuredWork):
            return work
        unnamed = [one for one in work.attempts if one.declined and one.model is None]
        if unnamed and self.model is None:
            raise InvalidRequest.at(
                "/model",
                "is required: an attempt was declined, and is billed at the model asked for",
            )
        attempts = (
            replace(one, model=self.model, named_at="/model") if one in unnamed else one
            for one in work.attempts
        )
        return replace(work, attempts=tuple(attempts)) if unnamed else work


def same_model(served: str, requested: str) -> bool:
    """Whether a requested name is the served one as some cloud writes it: behind a provider or a
    region, with a version or a date after it.
    """
    bare = re.split(r"[@:]", re.sub(r"-v\d+(:\d+)?$", "", requested))[0]
    return served in (requested, bare) or bare.endswith((f"/{served}", f".{served}"))


class EstimateRequest(Versioned, WorkInput):
    """One call on one model: its usage, a raw response that holds both, or a prompt to count."""

    def query(self, now: datetime) -> EstimateQuery:
        """The domain's question."""
        return self.query_at(self.moment(now))


def parse_usage(raw: Any, usage_format: UsageFormat, pointer: str) -> ParsedUsage:
    """Normalise a provider's usage object; errors point below ``pointer``."""
    shape = parse(USAGE_FORMATS[usage_format], raw, pointer)
    try:
        parsed = shape.normalised()
    except InvalidRequest as error:
        raise error.under(pointer) from None
    if all(one.model is None for one in parsed.attempts):
        return parsed
    attempts = (replace(one, named_at=pointer + one.named_at) for one in parsed.attempts)
    return replace(parsed, attempts=tuple(attempts))
