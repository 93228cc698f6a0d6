"""Whatever two lists quote, what becomes active keeps to the limits of the refresh checks."""

from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from pricing.refresh.candidates import Candidate
from pricing.refresh.checks import decide
from tests.support.refresh_checks import BOTH, GENAI, HORIZON, LITELLM, NOW, lists, quotes

PRICES = st.sampled_from(
    ["0", "0.1", "0.4", "0.5", "1", "1.2", "1.25", "1.26", "1.6", "2", "2.5", "5", "10", "13", "51"]
)
RATES = st.fixed_dictionaries({"input": PRICES, "output": PRICES})
#: The known disagreements of a list, by component.
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
            {"component": name, "mode": "standard", source: price, "used": rates[name]}
            for (source, name), price in known.items()
        ],
    }


def candidate(name: str, genai: dict[str, str], litellm: dict[str, str]) -> Candidate:
    """Both lists' quotes for one model; genai-prices' is the merged price."""
    row = {**active_row(name, genai, {}), "disagreements": []}
    listed = {GENAI: lists(standard=genai), LITELLM: lists(standard=litellm)}
    return Candidate(row, quotes(listed, name))


MODELS = st.lists(st.tuples(RATES, KNOWN, RATES, RATES), min_size=1, max_size=7)


@given(MODELS)
def test_no_price_changes_further_than_its_sources_allow(models: Any) -> None:
    active = [active_row(f"swift-{at}", model[0], model[1]) for at, model in enumerate(models)]
    found = [candidate(f"swift-{at}", model[2], model[3]) for at, model in enumerate(models)]

    decision = decide(active, found, NOW, HORIZON)

    for at, (before, _, genai, litellm) in enumerate(models):
        (row,) = [row for row in decision.rows if row["id"] == f"swift-{at}"]
        after = row["prices"][-1]["lists"]["standard"]["rates"]
        for component in ("input", "output"):
            old, new = Decimal(before[component]), Decimal(after[component])
            if new == old:
                continue
            sources = [quote for quote in (genai, litellm) if Decimal(quote[component]) == new]
            assert sources, "a source must quote it"
            assert old, "a free model's price needs approval"
            assert new, "so does a price that becomes free"
            assert max(old, new) <= 10 * min(old, new)
            assert len(sources) == 2 or abs(new - old) <= old / 4
        cost_more = Decimal(before["output"]) > Decimal(before["input"])
        assert not cost_more or Decimal(after["output"]) >= Decimal(after["input"])


@given(st.tuples(RATES, KNOWN, RATES, RATES))
def test_the_same_lists_again_the_next_day_change_nothing_more(model: Any) -> None:
    """Of one model: of many, a pattern may be seen on one day and not on the next."""
    before, known, genai, litellm = model
    found = candidate("swift", genai, litellm)
    first = decide([active_row("swift", before, known)], [found], NOW, HORIZON)

    second = decide(first.rows, [found], LATER, HORIZON)
    approved = decide(first.approved_rows, [found], LATER, HORIZON)

    assert (second.accepted, second.rows) == ((), first.rows)
    assert (approved.accepted, approved.rows) == ((), first.approved_rows)
