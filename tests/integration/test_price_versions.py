"""Price versions as callers meet them: hostile names, pages, and the same bytes for ever."""

import json
from collections.abc import Callable, Iterator
from typing import Any
from unittest import mock

import pytest

from pricing.store import bundled
from pricing.store.ledger import Ledger
from pricing.versions.proposals import Proposal
from tests.support.books import BY, PLAIN, RATES, WAITING, book, row
from tests.support.handlers import Event, handler
from tests.support.price_server import Answer as ListAnswer
from tests.support.refreshing import Refreshing, excerpt
from tests.support.tables import STORES, StoreTable, fresh_table
from tests.support.version_pages import AUDIT, LIST, Pages

HIGHER = [{"source": "list", "lists": {"standard": {"rates": {**RATES, "input": "4"}}}}]
HOSTILE = ["v9", "v" * 129, "v" * 5_000, "é", "\ud800", "\0", "a b", "..", "#", "", "POINTER"]


def filled(table: StoreTable) -> Ledger:
    """v1 was active, v2 is; v3 has pending prices, v4 was rejected, v5 is ready."""
    client: Any = table.client
    ledger = Ledger(table.name, client, client)
    ledger.propose(book("v1"), proposal=PLAIN)
    ledger.propose(book("v2", [row("rocket", prices=HIGHER)]), proposal=PLAIN)
    ledger.activate("v1", expected_revision=0, **BY)
    ledger.activate("v2", expected_revision=1, **BY)
    ledger.propose(book("v3"), proposal=Proposal("refresh", "refresh", {}, (WAITING,)))
    for version in ("v4", "v5"):
        ledger.propose(book(version), proposal=Proposal("ann", "manual", {}))
    ledger.reject("v4", actor="bob", reason="Wrong.")
    return ledger


@pytest.fixture
def pages(store_table: StoreTable, event: Event) -> Iterator[Pages]:
    """Versions of this test's own, which it may change."""
    ledger = filled(store_table)
    with mock.patch.dict("os.environ", store_table.environment()):
        yield Pages(ledger, event)


@pytest.fixture(scope="module", params=STORES)
def shared(
    request: pytest.FixtureRequest, template: dict[str, Any]
) -> Iterator[tuple[StoreTable, Ledger]]:
    with fresh_table(template, request.getfixturevalue(STORES[request.param])) as table:
        yield table, filled(table)


@pytest.fixture
def kept(shared: tuple[StoreTable, Ledger], event: Event) -> Iterator[Pages]:
    """Versions that all tests share which change nothing: what they change makes them fail."""
    table, ledger = shared
    before = ledger.audit_head()
    with mock.patch.dict("os.environ", table.environment()):
        yield Pages(ledger, event)
    assert ledger.audit_head() == before


# Names that no version has


@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_that_no_version_has_is_unknown_wherever_it_is_sent(kept: Pages, name: str) -> None:
    answers = [
        kept.get(f"{LIST}/{name}"),
        kept.decide(name, "activate", expected_revision=2),
        kept.decide(name, "reject"),
    ]
    assert [(one.status, one.body["type"]) for one in answers] == [
        (404, "/docs#unknown-version")
    ] * 3


@pytest.mark.parametrize("place", ["from", "to"])
@pytest.mark.parametrize("name", HOSTILE)
def test_a_difference_with_a_version_that_is_not_there_is_refused(
    kept: Pages, name: str, place: str
) -> None:
    answer = kept.get("/v1/pricing/diff", {"from": "v1", "to": "v2", place: name})
    assert answer.status == (422 if name == "\ud800" or not 0 < len(name) <= 128 else 404)


# Pages


def test_versions_are_listed_page_by_page_with_what_became_of_them(kept: Pages) -> None:
    seen: list[tuple[str, str]] = []
    query = {"limit": "2"}
    while True:
        body = kept.get(LIST, query).body
        seen += [(one["id"], one["status"]) for one in body["versions"]]
        if body["next_cursor"] is None:
            break
        query = {"limit": "2", "cursor": body["next_cursor"]}
    assert [one for one in seen if one[0].startswith("v")] == [
        ("v5", "proposed"), ("v4", "rejected"), ("v3", "proposed"), ("v2", "active"),
        ("v1", "earlier"),
    ]  # fmt: skip
    assert len(seen) == len({*seen})


MODELS = "/v1/models"
#: Every list of the API, with what it needs to be asked for.
LISTS = {
    LIST: {},
    "/v1/pricing/diff": {"from": "v1"},
    "/v1/pricing/changes": {"since": "2026-01-01"},
    MODELS: {},
    AUDIT: {},
}
LISTED = list(LISTS)


