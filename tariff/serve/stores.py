"""The store of a local gateway's price versions, and its first contents."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal

from pricing.errors import StaleRevision, StoreUnavailable, VersionExists
from pricing.store import bundled
from pricing.store.ledger import Ledger
from pricing.versions.proposals import Proposal
from tariff import processes
from tariff.command_line import CommandFailed
from tariff.dynamodb_local import dynamodb_local_server
from tariff.paths import CACHE
from tariff.template import create_table_arguments

Kind = Literal["embedded", "dynamodb-local"]
ENDPOINT_VARIABLE = "TARIFF_DYNAMODB_ENDPOINT"
DATA = CACHE / "dynamodb-data"
#: Key and secret of local stores, which check neither.
_NO_SECRET = "local"  # noqa: S105


class StoreDown(Exception):
    """The store did not answer or refused a request; the message is the store's."""


@dataclass(frozen=True, slots=True)
class Store:
    """A store that the gateway started (``is_ours``), or that the environment names.

    ``endpoint`` waits until the store answers, and raises CommandFailed when it does not start.
    """

    name: str
    endpoint: Callable[[], str]
    is_ours: bool


@contextmanager
def running(kind: Kind, environment: Mapping[str, str]) -> Iterator[Store]:
    """Start a store of this kind and stop it at the end of the block.

    A store that the environment names is used instead, and neither started nor stopped.
    """
    named = environment.get(ENDPOINT_VARIABLE)
    if named:
        yield Store(f"{named} (from {ENDPOINT_VARIABLE})", lambda: named, is_ours=False)
    elif kind == "embedded":
        command = [sys.executable, "-m", "tariff.serve.embedded_store"]
        pipe = subprocess.PIPE
        with processes.running(command, stdin=pipe, stdout=pipe, text=True) as child:
            name = f"DynamoDB by moto, in memory, process {child.pid}"
            yield Store(name, lambda: _endpoint(child), is_ours=True)
    else:
        print("Store: starting DynamoDB Local, which takes a few seconds")
        with dynamodb_local_server(DATA) as endpoint:
            yield Store(f"DynamoDB Local, data in {DATA}", lambda: endpoint, is_ours=True)


def _endpoint(child: subprocess.Popen[str]) -> str:
    url = child.stdout.readline().strip() if child.stdout else ""
    if not url:
        raise CommandFailed(f"The embedded store ended with status {child.wait()}.")
    return url


def settings(store: Store, endpoint: str) -> dict[str, str]:
    """Return the variables with which functions, and this process, reach the store.

    A store that the gateway started gets dummy credentials, so that it never receives real ones. A
    store that the environment names gets the credentials of the environment, if there are any.
    """
    from botocore.session import Session

    found = {ENDPOINT_VARIABLE: endpoint}
    if store.is_ours or Session().get_credentials() is None:
        found |= {
            "AWS_ACCESS_KEY_ID": _NO_SECRET,
            "AWS_SECRET_ACCESS_KEY": _NO_SECRET,
            "AWS_SESSION_TOKEN": "",
        }
    return found


@dataclass(frozen=True, slots=True)
class Contents:
    """The contents of a store at the start: the versions just added, and the active version."""

    added: tuple[str, ...]
    active: str


def fill(template: Mapping[str, Any], table: str, endpoint: str) -> Contents:
    """Create the table and add the bundled price versions, where they are missing.

    Activates the current bundled version only when none is active. Raises StoreDown.
    """
    import boto3  # takes a second to import, during which the store starts
    from botocore.config import Config
    from botocore.exceptions import BotoCoreError, ClientError

    client: Any = boto3.client(
        "dynamodb",
        endpoint_url=endpoint,
        region_name=os.environ["AWS_REGION"],
        config=Config(connect_timeout=2, read_timeout=10, retries={"total_max_attempts": 1}),
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
REASON = "It comes with Tariff."


def _seed(ledger: Ledger) -> Contents:
    added = []
    stored = {version.id for version in ledger.versions()}
    for version in bundled.ids():
        book = bundled.load(version)
        if book is None or version in stored:
            continue
        try:
            ledger.propose(book, proposal=BUNDLED, reason=REASON)
        except VersionExists:
            continue  # another gateway has added it meanwhile
        added.append(version)
    active = ledger.active()
    if active is None:
        try:
            active = ledger.activate(
                bundled.current_id(), expected_revision=0, actor=BUNDLED.proposer, reason=REASON
            )
        except StaleRevision:
            active = ledger.active()
    return Contents(tuple(added), active.version if active else bundled.current_id())
