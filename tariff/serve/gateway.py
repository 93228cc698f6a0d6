"""Tariff on one machine: ``make run``, or ``python -m tariff.serve.gateway``.

Serves every HTTP route of template.yaml through the real handlers, in this process, with the
events API Gateway would send; and runs the function that refreshes the prices when it is asked to.
Authorisers and throttling are AWS's and are not imitated: the caller is who they say they are.
"""

import argparse
import errno
import io
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, redirect_stdout, suppress
from types import FrameType
from typing import Any, TextIO

from tariff.dynamodb_local import DynamoDBLocalUnavailable
from tariff.serve import price_lists, refreshes, slack, stores
from tariff.serve.functions import (
    Environment,
    Function,
    TemplateProblem,
    read_functions,
    shared_environment,
)
from tariff.serve.routes import Router
from tariff.serve.server import Gateway, GatewayServer
from tariff.serve.welcome import curl_lines, example, first_estimate
from tariff.template import ROOT, load_template

HOST = "127.0.0.1"
TABLE = "tariff"
REGION = "us-east-1"
RECHECK_SECONDS = "1"
#: How long requests may take to finish once the gateway has been told to stop.
DRAIN_SECONDS = 10.0


class CannotStart(Exception):
    """The gateway cannot start; the message says what to change."""


class FunctionLog(io.TextIOBase):
    """Stdout as the functions see it: their lines, without what is only for CloudWatch."""

    def __init__(self, console: TextIO) -> None:
        self._console = console

    def write(self, text: str) -> int:
        """Pass text on; a metrics line loses its ``_aws`` member, which describes the metrics."""
        if text.startswith('{"_aws"'):
            line = json.loads(text)
            del line["_aws"]
            self._console.write(json.dumps(line, ensure_ascii=False) + "\n")
        else:
            self._console.write(text)
        self._console.flush()
        return len(text)

    def flush(self) -> None:
        """Nothing waits here."""


def main(arguments: list[str] | None = None) -> int:
    """Serve until Ctrl-C or SIGTERM; the exit status: 0, or 1 when it could not start."""
    parser = argparse.ArgumentParser(prog="python -m tariff.serve.gateway")
    parser.add_argument("--port", type=int, default=3000, help="0 takes a free one")
    parser.add_argument("--store", choices=stores.KINDS, default=stores.EMBEDDED)
    parser.add_argument(
        "--upstream",
        default=str(price_lists.FOLDER),
        help="the folder of the price lists that a refresh reads, or 'public': from the network",
    )
    options = parser.parse_args(arguments)
    for stop in (signal.SIGINT, signal.SIGTERM):
        signal.signal(stop, _stop)
    try:
        with ExitStack() as stack:
            stack.enter_context(redirect_stdout(FunctionLog(sys.stdout)))
            _serve(options.port, options.store, options.upstream, stack)
    except KeyboardInterrupt:
        print("Stopped.", flush=True)
    except (CannotStart, TemplateProblem, stores.StoreProblem, DynamoDBLocalUnavailable) as problem:
        print(f"Tariff cannot start: {problem}", file=sys.stderr)
        return 1
    return 0


def _stop(_signal: int, _frame: FrameType | None) -> None:
    """End the main thread, once: what is told again to stop is stopping already."""
    for stop in (signal.SIGINT, signal.SIGTERM):
        signal.signal(stop, signal.SIG_IGN)
    raise KeyboardInterrupt


