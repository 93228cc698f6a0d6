"""Price versions in the OpenAPI document: what their fields mean, and requests to show."""

from collections.abc import Mapping
from typing import Any

_ID = "The version's id; it never means another content."
_MODEL = "The model's id with this provider."
_AT = "When, RFC 3339 in UTC."
_ACTOR = "Who: an IAM principal's ARN, or `jwt:` with a token's subject."
_WHY = "Why, in their words."
_FIELD = (
    "`mode.component`, with `>tokens` for a tier, `~from-to/days` for an off-peak window and"
    " `@instant` for what holds from a later moment on."
)

#: By ``Type.field``, else by ``field``, as in openapi_fields.py.
PRICING_FIELDS: Mapping[str, str] = {
    # Versions
    "VersionList.versions": "Newest first.",
    "VersionList.active": "The active version's id; null before the first activation, and when the"
    " store did not answer.",
    "VersionList.revision": "How often a version was activated; the next activation names it. Null"
    " when the store did not answer.",
    "VersionList.stale": "True when the store did not answer: only bundled versions are listed.",
    "VersionSummary.id": _ID,
    "VersionSummary.status": "What became of it; `earlier` ones were active once.",
    "VersionSummary.models": "How many models it has.",
    "sha256": "Of the version's canonical JSON.",
    "proposer": "Who proposed it; null for a version that comes with Tariff.",
    "proposed_at": "When it was stored.",
    "waiting": "How many prices wait for approval by somebody other than the proposer; none, once"
    " the version was approved or rejected.",
    "VersionPage.id": _ID,
    "VersionPage.status": "What became of it; `earlier` ones were active once. Null when the store,"
    " which alone would know, did not answer.",
    "VersionPage.models": "How many models it has.",
    "VersionPage.quarantined": "Prices that wait, which activating this version puts in force; or"
    " that were rejected with it. Null when not known.",
    "VersionPage.approved": "Prices that waited until somebody activated this version; null when"
    " not known.",
    "VersionPage.decisions": "What was decided about it, oldest first; null when not known.",
    "VersionPage.sources": "Where its prices come from.",
    "VersionPage.revision": "How often any version was activated; null when not known.",
    "VersionPage.stale": "True when the store did not answer: what it alone knows is null.",
    "QuarantinedField.provider": "Who sells the model.",
    "QuarantinedField.model": _MODEL,
    "QuarantinedField.field": f"{_FIELD} Empty when the whole model waits.",
    "QuarantinedField.before": "The price that was active then; null when there was none.",
    "QuarantinedField.after": "The price that waits or waited; null when it vanished.",
    "QuarantinedField.sources": "The price lists that say so.",
    "code": "Why it waits, as a word.",
    "QuarantinedField.reason": "Why it waits, as a sentence.",
    "Decided.at": _AT,
    "actor": _ACTOR,
    "action": "What was done.",
    "reason": _WHY,
    # Differences
    "from_version": "The version before; null when none was active then.",
    "to_version": "The version after.",
    "PriceDiff.as_of": "The moment whose prices are held against each other.",
    "from_pricing": "The version before, and how fresh that knowledge is.",
    "to_pricing": "The version after, and how fresh that knowledge is.",
    "PriceDiff.stale": "True when `active` was asked for and the store did not say which it is.",
    "PriceDiff.added": "How many models only the version after has.",
    "removed": "How many models only the version before has.",
    "changed": "How many models are in both and differ.",
    "changes": "One entry for each model that differs, in the order of `provider/id`.",
    "PriceChanges.changes": "One entry for each model that differs, behind all activations.",
    "ModelChange.id": _MODEL,
    "ModelChange.provider": "Who sells it.",
    "ModelChange.kind": "Whether the model is new, gone, or different.",
    "ModelChange.fields": "Prices that differ at the moment asked for, or from a later one on.",
    "past": "Whether prices of before that moment differ too: a correction of history.",
    "also": "Other facts that differ, by name; `prices.` and a name where it is one of a price that"
    " is itself the same.",
    "FieldChange.field": _FIELD,
    "FieldChange.before": "USD per million tokens, or per use; null is no price.",
    "FieldChange.after": "USD per million tokens, or per use; null is no price.",
    "change_percent": "Of the price before; null when there was none, or it was zero.",
    "since": "From this moment, exclusive.",
    "until": "To this moment: now.",
    "activations": "Every change of the active version since, oldest first.",
    "Activation.at": _AT,
    "Activation.version": "The version that became active.",
    "Activation.before": "The one it followed; null for the first.",
    "took_effect": "The active version's own prices that began since, by the calendar: behind all"
    " changes, the earliest first.",
    "TookEffect.provider": "Who sells the model.",
    "TookEffect.id": _MODEL,
    "TookEffect.starts": "Since when the prices hold.",
    "TookEffect.fields": "The prices, beside the ones they ended.",
    "PriceChanges.stale": "True when the store did not answer: no activations are known.",
    # Administration
    "Activated.version": "The version that is active now.",
    "Activated.revision": "The activation's number; the next one has to expect it.",
    "Activated.before": "The version it followed; null for the first.",
    "Rejected.version": "The version that will never be active.",
    "Rejected.status": "What became of it.",
    "RefreshStarted.status": "That it was started; the audit tells how it ended.",
    "Cancelled.version": "The version without the prices, active now.",
    "Cancelled.revision": "The activation's number.",
    "Cancelled.before": "The version that had them.",
    "Cancelled.model": "The model, as sent.",
    "Cancelled.starts": "When the prices would have begun, as sent.",
    "AuditPage.rows": "Newest first.",
    "broken_row": "The first row that is not as it was written; null when the record is whole.",
    "number": "Counts from 1, without a gap.",
    "AuditRow.at": _AT,
    "AuditRow.before": "The version that was active or is decided about; null where none is.",
    "AuditRow.after": "The version that became so; null where none did.",
    "details": "What else the action knows.",
    "previous": "The hash of the row before; empty in the first.",
    "hash": "SHA-256 of everything else in the row.",
}

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
