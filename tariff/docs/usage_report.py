"""Requests for usage reports that the OpenAPI document shows."""

from collections.abc import Mapping
from typing import Any

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
