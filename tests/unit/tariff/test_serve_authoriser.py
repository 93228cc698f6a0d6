"""Which tokens the local gateway accepts: the rules of API Gateway's JWT authoriser."""

import json
import time
from collections.abc import Iterator
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

from tariff.serve.authoriser import JwtAuthoriser, Unauthorised, scopes_of_routes
from tariff.template import load_template
from tests.support.loopback import LoopbackServer, QuietHandler, serving

KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
ANOTHER_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
ESTIMATE, REFRESH, DOCS = "POST /v1/estimate", "POST /v1/pricing/refresh", "GET /docs"


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    """A provider's two public documents."""

    class Provider(QuietHandler):
        def respond(self) -> None:
            address = f"http://{self.headers['host']}"
            document: dict[str, Any] = {"issuer": address, "jwks_uri": f"{address}/keys"}
            if self.path == "/keys":
                public = RSAAlgorithm.to_jwk(KEY.public_key(), as_dict=True)
                document = {"keys": [{**public, "kid": "first", "use": "sig"}]}
            self.reply(json.dumps(document).encode())

    with serving(LoopbackServer(Provider)) as server:
        yield server.url


@pytest.fixture
def authoriser(issuer: str) -> JwtAuthoriser:
    scopes = scopes_of_routes(load_template(), "tariff/admin")
    return JwtAuthoriser(issuer, "tariff-api", scopes)


def token(issuer: str, *, key: Any = KEY, kid: str = "first", **changes: Any) -> str:
    """A good token, with changes; None leaves a claim out. Moments are seconds from now."""
    good = {"iss": issuer, "sub": "grace", "aud": "tariff-api", "iat": 0, "exp": 60}
    now = int(time.time())
    claims = {
        name: value + now if isinstance(value, int) else value
        for name, value in (good | changes).items()
        if value is not None
    }
    algorithm = "HS256" if isinstance(key, str) else "RS256"
    return jwt.encode(claims, key, algorithm, headers={"kid": kid})


def refused(authoriser: JwtAuthoriser, route: str, authorization: str) -> tuple[int, str]:
    with pytest.raises(Unauthorised) as found:
        authoriser.authorise(route, authorization)
    reply = found.value.reply
    return reply.status, dict(reply.headers)["www-authenticate"]


@pytest.mark.parametrize("prefix", ["Bearer ", ""])
def test_a_token_of_the_issuer_for_the_audience_names_its_caller(
    authoriser: JwtAuthoriser, issuer: str, prefix: str
) -> None:
    found = authoriser.authorise(ESTIMATE, prefix + token(issuer))["jwt"]
    assert found["claims"]["sub"] == "grace"
    assert isinstance(found["claims"]["exp"], str)  # API Gateway passes on texts
    assert found["scopes"] is None


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": ["another-api", "tariff-api"]},
        {"aud": None, "client_id": "tariff-api"},
        {"exp": 30},
        {"nbf": -1},
    ],
)
def test_what_else_is_accepted(
    authoriser: JwtAuthoriser, issuer: str, changes: dict[str, Any]
) -> None:
    assert authoriser.authorise(ESTIMATE, token(issuer, **changes))


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"aud": "another-api"}, "invalid audience"),
        ({"aud": ["another-api"]}, "invalid audience"),
        ({"aud": "tariff"}, "invalid audience"),
        ({"aud": None}, "invalid audience"),
        # `client_id` counts only where there is no `aud`.
        ({"aud": "another-api", "client_id": "tariff-api"}, "invalid audience"),
        ({"exp": -1}, "the token has expired"),
        ({"exp": None}, "exp"),
        ({"nbf": 600}, "not yet valid"),
        ({"iat": 600}, "not yet valid"),
        ({"iss": "https://elsewhere.example"}, "issuer"),
        ({"key": ANOTHER_KEY}, "signature"),
        ({"kid": "second"}, "unable to find a signing key"),
        ({"key": "a secret that both sides would have to know"}, "alg"),
    ],
)
def test_any_other_token_is_refused_with_the_reason(
    authoriser: JwtAuthoriser, issuer: str, changes: dict[str, Any], reason: str
) -> None:
    status, challenge = refused(authoriser, ESTIMATE, f"Bearer {token(issuer, **changes)}")
    assert status == 401
    assert reason in challenge
    assert challenge.count('"') == 6  # a reason in quotation marks would end the text


@pytest.mark.parametrize("authorization", ["", "Bearer ", "Bearer no-token", "Basic Z3JhY2U6"])
def test_anything_but_a_token_is_refused(authoriser: JwtAuthoriser, authorization: str) -> None:
    assert refused(authoriser, ESTIMATE, authorization)[0] == 401


@pytest.mark.parametrize(
    ("claims", "status"),
    [({"scope": "openid tariff/admin"}, 200), ({"scp": "tariff/admin"}, 200), ({}, 403)],
)
def test_administrators_routes_need_their_scope(
    authoriser: JwtAuthoriser, issuer: str, claims: dict[str, str], status: int
) -> None:
    sent = token(issuer, **claims)
    if status == 200:
        assert "tariff/admin" in authoriser.authorise(REFRESH, sent)["jwt"]["scopes"]
    else:
        assert refused(authoriser, REFRESH, sent)[0] == status


def test_open_routes_ask_for_no_token_and_unknown_paths_do(authoriser: JwtAuthoriser) -> None:
    assert authoriser.authorise(DOCS, "") == {}
    assert refused(authoriser, "$default", "")[0] == 401


def test_an_issuer_that_does_not_answer_is_named_as_the_reason() -> None:
    lonely = JwtAuthoriser("http://127.0.0.1:1", "tariff-api", {ESTIMATE: frozenset()})
    assert "OIDC discovery" in refused(lonely, ESTIMATE, "Bearer a.b.c")[1]
