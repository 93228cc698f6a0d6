"""The signature is AWS's own, and a store that does not answer is unavailable, whatever it does."""

import json
import socket
import socketserver
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from unittest import mock

import botocore.auth
import pytest
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as BotocoreCredentials
from hypothesis import given
from hypothesis import strategies as st

from pricing.aws.signed_client import AMAZON_ROOTS, Credentials, DynamoReader, sign
from pricing.errors import StoreUnavailable
from tests.support.dripping import dripping, self_signed
from tests.support.loopback import LoopbackServer, QuietHandler, serving

SERVICE = "dynamodb"
#: Visible ASCII: what access keys and tokens are made of, and more.
words = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=60)
regions = st.from_regex(r"[a-z]{2}(-gov|-iso)?-[a-z]{4,9}-[1-9]", fullmatch=True)
moments = st.datetimes(
    min_value=datetime(2000, 1, 1),  # noqa: DTZ001 - the zone is added below
    timezones=st.just(UTC),
)


def botocore_headers(
    body: bytes, headers: dict[str, str], region: str, credentials: Credentials, at: datetime
) -> dict[str, str]:
    """The headers botocore would send, by their lower-case names."""
    request = AWSRequest("POST", f"https://{headers['host']}/", headers, body)
    signer = botocore.auth.SigV4Auth(
        BotocoreCredentials(credentials.access_key, credentials.secret_key, credentials.token),
        SERVICE,
        region,
    )
    with mock.patch.object(botocore.auth, "get_current_datetime", return_value=at):
        signer.add_auth(request)
    return {name.lower(): value for name, value in request.headers.items()}


@given(
    body=st.binary(max_size=300),
    region=regions,
    credentials=st.builds(Credentials, words, words, st.none() | words),
    at=moments,
    operation=words,
)
def test_the_signed_headers_are_those_botocore_sends(
    body: bytes, region: str, credentials: Credentials, at: datetime, operation: str
) -> None:
    headers = {
        "content-type": "application/x-amz-json-1.0",
        "host": f"dynamodb.{region}.amazonaws.com",
        "x-amz-target": operation,
    }
    signed = sign(body, headers, region=region, service=SERVICE, credentials=credentials, at=at)
    assert signed == botocore_headers(body, headers, region, credentials, at)
    assert ("x-amz-security-token" in signed) == (credentials.token is not None)


def test_a_signature_depends_on_every_part_of_what_it_vouches_for() -> None:
    usual: dict[str, Any] = {
        "body": b"{}",
        "headers": {"host": "a.example"},
        "region": "eu-west-1",
        "service": SERVICE,
        "credentials": Credentials("key", "secret", None),
        "at": datetime(2026, 11, 22, 9, 30, tzinfo=UTC),
    }
    changes: list[dict[str, Any]] = [
        {},
        {"body": b"{ }"},
        {"headers": {"host": "b.example"}},
        {"region": "eu-west-2"},
        {"service": "sts"},
        {"credentials": Credentials("key", "other", None)},
        {"credentials": Credentials("key", "secret", "token")},
        {"at": datetime(2026, 11, 22, 9, 30, 1, tzinfo=UTC)},
    ]
    signatures = [
        sign(**{**usual, **change})["authorization"].rpartition("=")[2] for change in changes
    ]
    assert len(set(signatures)) == len(changes)


class Received(socketserver.StreamRequestHandler):
    """Reads one request whole, records it, and answers with the server's ready-made bytes."""

    server: "Loopback"

    def handle(self) -> None:
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            line = self.rfile.readline()
            if not line:
                return
            head += line
        length = next(
            int(line.partition(b":")[2])
            for line in head.split(b"\r\n")
            if line.lower().startswith(b"content-length:")
        )
        self.server.requests.append((head.decode(), self.rfile.read(length)))
        self.wfile.write(self.server.reply)


class Loopback(socketserver.TCPServer):
    """A server of one reply on a free loopback port."""

    def __init__(self, reply: bytes) -> None:
        super().__init__(("127.0.0.1", 0), Received)
        self.reply = reply
        self.requests: list[tuple[str, bytes]] = []

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


@contextmanager
def answering(reply: bytes) -> Iterator[Loopback]:
    """A server that answers every request with these bytes and closes the connection."""
    with Loopback(reply) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


def http(status: str, body: bytes, content_type: str = "application/x-amz-json-1.0") -> bytes:
    head = f"HTTP/1.1 {status}\r\nContent-Type: {content_type}\r\nContent-Length: {len(body)}"
    return head.encode() + b"\r\n\r\n" + body


def reader(endpoint: str, timeout_seconds: float = 10, ca_file: str | None = None) -> DynamoReader:
    return DynamoReader(
        endpoint=endpoint,
        region="eu-west-1",
        credentials=lambda: Credentials("key", "secret", "token"),
        timeout_seconds=timeout_seconds,
        ca_file=ca_file,
    )


