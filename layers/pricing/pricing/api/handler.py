"""Handle every function's requests: an API Gateway event in, a typed answer or problem+json out.

API Gateway has already matched the route and decoded its path parameters, so dispatch is one
dictionary look-up by ``routeKey``. Errors become statuses here and nowhere else.
"""

import base64
import binascii
import hashlib
import json
import re
import time
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, quote

from pydantic import BaseModel

from pricing import errors
from pricing.api import quick_start
from pricing.api.request_log import RequestLog, note_problem
from pricing.aws.logs import correlate
from pricing.aws.settings import settings
from pricing.jsonio import MAX_BODY_BYTES, members, read_json, to_json
from pricing.timestamps import Now
from pricing.validation import bad_parameters, parse, parse_query
from pricing.values import immutable

Event = Mapping[str, Any]
Reply = dict[str, Any]

#: Most specific type first: the first that fits decides.
STATUSES: tuple[tuple[type[errors.TariffError], int, str, str], ...] = (
    (errors.UnknownModel, 404, "unknown-model", "Unknown model"),
    (errors.UnknownVersion, 404, "unknown-version", "Unknown price version"),
    (errors.UnknownPolicy, 404, "unknown-policy", "Unknown routing policy"),
    (errors.UnknownRateCard, 404, "unknown-rate-card", "Unknown rate card"),
    (errors.NotFound, 404, "not-found", "Not found"),
    (errors.MethodNotAllowed, 405, "method-not-allowed", "Method not allowed"),
    (errors.MalformedRequest, 400, "malformed-json", "Malformed JSON"),
    (errors.BodyTooLarge, 413, "body-too-large", "Body too large"),
    (errors.UnsupportedMediaType, 415, "unsupported-media-type", "Unsupported media type"),
    (errors.Forbidden, 403, "forbidden", "Not allowed"),
    (errors.Busy, 429, "too-many-requests", "Too many requests"),
    (errors.Unpriced, 422, "unpriced", "No known price"),
    (errors.InvalidRequest, 422, "invalid-request", "Invalid request"),
    (errors.Conflict, 409, "conflict", "Conflict"),
    (errors.StoreUnavailable, 503, "store-unavailable", "Price store unavailable"),
    (errors.CorruptBook, 503, "corrupt-version", "Price version damaged"),
)
RETRY_AFTER_SECONDS = "5"
SECURITY_HEADERS = {
    "x-content-type-options": "nosniff",
    "strict-transport-security": "max-age=63072000; includeSubDomains",
}
#: A page contains its style, loads nothing, and must not be framed.
PAGE_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:;"
    " base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
#: What Lambda hands on of a function, as its runtime writes it; the headers take the rest.
MAX_REPLY_BYTES = 6_291_556 - 4_096
#: Media types of a body that is a file of records, and the kind of file.
FILES: Mapping[str, str] = {
    "application/jsonl": "jsonl",
    "application/x-ndjson": "jsonl",
    "text/event-stream": "jsonl",
    "text/csv": "csv",
    "text/tab-separated-values": "csv",
    "application/vnd.apache.parquet": "parquet",
}
#: How exports begin that are posted as JSON: with a list, or the name of one.
_EXPORT = re.compile(
    rb'\s*(?:\[|\{\s*"(?:data|object|resourceSpans|resourceLogs|spans|observations|messages|items'
    rb'|generations|traces|rows|results|runs|logs|events|entries|hits|content|daily|sessions)")'
)
#: Members of an answer with the price version it used, the date, and its freshness.
_PROVENANCE = frozenset({"pricing", "from_pricing", "to_pricing"})
#: API Gateway's route for requests that no other route matches.
DEFAULT_ROUTE = "$default"
IDEMPOTENCY_HEADER = "idempotency-key"
#: What an Idempotency-Key may be. Visible ASCII: a header holds no more that every client and
#: proxy passes on unchanged.
KEY_FORM = re.compile(r"[!-~]{1,128}", re.ASCII)
#: The caller where a gateway has no authoriser: who can reach it may do everything.
LOCAL = "local"
MAX_CALLER_CHARACTERS = 256


