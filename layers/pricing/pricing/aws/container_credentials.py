"""The credentials of a function that was restored from a snapshot (SnapStart).

Such a function finds in its environment the address and the token with which it fetches its
credentials, in place of the credentials themselves. botocore does that too, but takes a third of a
cold start to import and would fetch them for every read of the store.
"""

import http.client
import json
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from pricing.aws.signed_client import Credentials
from pricing.errors import StoreUnavailable

#: New ones are fetched this long before the old ones expire; AWS has new ones by then.
EARLY = timedelta(minutes=5)
_TIMEOUT_SECONDS = 2.0
#: By address: the credentials, and when to fetch them again.
_kept: dict[str, tuple[Credentials, datetime]] = {}


def current(address: str, token: str | None) -> Credentials:
    """Return the credentials at this address; raises StoreUnavailable where there are none."""
    now = datetime.now(UTC)
    if address in _kept and now < _kept[address][1]:
        return _kept[address][0]
    try:
        found, expires = _fetched(address, token)
    except (OSError, http.client.HTTPException, LookupError, TypeError, ValueError) as error:
        raise StoreUnavailable(
            "There are no AWS credentials to read the price store with.", cause=type(error).__name__
        ) from error
    _kept[address] = found, expires - EARLY
    return found


def _fetched(address: str, token: str | None) -> tuple[Credentials, datetime]:
    url = urlsplit(address)
    connection = http.client.HTTPConnection(url.netloc, timeout=_TIMEOUT_SECONDS)
    headers = {"authorization": token} if token else {}
    try:
        connection.request(
            "GET", f"{url.path}?{url.query}" if url.query else url.path, None, headers
        )
        response = connection.getresponse()
        content = response.read()
    finally:
        connection.close()
    if response.status != http.client.OK:
        raise ValueError(response.status)
    answer = json.loads(content)
    found = Credentials(answer["AccessKeyId"], answer["SecretAccessKey"], answer["Token"])
    return found, datetime.fromisoformat(answer["Expiration"])
