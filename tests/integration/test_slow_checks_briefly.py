"""Short runs of slow checks of the whole: requests from the specification, load, and mutants."""

import re

import pytest

from tariff.paths import ROOT
from tests.slow import fuzz_api, load, mutants


def test_requests_made_from_the_specification_meet_no_fault() -> None:
    status, cases, printed = fuzz_api.fuzz(15, "examples,fuzzing")
    assert status == 0, printed[-8_000:]
    assert cases >= 500, cases


def test_clients_at_once_get_the_totals_of_published_prices() -> None:
    found = load.loaded(clients=20, seconds=1)
    assert found.faults == []
    assert found.seconds


def test_a_mutant_of_the_signature_is_noticed() -> None:
    (mutant,) = [
        found for found in mutants.mutants("slack/signing.py") if found.change == "Gt -> GtE"
    ][:1]
    assert not mutants.survives(mutant)


@pytest.mark.parametrize("module", ["slack/signing.py", "catalogue/price_book.py"])
def test_each_part_has_places_to_change_and_tests_to_notice(module: str) -> None:
    found = list(mutants.mutants(module))
    assert len(found) > 15
    assert len({mutant.source for mutant in found}) == len(found)
    assert all((ROOT / "tests" / part).exists() for part in mutants.PARTS[module])
    assert re.search(r"->", found[0].change)
