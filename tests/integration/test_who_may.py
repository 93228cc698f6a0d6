"""Who may change prices, who sees who did, and what a browser may do with an answer."""

import json
import os
from typing import Any

import pytest

from pricing.refresh.refresh import Refreshed
from pricing.store.ledger import Ledger
from pricing.store.refresh_state import RefreshStore
from pricing.versions.proposals import Proposal, QuarantinedField
from tests.support.books import book
from tests.support.handlers import Answer, Event, call, handler, post
from tests.support.refreshing import EVENT as REFRESH
from tests.support.refreshing import refreshing
from tests.support.tables import StoreTable

ANN, BOB = ("arn:aws:iam::123456789012:user/ann", "arn:aws:iam::123456789012:user/bob")
LIST = "/v1/pricing/versions"
PENDING = QuarantinedField(
    "acme", "rocket", "standard.input", "3", "9", ("litellm",), "change_over_25_percent", "r"
)


class Prices:
    """The functions about versions in front of one table, as different people use them."""

    def __init__(self, table: StoreTable, event: Event) -> None:
        os.environ |= table.environment()
        client: Any = table.client
        self.ledger = Ledger(table.name, client, client)
        self._recorded = event("pricing_admin")
        self._admin, self._catalogue = handler("pricing_admin"), handler("catalogue")

    def as_(self, authorizer: dict[str, Any] | None) -> dict[str, Any]:
        context = {**self._recorded["requestContext"], "authorizer": authorizer}
        return {**self._recorded, "headers": {}, "requestContext": context}

    def decide(
        self, version: str, what: str, by: str | dict[str, Any] | None, **body: Any
    ) -> Answer:
        authorizer = {"iam": {"userArn": by}} if isinstance(by, str) else by
        event = {**self.as_(authorizer), "headers": {"content-type": "application/json"}}
        return call(
            self._admin,
            event,
            routeKey=f"POST {LIST}/{{id}}/{what}",
            rawPath=f"{LIST}/{version}/{what}",
            pathParameters={"id": version},
            body=json.dumps({"reason": "checked by hand", **body}),
        )

    def get(self, path: str, authorizer: dict[str, Any] | None, **parts: Any) -> Answer:
        key = f"GET {path}"
        return call(self._catalogue, self.as_(authorizer), routeKey=key, rawPath=path, **parts)


@pytest.fixture
def prices(moto_table: StoreTable, event: Event) -> Prices:
    """v1 and v2 were active one after the other; v3 has a pending price."""
    found = Prices(moto_table, event)
    for version in ("v1", "v2"):
        found.ledger.propose(book(version), proposal=Proposal("refresh", "refresh", {}))
    found.ledger.activate("v1", expected_revision=0, actor=ANN, reason="first")
    found.ledger.activate("v2", expected_revision=1, actor=ANN, reason="second")
    found.ledger.propose(book("v3"), proposal=Proposal(ANN, "refresh", {}, (PENDING,)))
    return found


@pytest.mark.parametrize(
    "authorizer",
    [
        None,
        {},
        {"jwt": {"claims": {}}},
        {"jwt": {"claims": {"sub": ""}}},
        {"iam": {}},
        {"iam": None},
    ],
)
def test_a_deployed_request_without_a_caller_changes_nothing(
    prices: Prices, authorizer: dict[str, Any] | None
) -> None:
    os.environ["AWS_LAMBDA_FUNCTION_NAME"] = "admin"
    answer = prices.decide("v1", "activate", authorizer, expected_revision=2)
    assert (answer.status, answer.body["type"]) == (403, "/docs#forbidden")
    assert "does not say who sends it" in answer.body["detail"]
    pointer = prices.ledger.active()
    assert pointer is not None
    assert pointer.version == "v2"
    del os.environ["AWS_LAMBDA_FUNCTION_NAME"]  # on a developer's machine the caller is local
    answer = prices.decide("v1", "activate", authorizer, expected_revision=2)
    assert (answer.status, answer.body["actor"]) == (200, "local")


@pytest.mark.parametrize(
    ("claims", "shown"),
    [
        ({"sub": "u1"}, False),
        ({"sub": "u1", "scope": "openid profile"}, False),
        ({"sub": "u1", "scope": "tariff/administrators"}, False),
        ({"sub": "u1", "scope": "openid tariff/admin"}, True),
        ({"sub": "u1", "scp": "[openid tariff/admin]"}, True),
        ({"sub": "u1", "scp": "[openid,tariff/admin]"}, True),
    ],
)
def test_who_decided_and_why_is_for_administrators(
    prices: Prices, claims: dict[str, str], shown: bool
) -> None:
    os.environ |= {"AWS_LAMBDA_FUNCTION_NAME": "catalogue", "TARIFF_ADMIN_SCOPE": "tariff/admin"}
    authorizer = {"jwt": {"claims": claims, "scopes": None}}
    version = prices.get(f"{LIST}/{{id}}", authorizer, pathParameters={"id": "v2"}).body
    changes = prices.get(
        "/v1/pricing/changes", authorizer, queryStringParameters={"since": "2026-01-01"}
    ).body
    people = [
        (done["actor"], done["reason"])
        for done in (version["decisions"][-1], changes["activations"][-1])
    ]
    assert people == [(ANN, "second") if shown else (None, None)] * 2
    assert version["decisions"][-1]["action"] == "activate"


