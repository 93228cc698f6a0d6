"""Objects in S3: the two routes that read them accept and refuse the same, in the same words."""

import io
import json
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from pricing.aws import s3
from pricing.errors import InvalidRequest, StoreUnavailable
from tests.support.dripping import dripping
from tests.support.handlers import Answer, Event, call, handler

Put = Callable[[str, bytes], str]
Ask = Callable[[str], Answer]
RECORD = {
    "timestamp": "2026-11-20",
    "model": "opus",
    "usage": {"input_tokens": 900, "output_tokens": 40},
}
OUTCOME = {"task": "Translate this greeting", "cheap_ok": True, "strong_ok": True}
ROWS = {"usage_report": json.dumps(RECORD), "recommend_calibrate": json.dumps(OUTCOME)}
FUNCTIONS = {"usage_report": "usage_report", "recommend_calibrate": "recommend"}


@pytest.fixture
def ask(event: Event) -> Callable[[str, str], Answer]:
    """``ask(route, uri)`` sends a request whose rows are in S3."""

    def send(route: str, s3_uri: str) -> Answer:
        body = json.dumps({"source": {"s3_uri": s3_uri}})
        return call(handler(FUNCTIONS[route]), event(route), body=body)

    return send


@pytest.fixture
def refusal(ask: Callable[[str, str], Answer]) -> Callable[[str], str]:
    """``refusal(uri)`` is what both routes answer: 422 at the URI, in the same words."""

    def words(s3_uri: str) -> str:
        answers = [ask(route, s3_uri) for route in ROWS]
        for answer in answers:
            assert answer.status == 422, answer.body
            assert [error["pointer"] for error in answer.body["errors"]] == ["/source/s3_uri"]
        report, calibrate = (answer.body["errors"][0]["detail"] for answer in answers)
        assert report == calibrate
        return str(report)

    return words


@pytest.fixture
def server() -> Iterator[Callable[[bytes], None]]:
    """``server(answer)`` puts a server in S3's place that answers everything with these bytes."""
    with ExitStack() as running:

        def start(answer: bytes) -> None:
            port = running.enter_context(dripping(answer, b""))
            os.environ |= {
                "TARIFF_INPUT_BUCKET": "inputs",
                "TARIFF_S3_ENDPOINT": f"http://127.0.0.1:{port}",
            }

        yield start


@pytest.mark.parametrize("route", ROWS)
@pytest.mark.parametrize(
    "key",
    [
        *("a.jsonl", "2026/10/a.jsonl", "all of october.jsonl", "a?b#c.jsonl", "è%20+&.jsonl"),
        "x" * 1018 + ".jsonl",
    ],
)
def test_every_key_that_s3_takes_is_read(
    ask: Callable[[str, str], Answer], bucket: Put, route: str, key: str
) -> None:
    uri = bucket(key, f"{ROWS[route]}\n".encode() * 100)

    answer = ask(route, uri)

    assert answer.status == 200, answer.body


@pytest.mark.parametrize(
    "uri",
    [
        *("https://inputs/a.jsonl", "s3://inputs", "s3://inputs/", "s3:///a.jsonl"),
        *("S3://inputs/a.jsonl", "s3://Inputs/a.jsonl", "file:///etc/x.jsonl", "inputs/a.jsonl"),
        *("s3://inputs/" + "x" * 1025, "s3://inputs/" + "è" * 513),
    ],
)
def test_what_is_not_an_s3_uri_is_refused_with_its_form(
    refusal: Callable[[str], str], bucket: Put, uri: str
) -> None:
    bucket("a.jsonl", b"")

    assert "must be s3://bucket/key" in refusal(uri)


def test_another_bucket_is_refused_with_the_name_of_the_right_one(
    refusal: Callable[[str], str], bucket: Put
) -> None:
    bucket("a.jsonl", b"")

    assert refusal("s3://other/a.jsonl") == "must be in the bucket inputs"


def test_without_a_configured_bucket_the_data_is_asked_for_in_the_body(
    refusal: Callable[[str], str],
) -> None:
    assert "no input bucket is configured; send the data in the body" in refusal("s3://inputs/a")


