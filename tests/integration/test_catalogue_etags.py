"""Entity tags of the list of models and of a model's page: what is kept is not sent again."""

from collections.abc import Callable
from unittest import mock

import pytest

from pricing.store import connect as environment
from pricing.store.books import Books
from pricing.store.ledger import Ledger
from tests.support.books import BY, book
from tests.support.catalogue import Catalogue, seed
from tests.support.handlers import Answer
from tests.support.tables import StoreTable


class Timed:
    """The catalogue on a seeded store, with the clock that its price books go by."""

    def __init__(self, repository: Ledger, start_catalogue: Callable[[], Catalogue]) -> None:
        self.repository = repository
        self.seconds = 1_000.0
        books = Books(repository, clock=lambda: self.seconds)
        with mock.patch.object(environment, "books", return_value=books):
            self.catalogue = start_catalogue()


@pytest.fixture
def timed(moto_table: StoreTable, start_catalogue: Callable[[], Catalogue]) -> Timed:
    """Two versions whose models and prices are the same; the first is active."""
    return Timed(seed(moto_table, book("v1"), book("v2")), start_catalogue)


def both(catalogue: Catalogue) -> list[Answer]:
    """The two answers that carry an ETag."""
    return [catalogue.models(provider="acme"), catalogue.model("acme", "rocket")]


def test_the_list_and_each_page_have_a_quoted_etag_and_are_to_be_revalidated(timed: Timed) -> None:
    listed, page = both(timed.catalogue)
    assert listed.headers["etag"] != page.headers["etag"]
    for answer in (listed, page):
        assert answer.headers["etag"].startswith('W/"')
        assert answer.headers["etag"].endswith('"')
        assert answer.headers["cache-control"] == "no-cache"


@pytest.mark.parametrize("route", ["list", "page"])
def test_an_answer_the_caller_has_is_not_sent_again(timed: Timed, route: str) -> None:
    def ask(if_none_match: str = "") -> Answer:
        if route == "list":
            return timed.catalogue.models(provider="acme", if_none_match=if_none_match)
        return timed.catalogue.model("acme", "rocket", if_none_match=if_none_match)

    etag = ask().headers["etag"]
    strong = etag.removeprefix("W/")
    for known in (etag, strong, f'"other", {etag}', f'W/"other",{strong} , "x"', "*"):
        answer = ask(known)
        assert (answer.status, answer.body) == (304, None), known
        assert answer.headers["etag"] == etag
    for other in ('"other"', strong.strip('"'), f'{strong[:-2]}"', f"{etag}x", ","):
        answer = ask(other)
        assert answer.status == 200, other
        assert answer.body["pricing"]["version"] == "v1"


def test_the_etag_stays_while_only_the_age_of_the_prices_changes(timed: Timed) -> None:
    first = both(timed.catalogue)
    timed.seconds += 59
    later = both(timed.catalogue)
    for before, after in zip(first, later, strict=True):
        assert before.body["pricing"]["age_seconds"] == 0
        assert after.body["pricing"]["age_seconds"] == 59
        assert after.headers["etag"] == before.headers["etag"]
    timed.seconds += 1
    for before, after in zip(first, both(timed.catalogue), strict=True):
        assert after.body["pricing"]["age_seconds"] == 0
        assert after.headers["etag"] == before.headers["etag"]


def test_the_etag_is_another_for_another_version_though_its_prices_are_the_same(
    timed: Timed,
) -> None:
    first = both(timed.catalogue)
    timed.repository.activate("v2", expected_revision=1, **BY)
    timed.seconds += 60
    for before, after in zip(first, both(timed.catalogue), strict=True):
        assert after.body["pricing"]["version"] == "v2"
        assert after.headers["etag"] != before.headers["etag"]
        assert (
            timed.catalogue.models(provider="acme", if_none_match=before.headers["etag"]).status
            == 200
        )


def test_the_etag_changes_with_the_active_price(catalogue: Catalogue) -> None:
    tags = [
        catalogue.model("anthropic", "claude-sonnet-5-5", as_of=as_of).headers["etag"]
        for as_of in ("2026-10-05", "2026-10-06", "2026-10-07", "2026-10-08")
    ]
    assert tags[0] == tags[1] != tags[2] == tags[3]


def test_pages_of_the_list_have_etags_of_their_own(catalogue: Catalogue) -> None:
    whole = catalogue.models(limit="31").headers["etag"]
    assert catalogue.models(limit="30").headers["etag"] != whole
    assert catalogue.models(limit="200").headers["etag"] == whole


def test_health_has_no_etag_and_is_not_kept(catalogue: Catalogue) -> None:
    answer = catalogue.health()
    assert "etag" not in answer.headers
    assert answer.headers["cache-control"] == "no-store"