def test_under_iam_a_caller_is_shown_nobodys_name(prices: Prices) -> None:
    os.environ |= {"AWS_LAMBDA_FUNCTION_NAME": "catalogue", "TARIFF_ADMIN_SCOPE": "tariff/admin"}
    body = prices.get(f"{LIST}/{{id}}", {"iam": {"userArn": BOB}}, pathParameters={"id": "v2"}).body
    assert [done["actor"] for done in body["decisions"]] == [None, None]


def test_a_rejection_of_a_version_that_was_active_is_withdrawn_by_another_person(
    prices: Prices,
) -> None:
    assert prices.decide("v1", "reject", ANN).status == 200
    refused = prices.decide("v1", "activate", BOB, expected_revision=2)
    assert (refused.status, "withdraw_rejection" in refused.body["detail"]) == (409, True)
    own = prices.decide("v1", "activate", ANN, expected_revision=2, withdraw_rejection=True)
    assert (own.status, "another administrator" in own.body["detail"]) == (409, True)
    taken = prices.decide("v1", "activate", BOB, expected_revision=2, withdraw_rejection=True)
    assert (taken.status, taken.body["version"]) == (200, "v1")
    # From here on it is an accepted version like others.
    assert prices.decide("v2", "activate", ANN, expected_revision=3).status == 200
    assert prices.decide("v1", "activate", ANN, expected_revision=4).status == 200


def test_a_rejected_version_that_was_never_active_stays_rejected(prices: Prices) -> None:
    assert prices.decide("v3", "reject", BOB).status == 200
    answer = prices.decide("v3", "activate", BOB, expected_revision=2, withdraw_rejection=True)
    assert (answer.status, "stays so" in answer.body["detail"]) == (409, True)


def test_a_version_that_came_with_tariff_can_be_rejected_and_activated_again(
    prices: Prices,
) -> None:
    assert prices.decide("lesson-2025", "reject", ANN).status == 200
    answer = prices.decide(
        "lesson-2025", "activate", BOB, expected_revision=2, withdraw_rejection=True
    )
    assert answer.status == 200


@pytest.mark.parametrize(("asked", "approver", "status"), [
    (ANN, ANN, 409), (ANN, BOB, 200), ("schedule", ANN, 200),
])  # fmt: skip
def test_an_administrator_who_starts_a_refresh_does_not_approve_what_it_holds(
    moto_table: StoreTable, event: Event, asked: str, approver: str, status: int
) -> None:
    prices = Prices(moto_table, event)
    prices.ledger.propose(book("v1"), proposal=Proposal("refresh", "refresh", {}))
    pointer = prices.ledger.activate("v1", expected_revision=0, actor=BOB, reason="first")
    store = RefreshStore(moto_table.name, moto_table.client)
    done = Refreshed(
        clean=None, held=book("v2"), quarantined=(PENDING,), changes=(), added=(), missing={},
        memory=store.memory(), complete=True, compared=1,
    )  # fmt: skip
    store.save(done, pointer, {"requested_by": asked, "scheduled": "2026-11-30T03:00:00Z"})
    answer = prices.decide("v2", "activate", approver, expected_revision=1)
    assert answer.status == status


def test_the_refresh_names_the_administrator_who_started_it(moto_table: StoreTable) -> None:
    long = ANN + "x" * 150
    with refreshing(moto_table) as found:
        found.run({"actor": long, "reason": "now"}, at=REFRESH["scheduled_time"])
        assert found.outcomes()[-1].details["requested_by"] == long


@pytest.mark.parametrize("name", ["estimate", "catalogue_health", "site_docs", "usage_report"])
def test_every_answer_asks_for_https_only(event: Event, name: str) -> None:
    folder = {"catalogue_health": "catalogue", "site_docs": "site"}.get(name, name)
    headers = handler(folder)(event(name), None)["headers"]
    assert headers["strict-transport-security"] == "max-age=63072000; includeSubDomains"


NAME = "\u202eexe.troper\u2066 chat"


def report(event: Event, wanted: str) -> tuple[dict[str, str], str]:
    usage = {"input_tokens": 10, "output_tokens": 1}
    records = [
        {"timestamp": "2026-10-05", "model": "gpt-4o", "usage": usage, "endpoint": endpoint}
        for endpoint in (NAME, *(sign + "1+1" for sign in "=+-@\uff1d\uff0b\uff0d\uff20"))
    ]
    body = json.dumps({"records": records, "format": wanted})
    reply = handler("usage_report")({**event("usage_report"), "body": body}, None)
    assert reply["statusCode"] == 200
    return reply["headers"], reply["body"]


@pytest.mark.parametrize("wanted", ["html", "csv"])
def test_no_name_turns_the_text_round_it(event: Event, wanted: str) -> None:
    _, text = report(event, wanted)
    assert "exe.troper chat" in text
    assert not set(text) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f")


def test_no_cell_begins_with_a_sign_that_a_spreadsheet_takes_for_a_formula(event: Event) -> None:
    _, text = report(event, "csv")
    cells = [cell for line in text.splitlines() for cell in line.split(",") if "1+1" in cell]
    assert len(cells) >= 8
    assert {cell[0] for cell in cells} == {"'"}


def test_a_report_as_a_page_loads_and_sends_nothing(event: Event) -> None:
    headers, _ = report(event, "html")
    assert headers["content-security-policy"].startswith("default-src 'none'; style-src")
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert "content-security-policy" not in post(handler("estimate"), event("estimate"), {}).headers
