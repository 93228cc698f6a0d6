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


class Loopback(ThreadingHTTPServer):
    """Keeps what is posted, and answers with ``status`` and ``answer``.

    Without a status it hangs up. ``posts`` has the requests that got an answer.
    """

    daemon_threads = True

    def __init__(self, answer: bytes = b"ok") -> None:
        super().__init__(("127.0.0.1", 0), _Request)
        self.status: int | None = 200
        self.answer = answer
        self.posts: list[Post] = []

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.server_port}"

    def answer_to(self, _post: Post) -> bytes:
        """The body of the answer to a request."""
        return self.answer


class _Request(BaseHTTPRequestHandler):
    server: Loopback

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        if self.server.status is None:
            self.close_connection = True
            return
        headers = {name.lower(): value for name, value in self.headers.items()}
        post = Post(self.path, headers, body)
        self.server.posts.append(post)
        answer = self.server.answer_to(post)
        self.send_response(self.server.status)
        self.send_header("content-length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_arguments: object) -> None:
        """Say nothing."""


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
