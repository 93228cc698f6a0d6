"""Which lines of a price book hold which names, read from its bytes without parsing a row.

Parsing thousands of rows to find a name takes longer than everything else an answer does. The
index may name a line too many, for a name that stands there as something else; it never misses
one. Whoever asks parses the few lines it names and decides.
"""

import json
import re
from collections.abc import Sequence

_STRING = rb'"((?:[^"\\]|\\.)*)"'
_IDS = re.compile(rb'"id":' + _STRING)
_PROVIDERS = re.compile(rb'"provider":' + _STRING)
_ALIASES = re.compile(rb'"aliases":\[((?:"(?:[^"\\]|\\.)*",?)*)\]')
_EACH = re.compile(_STRING)


class NameIndex:
    """``bare`` names need no provider before them; ``full`` ones are ``provider/id``."""

    def __init__(self, lines: Sequence[bytes]) -> None:
        self._held: dict[bytes, list[int]] = {}
        bare: set[bytes] = set()
        full: set[bytes] = set()
        for number, line in enumerate(lines):
            ids = _IDS.findall(line)
            aliases = [name for names in _ALIASES.findall(line) for name in _EACH.findall(names)]
            for name in {*ids, *aliases}:
                self._held.setdefault(name, []).append(number)
            if b'"bare_names":false' not in line:
                bare.update(ids, aliases)
            full.update(b"%b/%b" % (seller, ids[-1]) for seller in _PROVIDERS.findall(line) if ids)
        self.bare = list(map(_read, bare))
        self.full = list(map(_read, full))

    def lines_with(self, name: str) -> Sequence[int]:
        """The lines that may be the row of this id or alias, in order."""
        return self._held.get(_written(name), ())


def _written(name: str) -> bytes:
    """As canonical JSON writes it, between its quotes."""
    return json.dumps(name, ensure_ascii=False)[1:-1].encode()


def _read(name: bytes) -> str:
    text: str = json.loads(b'"%b"' % name) if b"\\" in name else name.decode()
    return text
