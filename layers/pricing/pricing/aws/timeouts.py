"""How long AWS's SDK is waited for, so that a function can still say that nothing came.

Unasked, it waits a minute for every byte and tries up to ten times: a function would be ended by
Lambda long before, and its caller be told nothing. ``tests/template`` holds what is granted here
against the functions' timeouts.
"""

from typing import Any, NamedTuple


class Patience(NamedTuple):
    """With one call: seconds to connect, seconds until something is read, and how many attempts."""

    connect_seconds: float
    read_seconds: float
    attempts: int

    @property
    def worst_seconds(self) -> float:
        """The longest a call can take of which nothing comes, with the SDK's waits in between."""
        waits = (1 << (self.attempts - 1)) - 1  # at most 1, 2, 4, ... seconds: the SDK's own rule
        return self.attempts * (self.connect_seconds + self.read_seconds) + waits

    def config(self) -> Any:
        """The same, as a client is told it."""
        from botocore.config import Config  # whoever has a client has imported it

        return Config(
            connect_timeout=self.connect_seconds,
            read_timeout=self.read_seconds,
            retries={"total_max_attempts": self.attempts},
        )


#: While somebody waits for the answer.
ANSWERING = Patience(1, 2, 2)
#: For an object of megabytes, of which a part comes at a time.
OBJECTS = Patience(1, 4, 2)
#: In scheduled work, where another attempt is worth more than an early answer.
SCHEDULED = Patience(2, 5, 3)
