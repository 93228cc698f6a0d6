"""What each function does with the store, through its own handler: once each way it can.

A function that learns to do more with the store does it here too: the tests of what it may do, and
of how long it may take, are about what is listed.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from decimal import Decimal
from typing import Any
from unittest import mock

from pricing.errors import StoreUnavailable, UnknownPolicy
from pricing.reports.summary import MonthSummary
from pricing.slack.share import ShareJob
from pricing.store import connect as environment
from pricing.store.ledger import Ledger
from tariff.serve import slack
from tariff.template import load_template, recorded_event
from tests.support.books import BY, PLAIN, book, row
from tests.support.handlers import CONTEXT, call, handler
from tests.support.price_server import Answer
from tests.support.refreshing import refreshing
from tests.support.store_door import StoreDoor
from tests.support.tables import StoreTable

#: One use of a function, from a cold start on, with a table behind a recorder.
Doing = Callable[[StoreTable, StoreDoor], object]
#: Nothing listens here.
NOWHERE = "http://127.0.0.1:1"
_SUMMARY = MonthSummary("2026-10", Decimal(1), 1, 0, Decimal(0), (), "v1", "2026-11-01T00:00:00Z")


def stock(table: StoreTable) -> None:
    """Activate a version that is in no bundle, with an announced price, and store another one."""
    client: Any = table.client
    ledger = Ledger(table.name, client, client)
    if ledger.active():
        return  # another doing left it so
    now, later = ({"standard": {"rates": {"input": rate, "output": "15"}}} for rate in "34")
    periods = [
        {"source": "list", "lists": now, "to": "2999-01-01"},
        {"source": "list", "lists": later, "from": "2999-01-01"},
    ]
    ledger.propose(book("v1", [row("rocket", prices=periods)]), proposal=PLAIN)
    ledger.propose(book("v2"), proposal=PLAIN)
    ledger.activate("v1", expected_revision=0, **BY)


def do(doing: Doing, table: StoreTable, door: StoreDoor) -> None:
    """One of them, in an environment with the recorder's address for the table."""
    variables = {**table.environment(), "TARIFF_DYNAMODB_ENDPOINT": door.url}
    with mock.patch.dict(os.environ, {**variables, **slack.SETTINGS}):
        doing(table, door)


def _recorded(folder: str, name: str = "", **changes: Any) -> Doing:
    """A handler's answer to its recorded event, some members of which are replaced."""

    def send(table: StoreTable, _door: StoreDoor) -> None:
        stock(table)
        call(handler(folder), {**recorded_event(name or folder), **changes})

    return send


def _asked(
    key: str, path: Mapping[str, str] | None = None, query: Mapping[str, str] | None = None
) -> Doing:
    parts: dict[str, Any] = {"pathParameters": path or {}, "queryStringParameters": query or {}}
    return _recorded("catalogue", routeKey=key, **parts)


def _administered(path: str, identifier: str = "lesson-2025", **body: Any) -> Doing:
    headers = {"content-type": "application/json", "idempotency-key": "k1"}
    sent = json.dumps({"reason": "checked by hand", **body})
    parts: dict[str, Any] = {"pathParameters": {"id": identifier}, "headers": headers, "body": sent}
    return _recorded("pricing_admin", routeKey=f"POST /v1/pricing/{path}", **parts)


def _policy_kept(_table: StoreTable, _door: StoreDoor) -> None:
    policies = environment.policies()
    assert policies is not None
    with suppress(StoreUnavailable):
        policies.add(f"policy-{'0' * 32}", b"{}")


def _policy_wanted(_table: StoreTable, _door: StoreDoor) -> None:
    policies = environment.policies()
    assert policies is not None
    with suppress(StoreUnavailable, UnknownPolicy):
        policies.get(f"policy-{'1' * 32}")


def _summary_kept(_table: StoreTable, _door: StoreDoor) -> None:
    summaries = environment.summaries()
    assert summaries is not None
    with suppress(StoreUnavailable):
        summaries.keep(_SUMMARY)


def _commanded(text: str) -> Doing:
    body = slack.command_body(text)

    def send(table: StoreTable, _door: StoreDoor) -> None:
        stock(table)
        handler("slack")(slack.event_of(slack.COMMANDS, body, slack.signed(body)), None)

    return send


