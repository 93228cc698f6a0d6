"""What a cold start has imported by the time it acknowledges a command, over a real store."""

import json
import os
import subprocess
import sys
from typing import Any

import boto3
import pytest

from pricing.store import bundled
from pricing.store.ledger import Ledger
from tariff.serve import slack
from tariff.template import ROOT
from tests.support.books import BY, PLAIN
from tests.support.slack_button import share_body
from tests.support.tables import StoreTable

#: Each costs more than the whole answer does.
HEAVY = (
    *("boto3", "botocore.session", "botocore.client", "pydantic", "asyncio", "urllib.request"),
    *("aws_lambda_powertools.event_handler", "aws_lambda_powertools.utilities.batch"),
    *("slack_sdk.web", "slack_sdk.webhook"),
)
PROGRAM = """
import json, sys
import app
reply = app.lambda_handler(json.loads(sys.stdin.read()), None)
imported = [name for name in json.loads(sys.argv[1]) if name in sys.modules]
print(json.dumps([reply, imported]))
"""


def acknowledged(
    event: dict[str, Any], settings: dict[str, str], program: str = PROGRAM
) -> tuple[Any, list[str]]:
    """The reply of a process of its own, and which heavy modules it had then imported."""
    environment = {name: one for name, one in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        [sys.executable, "-c", program, json.dumps(HEAVY)],
        input=json.dumps(event),
        env={**environment, **settings},
        cwd=ROOT / "functions" / "slack",
        check=True,
        capture_output=True,
        text=True,
    )
    reply, imported = json.loads(done.stdout.splitlines()[-1])
    return reply, imported


@pytest.mark.parametrize(
    "text",
    [
        "estimate sonnet 2k in 1k out 50k cached x100 per day",
        "compare opus vs sonnet 2k in",
        "plan caching sonnet 10k prefix 60 per hour",
        "prices opus",
        "route summarise this week's support tickets",
        "report",
        "help",
        "estimate sonet 2k in",
    ],
)
def test_boto3_is_not_imported_before_the_acknowledgement(
    moto_table: StoreTable, text: str
) -> None:
    client: Any = moto_table.client
    repository = Ledger(moto_table.name, client, client)
    repository.propose(bundled.current(), proposal=PLAIN)
    repository.activate(bundled.current_id(), expected_revision=0, **BY)
    body = slack.command_body(text)
    event = slack.event_of(slack.COMMANDS, body, slack.signed(body))

    reply, imported = acknowledged(event, {**slack.SETTINGS, **moto_table.environment()})

    assert reply["statusCode"] == 200
    assert json.loads(reply["body"])["blocks"]
    assert imported == []


def test_it_is_not_imported_for_a_press_of_share_either(moto_endpoint: str) -> None:
    client: Any = boto3.client("sqs", endpoint_url=moto_endpoint)
    queue = client.create_queue(QueueName="cold")["QueueUrl"]
    body = share_body(f"estimate sonnet 2k in version {bundled.current_id()}")
    event = slack.event_of(slack.INTERACTIONS, body, slack.signed(body))
    queued = {"TARIFF_SLACK_QUEUE": queue, "TARIFF_SQS_ENDPOINT": moto_endpoint}

    reply, imported = acknowledged(event, {**slack.SETTINGS, **queued})

    assert (reply["statusCode"], imported) == (200, [])
    assert len(client.receive_message(QueueUrl=queue)["Messages"]) == 1


def test_the_check_would_notice() -> None:
    with_boto3 = PROGRAM.replace("import app", "import app, boto3")
    body = slack.command_body("help")
    event = slack.event_of(slack.COMMANDS, body, slack.signed(body))

    assert acknowledged(event, slack.SETTINGS)[1] == []
    assert "boto3" in acknowledged(event, slack.SETTINGS, with_boto3)[1]
