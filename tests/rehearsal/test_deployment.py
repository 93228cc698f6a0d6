"""A deployment without AWS: two stacks in moto, and every function under AWS's own emulator.

The template is translated as SAM does and created in moto's CloudFormation. Each function runs as
packed, with the environment and the credentials of its role that the stack gave it. moto skips what
it does not know and reports success all the same, so the services are asked, and what it skips is
created by the calls that CloudFormation would make. Authorisers, throttling, routes and policies
cannot be rehearsed here; tests/template reads those.
"""

from __future__ import annotations

import io
import json
import shutil
import sys
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tariff.catalogue.recorded import recorded
from tariff.serve import slack
from tariff.template import ROOT, load_template, recorded_event, resources
from tests.support.deployment import Deployment, without_aliases
from tests.support.loopback import Loopback, serving
from tests.support.price_server import Answer, price_server
from tests.support.recipes import HOST_ARCH, HOST_PYTHON, run_recipe
from tests.support.rie import SDK, Invoke, emulated
from tests.support.slack_button import share_body
from tests.support.tables import REGION, local_client
from tests.template.conftest import translate

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="the emulator needs Linux"),
    # What moto does not know is created by this module.
    pytest.mark.filterwarnings("ignore:Tried to parse"),
    # Its Lambda looks for Docker, and leaves the socket open.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]

STACKS = ("tariff", "tariff-two")
BUCKET = "usage-bucket"
SECRET_PARAMETER = "/tariff/slack/signing-secret"
ADMIN = {"iam": {"userArn": "arn:aws:iam::123456789012:user/ann"}}
OTHER = {"iam": {"userArn": "arn:aws:iam::123456789012:user/bob"}}
LOG = [
    {"timestamp": "2026-10-05T00:00:00Z", "model": "gpt-4o", "endpoint": "chat",
     "usage": {"prompt_tokens": 1000, "completion_tokens": 100}},
]  # fmt: skip


