"""The OpenAPI document: valid, complete, current, and as strict as the functions are."""

import base64
import json
import os
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest
from openapi_spec_validator import validate

from pricing.api.handler import STATUSES, Call
from pricing.errors import InvalidRequest
from tariff.docs import descriptions, openapi, site
from tariff.docs.examples import EXAMPLES
from tests.support.handlers import Event, handler, post
from tests.support.spec import Spec, body_schema, faults, operations

USAGE = {"input_tokens": 2000, "output_tokens": 1000, "cache_read_input_tokens": 50000}
ONE_CALL = {"model": "claude-sonnet-5-5", "usage": USAGE}


# The document


def test_it_is_valid_openapi(spec: Spec) -> None:
    validate(spec)
    assert spec["openapi"].startswith("3.1")


def test_its_routes_are_those_of_the_template_but_the_catch_all(
    spec: Spec, template: dict[str, Any]
) -> None:
    declared = {
        f"{event['Properties']['Method']} {event['Properties']['Path']}": event["Properties"]
        for resource in template["Resources"].values()
        if resource["Type"] == "AWS::Serverless::Function"
        for event in resource["Properties"].get("Events", {}).values()
        if event["Type"] == "HttpApi" and event["Properties"]["Path"] != "$default"
    }
    assert {key for key, _ in operations(spec)} == {key.replace("+}", "}") for key in declared}
    open_to_all = {key for key, operation in operations(spec) if not operation["security"]}
    assert open_to_all == {
        key for key, one in declared.items() if one.get("Auth") == {"Authorizer": "NONE"}
    }


def test_both_files_are_written_and_half_written_ones_are_not_left(
    spec: Spec, tmp_path: Path
) -> None:
    openapi.generate(tmp_path / "static")
    written = {path.name: path.read_text() for path in (tmp_path / "static").iterdir()}
    assert written.keys() == {"openapi.json", "docs.html"}
    assert json.loads(written["openapi.json"]) == spec


def test_the_reference_is_current_until_a_source_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(site, "ROOT", tmp_path)
    monkeypatch.setattr(site, "STATIC", tmp_path / "static")
    source = tmp_path / "pyproject.toml"
    source.touch()
    assert not site.is_current()
    (tmp_path / "static").mkdir()
    for name in ("openapi.json", "docs.html"):
        (tmp_path / "static" / name).touch()
    assert site.is_current()
    os.utime(source, (2_000_000_000, 2_000_000_000))
    assert not site.is_current()


