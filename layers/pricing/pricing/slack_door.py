"""What comes in from Slack: proved to be Slack's, from a workspace that may ask, and read."""

import base64
import binascii
import json
from collections.abc import Mapping
from typing import Any

from pricing.errors import MalformedRequest, TariffError
from pricing.slack_form import read_form
from pricing.slack_secrets import SigningSecrets
from pricing.slack_signature import is_signed

Event = Mapping[str, Any]
Reply = dict[str, Any]

#: Slack's own requests have a few kilobytes. Nothing larger is hashed or read.
MAX_BODY_BYTES = 256 * 1024


class NotSlack(TariffError):
    """Nothing proves that a request is Slack's."""


def raw_body(event: Event) -> bytes:
    """The bytes that were sent, which are what is signed; raises NotSlack where they cannot be."""
    text = event.get("body") or ""
    if len(text) > MAX_BODY_BYTES * 4 // 3 + 4:
        raise NotSlack("The body is larger than any of Slack's.")
    if not event.get("isBase64Encoded"):
        body = text.encode(errors="surrogatepass")
    else:
        try:
            body = base64.b64decode(text, validate=True)
        except (binascii.Error, ValueError):
            raise NotSlack("The body is not what its base64 encoding says.") from None
    if len(body) > MAX_BODY_BYTES:
        raise NotSlack("The body is larger than any of Slack's.")
    return bytes(body)


def signed_body(event: Event, secrets: SigningSecrets, now_seconds: int) -> bytes:
    """The bytes of a request that Slack signed; raises NotSlack, or SecretsUnavailable."""
    body = raw_body(event)
    headers = event.get("headers") or {}
    timestamp = headers.get("x-slack-request-timestamp")
    signature = headers.get("x-slack-signature")
    known = secrets.current()
    if is_signed(body, timestamp, signature, secrets=known, now_seconds=now_seconds):
        return body
    others = secrets.changed()
    if is_signed(body, timestamp, signature, secrets=others, now_seconds=now_seconds):
        return body
    raise NotSlack("No secret of this app signed the request within five minutes.")


def is_ssl_check(event: Event) -> bool:
    """Slack's probe of the certificate, which it does not sign; it wants any answer."""
    try:
        return read_form(raw_body(event)).get("ssl_check") == "1"
    except (MalformedRequest, NotSlack):
        return False


def retry_of(event: Event) -> int | None:
    """Which retry Slack says this is; None for a first delivery."""
    number = (event.get("headers") or {}).get("x-slack-retry-num", "")
    return int(number) if number.isascii() and number.isdigit() and len(number) < 4 else None  # noqa: PLR2004


def message_reply(message: Mapping[str, Any]) -> Reply:
    """A message as the answer to the request itself."""
    return _reply(200, json.dumps(message, ensure_ascii=False, separators=(",", ":")))


def notice(text: str) -> Reply:
    """A few words of ours, for the sender only."""
    return message_reply({"response_type": "ephemeral", "text": text})


def empty() -> Reply:
    """Received; there is nothing to say."""
    return _reply(200, "")


def refusal(status: int) -> Reply:
    """Not answered, and not told why: whoever asks is not known to be Slack."""
    reply = _reply(status, "")
    if status == 503:  # noqa: PLR2004 - a status code is its own name
        reply["headers"]["retry-after"] = "5"
    return reply


def _reply(status: int, body: str) -> Reply:
    headers = {
        "content-type": "application/json",
        "cache-control": "no-store",
        "x-content-type-options": "nosniff",
    }
    return {"statusCode": status, "headers": headers, "body": body}
