"""Rollouts of Codex: the lines of a session, some of which are calls."""

from typing import Any

from pricing.reports.readers.record_format import Document, at, first, stated
from pricing.reports.source_formats import SourceFormat

#: So many calls are remembered to tell those that a fork repeats.
MAX_REMEMBERED = 100_000
_LINES = (
    *("session_meta", "turn_context", "event_msg", "response_item", "compacted"),
    *("token_usage_record", "world_state", "inter_agent_communication_metadata"),
    "thread_settings_applied",
)
_TIER = "service_tier | info.service_tier"
_SETTINGS_TIER = "thread_settings.service_tier | service_tier"


class CodexSession:
    """What the lines of a rollout so far tell of the calls in those that follow.

    A call is ``last_token_usage`` of an event, at the model of its turn's context. The event is
    repeated when only the rate limits changed: then the sum of the session did not. A fork begins
    with a copy of its parent's events, which are calls of the parent. Newer versions write a record
    of each response next to the event, and for a compaction the record alone.
    """

    name: SourceFormat = "codex"

    def __init__(self) -> None:
        self._model: str | None = None
        self._tier: Any = None
        self._labels: dict[str, Any] = {}
        self._used: Any = None
        #: What sessions used up to each of their calls, and whether one repeats another's.
        self._used_before: set[str] = set()
        self._is_copied = False
        #: The usage of the last record and of the last event, while the other is not there yet.
        self._recorded: Any = None
        self._counted: Any = None

    def read(self, document: Document) -> list[Document] | None:
        """The calls in a line, None for a line of another tool."""
        payload = document.get("payload")
        kind = document.get("type")
        if not isinstance(payload, dict) or kind not in _LINES:
            return None
        self._look(kind, payload)
        if kind == "token_usage_record":
            usage = payload.get("usage")
            if not _is_used(usage) or self._is_told_by_event(usage):
                return []
            labels = {"request_id": payload.get("response_id"), "session": payload.get("thread_id")}
        else:
            usage = at(payload, "info.last_token_usage")
            if payload.get("type") != "token_count" or not _is_used(usage):
                return []
            if not self._is_new(at(payload, "info.total_token_usage")):
                return []
            if self._is_told_by_record(usage):
                return []
            labels = {}
        record = {
            "timestamp": document.get("timestamp"),
            "model": self._model,
            "usage": usage,
            "usage_format": "openai_responses",
            "service_tier": first(payload, _TIER) or self._tier,
            **self._labels,
            **stated(labels),
        }
        return [stated(record)]

    def _look(self, kind: str, payload: Document) -> None:
        """Remember the session, the model of the turn and the tier that was chosen last."""
        if isinstance(payload.get("model"), str):
            self._model = payload["model"]
        if kind == "session_meta":
            self._used = self._tier = self._recorded = self._counted = None
            self._is_copied = payload.get("forked_from_id") is not None
            self._labels = stated({"session": payload.get("id"), "project": payload.get("cwd")})
        elif "thread_settings_applied" in (kind, payload.get("type")):
            self._tier = first(payload, _SETTINGS_TIER)
        elif kind == "turn_context" and "service_tier" in payload:
            self._tier = payload["service_tier"]

    def _is_new(self, used: Any) -> bool:
        """Whether the session used more than before, and than what a fork repeats."""
        if used is not None and used == self._used:
            return False
        self._used = used
        self._is_copied = self._is_copied and repr(used) in self._used_before
        if self._is_copied:
            return False
        if used is not None and len(self._used_before) < MAX_REMEMBERED:
            self._used_before.add(repr(used))
        return True

    def _is_told_by_event(self, usage: Any) -> bool:
        told, self._counted = bool(usage == self._counted), None
        self._recorded = None if told else usage
        return told

    def _is_told_by_record(self, usage: Any) -> bool:
        told, self._recorded = bool(usage == self._recorded), None
        self._counted = None if told else usage
        return told


def _is_used(usage: Any) -> bool:
    """Whether there is a count; before the first call of a fork all are 0."""
    return isinstance(usage, dict) and any(usage.values())
