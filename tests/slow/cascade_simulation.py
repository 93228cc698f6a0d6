"""Compare the expected cost of cascades with simulated requests: ``python -m tests.slow cascade``.

A million requests pass through each plan, one by one. Each draws at each stage whether its answer
passes, and pays for every attempt and every check. Prints the mean next to the answer of
``POST /v1/recommend/cascade``, and the number of standard errors between them; more than four are a
failure.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from math import sqrt
from typing import Annotated

from typer import Option

from pricing.estimates.inputs import MeasuredInput
from pricing.recommendations.cascade import CascadeAnswer, CascadeQuery, CascadeStage, cascade
from pricing.recommendations.verifiers import Check
from pricing.timestamps import AsOf
from pricing.usage.buckets import Attempt, Usage
from tariff.prices import bundled_prices
from tariff.tables import aligned

REQUESTS = 10**6
SEED = 1
#: A third of correct samples lie beyond one standard error; one in 16,000 beyond four.
MOST_ERRORS = 4

_USAGE = MeasuredInput((Attempt(Usage(input=2000, output=1000)),))
_CHECKER = MeasuredInput((Attempt(Usage(input=3200, output=20)),))
_LAST = CascadeStage("opus")
PLANS: dict[str, tuple[CascadeStage, ...]] = {
    "haiku, opus": (CascadeStage("haiku", pass_rate=Decimal("0.7")), _LAST),
    "the lesson's three": (
        CascadeStage("haiku", pass_rate=Decimal("0.55")),
        CascadeStage("sonnet", pass_rate=Decimal("0.6")),
        _LAST,
    ),
    "a model checks": (
        CascadeStage(
            "haiku", pass_rate=Decimal("0.62"), verifier_call=_CHECKER, verifier_model="sonnet"
        ),
        _LAST,
    ),
    "two agree": (
        CascadeStage(
            "haiku", Check("agreement"), correct_rate=Decimal("0.8"), verifier_model="sonnet"
        ),
        _LAST,
    ),
    "rarely passes": (CascadeStage("sonnet", pass_rate=Decimal("0.03")), _LAST),
}


@dataclass(frozen=True, slots=True)
class Simulated:
    """Mean cost of a request in USD, and the standard error of that mean."""

    mean: float
    standard_error: float

    def errors_from(self, expected: Fraction) -> float:
        """Return the difference from the expected mean, in standard errors."""
        return (self.mean - float(expected)) / self.standard_error


def priced(stages: tuple[CascadeStage, ...], calls: int = 1) -> CascadeAnswer:
    """Return the API's answer at the bundled prices."""
    prices = bundled_prices()
    moment = AsOf.now(datetime.fromisoformat(prices.book.published_at))
    return cascade(prices, CascadeQuery(stages, _USAGE, moment, calls))


def simulate(answer: CascadeAnswer, requests: int, seed: int) -> Simulated:
    """Pass requests through the stages of an answer, by its prices and pass rates alone."""
    dice = random.Random(seed)  # noqa: S311 - repeatable, not secret
    stages: Sequence[tuple[float, float, float]] = [
        (float(stage.attempt_usd), float(stage.verifier_usd), float(stage.pass_rate or 0))
        for stage in answer.stages
    ]
    total = squares = 0.0
    for _ in range(requests):
        paid = 0.0
        for attempt, verifier, pass_rate in stages:
            paid += attempt + verifier
            if dice.random() < pass_rate:
                break
        total += paid
        squares += paid * paid
    mean = total / requests
    return Simulated(mean, sqrt((squares / requests - mean * mean) / (requests - 1)))


def check(
    requests: Annotated[int, Option(min=2, help="Requests a plan.")] = REQUESTS, seed: int = SEED
) -> int:
    """Compare cascade costs with simulated requests."""
    rows = [("plan", "expected", "simulated", "standard error", "errors apart")]
    worst = 0.0
    for name, stages in PLANS.items():
        answer = priced(stages)
        found = simulate(answer, requests, seed)
        errors = found.errors_from(Fraction(answer.per_call_usd))
        worst = max(worst, abs(errors))
        figures = (f"{found.mean:.9f}", f"{found.standard_error:.9f}", f"{errors:+.2f}")
        rows.append((name, f"{answer.per_call_usd:f}", *figures))
    print(f"{requests:,} requests a plan, seed {seed}; USD a request")
    print(*aligned(rows), sep="\n")
    print(f"At most {worst:.2f} standard errors apart; {MOST_ERRORS} are allowed.")
    return 1 if worst > MOST_ERRORS else 0