def test_it_does_not_depend_on_this_machines_settings(
    spec: Spec, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TARIFF_TABLE", "nowhere")
    monkeypatch.setenv("TARIFF_DYNAMODB_ENDPOINT", "http://127.0.0.1:1")
    monkeypatch.setenv("TARIFF_ANTHROPIC_API_KEY", "unused")
    assert openapi.document() == spec


def test_operations_have_names_of_their_own(spec: Spec) -> None:
    ids = [operation["operationId"] for _, operation in operations(spec)]
    assert len(set(ids)) == len(ids)
    assert {"createEstimate", "compareModels", "getModel", "activateVersion"} <= set(ids)


def test_every_field_says_what_it_means(spec: Spec) -> None:
    silent = [
        f"{name}.{field}"
        for name, schema in spec["components"]["schemas"].items()
        for field, found in schema.get("properties", {}).items()
        if not found.get("description")
    ]
    silent += [
        f"{key} {parameter['name']}"
        for key, operation in operations(spec)
        for parameter in operation.get("parameters", ())
        if not parameter["description"]
    ]
    assert silent == [], "add a docstring below the field"


class Base:
    """A type."""

    both: int
    """What the base says."""
    inherited: int
    """One
    paragraph with ``a literal`` and None.

    Another.
    """
    silent: int


class Derived(Base):
    """A type with a base."""

    both: int
    """What the type itself says."""


def test_a_field_is_described_by_the_docstring_below_it_its_own_before_its_bases(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(descriptions, "PACKAGE", __name__)
    assert descriptions.field_descriptions(Derived) == {
        "both": "What the type itself says.",
        "inherited": "One paragraph with `a literal` and null.\n\nAnother.",
    }


@pytest.mark.parametrize(
    ("name", "field", "subject"),
    [
        ("Notice", "code", "warning"),
        ("Reason", "code", "reason"),
        ("Exclusion", "reason", "compared"),
        ("ContextPartRequest", "name", "part"),
        ("PromptBlockRequest", "name", "block"),
        ("SeatUsageRequest", "name", "call"),
    ],
)
def test_a_field_with_a_common_name_is_described_for_its_own_type(
    spec: Spec, name: str, field: str, subject: str
) -> None:
    assert subject in spec["components"]["schemas"][name]["properties"][field]["description"]


def test_a_member_without_a_docstring_is_described_as_its_type_is(spec: Spec) -> None:
    schemas = spec["components"]["schemas"]
    shown = schemas["Estimate"]["properties"]["pricing"]["description"]
    assert shown == schemas["Provenance"]["description"]


def test_names_of_schemas_are_those_of_the_types_without_their_modules(spec: Spec) -> None:
    names = set(spec["components"]["schemas"])
    assert all(re.fullmatch(r"[A-Z][A-Za-z0-9]*", name) for name in names)
    assert {"OutcomesFileRequest", "UsageFileRequest"} <= names


def test_the_skeleton_describes_no_path_parameter_that_no_route_has(spec: Spec) -> None:
    paths = {
        path[: path.index("}", start) + 1]
        for path in spec["paths"]
        for start in range(len(path))
        if path[start] == "{"
    }
    assert set(openapi.skeleton()["fragments"]["path_parameters"]) == paths


def parameter(spec: Spec, key: str, name: str) -> dict[str, Any]:
    operation = dict(operations(spec))[key]
    (found,) = [one for one in operation["parameters"] if one["name"] == name]
    assert isinstance(found, dict)
    return found


def test_an_id_is_described_as_what_it_is_of(spec: Spec) -> None:
    version = "/v1/pricing/versions/{id}"
    for key in (f"GET {version}", f"POST {version}/activate", f"POST {version}/reject"):
        assert "version's id" in parameter(spec, key, "id")["description"]
    assert "model's id" in parameter(spec, "GET /v1/models/{provider}/{id}", "id")["description"]


def sent_with(key: str) -> Call:
    """A request with this Idempotency-Key."""
    return Call(datetime.now(UTC), {}, {"headers": {"idempotency-key": key}})


@pytest.mark.parametrize("key", ["k1", "!", "~", "x" * 128, "rollback-2026-11-24"])
def test_a_key_that_the_document_allows_is_taken(spec: Spec, key: str) -> None:
    shown = parameter(spec, "POST /v1/pricing/refresh", "Idempotency-Key")
    assert faults(spec, shown["schema"], key) == []
    assert sent_with(key).idempotency_key == key


@pytest.mark.parametrize("key", ["", "any text of yours", "schlüssel", "x" * 129, "k\x00"])
def test_a_key_that_the_document_does_not_allow_is_refused(spec: Spec, key: str) -> None:
    shown = parameter(spec, "POST /v1/pricing/refresh", "Idempotency-Key")
    assert "without spaces" in shown["description"]
    assert faults(spec, shown["schema"], key)
    with pytest.raises(InvalidRequest):
        sent_with(key).idempotency_key  # noqa: B018 - it is read for what it raises


def test_every_problem_has_a_remedy(spec: Spec) -> None:
    assert set(spec["x-problems"]) == {slug for _, _, slug, _ in STATUSES} | {"internal-error"}
    for problem in spec["x-problems"].values():
        assert problem.keys() == {"status", "title", "description", "x-remedy"}
        assert all(problem.values())


def test_a_null_is_never_among_the_values_of_a_choice(spec: Spec) -> None:
    status = spec["components"]["schemas"]["VersionPage"]["properties"]["status"]
    assert faults(spec, status, None) == faults(spec, status, "active") == []
    assert faults(spec, status, "lost")
    assert "null" not in re.findall(r'"enum": \[[^]]*\b(null)\b', json.dumps(spec))


# Requests


def test_every_route_has_a_recorded_event_that_its_own_schema_takes(spec: Spec) -> None:
    for key, operation in operations(spec):
        examples = EXAMPLES.get(key) or EXAMPLES.get(key.replace("{id}", "{id+}"))
        assert examples, f"add a request to events/ for {key}"
        if "application/json" in operation.get("requestBody", {}).get("content", {}):
            for example in examples:
                assert faults(spec, body_schema(spec, key), example.body) == []
        for parameter in operation.get("parameters", ()):
            for shown in parameter.get("examples", {}).values():
                assert faults(spec, parameter["schema"], shown["value"]) == []


@pytest.mark.parametrize("key", EXAMPLES)
def test_a_recorded_event_agrees_with_itself(key: str) -> None:
    for example in EXAMPLES[key]:
        event, method = example.event, key.partition(" ")[0]
        path = key.partition(" ")[2].replace("+}", "}").format(**example.path)
        assert event["rawPath"] == event["requestContext"]["http"]["path"] == path
        assert event["requestContext"]["http"]["method"] == method
        assert event["requestContext"]["routeKey"] == key
        assert dict(parse_qsl(event["rawQueryString"])) == example.query
        sent = event.get("body", "").encode()
        content = base64.b64decode(sent) if event["isBase64Encoded"] else sent
        assert int(event["headers"].get("content-length", 0)) == len(content)


@pytest.mark.parametrize(
    ("change", "fits"),
    [
        ({}, True),
        ({"calls": 1}, True),
        ({"calls": 0}, False),
        ({"calls": 10**12}, True),
        ({"calls": 10**12 + 1}, False),
        ({"calls": True}, False),
        ({"calls": "one"}, False),
        ({"model": "m" * 129}, False),
        ({"model": ""}, False),
        ({"currency": "EUR"}, True),
        ({"currency": "EURX"}, False),
        ({"rate_card": {"rules": [{"multiply": "0.85"}]}}, True),
        ({"rate_card": {"rules": [{"multiply": "15%"}]}}, False),
        ({"colour": "blue"}, False),
        ({"speed": "warp"}, False),
        ({"text": None}, True),
        ({"pricing_version": "lesson-2025", "model": "sonnet"}, True),
        ({"images": [{"width": 0, "height": 1}]}, False),
    ],
)
def test_the_schema_of_a_body_takes_what_the_function_takes(
    spec: Spec, event: Event, change: dict[str, Any], fits: bool
) -> None:
    body = {**ONE_CALL, **change}
    found = faults(spec, body_schema(spec, "POST /v1/estimate"), body)
    answer = post(handler("estimate"), event("estimate"), body)
    assert (found == [], answer.status) == (fits, 200 if fits else 422), found


@pytest.mark.parametrize("change", [{"calls": "1"}, {"service_tier": "batch"}, {"date": "now"}])
def test_what_is_read_as_meant_has_no_part_in_the_schema(
    spec: Spec, event: Event, change: dict[str, Any]
) -> None:
    """A client that is generated from the schema has one way to write each thing."""
    body = {**ONE_CALL, **change}
    assert faults(spec, body_schema(spec, "POST /v1/estimate"), body)
    assert post(handler("estimate"), event("estimate"), body).status == 200


@pytest.mark.parametrize("change", [{"text": "and a prompt too"}, {"usage": None}])
def test_exactly_one_input_is_a_rule_of_the_function_that_no_schema_states(
    spec: Spec, event: Event, change: dict[str, Any]
) -> None:
    """A ``oneOf`` next to properties makes generated clients drop the whole body's type."""
    body = {**ONE_CALL, **change}
    assert faults(spec, body_schema(spec, "POST /v1/estimate"), body) == []
    answer = post(handler("estimate"), event("estimate"), body)
    assert (answer.status, "Send exactly one of" in answer.body["detail"]) == (422, True)


def schemas_in(found: Any, at: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every schema of the document, and where it is; examples are not schemas."""
    if isinstance(found, dict):
        yield at, found
        for name, part in found.items():
            if name not in ("example", "examples", "x-problems"):
                yield from schemas_in(part, f"{at}/{name}")
    for number, part in enumerate(found if isinstance(found, list) else ()):
        yield from schemas_in(part, f"{at}/{number}")


def test_generators_of_clients_can_read_every_schema(spec: Spec) -> None:
    for at, schema in schemas_in(dict(spec)):
        assert not {"oneOf", "properties"} <= schema.keys(), at
        assert None not in schema.get("enum", ()), at
        assert not ("Request/" in at and "default" in schema), at  # clients would send it
        is_list = "array" in (schema.get("type"), *(schema.get("type") or ()))
        assert not (is_list and {"minLength", "maxLength"} & schema.keys()), at
        assert not (is_list and "Request/" in at and "maxItems" not in schema), at
        if at.count("/") == 3 and at.startswith("/components/schemas/"):
            assert re.fullmatch("[A-Z][A-Za-z]+", at.rpartition("/")[2])


def test_every_route_is_described_and_administrators_are_told_what_they_need(spec: Spec) -> None:
    for key, operation in operations(spec):
        assert operation["description"], key
        administrators = operation["tags"] == ["Administration"]
        assert ("JwtAdminScope" in operation["description"]) == administrators, key


def test_the_version_before_is_a_required_parameter_of_the_difference(spec: Spec) -> None:
    found = dict(operations(spec))["GET /v1/pricing/diff"]["parameters"]
    assert [one["name"] for one in found if one.get("required")] == ["from"]


@pytest.mark.parametrize(
    ("share", "fits"),
    [
        ("0.5", True),
        ("1", True),
        (0, True),
        (1, True),
        (1.5, False),
        (-1, False),
        ("5e-1", False),
        (".5", False),
        ("half", False),
        (None, False),
    ],
)
def test_an_exact_number_may_be_a_number_or_a_plain_string(
    spec: Spec, event: Event, share: Any, fits: bool
) -> None:
    change = {"name": "batch", "processing": "batch", "share": share}
    body = {"items": [{"name": "one", **ONE_CALL}], "what_if": [change]}
    found = faults(spec, body_schema(spec, "POST /v1/estimate/workload"), body)
    answer = post(handler("workload"), event("workload"), body)
    assert (found == [], answer.status) == (fits, 200 if fits else 422), found


def test_query_parameters_are_those_that_validate(spec: Spec) -> None:
    found = dict(operations(spec))["GET /v1/models"]["parameters"]
    by_name = {one["name"]: one for one in found if one["in"] == "query"}
    assert set(by_name) == {
        "provider", "family", "capability", "mode", "unit", "q", "limit", "cursor",
        "pricing_version", "as_of",
    }  # fmt: skip
    assert not any(one["required"] for one in by_name.values())
    assert by_name["limit"]["schema"] == {
        "type": "integer",
        "minimum": 1,
        "maximum": 200,
        "default": 100,
    }
    assert by_name["provider"]["schema"] == {"type": "string", "minLength": 1, "maxLength": 128}
    page = dict(operations(spec))["GET /v1/models/{provider}/{id}"]["parameters"]
    assert [one["name"] for one in page if one["in"] == "path"] == ["provider", "id"]
