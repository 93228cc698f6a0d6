"""How many batches it takes, against filling them one by one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pricing.errors import InvalidRequest
from pricing.plans.batch import MAX_BYTES, MAX_REQUESTS, batch_size
from pricing.plans.batch_suitability import BatchWork, kind_of, suitability


def filled(requests: int, size: int) -> int:
    """Batches, when each takes as many requests as both limits let it."""
    batches = 0
    while requests > 0:
        taken = min(requests, MAX_REQUESTS)
        while taken * size > MAX_BYTES:
            taken = MAX_BYTES // size
        requests -= taken
        batches += 1
    return batches


@given(st.integers(1, 3_000_000), st.integers(1_000, 10_000_000))
def test_batches_are_as_many_as_filling_them_takes(requests: int, size: int) -> None:
    requests = min(requests, 20_000 * MAX_BYTES // size)
    found = batch_size(requests, size)
    assert found.batches == filled(requests, size)
    assert found.requests_per_batch <= MAX_REQUESTS
    assert found.requests_per_batch * size <= MAX_BYTES


def test_no_batch_holds_a_request_larger_than_itself() -> None:
    assert batch_size(2, MAX_BYTES).batches == 2
    with pytest.raises(InvalidRequest):
        batch_size(1, MAX_BYTES + 1)


@pytest.mark.parametrize(
    ("task", "kind"),
    [
        ("TRANSLATE the manual", "translation"),
        ("categorise tickets", "classification"),
        ("Summarise 10,000 documents", "summarization"),
        ("static analysis of the repository", "code_analysis"),
        ("chatter about nothing", None),
        ("the city", None),
        ("reported speech", None),
    ],
)
def test_a_kind_is_recognised_by_whole_words(task: str, kind: str | None) -> None:
    assert kind_of(task) == kind


def test_embeddings_suit_where_the_provider_sells_them() -> None:
    found = suitability(BatchWork(kind="embedding"), None, "voyageai")
    assert found.suits == "yes"


def test_a_model_that_is_not_offered_in_batches_rules_everything_out() -> None:
    found = suitability(BatchWork(realtime=False, kind="report"), "It has none.", "anthropic")
    assert found.suits == "no"
    assert found.reasons[0].effect == "rules_out"
