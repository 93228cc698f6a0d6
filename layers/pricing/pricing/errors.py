"""Every reason for which Tariff refuses a request, as one small tree of exceptions.

Functions raise them at the field they concern; ``api.handler`` gives each its HTTP status::

    TariffError
      MalformedRequest, BodyTooLarge, UnsupportedMediaType, MethodNotAllowed, Busy, Forbidden
      InvalidRequest    a field, or a combination of fields, cannot be priced
        Unpriced        the model is known, a price for what was asked is not
      NotFound
        UnknownModel, UnknownVersion, UnknownPolicy, UnknownRateCard
      Conflict
        VersionExists, StaleRevision, NotTheApprover
      StoreUnavailable, CorruptBook
"""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple, Self

#: An answer lists up to this many bad fields; its headline counts them all.
MAX_FIELD_ERRORS = 20
#: Other names that a caller made up are not repeated: a prompt may have slipped into their place.
_PLAIN_NAME = re.compile(r"[A-Za-z0-9_.-]{1,64}", re.ASCII)


def is_plain_name(name: str) -> bool:
    """Return whether a name that a caller made up may be repeated in an answer."""
    return _PLAIN_NAME.fullmatch(name) is not None


class FieldError(NamedTuple):
    """One bad field: an RFC 6901 JSON pointer into the request, and what to send instead.

    ``detail`` is a sentence that ends with a full stop, or continues the pointer: ``/calls`` ``must
    be 1 or more``.
    """

    pointer: str
    detail: str

    def of(self, whole: str) -> str:
        """Return the error as a sentence; ``whole`` names what an empty pointer refers to."""
        if not self.detail.endswith("."):
            return f"{self.pointer or whole} {self.detail}"
        inside = self.pointer.count("/") > 1  # of which item or object is worth telling
        return f"{self.pointer}: {self.detail}" if inside else self.detail

    def __str__(self) -> str:
        return self.of("The body")


class TariffError(Exception):
    """Base of every refusal. ``detail`` tells the caller what to send instead, or what failed."""

    def __init__(self, detail: str, *, errors: Sequence[FieldError] = ()) -> None:
        super().__init__(detail)
        self.detail = detail
        self.errors = tuple(errors)

    @property
    def reason(self) -> str:
        """The first bad field as a sentence, for an answer that names a reason and goes on."""
        return str(self.errors[0]) if self.errors else self.detail

    def repointed(self, change: Callable[[str], str]) -> Self:
        """Return the error with ``change`` applied to the pointer of every bad field."""
        self.errors = tuple(FieldError(change(bad.pointer), bad.detail) for bad in self.errors)
        return self


@contextmanager
def under(prefix: str) -> Iterator[None]:
    """Point the errors of a block into the part of the request that starts at ``prefix``."""
    try:
        yield
    except TariffError as error:
        raise error.repointed(lambda pointer: prefix + pointer) from None


@contextmanager
def of_field(pointer: str) -> Iterator[None]:
    """Point the errors of a block at the field ``pointer``, whatever field they name."""
    try:
        yield
    except TariffError as error:
        raise error.repointed(lambda _: pointer) from None


class MalformedRequest(TariffError):
    """The body is not one well-formed JSON document."""


class InvalidRequest(TariffError):
    """A field, or a combination of fields, cannot be priced."""

    @classmethod
    def at(cls, pointer: str, detail: str) -> Self:
        """Return the error of one bad field."""
        return cls.of([FieldError(pointer, detail)])

    @classmethod
    def of(
        cls, errors: Sequence[FieldError], uncounted: int = 0, *, whole: str = "The body"
    ) -> Self:
        """Return the error of one or more bad fields; the first is the headline.

        ``uncounted`` is the number of further bad fields that are not among ``errors``.
        """
        others = len(errors) - 1 + uncounted
        more = f" (and {others} more)" if others else ""
        return cls(f"{errors[0].of(whole)}{more}", errors=errors[:MAX_FIELD_ERRORS])

    def repointed(self, change: Callable[[str], str]) -> Self:
        """Return the error, headline included, with ``change`` applied to every pointer."""
        return self.of(super().repointed(change).errors)


class BodyTooLarge(TariffError):
    """The request body is over the published limit."""


class UnsupportedMediaType(TariffError):
    """The request body is not declared as JSON."""


class Busy(TariffError):
    """This instance has no room for the request at the moment."""


class Forbidden(TariffError):
    """The caller may not do this."""


class NotFound(TariffError):
    """There is no such route or resource."""


class MethodNotAllowed(TariffError):
    """The path exists, but not with this method."""


class UnknownModel(NotFound):
    """No model has this id, alias or family name. ``suggest`` returns the nearest names.

    They are searched only when they are read: a search takes longer than most answers, and many
    unknown names are met without a reader of suggestions.
    """

    def __init__(
        self, detail: str, suggest: Callable[[], Sequence[str]], named_at: str = "/model"
    ) -> None:
        super().__init__(detail, errors=[FieldError(named_at, "is an unknown model")])
        self._suggest = suggest

    @property
    def suggestions(self) -> tuple[str, ...]:
        """The nearest names, nearest first."""
        return tuple(self._suggest())


class UnknownVersion(NotFound):
    """No price version has this id."""


class UnknownPolicy(NotFound):
    """No routing policy has this id."""


class UnknownRateCard(NotFound):
    """No rate card has this id."""

    @classmethod
    def of(cls, _card: str = "") -> "UnknownRateCard":
        """Return the error of an id without a rate card."""
        return cls("There is no rate card with this id; POST /v1/rate-cards answers with one.")


class Unpriced(InvalidRequest):
    """The model is known, but has no price for what was asked."""


class Conflict(TariffError):
    """The stored state is not what the caller expected."""


class VersionExists(Conflict):
    """A price version with this id is already stored; versions never change."""


class StaleRevision(Conflict):
    """Another version was activated since the caller read the active one."""


class NotTheApprover(Conflict):
    """The pending changes of a version need the approval of a second administrator."""


class StoreUnavailable(TariffError):
    """The version store did not answer, and the request cannot be answered without it.

    ``cause`` is what the network or the service reported. It is for the log only.
    """

    def __init__(self, detail: str, *, cause: str = "") -> None:
        super().__init__(detail)
        self.cause = cause


class CorruptBook(TariffError):
    """A stored price version does not match its SHA-256, so its prices are not used."""
