"""The server's own promises, with stand-ins for the functions."""

import http.client
import io
import json
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from tariff.serve.functions import EventTooLarge
from tariff.serve.gateway import FunctionLog
from tariff.serve.routes import Route, Router
from tariff.serve.server import MAX_BODY_BYTES, Gateway, GatewayServer

Handler = Callable[[dict[str, Any]], Any]
Serve = Callable[[Handler], GatewayServer]
WAIT = 10.0


@pytest.fixture
def serve() -> Iterator[Serve]:
    """``serve(handler)`` answers every request by it, until the test ends."""
    servers = []

    def start(handler: Handler) -> GatewayServer:
        router = Router([Route("ANY", "/{proxy+}", "F")])
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            server = GatewayServer(Gateway(router, {"F": handler}), listener)
        servers.append(server)
        return server

    yield start
    for server in servers:
        server.stop(WAIT)


def send(
    server: GatewayServer,
    path: str = "/a",
    *,
    method: str = "POST",
    body: Any = None,
    headers: Mapping[str, str] | None = None,
) -> tuple[int, Any, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=WAIT)
    try:
        chunked = isinstance(body, list)
        connection.request(method, path, body, dict(headers or {}), encode_chunked=chunked)
        response = connection.getresponse()
        return response.status, response.headers, response.read()
    finally:
        connection.close()


def echo(event: dict[str, Any]) -> dict[str, Any]:
    return event


def test_a_request_reaches_the_function_and_its_answer_the_caller(serve: Serve) -> None:
    status, headers, body = send(serve(echo), "/a%20b?q=1", body=b"{}")
    event = json.loads(body)
    assert status == 200
    assert (event["rawPath"], event["body"], event["isBase64Encoded"]) == ("/a b", "e30=", True)
    assert headers["apigw-requestid"] == event["requestContext"]["requestId"]


def test_a_chunked_body_arrives_whole(serve: Serve) -> None:
    chunks = {"transfer-encoding": "chunked", "content-type": "text/plain"}
    _, _, body = send(serve(echo), body=[b"one,", b"two"], headers=chunks)
    event = json.loads(body)
    assert event["body"] == "one,two"
    assert event["headers"]["content-length"] == "7"


def test_a_broken_chunked_body_is_a_bad_request(serve: Serve) -> None:
    server = serve(echo)
    with socket.create_connection(("127.0.0.1", server.port), timeout=WAIT) as caller:
        caller.sendall(
            b"POST /a HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n\r\n"
        )
        caller.shutdown(socket.SHUT_WR)
        assert caller.recv(100).startswith(b"HTTP/1.1 400 ")


def test_a_body_of_just_the_limit_is_taken_and_a_larger_one_is_not(serve: Serve) -> None:
    server = serve(lambda event: len(event["body"]))
    plain = {"content-type": "text/plain"}
    assert send(server, body=b"x" * MAX_BODY_BYTES, headers=plain)[2] == b"10485760"
    status, _, body = send(server, body=b"x" * (MAX_BODY_BYTES + 1), headers=plain)
    assert status == 413
    assert json.loads(body) == {"message": "Request Entity Too Large"}


def test_a_chunked_body_over_the_limit_is_refused(serve: Serve) -> None:
    megabyte = b"x" * 1024 * 1024
    chunks = {"transfer-encoding": "chunked"}
    assert send(serve(echo), body=[megabyte] * 11, headers=chunks)[0] == 413


def test_an_event_too_large_for_lambda_is_a_413(serve: Serve) -> None:
    def handler(_event: dict[str, Any]) -> None:
        raise EventTooLarge

    assert send(serve(handler))[0] == 413


@pytest.mark.parametrize("answer", [{"statusCode": "200"}, ZeroDivisionError("secret")])
def test_what_goes_wrong_in_a_function_is_told_on_the_console_only(
    serve: Serve, capfd: pytest.CaptureFixture[str], answer: Any
) -> None:
    def handler(_event: dict[str, Any]) -> Any:
        if isinstance(answer, Exception):
            raise answer
        return answer

    status, headers, body = send(serve(handler))
    assert (status, headers["content-type"]) == (500, "application/json")
    assert json.loads(body) == {"message": "Internal Server Error"}
    assert "Traceback" in capfd.readouterr().err


def test_no_route_and_no_default_is_the_gateways_404(serve: Serve) -> None:
    status, _, body = send(serve(echo), "/")
    assert (status, json.loads(body)) == (404, {"message": "Not Found"})


def test_head_gets_the_headers_of_the_answer_and_no_body(serve: Serve) -> None:
    server = serve(lambda _event: {"statusCode": 200, "body": "hello"})
    status, headers, body = send(server, method="HEAD")
    assert (status, headers["content-length"], body) == (200, "5", b"")


@pytest.mark.parametrize("status", [204, 304])
def test_a_status_without_a_body_has_none(serve: Serve, status: int) -> None:
    server = serve(lambda _event: {"statusCode": status, "body": ""})
    answered, headers, body = send(server, method="GET")
    assert (answered, headers["content-length"], body) == (status, None, b"")


def test_cookies_go_both_ways(serve: Serve) -> None:
    def handler(event: dict[str, Any]) -> dict[str, Any]:
        return {"statusCode": 200, "cookies": event["cookies"]}

    _, headers, _ = send(serve(handler), headers={"Cookie": "a=1; b=2"})
    assert headers.get_all("set-cookie") == ["a=1", "b=2"]


def test_a_binary_body_goes_both_ways(serve: Serve) -> None:
    def handler(event: dict[str, Any]) -> dict[str, Any]:
        return {"statusCode": 200, "body": event["body"], "isBase64Encoded": True}

    every_byte = bytes(range(256))
    assert send(serve(handler), body=every_byte)[2] == every_byte


def test_stopping_finishes_the_requests_that_have_begun(serve: Serve) -> None:
    begun, finish = threading.Event(), threading.Event()
    answers: list[tuple[int, Any, bytes]] = []

    def handler(_event: dict[str, Any]) -> str:
        begun.set()
        assert finish.wait(WAIT)
        return "done"

    server = serve(handler)
    caller = threading.Thread(target=lambda: answers.append(send(server)))
    caller.start()
    assert begun.wait(WAIT)
    assert server.stop(0.01) == 1
    with pytest.raises(ConnectionRefusedError):
        send(server)
    finish.set()
    caller.join(WAIT)
    assert [(status, body) for status, _, body in answers] == [(200, b"done")]


def test_stopping_does_not_wait_for_a_caller_who_says_nothing(serve: Serve) -> None:
    server = serve(echo)
    with socket.create_connection(("127.0.0.1", server.port), timeout=WAIT) as silent:
        assert send(server)[0] == 200  # by then, the silent one has been accepted
        assert server.stop(WAIT) == 0
        assert silent.recv(1) == b""


def test_a_metrics_line_loses_what_only_cloudwatch_reads() -> None:
    console = io.StringIO()
    log = FunctionLog(console)
    print('{"_aws":{"Timestamp":1},"status":200}', file=log)
    print("plain words", file=log)
    assert console.getvalue() == '{"status": 200}\nplain words\n'
