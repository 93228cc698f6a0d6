"""The fetcher against a server on loopback, and against addresses it may never reach."""

import socket
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from pricing.sources.fetcher import Fetcher, FetchFailed, retry_after
from tests.support.dripping import HALF_A_HANDSHAKE, dripping, self_signed
from tests.support.price_server import Answer, PriceServer, price_server

NOW = datetime(2026, 11, 24, 3, tzinfo=UTC)


@pytest.fixture
def server() -> Iterator[PriceServer]:
    with price_server() as found:
        yield found


def fetcher(**settings: Any) -> Fetcher:
    waits: dict[str, Any] = {"sleep": lambda _: None, "jitter": lambda: 1.0}
    return Fetcher(**{"allow_loopback": True, **waits, **settings})


def test_an_answer_comes_with_its_provenance(server: PriceServer) -> None:
    server.answers["/list"] = Answer(b"[]")
    found = fetcher().fetch("a list", server.url_of("/list"))
    assert (found.content, found.etag, found.source) == (b"[]", '"a-tag"', "a list")
    assert found.retrieved_at.endswith("Z")


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (Answer(b"", status=302, headers={"Location": "/list"}), "status 302"),
        (Answer(b"no", status=404), "status 404"),
        (Answer(b"<html>", headers={"Content-Type": "text/html"}), "text/html"),
        (Answer(b"[]", headers={"Content-Encoding": "br"}), "encoding"),
        (Answer(b"junk", headers={"Content-Encoding": "gzip"}), "compression"),
        (Answer(b"x" * 2000), "bytes"),
    ],
)
def test_an_answer_that_is_not_a_price_list_is_refused(
    server: PriceServer, answer: Answer, says: str
) -> None:
    server.answers["/list"] = answer
    with pytest.raises(FetchFailed, match=says):
        fetcher(max_wire_bytes=1000).fetch("a list", server.url_of("/list"))


def test_the_limit_on_the_wire_counts_chunks_too() -> None:
    chunked = LIST + b"Transfer-Encoding: chunked\r\n\r\n3e9\r\n" + b" " * 1001 + b"\r\n0\r\n\r\n"
    with (
        dripping(chunked, b"") as port,
        pytest.raises(FetchFailed, match="over 1000 bytes on the wire"),
    ):
        fetcher(max_wire_bytes=1000).fetch("a list", f"http://localhost:{port}/list")


def test_a_bomb_is_unpacked_to_the_limit_and_no_further(server: PriceServer) -> None:
    import gzip

    packed = gzip.compress(b" " * 10_000_000)
    server.answers["/list"] = Answer(packed, headers={"Content-Encoding": "gzip"})
    with pytest.raises(FetchFailed, match="over 5000 bytes"):
        fetcher(max_bytes=5000).fetch("a list", server.url_of("/list"))


def test_a_drip_ends_with_the_total_time(server: PriceServer) -> None:
    server.answers["/list"] = Answer(b"[" + b" " * 1000, drip=True)
    with pytest.raises(FetchFailed):
        fetcher(total_seconds=0.5).fetch("a list", server.url_of("/list"))


LIST = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
#: Ten seconds of it, dripped.
DROPS = b" " * 200


