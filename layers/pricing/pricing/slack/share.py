"""The share button: one message to the channel for one press, however often it is received."""

import hashlib
import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Protocol

from pricing.aws.signed_client import AwsJson, Refused
from pricing.errors import StoreUnavailable
from pricing.slack.blocks import private, shared
from pricing.slack.commands import NotUnderstood, PricedCommand
from pricing.slack.delivery import Delivery, NotDelivered, is_slacks
from pricing.slack.dispatch import BookOf, answer
from pricing.slack.parser import parse
from pricing.slack.requests import ShareClick

#: Signatures are good for five minutes, a queued job for half an hour: a claim outlives both.
CLAIM_SECONDS = 3600
MAX_USER = 80


@dataclass(frozen=True, slots=True)
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
    def of(cls, click: ShareClick, body: bytes) -> "ShareJob | None":
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
    def from_json(cls, text: str) -> "ShareJob":
        """From the queue; raises ValueError or TypeError for what ``to_json`` did not write."""
        return cls(**json.loads(text))


class Claims:
    """Which requests have had their effect, as items ``REPLAY#<digest>`` that expire.

    Both methods raise StoreUnavailable.
    """

    def __init__(
        self, table: str, dynamodb: AwsJson, *, clock: Callable[[], float] = time.time
    ) -> None:
        self._table = table
        self._dynamodb = dynamodb
        self._clock = clock

    def claim(self, digest: str) -> bool:
        """Whether this caller is the first: a conditional put, so that exactly one of many is."""
        expires = int(self._clock()) + CLAIM_SECONDS
        try:
            self._dynamodb.call(
                "PutItem",
                {
                    "TableName": self._table,
                    "Item": {**_key(digest), "expires_at": {"N": str(expires)}},
                    "ConditionExpression": "attribute_not_exists(pk)",
                },
            )
        except Refused as refused:
            if refused.kind == "ConditionalCheckFailedException":
                return False
            raise
        return True

    def release(self, digest: str) -> None:
        """The effect did not come about after all: the next attempt may have it."""
        self._dynamodb.call("DeleteItem", {"TableName": self._table, "Key": _key(digest)})


def _key(digest: str) -> dict[str, dict[str, str]]:
    return {"pk": {"S": f"REPLAY#{digest}"}, "sk": {"S": "SLACK"}}


class Later(Protocol):
    """Where jobs wait for ``share``; raises StoreUnavailable when it takes none."""

    def send(self, job: ShareJob) -> None:
        """Leave a job."""


class Queue:
    """Jobs in SQS."""

    def __init__(self, url: str, sqs: AwsJson) -> None:
        self._url = url
        self._sqs = sqs

    def send(self, job: ShareJob) -> None:
        """Leave a job; raises StoreUnavailable."""
        self._sqs.call("SendMessage", {"QueueUrl": self._url, "MessageBody": job.to_json()})


@dataclass(frozen=True, slots=True)
class Sharing:
    """What a share needs: books to answer from, claims to be the only one, and a way to Slack.

    Without a table there are no claims, and nothing is shared.
    """

    book_of: BookOf
    claims: Claims | None
    delivery: Delivery

    def share(self, job: ShareJob, now: datetime) -> str:
        """Answer the command again, at its own prices, for the channel; what became of it.

        Raises StoreUnavailable or NotDelivered when it may be tried again. A message of which
        Slack never said whether it came is not sent twice.
        """
        answered = answer(job.command, self.book_of, now)
        message = private(answered.card)
        if answered.problem is None:
            message = shared(answered.card, job.user)
        if self.claims is None:
            raise StoreUnavailable("There is no table to remember shares in.")
        if not self.claims.claim(job.digest):
            return "replayed"
        try:
            self.delivery.post(job.response_url, message)
        except NotDelivered as error:
            if not error.certain:
                return "unconfirmed"
            self.claims.release(job.digest)
            raise
        return answered.problem or "shared"
