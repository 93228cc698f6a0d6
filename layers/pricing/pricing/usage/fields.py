"""What the readers of providers' usage objects share.

A shape is strict about the fields it knows and tolerant of those it does not: providers add
fields over time, so an unknown one is kept out of the arithmetic and named in a warning, while
an unknown value of a field that selects a price is an error.
"""

from collections.abc import Iterator
from itertools import islice
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from pricing.errors import InvalidRequest, is_plain_name
from pricing.notices import Notice
from pricing.usage.buckets import MAX_COUNT

Calls = Annotated[int, Field(ge=1, le=MAX_COUNT)]


#: How many unknown fields one answer names.
MAX_NAMED = 20
Count = Annotated[int, Field(ge=0, le=MAX_COUNT)]


class Shape(BaseModel):
    """A provider's object as it came."""

    model_config = ConfigDict(
        extra="allow", strict=True, frozen=True, defer_build=True, validate_by_name=True
    )

    def ignored(self) -> tuple[Notice, ...]:
        """One warning a field this version does not know, nested ones included."""
        unknown = dict.fromkeys(islice(_unknown(self, "usage"), MAX_NAMED))
        return tuple(
            [
                Notice("usage_field_ignored", f"{one} is not known and was not priced.")
                for one in unknown
            ]
        )


def _unknown(shape: Shape, path: str) -> Iterator[str]:
    """What to call every field that is not known; ``path`` leads to the shape."""
    for name in shape.__pydantic_extra__ or ():
        yield f"{path}.{name}" if is_plain_name(name) else f"A field of {path}"
    for name, value in shape.__dict__.items():
        if value is None or type(value) is int:
            continue  # most fields are counts, and asking what else they are costs more
        if isinstance(value, Shape):
            yield from _unknown(value, f"{path}.{name}")
        elif isinstance(value, list):
            for number, one in enumerate(value):
                if isinstance(one, Shape):
                    yield from _unknown(one, f"{path}.{name}[{number}]")


def remainder(whole: int, parts: dict[str, int], pointer: str) -> int:
    """What is left of ``whole`` after its parts, which are inside it and do not overlap.

    ``parts`` maps pointers to counts. Raises InvalidRequest when they exceed the whole: a
    negative bucket would be a credit nobody granted.
    """
    left = whole - sum(parts.values())
    if left < 0:
        names = " + ".join(part for part, count in parts.items() if count)
        raise InvalidRequest.at(
            pointer, f"is {whole}, less than its parts {names} = {whole - left}; send what agrees"
        )
    return left


def same_total(stated: int | None, counted: int, pointer: str, sum_of: str) -> None:
    """Raises InvalidRequest when a total the provider stated is not the sum it should be."""
    if stated is not None and stated != counted:
        raise InvalidRequest.at(
            pointer, f"is {stated}, but {sum_of} add up to {counted}; send figures that agree"
        )


def cached_parts(whole: int, cached: int, audio: int, image: int) -> tuple[int, int]:
    """How much of ``audio`` and of ``image`` was read from the cache, where nobody says.

    All three are parts of ``whole``, and cached tokens are of some modality: what does not fit
    beside the others must be both. Text is cached first, then images, so that audio, the one with
    a price of its own, is taken to be cached only when it must have been.
    """
    both = min(max(cached + audio + image - whole, 0), cached)
    image_cached = min(both, image)
    return min(both - image_cached, audio), image_cached
