"""How long AWS's SDK waits, so that a function can still answer when a service does not.

By default the SDK waits a minute for every byte and makes several attempts: Lambda would end the
function long before, without an answer. ``tests/template`` compares these timeouts with those of
the functions.
"""

from typing import Any, NamedTuple


class Timeouts(NamedTuple):
    """Of one call: seconds to connect, seconds until something is read, and attempts."""

    connect_seconds: float
    read_seconds: float
    attempts: int

    @property
    def worst_seconds(self) -> float:
        """The longest a call can take without an answer, the SDK's own pauses included."""
        pauses = (1 << (self.attempts - 1)) - 1  # at most 1, 2, 4, ... seconds: the SDK's own rule
        return self.attempts * (self.connect_seconds + self.read_seconds) + pauses

    def config(self) -> Any:
        """The same, as a boto3 client takes it."""
        from botocore.config import Config  # who has a client has imported it

        return Config(
            connect_timeout=self.connect_seconds,
            read_timeout=self.read_seconds,
            retries={"total_max_attempts": self.attempts},
        )


#: While a caller waits for the answer.
ANSWERING = Timeouts(1, 2, 2)
#: For an object of several megabytes, which arrives in parts.
OBJECTS = Timeouts(1, 4, 2)
#: In scheduled work, where another attempt is worth more than an early answer.
SCHEDULED = Timeouts(2, 5, 3)
#: For work from a queue, which makes the next attempt itself, and for what is not missed.
ONE_ATTEMPT = Timeouts(0.5, 1.5, 1)
