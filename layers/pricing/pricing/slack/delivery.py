"""Messages to a ``response_url``: Slack's hosts only, no redirects, two seconds."""

from __future__ import annotations

import http.client
import json
import os
import re
import ssl
from collections.abc import Callable, Mapping
from functools import cache, cached_property
from typing import Any
from urllib.parse import urlsplit

from pricing.aws.timeouts import ANSWERING
from pricing.errors import TariffError

TIMEOUT_SECONDS = 2.0
#: Slack's hosts for response URLs, the second for its US government cloud. A pattern over the
#: whole address, since parsers differ in what they take for the host of an odd one.
_RESPONSE_URL = re.compile(
    r"https://(?P<host>hooks\.slack(?:-gov)?\.com)(?P<path>/[A-Za-z0-9/_-]{1,500})"
)
_ENOUGH_BYTES = 1000


class NotDelivered(Exception):
    """The message did not arrive, or, where not ``certain``, may or may not have."""

    def __init__(self, reason: str, *, certain: bool) -> None:
        super().__init__(reason)
        self.certain = certain


def is_slacks(response_url: str) -> bool:
    """Whether an address is one that Slack gives out for answers."""
    return _RESPONSE_URL.fullmatch(response_url) is not None


class Delivery:
    """Posts to response URLs. ``endpoint`` stands in for Slack's hosts where there is no Slack."""

    def __init__(self, endpoint: str | None = None) -> None:
        self._endpoint = endpoint

    def post(self, response_url: str, message: Mapping[str, Any]) -> None:
        """Deliver once; raises NotDelivered, also for an address that is not Slack's."""
        match = _RESPONSE_URL.fullmatch(response_url)
        if match is None:
            raise NotDelivered("the response_url is not Slack's", certain=True)
        body = json.dumps(message).encode()
        connection = self._connection(match["host"])
        try:
            try:
                connection.connect()
            except (OSError, http.client.HTTPException) as error:
                raise NotDelivered(type(error).__name__, certain=True) from error
            try:
                connection.request("POST", match["path"], body, _HEADERS)
                response = connection.getresponse()
                response.read(_ENOUGH_BYTES)
            except (OSError, http.client.HTTPException) as error:
                raise NotDelivered(type(error).__name__, certain=False) from error
        finally:
            connection.close()
        if response.status != http.client.OK:
            raise NotDelivered(f"Slack answered {response.status}", certain=True)

    def _connection(self, host: str) -> http.client.HTTPConnection:
        if self._endpoint is not None:
            netloc = urlsplit(self._endpoint).netloc
            return http.client.HTTPConnection(netloc, timeout=TIMEOUT_SECONDS)
        return http.client.HTTPSConnection(host, timeout=TIMEOUT_SECONDS, context=self._tls)

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        return ssl.create_default_context()


_HEADERS = {"content-type": "application/json; charset=utf-8"}


HOSTS = {"hooks.slack.com", "hooks.slack-gov.com"}
WEBHOOK_TIMEOUT_SECONDS = 5.0


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
    connection = http.client.HTTPSConnection(parts.netloc, timeout=WEBHOOK_TIMEOUT_SECONDS)
    try:
        connection.request("POST", parts.path, body, {"Content-Type": "application/json"})
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException) as error:
        raise WebhookFailed(type(error).__name__) from None
    finally:
        connection.close()
    if status != http.client.OK:
        raise WebhookFailed(f"status {status}")
