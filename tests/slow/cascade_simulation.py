"""Hold the expected cost of cascades against requests that are really escalated, one by one.

``python -m tests.slow.cascade_simulation`` plays a million requests through each plan: every
request draws at each stage whether its answer passes, and pays for every attempt and every check.
Prints the mean and what ``POST /v1/recommend/cascade`` answers, and how many standard errors lie
between. Exits with 1 where that is more than four.
"""

import argparse
import random
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from math import sqrt

from pricing.catalogue.price_book import BookInForce
from pricing.estimates.inputs import MeasuredInput
from pricing.recommendations.cascade import CascadeAnswer, CascadeQuery, CascadeStage, cascade
from pricing.recommendations.verifiers import Check
from pricing.store import bundled
from pricing.timestamps import AsOf
from pricing.usage.buckets import Attempt, Usage

REQUESTS = 10**6
SEED = 1
#: A third of fair samples lie beyond one standard error; one in 16,000 beyond four.
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
            "haiku",
            pass_rate=Decimal("0.62"),
            verifier_call=_CHECKER,
            verifier_model="sonnet",
        ),
        _LAST,
    ),
    "two agree": (
        CascadeStage(
            "haiku",
            Check("agreement"),
            correct_rate=Decimal("0.8"),
            verifier_model="sonnet",
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
        """How many standard errors lie between."""
        return (self.mean - float(expected)) / self.standard_error


def priced(stages: tuple[CascadeStage, ...], calls: int = 1) -> CascadeAnswer:
    """What the API answers at the bundled prices."""
    book = bundled.current()
    moment = AsOf.now(datetime.fromisoformat(book.published_at))
    in_force = BookInForce(book, "bundled", stale=False, age_seconds=None)
    return cascade(in_force, CascadeQuery(stages, _USAGE, moment, calls))


def simulate(answer: CascadeAnswer, requests: int, seed: int) -> Simulated:
    """Play requests through the stages of an answer, by its prices and pass rates alone."""
    dice = random.Random(seed)  # noqa: S311 - repeatable, not secret
    stages = [
        (float(one.attempt_usd), float(one.verifier_usd), float(one.pass_rate or 0))
        for one in answer.stages
    ]
    total = squares = 0.0
    for _ in range(requests):
        paid = 0.0
        for attempt, check, passes in stages:
            paid += attempt + check
            if dice.random() < passes:
                break
        total += paid
        squares += paid * paid
    mean = total / requests
    return Simulated(mean, sqrt((squares / requests - mean * mean) / (requests - 1)))


def main(arguments: Sequence[str] | None = None) -> int:
    """Print one line a plan; the exit status."""
    parser = argparse.ArgumentParser(description="Hold cascades against simulated requests.")
    parser.add_argument("--requests", type=int, default=REQUESTS)
    parser.add_argument("--seed", type=int, default=SEED)
    asked = parser.parse_args(arguments)
    worst = 0.0
    print(f"{asked.requests:,} requests a plan, seed {asked.seed}; USD a request")
    print(f"{'plan':<20} {'expected':>14} {'simulated':>14} {'std. error':>12} {'off by':>7}")
    for name, stages in PLANS.items():
        answer = priced(stages)
        found = simulate(answer, asked.requests, asked.seed)
        off = found.errors_from(Fraction(answer.per_call_usd))
        worst = max(worst, abs(off))
        print(
            f"{name:<20} {answer.per_call_usd:>14f} {found.mean:>14.9f}"
            f" {found.standard_error:>12.9f} {off:>+7.2f}"
        )
    print(f"At most {worst:.2f} standard errors off; {MOST_ERRORS} are allowed.")
    return 1 if worst > MOST_ERRORS else 0


if __name__ == "__main__":
    sys.exit(main())
