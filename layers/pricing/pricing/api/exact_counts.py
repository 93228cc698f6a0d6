"""TODO: say what this module is."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import replace

from pricing.catalogue.price_book import PriceBook
from pricing.estimates.estimate import EstimateQuery
from pricing.estimates.inputs import PromptInput, rules_of
from pricing.notices import Notice
from pricing.tokens.anthropic_counter import CountEndpoint, count_prompt_with
from pricing.tokens.prompts import PromptCount


def count_exactly(
    endpoint: CountEndpoint, book: PriceBook, query: EstimateQuery, references: Iterable[str]
) -> EstimateQuery:
    """The query with its prompt counted exactly for every Anthropic model among the references.

    A query without a prompt stays as it is. Raises InvalidRequest as pricing the query would.
    """
    call = query.call
    if not isinstance(call, PromptInput):
        return query
    exact: dict[str, PromptCount] = {}
    notices: dict[Notice, None] = {}
    for reference in references:
        match = book.known(reference)  # an unknown one is refused where it is priced
        if match is None or match.model.provider != "anthropic":
            continue
        model = match.model
        counted = count_prompt_with(endpoint, call.prompt, rules_of(model), model.id)
        exact[model.key] = counted.count
        if counted.notice is not None:
            notices[counted.notice] = None
    call = replace(call, exact=exact)
    return replace(query, call=call, notices=(*query.notices, *notices))


def counted(book: PriceBook, query: EstimateQuery, *references: str) -> EstimateQuery:
    """The query with exact token counts where ``TARIFF_ANTHROPIC_API_KEY`` allows them."""
    key = os.environ.get("TARIFF_ANTHROPIC_API_KEY")
    if not key:
        return query
    from pricing.api.exact_counts import count_exactly
    from pricing.tokens.anthropic_counter import CountEndpoint  # few deployments have a key

    endpoint = _ENDPOINTS.setdefault(key, CountEndpoint(key))
    return count_exactly(endpoint, book, query, references)


#: One endpoint a key, since it remembers when it last failed.
_ENDPOINTS: dict[str, CountEndpoint] = {}
