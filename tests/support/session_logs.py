"""Session logs as coding tools write them, with made-up sessions: prompts, answers and usage."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

START = datetime(2026, 11, 2, 9, tzinfo=UTC)
#: Each call uses as many tokens, so that totals can be worked out by hand.
CALLS = 6


def moment(number: int) -> str:
    """The time of a call: one every four hours."""
    return (START + timedelta(hours=4 * number)).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def write_lines(path: Path, lines: Sequence[Mapping[str, Any]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")


def claude_code(home: Path, session: str = "s-claude", calls: int = CALLS, text: str = "") -> Path:
    """A session of Claude Code: each answer is logged in two lines of one request."""
    lines: list[Mapping[str, Any]] = []
    for number in range(calls):
        common = {
            "sessionId": session,
            "cwd": "/home/dev/shop",
            "timestamp": moment(number),
            "version": "2.1.0",
        }
        ids = {"uuid": f"{session}-u{number}", "parentUuid": f"{session}-p{number}"}
        said = {"role": "user", "content": text or "Please mention usage of tokens"}
        lines.append({**common, **ids, "type": "user", "message": said})
        for output in (3, 400):
            usage = {
                "input_tokens": 1_000,
                "cache_creation_input_tokens": 2_000,
                "cache_read_input_tokens": 30_000,
                "output_tokens": output,
                "cache_creation": {
                    "ephemeral_5m_input_tokens": 2_000,
                    "ephemeral_1h_input_tokens": 0,
                },
                "service_tier": "standard",
            }
            message = {
                "id": f"msg_{session}_{number}",
                "type": "message",
                "role": "assistant",
                "model": "claude-sonnet-4-5-20250929",
                "content": [{"type": "text", "text": text or "Done."}],
                "usage": usage,
            }
            answer = {"type": "assistant", "requestId": f"req_{session}_{number}"}
            lines.append({**common, **ids, **answer, "message": message})
    path = home / ".claude" / "projects" / "-home-dev-shop" / f"{session}.jsonl"
    write_lines(path, lines)
    return path


def codex(home: Path, session: str = "s-codex", calls: int = CALLS, text: str = "") -> Path:
    """A rollout of Codex: the model is in the turn's context, usage in an event after it."""
    meta = {"id": session, "cwd": "/home/dev/shop", "cli_version": "0.60.0"}
    lines: list[Mapping[str, Any]] = [
        {"timestamp": moment(0), "type": "session_meta", "payload": meta}
    ]
    for number in range(calls):
        turn = {"cwd": "/home/dev/shop", "model": "gpt-5-codex"}
        lines.append({"timestamp": moment(number), "type": "turn_context", "payload": turn})
        said = {"type": "message", "role": "assistant", "content": [{"text": text or "Done."}]}
        lines.append({"timestamp": moment(number), "type": "response_item", "payload": said})
        used = {
            "input_tokens": 20_000,
            "cached_input_tokens": 16_000,
            "output_tokens": 500,
            "reasoning_output_tokens": 100,
            "total_tokens": 20_500,
        }
        total = {name: tokens * (number + 1) for name, tokens in used.items()}
        info = {"total_token_usage": total, "last_token_usage": used}
        event = {"type": "token_count", "info": info}
        lines.append({"timestamp": moment(number), "type": "event_msg", "payload": event})
    path = home / ".codex" / "sessions" / "2026" / "11" / "02" / f"rollout-{session}.jsonl"
    write_lines(path, lines)
    return path


def gemini_cli(home: Path, session: str = "s-gemini", calls: int = CALLS) -> Path:
    """A session of Gemini CLI: one JSON document."""
    messages: list[Mapping[str, Any]] = []
    for number in range(calls):
        messages.append({"id": f"u{number}", "timestamp": moment(number), "type": "user"})
        tokens = {"input": 8_000, "output": 200, "cached": 5_000, "thoughts": 100, "tool": 0}
        messages.append(
            {
                "id": f"{session}-{number}",
                "timestamp": moment(number),
                "type": "gemini",
                "content": "Done.",
                "model": "gemini-2.5-pro",
                "tokens": {**tokens, "total": 8_300},
            }
        )
    document = {
        "sessionId": session,
        "projectHash": "3f1c",
        "startTime": moment(0),
        "lastUpdated": moment(calls),
        "messages": messages,
    }
    path = home / ".gemini" / "tmp" / "3f1c" / "chats" / f"{session}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document, indent=2), encoding="utf-8")
    return path


def opencode(home: Path, session: str = "s-open", calls: int = CALLS) -> Path:
    """A session of OpenCode: a JSON document for each message."""
    folder = home / ".local" / "share" / "opencode" / "storage" / "message" / session
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(calls):
        created = int((START + timedelta(hours=4 * number)).timestamp() * 1000)
        message = {
            "id": f"msg_{session}_{number}",
            "sessionID": session,
            "role": "assistant",
            "providerID": "anthropic",
            "modelID": "claude-haiku-4-5",
            "time": {"created": created, "completed": created + 900},
            "path": {"cwd": "/home/dev/shop", "root": "/home/dev/shop"},
            "cost": 0,
            "tokens": {
                "input": 500,
                "output": 300,
                "reasoning": 0,
                "cache": {"read": 4_000, "write": 1_000},
            },
        }
        path = folder / f"msg_{number}.json"
        path.write_text(json.dumps(message, indent=2), encoding="utf-8")
    return folder
