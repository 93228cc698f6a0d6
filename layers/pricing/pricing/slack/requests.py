"""Slack's requests: verify the signature, read the form, and build the replies."""

import base64
import binascii
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from pricing.errors import MalformedRequest, TariffError
from pricing.jsonio import read_json
from pricing.slack.signing import SigningSecrets, is_signed
from pricing.values import immutable

Event = Mapping[str, Any]
Reply = dict[str, Any]

#: Slack's own requests have a few kilobytes. Larger ones are neither hashed nor read.
MAX_BODY_BYTES = 256 * 1024


class NotSlack(TariffError):
    """The request has no valid signature of Slack."""


def raw_body(event: Event) -> bytes:
    """The bytes that were sent and signed; raises NotSlack for what Slack cannot have sent."""
    text = event.get("body") or ""
    if len(text) > MAX_BODY_BYTES * 4 // 3 + 4:
        raise NotSlack("The body is larger than Slack's requests are.")
    if not event.get("isBase64Encoded"):
        body = text.encode(errors="surrogatepass")
    else:
        try:
            body = base64.b64decode(text, validate=True)
        except (binascii.Error, ValueError):
            raise NotSlack("The body is not valid base64.") from None
    if len(body) > MAX_BODY_BYTES:
        raise NotSlack("The body is larger than Slack's requests are.")
    return bytes(body)


def signed_body(event: Event, secrets: SigningSecrets, now_seconds: int) -> bytes:
    """The body of a request that Slack signed; raises NotSlack, or SecretsUnavailable."""
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
    raise NotSlack("The request has no signature of this app from the last five minutes.")


def is_ssl_check(event: Event) -> bool:
    """Whether this is Slack's certificate probe, which is not signed; any answer will do."""
    try:
        return read_form(raw_body(event)).get("ssl_check") == "1"
    except (MalformedRequest, NotSlack):
        return False


def retry_of(event: Event) -> int | None:
    """The number of Slack's retry; None for a first delivery."""
    number = (event.get("headers") or {}).get("x-slack-retry-num", "")
    return int(number) if number.isascii() and number.isdigit() and len(number) < 4 else None  # noqa: PLR2004


def message_reply(message: Mapping[str, Any]) -> Reply:
    """Reply with a message."""
    return _reply(200, json.dumps(message, ensure_ascii=False, separators=(",", ":")))


def notice(text: str) -> Reply:
    """Reply with a plain sentence, for the sender only."""
    return message_reply({"response_type": "ephemeral", "text": text})


def empty() -> Reply:
    """Acknowledge a request without a message."""
    return _reply(200, "")


def refusal(status: int) -> Reply:
    """Refuse without a reason, since the sender may not be Slack."""
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


MAX_FIELDS = 100
SHARE = "share"


@immutable
class SlashCommand:
    """``/tariff <text>``, as typed in a workspace."""

    team: str
    enterprise: str
    text: str


@immutable
class ShareClick:
    """A press of a card's share button; ``value`` is the button's own."""

    team: str
    enterprise: str
    user: str
    value: str
    response_url: str


def read_form(body: bytes) -> dict[str, str]:
    """Read the fields of an ``application/x-www-form-urlencoded`` body.

    Raises MalformedRequest for anything else: bytes that are not UTF-8 before or after decoding,
    a field without ``=``, a repeated field, or more than 100 fields.
    """
    try:
        pairs = parse_qsl(
            body.decode(),
            keep_blank_values=True,
            strict_parsing=True,
            max_num_fields=MAX_FIELDS,
            errors="strict",
        )
    except ValueError:
        raise MalformedRequest("The body is not a form.") from None
    form = dict(pairs)
    if len(form) != len(pairs):
        raise MalformedRequest("The form repeats a field.")
    return form


def slash_command(form: Mapping[str, str]) -> SlashCommand:
    """The command in a form; fields that Slack did not send are empty."""
    return SlashCommand(
        team=form.get("team_id", ""),
        enterprise=form.get("enterprise_id", ""),
        text=form.get("text", ""),
    )


def share_click(form: Mapping[str, str]) -> ShareClick | None:
    """Return the press of a share button; None for every other interaction.

    Raises MalformedRequest if the payload is not JSON.
    """
    try:
        payload = read_json(form.get("payload", "").encode())
    except TariffError:
        raise MalformedRequest("The payload is not JSON.") from None
    actions = _member(payload, "actions")
    action = actions[0] if isinstance(actions, list) and actions else None
    if _member(payload, "type") != "block_actions" or _member(action, "action_id") != SHARE:
        return None
    user = _member(payload, "user")
    return ShareClick(
        team=_text(_member(payload, "team"), "id"),
        enterprise=_text(_member(payload, "enterprise"), "id"),
        user=_text(user, "username") or _text(user, "name"),
        value=_text(action, "value"),
        response_url=_text(payload, "response_url"),
    )


def _member(value: Any, name: str) -> Any:
    return value.get(name) if isinstance(value, dict) else None


def _text(value: Any, name: str) -> str:
    found = _member(value, name)
    return found if isinstance(found, str) else ""
