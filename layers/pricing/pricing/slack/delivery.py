"""Messages to Slack: answers to a ``response_url``, and notices to an incoming webhook.

They go to Slack's own hosts only, once, and follow no redirect.
"""

from __future__ import annotations

import http.client
import json
import re
import ssl
from collections.abc import Callable, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from pricing.aws.environment import sdk_client
from pricing.aws.settings import settings
from pricing.errors import TariffError

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.parameters import SSMProvider

ANSWER_TIMEOUT_SECONDS = 2.0
NOTICE_TIMEOUT_SECONDS = 5.0
#: Slack's hosts for both, the second for its US government cloud.
HOSTS = ("hooks.slack.com", "hooks.slack-gov.com")
#: A pattern of the whole address: parsers differ in which host they see in a malformed one.
_RESPONSE_URL = re.compile(
    rf"https://(?P<host>{'|'.join(map(re.escape, HOSTS))})(?P<path>/[A-Za-z0-9/_-]{{1,500}})"
)
_ENOUGH_BYTES = 1000
_HEADERS = {"content-type": "application/json; charset=utf-8"}


class NotDelivered(Exception):
    """The message did not arrive, or, if not ``certain``, may have arrived."""

    def __init__(self, reason: str, *, certain: bool) -> None:
        super().__init__(reason)
        self.certain = certain


class WebhookFailed(TariffError):
    """The notice did not reach Slack; the prices are active all the same."""


def is_slacks(response_url: str) -> bool:
    """Tell whether an address is one that Slack gives out for answers."""
    return _RESPONSE_URL.fullmatch(response_url) is not None


class Delivery:
    """Posts to response URLs. ``endpoint`` replaces Slack's hosts where there is no Slack."""

    def __init__(self, endpoint: str = "") -> None:
        self._endpoint = endpoint

    def post(self, response_url: str, message: Mapping[str, Any]) -> None:
        """Deliver once; raises NotDelivered, also for an address that is not Slack's."""
        match = _RESPONSE_URL.fullmatch(response_url)
        if match is None:
            raise NotDelivered("the response_url is not Slack's", certain=True)
        connection = (
            http.client.HTTPConnection(
                urlsplit(self._endpoint).netloc, timeout=ANSWER_TIMEOUT_SECONDS
            )
            if self._endpoint
            else _slack(match["host"], ANSWER_TIMEOUT_SECONDS)
        )
        _send(connection, match["path"], message)


def tell(compose: Callable[[], str | None]) -> None:
    """Post the text that ``compose`` returns, if any, where a webhook is configured.

    Raises WebhookFailed.
    """
    parameter = settings.notice_parameter
    text = compose() if parameter else None
    if parameter and text:
        post(webhook_url(parameter), text)


def webhook_url(parameter: str) -> str:
    """Return the webhook's URL, a secret, from the Systems Manager parameter of this name."""
    from aws_lambda_powertools.utilities.parameters.exceptions import GetParameterError

    try:
        return str(_parameters().get(parameter, decrypt=True))
    except GetParameterError as error:
        cause = type(error.__context__).__name__
        raise WebhookFailed(f"the webhook's parameter: {cause}") from None


@cache
def _parameters() -> SSMProvider:
    """Return Powertools' reader of parameters, which keeps each for five minutes."""
    from aws_lambda_powertools.utilities.parameters import SSMProvider  # with boto3

    return SSMProvider(boto3_client=sdk_client("ssm"))


def post(url: str, text: str) -> None:
    """Send mrkdwn text; raises WebhookFailed. No message contains the URL: it is the secret."""
    parts = urlsplit(url)
    if parts.scheme != "https" or parts.netloc not in HOSTS:
        raise WebhookFailed("the webhook is not on Slack's host")
    message = {"text": text, "unfurl_links": False, "unfurl_media": False}
    try:
        _send(_slack(parts.netloc, NOTICE_TIMEOUT_SECONDS), parts.path, message)
    except NotDelivered as error:
        raise WebhookFailed(str(error)) from None


def _slack(host: str, timeout_seconds: float) -> http.client.HTTPSConnection:
    return http.client.HTTPSConnection(host, timeout=timeout_seconds, context=_tls())


@cache
def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()


def _send(connection: http.client.HTTPConnection, path: str, message: Mapping[str, Any]) -> None:
    """Post JSON, and close the connection; raises NotDelivered unless Slack answers 200."""
    body = json.dumps(message).encode()
    try:
        try:
            connection.connect()
        except (OSError, http.client.HTTPException) as error:
            raise NotDelivered(type(error).__name__, certain=True) from error
        try:
            connection.request("POST", path, body, _HEADERS)
            response = connection.getresponse()
            response.read(_ENOUGH_BYTES)
        except (OSError, http.client.HTTPException) as error:
            raise NotDelivered(type(error).__name__, certain=False) from error
    finally:
        connection.close()
    if response.status != http.client.OK:
        raise NotDelivered(f"Slack answered {response.status}", certain=True)
