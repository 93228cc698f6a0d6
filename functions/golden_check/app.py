"""Before traffic moves to a new version of the estimate function, let it price a golden set.

CodeDeploy calls this and waits for the result. A single total that differs by any amount stops the
deployment, and the version before goes on answering.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from decimal import Decimal
from http.client import OK
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pricing.aws.environment import sdk_client
from pricing.aws.logs import correlate, logger
from pricing.aws.settings import settings

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

#: Requests with their totals, and how each total follows from published prices.
GOLDEN = json.loads((Path(__file__).parent / "golden.json").read_text(encoding="utf-8"))
Invoke = Callable[[Mapping[str, Any]], Mapping[str, Any]]


def lambda_handler(event: Mapping[str, Any], context: LambdaContext) -> None:
    """Price the golden set, and tell CodeDeploy whether the deployment may go on."""
    correlate(context.aws_request_id)
    wrong = differences(_new_version)
    status = "Failed" if wrong else "Succeeded"
    logger.info("The golden set was priced.", extra={"status": status, "wrong": wrong})
    sdk_client("codedeploy").put_lifecycle_event_hook_execution_status(
        deploymentId=event["DeploymentId"],
        lifecycleEventHookExecutionId=event["LifecycleEventHookExecutionId"],
        status=status,
    )


def differences(invoke: Invoke) -> list[str]:
    """Return a sentence for each request of the golden set whose total is another one."""
    wrong = []
    for number, golden in enumerate(GOLDEN, start=1):
        try:
            reply = invoke(_event(golden["body"]))
            total = json.loads(reply["body"])["total_usd"]
            is_right = reply["statusCode"] == OK and Decimal(total) == Decimal(golden["total_usd"])
        except Exception as error:  # noqa: BLE001 - whatever it is, the deployment must not go on
            wrong.append(f"Request {number} was not answered: {type(error).__name__}.")
            continue
        if not is_right:
            expected = golden["total_usd"]
            wrong.append(f"Request {number} costs {total} USD; expected {expected} USD.")
    return wrong


def _new_version(event: Mapping[str, Any]) -> Mapping[str, Any]:
    """The answer of the version that is about to get traffic."""
    reply = sdk_client("lambda").invoke(
        FunctionName=settings.new_version, Payload=json.dumps(event).encode()
    )
    answer: Mapping[str, Any] = json.loads(reply["Payload"].read())
    return answer


def _event(body: Mapping[str, Any]) -> dict[str, Any]:
    """An event of API Gateway, as far as a function reads it."""
    return {
        "version": "2.0",
        "routeKey": "POST /v1/estimate",
        "rawPath": "/v1/estimate",
        "rawQueryString": "",
        "headers": {"content-type": "application/json"},
        "requestContext": {"requestId": "golden-check"},
        "body": json.dumps(body),
        "isBase64Encoded": False,
    }
