"""How much of a file is read one by one, which a body may ask for within limits."""

#: What it takes to look at a value, to read it as a record, and to price that by itself.
LOOK, READ, PRICE = 1, 3, 4
#: So many members of a record take as long as a look at it.
WIDE = 15


class TooMuchWork(Exception):
    """More records must be read one by one than may be: what is wrong is not one of them."""


class Work:
    """Counts what was read one by one; ``most`` is a number of records, None for any."""

    def __init__(self, most: int | None) -> None:
        self._most = most
        self._done = 0

    def add(self, steps: int) -> None:
        """Count what is to be done next; raises TooMuchWork for more than may be."""
        self._done += steps
        if self._most is not None and self._done > self._most * (LOOK + READ):
            raise TooMuchWork(
                f"More than {self._most:,} of its records must be read one by one, the limit for a"
                " body of this size: those that are rejected, that sum up calls (each counts"
                " twice), that have many members (60 count as a record), or whose form differs from"
                " that of their neighbours. Send the log in parts, or as a file in S3."
            )
