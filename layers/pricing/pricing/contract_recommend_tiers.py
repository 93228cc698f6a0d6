"""``POST /v1/recommend/tiers``'s request."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from pricing.contract import Calls, Name, Versioned
from pricing.contract_estimate import UsageInput
from pricing.contract_recommend_cascade import Rate
from pricing.errors import InvalidRequest
from pricing.tiers import Tier, TiersQuery


class TierRequest(UsageInput):
    """One tier: its share of the queries, its model, and what one query uses."""

    name: Name
    share: Rate = Field(description="Its part of the queries; all add up to exactly 1.")
    model: Name

    def tier(self) -> Tier:
        """The domain's tier."""
        asked = self.asked()
        return Tier(
            name=self.name,
            share=self.share,
            model=self.model,
            work=asked.work,
            requested=self.requested(),
            served=asked.served,
            notices=asked.notices,
        )


class TiersRequest(Versioned):
    """Up to 20 tiers, and the one model they are held against."""

    monthly_queries: Calls
    tiers: Annotated[tuple[TierRequest, ...], Field(min_length=1, max_length=20, strict=False)]
    single_model: Name
    equal: Literal["tokens", "text"] = "tokens"

    def query(self, now: datetime) -> TiersQuery:
        """The domain's question; errors point at the tier they are in."""
        tiers: list[Tier] = []
        for number, one in enumerate(self.tiers):
            try:
                tiers.append(one.tier())
            except InvalidRequest as error:
                raise error.under(f"/tiers/{number}") from None
            if any(one.name == other.name for other in tiers[:-1]):
                raise InvalidRequest.at(f"/tiers/{number}/name", "is the name of another tier too")
        return TiersQuery(
            tiers=tuple(tiers),
            monthly_queries=self.monthly_queries,
            single_model=self.single_model,
            as_of=self.moment(now),
            equal_text=self.equal == "text",
        )
