"""The one door to the public price lists: HTTPS out, at most so many bytes, for so long.

URLs come from configuration, never from a caller. There are no redirects, no proxies and no
cookies; an address that is not public is refused, and the connection goes to the very address
that was checked. A total time limit closes the socket, so that a server which drips a byte a
second is as limited as one that says nothing.
"""

from __future__ import annotations

import http.client
import ipaddress
import random
import socket
import ssl
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import SplitResult, urlsplit

from pricing.errors import TariffError
from pricing.sources.payload import MAX_PAYLOAD_BYTES, Payload

CHUNK_BYTES = 64 * 1024
#: A list is 3 MB at most today; what is larger on the wire is not a price list.
MAX_WIRE_BYTES = 10_000_000
RETRIED = {408, 425, 429, 500, 502, 503, 504}
LOOPBACK_HOSTS = {"127.0.0.1", "localhost"}


class FetchFailed(TariffError):
    """An upstream gave no answer that could be used. ``retry_after`` is its own wish, in s."""

    def __init__(
        self, detail: str, *, retriable: bool = False, retry_after: float | None = None
    ) -> None:
        super().__init__(detail)
        self.retriable = retriable
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True)
class Fetcher:
    """Fetches payloads. Times are in seconds; ``total_seconds`` covers every try of one fetch.

    ``allow_loopback`` lets tests and a local Tariff serve lists from this machine, over plain HTTP.
    """

    total_seconds: float = 25.0
    attempt_seconds: float = 12.0
    attempts: int = 3
    first_wait_seconds: float = 0.5
    max_wire_bytes: int = MAX_WIRE_BYTES
    max_bytes: int = MAX_PAYLOAD_BYTES
    allow_loopback: bool = False
    sleep: Callable[[float], None] = time.sleep
    monotonic: Callable[[], float] = time.monotonic
    jitter: Callable[[], float] = random.random

    def fetch(self, source: str, url: str) -> Payload:
        """The answer to one GET, decoded; raises FetchFailed."""
        deadline = self.monotonic() + self.total_seconds
        for attempt in range(self.attempts):
            try:
                return self._attempt(source, url, deadline)
            except FetchFailed as failure:
                wait = failure.retry_after
                if wait is None:  # full jitter: instances that failed together do not return so
                    wait = self.first_wait_seconds * 2**attempt * self.jitter()
                last = attempt == self.attempts - 1
                if last or not failure.retriable or self.monotonic() + wait >= deadline:
                    raise
                self.sleep(wait)
        raise FetchFailed(f"{source}: no attempt was allowed")

    def _attempt(self, source: str, url: str, deadline: float) -> Payload:
        parts = self._checked(source, url)
        limit = min(self.attempt_seconds, deadline - self.monotonic())
        try:
            with self._answer(parts, limit) as answer:
                self._check_status(source, answer)
                content = self._body(source, answer)
                etag = answer.headers.get("ETag")
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise FetchFailed(f"{source}: {type(error).__name__}", retriable=True) from None
        retrieved = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
        return Payload(source, url, retrieved, etag and etag[:200], content)

    def _checked(self, source: str, url: str) -> SplitResult:
        parts = urlsplit(url)
        loopback = self.allow_loopback and parts.hostname in LOOPBACK_HOSTS
        if parts.scheme != "https" and not (loopback and parts.scheme == "http"):
            raise FetchFailed(f"{source}: the URL is not https")
        if not parts.hostname or parts.username or parts.password or parts.fragment:
            raise FetchFailed(f"{source}: the URL is not plain host and path")
        return parts

    @contextmanager
    def _answer(self, parts: SplitResult, limit: float) -> Iterator[http.client.HTTPResponse]:
        if limit <= 0:
            raise TimeoutError
        host = str(parts.hostname)
        connection: http.client.HTTPConnection = http.client.HTTPConnection(host, timeout=limit)
        started = self.monotonic()
        sock = self._connected(host, parts.port or (443 if parts.scheme == "https" else 80), limit)
        # The socket's own timeout is for one read; this one is for all of them.
        line = _Line(sock, max(limit - (self.monotonic() - started), 0.01))
        try:
            if parts.scheme == "https":
                line.secure(host)
            connection.sock = line.sock
            path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            headers = {"Accept-Encoding": "gzip", "User-Agent": "tariff-refresh/1"}
            connection.request("GET", path, headers=headers)
            with connection.getresponse() as answer:
                yield answer
            line.check()
        finally:
            line.hang_up()
            connection.close()

    def _connected(self, host: str, port: int, limit: float) -> socket.socket:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        for *_, address in found:
            ip = ipaddress.ip_address(str(address[0]).partition("%")[0])
            local = self.allow_loopback and ip.is_loopback and host in LOOPBACK_HOSTS
            if not local and not _is_public(ip):
                raise FetchFailed(f"{host} has an address that is not public")
        if not found:
            raise FetchFailed(f"{host} has no address")
        address = found[0][4]
        return socket.create_connection((str(address[0]), port), timeout=limit)

    def _check_status(self, source: str, answer: http.client.HTTPResponse) -> None:
        if answer.status == http.client.OK:
            kind = answer.headers.get_content_type()
            if kind.startswith(("text/html", "image/", "video/", "audio/")):
                raise FetchFailed(f"{source}: the answer is {kind}, not a price list")
            return
        if answer.status in RETRIED:
            raise FetchFailed(
                f"{source}: status {answer.status}",
                retriable=True,
                retry_after=retry_after(answer.headers.get("Retry-After"), datetime.now(UTC)),
            )
        raise FetchFailed(f"{source}: status {answer.status}")

    def _body(self, source: str, answer: http.client.HTTPResponse) -> bytes:
        encoding = (answer.headers.get("Content-Encoding") or "identity").lower()
        if encoding not in ("identity", "gzip"):
            raise FetchFailed(f"{source}: an encoding nobody asked for")
        unpack = zlib.decompressobj(wbits=31) if encoding == "gzip" else None
        parts: list[bytes] = []
        wire = size = 0
        while chunk := answer.read1(CHUNK_BYTES):
            wire += len(chunk)
            if wire > self.max_wire_bytes:
                raise FetchFailed(f"{source}: over {self.max_wire_bytes} bytes on the wire")
            if unpack:  # never more than one byte too many is unpacked of a bomb
                try:
                    chunk = unpack.decompress(chunk, self.max_bytes - size + 1)
                except zlib.error:
                    raise FetchFailed(f"{source}: the compression is damaged") from None
            size += len(chunk)
            if size > self.max_bytes:
                raise FetchFailed(f"{source}: over {self.max_bytes} bytes")
            parts.append(chunk)
        if (answer.length or 0) > 0 or (unpack and not unpack.eof):
            raise FetchFailed(f"{source}: the answer broke off", retriable=True)
        return b"".join(parts)


