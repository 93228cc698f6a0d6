"""Functions as the local gateway reads them from a template, loads them and calls them."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tariff.serve.functions import (
    MAX_EVENT_BYTES,
    MAX_RESULT_BYTES,
    Environment,
    EventTooLarge,
    Function,
    TemplateProblem,
    on_first_use,
    read_functions,
    shared_environment,
)
from tariff.serve.routes import Route
from tariff.template import load_template

Make = Callable[[str], Environment]


def template(**functions: dict[str, Any]) -> dict[str, Any]:
    resources: dict[str, Any] = {
        name: {
            "Type": "AWS::Serverless::Function",
            "Properties": {
                "CodeUri": "functions/x/",
                "Handler": "app.lambda_handler",
                **properties,
            },
        }
        for name, properties in functions.items()
    }
    return {
        "Parameters": {"Level": {"Default": "INFO"}, "Required": {}},
        "Resources": {"Prices": {"Type": "AWS::DynamoDB::Table", "Properties": {}}, **resources},
    }


def http(**properties: str) -> dict[str, Any]:
    return {"Type": "HttpApi", "Properties": properties}


def read(document: dict[str, Any], **given: str) -> list[Function]:
    return read_functions(document, table="local-table", region="eu-west-1", given=given)


def with_variable(value: Any) -> dict[str, Any]:
    return template(F={"Events": {"E": http()}, "Environment": {"Variables": {"V": value}}})


def test_every_http_event_of_the_real_template_is_a_route() -> None:
    document = load_template()
    declared = {
        (event["Properties"]["Method"].upper(), event["Properties"]["Path"])
        for resource in document["Resources"].values()
        if resource["Type"] == "AWS::Serverless::Function"
        for event in resource["Properties"].get("Events", {}).values()
        if event["Type"] == "HttpApi"
    }
    served = {(route.method, route.path) for one in read(document) for route in one.routes}
    assert served == declared
    assert ("POST", "/v1/estimate") in served


def test_the_real_functions_get_the_local_table() -> None:
    functions = read(load_template())
    assert shared_environment(functions)["TARIFF_TABLE"] == "local-table"
    assert all(one.app.is_file() for one in functions)


def test_an_event_without_method_and_path_is_the_default_route() -> None:
    (function,) = read(template(F={"Events": {"E": {"Type": "HttpApi"}}}))
    assert function.routes == (Route("ANY", "$default", "F"),)
    assert function.routes[0].key == "$default"


@pytest.mark.parametrize("method", ["any", "ANY", "x-amazon-apigateway-any-method"])
def test_any_method_is_any_however_it_is_written(method: str) -> None:
    (function,) = read(template(F={"Events": {"E": http(Method=method, Path="/a")}}))
    assert function.routes[0].key == "ANY /a"


def test_a_function_without_http_routes_is_not_served() -> None:
    nightly = {"Events": {"Nightly": {"Type": "ScheduleV2", "Properties": {}}}}
    assert read(template(F=nightly, G={})) == []


def test_a_function_that_another_starts_is_there_without_routes() -> None:
    starts = {"Environment": {"Variables": {"STARTS": {"Ref": "Nightly"}}}, "Events": {"E": http()}}
    served, started = read(template(Nightly={"Timeout": 120}, F=starts, Other={}))
    assert (served.name, served.environment) == ("F", {"STARTS": "Nightly"})
    assert (started.name, started.routes, started.timeout_seconds) == ("Nightly", (), 120.0)


def test_the_real_refresh_is_started_by_its_name_in_the_template() -> None:
    functions = {one.name: one for one in read(load_template())}
    refresh = functions["RefreshPricingFunction"]
    assert refresh.routes == ()
    assert functions["PricingAdminFunction"].environment["TARIFF_REFRESH_FUNCTION"] == refresh.name


def test_what_is_started_is_loaded_when_it_is_first() -> None:
    (function,) = read(template(Lost={"CodeUri": "functions/none/", "Events": {"E": http()}}))
    invoke = on_first_use(function)
    with pytest.raises(TemplateProblem, match="Lost: there is no"):
        invoke({})


def test_events_of_another_format_are_refused() -> None:
    with pytest.raises(TemplateProblem, match="F declares a payload format other"):
        read(template(F={"Events": {"E": http(PayloadFormatVersion="1.0")}}))


def test_what_a_function_does_not_say_comes_from_globals() -> None:
    document = template(
        F={
            "Events": {"E": http()},
            "Timeout": 7,
            "Environment": {"Variables": {"B": "own", "C": "c"}},
        }
    )
    document["Globals"] = {
        "Function": {
            "Timeout": 10,
            "MemorySize": 512,
            "Environment": {"Variables": {"A": "a", "B": "everyone's"}},
        }
    }
    (function,) = read(document)
    assert function.environment == {"A": "a", "B": "own", "C": "c"}
    assert (function.timeout_seconds, function.memory_mb) == (7.0, 512)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("plain", "plain"),
        (60, "60"),
        (True, "true"),
        ({"Ref": "Level"}, "INFO"),
        ({"Ref": "Prices"}, "local-table"),
        ({"Ref": "AWS::Region"}, "eu-west-1"),
        ({"Fn::Sub": "${Prices}-${Level}-${!Kept}"}, "local-table-INFO-${!Kept}"),
    ],
)
def test_a_variable_is_resolved(value: Any, text: str) -> None:
    (function,) = read(with_variable(value))
    assert function.environment == {"V": text}


@pytest.mark.parametrize(
    "value",
    [{"Ref": "Required"}, {"Ref": "Nowhere"}, {"Fn::GetAtt": ["F", "Arn"]}, {"Fn::Sub": "${No}"}],
)
def test_what_only_a_deployment_knows_must_be_given(value: Any) -> None:
    with pytest.raises(TemplateProblem, match="set the variable in the environment"):
        read(with_variable(value))
    (function,) = read(with_variable(value), V="given")
    assert function.environment == {"V": "given"}


def test_two_values_for_one_variable_are_refused() -> None:
    def one(value: str) -> dict[str, Any]:
        return {"Events": {"E": http()}, "Environment": {"Variables": {"V": value}}}

    assert shared_environment(read(template(F=one("1"), G=one("1")))) == {"V": "1"}
    functions = read(template(F=one("1"), G=one("2")))
    with pytest.raises(TemplateProblem, match="G needs V='2' and another function '1'"):
        shared_environment(functions)


@pytest.fixture
def loaded(tmp_path: Path) -> Make:
    """``loaded(source)`` is an environment whose handler is that source's ``lambda_handler``."""

    def load(source: str) -> Environment:
        app = tmp_path / "app.py"
        app.write_text(source, encoding="utf-8")
        return Environment(Function("F", app, "lambda_handler", (), {}, 3.0, 256))

    return load