@immutable
class Call:
    """What a responder may know of the request beyond its parsed body or query."""

    now: datetime
    path: Mapping[str, str]
    event: Event
    #: A body that is a file, where the route takes them, and its kind: it is not parsed as a whole.
    lines: bytes | None = None
    kind: str = ""

    @property
    def caller(self) -> str:
        """The IAM principal's ARN, or ``jwt:`` with the token's subject.

        Raises Forbidden for a deployed request that names neither, since it could not be recorded
        who did it.
        """
        iam, claims = self._authorized("iam"), self._authorized("jwt").get("claims") or {}
        subject = claims.get("sub")
        caller = f"jwt:{subject}" if subject else iam.get("userArn")
        if not caller and settings.in_lambda:
            raise errors.Forbidden(
                "This request does not say who sends it. Send a token with a subject (`sub`), or"
                " sign it with the credentials of an IAM user or role."
            )
        return str(caller or LOCAL)[:MAX_CALLER_CHARACTERS]

    @property
    def is_administrator(self) -> bool:
        """Whether the caller's token has the administrators' scope.

        Where nothing is deployed, every caller is an administrator. What an IAM principal may do
        is in its policies, which no request contains: it is not one here.
        """
        if not settings.in_lambda:
            return True
        claims = self._authorized("jwt").get("claims") or {}
        scopes = str(claims.get("scope") or claims.get("scp") or "")
        return settings.admin_scope in scopes.strip("[]").replace(",", " ").split()

    def _authorized(self, kind: str) -> Mapping[str, Any]:
        authorizer = self.event["requestContext"].get("authorizer") or {}
        found: Mapping[str, Any] = authorizer.get(kind) or {}
        return found

    @property
    def idempotency_key(self) -> str | None:
        """The ``Idempotency-Key`` sent, if any; raises InvalidRequest for one out of form."""
        key: str | None = self.event["headers"].get(IDEMPOTENCY_HEADER)
        if key is not None and not KEY_FORM.fullmatch(key):
            detail = "must have 1 to 128 visible ASCII characters, without spaces"
            raise errors.InvalidRequest.at("/Idempotency-Key", detail)
        return key


@immutable
class Asset:
    """A ready-made body that is not a typed answer: a page or a generated document."""

    content_type: str
    #: Bytes are sent as base64, which API Gateway decodes.
    text: str | bytes
    cache_control: str = "public, max-age=300"


@immutable
class Route:
    """One route: what it accepts, what it answers, and its description in the reference.

    ``body`` and ``query`` validate the request; the one that is set is handed to ``respond``.
    ``raises`` are the errors the reference lists besides those of every route.
    """

    method: str
    path: str
    respond: Callable[[Any, Call], Any]
    answer: type
    summary: str
    body: type[BaseModel] | None = None
    query: type[BaseModel] | None = None
    raises: tuple[type[errors.TariffError], ...] = ()
    etag: bool = False
    open_to_all: bool = False
    max_body_bytes: int = MAX_BODY_BYTES
    max_lines_bytes: int = MAX_BODY_BYTES
    #: Whether ``Idempotency-Key`` is honoured.
    idempotent: bool = False
    #: The status of a successful answer: 202 if the work has only been started.
    status: int = 200
    #: Validates the query of a body that is a file, which ``respond`` finds in its call.
    lines: type[BaseModel] | None = None
    #: Whether a JSON body is such a file, where its first characters do not tell it.
    is_export: Callable[[bytes], bool] | None = None
    #: Media types it can answer with besides JSON.
    formats: tuple[str, ...] = ()
    #: What it answers, with 202, where the work has only been started.
    started: type | None = None

    @property
    def key(self) -> str:
        """The ``routeKey`` API Gateway puts into its events."""
        return self.path if self.path == DEFAULT_ROUTE else f"{self.method} {self.path}"

    @property
    def spec_path(self) -> str:
        """The path as OpenAPI writes it, which knows no greedy ``{name+}``."""
        return self.path.replace("+}", "}")


