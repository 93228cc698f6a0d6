"""What keeps the service observable and its data recoverable, in what CloudFormation receives."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from tariff.template import resources
from tests.support.handlers import call, handler

Template = dict[str, Any]

FUNCTIONS = "AWS::Lambda::Function"


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
    assert {"request_id", "route", "status"} <= json.loads(settings["Format"]).keys()


def test_every_function_is_traced(deployed: Template) -> None:
    modes = {
        function["Properties"]["TracingConfig"]["Mode"]
        for function in resources(deployed, FUNCTIONS).values()
    }

    assert modes == {"Active"}


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
    for function_id, function in resources(deployed, FUNCTIONS).items():
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

    assert throttled == [{"Ref": function_id} for function_id in resources(deployed, FUNCTIONS)]


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
    event: Callable[[str], dict[str, Any]],
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
        condition, topics, nothing = alarm["AlarmActions"]["Fn::If"]
        assert condition == "HasAlarmTopic"
        assert (topics, nothing) == ([{"Ref": "AlarmTopicArn"}], {"Ref": "AWS::NoValue"})
        # A refresh that does not run prints nothing: missing data must raise the age alarm.
        silent = "breaching" if alarm.get("MetricName") == "refresh_succeeded" else "notBreaching"
        assert alarm["TreatMissingData"] == silent
