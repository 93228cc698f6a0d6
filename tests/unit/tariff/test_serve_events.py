"""Each property of API Gateway's payload format 2.0, in both directions."""

import base64
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from pricing.api.handler import Call
from tariff.serve.api_gateway_events import (
    HttpRequest,
    InvalidReply,
    event_from,
    gateway_reply,
    new_request_id,
    reply_from,
)
from tariff.serve.routes import Match, Route

NOW = datetime(2026, 11, 22, 9, 30, 0, 123000, UTC)
JSON = ("Content-Type", "application/json")


def request(
    target: str = "/v1/estimate", *headers: tuple[str, str], method: str = "POST", body: bytes = b""
) -> HttpRequest:
    return HttpRequest(
        method=method,
        target=target,
        protocol="HTTP/1.1",
        headers=(("Host", "127.0.0.1:3000"), *headers),
        body=body,
        source_ip="127.0.0.1",
        port=3000,
    )


def event(sent: HttpRequest, route: Route | None = None, **path_parameters: str) -> dict[str, Any]:
    match = Match(route or Route("POST", "/v1/estimate", "Estimate"), path_parameters)
    return event_from(sent, match, request_id="Jc3XHiVOliAEJ8g=", now=NOW)


def test_a_whole_event_is_what_api_gateway_sends() -> None:
    sent = request(
        "/v1/estimate?dry=1",
        ("User-Agent", "curl/8.9.1"),
        ("Accept", "*/*"),
        JSON,
        ("Content-Length", "15"),
        ("Cookie", "a=1; b=2"),
        body=b'{"model":"son"}',
    )
    assert event(sent) == {
        "version": "2.0",
        "routeKey": "POST /v1/estimate",
        "rawPath": "/v1/estimate",
        "rawQueryString": "dry=1",
        "cookies": ["a=1", "b=2"],
        "headers": {
            "accept": "*/*",
            "content-length": "15",
            "content-type": "application/json",
            "host": "127.0.0.1:3000",
            "user-agent": "curl/8.9.1",
            "x-forwarded-for": "127.0.0.1",
            "x-forwarded-port": "3000",
            "x-forwarded-proto": "http",
        },
        "queryStringParameters": {"dry": "1"},
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "local",
            "domainName": "127.0.0.1",
            "domainPrefix": "127",
            "http": {
                "method": "POST",
                "path": "/v1/estimate",
                "protocol": "HTTP/1.1",
                "sourceIp": "127.0.0.1",
                "userAgent": "curl/8.9.1",
            },
            "requestId": "Jc3XHiVOliAEJ8g=",
            "routeKey": "POST /v1/estimate",
            "stage": "$default",
            "time": "22/Nov/2026:09:30:00 +0000",
            "timeEpoch": 1795339800123,
        },
        "body": '{"model":"son"}',
        "isBase64Encoded": False,
    }


def test_an_event_has_the_members_of_a_recorded_one(event_file: dict[str, Any]) -> None:
    sent = request(
        "/v1/estimate", JSON, ("user-agent", "c"), ("accept", "*/*"), ("content-length", "2"),
        body=b"{}",
    )  # fmt: skip
    made = event(sent)
    assert made.keys() == event_file.keys() - {"x-summary"}
    assert made["headers"].keys() == event_file["headers"].keys()
    assert made["requestContext"].keys() == event_file["requestContext"].keys()
    assert made["requestContext"]["http"].keys() == event_file["requestContext"]["http"].keys()


@pytest.fixture
def event_file(event: Any) -> dict[str, Any]:
    recorded: dict[str, Any] = event("estimate")
    return recorded


def test_what_was_not_sent_is_absent() -> None:
    made = event(request())
    assert {"body", "cookies", "queryStringParameters", "pathParameters"}.isdisjoint(made)
    assert made["isBase64Encoded"] is False
    assert made["rawQueryString"] == ""


