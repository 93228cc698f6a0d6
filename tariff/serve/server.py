"""The HTTP server: API Gateway as an ASGI application, served by uvicorn.

Functions are blocking calls, so the event loop never runs them: each function has a thread of its
own, in which it runs one event at a time, as an execution environment of Lambda does. A route in
``OWN_PROCESS`` takes seconds of CPU and has a process of its own instead, so that it does not delay
the others.
"""

import asyncio
import sys
import traceback
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import BrokenExecutor, Executor, ThreadPoolExecutor
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from tariff.serve.api_gateway_events import (
    Event,
    HttpReply,
    HttpRequest,
    event_from,
    gateway_reply,
    new_request_id,
    reply_from,
)
from tariff.serve.authoriser import JwtAuthoriser, Unauthorised
from tariff.serve.functions import EventTooLarge
from tariff.serve.routes import Router

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

#: Routes that use seconds of CPU for one request.
OWN_PROCESS = frozenset({"POST /v1/usage/report", "POST /v1/recommend/calibrate"})

#: API Gateway's limit on a request's body.
MAX_BODY_BYTES = 10 * 1024 * 1024
#: What a request's line and headers may take; API Gateway takes 10 KB of them.
MAX_HEAD_BYTES = 1024 * 1024
#: How long a caller may take to send a request, and a connection may stay open without one.
READ_SECONDS = 30
#: Open connections of one worker, of which 1,000 may be idle uploads; over it, a 503.
MAX_CONNECTIONS = 4_000
#: How long open requests may take once the server was told to stop.
DRAIN_SECONDS = 10
BACKLOG = 1_024
#: How long a worker may be silent before it is replaced: a busy machine starts it slowly.
HEALTH_SECONDS = 60
_NO_BODY = frozenset({HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED})


class RequestNotReceived(Exception):
    """The request's body did not arrive; ``reply`` is the answer, if the caller is still there."""

    def __init__(self, reply: HttpReply) -> None:
        super().__init__()
        self.reply = reply


