"""A refresh of the prices, here: the deployed function, asked for as it is on AWS.

``POST /v1/pricing/refresh`` asks Lambda's API to start the function and answers at once. Here
that API is on loopback, the function runs in this process behind the answer, and the lists it
reads are files in a folder.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tariff.serve import background, price_lists
from tariff.serve.api_gateway_events import Event
from tariff.serve.functions import Function, on_first_use
from tariff.serve.loopback import Reply, serving
from tariff.template import ROOT


@dataclass(slots=True)
class Behind:
    """What a local Tariff has instead of Lambda's API and of the price lists' hosts.

    ``lists`` answers the variables that say where the lists are now: a file may be added or
    taken away between two refreshes.
    """

    description: str
    url: str
    lists: Callable[[], Mapping[str, str]]
    functions: dict[str, Callable[[Event], Any]] = field(default_factory=dict)

    def settings(self) -> dict[str, str]:
        """The variables with which this process's functions find it."""
        return {"AWS_ENDPOINT_URL_LAMBDA": self.url, **self.lists()}

    def start(self, functions: Iterable[Function]) -> None:
        """Let these be started, each in an environment of its own that is made when it is."""
        for function in functions:
            self.functions[function.name] = self._reading(on_first_use(function))

    def _reading(self, invoke: Callable[[Event], Any]) -> Callable[[Event], Any]:
        def with_the_lists_there_are(event: Event) -> Any:
            os.environ |= self.lists()
            return invoke(event)

        return with_the_lists_there_are


@contextmanager
def running(upstream: str, template: Mapping[str, Any]) -> Iterator[Behind]:
    """It, until the block ends: a refresh that has begun is finished first.

    ``upstream`` is the folder with the lists, filled if it is empty; or ``public``.
    """
    functions: dict[str, Callable[[Event], Any]] = {}
    is_public = upstream == price_lists.PUBLIC
    folder = Path(upstream).resolve()
    if is_public:
        description = "POST /v1/pricing/refresh reads the public price lists, over the network."
    else:
        description = _of_folder(folder, up_to_date=price_lists.fill(folder))

    def answer(method: str, path: str, body: bytes) -> Reply:
        if method == "GET" and not is_public:
            return price_lists.answer(folder, path)
        return queue.answer(method, path, body)

    def lists() -> Mapping[str, str]:
        if is_public:
            return price_lists.public_settings(template)
        return price_lists.settings(folder, url)

    with serving(answer) as url, background.running(functions) as queue:
        yield Behind(description, url, lists, functions)


def _of_folder(folder: Path, *, up_to_date: bool) -> str:
    name = folder.relative_to(ROOT) if folder.is_relative_to(ROOT) else folder
    lines = [
        f"Price lists: {name}/*.json. Change a price there, POST /v1/pricing/refresh, and see",
        "docs/price-refresh.md for what becomes of it. Nothing is read from the network.",
    ]
    if not up_to_date:
        lines.append(f"They are not those these prices were made from: delete {name} for new ones.")
    return "\n".join(lines)
