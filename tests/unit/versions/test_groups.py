"""Pending prices by cause, and the version in which some of the groups are approved."""

from typing import Any

import pytest

from pricing.errors import Conflict, InvalidRequest
from pricing.versions.groups import pending_groups, still_held, with_groups
from pricing.versions.proposals import QuarantinedField
from tests.support.books import book, row

AT = "2026-11-24T09:00:00Z"


def pending(
    model: str, field: str, before: str | None, after: str | None, **changes: Any
) -> QuarantinedField:
    facts = {
        "provider": "acme",
        "sources": ("litellm",),
        "code": "change_over_25_percent",
    } | changes
    return QuarantinedField(
        model=model, field=field, before=before, after=after, reason="one source", **facts
    )


def search(model: str) -> list[QuarantinedField]:
    """A search fee in two modes and a tier, as one model has it."""
    fields = ("standard.web_search", "batch.web_search", "standard.web_search>272000")
    return [pending(model, field, "0.01", "0.014") for field in fields]


def priced(name: str, usd: str, **facts: Any) -> dict[str, Any]:
    rates = {"input": usd, "output": "15"}
    return row(name, prices=[{"source": "list", "lists": {"standard": {"rates": rates}}}], **facts)


def test_one_change_of_a_provider_is_one_group() -> None:
    fields = [field for number in range(101) for field in search(f"gpt-{number:03}")]
    (group,) = pending_groups(fields)
    assert (group.change, len(group.models), group.prices) == ("web_search 0.01 to 0.014", 101, 303)
    assert group.sources == ("litellm",)


def test_prices_group_by_provider_factor_and_reason() -> None:
    fields = [
        pending("a", "standard.input", "2", "1"),
        pending("a", "batch.input", "1", "0.5"),  # the same factor in another mode
        pending("b", "standard.input", "4", "2"),
        pending("c", "standard.input", "4", "3"),
        pending("d", "standard.input", "4", "2", provider="other"),
        pending("e", "standard.input", "4", "2", code="provider_pattern"),
        pending("f", "", None, None, code="implausible_price"),
    ]
    found = [(g.provider, g.change, g.codes[0], g.models) for g in pending_groups(fields)]
    assert sorted(found) == [
        ("acme", "input times 0.5", "change_over_25_percent", ("a", "b")),
        ("acme", "input times 0.5", "provider_pattern", ("e",)),
        ("acme", "input times 0.75", "change_over_25_percent", ("c",)),
        ("acme", "new model", "implausible_price", ("f",)),
        ("other", "input times 0.5", "change_over_25_percent", ("d",)),
    ]


def test_every_price_that_can_be_approved_is_in_one_group() -> None:
    refused = pending("x", "", None, None, code="invalid_entry")
    fields = [*search("a"), pending("a", "standard.input", "1", "2"), *search("b"), refused]
    groups = pending_groups(fields)
    assert sum(group.prices for group in groups) == len(fields) - 1
    assert sorted(model for group in groups for model in group.models) == ["a", "b"]


def test_a_group_is_approved_and_the_others_stay_pending() -> None:
    active = book("v1", [priced("a", "2"), priced("b", "4"), priced("c", "1")])
    held = book(
        "v1-held", [priced("a", "4"), priced("b", "2"), priced("c", "1"), priced("new", "9")]
    )
    fields = [
        pending("a", "standard.input", "2", "4"),
        pending("b", "standard.input", "4", "2"),
        pending("new", "", None, None, code="implausible_price"),
    ]
    by_model = {group.models[0]: group.id for group in pending_groups(fields)}
    made, approved, left = with_groups(active, held, fields, [by_model["b"]], AT)
    prices = {m.id: str(m.prices[-1].lists["standard"].rates["input"]) for m in made.models()}
    assert prices == {"a": "2", "b": "2", "c": "1"}
    assert ([field.model for field in approved], [field.model for field in left]) == (
        ["b"],
        ["a", "new"],
    )
    assert made.published_at == AT
    rest = still_held(held, made, left)
    assert rest is not None
    assert rest.id.startswith(f"{made.id}-held-")
    assert len(rest) == len(held)
    assert still_held(held, made, []) is None


def test_models_between_which_a_name_moved_are_approved_together() -> None:
    active = book("v1", [priced("a", "2", aliases=["a-latest"])])
    held = book("v1-held", [priced("a", "3"), priced("a-latest", "4")])
    fields = [
        pending("a", "standard.input", "2", "3"),
        pending("a-latest", "standard.input", "2", "4"),
    ]
    one, _ = (group.id for group in pending_groups(fields))
    with pytest.raises(Conflict, match="names moved"):
        with_groups(active, held, fields, [one], AT)


def test_an_unknown_group_is_refused() -> None:
    books = book("v1", [priced("a", "2")]), book("v1-held", [priced("a", "4")])
    with pytest.raises(InvalidRequest):
        with_groups(*books, [pending("a", "standard.input", "2", "4")], ["nothing"], AT)