def cursors(pages: Pages) -> dict[str, str]:
    """What the first page of each list says the next one is asked for with."""
    found = {
        path: pages.get(path, {**query, "limit": "1"}).body["next_cursor"]
        for path, query in LISTS.items()
    }
    return {path: cursor for path, cursor in found.items() if cursor is not None}


@pytest.mark.parametrize("path", LISTED)
@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "nope",
        "v2",
        "zzz",
        "1",
        "0",
        "-1",
        "acme/rocket",
        "no such version",
        "\0",
        "é",
        "====",
        "A",
    ],
)
def test_a_cursor_that_no_page_ended_with_is_refused_in_the_same_words_on_every_list(
    kept: Pages, path: str, cursor: str
) -> None:
    answer = kept.get(path, {**LISTS[path], "cursor": cursor})
    assert (answer.status, answer.body["type"]) == (422, "/docs#invalid-request")
    assert answer.body["errors"] == [
        {
            "pointer": "/cursor",
            "detail": "is not the next_cursor of a page of this list; leave it out for the first"
            " page",
        }
    ]


@pytest.mark.parametrize("path", LISTED)
@pytest.mark.parametrize("cursor", ["\ud800", "v" * 601])
def test_a_cursor_that_is_not_text_or_too_long_is_refused(
    kept: Pages, path: str, cursor: str
) -> None:
    answer = kept.get(path, {**LISTS[path], "cursor": cursor})
    assert (answer.status, answer.body["errors"][0]["pointer"]) == (422, "/cursor")


def test_a_cursor_of_one_list_is_none_of_another(kept: Pages) -> None:
    found = cursors(kept)
    assert {LIST, "/v1/pricing/changes", AUDIT} <= found.keys()
    for path, query in LISTS.items():
        taken = {of: kept.get(path, {**query, "cursor": one}).status for of, one in found.items()}
        assert taken == {of: 200 if of == path else 422 for of in found}


@pytest.mark.parametrize("limit", ["0", "201", "x", "1.0", ""])
def test_a_limit_that_is_none_is_refused(kept: Pages, limit: str) -> None:
    answer = kept.get(LIST, {"limit": limit})
    assert (answer.status, answer.body["errors"][0]["pointer"]) == (422, "/limit")


@pytest.mark.parametrize(
    ("path", "query"),
    [(f"{LIST}/v3", {}), ("/v1/pricing/diff", {"from": "v1", "to": "v2", "as_of": "2026-11-20"})],
)
def test_an_answer_that_is_known_is_not_sent_again(
    kept: Pages, path: str, query: dict[str, str]
) -> None:
    first = kept.get(path, query)
    again = kept.get(path, query, known=first.headers["etag"])
    assert (first.status, again.status, again.body) == (200, 304, None)


def test_a_decision_makes_the_list_and_the_page_another_answer(pages: Pages) -> None:
    tags = {path: pages.get(path).headers["etag"] for path in (LIST, f"{LIST}/v5")}
    pages.ledger.reject("v5", actor="bob", reason="Wrong.")
    assert [pages.get(path, known=tag).status for path, tag in tags.items()] == [200, 200]


# Approving


def test_pending_prices_are_not_approved_on_a_version_they_were_not_made_on(pages: Pages) -> None:
    """v3 was made on v2. Approving it on v5 would revert the changes of v5."""
    pages.decide("v5", "activate", expected_revision=2)
    answer = pages.decide("v3", "activate", expected_revision=3)
    assert (answer.status, answer.body["type"]) == (409, "/docs#conflict")
    assert "proposed on v2" in answer.body["detail"]
    pages.decide("v2", "activate", expected_revision=3)
    assert pages.decide("v3", "activate", expected_revision=4).body["before"] == "v2"
    assert pages.decide("v5", "activate", expected_revision=5).status == 200
    assert pages.decide("v3", "activate", expected_revision=6).status == 200  # approved already


def test_the_changes_name_the_version_that_the_activations_end_with(pages: Pages) -> None:
    def ends() -> tuple[str, str]:
        body = pages.get("/v1/pricing/changes", {"since": "2026-01-01"}).body
        return body["to_version"], body["activations"][-1]["version"]

    assert ends() == ("v2", "v2")
    pages.ledger.activate("v5", expected_revision=2, **BY)
    assert ends() == ("v5", "v5")  # although the instance remembers v2 for a minute


