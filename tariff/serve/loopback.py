"""A small HTTP server on a free port of loopback, in place of services that AWS provides."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple

HOST = "127.0.0.1"
MAX_BODY_BYTES = 1_000_000


class Reply(NamedTuple):
    """An answer: a status, and JSON or an empty body."""

    status: int
    body: bytes = b""


#: Takes a method, a path without its query, and a body.
Answer = Callable[[str, str, bytes], Reply]


@contextmanager
def serving(answer: Answer) -> Iterator[str]:
    """Serve ``answer`` until the block ends; yields the URL, without a slash at the end."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._reply(answer("GET", self.path.partition("?")[0], b""))

        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            if length > MAX_BODY_BYTES:
                self.close_connection = True
                self._reply(Reply(413))
                return
            body = self.rfile.read(length)
            self._reply(answer("POST", self.path.partition("?")[0], body))

        def _reply(self, reply: Reply) -> None:
            self.send_response(reply.status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(reply.body)))
            self.end_headers()
            self.wfile.write(reply.body)

        def log_message(self, *_: object) -> None:
            """Print nothing: the clients report what they received."""

    server = ThreadingHTTPServer((HOST, 0), Handler)
    server.daemon_threads = True  # a kept-alive connection must not delay the shutdown
    thread = threading.Thread(target=server.serve_forever, args=(0.1,))
    thread.start()
    try:
        yield f"http://{HOST}:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
