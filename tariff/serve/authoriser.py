"""API Gateway's JWT authoriser, for a local server that is started with an issuer.

Checks what "Control access to HTTP APIs with JWT authorizers" in API Gateway's developer guide
lists: an RSA signature by a key of the issuer, ``iss``, ``aud`` (or ``client_id`` where there is
none), ``exp``, ``nbf``, ``iat``, and for some routes a scope.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from tariff.serve.api_gateway_events import HttpReply, gateway_reply
from tariff.template import resources

if TYPE_CHECKING:
    from jwt import PyJWKClient

_ALGORITHMS = ["RS256", "RS384", "RS512"]
_FETCH_SECONDS = 5.0

Scopes = Mapping[str, frozenset[str]]


class Unauthorised(Exception):
    """The caller may not call the route; ``reply`` is API Gateway's answer."""

    def __init__(self, reason: str, *, status: int = 401) -> None:
        super().__init__(reason)
        message, error = ("Unauthorized", "invalid_token")
        if status == 403:  # noqa: PLR2004 - a status code is its own name
            message, error = ("Forbidden", "insufficient_scope")
        reply = gateway_reply(status, message)
        challenge = f'Bearer scope="" error="{error}" error_description="{reason}"'
        self.reply = HttpReply(
            reply.status, (*reply.headers, ("www-authenticate", challenge)), reply.body
        )


def scopes_of_routes(template: Mapping[str, Any], admin_scope: str) -> Scopes:
    """Return the scopes of each route that needs a token, by route key; one of them is enough.

    An empty set means that any token of the issuer and audience will do. Open routes are left out.
    """
    found: dict[str, frozenset[str]] = {}
    for api in resources(dict(template), "AWS::Serverless::HttpApi").values():
        for path, operations in api["Properties"]["DefinitionBody"]["paths"].items():
            for method, operation in operations.items():
                _, [with_jwt], _ = operation["security"]["Fn::If"]
                key = path if path == "$default" else f"{method.upper()} {path}"
                found[key] = frozenset(
                    admin_scope if scope == {"Ref": "JwtAdminScope"} else scope
                    for scope in with_jwt["Jwt"]
                )
    return found


@dataclass(frozen=True, slots=True)
class JwtAuthoriser:
    """Checks the tokens of one issuer for one audience."""

    issuer: str
    audience: str
    scopes: Scopes

    def authorise(self, route_key: str, authorization: str) -> dict[str, Any]:
        """Return what an event's ``authorizer`` has for this request; empty for an open route.

        Raises Unauthorised.
        """
        if route_key not in self.scopes:
            return {}
        claims = self._claims(authorization.removeprefix("Bearer ").strip())
        wanted = self.scopes[route_key]
        granted = str(claims.get("scope") or claims.get("scp") or "").split()
        if wanted and wanted.isdisjoint(granted):
            raise Unauthorised("the token lacks the route's scope", status=403)
        texts = {
            name: value if isinstance(value, str) else str(value) for name, value in claims.items()
        }
        return {"jwt": {"claims": texts, "scopes": granted if wanted else None}}

    def _claims(self, token: str) -> dict[str, Any]:
        import jwt

        if not token:
            raise Unauthorised("no token")
        try:
            key = _keys(self.issuer).get_signing_key_from_jwt(token).key
            claims: dict[str, Any] = jwt.decode(
                token,
                key,
                algorithms=_ALGORITHMS,
                issuer=self.issuer,
                options={"require": ["exp", "iss"], "verify_aud": False},
            )
        except jwt.ExpiredSignatureError:
            raise Unauthorised("the token has expired") from None
        except jwt.PyJWTError as error:
            raise Unauthorised(str(error).replace('"', "'").lower()) from None
        named = claims.get("aud", claims.get("client_id"))
        if self.audience not in (named if isinstance(named, list) else [named]):
            raise Unauthorised("invalid audience")
        return claims


@cache
def _keys(issuer: str) -> "PyJWKClient":
    """The issuer's keys, read once; a key that is not among them makes the client read again."""
    import jwt
    import urllib3

    url = f"{issuer.removesuffix('/')}/.well-known/openid-configuration"
    try:
        found = urllib3.request("GET", url, timeout=_FETCH_SECONDS, retries=False).json()
    except (urllib3.exceptions.HTTPError, ValueError):
        raise Unauthorised("OIDC discovery endpoint communication error") from None
    return jwt.PyJWKClient(found["jwks_uri"], timeout=_FETCH_SECONDS)
