"""The worker processes of the server: each serves every route, with functions of its own.

A worker is started by uvicorn's supervisor, which starts another one if it ends. All workers accept
connections of one socket. What they share is in the store.
"""

import io
import json
import multiprocessing
import os
import resource
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any, TextIO

from uvicorn.config import STARTUP_FAILURE

from tariff.serve.api_gateway_events import Event
from tariff.serve.authoriser import JwtAuthoriser
from tariff.serve.cors import with_cors
from tariff.serve.functions import Environment, Function
from tariff.serve.routes import Router
from tariff.serve.server import MAX_CONNECTIONS, OWN_PROCESS, Gateway, Runner, on_a_thread


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


@dataclass(frozen=True, slots=True)
class Worker:
    """Makes a worker's application; pickled, so that a new process can call it."""

    functions: Sequence[Function]
    authoriser: JwtAuthoriser | None = None
    #: What pages of other origins may do; None for nothing.
    cors: Mapping[str, Any] | None = None

    def __call__(self) -> Callable[..., Any]:
        """Return the gateway to these functions, loaded in this process."""
        _end_with_the_parent()
        _allow_open_files(MAX_CONNECTIONS + 100)
        sys.stdout = FunctionLog(sys.stdout)
        try:
            gateway = Gateway(router_of(self.functions), self._runners(), self.authoriser)
        except Exception:  # noqa: BLE001 - printed; every further start would fail likewise
            traceback.print_exc(file=sys.stderr)
            sys.exit(STARTUP_FAILURE)
        return with_cors(gateway, self.cors)

    def _runners(self) -> dict[str, Runner]:
        runners: dict[str, Runner] = {}
        for function in self.functions:
            runners[function.name] = on_a_thread(Environment(function).invoke)
            for route in function.routes:
                if route.key in OWN_PROCESS:
                    runners[route.key] = Runner(partial(_process_of, function), _invoke)
        return runners


def router_of(functions: Sequence[Function]) -> Router:
    """Return the router of all these functions; raises ValueError for a route declared twice."""
    return Router(route for function in functions for route in function.routes)


def _process_of(function: Function) -> ProcessPoolExecutor:
    """Return an executor with one process for a function, which starts at the first event."""
    return ProcessPoolExecutor(
        max_workers=1,
        mp_context=multiprocessing.get_context("spawn"),
        initializer=_become,
        initargs=(function,),
    )


_environments: list[Environment] = []


def _become(function: Function) -> None:
    """Make this process the environment of the function."""
    _end_with_the_parent()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches every process of the terminal
    sys.stdout = FunctionLog(sys.stdout)
    _environments.append(Environment(function))


def _invoke(event: Event) -> Any:
    return _environments[0].invoke(event)


def _end_with_the_parent() -> None:
    """End this process when the one that started it has ended, even by force."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_after, args=(parent.join,), daemon=True).start()


def _end_after(wait: Callable[[], None]) -> None:
    wait()
    os._exit(0)


def _allow_open_files(wanted: int) -> None:
    """Raise this process's limit of open files, each connection being one, as far as allowed."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    allowed = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if soft < allowed:
        resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, hard))
