"""Fetch the public price lists over HTTPS, with limits on size and time.

URLs come from configuration, never from a caller. There are no redirects, proxies or cookies. A
host with an address that is not public is refused, and the connection goes to the very address that
was checked. The time limit covers the whole answer: it cuts off a server that sends a byte a second
as well as one that sends nothing.
"""

from __future__ import annotations

import ipaddress
import random
import socket
import ssl
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http.client import HTTPException
from urllib.parse import SplitResult, urlsplit

from urllib3 import HTTPResponse
from urllib3.connection import HTTPConnection
from urllib3.exceptions import HTTPError

from pricing.errors import TariffError
from pricing.sources.payload import MAX_PAYLOAD_BYTES, Payload
from pricing.values import immutable

CHUNK_BYTES = 64 * 1024
#: A list is 3 MB at most today; what is larger on the wire is not a price list.
MAX_WIRE_BYTES = 10_000_000
RETRIED = {408, 425, 429, 500, 502, 503, 504}
LOOPBACK_HOSTS = {"127.0.0.1", "localhost"}
DEFAULT_PORTS = {"https": 443, "http": 80}
HEADERS = {"Accept-Encoding": "gzip", "User-Agent": "tariff-refresh/1"}
NOT_A_LIST = ("text/html", "image/", "video/", "audio/")


class FetchFailed(TariffError):
    """A source gave no usable answer. ``retry_after`` is what its Retry-After asks for, in s."""

    def __init__(
        self, detail: str, *, retriable: bool = False, retry_after: float | None = None
    ) -> None:
        super().__init__(detail)
        self.retriable = retriable
        self.retry_after = retry_after


@immutable
class Fetcher:
    """Fetches payloads. Times are in seconds; ``total_seconds`` covers all attempts of one fetch.

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
        """Return the decompressed answer to one GET; raises FetchFailed.

        A network error, an answer that breaks off and the statuses of RETRIED are tried again,
        after the seconds that Retry-After asks for, or else with exponential backoff.
        """
        parts = self._checked(source, url)
        deadline = self.monotonic() + self.total_seconds
        for attempt in range(1, self.attempts + 1):
            try:
                return self._attempt(source, url, parts, deadline)
            except FetchFailed as failure:
                wait = failure.retry_after
                if wait is None:  # full jitter: instances that failed together retry apart
                    wait = self.first_wait_seconds * 2 ** (attempt - 1) * self.jitter()
                is_late = self.monotonic() + wait >= deadline
                if attempt == self.attempts or not failure.retriable or is_late:
                    raise
                self.sleep(wait)
        raise FetchFailed(f"{source}: no attempt was allowed")

    def _checked(self, source: str, url: str) -> SplitResult:
        parts = urlsplit(url)
        loopback = self.allow_loopback and parts.hostname in LOOPBACK_HOSTS
        if parts.scheme != "https" and not (loopback and parts.scheme == "http"):
            raise FetchFailed(f"{source}: the URL is not https")
        if not parts.hostname or parts.username or parts.password or parts.fragment:
            raise FetchFailed(f"{source}: the URL is not plain host and path")
        return parts

    def _attempt(self, source: str, url: str, parts: SplitResult, deadline: float) -> Payload:
        host = str(parts.hostname)
        now = self.monotonic()
        seconds = min(self.attempt_seconds, deadline - now)
        try:
            with closing(HTTPConnection(host, timeout=seconds)) as connection:
                sock = self._connected(host, parts.port or DEFAULT_PORTS[parts.scheme], seconds)
                connection.sock = sock
                with _cut_off_after(sock, now + seconds - self.monotonic()):
                    if parts.scheme == "https":
                        context = ssl.create_default_context()
                        connection.sock = context.wrap_socket(sock, server_hostname=host)
                    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
                    connection.request("GET", target, headers=HEADERS, preload_content=False)
                    with closing(connection.getresponse()) as answer:
                        _check_status(source, answer)
                        content = self._content(source, answer)
        except (OSError, HTTPError, HTTPException, ValueError) as error:
            raise FetchFailed(f"{source}: {type(error).__name__}", retriable=True) from None
        retrieved = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
        etag = answer.headers.get("ETag", "")[:200] or None
        return Payload(source, url, retrieved, etag, content)

    def _connected(self, host: str, port: int, seconds: float) -> socket.socket:
        """Connect to the host's first address; raises FetchFailed unless all of them are public."""
        if seconds <= 0:
            raise TimeoutError
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        for *_, address in found:
            ip = ipaddress.ip_address(str(address[0]).partition("%")[0])
            local = self.allow_loopback and ip.is_loopback and host in LOOPBACK_HOSTS
            if not local and not _is_public(ip):
                raise FetchFailed(f"{host} has an address that is not public")
        if not found:
            raise FetchFailed(f"{host} has no address")
        return socket.create_connection((str(found[0][4][0]), port), timeout=seconds)

    def _content(self, source: str, answer: HTTPResponse) -> bytes:
        encoding = answer.headers.get("Content-Encoding", "identity").lower()
        if encoding not in ("identity", "gzip"):
            raise FetchFailed(f"{source}: an encoding that was not asked for, {encoding:.20}")
        unpack = zlib.decompressobj(wbits=31) if encoding == "gzip" else None
        content, wire = bytearray(), 0
        for chunk in answer.stream(CHUNK_BYTES, decode_content=False):
            wire += len(chunk)
            if wire > self.max_wire_bytes:
                raise FetchFailed(f"{source}: over {self.max_wire_bytes} bytes on the wire")
            try:  # of a decompression bomb, never more than one byte too many is unpacked
                most = self.max_bytes - len(content) + 1
                content += unpack.decompress(chunk, most) if unpack else chunk
            except zlib.error:
                raise FetchFailed(f"{source}: the compression is damaged") from None
            if len(content) > self.max_bytes:
                raise FetchFailed(f"{source}: over {self.max_bytes} bytes")
        if unpack and not unpack.eof:
            raise FetchFailed(f"{source}: the answer broke off", retriable=True)
        return bytes(content)


