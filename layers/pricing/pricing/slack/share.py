"""The share button: one message to the channel for one press, however often it is received."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING

from pricing.aws.signed_client import AwsJson
from pricing.errors import StoreUnavailable
from pricing.slack.blocks import private, shared
from pricing.slack.commands import NotUnderstood, PricedCommand
from pricing.slack.delivery import Delivery, NotDelivered, is_slacks
from pricing.slack.dispatch import BookOf, CurrencyOf, answer, no_currency
from pricing.slack.parser import parse
from pricing.slack.requests import ShareClick
from pricing.values import immutable

if TYPE_CHECKING:
    from pricing.store.idempotency import Once

MAX_USER = 80
#: What became of a share that was received before, and is posted or being posted.
REPLAYED = "replayed"


@immutable
class ShareJob:
    """One press of the button. ``command`` is ours, in full; nothing anybody typed is in here
    besides the names of models and of who pressed.

    ``digest`` names the request: the SHA-256 of its body, the same however often it is sent.
    """

    digest: str
    command: str
    user: str
    response_url: str

    @classmethod
    def of(cls, click: ShareClick, body: bytes) -> ShareJob | None:
        """The job of a click; None when its value or address is not one we gave out."""
        try:
            command = parse(click.value)
        except NotUnderstood:
            return None
        if not isinstance(command, PricedCommand) or not is_slacks(click.response_url):
            return None
        digest = hashlib.sha256(body).hexdigest()
        return cls(digest, command.text(), click.user[:MAX_USER], click.response_url)

    def to_json(self) -> str:
        """As it lies in the queue."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> ShareJob:
        """From the queue; raises ValueError or TypeError for what ``to_json`` did not write."""
        return cls(**json.loads(text))


class Queue:
    """Jobs in SQS."""

    def __init__(self, url: str, sqs: AwsJson) -> None:
        self._url = url
        self._sqs = sqs

    def send(self, job: ShareJob) -> None:
        """Leave a job; raises StoreUnavailable."""
        self._sqs.call("SendMessage", {"QueueUrl": self._url, "MessageBody": job.to_json()})


@immutable
class Sharing:
    """What a share needs: books to answer from, the memory of earlier shares, and a way to Slack.

    Without that memory nothing is shared.
    """

    book_of: BookOf
    once: Once | None
    delivery: Delivery
    currency_of: CurrencyOf = no_currency

    def share(self, job: ShareJob, now: datetime) -> str:
        """Answer the command again, at its own prices, for the channel; return the outcome.

        Raises StoreUnavailable or NotDelivered when it may be tried again. A message whose answer
        from Slack was lost is not sent twice.
        """
        if self.once is None:
            raise StoreUnavailable("There is no table to record shares in.")
        from pricing.store.idempotency import InProgress

        answered = answer(job.command, self.book_of, now, currency_of=self.currency_of)
        message = private(answered.card)
        if answered.problem is None:
            message = shared(answered.card, job.user)

        def post() -> str:
            try:
                self.delivery.post(job.response_url, message)
            except NotDelivered as error:
                if error.certain:
                    raise
                return "unconfirmed"
            return answered.problem or "shared"

        try:
            return self.once.do(job.digest, {}, post, kept=str, again=lambda _kept: REPLAYED)
        except InProgress:
            return REPLAYED
