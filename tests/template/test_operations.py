"""What keeps the service observable and its data recoverable, in what CloudFormation receives."""

import json
import tomllib
from typing import Any

import pytest

from tariff.template import ROOT, load_template, resources
from tests.support.handlers import Event, call, handler
from tests.template.conftest import translate

Template = dict[str, Any]

FUNCTIONS = "AWS::Lambda::Function"


def answering(template: Template) -> dict[str, dict[str, Any]]:
    """The functions that do Tariff's work; the check before a deployment is none of them."""
    found = resources(template, FUNCTIONS)
    return {name: function for name, function in found.items() if name != "GoldenCheckFunction"}


def alarms(template: Template) -> dict[str, dict[str, Any]]:
    """Logical id -> properties."""
    return {
        logical_id: alarm["Properties"]
        for logical_id, alarm in resources(template, "AWS::CloudWatch::Alarm").items()
    }


def watched(alarm: dict[str, Any], metric: str) -> list[Any]:
    """The values of the dimensions under which an alarm reads a metric."""
    read = [
        alarm,
        *(one["MetricStat"]["Metric"] for one in alarm.get("Metrics", []) if "MetricStat" in one),
    ]
    return [
        dimension["Value"]
        for one in read
        if one.get("MetricName") == metric
        for dimension in one["Dimensions"]
    ]


def test_every_function_runs_on_python_3_13_and_the_chosen_processor(deployed: Template) -> None:
    for function in resources(deployed, FUNCTIONS).values():
        assert function["Properties"]["Runtime"] == "python3.13"
        assert function["Properties"]["Architectures"] == [{"Ref": "Architecture"}]
    assert deployed["Parameters"]["Architecture"]["Default"] == "arm64"


def test_the_layer_is_built_for_the_processor_it_is_deployed_on(template: Template) -> None:
    layer = template["Resources"]["PricingLayer"]

    assert layer["Properties"]["CompatibleArchitectures"] == [{"Ref": "Architecture"}]
    assert layer["Metadata"]["BuildArchitecture"] == {"Ref": "Architecture"}
    assert layer["Metadata"]["ContextPath"] == {"Fn::Sub": "layers/pricing/${Architecture}"}


def test_every_function_has_a_log_group_of_its_own(deployed: Template) -> None:
    groups = [
        function["Properties"]["LoggingConfig"]["LogGroup"]["Ref"]
        for function in resources(deployed, FUNCTIONS).values()
    ]

    assert len(set(groups)) == len(groups)
    assert set(groups) <= set(resources(deployed, "AWS::Logs::LogGroup"))


def test_no_log_is_kept_for_ever(deployed: Template) -> None:
    for group in resources(deployed, "AWS::Logs::LogGroup").values():
        assert group["Properties"]["RetentionInDays"] == {"Ref": "LogRetentionDays"}
    assert deployed["Parameters"]["LogRetentionDays"]["Default"] == 30


def test_a_functions_json_line_reaches_its_log_unwrapped(deployed: Template) -> None:
    formats = {
        function["Properties"]["LoggingConfig"]["LogFormat"]
        for function in resources(deployed, FUNCTIONS).values()
    }

    assert formats == {"Text"}


def test_every_request_to_the_api_is_logged_as_one_json_object(deployed: Template) -> None:
    (stage,) = resources(deployed, "AWS::ApiGatewayV2::Stage").values()
    settings = stage["Properties"]["AccessLogSettings"]

    assert settings["DestinationArn"] == {"Fn::GetAtt": ["ApiLogs", "Arn"]}
    logged = json.loads(settings["Format"])
    assert {"request_id", "route", "status"} <= logged.keys()
    # Who it was: the token's subject, or the IAM principal.
    assert logged["subject"] == "$context.authorizer.claims.sub"
    assert logged["principal"] == "$context.identity.userArn"


def test_functions_are_traced_by_parameter(deployed: Template) -> None:
    for function in resources(deployed, FUNCTIONS).values():
        assert function["Properties"]["TracingConfig"]["Mode"] == {"Ref": "Tracing"}
    assert deployed["Parameters"]["Tracing"]["AllowedValues"] == ["PassThrough", "Active"]


