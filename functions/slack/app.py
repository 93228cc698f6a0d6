"""``POST /slack/commands`` and ``/slack/interactions``: Tariff in Slack, and the shares it queues.

Nothing in a request is acted on before its signature is checked. A wrong command
is answered with 200 and a message for its sender only: Slack shows nothing of another status.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from pricing.api.request_log import RequestLog, note_problem
from pricing.aws.logs import correlate
from pricing.aws.settings import settings
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

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
    from aws_lambda_powertools.utilities.typing import LambdaContext

    from pricing.slack.share import Sharing

Notes = dict[str, Any]

secrets = cache(slack_settings.signing_secrets)
books = cache(slack_settings.books)
later = cache(slack_settings.later)
log = RequestLog()


def lambda_handler(event: Event, context: LambdaContext) -> Mapping[str, Any]:
    """Answer a request from Slack, or deliver shares from the queue."""
    if "Records" in event:
        return share_all(dict(event), context)
    notes: Notes = {}
    started = time.perf_counter()
    request_id = event["requestContext"]["requestId"]
    correlate(request_id)
    try:
        reply = received(event, notes)
        status = int(reply["statusCode"])
    except Exception as error:  # noqa: BLE001 - users must not see a stack trace
        reply, status = notice("Something went wrong on our side. Try again in a minute."), 500
        note_problem(error, notes, ours=True)
    reply["headers"]["x-request-id"] = request_id
    log.write(event, status, started, notes)
    return reply


def received(event: Event, notes: Notes) -> Reply:
    """Check that the request is Slack's, and answer it."""
    if (retry := retry_of(event)) is not None:
        notes["slack_retry"] = retry
    try:
        body = signed_body(event, secrets(), int(time.time()))
    except (NotSlack, SecretsUnavailable) as error:
        if is_ssl_check(event):
            return empty()
        status = 401 if isinstance(error, NotSlack) else 503
        note_problem(error, notes, ours=status == 503)  # noqa: PLR2004 - a status is its own name
        return refusal(status)
    try:
        if event["routeKey"] == "POST /slack/commands":
            return command(body, notes)
        return interaction(body, notes)
    except MalformedRequest as error:
        note_problem(error, notes, ours=False)
        return notice("This is not what Slack sends.")


def command(body: bytes, notes: Notes) -> Reply:
    """``/tariff``: answered at once, from the price book in memory."""
    form = read_form(body)
    if form.get("ssl_check") == "1":
        return empty()
    sent = slash_command(form)
    if not settings.slack_workspaces & {sent.team, sent.enterprise}:
        notes["problem"] = "WorkspaceNotAllowed"
        return notice("Tariff does not answer in this workspace. Its administrator can allow it.")
    from pricing.slack.blocks import ephemeral
    from pricing.slack.dispatch import answer

    answered = answer(
        sent.text, book_of, datetime.now(UTC), slack_settings.summary_of, slack_settings.currency_of
    )
    notes["slack_command"] = answered.command
    if answered.problem:
        notes["problem"] = answered.problem
    if answered.card.pricing:
        notes["pricing_version"] = answered.card.pricing.version
        notes["stale"] = answered.card.pricing.stale
    return message_reply(ephemeral(answered.card, settings.page_url))


def interaction(body: bytes, notes: Notes) -> Reply:
    """A button: acknowledged at once, shared from the queue."""
    click = share_click(read_form(body))
    if click is None or not settings.slack_workspaces & {click.team, click.enterprise}:
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
    notes["slack_share"] = sharing().share(job, datetime.now(UTC))
    return empty()


def share_all(event: dict[str, Any], context: LambdaContext) -> Mapping[str, Any]:
    """Shares from the queue; those that failed are named, and SQS delivers them again."""
    from aws_lambda_powertools.utilities.batch import (
        BatchProcessor,
        EventType,
        process_partial_response,
    )

    processor = BatchProcessor(EventType.SQS, raise_on_entire_batch_failure=False)
    return process_partial_response(event, share, processor, context)


def share(record: SQSRecord) -> None:
    """One share; raises what keeps it in the queue."""
    from pricing.slack.share import ShareJob

    notes: Notes = {"slack_share": "failed"}
    started, status = time.perf_counter(), 200
    correlate(record.message_id)
    try:
        job = ShareJob.from_json(record.body)
        notes["slack_share"] = sharing().share(job, datetime.now(UTC))
    except Exception as error:
        status = 500
        note_problem(error, notes, ours=True)
        raise
    finally:
        request = {"routeKey": "SQS", "requestContext": {"requestId": record.message_id}}
        log.write(request, status, started, notes)


@cache
def sharing() -> Sharing:
    """What shares need, made by the first of them."""
    return slack_settings.sharing(book_of)


def book_of(reference: str) -> BookInForce:
    """The price book a version means, with the deployment's rate card."""
    return slack_settings.with_default_card(books().in_force(reference, datetime.now(UTC)))
