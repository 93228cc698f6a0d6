"""The local gateway as a user starts it: a process of its own, reached over HTTP only."""

from __future__ import annotations

import http.client
import json
import os
import queue
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import pytest

from tariff.template import ROOT

Start = Callable[..., "RunningGateway"]
SECONDS = 60
EXAMPLE = {
    "model": "claude-sonnet-5-5",
    "usage": {"input_tokens": 2000, "output_tokens": 1000, "cache_read_input_tokens": 50000},
}


class Answer(NamedTuple):
    """One HTTP response."""

    status: int
    headers: http.client.HTTPMessage
    content: bytes

    @property
    def json(self) -> Any:
        """The content, read as JSON."""
        return json.loads(self.content)


class RunningGateway:
    """One gateway process, and what it printed."""

    def __init__(self, *arguments: str, **variables: str) -> None:
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("AWS_", "TARIFF_"))
        }
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tariff", "serve", "--port", "0", *arguments],
            cwd=ROOT,
            env=kept | variables,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.lines: list[str] = []
        self._printed: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._printed.put(line.rstrip("\n"))
        self._printed.put(None)

    def until(self, beginning: str) -> RunningGateway:
        """Read on to the line with this beginning; fail with everything printed if it ends."""
        while (line := self._printed.get(timeout=SECONDS)) is not None:
            self.lines.append(line)
            if line.startswith(beginning):
                return self
        pytest.fail(f"no line began with {beginning!r}:\n{self.text}", pytrace=False)

    @property
    def text(self) -> str:
        """Everything read so far."""
        return "\n".join(self.lines)

    def said(self, pattern: str) -> str:
        """The first group of a pattern in what was printed."""
        found = re.search(pattern, self.text)
        assert found is not None, f"nothing like {pattern!r} in:\n{self.text}"
        return found[1]

    @property
    def port(self) -> int:
        """Where it answers."""
        return int(self.said(r"Serving http://127\.0\.0\.1:(\d+) "))

    @property
    def store_pid(self) -> int:
        """The embedded store's process."""
        return int(self.said(r"Store: .* process (\d+)"))

    @property
    def store_port(self) -> int:
        """Where the embedded store answers."""
        return int(self.said(r"Prices: table tariff at http://127\.0\.0\.1:(\d+);"))

    def send(
        self,
        method: str,
        target: str,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """One request on a connection of its own."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=SECONDS)
        try:
            connection.request(method, target, body, dict(headers or {}))
            response = connection.getresponse()
            return Answer(response.status, response.headers, response.read())
        finally:
            connection.close()

    def get(self, target: str) -> Answer:
        """GET."""
        return self.send("GET", target)

    def estimate(self, body: Any = None, content_type: str = "application/json") -> Answer:
        """POST /v1/estimate, by default the example; bytes go as they are."""
        content = body if isinstance(body, bytes) else json.dumps(body or EXAMPLE).encode()
        return self.send("POST", "/v1/estimate", content, {"Content-Type": content_type})

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        """Signal it, wait for its end, and read what was left; its exit status."""
        self.process.send_signal(how)
        status = self.process.wait(SECONDS)
        self._reader.join(SECONDS)
        while (line := self._printed.get(timeout=SECONDS)) is not None:
            self.lines.append(line)
        return status

    def close(self) -> None:
        """Make sure that nothing of it is left."""
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(SECONDS)
        self._reader.join(SECONDS)
        assert self.process.stdout is not None
        self.process.stdout.close()
