"""Which large documents are one record, whose lists are not records of their own."""

from collections.abc import Collection

from pricing.reports.readers.formats import FORMATS
from pricing.reports.readers.record_format import may_have

#: A member of a document that is more than a row of the table: a result of Claude's agent SDK, a
#: bucket of a usage API, a transaction of Sentry, a call of Weave.
_OF_ONE = frozenset(
    ("modelUsage", "model_usage", "start_time", "starting_at", "contexts", "op_name")
)


def is_record(names: Collection[str], lists: Collection[str]) -> bool:
    """Whether a document with these names, and ``lists`` of what may be records, is one record.

    It is if it has the marks of a format next to its lists: what the lists hold is then of no use
    without it, or is in both.
    """
    if not _OF_ONE.isdisjoint(names):
        return True
    others = {*names} - {*lists}
    return any(
        may_have(names, known.marks) and any(may_have(others, (mark,)) for mark in known.marks)
        for known in FORMATS
    )