def test_repeated_headers_are_one_value_with_commas() -> None:
    made = event(request("/", ("X-Tag", "a"), ("x-tag", "b, c")))
    assert made["headers"]["x-tag"] == "a,b, c"


def test_cookies_of_several_headers_are_one_list_and_no_header() -> None:
    made = event(request("/", ("Cookie", 'a=1; b="x,y"'), ("cookie", "c=3;")))
    assert made["cookies"] == ["a=1", 'b="x,y"', "c=3"]
    assert "cookie" not in made["headers"]


def test_a_named_caller_is_told_as_an_authoriser_tells_it_and_in_no_header() -> None:
    made = event(request("/v1/pricing/refresh", ("X-Local-Caller", " ada "), JSON))
    assert made["requestContext"]["authorizer"] == {
        "jwt": {"claims": {"sub": "ada"}, "scopes": None}
    }
    assert "x-local-caller" not in made["headers"]
    assert Call(NOW, {}, made).caller == "jwt:ada"


@pytest.mark.parametrize("headers", [(), (("X-Local-Caller", " "),)])
def test_a_caller_without_a_name_is_local(headers: tuple[tuple[str, str], ...]) -> None:
    made = event(request("/v1/pricing/refresh", *headers, JSON))
    assert "authorizer" not in made["requestContext"]
    assert Call(NOW, {}, made).caller == "local"


def test_headers_for_the_connection_stay_with_the_connection() -> None:
    made = event(
        request("/", ("Connection", "close"), ("Transfer-Encoding", "chunked"), JSON, body=b"{}")
    )
    assert {"connection", "transfer-encoding"}.isdisjoint(made["headers"])
    assert made["headers"]["content-length"] == "2"


def test_the_caller_is_added_to_those_it_is_forwarded_for() -> None:
    made = event(request("/", ("X-Forwarded-For", "203.0.113.7")))
    assert made["headers"]["x-forwarded-for"] == "203.0.113.7, 127.0.0.1"


@pytest.mark.parametrize(
    ("target", "raw", "parameters"),
    [
        ("/?a=1&a=2&b=3", "a=1&a=2&b=3", {"a": "1,2", "b": "3"}),
        ("/?q=a%20b+c%2C", "q=a%20b+c%2C", {"q": "a b c,"}),
        ("/?flag&empty=", "flag&empty=", {"flag": "", "empty": ""}),
        ("/?a=1?2", "a=1?2", {"a": "1?2"}),
    ],
)
def test_the_query_is_given_raw_and_decoded(
    target: str, raw: str, parameters: dict[str, str]
) -> None:
    made = event(request(target))
    assert made["rawQueryString"] == raw
    assert made["queryStringParameters"] == parameters


@pytest.mark.parametrize(
    ("target", "path"),
    [
        ("/v1/models/a%20b", "/v1/models/a b"),
        ("/v1/%C3%BC?x=%20", "/v1/ü"),
        ("http://127.0.0.1:3000/docs", "/docs"),
        ("http://127.0.0.1:3000", "/"),
        ("*", "*"),
    ],
)
def test_the_path_is_decoded_as_http_apis_decode_it(target: str, path: str) -> None:
    made = event(request(target))
    assert made["rawPath"] == path
    assert made["requestContext"]["http"]["path"] == path


def test_path_parameters_are_given_when_the_route_has_any() -> None:
    route = Route("GET", "/v1/models/{provider}/{id}", "Catalogue")
    made = event(request("/v1/models/a/b"), route, provider="a", id="b")
    assert made["pathParameters"] == {"provider": "a", "id": "b"}
    assert made["routeKey"] == "GET /v1/models/{provider}/{id}"


@pytest.mark.parametrize(
    "content_type",
    [
        "application/json",
        "Application/JSON; charset=utf-8",
        "text/plain",
        "text/csv",
        "application/xml",
        "application/javascript",
    ],
)
def test_text_comes_as_text(content_type: str) -> None:
    made = event(request("/", ("content-type", content_type), body="ü".encode()))
    assert (made["body"], made["isBase64Encoded"]) == ("ü", False)


