"""What the refresh reads from its environment, and where it reports to."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import Any

from pricing import environment
from pricing.aws_patience import SCHEDULED
from pricing.aws_price_list import aws_price_list
from pricing.errors import TariffError
from pricing.fetcher import Fetcher, FetchFailed
from pricing.ledger import Ledger
from pricing.refresh import Refreshed
from pricing.refresh_candidates import AWS, OPENROUTER
from pricing.refresh_store import RefreshStore
from pricing.slack_notice import notice_of
from pricing.slack_webhook import WebhookFailed, tell
from pricing.sources import Payload

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


def edges() -> Edges:
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
