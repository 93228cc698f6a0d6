"""Did you mean: known names near to one that is not known."""

from collections.abc import Iterable, Sequence

MIN_SIMILARITY = 0.6  # a ratio of characters, as difflib defines it; nothing of money
#: How many names are compared letter by letter after a first, cheap ranking.
SHORT_LIST = 12


class Names:
    """Names that can be suggested, indexed by their pairs of letters.

    difflib alone takes a tenth of a second on thousands of names; ranking by shared pairs first
    leaves it a short list.
    """

    def __init__(self, names: Iterable[str]) -> None:
        self._pairs = {name: _pairs(name) for name in names}

    def nearest(self, wanted: str) -> Sequence[str]:
        """Names with a similarity of 0.6 or more, nearest first; equals in alphabetical order."""
        from difflib import SequenceMatcher  # only an error needs it

        pairs = _pairs(wanted)
        ranked = sorted(
            (-len(pairs & known) * 1000 // (len(pairs) + len(known)), name)
            for name, known in self._pairs.items()
        )
        matcher = SequenceMatcher(b=wanted, autojunk=False)
        near: list[tuple[float, str]] = []
        for _, name in ranked[:SHORT_LIST]:
            matcher.set_seq1(name)
            if matcher.real_quick_ratio() < MIN_SIMILARITY:
                continue  # their lengths alone differ too much, as with a reference of a whole URL
            similarity = matcher.ratio()
            if similarity >= MIN_SIMILARITY:
                near.append((-similarity, name))
        return [name for _, name in sorted(near)]


def _pairs(text: str) -> frozenset[str]:
    padded = f" {text} "
    return frozenset(padded[at : at + 2] for at in range(len(padded) - 1))
