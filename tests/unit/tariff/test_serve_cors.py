"""Pages of other origins: what a browser is told before and after it asks."""

import asyncio
from typing import Any

from tariff.serve.cors import cors_options, with_cors
from tariff.template import load_template

FINANCE = "https://finance.example.com"
ANOTHER = "https://another.example.com"


def told(method: str, **headers: str) -> dict[str, str]:
    """The headers of the answer to a request from a page."""
    found: dict[str, str] = {}

    async def app(_scope: Any, _receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"{}"})

    async def send(message: Any) -> None:
        found.update((n.decode(), value.decode()) for n, value in message.get("headers", ()))

    sent = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "method": method, "path": "/v1/estimate", "headers": sent}
    asyncio.run(with_cors(app, cors_options(load_template(), [FINANCE]))(scope, None, send))
    return found


def preflight(origin: str, headers: str) -> dict[str, str]:
    return told(
        "OPTIONS",
        origin=origin,
        access_control_request_method="POST",
        access_control_request_headers=headers,
    )


def test_a_stated_origin_may_send_a_token_and_a_body() -> None:
    found = preflight(FINANCE, "authorization, content-type")
    assert found["access-control-allow-origin"] == FINANCE
    assert "POST" in found["access-control-allow-methods"]
    assert "authorization" in found["access-control-allow-headers"]
    assert found["access-control-max-age"] == "600"


def test_any_other_origin_may_not() -> None:
    assert "access-control-allow-origin" not in preflight(ANOTHER, "content-type")
    assert "access-control-allow-origin" not in told("POST", origin=ANOTHER)


def test_the_answer_itself_may_be_read_with_its_etag_and_without_cookies() -> None:
    found = told("POST", origin=FINANCE)
    assert found["access-control-allow-origin"] == FINANCE
    assert "etag" in found["access-control-expose-headers"]
    assert "access-control-allow-credentials" not in found


def test_without_origins_nothing_is_sent() -> None:
    async def app() -> None: ...

    assert with_cors(app, None) is app
