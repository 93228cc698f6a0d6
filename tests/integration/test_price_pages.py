"""Pages about versions show the current state, and null where the store does not know it."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest import mock

import pytest

from pricing.catalogue.price_book import PriceBook
from pricing.errors import StoreUnavailable
from pricing.store import bundled
from pricing.store.history import VersionHistory
from pricing.store.ledger import Ledger
from pricing.versions.proposals import Proposal, QuarantinedField
from tests.support.books import BY, PLAIN, RATES, book, row
from tests.support.handlers import Answer, Event
from tests.support.tables import StoreTable
from tests.support.version_pages import LIST, Pages, asked_at, store_lost

DIFF = "/v1/pricing/diff"
CHANGES = "/v1/pricing/changes"
LESSON = "lesson-2025"
WAITING = tuple(
    QuarantinedField("acme", "rocket", field, "3", "40", ("litellm",), "change_over_10x", "So.")
    for field in ("standard.input", "standard.output")
)
BROKEN = QuarantinedField("acme", "m", "", None, "1", ("litellm",), "invalid_price", "No price.")
RISE = "2026-12-01"


def rising(version: str, usd: str) -> PriceBook:
    """A version whose one model costs ``usd`` a million from December on."""
    high = {"standard": {"rates": {**RATES, "input": usd}}}
    periods = [
        {"source": "list", "lists": {"standard": {"rates": RATES}}, "to": RISE},
        {"source": "list", "lists": high, "from": RISE},
    ]
    return book(version, [row("rocket", prices=periods)])


@pytest.fixture
def pages(moto_table: StoreTable, event: Event) -> Iterator[Pages]:
    """v1 is active and cached by the catalogue; v2 has two pending prices."""
    client: Any = moto_table.client
    ledger = Ledger(moto_table.name, client, client)
    ledger.propose(rising("v1", "4"), proposal=PLAIN)
    ledger.activate("v1", expected_revision=0, **BY)
    ledger.propose(rising("v2", "40"), proposal=Proposal("refresh", "refresh", {}, WAITING))
    with mock.patch.dict("os.environ", moto_table.environment()):
        found = Pages(ledger, event)
        assert found.get(f"{LIST}/active").body["id"] == "v1"
        assert found.get(f"{LIST}/v2").status == 200
        assert found.get("/v1/models").body["pricing"]["version"] == "v1"
        yield found


def shown(answer: Answer, *names: str) -> tuple[Any, ...]:
    assert answer.status == 200, answer.body
    return tuple(answer.body[name] for name in names)


# What is active


@pytest.mark.parametrize("version", [LESSON, "v2"])
def test_right_after_an_activation_active_means_that_version_on_every_page(
    pages: Pages, version: str
) -> None:
    """Although the instance that answers remembers the one before for a minute."""
    pages.decide(version, "activate", expected_revision=1)
    listed = pages.get(LIST)
    page = pages.get(f"{LIST}/active")
    there, back = pages.get(DIFF, {"from": "v1"}), pages.get(DIFF, {"from": "active", "to": "v1"})
    assert shown(listed, "active", "revision") == (version, 2)
    assert shown(page, "id", "status", "revision", "stale") == (version, "active", 2, False)
    assert shown(there, "from_version", "to_version", "stale") == ("v1", version, False)
    assert shown(back, "from_version", "to_version", "stale") == (version, "v1", False)
    assert there.body["to_pricing"] == {
        "version": version, "as_of": there.body["as_of"], "source": "store", "stale": False,
        "age_seconds": 0, "prices_checked_at": there.body["to_pricing"]["prices_checked_at"],
    }  # fmt: skip


def test_while_the_store_does_not_answer_active_is_what_is_remembered_and_stale(
    pages: Pages,
) -> None:
    with store_lost():
        page = pages.get(f"{LIST}/active")
        diff = pages.get(DIFF, {"from": LESSON})
    assert shown(page, "id", "status", "stale") == ("v1", None, True)
    assert shown(diff, "from_version", "to_version", "stale") == (LESSON, "v1", True)
    assert (diff.body["from_pricing"]["stale"], diff.body["to_pricing"]["stale"]) == (False, True)
    assert diff.body["to_pricing"]["age_seconds"] >= 0


def test_an_active_version_that_cannot_be_read_leaves_the_one_remembered_and_stale(
    pages: Pages,
) -> None:
    pages.ledger.propose(book("v3"), proposal=PLAIN)
    pages.ledger.activate("v3", expected_revision=1, **BY)
    with mock.patch(
        "pricing.store.repository.Repository.get", side_effect=StoreUnavailable("lost")
    ):
        assert shown(pages.get(DIFF, {"from": LESSON}), "to_version", "stale") == ("v1", True)
    assert shown(pages.get(DIFF, {"from": LESSON}), "to_version", "stale") == ("v3", False)


def test_without_a_store_a_difference_says_that_the_bundled_version_answers_for_the_active_one(
    pages: Pages, event: Event
) -> None:
    with mock.patch.dict("os.environ", {"TARIFF_TABLE": "t", "TARIFF_DYNAMODB_ENDPOINT": "x"}):
        cold = Pages(pages.ledger, event)
        with store_lost():
            answer = cold.get(DIFF, {"from": LESSON, "limit": "1"})
            pinned = cold.get(DIFF, {"from": LESSON, "to": bundled.current_id(), "limit": "1"})
    assert shown(answer, "to_version", "stale") == (bundled.current_id(), True)
    assert (answer.body["to_pricing"]["source"], answer.body["to_pricing"]["stale"]) == (
        "bundled", True,
    )  # fmt: skip
    assert answer.body["to_pricing"]["age_seconds"] > 0
    # Named by their ids they are what they always are, store or no store.
    assert pinned.body["stale"] is False
    assert pinned.body["to_pricing"]["age_seconds"] is None


# What is known of a version


def test_of_a_version_that_only_the_store_knows_nothing_is_made_up_while_it_is_lost(
    pages: Pages,
) -> None:
    before = pages.get(f"{LIST}/v2")
    assert shown(before, "status", "waiting", "revision", "stale") == ("proposed", 2, 1, False)
    with store_lost():
        page = pages.get(f"{LIST}/v2")
    assert shown(page, "id", "models", "sha256", "stale") == (
        "v2", 1, before.body["sha256"], True,
    )  # fmt: skip
    unknown = (
        "status", "proposer", "proposed_at", "waiting", "quarantined", "approved", "decisions",
        "revision",
    )  # fmt: skip
    assert shown(page, *unknown) == (None,) * len(unknown)


def test_a_bundled_version_is_still_known_for_one_while_the_store_is_lost(pages: Pages) -> None:
    with store_lost():
        page = pages.get(f"{LIST}/{LESSON}")
    assert shown(page, "status", "waiting", "quarantined", "stale") == ("bundled", 0, [], True)
    assert shown(page, "decisions", "revision") == (None, None)


def test_fields_that_cannot_be_read_are_not_called_none(pages: Pages) -> None:
    """The store fails between reading the version's row and its pending prices."""
    with mock.patch.object(VersionHistory, "proposal", side_effect=StoreUnavailable("lost")):
        page = pages.get(f"{LIST}/v2")
    assert shown(page, "status", "waiting", "stale") == ("proposed", 2, True)
    assert shown(page, "quarantined", "approved") == (None, None)


