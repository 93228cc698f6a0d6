"""Splits one large JSON document into its records, without holding it in memory.

Exports are often one array, or one object with the array of records inside, on one line or on many.
Only brackets, commas and strings are looked at; what each record says is read later, and a record
that is not JSON is rejected then.
"""

import re
from collections.abc import Iterator
from typing import BinaryIO

CHUNK = 1 << 20
#: A whole string, a character that structures JSON, or the start of a string that is cut off.
_TOKEN = re.compile(rb'"(?:[^"\\]++|\\.)*+"|[\[\]{},]|"', re.DOTALL)
_IN_STRING = re.compile(rb'(?:[^"\\]++|\\.)*+', re.DOTALL)
_BREAKS = re.compile(rb"[\r\n]+")


def elements(source: BinaryIO, depth: int, longest: int) -> Iterator[bytes]:
    """The values at a depth: 1 for those of an array, 2 for those of the arrays in an object.

    Each is on one line. One of more than ``longest`` bytes is cut, so that it is rejected. If the
    document ends too early, what is left is its last element.
    """
    splitter, buffer = _Splitter(depth, longest), b""
    while chunk := source.read(CHUNK):
        buffer += chunk
        at = splitter.rest_of_string(buffer)
        for token in () if splitter.in_string else _TOKEN.finditer(buffer, at):
            splitter.keep(buffer[at : token.start()])
            at = token.end()
            if token.group() == b'"':  # it goes on in the next chunk
                at = _end_of_string(buffer, at)
                splitter.keep(buffer[token.start() : at])
                splitter.in_string = True
                break
            if found := splitter.element(token.group()):
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

    def __init__(self, depth: int, longest: int) -> None:
        self._depth, self._longest = depth, longest
        self._kept = bytearray()
        #: For each open bracket, whether it is an array's.
        self._arrays: list[bool] = []
        self.in_string = False

    @property
    def _inside(self) -> bool:
        return len(self._arrays) >= self._depth and self._arrays[self._depth - 1]

    def keep(self, part: bytes) -> None:
        """Add to the present element, if the reading is in one."""
        if self._inside and len(self._kept) <= self._longest:
            self._kept.extend(part)

    def taken(self) -> bytes:
        """The present element on one line, empty where there is none."""
        text = _BREAKS.sub(b" ", bytes(self._kept)).strip()
        self._kept.clear()
        return text

    def rest_of_string(self, buffer: bytes) -> int:
        """Read on in a string that began in an earlier chunk; where it ends in this one."""
        if not self.in_string:
            return 0
        at = _end_of_string(buffer, 0)
        self.in_string = buffer[at : at + 1] != b'"'
        at += not self.in_string
        self.keep(buffer[:at])
        return at

    def element(self, token: bytes) -> bytes:
        """Read a token; the element that it ends, empty if it ends none."""
        level = len(self._arrays)
        at_end = level == self._depth and self._inside
        if token in b"[{":
            self.keep(token)
            self._arrays.append(token == b"[")
            return b""
        if token in b"]}":
            if at_end:
                found = self.taken()
                self._arrays.pop()
                return found
            if level:
                self._arrays.pop()
            self.keep(token)
            return b""
        if token == b"," and at_end:
            return self.taken()
        self.keep(token)
        return b""
