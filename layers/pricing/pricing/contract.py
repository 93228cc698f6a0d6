"""What callers may send: the request types that validate, and that the OpenAPI spec shows.

Parsing ends here: each request turns into the plain value its domain function takes.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, SkipValidation, ValidationError

from pricing.catalogue import ModelFilter
from pricing.errors import FieldError, InvalidRequest
from pricing.estimate import EstimateQuery
from pricing.instants import AsOf
from pricing.notices import Notice
from pricing.usage import (
    MAX_COUNT,
    Attempt,
    InferenceGeo,
    ParsedUsage,
    Processing,
    Speed,
    StatedTerms,
    Usage,
)
from pricing.usage_formats import USAGE_FORMATS, AnyUsage, UsageFormat, recognise
from pricing.usage_gemini import GeminiUsage

Name = Annotated[str, Field(min_length=1, max_length=128)]
Calls = Annotated[int, Field(ge=1, le=MAX_COUNT)]
VersionReference = Annotated[
    Name, Field(description="A price version id, or `active` for the version in force.")
]
AsOfText = Annotated[
    str,
    Field(
        max_length=40,
        description="Price at this date (00:00 UTC) or RFC 3339 instant; default now.",
        examples=["2026-11-22", "2026-11-22T09:30:00Z"],
    ),
]
Parsed = TypeVar("Parsed", bound=BaseModel)


class Request(BaseModel):
    """Strict: no unknown property, no coercion between types."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, defer_build=True)


class Versioned(Request):
    """Which prices an answer should stand on."""

    pricing_version: VersionReference = "active"
    as_of: AsOfText | None = None

    def moment(self, now: datetime) -> AsOf:
        """The moment to price at; raises InvalidRequest for text that names none."""
        if self.as_of is None:
            return AsOf.now(now)
        try:
            return AsOf.parse(self.as_of)
        except ValueError as error:
            raise InvalidRequest.at("/as_of", f"is not a moment in time: {error}") from None


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
    service_tier: str | None = None
    type: str | None = None
    object: str | None = None

    @property
    def served_model(self) -> str | None:
        """The model the response says it is from."""
        return self.model or self.modelVersion


class UsageInput(Request):
    """One call's usage: the provider's own object, or a raw response that holds it."""

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

    def parsed(self) -> ParsedUsage:
        """The usage in disjoint buckets; raises InvalidRequest, pointing at what is wrong."""
        if (self.usage is None) == (self.response is None):
            raise InvalidRequest.at("/usage", "send exactly one of usage and response")
        if self.response is None:
            return parse_usage(self.usage, self.usage_format or "anthropic", "/usage")
        return self._from_response(self.response)

    def _from_response(self, response: ProviderResponse) -> ParsedUsage:
        name = "usage" if response.usage is not None else "usageMetadata"
        raw: Any = getattr(response, name)
        usage_format = self.usage_format or recognise(response.type or response.object, raw)
        if usage_format.startswith("openai") and response.service_tier and isinstance(raw, dict):
            raw = {"service_tier": response.service_tier, **raw}
        parsed = parse_usage(raw, usage_format, f"/response/{name}")
        if response.stop_reason == "refusal" and not any(
            attempt.usage.output_tokens for attempt in parsed.attempts
        ):
            message = "A refusal before any output is not billed, though its usage shows tokens."
            notice = Notice("refusal_not_billed", message)
            return replace(parsed, attempts=(Attempt(Usage()),), notices=(*parsed.notices, notice))
        return parsed


_TERMS = {"processing", "speed", "inference_geo"}


