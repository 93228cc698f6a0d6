"""Reports of many files: the route starts a job, which reads them all, and another route answers.

moto stands in for S3, DynamoDB and Glue. The job here reads the files on one processor; `make
check-spark` runs it on Spark.
"""

import json
import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from moto.moto_api import state_manager

from pricing.catalogue.price_book import BookInForce
from pricing.errors import InvalidRequest
from pricing.reports.generate import report_usage
from pricing.reports.readers.files import gathered
from pricing.reports.report import ReportQuery, UsageReport
from pricing.reports.runs import Step
from tariff.spark import job
from tariff.spark.folders import Folder, LocalFile, LocalFolder, S3File, S3Folder
from tests.support.handlers import Answer, Event, asking, call, handler, pointers
from tests.support.tables import local_client

Put = Callable[[str, bytes], str]
Start = Callable[..., Answer]
JOB = "tariff-report"
#: 1,000,000 input tokens at $2.
CALL = {
    "timestamp": "2026-11-20T10:00:00Z",
    "model": "claude-sonnet-5-5",
    "usage": {"input_tokens": 1_000_000, "output_tokens": 0},
}
LOG = json.dumps(CALL).encode()


@pytest.fixture
def glue(moto_endpoint: str, bucket: Put) -> Iterator[Any]:  # noqa: ARG001 - where reports are kept
    """Glue with the job that the template deploys, and the settings that name it."""
    client = local_client("glue", moto_endpoint)
    client.create_job(
        Name=JOB,
        Role="arn:aws:iam::123456789012:role/report-job",
        Command={"Name": "glueetl"},
        ExecutionProperty={"MaxConcurrentRuns": 3},
    )
    os.environ |= {
        "TARIFF_GLUE_ENDPOINT": moto_endpoint,
        "TARIFF_REPORT_JOB": JOB,
        "TARIFF_REPORT_WORKERS": "2",
    }
    state_manager.set_transition("glue::job_run", {"progression": "manual", "times": 9})
    yield client
    state_manager.unset_transition("glue::job_run")
    client.delete_job(JobName=JOB)


@pytest.fixture
def start(event: Event) -> Start:
    return asking("usage_report", event("usage_report"))


@pytest.fixture
def status_of(event: Event) -> Callable[..., Answer]:
    """``status_of(report_id)`` asks for a report that was started."""
    asked = event("usage_report") | {"routeKey": "GET /v1/usage/reports/{id}", "body": None}

    def ask(report_id: str, **changes: Any) -> Answer:
        return call(handler("usage_report"), asked, pathParameters={"id": report_id}, **changes)

    return ask


@pytest.fixture
def run_job(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[str], None]:
    """``run_job(report_id)`` does what Glue does, with the function's engine instead of Spark's."""

    def on_one_processor(
        _spark: object,
        files: Sequence[S3File],
        in_force: BookInForce,
        query: ReportQuery,
        _tables: object,
        say: Callable[[Step], None],
    ) -> UsageReport:
        say("reading")
        folder = tmp_path / f"run-{len(list(tmp_path.iterdir()))}"
        folder.mkdir()
        file = gathered([file.s3_uri for file in files], folder)
        return report_usage(in_force, file, query, folder)

    monkeypatch.setattr(job, "session", lambda: None)
    monkeypatch.setattr(job, "report_files", on_one_processor)
    return lambda report_id: job.main(
        ["--report_id", report_id, "--bucket", "inputs", "--table", "", "--region", "eu-west-1"]
    )


def source(uri: str) -> dict[str, str]:
    return {"s3_uri": uri}


