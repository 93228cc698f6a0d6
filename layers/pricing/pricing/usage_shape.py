"""What the readers of providers' usage objects share.

A shape is strict about the fields it knows and tolerant of those it does not: providers add
fields over time, so an unknown one is kept out of the arithmetic and named in a warning, while
an unknown value of a field that selects a price is an error.
"""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from pricing.errors import InvalidRequest
from pricing.notices import Notice
from pricing.usage import MAX_COUNT

Count = Annotated[int, Field(ge=0, le=MAX_COUNT)]


class Shape(BaseModel):
    """A provider's object as it came."""

    model_config = ConfigDict(
        extra="allow", strict=True, frozen=True, defer_build=True, validate_by_name=True
    )

    def ignored(self) -> tuple[Notice, ...]:
        """One warning a field this version does not know, nested ones included."""
        return tuple(
            [
                Notice("usage_field_ignored", f"usage.{name} is not known and was not priced.")
                for name in _unknown(self, "")
            ]
        )


def _unknown(shape: Shape, prefix: str) -> list[str]:
    unknown = [prefix + name[:64] for name in shape.__pydantic_extra__ or ()]
    for name, value in shape.__dict__.items():
        if isinstance(value, Shape):
            unknown += _unknown(value, f"{prefix}{name}.")
        elif isinstance(value, list):
            for number, one in enumerate(value):
                unknown += _unknown(one, f"{prefix}{name}[{number}].")
    return unknown


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
