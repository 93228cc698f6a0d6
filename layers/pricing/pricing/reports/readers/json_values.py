"""Splits one large JSON document into its records, without holding it in memory.

Exports are often one array, or one object with the array of records inside, on one line or on many.
Only brackets, commas and strings are looked at; what each record says is read later, and a record
that is not JSON is rejected then. Long texts, which hold no count, are cut.
"""

import json
import re
from collections.abc import Callable, Collection, Iterator
from typing import BinaryIO

from pricing.usage.response import USAGES

CHUNK = 1 << 20
#: A string across chunks that is longer holds no usage.
_LONG_STRING = CHUNK // 2
#: Where exports keep the list of their records, and OpenTelemetry that of its resources.
LISTS = (
    *("data", "records", "spans", "traces", "observations", "generations", "messages", "items"),
    *("rows", "results", "result", "runs", "calls", "logs", "events", "value", "entries", "usage"),
    *("usageEventsDisplay", "usageEvents", "requests", "responses", "Records", "hits", "content"),
    *("daily", "sessions", "blocks", "logEvents", "conversations"),
)
OTLP_LISTS = ("resourceSpans", "resourceLogs", "batches")
#: What the records in a list inherit from the object that has the list.
HANDED_DOWN = ("sessionId", "projectHash", "object", "timestamp", "session_id")
#: What holds a response within a record.
_HOLDERS = ("response", "message", "body", "result", "output", "modelOutput")
_LONG_TEXT = 300
_CUT = b'"' + b"x" * _LONG_TEXT + b'"'
#: The longest value of an object that its records inherit.
_SHORT = 1_000
#: A whole string, a character that structures JSON, or the start of a string that is cut off.
_TOKEN = re.compile(rb'"(?:[^"\\]++|\\.)*+"|[\[\]{},]|"', re.DOTALL)
_IN_STRING = re.compile(rb'(?:[^"\\]++|\\.)*+', re.DOTALL)
_BREAKS = re.compile(rb"[\r\n]+")


def shortened(text: re.Match[bytes]) -> bytes:
    """A string, cut if it is long: not a name, nor JSON that holds usage."""
    found = text.group()
    named = text.string[text.end() : text.end() + 1] == b":"
    if len(found) <= _LONG_TEXT or named or b"oken" in found or b"sage" in found:
        return found
    return _CUT


def records(
    source: BinaryIO,
    longest: int,
    is_record: Callable[[Collection[str], Collection[str]], bool] = lambda _names, _lists: False,
) -> Iterator[bytes]:
    """The records of one large object, each on one line.

    They are the entries of its lists of records, each with what the object hands down to them. An
    object with usage or a response of its own, or without such a list, is itself the only record,
    and so is one that ``is_record`` by its names and those of its lists.
    """
    found = dict(_members(source))
    lists = [name for name in (*LISTS, *OTLP_LISTS) if found.get(name, b"")[:1] == b"["]
    source.seek(0)
    has_own = any(found.get(name, b"")[:1] == b"{" for name in (*USAGES, *_HOLDERS))
    if not lists or has_own or is_record(found.keys(), lists):
        yield from elements(source, 0, longest)
        return
    outer = [f'"{name}": '.encode() + found[name] for name in HANDED_DOWN if name in found]
    holder = next((name for name in OTLP_LISTS if name in lists), "records")
    for entry in elements(source, 2, longest, lists):
        if not outer and holder not in OTLP_LISTS:
            yield entry
            continue
        yield b"{" + b", ".join([*outer, f'"{holder}": ['.encode() + entry + b"]}"])


def _members(source: BinaryIO) -> Iterator[tuple[str, bytes]]:
    """The names of an object's members, with the beginning of their values."""
    for member in elements(source, 1, _SHORT, objects=True):
        try:
            name, end = json.JSONDecoder().raw_decode(member.decode(errors="replace"))
        except ValueError:
            continue
        value = member[len(member.decode(errors="replace")[:end].encode()) :].lstrip(b" \t:")
        if name not in HANDED_DOWN or _is_short(value):
            yield str(name), value


def _is_short(value: bytes) -> bool:
    """Whether a value is all there."""
    try:
        json.loads(value)
    except (ValueError, RecursionError):
        return False
    return len(value) <= _SHORT