def test_a_handler_gets_the_event_and_its_answer_comes_back(loaded: Make) -> None:
    environment = loaded("def lambda_handler(event, context): return {'got': event}")
    assert environment.invoke({"a": [1, None, "ü"]}) == {"got": {"a": [1, None, "ü"]}}


def test_two_functions_with_a_file_of_one_name_do_not_mix(tmp_path: Path) -> None:
    environments = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        app = tmp_path / name / "app.py"
        app.write_text(f"def lambda_handler(event, context): return {name!r}", encoding="utf-8")
        environments.append(Environment(Function(name, app, "lambda_handler", (), {}, 3.0, 128)))
    assert [environment.invoke({}) for environment in environments] == ["one", "two"]


def test_the_context_says_what_lambda_says(loaded: Make) -> None:
    os.environ["AWS_REGION"] = "eu-west-1"
    environment = loaded(
        "def lambda_handler(event, context):\n"
        "    return [context.function_name, context.memory_limit_in_mb,\n"
        "            context.invoked_function_arn, context.function_version,\n"
        "            context.aws_request_id, context.get_remaining_time_in_millis()]\n"
    )
    name, memory, arn, version, request_id, remaining = environment.invoke({})
    assert (name, memory, version) == ("F", "256", "$LATEST")
    assert arn == "arn:aws:lambda:eu-west-1:123456789012:function:F"
    assert 0 < remaining <= 3000
    assert environment.invoke({})[4] != request_id


def test_an_event_of_just_the_limit_is_taken_and_a_larger_one_is_not(loaded: Make) -> None:
    environment = loaded("def lambda_handler(event, context): return len(event['body'])")
    room = MAX_EVENT_BYTES - len(json.dumps({"body": ""}))
    assert environment.invoke({"body": "x" * room}) == room
    with pytest.raises(EventTooLarge):
        environment.invoke({"body": "x" * (room + 1)})


def test_an_answer_of_just_the_limit_is_taken_and_a_larger_one_is_not(loaded: Make) -> None:
    environment = loaded("def lambda_handler(event, context): return 'x' * event['length']")
    room = MAX_RESULT_BYTES - len('""')
    assert len(environment.invoke({"length": room})) == room
    with pytest.raises(ValueError, match="F answered more than"):
        environment.invoke({"length": room + 1})


def test_an_answer_must_be_json(loaded: Make) -> None:
    environment = loaded("def lambda_handler(event, context): return {1, 2}")
    with pytest.raises(TypeError):
        environment.invoke({})


def test_a_call_that_lambda_would_have_ended_is_reported(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    app = tmp_path / "app.py"
    app.write_text("def lambda_handler(event, context): return 1", encoding="utf-8")
    assert Environment(Function("Slow", app, "lambda_handler", (), {}, 0.0, 128)).invoke({}) == 1
    assert "Slow took" in capsys.readouterr().err


def test_a_function_without_its_file_is_named() -> None:
    (function,) = read(template(Lost={"CodeUri": "functions/none/", "Events": {"E": http()}}))
    with pytest.raises(TemplateProblem, match=r"Lost: there is no functions.none.app\.py"):
        Environment(function)
