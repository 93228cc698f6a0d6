"""A server on loopback that sends its answer a byte at a time, in clear or in TLS."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

DRIP_SECONDS = 0.05
#: The first bytes of a handshake's record of 16 KB, which does not come.
HALF_A_HANDSHAKE = b"\x16\x03\x03\x40\x00" + b"\x02" * 500


@contextmanager
def dripping(
    head: bytes, drops: bytes, *, certificate: Path | None = None, tls: bool = True
) -> Iterator[int]:
    """The port of a server that answers with ``head`` at once and then drips.

    It speaks TLS when there is a certificate; without ``tls``, in place of its handshake, the
    answer itself comes.
    """
    closing = threading.Event()
    context: ssl.SSLContext | None = None
    if certificate and tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)

    def serve(listener: socket.socket) -> None:
        while True:
            try:
                line, _ = listener.accept()
            except OSError:
                return
            with suppress(OSError), line if context is None else _secured(context, line) as told:
                told.recv(65536)
                told.sendall(head)
                for drop in drops:
                    if closing.wait(DRIP_SECONDS):
                        break
                    told.sendall(bytes([drop]))
                # What is closed with something unread is reset, and its answer lost.
                told.settimeout(DRIP_SECONDS)
                while told.recv(65536):
                    pass

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, args=(listener,), daemon=True)
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            closing.set()
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()


def self_signed(folder: Path) -> Path:
    """A certificate of ``localhost`` with its key, for a client that is told to trust it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    names = [x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1"))]
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = folder / "localhost.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    return path


def _secured(context: ssl.SSLContext, line: socket.socket) -> ssl.SSLSocket:
    return context.wrap_socket(line, server_side=True)
