"""Sessions of Kimi Code: a record of each call, and the requests that name its model."""

from typing import Any

from pricing.reports.readers.record_format import Document, stated
from pricing.reports.source_formats import SourceFormat

#: So many names of models are remembered.
MAX_REMEMBERED = 1_000
_COUNTS = {
    "inputOther": "input_tokens",
    "output": "output_tokens",
    "inputCacheRead": "cache_read_input_tokens",
    "inputCacheCreation": "cache_creation_input_tokens",
}


class KimiSession:
    """What the lines of a session so far tell of the calls in those that follow.

    A call is a ``usage.record``, of a turn or of the session outside of one. It names the model as
    the user's settings do; the request before it has the model's own name next to that.
    """

    name: SourceFormat = "kimi_code"

    def __init__(self) -> None:
        self._models: dict[str, str] = {}
        self._is_begun = False

    def read(self, document: Document) -> list[Document] | None:
        """The calls in a line, None for a line of another tool."""
        kind, usage = document.get("type"), document.get("usage")
        if kind == "usage.record" and isinstance(usage, dict) and "inputOther" in usage:
            return [self._call(document, usage)]
        if kind == "metadata" and "protocol_version" in document:
            self._is_begun = True
        own, model = document.get("modelAlias"), document.get("model")
        if kind == "llm.request" and isinstance(own, str) and isinstance(model, str):
            if len(self._models) >= MAX_REMEMBERED:
                self._models.clear()
            self._models[own] = model
            return []
        return [] if self._is_begun and kind and usage is None else None

    def _call(self, document: Document, usage: Document) -> Document:
        named = document.get("model")
        record: dict[str, Any] = {
            "timestamp": document.get("time"),
            "model": self._models.get(named, named) if isinstance(named, str) else named,
            "usage": {_COUNTS.get(name, name): count for name, count in usage.items()},
            "usage_format": "anthropic",
        }
        return stated(record)
