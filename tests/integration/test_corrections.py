"""A correction of past prices over HTTP: proposed, approved by another, and shown in reports.

The model ``acme/rocket`` costs 3 and 15 USD per million tokens. A call of September 2025 with a
million tokens in and none out was reported at $3, and the correction says $2.
"""

import json
import os
from collections.abc import Callable
from typing import Any

import pytest

from pricing.store.ledger import Ledger
from tariff.template import recorded_event
from tests.support.books import BY, PLAIN, book, row
from tests.support.handlers import Answer, Handler, call, handler, post
from tests.support.tables import StoreTable

ANN, BOB = ("arn:aws:sts::123456789012:assumed-role/tariff-admin/" + name for name in ("a", "b"))
CORRECTION = {
    "model": "acme/rocket",
    "from": "2025-09-01",
    "to": "2025-10-01",
    "prices": {"standard.input": "2"},
    "source": "https://acme.test/pricing of 2025-09-01",
    "reason": "the list was late",
    "expected_revision": 1,
}
SEPTEMBER, OCTOBER = (
    {
        "timestamp": f"2025-{month}-15T10:00:00Z",
        "model": "rocket",
        "usage": {"input_tokens": 1_000_000, "output_tokens": 0},
    }
    for month in ("09", "10")
)
#: The same call once more, in a form that is priced by itself and not by column.
ALONE = {
    **SEPTEMBER,
    "usage": {
        "input_tokens": 1_000_000,
        "output_tokens": 0,
        "iterations": [{"type": "message", "input_tokens": 1_000_000, "output_tokens": 0}],
    },
}
Report = Callable[..., Any]


class Admin:
    """The administrators' function, and the version store behind it."""

    def __init__(self, table: StoreTable) -> None:
        self.to: Handler = handler("pricing_admin")
        client: Any = table.client
        self.ledger = Ledger(table.name, client, client)

    def send(self, path: str, body: Any, by: str = ANN, version: str | None = None) -> Answer:
        recorded = recorded_event("pricing_admin_correct")
        context = {**recorded["requestContext"], "authorizer": {"iam": {"userArn": by}}}
        return post(
            lambda event, lambda_context: self.to(
                {
                    **event,
                    "routeKey": f"POST /v1/pricing/{path}",
                    "rawPath": f"/v1/pricing/{path}".replace("{id}", version or ""),
                    "requestContext": context,
                    "pathParameters": {"id": version} if version else None,
                },
                lambda_context,
            ),
            recorded,
            body,
        )

    def correct(self, **changes: Any) -> Answer:
        return self.send("corrections", {**CORRECTION, **changes})

    def activate(self, version: str, revision: int, by: str) -> Answer:
        body = {"reason": "as on its page", "expected_revision": revision}
        return self.send("versions/{id}/activate", body, by, version)


@pytest.fixture
def admin(moto_table: StoreTable) -> Admin:
    os.environ |= {**moto_table.environment(), "TARIFF_RECHECK_SECONDS": "0"}
    found = Admin(moto_table)
    found.ledger.propose(book("v1", [row("rocket"), row("shuttle")]), proposal=PLAIN)
    found.ledger.activate("v1", expected_revision=0, **BY)
    return found


@pytest.fixture
def corrected(admin: Admin) -> str:
    """The version in which the correction is approved."""
    version: str = admin.correct().body["version"]
    assert admin.activate(version, 1, BOB).status == 200
    return version


@pytest.fixture
def report(admin: Admin) -> Report:
    del admin  # it has chosen the table
    to = handler("usage_report")

    def send(*records: Any, **fields: Any) -> Any:
        answer = post(to, recorded_event("usage_report"), {"records": records, **fields})
        assert answer.status == 200, answer.body
        return answer.body

    return send


def warned(report: Any) -> list[str]:
    return [one["message"] for one in report["warnings"] if one["code"] == "past_corrected"]


def test_a_correction_is_proposed_and_another_person_approves_it(admin: Admin) -> None:
    proposed = admin.correct()
    assert (proposed.status, proposed.body["base"], proposed.body["waiting"]) == (200, "v1", 1)
    assert proposed.body["closed_until"] is not None
    version = proposed.body["version"]
    assert admin.activate(version, 1, ANN).status == 409  # its proposer
    done = admin.activate(version, 1, BOB)
    assert (done.status, done.body["before"]) == (200, "v1")
    rows = admin.ledger.audit_rows()
    assert [(one.action, one.actor, one.reason) for one in rows[-2:]] == [
        ("propose", ANN, "the list was late"),
        ("activate", BOB, "as on its page"),
    ]