class EstimateRequest(Versioned, UsageInput):
    """One call's usage on one model, or a provider's raw response that holds both."""

    model: Name | None = Field(
        default=None,
        description="Id, alias, `provider/model` or family. Not needed with `response`.",
    )
    calls: Calls = 1

    def query(self, now: datetime) -> EstimateQuery:
        """The domain's question; raises InvalidRequest when the fields do not make one."""
        as_of, parsed = self.moment(now), self.parsed()
        model, notices = self._model()
        return EstimateQuery(
            model=model,
            attempts=parsed.attempts,
            as_of=as_of,
            calls=self.calls,
            requested=self.requested(),
            served=parsed.served,
            notices=(*parsed.notices, *notices),
        )

    def _model(self) -> tuple[str, tuple[Notice, ...]]:
        """The model that served wins, unless the request names the same one in some cloud."""
        served = self.response.served_model if self.response else None
        if self.model is None:
            if not served:
                pointer = "/model" if self.response is None else "/response/model"
                raise InvalidRequest.at(pointer, "is required: say which model to price")
            return served, ()
        if not served or served in self.model:
            return self.model, ()
        message = f"The response was served by {served}, and that is what is priced."
        return served, (Notice("served_model_differs", message),)


class NoQuery(Request):
    """A route without query parameters."""


class PricesQuery(Versioned):
    """Query parameters of one model's page."""


class ModelsQuery(Versioned):
    """Query parameters of the model list. Filters combine with AND."""

    provider: Name | None = None
    family: Name | None = None
    capability: Name | None = None
    limit: Annotated[int, Field(ge=1, le=200)] = 100
    cursor: Annotated[str, Field(max_length=300)] | None = Field(
        default=None, description="`next_cursor` of the page before; leave out for the first page."
    )

    def filter(self) -> ModelFilter:
        """The domain's filter."""
        return ModelFilter(self.provider, self.family, self.capability)


def parse_usage(raw: Any, usage_format: UsageFormat, pointer: str) -> ParsedUsage:
    """Normalise a provider's usage object; errors point below ``pointer``."""
    shape = parse(USAGE_FORMATS[usage_format], raw, pointer)
    try:
        return shape.normalised()
    except InvalidRequest as error:
        raise error.under(pointer) from None


def parse(shape: type[Parsed], document: Any, pointer: str = "") -> Parsed:
    """Validate a document; raises InvalidRequest with one FieldError for each bad field."""
    try:
        return shape.model_validate(document)
    except ValidationError as error:
        raise InvalidRequest.of(list(_field_errors(error, pointer))) from None


def parse_query(shape: type[Parsed], parameters: Mapping[str, str]) -> Parsed:
    """Validate query parameters, which arrive as text."""
    try:
        return shape.model_validate_strings(dict(parameters), strict=False)
    except ValidationError as error:
        raise InvalidRequest.of(list(_field_errors(error))) from None


def _field_errors(error: ValidationError, pointer: str = "") -> Iterator[FieldError]:
    """Pydantic's findings in the API's words. Values are never repeated: they may be prompts."""
    for finding in error.errors(include_url=False, include_input=False):
        path = "".join(f"/{_escape(str(part))}" for part in finding["loc"])
        detail = _DETAILS.get(finding["type"], finding["msg"])
        yield FieldError(pointer + path, detail.format(**finding.get("ctx", {})))


def _escape(part: str) -> str:
    """RFC 6901 escaping; long unknown keys are cut, they may be anything."""
    return part.replace("~", "~0").replace("/", "~1")[:128]


_DETAILS = {
    "missing": "is required",
    "extra_forbidden": "is not a property of this request; remove it or check its spelling",
    "int_type": "must be a whole number, written without quotes or a fraction",
    "int_parsing": "must be a whole number",
    "int_from_float": "must be a whole number",
    "string_type": "must be a string",
    "bool_type": "must be true or false",
    "model_type": "must be an object",
    "model_attributes_type": "must be an object",
    "dict_type": "must be an object",
    "list_type": "must be a list",
    "greater_than_equal": "must be {ge} or more",
    "less_than_equal": "must be {le} or less",
    "literal_error": "must be one of {expected}",
    "string_too_short": "must have at least {min_length} character",
    "string_too_long": "must have at most {max_length} characters",
}
