"""Lists that are too long are counted and refused before anything in them is read."""

from typing import Annotated, Any

import pytest
from pydantic import BaseModel, ValidationError

from pricing.api.requests.estimate import TextInput
from pricing.usage.anthropic import AnthropicUsage
from pricing.usage.bedrock import BedrockConverseUsage
from pricing.usage.gemini import GeminiUsage
from pricing.validation import AtMost


class Held(BaseModel):
    """A list of at most three numbers."""

    items: Annotated[list[int], AtMost(3)]


def test_a_list_of_the_stated_length_is_read_and_one_longer_is_not() -> None:
    assert Held.model_validate({"items": [1, 2, 3]}).items == [1, 2, 3]
    with pytest.raises(ValidationError) as caught:
        Held.model_validate({"items": [1, 2, 3, 4]})
    assert [one["type"] for one in caught.value.errors()] == ["too_long"]


def test_a_long_list_of_nonsense_is_one_error_and_not_one_for_each_item() -> None:
    with pytest.raises(ValidationError) as caught:
        Held.model_validate({"items": ["nonsense"] * 10_000})
    assert caught.value.error_count() == 1


def test_what_is_no_list_is_told_so_by_the_type_itself() -> None:
    with pytest.raises(ValidationError) as caught:
        Held.model_validate({"items": "abcd"})
    assert [one["type"] for one in caught.value.errors()] == ["list_type"]


def test_the_schema_shows_the_limit() -> None:
    assert Held.model_json_schema()["properties"]["items"]["maxItems"] == 3


def lists_without_limit(schema: Any, path: str = "") -> list[str]:
    """Where a schema has a list that may be of any length."""
    if isinstance(schema, list):
        return [found for one in schema for found in lists_without_limit(one, path)]
    if not isinstance(schema, dict):
        return []
    own = [path] if schema.get("type") == "array" and "maxItems" not in schema else []
    return own + [
        found
        for name, one in schema.items()
        for found in lists_without_limit(one, f"{path}/{name}")
    ]


@pytest.mark.parametrize("shape", [TextInput, AnthropicUsage, GeminiUsage, BedrockConverseUsage])
def test_no_list_a_caller_sends_is_without_a_limit(shape: type[BaseModel]) -> None:
    assert lists_without_limit(shape.model_json_schema()) == []
