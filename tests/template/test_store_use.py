"""The template held against what the functions really ask of the store, request by request."""

from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Any

import pytest

from tests.store_door import StoreDoor, Use, store_door
from tests.store_users import DOINGS, do
from tests.tables import fresh_table
from tests.template.permissions import role_of, statements
from tools.template import resources

Template = dict[str, Any]


@pytest.fixture
def door(moto_endpoint: str) -> Iterator[StoreDoor]:
    with store_door(moto_endpoint) as found:
        yield found


def function_of(template: Template, folder: str) -> str:
    """The logical id of the function in this folder."""
    (found,) = [
        function_id
        for function_id, function in resources(template, "AWS::Serverless::Function").items()
        if function["Properties"]["CodeUri"] == f"functions/{folder}/"
    ]
    return found


def test_everything_with_a_table_is_held_against_it(template: Template) -> None:
    folders = {
        function["Properties"]["CodeUri"].split("/")[1]
        for function in resources(template, "AWS::Serverless::Function").values()
    }
    assert folders - DOINGS.keys() == {"site"}


@pytest.mark.parametrize("folder", DOINGS)
def test_a_role_allows_exactly_what_its_function_asks_of_the_store(
    folder: str, template: Template, deployed: Template, moto_endpoint: str, door: StoreDoor
) -> None:
    for doing in DOINGS[folder]:
        with fresh_table(template, moto_endpoint) as table:
            do(doing, table, door)

    role = role_of(deployed, function_of(template, folder))
    granted = [
        (action, _keys(statement.document))
        for statement in statements(deployed)
        if statement.owner == role and statement.document["Effect"] == "Allow"
        for action in statement.actions
        if action.startswith("dynamodb:")
    ]
    assert [use for use in sorted(door.uses) if not _allowed(use, granted)] == []
    assert {action for action, _ in granted} == {use.action for use in door.uses}


def _keys(statement: dict[str, Any]) -> list[str]:
    """The patterns of the partition keys that a statement is about; all of them without any."""
    keys = statement.get("Condition", {}).get("ForAllValues:StringLike", {})
    patterns: list[str] = keys.get("dynamodb:LeadingKeys", ["*"])
    return patterns


def _allowed(use: Use, granted: list[tuple[str, list[str]]]) -> bool:
    return any(
        action == use.action and any(fnmatchcase(use.partition, one) for one in keys)
        for action, keys in granted
    )
