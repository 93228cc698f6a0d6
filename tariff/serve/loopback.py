"""A small HTTP server on a free port of loopback, in place of services that AWS provides."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NamedTuple

from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wrappers import Request, Response

HOST = "127.0.0.1"
MAX_BODY_BYTES = 1_000_000


class Reply(NamedTuple):
    """An answer: a status, and JSON or an empty body."""

    status: int
    body: bytes = b""


#: Takes a method, a path without its query, and a body.
Answer = Callable[[str, str, bytes], Reply]


class _Handler(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"

    def log(self, *_: object) -> None:
        """Print nothing: the clients report what they received."""


@contextmanager
def serving(answer: Answer) -> Iterator[str]:
    """Serve ``answer`` until the block ends; yields the URL, without a slash at the end."""

    @Request.application
    def application(request: Request) -> Response:
        request.max_content_length = MAX_BODY_BYTES
        reply = answer(request.method, request.path, request.get_data())
        return Response(reply.body, reply.status, content_type="application/json")

    server = make_server(HOST, 0, application, threaded=True, request_handler=_Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.1,))
    thread.start()
    try:
        yield f"http://{HOST}:{server.port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
