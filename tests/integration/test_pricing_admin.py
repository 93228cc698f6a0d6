"""Administrators' routes and the pages about versions, through their handlers and a real store."""

import json
import re
import shlex
from typing import Any
from unittest import mock

import boto3
import pytest

from pricing.store import bundled
from pricing.store.ledger import Ledger
from tariff.serve.api_gateway_events import CALLER_HEADER
from tariff.template import ROOT
from tests.support.administration import ANN, BOB, WAITING, Api, cheap_and_dear, problem
from tests.support.books import BY, PLAIN, book
from tests.support.dripping import dripping
from tests.support.handlers import Answer, Event, call, handler
from tests.support.tables import StoreTable


def test_the_recorded_event_activates_the_lessons_prices(api: Api) -> None:
    api.ledger.propose(book("v1"), proposal=PLAIN)
    api.ledger.activate("v1", expected_revision=0, **BY)
    answer = call(api.admin, api.recorded)
    assert answer.status == 200
    assert answer.body == {
        "version": "lesson-2025",
        "revision": 2,
        "before": "v1",
        "actor": "arn:aws:sts::123456789012:assumed-role/tariff-admin/oncall",
        "reason": "Opus doubled by a unit slip upstream",
        "pending_version": None,
    }
    assert call(api.admin, api.recorded).body == answer.body  # its Idempotency-Key


def test_pending_prices_are_listed_with_their_reasons_and_activated_by_another_person(
    two: Api,
) -> None:
    page = two.send("GET", "/v1/pricing/versions/v2").body
    assert (page["status"], page["waiting"], page["proposer"]) == ("proposed", 1, ANN)
    assert page["quarantined"] == [WAITING.document()]
    refused = problem(two.activate("v2", 1, by=ANN), 409, "conflict")
    assert "Another administrator" in refused
    assert two.activate("v2", 1, by=BOB).body["revision"] == 2
    decisions = two.send("GET", "/v1/pricing/versions/v2").body["decisions"]
    assert [(one["action"], one["actor"]) for one in decisions] == [
        ("propose", ANN), ("activate", BOB),
    ]  # fmt: skip


def test_a_rollback_activates_an_earlier_version_even_by_its_proposer(two: Api) -> None:
    two.activate("v2", 1, by=BOB)
    assert two.activate("v1", 2, by=ANN).body["before"] == "v2"
    assert two.activate("v2", 3, by=ANN).status == 200  # approved once, it needs no second time
    statuses = {
        one["id"]: one["status"] for one in two.send("GET", "/v1/pricing/versions").body["versions"]
    }
    assert (statuses["v1"], statuses["v2"]) == ("earlier", "active")
    assert statuses["lesson-2025"] == "bundled"


@pytest.mark.parametrize("revision", [0, 2])
def test_a_decision_from_an_old_reading_is_refused(two: Api, revision: int) -> None:
    assert "revision" in problem(two.activate("v2", revision, by=BOB), 409, "conflict")
    body = {"reason": "late", "expected_revision": revision}
    late = two.send("POST", "/v1/pricing/versions/v2/reject", body)
    assert "revision" in problem(late, 409, "conflict")
    assert two.send("GET", "/v1/pricing/versions").body["active"] == "v1"


@pytest.mark.parametrize(
    ("activated", "revision", "says"),
    [
        (True, 99, "at revision 1, not 99"),
        (True, 0, "at revision 1, not 0"),
        (False, 7, "0, not 7"),
    ],
)
def test_a_refused_decision_is_told_which_revision_there_is(
    api: Api, activated: bool, revision: int, says: str
) -> None:
    first, second = cheap_and_dear()
    api.ledger.propose(first, proposal=PLAIN)
    api.ledger.propose(second, proposal=PLAIN)
    if activated:
        api.ledger.activate("v1", expected_revision=0, **BY)
    assert says in problem(api.activate("v2", revision), 409, "conflict")
    assert says in problem(api.activate("v2", revision, key="k1"), 409, "conflict")
    body = {"reason": "late", "expected_revision": revision}
    late = api.send("POST", "/v1/pricing/versions/v2/reject", body)
    assert says in problem(late, 409, "conflict")
    body |= {"model": "acme/rocket", "starts": "2999-01-01"}
    assert says in problem(api.send("POST", "/v1/pricing/cancellations", body), 409, "conflict")


