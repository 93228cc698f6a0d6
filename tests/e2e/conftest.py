"""The local gateway as a user starts it: a process of its own, reached over HTTP only."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, closing

import pytest

from tests.support.gateway import RunningGateway, Start


@pytest.fixture(scope="session")
def gateway() -> Iterator[RunningGateway]:
    """One gateway for every test that leaves it as it was."""
    with closing(RunningGateway()) as running:
        yield running.until("Serving ")


@pytest.fixture
def start() -> Iterator[Start]:
    """``start(*arguments, **variables)`` runs another gateway, until the test ends."""
    with ExitStack() as stack:
        yield lambda *arguments, **variables: stack.enter_context(
            closing(RunningGateway(*arguments, **variables))
        )
