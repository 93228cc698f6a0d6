"""Rollbacks under load, a few; ``make rollbacks`` makes a hundred."""

import pytest

from tests.slow.rollbacks import Answered, Flip, Record, flip_under_load
from tests.support.tables import StoreTable


def test_no_estimate_fails_and_every_instance_follows(dynamodb_local_table: StoreTable) -> None:
    record = flip_under_load(dynamodb_local_table, flips=4, instances=3, cache_seconds=0.2)
    assert record.faults(0.2) == []
    assert {one.version for one in record.answers} == {"v1", "v2"}


FLIPS = [Flip(0.0, 1.0, "v1"), Flip(10.0, 11.0, "v2")]


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        (Answered(5.0, 6.0, 200, "v1", "3"), None),
        (Answered(12.9, 13.0, 200, "v1", "3"), None),
        (Answered(13.1, 13.2, 200, "v1", "3"), "v1 was answered when it was not active"),
        (Answered(9.0, 9.9, 200, "v2", "4"), "v2 was answered when it was not active"),
        (Answered(9.0, 10.0, 200, "v2", "4"), None),
        (Answered(12.0, 12.1, 200, "v2", "3"), "v2 costs 4, not 3"),
        (Answered(12.0, 12.1, 503, "", ""), "an estimate was answered 503"),
    ],
)
def test_an_answer_too_late_too_early_wrong_or_failed_is_a_fault(
    answer: Answered, fault: str | None
) -> None:
    assert Record(list(FLIPS), [answer]).faults(2.0) == ([] if fault is None else [fault])
