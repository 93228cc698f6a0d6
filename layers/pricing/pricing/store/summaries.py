"""Stored headlines of monthly reports, in the table: ``REPORT#<month>`` / ``SUMMARY``."""

from collections.abc import Callable
from typing import Any

from pricing.reports.summary import MonthSummary
from pricing.store.repository import DynamoReads, readable
from pricing.store.writes import writing


class Summaries:
    """One headline a month. ``writer`` makes boto3's low-level client when it is first needed.

    Both methods raise StoreUnavailable.
    """

    def __init__(self, table: str, reader: DynamoReads, writer: Callable[[], Any]) -> None:
        self._table = table
        self._reader = reader
        self._writer = writer

    def keep(self, summary: MonthSummary) -> None:
        """Store it in place of an earlier one of the same month."""
        item = {**_key(summary.month), "summary": {"S": summary.to_json()}}
        with writing():
            self._writer().put_item(TableName=self._table, Item=item)

    def of(self, month: str) -> MonthSummary | None:
        """The last one stored of a month, if there is any."""
        item = self._reader.get_item(TableName=self._table, Key=_key(month)).get("Item")
        with readable(f"the headline of {month}"):
            return MonthSummary.from_json(item["summary"]["S"]) if item else None


def _key(month: str) -> dict[str, dict[str, str]]:
    return {"pk": {"S": f"REPORT#{month}"}, "sk": {"S": "SUMMARY"}}
