"""Usage reports in the OpenAPI document: what their fields mean, and requests to show."""

from collections.abc import Mapping
from typing import Any

_COST = "What they cost; null when no call of them has a known price."
_SAVES = "What it would have saved, after the ones before it; negative where a change that is due"

#: By ``Type.field``, else by ``field``, as in openapi_fields.py.
USAGE_REPORT_FIELDS: Mapping[str, str] = {
    "LinesQuery.top": "As in the document.",
    "LinesQuery.format": "As in the document.",
    "LinesQuery.model": "One id, or name as the records have it.",
    "LinesQuery.endpoint": "One endpoint, exactly.",
    "LinesQuery.team": "One team, exactly.",
    "LinesQuery.start": "The first day, UTC.",
    "LinesQuery.end": "The day after the last, UTC.",
    "UsageReport.totals": "All priced calls together.",
    "UsageReport.records": "Where every row went.",
    "UsageReport.groups": "One list of sums for each of `group_by`.",
    "UsageReport.top_drivers": "The dearest endpoint and model pairs.",
    "UsageReport.recommendations": "What would have cost less, in the order it is applied.",
    "UsageReport.savings": "What all of it comes to.",
    "UsageReport.unpriced": "What is not in the totals.",
    "UsageReport.rejected": "The first 100 records that could not be read.",
    "ReportTotals.cost_usd": "The exact sum of what every priced call cost.",
    "ReportTotals.calls": "How many calls were priced.",
    "ReportTotals.prompt_tokens": "All input, cached and written included.",
    "ReportTotals.cache_read_tokens": "Of that, read from a cache.",
    "ReportTotals.cache_write_tokens": "Of that, written to a cache.",
    "ReportTotals.output_tokens": "All output, reasoning included.",
    "first_day": "The first day with a priced call, UTC; null without one.",
    "last_day": "The last such day.",
    "Records.read": "Rows of the body or file, blank lines left out.",
    "Records.priced": "Calls in the totals.",
    "Records.partial": "Of those, calls that used a component without a known price.",
    "Records.unpriced": "Calls without a known price.",
    "Records.rejected": "Rows that could not be read.",
    "Records.duplicates": "Rows whose request id an earlier one has.",
    "Records.filtered_out": "Calls that the filter leaves out.",
    "Records.read_singly": "Rows that took the reader of single records: iterations, odd shapes.",
    "Group.by": "What the rows are told apart by.",
    "Group.rows": "Days in order, all else from the dearest down; at most 1,000.",
    "Group.others": "All further rows added up; null when there are none.",
    "GroupRow.values": "The row's value of each dimension; null where a record did not say.",
    "GroupRow.cost_usd": _COST,
    "GroupRow.share": "Their part of the report's cost, from 0 to 1.",
    "GroupRow.calls": "How many priced calls.",
    "GroupRow.prompt_tokens": "Their input, cached and written included.",
    "GroupRow.cache_read_tokens": "Of that, read from a cache.",
    "GroupRow.cache_write_tokens": "Of that, written to a cache.",
    "GroupRow.output_tokens": "Their output, reasoning included.",
    "GroupRow.unpriced_calls": "Further calls, without a known price.",
    "ReportRecommendation.kind": "What kind of change.",
    "ReportRecommendation.target": "To which model, time to live, length or processing.",
    "ReportRecommendation.endpoint": "At which endpoint; null for a model wherever it is used.",
    "ReportRecommendation.model": "The model these calls were made on.",
    "ReportRecommendation.saves_usd": f"{_SAVES} costs more.",
    "ReportRecommendation.saves_percent": "The same as a percentage of `before_usd`.",
    "ReportRecommendation.before_usd": "What its calls cost, with what went before applied.",
    "ReportRecommendation.after_usd": "What they would have cost.",
    "ReportRecommendation.calls": "How many calls it is about.",
    "ReportRecommendation.why": "What speaks for it.",
    "ReportRecommendation.arithmetic": "How the saving was computed.",
    "ReportRecommendation.confidence": "How sure it is, from the log alone.",
    "ReportSavings.spent_usd": "The report's cost.",
    "ReportSavings.steps": "What each kind of change saves.",
    "ReportSavings.remaining_usd": "What would be left: spent, less all steps.",
    "SavingStep.kind": "The kind of change.",
    "SavingStep.saves_usd": "All recommendations of that kind together.",
    "UnpricedCalls.calls": "How many calls.",
    "UnpricedCalls.share": "Their part of all calls priced or not, from 0 to 1.",
    "UnpricedCalls.reasons": "By model and reason, most calls first; at most 100.",
    "UnpricedReason.model": "The name in the records, or the model it means.",
    "UnpricedReason.reason": "Why there is no price.",
    "UnpricedReason.calls": "How many calls.",
    "RejectedLine.line": "Which record, from 1; in a CSV file the header is line 1.",
    "RejectedLine.reason": "Where and what is wrong with it. Its content is not repeated.",
}

_USAGE = {"input_tokens": 2000, "output_tokens": 1000, "cache_read_input_tokens": 50000}

#: By route: the name of each example, its summary and its body.
USAGE_REPORT_EXAMPLES: Mapping[str, tuple[tuple[str, str, Any], ...]] = {
    "POST /v1/usage/report": (
        (
            "records",
            "Calls before and after a price fell, one of a model nobody knows, and a broken one",
            {
                "group_by": ["model", "day*model"],
                "records": [
                    {
                        "timestamp": "2026-10-06T23:59:59Z",
                        "model": "claude-sonnet-5-5",
                        "endpoint": "chat",
                        "team": "support",
                        "request_id": "req_1",
                        "usage": _USAGE,
                    },
                    {
                        "timestamp": "2026-10-07T00:00:00Z",
                        "model": "claude-sonnet-5-5",
                        "endpoint": "chat",
                        "team": "support",
                        "request_id": "req_2",
                        "usage": _USAGE,
                    },
                    {
                        "timestamp": "2026-10-07T09:00:00Z",
                        "endpoint": "search",
                        "response": {
                            "object": "chat.completion",
                            "id": "chatcmpl-1",
                            "model": "gpt-6.1-sol",
                            "usage": {"prompt_tokens": 900, "completion_tokens": 80},
                        },
                    },
                    {"timestamp": "2026-10-07", "model": "gpt-7", "usage": _USAGE},
                    {"timestamp": "yesterday", "model": "opus", "usage": _USAGE},
                ],
            },
        ),
    ),
}
