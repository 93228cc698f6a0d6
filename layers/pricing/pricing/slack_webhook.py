"""Posting to a Slack incoming webhook: Slack's own host over HTTPS, and nowhere else."""

from __future__ import annotations

import http.client
import json
import os
from collections.abc import Callable
from functools import cache
from urllib.parse import urlsplit

from pricing.aws_patience import ANSWERING
from pricing.errors import TariffError

HOSTS = {"hooks.slack.com", "hooks.slack-gov.com"}
TIMEOUT_SECONDS = 5.0


#: Names the SSM parameter that holds the webhook. Not set, or empty: nobody is told.
PARAMETER = "TARIFF_NOTICE_PARAMETER"


class WebhookFailed(TariffError):
    """The notice did not reach Slack; the prices are in force all the same."""


def tell(compose: Callable[[], str | None]) -> None:
    """Post what ``compose`` says, where a webhook is configured; None is nothing to say.

    Raises WebhookFailed.
    """
    parameter = os.environ.get(PARAMETER)
    text = compose() if parameter else None
    if parameter and text:
        post(webhook_url(parameter), text)


@cache
def webhook_url(parameter: str) -> str:
    """The webhook's URL, a secret, from the SSM parameter of this name."""
    import boto3
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        client = boto3.client("ssm", config=ANSWERING.config())
        answer = client.get_parameter(Name=parameter, WithDecryption=True)
    except (BotoCoreError, ClientError) as error:
        raise WebhookFailed(f"the webhook's parameter: {type(error).__name__}") from None
    return str(answer["Parameter"]["Value"])


def post(url: str, text: str) -> None:
    """Send mrkdwn text; raises WebhookFailed. No message names the URL: it is the secret."""
    parts = urlsplit(url)
    if parts.scheme != "https" or parts.netloc not in HOSTS:
        raise WebhookFailed("the webhook is not on Slack's host")
    body = json.dumps({"text": text, "unfurl_links": False, "unfurl_media": False})
    connection = http.client.HTTPSConnection(parts.netloc, timeout=TIMEOUT_SECONDS)
    try:
        connection.request("POST", parts.path, body, {"Content-Type": "application/json"})
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException) as error:
        raise WebhookFailed(type(error).__name__) from None
    finally:
        connection.close()
    if status != http.client.OK:
        raise WebhookFailed(f"status {status}")
