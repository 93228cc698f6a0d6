"""Random commands of Slack's users, as hypothesis makes them up."""

from hypothesis import strategies as st

from pricing.slack.commands import (
    CachingCommand,
    CompareCommand,
    EstimateCommand,
    Pinned,
    PricedCommand,
    PricesCommand,
    RequestedCalls,
)
from pricing.usage.buckets import StatedTerms, Usage

_AMOUNTS = st.integers(0, 10**12)
_CALLS = st.builds(
    RequestedCalls,
    st.builds(
        Usage,
        input=st.integers(1, 10**12),
        output=_AMOUNTS,
        cache_read=_AMOUNTS,
        cache_write_5m=_AMOUNTS,
        cache_write_1h=_AMOUNTS,
        web_search=_AMOUNTS,
    ),
    st.integers(1, 10**12),
    st.sampled_from([None, "day", "month"]),
    st.builds(
        StatedTerms,
        processing=st.sampled_from([None, "standard", "batch", "flex", "priority"]),
        speed=st.sampled_from([None, "fast"]),
        inference_geo=st.sampled_from([None, "us"]),
    ),
)


def commands(
    models: st.SearchStrategy[str], pins: st.SearchStrategy[Pinned], *, compared: int, hourly: int
) -> st.SearchStrategy[PricedCommand]:
    """Every priced command, which compares and calls at least so many models and times an hour."""
    several = st.lists(models, min_size=compared, max_size=20, unique=True).map(tuple)
    per_hour = st.decimals(hourly, 10**6, places=2)
    days = (st.integers(1, 24), st.integers(1, 31))
    return st.one_of(
        st.builds(EstimateCommand, models, _CALLS, pins),
        st.builds(CompareCommand, several, _CALLS, pins),
        st.builds(CachingCommand, models, _AMOUNTS, _AMOUNTS, _AMOUNTS, per_hour, *days, pins),
        st.builds(PricesCommand, st.none() | models, pins),
    )
