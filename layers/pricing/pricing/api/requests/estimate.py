"""The request of ``POST /v1/estimate``, and the input of a call as all requests share it."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import Field, SkipValidation, model_validator

from pricing.api.requests.billing import BillingFields
from pricing.api.requests.hints import HINTS, provider_objects
from pricing.api.requests.meant import ModelAliases, as_meant
from pricing.api.requests.measured import MeasuredFields
from pricing.api.requests.units import Count, Positive, UnitsRequest
from pricing.api.requests.written import AS_GEO, AS_MONEY, AS_PROCESSING, AS_SPEED
from pricing.catalogue.own_names import stands_for
from pricing.errors import InvalidRequest
from pricing.estimates.estimate import NO_EXPECTED_OUTPUT, EstimateQuery
from pricing.estimates.inputs import CachedAs, CallInput, MeasuredInput, PromptInput
from pricing.notices import Notice
from pricing.timestamps import AsOf
from pricing.tokens.images import ImageSize
from pricing.tokens.prompts import Prompt, ToolChoice
from pricing.tokens.requests import ProviderRequest, model_of, read_request
from pricing.usage.buckets import (
    WRITES_WITHOUT_SPLIT,
    Attempt,
    InferenceGeo,
    Processing,
    Speed,
    StatedTerms,
    Usage,
)
from pricing.usage.made import asked
from pricing.usage.parsed import ParsedUsage, StatedCost, Unread
from pricing.usage.response import terms_served
from pricing.usage.terms import GEOS, SPEEDS, WORDS
from pricing.usage.tools import stated_tools, usage_of
from pricing.validation import AtMost, ExactNumber, Name, Request, Versioned, as_query
from pricing.values import immutable

Calls = Positive
_NOTHING_SENT = (
    'Say what is priced: counts ("input_tokens": 1000, "output_tokens": 200), or exactly one of'
    " `usage`, `response`, `request`, `text` or `messages`."
)
Budget = Annotated[ExactNumber, Field(ge=0, le=10**12), AS_MONEY]


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

    def prompt_input(self) -> PromptInput:
        """Return the prompt, to be counted."""
        images = tuple(ImageSize(image.width, image.height) for image in self.images)
        messages = self.text if self.text is not None else self.messages or []
        return PromptInput(
            prompt=as_query(Prompt, self, messages=messages, images=images),
            expected_output_tokens=self.expected_output_tokens or 0,
            thinking_tokens=self.thinking_tokens,
        )


@immutable
class ParsedInput:
    """A request's input, the terms it asks for, those a provider reported, and warnings."""

    call: CallInput
    requested: StatedTerms
    served: StatedTerms = StatedTerms()
    notices: tuple[Notice, ...] = ()
    stated: StatedCost | None = None
    served_model: str | None = None
    served_at: str = "/response/model"


def stated_terms(request: Request) -> StatedTerms:
    """Return the terms that a request states; a default that was not sent is not a statement."""
    return StatedTerms(
        **{name: getattr(request, name) for name in TERMS & request.model_fields_set}
    )


TERMS = {"processing", "speed", "inference_geo"}