@pytest.mark.parametrize(
    "content_type",
    ["application/octet-stream", "application/x-www-form-urlencoded", "image/png", ""],
)
def test_anything_else_comes_as_base64(content_type: str) -> None:
    made = event(request("/", ("content-type", content_type), body=b"a=1"))
    assert (made["body"], made["isBase64Encoded"]) == ("YT0x", True)


def test_a_body_without_a_type_comes_as_base64() -> None:
    made = event(request("/", body=b"{}"))
    assert (made["body"], made["isBase64Encoded"]) == ("e30=", True)


def test_text_that_is_not_utf8_comes_as_base64() -> None:
    made = event(request("/", JSON, body=b"\xff"))
    assert (made["body"], made["isBase64Encoded"]) == ("/w==", True)


def test_request_ids_look_like_api_gateways_and_differ() -> None:
    one, other = new_request_id(), new_request_id()
    assert one != other
    assert len(one) == 16
    assert one.endswith("=")


def test_a_reply_keeps_status_headers_and_body() -> None:
    reply = reply_from(
        {"statusCode": 201, "headers": {"content-type": "text/html", "x-n": 2}, "body": "ü"}
    )
    assert reply.status == 201
    assert reply.headers == (("content-type", "text/html"), ("x-n", "2"))
    assert reply.body == "ü".encode()


def test_cookies_become_one_header_each() -> None:
    reply = reply_from({"statusCode": 200, "cookies": ["a=1; Path=/", "b=2"]})
    assert reply.headers[:2] == (("set-cookie", "a=1; Path=/"), ("set-cookie", "b=2"))


def test_a_base64_body_is_decoded() -> None:
    content = base64.b64encode(b"\x00\xff").decode()
    reply = reply_from({"statusCode": 200, "body": content, "isBase64Encoded": True})
    assert reply.body == b"\x00\xff"


def test_a_reply_without_a_type_is_plain_text() -> None:
    reply = reply_from({"statusCode": 200, "body": "hello"})
    assert reply.headers == (("content-type", "text/plain; charset=utf-8"),)


@pytest.mark.parametrize(
    ("result", "body"),
    [
        ({"message": "hello"}, b'{"message": "hello"}'),
        (["a", 1], b'["a", 1]'),
        ("hello", b"hello"),
        (None, b"null"),
    ],
)
def test_an_answer_without_a_status_is_the_json_body_of_a_200(result: Any, body: bytes) -> None:
    reply = reply_from(result)
    assert (reply.status, reply.body) == (200, body)
    assert reply.headers == (("content-type", "application/json"),)


@pytest.mark.parametrize(
    "result",
    [
        {"statusCode": "200"},
        {"statusCode": True},
        {"statusCode": 99},
        {"statusCode": 600},
        {"statusCode": 200, "body": {"a": 1}},
        {"statusCode": 200, "body": "not base64!", "isBase64Encoded": True},
        {"statusCode": 200, "headers": {"x-a": ["1", "2"]}},
        {"statusCode": 200, "headers": {"x-a": "1\r\nx-b: 2"}},
        {"statusCode": 200, "headers": {"x-a": "ü"}},
    ],
)
def test_what_api_gateway_cannot_send_is_refused(result: dict[str, Any]) -> None:
    with pytest.raises(InvalidReply):
        reply_from(result)


@pytest.mark.parametrize("status", [100, 599])
def test_every_http_status_can_be_sent(status: int) -> None:
    assert reply_from({"statusCode": status}).status == status


def test_the_gateways_own_replies_are_json_with_a_message() -> None:
    reply = gateway_reply(413, "Request Entity Too Large")
    assert reply.status == 413
    assert json.loads(reply.body) == {"message": "Request Entity Too Large"}