def test_a_prefix_is_started_read_and_answered(
    glue: Any, bucket: Put, start: Start, status_of: Start, run_job: Callable[[str], None]
) -> None:
    for day in (1, 2, 3):
        bucket(f"october/{day}.jsonl", LOG)
    bucket("november/1.jsonl", LOG)

    started = start(source=source("s3://inputs/october/"), group_by=["model"])

    assert started.status == 202
    report_id = started.body["report_id"]
    assert started.body["status"] == "running"
    assert started.body["href"] == f"/v1/usage/reports/{report_id}"
    (run,) = glue.get_job_runs(JobName=JOB)["JobRuns"]
    assert run["Arguments"] == {"--report_id": report_id}
    running = status_of(report_id).body
    assert (running["status"], running["step"], running["report"]) == ("running", "starting", None)

    run_job(report_id)

    done = status_of(report_id)
    assert (done.status, done.body["status"], done.body["files"]) == (200, "done", 3)
    assert done.body["report"]["totals"]["cost_usd"] == "6"
    assert done.body["report"]["records"]["read"] == 3
    version = started.body["pricing"]["version"]
    assert done.body["pricing_version"] == version
    assert done.body["report"]["pricing"]["version"] == version
    folder = f"s3://inputs/tariff/reports/{report_id}"
    assert done.body["answer_uri"] == f"{folder}/report.json"
    assert done.body["calls_uri"] == f"{folder}/tables/calls/"


@pytest.mark.usefixtures("glue")
def test_a_page_or_a_table_is_an_object_in_s3(
    bucket: Put, start: Start, status_of: Start, run_job: Callable[[str], None]
) -> None:
    bucket("october/1.jsonl", LOG)
    started = start(source=source("s3://inputs/october/"), format="csv", table="model")

    run_job(started.body["report_id"])

    done = status_of(started.body["report_id"]).body
    assert done["report"] is None
    key = done["answer_uri"].removeprefix("s3://inputs/")
    client = local_client("s3", os.environ["TARIFF_S3_ENDPOINT"])
    text = client.get_object(Bucket="inputs", Key=key)["Body"].read().decode()
    assert text.splitlines()[1].startswith("claude-sonnet-5-5,2,")


@pytest.mark.usefixtures("glue")
def test_an_object_too_large_for_a_function_is_started_too(bucket: Put, event: Event) -> None:
    body = json.dumps({"source": source(bucket("october.jsonl", LOG))})
    report = handler("usage_report")
    module: dict[str, Any] = report.__globals__

    for size, status in ((module["MAX_OBJECT_BYTES"], 200), (module["MAX_OBJECT_BYTES"] + 1, 202)):
        module["create_usage_report"].__globals__["size_of"] = lambda _, size=size: size
        assert call(report, event("usage_report"), body=body).status == status


def test_a_key_starts_a_report_once_and_is_refused_for_another(
    glue: Any, bucket: Put, event: Event
) -> None:
    bucket("october/1.jsonl", LOG)
    asked = event("usage_report")
    asked["headers"]["idempotency-key"] = "october"

    def send(**fields: Any) -> Answer:
        body = json.dumps({"source": source("s3://inputs/october/"), **fields})
        return call(handler("usage_report"), asked, body=body)

    first, again, other = send(), send(), send(top=5)

    assert (first.status, again.status, other.status) == (202, 202, 409)
    assert first.body["report_id"] == again.body["report_id"]
    assert len(glue.get_job_runs(JobName=JOB)["JobRuns"]) == 1


def test_a_start_that_glue_did_not_take_can_be_repeated_with_its_key(
    glue: Any, bucket: Put, event: Event
) -> None:
    bucket("october/1.jsonl", LOG)
    asked = event("usage_report")
    asked["headers"]["idempotency-key"] = "october"
    body = json.dumps({"source": source("s3://inputs/october/")})
    os.environ["TARIFF_REPORT_JOB"] = "missing"
    assert call(handler("usage_report"), asked, body=body).status == 503

    os.environ["TARIFF_REPORT_JOB"] = JOB
    assert call(handler("usage_report"), asked, body=body).status == 202
    assert len(glue.get_job_runs(JobName=JOB)["JobRuns"]) == 1


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"format": "focus-csv"}, "/format"),
        ({"format": "focus-parquet"}, "/format"),
        ({"source": {"s3_uri": "s3://elsewhere/october/"}}, "/source/s3_uri"),
        ({"group_by": ["nothing"]}, "/group_by/0"),
        ({"rate_card": "rate-card-" + "0" * 32}, ""),
    ],
)
def test_what_the_job_cannot_do_is_refused_before_it_starts(
    glue: Any, start: Start, fields: dict[str, Any], pointer: str
) -> None:
    answer = start(**{"source": source("s3://inputs/october/"), **fields})

    if pointer:
        assert pointers(answer) == [pointer]
    else:
        assert answer.status == 404
    assert glue.get_job_runs(JobName=JOB)["JobRuns"] == []


