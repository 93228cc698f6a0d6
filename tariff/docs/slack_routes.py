"""Slack's two routes in the OpenAPI document: a form in, Block Kit out.

They are described by hand, since they have no request or answer type of Tariff's: Slack decides
what it sends, and the answer is a message.
"""

from collections.abc import Mapping
from typing import Any

from tariff.docs import prose as words

Schema = dict[str, Any]

FORM = "application/x-www-form-urlencoded"
JSON = "application/json"
TAG = "Slack"

_SIGNED = (
    ("X-Slack-Request-Timestamp", "When Slack signed the request; at most 300 seconds from now."),
    ("X-Slack-Signature", "`v0=` and the HMAC-SHA256 of `v0:<timestamp>:<body>` in hex."),
)

SCHEMAS: Mapping[str, Schema] = {
    "SlackCommand": {
        "type": "object",
        "description": "A slash command as Slack sends it; fields that are not used are left out.",
        "required": ["team_id", "text"],
        "properties": {
            "team_id": {"type": "string", "description": "The workspace; it must be allowed."},
            "enterprise_id": {
                "type": "string",
                "description": "Its organisation, which may be allowed instead.",
            },
            "text": {
                "type": "string",
                "description": "What was typed behind `/tariff`: `estimate sonnet 2k in 1k out`.",
            },
            "ssl_check": {
                "type": "string",
                "description": "`1` when Slack only probes the certificate; then unsigned.",
            },
        },
    },
    "SlackInteraction": {
        "type": "object",
        "description": "A press of a button as Slack sends it.",
        "required": ["payload"],
        "properties": {
            "payload": {
                "type": "string",
                "description": "JSON: who pressed which button, and where to answer.",
            }
        },
    },
    "SlackMessage": {
        "type": "object",
        "description": "A message for whoever asked, as Slack's Block Kit defines it.",
        "required": ["response_type", "text"],
        "properties": {
            "response_type": {
                "const": "ephemeral",
                "type": "string",
                "description": "Only the sender sees it.",
            },
            "text": {"type": "string", "description": "What a notification says."},
            "mrkdwn": {"type": "boolean", "description": "Always false: nothing is markup."},
            "blocks": {
                "type": "array",
                "items": {"type": "object"},
                "description": "What is shown; absent from a message of a few words.",
            },
        },
    },
}


def paths() -> dict[str, Schema]:
    """The Path Item Object of each route."""
    return {
        "/slack/commands": {
            "post": _operation(
                "postSlackCommands",
                "A slash command, answered in words, tables and figures.",
                "SlackCommand",
                {"text": "estimate sonnet 2k in 1k out", "team_id": "T0123ABCD"},
                {"description": "The answer.", "content": {JSON: {"schema": _ref("SlackMessage")}}},
            )
        },
        "/slack/interactions": {
            "post": _operation(
                "postSlackInteractions",
                "A press of Share, which shows an answer to the channel.",
                "SlackInteraction",
                {"payload": '{"type": "block_actions", "actions": [{"action_id": "share"}]}'},
                {
                    "description": "Received. The message goes to the payload's `response_url`.",
                    "content": {JSON: {"schema": {"type": "string", "maxLength": 0}}},
                },
            )
        },
    }


def _operation(
    name: str, summary: str, body: str, example: Mapping[str, str], answer: Schema
) -> Schema:
    headers = {"x-request-id": {"$ref": "#/components/headers/RequestId"}}
    retry = {"retry-after": {"$ref": "#/components/headers/RetryAfter"}}
    throttled = {
        "description": words.THROTTLED,
        "content": {JSON: {"schema": _ref("GatewayMessage")}},
    }
    return {
        "operationId": name,
        "summary": summary,
        "tags": [TAG],
        "security": [],
        "parameters": [
            {
                "name": header,
                "in": "header",
                "required": False,
                "description": text,
                "schema": {"type": "string"},
            }
            for header, text in _SIGNED
        ],
        "requestBody": {
            "required": True,
            "content": {
                FORM: {"schema": _ref(body), "examples": {"sent": {"value": dict(example)}}}
            },
        },
        "responses": {
            "200": {**answer, "headers": headers},
            "401": {"description": "Nothing proves that the request is Slack's. There is no body."},
            "429": throttled,
            "503": {
                "description": "There is no signing secret to check it with.",
                "headers": retry,
            },
        },
    }


def _ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}
