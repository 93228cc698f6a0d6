"""The session logs of coding tools on this machine, gathered into one file of usage records.

Each tool keeps its sessions in a folder of the user's, with a file per session or per message. Most
of their lines are prompts and results of tools; only lines that can hold usage are gathered.
"""

import codecs
import gzip
import io
import json
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

#: A file that is read whole, as one JSON document.
_WHOLE = ".json"
_LINES = (".jsonl", ".ndjson")
_BLOCK = 1 << 20
#: Longer lines are worth shortening.
_LONG = 2_000


class Tool(NamedTuple):
    """A coding tool: its folders, the files in them, and what lines with usage contain.

    A file is recognised as the tool's by what its beginning contains.
    """

    name: str
    folders: Callable[[Mapping[str, str], Path], list[Path]]
    pattern: str
    marks: tuple[bytes, ...]
    begins: re.Pattern[bytes]


def _claude(environment: Mapping[str, str], home: Path) -> list[Path]:
    given = environment.get("CLAUDE_CONFIG_DIR")
    roots = given.split(",") if given else [home / ".claude", home / ".config" / "claude"]
    return [Path(root) / "projects" for root in roots]


def _codex(environment: Mapping[str, str], home: Path) -> list[Path]:
    root = Path(environment.get("CODEX_HOME") or home / ".codex")
    return [root / "sessions", root / "archived_sessions"]


def _gemini(_environment: Mapping[str, str], home: Path) -> list[Path]:
    return [home / ".gemini" / "tmp"]


def _opencode(environment: Mapping[str, str], home: Path) -> list[Path]:
    data = Path(environment.get("XDG_DATA_HOME") or home / ".local" / "share")
    return [data / "opencode" / "storage" / "message"]


#: Their documentation and source code say where sessions are; the variables are theirs.
TOOLS = (
    Tool(
        "Claude Code", _claude, "**/*.jsonl", (b'"usage"',), re.compile(rb'"(parentUuid|leafUuid)"')
    ),
    Tool(
        "Codex",
        _codex,
        "**/*.jsonl",
        (b'"token_count"', b'"turn_context"', b'"session_meta"'),
        re.compile(rb'"session_meta"|"payload"'),
    ),
    Tool("Gemini CLI", _gemini, "*/chats/*.json*", (b"tokens",), re.compile(rb'"projectHash"')),
    Tool("OpenCode", _opencode, "**/*.json", (b'"tokens"',), re.compile(rb'"sessionID"')),
)


class Found(NamedTuple):
    """The files of one tool, or of folders that were named."""

    name: str
    files: list[Path]

    @property
    def size(self) -> int:
        """Their bytes."""
        return sum(file.stat().st_size for file in self.files)


def found(environment: Mapping[str, str] = os.environ, home: Path | None = None) -> list[Found]:
    """Return the session logs of every tool that has some on this machine."""
    at = home or Path.home()
    logs = [Found(tool.name, _files(tool.folders(environment, at), tool.pattern)) for tool in TOOLS]
    return [one for one in logs if one.files]


def named(paths: Iterable[Path]) -> Found:
    """Return the files at these paths, and all that are in them."""
    return Found("", _files(paths, "**/*"))


def _files(paths: Iterable[Path], pattern: str) -> list[Path]:
    """Return files, and those in folders that have the pattern and can be gathered; each once.

    A file that is named is read as JSON Lines, whatever its name ends in.
    """
    chosen: dict[Path, None] = {}
    for path in paths:
        inside = sorted(path.glob(pattern)) if path.is_dir() else ()
        files = [file for file in inside if _kind(file) in (_WHOLE, *_LINES) and file.is_file()]
        chosen |= dict.fromkeys(file.resolve() for file in (files if path.is_dir() else [path]))
    return [file for file in chosen if file.is_file()]


def _kind(file: Path) -> str:
    return (file.with_suffix("") if file.suffix == ".gz" else file).suffix


def gather(files: Iterable[Path], target: Path, read: Callable[[int], None]) -> set[str]:
    """Write the lines of files that can hold usage into one file; ``read`` gets bytes read.

    Returns the names of the tools whose files were recognised.
    """
    tools: set[str] = set()
    with target.open("wb") as whole:
        for file in files:
            for line in _lines(file, read, tools):
                whole.write(line.strip() + b"\n")
    return tools


def _lines(file: Path, read: Callable[[int], None], tools: set[str]) -> Iterator[bytes]:
    open_file = gzip.open if file.suffix == ".gz" else open
    with open_file(file, "rb") as packed:
        content = _utf8(packed)
        start = content.tell()
        beginning = content.read(_BLOCK)
        tool = next((one for one in TOOLS if one.begins.search(beginning)), None)
        tools |= {tool.name} if tool else set()
        lines: Iterable[bytes]
        if _kind(file) == _WHOLE:
            # Line breaks in JSON are between its parts only: a string has them escaped.
            whole = beginning + content.read()
            lines = [whole.replace(b"\n", b" ").replace(b"\r", b" ")]
        else:
            content.seek(start)
            lines = content
        for line in lines:
            read(len(line))
            if tool is None or any(mark in line for mark in tool.marks):
                yield _without_text(line) if len(line) > _LONG else line


def _utf8(content: Any) -> Any:
    """The file after its mark, or as UTF-8 if it is UTF-16, as PowerShell writes what it saves."""
    mark = content.read(len(codecs.BOM_UTF8))
    if mark.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return io.BytesIO((mark + content.read()).decode("utf-16", errors="replace").encode())
    content.seek(len(mark) if mark == codecs.BOM_UTF8 else 0)
    return content


def _without_text(line: bytes) -> bytes:
    """Return a message without its text and results of tools: only the kinds of its parts count.

    Most of a session is text, and a report would search through it several times. Numbers keep
    their digits: tools write JSON's own, whose shortest form is read and written unchanged.
    """
    try:
        document = json.loads(line)
        parts = document["message"]["content"]
        kept = [{name: part.get(name) for name in ("type", "name")} for part in parts]
    except (ValueError, KeyError, TypeError, AttributeError):
        return line
    document["message"]["content"] = kept
    document.pop("toolUseResult", None)
    return json.dumps(document).encode()