class _Line:
    """A connected socket, in clear or in TLS, that is cut when its seconds are over.

    What reads or writes it then meets its end. An answer without a length seems whole where it was
    cut: ``check`` says that it is not.
    """

    def __init__(self, sock: socket.socket, seconds: float) -> None:
        self.sock = sock
        self._cut = threading.Event()
        self._alarm = threading.Timer(seconds, self._cut_off)
        self._alarm.daemon = True
        self._alarm.start()

    def secure(self, host: str) -> None:
        """Speak TLS from here on; raises OSError, of which TimeoutError when it has been cut."""
        # Wrapping detaches the socket it is given: only the new one can be shut down. So it is to
        # be had before the handshake, which a server can drag out as well.
        self.sock = tls = ssl.create_default_context().wrap_socket(
            self.sock, server_hostname=host, do_handshake_on_connect=False
        )
        self.check()  # the alarm may have gone off while there was no socket to shut down
        tls.do_handshake()

    def check(self) -> None:
        """Raises TimeoutError when it has been cut."""
        if self._cut.is_set():
            raise TimeoutError

    def hang_up(self) -> None:
        """Close it, and forget the alarm."""
        self._alarm.cancel()
        self.sock.close()

    def _cut_off(self) -> None:
        self._cut.set()
        with suppress(OSError):
            # The plain socket's: an SSLSocket's own takes its state away from under the reader.
            socket.socket.shutdown(self.sock, socket.SHUT_RDWR)


def _is_public(ip: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    mapped = ip.ipv4_mapped if isinstance(ip, ipaddress.IPv6Address) else None
    return (mapped or ip).is_global and not (mapped or ip).is_multicast


def retry_after(header: str | None, now: datetime) -> float | None:
    """The seconds a Retry-After header asks for, in either of its forms; None if unreadable."""
    if not header:
        return None
    if header.strip().isascii() and header.strip().isdigit():
        return float(min(int(header.strip()[:9]), 10**6))
    try:
        moment = parsedate_to_datetime(header)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max((moment - now).total_seconds(), 0.0)