class Gateway:
    """API Gateway as an ASGI application.

    ``runners`` holds the functions by their names, and by its key each route that is answered apart
    from the other routes of its function. Without an authoriser, callers name themselves.
    """

    def __init__(
        self,
        router: Router,
        runners: Mapping[str, "Runner"],
        authoriser: JwtAuthoriser | None = None,
    ) -> None:
        self._router = router
        self._runners = runners
        self._authoriser = authoriser

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request; no input and no failing function makes this raise."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        request_id = new_request_id()
        try:
            reply = await self.answer(await _request(scope, receive), request_id)
        except RequestNotReceived as refused:
            reply = refused.reply
        headers = [*reply.headers, ("apigw-requestid", request_id)]
        if reply.status not in _NO_BODY:
            headers.append(("content-length", str(len(reply.body))))
        encoded = [
            (name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers
        ]
        await send({"type": "http.response.start", "status": reply.status, "headers": encoded})
        silent = scope["method"] == "HEAD" or reply.status in _NO_BODY
        await send({"type": "http.response.body", "body": b"" if silent else reply.body})

    async def _live(self, receive: Receive, send: Send) -> None:
        """Stop the runners after the last answer."""
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        for runner in self._runners.values():
            runner.close()
        await send({"type": "lifespan.shutdown.complete"})

    async def answer(self, request: HttpRequest, request_id: str) -> HttpReply:
        """Return the reply of the matching route's function, or the gateway's own."""
        match = self._router.find(request.method, request.path)
        if match is None:
            return gateway_reply(404, "Not Found")
        try:
            authorised = await self._authorised(request, match.route.key)
        except Unauthorised as refused:
            return refused.reply
        now = datetime.now(UTC)
        event = event_from(request, match, request_id=request_id, now=now, authorised=authorised)
        runner = self._runners.get(match.route.key) or self._runners[match.route.function]
        try:
            return reply_from(await runner(event))
        except EventTooLarge:
            return gateway_reply(413, "Request Entity Too Large")
        except Exception:  # noqa: BLE001 - printed here; the caller sees a 500, as on AWS
            traceback.print_exc(file=sys.stderr)
            return gateway_reply(500, "Internal Server Error")

    async def _authorised(self, request: HttpRequest, route_key: str) -> Mapping[str, Any] | None:
        """Ask the authoriser, which may have to read the issuer's keys; raises Unauthorised."""
        if self._authoriser is None:
            return None
        sent = [value for name, value in request.headers if name.lower() == "authorization"]
        return await asyncio.to_thread(self._authoriser.authorise, route_key, ",".join(sent))


async def _request(scope: Scope, receive: Receive) -> HttpRequest:
    query = scope["query_string"].decode("latin-1")
    path = scope["raw_path"].decode("latin-1")
    return HttpRequest(
        method=scope["method"],
        target=f"{path}?{query}" if query else path,
        protocol=f"HTTP/{scope['http_version']}",
        headers=tuple(
            (name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]
        ),
        body=await _body(receive),
        source_ip=scope["client"][0],
        port=scope["server"][1],
    )


async def _body(receive: Receive) -> bytes:
    """Return the whole body.

    One that is too large is read to its end, so that the caller, who sends first, receives the 413.
    """
    parts: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(READ_SECONDS):
            more = True
            while more:
                message = await receive()
                if message["type"] == "http.disconnect":
                    raise RequestNotReceived(gateway_reply(400, "Bad Request"))
                part, more = message.get("body", b""), message.get("more_body", False)
                size += len(part)
                if size <= MAX_BODY_BYTES:
                    parts.append(part)
    except TimeoutError:
        late = gateway_reply(408, f"The request was not received within {READ_SECONDS} s.")
        closing = HttpReply(late.status, (*late.headers, ("connection", "close")), late.body)
        raise RequestNotReceived(closing) from None
    if size > MAX_BODY_BYTES:
        raise RequestNotReceived(gateway_reply(413, "Request Entity Too Large"))
    return b"".join(parts)


class Runner:
    """Runs a blocking function on an executor, which is made at the first event.

    It is made anew when its process has ended unexpectedly: events in it fail, later ones do not.
    """

    def __init__(self, executor: Callable[[], Executor], invoke: Callable[[Event], Any]) -> None:
        self._new_executor = executor
        self._invoke = invoke
        self._executor: Executor | None = None

    async def __call__(self, event: Event) -> Any:
        """Return the function's answer, or raise its exception."""
        executor = self._executor = self._executor or self._new_executor()
        try:
            return await asyncio.get_running_loop().run_in_executor(executor, self._invoke, event)
        except BrokenExecutor:
            if self._executor is executor:
                self._executor = None
            raise

    def close(self) -> None:
        """Finish the event that is running, and drop those that wait for it."""
        if self._executor is not None:
            self._executor.shutdown(cancel_futures=True)


def on_a_thread(invoke: Callable[[Event], Any]) -> Runner:
    """Return a runner of one thread, which takes an event at a time."""
    return Runner(lambda: ThreadPoolExecutor(max_workers=1), invoke)


class _Protocol(HttpToolsProtocol):
    """HTTP/1.1, where a connection that sends no complete request head is closed in time.

    uvicorn limits the time between two requests only, not that before the first one, nor that of a
    head which arrives a byte at a time, nor the size of one.
    """

    #: What has arrived of a head that is not complete.
    _head_bytes = 0

    def connection_made(self, transport: Any) -> None:
        """Expect a request head from now on."""
        super().connection_made(transport)
        self._expect_head()

    def data_received(self, data: bytes) -> None:
        """Close a connection whose request head does not end."""
        self._head_bytes += len(data)
        super().data_received(data)
        if self._head_bytes > MAX_HEAD_BYTES:
            self.transport.close()

    def on_headers_complete(self) -> None:
        """Begin the request: what remains has its own limits."""
        self._head_bytes = 0
        self._head_timer.cancel()
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Take a part of the body, which is not of the head."""
        self._head_bytes = 0
        super().on_body(body)

    def on_response_complete(self) -> None:
        """Expect the next request head."""
        super().on_response_complete()
        self._expect_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Expect nothing more."""
        self._head_timer.cancel()
        super().connection_lost(exc)

    def _expect_head(self) -> None:
        self._head_timer = self.loop.call_later(READ_SECONDS, self.transport.close)


def config(app: Callable[..., Any], **options: Any) -> uvicorn.Config:
    """Return uvicorn's configuration with the limits of this module."""
    return uvicorn.Config(
        app,
        http=_Protocol,
        ws="none",
        lifespan="on",
        interface="asgi3",
        proxy_headers=False,
        access_log=False,
        log_config=None,
        log_level="error",
        server_header=False,
        backlog=BACKLOG,
        timeout_worker_healthcheck=HEALTH_SECONDS,
        limit_concurrency=MAX_CONNECTIONS,
        timeout_keep_alive=READ_SECONDS,
        timeout_graceful_shutdown=DRAIN_SECONDS,
        **options,
    )