def serve(*routes: Route) -> Callable[[Event, object], Reply]:
    """The ``lambda_handler`` of a function that answers these routes."""
    by_key = {route.key: route for route in routes}
    log = RequestLog()

    def lambda_handler(event: Event, _context: object) -> Reply:
        started = time.perf_counter()
        request_id = event["requestContext"]["requestId"]
        correlate(request_id)
        notes: dict[str, Any] = {}
        try:
            route = by_key.get(event["routeKey"])
            if route is None:
                raise errors.NotFound("There is no such route; GET /openapi.json lists them all.")
            reply = _answer(route, event, notes)
            if not fits(reply["body"]):
                raise errors.InvalidRequest(
                    "The answer would be larger than the 6 MB that can be sent. Ask for less at"
                    " once: fewer items, tables or models."
                )
        except errors.TariffError as error:
            reply = _problem(error, event, request_id)
            note_problem(error, notes, ours=reply["statusCode"] >= 500)
        except Exception as error:  # noqa: BLE001 - a caller never sees a stack trace
            reply = _unexpected(event, request_id)
            note_problem(error, notes, ours=True)
        reply["headers"]["x-request-id"] = request_id
        reply["headers"] |= SECURITY_HEADERS
        log.write(event, reply["statusCode"], started, notes)
        return reply

    requests = {request for route in routes for request in (route.body, route.query) if request}
    quick_start.ready([request.model_rebuild for request in requests])
    return lambda_handler


def fits(body: str) -> bool:
    """Whether an answer can be sent: Lambda's runtime writes it as a JSON string, in UTF-8."""
    if len(body) * 7 <= MAX_REPLY_BYTES:  # an escaped control character, escaped again
        return True
    return len(json.dumps(body, ensure_ascii=False).encode()) <= MAX_REPLY_BYTES


def _answer(route: Route, event: Event, notes: dict[str, Any]) -> Reply:
    request: Any = None
    lines: bytes | None = None
    kind = None if route.lines is None else _file_kind(event, route.is_export)
    if route.lines is not None and kind is not None:
        lines = _lines(event, route.max_lines_bytes)
        request = parse_query(route.lines, _query(event))
    elif route.body is not None:
        if unread := _query(event):  # ``?dry=1`` would be taken for a promise
            raise bad_parameters(
                unread, "{} belongs in the JSON body; this route takes no query parameters."
            )
        body = _body(event, FILES if route.lines else ())
        request = parse(route.body, read_json(body, max_bytes=route.max_body_bytes))
    elif route.query is not None:
        request = parse_query(route.query, _query(event))
    path = event.get("pathParameters") or {}
    call = Call(datetime.now(UTC), path, event, lines, kind or "")
    answer = route.respond(request, call)
    if isinstance(answer, Asset):
        reply = _reply(200, answer.text, answer.content_type, answer.cache_control)
        if answer.content_type.startswith("text/html"):
            reply["headers"]["content-security-policy"] = PAGE_POLICY
        return reply
    pricing = getattr(answer, "pricing", None)
    if pricing is not None:
        notes["pricing_version"], notes["stale"] = pricing.version, pricing.stale
    if not route.etag:
        begun = route.started is not None and isinstance(answer, route.started)
        status = 202 if begun else route.status
        return _reply(status, to_json(answer), "application/json", "no-store")
    etag = _etag(answer)
    reply = _reply(200, to_json(answer), "application/json", "no-cache")
    if _matches(event["headers"].get("if-none-match", ""), etag):
        reply = _reply(304, "", "application/json", "no-cache")
    reply["headers"]["etag"] = etag
    return reply


def _query(event: Event) -> Mapping[str, str]:
    """The query's parameters; raises InvalidRequest for one that is given twice.

    API Gateway joins the values of such a one with commas, which would be read as one odd value.
    """
    parameters: Mapping[str, str] = event.get("queryStringParameters") or {}
    if not parameters:
        return parameters
    sent = parse_qsl(event.get("rawQueryString") or "", keep_blank_values=True)
    counts = Counter(name for name, _ in sent)
    if repeated := [name for name, times in counts.items() if times > 1]:
        raise bad_parameters(repeated, "is given more than once; send it once")
    return parameters


