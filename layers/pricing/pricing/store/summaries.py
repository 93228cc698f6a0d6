"""Kept headlines, in the table of the price versions: ``REPORT#<month>`` / ``SUMMARY``."""

from collections.abc import Mapping
from typing import Any

from pricing.aws.signed_client import AwsJson
from pricing.reports.summary import MonthSummary


class Summaries:
    """The kept ones. Both methods raise StoreUnavailable."""

    def __init__(self, table: str, dynamodb: AwsJson) -> None:
        self._table = table
        self._dynamodb = dynamodb

    def keep(self, summary: MonthSummary) -> None:
        """Put it in the place of an earlier one of the same month."""
        item = {**_key(summary.month), "summary": {"S": summary.to_json()}}
        self._dynamodb.call("PutItem", {"TableName": self._table, "Item": item})

    def of(self, month: str) -> MonthSummary | None:
        """The last one of a month, if there is any."""
        found = self._dynamodb.call("GetItem", {"TableName": self._table, "Key": _key(month)})
        item: Mapping[str, Any] | None = found.get("Item")
        return MonthSummary.from_json(item["summary"]["S"]) if item else None


def _key(month: str) -> dict[str, dict[str, str]]:
    return {"pk": {"S": f"REPORT#{month}"}, "sk": {"S": "SUMMARY"}}
