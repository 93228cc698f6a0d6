"""Rows and quotes of one made-up provider, for the refresh checks."""

from collections.abc import Mapping, Sequence
from typing import Any

from pricing.refresh.candidates import Candidate, Quote
from pricing.refresh.checks import RefreshDecision, decide
from pricing.sources.price_tables import table_of

NOW = "2026-11-24T03:00:00"
HORIZON = "2027-11-25T03:00:00"
GENAI, LITELLM = "genai-prices", "litellm"
BOTH = "genai-prices 2026-11-23, litellm 2026-11-23"
Row = dict[str, Any]


def lists(**modes: Mapping[str, str]) -> dict[str, Any]:
    return {mode: {"rates": dict(rates)} for mode, rates in modes.items()}


def row(name: str = "swift", source: str = BOTH, **modes: Mapping[str, str]) -> Row:
    modes = modes or {"standard": {"input": "2", "output": "10"}}
    return {
        "provider": "maker",
        "id": name,
        "name": name,
        "prices": [{"lists": lists(**modes), "source": source}],
    }


def quotes(
    listed: Mapping[str, Any], name: str = "swift", *, own_list: str = ""
) -> tuple[Quote, ...]:
    """A quote of each source's price lists; ``own_list`` is the provider's own."""
    return tuple(
        Quote(source, "maker", name, table_of(found), source == own_list)
        for source, found in listed.items()
    )


def candidate(
    quoted: Mapping[str, Mapping[str, str]],
    name: str = "swift",
    *,
    own_list: str = "",
    **changes: Any,
) -> Candidate:
    """What the sources quote of a model's standard price; the first one's is the candidate's."""
    listed = {source: lists(standard=rates) for source, rates in quoted.items()}
    merged = row(name, standard=next(iter(quoted.values())))
    return Candidate({**merged, **changes}, quotes(listed, name, own_list=own_list))


def rates(decision: RefreshDecision, name: str = "swift") -> Mapping[str, str]:
    (found,) = [one for one in decision.rows if one["id"] == name]
    current: Mapping[str, str] = found["prices"][-1]["lists"]["standard"]["rates"]
    return current


def decided(active: Sequence[Row], *candidates: Candidate) -> RefreshDecision:
    return decide(active, candidates, NOW, HORIZON)


def codes(decision: RefreshDecision) -> set[str]:
    return {one.code for one in decision.quarantined}


OLD = {"input": "2", "output": "10"}