def elements(
    source: BinaryIO,
    depth: int,
    longest: int,
    names: Collection[str] | None = None,
    *,
    objects: bool = False,
) -> Iterator[bytes]:
    """The values at a depth: 1 for those of an array, 2 for those of the arrays in an object.

    Of the arrays in an object, those with the ``names`` are read. With ``objects`` it is the
    members of an object, and depth 0 is the whole document. Each value is on one line. One of more
    than ``longest`` bytes is cut, so that it is rejected. If the document ends too early, what is
    left is its last element.
    """
    splitter, buffer = _Splitter(depth, longest, names, objects=objects), b""
    while chunk := source.read(CHUNK):
        buffer += chunk
        at = splitter.rest_of_string(buffer)
        for token in () if splitter.in_string else _TOKEN.finditer(buffer, at):
            splitter.keep(buffer[at : token.start()])
            at = token.end()
            if token.group() == b'"':  # it goes on in the next chunk
                at = _end_of_string(buffer, at)
                splitter.begin_string(buffer[token.start() : at])
                break
            if found := splitter.element(shortened(token)):
                yield found
        buffer = buffer[at:]
    splitter.keep(buffer)
    if found := splitter.taken():
        yield found


def _end_of_string(buffer: bytes, start: int) -> int:
    found = _IN_STRING.match(buffer, start)
    return found.end() if found else start


class _Splitter:
    """Where in the document the reading is, and what was read of the present element."""

    def __init__(
        self, depth: int, longest: int, names: Collection[str] | None, *, objects: bool
    ) -> None:
        self._depth, self._longest = depth, longest
        self._of_arrays = not objects
        self._names = None if names is None else {f'"{name}"'.encode() for name in names}
        self._kept = bytearray()
        #: For each open bracket, whether it is an array's.
        self._arrays: list[bool] = []
        #: The last string in the outermost object, and whether that names an array to read.
        self._name, self._named = b"", names is None
        #: Whether a string goes on in the next chunk, where it begins, and whether it is left out.
        self.in_string = False
        self._begins = 0
        self._skipping = False

    @property
    def _inside(self) -> bool:
        if not self._depth:
            return True
        is_open = len(self._arrays) >= self._depth
        return self._named and is_open and self._arrays[self._depth - 1] is self._of_arrays

    def keep(self, part: bytes) -> None:
        """Add to the present element, if the reading is in one."""
        if self._inside and len(self._kept) <= self._longest:
            self._kept.extend(part)

    def taken(self) -> bytes:
        """The present element on one line, empty where there is none."""
        text = _BREAKS.sub(b" ", bytes(self._kept)).strip()
        self._kept.clear()
        return text

    def begin_string(self, part: bytes) -> None:
        """Begin to read a string that goes on in the next chunk."""
        self.in_string, self._skipping, self._begins = True, False, len(self._kept)
        self._name = b""
        self._keep_string(part)

    def _keep_string(self, part: bytes) -> None:
        """Keep a part of a string, or a short text in place of a long string."""
        if len(self._arrays) == 1 and len(self._name) <= _LONG_TEXT:
            self._name += part
        if self._skipping:
            self.keep(b"" if self.in_string else b'"')
            return
        self.keep(part)
        if len(self._kept) - self._begins > _LONG_STRING:
            del self._kept[self._begins :]
            self._kept.extend(_CUT[:-1] if self.in_string else _CUT)
            self._skipping = self.in_string

    def rest_of_string(self, buffer: bytes) -> int:
        """Read on in a string that began in an earlier chunk; where it ends in this one."""
        if not self.in_string:
            return 0
        at = _end_of_string(buffer, 0)
        self.in_string = buffer[at : at + 1] != b'"'
        at += not self.in_string
        self._keep_string(buffer[:at])
        return at

    def element(self, token: bytes) -> bytes:
        """Read a token; the element that it ends, empty if it ends none."""
        level = len(self._arrays)
        at_end = level == self._depth and self._inside
        if token in b"[{":
            if level == 1 and self._names is not None:
                self._named = self._name in self._names
            self.keep(token)
            self._arrays.append(token == b"[")
            return b""
        if token in b"]}":
            if at_end and level:
                found = self.taken()
                self._arrays.pop()
                return found
            if level:
                self._arrays.pop()
            self.keep(token)
            return b""
        if token == b"," and at_end and level:
            return self.taken()
        if level == 1:
            self._name = token
        self.keep(token)
        return b""
