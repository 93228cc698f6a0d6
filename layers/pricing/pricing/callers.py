"""Who is calling, as API Gateway's authoriser found out. Nobody's word for it is taken."""

from collections.abc import Mapping
from typing import Any

#: A gateway on this machine has no authoriser: whoever can reach it may do everything.
LOCAL = "local"
MAX_CHARACTERS = 256


def caller_of(event: Mapping[str, Any]) -> str:
    """The IAM principal's ARN, or ``jwt:`` with the token's subject."""
    authorizer = event["requestContext"].get("authorizer") or {}
    iam, jwt = authorizer.get("iam") or {}, authorizer.get("jwt") or {}
    subject = (jwt.get("claims") or {}).get("sub")
    if subject:
        return f"jwt:{subject}"[:MAX_CHARACTERS]
    found: str = iam.get("userArn") or LOCAL
    return found[:MAX_CHARACTERS]