def test_without_the_job_a_prefix_is_refused_with_what_to_do(bucket: Put, start: Start) -> None:
    bucket("october/1.jsonl", LOG)

    answer = start(source=source("s3://inputs/october/"))

    assert pointers(answer) == ["/source/s3_uri"]
    assert "--engine spark" in answer.body["errors"][0]["detail"]


@pytest.mark.usefixtures("glue")
def test_callers_may_only_start_reports_of_what_they_may_read(bucket: Put, start: Start) -> None:
    bucket("secret/1.jsonl", LOG)
    os.environ["TARIFF_INPUT_PREFIXES"] = "*=october/"

    assert pointers(start(source=source("s3://inputs/secret/"))) == ["/source/s3_uri"]
    assert start(source=source("s3://inputs/october/")).status == 202


@pytest.mark.usefixtures("glue")
def test_a_report_is_for_who_started_it_and_for_administrators(
    start: Start, status_of: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    report_id = start(source=source("s3://inputs/october/")).body["report_id"]
    monkeypatch.setenv("AWS_LAMBDA_FUNCTION_NAME", "usage-report")
    monkeypatch.setenv("TARIFF_ADMIN_SCOPE", "tariff/admin")

    def by(subject: str, scope: str = "") -> int:
        claims = {"sub": subject, "scope": scope}
        context = {"requestId": "1", "authorizer": {"jwt": {"claims": claims}}, "http": {}}
        return status_of(report_id, requestContext=context).status

    assert by("somebody") == 404
    assert by("somebody", "tariff/admin") == 200


@pytest.mark.usefixtures("glue")
@pytest.mark.parametrize("report_id", ["report-" + "0" * 32, "../../october", "x"])
def test_an_unknown_report_is_not_found(status_of: Start, report_id: str) -> None:
    assert status_of(report_id).status == 404


@pytest.mark.usefixtures("glue")
def test_a_job_that_cannot_read_says_why(
    start: Start, status_of: Start, run_job: Callable[[str], None]
) -> None:
    report_id = start(source=source("s3://inputs/empty/")).body["report_id"]

    with pytest.raises(InvalidRequest):
        run_job(report_id)

    failed = status_of(report_id).body
    assert (failed["status"], failed["report"]) == ("failed", None)
    assert "not found or not allowed" in failed["detail"]


@pytest.mark.usefixtures("glue")
def test_a_job_that_ends_without_a_word_has_failed(
    start: Start, status_of: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    report_id = start(source=source("s3://inputs/october/")).body["report_id"]
    assert status_of(report_id).body["status"] == "running"

    monkeypatch.setattr("pricing.store.report_runs.job_state", lambda _: "failed")

    failed = status_of(report_id).body
    assert (failed["status"], failed["detail"]) == (
        "failed",
        "The job ended without a report; its log says why. Start the report again.",
    )


def test_the_folders_of_spark_are_alike_here_and_in_s3(bucket: Put, tmp_path: Path) -> None:
    uri = bucket("october/1.jsonl", LOG)
    (tmp_path / "scratch").mkdir()
    assert S3File(uri).name == LocalFile(Path("october/1.jsonl")).name == "1.jsonl"
    assert S3File(uri).fetched(tmp_path / "scratch").read_bytes() == LOG

    folders: list[Folder] = [S3Folder("s3://inputs/tables"), LocalFolder(tmp_path / "tables")]
    for number, folder in enumerate(folders):
        part = tmp_path / "part"
        part.write_bytes(LOG)
        folder.put(part, "read/part-1")
        assert not part.exists()
        scratch = tmp_path / f"scratch-{number}"
        scratch.mkdir()
        found = folder.fetched(("read",), scratch)
        assert (found / "read" / "part-1").read_bytes() == LOG
