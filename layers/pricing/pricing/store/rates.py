"""The exchange rates that refreshes stored, in the table: ``RATES`` / ``DAILY``."""

from collections.abc import Callable
from typing import Any

from pricing.store.repository import DynamoReads, readable
from pricing.store.writes import writing

KEY = {"pk": {"S": "RATES"}, "sk": {"S": "DAILY"}}


class StoredRates:
    """The days after those that ship with the code; both methods raise StoreUnavailable."""

    def __init__(self, table: str, reader: DynamoReads, writer: Callable[[], Any]) -> None:
        self._table = table
        self._reader = reader
        self._writer = writer

    def get(self) -> str | None:
        """The stored table, if there is one."""
        item = self._reader.get_item(TableName=self._table, Key=KEY).get("Item")
        with readable("the exchange rates"):
            return str(item["rates"]["S"]) if item else None

    def put(self, rates: str) -> None:
        """Store a table in place of an earlier one."""
        with writing():
            self._writer().put_item(TableName=self._table, Item={**KEY, "rates": {"S": rates}})
