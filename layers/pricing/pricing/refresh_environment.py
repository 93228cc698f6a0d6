"""What the refresh reads from its environment, and where it reports to."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

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
AWS_SERVICES = ("AmazonBedrock", "AmazonBedrockFoundationModels")
PRICING_REGION = "us-east-1"
MAX_PAGES = 200
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
        """Every configured source, all at once; and why others did not answer."""
        wanted = {name: os.environ.get(variable, "") for name, variable in URLS.items()}
        jobs = {name: (self.fetcher.fetch, (name, url)) for name, url in wanted.items() if url}
        payloads, failures = [], {}
        with ThreadPoolExecutor(max_workers=len(URLS) + 1) as pool:
            answers = {name: pool.submit(call, *given) for name, (call, given) in jobs.items()}
            if os.environ.get("TARIFF_SOURCE_AWS"):
                answers[AWS] = pool.submit(aws_price_list)
            for name, answer in answers.items():
                try:
                    payloads.append(answer.result())
                except FetchFailed as error:
                    failures[name] = error.detail
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
            sys.stdout.write(json.dumps({"audit_unwritten": unwritten.detail}) + "\n")
        report(refresh_failed=1, sources_failed=len(details["failures"]))


def edges() -> Edges:
    """The edges of this environment: the table, and the rules of fetching."""
    import boto3  # scheduled work has time for it

    table = os.environ["TARIFF_TABLE"]
    client: Any = boto3.client(
        "dynamodb",
        region_name=os.environ["AWS_REGION"],
        endpoint_url=os.environ.get("TARIFF_DYNAMODB_ENDPOINT") or None,
    )
    repository = Ledger(table, client, client)
    fetcher = Fetcher(
        total_seconds=float(os.environ.get("TARIFF_FETCH_SECONDS", "25")),
        allow_loopback=os.environ.get("TARIFF_FETCH_LOOPBACK") == "allowed-in-tests",
    )
    return Edges(repository, RefreshStore(repository, table, client), fetcher)


def aws_price_list() -> Payload:
    """Bedrock's price list, page by page, as one payload; raises FetchFailed."""
    import boto3
    from botocore.exceptions import BotoCoreError, ClientError

    found: list[Any] = []
    try:
        client = boto3.client("pricing", region_name=PRICING_REGION)
        for service in AWS_SERVICES:
            pages = client.get_paginator("get_products").paginate(
                ServiceCode=service,
                Filters=[{"Type": "TERM_MATCH", "Field": "regionCode", "Value": PRICING_REGION}],
                PaginationConfig={"PageSize": 100},
            )
            for number, page in enumerate(pages):
                if number == MAX_PAGES:
                    raise FetchFailed(f"{AWS}: over {MAX_PAGES} pages")
                found += page["PriceList"]
    except (BotoCoreError, ClientError) as error:
        raise FetchFailed(f"{AWS}: {type(error).__name__}") from None
    content = ('{"PriceList":[' + ",".join(found) + "]}").encode()
    retrieved = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
    return Payload(
        AWS, f"https://api.pricing.{PRICING_REGION}.amazonaws.com", retrieved, None, content
    )


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
