"""Quantities that a caller states: images, seconds, characters, pages, searches and storage."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Annotated

from pydantic import Field

from pricing.api.requests.hints import Hints
from pricing.api.requests.written import AS_NUMBER, AS_SHARE, AS_WRITTEN
from pricing.errors import InvalidRequest
from pricing.money import multiply
from pricing.usage.buckets import MAX_COUNT, Quantity, Usage
from pricing.validation import AtMost, ExactNumber, Name, Request

Count = Annotated[int, Field(ge=0, le=MAX_COUNT), AS_WRITTEN]
Share = Annotated[ExactNumber, Field(ge=0, le=1), AS_SHARE]
Percent = Annotated[ExactNumber, Field(ge=0, le=100)]
Positive = Annotated[int, Field(ge=1, le=MAX_COUNT), AS_WRITTEN]
Amount = Annotated[ExactNumber, Field(ge=0, le=MAX_COUNT), AS_NUMBER]
MAX_KINDS = 100


class ImagesRequest(Request):
    """Generated images of one kind."""

    count: Count
    """Number of images."""
    size: Name | None = None
    """Size in pixels, such as ``1024x1024``."""
    quality: Name | None = None
    """Quality, such as ``standard``, ``hd`` or ``high``."""

    HINTS = Hints("image")


class VideoRequest(Request):
    """Generated video of one kind."""

    seconds: Amount
    """Length in seconds."""
    resolution: Name | None = None
    """Resolution, such as ``720p`` or ``4k``."""
    audio: bool | None = None
    """Whether the video has sound."""

    HINTS = Hints("clip")


class StorageRequest(Request):
    """A prompt that is kept in a cache."""

    tokens: Count
    """Tokens stored."""
    hours: Amount
    """Hours that they are stored for."""


class FilesRequest(Request):
    """Files that are kept, such as those of a vector store."""

    gigabytes: Amount
    """Gigabytes stored."""
    days: Amount
    """Days that they are stored for."""


class ContainersRequest(Request):
    """Containers of a code interpreter."""

    count: Count
    """Number of containers."""
    memory: Name | None = None
    """Memory, such as ``1g`` or ``4g``."""


class UnitsRequest(Request):
    """Quantities that are not tokens, of one call."""

    images: Annotated[tuple[ImagesRequest, ...], Field(strict=False), AtMost(MAX_KINDS)] = ()
    """Generated images."""
    input_images: Count = 0
    """Images sent, where a model bills them by the image."""
    video: Annotated[tuple[VideoRequest, ...], Field(strict=False), AtMost(MAX_KINDS)] = ()
    """Generated video."""
    audio_seconds: Amount = Decimal(0)
    """Seconds of input or output audio."""
    characters: Count = 0
    """Characters of text to speak."""
    pages: Count = 0
    """Pages read."""
    annotated_pages: Count = 0
    """Pages read with annotations, where these have a price of their own."""
    search_units: Count = 0
    """Units of reranking: a query with up to 100 documents."""
    search_queries: Count = 0
    """Search queries, where a model bills them by the query."""
    requests: Count = 0
    """Requests, where a model bills each."""
    classifications: Count = 0
    """Texts or images classified."""
    citation_tokens: Count = 0
    """Tokens of citations."""
    containers: Annotated[
        tuple[ContainersRequest, ...], Field(strict=False), AtMost(MAX_KINDS)
    ] = ()
    """Containers of a code interpreter."""
    code_execution_hours: Amount = Decimal(0)
    """Hours of code execution beyond the free ones."""
    session_hours: Amount = Decimal(0)
    """Hours of running agent sessions."""
    cache_storage: Annotated[
        tuple[StorageRequest, ...], Field(strict=False), AtMost(MAX_KINDS)
    ] = ()
    """Prompts kept in a cache, where a provider bills their storage."""
    vector_storage: Annotated[tuple[FilesRequest, ...], Field(strict=False), AtMost(MAX_KINDS)] = ()
    """Files kept in a vector store, beyond what is free."""

    HINTS = Hints("units")

    def usage(self, pointer: str) -> Usage:
        """Return the quantities as usage; ``pointer`` leads to this object in the request.

        Raises InvalidRequest for an object without any.
        """
        if not self.model_fields_set:
            detail = 'states no quantity; send one, such as {"audio_seconds": "8.47"}'
            raise InvalidRequest.at(pointer, detail)
        return Usage(units=tuple(self._quantities(pointer)))

    def _quantities(self, pointer: str) -> Iterator[Quantity]:
        for field, component in _COMPONENTS.items():
            count = Decimal(getattr(self, field))
            if count:
                yield Quantity(component, count, named_at=f"{pointer}/{field}")
        for field, component, counted in _KINDS:
            for number, kind in enumerate(getattr(self, field)):
                selectors = tuple(
                    (name, _ON.get(value, value))
                    for name, value in kind
                    if name != counted and value is not None
                )
                count = Decimal(getattr(kind, counted))
                yield Quantity(component, count, selectors, f"{pointer}/{field}/{number}")
        for number, stored in enumerate(self.cache_storage):
            count = multiply(Decimal(stored.tokens), stored.hours)
            yield Quantity("cache_storage", count, named_at=f"{pointer}/cache_storage/{number}")
        for number, files in enumerate(self.vector_storage):
            count = multiply(files.gigabytes, files.days)
            yield Quantity("vector_storage", count, named_at=f"{pointer}/vector_storage/{number}")


_ON = {True: "on", False: "off"}
_COMPONENTS = {
    "input_images": "input_image",
    "audio_seconds": "audio_second",
    "characters": "character",
    "pages": "page",
    "annotated_pages": "annotated_page",
    "search_units": "search_unit",
    "search_queries": "search_query",
    "requests": "request",
    "classifications": "classification",
    "citation_tokens": "citation",
    "code_execution_hours": "code_execution_hour",
    "session_hours": "session_hour",
}
_KINDS = (
    ("images", "image", "count"),
    ("video", "video_second", "seconds"),
    ("containers", "code_interpreter", "count"),
)
