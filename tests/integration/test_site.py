"""``GET /openapi.json``, ``GET /docs`` and every wrong turn, through the site's handler."""

import base64
import gzip
import hashlib
import json
import re
from collections.abc import Callable
from pathlib import Path
from types import FunctionType
from typing import Any, cast

import pytest

from tariff.docs import site
from tariff.docs.site import STATIC
from tests.support.handlers import Answer, Event, call, handler


@pytest.fixture(scope="module", autouse=True)
def generated() -> None:
    """The files that the site serves are generated; ``make test`` has them ready."""
    if not site.is_current():
        site.generate()


@pytest.fixture
def recorded(event: Event) -> dict[str, Any]:
    return event("site")


def astray(recorded: dict[str, Any], method: str, path: str) -> Answer:
    """The answer to a request that no other route took."""
    http = {**recorded["requestContext"]["http"], "method": method, "path": path}
    context = {**recorded["requestContext"], "http": http, "routeKey": "$default"}
    changes = {"routeKey": "$default", "rawPath": path, "requestContext": context}
    return call(handler("site"), recorded, **changes)


def test_the_document_is_the_generated_one(recorded: dict[str, Any]) -> None:
    answer = call(handler("site"), recorded)
    assert answer.status == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "public, max-age=300"
    assert answer.body == json.loads((STATIC / "openapi.json").read_bytes())


def test_the_reference_is_the_generated_one_with_its_script_and_a_link_to_the_page(
    recorded: dict[str, Any],
) -> None:
    reply = handler("site")({**recorded, "routeKey": "GET /docs", "rawPath": "/docs"}, None)
    assert reply["statusCode"] == 200
    assert reply["headers"]["content-type"] == "text/html; charset=utf-8"
    assert reply["headers"]["x-content-type-options"] == "nosniff"
    generated = (STATIC / "docs.html").read_text(encoding="utf-8")
    script = re.compile(
        r'<script type="module" src="/assets/docs-[\w-]+\.js"></script>\n(?=</head>)'
    )
    link = '<p><a href="/">Calculator</a></p>\n'
    assert script.sub("", reply["body"]).replace(link, "", 1) == generated
    assert (link in reply["body"]) == bool(script.search(reply["body"]))
    style = generated.split("<style>")[1].split("</style>")[0]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = dict(
        rule.strip().split(" ", 1)
        for rule in reply["headers"]["content-security-policy"].split(";")
    )
    assert policy == {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": f"'self' 'sha256-{digest}'",
        "img-src": "'self' data:",
        "connect-src": "'self'",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'none'",
    }


@pytest.mark.parametrize("path", ["/openapi.json", "/docs"])
def test_each_is_served_as_the_type_that_the_document_promises(
    recorded: dict[str, Any], path: str
) -> None:
    reply = handler("site")({**recorded, "routeKey": f"GET {path}", "rawPath": path}, None)
    paths = json.loads((STATIC / "openapi.json").read_bytes())["paths"]
    (promised,) = paths[path]["get"]["responses"]["200"]["content"]
    assert reply["headers"]["content-type"] == promised


def test_an_unknown_query_parameter_is_refused(recorded: dict[str, Any]) -> None:
    answer = call(handler("site"), recorded, queryStringParameters={"pretty": "1"})
    assert answer.status == 422
    assert answer.body["errors"][0]["pointer"] == "/pretty"


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("GET", "/v1/estimate", "POST"),
        ("DELETE", "/v1/estimate", "POST"),
        ("PUT", "/v1/estimate/workload", "POST"),
        ("HEAD", "/v1/health", "GET"),
        ("POST", "/docs", "GET"),
        ("POST", "/v1/models", "GET"),
        ("POST", "/v1/models/anthropic/x", "GET"),
        ("POST", "/v1/models/{provider}/{id}", "GET"),
    ],
)
def test_another_method_on_a_path_that_exists_is_told_which_to_use(
    recorded: dict[str, Any], method: str, path: str, allow: str
) -> None:
    answer = astray(recorded, method, path)
    assert answer.status == 405
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["allow"] == allow
    assert answer.body["type"] == "/docs#method-not-allowed"
    assert answer.body["detail"] == f"This path answers {allow} only."
    assert answer.body["instance"] == path.replace("{", "%7B").replace("}", "%7D")


def test_the_instance_of_a_problem_is_a_uri_reference_whatever_was_asked_for(
    recorded: dict[str, Any],
) -> None:
    answer = astray(recorded, "GET", "/v1/modèles/\x1b[1m 100%")
    assert answer.body["instance"] == "/v1/mod%C3%A8les/%1B%5B1m%20100%25"


@pytest.mark.parametrize(
    "path",
    [
        "/assets",
        "/v1",
        "/v1/nothing",
        "/v1/estimate/",
        "/v1/estimate/workload/more",
        "/V1/estimate",
        "//v1/estimate",
        "/v1/models/anthropic",
        "/v1/models/anthropic/",
        "/v1/models//x",
        "/v1/models/anthropic/x/y",
    ],
)
def test_a_path_that_does_not_exist_is_not_found(recorded: dict[str, Any], path: str) -> None:
    for method in ("GET", "POST"):
        answer = astray(recorded, method, path)
        assert answer.status == 404
        assert "allow" not in answer.headers
        assert answer.body["type"] == "/docs#not-found"
        assert "GET /openapi.json" in answer.body["detail"]


