"""Where a report on Spark finds its logs, and keeps its tables: this machine's files, or S3.

A file is read and written whole, through the scratch space of the task that needs it. What Spark
itself reads and writes it addresses by ``uri``.
"""

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from pricing.aws import s3


class LogFile(Protocol):
    """A usage log that the driver and every executor reach."""

    @property
    def name(self) -> str: ...  # noqa: D102

    def fetched(self, scratch: Path, /) -> Path:
        """Return the file on this machine, perhaps as a copy in ``scratch``."""
        ...


class Folder(Protocol):
    """A folder that the driver, every executor and Spark itself reach."""

    @property
    def uri(self) -> str: ...  # noqa: D102

    def put(self, file: Path, name: str) -> None:
        """Move a file of this machine into the folder; ``name`` may have a folder of its own."""
        ...

    def fetched(self, names: tuple[str, ...], scratch: Path, /) -> Path:
        """Return a folder on this machine in which the folders ``names`` are."""
        ...


@dataclass(frozen=True, slots=True)
class LocalFile:
    """A file under a path that every executor has, too."""

    path: Path

    @property
    def name(self) -> str:
        """The name that a rejected line is reported under."""
        return self.path.name

    def fetched(self, _scratch: Path, /) -> Path:
        """Return the file itself."""
        return self.path


@dataclass(frozen=True, slots=True)
class LocalFolder:
    """A folder under a path that every executor has, too."""

    path: Path

    @property
    def uri(self) -> str:
        """The path, which Spark reads as it is."""
        return str(self.path)

    def put(self, file: Path, name: str) -> None:
        """Move the file."""
        target = self.path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(file, target)

    def fetched(self, _names: tuple[str, ...], _scratch: Path, /) -> Path:
        """Return the folder itself."""
        return self.path


@dataclass(frozen=True, slots=True)
class S3File:
    """An object of the input bucket."""

    s3_uri: str

    @property
    def name(self) -> str:
        """The name that a rejected line is reported under."""
        return self.s3_uri.rsplit("/", 1)[-1]

    def fetched(self, scratch: Path) -> Path:
        """Return a copy of the object; raises InvalidRequest and StoreUnavailable."""
        path = scratch / "fetched"
        with path.open("wb") as file:
            s3.download(self.s3_uri, file)
        return path


@dataclass(frozen=True, slots=True)
class S3Folder:
    """A prefix of the input bucket, ``s3://bucket/prefix`` without a slash at its end."""

    uri: str

    def put(self, file: Path, name: str) -> None:
        """Upload the file; raises StoreUnavailable."""
        with file.open("rb") as content:
            s3.upload(f"{self.uri}/{name}", content)
        file.unlink()

    def fetched(self, names: tuple[str, ...], scratch: Path) -> Path:
        """Return copies of the folders in ``scratch``; raises StoreUnavailable."""
        for name in names:
            (scratch / name).mkdir()
            for uri in s3.objects(f"{s3.bucket_and_key(self.uri)[1]}/{name}/"):
                with (scratch / name / uri.rsplit("/", 1)[-1]).open("wb") as file:
                    s3.download(uri, file)
        return scratch
