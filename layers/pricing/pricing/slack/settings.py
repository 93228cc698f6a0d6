"""What the slack function needs from this environment, made when it is first needed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING

from pricing.aws.environment import signed_client
from pricing.aws.settings import settings
from pricing.aws.signed_client import Service
from pricing.aws.timeouts import ONE_ATTEMPT
from pricing.catalogue.price_book import LIST_PRICES
from pricing.errors import TariffError
from pricing.slack.signing import SigningSecrets
from pricing.store import connect

if TYPE_CHECKING:
    from pricing.catalogue.exchange_rates import TargetCurrency
    from pricing.catalogue.price_book import BookInForce
    from pricing.catalogue.rate_cards import RateCard
    from pricing.reports.summary import MonthSummary
    from pricing.slack.dispatch import BookOf
    from pricing.slack.share import Queue, Sharing
    from pricing.store.books import Books
    from pricing.store.documents import Documents

#: Slack waits three seconds: the timeout of each call that a command makes.
ACKNOWLEDGING_SECONDS = 0.7
#: How long a press of Share is remembered: signatures are good for five minutes, and a queued job
#: for half an hour.
CLAIM_SECONDS = 3600
SSM = Service("Systems Manager", "ssm", "AmazonSSM", "application/x-amz-json-1.1")
SQS = Service("SQS", "sqs", "AmazonSQS")
#: The path under which Systems Manager returns the secrets of Secrets Manager.
_IN_SECRETS_MANAGER = "/aws/reference/secretsmanager/"


def signing_secrets() -> SigningSecrets:
    """Return the secrets in ``TARIFF_SLACK_SIGNING_SECRETS``, which a developer's machine sets; or
    those of Secrets Manager's secret ``TARIFF_SLACK_SECRET_NAME``, if it is named; or those of the
    Systems Manager parameter ``TARIFF_SLACK_SECRET_PARAMETER``.
    """
    given = settings.slack_signing_secrets
    if given:
        return SigningSecrets(lambda: given)
    secret = settings.slack_secret_name
    name = _IN_SECRETS_MANAGER + secret if secret else settings.slack_secret_parameter

    def load() -> str:
        systems_manager = signed_client(SSM, timeout_seconds=ACKNOWLEDGING_SECONDS)
        found = systems_manager.call("GetParameter", {"Name": name, "WithDecryption": True})
        return str(found.get("Parameter", {}).get("Value", ""))

    return SigningSecrets(load)


def books() -> Books:
    """Return price books that give up on a slow store."""
    return connect.books(timeout_seconds=ACKNOWLEDGING_SECONDS)


def with_default_card(prices: BookInForce) -> BookInForce:
    """Add the deployment's rate card, if it has one.

    A card that cannot be read is named without its prices, so that the answer can say so.
    """
    card_id = settings.rate_card
    if not card_id or card_id == LIST_PRICES:
        return prices
    from pricing.catalogue.rate_cards import NetBook  # most deployments have no card

    cards = rate_cards(settings.table)
    try:
        net = NetBook(prices.book, cards.get(card_id)) if cards else None
    except TariffError:
        net = None
    return replace(prices, net=net, rate_card=card_id)


@cache
def rate_cards(_table: str) -> Documents[RateCard] | None:
    """The stored rate cards, which are kept in memory once they were read."""
    return connect.rate_cards(timeout_seconds=ACKNOWLEDGING_SECONDS)


def summary_of(month: str) -> MonthSummary | None:
    """Return the summary of a month's report, if one is stored; raises StoreUnavailable."""
    stored = connect.summaries(timeout_seconds=ACKNOWLEDGING_SECONDS)
    return stored.of(month) if stored else None


def currency_of(code: str) -> TargetCurrency:
    """Return the currency with this code; raises InvalidRequest if it has no rates."""
    from pricing.store.currencies import currency_for  # few commands need it

    return currency_for(code, datetime.now(UTC), ACKNOWLEDGING_SECONDS)


def sharing(book_of: BookOf) -> Sharing:
    """Make what shares need; without a table there is no memory of shares, and no share."""
    from pricing.slack.delivery import Delivery
    from pricing.slack.share import Sharing

    once = None
    if settings.table:
        # Held as long as it is kept: a function that ended in between may have posted.
        once = connect.once(
            "REPLAY", kept_seconds=CLAIM_SECONDS, held_seconds=CLAIM_SECONDS, timeouts=ONE_ATTEMPT
        )
    return Sharing(book_of, once, Delivery(settings.slack_hooks), currency_of)


def later() -> Queue | None:
    """Return the queue ``TARIFF_SLACK_QUEUE``; None where shares are posted at once."""
    from pricing.slack.share import Queue

    url = settings.slack_queue
    return Queue(url, signed_client(SQS, timeout_seconds=ACKNOWLEDGING_SECONDS)) if url else None
