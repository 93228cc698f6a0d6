"""HTTP servers on loopback, in place of external ones."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple, TypeVar

Server = TypeVar("Server", bound=ThreadingHTTPServer)


class Post(NamedTuple):
    """One request: its path, its headers by lower-case name, and its JSON body."""

    path: str
    headers: dict[str, str]
    body: Any


class LoopbackServer(ThreadingHTTPServer):
    """A server on a free port, whose threads end with the process."""

    daemon_threads = True

    def __init__(self, handler: type[BaseHTTPRequestHandler]) -> None:
        super().__init__(("127.0.0.1", 0), handler)

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.server_port}"


class QuietHandler(BaseHTTPRequestHandler):
    """Handles requests by ``respond``, without a line of log for each."""

    def do_POST(self) -> None:
        self.respond()

    do_GET = do_POST  # noqa: N815 - the base class names it

    def respond(self) -> None:
        """Answer a request."""
        raise NotImplementedError

    def received(self) -> bytes:
        """The body of the request."""
        return self.rfile.read(int(self.headers["content-length"]))

    def reply(self, body: bytes, status: int = 200, kind: str = "application/json") -> None:
        """Answer with a body."""
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments: object) -> None:
        """Say nothing."""


class Loopback(LoopbackServer):
    """Keeps what is posted, and answers with ``status`` and ``answer``.

    Without a status it hangs up. ``posts`` has the requests that got an answer.
    """

    def __init__(self, answer: bytes = b"ok") -> None:
        super().__init__(_Request)
        self.status: int | None = 200
        self.answer = answer
        self.posts: list[Post] = []

    def answer_to(self, _post: Post) -> bytes:
        """The body of the answer to a request."""
        return self.answer


class _Request(QuietHandler):
    server: Loopback

    def respond(self) -> None:
        body = json.loads(self.received())
        if self.server.status is None:
            self.close_connection = True
            return
        headers = {name.lower(): value for name, value in self.headers.items()}
        post = Post(self.path, headers, body)
        self.server.posts.append(post)
        self.reply(self.server.answer_to(post), self.server.status)


@contextmanager
def serving(server: Server) -> Iterator[Server]:
    """Let a server answer until the block ends."""
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