class UsageInput(MeasuredFields, TextInput):
    """One call: a usage object as it came, a raw response that holds one, or a prompt to count."""

    request: SkipValidation[dict[str, Any] | None] = None
    """A provider's whole request body (OpenAI chat or responses, Anthropic Messages, Gemini,
    Bedrock Converse), priced before it is sent. Its output limit bounds the output unless
    ``expected_output_tokens`` is sent.
    """
    prefix_cache: Literal["none", "write", "read"] = "none"
    """With ``request``: whether the prompt up to its last cache breakpoint is written to the cache
    or read from it.
    """
    processing: Annotated[Processing, AS_PROCESSING] = "standard"
    """The price list: ``batch``, ``priority`` and ``flex`` where the model offers them."""
    speed: Annotated[Speed, AS_SPEED] = "standard"
    """``fast`` costs more and requires ``processing: standard``."""
    inference_geo: Annotated[InferenceGeo, AS_GEO] = "global"
    """``us`` keeps inference in the US, at the model's multiplier."""
    input_tokens: Count | None = None
    """Short form, instead of ``usage``: input tokens that no cache is involved in."""
    output_tokens: Count | None = None
    """Short form: all output tokens, thinking included."""
    cache_read_tokens: Count | None = None
    """Short form: tokens read from a cache, in addition to ``input_tokens``."""
    cache_write_tokens: Count | None = None
    """Short form: tokens written to a cache, in addition to ``input_tokens``."""
    units: UnitsRequest | None = None
    """Quantities that are not tokens, such as ``{"audio_seconds": "8.47"}`` or ``{"images":
    [{"count": 2, "size": "1024x1024"}]}``: alone, or in addition to the usage.
    """

    HINTS = HINTS

    @model_validator(mode="before")
    @classmethod
    def _as_meant(cls, body: Any) -> Any:
        return as_meant(body, cls.model_fields.keys()) if isinstance(body, dict) else body

    @staticmethod
    def wholes() -> Sequence[tuple[AbstractSet[str], str]]:
        """Return the names of a provider's whole response and request."""
        return provider_objects()

    def parsed(self, within: str = "") -> ParsedInput:
        """Return the input and its terms; ``within`` leads to this object in the request.

        Raises InvalidRequest at the field that is wrong.
        """
        if self.units is None:
            return self._parsed(within)
        units = self.units.usage("/units")
        if not self.model_fields_set & _SOURCES:
            tools = usage_of(stated_tools(self.tool_uses or {}, "/tool_uses"))
            usage = replace(tools, units=(*tools.units, *units.units))
            return ParsedInput(MeasuredInput((Attempt(usage),)), stated_terms(self))
        self.refuse({"request", *_PROMPTS}, "does not go with `units`; send a usage or a response")
        parsed = self._parsed(within)
        if not isinstance(parsed.call, MeasuredInput):
            return parsed
        first, *others = parsed.call.attempts
        usage = replace(first.usage, units=(*first.usage.units, *units.units))
        attempts = (replace(first, usage=usage), *others)
        return replace(parsed, call=replace(parsed.call, attempts=attempts))

    def _parsed(self, within: str) -> ParsedInput:
        """Return the input without its ``units``; raises as ``parsed`` does."""
        requested = stated_terms(self)
        if short := _SHORT & self.model_fields_set:
            sources = {"usage", "response", "request", *_PROMPTS}
            detail = f"does not go with `{min(short)}`; send one of them"
            if min(short) == "output_tokens":
                detail += "; of an answer to come, send `expected_output_tokens`"
            self.refuse(sources, detail)
            return self._short_form(requested)
        if not {"usage", "response", "request", *_PROMPTS} & self.model_fields_set:
            raise InvalidRequest.at("/usage", _NOTHING_SENT)
        source = self.require_one("/usage", "usage", "response", "request", *_PROMPTS)
        if source not in ("usage", "response"):
            self.refuse({"tool_uses"}, "goes with measured usage only; leave it out")
        if source == "request":
            return self._provider_request(requested, within)
        self.refuse({"prefix_cache"}, "goes with `request` only; leave it out")
        if source in _PROMPTS:
            is_open = self.expected_output_tokens is None
            notices = (_no_output("expected_output_tokens"),) if is_open else ()
            return ParsedInput(self.prompt_input(), requested, notices=notices)
        self.refuse({"thinking_tokens"}, _THINKING)
        self.refuse(_OF_PROMPTS, "goes with `text` or `messages` only; leave it out")
        found = self.measured()
        return ParsedInput(
            call=MeasuredInput.of(found.usage, within),
            requested=requested,
            served=terms_served(found.usage, requested, batch=found.batch),
            notices=found.usage.notices,
            stated=found.usage.stated,
            served_model=found.model,
            served_at=found.model_at,
        )

    def _provider_request(self, requested: StatedTerms, within: str) -> ParsedInput:
        """Return the call that a provider's request body would make."""
        self.refuse(
            _OF_PROMPTS - {"expected_output_tokens", "thinking_tokens"}, "is read from `request`"
        )
        named = "model" in self.model_fields_set
        if isinstance(self.request, dict) and (units := asked(self.request, "/request")):
            return ParsedInput(
                MeasuredInput((Attempt(Usage(units=units)),)),
                requested,
                served_model=None if named else model_of(self.request),
                served_at="/request/model",
            )
        body = read_request(self.request)
        output, assumptions, notices = self._output_of(body)
        if body.server_tools:
            message = (
                f"The request allows {', '.join(body.server_tools)}, billed by use and with tokens"
                " of its results: only the response shows them, and they are not in this total."
            )
            notices = (*notices, Notice("server_tools_not_counted", message))
        if body.uncounted:
            message = (
                "The tokens of what is only named in the request, such as an image at an address"
                " or a file, are not known and in no total: `unread` says where it is. To include"
                ' images, send the text as `text` with "images": [{"width": 1024, "height": 768}].'
            )
            notices = (*notices, Notice("content_not_counted", message))
        call = PromptInput(
            prompt=body.prompt,
            expected_output_tokens=output,
            thinking_tokens=self.thinking_tokens,
            cached=body.cached.prompt if body.cached else None,
            cached_as=self._cached_as(body),
            images=tuple(replace(one, pointer=f"{within}{one.pointer}") for one in body.images),
            assumptions=assumptions,
            unread=tuple(Unread(f"{within}{at}", Decimal(1)) for at in body.uncounted[:20]),
        )
        return ParsedInput(
            call=call,
            requested=_asked_terms(body, requested),
            notices=notices,
            served_model=None if named else body.model,
            served_at="/request/model",
        )

    def _output_of(self, body: ProviderRequest) -> tuple[int, tuple[str, ...], tuple[Notice, ...]]:
        """Return the output tokens to price for a request, and what is assumed or warned of."""
        if self.expected_output_tokens is not None:
            return self.expected_output_tokens, (), ()
        if body.max_output_tokens is None:
            return 0, (), (_no_output("expected_output_tokens"),)
        most = body.max_output_tokens * body.choices
        bound = (
            f"The output is priced at its upper bound, {most} tokens; send"
            " `expected_output_tokens` for the length that you expect."
        )
        return most, (bound,), ()

    def _cached_as(self, body: ProviderRequest) -> CachedAs:
        """Return what the marked prefix of a request is priced as; raises InvalidRequest."""
        if self.prefix_cache == "none":
            return "input"
        if body.cached is None:
            detail = "needs a `cache_control` or `cachePoint` in `request`"
            raise InvalidRequest.at("/prefix_cache", detail)
        if self.prefix_cache == "read":
            return "cache_read"
        return "cache_write_1h" if body.cached.ttl == "1h" else "cache_write_5m"

    def _short_form(self, requested: StatedTerms) -> ParsedInput:
        """Return the call that is stated as disjoint counts."""
        self.refuse({"thinking_tokens"}, _THINKING)
        self.refuse(_OF_PROMPTS, "goes with `text` or `messages` only; leave it out")
        usage = Usage(
            input=self.input_tokens or 0,
            output=self.output_tokens or 0,
            cache_read=self.cache_read_tokens or 0,
            cache_write_5m=self.cache_write_tokens or 0,
        )
        undated = self.cache_write_tokens or 0
        assumptions = (WRITES_WITHOUT_SPLIT,) if undated else ()
        attempt = Attempt(usage, undated_writes=undated)
        notices = (_no_output("output_tokens"),) if self.output_tokens is None else ()
        if (self.input_tokens, self.cache_read_tokens, self.cache_write_tokens) == (None,) * 3:
            notices = (*notices, Notice("no_input", "No input is priced. Send `input_tokens`."))
        parsed = self.with_tools(ParsedUsage((attempt,), assumptions=assumptions))
        return ParsedInput(MeasuredInput.of(parsed), requested, notices=notices)


