"""What one refresh remembers for the next: which answers are old copies, and which corrections."""

from decimal import Decimal, InvalidOperation
from typing import Any

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


def test_every_part_of_a_memory_survives_its_document() -> None:
    memory = Memory(
        seen={"litellm": ("a", "b")},
        missing={"openai/gpt-5": "2026-11-20"},
        old_copies={"litellm": 1},
        applied={"litellm": "b"},
        moved={"openai/gpt-5 standard.input": "2026-11-20 1.25"},
        compared="2026-12-01T03:00:00Z",
    )
    assert Memory.of(memory.document()) == memory


@pytest.mark.parametrize(
    "document",
    [
        {"moved": {"a": "2026-11-20 NaN"}},
        {"moved": {"a": "2026-11-20 Infinity"}},
        {"moved": {"a": "2026-11-20"}},
        {"moved": {"a": "yesterday 1.25"}},
        {"missing": {"a": "yesterday"}},
        {"old_copies": {"a": "many"}},
        {"compared": "yesterday"},
    ],
)
def test_a_document_of_another_form_is_refused(document: dict[str, Any]) -> None:
    with pytest.raises((ValueError, InvalidOperation)):
        Memory.of(document)


FIELD = "maker/swift standard.input"


def moved(memory: Memory, day: str, *sources: str, before: str | None = "2") -> Memory:
    change: dict[str, Any] = {"model": "maker/swift", "field": "standard.input", "after": "2.2"}
    change |= {"before": before, "sources": sources}
    return memory.after([], {}, [change], now=f"{day}T03:00:00")


def test_the_price_before_one_source_moved_it_is_remembered_for_thirty_days() -> None:
    memory = moved(Memory(), "2026-11-01", "a list")
    assert memory.confirmed("2026-11-01") == {FIELD: Decimal(2)}
    assert memory.confirmed("2026-12-01") == {FIELD: Decimal(2)}
    assert memory.confirmed("2026-12-02") == {}
    assert memory.after([], {}, now="2026-12-01T03:00:00").moved == {FIELD: "2026-11-01 2"}
    assert memory.after([], {}, now="2026-12-02T03:00:00").moved == {}


def test_the_first_of_several_moves_by_one_source_counts() -> None:
    memory = moved(moved(Memory(), "2026-11-01", "a list"), "2026-11-09", "a list", before="2.2")
    assert memory.moved == {FIELD: "2026-11-01 2"}


@pytest.mark.parametrize(
    ("sources", "before"), [(("a list", "another"), "2.2"), ((), "2.2"), (("a list",), None)]
)
def test_a_price_that_two_sources_agree_on_or_that_is_new_has_not_moved(
    sources: tuple[str, ...], before: str | None
) -> None:
    memory = moved(moved(Memory(), "2026-11-01", "a list"), "2026-11-09", *sources, before=before)
    assert memory.moved == {}


def test_as_many_answers_and_prices_are_remembered_as_are_of_use() -> None:
    memory = Memory(applied={f"maker/{number} standard.input": "1" for number in range(5_000)})
    for number in range(401):  # one more than are remembered
        memory = memory.after([answer(str(number))], {})
    assert not memory.is_old_copy(answer("0"))
    assert memory.is_old_copy(answer("1"))
    memory = moved(memory, "2026-11-01", "a list")
    assert len(memory.applied) == 5_000
    assert next(iter(memory.applied)) == "maker/1 standard.input"
    assert list(memory.applied)[-1] == FIELD


def test_the_same_answer_again_is_remembered_once(memory: Memory) -> None:
    again = memory.after([answer("tuesday")], {})
    assert again.seen == memory.seen
    assert [len(hashes) for hashes in again.seen.values()] == [2]


def test_a_price_that_changes_again_is_the_newest_of_those_applied() -> None:
    fields = ("standard.input", "standard.output", "standard.input")
    changes = [{"model": "m", "field": field, "before": "1", "after": "2"} for field in fields]
    assert list(Memory().after([], {}, changes).applied) == [
        "m standard.output",
        "m standard.input",
    ]