# Pending prices, and those approved or rejected


def test_what_was_approved_waits_no_more_and_is_shown_as_approved(pages: Pages) -> None:
    def said() -> tuple[int, list[str], list[str]]:
        body = pages.get(f"{LIST}/v2").body
        fields = [[one["field"] for one in body[name]] for name in ("quarantined", "approved")]
        return body["waiting"], *fields

    names = [one.field for one in WAITING]
    assert said() == (2, names, [])
    pages.decide("v2", "activate", expected_revision=1)
    assert said() == (0, [], names)
    pages.decide("v1", "activate", expected_revision=2)
    assert said() == (0, [], names)  # approved, although it was rolled back
    listed = {one["id"]: one["waiting"] for one in pages.get(LIST).body["versions"]}
    assert listed["v2"] == 0


def test_what_was_rejected_waits_no_more_and_stays_out_of_force(pages: Pages) -> None:
    assert {one["id"]: one["waiting"] for one in pages.get(LIST).body["versions"]}["v2"] == 2
    pages.decide("v2", "reject")
    page = pages.get(f"{LIST}/v2")
    assert shown(page, "status", "waiting", "approved") == ("rejected", 0, [])
    assert [one["field"] for one in page.body["quarantined"]] == [one.field for one in WAITING]


def test_what_no_approval_makes_a_price_of_is_not_approved_by_one(pages: Pages) -> None:
    proposal = Proposal("refresh", "refresh", {}, (WAITING[0], BROKEN))
    pages.ledger.propose(rising("v3", "40"), proposal=proposal)
    pages.decide("v3", "activate", expected_revision=1)
    page = pages.get(f"{LIST}/v3").body
    assert [one["code"] for one in page["approved"]] == ["change_over_10x"]
    assert [one["code"] for one in page["quarantined"]] == ["invalid_price"]