def test_the_table_can_be_recovered_and_survives_its_stack(deployed: Template) -> None:
    (table,) = resources(deployed, "AWS::DynamoDB::Table").values()

    assert (table["DeletionPolicy"], table["UpdateReplacePolicy"]) == ("Retain", "Retain")
    properties = table["Properties"]
    assert properties["DeletionProtectionEnabled"] is True
    assert properties["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert properties["SSESpecification"] == {"SSEEnabled": True}
    assert properties["BillingMode"] == "PAY_PER_REQUEST"


def test_only_what_is_meant_to_be_forgotten_expires(deployed: Template) -> None:
    (table,) = resources(deployed, "AWS::DynamoDB::Table").values()

    assert table["Properties"]["TimeToLiveSpecification"] == {
        "AttributeName": "expires_at",
        "Enabled": True,
    }


def test_a_share_that_three_attempts_cannot_deliver_is_kept_and_raises_an_alarm(
    deployed: Template,
) -> None:
    queues = resources(deployed, "AWS::SQS::Queue")
    lost = {"Fn::GetAtt": ["SlackLostShares", "Arn"]}

    assert queues["SlackShares"]["Properties"]["RedrivePolicy"] == {
        "deadLetterTargetArn": lost,
        "maxReceiveCount": 3,
    }
    (reading,) = resources(deployed, "AWS::Lambda::EventSourceMapping").values()
    assert reading["Properties"]["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert all(queue["Properties"]["SqsManagedSseEnabled"] is True for queue in queues.values())
    # A response_url is not valid for longer.
    assert queues["SlackShares"]["Properties"]["MessageRetentionPeriod"] == 30 * 60
    timeout = deployed["Resources"]["SlackFunction"]["Properties"]["Timeout"]
    assert queues["SlackShares"]["Properties"]["VisibilityTimeout"] >= 6 * timeout
    alarm = alarms(deployed)["SlackLostSharesAlarm"]
    metric = "ApproximateNumberOfMessagesVisible"
    assert watched(alarm, metric) == [{"Fn::GetAtt": ["SlackLostShares", "QueueName"]}]


def test_every_function_has_an_alarm_at_80_percent_of_its_timeout(deployed: Template) -> None:
    for function_id, function in answering(deployed).items():
        (alarm,) = [
            alarm
            for alarm in alarms(deployed).values()
            if {"Ref": function_id} in watched(alarm, "Duration")
        ]
        milliseconds = function["Properties"]["Timeout"] * 1000
        assert alarm["Threshold"] * 100 == milliseconds * 80
        assert (alarm["Statistic"], alarm["ComparisonOperator"]) == (
            "Maximum",
            "GreaterThanThreshold",
        )


def test_throttling_of_any_function_raises_an_alarm(deployed: Template) -> None:
    throttled = watched(alarms(deployed)["ThrottlesAlarm"], "Throttles")

    assert throttled == [{"Ref": function_id} for function_id in answering(deployed)]


def test_a_failure_of_any_function_raises_an_alarm_of_its_own(deployed: Template) -> None:
    for function_id in answering(deployed):
        (alarm,) = [
            alarm
            for alarm in alarms(deployed).values()
            if {"Ref": function_id} in watched(alarm, "Errors")
        ]
        assert (alarm["Statistic"], alarm["Threshold"]) == ("Sum", 0)


def test_every_alarm_has_an_entry_in_the_runbooks(deployed: Template) -> None:
    text = (ROOT / "docs/runbooks.md").read_text(encoding="utf-8")
    assert [name for name in alarms(deployed) if f"`{name}`" not in text] == []


def test_a_gradual_deployment_is_rolled_back_by_an_alarm_and_begins_with_the_golden_set() -> None:
    gradual = translate(load_template(), GradualDeployment="true")
    groups = resources(gradual, "AWS::CodeDeploy::DeploymentGroup")
    assert len(groups) == len(answering(gradual))
    for function_id in answering(gradual):
        alias = gradual["Resources"][f"{function_id}Aliaslive"]
        update = alias["UpdatePolicy"]["CodeDeployLambdaAliasUpdate"]
        assert update["BeforeAllowTrafficHook"] == {"Ref": "GoldenCheckFunction"}
        group = groups[update["DeploymentGroupName"]["Ref"]]["Properties"]
        watching = [alarm["Name"]["Ref"] for alarm in group["AlarmConfiguration"]["Alarms"]]
        errors = f"{function_id.removesuffix('Function')}FunctionErrorsAlarm"
        assert watching == [errors, "ServerErrorsAlarm"]
        assert group["AutoRollbackConfiguration"]["Enabled"] is True
    hook = gradual["Resources"]["GoldenCheckFunction"]["Properties"]
    # The role that SAM makes for CodeDeploy may call functions with this beginning only.
    assert hook["FunctionName"]["Fn::Sub"].startswith("CodeDeployHook_")
    version = hook["Environment"]["Variables"]["TARIFF_NEW_VERSION"]["Ref"]
    alias = gradual["Resources"]["EstimateFunctionAliaslive"]["Properties"]
    assert alias["FunctionVersion"] == {"Fn::GetAtt": [version, "Version"]}


def test_staging_and_production_are_deployed_gradually() -> None:
    settings = tomllib.loads((ROOT / "samconfig.toml").read_text(encoding="utf-8"))
    for environment, gradual in (("default", False), ("staging", True), ("prod", True)):
        overrides = settings[environment]["deploy"]["parameters"]["parameter_overrides"]
        assert ("GradualDeployment=true" in overrides) is gradual


def test_functions_that_callers_wait_for_start_from_snapshots_in_production() -> None:
    settings = tomllib.loads((ROOT / "samconfig.toml").read_text(encoding="utf-8"))
    for environment, wanted in (("default", False), ("staging", False), ("prod", True)):
        overrides = settings[environment]["deploy"]["parameters"]["parameter_overrides"]
        assert ("SnapStart=PublishedVersions" in overrides) is wanted
    template = translate(load_template(), SnapStart="PublishedVersions")
    for name, function in resources(template, FUNCTIONS).items():
        uses = function["Properties"]["SnapStart"]["ApplyOn"]
        never = ("UsageReportFunction", "RefreshPricingFunction", "GoldenCheckFunction")
        assert uses == ("None" if name in never else {"Ref": "SnapStart"}), name
        # What SnapStart does not permit.
        if name not in never:
            assert function["Properties"].get("EphemeralStorage", {"Size": 512})["Size"] <= 512
            assert "FileSystemConfigs" not in function["Properties"]
            assert f"{name}Aliaslive" in template["Resources"]


def test_every_function_is_called_by_its_alias(deployed: Template) -> None:
    """A call of the function itself would pass by a gradual deployment."""
    aliases = {f"{function_id}Aliaslive" for function_id in answering(deployed)}
    permissions = resources(deployed, "AWS::Lambda::Permission").values()
    assert {one["Properties"]["FunctionName"]["Ref"] for one in permissions} <= aliases
    (mapping,) = resources(deployed, "AWS::Lambda::EventSourceMapping").values()
    assert mapping["Properties"]["FunctionName"] == {"Ref": "SlackFunctionAliaslive"}
    for schedule in resources(deployed, "AWS::Scheduler::Schedule").values():
        assert schedule["Properties"]["Target"]["Arn"]["Ref"] in aliases
    admin = deployed["Resources"]["PricingAdminFunction"]["Properties"]["Environment"]
    refresh = {"Ref": "RefreshPricingFunctionAliaslive"}
    assert admin["Variables"]["TARIFF_REFRESH_FUNCTION"] == refresh


def test_a_new_account_can_create_the_stack(deployed: Template) -> None:
    """Its limit is 10 calls at once, of which Lambda lets none be reserved."""
    for function in resources(deployed, FUNCTIONS).values():
        reserved = function["Properties"].get("ReservedConcurrentExecutions")
        if reserved is not None:
            condition, limit, nothing = reserved["Fn::If"]
            assert nothing == {"Ref": "AWS::NoValue"}
            assert deployed["Parameters"][limit["Ref"]]["Default"] == 0
            assert deployed["Conditions"][condition] == {"Fn::Not": [{"Fn::Equals": [limit, 0]}]}


#: Names that CloudFormation would not make unique by itself.
NAMES = ("Name", "FunctionName", "LogGroupName", "RoleName", "TableName", "QueueName")


def test_no_name_is_the_same_in_two_stacks(deployed: Template) -> None:
    fixed = []
    for logical_id, resource in deployed["Resources"].items():
        properties = resource.get("Properties", {})
        for holder in (properties, properties.get("DatabaseInput", {})):
            for name in NAMES:
                value = holder.get(name)
                if value is not None and "AWS::StackName" not in json.dumps(value):
                    fixed.append((resource["Type"], logical_id, name))
    # An alias is of its function; a permission and a version name a function; a table is of its
    # database.
    of_others = {"AWS::Lambda::Alias", "AWS::Lambda::Permission", "AWS::Lambda::Version"}
    of_others |= {"AWS::Lambda::EventInvokeConfig", "AWS::Lambda::EventSourceMapping"}
    assert [found for found in fixed if found[0] not in of_others] == []
    schedules = resources(deployed, "AWS::Scheduler::Schedule").values()
    assert all("Name" in schedule["Properties"] for schedule in schedules)


def test_any_5xx_and_more_than_5_percent_of_4xx_raise_alarms(deployed: Template) -> None:
    errors, refusals = (
        alarms(deployed)[name] for name in ("ServerErrorsAlarm", "ClientErrorsAlarm")
    )

    assert watched(errors, "5xx") == [{"Ref": "TariffApi"}]
    assert (errors["ComparisonOperator"], errors["Threshold"]) == ("GreaterThanThreshold", 0)
    assert watched(refusals, "4xx") == watched(refusals, "Count") == [{"Ref": "TariffApi"}]
    assert (refusals["ComparisonOperator"], refusals["Threshold"]) == ("GreaterThanThreshold", 5)


def test_stale_answers_are_watched_under_the_name_that_functions_print(
    deployed: Template,
    event: Event,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    alarm = alarms(deployed)["StaleAnswersAlarm"]
    for function in resources(deployed, FUNCTIONS).values():
        variables = function["Properties"]["Environment"]["Variables"]
        assert variables["POWERTOOLS_SERVICE_NAME"] == {"Ref": "AWS::StackName"}
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "the stack")

    call(handler("estimate"), event("estimate"))
    printed = json.loads(capsys.readouterr().out)

    (metrics,) = printed["_aws"]["CloudWatchMetrics"]
    assert alarm["Namespace"] == metrics["Namespace"]
    assert alarm["MetricName"] in {metric["Name"] for metric in metrics["Metrics"]}
    dimensions = {one["Name"]: one["Value"] for one in alarm["Dimensions"]}
    assert list(dimensions) in metrics["Dimensions"]
    assert dimensions.pop("service") == {"Ref": "AWS::StackName"}
    assert printed["service"] == "the stack"
    assert {name: printed[name] for name in dimensions} == dimensions
    assert printed[alarm["MetricName"]] > alarm["Threshold"]  # there is no store here


def test_every_alarm_says_what_happened_and_tells_the_topic(deployed: Template) -> None:
    for alarm in alarms(deployed).values():
        assert alarm["AlarmDescription"].endswith(".")
        assert alarm["OKActions"] == alarm["AlarmActions"]
        condition, topics, nothing = alarm["AlarmActions"]["Fn::If"]
        assert condition == "HasAlarmTopic"
        assert (topics, nothing) == ([{"Ref": "AlarmTopicArn"}], {"Ref": "AWS::NoValue"})
        # A refresh that does not run prints nothing: missing data must raise the age alarm.
        silent = "breaching" if alarm.get("MetricName") == "refresh_succeeded" else "notBreaching"
        assert alarm["TreatMissingData"] == silent
