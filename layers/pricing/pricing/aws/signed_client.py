"""The few AWS calls of the hot path, signed with the standard library alone.

Importing an AWS SDK takes several times as long as the whole answer (decision D5), so the hot path
signs its own calls. Changes of price versions use boto3. The signature is AWS Signature Version 4;
tests compare it with botocore's own signer.
"""

import base64
import hashlib
import hmac
import http.client
import json
import ssl
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pricing.deadline import post
from pricing.errors import StoreUnavailable
from pricing.values import immutable

#: The authorities that AWS's services are certified by. Reading these six instead of the system's
#: 140 spares a cold start 25 ms.
AMAZON_ROOTS = Path(__file__).with_name("amazon_roots.pem")
#: What a kept connection raises that the service has closed meanwhile.
_CLOSED = (ConnectionResetError, BrokenPipeError)
#: What a caller can do about a service that is down.
AGAIN = "Try again in a few seconds."


@immutable
class Service:
    """An AWS service that speaks JSON: its name in messages and in signatures, and its targets."""

    name: str
    signing_name: str
    target: str
    content_type: str = "application/x-amz-json-1.0"


DYNAMODB = Service("The price store", "dynamodb", "DynamoDB_20120810")


@immutable
class Credentials:
    """AWS credentials; the token is None for long-lived keys."""

    access_key: str
    secret_key: str
    token: str | None


class AwsJson:
    """Calls of one service: a JSON object in, a JSON object out.

    ``endpoint`` is ``http(s)://host[:port]``; ``credentials`` is called once per request, since
    they rotate. ``timeout_seconds`` covers a whole call, from the name look-up to the answer's
    last byte. ``ca_file`` has the authorities to trust; by default these are Amazon's own for
    AWS, and the system's for another endpoint. With ``keep_connection`` the next call uses the
    same connection. If the service has closed it meanwhile, the call is sent again on a new one:
    use it only for calls that change nothing. Raises StoreUnavailable for anything but a
    successful answer.
    """

    def __init__(
        self,
        service: Service,
        *,
        endpoint: str,
        region: str,
        credentials: Callable[[], Credentials],
        timeout_seconds: float = 2,
        ca_file: str | None = None,
        keep_connection: bool = False,
    ) -> None:
        self._service = service
        self._url = urlsplit(endpoint)
        self._region = region
        self._credentials = credentials
        self._timeout_seconds = timeout_seconds
        self._ca_file = ca_file
        self._keep = keep_connection
        #: A deque, since threads may share a client.
        self._kept: deque[http.client.HTTPConnection] = deque()

    def __del__(self) -> None:
        for connection in self._kept:
            connection.close()

    def call(self, operation: str, request: Mapping[str, Any]) -> dict[str, Any]:
        """The service's answer; binary values come as bytes."""
        service = self._service
        body = json.dumps(request).encode()
        headers = sign(
            body,
            {
                "content-type": service.content_type,
                "host": self._url.netloc,
                "x-amz-target": f"{service.target}.{operation}",
            },
            region=self._region,
            service=service.signing_name,
            credentials=self._credentials(),
            at=datetime.now(UTC),
        )
        try:
            status, content = self._post(body, headers)
        except (OSError, http.client.HTTPException) as error:
            raise StoreUnavailable(
                f"{service.name} did not answer. {AGAIN}", cause=type(error).__name__
            ) from error
        return _answer(service.name, status, content)

    def _post(self, body: bytes, headers: Mapping[str, str]) -> tuple[int, bytes]:
        with suppress(IndexError, *_CLOSED):
            return self._exchange(self._kept.pop(), body, headers)
        return self._exchange(self._connect(), body, headers)

    def _exchange(
        self, connection: http.client.HTTPConnection, body: bytes, headers: Mapping[str, str]
    ) -> tuple[int, bytes]:
        seconds = self._timeout_seconds
        answer = post(connection, "/", body, headers, seconds=seconds, keep=self._keep)
        if self._keep:
            self._kept.append(connection)
        return answer

    def _connect(self) -> http.client.HTTPConnection:
        if self._url.scheme != "https":
            return http.client.HTTPConnection(self._url.netloc, timeout=self._timeout_seconds)
        return http.client.HTTPSConnection(
            self._url.netloc, timeout=self._timeout_seconds, context=self._tls
        )

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        """Made once: reading the certificate authorities takes longer than the request."""
        file = self._ca_file
        if file is None and str(self._url.hostname).endswith(".amazonaws.com"):
            file = str(AMAZON_ROOTS)
        return ssl.create_default_context(cafile=file)


