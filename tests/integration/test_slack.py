"""Slack's requests through the handler: who is answered, with what, and what a log line says."""

import base64
import json
import time
from collections.abc import Callable, Mapping
from typing import Any
from unittest import mock

import pytest
from slack_sdk.signature import SignatureVerifier

from pricing.errors import StoreUnavailable
from pricing.slack import settings as slack_settings
from tariff.serve import slack
from tests.support import block_kit
from tests.support.handlers import Event, Handler, Logged, handler
from tests.support.slack_button import share_body

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
NEW_SECRET = "0123456789abcdef0123456789abcdef"


@pytest.fixture(autouse=True)
def configured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TARIFF_SLACK_SIGNING_SECRETS", f"{NEW_SECRET},{SECRET}")
    monkeypatch.setenv("TARIFF_SLACK_WORKSPACES", f"{slack.TEAM},E0ORG")


@pytest.fixture
def to() -> Handler:
    return handler("slack")


def sent(
    body: bytes,
    path: str = slack.COMMANDS,
    *,
    secret: str = SECRET,
    at: int | None = None,
    **headers: str,
) -> dict[str, Any]:
    """The event of a request that slack_sdk's own generator signed."""
    timestamp = str(int(time.time()) if at is None else at)
    signature = SignatureVerifier(secret).generate_signature(timestamp=timestamp, body=body)
    signed = slack.signed(body) | {
        "x-slack-request-timestamp": timestamp,
        "x-slack-signature": str(signature),
    }
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return slack.event_of(path, body, signed | named)


def command(text: str, **changes: Any) -> dict[str, Any]:
    return sent(slack.command_body(text), **changes)


def message(reply: Mapping[str, Any]) -> Any:
    assert reply["statusCode"] == 200
    return json.loads(reply["body"])


def title(reply: Mapping[str, Any]) -> str:
    found = message(reply)["blocks"][0]["text"]["text"]
    assert isinstance(found, str)
    return found


