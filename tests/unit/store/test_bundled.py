"""The bundled books: the files that the index records, read once, and refused when damaged."""

import hashlib
import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from pricing.errors import CorruptBook
from pricing.store import bundled

DATA = Path(bundled.__file__).parent.parent / "data"


def test_the_current_version_is_never_the_lessons() -> None:
    assert bundled.current_id() == "2026-12-01.1"
    assert bundled.ids() == ["2026-12-01.1", "lesson-2025"]


def test_each_file_has_the_sha256_that_the_index_records() -> None:
    index = json.loads((DATA / "index.json").read_bytes())
    for version, entry in index["books"].items():
        content = (DATA / entry["file"]).read_bytes()
        assert hashlib.sha256(content).hexdigest() == entry["sha256"]
        book = bundled.load(version)
        assert book is not None
        assert (book.sha256, book.id) == (entry["sha256"], version)


@pytest.mark.parametrize("unknown", ["2026-11-22", "", "../index", "index.json", "LESSON-2025"])
def test_an_unknown_version_is_none(unknown: str) -> None:
    assert bundled.load(unknown) is None


def test_a_book_is_read_once() -> None:
    assert bundled.load("lesson-2025") is bundled.load("lesson-2025")


@pytest.fixture
def copied_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The bundled data in a folder that a test may damage."""
    folder = tmp_path / "data"
    shutil.copytree(DATA, folder)
    monkeypatch.setattr(bundled, "_FOLDER", str(folder))
    bundled._index.cache_clear()
    bundled._book.cache_clear()
    yield folder
    bundled._index.cache_clear()
    bundled._book.cache_clear()


def test_a_damaged_book_is_refused(copied_data: Path) -> None:
    damaged = copied_data / "lesson-2025.json"
    damaged.write_bytes(damaged.read_bytes().replace(b'"18.75"', b'"1.875"', 1))
    with pytest.raises(CorruptBook):
        bundled.load("lesson-2025")
    assert bundled.load("2026-12-01.1") is not None
