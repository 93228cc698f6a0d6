"""AWS's Runtime Interface Emulator: a packaged function under Lambda's own runtime client.

The emulator is a program inside the aws-sam-cli wheel. It needs no container: it starts
``python -m awslambdaric`` as Lambda does and hands it events. It plays one execution environment,
so it takes one call at a time (two at once crash it).
"""

import json
import os
import platform
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib import metadata
from pathlib import Path
from typing import IO, Any

from tariff.template import ROOT

#: One event in, the function's answer out, both as JSON values.
Invoke = Callable[[Mapping[str, Any]], Any]

_INVOKE_PATH = "/2015-03-31/functions/function/invocations"
_STARTUP_SECONDS = 10
_CALL_SECONDS = 30
_STOP_SECONDS = 5
#: What platform.machine() may say -> the emulator's name for it.
_MACHINES = {"x86_64": "x86_64", "aarch64": "arm64"}
#: The runtime client and what it imports, which Lambda keeps apart from a function's libraries.
_RUNTIME_CLIENT = ("awslambdaric", "simplejson", "snapshot-restore-py")


class EmulatorUnavailable(Exception):
    """There is no emulator here, or it did not start or answer; the message says more."""


class FunctionFailed(Exception):
    """The function could not be loaded, or ended, before it answered; the log says why."""


def emulator_path(sam_environment: Path = ROOT / ".venv-sam") -> Path:
    """The emulator for this machine, out of the SAM CLI's environment.

    :raises EmulatorUnavailable: it is not installed, or this is not Linux on x86-64 or arm64.
    """
    machine = _MACHINES.get(platform.machine())
    if sys.platform != "linux" or machine is None:
        raise EmulatorUnavailable(f"it is a Linux program, and this is {platform.platform()}")
    name = f"samcli/local/rapid/aws-lambda-rie-{machine}"
    found = next(sam_environment.glob(f"lib/python3.*/site-packages/{name}"), None)
    if found is None:
        raise EmulatorUnavailable("the SAM CLI is not installed yet: run `make sam-validate`")
    return found


#: boto3 and what it imports, which Lambda's image of Python has.
SDK = ("boto3", "botocore", "s3transfer", "jmespath", "python-dateutil", "six", "urllib3")


@contextmanager
def emulated(
    function: Path,
    *layers: Path,
    log: IO[bytes],
    environment: Mapping[str, str] | None = None,
    libraries: Sequence[str] = (),
) -> Iterator[Invoke]:
    """A function's folder, run with its layers and nothing else that is installed here.

    ``layers`` are unpacked, each holding ``python/`` built for the Python that runs this; ``log``
    receives what function and emulator print; ``libraries`` of this Python are there too.

    :raises EmulatorUnavailable: on entering, or when an event is not answered in 30 seconds.
    :raises FunctionFailed: on an event that the runtime client could not get answered.
    """
    emulator = emulator_path()
    address, runtime_api = _free_addresses(2)
    with tempfile.TemporaryDirectory() as client, tempfile.TemporaryDirectory() as scratch:
        _link((*_RUNTIME_CLIENT, *libraries), Path(client))
        process = subprocess.Popen(
            [
                *(emulator, "--runtime-interface-emulator-address", address),
                *("--runtime-api-address", runtime_api),
                # -S: without site-packages, what the layer lacks cannot be imported.
                *(sys.executable, "-S", "-m", "awslambdaric", "app.lambda_handler"),
            ],
            cwd=function,
            env={
                "PATH": os.environ["PATH"],
                "PYTHONPATH": os.pathsep.join([*(str(at / "python") for at in layers), client]),
                "PYTHONDONTWRITEBYTECODE": "1",  # Lambda's folders are read-only
                "TMPDIR": scratch,  # of its own, as in Lambda: it may delete all that is there
                "LAMBDA_TASK_ROOT": str(function),
                "AWS_REGION": "eu-west-1",
                "AWS_LAMBDA_FUNCTION_NAME": function.name,
                "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "512",
                "AWS_LAMBDA_FUNCTION_TIMEOUT": "10",
                **(environment or {}),
            },
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            _wait_until_listening(process, address)
            yield lambda event: _invoke(address, event)
        finally:
            _stop(process)


def _invoke(address: str, event: Mapping[str, Any]) -> Any:
    url = f"http://{address}{_INVOKE_PATH}"
    body = json.dumps(event).encode()
    try:
        with urllib.request.urlopen(url, body, timeout=_CALL_SECONDS) as answer:
            return json.loads(answer.read())
    except urllib.error.HTTPError as error:
        with error:
            raise FunctionFailed(error.read().decode(errors="replace")) from error
    except (OSError, ValueError) as error:
        raise EmulatorUnavailable(f"the emulator did not answer: {error}") from error


def _link(distributions: Iterable[str], folder: Path) -> None:
    for distribution in distributions:
        for file in metadata.files(distribution) or ():
            top = file.parts[0]
            link = folder / top
            if top not in {"..", "__pycache__"} and not link.exists():
                link.symlink_to(Path(str(file.locate())).parents[len(file.parts) - 1] / top)


def _free_addresses(count: int) -> list[str]:
    """Unused loopback addresses; each is reserved until all are found."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    try:
        return ["{}:{}".format(*one.getsockname()) for one in sockets]
    finally:
        for one in sockets:
            one.close()


def _wait_until_listening(process: subprocess.Popen[bytes], address: str) -> None:
    host, _, port = address.partition(":")
    deadline = time.monotonic() + _STARTUP_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        try:
            socket.create_connection((host, int(port)), timeout=1).close()
        except OSError:
            time.sleep(0.02)
        else:
            return
    raise EmulatorUnavailable("the emulator did not start")


def _stop(process: subprocess.Popen[bytes]) -> None:
    """End the emulator, which on being asked ends the runtime client it started."""
    process.terminate()
    try:
        process.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
