"""The daily refresh: fetch the public lists, judge them, store what is believed and what waits.

Started by EventBridge Scheduler, or on demand by the admin function. The scheduled instant is the
refresh's own clock, so a duplicated event makes the same versions again, which is none.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pricing.aws.timeouts import SCHEDULED
from pricing.errors import TariffError
from pricing.refresh.candidates import OPENROUTER
from pricing.refresh.refresh import Refreshed, RefreshFailed, refresh
from pricing.slack.delivery import WebhookFailed, tell
from pricing.slack.notices import notice_of
from pricing.sources.aws_price_list import aws_price_list
from pricing.sources.bedrock import AWS
from pricing.sources.fetcher import Fetcher, FetchFailed
from pricing.sources.payload import Payload
from pricing.store import bundled
from pricing.store import connect as environment
from pricing.store.ledger import Ledger
from pricing.store.refresh_state import RefreshStore

#: Where each source is found. The template's values are constants; tests serve from loopback.
URLS = {
    "genai-prices": "TARIFF_SOURCE_GENAI_PRICES",
    "litellm": "TARIFF_SOURCE_LITELLM",
    OPENROUTER: "TARIFF_SOURCE_OPENROUTER",
}
#: How long a source is waited for beyond its own limit, before it is left behind.
GRACE_SECONDS = 5.0
METRICS = (
    "refresh_succeeded",
    "refresh_failed",
    "prices_changed",
    "prices_waiting",
    "sources_failed",
    "notice_failed",
)


@dataclass(frozen=True, slots=True)
class Edges:
    """Everything a refresh touches outside itself."""

    repository: Ledger
    store: RefreshStore
    fetcher: Fetcher

    def fetch(self) -> tuple[list[Payload], dict[str, str]]:
        """Every configured source, all at once; and why others did not answer.

        Takes ``GRACE_SECONDS`` longer than the fetcher gives one source, and no more.
        """
        wanted = {name: os.environ.get(variable, "") for name, variable in URLS.items()}
        jobs = {name: (self.fetcher.fetch, (name, url)) for name, url in wanted.items() if url}
        limit = self.fetcher.total_seconds
        pool = ThreadPoolExecutor(max_workers=len(URLS) + 1)
        answers = {name: pool.submit(call, *given) for name, (call, given) in jobs.items()}
        if os.environ.get("TARIFF_SOURCE_AWS"):
            answers[AWS] = pool.submit(aws_price_list, limit)
        wait(answers.values(), timeout=limit + GRACE_SECONDS)
        # What hangs where no limit of its own reaches (a look-up of a name, a page that drips) is
        # left behind, or one source would use up the time of them all.
        pool.shutdown(wait=False, cancel_futures=True)
        payloads, failures = [], {}
        for name, answer in answers.items():
            try:
                payloads.append(answer.result(timeout=0))
            except FetchFailed as error:
                failures[name] = error.detail
            except TimeoutError:
                failures[name] = f"{name}: no answer in {limit + GRACE_SECONDS:g} s"
        return payloads, failures

    def succeeded(self, done: Refreshed, failures: Mapping[str, str]) -> None:
        """Report a refresh, and tell Slack of new prices where it is configured."""
        notice_failed = 0
        try:
            tell(lambda: notice_of(done))
        except WebhookFailed:
            notice_failed = 1
        report(
            # Only both lists, read whole, make prices fresh: half a refresh may hide for weeks.
            refresh_succeeded=int(done.complete),
            prices_changed=len(done.changes),
            prices_waiting=len(done.waiting),
            sources_failed=len(failures),
            notice_failed=notice_failed,
        )

    def failed(self, error: TariffError, details: Mapping[str, Any]) -> None:
        """Leave an audit row, if the store still takes one, and the metric in any case."""
        try:
            self.store.fail(error.detail, details)
        except TariffError as unwritten:
            cause = getattr(unwritten, "cause", "")
            line = {"audit_unwritten": unwritten.detail, "cause": cause}
            sys.stdout.write(json.dumps(line) + "\n")
        report(refresh_failed=1, sources_failed=len(details["failures"]))


def _edges() -> Edges:
    """The edges of this environment: the table, and the rules of fetching."""
    table = os.environ["TARIFF_TABLE"]
    client = environment.writer(SCHEDULED)
    repository = Ledger(table, client, client)
    fetcher = Fetcher(
        total_seconds=float(os.environ.get("TARIFF_FETCH_SECONDS", "25")),
        allow_loopback=os.environ.get("TARIFF_FETCH_LOOPBACK") == "allowed-locally",
    )
    return Edges(repository, RefreshStore(repository, table, client), fetcher)


def report(**figures: int) -> None:
    """One line of CloudWatch's embedded metric format; what is not given is zero."""
    service = os.environ.get("TARIFF_SERVICE", "tariff")
    line = {
        "_aws": {
            "CloudWatchMetrics": [
                {
                    "Namespace": "Tariff",
                    "Dimensions": [["service"]],
                    "Metrics": [{"Name": name, "Unit": "Count"} for name in METRICS],
                }
            ],
            "Timestamp": time.time_ns() // 1_000_000,
        },
        "service": service,
        **dict.fromkeys(METRICS, 0),
        **figures,
    }
    sys.stdout.write(json.dumps(line, separators=(",", ":")) + "\n")


def lambda_handler(event: Mapping[str, Any], _context: object) -> dict[str, Any]:
    """Refresh once; raises only where trying again may help."""
    now = _instant(event)
    edges = _edges()
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