def test_a_missing_object_and_one_that_may_not_be_read_are_refused_alike(
    refusal: Callable[[str], str], bucket: Put, server: Callable[[bytes], None]
) -> None:
    bucket("a.jsonl", b"")
    missing = refusal("s3://inputs/absent.jsonl")
    server(b"HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n")
    forbidden = refusal("s3://inputs/a.jsonl")

    assert missing == forbidden
    assert "not found or not allowed" in missing


@pytest.mark.parametrize("route", ROWS)
@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 503 Slow Down\r\ncontent-length: 0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\netag: x\r\ncontent-length: 10\r\n\r\ncut",
    ],
    ids=["503", "broken off"],
)
def test_an_s3_that_fails_is_a_503_that_says_to_try_again(
    ask: Callable[[str, str], Answer], server: Callable[[bytes], None], route: str, answer: bytes
) -> None:
    server(answer)

    failed = ask(route, "s3://inputs/a.jsonl")

    assert failed.status == 503
    assert failed.body["detail"].startswith("S3 did not deliver the object. Try again")


def test_outcomes_have_a_size_limit(
    ask: Callable[[str, str], Answer], server: Callable[[bytes], None]
) -> None:
    server(b"HTTP/1.1 200 OK\r\ncontent-length: 20971521\r\n\r\n")

    answer = ask("recommend_calibrate", "s3://inputs/a.jsonl")

    assert answer.status == 422
    assert "has 20,971,521 bytes; the limit is 20,971,520" in answer.body["detail"]


#: The helpers of this bucket, by what each does when an object is not found or not allowed.
HELPERS: dict[str, tuple[Callable[[], Any], Any]] = {
    "objects": (lambda: s3.objects("usage/"), StoreUnavailable),
    "size_of": (lambda: s3.size_of("s3://inputs/a.jsonl"), InvalidRequest),
    "download": (lambda: s3.download("s3://inputs/a.jsonl", io.BytesIO()), InvalidRequest),
    "read": (lambda: s3.read("a.json"), None),
    "write": (lambda: s3.write("a.json", b"{}"), StoreUnavailable),
    "write only new": (lambda: s3.write("a.json", b"{}", only_new=True), StoreUnavailable),
    "upload": (lambda: s3.upload("s3://inputs/a.json", io.BytesIO(b"{}")), StoreUnavailable),
}


@pytest.mark.parametrize("name", HELPERS)
@pytest.mark.parametrize("status", ["403 Forbidden", "404 Not Found", "500 Oops", "503 Slow Down"])
def test_every_use_of_s3_tells_a_failure_from_an_object_that_is_not_there(
    server: Callable[[bytes], None], name: str, status: str
) -> None:
    server(f"HTTP/1.1 {status}\r\ncontent-length: 0\r\n\r\n".encode())
    use, expected = HELPERS[name]
    if status[0] == "5":
        expected = StoreUnavailable
    if expected is None:
        assert use() is None
    else:
        with pytest.raises(expected):
            use()


def test_an_object_is_written_once_where_it_must_be_new(bucket: Put) -> None:
    bucket("other.json", b"")
    assert s3.write("a.json", b"1", only_new=True)
    assert not s3.write("a.json", b"2", only_new=True)
    assert s3.read("a.json") == b"1"
    assert s3.write("a.json", b"3")
    assert s3.read("a.json") == b"3"
    s3.upload("s3://inputs/a.json", io.BytesIO(b"4"))
    assert s3.read("a.json") == b"4"


def test_only_objects_with_content_that_were_written_since_are_listed(bucket: Put) -> None:
    for key, content in (("usage/a", b"1"), ("usage/empty", b""), ("other/b", b"2")):
        bucket(key, content)
    assert s3.objects("usage/") == ["s3://inputs/usage/a"]
    assert s3.objects("usage/", datetime.now(UTC) + timedelta(hours=1)) == []


def test_without_a_bucket_nothing_is_read() -> None:
    assert s3.read("a.json") is None