class DynamoReader(AwsJson):
    """``get_item`` and ``query``, called and answering like boto3's low-level client."""

    def __init__(
        self,
        *,
        endpoint: str,
        region: str,
        credentials: Callable[[], Credentials],
        timeout_seconds: float = 2,
        ca_file: str | None = None,
    ) -> None:
        super().__init__(
            DYNAMODB,
            endpoint=endpoint,
            region=region,
            credentials=credentials,
            timeout_seconds=timeout_seconds,
            ca_file=ca_file,
            keep_connection=True,
        )

    def get_item(self, **request: Any) -> dict[str, Any]:
        """GetItem; binary values come as bytes."""
        return self.call("GetItem", request)

    def query(self, **request: Any) -> dict[str, Any]:
        """Query; binary values come as bytes."""
        return self.call("Query", request)


def sign(
    body: bytes,
    headers: Mapping[str, str],
    *,
    region: str,
    service: str,
    credentials: Credentials,
    at: datetime,
) -> dict[str, str]:
    """The headers of a ``POST /``, with the SigV4 date, token and Authorization added.

    ``headers`` have lower-case names and include ``host``; all of them are signed.
    """
    stamp = at.strftime("%Y%m%dT%H%M%SZ")
    scope = f"{stamp[:8]}/{region}/{service}/aws4_request"
    signed = {**headers, "x-amz-date": stamp}
    if credentials.token:
        signed["x-amz-security-token"] = credentials.token
    names = sorted(signed)
    canonical_request = "\n".join(
        [
            "POST",
            "/",
            "",
            *(f"{name}:{signed[name]}" for name in names),
            "",
            ";".join(names),
            hashlib.sha256(body).hexdigest(),
        ]
    )
    to_sign = "\n".join(
        ["AWS4-HMAC-SHA256", stamp, scope, hashlib.sha256(canonical_request.encode()).hexdigest()]
    )
    key = f"AWS4{credentials.secret_key}".encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    signature = hmac.digest(key, to_sign.encode(), "sha256").hex()
    signed["authorization"] = (
        f"AWS4-HMAC-SHA256 Credential={credentials.access_key}/{scope},"
        f" SignedHeaders={';'.join(names)}, Signature={signature}"
    )
    return signed


def _answer(service: str, status: int, content: bytes) -> dict[str, Any]:
    try:
        document = json.loads(content, object_hook=_decode_binary)
    except (ValueError, RecursionError) as error:
        raise _unreadable(service, f"{status} without JSON") from error
    if not isinstance(document, dict):
        raise _unreadable(service, f"{status} without a JSON object")
    if status != http.client.OK:
        kind = str(document.get("__type", "")).rpartition("#")[2]
        raise StoreUnavailable(
            f"{service} refused to answer. {AGAIN} If it goes on, report the request id.",
            cause=f"{status} {kind}",
        )
    return document


def _unreadable(service: str, cause: str) -> StoreUnavailable:
    return StoreUnavailable(f"{service} gave no answer that can be read. {AGAIN}", cause=cause)


def _decode_binary(members: dict[str, Any]) -> dict[str, Any]:
    """The wire carries binary attribute values as base64 text; boto3 hands out bytes."""
    text = members.get("B")
    return {"B": base64.b64decode(text)} if len(members) == 1 and isinstance(text, str) else members
