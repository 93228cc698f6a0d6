"""TODO: say what this module is."""

from __future__ import annotations

import json
import os

from pricing.aws.signed_client import AwsJson, Credentials, Service
from pricing.aws.timeouts import ANSWERING
from pricing.errors import Conflict, StoreUnavailable


def start_refresh(*, actor: str, reason: str) -> None:
    """Start the refresh function and return; raises Conflict where there is none to start."""
    function = os.environ.get("TARIFF_REFRESH_FUNCTION")
    if not function:
        raise Conflict(
            "There is no refresh function here to start: TARIFF_REFRESH_FUNCTION names none."
        )
    import boto3
    from botocore.exceptions import BotoCoreError, ClientError

    event = json.dumps({"actor": actor, "reason": reason})
    try:
        boto3.client(
            "lambda", region_name=os.environ["AWS_REGION"], config=ANSWERING.config()
        ).invoke(FunctionName=function, InvocationType="Event", Payload=event.encode())
    except (BotoCoreError, ClientError) as error:
        raise StoreUnavailable(
            "The refresh function did not say that it begins; it may begin all the same. Look into"
            " GET /v1/pricing/audit in a minute, and ask again if there is no refresh in it.",
            cause=type(error).__name__,
        ) from error


def credentials() -> Credentials:
    """Those Lambda puts into the environment, or whatever botocore's chain finds elsewhere."""
    access_key = os.environ.get("AWS_ACCESS_KEY_ID")
    if access_key:
        return Credentials(
            access_key, os.environ["AWS_SECRET_ACCESS_KEY"], os.environ.get("AWS_SESSION_TOKEN")
        )
    from botocore.session import Session  # slow to import, and never needed inside Lambda

    found = Session().get_credentials()
    if found is None:
        raise StoreUnavailable("There are no AWS credentials to read the price store with.")
    frozen = found.get_frozen_credentials()
    return Credentials(str(frozen.access_key), str(frozen.secret_key), frozen.token)


def client(service: Service, *, timeout_seconds: float) -> AwsJson:
    """Signed calls of a service, in ``AWS_REGION`` or at ``TARIFF_<SERVICE>_ENDPOINT``."""
    region = os.environ["AWS_REGION"]
    name = service.signing_name
    named = os.environ.get(f"TARIFF_{name.upper()}_ENDPOINT")
    return AwsJson(
        service,
        endpoint=named or f"https://{name}.{region}.amazonaws.com",
        region=region,
        credentials=credentials,
        timeout_seconds=timeout_seconds,
    )