# A version that is not there


@pytest.mark.parametrize(("name", "other"), [("from", "to"), ("to", "from")])
def test_a_difference_says_which_of_its_versions_is_unknown(
    pages: Pages, name: str, other: str
) -> None:
    answer = pages.get(DIFF, {name: "v9", other: "v1"})
    assert answer.status == 404
    assert answer.body["detail"].startswith(f"`{name}` ")
    assert [one["pointer"] for one in answer.body["errors"]] == [f"/{name}"]


@pytest.mark.parametrize(
    ("path", "query"),
    [(f"{LIST}/v9", {}), (DIFF, {"from": "v9"}), ("/v1/models", {"pricing_version": "v9"})],
)
def test_an_unknown_version_is_answered_with_where_the_known_ones_are(
    pages: Pages, path: str, query: dict[str, str]
) -> None:
    detail = pages.get(path, query).body["detail"]
    assert "GET /v1/pricing/versions" in detail
    assert "pricing_version" not in detail  # not every route has such a parameter


# What need not be sent again


@pytest.mark.parametrize(
    ("path", "query"),
    [
        (DIFF, {"from": "v1", "to": "v2"}),
        (DIFF, {"from": LESSON, "to": "active", "limit": "2"}),
        (CHANGES, {"since": "2026-01-01"}),
        (CHANGES, {"since": "2026-01-01", "limit": "1"}),
    ],
)
def test_an_answer_about_now_is_not_sent_again_a_second_later(
    pages: Pages, path: str, query: dict[str, str]
) -> None:
    with asked_at("2026-11-29T12:00:00+00:00"):
        first = pages.get(path, query)
    with asked_at("2026-11-29T12:00:01+00:00"):
        again, whole = pages.get(path, query, known=first.headers["etag"]), pages.get(path, query)
    assert (first.status, again.status) == (200, 304)
    moments = {"as_of", "until", "from_pricing", "to_pricing"}
    kept, new = (
        {name: one for name, one in answer.body.items() if name not in moments}
        for answer in (first, whole)
    )
    assert kept == new


@pytest.mark.parametrize("path", [DIFF, CHANGES])
def test_a_price_whose_time_comes_makes_it_another_answer(pages: Pages, path: str) -> None:
    query = {DIFF: {"from": "v1", "to": "v2"}, CHANGES: {"since": "2026-11-28"}}[path]
    with asked_at("2026-11-30T23:59:59+00:00"):
        first = pages.get(path, query)
    with asked_at("2026-12-01T00:00:00+00:00"):
        again = pages.get(path, query, known=first.headers["etag"])
    assert (first.status, again.status) == (200, 200)
    name = {DIFF: "changes", CHANGES: "took_effect"}[path]
    assert again.body[name] != first.body[name]


