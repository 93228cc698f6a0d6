"""The app's signing secrets: one, or during a rotation two, as a secret store holds them.

Powertools' ``parameters`` would read and cache them too, but importing it imports boto3, several
times what the rest of an acknowledgement takes (docs/decisions.md).
"""

import math
import time
from collections.abc import Callable

from pricing.errors import StoreUnavailable, TariffError

#: As long as Powertools keeps a parameter.
CACHE_SECONDS = 300.0
#: How soon after a read a signature that no secret fits may cause another: a rotation is noticed
#: at once, and whoever sends wrong signatures causes a read or two a minute, not one each.
REREAD_SECONDS = 30.0
MAX_SECRETS = 2


class SecretsUnavailable(TariffError):
    """No secret could be read, now or before: no request can be told to be Slack's."""


class SigningSecrets:
    """Secrets read by ``load`` when first wanted, and kept for five minutes.

    ``load`` returns one or two secrets, the newer first, with white space or a comma between
    them; it raises StoreUnavailable. While it does, the secrets read last still count.
    """

    def __init__(
        self, load: Callable[[], str], *, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._load = load
        self._monotonic = monotonic
        self._secrets: tuple[str, ...] = ()
        self._read_at = -math.inf

    def current(self) -> tuple[str, ...]:
        """One or two secrets; raises SecretsUnavailable when none could ever be read."""
        self._read(CACHE_SECONDS)
        if not self._secrets:
            raise SecretsUnavailable("There is no signing secret to check Slack's signature with.")
        return self._secrets

    def changed(self) -> tuple[str, ...]:
        """The secrets, read again if the last read is half a minute old and they are others now."""
        before = self._secrets
        self._read(REREAD_SECONDS)
        return self._secrets if self._secrets != before else ()

    def _read(self, after_seconds: float) -> None:
        moment = self._monotonic()
        if moment - self._read_at < after_seconds:
            return
        try:
            found = tuple(self._load().replace(",", " ").split())
        except StoreUnavailable:
            # Asked again at the next request when there is nothing to go on with.
            self._read_at = moment if self._secrets else -math.inf
            return
        self._read_at = moment
        if 1 <= len(found) <= MAX_SECRETS:
            self._secrets = found
