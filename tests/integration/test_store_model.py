"""A short walk of the store and its model; ``make store-model`` takes 10,000 steps."""

import pytest

from pricing.versions.proposals import StoredVersion
from tests.slow.store_model import walk


def test_the_store_and_its_model_never_differ(dynamodb_local_endpoint: str) -> None:
    assert walk(dynamodb_local_endpoint, steps=60, shrink=False) >= 60


def test_a_store_that_lets_anybody_approve_is_seen_to_differ_from_its_model(
    dynamodb_local_endpoint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(StoredVersion, "may_be_activated_by", lambda *_: True)
    with pytest.raises(AssertionError, match="where NotTheApprover was due"):
        walk(dynamodb_local_endpoint, steps=2_000, shrink=False)