class Rehearsal:
    """Two stacks at one endpoint, and the packed functions and layers."""

    def __init__(self, endpoint: str, built: Path) -> None:
        self.endpoint, self.built = endpoint, built
        self.template = without_aliases(translate(load_template()))
        self.resources: dict[str, dict[str, str]] = {}
        self.called: set[str] = set()

    def client(self, service: str) -> Any:
        return local_client(service, self.endpoint)

    def prepare(self) -> None:
        """What a deployment finds: a bucket of packages, one of usage, and Slack's secret."""
        s3 = self.client("s3")
        for bucket in ("bucket", BUCKET):
            where = {"LocationConstraint": REGION}
            s3.create_bucket(Bucket=bucket, CreateBucketConfiguration=where)
        package = io.BytesIO()
        with zipfile.ZipFile(package, "w") as archive:
            archive.writestr("app.py", "")
        s3.put_object(Bucket="bucket", Key="packaged", Body=package.getvalue())
        lines = "\n".join(json.dumps(record) for record in LOG)
        s3.put_object(Bucket=BUCKET, Key="2026-10/all.jsonl", Body=lines.encode())
        self.client("ssm").put_parameter(
            Name=SECRET_PARAMETER, Type="SecureString", Value=slack.SIGNING_SECRET
        )

    def create(self, stack: str) -> None:
        """Create a stack, and what moto leaves out of it, by their own calls."""
        formation = self.client("cloudformation")
        chosen = {
            "InputBucket": BUCKET, "SlackWorkspaces": slack.TEAM, "ReportPrefix": "2026-10/",
        }  # fmt: skip
        formation.create_stack(
            StackName=stack,
            TemplateBody=json.dumps(self.template),
            Parameters=[{"ParameterKey": k, "ParameterValue": v} for k, v in chosen.items()],
            Capabilities=["CAPABILITY_IAM"],
        )
        found = formation.list_stack_resources(StackName=stack)["StackResourceSummaries"]
        self.resources[stack] = {
            one["LogicalResourceId"]: one["PhysicalResourceId"] for one in found
        }
        for schedule in resources(self.template, "AWS::Scheduler::Schedule").values():
            properties = schedule["Properties"]
            self.client("scheduler").create_schedule(
                Name=named(properties["Name"], stack),
                ScheduleExpression=self.parameter(properties["ScheduleExpression"]),
                FlexibleTimeWindow=properties["FlexibleTimeWindow"],
                Target={"Arn": f"arn:aws:lambda:::{stack}", "RoleArn": f"arn:aws:iam:::{stack}"},
            )
        for database in resources(self.template, "AWS::Glue::Database").values():
            name = named(database["Properties"]["DatabaseInput"]["Name"], stack)
            self.client("glue").create_database(DatabaseInput={"Name": name})

    def parameter(self, value: Any) -> str:
        """A text, or the default of the parameter that is named in its place."""
        if isinstance(value, str):
            return value
        return str(self.template["Parameters"][value["Ref"]]["Default"])

    def configuration(self, stack: str, function: str) -> dict[str, Any]:
        """A function as Lambda has it."""
        found: dict[str, Any] = self.client("lambda").get_function_configuration(
            FunctionName=self.resources[stack][function]
        )
        return found

    @contextmanager
    def running(self, stack: str, function: str, **other: str) -> Iterator[Invoke]:
        """A function with its stack's environment and its role's credentials."""
        self.called.add(function)
        found = self.configuration(stack, function)
        role = self.client("sts").assume_role(RoleArn=found["Role"], RoleSessionName="rehearsal")
        credentials = role["Credentials"]
        layers = ["PricingLayer"]
        if function == "UsageReportFunction":
            layers.append("ColumnarLayer")
        environment = {
            # Numbers of the template stay numbers in moto; Lambda has texts only.
            **{name: str(one) for name, one in found["Environment"]["Variables"].items()},
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_ACCESS_KEY_ID": credentials["AccessKeyId"],
            "AWS_SECRET_ACCESS_KEY": credentials["SecretAccessKey"],
            "AWS_SESSION_TOKEN": credentials["SessionToken"],
            "AWS_LAMBDA_FUNCTION_NAME": found["FunctionName"],
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(found["MemorySize"]),
            "AWS_LAMBDA_FUNCTION_TIMEOUT": str(found["Timeout"]),
            "AWS_ENDPOINT_URL": self.endpoint,
            **{f"TARIFF_{name}_ENDPOINT": self.endpoint for name in ("DYNAMODB", "SSM", "SQS")},
            "TARIFF_S3_ENDPOINT": self.endpoint,
            **other,
        }
        log = self.built / f"{stack}-{function}.log"
        folders = [self.built / layer for layer in layers]
        with (
            log.open("ab") as file,
            emulated(
                self.built / function, *folders, log=file, environment=environment, libraries=SDK
            ) as invoke,
        ):
            yield invoke


