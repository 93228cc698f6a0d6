"""What the slack function reads from its environment, when it is first asked and not before."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from pricing.aws.environment import client
from pricing.aws.signed_client import DYNAMODB, Service
from pricing.slack.signing import SigningSecrets
from pricing.store import connect as environment
from pricing.store.books import Books

if TYPE_CHECKING:
    from pricing.reports.summary import MonthSummary
    from pricing.slack.dispatch import BookOf
    from pricing.slack.share import Queue, Sharing

#: Slack waits three seconds: what takes longer than this for one call is left aside.
ACKNOWLEDGING_SECONDS = 0.7
_JSON_11 = "application/x-amz-json-1.1"
SSM = Service("Systems Manager", "ssm", "AmazonSSM", _JSON_11)
SQS = Service("SQS", "sqs", "AmazonSQS")
#: Where Systems Manager hands on what Secrets Manager keeps, to those who may read it there.
_IN_SECRETS_MANAGER = "/aws/reference/secretsmanager/"


def signing_secrets() -> SigningSecrets:
    """Those in ``TARIFF_SLACK_SIGNING_SECRETS`` where it is set, as on a developer's machine;
    otherwise those in the secret ``TARIFF_SLACK_SECRET_NAME`` of Secrets Manager, if it is named,
    or in the Systems Manager parameter ``TARIFF_SLACK_SECRET_PARAMETER``.
    """
    given = os.environ.get("TARIFF_SLACK_SIGNING_SECRETS")
    if given:
        return SigningSecrets(lambda: given)
    secret = os.environ.get("TARIFF_SLACK_SECRET_NAME")
    parameter = os.environ.get("TARIFF_SLACK_SECRET_PARAMETER", "")
    name = _IN_SECRETS_MANAGER + secret if secret else parameter

    def load() -> str:
        systems_manager = client(SSM, timeout_seconds=ACKNOWLEDGING_SECONDS)
        found = systems_manager.call("GetParameter", {"Name": name, "WithDecryption": True})
        return str(found.get("Parameter", {}).get("Value", ""))

    return SigningSecrets(load)


def workspaces() -> frozenset[str]:
    """The ids of workspaces (T...) or organisations (E...) that may ask; none by default."""
    return frozenset(os.environ.get("TARIFF_SLACK_WORKSPACES", "").replace(",", " ").split())


def page_url() -> str:
    """The page that shows an estimate, without a slash at the end; empty when there is none."""
    return os.environ.get("TARIFF_PAGE_URL", "").rstrip("/")


def books() -> Books:
    """Price books, from a store that answers soon or not at all."""
    return environment.books(timeout_seconds=ACKNOWLEDGING_SECONDS)


def summary_of(month: str) -> MonthSummary | None:
    """The headline of a month's report, where one is kept; raises StoreUnavailable."""
    kept = environment.summaries(timeout_seconds=ACKNOWLEDGING_SECONDS)
    return kept.of(month) if kept else None


def sharing(book_of: BookOf) -> Sharing:
    """What shares need; ``TARIFF_SLACK_HOOKS`` stands in for Slack where there is no Slack."""
    from pricing.slack.delivery import Delivery
    from pricing.slack.share import Claims, Sharing

    table = os.environ.get("TARIFF_TABLE")
    claims = None
    if table:
        patience = environment.STORE_TIMEOUT_SECONDS  # nobody waits for a share
        claims = Claims(table, client(DYNAMODB, timeout_seconds=patience))
    return Sharing(book_of, claims, Delivery(os.environ.get("TARIFF_SLACK_HOOKS")))


def later() -> Queue | None:
    """The queue ``TARIFF_SLACK_QUEUE``; None where shares are made at once."""
    from pricing.slack.share import Queue

    url = os.environ.get("TARIFF_SLACK_QUEUE")
    return Queue(url, client(SQS, timeout_seconds=ACKNOWLEDGING_SECONDS)) if url else None
