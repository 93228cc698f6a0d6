"""Counting prompts with Anthropic's own endpoint, where an operator configured a key for it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

from pricing.aws.settings import settings
from pricing.catalogue.price_book import PriceBook
from pricing.estimates.estimate import EstimateQuery
from pricing.estimates.inputs import PromptInput, rules_of
from pricing.notices import Notice
from pricing.tokens.prompts import PromptCount

if TYPE_CHECKING:
    from pricing.tokens.anthropic_counter import CountEndpoint


def count_exactly(
    endpoint: CountEndpoint, book: PriceBook, query: EstimateQuery, references: Iterable[str]
) -> EstimateQuery:
    """The query with its prompt counted exactly for every Anthropic model among the references.

    A query without a prompt stays as it is. Raises InvalidRequest as pricing the query would.
    """
    from pricing.tokens.anthropic_counter import count_prompt_with  # few deployments have a key

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
    key = settings.anthropic_api_key
    return count_exactly(_endpoint(key), book, query, references) if key else query


@cache
def _endpoint(key: str) -> CountEndpoint:
    """One endpoint a key, since it remembers when it last failed."""
    from pricing.tokens.anthropic_counter import CountEndpoint

    return CountEndpoint(key)