def test_a_decision_that_another_overtakes_is_told_where_it_is_now(two: Api) -> None:
    two.ledger.propose(book("v3"), proposal=PLAIN)
    real = Ledger.activate

    def overtaken(self: Ledger, version: str, **named: Any) -> Any:
        real(self, "v3", expected_revision=1, **BY)
        return real(self, version, **named)

    with mock.patch.object(Ledger, "activate", overtaken):
        assert "at revision 2, not 1" in problem(two.activate("v2", 1, by=BOB), 409, "conflict")


def test_a_rejected_version_never_becomes_active(two: Api) -> None:
    assert two.reject("v2").body["status"] == "rejected"
    assert "rejected" in problem(two.activate("v2", 1, by=BOB), 409, "conflict")
    assert "already" in problem(two.reject("v2"), 409, "conflict")
    assert two.send("GET", "/v1/pricing/versions/v2").body["status"] == "rejected"


def test_the_active_version_cannot_be_rejected(two: Api) -> None:
    assert "active version" in problem(two.reject("v1"), 409, "conflict")


def test_the_active_version_is_not_activated_again(two: Api) -> None:
    """Everybody who has read the revision could no longer use it, for nothing."""
    two.activate("v2", 1, by=BOB)
    audit = two.ledger.audit_head()
    for by in (ANN, BOB):
        assert "active version already" in problem(two.activate("v2", 2, by=by), 409, "conflict")
    assert "revision" in problem(two.activate("v2", 1, by=BOB), 409, "conflict")
    assert two.ledger.audit_head() == audit
    listed = two.send("GET", "/v1/pricing/versions").body
    assert (listed["active"], listed["revision"]) == ("v2", 2)
    assert two.activate("v1", 2, by=ANN).body["revision"] == 3  # a colleague's reading still holds
    assert two.activate("v2", 3, by=ANN).body["revision"] == 4


def test_a_repeated_key_is_answered_with_its_activation_though_that_version_is_active(
    two: Api,
) -> None:
    first = two.activate("v2", 1, by=BOB, key="k1")
    again = two.activate("v2", 1, by=BOB, key="k1")
    assert (first.status, again.body) == (200, first.body)
    refused = two.activate("v2", 2, by=BOB, key="k2")
    assert "active version already" in problem(refused, 409, "conflict")


def test_the_bundled_version_that_is_active_is_not_stored_or_activated_again(api: Api) -> None:
    assert api.activate("lesson-2025", 0).status == 200
    audit = api.ledger.audit_head()
    problem(api.activate("lesson-2025", 1), 409, "conflict")
    assert api.ledger.audit_head() == audit


def test_an_unknown_version_is_not_found(two: Api) -> None:
    problem(two.activate("v3", 1), 404, "unknown-version")
    problem(two.reject("v3"), 404, "unknown-version")
    problem(two.send("GET", "/v1/pricing/versions/v3"), 404, "unknown-version")
    problem(two.send("GET", "/v1/pricing/diff", **{"from": "v3"}), 404, "unknown-version")


# Idempotency-Key


def test_the_same_key_and_body_give_the_same_answer_and_one_activation(two: Api) -> None:
    first = two.activate("v2", 1, by=BOB, key="k1")
    again = two.activate("v2", 1, by=BOB, key="k1")
    assert first.body == again.body
    assert two.send("GET", "/v1/pricing/versions").body["revision"] == 2


def test_the_same_key_with_another_body_is_refused(two: Api) -> None:
    two.activate("v2", 1, by=BOB, key="k1")
    other = two.activate("v2", 2, by=BOB, key="k1")
    assert "another request" in problem(other, 422, "invalid-request")
    elsewhere = two.activate("v1", 1, by=BOB, key="k1")
    assert "another request" in problem(elsewhere, 422, "invalid-request")


def test_a_key_is_its_callers_own(two: Api) -> None:
    two.activate("v2", 1, by=BOB, key="k1")
    problem(two.activate("v2", 1, by=ANN, key="k1"), 409, "conflict")


