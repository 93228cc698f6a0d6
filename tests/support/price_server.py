"""A server of price lists on loopback."""

import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from tests.support.loopback import LoopbackServer, QuietHandler, serving

DRIP_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer. ``drip`` sends it a byte at a time."""

    body: bytes
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    drip: bool = False
    #: Bytes that the header promises beyond those sent.
    missing: int = 0


class PriceServer(LoopbackServer):
    """Serves ``answers`` by path, and 404 for any other path; counts what was ``asked``."""

    def __init__(self) -> None:
        super().__init__(_Request)
        self.answers: dict[str, Answer] = {}
        self.asked: Counter[str] = Counter()
        self.closing = threading.Event()

    def handle_error(self, *_: object) -> None:
        """Print nothing: clients are expected to disconnect."""

    def url_of(self, path: str) -> str:
        """Return the URL of a path."""
        return f"{self.url}{path}"


class _Request(QuietHandler):
    protocol_version = "HTTP/1.1"
    server: PriceServer

    def respond(self) -> None:
        self.server.asked[self.path] += 1
        answer = self.server.answers.get(self.path, Answer(b"no such list", status=404))
        self.close_connection = True
        with suppress(OSError):  # the client may have disconnected
            self.send_response(answer.status)
            headers = {"Content-Type": "application/json", "ETag": '"a-tag"', **answer.headers}
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer.body) + answer.missing))
            self.send_header("Connection", "close")
            self.end_headers()
            if not answer.drip:
                self.wfile.write(answer.body)
                return
            for at in range(len(answer.body)):
                self.wfile.write(answer.body[at : at + 1])
                self.wfile.flush()
                if self.server.closing.wait(DRIP_SECONDS):
                    return


@contextmanager
def price_server() -> Iterator[PriceServer]:
    """A server until the block ends."""
    with serving(PriceServer()) as server:
        try:
            yield server
        finally:
            server.closing.set()