def _body(event: Event, files: Collection[str] = ()) -> bytes:
    """The body's bytes; raises UnsupportedMediaType, or MalformedRequest for broken base64."""
    media_type = _media_type(event)
    if media_type != "application/json" and not media_type.endswith("+json"):
        raise errors.UnsupportedMediaType(
            "Send the body as JSON, with the header content-type: application/json"
            + (f", or a file as one of {', '.join(files)}." if files else ".")
        )
    return _bytes(event)


def _media_type(event: Event) -> str:
    text: str = event["headers"].get("content-type", "")
    return text.partition(";")[0].strip().lower()


def _file_kind(event: Event, is_export: Callable[[bytes], bool] | None) -> str | None:
    """The kind of file that the body is, None for one JSON document with the request's fields."""
    media_type = _media_type(event)
    if media_type == "application/json":
        body = _bytes(event)
        return "json" if _EXPORT.match(body) or (is_export and is_export(body)) else None
    return FILES.get(media_type)


def _lines(event: Event, max_bytes: int) -> bytes:
    body = _bytes(event)
    if len(body) > max_bytes:
        raise errors.BodyTooLarge(f"The body has {len(body)} bytes; the limit is {max_bytes}.")
    return body


def _bytes(event: Event) -> bytes:
    text: str = event.get("body") or ""
    if event["headers"].get("content-encoding", "identity").strip().lower() not in ("", "identity"):
        raise errors.UnsupportedMediaType(
            "Send the body as it is, without content-encoding. A usage log too large for that can"
            " be a file in S3, whose name may end in .gz."
        )
    if not event.get("isBase64Encoded"):
        return text.encode(errors="surrogatepass")
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        raise errors.MalformedRequest("The body is not what its base64 encoding says.") from None


def _reply(status: int, body: str | bytes, content_type: str, cache_control: str) -> Reply:
    headers = {"content-type": content_type, "cache-control": cache_control}
    if isinstance(body, bytes):
        packed = base64.b64encode(body).decode()
        return {"statusCode": status, "headers": headers, "body": packed, "isBase64Encoded": True}
    return {"statusCode": status, "headers": headers, "body": body}


def _etag(answer: Any) -> str:
    """Return a weak ETag of the answer's content.

    Two things are left out, because they change with every request although the prices do not: a
    moment that defaulted to now, and the freshness of the price version, of which the id counts.
    """
    content = {name: one for name, one in members(answer).items() if not isinstance(one, Now)}
    for name in _PROVENANCE & content.keys():
        content[name] = getattr(answer, name).version
    return f'W/"{hashlib.sha256(to_json(content).encode()).hexdigest()[:32]}"'


def _matches(if_none_match: str, etag: str) -> bool:
    tags = [tag.strip().removeprefix("W/") for tag in if_none_match.split(",")]
    return etag.removeprefix("W/") in tags or "*" in tags


def _problem(error: errors.TariffError, event: Event, request_id: str) -> Reply:
    status, slug, title = next(
        (status, slug, title) for kind, status, slug, title in STATUSES if isinstance(error, kind)
    )
    extra: dict[str, Any] = {}
    if error.errors:
        extra["errors"] = [one._asdict() for one in error.errors]
    if isinstance(error, errors.UnknownModel):
        extra["suggestions"] = error.suggestions
    reply = _problem_reply(status, slug, title, error.detail, event, request_id, extra)
    if status in (429, 503):
        reply["headers"]["retry-after"] = RETRY_AFTER_SECONDS
    return reply


def _unexpected(event: Event, request_id: str) -> Reply:
    detail = f"Something went wrong on our side. Report it with request id {request_id}."
    return _problem_reply(500, "internal-error", "Internal error", detail, event, request_id, {})


def _problem_reply(
    status: int,
    slug: str,
    title: str,
    detail: str,
    event: Event,
    request_id: str,
    extra: Mapping[str, Any],
) -> Reply:
    problem = {
        "type": f"/docs#{slug}",
        "title": title,
        "status": status,
        "detail": detail,
        # API Gateway hands the path over decoded; RFC 9457 wants a URI reference.
        "instance": quote(event["rawPath"], errors="replace"),
        "request_id": request_id,
        **extra,
    }
    return _reply(status, to_json(problem), "application/problem+json", "no-store")
