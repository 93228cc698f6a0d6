"""Signing secrets: cached, read anew in time for a rotation, kept while the store is out."""

import pytest

from pricing.errors import StoreUnavailable
from pricing.slack.signing import SecretsUnavailable, SigningSecrets


class Store:
    """A secret store whose value and health a test sets; it counts reads."""

    def __init__(self, value: str) -> None:
        self.value = value
        self.up = True
        self.reads = 0
        self.now = 0.0

    def load(self) -> str:
        self.reads += 1
        if not self.up:
            raise StoreUnavailable("Systems Manager did not answer: TimeoutError")
        return self.value

    def secrets(self) -> SigningSecrets:
        return SigningSecrets(self.load, monotonic=lambda: self.now)


@pytest.mark.parametrize(
    ("value", "found"),
    [("one", ("one",)), ("new,old", ("new", "old")), (" new\nold ", ("new", "old"))],
)
def test_a_parameter_holds_one_secret_or_two(value: str, found: tuple[str, ...]) -> None:
    assert Store(value).secrets().current() == found


@pytest.mark.parametrize("value", ["", " ", ",", "one two three"])
def test_a_parameter_with_any_other_number_of_them_is_none(value: str) -> None:
    with pytest.raises(SecretsUnavailable):
        Store(value).secrets().current()


def test_secrets_are_read_once_in_five_minutes() -> None:
    store = Store("one")
    secrets = store.secrets()

    assert store.reads == 0
    for now, reads in ((0.0, 1), (299.9, 1), (300.0, 2)):
        store.now = now
        secrets.current()
        assert store.reads == reads


def test_a_wrong_signature_has_them_read_again_but_not_every_time() -> None:
    store = Store("old")
    secrets = store.secrets()
    secrets.current()
    store.value = "new old"

    store.now = 29.9
    assert secrets.changed() == ()
    assert store.reads == 1
    store.now = 30.0
    assert secrets.changed() == ("new", "old")
    assert secrets.changed() == ()
    assert store.reads == 2


def test_secrets_read_before_count_while_the_store_does_not_answer() -> None:
    store = Store("one")
    secrets = store.secrets()
    secrets.current()
    store.up, store.now = False, 301.0

    assert secrets.current() == ("one",)


def test_without_any_secret_the_store_is_asked_every_time() -> None:
    store = Store("one")
    store.up = False
    secrets = store.secrets()
    for _ in range(2):
        with pytest.raises(SecretsUnavailable):
            secrets.current()
    assert store.reads == 2

    store.up = True
    assert secrets.current() == ("one",)
