"""What plans ask of a price book: the exact price of one call on one model."""

from dataclasses import dataclass
from decimal import Decimal

from pricing.attempts import price_attempts
from pricing.calculator import Priced
from pricing.errors import Unpriced
from pricing.estimate import MatchedModel, Provenance, context_use, notices_of, provenance
from pricing.instants import AsOf
from pricing.models import Model
from pricing.notices import Notice
from pricing.price_book import BookInForce
from pricing.usage import Attempt, Terms, Usage
from pricing.work import Counted, Work


@dataclass(frozen=True, slots=True)
class Pricer:
    """One model at one moment on one set of terms."""

    in_force: BookInForce
    matched: MatchedModel
    model: Model
    as_of: AsOf
    terms: Terms

    @classmethod
    def of(cls, in_force: BookInForce, reference: str, as_of: AsOf, terms: Terms) -> "Pricer":
        """The pricer of the model a reference means; raises UnknownModel."""
        match = in_force.book.find(reference)
        matched = MatchedModel(reference, match.model.id, match.model.provider, match.matched_by)
        return cls(in_force, matched, match.model, as_of, terms)

    def priced(self, *attempts: Attempt) -> Priced:
        """One call; raises Unpriced or InvalidRequest, also where a component has no price."""
        priced = price_attempts(
            self.in_force.book, self.model, self.as_of.instant, attempts, self.terms, 1
        )
        if not priced.complete:
            missing = next(one.component for one in priced.line_items if one.cost_usd is None)
            raise Unpriced.at("/model", f"names {self.model.id}, which has no {missing} price")
        return priced

    def cost(self, usage: Usage) -> Decimal:
        """What one call costs in USD; raises as ``priced`` does."""
        return self.priced(Attempt(usage)).total_usd

    def cost_of(self, work: Work) -> Decimal:
        """What one call of some work costs in USD; raises as ``priced`` does."""
        return self.priced(*work.on(self.model).attempts).total_usd

    def rate(self, usage: Usage, component: str) -> Decimal | None:
        """What a million tokens of a component cost within such a call; None if it has none."""
        lines = self.priced(Attempt(usage)).line_items
        return next((one.usd_per_mtok for one in lines if one.component == component), None)

    def offers(self, component: str) -> bool:
        """Whether the price list in force has this component; raises as ``priced`` does."""
        priced = price_attempts(
            self.in_force.book,
            self.model,
            self.as_of.instant,
            (Attempt(Usage(**{component: 1})),),
            self.terms,
            1,
        )
        return priced.complete

    def notices(self, *usages: Usage) -> tuple[Notice, ...]:
        """What the model's dates and limits give cause to say about calls like these."""
        said: dict[Notice, None] = {}
        for usage in usages:
            counted = Counted((Attempt(usage),))
            context = context_use(self.model, self.as_of.instant, counted.attempts)
            said |= dict.fromkeys(notices_of(self.model, self.as_of, counted, self.terms, context))
        return tuple(said)

    @property
    def provenance(self) -> Provenance:
        """Which prices these are."""
        return provenance(self.in_force, self.as_of)
