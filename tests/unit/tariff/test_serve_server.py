"""The server's own promises, with stand-ins for the functions."""

import http.client
import io
import json
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any

import pytest
import uvicorn

from tariff.serve import server as server_module
from tariff.serve.functions import EventTooLarge
from tariff.serve.routes import Route, Router
from tariff.serve.server import MAX_BODY_BYTES, Gateway, Runner, config, on_a_thread
from tariff.serve.workers import FunctionLog

Handler = Callable[[dict[str, Any]], Any]
WAIT = 10.0


class Serving:
    """uvicorn with the options of ``tariff serve``, on a thread of this process."""

    def __init__(self, gateway: Gateway, **limits: Any) -> None:
        self._listener = socket.socket(proto=socket.IPPROTO_TCP)
        self._listener.bind(("127.0.0.1", 0))
        self._listener.listen()
        self.port = self._listener.getsockname()[1]
        options = config(gateway)
        for name, value in limits.items():
            setattr(options, name, value)
        self._server = uvicorn.Server(options)
        self._thread = threading.Thread(target=self._server.run, args=([self._listener],))
        self._thread.start()

    def begin_to_stop(self) -> None:
        self._server.should_exit = True

    def stop(self) -> bool:
        """Stop; whether it ended in time."""
        self.begin_to_stop()
        self._thread.join(WAIT)
        return not self._thread.is_alive()


Serve = Callable[..., Serving]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """``serve(handler)`` answers every request by it, until the test ends."""
    servers = []

    def start(handler: Handler | Runner, **limits: Any) -> Serving:
        runner = handler if isinstance(handler, Runner) else on_a_thread(handler)
        router = Router([Route("ANY", "/{proxy+}", "F")])
        servers.append(Serving(Gateway(router, {"F": runner}), **limits))
        return servers[-1]

    yield start
    for server in servers:
        assert server.stop()


def send(
    server: Serving,
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
    server.begin_to_stop()
    finish.set()
    assert server.stop()
    caller.join(WAIT)
    assert [(status, body) for status, _, body in answers] == [(200, b"done")]
    with pytest.raises(ConnectionRefusedError):
        send(server)


def test_stopping_does_not_wait_for_a_caller_who_sends_nothing(serve: Serve) -> None:
    server = serve(echo)
    with socket.create_connection(("127.0.0.1", server.port), timeout=WAIT) as silent:
        assert send(server)[0] == 200  # by then, the silent one has been accepted
        assert server.stop()
        assert silent.recv(1) == b""


def test_a_connection_takes_one_request_after_another(serve: Serve) -> None:
    server = serve(lambda event: event["rawPath"])
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=WAIT)
    answers = []
    for path in ("/first", "/second"):
        connection.request("GET", path)
        answers.append(connection.getresponse().read())
        kept = connection.sock
    assert answers == [b"/first", b"/second"]
    assert connection.sock is kept is not None
    connection.close()


def test_a_body_that_does_not_arrive_in_time_is_answered_408(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server_module, "READ_SECONDS", 0.2)
    server = serve(echo)
    with socket.create_connection(("127.0.0.1", server.port), timeout=WAIT) as slow:
        slow.sendall(b"POST /a HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\n{")
        received = b"".join(iter(lambda: slow.recv(1000), b""))  # to the end: it is closed
    assert received.startswith(b"HTTP/1.1 408 ")


@pytest.mark.parametrize("sent", [b"", b"POST /a HTT"])
def test_a_connection_without_a_whole_request_head_is_closed_in_time(
    serve: Serve, monkeypatch: pytest.MonkeyPatch, sent: bytes
) -> None:
    monkeypatch.setattr(server_module, "READ_SECONDS", 0.2)
    server = serve(echo)
    with socket.create_connection(("127.0.0.1", server.port), timeout=WAIT) as silent:
        silent.sendall(sent)
        assert silent.recv(1) == b""


@pytest.mark.parametrize(
    "head",
    [
        b"GET /a HTTP/1.1\r\nx: ",
        b"POST /a HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n",
    ],
    ids=["a header", "the size of a chunk"],
)
def test_a_request_whose_head_does_not_end_is_closed(serve: Serve, head: bytes) -> None:
    with socket.create_connection(("127.0.0.1", serve(echo).port), timeout=WAIT) as endless:
        endless.sendall(head)
        with pytest.raises(ConnectionError):
            endless.sendall(b"0" * 100_000_000)


def test_a_large_body_does_not_count_as_a_head(serve: Serve) -> None:
    parts = [b"x" * 100_000] * 20
    headers = {"transfer-encoding": "chunked", "content-type": "text/plain"}
    status, _, _ = send(serve(echo), body=parts, headers=headers)
    assert status == 200


def test_idle_uploads_delay_no_other_caller(serve: Serve) -> None:
    server = serve(lambda _event: "answered")
    idle = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(200)]
    for upload in idle:
        upload.sendall(b"POST /a HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\n{")
    assert send(server)[2] == b"answered"
    for upload in idle:
        upload.close()


def test_more_connections_than_the_limit_are_refused_for_the_moment(serve: Serve) -> None:
    server = serve(lambda _event: "answered", limit_concurrency=2)
    with socket.create_connection(("127.0.0.1", server.port)):
        assert send(server)[0] == 503
    deadline = time.monotonic() + WAIT
    while send(server)[0] != 200:  # the server may see the end of the connection a little later
        assert time.monotonic() < deadline


def test_a_function_takes_one_event_at_a_time(serve: Serve) -> None:
    running = [0, 0]  # now, at most

    def handler(_event: dict[str, Any]) -> None:
        running[0] += 1
        running[1] = max(running)
        time.sleep(0.002)
        running[0] -= 1

    server = serve(handler)
    callers = [threading.Thread(target=send, args=(server,)) for _ in range(8)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join(WAIT)
    assert running == [0, 1]


def test_a_slow_event_of_one_function_does_not_delay_another() -> None:
    finish = threading.Event()
    router = Router([Route("GET", "/slow", "Slow"), Route("GET", "/quick", "Quick")])
    runners = {
        "Slow": on_a_thread(lambda _event: finish.wait(WAIT)),
        "Quick": on_a_thread(lambda _event: "quick"),
    }
    server = Serving(Gateway(router, runners))
    caller = threading.Thread(target=send, args=(server, "/slow"), kwargs={"method": "GET"})
    caller.start()
    try:
        assert send(server, "/quick", method="GET")[2] == b"quick"
    finally:
        finish.set()
        caller.join(WAIT)
        assert server.stop()


def _process_id(event: dict[str, Any]) -> str:
    if event["rawPath"] == "/end":
        os._exit(1)
    return str(os.getpid())


def test_a_route_in_a_process_of_its_own_gets_another_when_that_process_ends(
    serve: Serve, capfd: pytest.CaptureFixture[str]
) -> None:
    server = serve(Runner(lambda: ProcessPoolExecutor(1, get_context("spawn")), _process_id))
    first = send(server)[2]
    assert first != str(os.getpid()).encode()
    assert send(server)[2] == first
    assert send(server, "/end")[0] == 500
    assert "BrokenProcessPool" in capfd.readouterr().err
    status, _, second = send(server)
    assert (status, second == first) == (200, False)


def test_a_metrics_line_loses_what_only_cloudwatch_reads() -> None:
    console = io.StringIO()
    log = FunctionLog(console)
    print('{"_aws":{"Timestamp":1},"status":200}', file=log)
    print("plain words", file=log)
    assert console.getvalue() == '{"status": 200}\nplain words\n'
