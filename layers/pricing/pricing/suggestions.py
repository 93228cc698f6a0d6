"""Did you mean: known names near to one that is not known."""

from collections.abc import Iterable, Sequence

MIN_SIMILARITY = 0.6  # a ratio of characters, as difflib defines it; nothing of money
#: How many names are compared letter by letter after a first, cheap ranking.
SHORT_LIST = 12


class Names:
    """Names that can be suggested.

    difflib alone takes a tenth of a second on thousands of names; counting shared pairs of letters
    first leaves it a short list, and lengths that differ too much are not even counted.
    """

    def __init__(self, names: Iterable[str]) -> None:
        self._padded = [f" {name} " for name in sorted(names)]

    def nearest(self, wanted: str) -> Sequence[str]:
        """Names with a similarity of 0.6 or more, nearest first; equals in alphabetical order."""
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
