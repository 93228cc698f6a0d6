"""Cold starts: from starting a process to its first answer, under AWS's own runtime client."""

import json
import os
import resource
import subprocess
import tempfile
from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from pathlib import Path
from time import monotonic, perf_counter
from typing import Any

from bench.environments import Staged, peers_site_packages, stage
from bench.measurement import Measurement, Target
from bench.runtime_api import Answer, RuntimeApi
from bench.store import Store
from tariff.processes import running
from tariff.template import recorded_event
from tests.support.tables import REGION

TARIFF = "tariff, version from the store"
POWERTOOLS = "Powertools + pydantic + boto3"
LITELLM = "import litellm"
#: The other functions that callers wait for, and an event of each. Slack's is measured by itself.
OTHERS = {
    "catalogue": "catalogue",
    "compare": "compare",
    "plan": "plan_caching",
    "recommend": "recommend",
    "usage_report": "usage_report",
    "workload": "workload",
}
#: A report loads DuckDB.
_APART = "usage_report"
TARGETS = (
    Target(TARIFF, POWERTOOLS, 0.6),
    Target(TARIFF, LITELLM, 0.15),
    *(Target(f"tariff, {name}", TARIFF, 1.3) for name in OTHERS if name != _APART),
)

#: Starts a candidate, takes its answer and ends it. Returns seconds.
Launch = Callable[[], float]
_TIMEOUT_SECONDS = 120.0
_POLL_SECONDS = 0.2


class LaunchFailed(Exception):
    """A process ended, or gave no answer or a wrong one."""


def measure(seeded: Store, rounds: int) -> list[Measurement]:
    """Measure cold starts in CPU time, which has the targets, and in wall time."""
    with tempfile.TemporaryDirectory() as folder:
        return in_turns("Cold", candidates(stage(Path(folder)), seeded), rounds, TARGETS)


def in_turns(
    title: str, launches: Mapping[str, Launch], rounds: int, targets: tuple[Target, ...]
) -> list[Measurement]:
    """Measure launches in turns: the CPU time of their processes, then the wall time.

    A first round only fills the file cache.
    """
    cpu: dict[str, list[float]] = {name: [] for name in launches}
    wall: dict[str, list[float]] = {name: [] for name in launches}
    for number in range(rounds + 1):
        # In alternating order: each start is affected a little by the one before it.
        for name in sorted(launches, reverse=number % 2 == 1):
            before = _children_seconds()
            seconds = launches[name]()
            if number:
                cpu[name].append((_children_seconds() - before) * 1000)
                wall[name].append(seconds * 1000)
    what = f"process start to first answer; medians of {rounds} rounds"
    return [
        Measurement(f"{title}, CPU: {what}", cpu, targets),
        Measurement(f"{title}, wall: {what}", wall, ()),
    ]


def _children_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def candidates(staged: Staged, seeded: Store) -> dict[str, Launch]:
    """Return the launches by row."""
    ours = (staged.layer, staged.columnar, staged.runtime)
    peers = (peers_site_packages(),)

    def handler(
        folder: Path,
        path: Sequence[Path],
        table: str = "",
        version: str | None = None,
        name: str = "estimate",
    ) -> Launch:
        sdk = folder == staged.reference
        environment = child_environment(path, seeded.settings(table, sdk=sdk))
        event = recorded_event(name)

        def launch() -> float:
            seconds, reply = first_answer(staged.python, folder, environment, event)
            if version is not None:
                _check(reply, version)
            elif reply["statusCode"] != HTTPStatus.OK:
                raise LaunchFailed(f"{folder.name}: {reply}")
            return seconds

        return launch

    def module(name: str) -> Launch:
        return lambda: imported(staged.python, name, child_environment(peers))

    shipped, newer = seeded.bundled_table, seeded.newer_table
    version = seeded.newer_version
    estimate = staged.functions / "estimate"
    return {
        TARIFF: handler(estimate, ours, newer, version),
        "tariff, version bundled": handler(estimate, ours, shipped, seeded.bundled_version),
        **{
            f"tariff, {folder}": handler(staged.functions / folder, ours, newer, name=event)
            for folder, event in OTHERS.items()
        },
        POWERTOOLS: handler(staged.reference, ours, newer, version),
        "bare handler": handler(staged.bare, (staged.runtime,)),
        LITELLM: module("litellm"),
        "import genai_prices": module("genai_prices"),
    }


def child_environment(
    path: Sequence[Path], settings: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Return an environment like Lambda's, with only PATH and HOME of this process.

    Python settings would change what is compiled, and an AWS profile the credentials.
    """
    return {
        **{name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ},
        "LANG": "C.UTF-8",
        "PYTHONPATH": os.pathsep.join(map(str, path)),
        "AWS_DEFAULT_REGION": REGION,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_LAMBDA_FUNCTION_NAME": "bench",
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "512",
        # litellm otherwise fetches its price list from the network at import.
        "LITELLM_LOCAL_MODEL_COST_MAP": "True",
        **(settings or {}),
    }


def first_answer(
    python: Path, folder: Path, environment: Mapping[str, str], event: Mapping[str, Any]
) -> tuple[float, Any]:
    """Return the seconds from starting ``folder``'s app under awslambdaric to its answer, and that.

    Raises LaunchFailed when the client reports an error, ends, or does not answer in two minutes.
    """
    command = [str(python), "-m", "awslambdaric", "app.lambda_handler"]
    with RuntimeApi(event) as api:
        environment = {**environment, "AWS_LAMBDA_RUNTIME_API": api.address}
        started = perf_counter()
        with running(command, cwd=folder, env=environment, stdout=subprocess.PIPE) as process:
            answer = _await(api, process)
    if answer.failed:
        raise LaunchFailed(f"{folder.name}: {answer.body}")
    return answer.at - started, answer.body


def imported(python: Path, module: str, environment: Mapping[str, str]) -> float:
    """Return the seconds from starting Python until ``module`` is imported."""
    command = [str(python), "-c", f"import {module}; print(flush=True)"]
    started = perf_counter()
    with running(command, env=environment, stdout=subprocess.PIPE) as process:
        line = process.stdout.readline() if process.stdout else b""
        seconds = perf_counter() - started
    if not line:
        raise LaunchFailed(f"{module} cannot be imported")
    return seconds


def _await(api: RuntimeApi, process: subprocess.Popen[bytes]) -> Answer:
    deadline = monotonic() + _TIMEOUT_SECONDS
    while monotonic() < deadline:
        answer = api.answer(_POLL_SECONDS)
        if answer is not None:
            return answer
        if process.poll() is not None:
            raise LaunchFailed(f"the process ended with status {process.returncode}")
    raise LaunchFailed("there was no answer in two minutes")


def _check(reply: Any, version: str) -> None:
    """Raise if the answer is wrong or from another version: its time would not count."""
    body = json.loads(reply["body"])
    found = (body.get("total_usd"), body.get("pricing", {}).get("version"))
    if found != ("0.019", version):
        raise LaunchFailed(f"expected 0.019 by {version}, got {reply}")
