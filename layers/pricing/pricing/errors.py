"""Everything Tariff refuses, as one small tree. ``http`` maps types to statuses, once."""

import re
from collections.abc import Sequence
from typing import NamedTuple, Self

#: An answer names this many bad fields; the headline counts them all.
MAX_FIELD_ERRORS = 20


#: What a field's name usually looks like. Anything else a caller wrote is not repeated to anybody:
#: a prompt may have slipped into the place of a name.
_PLAIN_NAME = re.compile(r"[A-Za-z0-9_.-]{1,64}", re.ASCII)


def is_plain_name(name: str) -> bool:
    """Whether a name that a caller made up may be repeated in an answer."""
    return _PLAIN_NAME.fullmatch(name) is not None


class FieldError(NamedTuple):
    """One bad field: an RFC 6901 JSON pointer into the request, and what is wrong with it.

    ``detail`` goes on where the pointer ends: ``/calls`` ``must be 1 or more``.
    """

    pointer: str
    detail: str

    def of(self, whole: str) -> str:
        """As a sentence; ``whole`` is what an empty pointer means."""
        return f"{self.pointer or whole} {self.detail}"

    def __str__(self) -> str:
        return self.of("The body")


class TariffError(Exception):
    """Base of everything that is refused. ``detail`` is for the caller: what it can do about it,
    or, where it is not the caller's to mend, that it is ours.
    """

    def __init__(self, detail: str, *, errors: Sequence[FieldError] = ()) -> None:
        super().__init__(detail)
        self.detail = detail
        self.errors = tuple(errors)

    def under(self, prefix: str) -> Self:
        """The same finding, in a part of a larger request that starts at ``prefix``."""
        self.errors = tuple(FieldError(prefix + one.pointer, one.detail) for one in self.errors)
        return self

    def of_field(self, pointer: str) -> Self:
        """The same finding, of a field that has another name in the request."""
        self.errors = tuple(FieldError(pointer, one.detail) for one in self.errors)
        return self


class MalformedRequest(TariffError):
    """The bytes are not one well-formed JSON document."""


class InvalidRequest(TariffError):
    """Well-formed, but some field or combination of fields cannot be priced."""

    @classmethod
    def at(cls, pointer: str, detail: str) -> Self:
        """One bad field."""
        return cls.of([FieldError(pointer, detail)])

    @classmethod
    def of(
        cls, errors: Sequence[FieldError], uncounted: int = 0, *, whole: str = "The body"
    ) -> Self:
        """One or more bad fields of ``whole``; the first is the headline.

        ``uncounted`` are not among them.
        """
        others = len(errors) - 1 + uncounted
        more = f" (and {others} more)" if others else ""
        return cls(f"{errors[0].of(whole)}{more}", errors=errors[:MAX_FIELD_ERRORS])

    def under(self, prefix: str) -> Self:
        """The same finding with its headline, further inside."""
        return self.of(super().under(prefix).errors)

    def of_field(self, pointer: str) -> Self:
        """The same finding with its headline, of another field."""
        return self.of(super().of_field(pointer).errors)


class BodyTooLarge(TariffError):
    """The request body is over the published limit."""


class UnsupportedMediaType(TariffError):
    """The request body is not declared as JSON."""


class NotFound(TariffError):
    """No such route or resource."""


class MethodNotAllowed(TariffError):
    """The path exists, the method on it does not."""


class UnknownModel(NotFound):
    """No model has this exact id, alias or family name."""

    def __init__(self, detail: str, suggestions: Sequence[str], named_at: str = "/model") -> None:
        super().__init__(detail, errors=[FieldError(named_at, "names no model of this version")])
        self.suggestions = tuple(suggestions)


class UnknownVersion(NotFound):
    """No price version has this id."""


class UnknownPolicy(NotFound):
    """No routing policy has this id."""


class Unpriced(InvalidRequest):
    """The model is known, but no price for what was asked is."""


class Conflict(TariffError):
    """The stored state is not what the caller expected."""


class VersionExists(Conflict):
    """A price version with this id is already stored; versions never change."""


class StaleRevision(Conflict):
    """The active pointer moved since the caller read it."""


class NotTheApprover(Conflict):
    """What waits in a version is for somebody other than its proposer to approve."""


class StoreUnavailable(TariffError):
    """The version store did not answer, and the answer cannot be given without it."""

    #: ``cause`` is for the log: what the network or the service said. The caller is told what to
    #: do instead.
    def __init__(self, detail: str, *, cause: str = "") -> None:
        super().__init__(detail)
        self.cause = cause


class CorruptBook(TariffError):
    """A stored price version does not match its SHA-256; it is refused."""