def test_another_active_version_makes_it_another_answer(pages: Pages) -> None:
    tags = {
        path: pages.get(path, query).headers["etag"]
        for path, query in ((DIFF, {"from": "v1"}), (CHANGES, {"since": "2026-01-01"}))
    }
    pages.decide("v2", "activate", expected_revision=1)
    assert pages.get(DIFF, {"from": "v1"}, known=tags[DIFF]).status == 200
    assert pages.get(CHANGES, {"since": "2026-01-01"}, known=tags[CHANGES]).status == 200


def test_a_moment_that_was_asked_for_is_part_of_the_answer(pages: Pages) -> None:
    """Nothing differs between the two moments but the moment itself."""
    tags = {
        pages.get(DIFF, {"from": "v1", "to": "v2", "as_of": day}).headers["etag"]
        for day in ("2026-11-20", "2026-11-21")
    }
    assert len(tags) == 2


@pytest.mark.parametrize(
    ("since", "status"),
    [
        ("2026-11-29T12:00:00.700000Z", 200),
        ("2026-11-29T12:00:00.700001Z", 422),
        ("2026-11-29T12:00:01Z", 422),
    ],
)
def test_a_moment_has_come_when_the_clock_says_so_to_the_last_digit(
    pages: Pages, since: str, status: int
) -> None:
    with asked_at("2026-11-29T12:00:00.700000+00:00"):
        assert pages.get(CHANGES, {"since": since}).status == status


# What changed, in pages


def all_of(pages: Pages, limit: int, since: str) -> Iterator[dict[str, Any]]:
    query = {"since": since, "limit": str(limit)}
    while True:
        body = pages.get(CHANGES, query).body
        yield body
        if body["next_cursor"] is None:
            return
        query["cursor"] = body["next_cursor"]


KINDS = ("activations", "changes", "took_effect", "announced")


def test_a_price_is_announced_until_its_day_and_has_taken_effect_from_then_on(pages: Pages) -> None:
    with asked_at("2026-11-30T23:59:59+00:00"):
        before = pages.get(CHANGES, {"since": "2026-11-28"}).body
    with asked_at("2026-12-01T00:00:00+00:00"):
        after = pages.get(CHANGES, {"since": "2026-11-28"}).body
    assert (before["took_effect"], after["announced"]) == ([], [])
    assert before["announced"] == after["took_effect"]
    (announced,) = before["announced"]
    assert (announced["id"], announced["starts"]) == ("rocket", "2026-12-01T00:00:00Z")


def test_what_changed_comes_in_pages_that_none_of_its_lists_is_left_out_of(pages: Pages) -> None:
    pages.decide(bundled.current_id(), "activate", expected_revision=1)
    since = "2026-10-01"
    with asked_at("2026-11-29T12:00:00+00:00"):
        whole = list(all_of(pages, 200, since))
        found = list(all_of(pages, 7, since))
    everything = [(kind, one) for body in whole for kind in KINDS for one in body[kind]]
    walked = [(kind, one) for body in found for kind in KINDS for one in body[kind]]
    assert walked == everything
    assert {kind for kind, _ in walked} == {"activations", "took_effect", "announced"}
    assert all(sum(len(body[kind]) for kind in KINDS) == 7 for body in found[:-1])


def test_a_page_of_one_holds_one_of_everything(pages: Pages) -> None:
    pages.decide(bundled.current_id(), "activate", expected_revision=1)
    body = pages.get(CHANGES, {"since": "0001-01-01", "limit": "1"}).body
    assert [len(body[kind]) for kind in KINDS] == [1, 0, 0, 0]
    assert body["next_cursor"] is not None


def test_the_difference_of_what_was_active_is_paged_with_the_rest(pages: Pages) -> None:
    since = datetime.now(UTC)
    pages.decide("v2", "activate", expected_revision=1)
    with asked_at((since + timedelta(minutes=1)).isoformat()):
        with_one = [
            [len(body[kind]) for kind in KINDS]
            for body in all_of(pages, 1, since.isoformat().replace("+00:00", "Z"))
            if not body["announced"]
        ]
    assert with_one == [[1, 0, 0, 0], [0, 1, 0, 0]]