def _no_output(field: str) -> Notice:
    message = f"No output is priced. Send `{field}` to include it."
    return Notice(NO_EXPECTED_OUTPUT, message)


def _asked_terms(body: ProviderRequest, requested: StatedTerms) -> StatedTerms:
    """The terms that a provider's request asks for; what Tariff's own fields state goes first.

    Raises InvalidRequest for a word that is not known.
    """
    asked: dict[str, Any] = {}
    for name, known in _REQUEST_WORDS.items():
        word = body.terms.get(name)
        if word is None:
            continue
        if word.lower() not in known:
            words = ", ".join(sorted(filter(None, known)))
            raise InvalidRequest.at(f"/request/{name}", f"must be one of {words}")
        found = known[word.lower()]
        asked["processing" if name == "service_tier" else name] = (
            found.processing if isinstance(found, StatedTerms) else found
        )
    if body.batch:
        asked["processing"] = "batch"
    stated = {name: getattr(requested, name) or asked.get(name) for name in TERMS}
    return StatedTerms(**stated)


#: Anthropic's request names a tier that its answers do not.
_REQUEST_WORDS: Mapping[str, Mapping[str, Any]] = {
    "service_tier": {**WORDS, "standard_only": StatedTerms("standard")},
    "speed": SPEEDS,
    "inference_geo": GEOS,
}
_SHORT = {"input_tokens", "output_tokens", "cache_read_tokens", "cache_write_tokens"}
_PROMPTS = ("text", "messages")
_SOURCES = {"usage", "response", "request", *_PROMPTS, *_SHORT}
_OF_PROMPTS = TextInput.model_fields.keys() - {*_PROMPTS}
_THINKING = (
    "goes with `text` or `messages` only: counts include it in the output, so add it to"
    " `output_tokens`"
)


