"""Requests to the plans that the OpenAPI document shows."""

from collections.abc import Mapping
from typing import Any

#: By route: the name of each example, its summary and its body.
PLAN_EXAMPLES: Mapping[str, tuple[tuple[str, str, Any], ...]] = {
    "POST /v1/plan/caching": (
        (
            "exercise",
            "100 calls an hour share a prompt of 30,000 tokens: the lesson's third exercise",
            {
                "pricing_version": "lesson-2025",
                "model": "sonnet",
                "prefix_tokens": 30000,
                "suffix_tokens": 500,
                "calls_per_hour": 100,
                "hours_per_day": 8,
                "days_per_month": 22,
            },
        ),
        (
            "order",
            "Calls at random, with a document behind the question, where no cache finds it",
            {
                "model": "claude-sonnet-5-5",
                "prompt": [
                    {"name": "instructions", "tokens": 2000},
                    {"name": "question", "tokens": 500, "varies": True},
                    {"name": "document", "tokens": 50000},
                ],
                "output_tokens": 700,
                "calls_per_hour": 20,
                "arrivals": "poisson",
                "other_models": ["haiku"],
            },
        ),
        (
            "measured",
            "What caching did to eleven calls that were made",
            {
                "model": "claude-sonnet-5-5",
                "measured": [
                    {
                        "usage": {
                            "input_tokens": 500,
                            "cache_creation_input_tokens": 30000,
                            "output_tokens": 700,
                        }
                    },
                    {
                        "usage": {
                            "input_tokens": 500,
                            "cache_read_input_tokens": 30000,
                            "output_tokens": 700,
                        },
                        "calls": 10,
                    },
                ],
            },
        ),
    ),
    "POST /v1/plan/batch": (
        (
            "translation",
            "A catalogue to translate by the day after tomorrow, with instructions in the cache",
            {
                "model": "claude-haiku-5-5",
                "usage": {"input_tokens": 3000, "output_tokens": 1000},
                "requests": 250000,
                "bytes_per_request": 9000,
                "deadline_hours": 48,
                "task": "Translate product descriptions",
                "caching": {"prefix_tokens": 2000},
            },
        ),
    ),
    "POST /v1/plan/context": (
        (
            "parts",
            "Three files, one of which the task has no use for",
            {
                "model": "claude-sonnet-5-5",
                "task": "Fix the parsing of HTTP headers",
                "reserve_output_tokens": 4000,
                "calls_per_month": 1000,
                "models": ["haiku", "claude-haiku-4-5"],
                "parts": [
                    {"name": "src/http/headers.py", "text": "def parse_header(line): ..."},
                    {"name": "docs/holidays.md", "text": "When the office is closed."},
                    {"name": "conventions", "tokens": 1500, "required": True},
                ],
            },
        ),
        (
            "prompts",
            "A polite prompt beside a plain one",
            {
                "model": "claude-sonnet-5-5",
                "calls_per_month": 10000,
                "before": {
                    "text": "Could you please look at this function and let me know what you"
                    " think? Thank you so much for your help!",
                    "expected_output_tokens": 600,
                },
                "after": {
                    "text": "List this function's bugs as JSON: [{line, problem}].",
                    "expected_output_tokens": 150,
                },
            },
        ),
    ),
    "POST /v1/plan/subscription": (
        (
            "team",
            "Eight people who each have 300 reviews a month",
            {
                "seats": 8,
                "items": [
                    {
                        "name": "Reviews",
                        "model": "claude-sonnet-5-5",
                        "calls": 300,
                        "usage": {"input_tokens": 15000, "output_tokens": 3000},
                    }
                ],
            },
        ),
    ),
}