@pytest.fixture
def certificate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Of a server on loopback, which clients trust."""
    path = self_signed(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    return path


def test_a_list_comes_over_tls(certificate: Path) -> None:
    answer = LIST + b"Content-Length: 2\r\n\r\n[]"
    with dripping(answer, b"", certificate=certificate) as port:
        found = fetcher().fetch("a list", f"https://localhost:{port}/list")
    assert found.content == b"[]"


def test_a_self_signed_certificate_is_refused(tmp_path: Path) -> None:
    answer = LIST + b"Content-Length: 2\r\n\r\n[]"
    with (
        dripping(answer, b"", certificate=self_signed(tmp_path)) as port,
        pytest.raises(FetchFailed, match="SSLCertVerificationError"),
    ):
        fetcher(attempts=1).fetch("a list", f"https://localhost:{port}/list")


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize(
    ("head", "drops"),
    [
        (LIST + b"Content-Length: 200\r\n\r\n", DROPS),
        # Without a length, an answer ends with its connection: cut off, it seems whole.
        (LIST + b"\r\n[]", DROPS),
        (LIST + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n" * 40),
        (b"", LIST + b"X: " + DROPS),
    ],
    ids=["a body", "a body without a length", "chunks", "headers"],
)
def test_a_drip_is_cut_off_in_clear_and_in_tls(
    scheme: str, head: bytes, drops: bytes, certificate: Path
) -> None:
    wanted = certificate if scheme == "https" else None
    with dripping(head, drops, certificate=wanted) as port:
        started = time.monotonic()
        with pytest.raises(FetchFailed):
            fetcher(attempt_seconds=0.5, attempts=1).fetch("a list", f"{scheme}://localhost:{port}")
        assert time.monotonic() - started < 3


def test_a_handshake_that_drips_is_cut_off(certificate: Path) -> None:
    with dripping(b"", HALF_A_HANDSHAKE, certificate=certificate, tls=False) as port:
        started = time.monotonic()
        with pytest.raises(FetchFailed):
            fetcher(attempt_seconds=0.5, attempts=1).fetch("a list", f"https://localhost:{port}")
        assert time.monotonic() - started < 3


def test_the_total_time_covers_every_attempt_in_tls(certificate: Path) -> None:
    head = LIST + b"Content-Length: 200\r\n\r\n"
    with dripping(head, DROPS, certificate=certificate) as port:
        started = time.monotonic()
        with pytest.raises(FetchFailed):
            fetcher(total_seconds=1, attempt_seconds=0.4, first_wait_seconds=0).fetch(
                "a list", f"https://localhost:{port}/list"
            )
        assert 0.8 <= time.monotonic() - started < 3


def test_a_server_that_is_busy_is_asked_again_when_it_says_so(server: PriceServer) -> None:
    server.answers["/list"] = Answer(b"no", status=503, headers={"Retry-After": "2"})
    waits: list[float] = []

    def sleep(seconds: float) -> None:
        waits.append(seconds)
        server.answers["/list"] = Answer(b"[]")

    assert fetcher(sleep=sleep).fetch("a list", server.url_of("/list")).content == b"[]"
    assert waits == [2.0]


def test_waits_grow_with_jitter_and_end_with_the_attempts(server: PriceServer) -> None:
    server.answers["/list"] = Answer(b"no", status=500)
    waits: list[float] = []
    with pytest.raises(FetchFailed, match="status 500"):
        fetcher(attempts=4, sleep=waits.append, jitter=lambda: 0.5).fetch(
            "a list", server.url_of("/list")
        )
    assert waits == [0.25, 0.5, 1.0]


def test_a_wish_beyond_the_total_time_is_not_waited_for(server: PriceServer) -> None:
    server.answers["/list"] = Answer(b"no", status=429, headers={"Retry-After": "3600"})
    waits: list[float] = []
    with pytest.raises(FetchFailed):
        fetcher(sleep=waits.append).fetch("a list", server.url_of("/list"))
    assert waits == []


def test_a_refusal_is_not_repeated(server: PriceServer) -> None:
    server.answers["/list"] = Answer(b"no", status=404)
    waits: list[float] = []
    with pytest.raises(FetchFailed):
        fetcher(sleep=waits.append).fetch("a list", server.url_of("/list"))
    assert waits == []


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/list",
        "ftp://example.com/list",
        "file:///etc/passwd",
        "https://user:secret@example.com/list",
        "https:///list",
        "gopher://127.0.0.1/",
    ],
)
def test_only_plain_https_urls_are_fetched(url: str) -> None:
    with pytest.raises(FetchFailed, match="URL"):
        fetcher().fetch("a list", url)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.0.1",
        "169.254.169.254",  # where clouds keep credentials
        "100.64.0.1",
        "0.0.0.0",  # noqa: S104
        "224.0.0.1",
        "::1",
        "fd00::1",
        "fe80::1",
        "::ffff:10.0.0.1",
    ],
)
def test_an_address_that_is_not_public_is_refused(
    monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    found = [(family, socket.SOCK_STREAM, 6, "", (address, 443))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    monkeypatch.setattr(socket, "create_connection", pytest.fail)
    with pytest.raises(FetchFailed, match="not public"):
        fetcher(attempts=1).fetch("a list", "https://prices.example/list")


def test_loopback_is_refused_unless_configuration_allows_it(server: PriceServer) -> None:
    with pytest.raises(FetchFailed, match="https"):
        fetcher(allow_loopback=False).fetch("a list", server.url_of("/list"))


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("7", 7.0),
        (" 7 ", 7.0),
        ("Tue, 24 Nov 2026 03:00:30 GMT", 30.0),
        ("Tue, 24 Nov 2026 02:00:00 GMT", 0.0),
        ("soon", None),
        ("-7", None),
        ("", None),
        (None, None),
    ],
)
def test_retry_after_is_read_in_both_forms(header: str | None, seconds: float | None) -> None:
    assert retry_after(header, NOW) == seconds
