"""A change of the audit in its table is found, by its chain or by the functions' logs."""

import json
import os
import time
from collections.abc import Callable
from typing import Any

import pytest

from pricing.jsonio import canonical_json, digest
from pricing.store.history import HEAD_KEY
from pricing.store.ledger import AUDIT_LINE, Ledger
from pricing.versions.audit import Entry, Head, chained, first_broken, first_contradicted
from tariff.audit import audit
from tariff.command_line import CommandFailed
from tests.support.handlers import Logged
from tests.support.tables import StoreTable, local_client

ROWS = 9
AT = "2026-11-23T09:30:00Z"


class Log:
    """An audit of nine rows in a table, and the log lines that were written with them."""

    def __init__(self, table: StoreTable, logged: Logged) -> None:
        self.name, self.client = table.name, table.client
        client: Any = table.client
        self.ledger = Ledger(table.name, client, client)
        for number in range(1, ROWS + 1):
            self.ledger.audit("role/oncall", "refresh", f"row {number}")
        self.lines = [line["audit"] for line in logged() if line["message"] == AUDIT_LINE]

    def key(self, number: int) -> dict[str, Any]:
        return {"pk": {"S": "AUDIT"}, "sk": {"S": f"{number:012}"}}

    def write(self, number: int, content: str, hash_: str) -> None:
        item = {**self.key(number), "content": {"S": content}, "hash": {"S": hash_}}
        self.client.put_item(TableName=self.name, Item=item)

    def delete(self, number: int) -> None:
        self.client.delete_item(TableName=self.name, Key=self.key(number))

    def head(self, number: int) -> None:
        last = {"number": {"N": str(number)}, "hash": {"S": self.lines[number - 1]["hash"]}}
        self.client.put_item(TableName=self.name, Item={**HEAD_KEY, **last})

    def behead(self) -> None:
        self.client.delete_item(TableName=self.name, Key=HEAD_KEY)

    def forge(self, number: int) -> None:
        """Another story from this row on, with a chain of its own."""
        head = Head(number - 1, self.lines[number - 2]["hash"])
        for at in range(number, ROWS + 1):
            row = chained(head, Entry("nobody", "refresh", f"forged {at}"), AT)
            self.write(at, canonical_json(row.document()).decode(), row.hash)
            head = Head(at, row.hash)
        last = {"number": {"N": str(ROWS)}, "hash": {"S": head.hash}}
        self.client.put_item(TableName=self.name, Item={**HEAD_KEY, **last})

    def found(self) -> tuple[int | None, int | None]:
        """The first wrong row by the chain, and by the log."""
        logged = [Head(line["number"], line["hash"]) for line in self.lines]
        rows = self.ledger.stored_audit()
        assert self.ledger.checked_audit()[1] == first_broken(rows, self.ledger.audit_head())
        return self.ledger.checked_audit()[1], first_contradicted(rows, logged)


@pytest.fixture
def log(moto_table: StoreTable, logged: Logged) -> Log:
    return Log(moto_table, logged)


def test_every_row_is_in_the_log_and_an_untouched_audit_agrees_with_it(log: Log) -> None:
    assert [line["number"] for line in log.lines] == list(range(1, ROWS + 1))
    assert log.found() == (None, None)


def edited(log: Log) -> None:
    content = log.ledger.stored_audit()[1].content.replace("oncall", "other")
    log.write(2, content, log.lines[1]["hash"])


def last_deleted_and_head_set_back(log: Log) -> None:
    log.delete(ROWS)
    log.head(ROWS - 1)


TAMPERINGS: dict[str, tuple[Callable[[Log], None], tuple[int | None, int | None]]] = {
    "a row edited": (edited, (2, None)),
    "a row in the middle deleted": (lambda log: log.delete(2), (2, 2)),
    "the last row deleted": (lambda log: log.delete(ROWS), (9, 9)),
    "the last row deleted and the head set back": (last_deleted_and_head_set_back, (None, 9)),
    "a row forged and the chain made anew": (lambda log: log.forge(4), (None, 4)),
    "the head deleted": (Log.behead, (1, None)),
    "a rubbish row": (lambda log: log.write(3, json.dumps([1]), digest(b"[1]")), (3, 3)),
    "a row that is no JSON": (lambda log: log.write(3, "{", log.lines[2]["hash"]), (3, None)),
}


@pytest.mark.parametrize("name", TAMPERINGS)
def test_tampering_is_found_and_the_rest_can_be_read(log: Log, name: str) -> None:
    tamper, expected = TAMPERINGS[name]
    tamper(log)
    assert log.found() == expected
    rows, _ = log.ledger.checked_audit()
    assert len(rows) >= ROWS - 1


def test_an_audit_without_its_head_takes_no_further_row_and_says_which_is_wrong(log: Log) -> None:
    """A new first row would be the second beginning of the same log."""
    log.behead()
    with pytest.raises(Exception, match=r"Too many changes|recorded first"):
        log.ledger.audit("role/oncall", "refresh", "after")
    assert log.found() == (1, None)


@pytest.mark.parametrize(("tamper", "said"), [(None, "9 rows are as"), (4, "Row 4 of the audit")])
def test_the_command_compares_table_and_logs(
    log: Log, moto_endpoint: str, tamper: int | None, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    os.environ["AWS_ENDPOINT_URL"] = moto_endpoint
    logs = local_client("logs", moto_endpoint)
    group = f"/aws/lambda/{log.name}"
    logs.create_log_group(logGroupName=group)
    logs.create_log_stream(logGroupName=group, logStreamName="s")
    moment = int(time.time() * 1000)
    messages = [json.dumps({"message": AUDIT_LINE, "audit": line}) for line in log.lines]
    logs.put_log_events(
        logGroupName=group,
        logStreamName="s",
        logEvents=[{"timestamp": moment, "message": text} for text in ["START", *messages]],
    )
    if tamper is None:
        audit(log.name, [group])
        assert said in capsys.readouterr().out
    else:
        log.forge(tamper)
        with pytest.raises(CommandFailed, match=said):
            audit(log.name, [group])
