"""Requests over HTTP to the real functions, through the local gateway."""

import http.client
import json
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest

from tariff.template import load_template
from tests.support.gateway import EXAMPLE, RunningGateway

KIBIBYTE = 1024


def test_the_example_costs_what_the_readme_says(gateway: RunningGateway) -> None:
    answer = gateway.estimate()
    assert answer.status == 200
    assert answer.json["total_usd"] == "0.019"
    assert answer.json["pricing"]["source"] == "store"
    assert answer.json["pricing"]["stale"] is False


def test_a_first_estimate_is_shown(gateway: RunningGateway) -> None:
    assert gateway.said(r"  total +(\S+)") == "0.019"


def test_the_printed_curl_lines_work_when_pasted(gateway: RunningGateway) -> None:
    if shutil.which("curl") is None:
        pytest.skip("curl is not on PATH")
    lines = [line.strip() for line in gateway.lines if line.startswith("  curl ")]
    estimate, models, health = (
        json.loads(subprocess.run(["sh", "-c", line], check=True, capture_output=True).stdout)
        for line in lines
    )
    assert estimate["total_usd"] == "0.019"
    assert {model["family"] for model in models["models"]} == {"opus"}
    assert health["status"] == "ok"


def test_every_route_of_the_template_is_listed(gateway: RunningGateway) -> None:
    declared = {
        event["Properties"]["Path"]
        for resource in load_template()["Resources"].values()
        if resource["Type"] == "AWS::Serverless::Function"
        for event in resource["Properties"].get("Events", {}).values()
        if event["Type"] == "HttpApi"
    }
    listed = {line.split()[-1] for line in gateway.lines if line.startswith("  ")}
    assert declared <= listed


def test_path_parameters_reach_the_function(gateway: RunningGateway) -> None:
    answer = gateway.get("/v1/models/anthropic/claude%2Dsonnet-5-5")
    assert answer.status == 200
    assert answer.json["id"] == "claude-sonnet-5-5"


def test_the_specification_and_its_page_are_served(gateway: RunningGateway) -> None:
    assert "/v1/estimate" in gateway.get("/openapi.json").json["paths"]
    assert gateway.get("/docs").headers["content-type"] == "text/html; charset=utf-8"


def test_400_requests_from_eight_callers_at_once_are_all_answered_right(
    gateway: RunningGateway,
) -> None:
    def ask(number: int) -> bool:
        if number % 5 == 0:
            return gateway.get("/v1/health").status == http.client.OK
        tokens = number * 1001
        usage = {"input_tokens": tokens, "output_tokens": number}
        answer = gateway.estimate({"model": "claude-sonnet-5-5", "usage": usage})
        expected = Decimal(tokens * 2 + number * 10) / 10**6
        return answer.status == 200 and Decimal(answer.json["total_usd"]) == expected

    with ThreadPoolExecutor(8) as callers:
        assert all(callers.map(ask, range(1, 401)))


def test_a_body_that_is_not_text_reaches_the_function(gateway: RunningGateway) -> None:
    answer = gateway.estimate(bytes(range(256)), content_type="application/octet-stream")
    assert answer.status == 415
    assert answer.headers["content-type"] == "application/problem+json"


def test_json_of_a_type_that_arrives_as_base64_is_priced_all_the_same(
    gateway: RunningGateway,
) -> None:
    answer = gateway.estimate(EXAMPLE, content_type="application/vnd.example+json")
    assert answer.json["total_usd"] == "0.019"


def test_a_caller_with_cookies_is_answered(gateway: RunningGateway) -> None:
    answer = gateway.send("GET", "/v1/health", headers={"Cookie": "a=1; b=2"})
    assert answer.status == 200
    assert answer.headers["set-cookie"] is None


def test_an_unknown_path_is_a_problem(gateway: RunningGateway) -> None:
    answer = gateway.get("/v1/nothing?a=1")
    assert answer.status == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json["instance"] == "/v1/nothing"


@pytest.mark.parametrize(("path", "status"), [("/v1/health", 405), ("/v1/nothing", 404)])
def test_head_is_not_get_and_never_has_a_body(
    gateway: RunningGateway, path: str, status: int
) -> None:
    answer = gateway.send("HEAD", path)
    assert (answer.status, answer.content) == (status, b"")
    assert int(answer.headers["content-length"]) > 0


def test_a_body_over_the_functions_limit_is_its_413(gateway: RunningGateway) -> None:
    answer = gateway.estimate(b" " * 300 * KIBIBYTE)
    assert answer.status == 413
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("mebibytes", [7, 11])
def test_a_body_over_lambdas_or_api_gateways_limit_is_the_gateways_413(
    gateway: RunningGateway, mebibytes: int
) -> None:
    answer = gateway.estimate(b" " * mebibytes * KIBIBYTE * KIBIBYTE)
    assert answer.status == 413
    assert answer.json == {"message": "Request Entity Too Large"}