def test_a_request_says_what_dynamodb_needs_and_nothing_twice() -> None:
    request = {"TableName": "t", "Key": {"pk": {"S": "ACTIVE"}}, "ConsistentRead": True}
    with answering(http("200 OK", b"{}")) as server:
        assert reader(server.endpoint).get_item(**request) == {}
        assert reader(server.endpoint).query(TableName="t") == {}
        (head, body), (query_head, _) = server.requests
    lines = head.split("\r\n")
    assert lines[0] == "POST / HTTP/1.1"
    sent = [line.partition(": ")[::2] for line in lines[1:] if line]
    names = [name.lower() for name, _ in sent]
    assert len(set(names)) == len(names)
    headers = dict(zip(names, (value for _, value in sent), strict=True))
    assert headers["host"] == server.endpoint.removeprefix("http://")
    assert headers["content-type"] == "application/x-amz-json-1.0"
    assert headers["x-amz-target"] == "DynamoDB_20120810.GetItem"
    assert headers["x-amz-security-token"] == "token"
    assert headers["content-length"] == str(len(body))
    assert json.loads(body) == request
    assert "DynamoDB_20120810.Query" in query_head


def test_credentials_are_asked_for_again_with_every_request() -> None:
    keys = iter(["first", "second"])
    with answering(http("200 OK", b"{}")) as server:
        rotating = DynamoReader(
            endpoint=server.endpoint,
            region="eu-west-1",
            credentials=lambda: Credentials(next(keys), "secret", None),
        )
        rotating.get_item(TableName="t")
        rotating.get_item(TableName="t")
        first, second = (head for head, _ in server.requests)
    assert "Credential=first/" in first
    assert "Credential=second/" in second


def test_binary_values_come_as_bytes_and_an_attribute_called_b_is_left_alone() -> None:
    item = {
        "content": {"B": "AAH/"},
        "B": {"S": "not binary"},
        "nested": {"M": {"B": {"B": "AAH/"}}},
        "list": {"L": [{"B": "AAH/"}, {"N": "1"}]},
    }
    with answering(http("200 OK", json.dumps({"Item": item}).encode())) as server:
        found = reader(server.endpoint).get_item(TableName="t")["Item"]
    assert found == {
        "content": {"B": b"\x00\x01\xff"},
        "B": {"S": "not binary"},
        "nested": {"M": {"B": {"B": b"\x00\x01\xff"}}},
        "list": {"L": [{"B": b"\x00\x01\xff"}, {"N": "1"}]},
    }


NAMESPACE = "com.amazonaws.dynamodb.v20120810#"
FAULTS = {
    "closed without a byte": b"",
    "closed inside the status line": b"HTTP/1.1 20",
    "closed inside the headers": b"HTTP/1.1 200 OK\r\nContent-Le",
    "closed inside the body": b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{}",
    "a broken chunk": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n{}",
    "an endless header": b"HTTP/1.1 200 OK\r\nX: " + b"a" * 70_000 + b"\r\n\r\n{}",
    "not HTTP": b"\x00\xff\xfe\r\n\r\n",
    "another protocol": b"SSH-2.0-OpenSSH_9.9\r\n",
    "an impossible status": b"HTTP/1.1 99999 OK\r\n\r\n{}",
    "no body": http("200 OK", b""),
    "a page": http("200 OK", b"<html>It works!</html>", "text/html"),
    "half a document": http("200 OK", b'{"Item": {'),
    "not UTF-8": http("200 OK", b'{"Item": "\xff"}'),
    "a list": http("200 OK", b"[]"),
    "null": http("200 OK", b"null"),
    "a number": http("200 OK", b"7"),
    "a string": http("200 OK", b'"Item"'),
    "deep nesting": http("200 OK", b"[" * 100_000),
    "binary that is not base64": http("200 OK", b'{"Item": {"content": {"B": "A"}}}'),
    "a redirect": b"HTTP/1.1 301 Moved\r\nLocation: http://x.test/\r\nContent-Length: 0\r\n\r\n",
    "a failure without JSON": http("500 Internal Server Error", b"<html>", "text/html"),
    "a failure with a list": http("500 Internal Server Error", b"[]"),
    "a failure without a body": http("503 Service Unavailable", b""),
    "a failure without a type": http("500 Internal Server Error", b"{}"),
    "a failure whose type is a number": http("500 Internal Server Error", b'{"__type": 7}'),
}


