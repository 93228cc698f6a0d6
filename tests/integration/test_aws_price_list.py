"""AWS's price list from a server on loopback: whole, or refused in its time."""

import json
import threading
import time
from collections.abc import Iterator
from typing import Any
from unittest import mock

import pytest

from functions.refresh_pricing import app as refresh_environment
from pricing.aws.timeouts import Timeouts
from pricing.sources import aws_price_list as door
from pricing.sources.aws_price_list import MAX_PAGES, SERVICES, aws_price_list
from pricing.sources.bedrock import REGION
from pricing.sources.fetcher import FetchFailed
from tests.support.loopback import LoopbackServer, QuietHandler, serving

PRODUCT = json.dumps({"product": "a"})


class PriceList(LoopbackServer):
    """Answers GetProducts: of each service so many pages, with one product each."""

    def __init__(self) -> None:
        super().__init__(_Request)
        self.pages = dict.fromkeys(SERVICES, 1)
        self.asked: list[dict[str, Any]] = []
        self.hang = False
        #: Seconds before each byte of an answer.
        self.drip = 0.0
        self.closing = threading.Event()


class _Request(QuietHandler):
    server: PriceList

    def respond(self) -> None:
        asked = json.loads(self.received())
        self.server.asked.append(asked)
        if self.server.hang:
            self.server.closing.wait()
            return
        number = int(asked.get("NextToken", 1))
        answer: dict[str, Any] = {"PriceList": [PRODUCT]}
        if number < self.server.pages[asked["ServiceCode"]]:
            answer["NextToken"] = str(number + 1)
        body = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("content-type", "application/x-amz-json-1.1")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        if not self.server.drip:
            self.wfile.write(body)
            return
        for byte in body:
            if self.server.closing.wait(self.server.drip):
                return
            self.wfile.write(bytes([byte]))
            self.wfile.flush()


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[PriceList]:
    with serving(PriceList()) as found:
        monkeypatch.setenv("AWS_ENDPOINT_URL_PRICING", found.url)
        yield found
        found.closing.set()


def test_every_page_of_both_services_makes_one_list(server: PriceList) -> None:
    server.pages = dict(zip(SERVICES, (3, 1), strict=True))
    found = aws_price_list(25)
    assert json.loads(found.content) == {"PriceList": [json.loads(PRODUCT)] * 4}
    assert [one["ServiceCode"] for one in server.asked] == [SERVICES[0]] * 3 + [SERVICES[1]]
    regions = {one["Filters"][0]["Value"] for one in server.asked}
    assert regions == {REGION}


def test_as_many_pages_as_are_allowed_are_read_and_not_one_more(
    server: PriceList, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door, "MAX_PAGES", 4)
    assert MAX_PAGES == 200
    server.pages = dict(zip(SERVICES, (3, 1), strict=True))
    assert aws_price_list(25).content
    server.pages = dict(zip(SERVICES, (3, 2), strict=True))
    with pytest.raises(FetchFailed, match="over 4 pages"):
        aws_price_list(25)


def test_as_many_bytes_as_are_allowed_are_read_and_not_one_more(server: PriceList) -> None:
    size = len(server.pages) * len(PRODUCT)
    assert aws_price_list(25, max_bytes=size).content
    with pytest.raises(FetchFailed, match=f"over {size - 1} bytes"):
        aws_price_list(25, max_bytes=size - 1)


def test_no_page_is_asked_for_when_the_time_is_over(server: PriceList) -> None:
    server.pages = dict.fromkeys(SERVICES, 100)
    ticks = iter(range(1000))
    with pytest.raises(FetchFailed, match="not read to its end in 3 s"):
        aws_price_list(3, monotonic=lambda: next(ticks))
    assert len(server.asked) == 3


def test_a_list_that_hangs_is_asked_twice_and_left(
    server: PriceList, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.hang = True
    monkeypatch.setattr(door, "TIMEOUTS", Timeouts(1, 0.2, door.TIMEOUTS.attempts))
    started = time.monotonic()
    with pytest.raises(FetchFailed, match="ReadTimeoutError"):
        aws_price_list(25)
    assert len(server.asked) == 2
    assert time.monotonic() - started < 5


def test_a_list_that_drips_is_left_behind_by_the_refresh(
    server: PriceList, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No read of it is slow, so that only the wait for all sources ends it."""
    server.drip = 0.5
    monkeypatch.setattr(refresh_environment, "GRACE_SECONDS", 0.5)
    variables = {
        "TARIFF_TABLE": "tariff", "TARIFF_SOURCE_AWS": "yes", "TARIFF_FETCH_SECONDS": "0.5",
    }  # fmt: skip
    with mock.patch.dict("os.environ", variables):
        started = time.monotonic()
        assert refresh_environment.fetch() == (
            [],
            {"aws-price-list": "aws-price-list: no answer in 1 s"},
        )
        assert time.monotonic() - started < 5
