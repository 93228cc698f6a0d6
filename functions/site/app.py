"""The page and the reference, both made at build time, and the answer to unknown paths."""

import base64
import gzip
import hashlib
import json
from difflib import get_close_matches
from functools import cache, lru_cache
from pathlib import Path
from urllib.parse import urlsplit

import pricing.api.quick_start  # noqa: F401 - before what it makes quicker to import
from pricing import errors
from pricing.api.handler import DEFAULT_ROUTE, PAGE_POLICY, Asset, Call, Event, Reply, Route, serve
from pricing.aws.settings import settings
from pricing.validation import NoQuery

STATIC = Path(__file__).parent / "static"
#: What the page is built into by `make web`; the names of its assets hold a hash of their content.
PAGE = STATIC / "page"
CONTENT_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
HASHED = "public, max-age=31536000, immutable"
#: Shorter bodies are sent as they are: compression would not pay.
MIN_COMPRESSED = 1_000
#: How alike a route must be to be suggested for a path, of which so many characters are compared.
ALIKE, MAX_COMPARED = 0.7, 100
#: A feature of the page, and the field of POST /v1/compare that it requires.
FEATURES = {"budget": "budget_usd"}


@cache
def asset(name: str, content_type: str) -> Asset:
    """A generated file; it never changes while an instance lives."""
    return Asset(content_type, (STATIC / name).read_text(encoding="utf-8"))