def named(name: Any, stack: str) -> str:
    """A name of the template after CloudFormation's functions, for this stack."""
    if isinstance(name, str):
        return name
    ((function, value),) = name.items()
    if function == "Fn::Sub":
        return str(value).replace("${AWS::StackName}", stack)
    glue, parts = value
    ((_, (separator, text)),) = parts.items()
    return str(glue).join(named(text, stack).split(separator))


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Layers and functions as SAM packs them, for this machine."""
    folder = tmp_path_factory.mktemp("built")
    for layer in ("pricing", "columnar"):
        name = f"{layer.capitalize()}Layer"
        run_recipe(
            ROOT / "layers" / layer,
            f"layers/{layer}/{HOST_ARCH}/Makefile",
            f"build-{name}",
            f"ARTIFACTS_DIR={folder / name}",
            f"PYTHON_VERSION={HOST_PYTHON}",
        )
    for name, function in resources(load_template(), "AWS::Serverless::Function").items():
        source = ROOT / function["Properties"]["CodeUri"]
        if name == "SiteFunction":
            source = shutil.copytree(source, folder / "site")
            with_a_page(source / "static/page")
        run_recipe(source, "functions/Makefile", f"build-{name}", f"ARTIFACTS_DIR={folder / name}")
    return folder


def with_a_page(folder: Path) -> None:
    """The page that `make web` built; an empty one in its place where there is no npm to do so."""
    (folder / "assets").mkdir(parents=True, exist_ok=True)
    if not (folder / "index.html").exists():
        (folder / "index.html").write_text("<!doctype html><title>Tariff</title>", "utf-8")


@pytest.fixture(scope="module")
def rehearsal(moto_endpoint: str, built: Path) -> Rehearsal:
    """The first stack, and a second one in the same account and region."""
    found = Rehearsal(moto_endpoint, built)
    found.prepare()
    for stack in STACKS:
        found.create(stack)
    return found


def test_both_stacks_have_a_table_and_functions_of_their_own(rehearsal: Rehearsal) -> None:
    tables = rehearsal.client("dynamodb").list_tables()["TableNames"]
    wanted = {rehearsal.resources[stack]["PriceVersionsTable"] for stack in STACKS}
    assert len(wanted) == 2
    assert wanted <= {*tables}
    functions = resources(rehearsal.template, "AWS::Lambda::Function")
    for stack in STACKS:
        for function in functions:
            found = rehearsal.configuration(stack, function)
            variables = found["Environment"]["Variables"]
            assert variables["TARIFF_TABLE"] == rehearsal.resources[stack]["PriceVersionsTable"]
            assert variables["POWERTOOLS_SERVICE_NAME"] == stack
            declared = functions[function]["Properties"]
            assert (found["Timeout"], found["MemorySize"]) == (
                declared["Timeout"], declared["MemorySize"],
            )  # fmt: skip


def test_both_stacks_have_log_groups_schedules_and_databases_of_their_own(
    rehearsal: Rehearsal,
) -> None:
    groups = {
        group["logGroupName"]
        for page in rehearsal.client("logs").get_paginator("describe_log_groups").paginate()
        for group in page["logGroups"]
    }
    schedules = {one["Name"] for one in rehearsal.client("scheduler").list_schedules()["Schedules"]}
    databases = {one["Name"] for one in rehearsal.client("glue").get_databases()["DatabaseList"]}
    for stack in STACKS:
        assert f"/aws/lambda/{stack}-estimate" in groups
        assert f"{stack}-refresh" in schedules
        assert f"{stack.replace('-', '_')}_usage" in databases


class Walk:
    """Calls of a stack's functions, one after another, and how many there were."""

    def __init__(self, rehearsal: Rehearsal, stack: str) -> None:
        self.rehearsal, self.stack = rehearsal, stack
        self.calls = 0

    def event(self, name: str, **changes: Any) -> dict[str, Any]:
        event = recorded_event(name)
        if "body" in changes and not isinstance(changes["body"], str):
            changes["body"] = json.dumps(changes["body"])
        authorizer = changes.pop("authorizer", None)
        event |= changes
        if authorizer:
            event["requestContext"] = {**event["requestContext"], "authorizer": authorizer}
        return dict(event)

    def ask(self, invoke: Invoke, name: str, status: int = 200, **changes: Any) -> Any:
        """Send a recorded event, changed; returns the body of an answer with this status."""
        reply = invoke(self.event(name, **changes))
        self.calls += 1
        body = reply.get("body") or "null"
        assert reply.get("statusCode") == status, (name, reply)
        return json.loads(body) if body[:1] in "{[n" else body

    def running(self, function: str, **other: str) -> Any:
        return self.rehearsal.running(self.stack, function, **other)


@pytest.fixture(scope="module")
def walk(rehearsal: Rehearsal) -> Walk:
    return Walk(rehearsal, STACKS[0])


PLANS = [
    *("plan_batch", "plan_caching", "plan_caching_measured", "plan_caching_order"),
    *("plan_context", "plan_context_prompts", "plan_subscription"),
]
RECOMMENDATIONS = [
    *("recommend", "recommend_cascade", "recommend_cascade_past_break_even"),
    *("recommend_nothing_fits", "recommend_tiers", "recommend_warm_cache"),
]
CATALOGUE = [
    *("catalogue", "catalogue_changes", "catalogue_diff", "catalogue_health"),
    *("catalogue_model", "catalogue_version", "catalogue_versions"),
]