def test_a_key_in_flight_is_a_conflict(two: Api) -> None:
    seen: list[Answer] = []
    real = Ledger.activate

    def slow(self: Ledger, *arguments: Any, **named: Any) -> Any:
        seen.append(two.activate("v2", 1, by=BOB, key="k1"))
        return real(self, *arguments, **named)

    with mock.patch.object(Ledger, "activate", slow):
        assert two.activate("v2", 1, by=BOB, key="k1").status == 200
    assert "not done yet" in problem(seen[0], 409, "conflict")


def test_a_refused_request_gives_its_key_back(two: Api) -> None:
    problem(two.activate("v2", 9, by=BOB, key="k1"), 409, "conflict")
    assert two.activate("v2", 1, by=BOB, key="k1").status == 200


@pytest.mark.parametrize("key", ["", "a b", "é", "x" * 129, "\x00"])
def test_a_key_that_cannot_be_kept_is_refused(two: Api, key: str) -> None:
    problem(two.activate("v2", 1, by=BOB, key=key), 422, "invalid-request")


def test_the_runbooks_rollback_works_as_it_is_written(two: Api) -> None:
    two.activate("v2", 1, by=BOB)
    text = (ROOT / "docs" / "runbooks.md").read_text(encoding="utf-8")
    (command,) = re.findall(r"^ *curl -X POST \$API.*?^ *```", text, re.DOTALL | re.MULTILINE)
    filled = command.replace("<earlier>", "v1").replace("<revision>", "2").replace("\\\n", " ")
    words = shlex.split(filled.removesuffix("```"))
    path = next(word for word in words if word.startswith("$API")).removeprefix("$API")
    headers = dict(word.split(": ", 1) for word in words if re.match(r"[a-z-]+: ", word))
    body = json.loads(words[words.index("-d") + 1])
    assert two.send("POST", path, body, key=headers["idempotency-key"]).body["before"] == "v2"


# Differences and changes


def test_the_difference_of_two_versions_names_every_price(two: Api) -> None:
    answer = two.send("GET", "/v1/pricing/diff", **{"from": "v1", "to": "v2"}).body
    assert (answer["added"], answer["removed"], answer["changed"]) == (1, 0, 1)
    rocket, shuttle = answer["changes"]
    assert rocket["fields"] == [
        {"field": "standard.input", "before": "3", "after": "9", "change_percent": "200"}
    ]
    assert (shuttle["id"], shuttle["kind"]) == ("shuttle", "added")


def test_the_difference_comes_in_pages(two: Api) -> None:
    whole = two.send("GET", "/v1/pricing/diff", **{"from": "v1", "to": "v2"}).body["changes"]
    first = two.send("GET", "/v1/pricing/diff", **{"from": "v1", "to": "v2", "limit": "1"}).body
    cursor = first["next_cursor"]
    second = two.send("GET", "/v1/pricing/diff", **{"from": "v1", "to": "v2", "cursor": cursor})
    assert [*first["changes"], *second.body["changes"]] == whole
    assert second.body["next_cursor"] is None


def test_what_changed_since_a_moment_is_the_difference_of_what_was_active(two: Api) -> None:
    two.activate("v2", 1, by=BOB)
    answer = two.send("GET", "/v1/pricing/changes", since="2020-01-01").body
    assert [one["version"] for one in answer["activations"]] == ["v1", "v2"]
    assert (answer["from_version"], answer["to_version"]) == (None, "v2")
    future = two.send("GET", "/v1/pricing/changes", since="2999-01-01")
    assert "in the future" in problem(future, 422, "invalid-request")
    problem(two.send("GET", "/v1/pricing/changes", since="soon"), 422, "invalid-request")
    problem(two.send("GET", "/v1/pricing/changes"), 422, "invalid-request")


def test_an_unchanged_list_is_not_sent_again(two: Api) -> None:
    first = two.send("GET", "/v1/pricing/versions")
    with mock.patch.dict(two.recorded, {}):
        event = {
            **two.recorded,
            "routeKey": "GET /v1/pricing/versions",
            "headers": {"if-none-match": first.headers["etag"]},
        }
        assert call(two.catalogue, event).status == 304
        two.activate("v2", 1, by=BOB)
        assert call(two.catalogue, event).status == 200