class ModelCallInput(UsageInput):
    """A model, the input of one call, and the number of identical calls."""

    model: Name | None = None
    """Id, alias, ``provider/model`` or family. Not needed with ``response``."""
    calls: Calls = 1
    """Number of identical calls."""
    model_aliases: ModelAliases = Field(default_factory=dict)
    """Names of your own, such as deployments, and the model that each stands for."""

    def query_at(self, as_of: AsOf, within: str = "") -> EstimateQuery:
        """Return the query; ``within`` leads to this object in the request.

        Raises InvalidRequest for fields that contradict each other.
        """
        parsed = self.parsed(within)
        if self.model is None and parsed.served_model is None:
            if self.response is not None or self.request is not None:
                raise InvalidRequest.at(parsed.served_at, "is required, or send `model` instead")
            example = 'send a model\'s id, alias or family, such as "sonnet"'
            raise InvalidRequest.at("/model", f"is required: {example}")
        named = self.model_aliases
        return as_query(
            EstimateQuery,
            self,
            parsed,
            model=named.get(self.model or "", self.model),
            served_model=parsed.served_model and stands_for(parsed.served_model, named),
            call=self._with_declined_models(parsed.call),
            as_of=as_of,
        )

    def _with_declined_models(self, call: CallInput) -> CallInput:
        """Return the input with the model of every attempt that was declined before the answer.

        A response names the model that served. An attempt that was declined after it began to
        answer is billed at the model that was requested: its own entry names it, or ``model`` must.
        """
        if self.response is None or not isinstance(call, MeasuredInput):
            return call
        unnamed = [
            attempt for attempt in call.attempts if attempt.declined and attempt.model is None
        ]
        if not unnamed:
            return call
        if self.model is None:
            detail = "is required: a declined attempt is billed at the model that was requested"
            raise InvalidRequest.at("/model", detail)
        attempts = (
            replace(attempt, model=self.model, named_at="/model") if attempt in unnamed else attempt
            for attempt in call.attempts
        )
        return replace(call, attempts=tuple(attempts))


class EstimateRequest(Versioned, BillingFields, ModelCallInput):
    """One call on one model: its usage, a raw response that holds both, or a prompt to count."""

    budget_usd: Budget | None = None
    """An amount in USD: the answer says how many such calls it pays for."""

    def query(self, now: datetime) -> EstimateQuery:
        """Return the query to price."""
        return self.query_at(self.moment(now))
