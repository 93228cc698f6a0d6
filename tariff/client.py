"""Ask Tariff a question: in this process with the bundled prices, or a deployment by HTTP.

Both answer with the JSON document of the route. In this process the route's own function parses
the request and computes the answer, so that its figures are the API's.
"""

import json
import os
import sys
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from importlib import import_module
from typing import Any, Protocol
from urllib.parse import quote, urlencode, urlsplit

from tariff.command_line import CommandFailed
from tariff.paths import ROOT
from tariff.quick import counted

#: The folder of the function that answers each route.
FUNCTIONS: Mapping[str, str] = {
    "POST /v1/estimate": "estimate",
    "POST /v1/compare": "compare",
    "POST /v1/recommend": "recommend",
    "POST /v1/plan/caching": "plan",
    "POST /v1/plan/batch": "plan",
    "POST /v1/plan/context": "plan",
    "POST /v1/plan/subscription": "plan",
    "GET /v1/models": "catalogue",
    "GET /v1/models/{provider}/{id+}": "catalogue",
    "GET /v1/pricing/diff": "catalogue",
    "GET /v1/pricing/changes": "catalogue",
}
_LOOPBACK = ("127.0.0.1", "::1", "localhost")
_TIMEOUT_SECONDS = 35.0
_FIRST_ERROR = 400


class Refused(CommandFailed):
    """Tariff refuses the request; the message says what to send instead."""


class Client(Protocol):
    """Tariff, wherever it runs."""

    def ask(self, route: str, sent: Mapping[str, Any], **path: str) -> Any:
        """Return the JSON answer of a route to a body or query; raises Refused."""


def client_of(url: str | None) -> Client:
    """Return the deployment at ``url``, or Tariff's own functions; raises CommandFailed."""
    return Deployment(url) if url else Bundled()


class Bundled:
    """Tariff's functions in this process, on the bundled prices. Nothing is sent anywhere."""

    def __init__(self) -> None:
        os.environ.pop("TARIFF_TABLE", None)  # the setting of a deployed function: its price store

    def ask(self, route: str, sent: Mapping[str, Any], **path: str) -> Any:
        """Answer as the route does."""
        if route == "POST /v1/estimate" and (quick := counted(sent)) is not None:
            return quick
        if str(ROOT) not in sys.path:
            sys.path.insert(0, str(ROOT))
        from pricing.api.handler import Call
        from pricing.errors import TariffError, UnknownModel
        from pricing.jsonio import to_json
        from pricing.validation import parse, parse_query

        routes = import_module(f"functions.{FUNCTIONS[route]}.app").ROUTES
        found = next(known for known in routes if known.key == route)
        try:
            if found.body is not None:
                request: Any = parse(found.body, sent)
            else:
                request = parse_query(found.query, {name: str(sent[name]) for name in sent})
            event: dict[str, Any] = {"headers": {}, "requestContext": {}}
            answer = found.respond(request, Call(datetime.now(UTC), path, event))
        except TariffError as error:
            problem: dict[str, Any] = {"detail": error.detail}
            problem["errors"] = [bad._asdict() for bad in error.errors]
            if isinstance(error, UnknownModel):
                problem["suggestions"] = error.suggestions
            raise Refused(_refusal(problem, sent)) from None
        return json.loads(to_json(answer))


class Deployment:
    """A deployed Tariff, asked with the token in TARIFF_TOKEN or with AWS's own credentials.

    Without a token, requests are signed with Signature Version 4, except for those to this machine.
    """

    def __init__(self, url: str) -> None:
        self._url = url.rstrip("/")
        parts = urlsplit(self._url)
        self._local = parts.hostname in _LOOPBACK
        if parts.scheme != "https" and not (parts.scheme == "http" and self._local):
            raise CommandFailed(f"--url must begin with https://, and {url} does not.")
        self._host = parts.hostname or ""

    def ask(self, route: str, sent: Mapping[str, Any], **path: str) -> Any:
        """Send the request and return the answer."""
        import urllib3

        from pricing.jsonio import to_json

        method, _, template = route.partition(" ")
        target = template.replace("+}", "}").format(
            **{name: quote(value, safe="") for name, value in path.items()}
        )
        headers = {"accept": "application/json"}
        body = b""
        if method == "GET" and sent:
            target += f"?{urlencode(sent)}"
        elif method != "GET":
            body = to_json(dict(sent)).encode()
            headers["content-type"] = "application/json"
        url = self._url + target
        headers |= self._authorised(method, url, headers, body)
        try:
            reply = urllib3.request(
                method, url, body=body or None, headers=headers, redirect=False, retries=False,
                timeout=_TIMEOUT_SECONDS,
            )  # fmt: skip
        except urllib3.exceptions.HTTPError as error:
            late = isinstance(error, urllib3.exceptions.ReadTimeoutError)
            why = f" in {_TIMEOUT_SECONDS:.0f} seconds" if late else ": there is no connection"
            raise CommandFailed(
                f"{self._url} did not answer{why}. Check the address, or leave out --url and"
                " TARIFF_URL to use the prices that come with the command."
            ) from None
        try:
            answer = json.loads(reply.data)
        except ValueError:
            answer = {}
        if reply.status >= _FIRST_ERROR or not answer:
            problem = answer if isinstance(answer, dict) else {}
            refusal = _refusal(problem, sent)
            raise Refused(f"{self._url} answered {reply.status}. {refusal}")
        return answer

    def _authorised(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes
    ) -> dict[str, str]:
        """Return the headers that prove who asks; raises CommandFailed without credentials."""
        if token := os.environ.get("TARIFF_TOKEN"):
            return {"authorization": f"Bearer {token}"}
        if self._local:
            return {}
        from botocore.auth import SigV4Auth
        from botocore.awsrequest import AWSRequest
        from botocore.session import Session

        session = Session()
        credentials = session.get_credentials()
        if credentials is None:
            raise CommandFailed(
                f"{self._url} must know who asks: set TARIFF_TOKEN to a bearer token, or sign in to"
                " AWS so that requests can be signed."
            )
        region = self._host.split(".")[2] if ".execute-api." in self._host else None
        # botocore reads AWS_DEFAULT_REGION and the profile, and not AWS_REGION as other SDKs do.
        region = region or os.environ.get("AWS_REGION") or session.get_config_variable("region")
        if region is None:
            raise CommandFailed("Set AWS_REGION to the deployment's region to sign requests.")
        request = AWSRequest(method=method, url=url, headers=dict(headers), data=body)
        SigV4Auth(credentials, "execute-api", region).add_auth(request)
        return dict(request.headers.items())


def _refusal(problem: Mapping[str, Any], sent: Mapping[str, Any]) -> str:
    """Return what a person needs of a problem: what is wrong, where else, and near names."""
    detail = problem.get("detail") or problem.get("message") or "The answer is not JSON."
    errors = problem.get("errors") or ()
    lines = [str(detail), *(f"  {bad['pointer']} {bad['detail']}" for bad in errors[1:])]
    if errors and "suggestions" in problem:
        named: Any = sent
        with suppress(LookupError, TypeError):  # a name that is not in the request, but in its path
            for part in errors[0]["pointer"].split("/")[1:]:
                named = named[int(part) if isinstance(named, list | tuple) else part]
            lines[0] = f"{named}: {lines[0]}"
    if problem.get("suggestions"):
        lines.append(f"Did you mean {' or '.join(problem['suggestions'])}?")
    return "\n".join(lines)
