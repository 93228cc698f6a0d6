"""Slack's cold starts: from starting a process to the acknowledgement of its first command."""

import json
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from time import time
from typing import Any

from bench.cold import LaunchFailed, child_environment, first_answer, imported, in_turns
from bench.environments import Staged, stage
from bench.measurement import Measurement, Target
from bench.store import Store
from tariff.serve import slack
from tests.support.tables import local_client

TARIFF = "/tariff estimate"
BARE = "bare handler"
TARGETS = (Target(TARIFF, BARE, 5.0),)
_SECRET = "bench-signing-secret"  # noqa: S105
_PARAMETER = "/bench/slack"
_TEXTS = {
    TARIFF: "estimate sonnet 2k in 1k out 50k cached",
    "/tariff compare, three models": "compare opus vs sonnet vs haiku 2k in 1k out",
    "/tariff help": "help",
}


def measure(seeded: Store, rounds: int) -> list[Measurement]:
    """Measure until the acknowledgement.

    The signing secret is read from Systems Manager and the prices from DynamoDB, as on AWS.
    """
    # The same moto server has the Systems Manager.
    client = local_client("ssm", seeded.endpoint, verify=str(seeded.authorities))
    client.put_parameter(Name=_PARAMETER, Value=_SECRET, Type="SecureString", Overwrite=True)
    with tempfile.TemporaryDirectory() as folder:
        return in_turns("Slack, cold", _candidates(stage(Path(folder)), seeded), rounds, TARGETS)


def _candidates(staged: Staged, seeded: Store) -> dict[str, Callable[[], float]]:
    path = (staged.layer, staged.runtime)
    settings = {
        **seeded.settings(seeded.newer_table),
        "TARIFF_SSM_ENDPOINT": seeded.endpoint,
        "TARIFF_SLACK_SECRET_PARAMETER": _PARAMETER,
        "TARIFF_SLACK_WORKSPACES": slack.TEAM,
    }
    environment = child_environment(path, settings)

    def command(text: str) -> Callable[[], float]:
        def launch() -> float:
            body = slack.command_body(text)
            headers = slack.signed(body, secret=_SECRET, at=int(time()))
            event = slack.event_of(slack.COMMANDS, body, headers)
            seconds, reply = first_answer(
                staged.python, staged.functions / "slack", environment, event
            )
            _check(reply)
            return seconds

        return launch

    def bare() -> float:
        event: Mapping[str, Any] = {"body": json.dumps({"model": "sonnet"})}
        return first_answer(staged.python, staged.bare, child_environment(path[1:]), event)[0]

    return {
        **{name: command(text) for name, text in _TEXTS.items()},
        BARE: bare,
        "import slack_sdk.models.blocks as it comes": lambda: imported(
            staged.python, "slack_sdk.models.blocks", child_environment(path)
        ),
    }


def _check(reply: Any) -> None:
    """Refuse anything but a 200 with an answer."""
    if reply.get("statusCode") != 200 or not json.loads(reply["body"]).get("blocks"):  # noqa: PLR2004
        raise LaunchFailed(f"expected an answer, got {reply}")
