"""What a caller pays and in which currency: rate cards and currencies in requests."""

from datetime import date
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from pricing.api.requests.hints import HINTS, Hints
from pricing.catalogue.models import MODES, TOKEN
from pricing.catalogue.rate_cards import COMPONENTS, RateCard, RateRule
from pricing.errors import InvalidRequest, under
from pricing.money import CURRENCIES
from pricing.validation import AtMost, ExactNumber, Name, Request, moment_in

MAX_RULES = 200
#: Few places, so that a report's exact sums fit into the 38 digits of a column.
Factor = Annotated[ExactNumber, Field(ge=0, le=1000, decimal_places=6)]
Price = Annotated[ExactNumber, Field(ge=0, le=10**6, decimal_places=12)]
Day = Annotated[str, Field(max_length=10, examples=["2026-10-01"])]


class RateMatchRequest(Request):
    """The prices that a rule changes; a member that is left out matches every price."""

    provider: Name | None = None
    """Models of this provider, such as ``openai``."""
    model: Name | None = None
    """One model: an id, alias, ``provider/model`` or family, as in every request."""
    component: Name | None = None
    """One component, such as ``input``, ``output``, ``cache_read`` or ``web_search``."""
    processing: Name | None = None
    """One price list: ``standard``, ``batch``, ``flex``, ``priority`` or ``fast``."""
    from_: Annotated[Day | None, Field(alias="from")] = None
    """The first day, UTC."""
    to: Day | None = None
    """The day after the last, UTC."""


class RateRuleRequest(Request):
    """One rule: which prices, and either a factor on them or a price in their place."""

    match: RateMatchRequest = Field(default_factory=RateMatchRequest)
    """The prices that the rule changes. Default: all."""
    multiply: Factor | None = None
    """Factor on the list price: ``"0.85"`` is 15% off."""
    usd_per_mtok: Price | None = None
    """USD per million tokens, in place of the list price of ``match.component``."""
    usd_per_unit: Price | None = None
    """USD per unit of a component that is not tokens, in place of its list price."""

    HINTS = Hints("rule")

    def rule(self) -> RateRule:
        """Return the rule; raises InvalidRequest for one that changes no price, or two ways."""
        kind = self.require_one("", "multiply", "usd_per_mtok", "usd_per_unit")
        match = self.match
        component = match.component
        if component is not None and component not in COMPONENTS:
            known = ", ".join(COMPONENTS)
            raise InvalidRequest.at("/match/component", f"must be one of {known}")
        if match.processing is not None and match.processing not in MODES:
            raise InvalidRequest.at("/match/processing", f"must be one of {', '.join(MODES)}")
        if kind != "multiply":
            if component is None:
                detail = f'`{kind}` needs the component that it prices, such as "input".'
                raise InvalidRequest.at("/match/component", detail)
            wanted = "usd_per_mtok" if COMPONENTS[component] == TOKEN else "usd_per_unit"
            if kind != wanted:
                unit = COMPONENTS[component]
                detail = f"{component} is billed by the {unit}: send `{wanted}` instead."
                raise InvalidRequest.at(f"/{kind}", detail)
        start, end = _day(match.from_, "/match/from"), _day(match.to, "/match/to")
        if start and end and end <= start:
            raise InvalidRequest.at("/match/to", "must be after `from`")
        return RateRule(
            provider=match.provider,
            model=match.model,
            component=component,
            processing=match.processing,
            start=start,
            end=end,
            multiply=self.multiply,
            usd=self.usd_per_mtok if self.usd_per_mtok is not None else self.usd_per_unit,
        )


class RateCardRequest(Request):
    """What you pay instead of the list prices. Of the rules that match a price the first decides.

    A price of your own applies to every processing mode and prompt length, unless the rule names a
    ``processing``.
    """

    rules: Annotated[
        tuple[RateRuleRequest, ...], Field(min_length=1, strict=False), AtMost(MAX_RULES)
    ]
    """The rules, the most specific first."""
    name: Name | None = None
    """A name of your own, which is part of the document."""

    HINTS = Hints("rate_card")

    def card(self) -> RateCard:
        """Return the card; errors point at the rule that is wrong."""
        rules = []
        for number, rule in enumerate(self.rules):
            with under(f"/rules/{number}"):
                rules.append(rule.rule())
        return RateCard.of(rules, self.name)


def _day(text: str | None, pointer: str) -> date | None:
    return None if text is None else moment_in(text, pointer).instant.date()


def _code(value: Any) -> Any:
    """The code of a currency that is written in small letters, by its sign or in words."""
    return CURRENCIES.get(value.lower(), value.upper()) if isinstance(value, str) else value


#: Reads a currency as people write it, before its length is checked.
AS_CODE = BeforeValidator(_code)


class BillingFields(Request):
    """The prices that the caller pays, and the currency of the answer's amounts."""

    rate_card: Name | RateCardRequest | None = None
    """The id of a stored rate card, or its rules: the answer has your prices next to the list
    prices. Default: the deployment's rate card, if it has one; ``list`` for list prices only.
    """
    currency: Annotated[
        str | None, Field(min_length=3, max_length=3, examples=["EUR"]), AS_CODE
    ] = None
    """An ISO 4217 code: the answer has its amounts in this currency too. USD stays exact."""

    HINTS = HINTS
