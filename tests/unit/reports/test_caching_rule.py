"""Plans, what-ifs and report advice agree on which prefixes a model caches, for every model."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from pricing.catalogue.models import Model
from pricing.catalogue.price_book import BookInForce
from pricing.estimates.estimate import EstimateQuery, Pricer
from pricing.estimates.inputs import MeasuredInput
from pricing.estimates.what_if import Caching, WhatIf, WhatIfAnswer
from pricing.estimates.workload import Workload, WorkloadItem, estimate_workload
from pricing.plans.caching.options import CachingScenario
from pricing.plans.caching.plan import plan_caching
from pricing.reports.advice import cache_repeated
from pricing.reports.rates import BUCKETS, Pricing, cuts_of
from pricing.reports.slices import CallGroup, CallPattern, Slice, SlicePricer, SuggestedChange
from pricing.store import bundled
from pricing.timestamps import AsOf
from pricing.usage.buckets import Attempt, Terms, Usage

NOW = AsOf.parse("2026-11-22")
BOOK = BookInForce(bundled.current(), "bundled", stale=False, age_seconds=None)
CALLS, OUTPUT = 100, 0  # some models have no price for output: they embed


def priced_models() -> Iterator[Model]:
    """Yield the models that are billed by the token."""
    for model in BOOK.book.models():
        period = model.period_at(NOW.instant)
        if period is not None and period.lists["standard"].rates:
            yield model


def why_not_planned(model: Model, prefix: int) -> str | None:
    pricer = Pricer.of(BOOK, model.key, NOW, Terms())
    return plan_caching(pricer, CachingScenario(prefix, 0, OUTPUT, Decimal(60), 1, 1)).why_not


def is_automatic(model: Model) -> bool:
    pricer = Pricer.of(BOOK, model.key, NOW, Terms())
    return "automatic" in pricer.cache_kinds()


def what_if(model: Model, prefix: int) -> WhatIfAnswer:
    call = MeasuredInput((Attempt(Usage(input=prefix, output=OUTPUT)),))
    item = WorkloadItem("line", EstimateQuery(model.key, call, NOW, CALLS))
    change = WhatIf("cached", caching=Caching(prefix, Decimal("0.9")))
    (answer,) = estimate_workload(BOOK, Workload((item,), NOW, what_if=(change,))).what_if
    return answer


def advised(model: Model, prefix: int) -> SuggestedChange | None:
    counts = dict.fromkeys(BUCKETS, 0) | {"input": CALLS * prefix, "output": CALLS * OUTPUT}
    calls = Slice(
        model.key, model.id, "chat", model, Terms(), NOW.instant, 0, None, CALLS, CALLS, counts
    )
    pattern = CallPattern(CALLS, CALLS, prefix, CALLS * prefix, 0, 0, 0, prefix, 1, 1)
    pricer = SlicePricer(BOOK.book, Pricing(BOOK.book, cuts_of([model])))
    return cache_repeated(CallGroup(pricer, (calls,), pattern, date(2026, 11, 22)))


def test_a_plan_a_what_if_and_a_report_agree_on_every_model_of_the_book() -> None:
    prefix = 2_000  # long enough for some models, too short for those with a minimum of 2,048
    marked = automatic = refused = 0
    for model in priced_models():
        why_not = why_not_planned(model, prefix)
        answer = what_if(model, prefix)
        assert (f"line: {why_not}" in answer.notes) is (why_not is not None), model.key
        # Where the provider caches by itself there is nothing for a report to recommend.
        advises = why_not is None and not is_automatic(model)
        assert (advised(model, prefix) is not None) is advises, model.key
        if why_not is not None:
            assert answer.saves_usd == 0, model.key
            refused += 1
        elif is_automatic(model):
            automatic += 1
        else:
            marked += 1
    assert marked > 200
    assert automatic > 500
    assert refused > 1_500


def test_a_model_with_cache_prices_that_cannot_cache_is_promised_no_saving() -> None:
    model = BOOK.book.find("anthropic/claude-3-sonnet").model
    answer = what_if(model, 5_000)
    assert answer.saves_usd == 0
    assert answer.ceiling is not None
    assert answer.ceiling.saves_usd == 0
    assert answer.notes == (
        "line: claude-3-sonnet offers no prompt caching, or none with a known price.",
    )
    assert advised(model, 5_000) is None