def page_policy(style: str = "") -> str:
    """What a page may load: its own files, this API, and the provider it signs in at.

    ``style`` is the text of a style element, which is allowed by its hash.
    """
    urls = (settings.page_issuer, settings.page_token_url)
    parts = [urlsplit(url) for url in urls if url]
    provider = "".join(f" {part.scheme}://{part.netloc}" for part in parts)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    allowed_style = f" 'sha256-{digest}'" if style else ""
    return (
        f"default-src 'none'; script-src 'self'; style-src 'self'{allowed_style};"
        " img-src 'self' data:;"
        f" connect-src 'self'{provider};"
        " base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


def get_page(_query: None, _call: Call) -> Asset:
    """The calculator, reports and prices in a browser.

    Any query is accepted: the provider that signs a person in adds its answer to the address.
    """
    if not settings.page:
        raise errors.NotFound("This deployment has no page. GET /docs is the reference.")
    try:
        text = (PAGE / "index.html").read_text(encoding="utf-8")
    except FileNotFoundError:
        raise errors.NotFound("The page is not built: run `make web`, which needs npm.") from None
    return Asset("text/html; charset=utf-8", text, "no-cache")


def get_asset(_query: NoQuery, call: Call) -> Asset:
    """A file of the page, which never changes under its name."""
    found = {path.name: path for path in PAGE.glob("assets/*")}.get(call.path["name"])
    if found is None:
        raise errors.NotFound("There is no such file. Load the page again: GET /.")
    return Asset(CONTENT_TYPES[found.suffix], found.read_text(encoding="utf-8"), HASHED)


@cache
def features() -> dict[str, bool]:
    """Which of the page's features this version of the API has."""
    spec = json.loads(asset("openapi.json", "application/json").text)
    fields = spec["components"]["schemas"]["CompareRequest"]["properties"]
    return {feature: field in fields for feature, field in FEATURES.items()}


def get_config(_query: NoQuery, _call: Call) -> Asset:
    """How the page signs a person in, and which features of the API it shows.

    Without an issuer, ``issuer`` and ``client_id`` are null and the page asks nothing.
    """
    config = {
        "issuer": settings.page_issuer or None,
        "client_id": settings.page_client_id or None,
        "scopes": settings.page_scopes,
        "features": features(),
    }
    return Asset("application/json", json.dumps(config), "no-cache")


@cache
def style() -> str:
    """The text of the reference's style element."""
    return reference().partition("<style>")[2].partition("</style>")[0]


def get_openapi(_query: NoQuery, _call: Call) -> Asset:
    """The specification of every route."""
    return asset("openapi.json", "application/json")


def get_docs(_query: NoQuery, _call: Call) -> Asset:
    """The same specification as a page that needs nothing from anywhere else.

    Its script, which adds search and trying, is there where the page is built.
    """
    return Asset("text/html; charset=utf-8", reference())


@cache
def reference() -> str:
    """The reference, with the address of its script and a link to the page."""
    text = (STATIC / "docs.html").read_text(encoding="utf-8")
    for script in PAGE.glob("assets/docs-*.js"):
        tag = f'<script type="module" src="/assets/{script.name}"></script>'
        text = text.replace("</head>", f"{tag}\n</head>", 1)
        if settings.page:
            text = text.replace("</header>", '<p><a href="/">Calculator</a></p>\n</header>', 1)
    return text


@cache
def methods_by_path() -> dict[str, list[str]]:
    """What the specification offers at each path template."""
    paths = json.loads(asset("openapi.json", "application/json").text)["paths"]
    return {path: [method.upper() for method in offered] for path, offered in paths.items()}


def allowed(path: str) -> list[str]:
    """The methods that a path answers, sorted; none when there is no such path."""
    given = path.split("/")
    found = {
        method
        for template, methods in methods_by_path().items()
        if _matches(template.split("/"), given)
        for method in methods
    }
    return sorted(found)


def _matches(template: list[str], given: list[str]) -> bool:
    return len(template) == len(given) and all(
        segment if wanted.startswith("{") else segment == wanted
        for wanted, segment in zip(template, given, strict=True)
    )


def wrong_turn(_query: None, call: Call) -> Asset:
    """Tells a wrong method (405) from a path that does not exist (404)."""
    path = call.event["rawPath"]
    methods = allowed(path)
    if methods:
        raise errors.MethodNotAllowed(f"This path answers {', '.join(methods)} only.")
    nearest = get_close_matches(path[:MAX_COMPARED], methods_by_path(), n=1, cutoff=ALIKE)
    meant = "".join(f" Did you mean {one}?" for one in nearest)
    raise errors.NotFound(f"There is no such route.{meant} GET /openapi.json lists them all.")


ROUTES = (
    Route(
        "GET",
        "/openapi.json",
        get_openapi,
        query=NoQuery,
        answer=Asset,
        summary="This specification, as OpenAPI 3.1.",
        open_to_all=True,
    ),
    Route(
        "GET",
        "/docs",
        get_docs,
        query=NoQuery,
        answer=Asset,
        summary="The reference as a page that works offline.",
        open_to_all=True,
    ),
    Route(
        "GET",
        "/",
        get_page,
        answer=Asset,
        summary="The page: calculator, reports and prices in a browser.",
        raises=(errors.NotFound,),
        open_to_all=True,
    ),
    Route(
        "GET",
        "/assets/{name}",
        get_asset,
        query=NoQuery,
        answer=Asset,
        summary="A script, style or picture of the page.",
        raises=(errors.NotFound,),
        open_to_all=True,
    ),
    Route(
        "GET",
        "/config.json",
        get_config,
        query=NoQuery,
        answer=Asset,
        summary="How the page signs in, and which features it shows.",
        open_to_all=True,
    ),
    Route("ANY", DEFAULT_ROUTE, wrong_turn, answer=Asset, summary="Everything else."),
)
_answer = serve(*ROUTES)


def lambda_handler(event: Event, context: object) -> Reply:
    """What the routes answer, with what a browser may do with it, and RFC 9110's ``allow``."""
    reply = _answer(event, context)
    policy = PAGE_POLICY
    if reply["statusCode"] == 200 and event["routeKey"] in {"GET /", "GET /docs"}:  # noqa: PLR2004
        policy = page_policy(style() if event["routeKey"] == "GET /docs" else "")
    reply["headers"]["content-security-policy"] = policy
    reply["headers"]["referrer-policy"] = "no-referrer"
    if reply["statusCode"] == 405:  # noqa: PLR2004 - a status code is its own name
        reply["headers"]["allow"] = ", ".join(allowed(event["rawPath"]))
    return compressed(event, reply)


def compressed(event: Event, reply: Reply) -> Reply:
    """The reply with a body in gzip, where the caller accepts it and it is long enough."""
    accepted = event["headers"].get("accept-encoding", "")
    if "gzip" not in accepted or len(reply["body"]) < MIN_COMPRESSED:
        return reply
    headers = {**reply["headers"], "content-encoding": "gzip", "vary": "accept-encoding"}
    return {**reply, "headers": headers, "body": packed(reply["body"]), "isBase64Encoded": True}


@lru_cache(maxsize=16)
def packed(text: str) -> str:
    """Text in gzip, as base64; compressing the largest again for each request would cost more
    than all else in its answer.
    """
    return base64.b64encode(gzip.compress(text.encode(), mtime=0)).decode()
