"""A function that goes on from a snapshot (SnapStart): its prices, credentials and connections.

A snapshot is emulated by a process that forks: each fork is an instance that was restored. Its
monotonic clock stands still, its connections are dead, and time has passed.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from pricing.store import bundled
from pricing.store.ledger import Ledger
from tariff.template import ROOT
from tests.support.books import BY, PLAIN
from tests.support.handlers import Event
from tests.support.price_server import Answer, PriceServer, price_server
from tests.support.tables import REGION, StoreTable

PATH = "/2021-04-23/credentials"
INSTANCES = 2
CALLS = 2
#: Answers once, so that prices, credentials and a connection are in the snapshot.
PROGRAM = f"""
import json, os, socket, sys, time
stopped = time.monotonic()
time.monotonic = lambda: stopped
import app
event = json.loads(sys.stdin.readline())

def answers(count):
    replies = [json.loads(app.lambda_handler(event, None)["body"]) for _ in range(count)]
    print(json.dumps([each["pricing"] for each in replies]), file=sys.stderr, flush=True)

answers(1)
sys.stdin.readline()
for number in map(int, os.listdir("/proc/self/fd")):
    try:
        socket.socket(fileno=os.dup(number)).shutdown(socket.SHUT_RDWR)
    except OSError:
        pass
for _ in range({INSTANCES}):
    instance = os.fork()
    if not instance:
        answers({CALLS})
        assert "botocore.session" not in sys.modules
        os._exit(0)
    assert os.waitpid(instance, 0)[1] == 0
"""

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the snapshot needs /proc")


def credentials(lifetime: timedelta) -> Answer:
    expires = datetime.now(UTC) + lifetime
    content = {"AccessKeyId": "A", "SecretAccessKey": "S", "Token": "T"}
    return Answer(json.dumps({**content, "Expiration": expires.isoformat()}).encode())


def restored(
    event: dict[str, Any], store: StoreTable, server: PriceServer, meanwhile: Callable[[], None]
) -> list[list[dict[str, Any]]]:
    """The prices of the answers: before the snapshot, then those of each restored instance."""
    kept = {"PATH", "HOME", "TARIFF_TEST_FOLDER"} & os.environ.keys()
    environment = {
        **{name: os.environ[name] for name in kept},
        **store.environment(),
        "AWS_REGION": REGION,
        "AWS_LAMBDA_FUNCTION_NAME": "estimate",
        "AWS_LAMBDA_INITIALIZATION_TYPE": "snap-start",
        "AWS_CONTAINER_CREDENTIALS_FULL_URI": server.url_of(PATH),
        "AWS_CONTAINER_AUTHORIZATION_TOKEN": "the token",
        "TARIFF_RECHECK_SECONDS": "0.001",
    }
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env=environment,
        cwd=ROOT / "functions" / "estimate",
        text=True,
    ) as process:
        assert process.stdin
        assert process.stderr
        process.stdin.write(json.dumps(event) + "\n")
        process.stdin.flush()
        before = process.stderr.readline()
        assert before.startswith("["), before + process.stderr.read()
        meanwhile()
        process.stdin.write("\n")
        process.stdin.flush()
        after = process.stderr.read()
    assert process.returncode == 0, after
    return [json.loads(line) for line in (before, *after.splitlines())]


@pytest.fixture
def ledger(moto_table: StoreTable) -> Ledger:
    """A store in which the bundled version is active, and an older one is known."""
    client: Any = moto_table.client
    found = Ledger(moto_table.name, client, client)
    for version in ("lesson-2025", bundled.current_id()):
        book = bundled.load(version)
        assert book
        found.propose(book, proposal=PLAIN)
    found.activate(bundled.current_id(), expected_revision=0, **BY)
    return found


@pytest.mark.parametrize(
    ("lifetime", "fetched"),
    [
        (timedelta(hours=1), 1),
        # Due for a change by then: each instance fetches them once for all its calls.
        (timedelta(minutes=5, seconds=0.2), 1 + INSTANCES),
    ],
)
def test_a_restored_instance_asks_which_prices_are_active_with_credentials_that_it_keeps(
    event: Event, moto_table: StoreTable, ledger: Ledger, lifetime: timedelta, fetched: int
) -> None:
    sent = event("estimate")
    usage = {"input_tokens": 1, "output_tokens": 1}
    sent["body"] = json.dumps({"model": "sonnet", "usage": usage})

    with price_server() as server:
        server.answers[PATH] = credentials(lifetime)

        def meanwhile() -> None:
            ledger.activate("lesson-2025", expected_revision=1, **BY)
            if fetched > 1:
                while datetime.now(UTC) < started + lifetime - timedelta(minutes=5):
                    pass
                server.answers[PATH] = credentials(timedelta(hours=1))

        started = datetime.now(UTC)
        before, *after = restored(sent, moto_table, server, meanwhile)

        assert server.asked == {PATH: fetched}
    assert [each["version"] for each in before] == [bundled.current_id()]
    assert len(after) == INSTANCES
    for instance in after:
        assert [each["version"] for each in instance] == ["lesson-2025"] * CALLS
        assert [each["stale"] for each in instance] == [False] * CALLS
        assert [each["source"] for each in instance] == ["store"] * CALLS
