"""How Lighthouse rates the page on a telephone: a slow processor and a slow network, simulated."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from web.journeys.conftest import CHROMIUM, FLAGS

LIGHTHOUSE = Path(__file__).parent / "node_modules" / ".bin" / "lighthouse"
CATEGORIES = ("performance", "accessibility")
LEAST = 0.95


@pytest.mark.parametrize("address", ["/", "/#/report", "/#/prices", "/#/prices/changes"])
def test_performance_and_accessibility_are_95_or_more(url: str, address: str) -> None:
    command = [
        *(str(LIGHTHOUSE), url + address, "--quiet", "--output=json", "--form-factor=mobile"),
        *(
            f"--only-categories={','.join(CATEGORIES)}",
            f"--chrome-flags=--headless {' '.join(FLAGS)}",
        ),
        "--no-enable-error-reporting",
    ]
    environment = {**os.environ, "CHROME_PATH": CHROMIUM}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    found = json.loads(done.stdout)
    scores = {name: found["categories"][name]["score"] for name in CATEGORIES}
    sys.stdout.write(f"{address} {scores}\n")
    poor = {
        name: audit["displayValue"]
        for name, audit in found["audits"].items()
        if audit["score"] is not None and audit["score"] < LEAST and "displayValue" in audit
    }
    assert min(scores.values()) >= LEAST, (scores, poor)
