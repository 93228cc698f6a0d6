"""Which book answers, when the store is asked, and what happens while it does not answer."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from unittest import mock

import pytest

from pricing.catalogue.price_book import BookInForce, PriceBook
from pricing.errors import CorruptBook, StoreUnavailable, UnknownVersion
from pricing.store import bundled
from pricing.store.books import ACTIVE, MAX_PINNED, Books
from pricing.store.repository import Pointer, Repository
from tests.support.books import book

NOW = datetime(2026, 12, 1, 9, 30, tzinfo=UTC)
FIRST, SECOND = book("2026-11-20.1"), book("2026-11-21.1")


class Store(Repository):
    """A store in memory that can be lost, or damaged, and counts what is asked of it."""

    def __init__(self, *books: PriceBook) -> None:
        super().__init__("unused", reader=NeverAsked())
        self.books = {one.id: one for one in books}
        self.pointer: Pointer | None = None
        self.lost = False
        self.asked: Counter[str] = Counter()

    def point(self, one: PriceBook) -> None:
        revision = self.pointer.revision if self.pointer else 0
        self.pointer = Pointer(one.id, one.sha256, revision + 1)

    def active(self) -> Pointer | None:
        self.asked["pointer"] += 1
        self._answer()
        return self.pointer

    def get(self, version_id: str) -> PriceBook | None:
        self.asked[version_id] += 1
        self._answer()
        return self.books.get(version_id)

    def _answer(self) -> None:
        if self.lost:
            raise StoreUnavailable("lost")


class NeverAsked:
    """The reads of a store whose repository answers by itself."""

    def get_item(self, **_request: object) -> None:
        raise AssertionError

    def query(self, **_request: object) -> None:
        raise AssertionError


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.seconds = 1_000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store() -> Store:
    """Two versions, the first of them active."""
    filled = Store(FIRST, SECOND)
    filled.point(FIRST)
    return filled


@pytest.fixture
def books(store: Store, clock: Clock) -> Books:
    return Books(store, clock=clock)


def active(books: Books) -> BookInForce:
    return books.in_force(ACTIVE, NOW)


def test_the_first_answer_comes_from_the_store(books: Books) -> None:
    assert active(books) == BookInForce(FIRST, "store", stale=False, age_seconds=0)


def test_the_pointer_is_read_when_a_minute_has_passed_and_not_before(
    books: Books, store: Store, clock: Clock
) -> None:
    for seconds, reads in ((0.0, 1), (30.0, 1), (59.999, 1), (60.0, 2), (119.999, 2), (120.0, 3)):
        clock.seconds = 1_000.0 + seconds
        active(books)
        active(books)
        assert store.asked["pointer"] == reads, seconds
    assert store.asked[FIRST.id] == 1


def test_a_store_that_does_not_answer_is_asked_no_more_often(
    books: Books, store: Store, clock: Clock
) -> None:
    store.lost = True
    for seconds, reads in ((0.0, 1), (59.999, 1), (60.0, 2), (119.999, 2), (120.0, 3)):
        clock.seconds = 1_000.0 + seconds
        active(books)
        active(books)
        assert store.asked["pointer"] == reads, seconds


def test_the_wait_between_two_reads_can_be_set(store: Store, clock: Clock) -> None:
    books = Books(store, recheck_seconds=5, clock=clock)
    for seconds, reads in ((0.0, 1), (4.999, 1), (5.0, 2)):
        clock.seconds = 1_000.0 + seconds
        active(books)
        assert store.asked["pointer"] == reads


def test_a_clock_set_to_an_earlier_time_makes_the_store_be_asked_again(
    books: Books, store: Store, clock: Clock
) -> None:
    active(books)
    clock.seconds -= 0.001
    assert active(books).age_seconds == 0
    assert store.asked["pointer"] == 2


def test_a_change_of_the_active_version_is_followed_at_the_next_read(
    books: Books, store: Store, clock: Clock
) -> None:
    active(books)
    store.point(SECOND)
    clock.seconds += 59.999
    assert active(books).book is FIRST
    clock.seconds += 0.001
    assert active(books) == BookInForce(SECOND, "store", stale=False, age_seconds=0)
    store.point(FIRST)
    clock.seconds += 60
    assert active(books).book is FIRST


def test_age_counts_from_the_last_confirmation(books: Books, clock: Clock) -> None:
    for seconds, age in ((0.0, 0), (0.9, 0), (1.0, 1), (59.999, 59), (60.0, 0), (61.0, 1)):
        clock.seconds = 1_000.0 + seconds
        assert active(books).age_seconds == age, seconds


def test_a_lost_store_leaves_the_last_good_book_stale_and_ageing_until_it_is_back(
    books: Books, store: Store, clock: Clock
) -> None:
    active(books)
    store.lost = True
    clock.seconds += 59
    assert active(books) == BookInForce(FIRST, "store", stale=False, age_seconds=59)
    clock.seconds += 1
    assert active(books) == BookInForce(FIRST, "store", stale=True, age_seconds=60)
    clock.seconds += 3_600
    assert active(books) == BookInForce(FIRST, "store", stale=True, age_seconds=3_660)
    store.lost = False
    clock.seconds += 59
    assert active(books) == BookInForce(FIRST, "store", stale=True, age_seconds=3_719)
    clock.seconds += 1
    assert active(books) == BookInForce(FIRST, "store", stale=False, age_seconds=0)


def bundled_for(seconds: int) -> BookInForce:
    """The bundled book, which was published at midnight on 2026-11-22."""
    return BookInForce(bundled.current(), "bundled", stale=True, age_seconds=seconds)


def test_without_a_store_the_bundled_book_answers_stale_with_the_age_of_its_prices() -> None:
    books = Books(None)
    assert active(books) == bundled_for(9 * 3600 + 30 * 60)
    assert books.in_force(ACTIVE, NOW + timedelta(days=1)) == bundled_for(33 * 3600 + 30 * 60)


def test_a_store_that_never_answered_leaves_the_bundled_book(
    books: Books, store: Store, clock: Clock
) -> None:
    store.lost = True
    assert active(books) == bundled_for(34_200)
    clock.seconds += 3_600
    assert active(books) == bundled_for(34_200)
    store.lost = False
    clock.seconds += 60
    assert active(books) == BookInForce(FIRST, "store", stale=False, age_seconds=0)


def test_a_store_without_an_active_version_leaves_the_bundled_book(clock: Clock) -> None:
    store = Store(FIRST)
    books = Books(store, clock=clock)
    assert active(books) == bundled_for(34_200)
    store.point(FIRST)
    clock.seconds += 60
    assert active(books).book is FIRST


class Damaged(Store):
    """A store in which the content of the second version is not what was added."""

    def get(self, version_id: str) -> PriceBook | None:
        found = super().get(version_id)
        if version_id == SECOND.id:
            raise CorruptBook("damaged")
        return found


def test_a_damaged_active_version_is_refused_and_the_last_good_book_stays(clock: Clock) -> None:
    store = Damaged(FIRST, SECOND)
    store.point(FIRST)
    books = Books(store, clock=clock)
    active(books)
    store.point(SECOND)
    clock.seconds += 60
    assert active(books) == BookInForce(FIRST, "store", stale=True, age_seconds=60)
    store.point(FIRST)
    clock.seconds += 60
    assert active(books) == BookInForce(FIRST, "store", stale=False, age_seconds=0)


def test_a_damaged_active_version_at_a_cold_start_leaves_the_bundled_book(clock: Clock) -> None:
    store = Damaged(SECOND)
    store.point(SECOND)
    assert active(Books(store, clock=clock)) == bundled_for(34_200)


@pytest.mark.parametrize("stored", [None, book("2026-11-21.1", families={"a": "acme/rocket"})])
def test_an_active_version_that_is_gone_or_another_book_is_refused(
    books: Books, store: Store, clock: Clock, stored: PriceBook | None
) -> None:
    active(books)
    store.point(SECOND)
    del store.books[SECOND.id]
    if stored is not None:
        store.books[SECOND.id] = stored
    clock.seconds += 60
    assert active(books) == BookInForce(FIRST, "store", stale=True, age_seconds=60)


def test_the_bundled_copy_of_the_active_version_spares_the_second_read(clock: Clock) -> None:
    current = bundled.current()
    store = Store(current)
    store.point(current)
    in_force = active(Books(store, clock=clock))
    assert in_force == BookInForce(current, "store", stale=False, age_seconds=0)
    assert store.asked == {"pointer": 1}


def test_a_bundled_copy_with_another_hash_is_not_used(clock: Clock) -> None:
    other = book(bundled.current_id())
    store = Store(other)
    store.point(other)
    in_force = active(Books(store, clock=clock))
    assert in_force == BookInForce(other, "store", stale=False, age_seconds=0)
    assert store.asked == {"pointer": 1, other.id: 1}


@pytest.mark.parametrize("version", bundled.ids())
def test_a_pinned_bundled_version_never_touches_the_store(
    books: Books, store: Store, version: str
) -> None:
    store.lost = True
    pinned = books.in_force(version, NOW)
    assert pinned == BookInForce(pinned.book, "bundled", stale=False, age_seconds=None)
    assert pinned.book.id == version
    assert not store.asked


@pytest.mark.parametrize("version", bundled.ids())
def test_a_pinned_version_says_that_it_came_with_tariff_when_a_later_release_has_it_no_more(
    books: Books, store: Store, version: str
) -> None:
    """The same request against the same version gets the same bytes for ever."""
    before = books.in_force(version, NOW)
    store.books[version] = before.book
    with mock.patch.object(bundled, "load", return_value=None):
        after = Books(store).in_force(version, NOW)
    assert after == before
    assert store.asked == {version: 1}


#: Every release adds its own here, and none takes one away.
RELEASED = (
    "lesson-2025",
    "2026-11-23.2",
    "2026-11-23.3",
    "2026-11-30",
    "2026-11-30.2",
    "2026-11-30.3",
    "2026-11-30.4",
    "2026-11-30.5",
    "2026-11-30.6",
    "2026-12-01.1",
)


@pytest.mark.parametrize("version", RELEASED)
def test_what_a_release_came_with_is_known_for_that_in_every_later_one(version: str) -> None:
    assert bundled.came_with_tariff(version)


def test_what_this_release_comes_with_is_among_those_and_what_was_only_stored_is_not() -> None:
    assert all(bundled.came_with_tariff(version) for version in bundled.ids())
    assert not bundled.came_with_tariff(FIRST.id)


def test_a_pinned_stored_version_is_read_once_and_kept_while_the_store_is_lost(
    books: Books, store: Store, clock: Clock
) -> None:
    pinned = books.in_force(SECOND.id, NOW)
    assert pinned == BookInForce(SECOND, "store", stale=False, age_seconds=None)
    store.lost = True
    clock.seconds += 3_600
    assert books.in_force(SECOND.id, NOW) == pinned
    assert store.asked == {SECOND.id: 1}


def test_a_pinned_version_is_not_the_active_one(books: Books) -> None:
    assert books.in_force(SECOND.id, NOW).book is SECOND
    assert active(books).book is FIRST


def test_an_instance_keeps_a_handful_of_pinned_versions_and_no_more(clock: Clock) -> None:
    versions = [book(f"version-{number}") for number in range(MAX_PINNED + 1)]
    store = Store(*versions)
    books = Books(store, clock=clock)
    for one in [*versions[:-1], *versions[:-1]]:
        assert books.in_force(one.id, NOW).book is one
    assert set(store.asked.values()) == {1}
    books.in_force(versions[-1].id, NOW)
    books.in_force(versions[0].id, NOW)
    assert store.asked[versions[0].id] == 2


@pytest.mark.parametrize("version", ["2031-01-01.1", "Active", "ACTIVE", "../index", ""])
def test_a_version_that_was_never_stored_is_unknown(books: Books, version: str) -> None:
    with pytest.raises(UnknownVersion):
        books.in_force(version, NOW)


def test_a_version_that_is_not_bundled_is_unknown_without_a_store() -> None:
    with pytest.raises(UnknownVersion):
        Books(None).in_force(FIRST.id, NOW)


def test_a_pinned_version_that_only_a_lost_store_has_is_unavailable(
    books: Books, store: Store
) -> None:
    store.lost = True
    with pytest.raises(StoreUnavailable):
        books.in_force(SECOND.id, NOW)
    store.lost = False
    assert books.in_force(SECOND.id, NOW).book is SECOND


def test_a_pinned_version_that_is_damaged_is_refused(clock: Clock) -> None:
    with pytest.raises(CorruptBook):
        Books(Damaged(SECOND), clock=clock).in_force(SECOND.id, NOW)
