"""Ways to make a chosen model cheaper: a batch, a cached prefix, or a cheaper model first."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from pricing.errors import InvalidRequest
from pricing.estimates.caching import without_cache, write_bucket
from pricing.estimates.estimate import Pricer
from pricing.money import HUNDRED, ONE, ZERO, add, multiply, plain, rounded, subtract
from pricing.plans.batch import in_batch
from pricing.plans.batch_suitability import BatchWork, suitability
from pricing.plans.caching.prices import PrefixPrices
from pricing.plans.workloads import CallGroup
from pricing.recommendations.candidates import ModelCandidate, RecommendTask
from pricing.recommendations.cascade import saves_from
from pricing.recommendations.policy import RoutingDecision, measured
from pricing.recommendations.routing import Assessment
from pricing.recommendations.verifiers import Check, VerifierKind, check_rates
from pricing.usage.buckets import Attempt, Usage, moved
from pricing.values import immutable

#: From so many calls of one kind of single step on, work looks like a batch of data.
_BULK = 50


@immutable
class Advice:
    """Whether something suits the task, and what it saves."""

    suitable: bool | None
    """Whether it suits the task; null when the request does not decide it."""
    why: str
    """The reason, in a sentence or two."""
    saves_usd: Decimal | None
    """Saving over all calls; null when it is not possible or not known."""


@immutable
class CascadeAdvice:
    """Whether to try a cheaper model first, and the chosen one for answers that fail a check."""

    suggested: bool
    """Whether a cascade is worth trying."""
    first_model: str | None
    """The model to try first; null when none is cheaper."""
    then_model: str
    """The model for answers that fail the check."""
    verifier: VerifierKind | None
    """A kind of check with a measured detection rate; null when there is none."""
    break_even_pass_rate: Decimal | None
    """The pass rate, from 0 to 1, above which the cascade saves; null when there is none."""
    expected_pass_rate: Decimal | None
    """The share of first answers, from 0 to 1, that are expected to pass the check; null where it
    is not measured.
    """
    why: str
    """The reason, in a sentence or two."""


def batch_advice(
    pricer: Pricer, task: RecommendTask, attempts: tuple[Attempt, ...], found: Assessment
) -> Advice:
    """Return whether the calls suit a batch, and what it saves."""
    calls = CallGroup("task", pricer, attempts, task.calls)
    batch, why_not = in_batch(calls)
    streamed = True if "streaming" in task.requires.capabilities else None
    decided = suitability(BatchWork(task.realtime, streamed), why_not, pricer.model.provider)
    suits = {"yes": True, "no": False, "unsure": None}[decided.suits]
    why = " ".join(reason.message for reason in decided.reasons)
    if suits is None:
        why = "Send `realtime`: false if no person waits for the answers."
        if task.calls >= _BULK and found.mechanical:
            suits = True
            why = (
                f"{task.calls} calls of one simple kind suit a batch, if no person waits for them."
            )
    saves = None
    if batch is not None:
        in_a_batch = CallGroup("task", batch, attempts, task.calls)
        saves = subtract(calls.month_usd, in_a_batch.month_usd)
    return Advice(suits, why, saves)


def caching_advice(pricer: Pricer, task: RecommendTask, attempts: tuple[Attempt, ...]) -> Advice:
    """Return whether caching the shared prefix saves; raises InvalidRequest if it is too long."""
    prefix = task.prefix_tokens
    if prefix is None:
        if task.calls == 1:
            return Advice(False, "A single call has no later call that could read a cache.", None)
        why = "Send `prefix_tokens`, the number of input tokens that all calls share."
        return Advice(None, why, None)
    least = min(attempt.usage.input for attempt in attempts)
    if prefix > least:
        detail = f"must be at most the {least} uncached input tokens of a call"
        raise InvalidRequest.at("/prefix_tokens", detail)
    why_not = pricer.why_not_cached(prefix, "5m")
    if why_not is not None:
        return Advice(False, why_not, None)
    write = _write_bucket(pricer)
    costs = PrefixPrices(
        plain=pricer.priced(*attempts).total_usd,
        write=pricer.priced(*(moved(sent, prefix, write) for sent in attempts)).total_usd,
        read=pricer.priced(*(moved(sent, prefix, "cache_read") for sent in attempts)).total_usd,
    )
    uncached = multiply(costs.plain, Decimal(task.calls))
    cached = add((costs.write, multiply(costs.read, Decimal(task.calls - 1))))
    saves, reads = subtract(uncached, cached), costs.first_cheaper_reads
    if reads is None:
        return Advice(False, f"{pricer.model.id} charges as much for a read as for input.", None)
    if saves <= 0:
        why = f"Caching saves from {reads} reads on, and only {task.calls - 1} calls can read."
        return Advice(False, why, saves)
    why = (
        f"One call writes the prefix and {task.calls - 1} read it, if calls come within 5 minutes."
    )
    return Advice(True, why, saves)


def cascade_advice(
    decision: RoutingDecision, chosen: ModelCandidate, cheaper: ModelCandidate | None
) -> CascadeAdvice | None:
    """Return whether to try a cheaper model first; None if the chosen one is not priced."""
    after = chosen.total_usd
    if after is None:
        return None
    if cheaper is None or cheaper.total_usd is None:
        why = f"{chosen.model.id} is the cheapest possible model: there is none to try first."
        return CascadeAdvice(False, None, chosen.model.id, None, None, None, why)
    kind = decision.assessment.kind
    verifier = _CHECKS.get(kind)
    if verifier == "own" and not decision.assessment.code:
        verifier = None
    attempt = Fraction(cheaper.total_usd)
    paid = 2 * attempt if verifier == "agreement" else attempt
    threshold = saves_from(paid, Fraction(after))
    break_even = None if threshold is None else rounded(threshold)
    expected = _passes(verifier, decision.p_cheap_wrong)
    suggested, why = _cascade_reason(verifier, break_even, expected)
    return CascadeAdvice(
        suggested=suggested,
        first_model=cheaper.model.id,
        then_model=chosen.model.id,
        verifier=verifier,
        break_even_pass_rate=break_even,
        expected_pass_rate=expected,
        why=why,
    )


#: By kind of task: a check that is known to catch wrong answers. A check of the format is not:
#: it catches 0% to 2%.
_CHECKS: dict[str, VerifierKind] = {
    "tool use": "tool_schema",
    **dict.fromkeys(("code generation", "tests", "debugging", "refactoring"), "own"),
    **dict.fromkeys(("extraction", "classification", "question answering"), "agreement"),
    **dict.fromkeys(("multiple choice", "calculation", "maths"), "agreement"),
    **dict.fromkeys(("logic puzzle", "code reading"), "agreement"),
}


def _passes(verifier: VerifierKind | None, wrong: Decimal | None) -> Decimal | None:
    """Return the share of answers that pass a check: right ones, and wrong ones it misses."""
    if verifier is None or wrong is None:
        return None
    rates = check_rates(Check(verifier))
    caught = ONE if rates.detection_rate is None else rates.detection_rate
    rejected = rates.false_rejection_rate or ZERO
    right = multiply(subtract(ONE, wrong), subtract(ONE, rejected))
    return measured(Fraction(add((right, multiply(wrong, subtract(ONE, caught))))))


def _cascade_reason(
    verifier: VerifierKind | None, break_even: Decimal | None, expected: Decimal | None
) -> tuple[bool, str]:
    if break_even is None:
        return False, "The first attempt and its check cost more than the chosen model alone."
    saves = f"It saves if more than {_percent(break_even)} of the first answers pass a check."
    if verifier is None:
        return False, f"{saves} No known check separates right from wrong answers to such tasks."
    if expected is None:
        return False, f"{saves} How many would pass is not known for such tasks."
    likely = f"About {_percent(expected)} are expected to pass (cheap models of 2023-2024)"
    if expected <= break_even:
        return False, f"{saves} {likely}: too few."
    return True, f"{saves} {likely}; check them by {_CHECK_WORDS[verifier]}."


_CHECK_WORDS: dict[VerifierKind, str] = {
    "tool_schema": "the tool's schema",
    "own": "running the code's tests",
    "agreement": "asking a second cheap model the same",
}


def _percent(rate: Decimal) -> str:
    return f"{plain(multiply(rate, HUNDRED).quantize(Decimal('0.1')))}%"


@immutable
class CacheSwitch:
    """Staying on the current model and its warm cache, compared with moving to another model."""

    current_model: str
    """The current model's canonical id."""
    cached_tokens: int
    """Prompt tokens in the current model's cache, as sent."""
    stay_usd: Decimal
    """Cost of all calls on the current model, which reads its cache."""
    move_usd: Decimal
    """Cost of all calls on the model otherwise chosen; the first call writes its cache."""
    lost_usd: Decimal
    """The extra cost of the first call after the move, which finds no cache."""
    staying_saves_usd: Decimal
    """What staying saves; negative when moving is cheaper."""


