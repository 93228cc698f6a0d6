"""What a refresh remembers is read back as it was written, and refused where it is none."""

from decimal import InvalidOperation
from typing import Any

import pytest

from pricing.refresh.memory import Memory

MOVED = {"openai/gpt-5 standard.input": "2026-11-20 1.25"}


def test_a_memory_is_read_back_from_its_document() -> None:
    memory = Memory(
        seen={"litellm": ("a", "b")},
        missing={"openai/gpt-5": "2026-11-20"},
        old_copies={"litellm": 1},
        applied={"litellm": "b"},
        moved=MOVED,
        compared="2026-12-01T03:00:00Z",
    )
    assert Memory.of(memory.document()) == memory
    assert Memory.of(None) == Memory.of({}) == Memory()


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
def test_what_is_no_memory_is_refused(document: dict[str, Any]) -> None:
    with pytest.raises((ValueError, InvalidOperation)):
        Memory.of(document)