def test_an_audit_that_grows_while_it_is_read_is_not_called_broken(pages: Pages) -> None:
    read = Ledger.stored_audit

    def and_meanwhile(ledger: Ledger) -> Any:
        rows = read(ledger)
        pages.ledger.audit("ann", "refresh", "so")
        return [*rows, *read(ledger)[len(rows) :]]

    for method in ("stored_audit", "audit_head"):  # a change between the two reads, in either order
        real = getattr(Ledger, method)
        with mock.patch.object(
            Ledger, method, and_meanwhile if method == "stored_audit" else _after(pages, real)
        ):
            rows, broken = pages.ledger.checked_audit()
        assert broken is None
        assert rows


def _after(pages: Pages, real: Callable[[Ledger], Any]) -> Callable[[Ledger], Any]:
    """Read the head, and let another change follow at once."""
    changed: list[bool] = []

    def head(ledger: Ledger) -> Any:
        found = real(ledger)
        if not changed:
            changed.append(True)
            pages.ledger.audit("ann", "refresh", "so")
        return found

    return head


# The same bytes for ever


def test_a_pinned_request_gets_the_same_bytes_whatever_becomes_active_later(
    pages: Pages, event: Event
) -> None:
    body = {
        "model": "acme/rocket", "usage": {"input_tokens": 7, "output_tokens": 3},
        "pricing_version": "v1", "as_of": "2026-11-02",
    }  # fmt: skip
    asked = {**event("estimate"), "body": json.dumps(body)}
    warm = handler("estimate")
    seen = {warm(asked, None)["body"]}
    for revision, version in enumerate(["v5", "v1", "v2", "v1", "v2"], start=2):
        pages.ledger.activate(version, expected_revision=revision, **BY)
        seen.add(warm(asked, None)["body"])
        seen.add(handler("estimate")(asked, None)["body"])  # a cold start of its own
    pages.ledger.reject("v1", actor="ann", reason="No more.")
    seen.add(handler("estimate")(asked, None)["body"])
    (only,) = seen
    assert json.loads(only)["total_usd"] == "0.000066"  # 7 at $3 and 3 at $15 a million


def test_a_pinned_request_gets_the_same_bytes_from_a_release_without_that_version_in_its_bundle(
    pages: Pages, event: Event
) -> None:
    version = bundled.current_id()
    body = {
        "model": "claude-sonnet-5-5", "usage": {"input_tokens": 7, "output_tokens": 3},
        "pricing_version": version, "as_of": "2026-11-22",
    }  # fmt: skip
    asked = {**event("estimate"), "body": json.dumps(body)}
    before = handler("estimate")(asked, None)["body"]
    assert pages.decide(version, "activate", expected_revision=2).status == 200  # stores it, too
    stored = handler("estimate")(asked, None)["body"]
    with mock.patch.object(bundled, "load", return_value=None):
        later = handler("estimate")(asked, None)["body"]
    assert json.loads(before)["pricing"]["version"] == version
    assert before == stored == later


# Prices of the past


DAYS = {"2026-11-24": "0.11", "2026-11-25": "0.12", "2026-11-26": "0.124"}


def test_after_each_refresh_as_of_still_gives_the_price_of_every_day_before(
    refreshes: Refreshing, event: Event
) -> None:
    """Three versions become active on three days; each of them knows every day before it."""

    def said(usd: str) -> ListAnswer:
        document = json.loads(excerpt("genai-prices"))
        models = {one["id"]: one for listed in document for one in listed["models"]}
        models["devstral-small"]["prices"]["input_mtok"] = float(usd)
        return ListAnswer(json.dumps(document).encode())

    def total(as_of: str, version: str = "active") -> str:
        body = {
            "model": "mistral/devstral-small",
            "usage": {"input_tokens": 1_000_000, "output_tokens": 0},
            "as_of": as_of,
            "pricing_version": version,
        }
        environment = {**refreshes.environment, "TARIFF_RECHECK_SECONDS": "0"}
        with mock.patch.dict("os.environ", environment):
            reply = handler("estimate")({**event("estimate"), "body": json.dumps(body)}, None)
        answer: dict[str, Any] = json.loads(reply["body"])
        found: str = answer["total_usd"]
        return found

    in_force = {"2026-11-24T02:59:59Z": "0.1"}
    versions = [refreshes.active().id]
    for day, usd in DAYS.items():
        refreshes.serve("genai-prices", said(usd))
        refreshes.run({"scheduled_time": f"{day}T03:00:00Z"})
        versions.append(refreshes.active().id)
        assert versions[-1].startswith(day)
        assert {moment: total(moment) for moment in in_force} == in_force
        in_force |= {f"{day}T03:00:00Z": usd, f"{day}T23:59:59Z": usd}

    assert {moment: total(moment) for moment in in_force} == in_force
    last = "2026-11-26T23:59:59Z"  # what each version knew of that day when it was made
    assert [total(last, one) for one in versions] == ["0.1", *DAYS.values()]