@pytest.mark.parametrize(
    ("path", "meant"),
    [
        ("/v1/estimates", "/v1/estimate"),
        ("/estimate", "/v1/estimate"),
        ("/v1/models/gpt-5", "/v1/models"),
        ("/v1/plans/batch", "/v1/plan/batch"),
        ("/v1/report", "/v1/usage/report"),
        ("/v1/pricing/version", "/v1/pricing/versions"),
        ("/favicon.ico", None),
        ("/v1/chat/completions", None),
        ("/v1/estimate" + "/estimate" * 900, None),
    ],
)
def test_the_route_that_a_path_is_most_like_is_suggested(
    recorded: dict[str, Any], path: str, meant: str | None
) -> None:
    suggested = f" Did you mean {meant}?" if meant else ""
    assert astray(recorded, "GET", path).body["detail"] == (
        f"There is no such route.{suggested} GET /openapi.json lists them all."
    )


#: The page's own reply to a GET of a path, with other members of the event if need be.
Page = Callable[..., dict[str, Any]]
ASSET = "GET /assets/{name}"


@pytest.fixture
def page(recorded: dict[str, Any], tmp_path: Path) -> Page:
    """The site with a page of two files, in the place of the one that `make web` builds."""
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text("<!doctype html><title>Tariff</title>")
    (tmp_path / "assets" / "index-1a2b.js").write_text("export {};\n" * 200)
    site = handler("site")
    # What a handler loads is its module's own: nothing has to be put back.
    cast(FunctionType, site).__globals__["PAGE"] = tmp_path

    def reply(path: str, **changes: Any) -> dict[str, Any]:
        event = {**recorded, "routeKey": f"GET {path}", "rawPath": path, **changes}
        if path.startswith("/assets/"):
            name = path.removeprefix("/assets/")
            event |= {"routeKey": ASSET, "pathParameters": {"name": name}}
        return site(event, None)

    return reply


def test_the_page_may_load_its_own_files_and_this_api_only(page: Page, tmp_path: Path) -> None:
    reply = page("/")
    assert (reply["statusCode"], reply["body"]) == (200, (tmp_path / "index.html").read_text())
    assert reply["headers"]["cache-control"] == "no-cache"
    policy = reply["headers"]["content-security-policy"].split("; ")
    assert {"default-src 'none'", "script-src 'self'", "style-src 'self'"} <= set(policy)
    assert {"connect-src 'self'", "frame-ancestors 'none'"} <= set(policy)
    assert "unsafe" not in reply["headers"]["content-security-policy"]


def test_where_people_sign_in_the_page_may_reach_the_provider_too(
    page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TARIFF_PAGE_ISSUER", "https://login.example.com/realms/tariff")
    monkeypatch.setenv("TARIFF_PAGE_CLIENT_ID", "tariff-page")
    monkeypatch.setenv("TARIFF_PAGE_SCOPES", "openid tariff/admin")
    policy = page("/")["headers"]["content-security-policy"]
    assert "; connect-src 'self' https://login.example.com;" in policy
    monkeypatch.setenv("TARIFF_PAGE_TOKEN_URL", "https://tokens.example.com/oauth2/token")
    policy = page("/")["headers"]["content-security-policy"]
    assert "; connect-src 'self' https://login.example.com https://tokens.example.com;" in policy
    config = json.loads(page("/config.json")["body"])
    assert config["issuer"] == "https://login.example.com/realms/tariff"
    assert (config["client_id"], config["scopes"]) == ("tariff-page", "openid tariff/admin")


def test_without_an_issuer_the_page_does_not_ask_for_a_sign_in(page: Page) -> None:
    reply = page("/config.json")
    config = json.loads(reply["body"])
    assert (config["issuer"], config["client_id"]) == (None, None)
    assert set(config["features"].values()) <= {True, False}
    assert reply["headers"]["cache-control"] == "no-cache"


def test_a_file_of_the_page_is_kept_for_a_year(page: Page) -> None:
    reply = page("/assets/index-1a2b.js")
    assert reply["headers"]["content-type"] == "text/javascript; charset=utf-8"
    assert reply["headers"]["cache-control"] == "public, max-age=31536000, immutable"
    assert reply["body"] == "export {};\n" * 200


def test_a_long_file_is_compressed_for_a_browser_that_accepts_it(
    page: Page, recorded: dict[str, Any]
) -> None:
    headers = {**recorded["headers"], "accept-encoding": "gzip, deflate, br"}
    reply = page("/assets/index-1a2b.js", headers=headers)
    assert reply["headers"]["content-encoding"] == "gzip"
    assert reply["headers"]["vary"] == "accept-encoding"
    assert reply["isBase64Encoded"] is True
    assert gzip.decompress(base64.b64decode(reply["body"])).decode() == "export {};\n" * 200
    short = page("/", headers=headers)
    assert "content-encoding" not in short["headers"]


@pytest.mark.parametrize("name", ["index-0000.js", "../index.html", "..%2Findex.html", ""])
def test_a_file_that_the_page_does_not_have_is_not_found(page: Page, name: str) -> None:
    reply = page(f"/assets/{name}")
    assert reply["statusCode"] == 404
    assert reply["headers"]["cache-control"] == "no-store"


def test_a_page_that_is_off_or_not_built_is_not_found_and_the_answer_says_why(
    page: Page, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "index.html").unlink()
    assert "make web" in page("/")["body"]
    monkeypatch.setenv("TARIFF_PAGE", "off")
    off = page("/")
    assert off["statusCode"] == 404
    assert "This deployment has no page" in off["body"]
