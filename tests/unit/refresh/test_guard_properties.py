"""Whatever two lists say, the guard's bands hold of what becomes active."""

from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from pricing.refresh.candidates import Candidate
from pricing.refresh.guard import decide
from pricing.sources.price_tables import sketch_of
from tests.unit.refresh.test_guard import BOTH, GENAI, HORIZON, LITELLM, NOW, lists

PRICES = st.sampled_from(
    ["0", "0.1", "0.4", "0.5", "1", "1.2", "1.25", "1.26", "1.6", "2", "2.5", "5", "10", "13", "51"]
)
RATES = st.fixed_dictionaries({"input": PRICES, "output": PRICES})
#: What a list is known to say differently, by column.
KNOWN = st.dictionaries(
    st.tuples(st.sampled_from(["genai_prices", "litellm"]), st.sampled_from(["input", "output"])),
    PRICES,
    max_size=2,
)
LATER = "2026-11-25T03:00:00"


def active_row(name: str, rates: dict[str, str], known: dict[Any, str]) -> dict[str, Any]:
    return {
        "provider": "maker",
        "id": name,
        "name": name,
        "prices": [{"lists": lists(standard=rates), "source": BOTH}],
        "disagreements": [
            {"component": column, "mode": "standard", source: price, "used": rates[column]}
            for (source, column), price in known.items()
        ],
    }


def said(name: str, genai: dict[str, str], litellm: dict[str, str]) -> Candidate:
    """Both lists' word of one model, merged as it is: genai-prices first."""
    row = {
        "provider": "maker",
        "id": name,
        "name": name,
        "prices": [{"lists": lists(standard=genai), "source": BOTH}],
    }
    by_source = {
        GENAI: sketch_of(lists(standard=genai)),
        LITELLM: sketch_of(lists(standard=litellm)),
    }
    return Candidate(row, {name: by_source})


MODELS = st.lists(st.tuples(RATES, KNOWN, RATES, RATES), min_size=1, max_size=7)


@given(MODELS)
def test_no_price_moves_further_than_its_witnesses_allow(models: Any) -> None:
    active = [active_row(f"swift-{at}", one[0], one[1]) for at, one in enumerate(models)]
    found = [said(f"swift-{at}", one[2], one[3]) for at, one in enumerate(models)]

    verdict = decide(active, found, NOW, HORIZON)

    for at, (before, _, genai, litellm) in enumerate(models):
        (row,) = [one for one in verdict.rows if one["id"] == f"swift-{at}"]
        after = row["prices"][-1]["lists"]["standard"]["rates"]
        for column in ("input", "output"):
            old, new = Decimal(before[column]), Decimal(after[column])
            if new == old:
                continue
            sayers = [one for one in (genai, litellm) if Decimal(one[column]) == new]
            assert sayers, "somebody must say so"
            assert old, "a free model's price is a person's to believe"
            assert new, "so is a price that becomes free"
            assert max(old, new) <= 10 * min(old, new)
            assert len(sayers) == 2 or abs(new - old) <= old / 4
        was_dearer = Decimal(before["output"]) > Decimal(before["input"])
        assert not was_dearer or Decimal(after["output"]) >= Decimal(after["input"])


@given(st.tuples(RATES, KNOWN, RATES, RATES))
def test_the_same_lists_again_the_next_day_change_nothing_more(model: Any) -> None:
    """Of one model: of many, a pattern may be seen on one day and not on the next."""
    before, known, genai, litellm = model
    found = said("swift", genai, litellm)
    first = decide([active_row("swift", before, known)], [found], NOW, HORIZON)

    second = decide(first.rows, [found], LATER, HORIZON)
    approved = decide(first.approved_rows, [found], LATER, HORIZON)

    assert (second.accepted, second.rows) == ((), first.rows)
    assert (approved.accepted, approved.rows) == ((), first.approved_rows)