def _serve(port: int, kind: str, upstream: str, stack: ExitStack) -> None:
    listener = stack.enter_context(_bound(port))
    print(f"Starting Tariff on http://{HOST}:{listener.getsockname()[1]}")
    store = stack.enter_context(stores.running(kind, os.environ))
    print(f"Store: {store.name}")
    _build_site()
    os.environ.setdefault("AWS_REGION", os.environ.get("AWS_DEFAULT_REGION", REGION))
    # A minute on AWS: whoever changes a price here wants to see it.
    os.environ.setdefault("TARIFF_RECHECK_SECONDS", RECHECK_SECONDS)
    slack.prepare_environment()
    template = load_template()
    behind = stack.enter_context(refreshes.running(upstream, template))
    os.environ |= behind.settings()
    functions = _functions(template)
    gateway = _gateway(functions)
    behind.start([function for function in functions if not function.routes])
    endpoint = store.endpoint()
    os.environ |= stores.settings(store, endpoint)
    _fill(template, endpoint)
    server = stack.enter_context(_running(gateway, listener))
    print(f"\nPOST /v1/estimate {example()}")
    print(first_estimate(HOST, server.port))
    print("\nTry:")
    for line in curl_lines(server.url):
        print(f"  {line}")
    print(f"\n{behind.description}")
    print(f"\nServing {server.url} (reference: {server.url}/docs). Ctrl-C stops it.")
    threading.Event().wait()


@contextmanager
def _bound(port: int) -> Iterator[socket.socket]:
    """A socket that owns the port before anything else is begun."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((HOST, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise CannotStart(
                    f"port {port} is in use. Name another: make run PORT={port + 1}"
                ) from None
            raise CannotStart(f"port {port}: {error.strerror}") from None
        except OverflowError:
            raise CannotStart(f"{port} is not a port: name one from 0 to 65535") from None
        yield listener


def _build_site() -> None:
    """Generate what GET /openapi.json and GET /docs answer, unless it is newer than its sources."""
    built = ROOT / "functions" / "site" / "static" / "openapi.json"
    sources = [
        *ROOT.glob("layers/pricing/pricing/**/*.py"),
        *ROOT.glob("functions/*/app.py"),
        *ROOT.glob("layers/pricing/pricing/data/*.json"),
        *ROOT.glob("tariff/docs/*.py"),
        *ROOT.glob("tariff/docs/page_template/*"),
        ROOT / "pyproject.toml",
    ]
    newest = max(source.stat().st_mtime for source in sources)
    if not built.exists() or built.stat().st_mtime < newest:
        print("Site: generating openapi.json and docs.html")
        done = subprocess.run([sys.executable, "-m", "tariff.docs.openapi"], cwd=ROOT, check=False)
        if done.returncode != 0:
            raise CannotStart("tariff.docs.openapi failed; it says why above")


def _functions(template: dict[str, Any]) -> list[Function]:
    """The template's functions, their environment set."""
    region = os.environ["AWS_REGION"]
    functions = read_functions(template, table=TABLE, region=region, given=os.environ)
    os.environ |= shared_environment(functions)
    return functions


def _gateway(functions: list[Function]) -> Gateway:
    """The routes over their functions, loaded."""
    try:
        router = Router(route for function in functions for route in function.routes)
    except ValueError as error:
        raise TemplateProblem(str(error)) from error
    served = [function for function in functions if function.routes]
    environments = {function.name: Environment(function).invoke for function in served}
    print(f"Routes, from template.yaml, through {', '.join(environments)}:")
    for route in router.routes:
        print(f"  {route.key}")
    return Gateway(router, environments)


def _fill(template: dict[str, Any], endpoint: str) -> None:
    table = os.environ.get("TARIFF_TABLE", TABLE)
    try:
        contents = stores.fill(template, table, endpoint)
    except stores.StoreDown as down:
        print(f"Store: no answer ({down}). The bundled prices serve, marked stale.")
    else:
        added = f"added {', '.join(contents.added)}; " if contents.added else ""
        print(f"Prices, in table {table} at {endpoint}: {added}active is {contents.active}")


@contextmanager
def _running(gateway: Gateway, listener: socket.socket) -> Iterator[GatewayServer]:
    """The server, until the block ends; then what it has begun is finished."""
    server = GatewayServer(gateway, listener)
    listener.close()  # the server holds a duplicate
    try:
        yield server
    finally:
        with suppress(BrokenPipeError):  # whoever read our output may be gone already
            print("\nStopping", flush=True)
        unfinished = server.stop(DRAIN_SECONDS)
        if unfinished:
            print(f"{unfinished} requests did not finish in {DRAIN_SECONDS:g} s.")


if __name__ == "__main__":
    sys.exit(main())
