"""``POST /slack/commands`` and ``/slack/interactions``: Tariff in Slack, and the shares it queues.

Nothing of a request is acted on before its signature has been checked. What somebody typed wrong
is answered with 200 and words for them alone, as Slack shows nothing of any other status.
"""

import time
from datetime import UTC, datetime
from functools import cache
from typing import Any

from pricing.api.request_log import frames, log_request
from pricing.catalogue.price_book import BookInForce
from pricing.errors import MalformedRequest, StoreUnavailable
from pricing.slack import settings as slack_settings
from pricing.slack.requests import (
    Event,
    NotSlack,
    Reply,
    empty,
    is_ssl_check,
    message_reply,
    notice,
    read_form,
    refusal,
    retry_of,
    share_click,
    signed_body,
    slash_command,
)
from pricing.slack.signing import SecretsUnavailable

Notes = dict[str, Any]

secrets = cache(slack_settings.signing_secrets)
books = cache(slack_settings.books)
later = cache(slack_settings.later)
_cold = [True]


def lambda_handler(event: Event, _context: object) -> Reply | None:
    """A request of Slack's, or shares from the queue."""
    if "Records" in event:
        work(event)
        return None
    notes: Notes = {}
    started, cold = time.perf_counter(), bool(_cold and _cold.pop())
    try:
        reply = received(event, notes)
        status = int(reply["statusCode"])
    except Exception as error:  # noqa: BLE001 - the last door: nobody sees a trace
        reply, status = notice("Something went wrong on our side. Try again in a minute."), 500
        notes["problem"], notes["frames"] = type(error).__name__, frames(error)
    reply["headers"]["x-request-id"] = event["requestContext"]["requestId"]
    log_request(event, status, started, cold, notes)
    return reply


def received(event: Event, notes: Notes) -> Reply:
    """Check that it is Slack's, and answer."""
    if (retry := retry_of(event)) is not None:
        notes["slack_retry"] = retry
    try:
        body = signed_body(event, secrets(), int(time.time()))
    except (NotSlack, SecretsUnavailable) as error:
        if is_ssl_check(event):
            return empty()
        notes["problem"] = type(error).__name__
        return refusal(401 if isinstance(error, NotSlack) else 503)
    try:
        if event["routeKey"] == "POST /slack/commands":
            return command(body, notes)
        return interaction(body, notes)
    except MalformedRequest as error:
        notes["problem"] = type(error).__name__
        return notice("This is not what Slack sends.")


def command(body: bytes, notes: Notes) -> Reply:
    """``/tariff``: answered at once, from the price book in memory."""
    form = read_form(body)
    if form.get("ssl_check") == "1":
        return empty()
    sent = slash_command(form)
    if not slack_settings.workspaces() & {sent.team, sent.enterprise}:
        notes["problem"] = "WorkspaceNotAllowed"
        return notice("Tariff does not answer in this workspace. Its administrator can allow it.")
    from pricing.slack.blocks import ephemeral
    from pricing.slack.dispatch import answer

    answered = answer(sent.text, book_of, datetime.now(UTC), slack_settings.summary_of)
    notes["slack_command"] = answered.command
    if answered.problem:
        notes["problem"] = answered.problem
    if answered.card.pricing:
        notes["pricing_version"] = answered.card.pricing.version
        notes["stale"] = answered.card.pricing.stale
    return message_reply(ephemeral(answered.card, slack_settings.page_url()))


def interaction(body: bytes, notes: Notes) -> Reply:
    """A button: acknowledged at once, shared from the queue."""
    click = share_click(read_form(body))
    if click is None or not slack_settings.workspaces() & {click.team, click.enterprise}:
        return empty()
    from pricing.slack.share import ShareJob

    job = ShareJob.of(click, body)
    if job is None:
        notes["problem"] = "NotShareable"
        return empty()
    queue = later()
    if queue is not None:
        try:
            queue.send(job)
        except StoreUnavailable:
            notes["problem"] = "QueueUnavailable"  # then at once, while Slack waits
        else:
            notes["slack_share"] = "queued"
            return empty()
    notes["slack_share"] = slack_settings.sharing(book_of).share(job, datetime.now(UTC))
    return empty()


def work(event: Event) -> None:
    """Shares from the queue; an error leaves them there, to be tried again."""
    from pricing.slack.share import ShareJob

    for record in event["Records"]:
        notes: Notes = {"slack_share": "failed"}
        started = time.perf_counter()
        told = {"routeKey": "SQS", "requestContext": {"requestId": record["messageId"]}}
        status = 500
        try:
            job = ShareJob.from_json(record["body"])
            notes["slack_share"] = slack_settings.sharing(book_of).share(job, datetime.now(UTC))
            status = 200
        except Exception as error:
            notes["problem"] = type(error).__name__
            raise
        finally:
            log_request(told, status, started, bool(_cold and _cold.pop()), notes)


def book_of(reference: str) -> BookInForce:
    """The price book a version means."""
    return books().in_force(reference, datetime.now(UTC))
