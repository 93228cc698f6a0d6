"""The job that reports on many files: an optional stack, of which the function is told the name."""

import tomllib
from typing import Any

from pricing.reports.rates import BUCKETS
from pricing.reports.sql import CALL_COLUMNS, STATED_TYPE
from tariff.template import ROOT, load_template, resources

Template = dict[str, Any]
SOURCE = ROOT / "spark" / "template.yaml"
PARAMETERS = {
    *("JobName", "InputBucket", "PriceVersionsTable", "PriceVersionsTableArn"),
    *("Workers", "LogRetentionDays"),
}


def test_the_job_is_deployed_only_with_a_bucket_and_workers(deployed: Template) -> None:
    assert deployed["Parameters"]["ReportWorkers"]["Default"] == 0
    for name in ("ReportJobStack", "ReportedCallsTable", "UsageReportJobPolicy"):
        assert deployed["Resources"][name]["Condition"] == "ReportsByJob"


def test_the_function_starts_the_job_of_its_own_stack(deployed: Template) -> None:
    name = {"Fn::Sub": "${AWS::StackName}-report"}
    variables = deployed["Resources"]["UsageReportFunction"]["Properties"]["Environment"]

    assert variables["Variables"]["TARIFF_REPORT_JOB"] == name
    nested = deployed["Resources"]["ReportJobStack"]["Properties"]
    assert nested["TemplateURL"] == "spark/template.yaml"
    assert nested["Parameters"]["JobName"] == name
    assert set(nested["Parameters"]) == PARAMETERS


def test_the_job_installs_this_version_and_runs_its_script() -> None:
    template = load_template(SOURCE)
    assert set(template["Parameters"]) == PARAMETERS

    (job,) = resources(template, "AWS::Glue::Job").values()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    folder = "s3://${InputBucket}/tariff/job"
    wheel = {"Fn::Sub": f"{folder}/tariff-{project['version']}-py3-none-any.whl"}
    assert job["Properties"]["DefaultArguments"]["--additional-python-modules"] == wheel
    assert job["Properties"]["Command"]["ScriptLocation"] == {"Fn::Sub": f"{folder}/job.py"}
    assert (ROOT / "spark" / "job.py").exists()


def test_the_job_may_write_reports_and_nothing_else() -> None:
    (role,) = resources(load_template(SOURCE), "AWS::IAM::Role").values()
    (policy,) = role["Properties"]["Policies"]

    writes = [
        (statement["Action"], statement["Resource"])
        for statement in policy["PolicyDocument"]["Statement"]
        if "Put" in str(statement["Action"]) and "logs" not in str(statement["Action"])
    ]
    bucket = "arn:${AWS::Partition}:s3:::${InputBucket}"
    reports = {"Fn::Sub": f"{bucket}/tariff/reports/*"}
    assert writes == [(["s3:PutObject", "s3:DeleteObject"], reports)]


def test_athena_has_the_columns_of_the_normalised_table() -> None:
    table = resources(load_template(), "AWS::Glue::Table")["ReportedCallsTable"]
    columns = table["Properties"]["TableInput"]["StorageDescriptor"]["Columns"]

    types = dict.fromkeys(CALL_COLUMNS, "string")
    types |= dict.fromkeys(("line", "moment", *BUCKETS), "bigint")
    types["stated"] = STATED_TYPE.replace(" ", "").lower()
    del types["labels"]
    assert {one["Name"]: one["Type"] for one in columns} == types
