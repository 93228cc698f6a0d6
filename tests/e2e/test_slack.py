"""The whole way through the local gateway, with slack_sdk's own generator as Slack."""

import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest
from slack_sdk.signature import SignatureVerifier

from tariff.serve import slack
from tariff.template import ROOT
from tests.support import block_kit
from tests.support.gateway import Answer, RunningGateway, Start
from tests.support.loopback import Loopback, serving
from tests.support.slack_button import share_body

EXAMPLE = "estimate sonnet 2k in 1k out 50k cached x100 batch"


def send(gateway: RunningGateway, body: bytes, path: str = slack.COMMANDS) -> Answer:
    """A body as Slack would send it, signed by slack_sdk."""
    timestamp = str(int(time.time()))
    signature = SignatureVerifier(slack.SIGNING_SECRET).generate_signature(
        timestamp=timestamp, body=body
    )
    headers = {
        "Content-Type": slack.FORM,
        "X-Slack-Request-Timestamp": timestamp,
        "X-Slack-Signature": str(signature),
    }
    return gateway.send("POST", path, body, headers)


def test_a_command_is_answered_over_http(gateway: RunningGateway) -> None:
    answer = send(gateway, slack.command_body(EXAMPLE))

    assert answer.status == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.json["response_type"] == "ephemeral"
    assert answer.json["blocks"][0]["text"]["text"] == "$0.95 for 100 calls, batch"
    assert block_kit.faults(answer.json) == []
    (footer,) = answer.json["blocks"][-2]["elements"]
    assert footer["text"].startswith("Prices ")


@pytest.mark.parametrize("spoiled", ["signature", "body", "nothing signed"])
def test_what_slack_did_not_sign_is_401(gateway: RunningGateway, spoiled: str) -> None:
    body = slack.command_body(EXAMPLE)
    headers = slack.signed(body)
    if spoiled == "signature":
        headers["x-slack-signature"] = "v0=" + "0" * 64
    elif spoiled == "body":
        body += b"&"
    else:
        headers = {"content-type": slack.FORM}

    answer = gateway.send("POST", slack.COMMANDS, body, headers)
    assert (answer.status, answer.content) == (401, b"")


@pytest.fixture
def hooks() -> Iterator[Loopback]:
    with serving(Loopback(b"")) as server:
        yield server


def test_from_the_command_to_the_message_in_the_channel(start: Start, hooks: Loopback) -> None:
    gateway = start(TARIFF_SLACK_HOOKS=hooks.url).until("Serving ")
    message = send(gateway, slack.command_body(EXAMPLE)).json
    (share,) = message["blocks"][-1]["elements"]

    press = share_body(share["value"])
    for _ in range(2):  # received twice, it is shared once
        answer = send(gateway, press, slack.INTERACTIONS)
        assert (answer.status, answer.content) == (200, b"")

    (shared,) = (post.body for post in hooks.posts)
    assert shared["response_type"] == "in_channel"
    assert shared["blocks"][:3] == message["blocks"][:3]  # headline, facts and table
    assert block_kit.faults(shared) == []


def make_slack(*arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "tariff", "slack", *arguments],
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
    )


def test_make_slack_asks_the_running_gateway(gateway: RunningGateway) -> None:
    done = make_slack("--port", str(gateway.port), "--", EXAMPLE)

    assert (done.returncode, done.stderr) == (0, "")
    assert "only you can see this" in done.stdout
    assert "$0.95 for 100 calls, batch" in done.stdout
    assert re.search(r"^output +100,000 +\$5\.00 / M +\$0\.50$", done.stdout, re.MULTILINE)
    assert "[ Share ]" in done.stdout


def test_make_slack_can_print_the_message_itself(gateway: RunningGateway) -> None:
    done = make_slack("--port", str(gateway.port), "--json", "--", "help")

    assert json.loads(done.stdout)["blocks"][0]["type"] == "header"


def test_make_slack_starts_a_gateway_where_none_is_running() -> None:
    done = make_slack("--port", "1", "--", "prices opus")

    assert done.returncode == 0, done.stderr
    assert "No gateway on port 1; starting one for this command." in done.stderr
    assert "claude-opus-5-5 (anthropic)" in done.stdout
