"""Exact prompt counts from Anthropic's own count_tokens endpoint, when there is a key for it.

The endpoint is free, per model, and sees the whole text; nothing is sent anywhere unless an
operator configures a key. Every failure, a slow answer included, falls back to the estimate: a
count is never worth an error. Neither the text nor the key is ever logged or put in a message.
"""

import http.client
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

from pricing.notices import Notice
from pricing.tokens.estimator import exactly
from pricing.tokens.prompts import Prompt, PromptCount, PromptRules, count_prompt

ANTHROPIC = "https://api.anthropic.com"
EXACT_METHOD = "Counted by the provider's own count_tokens endpoint."
_PATH = "/v1/messages/count_tokens"
_VERSION = "2023-06-01"
_MAX_ANSWER_BYTES = 1 << 16
_MAX_TOKENS = 10**9
#: After the endpoint itself failed, how long to leave it alone: no caller waits twice for it.
_REST_SECONDS = 60


class EndpointUnavailable(Exception):
    """No count came back; the message says what happened in a few words, and nothing else."""


class CountEndpoint:
    """Anthropic's count_tokens. ``url`` is ``https://host``; ``clock`` counts seconds."""

    def __init__(
        self,
        api_key: str,
        *,
        url: str = ANTHROPIC,
        timeout_seconds: float = 1.5,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._key = api_key.strip()
        self._url = urlsplit(url)
        self._timeout_seconds = timeout_seconds
        self._clock = clock
        self._rest_until: float | None = None

    def count(self, request: Mapping[str, Any]) -> int:
        """The input tokens of a Messages request; raises EndpointUnavailable."""
        if self._rest_until is not None and self._clock() < self._rest_until:
            raise EndpointUnavailable("it failed less than a minute ago")
        try:
            status, content = self._post(json.dumps(request, default=float).encode())
        except (OSError, http.client.HTTPException, ValueError) as error:
            self._rest()
            # Its own message may quote a header, and with it the key.
            raise EndpointUnavailable(type(error).__name__) from None
        if status != http.client.OK:
            # A request it rejects says nothing about the next one; anything else does.
            if status not in _REJECTED:
                self._rest()
            raise EndpointUnavailable(f"HTTP {status}")
        return _tokens(content)

    def _rest(self) -> None:
        self._rest_until = self._clock() + _REST_SECONDS

    def _post(self, body: bytes) -> tuple[int, bytes]:
        secure = self._url.scheme == "https"
        kind = http.client.HTTPSConnection if secure else http.client.HTTPConnection
        connection = kind(self._url.netloc, timeout=self._timeout_seconds)
        headers = {
            "content-type": "application/json",
            "x-api-key": self._key,
            "anthropic-version": _VERSION,
        }
        try:
            connection.request("POST", _PATH, body, headers)
            response = connection.getresponse()
            return response.status, response.read(_MAX_ANSWER_BYTES)
        finally:
            connection.close()


_REJECTED = {
    http.client.BAD_REQUEST,
    http.client.NOT_FOUND,
    http.client.REQUEST_ENTITY_TOO_LARGE,
}


@dataclass(frozen=True, slots=True)
class CountedPrompt:
    """A prompt's count, and a notice when an exact one was wanted and could not be had."""

    count: PromptCount
    notice: Notice | None = None


def count_prompt_with(
    endpoint: CountEndpoint | None, prompt: Prompt, rules: PromptRules, model_id: str
) -> CountedPrompt:
    """Count exactly where an endpoint is given, otherwise, or when it fails, by estimate.

    ``model_id`` is Anthropic's own id. Images go by their published formula and unseen tools by
    their published overhead in either case; raises InvalidRequest for what cannot be counted.
    """
    estimate = count_prompt(prompt, rules)
    if endpoint is None or not estimate.text.tokens:
        return CountedPrompt(estimate)
    try:
        tokens = endpoint.count(_request(prompt, model_id))
    except EndpointUnavailable as error:
        message = f"Token counts are estimated: the exact count failed ({error})."
        return CountedPrompt(estimate, Notice("exact_count_unavailable", message))
    # The endpoint counts the framing, and the overhead of tools it was shown.
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
    """The Messages request without its images, whose bytes are not here."""
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
