"""Lists of a stated length at most, counted before anything in them is looked at."""

from typing import Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticKnownError
from pydantic_core.core_schema import no_info_before_validator_function


class AtMost:
    """At most so many items: ``Annotated[list[str], AtMost(20)]``.

    pydantic's own ``max_length`` counts items that turned out valid: it reads all of a list of a
    hundred thousand that are not, and has an error for each.
    """

    def __init__(self, items: int) -> None:
        self.items = items

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        """Counts first, then reads as the list would be read anyhow."""
        return no_info_before_validator_function(self._check, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """The list's own schema, with the limit."""
        return {**handler(schema), "maxItems": self.items}

    def _check(self, value: Any) -> Any:
        if isinstance(value, list | tuple) and len(value) > self.items:
            counts = {"field_type": "List", "max_length": self.items, "actual_length": len(value)}
            raise PydanticKnownError("too_long", counts)
        return value
