"""Least privilege, checked on what CloudFormation receives: SAM adds to what it reads."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from tariff.template import resources
from tests.support.permissions import INPUT_OBJECTS, READS, granted, role_of, statements, too_broad

Template = dict[str, Any]
DeployedWith = Callable[[Callable[[Template], None]], Template]

FUNCTIONS = "AWS::Lambda::Function"
#: The functions that may do more with the table than read it.
WRITERS = frozenset(
    {
        "PricingAdminFunction",
        "RecommendFunction",
        "RefreshPricingFunction",
        "SlackFunction",
        "UsageReportFunction",
    }
)
#: The functions that post to Slack: of prices that they activate, and of spending.
TELL_SLACK = frozenset({"PricingAdminFunction", "RefreshPricingFunction", "UsageReportFunction"})
WITHOUT_TABLE = frozenset({"SiteFunction", "GoldenCheckFunction"})


def table_actions(template: Template, function_id: str) -> set[str]:
    return {one for one in granted(template, function_id) if one.startswith("dynamodb:")}


def test_no_two_functions_share_a_role(deployed: Template) -> None:
    roles = Counter(
        role_of(deployed, function_id) for function_id in resources(deployed, FUNCTIONS)
    )

    assert [role for role, users in roles.items() if users > 1] == []


def test_no_role_grants_more_than_named_actions_on_named_resources(deployed: Template) -> None:
    assert too_broad(deployed) == []


def test_no_role_carries_a_policy_that_cannot_be_read_here(deployed: Template) -> None:
    attached = [
        arn
        for role in resources(deployed, "AWS::IAM::Role").values()
        for arn in role["Properties"].get("ManagedPolicyArns", [])
    ]

    policies = resources(deployed, "AWS::IAM::ManagedPolicy")
    assert [arn for arn in attached if arn.get("Ref") not in policies] == []


def test_only_lambda_and_the_scheduler_may_assume_the_roles(deployed: Template) -> None:
    trusted = [
        (statement["Effect"], statement["Principal"]["Service"], statement["Action"])
        for role in resources(deployed, "AWS::IAM::Role").values()
        for statement in role["Properties"]["AssumeRolePolicyDocument"]["Statement"]
    ]

    functions, schedules = (
        len(resources(deployed, kind)) for kind in (FUNCTIONS, "AWS::Scheduler::Schedule")
    )
    assert sorted(trusted) == [
        *[("Allow", "lambda.amazonaws.com", "sts:AssumeRole")] * functions,
        *[("Allow", "scheduler.amazonaws.com", "sts:AssumeRole")] * schedules,
    ]


def test_only_the_functions_meant_to_may_do_more_than_read_the_table(deployed: Template) -> None:
    more = {
        function_id
        for function_id in resources(deployed, FUNCTIONS)
        if table_actions(deployed, function_id) - READS
    }

    assert more == WRITERS


def test_the_site_may_not_even_read_the_table_and_the_others_may(deployed: Template) -> None:
    without = {
        function_id
        for function_id in resources(deployed, FUNCTIONS)
        if not table_actions(deployed, function_id)
    }

    assert without == WITHOUT_TABLE


def test_the_table_is_the_only_one_that_the_functions_may_name(deployed: Template) -> None:
    named = [
        (statement.owner, statement.document["Resource"])
        for statement in statements(deployed)
        if any(action.startswith("dynamodb:") for action in statement.actions)
    ]

    table = {"Fn::GetAtt": ["PriceVersionsTable", "Arn"]}
    assert all(resource == table for _, resource in named)
    owners = {owner for owner, _ in named} - {"HistoryPolicy"}
    assert len(owners) == len(resources(deployed, FUNCTIONS)) - len(WITHOUT_TABLE)


def test_history_cannot_be_changed_by_the_functions_that_write_it(deployed: Template) -> None:
    (denied,) = [found.document for found in statements(deployed) if found.owner == "HistoryPolicy"]
    assert denied["Effect"] == "Deny"
    assert {"dynamodb:UpdateItem", "dynamodb:DeleteItem"} <= {*denied["Action"]}
    keys = denied["Condition"]["ForAnyValue:StringLike"]["dynamodb:LeadingKeys"]
    assert keys == ["AUDIT", "VERSION#*"]
    for function in ("PricingAdminFunction", "RefreshPricingFunction"):
        role = deployed["Resources"][role_of(deployed, function)]["Properties"]
        assert {"Ref": "HistoryPolicy"} in role["ManagedPolicyArns"]


@pytest.mark.parametrize(
    ("function", "actions", "keys"),
    [
        ("RecommendFunction", {"dynamodb:PutItem"}, "POLICY#*"),
        (
            "SlackFunction",
            {"dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem"},
            "REPLAY",
        ),
        ("UsageReportFunction", {"dynamodb:PutItem"}, "REPORT#*"),
    ],
)
def test_who_remembers_something_of_its_own_may_write_nothing_else(
    deployed: Template, function: str, actions: set[str], keys: str
) -> None:
    (writing,) = [
        statement
        for statement in statements(deployed)
        if statement.owner == role_of(deployed, function)
        and any(action.startswith("dynamodb:") for action in statement.actions)
        and not READS.issuperset(statement.actions)
    ]

    assert set(writing.actions) == actions
    assert writing.document["Condition"] == {
        "ForAllValues:StringLike": {"dynamodb:LeadingKeys": [keys]},
        "Null": {"dynamodb:LeadingKeys": "false"},
    }


def test_objects_are_read_from_the_named_bucket_only_and_only_where_one_is_named(
    deployed: Template,
) -> None:
    (policy,) = [
        one
        for one in resources(deployed, "AWS::IAM::Policy").values()
        if one["Properties"]["Roles"] == [{"Ref": "RecommendRole"}]
    ]

    (statement,) = policy["Properties"]["PolicyDocument"]["Statement"]
    assert (statement["Action"], statement["Resource"]) == ("s3:GetObject", INPUT_OBJECTS)
    assert policy["Condition"] == "HasInputBucket"


def test_each_secret_may_be_read_by_its_own_functions_and_no_other(deployed: Template) -> None:
    reading: dict[str, set[str]] = {}
    for statement in statements(deployed):
        if any(action.startswith(("ssm:", "secretsmanager:")) for action in statement.actions):
            name = statement.document["Resource"]["Fn::Sub"].partition("${AWS::AccountId}:")[2]
            reading.setdefault(name, set()).add(statement.owner)

    assert reading == {
        "parameter${SlackSecretParameter}": {role_of(deployed, "SlackFunction")},
        "parameter/aws/reference/secretsmanager/${SlackSecretName}": {"SlackSecretPolicy"},
        "secret:${SlackSecretName}-??????": {"SlackSecretPolicy"},
        "parameter${NoticeParameter}": {role_of(deployed, name) for name in TELL_SLACK},
    }


def test_functions_that_post_to_slack_may_read_the_webhook_only_where_it_is_configured(
    deployed: Template,
) -> None:
    named = {
        function_id
        for function_id, function in resources(deployed, FUNCTIONS).items()
        if function["Properties"]["Environment"]["Variables"].get("TARIFF_NOTICE_PARAMETER")
        == {"Ref": "NoticeParameter"}
    }
    assert named == TELL_SLACK
    for function_id in TELL_SLACK:
        role = deployed["Resources"][role_of(deployed, function_id)]["Properties"]
        (policy,) = role["Policies"]
        conditional = [
            statement["Fn::If"]
            for statement in policy["PolicyDocument"]["Statement"]
            if "Fn::If" in statement
        ]
        assert [(one[0], one[1]["Action"], one[2]) for one in conditional] == [
            ("TellsSlack", "ssm:GetParameter", {"Ref": "AWS::NoValue"})
        ]


def test_a_secret_of_secrets_manager_is_for_the_slack_function_where_one_is_named(
    deployed: Template,
) -> None:
    policy = deployed["Resources"]["SlackSecretPolicy"]
    assert policy["Condition"] == "SlackSecretIsInSecretsManager"
    assert policy["Properties"]["Roles"] == [{"Ref": role_of(deployed, "SlackFunction")}]


def test_each_function_may_write_to_its_own_log_group_only(deployed: Template) -> None:
    for function_id, function in resources(deployed, FUNCTIONS).items():
        role_id = role_of(deployed, function_id)
        groups = [
            statement.document["Resource"]
            for statement in statements(deployed)
            if statement.owner == role_id and "logs:PutLogEvents" in statement.actions
        ]
        own = function["Properties"]["LoggingConfig"]["LogGroup"]["Ref"]
        assert groups == [{"Fn::GetAtt": [own, "Arn"]}]


@pytest.mark.parametrize(
    "planted",
    [
        {"Effect": "Allow", "Action": "*", "Resource": "*"},
        {"Effect": "Allow", "Action": "*:*", "Resource": "*"},
        {"Effect": "Allow", "Action": ["dynamodb:*"], "Resource": {"Ref": "PriceVersionsTable"}},
        {"Effect": "Allow", "Action": "s3:GetObject", "Resource": {"Fn::Sub": "${Bucket.Arn}/*"}},
        {"Effect": "Allow", "Action": "s3:GetObject", "Resource": ["arn:aws:s3:::b/k", "*"]},
        {"Effect": "Allow", "NotAction": "iam:PassRole", "Resource": "arn:aws:s3:::b/k"},
        {
            "Effect": "Allow",
            "Action": ["xray:PutTraceSegments", "xray:GetTraceSummaries"],
            "Resource": "*",
        },
    ],
)
def test_a_planted_statement_that_grants_too_much_is_caught(
    deployed_with: DeployedWith, planted: dict[str, Any]
) -> None:
    def plant(source: Template) -> None:
        # As SAM invites one to write it; only its translation makes a role of this.
        properties = source["EstimateFunction"]["Properties"]
        del properties["Role"]
        properties["Policies"] = [{"Version": "2012-10-17", "Statement": [planted]}]

    found = too_broad(deployed_with(plant))
    assert found
    assert all(sentence.startswith("EstimateFunctionRole ") for sentence in found)


def test_a_planted_write_to_the_table_is_caught(deployed_with: DeployedWith) -> None:
    def plant(source: Template) -> None:
        (policy,) = source["SiteRole"]["Properties"]["Policies"]
        policy["PolicyDocument"]["Statement"].append(
            {
                "Effect": "Allow",
                "Action": "dynamodb:PutItem",
                "Resource": {"Fn::GetAtt": ["PriceVersionsTable", "Arn"]},
            }
        )

    assert table_actions(deployed_with(plant), "SiteFunction") == {"dynamodb:PutItem"}
