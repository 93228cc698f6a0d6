"""The process of the embedded store: moto's DynamoDB on a free port of loopback.

Prints its port and ends when stdin closes, so that it cannot outlive the gateway. Its conditional
writes are not atomic between concurrent writers, which one developer does not need; DynamoDB Local
has atomic writes.
"""

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def moto_server() -> Iterator[str]:
    """Yield the URL of moto's AWS, served on loopback by this process."""
    from moto.server import ThreadedMotoServer  # takes a second to import

    logging.getLogger("werkzeug").setLevel(logging.ERROR)  # it logs every request
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        _, port = server.get_host_and_port()
        yield f"http://127.0.0.1:{port}"
    finally:
        server.stop()


if __name__ == "__main__":
    with moto_server() as url:
        print(url, flush=True)
        sys.stdin.read()
