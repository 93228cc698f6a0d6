"""A press of the share button, as Slack sends it."""

import json
from typing import Any
from urllib.parse import urlencode

from tariff.serve.slack import RESPONSE_URL, TEAM


def share_body(value: str, *, trigger: str = "1.2.local", team: str = TEAM) -> bytes:
    """Return the form that Slack sends when a user presses the share button."""
    payload: dict[str, Any] = {
        "type": "block_actions",
        "user": {"id": "U0LOCAL", "username": "local", "name": "local", "team_id": team},
        "api_app_id": "A0LOCAL",
        "token": "deprecated",
        "container": {"type": "message", "message_ts": "1.2", "is_ephemeral": True},
        "trigger_id": trigger,
        "team": {"id": team, "domain": "local"},
        "enterprise": None,
        "is_enterprise_install": False,
        "channel": {"id": "C0LOCAL", "name": "general"},
        "state": {"values": {}},
        "response_url": RESPONSE_URL.replace("commands", "actions"),
        "actions": [
            {
                "action_id": "share",
                "block_id": "b",
                "type": "button",
                "text": {"type": "plain_text", "text": "Share", "emoji": False},
                "value": value,
                "action_ts": "1.2",
            }
        ],
    }
    return urlencode({"payload": json.dumps(payload)}).encode()
