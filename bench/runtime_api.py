"""A stand-in for Lambda's Runtime API: passes an event to a runtime client, takes the answer."""

import json
import sys
import threading
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Empty, SimpleQueue
from time import perf_counter
from typing import Any, NamedTuple, Self

_REQUEST_ID = "00000000-0000-4000-8000-000000000000"
_DEADLINE_MS = 4_000_000_000_000


class Answer(NamedTuple):
    """A post of the runtime client: its path, body and time (``time.perf_counter``)."""

    path: str
    body: Any
    at: float

    @property
    def failed(self) -> bool:
        """Whether the client reported an error instead of an answer."""
        return self.path.endswith("/error")


class RuntimeApi:
    """``with RuntimeApi(event) as api:`` serves on loopback at ``api.address``."""

    def __init__(self, event: Mapping[str, Any]) -> None:
        self._answers: SimpleQueue[Answer] = SimpleQueue()
        self._over = threading.Event()
        handler = _handler(event, self._answers, self._over)
        self._server = _Server(("127.0.0.1", 0), handler)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    @property
    def address(self) -> str:
        """The value of ``AWS_LAMBDA_RUNTIME_API``."""
        return f"127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._server.shutdown()
        self._server.server_close()

    def answer(self, timeout_seconds: float) -> Answer | None:
        """Return the client's next post, or None after the timeout."""
        try:
            return self._answers.get(timeout=timeout_seconds)
        except Empty:
            return None


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Print nothing about a client that was killed during its next request."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


def _handler(
    event: Mapping[str, Any], answers: SimpleQueue[Answer], over: threading.Event
) -> type[BaseHTTPRequestHandler]:
    content = json.dumps(event).encode()
    delivered = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # head and body in one segment: two would be delayed by a late ACK
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            if self.path != "/2018-06-01/runtime/invocation/next":
                self.send_error(404)
            elif delivered.is_set():
                over.wait()  # Lambda, too, does not answer until there is an event
                self.close_connection = True
            else:
                delivered.set()
                self._reply(200, content)

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            answers.put(Answer(self.path, json.loads(body or b"null"), perf_counter()))
            self._reply(202, b"{}")

        def _reply(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Lambda-Runtime-Aws-Request-Id", _REQUEST_ID)
            self.send_header("Lambda-Runtime-Deadline-Ms", str(_DEADLINE_MS))
            self.send_header(
                "Lambda-Runtime-Invoked-Function-Arn",
                "arn:aws:lambda:eu-west-1:123456789012:function:bench",
            )
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_arguments: Any) -> None:
            """Print nothing: the output is the table."""

    return Handler
