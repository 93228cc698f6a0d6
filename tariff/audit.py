"""``tariff audit``: check the audit of a deployment against what its functions logged."""

import json
from collections.abc import Iterator
from typing import Annotated, Any

import typer
from typer import Option

from pricing.store.history import VersionHistory
from pricing.store.ledger import AUDIT_LINE
from pricing.store.writes import SdkReader
from pricing.versions.audit import Head, first_broken, first_contradicted
from tariff.command_line import CommandFailed


def audit(
    table: Annotated[str, Option(help="The table of price versions.")],
    log_group: Annotated[
        list[str], Option(help="A log group of a function that changes prices; give it twice.")
    ],
) -> None:
    """Check that the audit is as it was written, in itself and against the functions' logs.

    It reads the table and the logs with the AWS credentials of this shell. A row that is older than
    the logs is checked by the chain alone.
    """
    import boto3

    logged = [row for group in log_group for row in _logged(boto3.client("logs"), group)]
    history = VersionHistory(table, SdkReader(boto3.client("dynamodb")))
    rows, head = history.stored_audit(), history.audit_head()
    for wrong, how in (
        (first_broken(rows, head), "is not as it was written, by the chain of hashes"),
        (first_contradicted(rows, logged), "is not the one in the log"),
    ):
        if wrong is not None:
            raise CommandFailed(f"Row {wrong} of the audit {how}.")
    typer.echo(f"{len(rows)} rows are as they were written; the logs name {len(logged)} of them.")


def _logged(logs: Any, group: str) -> Iterator[Head]:
    """The audit rows that a log group names, oldest first."""
    pages = logs.get_paginator("filter_log_events").paginate(
        logGroupName=group, filterPattern=f'"{AUDIT_LINE}"'
    )
    for page in pages:
        for event in page["events"]:
            row = json.loads(event["message"])["audit"]
            yield Head(int(row["number"]), str(row["hash"]))
