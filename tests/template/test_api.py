"""Who may call which route, and how often, in the OpenAPI body that API Gateway receives."""

import re
from collections.abc import Callable
from collections.abc import Set as AbstractSet
from fnmatch import fnmatchcase
from typing import Any

import pytest

from tariff.template import resources

Template = dict[str, Any]
Requirement = list[dict[str, list[str]]]
DeployedWith = Callable[[Callable[[Template], None]], Template]

OPEN_TO_ALL = {
    *("GET /v1/health", "GET /openapi.json", "GET /docs"),
    *("GET /", "GET /assets/{name}", "GET /config.json"),
    # Slack signs these in its own way, which the function checks first.
    *("POST /slack/commands", "POST /slack/interactions"),
}
UNGUARDED: Requirement = [{"NONE": []}]


def resolved(value: Any, true: AbstractSet[str]) -> Any:
    """A value after CloudFormation's conditions, of which these are true."""
    if isinstance(value, list):
        return [resolved(member, true) for member in value]
    if not isinstance(value, dict):
        return value
    if "Fn::If" in value:
        condition, then, otherwise = value["Fn::If"]
        return resolved(then if condition in true else otherwise, true)
    members = {name: resolved(member, true) for name, member in value.items()}
    return {name: member for name, member in members.items() if member != {"Ref": "AWS::NoValue"}}


#: Of a token, they want a scope; of a role, a policy that names them.
ADMINISTRATORS = {
    "POST /v1/pricing/versions/{id}/activate",
    "POST /v1/pricing/versions/{id}/reject",
    "POST /v1/pricing/cancellations",
    "POST /v1/pricing/corrections",
    "POST /v1/pricing/refresh",
    "GET /v1/pricing/audit",
    "POST /v1/rate-cards",
}
ADMIN_SCOPE = {"Ref": "JwtAdminScope"}


def api_body(template: Template, *, use_jwt: bool = False, cors: bool = False) -> dict[str, Any]:
    true = {name for name, on in {"UseJwt": use_jwt, "AllowsOrigins": cors}.items() if on}
    (api,) = resources(template, "AWS::ApiGatewayV2::Api").values()
    body = resolved(api["Properties"]["Body"], true)
    assert isinstance(body, dict)
    return body


def security(template: Template, *, use_jwt: bool) -> dict[str, Any]:
    """Route key -> its security requirement."""
    return {
        path if path == "$default" else f"{method.upper()} {path}": operation.get("security")
        for path, operations in api_body(template, use_jwt=use_jwt)["paths"].items()
        for method, operation in operations.items()
    }


def declared_routes(template: Template) -> set[str]:
    """The route keys of the functions' events in template.yaml."""
    events = [
        event["Properties"]
        for function in resources(template, "AWS::Serverless::Function").values()
        for event in function["Properties"].get("Events", {}).values()
        if event["Type"] == "HttpApi"
    ]
    return {
        event["Path"] if event["Path"] == "$default" else f"{event['Method']} {event['Path']}"
        for event in events
    }


@pytest.mark.parametrize(("use_jwt", "scheme"), [(False, "AWS_IAM"), (True, "Jwt")])
def test_every_route_has_the_chosen_authoriser_but_the_named_open_ones(
    template: Template, deployed: Template, use_jwt: bool, scheme: str
) -> None:
    guarded = declared_routes(template) - OPEN_TO_ALL

    assert security(deployed, use_jwt=use_jwt) == {
        **{route: [{scheme: []}] for route in guarded},
        **{route: [{scheme: [ADMIN_SCOPE] if use_jwt else []}] for route in ADMINISTRATORS},
        **dict.fromkeys(OPEN_TO_ALL, UNGUARDED),
    }


def test_without_an_issuer_callers_sign_their_requests_and_no_jwt_authoriser_is_made(
    deployed: Template,
) -> None:
    schemes = api_body(deployed, use_jwt=False)["components"]["securitySchemes"]

    assert set(schemes) == {"AWS_IAM"}
    assert schemes["AWS_IAM"]["x-amazon-apigateway-authtype"] == "awsSigv4"


def test_with_an_issuer_tokens_are_checked_for_that_issuer_and_audience(deployed: Template) -> None:
    schemes = api_body(deployed, use_jwt=True)["components"]["securitySchemes"]

    assert schemes["Jwt"]["x-amazon-apigateway-authorizer"] == {
        "type": "jwt",
        "identitySource": "$request.header.Authorization",
        "jwtConfiguration": {"issuer": {"Ref": "JwtIssuer"}, "audience": [{"Ref": "JwtAudience"}]},
    }


@pytest.mark.parametrize("use_jwt", [False, True])
def test_a_new_route_without_a_setting_is_closed(
    deployed_with: DeployedWith, use_jwt: bool
) -> None:
    def add_route(source: Template) -> None:
        source["SiteFunction"]["Properties"]["Events"]["New"] = {
            "Type": "HttpApi",
            "Properties": {"ApiId": {"Ref": "TariffApi"}, "Method": "GET", "Path": "/new"},
        }

    found = security(deployed_with(add_route), use_jwt=use_jwt)
    assert found["GET /new"] == [{"AWS_IAM": []}]