def test_without_a_store_the_bundled_versions_are_listed_and_marked_as_stale(event: Event) -> None:
    catalogue = handler("catalogue")
    recorded = event("catalogue")
    listed = call(
        catalogue, recorded, routeKey="GET /v1/pricing/versions", queryStringParameters=None
    ).body
    assert (listed["stale"], listed["active"], listed["revision"]) == (True, None, None)
    assert {one["id"] for one in listed["versions"]} == set(bundled.ids())


def test_a_bundled_version_that_another_request_stores_at_the_same_time_is_activated(
    api: Api,
) -> None:
    propose = Ledger.propose

    def twice(self: Ledger, *arguments: Any, **named: Any) -> None:
        propose(self, *arguments, **named)
        propose(self, *arguments, **named)

    with mock.patch.object(Ledger, "propose", twice):
        assert api.activate("lesson-2025", 0).status == 200


def test_a_guessed_revision_never_makes_a_row_with_another_version_before(api: Api) -> None:
    """A caller ahead of its time is refused, even if the pointer then comes to where it is."""
    for version in ("v1", "v2", "v3"):
        api.ledger.propose(book(version), proposal=PLAIN)
    api.ledger.activate("v1", expected_revision=0, **BY)
    real = Ledger.active

    def and_move(self: Ledger) -> Any:
        pointer = real(self)
        with mock.patch.object(Ledger, "active", real):
            if pointer and pointer.revision == 1:
                self.activate("v2", expected_revision=1, **BY)
        return pointer

    with mock.patch.object(Ledger, "active", and_move):
        problem(api.activate("v3", 2), 409, "conflict")
    assert [row.before for row in api.ledger.audit_rows() if row.action == "activate"] == [
        None, "v1",
    ]  # fmt: skip


def test_a_refresh_is_begun_and_recorded(api: Api) -> None:
    started: list[dict[str, Any]] = []

    class Lambda:
        def invoke(self, **request: Any) -> None:
            started.append(request)

    real = boto3.client
    clients = {"lambda": Lambda()}
    with (
        mock.patch.dict("os.environ", {"TARIFF_REFRESH_FUNCTION": "tariff-refresh"}),
        mock.patch("boto3.client", lambda kind, **named: clients.get(kind) or real(kind, **named)),
    ):
        answer = api.send("POST", "/v1/pricing/refresh", {"reason": "new model out"}, key="r1")
        again = api.send("POST", "/v1/pricing/refresh", {"reason": "new model out"}, key="r1")
    assert (answer.status, answer.body["status"]) == (202, "started")
    assert again.body == answer.body
    assert len(started) == 1
    assert started[0]["FunctionName"] == "tariff-refresh"
    assert started[0]["InvocationType"] == "Event"
    assert json.loads(started[0]["Payload"]) == {"actor": ANN, "reason": "new model out"}
    audit = api.send("GET", "/v1/pricing/audit").body
    assert [(one["action"], one["actor"]) for one in audit["rows"]] == [("refresh_requested", ANN)]


def test_the_local_gateways_header_means_nothing_to_a_deployed_function(api: Api) -> None:
    """The same event with the header of a caller who claims to be another one."""
    api.ledger.propose(book("v1"), proposal=PLAIN)
    api.ledger.activate("v1", expected_revision=0, **BY)
    headers = {**api.recorded["headers"], CALLER_HEADER: "mallory"}
    answer = call(api.admin, api.recorded, headers=headers)
    assert answer.body["actor"] == api.recorded["requestContext"]["authorizer"]["iam"]["userArn"]


def test_no_deployed_file_knows_the_local_gateways_header() -> None:
    deployed = [
        *ROOT.glob("functions/*/*.py"),
        *ROOT.glob("layers/**/*.py"),
        ROOT / "template.yaml",
    ]
    assert len(deployed) > 100
    knowing = [path for path in deployed if CALLER_HEADER in path.read_text("utf-8").lower()]
    assert knowing == []


