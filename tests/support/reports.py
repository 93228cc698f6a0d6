"""Usage records of Claude, and the report on them with the bundled prices."""

import json
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from pricing.catalogue.price_book import BookInForce
from pricing.reports.generate import report_usage
from pricing.reports.readers.files import write_lines, written
from pricing.reports.report import ReportQuery, UsageReport
from pricing.reports.source_formats import ReadOptions, SourceFormat
from pricing.store import bundled

START = datetime(2026, 11, 2, 9, tzinfo=UTC)
NOW = datetime(2026, 11, 30, tzinfo=UTC)
BOOK = BookInForce(bundled.current(), "bundled", stale=False, age_seconds=None)


def call(
    minutes: float = 0,
    *,
    model: str = "claude-opus-5-5",
    endpoint: str | None = "chat",
    start: datetime = START,
    processing: str = "standard",
    **usage: Any,
) -> dict[str, Any]:
    counts = {"input_tokens": 300, "output_tokens": 2_000, **usage}
    at = (start + timedelta(minutes=minutes)).isoformat()
    return {
        "timestamp": at, "model": model, "endpoint": endpoint, "processing": processing,
        "usage": counts,
    }  # fmt: skip


def report_file(
    content: bytes,
    kind: str,
    folder: Path,
    wanted: SourceFormat | None = None,
    group_by: Sequence[tuple[str, ...]] = ReportQuery().group_by,
) -> UsageReport:
    """Report on a file of this kind, in an empty folder that is made for it."""
    folder.mkdir(exist_ok=True, parents=True)
    query = ReportQuery(tuple(group_by), options=ReadOptions(wanted, now=NOW))
    return report_usage(BOOK, written(content, kind, folder), query, folder)


def outcomes_add_up(found: UsageReport) -> bool:
    """Whether every record that was read has one outcome."""
    records = found.records
    priced = records.priced + records.partial + records.unpriced
    repeated = records.duplicates + records.merged
    return records.read == priced + records.rejected + repeated + records.filtered_out


def report(records: Iterable[Mapping[str, Any]]) -> UsageReport:
    with tempfile.TemporaryDirectory() as name:
        lines = [json.dumps(one).encode() for one in records]
        file = write_lines(lines, Path(name) / "usage.jsonl")
        return report_usage(BOOK, file, ReportQuery(), Path(name))
