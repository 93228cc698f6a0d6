"""The command with ``--url``: a running Tariff is asked over HTTP, and its answers are shown."""

import json
from pathlib import Path

import pytest

from tests.support.command import tariff
from tests.support.gateway import RunningGateway
from tests.support.session_logs import CALLS, codex


@pytest.mark.parametrize(
    ("arguments", "figure"),
    [
        (["estimate", "gpt-5", "--input", "2k", "--output", "500"], "$0.0075"),
        (["compare", "gpt-5", "gpt-4o", "--input", "2k", "--output", "500"], "Cheapest: gpt-5"),
        (["models", "gpt-5", "--provider", "openai", "--limit", "1"], "The first 1 model"),
        (["diff", "lesson-2025", "--limit", "1"], "From lesson-2025 to"),
        (
            ["plan", "caching", "sonnet", "--prefix", "30k", "--calls-per-hour", "100"],
            "Caching saves",
        ),
    ],
)
def test_a_deployment_answers_as_the_bundled_prices_do(
    gateway: RunningGateway, arguments: list[str], figure: str
) -> None:
    asked = tariff(*arguments, TARIFF_URL=f"http://127.0.0.1:{gateway.port}")
    assert (asked.returncode, asked.stderr) == (0, "")
    assert figure in asked.stdout
    without_prices = [line for line in asked.stdout.splitlines() if not line.startswith("Prices")]
    offline = tariff(*arguments).stdout.splitlines()
    assert without_prices == [line for line in offline if not line.startswith("Prices")]


def test_a_refusal_is_shown_with_its_status(gateway: RunningGateway) -> None:
    url = f"http://127.0.0.1:{gateway.port}"
    refused = tariff("estimate", "gpt-55", "--input", "1", "--output", "1", "--url", url)
    assert refused.returncode == 1
    assert refused.stderr.startswith(f"{url} answered 404. gpt-55: Price version")
    assert "Did you mean gpt-5" in refused.stderr


def test_a_report_of_a_session_is_asked_for(gateway: RunningGateway, tmp_path: Path) -> None:
    log, url = codex(tmp_path), f"http://127.0.0.1:{gateway.port}"
    asked = tariff("report", str(log), "--json", "--url", url)
    answer = json.loads(asked.stdout)
    assert answer["totals"]["calls"] == CALLS
    assert answer["groups"] == json.loads(tariff("report", str(log), "--json").stdout)["groups"]
    refused = tariff("report", str(log), "--csv", "--url", url)
    assert refused.returncode == 2
