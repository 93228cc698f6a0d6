"""``tariff serve``: the API on one machine.

Serves every HTTP route of template.yaml through the deployed handlers, in this process, with the
events that API Gateway would send. ``POST /v1/pricing/refresh`` runs the refresh function here too.
Throttling is not imitated. Callers name themselves, unless an issuer is given: then the gateway
checks their tokens as API Gateway's authoriser does.
"""

import errno
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, redirect_stdout, suppress
from http.client import HTTPException
from types import FrameType
from typing import Annotated, Any, NamedTuple

from typer import Option
from uvicorn.config import STARTUP_FAILURE
from uvicorn.supervisors import Multiprocess

from tariff.command_line import CommandFailed
from tariff.docs import site
from tariff.serve import price_lists, refreshes, slack, stores
from tariff.serve.authoriser import JwtAuthoriser, scopes_of_routes
from tariff.serve.cors import cors_options
from tariff.serve.functions import Function, TemplateProblem, read_functions, shared_environment
from tariff.serve.server import BACKLOG, config
from tariff.serve.welcome import curl_lines, example, first_estimate
from tariff.serve.workers import FunctionLog, Worker, router_of
from tariff.template import load_template

HOST = "127.0.0.1"
WORKERS = 2
TABLE = "tariff"
REGION = "us-east-1"
RECHECK_SECONDS = "1"


class Front(NamedTuple):
    """What API Gateway does before a function: the parameters of template.yaml with these names."""

    issuer: str
    audience: str
    origins: list[str]

    def worker(self, functions: list[Function], template: dict[str, Any]) -> Worker:
        """Return what makes the workers' applications."""
        authoriser = None
        if self.issuer:
            scopes = scopes_of_routes(template, os.environ.get("TARIFF_ADMIN_SCOPE", ""))
            authoriser = JwtAuthoriser(self.issuer, self.audience, scopes)
        return Worker(
            functions, authoriser, cors_options(template, self.origins) if self.origins else None
        )


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
    host: Annotated[
        str, Option(help="The address to listen on. Callers are not authenticated here.")
    ] = HOST,
    workers: Annotated[int, Option(min=1, help="How many processes answer requests.")] = WORKERS,
    jwt_issuer: Annotated[
        str, Option(metavar="URL", help="Ask for tokens of this OpenID Connect provider.")
    ] = "",
    jwt_audience: Annotated[str, Option(help="The audience of the tokens.")] = "",
    cors_origins: Annotated[
        str, Option(metavar="ORIGIN,...", help="Other origins whose pages may call the API.")
    ] = "",
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
            front = Front(
                jwt_issuer, jwt_audience, [each for each in cors_origins.split(",") if each]
            )
            _serve((host, port), store, upstream, workers, front, stack)
    except KeyboardInterrupt:
        pass
    except (CommandFailed, TemplateProblem) as problem:
        raise CommandFailed(f"Tariff cannot start: {problem}") from problem
    with suppress(BrokenPipeError):  # the reader of this output may have ended
        print("Stopped.", flush=True)


def _stop(_signal: int, _frame: FrameType | None) -> None:
    """End the main thread; further signals are ignored while it stops."""
    for stop in (signal.SIGINT, signal.SIGTERM):
        signal.signal(stop, signal.SIG_IGN)
    raise KeyboardInterrupt


def _serve(
    address: tuple[str, int],
    kind: stores.Kind,
    upstream: str,
    workers: int,
    front: Front,
    stack: ExitStack,
) -> None:
    listener = stack.enter_context(_bound(*address))
    host, port = listener.getsockname()
    url = f"http://{host}:{port}"
    print(f"Starting Tariff on {url}")
    store = stack.enter_context(stores.running(kind, os.environ))
    print(f"Store: {store.name}")
    _build_site()
    os.environ.setdefault("AWS_REGION", os.environ.get("AWS_DEFAULT_REGION", REGION))
    # A minute on AWS; a developer who changes a price wants to see the change at once.
    os.environ.setdefault("TARIFF_RECHECK_SECONDS", RECHECK_SECONDS)
    if front.issuer:
        os.environ["TARIFF_PAGE_ISSUER"] = front.issuer
    slack.prepare_environment()
    template = load_template()
    backend = stack.enter_context(refreshes.running(upstream, template))
    os.environ |= backend.settings()
    functions = _functions(template)
    served = _served(functions)
    backend.add(function for function in functions if not function.routes)
    endpoint = store.endpoint()
    os.environ |= stores.settings(store, endpoint)
    _fill(template, endpoint)
    listener.listen(BACKLOG)  # from here on callers wait for the workers
    # Sets the signals' handlers, so that a signal stops the workers first.
    worker = front.worker(served, template)
    supervisor = Multiprocess(config(worker, factory=True, workers=workers), [listener])
    welcome = (host, port, url, backend.description)
    threading.Thread(target=_welcome, args=welcome, daemon=True).start()
    supervisor.run()
    if any(worker.exitcode == STARTUP_FAILURE for worker in supervisor.processes):
        raise CommandFailed("a worker failed; its error is above")


def _welcome(host: str, port: int, url: str, description: str) -> None:
    """Show the first answer, once a worker gives it, and commands to paste."""
    try:
        estimate = first_estimate(host, port)
    except (OSError, HTTPException):  # stopped before the first answer
        return
    print(f"\nPOST /v1/estimate {example()}")
    print(estimate)
    print("\nTry:")
    for line in curl_lines(url):
        print(f"  {line}")
    print(f"\n{description}")
    print(f"\nServing {url} (page at /, reference at /docs). Press Ctrl-C to stop.")


@contextmanager
def _bound(host: str, port: int) -> Iterator[socket.socket]:
    """Yield a socket that is bound to the port, before anything else is started."""
    # Named as TCP, so that asyncio sends the parts of an answer without Nagle's delay.
    with socket.socket(proto=socket.IPPROTO_TCP) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, port))
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
            raise CommandFailed("the reference was not generated; why is above") from None


def _functions(template: dict[str, Any]) -> list[Function]:
    """Read the template's functions, and set their environment in this process."""
    region = os.environ["AWS_REGION"]
    functions = read_functions(template, table=TABLE, region=region, given=os.environ)
    os.environ |= shared_environment(functions)
    return functions


def _served(functions: list[Function]) -> list[Function]:
    """Return the functions that have routes, and print the routes."""
    served = [function for function in functions if function.routes]
    try:
        router = router_of(served)
    except ValueError as error:
        raise TemplateProblem(str(error)) from error
    print(f"Routes, from template.yaml, through {', '.join(each.name for each in served)}:")
    for route in router.routes:
        print(f"  {route.key}")
    return served


def _fill(template: dict[str, Any], endpoint: str) -> None:
    table = os.environ.get("TARIFF_TABLE", TABLE)
    try:
        contents = stores.fill(template, table, endpoint)
    except stores.StoreDown as down:
        print(f"Store: no answer ({down}). Bundled prices are used and marked stale.")
    else:
        added = f"added versions {', '.join(contents.added)}; " if contents.added else ""
        print(f"Prices: table {table} at {endpoint}; {added}active version {contents.active}")