def test_the_pages_show_what_is_proposed_and_that_the_past_differs(admin: Admin) -> None:
    version = admin.correct().body["version"]
    catalogue, recorded = handler("catalogue"), recorded_event("catalogue")
    page = call(
        catalogue,
        recorded,
        routeKey="GET /v1/pricing/versions/{id}",
        pathParameters={"id": version},
        queryStringParameters=None,
    ).body
    (field,) = page["quarantined"]
    assert (field["code"], field["before"], field["after"]) == ("correction", "3", "2")
    assert field["sources"] == [CORRECTION["source"]]
    assert [group["models"] for group in page["groups"]] == [["rocket"]]
    diff = call(
        catalogue,
        recorded,
        routeKey="GET /v1/pricing/diff",
        queryStringParameters={"from": "v1", "to": version},
    ).body
    assert [(one["id"], one["past"], one["fields"]) for one in diff["changes"]] == [
        ("rocket", True, [])
    ]


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"model": "acme/none"}, 422),
        ({"from": "never"}, 422),
        ({"to": "2999-01-01"}, 422),
        ({"prices": {}}, 422),
        ({"prices": {"standard.input": "3"}}, 422),
        ({"prices": {"standard.input": -1}}, 422),
        ({"source": " "}, 422),
        ({"expected_revision": 7}, 409),
    ],
)
def test_a_correction_that_cannot_be_made_stores_nothing(
    admin: Admin, changes: dict[str, Any], status: int
) -> None:
    assert admin.correct(**changes).status == status
    assert [one.id for one in admin.ledger.versions()] == ["v1"]


def test_a_report_of_a_closed_month_stays_and_names_the_amount(
    admin: Admin, report: Report
) -> None:
    before = report(SEPTEMBER, OCTOBER)
    version = admin.correct().body["version"]
    admin.activate(version, 1, BOB)
    after = report(SEPTEMBER, OCTOBER)
    assert after["pricing"]["version"] == version
    assert after["totals"] == before["totals"]  # $3 and $3
    assert after["corrected"] == {
        "total_usd": "5",  # 2 + 3
        "net_usd": None,
        "difference_usd": "-1",
        "models": ["rocket"],
    }
    (message,) = warned(after)
    assert "(rocket)" in message
    assert "the calls would cost $1 less" in message


def test_a_report_by_an_earlier_version_is_the_same_as_ever(admin: Admin, report: Report) -> None:
    before = report(SEPTEMBER, pricing_version="v1")
    admin.activate(admin.correct().body["version"], 1, BOB)
    assert report(SEPTEMBER, pricing_version="v1") == before


@pytest.mark.usefixtures("corrected")
def test_a_report_takes_the_corrected_prices_when_it_is_asked_to(report: Report) -> None:
    applied = report(SEPTEMBER, OCTOBER, ALONE, corrections="apply")
    assert applied["totals"]["cost_usd"] == "7"  # 2 + 3 + 2
    assert (applied["corrected"], warned(applied)) == (None, [])


@pytest.mark.usefixtures("corrected")
def test_a_report_without_calls_that_the_correction_concerns_says_nothing(report: Report) -> None:
    other = {**SEPTEMBER, "model": "shuttle"}
    for records in ([OCTOBER], [other]):
        found = report(*records)
        assert (found["totals"]["cost_usd"], found["corrected"], warned(found)) == ("3", None, [])


@pytest.mark.usefixtures("corrected")
def test_calls_that_are_priced_one_by_one_and_rate_cards_are_corrected_too(report: Report) -> None:
    half = {"rules": [{"match": {"provider": "acme"}, "multiply": "0.5"}]}
    found = report(SEPTEMBER, ALONE, rate_card=half)
    assert (found["totals"]["cost_usd"], found["net"]["total_usd"]) == ("6", "3")
    assert (found["corrected"]["total_usd"], found["corrected"]["net_usd"]) == ("4", "2")
    assert found["corrected"]["difference_usd"] == "-1"


@pytest.mark.usefixtures("corrected")
def test_an_estimate_of_the_past_uses_the_corrected_price() -> None:
    estimate = handler("estimate")
    body = {"model": "rocket", "usage": SEPTEMBER["usage"], "as_of": "2025-09-15"}
    assert post(estimate, recorded_event("estimate"), body).body["total_usd"] == "2"
    assert (
        post(estimate, recorded_event("estimate"), {**body, "as_of": "2025-10-15"}).body[
            "total_usd"
        ]
        == "3"
    )


def test_a_correction_that_leads_to_the_present_moves_open_months_only(
    admin: Admin, report: Report
) -> None:
    version = admin.correct(to=None, prices={"standard.input": "4"}).body["version"]
    admin.activate(version, 1, BOB)
    usage = {"object": "chat.completion", "model": "rocket", "usage": {
        "prompt_tokens": 1_000_000, "completion_tokens": 0, "total_tokens": 1_000_000}}  # fmt: skip
    assert report(usage)["totals"]["cost_usd"] == "4"  # today
    found = report(SEPTEMBER)
    assert (found["totals"]["cost_usd"], found["corrected"]["total_usd"]) == ("3", "4")
    assert "would cost $1 more" in warned(found)[0]


@pytest.mark.usefixtures("corrected")
def test_the_csv_of_a_report_has_the_corrected_total() -> None:
    to = handler("usage_report")
    body = {"records": [SEPTEMBER], "format": "csv"}
    text = to({**recorded_event("usage_report"), "body": json.dumps(body)}, None)
    (line,) = [one for one in text["body"].splitlines() if one.startswith("corrected")]
    assert ",2," in line
