"""Slack's side of a local Tariff: signed requests as Slack sends them.

The local gateway answers loopback only, so its signing secret need not be secret.
"""

import hashlib
import hmac
import os
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from tariff.serve.api_gateway_events import HttpRequest, event_from
from tariff.serve.routes import Match, Route

SIGNING_SECRET = "local-signing-secret"  # noqa: S105
TEAM = "T0LOCAL"
#: The settings with which a local function answers Slack.
SETTINGS = {"TARIFF_SLACK_SIGNING_SECRETS": SIGNING_SECRET, "TARIFF_SLACK_WORKSPACES": TEAM}
COMMANDS, INTERACTIONS = "/slack/commands", "/slack/interactions"
FORM = "application/x-www-form-urlencoded"
RESPONSE_URL = "https://hooks.slack.com/commands/T0LOCAL/1/local"


def prepare_environment() -> None:
    """Set the settings, unless they are set, so that this process's functions answer Slack."""
    for name, value in SETTINGS.items():
        os.environ.setdefault(name, value)


def command_body(text: str) -> bytes:
    """Return the form of ``/tariff <text>``, with the fields that Slack documents."""
    return urlencode(
        {
            "token": "deprecated",
            "team_id": TEAM,
            "team_domain": "local",
            "channel_id": "C0LOCAL",
            "channel_name": "general",
            "user_id": "U0LOCAL",
            "user_name": "local",
            "command": "/tariff",
            "text": text,
            "api_app_id": "A0LOCAL",
            "is_enterprise_install": "false",
            "response_url": RESPONSE_URL,
            "trigger_id": "1.2.local",
        }
    ).encode()


def signed(body: bytes, *, secret: str = SIGNING_SECRET, at: int | None = None) -> dict[str, str]:
    """Return the headers that Slack sends with a body."""
    timestamp = str(int(time.time()) if at is None else at)
    message = f"v0:{timestamp}:".encode() + body
    signature = hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()
    return {
        "content-type": FORM,
        "user-agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
        "x-slack-request-timestamp": timestamp,
        "x-slack-signature": f"v0={signature}",
    }


def event_of(path: str, body: bytes, headers: Mapping[str, str]) -> dict[str, Any]:
    """Return the event API Gateway makes of such a request: a form arrives as base64."""
    request = HttpRequest(
        method="POST",
        target=path,
        protocol="HTTP/1.1",
        headers=(("host", "example.test"), *headers.items()),
        body=body,
        source_ip="203.0.113.7",
        port=443,
    )
    match = Match(Route("POST", path, "SlackFunction"), {})
    return event_from(request, match, request_id="Jc3XHiVOliAEJ8g=", now=datetime.now(UTC))
