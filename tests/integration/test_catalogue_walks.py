"""The pages of the list of models, and what restricts it."""

import pytest

from tests.support.catalogue import ROWS, Catalogue, ids, problem


def pages(catalogue: Catalogue, **query: str) -> list[list[str]]:
    """The ids of every page, from the first to the one without a next."""
    found: list[list[str]] = []
    cursor: dict[str, str] = {}
    while True:
        answer = catalogue.models(**query, **cursor)
        found.append(ids(answer))
        if answer.body["next_cursor"] is None:
            return found
        assert len(found) <= len(ROWS), "the walk does not end"
        cursor = {"cursor": answer.body["next_cursor"]}


def test_a_walk_over_the_pages_meets_every_model_once_in_a_stable_order(
    catalogue: Catalogue,
) -> None:
    walked = pages(catalogue, limit="7")
    assert [len(page) for page in walked] == [7, 7, 7, 7, 3]
    assert [model for page in walked for model in page] == sorted(ROWS)
    assert pages(catalogue, limit="7") == walked


def test_a_walk_keeps_its_filters(catalogue: Catalogue) -> None:
    walked = pages(catalogue, limit="2", family="haiku")
    assert walked == [
        ["claude-3-5-haiku", "claude-3-haiku"],
        ["claude-haiku-4-5", "claude-haiku-5-5"],
    ]


def test_the_last_page_has_no_cursor_even_when_it_is_full(catalogue: Catalogue) -> None:
    assert len(ROWS) == 31
    assert catalogue.models(limit="31").body["next_cursor"] is None
    assert catalogue.models(limit="30").body["next_cursor"] is not None
    assert pages(catalogue, limit="30") == [sorted(ROWS)[:30], sorted(ROWS)[30:]]


def test_a_page_goes_on_behind_a_model_that_the_version_does_not_have(catalogue: Catalogue) -> None:
    """As where another version becomes active between two pages."""
    first = catalogue.models(limit="1").body
    (last,) = first["models"]
    lesson = catalogue.models(pricing_version="lesson-2025")
    assert last["id"] not in ids(lesson)
    rest = catalogue.models(pricing_version="lesson-2025", cursor=first["next_cursor"])
    assert ids(rest) == [one for one in ids(lesson) if one > last["id"]]


@pytest.mark.parametrize("limit", ["1", "200"])
def test_a_page_may_hold_1_to_200_models(catalogue: Catalogue, limit: str) -> None:
    assert len(ids(catalogue.models(limit=limit))) == min(int(limit), 31)


@pytest.mark.parametrize("limit", ["0", "201", "-1", "1.5", "seven", "", "true", "9" * 5_000])
def test_any_other_limit_is_refused(catalogue: Catalogue, limit: str) -> None:
    errors = problem(catalogue.models(limit=limit), 422)["errors"]
    assert [one["pointer"] for one in errors] == ["/limit"]
