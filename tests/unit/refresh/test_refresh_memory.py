"""What one refresh remembers for the next: which answers are old copies, and which corrections."""

import pytest

from pricing.refresh.memory import Memory
from pricing.sources.payload import Payload


def answer(text: str) -> Payload:
    return Payload("a list", "https://example.com", "2026-11-24T03:00:00Z", None, text.encode())


@pytest.fixture
def memory() -> Memory:
    """After Monday's answer and Tuesday's."""
    return Memory().after([answer("monday")], {}).after([answer("tuesday")], {})


def test_the_newest_answer_again_is_not_an_old_copy(memory: Memory) -> None:
    assert not memory.is_old_copy(answer("tuesday"))
    assert not memory.is_old_copy(answer("wednesday"))


def test_an_answer_from_before_the_newest_is_an_old_copy(memory: Memory) -> None:
    assert memory.is_old_copy(answer("monday"))


def test_an_old_answer_that_stays_is_a_correction(memory: Memory) -> None:
    for _ in range(2):
        assert memory.is_old_copy(answer("monday"))
        memory = memory.after([answer("monday")], {})
    assert not memory.is_old_copy(answer("monday"))
    memory = memory.after([answer("monday")], {})
    assert memory.is_old_copy(answer("tuesday"))


def test_an_old_copy_now_and_then_stays_one(memory: Memory) -> None:
    for _ in range(5):
        assert memory.is_old_copy(answer("monday"))
        memory = memory.after([answer("monday")], {}).after([answer("tuesday")], {})


def test_a_new_price_replaces_the_one_announced_before_it() -> None:
    def change(field: str, after: str) -> dict[str, str]:
        return {"model": "maker/swift", "field": field, "after": after}

    announced = Memory().after([], {}, [change("standard.input@2026-12-01T00:00:00", "2")])
    now = announced.after([], {}, [change("standard.input", "3")], ["maker/new"])
    assert now.applied == {"maker/swift standard.input": "3", "maker/new added": "added"}


def test_a_memory_survives_its_document(memory: Memory) -> None:
    memory = memory.after([answer("monday")], {"maker/swift": "2026-11-24"})
    assert Memory.of(memory.document()) == memory
    assert Memory.of(None) == Memory()
