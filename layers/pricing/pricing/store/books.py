"""Choose the price book that answers: the store's active one, cached; else the bundled one."""

import math
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import Literal

from pricing.aws.settings import RECHECK_SECONDS
from pricing.catalogue.price_book import BookInForce, PriceBook
from pricing.errors import CorruptBook, StoreUnavailable, UnknownVersion
from pricing.store import bundled
from pricing.store.repository import Pointer, Repository

ACTIVE = "active"
#: Cached books that requests named by id; few, since each may have thousands of models.
MAX_PINNED = 4


class Books:
    """Price books by reference, kept in memory between the calls of one instance.

    The active pointer is read at most once in ``recheck_seconds`` (a minute, unless configured),
    whether or not the store answers. While it does not, the last good book answers, marked stale;
    before its first answer, the bundled one. ``store/connect.py`` says how long a read may take; a
    first call makes two. A version named by id never changes, so a bundled one needs no store.

    ``clock`` is the time of day in seconds: a monotonic clock may stand still while the instance is
    frozen or stored as a snapshot, and prices would look fresher than they are.
    """

    def __init__(
        self,
        repository: Repository | None,
        *,
        recheck_seconds: float = RECHECK_SECONDS,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._repository = repository
        self._recheck_seconds = recheck_seconds
        self._clock = clock
        self._book: PriceBook | None = None
        self._stale = True
        self._checked_at = -math.inf
        self._confirmed_at = -math.inf
        self._prices_checked_at = ""
        self._pinned: dict[str, PriceBook] = {}

    def in_force(self, reference: str, now: datetime) -> BookInForce:
        """The book a reference means: a version id, or ``active``.

        Raises UnknownVersion; and StoreUnavailable, but only for a pinned version that is
        neither bundled nor in memory while the store is down.
        """
        if reference != ACTIVE:
            return self._pin(reference)
        moment = self._clock()
        if not 0 <= moment - self._checked_at < self._recheck_seconds:
            self._checked_at = moment
            self._recheck(moment)
        if self._book is None:
            return _last_known_good(now)
        age_seconds = max(0, int(moment - self._confirmed_at))
        found = BookInForce(self._book, "store", self._stale, age_seconds)
        return replace(found, checked_at=self._prices_checked_at)

    def _recheck(self, moment: float) -> None:
        """Follow the active pointer; on any failure keep the current book and mark it stale."""
        self._stale = True
        if self._repository is None:
            return
        try:
            pointer = self._repository.active()
            if pointer is None:
                return
            self._book = self._follow(pointer, self._repository)
            self._prices_checked_at = pointer.checked_at
        except (StoreUnavailable, CorruptBook):
            return
        self._stale = False
        self._confirmed_at = moment

    def _follow(self, pointer: Pointer, repository: Repository) -> PriceBook:
        if self._book is not None and self._book.sha256 == pointer.sha256:
            return self._book
        # Content-addressed: the bundled copy of the active version is that version, and reading
        # it from disk spares the second and larger read of a cold start.
        with suppress(CorruptBook):  # a damaged copy: the store has the version too
            if (copy := bundled.load(pointer.version)) and copy.sha256 == pointer.sha256:
                return copy
        book = repository.get(pointer.version)
        if book is None or book.sha256 != pointer.sha256:
            raise CorruptBook(f"the active pointer names {pointer.version}, which is not as stored")
        return book

    def _pin(self, version_id: str) -> BookInForce:
        book = bundled.load(version_id)
        if book is None:
            book = self._stored(version_id)
        # Where it came from, not where its bytes were read: a later release that no longer has it
        # in its bundle must answer the same.
        source: Literal["bundled", "store"] = (
            "bundled" if bundled.came_with_tariff(version_id) else "store"
        )
        return BookInForce(book, source, stale=False, age_seconds=None)

    def _stored(self, version_id: str) -> PriceBook:
        book = self._pinned.get(version_id)
        if book is None and self._book is not None and self._book.id == version_id:
            book = self._book
        if book is None:
            book = self._repository.get(version_id) if self._repository else None
            if book is None:
                raise UnknownVersion(
                    "There is no price version with this id; GET /v1/pricing/versions lists them."
                )
            if len(self._pinned) >= MAX_PINNED:
                self._pinned.clear()
            self._pinned[version_id] = book
        return book


def _last_known_good(now: datetime) -> BookInForce:
    book = bundled.current()
    age = now - datetime.fromisoformat(book.published_at)
    return BookInForce(book, "bundled", stale=True, age_seconds=int(age.total_seconds()))
