"""Credentials and clients of AWS's services, as this environment configures them."""

import json
import os
from collections.abc import Callable
from typing import Any

from pricing.aws import container_credentials
from pricing.aws.settings import endpoint_of, settings
from pricing.aws.signed_client import AwsJson, Credentials, Service
from pricing.aws.timeouts import ANSWERING, Timeouts
from pricing.errors import Conflict, StoreUnavailable


def credentials() -> Credentials:
    """Return Lambda's credentials, or what botocore's chain finds elsewhere.

    A function that was restored from a snapshot has no keys in its environment, but an address:
    they are fetched from it, and kept until they expire.
    """
    access_key = os.environ.get("AWS_ACCESS_KEY_ID")
    if access_key:
        return Credentials(
            access_key, os.environ["AWS_SECRET_ACCESS_KEY"], os.environ.get("AWS_SESSION_TOKEN")
        )
    if address := os.environ.get("AWS_CONTAINER_CREDENTIALS_FULL_URI"):
        token = os.environ.get("AWS_CONTAINER_AUTHORIZATION_TOKEN")
        return container_credentials.current(address, token)
    from botocore.session import Session  # slow to import, and never needed inside Lambda

    found = Session().get_credentials()
    if found is None:
        raise StoreUnavailable("There are no AWS credentials to read the price store with.")
    frozen = found.get_frozen_credentials()
    return Credentials(str(frozen.access_key), str(frozen.secret_key), frozen.token)


def signed_client(service: Service, *, timeout_seconds: float) -> AwsJson:
    """A client of one service that loads no SDK, for requests with a waiting caller."""
    region, name = settings.region, service.signing_name
    return AwsJson(
        service,
        endpoint=endpoint_of(name) or f"https://{name}.{region}.amazonaws.com",
        region=region,
        credentials=credentials,
        timeout_seconds=timeout_seconds,
        ca_file=ca_file(),
    )


def ca_file() -> str | None:
    """Return the file of certificate authorities that AWS's own variable names, if it does."""
    return os.environ.get("AWS_CA_BUNDLE") or None


def sdk_client(service: str, timeouts: Timeouts = ANSWERING) -> Any:
    """boto3's low-level client of one service, for what is rarely done: its import takes long."""
    import boto3

    client: Callable[..., Any] = boto3.client  # one overload a service, where the name is literal
    return client(
        service,
        endpoint_url=endpoint_of(service) or None,
        region_name=settings.region or None,
        config=timeouts.config(),
    )


def start_refresh(*, actor: str, reason: str) -> None:
    """Start the refresh function and return; raises Conflict where there is none to start."""
    function = settings.refresh_function
    if not function:
        raise Conflict(
            "There is no refresh function here to start: TARIFF_REFRESH_FUNCTION names none."
        )
    from botocore.exceptions import BotoCoreError, ClientError

    event = json.dumps({"actor": actor, "reason": reason})
    try:
        sdk_client("lambda").invoke(
            FunctionName=function, InvocationType="Event", Payload=event.encode()
        )
    except (BotoCoreError, ClientError) as error:
        raise StoreUnavailable(
            "The refresh function did not confirm that it starts; it may start all the same. Look"
            " for its row in GET /v1/pricing/audit in a minute, and ask again if there is none.",
            cause=type(error).__name__,
        ) from error
