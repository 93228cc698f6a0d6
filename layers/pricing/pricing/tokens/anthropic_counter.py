"""Exact prompt counts from Anthropic's count_tokens endpoint, if a key for it is configured.

The endpoint is free, counts for one model, and gets the whole text; without a key nothing is sent.
After any failure, including a slow answer, the estimate is used: a count never causes an error.
Neither the text nor the key is logged or part of a message.
"""

import http.client
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from pricing.deadline import post
from pricing.notices import Notice
from pricing.tokens.estimator import exactly
from pricing.tokens.prompts import Prompt, PromptCount, PromptRules, count_prompt
from pricing.values import immutable

ANTHROPIC = "https://api.anthropic.com"
EXACT_METHOD = "Counted by the provider's own count_tokens endpoint."
_PATH = "/v1/messages/count_tokens"
_VERSION = "2023-06-01"
_MAX_ANSWER_BYTES = 1 << 16
_MAX_TOKENS = 10**9
#: The seconds without a request after the endpoint failed, so that no caller waits twice for it.
_REST_SECONDS = 60


class EndpointUnavailable(Exception):
    """The endpoint gave no count; the message has the reason in a few words."""


class CountEndpoint:
    """Anthropic's count_tokens endpoint. ``url`` is ``https://host``; ``clock`` is in seconds."""

    def __init__(
        self,
        api_key: str,
        *,
        url: str = ANTHROPIC,
        timeout_seconds: float = 1.5,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._key = api_key.strip()
        self._url = urlsplit(url)
        self._timeout_seconds = timeout_seconds
        self._clock = clock
        self._failed_at: float | None = None

    def count(self, request: Mapping[str, Any]) -> int:
        """Return the input tokens of a Messages request; raises EndpointUnavailable."""
        if self._failed_at is not None and 0 <= self._clock() - self._failed_at < _REST_SECONDS:
            raise EndpointUnavailable("it failed less than a minute ago")
        try:
            status, content = self._post(json.dumps(request, default=float).encode())
        except (OSError, http.client.HTTPException, ValueError) as error:
            self._rest()
            # The error's own message may quote a header, and with it the key.
            raise EndpointUnavailable(type(error).__name__) from None
        if status != http.client.OK:
            # A rejected request says nothing about the next one; any other status does.
            if status not in _REJECTED:
                self._rest()
            raise EndpointUnavailable(f"HTTP {status}")
        return _tokens(content)

    def _rest(self) -> None:
        self._failed_at = self._clock()

    def _post(self, body: bytes) -> tuple[int, bytes]:
        secure = self._url.scheme == "https"
        kind = http.client.HTTPSConnection if secure else http.client.HTTPConnection
        connection = kind(self._url.netloc, timeout=self._timeout_seconds)
        headers = {
            "content-type": "application/json",
            "x-api-key": self._key,
            "anthropic-version": _VERSION,
        }
        seconds, most = self._timeout_seconds, _MAX_ANSWER_BYTES
        return post(connection, _PATH, body, headers, seconds=seconds, max_bytes=most)


_REJECTED = {http.client.BAD_REQUEST, http.client.NOT_FOUND, http.client.REQUEST_ENTITY_TOO_LARGE}


@immutable
class CountedPrompt:
    """A prompt's count, and a warning if an exact count was requested and failed."""

    count: PromptCount
    notice: Notice | None = None


def count_prompt_with(
    endpoint: CountEndpoint | None, prompt: Prompt, rules: PromptRules, model_id: str
) -> CountedPrompt:
    """Count a prompt exactly if an endpoint is given; without one, or if it fails, estimate.

    ``model_id`` is Anthropic's own id. Images are always counted by their published formula, and
    tools whose text is not known by their published overhead. Raises InvalidRequest for what cannot
    be counted.
    """
    estimate = count_prompt(prompt, rules)
    if endpoint is None or not estimate.text.tokens:
        return CountedPrompt(estimate)
    try:
        tokens = endpoint.count(_request(prompt, model_id))
    except EndpointUnavailable as error:
        message = f"Token counts are estimated: the exact count failed ({error})."
        return CountedPrompt(estimate, Notice("exact_count_unavailable", message))
    # The endpoint counts the framing, and the overhead of the tools that it gets.
    shown_tools = not isinstance(prompt.tools, bool)
    exact = replace(
        estimate,
        text=replace(exactly(tokens), method=EXACT_METHOD),
        framing=0,
        tool_overhead=0 if shown_tools else estimate.tool_overhead,
        assumptions=(EXACT_METHOD,),
    )
    return CountedPrompt(exact)


def _request(prompt: Prompt, model_id: str) -> dict[str, Any]:
    """Return the Messages request without its images, whose bytes are not known."""
    messages: list[Any]
    if isinstance(prompt.messages, str):
        messages = [{"role": "user", "content": prompt.messages}]
    else:
        messages = [
            {**message, "content": _without_images(message.get("content"))}
            for message in prompt.messages
        ]
    request: dict[str, Any] = {"model": model_id, "messages": messages}
    if prompt.system:
        request["system"] = prompt.system
    if not isinstance(prompt.tools, bool) and prompt.tools:
        request |= {"tools": list(prompt.tools), "tool_choice": {"type": prompt.tool_choice}}
    return request


def _without_images(content: Any) -> Any:
    if isinstance(content, str):
        return content
    kept = [block for block in content if block.get("type") != "image"]
    return [
        {**block, "content": _without_images(block["content"])} if "content" in block else block
        for block in kept
    ]


def _tokens(content: bytes) -> int:
    try:
        tokens = json.loads(content)["input_tokens"]
    except (ValueError, KeyError, TypeError) as error:
        raise EndpointUnavailable("an answer without a count") from error
    if type(tokens) is not int or not 0 <= tokens <= _MAX_TOKENS:
        raise EndpointUnavailable("an answer without a count")
    return tokens