def test_without_a_refresh_function_a_refresh_says_what_is_missing(api: Api) -> None:
    answer = api.send("POST", "/v1/pricing/refresh", {"reason": "x"})
    assert "refresh function" in problem(answer, 409, "conflict")


# The audit


def test_the_audit_is_read_newest_first_in_pages_and_says_it_is_whole(two: Api) -> None:
    two.activate("v2", 1, by=BOB)
    first = two.send("GET", "/v1/pricing/audit", limit="2").body
    assert [one["number"] for one in first["rows"]] == [4, 3]
    rest = two.send("GET", "/v1/pricing/audit", cursor=first["next_cursor"]).body
    assert [one["number"] for one in rest["rows"]] == [2, 1]
    assert (rest["next_cursor"], rest["broken_row"]) == (None, None)


def test_a_rewritten_row_is_found(two: Api, moto_table: StoreTable) -> None:
    key = {"pk": {"S": "AUDIT"}, "sk": {"S": f"{2:012}"}}
    item = moto_table.client.get_item(TableName=moto_table.name, Key=key)["Item"]
    item["content"] = {"S": item["content"]["S"].replace("tests", "nobody")}
    moto_table.client.put_item(TableName=moto_table.name, Item=item)
    assert two.send("GET", "/v1/pricing/audit").body["broken_row"] == 2


# Hostile input


@pytest.mark.parametrize(
    "body",
    [
        "", "[]", "{}", "null", '{"reason": "x"}', '{"expected_revision": 1}',
        '{"reason": "", "expected_revision": 1}', '{"reason": "  ", "expected_revision": 1}',
        '{"reason": "x", "expected_revision": -1}', '{"reason": "x", "expected_revision": "1"}',
        '{"reason": "x", "expected_revision": true}', '{"reason": "x", "expected_revision": 1.0}',
        '{"reason": "x", "expected_revision": 1, "force": true}',
        json.dumps({"reason": "x" * 501, "expected_revision": 1}),
    ],
)  # fmt: skip
def test_what_makes_no_decision_is_refused_and_changes_nothing(two: Api, body: str) -> None:
    answer = two.send("POST", "/v1/pricing/versions/v2/activate", body, by=BOB)
    assert answer.status in (400, 422)
    assert two.send("GET", "/v1/pricing/versions").body["revision"] == 1


def test_when_the_store_is_lost_a_change_is_unavailable_and_not_a_fault(
    event: Event, capsys: pytest.CaptureFixture[str]
) -> None:
    lost = {
        "TARIFF_TABLE": "tariff", "TARIFF_DYNAMODB_ENDPOINT": "http://127.0.0.1:1",
    }  # fmt: skip
    with mock.patch.dict("os.environ", lost):
        answer = call(handler("pricing_admin"), event("pricing_admin"))
    detail = problem(answer, 503, "store-unavailable")
    assert "did not confirm the change" in detail
    assert "Read the state again" in detail
    assert "Error" not in detail
    assert json.loads(capsys.readouterr().out)["cause"] == "EndpointConnectionError"


@pytest.mark.parametrize(
    ("answered", "cause"),
    [(b"", "RemoteDisconnected"), (b"HTTP/1.1 400 No\r\nContent-Length: 2\r\n\r\n{}", "400 ")],
    ids=["nothing", "a refusal"],
)
def test_a_store_that_cannot_be_read_is_told_in_words_and_logged_by_its_name(
    answered: bytes, cause: str, event: Event, capsys: pytest.CaptureFixture[str]
) -> None:
    with dripping(answered, b"") as port:
        silent = {"TARIFF_TABLE": "tariff", "TARIFF_DYNAMODB_ENDPOINT": f"http://127.0.0.1:{port}"}
        with mock.patch.dict("os.environ", silent):
            recorded = event("pricing_admin") | {"routeKey": "GET /v1/pricing/audit"}
            answer = call(handler("pricing_admin"), recorded)
    detail = problem(answer, 503, "store-unavailable")
    assert detail.startswith("The price store ")
    assert "Try again in a few seconds." in detail
    assert cause.strip() not in detail
    assert json.loads(capsys.readouterr().out)["cause"] == cause
