"""Slack's request signature, version 0: HMAC-SHA256 over ``v0:<timestamp>:<raw body>``.

Written here because slack_sdk's verifier raises on what anybody may send: a timestamp that is no
integer, a body that is not UTF-8, a signature that is not ASCII.
"""

import hmac
import re
from collections.abc import Sequence

#: How far a request's timestamp may be from our clock, either way; Slack's own figure.
MAX_SKEW_SECONDS = 300

_TIMESTAMP = re.compile(r"[1-9][0-9]{0,11}")
_SIGNATURE = re.compile(r"v0=[0-9a-f]{64}")


def is_signed(
    body: bytes,
    timestamp: object,
    signature: object,
    *,
    secrets: Sequence[str],
    now_seconds: int,
) -> bool:
    """Whether one of the secrets signed these very bytes within five minutes of now.

    ``timestamp`` and ``signature`` are the headers as they came, or None. Whatever they hold,
    nothing is raised. Every secret is tried, whichever fits, and compared in constant time.
    """
    if not isinstance(timestamp, str) or not _TIMESTAMP.fullmatch(timestamp):
        return False
    if not isinstance(signature, str) or not _SIGNATURE.fullmatch(signature):
        return False
    if abs(now_seconds - int(timestamp)) > MAX_SKEW_SECONDS:
        return False
    message = b"v0:" + timestamp.encode() + b":" + body
    fits = [
        hmac.compare_digest(
            f"v0={hmac.digest(secret.encode(), message, 'sha256').hex()}", signature
        )
        for secret in secrets
        if secret
    ]
    return any(fits)