def cache_switch(
    current: Pricer, chosen: Pricer, usage: Usage, cached: int, calls: int
) -> CacheSwitch:
    """Price both; raises InvalidRequest if the current model cannot have cached so much."""
    cold = without_cache(usage)
    if cached > cold.input:
        detail = f"must be at most the {cold.input} input tokens of a call"
        raise InvalidRequest.at("/cached_tokens", detail)
    if not current.offers("cache_read"):
        detail = f"{current.model.id} has no price for a cache read. Leave `cached_tokens` out."
        raise InvalidRequest.at("/current_model", detail)
    stay_call = current.cost(_reading(cold, cached))
    stay = multiply(stay_call, Decimal(calls))
    if current.model.key == chosen.model.key:
        move, lost = stay, Decimal(0)
    else:
        first, later = _arriving(chosen, cold, cached)
        move = add((first, multiply(later, Decimal(calls - 1))))
        lost = subtract(first, later)
    return CacheSwitch(
        current_model=current.model.id,
        cached_tokens=cached,
        stay_usd=stay,
        move_usd=move,
        lost_usd=lost,
        staying_saves_usd=subtract(move, stay),
    )


def _arriving(chosen: Pricer, cold: Usage, cached: int) -> tuple[Decimal, Decimal]:
    """Return the costs of the first call after a move, and of every later one."""
    if chosen.why_not_cached(cached, "5m") is not None:
        plain = chosen.cost(cold)
        return plain, plain
    writing = moved(Attempt(cold), cached, _write_bucket(chosen)).usage
    return chosen.cost(writing), chosen.cost(_reading(cold, cached))


def _write_bucket(pricer: Pricer) -> str:
    """Return what a call that finds no cache entry is billed for its prefix as."""
    return write_bucket("automatic" if "automatic" in pricer.cache_kinds() else "5m")


def _reading(cold: Usage, cached: int) -> Usage:
    return replace(cold, input=cold.input - cached, cache_read=cached)
