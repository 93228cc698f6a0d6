"""Find names in the lines of a price book without parsing them, and suggest similar names.

Parsing thousands of rows to find a name takes longer than everything else in an answer. The index
reads the bytes. It never misses a line, but may return one in which the name is something else: the
caller parses the few lines and decides.
"""

import json
import re
from collections.abc import Iterable, Sequence

_STRING = rb'"((?:[^"\\]|\\.)*)"'
_IDS = re.compile(rb'"id":' + _STRING)
_PROVIDERS = re.compile(rb'"provider":' + _STRING)
_ALIASES = re.compile(rb'"aliases":\[((?:"(?:[^"\\]|\\.)*",?)*)\]')
_EACH = re.compile(_STRING)


def key_in(line: bytes) -> str | None:
    """Return the ``provider/id`` of a row, or None where only parsing it can tell."""
    ids, providers = _IDS.findall(line), _PROVIDERS.findall(line)
    if len(ids) != 1 or len(providers) != 1:
        return None
    return f"{_read(providers[0])}/{_read(ids[0])}"


class NameIndex:
    """The names of a price book: ``bare`` ones need no provider, ``full`` are ``provider/id``."""

    def __init__(self, lines: Sequence[bytes]) -> None:
        self._lines: dict[str, list[int]] = {}
        bare: set[str] = set()
        full: set[str] = set()
        for number, line in enumerate(lines):
            ids = [_read(name) for name in _IDS.findall(line)]
            aliases = [
                _read(name) for names in _ALIASES.findall(line) for name in _EACH.findall(names)
            ]
            for name in {*ids, *aliases}:
                self._lines.setdefault(name, []).append(number)
            if b'"bare_names":false' not in line:
                bare.update(ids, aliases)
            full.update(f"{_read(name)}/{ids[-1]}" for name in _PROVIDERS.findall(line) if ids)
        self.bare = list(bare)
        self.full = list(full)
        self._cased: dict[str, list[str]] | None = None

    def ending_in(self, tail: str) -> list[str]:
        """Return the names after a provider whose last part is this one, whatever its capitals."""
        wanted = f"/{tail}"
        return sorted(name for name in self.full if name.lower().endswith(wanted))

    def in_any_case(self, lowered: str) -> Sequence[str]:
        """The names, bare or behind their provider, that differ from this one in capitals only."""
        if self._cased is None:
            self._cased = {}
            for name in (*self.bare, *self.full):
                self._cased.setdefault(name.lower(), []).append(name)
        return self._cased.get(lowered, ())

    def lines_with(self, name: str) -> Sequence[int]:
        """Return the numbers of the lines that may be the row of this id or alias, in order."""
        return self._lines.get(name, ())


def _read(name: bytes) -> str:
    text: str = json.loads(b'"%b"' % name) if b"\\" in name else name.decode()
    return text


MIN_SIMILARITY = 0.6  # a ratio of characters, as difflib defines it; nothing of money
#: The number of names that are compared letter by letter after a first, cheap ranking.
SHORT_LIST = 12


class NameSuggester:
    """Names to suggest for a misspelt one.

    difflib alone takes a tenth of a second for thousands of names. So names of a similar length are
    ranked by shared pairs of letters first, and difflib compares a short list.
    """

    def __init__(self, names: Iterable[str]) -> None:
        self._padded = [f" {name} " for name in sorted(names)]

    def around(self, wanted: str) -> Sequence[str]:
        """Return names that begin or end with this one, set off by a hyphen, shortest first."""
        found = [
            name[1:-1]
            for name in self._padded
            if name.startswith(f" {wanted}-") or name.endswith(f"-{wanted} ")
        ]
        return sorted(found, key=lambda name: (len(name), name))

    def at(self, provider: str, part: str) -> Sequence[str]:
        """Return the names of a provider that contain this part: its own, the shortest first.

        A name with a further part before it is that of a region, or of another provider there.
        """
        found = [
            name[1:-1]
            for name in self._padded
            if name.startswith(f" {provider}/") and part in name.lower()
        ]
        return sorted(found, key=lambda name: (name.count("/"), len(name), name))

    def nearest(self, wanted: str) -> Sequence[str]:
        """Return names with a similarity of 0.6 or more, nearest first, then alphabetically."""
        from difflib import SequenceMatcher  # only an error needs it

        length, pairs = len(wanted) + 2, _pairs(wanted)
        # Twice the shorter length over both together is the best ratio there can be, and that
        # reaches 0.6 while the shorter is 3/7 of the longer.
        likely = [
            name
            for name in self._padded
            if 3 * length <= 7 * len(name) and 3 * len(name) <= 7 * length
        ]
        ranked = sorted(
            (-1000 * sum(pair in name for pair in pairs) // (len(pairs) + len(name)), name)
            for name in likely
        )
        matcher = SequenceMatcher(b=wanted, autojunk=False)
        near: list[tuple[float, str]] = []
        for _, padded in ranked[:SHORT_LIST]:
            name = padded[1:-1]
            matcher.set_seq1(name)
            similarity = matcher.ratio()
            if similarity >= MIN_SIMILARITY:
                near.append((-similarity, name))
        return [name for _, name in sorted(near)]


def _pairs(text: str) -> frozenset[str]:
    padded = f" {text} "
    return frozenset(padded[at : at + 2] for at in range(len(padded) - 1))