def test_every_route_reaches_the_function_that_declares_it(
    template: Template, deployed: Template
) -> None:
    declared = {
        (event["Properties"]["Path"], function_id)
        for function_id, function in resources(template, "AWS::Serverless::Function").items()
        for event in function["Properties"].get("Events", {}).values()
        if event["Type"] == "HttpApi"
    }

    integrations = {
        (path, operation["x-amazon-apigateway-integration"]["uri"]["Fn::Sub"])
        for path, operations in api_body(deployed, use_jwt=False)["paths"].items()
        for operation in operations.values()
    }
    assert {
        (path, uri.rpartition("/functions/")[2].partition("Aliaslive}")[0].removeprefix("${"))
        for path, uri in integrations
    } == declared


def test_every_function_receives_the_payload_format_that_its_handler_reads(
    deployed: Template,
) -> None:
    versions = {
        operation["x-amazon-apigateway-integration"]["payloadFormatVersion"]
        for operations in api_body(deployed, use_jwt=False)["paths"].values()
        for operation in operations.values()
    }

    assert versions == {"2.0"}


def test_the_api_is_throttled_by_parameter(deployed: Template) -> None:
    (stage,) = resources(deployed, "AWS::ApiGatewayV2::Stage").values()

    assert stage["Properties"]["DefaultRouteSettings"] == {
        "ThrottlingRateLimit": {"Ref": "ThrottleRate"},
        "ThrottlingBurstLimit": {"Ref": "ThrottleBurst"},
    }
    assert deployed["Parameters"]["ThrottleRate"]["MinValue"] > 0


def test_routes_that_compute_for_seconds_and_open_pages_have_a_lower_limit(
    template: Template, deployed: Template
) -> None:
    (stage,) = resources(deployed, "AWS::ApiGatewayV2::Stage").values()
    heavy = {
        "ThrottlingRateLimit": {"Ref": "HeavyThrottleRate"},
        "ThrottlingBurstLimit": {"Ref": "HeavyThrottleBurst"},
    }
    limits = stage["Properties"]["RouteSettings"]
    assert all(limit == heavy for limit in limits.values())
    assert limits.keys() <= declared_routes(template)  # API Gateway refuses any other
    assert {"POST /v1/usage/report", "POST /v1/recommend/calibrate"} <= limits.keys()
    assert {"POST /v1/plan/context", "GET /docs", "GET /openapi.json"} <= limits.keys()
    defaults = {name: deployed["Parameters"][name]["Default"] for name in deployed["Parameters"]}
    assert defaults["HeavyThrottleRate"] * 10 <= defaults["ThrottleRate"]


def test_a_model_id_with_a_slash_reaches_its_function(deployed: Template) -> None:
    permission = deployed["Resources"]["GreedyModelPermission"]["Properties"]
    assert permission["SourceArn"]["Fn::Sub"].endswith(":${TariffApi}/*/GET/v1/models/*")
    assert permission["FunctionName"] == {"Ref": "CatalogueFunctionAliaslive"}


@pytest.mark.parametrize(
    ("policy", "administers"), [("CallerPolicy", False), ("AdministratorPolicy", True)]
)
def test_two_policies_tell_callers_and_administrators_apart(
    template: Template, deployed: Template, policy: str, administers: bool
) -> None:
    document = deployed["Resources"][policy]["Properties"]["PolicyDocument"]
    (statement,) = document["Statement"]
    assert (statement["Effect"], statement["Action"]) == ("Allow", "execute-api:Invoke")
    patterns = [
        arn["Fn::Sub"].partition("${TariffApi}/*/")[2].replace("/", " /", 1)
        for arn in statement["Resource"]
    ]
    guarded = declared_routes(template) - OPEN_TO_ALL - {"$default"}
    allowed = {
        route
        for route in guarded
        if any(fnmatchcase(route.replace("{", "").replace("}", ""), one) for one in patterns)
    }
    assert allowed == (ADMINISTRATORS if administers else guarded - ADMINISTRATORS)


def test_no_page_of_another_origin_may_call_the_api_from_a_browser(deployed: Template) -> None:
    assert deployed["Parameters"]["CorsOrigins"]["Default"] == ""
    assert "x-amazon-apigateway-cors" not in api_body(deployed)


def test_pages_of_stated_origins_may_call_the_api_as_the_page_does_or_with_signed_requests(
    deployed: Template,
) -> None:
    cors = api_body(deployed, cors=True)["x-amazon-apigateway-cors"]
    assert cors["allowOrigins"] == {"Ref": "CorsOrigins"}
    assert cors["allowMethods"] == ["GET", "POST"]
    sent = {"authorization", "content-type", "x-amz-date", "x-amz-security-token"}
    assert sent < set(cors["allowHeaders"])
    assert "allowCredentials" not in cors  # the API reads no cookie


@pytest.mark.parametrize(
    ("origin", "allowed"),
    [
        ("https://finance.example.com", True),
        ("http://localhost:5173", True),
        ("", True),
        ("*", False),
        ("https://*.example.com", False),
        ("https://finance.example.com/", False),
        ("finance.example.com", False),
    ],
)
def test_an_origin_is_named_whole(template: Template, origin: str, allowed: bool) -> None:
    pattern = template["Parameters"]["CorsOrigins"]["AllowedPattern"]
    assert bool(re.fullmatch(pattern, origin)) is allowed
