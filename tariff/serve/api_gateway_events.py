"""HTTP requests as API Gateway events (HTTP API, payload format 2.0), and replies as HTTP.

Where AWS's documentation says nothing, this follows what deployed HTTP APIs do: the path arrives
decoded, and only a few media types arrive as text, all others as base64.

Without an issuer (``tariff serve --jwt-issuer``), no authoriser runs here. The header
``x-local-caller`` names the caller; without it the caller is ``local``, with every right, since the
gateway answers loopback only. The header is taken out of the request and becomes the claims that
API Gateway's JWT authoriser passes on. Deployed functions read those claims and never the header.
"""

import base64
import binascii
import json
import re
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from tariff.serve.routes import Match

Event = dict[str, Any]
Header = tuple[str, str]

ACCOUNT_ID = "123456789012"
API_ID = "local"
STAGE = "$default"
CALLER_HEADER = "x-local-caller"

#: Sent as text, like ``text/*``; everything else, and a body of no declared type, is base64.
TEXT_TYPES = frozenset({"application/json", "application/javascript", "application/xml"})
#: Headers between the caller and API Gateway; functions never receive them.
_HOP_BY_HOP = frozenset(
    {"connection", "expect", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade"}
)
_DEFAULT_CONTENT_TYPE = "text/plain; charset=utf-8"


class InvalidReply(ValueError):
    """API Gateway cannot turn the function's answer into HTTP; it answers 500."""


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """A request as received. ``target`` is that of the request line; ``body`` is complete."""

    method: str
    target: str
    protocol: str
    headers: tuple[Header, ...]
    body: bytes
    source_ip: str
    port: int

    @property
    def path(self) -> str:
        """The path, percent-decoded: API Gateway decodes it before it matches routes."""
        raw = self.target if self.target.startswith("/") else urlsplit(self.target).path
        return unquote(raw.partition("?")[0]) or "/"

    @property
    def raw_query(self) -> str:
        """The query string as sent, without its question mark."""
        return self.target.partition("?")[2]


@dataclass(frozen=True, slots=True)
class HttpReply:
    """A reply to send, without the headers that the server adds to every reply."""

    status: int
    headers: tuple[Header, ...]
    body: bytes


def event_from(
    request: HttpRequest,
    match: Match,
    *,
    request_id: str,
    now: datetime,
    authorised: Mapping[str, Any] | None = None,
) -> Event:
    """Return the event that API Gateway passes to the matched route's function.

    ``authorised`` is what an authoriser found; None where none runs: callers name themselves.
    """
    headers = _headers(request)
    caller = headers.pop(CALLER_HEADER, "").strip()
    if authorised is None:
        authorised = {"jwt": {"claims": {"sub": caller}, "scopes": None}} if caller else {}
    claims = {"authorizer": dict(authorised)} if authorised else {}
    host = re.sub(r":\d+$", "", headers["host"])
    path = request.path
    event: Event = {
        "version": "2.0",
        "routeKey": match.route.key,
        "rawPath": path,
        "rawQueryString": request.raw_query,
        "headers": headers,
        "requestContext": {
            "accountId": ACCOUNT_ID,
            "apiId": API_ID,
            **claims,
            "domainName": host,
            "domainPrefix": host.partition(".")[0],
            "http": {
                "method": request.method,
                "path": path,
                "protocol": request.protocol,
                "sourceIp": request.source_ip,
                "userAgent": headers.get("user-agent", ""),
            },
            "requestId": request_id,
            "routeKey": match.route.key,
            "stage": STAGE,
            "time": f"{now:%d/%b/%Y:%H:%M:%S %z}",
            "timeEpoch": int(now.timestamp() * 1000),
        },
        "isBase64Encoded": False,
    }
    if cookies := _cookies(request):
        event["cookies"] = cookies
    if query := parse_qsl(request.raw_query, keep_blank_values=True):
        event["queryStringParameters"] = _joined(query)
    if match.path_parameters:
        event["pathParameters"] = dict(match.path_parameters)
    if request.body:
        event["body"], event["isBase64Encoded"] = _body(request.body, headers)
    return event


def new_request_id() -> str:
    """Return a random id in API Gateway's form: 16 characters, of which the last is ``=``."""
    return base64.urlsafe_b64encode(secrets.token_bytes(11)).decode()


def _headers(request: HttpRequest) -> dict[str, str]:
    received = _joined(
        (lower, value)
        for name, value in request.headers
        if (lower := name.lower()) != "cookie" and lower not in _HOP_BY_HOP
    )
    forwarded = received.get("x-forwarded-for")
    added = {
        "x-forwarded-for": f"{forwarded}, {request.source_ip}" if forwarded else request.source_ip,
        "x-forwarded-port": str(request.port),
        "x-forwarded-proto": "http",
    }
    if request.body:
        added["content-length"] = str(len(request.body))
    return {"host": "", **received, **added}


def _joined(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Join the values of repeated names with commas, in the order received."""
    values: dict[str, list[str]] = {}
    for name, value in pairs:
        values.setdefault(name, []).append(value)
    return {name: ",".join(repeated) for name, repeated in values.items()}


def _cookies(request: HttpRequest) -> list[str]:
    sent = ";".join(value for name, value in request.headers if name.lower() == "cookie")
    return [cookie.strip() for cookie in sent.split(";") if cookie.strip()]


def _body(body: bytes, headers: Mapping[str, str]) -> tuple[str, bool]:
    media_type = headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type.startswith("text/") or media_type in TEXT_TYPES:
        try:
            return body.decode(), False
        except UnicodeDecodeError:
            pass  # base64 keeps every byte that was sent
    return base64.b64encode(body).decode(), True


def reply_from(result: Any) -> HttpReply:
    """Turn a function's result into HTTP; raises InvalidReply where API Gateway would refuse it.

    An object with ``statusCode`` is a whole reply; anything else is the body of a 200.
    """
    if not isinstance(result, dict) or "statusCode" not in result:
        body = result if isinstance(result, str) else json.dumps(result, ensure_ascii=False)
        return HttpReply(200, (("content-type", "application/json"),), body.encode())
    status = result["statusCode"]
    if type(status) is not int or not 100 <= status <= 599:  # noqa: PLR2004 - HTTP's own range
        raise InvalidReply(f"statusCode is {status!r}, not an HTTP status")
    headers = [_header(name, value) for name, value in (result.get("headers") or {}).items()]
    headers += [_header("set-cookie", cookie) for cookie in result.get("cookies") or ()]
    if "content-type" not in {name.lower() for name, _ in headers}:
        headers.append(("content-type", _DEFAULT_CONTENT_TYPE))
    return HttpReply(status, tuple(headers), _reply_body(result))


def gateway_reply(status: int, message: str) -> HttpReply:
    """Return a reply of API Gateway itself."""
    body = json.dumps({"message": message}, separators=(",", ":")).encode()
    return HttpReply(status, (("content-type", "application/json"),), body)


def _header(name: str, value: object) -> Header:
    text = str(value).lower() if isinstance(value, bool) else str(value)
    if not isinstance(value, str | int | float) or not text.isprintable() or not text.isascii():
        raise InvalidReply(f"the header {name} is {value!r}, not one line of ASCII text")
    return name, text


def _reply_body(result: Mapping[str, Any]) -> bytes:
    body = result.get("body")
    if body is None:
        return b""
    if not isinstance(body, str):
        raise InvalidReply(f"body is of type {type(body).__name__}, not a string")
    if not result.get("isBase64Encoded"):
        return body.encode()
    try:
        return base64.b64decode(body, validate=True)
    except (binascii.Error, ValueError) as error:
        raise InvalidReply("isBase64Encoded is true, but body is not base64") from error
