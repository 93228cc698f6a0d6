"""The embedded store's own process: moto's DynamoDB on a free port of loopback.

Says its port on stdout, and lives until stdin closes: so it cannot outlive the gateway, however
that ends. Its conditional writes are not atomic between concurrent writers, which a developer's
machine does not need; DynamoDB Local is there for what does.
"""

import logging
import sys

from moto.server import ThreadedMotoServer


def main() -> None:
    """Serve until stdin closes."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    _, port = server.get_host_and_port()
    print(port, flush=True)
    sys.stdin.read()
    server.stop()


if __name__ == "__main__":
    main()
