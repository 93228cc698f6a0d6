"""What callers may send: the request types that validate, and that the OpenAPI spec shows.

Parsing ends here: each request turns into the plain value its domain function takes.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, SkipValidation, ValidationError

from pricing.calculator import Notice
from pricing.catalogue import ModelFilter
from pricing.errors import FieldError, InvalidRequest
from pricing.estimate import EstimateQuery
from pricing.instants import AsOf
from pricing.usage import MAX_COUNT, InferenceGeo, Processing, Speed, StatedTerms, Usage
from pricing.usage_formats import USAGE_FORMATS, AnthropicUsage, ParsedUsage

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
    """A provider's whole response as it came. Only ``model``, ``usage`` and ``stop_reason`` are
    read; everything else, the text above all, is dropped unread.
    """

    model_config = ConfigDict(extra="ignore", strict=True, frozen=True, defer_build=True)

    model: Name | None = None
    usage: SkipValidation[AnthropicUsage]
    stop_reason: str | None = None


class EstimateRequest(Versioned):
    """One call's usage on one model, or a provider's raw response that holds both."""

    model: Name | None = Field(
        default=None,
        description="Id, alias, `provider/model` or family. Not needed with `response`.",
    )
    usage: SkipValidation[AnthropicUsage | None] = Field(
        default=None, description="The provider's own usage object, as it came."
    )
    usage_format: Literal["anthropic"] = "anthropic"
    response: ProviderResponse | None = None
    calls: Calls = 1
    processing: Processing = "standard"
    speed: Speed = "standard"
    inference_geo: InferenceGeo = "global"

    def query(self, now: datetime) -> EstimateQuery:
        """The domain's question; raises InvalidRequest when the fields do not make one."""
        if (self.usage is None) == (self.response is None):
            raise InvalidRequest.at("/usage", "send exactly one of usage and response")
        as_of = self.moment(now)
        requested = StatedTerms(**self.model_dump(include=_TERMS, exclude_unset=True))
        if self.response is not None:
            return self._response_query(self.response, as_of, requested)
        if self.model is None:
            raise InvalidRequest.at("/model", "is required with usage")
        parsed = parse_usage(self.usage, self.usage_format, "/usage")
        return EstimateQuery(
            model=self.model,
            usage=parsed.usage,
            as_of=as_of,
            calls=self.calls,
            requested=requested,
            served=parsed.served,
            notices=parsed.notices,
        )

    def _response_query(
        self, response: ProviderResponse, as_of: AsOf, requested: StatedTerms
    ) -> EstimateQuery:
        model = response.model or self.model
        if model is None:
            raise InvalidRequest.at("/response/model", "is required, here or as model")
        parsed = parse_usage(response.usage, self.usage_format, "/response/usage")
        usage, notices = parsed.usage, list(parsed.notices)
        if self.model not in (None, model):
            message = f"The response was served by {model}, and that is what is priced."
            notices.append(Notice("served_model_differs", message))
        if response.stop_reason == "refusal" and usage.output == 0:
            usage = Usage()
            message = "A refusal before any output is not billed, though its usage shows tokens."
            notices.append(Notice("refusal_not_billed", message))
        return EstimateQuery(
            model=model,
            usage=usage,
            as_of=as_of,
            calls=self.calls,
            requested=requested,
            served=parsed.served,
            notices=tuple(notices),
        )


class NoQuery(Request):
    """A route without query parameters."""


_TERMS = {"processing", "speed", "inference_geo"}


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


def parse_usage(raw: Any, usage_format: str, pointer: str) -> ParsedUsage:
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
