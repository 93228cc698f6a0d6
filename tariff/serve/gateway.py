"""``tariff serve``: the API on one machine.

Serves every HTTP route of template.yaml through the deployed handlers, in this process, with the
events that API Gateway would send. ``POST /v1/pricing/refresh`` runs the refresh function here too.
AWS's authorisers and throttling are not imitated: callers name themselves.
"""

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
from typing import Annotated, Any, TextIO

from typer import Option

from tariff.command_line import CommandFailed
from tariff.docs import site
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
from tariff.template import load_template

HOST = "127.0.0.1"
TABLE = "tariff"
REGION = "us-east-1"
RECHECK_SECONDS = "1"
#: How long open requests may take once the gateway was told to stop.
DRAIN_SECONDS = 10.0


class FunctionLog(io.TextIOBase):
    """The functions' stdout: their lines, without the part that is only for CloudWatch."""

    def __init__(self, console: TextIO) -> None:
        self._console = console

    def write(self, text: str) -> int:
        """Pass text on; a metrics line loses its ``_aws`` member, which describes the metrics."""
        if text.startswith('{"_aws"'):
            line = json.loads(text)
            del line["_aws"]
            end = "\n" if text.endswith("\n") else ""  # print writes its line end by itself
            self._console.write(json.dumps(line, ensure_ascii=False) + end)
        else:
            self._console.write(text)
        self._console.flush()
        return len(text)

    def flush(self) -> None:
        """Do nothing: every write is flushed."""


def serve(
    port: Annotated[int, Option(help="The port; 0 takes a free port.")] = 3000,
    store: Annotated[
        stores.Kind, Option(help="Where price versions are kept: in memory, or by DynamoDB Local.")
    ] = "embedded",
    upstream: Annotated[
        str,
        Option(
            metavar="FOLDER|public",
            help="The folder of price lists that a refresh reads; 'public' reads the network.",
        ),
    ] = str(price_lists.FOLDER),
) -> None:
    """Serve the API on this machine.

    Runs until Ctrl-C. The deployed handlers answer every route of template.yaml. No AWS account is
    needed.
    """
    for stop in (signal.SIGINT, signal.SIGTERM):
        signal.signal(stop, _stop)
    try:
        with ExitStack() as stack:
            stack.enter_context(redirect_stdout(FunctionLog(sys.stdout)))
            _serve(port, store, upstream, stack)
    except KeyboardInterrupt:
        print("Stopped.", flush=True)
    except (CommandFailed, TemplateProblem) as problem:
        raise CommandFailed(f"Tariff cannot start: {problem}") from problem


def _stop(_signal: int, _frame: FrameType | None) -> None:
    """End the main thread; further signals are ignored while it stops."""
    for stop in (signal.SIGINT, signal.SIGTERM):
        signal.signal(stop, signal.SIG_IGN)
    raise KeyboardInterrupt


def _serve(port: int, kind: stores.Kind, upstream: str, stack: ExitStack) -> None:
    listener = stack.enter_context(_bound(port))
    print(f"Starting Tariff on http://{HOST}:{listener.getsockname()[1]}")
    store = stack.enter_context(stores.running(kind, os.environ))
    print(f"Store: {store.name}")
    _build_site()
    os.environ.setdefault("AWS_REGION", os.environ.get("AWS_DEFAULT_REGION", REGION))
    # A minute on AWS; a developer who changes a price wants to see the change at once.
    os.environ.setdefault("TARIFF_RECHECK_SECONDS", RECHECK_SECONDS)
    slack.prepare_environment()
    template = load_template()
    backend = stack.enter_context(refreshes.running(upstream, template))
    os.environ |= backend.settings()
    functions = _functions(template)
    gateway = _gateway(functions)
    backend.add(function for function in functions if not function.routes)
    endpoint = store.endpoint()
    os.environ |= stores.settings(store, endpoint)
    _fill(template, endpoint)
    server = stack.enter_context(_running(gateway, listener))
    print(f"\nPOST /v1/estimate {example()}")
    print(first_estimate(HOST, server.port))
    print("\nTry:")
    for line in curl_lines(server.url):
        print(f"  {line}")
    print(f"\n{backend.description}")
    print(f"\nServing {server.url} (page at /, reference at /docs). Press Ctrl-C to stop.")
    threading.Event().wait()


@contextmanager
def _bound(port: int) -> Iterator[socket.socket]:
    """Yield a socket that is bound to the port, before anything else is started."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((HOST, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise CommandFailed(
                    f"port {port} is in use. Choose another port: tariff serve --port {port + 1}"
                    f" (make run PORT={port + 1})"
                ) from None
            raise CommandFailed(f"port {port}: {error.strerror}") from None
        except OverflowError:
            raise CommandFailed(f"{port} is not a port: choose one from 0 to 65535") from None
        yield listener


def _build_site() -> None:
    """Generate the files behind GET /openapi.json and GET /docs, where they are out of date."""
    if not site.is_current():
        print("Site: generating openapi.json and docs.html")
        try:
            site.generate()
        except subprocess.CalledProcessError:
            raise CommandFailed("`tariff docs openapi` failed; its message is above") from None


def _functions(template: dict[str, Any]) -> list[Function]:
    """Read the template's functions, and set their environment in this process."""
    region = os.environ["AWS_REGION"]
    functions = read_functions(template, table=TABLE, region=region, given=os.environ)
    os.environ |= shared_environment(functions)
    return functions


def _gateway(functions: list[Function]) -> Gateway:
    """Load the functions and return the gateway that routes to them."""
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
        print(f"Store: no answer ({down}). Bundled prices are used and marked stale.")
    else:
        added = f"added versions {', '.join(contents.added)}; " if contents.added else ""
        print(f"Prices: table {table} at {endpoint}; {added}active version {contents.active}")


@contextmanager
def _running(gateway: Gateway, listener: socket.socket) -> Iterator[GatewayServer]:
    """Yield the server; at the end of the block finish its open requests."""
    server = GatewayServer(gateway, listener)
    listener.close()  # the server holds a duplicate
    try:
        yield server
    finally:
        with suppress(BrokenPipeError):  # the reader of this output may have ended
            print("\nStopping", flush=True)
        unfinished = server.stop(DRAIN_SECONDS)
        if unfinished:
            print(f"{unfinished} requests did not finish in {DRAIN_SECONDS:g} s.")
