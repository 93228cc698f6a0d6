"""Warnings: what an answer says in addition to its figures."""

from pricing.values import immutable


@immutable
class Notice:
    """A warning: a stable code for programs, and one sentence for people."""

    code: str
    """The kind of warning: a stable word for programs."""
    message: str
    """The warning as one sentence."""
