"""The versions of the subscription plans that ship with the code."""

from datetime import date
from pathlib import Path

import pytest

from pricing.errors import NotFound
from pricing.store import bundled_subscriptions as bundled_plans

FOLDER = Path(bundled_plans.__file__).parent.parent / "data" / "subscriptions"


def test_every_file_is_a_version_and_every_version_a_file() -> None:
    assert {path.stem for path in FOLDER.iterdir()} == set(bundled_plans.VERSIONS)


@pytest.mark.parametrize("version", bundled_plans.VERSIONS)
def test_a_version_is_complete_and_says_where_everything_is_from(version: str) -> None:
    book = bundled_plans.load(version)
    assert book.id == version
    assert len({plan.id for plan in book.plans}) == len(book.plans)
    for plan in book.plans:
        assert plan.audience in {"individual", "team", "enterprise"}
        assert plan.usage in {"limited", "included", "billed"}
        assert 1 <= plan.min_seats <= (plan.max_seats or plan.min_seats)
        billings = [price.billing for price in plan.prices]
        assert len(set(billings)) == len(billings)
        assert set(billings) <= {"monthly", "annual"}
        for price in plan.prices:
            assert price.usd_per_seat_month >= 0
            assert not price.verified  # the provider's own price pages could not be read
        for said in plan.statements:
            assert said.status in {"verified", "unverified", "wrong"}
            assert said.status != "wrong" or said.note
            assert said.source.as_of <= date(2026, 11, 22)


def test_current_names_the_newest_version() -> None:
    assert bundled_plans.load("current") is bundled_plans.load(bundled_plans.CURRENT)
    dated = [version for version in bundled_plans.VERSIONS if version[0].isdigit()]
    assert max(dated) == bundled_plans.CURRENT


@pytest.mark.parametrize("name", ["", "2026-11-23", "../index", "CURRENT"])
def test_any_other_name_is_not_found(name: str) -> None:
    with pytest.raises(NotFound):
        bundled_plans.load(name)
