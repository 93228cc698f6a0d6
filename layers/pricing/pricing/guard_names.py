"""Names that came from outside: which could not be sent, and which only look like a known one."""

import re
from collections.abc import Iterable

from pricing.guard_rules import Doubt
from pricing.price_book_checks import MAX_NAME

_NAME = re.compile(r"[A-Za-z0-9@~][A-Za-z0-9._:/@+~\[\]()=,*-]*")
#: Characters that are read as another; what is left of a name after replacing them is its look.
_LOOKS = str.maketrans({"0": "o", "1": "l", "i": "l", "|": "l"})
_PAIRS = (("rn", "m"), ("vv", "w"))


def look(name: str) -> str:
    """What a name looks like at a glance."""
    plain = name.lower().translate(_LOOKS)
    for pair, single in _PAIRS:
        plain = plain.replace(pair, single)
    return plain


class Names:
    """The known names of each provider, by how they look."""

    def __init__(self, known: Iterable[tuple[str, str]]) -> None:
        self._known = set(known)
        self._looks: dict[tuple[str, str], str] = {}
        for provider, name in self._known:
            self._looks.setdefault((provider, look(name)), name)

    def knows(self, provider: str, name: str) -> bool:
        """Whether this provider has a model of exactly this name."""
        return (provider, name) in self._known

    def add(self, provider: str, name: str) -> None:
        """Take a new name among the known ones."""
        self._known.add((provider, name))
        self._looks.setdefault((provider, look(name)), name)

    def doubt_about(self, provider: str, name: str) -> Doubt | None:
        """Why a new name is refused; None for a known one, or one that nothing looks like."""
        if (provider, name) in self._known:
            return None
        if not _NAME.fullmatch(name) or len(f"{provider}/{name}") > MAX_NAME:
            return Doubt.of("invalid_name")
        twin = self._looks.get((provider, look(name)))
        if twin is not None and twin.lower() != name.lower():
            return Doubt.of("confusable_name", twin)
        return None
