"""The job on AWS Glue that makes a report of many files: ``spark/job.py`` calls it.

What to report stands in the report's folder in S3 (``pricing.store.report_runs``). It was not run
on AWS: a test runs it with moto in the place of S3 and Glue, and a function's engine instead of
Spark.
"""

import argparse
import os
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from pricing.api.billing import prices_for
from pricing.api.handler import fits
from pricing.api.requests.reports import ReportRequest
from pricing.aws import s3
from pricing.errors import InvalidRequest, TariffError
from pricing.reports.render.answers import fitting, text_of
from pricing.reports.runs import Progress, Step
from pricing.store import connect, report_runs
from pricing.validation import parse
from tariff.spark.folders import Folder, S3File, S3Folder
from tariff.spark.report import report_files, session

#: The job's arguments that become settings.
SETTINGS = {"bucket": "TARIFF_INPUT_BUCKET", "table": "TARIFF_TABLE", "region": "AWS_REGION"}


def main(arguments: Sequence[str] | None = None) -> None:
    """Make the report that the job's arguments name; Glue adds arguments of its own."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--report_id", required=True)
    for name in SETTINGS:
        parser.add_argument(f"--{name}", required=True)
    given, _ = parser.parse_known_args(arguments)
    os.environ |= {variable: getattr(given, name) for name, variable in SETTINGS.items()}
    make_report(given.report_id)


def make_report(report_id: str, tables: Folder | None = None) -> None:
    """Make a report and keep it; ``tables`` is its folder by default.

    Whatever goes wrong is written down as the report's failure, and raised.
    """
    progress = Progress()

    def say(step: Step) -> None:
        nonlocal progress
        progress = replace(progress, step=step)
        report_runs.tell_progress(report_id, progress)

    try:
        asked = report_runs.asked_for(report_id)
        now = datetime.fromisoformat(asked.started_at)
        request = parse(ReportRequest, asked.request)
        in_force = prices_for(connect.books(), request.choices, now)
        files = _files(request)
        progress = Progress("reading", len(files))
        report = report_files(
            session(),
            files,
            in_force,
            request.query(now),
            tables or S3Folder(report_runs.tables_uri(report_id)),
            say,
        )
        say("writing")
        report = fitting(report, request.format, request.table, fits)
        text = text_of(report, request.format, request.table)
        report_runs.keep_answer(report_id, request.format, text)
    except TariffError as error:
        report_runs.tell_progress(report_id, replace(progress, error=error.reason))
        raise


def _files(request: ReportRequest) -> list[S3File]:
    """The objects that a request's source names; raises InvalidRequest if there are none."""
    source = request.source.s3_uri if request.source else ""
    if not source.endswith("/"):
        return [S3File(source)]
    found = [S3File(uri) for uri in s3.objects(s3.bucket_and_key(source)[1])]
    if not found:
        raise InvalidRequest.at(s3.POINTER, s3.NOT_FOUND)
    return found


if __name__ == "__main__":
    main()
