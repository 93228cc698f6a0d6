"""A message goes to Slack's own hosts, once; a delivery that is not certain is reported as such."""

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest

from pricing.slack.delivery import Delivery, NotDelivered, is_slacks

URL = "https://hooks.slack.com/actions/T0001/123456/AbCdEf"


@pytest.mark.parametrize(
    "url",
    [
        URL,
        "https://hooks.slack.com/commands/T0001/1234/xyz",
        "https://hooks.slack-gov.com/actions/T0001/1/x-y_z",
    ],
)
def test_the_addresses_slack_gives_out_are_taken(url: str) -> None:
    assert is_slacks(url)


@pytest.mark.parametrize(
    "url",
    [
        *("", "hooks.slack.com/actions/T1", "//hooks.slack.com/actions", "https://hooks.slack.com"),
        *("http://hooks.slack.com/actions/T1", "HTTPS://hooks.slack.com/actions/T1"),
        *("https://hooks.slack.com:443/actions/T1", "https://hooks.slack.com:8080/actions/T1"),
        *("https://user@hooks.slack.com/a", "https://hooks.slack.com@evil.example/a"),
        *("https://evil.example/hooks.slack.com/a", "https://evil.example#https://hooks.slack.com/a"),
        *("https://hooks.slack.com.evil.example/a", "https://xhooks.slack.com/a"),
        *("https://hooks.slack.com/a?to=1", "https://hooks.slack.com/a#b", "https://slack.com/a"),
        *("https://hooks.slack.com/../a", "https://hooks.slack.com/%2e%2e/a"),
        *("https://hooks.slack.com/a b", "https://hooks.slack.com/a\r\nhost: evil", URL + "\n"),
        *("https://hooks\u3002slack.com/a", "https://hooks.sl\u0430ck.com/a"),
        "https:/hooks.slack.com/a",
        *("https://127.0.0.1/a", "https://169.254.169.254/latest", "https://[::1]/a", "file:///a"),
        "https://hooks.slack.com/" + "a" * 501,
    ],
)  # fmt: skip
def test_no_other_address_is(url: str) -> None:
    assert not is_slacks(url)
    with pytest.raises(NotDelivered) as refused:
        Delivery().post(url, {"text": "hello"})
    assert refused.value.certain


@contextmanager
def listening(reply: bytes | None) -> Iterator[tuple[str, list[bytes]]]:
    """A Slack on loopback that answers each request so, or hangs up; and what it received."""
    received: list[bytes] = []
    with closing(socket.create_server(("127.0.0.1", 0))) as server:

        def serve() -> None:
            try:
                connection, _ = server.accept()
            except OSError:
                return
            if not connection.recv(1, socket.MSG_PEEK):
                connection.close()
                return
            with connection, connection.makefile("rb") as stream:
                head = b"".join(iter(stream.readline, b"\r\n"))
                length = int(head.lower().partition(b"content-length: ")[2].split()[0])
                received.extend((head, stream.read(length)))
                if reply is not None:
                    connection.sendall(reply)

        thread = threading.Thread(target=serve)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}", received
        thread.join(10)


def answering(status: str, *headers: str) -> bytes:
    return "\r\n".join([f"HTTP/1.1 {status}", *headers, "content-length: 2", "", "ok"]).encode()


def test_the_message_is_posted_as_json() -> None:
    with listening(answering("200 OK")) as (endpoint, received):
        Delivery(endpoint).post(URL, {"text": "é"})

    head, body = received
    assert head.startswith(b"POST /actions/T0001/123456/AbCdEf HTTP/1.1\r\n")
    assert json.loads(body) == {"text": "é"}


@pytest.mark.parametrize("status", ["404 Not Found", "429 Too Many", "500 Oops", "204 None"])
def test_a_refusal_is_certain(status: str) -> None:
    with listening(answering(status)) as (endpoint, _), pytest.raises(NotDelivered) as refused:
        Delivery(endpoint).post(URL, {})
    assert refused.value.certain


def test_a_redirect_is_not_followed() -> None:
    with listening(answering("200 OK")) as (elsewhere, received):
        redirect = answering("302 Found", f"location: {elsewhere}/")
        with listening(redirect) as (endpoint, _), pytest.raises(NotDelivered) as refused:
            Delivery(endpoint).post(URL, {})
        assert received == []
        socket.create_connection(("127.0.0.1", int(elsewhere.rpartition(":")[2]))).close()
    assert refused.value.certain


def test_whether_a_broken_connection_delivered_it_is_not_known() -> None:
    with listening(None) as (endpoint, _), pytest.raises(NotDelivered) as refused:
        Delivery(endpoint).post(URL, {})
    assert not refused.value.certain


def test_a_refused_connection_is_certain() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        endpoint = f"http://127.0.0.1:{server.getsockname()[1]}"
    with pytest.raises(NotDelivered) as refused:
        Delivery(endpoint).post(URL, {})
    assert refused.value.certain
