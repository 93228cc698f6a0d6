"""A price refresh on this machine: the deployed function, started as it is on AWS.

``POST /v1/pricing/refresh`` asks Lambda's API to start the function and answers at once. Here that
API is on loopback, the function runs in this process after the answer, and the price lists that it
reads are files in a folder.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tariff.paths import ROOT
from tariff.serve import background, price_lists
from tariff.serve.api_gateway_events import Event
from tariff.serve.functions import Function, on_first_use
from tariff.serve.loopback import Reply, serving


@dataclass(slots=True)
class Backend:
    """What a local Tariff has in place of Lambda's API and of the price lists' hosts.

    ``lists`` returns the variables that say where the lists are at that moment: a file may be
    added or removed between two refreshes.
    """

    description: str
    url: str
    lists: Callable[[], Mapping[str, str]]
    functions: dict[str, Callable[[Event], Any]] = field(default_factory=dict)

    def settings(self) -> dict[str, str]:
        """Return the variables with which this process's functions find the backend."""
        return {"AWS_ENDPOINT_URL_LAMBDA": self.url, **self.lists()}

    def add(self, functions: Iterable[Function]) -> None:
        """Let these functions be started. Each is loaded when it is started first."""
        for function in functions:
            self.functions[function.name] = self._with_current_lists(on_first_use(function))

    def _with_current_lists(self, invoke: Callable[[Event], Any]) -> Callable[[Event], Any]:
        def run(event: Event) -> Any:
            os.environ |= self.lists()
            return invoke(event)

        return run


@contextmanager
def running(upstream: str, template: Mapping[str, Any]) -> Iterator[Backend]:
    """Yield a backend; at the end of the block a refresh that is running is finished first.

    ``upstream`` is the folder with the lists, which is filled if it is empty; or ``public``.
    """
    functions: dict[str, Callable[[Event], Any]] = {}
    variables = price_lists.variables_of(template)
    is_public = upstream == price_lists.PUBLIC
    folder = Path(upstream).resolve()
    if is_public:
        description = "POST /v1/pricing/refresh reads the public price lists over the network."
    else:
        description = _describe(folder, is_current=price_lists.fill(folder))

    def answer(method: str, path: str, body: bytes) -> Reply:
        if method == "GET" and not is_public:
            return price_lists.answer(folder, path, variables)
        return queue.answer(method, path, body)

    def lists() -> Mapping[str, str]:
        if is_public:
            return price_lists.public_settings(template)
        return price_lists.settings(folder, url, variables)

    with serving(answer) as url, background.running(functions) as queue:
        yield Backend(description, url, lists, functions)


def _describe(folder: Path, *, is_current: bool) -> str:
    name = folder.relative_to(ROOT) if folder.is_relative_to(ROOT) else folder
    lines = [
        f"Price lists: {name}/*.json. Change a price there and POST /v1/pricing/refresh to see the",
        "change (docs/price-refresh.md). Nothing is read from the network.",
    ]
    if not is_current:
        lines.append(
            f"These lists are older than the bundled prices: delete {name} to get new lists."
        )
    return "\n".join(lines)
