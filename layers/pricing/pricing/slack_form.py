"""What Slack posts: a form, and inside an interaction's form a JSON document."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from pricing.errors import MalformedRequest, TariffError
from pricing.json_door import read_json

MAX_FIELDS = 100
SHARE = "share"


@dataclass(frozen=True, slots=True)
class SlashCommand:
    """``/tariff <text>`` as a member of a workspace typed it."""

    team: str
    enterprise: str
    text: str


@dataclass(frozen=True, slots=True)
class ShareClick:
    """Somebody pressed a card's share button; ``value`` is what we put on it."""

    team: str
    enterprise: str
    user: str
    value: str
    response_url: str


def read_form(body: bytes) -> dict[str, str]:
    """The fields of an ``application/x-www-form-urlencoded`` body.

    Raises MalformedRequest for anything else: bytes that are not UTF-8 before or after decoding,
    a field without ``=``, a field twice, or more than 100 of them.
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
        raise MalformedRequest("The form has a field twice.")
    return form


def slash_command(form: Mapping[str, str]) -> SlashCommand:
    """The command a form holds; what Slack did not send is empty."""
    return SlashCommand(
        team=form.get("team_id", ""),
        enterprise=form.get("enterprise_id", ""),
        text=form.get("text", ""),
    )


def share_click(form: Mapping[str, str]) -> ShareClick | None:
    """The press of a share button, or None for every other interaction.

    Raises MalformedRequest when the payload is not JSON.
    """
    try:
        payload = read_json(form.get("payload", "").encode())
    except TariffError:
        raise MalformedRequest("The payload is not JSON.") from None
    action = _first(_member(payload, "actions"))
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


def _first(value: Any) -> Any:
    return value[0] if isinstance(value, list) and value else None


def _text(value: Any, name: str) -> str:
    found = _member(value, name)
    return found if isinstance(found, str) else ""
