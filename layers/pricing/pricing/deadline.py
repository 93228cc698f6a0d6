"""One deadline around a whole exchange with another machine.

A socket's timeout covers one read: a server that sends a byte a second never meets it, and a name
look-up has none at all.
"""

from __future__ import annotations

import threading
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from http.client import HTTPConnection

_SHUT_BOTH_WAYS = 2  # socket.SHUT_RDWR


def post(
    connection: HTTPConnection,
    path: str,
    body: bytes,
    headers: Mapping[str, str],
    *,
    seconds: float,
    max_bytes: int | None = None,
    keep: bool = False,
) -> tuple[int, bytes]:
    """Return the status and the content of a POST.

    The connection is closed, unless it is to be kept and the whole answer arrived. Raises
    TimeoutError after ``seconds``, and what ``http.client`` raises. The exchange runs on a thread
    of its own. After the deadline it is cut off; a name look-up cannot be, and ends by itself.
    """
    answers: list[tuple[int, bytes]] = []
    errors: list[Exception] = []

    def exchange() -> None:
        try:
            connection.request("POST", path, body, dict(headers))
            response = connection.getresponse()
            answers.append((response.status, response.read(max_bytes)))
        except Exception as error:  # noqa: BLE001 - raised again by the thread that waits
            errors.append(error)
        if errors or not keep:
            connection.close()

    thread = threading.Thread(target=exchange, daemon=True)
    thread.start()
    thread.join(seconds)
    if answers:
        return answers[0]
    if errors:
        raise errors[0]
    with suppress(OSError, AttributeError):  # not connected yet, or closed by now
        connection.sock.shutdown(_SHUT_BOTH_WAYS)
    raise TimeoutError
