"""The HTTP server: werkzeug's threaded server, which finishes open requests before it stops.

werkzeug is used because moto depends on it anyway, it reads chunked bodies, and it drains a refused
upload so that the caller receives the 413. Each connection has a thread; each function runs one
event at a time.
"""

import socket
import sys
import threading
import traceback
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from werkzeug.exceptions import ClientDisconnected, RequestEntityTooLarge
from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler
from werkzeug.wsgi import get_input_stream

from tariff.serve.api_gateway_events import (
    HttpReply,
    HttpRequest,
    event_from,
    gateway_reply,
    new_request_id,
    reply_from,
)
from tariff.serve.functions import EventTooLarge
from tariff.serve.routes import Router

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

Invoke = Callable[[dict[str, Any]], Any]

#: API Gateway's limit on a request's body.
MAX_BODY_BYTES = 10 * 1024 * 1024
BACKLOG = 128
_POLL_SECONDS = 0.1
_NO_BODY = frozenset({HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED})


class Gateway:
    """API Gateway as a WSGI application; ``functions`` holds each function's call by its name."""

    def __init__(self, router: Router, functions: Mapping[str, Invoke]) -> None:
        self._router = router
        self._functions = functions

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        """Answer a request; no input and no failing function makes this raise."""
        request_id = new_request_id()
        try:
            reply = self.answer(_request(environ), request_id)
        except RequestEntityTooLarge:
            reply = gateway_reply(413, "Request Entity Too Large")
        except (ClientDisconnected, OSError):  # the upload was cut off, or its chunks are invalid
            reply = gateway_reply(400, "Bad Request")
        headers = [*reply.headers, ("apigw-requestid", request_id)]
        if reply.status not in _NO_BODY:
            headers.append(("content-length", str(len(reply.body))))
        start_response(f"{reply.status} {_reason(reply.status)}", headers)
        silent = environ["REQUEST_METHOD"] == "HEAD" or reply.status in _NO_BODY
        return [] if silent else [reply.body]

    def answer(self, request: HttpRequest, request_id: str) -> HttpReply:
        """Return the reply of the matching route's function, or the gateway's own."""
        match = self._router.find(request.method, request.path)
        if match is None:
            return gateway_reply(404, "Not Found")
        event = event_from(request, match, request_id=request_id, now=datetime.now(UTC))
        try:
            return reply_from(self._functions[match.route.function](event))
        except EventTooLarge:
            return gateway_reply(413, "Request Entity Too Large")
        except Exception:  # noqa: BLE001 - printed here; the caller sees a 500, as on AWS
            traceback.print_exc(file=sys.stderr)
            return gateway_reply(500, "Internal Server Error")


def _request(environ: "WSGIEnvironment") -> HttpRequest:
    # One byte more than allowed: werkzeug cuts a chunked body at this length without an error.
    body = get_input_stream(environ, max_content_length=MAX_BODY_BYTES + 1).read()
    if len(body) > MAX_BODY_BYTES:
        raise RequestEntityTooLarge
    return HttpRequest(
        method=environ["REQUEST_METHOD"],
        target=environ["tariff.target"],
        protocol=environ["SERVER_PROTOCOL"],
        headers=environ["tariff.headers"],
        body=body,
        source_ip=environ["REMOTE_ADDR"],
        port=int(environ["SERVER_PORT"]),
    )


def _reason(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"


class _Handler(WSGIRequestHandler):
    server: "GatewayServer"
    # Status line, headers and body are separate writes, which Nagle's algorithm would delay.
    disable_nagle_algorithm = True

    def make_environ(self) -> "WSGIEnvironment":
        # WSGI joins repeated headers, including cookies, and decodes the path.
        received = {"tariff.target": self.path, "tariff.headers": tuple(self.headers.items())}
        return {**super().make_environ(), **received}

    def run_wsgi(self) -> None:
        self.server.request_began(self.connection)
        super().run_wsgi()

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Print nothing: the functions log their own requests, as in Lambda."""


class GatewayServer(ThreadedWSGIServer):
    """Serves ``app`` on a bound socket, in its own threads, from construction to ``stop``."""

    def __init__(self, app: Gateway, listener: socket.socket) -> None:
        host, port = listener.getsockname()
        listener.listen(BACKLOG)
        super().__init__(host, port, app, handler=_Handler, fd=listener.fileno())
        self._changed = threading.Condition()
        self._connections = 0
        self._idle: set[socket.socket] = set()
        self._accepting = threading.Thread(target=self.serve_forever, args=(_POLL_SECONDS,))
        self._accepting.start()

    @property
    def url(self) -> str:
        """The server's URL, without a slash at the end."""
        return f"http://{self.host}:{self.port}"

    def request_began(self, connection: socket.socket) -> None:
        """Note that a connection's request line and headers were received: it must be answered."""
        with self._changed:
            self._idle.discard(connection)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Count the connection before its thread starts."""
        with self._changed:
            self._connections += 1
            self._idle.add(request)
        super().process_request(request, client_address)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Serve one connection to its end."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            with self._changed:
                self._idle.discard(request)
                self._connections -= 1
                self._changed.notify_all()

    def stop(self, seconds: float) -> int:
        """Accept no more connections and wait for the open ones; return how many did not finish."""
        self.shutdown()
        self._accepting.join()
        with self._changed:
            for connection in self._idle:
                with suppress(OSError):  # the caller has disconnected
                    connection.shutdown(socket.SHUT_RD)
            self._changed.wait_for(lambda: self._connections == 0, seconds)
            return self._connections
