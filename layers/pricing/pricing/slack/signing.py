"""Slack's request signature, version 0: HMAC-SHA256 over ``v0:<timestamp>:<raw body>``.

It is not slack_sdk's verifier, which raises on input that any sender can produce: a timestamp that
is not an integer, a body that is not UTF-8, a signature that is not ASCII.
"""

import hmac
import math
import re
import time
from collections.abc import Callable, Sequence

from pricing.errors import StoreUnavailable, TariffError

#: How far a request's timestamp may differ from the clock; Slack's own figure.
MAX_SKEW_SECONDS = 300

_TIMESTAMP = re.compile(r"[1-9][0-9]{0,11}")
_SIGNATURE = re.compile(r"v0=[0-9a-f]{64}")


def is_signed(
    body: bytes, timestamp: object, signature: object, *, secrets: Sequence[str], now_seconds: int
) -> bool:
    """Whether one of the secrets signed these bytes within five minutes of now.

    ``timestamp`` and ``signature`` are the headers as received, or None; no value of theirs raises
    an error. Every secret is tried, and compared in constant time.
    """
    if not isinstance(timestamp, str) or not _TIMESTAMP.fullmatch(timestamp):
        return False
    if not isinstance(signature, str) or not _SIGNATURE.fullmatch(signature):
        return False
    if abs(now_seconds - int(timestamp)) > MAX_SKEW_SECONDS:
        return False
    message = b"v0:" + timestamp.encode() + b":" + body
    matches = [
        hmac.compare_digest(
            f"v0={hmac.digest(secret.encode(), message, 'sha256').hex()}", signature
        )
        for secret in secrets
        if secret
    ]
    return any(matches)


#: As long as Powertools keeps a parameter.
CACHE_SECONDS = 300.0
#: How soon after a read a signature that matches no secret causes another: a rotation is noticed
#: at once, while wrong signatures cause a read or two a minute, not one each.
REREAD_SECONDS = 30.0
MAX_SECRETS = 2


class SecretsUnavailable(TariffError):
    """No secret could ever be read, so no signature can be checked."""


class SigningSecrets:
    """Secrets that ``load`` reads on first use, kept for five minutes.

    ``load`` returns one or two secrets, the newer first, separated by white space or a comma. If
    it raises StoreUnavailable, the secrets of the last read stay valid. ``clock`` is the time of
    day in seconds, since a monotonic clock may stand still between two calls.
    """

    def __init__(self, load: Callable[[], str], *, clock: Callable[[], float] = time.time) -> None:
        self._load = load
        self._clock = clock
        self._secrets: tuple[str, ...] = ()
        self._read_at = -math.inf

    def current(self) -> tuple[str, ...]:
        """Return one or two secrets; raises SecretsUnavailable if none was ever read."""
        self._read(CACHE_SECONDS)
        if not self._secrets:
            raise SecretsUnavailable("There is no signing secret to check Slack's signature with.")
        return self._secrets

    def changed(self) -> tuple[str, ...]:
        """Other secrets than before, after another read at most every 30 seconds; else nothing."""
        before = self._secrets
        self._read(REREAD_SECONDS)
        return self._secrets if self._secrets != before else ()

    def _read(self, after_seconds: float) -> None:
        moment = self._clock()
        if 0 <= moment - self._read_at < after_seconds:
            return
        try:
            found = tuple(self._load().replace(",", " ").split())
        except StoreUnavailable:
            # Without any secret, the next request reads again.
            self._read_at = moment if self._secrets else -math.inf
            return
        self._read_at = moment
        if 1 <= len(found) <= MAX_SECRETS:
            self._secrets = found
