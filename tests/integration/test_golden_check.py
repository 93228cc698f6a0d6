"""The check before a deployment gets traffic: it passes today's prices, and no others."""

import io
import json
from collections.abc import Callable
from typing import Any
from unittest import mock

import pytest

from functions.golden_check import app
from tests.support.handlers import CONTEXT, Handler, handler

DEPLOYMENT = {"DeploymentId": "d-ABC", "LifecycleEventHookExecutionId": "hook-1"}


class Aws:
    """Lambda with one function, and CodeDeploy, which keeps the result."""

    def __init__(self, estimate: Handler) -> None:
        self._estimate = estimate
        self.results: list[dict[str, str]] = []
        self.invoked: set[str] = set()

    def invoke(self, FunctionName: str, Payload: bytes) -> dict[str, Any]:  # noqa: N803
        self.invoked.add(FunctionName)
        answer = json.dumps(self._estimate(json.loads(Payload), None))
        return {"Payload": io.BytesIO(answer.encode())}

    def put_lifecycle_event_hook_execution_status(self, **result: str) -> None:
        self.results.append(result)


@pytest.fixture
def deploy(monkeypatch: pytest.MonkeyPatch) -> Callable[[Handler], Aws]:
    """``deploy(estimate)`` lets the hook decide about a version of the estimate function."""
    monkeypatch.setenv("TARIFF_NEW_VERSION", "arn:estimate:7")

    def decide(estimate: Handler) -> Aws:
        aws = Aws(estimate)
        with mock.patch.object(app, "sdk_client", return_value=aws):
            app.lambda_handler(DEPLOYMENT, CONTEXT)
        return aws

    return decide


def result(status: str) -> list[dict[str, str]]:
    return [{"deploymentId": "d-ABC", "lifecycleEventHookExecutionId": "hook-1", "status": status}]


def test_today_s_prices_pass(deploy: Callable[[Handler], Aws]) -> None:
    aws = deploy(handler("estimate"))
    assert aws.results == result("Succeeded")
    assert aws.invoked == {"arn:estimate:7"}


@pytest.mark.parametrize("number", range(len(app.GOLDEN)))
def test_one_other_price_in_the_set_stops_the_deployment(
    deploy: Callable[[Handler], Aws], number: int
) -> None:
    changed = [dict(golden) for golden in app.GOLDEN]
    changed[number]["total_usd"] += "0001" if "." in changed[number]["total_usd"] else ".0001"
    with mock.patch.object(app, "GOLDEN", changed):
        assert deploy(handler("estimate")).results == result("Failed")
        wrong = app.differences(lambda event: handler("estimate")(event, None))
    assert [sentence.split(" costs ")[0] for sentence in wrong] == [f"Request {number + 1}"]


@pytest.mark.parametrize(
    "reply",
    [
        {"statusCode": 500, "body": '{"title": "Internal error"}'},
        {"statusCode": 502, "body": '{"total_usd": "12.5"}'},
        {"errorMessage": "No module named pricing", "errorType": "Runtime.ImportModuleError"},
        {"statusCode": 200, "body": '{"total_usd": null}'},
        {"statusCode": 200, "body": "{"},
        None,
    ],
)
def test_a_version_that_does_not_answer_stops_the_deployment(
    deploy: Callable[[Handler], Aws], reply: Any
) -> None:
    assert deploy(lambda _event, _context: reply).results == result("Failed")