def test_a_new_stack_works_from_the_first_estimate_to_the_shared_answer(
    walk: Walk, rehearsal: Rehearsal
) -> None:
    """Before the first refresh, a refresh, an activation, and after it every function."""
    with walk.running("EstimateFunction") as estimate:
        first = walk.ask(estimate, "estimate")
        assert (first["pricing"]["source"], first["pricing"]["stale"]) == ("bundled", True)
        for name in ("estimate_batch", "estimate_response", "estimate_text"):
            walk.ask(estimate, name)
        walk.ask(estimate, "estimate", 404, body={"model": "no-such", "usage": {"input_tokens": 1}})

    refreshed(walk)
    activated(walk)

    with walk.running("EstimateFunction") as estimate:
        after = walk.ask(estimate, "estimate")
        assert (after["pricing"]["source"], after["pricing"]["stale"]) == ("store", False)
        assert after["total_usd"] == first["total_usd"] == "0.019"
    with walk.running("WorkloadFunction") as workload:
        walk.ask(workload, "workload")
        walk.ask(workload, "workload_lesson")
    with walk.running("CompareFunction") as compare:
        walk.ask(compare, "compare")
    with walk.running("PlanFunction") as plan:
        for name in PLANS:
            walk.ask(plan, name)
    with walk.running("RecommendFunction") as recommend:
        for name in RECOMMENDATIONS:
            walk.ask(recommend, name)
        assert walk.ask(recommend, "recommend_calibrate")["stored"] is True
    with walk.running("CatalogueFunction") as catalogue:
        for name in CATALOGUE:
            walk.ask(catalogue, name)
    reported(walk)
    shared(walk)
    browsed(walk)
    checked_before_traffic(walk)
    assert rehearsal.called == {*resources(load_template(), "AWS::Serverless::Function")}
    assert walk.calls >= 40
    table = rehearsal.resources[STACKS[0]]["PriceVersionsTable"]
    items = rehearsal.client("dynamodb").scan(TableName=table)["Items"]
    kinds = {item["pk"]["S"].partition("#")[0] for item in items}
    assert {"ACTIVE", "AUDIT", "VERSION", "VERSIONS", "POLICY", "IDEMPOTENCY", "REPLAY"} <= kinds
    other = rehearsal.resources[STACKS[1]]["PriceVersionsTable"]
    assert rehearsal.client("dynamodb").scan(TableName=other)["Items"] == []
    second = Walk(rehearsal, STACKS[1])
    with second.running("EstimateFunction") as estimate:
        alone = second.ask(estimate, "estimate")
        assert (alone["pricing"]["source"], alone["pricing"]["stale"]) == ("bundled", True)


def refreshed(walk: Walk) -> None:
    """A refresh from recorded lists, and one whose lists cannot be had."""
    now = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
    with price_server() as server:
        lists = {"TARIFF_SOURCE_GENAI_PRICES": "genai-prices", "TARIFF_SOURCE_LITELLM": "litellm"}
        for name in lists.values():
            server.answers[f"/{name}"] = Answer(recorded(name))
        urls = {variable: server.url_of(f"/{name}") for variable, name in lists.items()}
        urls |= {"TARIFF_SOURCE_OPENROUTER": "", "TARIFF_SOURCE_AWS": ""}
        urls["TARIFF_FETCH_LOOPBACK"] = "allowed-locally"
        with walk.running("RefreshPricingFunction", **urls) as refresh:
            answer = refresh({"scheduled_time": now})
            assert answer.get("outcome") in ("refreshed", "partial"), answer
            server.answers.clear()
            failed = refresh({"actor": ADMIN["iam"]["userArn"], "reason": "now"})
            assert failed["errorType"] == "RefreshFailed", failed
            walk.calls += 2


def activated(walk: Walk) -> None:
    """An administrator activates a version, reads the audit, and is refused what may not be."""
    with walk.running("PricingAdminFunction") as admin:
        audit = walk.ask(admin, "pricing_admin_audit", authorizer=ADMIN)
        assert audit["broken_row"] is None
        assert [row["action"] for row in audit["rows"]].count("refresh_failed") == 1
        versions = "/v1/pricing/versions"
        with walk.running("CatalogueFunction") as catalogue:
            listed = walk.ask(catalogue, "catalogue_versions")
        revision = listed["revision"]
        parts: dict[str, Any] = {
            "routeKey": f"POST {versions}/{{id}}/activate",
            "rawPath": f"{versions}/lesson-2025/activate",
            "pathParameters": {"id": "lesson-2025"},
            "body": {"reason": "rehearsed", "expected_revision": revision},
        }
        done = walk.ask(admin, "pricing_admin", authorizer=ADMIN, **parts)
        assert done["version"] == "lesson-2025"
        again = walk.ask(admin, "pricing_admin", authorizer=ADMIN, **parts)
        assert again == done  # the same Idempotency-Key
        walk.ask(admin, "pricing_admin", 403, authorizer={"jwt": {"claims": {}}}, **parts)
        walk.ask(admin, "pricing_admin_reject", 409, authorizer=OTHER,
                 pathParameters={"id": "lesson-2025"}, body={"reason": "it is active"})  # fmt: skip
        walk.ask(admin, "pricing_admin_refresh", 202, authorizer=ADMIN)
        current = json.loads((ROOT / "layers/pricing/pricing/data/index.json").read_text("utf-8"))
        parts["pathParameters"] = {"id": current["current"]}
        parts["body"] = {"reason": "rehearsed", "expected_revision": revision + 1}
        parts["headers"] = {"content-type": "application/json"}
        walk.ask(admin, "pricing_admin", authorizer=OTHER, **parts)


