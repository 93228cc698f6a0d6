"""Every shell example of the documents, run as a reader would paste it."""

import json
import re
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from tariff.template import ROOT
from tests.support.gateway import RunningGateway, Start

#: Its examples change prices, one after another, so they have a gateway of their own.
REFRESHING = ROOT / "docs" / "price-refresh.md"
DOCUMENTS = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").glob("*.md"))]
BLOCK = re.compile(r"^```sh\n(.*?)^```", re.DOTALL | re.MULTILINE)
EXAMPLES = {
    f"{path.name}-{number}": block
    for path in DOCUMENTS
    if path != REFRESHING
    for number, block in enumerate(BLOCK.findall(path.read_text(encoding="utf-8")))
}


def run(example: str, gateway: RunningGateway) -> list[Any]:
    """Run an example and return the answer of each of its curl commands, in order."""
    here = example.replace("http://127.0.0.1:3000", f"http://127.0.0.1:{gateway.port}")
    done = subprocess.run(["sh", "-euc", here], check=True, capture_output=True, text=True)
    answers, rest = [], done.stdout
    while rest:
        answer, end = json.JSONDecoder().raw_decode(rest)
        answers.append(answer)
        rest = rest[end:].lstrip()
    return answers


def version_of(answer: Any) -> Any:
    """The price version of an answer; pages about versions have it at another place."""
    if "pricing" in answer:
        return answer["pricing"]["version"]
    return answer.get("to_version") or answer.get("active")


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_documented_example_answers(name: str, gateway: RunningGateway) -> None:
    if shutil.which("curl") is None:
        pytest.skip("curl is not on PATH")
    answers = run(EXAMPLES[name], gateway)
    assert len(answers) == EXAMPLES[name].count("curl ")
    for answer in answers:
        assert version_of(answer), answer


def test_the_first_example_of_the_readme_is_answered_as_printed(gateway: RunningGateway) -> None:
    if shutil.which("curl") is None:
        pytest.skip("curl is not on PATH")
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    printed = json.loads(re.findall(r"^```json\n(.*?)^```", readme, re.DOTALL | re.MULTILINE)[0])
    (answer,) = run(EXAMPLES["README.md-0"], gateway)
    for changing in (printed["pricing"], answer["pricing"]):
        for name in ("version", "as_of", "age_seconds", "prices_checked_at"):
            del changing[name]
    assert answer == printed


def refreshed(gateway: RunningGateway) -> Any:
    """Wait for the refresh that was started, and return its answer."""
    gateway.until("RefreshPricingFunction answered ")
    return json.loads(gateway.lines[-1].partition("answered ")[2])


def test_the_refresh_examples_change_approve_and_cancel_prices_as_documented(
    start: Start, tmp_path: Path
) -> None:
    for tool in ("curl", "sed", "python3"):
        if shutil.which(tool) is None:
            pytest.skip(f"{tool} is not on PATH")
    blocks = BLOCK.findall(REFRESHING.read_text(encoding="utf-8"))
    change, look, rise, approve, approve_all, back, announce, call_off, correct, report = (
        block.replace(".cache/upstream", str(tmp_path)) for block in blocks
    )
    gateway = start("--upstream", str(tmp_path)).until("Serving ")
    assert f"Price lists: {tmp_path}/*.json" in gateway.text

    (started,) = run(change, gateway)
    assert started == {"status": "started", "actor": "jwt:ada", "reason": "Codestral costs more"}
    done = refreshed(gateway)
    assert (done["outcome"], done["changed"], done["waiting"]) == ("refreshed", 1, 0)
    model, difference = run(look, gateway)
    before, after = (period["modes"][-1]["usd_per_mtok"] for period in model["price_history"][-2:])
    assert (before["input"], after["input"]) == ("0.3", "0.33")
    assert model["price_history"][-2]["end"] == model["price_history"][-1]["start"]
    assert difference["to_version"] == done["active"]

    run(rise, gateway)
    answer = refreshed(gateway)
    assert (answer["active"], answer["changed"], answer["waiting"]) == (done["active"], 0, 2)
    held, by_group = run(approve, gateway)
    assert sorted(group["change"] for group in held["groups"]) == [
        "output times 1.5",
        "output times 2.5",
    ]
    waiting, _ = held["quarantined"]
    assert (waiting["code"], waiting["before"], waiting["after"]) == (
        "change_over_25_percent",
        "0.9",
        "1.35",
    )
    assert waiting["reason"] == "over 25% needs a second source; one source quotes it"
    assert by_group["actor"] == "jwt:grace"
    assert "-held-" in by_group["pending_version"]
    time.sleep(1.1)  # each function follows the pointer once a second here
    now, _ = run(look, gateway)
    assert now["prices"]["modes"][-1]["usd_per_mtok"]["output"] == "1.35"

    (approved,) = run(approve_all, gateway)
    assert (approved["version"], approved["pending_version"]) == (by_group["pending_version"], None)
    returned, audit = run(back, gateway)
    assert (returned["version"], returned["before"]) == (
        difference["from_version"],
        approved["version"],
    )
    assert [(row["action"], row["actor"]) for row in audit["rows"][:2]] == [
        ("activate", "jwt:ada"),
        ("activate", "jwt:grace"),
    ]

    run(announce, gateway)
    scheduled = refreshed(gateway)
    assert scheduled["changed"] == 1
    assert scheduled["waiting"] > 1  # the prices that were rolled back
    (cancelled,) = run(call_off, gateway)
    assert (cancelled["before"], cancelled["actor"]) == (scheduled["active"], "local")

    proposed, correction = run(correct, gateway)
    assert (proposed["actor"], correction["actor"]) == ("jwt:ada", "jwt:grace")
    assert correction["version"] == proposed["version"]
    (spent,) = run(report, gateway)
    # A million tokens each way: 0.15 + 0.75 as it was, and 0.15 + 0.6 as it is corrected.
    assert (spent["totals"]["cost_usd"], spent["corrected"]["total_usd"]) == ("0.9", "0.75")
    assert spent["corrected"]["difference_usd"] == "-0.15"

    assert gateway.stop() == 0
