"""Where the local gateway keeps its price versions, and what is in there when it starts."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from pricing.errors import StaleRevision, StoreUnavailable, VersionExists
from pricing.store import bundled
from pricing.store.ledger import Ledger
from pricing.versions.proposals import Proposal
from tariff.dynamodb_local import DynamoDBLocal
from tariff.template import ROOT, create_table_arguments

EMBEDDED = "embedded"
DYNAMODB_LOCAL = "dynamodb-local"
KINDS = (EMBEDDED, DYNAMODB_LOCAL)

ENDPOINT_VARIABLE = "TARIFF_DYNAMODB_ENDPOINT"
DATA = ROOT / ".cache" / "dynamodb-data"
#: Stands for key and secret of stores that check neither.
_NO_SECRET = "local"  # noqa: S105
_STOP_SECONDS = 5


class StoreProblem(Exception):
    """The store could not be started; the message says why."""


class StoreDown(Exception):
    """The store does not answer, or refused; the message is its own."""


@dataclass(frozen=True, slots=True)
class Store:
    """A store that has been started, or that someone else runs.

    ``endpoint`` waits until it is up, and raises StoreProblem when it does not come up.
    """

    name: str
    endpoint: Callable[[], str]
    ours: bool


@contextmanager
def running(kind: str, environment: Mapping[str, str]) -> Iterator[Store]:
    """The store of this kind, stopped afterwards; or the one the environment names, left alone."""
    named = environment.get(ENDPOINT_VARIABLE)
    if named:
        yield Store(f"{named} (from {ENDPOINT_VARIABLE})", lambda: named, ours=False)
    elif kind == EMBEDDED:
        with _child() as child:
            name = f"DynamoDB by moto, in memory, process {child.pid}"
            yield Store(name, lambda: _endpoint(child), ours=True)
    else:
        print("Store: starting DynamoDB Local, which takes a few seconds")
        with DynamoDBLocal(DATA) as server:
            name = f"DynamoDB Local, data in {DATA.relative_to(ROOT)}"
            yield Store(name, lambda: server.endpoint, ours=True)


@contextmanager
def _child() -> Iterator[subprocess.Popen[str]]:
    child = subprocess.Popen(
        [sys.executable, "-m", "tariff.serve.embedded_store"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        # Ctrl-C is for the gateway: the requests it finishes first still need their store.
        start_new_session=True,
    )
    try:
        yield child
    finally:
        child.terminate()
        try:
            child.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
        for pipe in (child.stdin, child.stdout):
            if pipe is not None:
                pipe.close()


def _endpoint(child: subprocess.Popen[str]) -> str:
    port = child.stdout.readline().strip() if child.stdout else ""
    if not port:
        raise StoreProblem(f"the embedded store ended with status {child.wait()}")
    return f"http://127.0.0.1:{port}"


def settings(store: Store, endpoint: str) -> dict[str, str]:
    """The variables with which functions, and this process, reach the store.

    Keys of our own for a store of our own, so that it never sees real ones; a store that someone
    else runs gets theirs, when there are any.
    """
    from botocore.session import Session

    found = {ENDPOINT_VARIABLE: endpoint}
    if store.ours or Session().get_credentials() is None:
        found |= {
            "AWS_ACCESS_KEY_ID": _NO_SECRET,
            "AWS_SECRET_ACCESS_KEY": _NO_SECRET,
            "AWS_SESSION_TOKEN": "",
        }
    return found


@dataclass(frozen=True, slots=True)
class Contents:
    """What a store holds once it is ready: the versions added just now, and the active one."""

    added: tuple[str, ...]
    active: str


def fill(template: Mapping[str, Any], table: str, endpoint: str) -> Contents:
    """Make the table and add the bundled price versions, where they are missing.

    Activates the current bundled version only when none is active. Raises StoreDown.
    """
    import boto3  # a second to import, in which the store comes up
    from botocore.config import Config
    from botocore.exceptions import BotoCoreError, ClientError

    patience = Config(connect_timeout=2, read_timeout=10, retries={"total_max_attempts": 1})
    client: Any = boto3.client(
        "dynamodb",
        endpoint_url=endpoint,
        region_name=os.environ["AWS_REGION"],
        config=patience,
    )
    try:
        _ensure_table(client, template, table)
        return _seed(Ledger(table, client, client))
    except (BotoCoreError, ClientError, StoreUnavailable) as error:
        raise StoreDown(str(error)) from error
    finally:
        client.close()


def _ensure_table(client: Any, template: Mapping[str, Any], table: str) -> None:
    try:
        client.describe_table(TableName=table)
    except client.exceptions.ResourceNotFoundException:
        client.create_table(**create_table_arguments(dict(template), table))
        client.get_waiter("table_exists").wait(TableName=table, WaiterConfig={"Delay": 1})


BUNDLED = Proposal("tariff", "manual", {"bundled": True})
WHY = "It comes with Tariff."


def _seed(ledger: Ledger) -> Contents:
    added = []
    stored = {one.id for one in ledger.versions()}
    for version in bundled.ids():
        book = bundled.load(version)
        if book is None or version in stored:
            continue
        try:
            ledger.propose(book, proposal=BUNDLED, reason=WHY)
        except VersionExists:
            continue  # another gateway was quicker
        added.append(version)
    active = ledger.active()
    if active is None:
        try:
            active = ledger.activate(
                bundled.current_id(), expected_revision=0, actor=BUNDLED.proposer, reason=WHY
            )
        except StaleRevision:
            active = ledger.active()
    return Contents(tuple(added), active.version if active else bundled.current_id())
