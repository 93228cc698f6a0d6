"""Requests for price versions that the OpenAPI document shows."""

from collections.abc import Mapping
from typing import Any

_TODAY = "active"

PRICING_EXAMPLES: Mapping[str, tuple[Mapping[str, Any], ...]] = {
    "GET /v1/pricing/versions": ({"name": "all", "summary": "Every version"},),
    "GET /v1/pricing/versions/{id}": (
        {"name": "lesson", "summary": "The lesson's prices", "path": {"id": "lesson-2025"}},
    ),
    "GET /v1/pricing/diff": (
        {
            "name": "lesson",
            "summary": "What became of the lesson's prices, the first two models",
            "query": {"from": "lesson-2025", "to": _TODAY, "as_of": "2026-11-22", "limit": "2"},
        },
    ),
    "GET /v1/pricing/changes": (
        {
            "name": "november",
            "summary": "Prices whose time came since a day",
            "query": {"since": "2026-11-15", "limit": "2"},
        },
    ),
    "POST /v1/pricing/versions/{id}/activate": (
        {
            "name": "back",
            "summary": "Go back to an earlier version",
            "path": {"id": "lesson-2025"},
            "body": {"reason": "Opus doubled by a unit slip upstream", "expected_revision": 1},
        },
    ),
    "POST /v1/pricing/versions/{id}/reject": (
        {
            "name": "slip",
            "summary": "Never use a version",
            "path": {"id": "lesson-2025"},
            "body": {"reason": "A unit slip upstream"},
        },
    ),
    "POST /v1/pricing/cancellations": (
        {
            "name": "withdrawn",
            "summary": "A rise that its provider withdrew",
            "body": {
                "model": "google/gemini-4-argon",
                "starts": "2026-12-01",
                "reason": "Withdrawn by the provider",
                "expected_revision": 1,
            },
        },
    ),
    "POST /v1/pricing/refresh": (
        {"name": "now", "summary": "Do not wait", "body": {"reason": "A new model is out"}},
    ),
    "GET /v1/pricing/audit": ({"name": "newest", "summary": "The newest entries"},),
}