def printed(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    line = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert isinstance(line, dict)
    return line


def test_a_command_is_answered_in_the_reply_for_its_sender_only(to: Handler) -> None:
    reply = to(command("estimate sonnet 2k in 1k out 50k cached x100 batch"), None)

    assert reply["headers"]["content-type"] == "application/json"
    assert message(reply)["response_type"] == "ephemeral"
    assert title(reply) == "$0.95 for 100 calls, batch"
    assert block_kit.faults(message(reply)) == []


@pytest.mark.parametrize("name", ["slack_command", "slack_interaction"])
def test_a_recorded_request_is_too_old_by_now(to: Handler, event: Event, name: str) -> None:
    assert to(event(name), None)["statusCode"] == 401


def test_a_recorded_command_is_answered_at_the_moment_it_was_signed(
    to: Handler, event: Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorded = event("slack_command")
    at = int(recorded["headers"]["x-slack-request-timestamp"])
    monkeypatch.setenv("TARIFF_SLACK_SIGNING_SECRETS", slack.SIGNING_SECRET)

    with mock.patch("time.time", return_value=float(at)):
        assert title(to(recorded, None)) == "$0.014 for one call"


@pytest.mark.parametrize("secret", [SECRET, NEW_SECRET])
def test_either_secret_is_good_during_a_rotation(to: Handler, secret: str) -> None:
    assert message(to(command("help", secret=secret), None))


def test_a_body_that_comes_as_text_is_checked_as_well_as_one_in_base64(to: Handler) -> None:
    as_base64 = command("estimate sonnet 2k in")
    body = base64.b64decode(as_base64["body"]).decode()

    assert as_base64["isBase64Encoded"] is True
    as_text = {**as_base64, "body": body, "isBase64Encoded": False}
    assert title(to(as_text, None)) == title(to(as_base64, None))


def nothing_signed() -> dict[str, Any]:
    event = command("estimate sonnet 2k in")
    del event["headers"]["x-slack-signature"]
    return event


def other_body() -> dict[str, Any]:
    return {**command("help"), "body": base64.b64encode(slack.command_body("prices")).decode()}


#: Made when the test runs: a signature is good for five minutes.
FORGED: dict[str, Callable[[], dict[str, Any]]] = {
    "nothing signed": nothing_signed,
    "another body": other_body,
    "another secret": lambda: command("help", secret="another"),
    "too old": lambda: command("help", at=int(time.time()) - 310),
    "too early": lambda: command("help", at=int(time.time()) + 310),
    "no integer": lambda: command("help", x_slack_request_timestamp="abc"),
    "5,000 digits": lambda: command("help", x_slack_request_timestamp="9" * 5000),
    "no ASCII": lambda: command("help", x_slack_signature="v0=é"),
    "no base64": lambda: {**command("help"), "body": "not base64!"},
    "no ASCII base64": lambda: {**command("help"), "body": "é"},
    "no body": lambda: {name: one for name, one in command("help").items() if name != "body"},
    "no headers": lambda: {**command("help"), "headers": {}},
    "no UTF-8": lambda: slack.event_of(
        slack.COMMANDS, b"\xff\xfe", slack.signed(b"\xff\xfe", secret="another")
    ),
    "too large": lambda: command("x" * 300_000),
}


@pytest.mark.parametrize("forged", FORGED)
def test_what_is_not_slacks_gets_401_and_not_a_word(to: Handler, forged: str) -> None:
    reply = to(FORGED[forged](), None)

    assert (reply["statusCode"], reply["body"]) == (401, "")


@pytest.mark.parametrize(
    "body",
    [b"", b"text", b"text=%FF", b"text=\xff", b"text=a&text=b", b"payload=%7B", b"a=1&" * 101],
)
@pytest.mark.parametrize("path", [slack.COMMANDS, slack.INTERACTIONS])
def test_signed_nonsense_is_answered_with_200(to: Handler, body: bytes, path: str) -> None:
    timestamp = str(int(time.time()))
    event = slack.event_of(path, body, slack.signed(body, secret=SECRET, at=int(timestamp)))

    assert to(event, None)["statusCode"] == 200


def test_slacks_probe_of_the_certificate_is_answered_although_it_is_not_signed(to: Handler) -> None:
    probe = slack.event_of(slack.COMMANDS, b"ssl_check=1&token=x", {"content-type": slack.FORM})

    assert (to(probe, None)["statusCode"], to(probe, None)["body"]) == (200, "")
    assert (to(sent(b"ssl_check=1&token=x"), None)["body"]) == ""
    other = slack.event_of(slack.COMMANDS, b"ssl_check=2", {"content-type": slack.FORM})
    assert to(other, None)["statusCode"] == 401


@pytest.mark.parametrize(
    ("team", "enterprise", "answered"),
    [
        ("T0LOCAL", "", True),
        ("T0OTHER", "", False),
        ("T0OTHER", "E0ORG", True),
        ("T0OTHER", "E0OTHER", False),
        ("", "", False),
    ],
)
def test_only_the_listed_workspaces_are_answered(
    to: Handler, team: str, enterprise: str, answered: bool
) -> None:
    body = f"team_id={team}&enterprise_id={enterprise}&text=help".encode()

    assert ("blocks" in message(to(sent(body), None))) is answered


def test_an_empty_list_answers_no_workspace(to: Handler, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TARIFF_SLACK_WORKSPACES", "")

    assert "does not answer in this workspace" in message(to(command("help"), None))["text"]
    assert "blocks" not in message(to(sent(b"text=help"), None))


def test_without_secrets_every_request_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TARIFF_SLACK_SIGNING_SECRETS")
    down = mock.Mock(call=mock.Mock(side_effect=StoreUnavailable("SSM did not answer")))
    with mock.patch.object(slack_settings, "signed_client", return_value=down):
        reply = handler("slack")(command("help"), None)

    assert (reply["statusCode"], reply["body"]) == (503, "")
    assert reply["headers"]["retry-after"] == "5"


def test_an_error_of_ours_is_told_kindly_and_counted(
    to: Handler, capsys: pytest.CaptureFixture[str], logged: Logged
) -> None:
    with mock.patch("pricing.slack.dispatch.answer", side_effect=RuntimeError("secret words")):
        reply = to(command("help"), None)

    assert "went wrong on our side" in message(reply)["text"]
    line = printed(capsys)
    assert (line["server_errors"], line["problem"]) == (1, "RuntimeError")
    (error,) = logged()
    assert (error["level"], error["problem"]) == ("ERROR", "RuntimeError")
    assert error["correlation_id"] == line["request_id"] == reply["headers"]["x-request-id"]
    assert error["frames"][0].startswith("app.py:")
    assert "secret words" not in json.dumps([line, error])


def test_a_retry_is_recognised(to: Handler, capsys: pytest.CaptureFixture[str]) -> None:
    to(command("help", x_slack_retry_num="2", x_slack_retry_reason="http_timeout"), None)
    assert printed(capsys)["slack_retry"] == 2

    to(command("help"), None)
    assert "slack_retry" not in printed(capsys)
    to(command("help", x_slack_retry_num="two"), None)
    assert "slack_retry" not in printed(capsys)


def test_a_log_line_names_the_command_and_nothing_that_was_typed(
    to: Handler, capsys: pytest.CaptureFixture[str], logged: Logged
) -> None:
    canary = "zebra7482"
    for text in (f"route {canary}", f"estimate {canary} 2k in", canary, f"prices {canary}"):
        to(command(text), None)
    to(sent(share_body(f"estimate {canary} 2k in"), slack.INTERACTIONS), None)
    to(sent(f"text={canary}&text=".encode()), None)
    to(command(canary, secret="another"), None)

    lines = capsys.readouterr().out
    assert canary not in lines
    assert canary not in json.dumps(logged())
    commands = [json.loads(line).get("slack_command") for line in lines.splitlines()]
    assert commands[:4] == ["route", "estimate", "none", "prices"]


def test_the_price_version_of_an_answer_is_in_its_log_line(
    to: Handler, capsys: pytest.CaptureFixture[str]
) -> None:
    to(command("estimate sonnet 2k in"), None)

    line = printed(capsys)
    assert (line["route"], line["status"], line["cold_start"]) == (
        "POST /slack/commands",
        200,
        True,
    )
    assert line["stale"] is True  # there is no store here
    assert line["stale_answers"] == 1


def test_buttons_other_than_share_are_acknowledged(to: Handler) -> None:
    payloads: tuple[Any, ...] = (
        {"type": "block_actions", "actions": [{"action_id": "open"}], "team": {"id": slack.TEAM}},
        {"type": "view_submission"},
        {"type": "block_actions", "actions": []},
        {"type": "block_actions", "actions": [7]},
        [],
        None,
    )
    for payload in payloads:
        body = f"payload={json.dumps(payload)}".encode()
        reply = to(sent(body, slack.INTERACTIONS), None)
        assert (reply["statusCode"], reply["body"]) == (200, "")
