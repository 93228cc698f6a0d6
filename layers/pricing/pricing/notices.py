"""Things an answer says besides its figures."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Notice:
    """A warning: a stable code for programs and one sentence for people."""

    code: str
    message: str