@pytest.mark.parametrize("operation", ["get_item", "query"])
@pytest.mark.parametrize("reply", FAULTS.values(), ids=FAULTS.keys())
def test_an_answer_that_is_none_is_the_store_being_unavailable(
    reply: bytes, operation: str
) -> None:
    with answering(reply) as server, pytest.raises(StoreUnavailable) as lost:
        getattr(reader(server.endpoint), operation)(TableName="t")
    assert lost.value.detail.startswith("The price store ")
    assert "Try again in a few seconds." in lost.value.detail
    assert lost.value.cause


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        ("400 Bad Request", "ProvisionedThroughputExceededException"),
        ("400 Bad Request", "ThrottlingException"),
        ("400 Bad Request", "RequestLimitExceeded"),
        ("400 Bad Request", "ResourceNotFoundException"),
        ("400 Bad Request", "ExpiredTokenException"),
        ("500 Internal Server Error", "InternalServerError"),
        ("503 Service Unavailable", "ServiceUnavailable"),
    ],
)
def test_an_error_of_dynamodbs_own_is_named(status: str, kind: str) -> None:
    for prefix in (NAMESPACE, "com.amazon.coral.service#", ""):
        body = json.dumps({"__type": prefix + kind, "message": "slow down"}).encode()
        with answering(http(status, body)) as server, pytest.raises(StoreUnavailable) as lost:
            reader(server.endpoint).get_item(TableName="t")
        assert lost.value.cause == f"{status[:3]} {kind}"
        assert kind not in lost.value.detail


def test_a_refused_connection_is_the_store_being_unavailable() -> None:
    with closing(socket.socket()) as bound:  # bound, so that no other server can listen
        bound.bind(("127.0.0.1", 0))
        port = bound.getsockname()[1]
        with pytest.raises(StoreUnavailable) as lost:
            reader(f"http://127.0.0.1:{port}").get_item(TableName="t")
    assert lost.value.cause == "ConnectionRefusedError"


def test_a_server_that_never_answers_is_waited_for_no_longer_than_the_timeout() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as silent:
        port = silent.getsockname()[1]
        with pytest.raises(StoreUnavailable) as lost:
            reader(f"http://127.0.0.1:{port}", timeout_seconds=0.05).get_item(TableName="t")
    assert lost.value.cause == "TimeoutError"


def test_a_server_that_does_not_speak_tls_is_unavailable_over_https() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as plain:
        port = plain.getsockname()[1]
        thread = threading.Thread(target=_answer_in_plain_text, args=(plain,))
        thread.start()
        with pytest.raises(StoreUnavailable) as lost:
            reader(f"https://127.0.0.1:{port}").get_item(TableName="t")
        thread.join()
    assert lost.value.cause == "SSLError"


class Keeping(QuietHandler):
    """Answers on kept connections, each of which it closes without a word after two requests."""

    protocol_version = "HTTP/1.1"
    server: "KeepingServer"

    def respond(self) -> None:
        self.received()
        self.server.connections.append(self.client_address[1])
        self.wfile.write(http("200 OK", b"{}"))
        self.close_connection = self.server.connections.count(self.client_address[1]) == 2


class KeepingServer(LoopbackServer):
    """A server that keeps connections, and the caller's port of each request it answered."""

    def __init__(self) -> None:
        super().__init__(Keeping)
        self.connections: list[int] = []


def test_reads_share_a_connection_and_one_that_was_closed_is_replaced() -> None:
    with serving(KeepingServer()) as server:
        client = reader(server.url)
        for _ in range(4):
            assert client.get_item(TableName="t") == {}
    first, second, third, fourth = server.connections
    assert first == second
    assert third == fourth != first


def test_an_answer_that_came_too_late_is_not_taken_for_the_next_one() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:
        client = reader(f"http://127.0.0.1:{listening.getsockname()[1]}", timeout_seconds=0.2)
        with pytest.raises(StoreUnavailable):
            client.get_item(TableName="t")
        thread = threading.Thread(target=_answer_the_second, args=(listening,))
        thread.start()
        assert client.get_item(TableName="t") == {"Item": {"n": {"N": "2"}}}
        thread.join()


def _answer_the_second(listening: socket.socket) -> None:
    late, _ = listening.accept()
    with late:
        late.recv(65_536)
        connection, _ = listening.accept()
        with connection:
            connection.recv(65_536)
            connection.sendall(http("200 OK", b'{"Item": {"n": {"N": "2"}}}'))


def test_of_aws_only_amazons_own_authorities_are_trusted() -> None:
    context = reader("https://dynamodb.eu-west-1.amazonaws.com")._tls
    roots = context.get_ca_certs()
    assert len(roots) == AMAZON_ROOTS.read_text("utf-8").count("BEGIN CERTIFICATE") == 6
    for root in roots:
        assert "Amazon" in str(root["subject"]) or "Starfield Technologies" in str(root["subject"])


def test_an_endpoint_of_ones_own_is_trusted_by_the_systems_authorities_or_the_named_file(
    tmp_path: Path,
) -> None:
    certificate = self_signed(tmp_path)
    with dripping(http("200 OK", b"{}"), b"", certificate=certificate) as port:
        endpoint = f"https://localhost:{port}"
        with pytest.raises(StoreUnavailable) as lost:
            reader(endpoint).get_item(TableName="t")
        assert lost.value.cause == "SSLCertVerificationError"
        assert reader(endpoint, ca_file=str(certificate)).get_item(TableName="t") == {}


def _answer_in_plain_text(listening: socket.socket) -> None:
    connection, _ = listening.accept()
    with connection:
        connection.recv(65_536)
        connection.sendall(http("400 Bad Request", b"{}"))