def reported(walk: Walk) -> None:
    """A report of records, of a file in S3, and of a file that is not there."""
    with walk.running("UsageReportFunction") as report:
        walk.ask(report, "usage_report")
        stored = {"source": {"s3_uri": f"s3://{BUCKET}/2026-10/all.jsonl"}}
        found = walk.ask(report, "usage_report", authorizer=ADMIN, body=stored)
        # 1,000 at $2.50 and 100 at $10.00 a million tokens
        assert found["totals"]["cost_usd"] == "0.0035"
        missing = {"source": {"s3_uri": f"s3://{BUCKET}/2026-10/none.jsonl"}}
        reply = report(walk.event("usage_report", authorizer=ADMIN, body=missing))
        walk.calls += 1
        assert reply["statusCode"] in (404, 422), reply
        scheduled = report({"scheduled_time": "2026-11-01T06:00:00+00:00"})
        assert scheduled == {"outcome": "reported", "records": 1}
        walk.calls += 1


def shared(walk: Walk) -> None:
    """A signed command, a share through the queue, and an unsigned request."""
    queues = walk.rehearsal.client("sqs")
    body = slack.command_body("estimate sonnet 2k in 1k out")
    event = slack.event_of(slack.COMMANDS, body, slack.signed(body))
    with (
        serving(Loopback()) as hooks,
        walk.running("SlackFunction", TARIFF_SLACK_HOOKS=hooks.url) as function,
    ):
        reply = function(event)
        assert reply["statusCode"] == 200
        assert "$" in reply["body"]
        assert function({**event, "headers": {}})["statusCode"] == 401
        pressed = share_body("estimate sonnet 2k in 1k out")
        assert function(
            slack.event_of(slack.INTERACTIONS, pressed, slack.signed(pressed))
        )["statusCode"] == 200  # fmt: skip
        url = walk.rehearsal.resources[walk.stack]["SlackShares"]
        (message,) = queues.receive_message(QueueUrl=url, WaitTimeSeconds=1)["Messages"]
        record = {"messageId": message["MessageId"], "body": message["Body"]}
        assert function({"Records": [record]}) == {"batchItemFailures": []}
        assert len(hooks.posts) == 1
        walk.calls += 4


def browsed(walk: Walk) -> None:
    """The page, the reference, a wrong method and a path that does not exist."""
    with walk.running("SiteFunction") as site:
        assert "<title>" in walk.ask(site, "site_page", headers={})
        reference = walk.ask(site, "site", headers={})
        assert "/v1/estimate" in reference["paths"]
        assert walk.ask(site, "site_docs", headers={}).startswith("<!doctype html>")
        assert walk.ask(site, "site_config", headers={})["issuer"] is None
        astray = {"routeKey": "$default", "headers": {}}
        walk.ask(site, "site", 405, rawPath="/v1/estimate", **astray)
        walk.ask(site, "site", 404, rawPath="/v1/nothing", **astray)


def checked_before_traffic(walk: Walk) -> None:
    """The hook lets a deployment go on, and stops it after one price of its set was changed."""
    golden = walk.rehearsal.built / "GoldenCheckFunction/golden.json"
    event = {"DeploymentId": "d-1", "LifecycleEventHookExecutionId": "h-1"}
    with walk.running("EstimateFunction") as estimate, serving(Deployment(estimate)) as aws:
        urls = {"AWS_ENDPOINT_URL_LAMBDA": aws.url, "AWS_ENDPOINT_URL_CODEDEPLOY": aws.url}
        for total in ("12.5", "12.500001"):
            text = golden.read_text(encoding="utf-8")
            golden.write_text(text.replace('"12.5"', f'"{total}"'), encoding="utf-8")
            with walk.running("GoldenCheckFunction", **urls) as check:
                check(event)
                walk.calls += 1
        assert aws.statuses == ["Succeeded", "Failed"]
