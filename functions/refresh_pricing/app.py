"""The daily refresh: fetch the public lists, judge them, store what is believed and what waits.

Started by EventBridge Scheduler, or on demand by the admin function. The scheduled instant is the
refresh's own clock, so a duplicated event makes the same versions again, which is none.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from pricing import bundled, refresh_environment
from pricing.errors import TariffError
from pricing.refresh import refresh
from pricing.refresh_books import RefreshFailed


def lambda_handler(event: Mapping[str, Any], _context: object) -> dict[str, Any]:
    """Refresh once; raises only where trying again may help."""
    now = _instant(event)
    edges = refresh_environment.edges()
    payloads, failures = edges.fetch()
    details = {
        "scheduled": f"{now:%Y-%m-%dT%H:%M:%SZ}",
        "requested_by": str(event.get("actor", "schedule"))[:128],
        "sources": [payload.provenance() for payload in payloads],
        "failures": failures,
    }
    try:
        pointer = edges.repository.active()
        active = edges.repository.get(pointer.version) if pointer else bundled.current()
        if active is None:
            raise RefreshFailed("The active pointer names a version that is not stored.")
        done = refresh(active, payloads, bundled.merge_rules(), edges.store.memory(), now)
        pointer = edges.store.save(done, pointer, details)
    except TariffError as error:
        edges.failed(error, details)
        if not payloads:
            raise  # nothing was fetched at all: Lambda tries an asynchronous event again
        return {"outcome": "failed", "reason": error.detail}
    edges.succeeded(done, failures)
    return {
        "outcome": "refreshed" if done.complete else "partial",
        "active": active.id if pointer is None else pointer.version,
        "changed": len(done.changes),
        "waiting": len(done.waiting),
    }


def _instant(event: Mapping[str, Any]) -> datetime:
    """When the event was scheduled for; now for one that was started by hand."""
    try:
        return datetime.fromisoformat(str(event.get("scheduled_time"))).astimezone(UTC)
    except ValueError:
        return datetime.now(UTC).replace(microsecond=0)
