"""kill -9 at every write of a refresh: the old version is active or the new one, never a half."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable

from tariff.template import ROOT
from tests.support.price_server import Answer
from tests.support.refreshing import Refreshing, excerpt, refreshing
from tests.support.tables import StoreTable

MODEL = "devstral-small"


def changed() -> bytes:
    """genai-prices with one price that is accepted (+20%) and one that is held (x4)."""
    document = json.loads(excerpt("genai-prices"))
    models = {model["id"]: model for provider in document for model in provider["models"]}
    models[MODEL]["prices"]["input_mtok"] *= 1.2
    models["codestral-2508"]["prices"]["output_mtok"] *= 4
    return json.dumps(document).encode()


def killed_at(found: Refreshing, number: int) -> int:
    """Run a refresh that kills itself there; its return code."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.support.killed_refresh", str(number)],
        cwd=ROOT,
        env={**os.environ, **found.environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode in (0, -signal.SIGKILL), done.stderr
    return done.returncode


def price(found: Refreshing) -> str:
    (period, *_) = [p for p in found.active().model(f"mistral/{MODEL}").prices if p.end is None]
    return str(period.lists["standard"].rates["input"])


def test_a_refresh_killed_at_any_write_leaves_the_old_version_or_the_new(
    dynamodb_table: Callable[[str], StoreTable], dynamodb_local_endpoint: str
) -> None:
    seen = set()
    number = 0
    finished = False
    while not finished:
        number += 1
        # Just before a write is just after the one before it.
        table = dynamodb_table(dynamodb_local_endpoint)
        with refreshing(table) as found:
            found.serve("genai-prices", Answer(changed()))
            finished = killed_at(found, number) == 0
            book = found.active()  # read back whole, and compared with its hash
            seen.add(price(found))
            assert (book.id == "2026-11-23.excerpt") == (price(found) == "0.1")

            found.run()  # the next one finishes what is left
            assert price(found) == "0.12"
            pointer = found.ledger.active()
            assert pointer
            assert pointer.revision == 2
            assert len([v for v in [one.id for one in found.ledger.versions()] if "held" in v]) == 1

    # Two versions, the pointer, the memory, the audit: every write was reached, and then no more.
    assert number == 7
    assert seen == {"0.1", "0.12"}