@contextmanager
def _cut_off_after(sock: socket.socket, seconds: float) -> Iterator[None]:
    """Shut a connection down when the time of this block is over; raises TimeoutError then.

    A socket's own timeout is for one read, so a server that sends a byte a second never meets it.
    TLS detaches the socket it wraps before its handshake, which a server can drag out too; the
    duplicate shuts down the same connection all the same.
    """
    line, is_cut = sock.dup(), threading.Event()

    def cut_off() -> None:
        is_cut.set()
        with suppress(OSError):
            line.shutdown(socket.SHUT_RDWR)

    alarm = threading.Timer(max(seconds, 0.01), cut_off)
    alarm.daemon = True
    alarm.start()
    try:
        yield
        if is_cut.is_set():  # an answer without a length looks complete where it was cut off
            raise TimeoutError
    finally:
        alarm.cancel()
        line.close()


def _check_status(source: str, answer: HTTPResponse) -> None:
    kind = answer.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if answer.status in RETRIED:
        seconds = retry_after(answer.headers.get("Retry-After"), datetime.now(UTC))
        detail = f"{source}: status {answer.status}"
        raise FetchFailed(detail, retriable=True, retry_after=seconds)
    if answer.status != 200:  # noqa: PLR2004
        raise FetchFailed(f"{source}: status {answer.status}")
    if kind.startswith(NOT_A_LIST):
        raise FetchFailed(f"{source}: the answer is {kind}, not a price list")


def _is_public(ip: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    mapped = ip.ipv4_mapped if isinstance(ip, ipaddress.IPv6Address) else None
    return (mapped or ip).is_global and not (mapped or ip).is_multicast


def retry_after(header: str | None, now: datetime) -> float | None:
    """Return the seconds a Retry-After header asks for (RFC 9110, 10.2.3); None if unreadable."""
    text = (header or "").strip()
    if text.isascii() and text.isdigit():
        return float(min(int(text[:9]), 10**6))
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max((moment - now).total_seconds(), 0.0)