def _refused_shares(table: StoreTable, _door: StoreDoor) -> None:
    """A batch of shares that Slack certainly did not take, so that each is forgotten again."""
    with mock.patch.dict(os.environ, {"TARIFF_SLACK_HOOKS": NOWHERE}):
        _shared(table)


def _taken_shares(table: StoreTable, _door: StoreDoor) -> None:
    """A batch of shares that Slack takes."""
    with mock.patch("pricing.slack.delivery.Delivery.post"):
        _shared(table)


def _shared(table: StoreTable) -> None:
    stock(table)
    function = load_template()["Resources"]["SlackFunction"]["Properties"]
    size = function["Events"]["Shares"]["Properties"]["BatchSize"]
    jobs = [
        ShareJob(f"{number:064}", "estimate rocket 2k in 1k out", "U1", slack.RESPONSE_URL)
        for number in range(size)
    ]
    records = [{"messageId": job.digest, "body": job.to_json()} for job in jobs]
    handler("slack")({"Records": records}, CONTEXT)


def _refresh(table: StoreTable, door: StoreDoor) -> None:
    """A refresh that accepts one price and holds another."""
    door.written = True  # into a table that is not stocked
    with refreshing(table) as found:
        document = json.loads(found.lists["genai-prices"])
        models = {one["id"]: one for provider in document for one in provider["models"]}
        models["devstral-small"]["prices"]["input_mtok"] = 0.12
        models["codestral-2508"]["prices"]["output_mtok"] *= 4
        found.serve("genai-prices", Answer(json.dumps(document).encode()))
        # Whatever cannot be helped is raised, and Lambda tries again.
        with suppress(Exception):
            found.run(TARIFF_DYNAMODB_ENDPOINT=door.url)


_CARD = f"rate-card-{'0' * 32}"
_WITH_CARD = json.dumps({"model": "sonnet", "input_tokens": 1, "rate_card": _CARD})
#: What Slack waits for.
COMMANDS = (_commanded("estimate sonnet 2k in 1k out"), _commanded("report"))
#: By function folder; the site has no table.
DOINGS: Mapping[str, Sequence[Doing]] = {
    "estimate": [_recorded("estimate"), _recorded("estimate", body=_WITH_CARD)],
    "workload": [_recorded("workload")],
    "compare": [_recorded("compare")],
    "plan": [
        _recorded("plan", "plan_batch"),
        _recorded("plan", "plan_caching"),
        _recorded("plan", "plan_context"),
        _recorded("plan", "plan_subscription"),
    ],
    "recommend": [
        _recorded("recommend"),
        _recorded("recommend", "recommend_cascade"),
        _recorded("recommend", "recommend_tiers"),
        _policy_kept,
        _policy_wanted,
    ],
    "usage_report": [_recorded("usage_report"), _summary_kept],
    "catalogue": [
        _asked("GET /v1/health"),
        _asked("GET /v1/models"),
        _asked("GET /v1/models/{provider}/{id+}", {"provider": "acme", "id": "rocket"}),
        _asked("GET /v1/pricing/versions"),
        _asked("GET /v1/pricing/versions/{id}", {"id": "v1"}),
        _asked("GET /v1/pricing/versions/{id}", {"id": "lesson-2025"}),
        _asked("GET /v1/pricing/diff", query={"from": "v2"}),
        _asked("GET /v1/pricing/diff", query={"from": "lesson-2025"}),
        _asked("GET /v1/pricing/changes", query={"since": "2020-01-01"}),
        _asked("GET /v1/rate-cards/{id}", {"id": _CARD}),
    ],
    "pricing_admin": [
        _administered("versions/{id}/activate", expected_revision=1),
        _administered("versions/{id}/activate", expected_revision=9),
        _administered("versions/{id}/reject", "v2"),
        _administered("versions/{id}/reject", "v2", expected_revision=9),
        _administered(
            "cancellations", model="acme/rocket", starts="2999-01-01", expected_revision=1
        ),
        _administered(
            "corrections",
            model="acme/rocket",
            prices={"standard.input": "2"},
            source="https://acme.test/pricing",
            to="2020-01-01",
            expected_revision=1,
        ),
        _administered("refresh"),
        _recorded("pricing_admin", "rate_cards"),
        _recorded("pricing_admin", routeKey="GET /v1/pricing/audit"),
    ],
    "slack": [*COMMANDS, _refused_shares, _taken_shares],
    "refresh_pricing": [_refresh],
}
