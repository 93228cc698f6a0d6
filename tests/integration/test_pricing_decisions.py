"""Announced prices that are cancelled, and groups of pending prices that are approved."""

from dataclasses import replace
from typing import Any
from unittest import mock

import pytest

from pricing.catalogue.price_book import PriceBook
from pricing.store.ledger import Ledger
from pricing.versions.proposals import Proposal
from tests.support.administration import WAITING, Api, problem
from tests.support.books import BY, PLAIN, book, row

# Cancelling and refreshing


def announced() -> PriceBook:
    """v1 with a rise announced for 2999."""
    now, later = ({"standard": {"rates": {"input": rate, "output": "15"}}} for rate in "34")
    periods = [
        {"source": "list", "lists": now, "to": "2999-01-01"},
        {"source": "list", "lists": later, "from": "2999-01-01"},
    ]
    return book("v1", [row("rocket", prices=periods)])


def test_a_price_announced_for_later_can_be_cancelled(api: Api) -> None:
    api.ledger.propose(announced(), proposal=PLAIN)
    api.ledger.activate("v1", expected_revision=0, **BY)
    body = {
        "model": "acme/rocket", "starts": "2999-01-01", "reason": "withdrawn by the provider",
        "expected_revision": 1,
    }  # fmt: skip
    answer = api.send("POST", "/v1/pricing/cancellations", body)
    assert (answer.status, answer.body["before"], answer.body["revision"]) == (200, "v1", 2)
    made = api.ledger.get(answer.body["version"])
    assert made is not None
    (period,) = made.model("acme/rocket").prices
    assert (period.start, period.end) == (None, None)
    diff = api.send("GET", "/v1/pricing/diff", **{"from": "v1"}).body
    assert [one["field"] for one in diff["changes"][0]["fields"]] == [
        "standard.input@2999-01-01T00:00:00Z"
    ]
    assert diff["changes"][0]["also"] == ["cancelled"]
    again = api.send("POST", "/v1/pricing/cancellations", {**body, "expected_revision": 2})
    problem(again, 422, "invalid-request")


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"model": "acme/none"}, 422),
        ({"starts": "2998-01-01"}, 422),
        ({"starts": "never"}, 422),
        ({"expected_revision": 7}, 409),
    ],
)
def test_a_price_that_was_not_announced_cannot_be_cancelled_and_nothing_is_stored(
    api: Api, changes: dict[str, Any], status: int
) -> None:
    api.ledger.propose(announced(), proposal=PLAIN)
    api.ledger.activate("v1", expected_revision=0, **BY)
    body = {
        "model": "acme/rocket", "starts": "2999-01-01", "reason": "x", "expected_revision": 1,
        **changes,
    }  # fmt: skip
    assert api.send("POST", "/v1/pricing/cancellations", body).status == status
    assert [one.id for one in api.ledger.versions()] == ["v1"]


def test_a_cancellation_that_another_activation_overtakes_leaves_nothing_to_activate(
    api: Api,
) -> None:
    api.ledger.propose(announced(), proposal=PLAIN)
    api.ledger.propose(book("v2"), proposal=PLAIN)
    api.ledger.activate("v1", expected_revision=0, **BY)
    body = {
        "model": "acme/rocket", "starts": "2999-01-01", "reason": "x", "expected_revision": 1,
    }  # fmt: skip
    propose = Ledger.propose

    def and_overtake(self: Ledger, *arguments: Any, **named: Any) -> None:
        propose(self, *arguments, **named)
        self.activate("v2", expected_revision=1, **BY)

    with mock.patch.object(Ledger, "propose", and_overtake):
        problem(api.send("POST", "/v1/pricing/cancellations", body), 409, "conflict")
    (made,) = [one for one in api.ledger.versions() if one.id not in ("v1", "v2")]
    assert made.decision == "rejected"
    pointer = api.ledger.active()
    assert pointer is not None
    assert pointer.version == "v2"


@pytest.fixture
def causes(api: Api) -> Api:
    """v1 active; v2 proposed with two pending prices, of two causes."""
    first = book("v1", [row("rocket"), row("shuttle")])
    prices = {
        name: [{"source": "list", "lists": {"standard": {"rates": {"input": usd, "output": "15"}}}}]
        for name, usd in (("rocket", "9"), ("shuttle", "6"))
    }
    second = book("v2", [row(name, prices=prices[name]) for name in prices])
    fields = tuple(
        replace(WAITING, model=name, after=usd) for name, usd in (("rocket", "9"), ("shuttle", "6"))
    )
    api.ledger.propose(first, proposal=PLAIN)
    api.ledger.activate("v1", expected_revision=0, **BY)
    api.ledger.propose(second, proposal=Proposal("refresh", "refresh", {}, fields))
    return api


def groups(api: Api, version: str) -> dict[str, str]:
    page = api.send("GET", f"/v1/pricing/versions/{version}").body
    return {group["models"][0]: group["id"] for group in page["groups"]}


def test_one_group_of_pending_prices_is_approved_and_the_others_stay_pending(causes: Api) -> None:
    chosen = groups(causes, "v2")["rocket"]
    body = {"reason": "as on its page", "expected_revision": 1, "groups": [chosen]}
    answer = causes.send("POST", "/v1/pricing/versions/v2/activate", body)
    assert answer.status == 200, answer.body
    active = causes.ledger.get(answer.body["version"])
    assert active
    inputs = {m.id: str(m.prices[-1].lists["standard"].rates["input"]) for m in active.models()}
    assert inputs == {"rocket": "9", "shuttle": "3"}
    assert (answer.body["before"], answer.body["revision"]) == ("v1", 2)
    approved = causes.send("GET", f"/v1/pricing/versions/{active.id}").body["approved"]
    assert [field["model"] for field in approved] == ["rocket"]
    # The rest is a proposal on top, and the one it was part of cannot be approved any more.
    rest = answer.body["pending_version"]
    assert groups(causes, rest).keys() == {"shuttle"}
    listed = causes.send("GET", "/v1/pricing/versions").body["versions"]
    states = {version["id"]: (version["status"], version["waiting"]) for version in listed}
    assert states["v2"] == ("superseded", 0)
    assert states[rest] == ("proposed", 1)
    body |= {"expected_revision": 2, "groups": list(groups(causes, rest).values())}
    last = causes.send("POST", f"/v1/pricing/versions/{rest}/activate", body)
    assert (last.status, last.body["pending_version"]) == (200, None)


def test_a_group_is_approved_by_the_rules_of_a_whole_version(causes: Api) -> None:
    chosen = groups(causes, "v2")["rocket"]
    path = "/v1/pricing/versions/v2/activate"
    body = {"reason": "as on its page", "expected_revision": 1, "groups": [chosen]}
    problem(causes.send("POST", path, body | {"groups": ["no such group"]}), 422, "invalid-request")
    problem(causes.send("POST", path, body | {"groups": []}), 422, "invalid-request")
    problem(causes.send("POST", path, body | {"expected_revision": 0}), 409, "conflict")
    v1 = causes.send("POST", "/v1/pricing/versions/v1/activate", body)
    assert "no pending prices" in problem(v1, 409, "conflict")
    by_proposer = causes.send("POST", path, body, by="refresh")
    assert "Another administrator" in problem(by_proposer, 409, "conflict")
    active = causes.ledger.active()
    assert active
    assert active.version == "v1"
