"""What each function's role may do, read from the translated template."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from tariff.template import resources

#: X-Ray and the Price List have no resources that these could name (AWS service authorization
#: reference).
WITHOUT_RESOURCES = frozenset(
    {"xray:PutTraceSegments", "xray:PutTelemetryRecords", "pricing:GetProducts"}
)
#: Objects come and go without a name in the template: all those of the one bucket it is told.
INPUT_OBJECTS = {"Fn::Sub": "arn:${AWS::Partition}:s3:::${InputBucket}/*"}
#: What a report of several files consists of.
REPORT_OBJECTS = {"Fn::Sub": "arn:${AWS::Partition}:s3:::${InputBucket}/tariff/reports/*"}
#: SAM makes the groups of this stack, where deployments are gradual.
DEPLOYMENT_GROUPS = {
    "Fn::Sub": "arn:${AWS::Partition}:codedeploy:${AWS::Region}:${AWS::AccountId}"
    ":deploymentgroup:${AWS::StackName}-*/*"
}
READS = frozenset({"dynamodb:GetItem", "dynamodb:Query"})


class Statement(NamedTuple):
    """One statement of an identity policy, and the logical id of what carries it."""

    owner: str
    document: dict[str, Any]

    @property
    def actions(self) -> list[str]:
        """Its actions, of which IAM lets a single one stand without a list."""
        return _as_list(self.document.get("Action", []))


def statements(template: dict[str, Any]) -> Iterator[Statement]:
    """Every statement of every role and policy; who may assume a role is not among them."""
    for kind in ("AWS::IAM::Role", "AWS::IAM::ManagedPolicy", "AWS::IAM::Policy"):
        for owner, resource in resources(template, kind).items():
            properties = resource["Properties"]
            policies = properties.get("Policies", []) if kind == "AWS::IAM::Role" else [properties]
            for policy in policies:
                for document in _as_list(policy["PolicyDocument"]["Statement"]):
                    # A statement that depends on a parameter is judged as if it were there.
                    yield Statement(owner, document.get("Fn::If", [None, document])[1])


def too_broad(template: dict[str, Any]) -> list[str]:
    """A sentence for every statement that grants more than named actions on named resources."""
    return [
        f"{statement.owner} {fault}: {statement.document}"
        for statement in statements(template)
        for fault in _faults(statement)
    ]


def granted(template: dict[str, Any], function_id: str) -> set[str]:
    """Every action that a function's role allows, through its own policies and attached ones."""
    role_id = role_of(template, function_id)
    attached = template["Resources"][role_id]["Properties"].get("ManagedPolicyArns", [])
    owners = {role_id, *(arn["Ref"] for arn in attached)}
    return {
        action
        for statement in statements(template)
        if statement.owner in owners and statement.document["Effect"] == "Allow"
        for action in statement.actions
    }


def role_of(template: dict[str, Any], function_id: str) -> str:
    """The logical id of a function's role, which the template itself must declare."""
    role = template["Resources"][function_id]["Properties"]["Role"]
    role_id, attribute = role["Fn::GetAtt"]
    assert (template["Resources"][role_id]["Type"], attribute) == ("AWS::IAM::Role", "Arn")
    assert isinstance(role_id, str)
    return role_id


def _faults(statement: Statement) -> Iterator[str]:
    document = statement.document
    if document["Effect"] == "Allow" and {"NotAction", "NotResource"} & document.keys():
        yield "allows all but what it names"
    if any("*" in action for action in statement.actions):
        yield "has a wildcard in an action"
    resource = document.get("Resource", [])
    if statement.actions == ["s3:GetObject"] and resource == INPUT_OBJECTS:
        return
    if statement.actions == ["s3:PutObject"] and resource == REPORT_OBJECTS:
        return
    if statement.actions == ["codedeploy:PutLifecycleEventHookExecutionStatus"]:
        assert resource == DEPLOYMENT_GROUPS
        return
    if statement.actions == ["execute-api:Invoke"]:  # paths with parameters, of this API
        assert all("${TariffApi}/*/" in arn["Fn::Sub"] for arn in resource)
        return
    if not WITHOUT_RESOURCES.issuperset(statement.actions) and _has_wildcard(resource):
        yield "has a wildcard in a resource"


def _has_wildcard(value: Any) -> bool:
    if isinstance(value, dict):
        return any(_has_wildcard(member) for member in value.values())
    if isinstance(value, list):
        return any(_has_wildcard(member) for member in value)
    return "*" in str(value)


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
