"""Fetch AWS's price list of Bedrock, with limits on pages, bytes and time."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

from pricing.aws.timeouts import Timeouts
from pricing.sources.bedrock import AWS, REGION
from pricing.sources.fetcher import FetchFailed
from pricing.sources.payload import MAX_PAYLOAD_BYTES, Payload

SERVICES = ("AmazonBedrock", "AmazonBedrockFoundationModels")
#: Of both services together; they have a tenth of it today.
MAX_PAGES = 200
#: For one page. The SDK's default is a minute for every read, five times.
TIMEOUTS = Timeouts(2, 5, 2)


def aws_price_list(
    total_seconds: float,
    *,
    max_bytes: int = MAX_PAYLOAD_BYTES,
    monotonic: Callable[[], float] = time.monotonic,
) -> Payload:
    """Return both services' products as one payload; raises FetchFailed.

    No page is requested after ``total_seconds``; the last may still take ``TIMEOUTS``.
    """
    import boto3  # scheduled work has time for it
    from botocore.exceptions import BotoCoreError, ClientError

    deadline = monotonic() + total_seconds
    found: list[str] = []
    size = 0
    try:
        client = boto3.client("pricing", region_name=REGION, config=TIMEOUTS.config())
        for number, page in enumerate(_pages(client)):
            found += page
            size += sum(len(product) for product in page)
            if size > max_bytes:
                raise FetchFailed(f"{AWS}: over {max_bytes} bytes")
            if number == MAX_PAGES:
                raise FetchFailed(f"{AWS}: over {MAX_PAGES} pages")
            if monotonic() >= deadline:
                raise FetchFailed(f"{AWS}: not read to its end in {total_seconds:g} s")
    except (BotoCoreError, ClientError) as error:
        raise FetchFailed(f"{AWS}: {type(error).__name__}") from None
    content = ('{"PriceList":[' + ",".join(found) + "]}").encode()
    retrieved = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
    return Payload(AWS, f"https://api.pricing.{REGION}.amazonaws.com", retrieved, None, content)


def _pages(client: Any) -> Iterator[list[str]]:
    """Yield the products of each page, each as JSON text."""
    for service in SERVICES:
        for page in client.get_paginator("get_products").paginate(
            ServiceCode=service,
            Filters=[{"Type": "TERM_MATCH", "Field": "regionCode", "Value": REGION}],
            PaginationConfig={"PageSize": 100},
        ):
            yield page.get("PriceList", [])
