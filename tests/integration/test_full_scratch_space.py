"""Scratch space that is full, and scratch space that is gone: each is told as what it is."""

import gzip
import json
import os
import resource
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

import duckdb
import pytest

from pricing.errors import InvalidRequest
from pricing.reports.readers.files import UsageFile, fetched, gathered, opened
from pricing.reports.readers.scratch import TOO_LARGE, filled_by, is_full
from tests.support.handlers import CONTEXT, Answer, Event, call, handler, pointers

Put = Callable[[str, bytes], str]
RECORD = json.dumps(
    {"timestamp": "2026-11-20", "model": "opus", "usage": {"input_tokens": 9, "output_tokens": 4}}
).encode()
MANY = (RECORD + b"\n") * 1_000  # about 90 KB
#: What Linux says: a file may not be larger than the limit of the process, as on a full disk.
SMALL = 20_000


@contextmanager
def room_for(size: int) -> Iterator[None]:
    """No file may become larger than this."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_file_that_fills_the_scratch_space_is_refused_whatever_was_written(
    tmp_path: Path, bucket: Put
) -> None:
    uri = bucket("many.jsonl", MANY)
    document = tmp_path / "array.json"
    document.write_bytes(b"[" + MANY.replace(b"\n", b",") + RECORD + b"]")
    packed = tmp_path / "many.jsonl.gz"
    packed.write_bytes(gzip.compress(MANY))
    writes: tuple[Callable[[], UsageFile], ...] = (
        lambda: fetched(uri, tmp_path),
        lambda: opened(packed, packed.name, tmp_path, "/source/s3_uri"),
        lambda: opened(document, document.name, tmp_path, "/source/s3_uri"),
    )
    for write in writes:
        with room_for(SMALL), pytest.raises(InvalidRequest) as refused:
            write()
        (error,) = refused.value.errors
        assert error == ("/source/s3_uri", TOO_LARGE)


def test_several_files_that_each_have_room_fill_it_together(tmp_path: Path, bucket: Put) -> None:
    uris = [bucket(f"{number}.jsonl", MANY) for number in range(3)]
    for number in range(2):
        (tmp_path / str(number)).mkdir()
    assert gathered(uris, tmp_path / "0").path.stat().st_size == 3 * (len(MANY) + 1)
    with room_for(2 * len(MANY)), pytest.raises(InvalidRequest, match="than the scratch space"):
        gathered(uris, tmp_path / "1")


def test_what_duckdb_writes_fills_it_too(tmp_path: Path) -> None:
    target = tmp_path / "x.csv"
    with (
        room_for(SMALL),
        pytest.raises(InvalidRequest, match="than the scratch space"),
        filled_by("/x"),
    ):
        duckdb.table_function("range", [100_000]).write_csv(str(target))


@pytest.mark.parametrize("error", [
    FileNotFoundError(2, "No such file or directory"), PermissionError(13, "Permission denied"),
    OSError(5, "Input/output error"), duckdb.IOException("No magic bytes found at end of file"),
])  # fmt: skip
def test_any_other_error_of_the_disk_is_not_a_full_one(error: Exception) -> None:
    assert not is_full(error)
    with pytest.raises(type(error)), filled_by("/source/s3_uri"):
        raise error


def test_a_scratch_folder_that_is_gone_is_not_called_full(tmp_path: Path, bucket: Put) -> None:
    uri = bucket("many.jsonl", MANY)
    with pytest.raises(FileNotFoundError):
        fetched(uri, tmp_path / "gone")
    with pytest.raises(FileNotFoundError):
        gathered([uri], tmp_path / "gone")
    packed = tmp_path / "many.jsonl.gz"
    packed.write_bytes(gzip.compress(MANY))
    with pytest.raises(FileNotFoundError):
        opened(packed, packed.name, tmp_path / "gone")


def asked(event: Event, **sent: Any) -> Answer:
    return call(handler("usage_report"), event("usage_report"), body=json.dumps(sent))


def test_a_report_of_a_file_says_that_the_file_is_too_large_and_of_a_body_to_come_again(
    event: Event, bucket: Put
) -> None:
    uri = bucket("many.jsonl", MANY)
    handler("usage_report")
    with room_for(SMALL):
        of_file = asked(event, source={"s3_uri": uri})
        of_body = asked(event, records=[json.loads(RECORD)] * 1_000)
    assert (of_file.status, pointers(of_file)) == (422, ["/source/s3_uri"])
    assert "than the scratch space" in of_file.body["detail"]
    assert (of_body.status, of_body.headers["retry-after"]) == (429, "5")


@pytest.fixture
def posted() -> Iterator[list[str]]:
    texts: list[str] = []
    os.environ["TARIFF_REPORT_PREFIX"] = "usage/"
    with mock.patch("pricing.slack.delivery.post", lambda _url, text: texts.append(text)):
        yield texts


def test_a_scheduled_report_that_has_no_room_is_told_in_slack_or_fails(
    bucket: Put, posted: list[str]
) -> None:
    for number in range(3):
        bucket(f"usage/{number}.jsonl", MANY)
    report = handler("usage_report")
    event = {"scheduled_time": "2026-11-21T06:00:00Z"}
    with room_for(2 * len(MANY)), pytest.raises(InvalidRequest):  # the function's alarm tells it
        report(event, CONTEXT)
    os.environ["TARIFF_NOTICE_PARAMETER"] = "/tariff/notices"
    with room_for(2 * len(MANY)), mock.patch("pricing.slack.delivery.webhook_url"):
        assert report(event, CONTEXT) == {"outcome": "refused"}
    (text,) = posted
    assert text.startswith(
        "*LLM spending* is not reported: s3://inputs/usage/ is larger, unpacked,"
    )
