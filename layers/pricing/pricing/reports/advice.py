"""Recommendations of a report: each change is priced on the calls as they were.

Changes are applied one after another to the same sums, each to what the earlier ones leave. So
the savings add up to the difference between first and last, and no dollar is counted twice.
A retiring model's replacement that costs more is listed separately, and is not in the sums.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from pricing.catalogue.models import Model
from pricing.display import counted, percent, usd
from pricing.estimates.caching import why_not_cached
from pricing.estimates.discounts import billed_terms
from pricing.money import add, percent_of, share_of, subtract
from pricing.plans.batch_suitability import BatchKind, BatchWork, kind_of, suitability
from pricing.reports.rates import NARROWLY
from pricing.reports.savings import (
    KINDS,
    LEAST_CALLS,
    Confidence,
    Kind,
    ReportRecommendation,
    ReportReplacement,
    ReportSavings,
    SavingStep,
)
from pricing.reports.slices import (
    ENOUGH_CALLS_TO_CACHE,
    CallGroup,
    CallPattern,
    Pair,
    Slice,
    SlicePricer,
    SuggestedChange,
)
from pricing.reports.sql import SHORT_ANSWER_TOKENS
from pricing.reports.successors import (
    leave_retiring,
    moved,
    of_a_similar_price,
    retirement,
    use_newer,
)

#: A saving below a thousandth of the spending is not recommended.
LEAST_SAVING = 1_000
#: Answers that a smaller model is recommended for, and how many of 100 must be short.
ENOUGH_CALLS_TO_DOWNGRADE = 100
SHORT_PERCENT = 95
#: Kinds of task that a small model is made for, identified by the endpoint's name.
_SIMPLE: frozenset[BatchKind] = frozenset({"classification", "moderation_backlog"})
_SIMPLE_WORDS = re.compile(
    r"(?<![a-z])(tag|tags|route|routing|router|extract|extraction|detect|label|intent|triage|"
    r"title|titles|keyword|keywords|sentiment|spam|language)(?![a-z])"
)


def advise(
    pricer: SlicePricer,
    slices: Sequence[Slice],
    patterns: Mapping[Pair, CallPattern],
    spent_usd: Decimal,
    last_day: date,
) -> tuple[tuple[ReportRecommendation, ...], tuple[ReportReplacement, ...], ReportSavings]:
    """Recommend every change worth making, and add up what the changes save.

    Recommendations are in the order of ``KINDS``, then from the largest saving down; so are
    replacements, from the highest cost down.
    """
    groups: dict[Pair, tuple[Slice, ...]] = {}
    for part in slices:
        pair = (part.reference, part.endpoint)
        groups[pair] = (*groups.get(pair, ()), part)
    found: list[ReportRecommendation] = []
    replacements: list[ReportReplacement] = []
    changed: set[Pair] = set()
    for kind in KINDS:
        made = []
        for pairs in _targets(kind, groups):
            parts = tuple(part for pair in pairs for part in groups[pair])
            pattern = patterns.get(pairs[0]) if len(pairs) == 1 else None
            group = CallGroup(pricer, parts, pattern, last_day)
            if group.calls < LEAST_CALLS:
                continue
            change = _ADVISERS[kind](group)
            if kind == "retirement" and (replacement := _replacement(group, change)):
                replacements.append(replacement)
                continue
            if change is None:
                continue
            earlier = not changed.isdisjoint(pairs)
            recommendation = _recommended(kind, group, change, spent_usd, earlier=earlier)
            if recommendation:
                changed.update(pairs)
                after = iter(change.slices)
                for pair in pairs:
                    groups[pair] = tuple(next(after) for _ in groups[pair])
                if len(pairs) > 1:
                    recommendation = replace(recommendation, endpoint=None)
                made.append(recommendation)
        found += sorted(made, key=lambda one: (-one.saves_usd, one.model, one.endpoint or ""))
    replacements.sort(key=lambda one: (-(one.costs_more_usd or 0), one.model))
    reason = None if found else _none_found(slices, patterns)
    return tuple(found), tuple(replacements), _savings(found, spent_usd, reason)


def _savings(
    found: Sequence[ReportRecommendation], spent_usd: Decimal, reason: str | None
) -> ReportSavings:
    """What all recommendations save, kind by kind."""
    steps = tuple(
        SavingStep(kind, add(saves))
        for kind in KINDS
        if (saves := [one.saves_usd for one in found if one.kind == kind])
    )
    remaining = subtract(spent_usd, add(step.saves_usd for step in steps))
    likely = add(one.saves_usd for one in found if one.confidence != "low")
    return ReportSavings(spent_usd, steps, remaining, likely, reason)


def _none_found(slices: Sequence[Slice], patterns: Mapping[Pair, CallPattern]) -> str:
    """Why no change is recommended."""
    if not slices:
        return "Nothing is recommended, because no call has a known price."
    calls = sum(part.calls for part in slices)
    if not with_enough_calls(slices):
        few = f"fewer than {LEAST_CALLS} calls of one model at one endpoint are too few"
        return f"Nothing is recommended: the report has {counted(calls, 'call')}, and {few}."
    plain = max((one.plain_calls for one in patterns.values()), default=0)
    uncached = (
        f"No model has {ENOUGH_CALLS_TO_CACHE} calls at one endpoint that cache nothing."
        if plain < ENOUGH_CALLS_TO_CACHE
        else "Inputs that are not cached are too short or too different to cache, or their provider"
        " caches them anyway."
    )
    return (
        "No change was found that would have cost at least 0.1% less. The models have no cheaper"
        f" successor with limits as large. {uncached} No endpoint has {ENOUGH_CALLS_TO_DOWNGRADE}"
        " short answers that a cheaper model may do for, and none has a name that describes work"
        " which can wait for a batch."
    )


def with_enough_calls(slices: Iterable[Slice]) -> list[Pair]:
    """The pairs with as many calls as a change is recommended for, those of most cost first."""
    calls: Counter[Pair] = Counter()
    for part in slices:
        calls[part.reference, part.endpoint] += part.calls
    return [pair for pair, number in calls.items() if number >= LEAST_CALLS]


def _targets(kind: Kind, groups: Mapping[Pair, object]) -> Iterable[Sequence[Pair]]:
    """The calls of one recommendation: a model at an endpoint, or everywhere when it retires."""
    if kind != "retirement":
        return [(pair,) for pair in groups]
    models: dict[str, list[Pair]] = {}
    for reference, endpoint in groups:
        models.setdefault(reference, []).append((reference, endpoint))
    return models.values()


def _replacement(group: CallGroup, change: SuggestedChange | None) -> ReportReplacement | None:
    """A model that retires, and whose replacement saves nothing or is not known."""
    before, retires, label = group.cost(), retirement(group), group.slices[0].label
    if before is None or retires is None:
        return None
    had = f"was to be replaced by {retires}"
    if retires > group.last_day:
        had = f"must be replaced by {retires}"
    if change is None:
        return ReportReplacement(
            model=label,
            target=None,
            retires=retires,
            costs_more_usd=None,
            costs_more_percent=None,
            before_usd=before,
            after_usd=None,
            calls=group.calls,
            why=f"{label} {had}, and no current model of its family is known."
            f"{_instead(group, None, None) or ' Compare the calls on other models.'}",
            arithmetic=f"The calls cost {usd(before)}.",
            confidence="high",
        )
    after = group.cost(change.slices)
    if after is None or after < before:
        return None
    more = subtract(after, before)
    costs = (
        f"costs {usd(more)} more ({percent(share_of(more, before))})" if more else "costs the same"
    )
    return ReportReplacement(
        model=label,
        target=change.target,
        retires=retires,
        costs_more_usd=more,
        costs_more_percent=percent_of(more, before),
        before_usd=before,
        after_usd=after,
        calls=group.calls,
        why=f"{label} {had}: {change.target}, the current model of its family, {costs}."
        f"{_instead(group, change.target, after)}",
        arithmetic=f"The calls cost {usd(before)} and would have cost {usd(after)}:"
        f" {change.arithmetic}.",
        confidence=change.confidence,
    )


def _instead(group: CallGroup, target: str | None, cost: Decimal | None) -> str:
    """Name a current model of the provider that costs less than the replacement, if any."""
    found = of_a_similar_price(group, target)
    if found is None or (cost is not None and found[1] >= cost):
        return ""
    other, least = found
    return (
        f" On {other.id}, a current model of {other.provider}, they would have cost {usd(least)}:"
        " try it on a sample."
    )


def _recommended(
    kind: Kind, group: CallGroup, change: SuggestedChange, spent_usd: Decimal, *, earlier: bool
) -> ReportRecommendation | None:
    """The change with its saving, ``earlier`` if it follows others; None if it saves too little."""
    before, after = group.cost(), group.cost(change.slices)
    if before is None or after is None:
        return None
    saves = subtract(before, after)
    if not change.due and (saves <= 0 or saves * LEAST_SAVING < spent_usd):
        return None
    first = group.slices[0]
    base = usd(before)
    if earlier:
        base = f"the {base} that the recommendations before this one leave"
    return ReportRecommendation(
        kind=kind,
        target=change.target,
        action=change.action,
        endpoint=first.endpoint,
        model=first.label,
        saves_usd=saves,
        saves_percent=percent_of(saves, before),
        before_usd=before,
        after_usd=after,
        calls=group.calls,
        why=change.why,
        arithmetic=f"The calls would have cost {usd(after)} instead of {base}:"
        f" {change.arithmetic}.",
        confidence=change.confidence,
    )


def change_ttl(group: CallGroup) -> SuggestedChange | None:
    """Write for five minutes what is always read within them, or for an hour what is not."""
    pattern = group.pattern
    if pattern is None or pattern.starts_5m is None or pattern.starts_1h is None:
        return None
    hour = sum(part.counts["cache_write_1h"] for part in group.unbatched)
    five = sum(part.counts["cache_write_5m"] for part in group.unbatched)
    between = pattern.starts_5m - pattern.starts_1h
    if hour and pattern.writes_1h:
        return _for_five_minutes(group, pattern, hour, between)
    if five and between > 0 and pattern.writes_5m:
        is_common = pattern.writes_5m <= 2 * pattern.starts_5m
        spared = five * min(between, pattern.writes_5m) // pattern.writes_5m
        return _for_an_hour(group, five, spared, between, "medium" if is_common else "low")
    return None


def _for_five_minutes(
    group: CallGroup, pattern: CallPattern, tokens: int, between: int
) -> SuggestedChange:
    """Write for five minutes what is written for an hour; ``between`` calls then write it again."""
    again = -(-tokens * between // pattern.writes_1h)

    def shorter(part: Slice, written: int) -> Slice:
        more = min(-(-again * written // tokens), part.counts["cache_read"])
        return part.moved(cache_write_1h=-written, cache_write_5m=written + more, cache_read=-more)

    return SuggestedChange(
        target="5m",
        action="Keep cache entries for 5 minutes instead of an hour",
        slices=_rewritten(group, "cache_write_1h", shorter),
        why=f"{between:,} of {counted(pattern.calls, 'call')} arrived more than five minutes"
        " and at most an hour after the previous one; a 5-minute cache entry would have served"
        " the others.",
        arithmetic=f"{tokens:,} tokens written for five minutes instead of an hour, and up to"
        f" {again:,} tokens written again instead of read, after"
        f" {counted(between, 'longer pause')}",
        confidence="medium",
    )


def _for_an_hour(
    group: CallGroup, tokens: int, spared: int, between: int, confidence: Confidence
) -> SuggestedChange:
    """Write for an hour what is written for five minutes; ``between`` calls then read it."""

    def longer(part: Slice, written: int) -> Slice:
        fewer = spared * written // tokens
        return part.moved(cache_write_5m=-written, cache_write_1h=written - fewer, cache_read=fewer)

    return SuggestedChange(
        target="1h",
        action="Keep cache entries for an hour instead of 5 minutes",
        slices=_rewritten(group, "cache_write_5m", longer),
        why=f"{counted(between, 'call')} arrived after the 5-minute cache entry had expired; a"
        " 1-hour entry would have served them.",
        arithmetic=f"{tokens - spared:,} tokens written for an hour, and {spared:,} tokens read"
        " instead of written again",
        confidence=confidence,
    )


def _rewritten(
    group: CallGroup, bucket: str, change: Callable[[Slice, int], Slice]
) -> tuple[Slice, ...]:
    """Apply ``change(slice, tokens written)`` to the slices outside batches that write them."""
    return tuple(
        change(part, part.counts[bucket])
        if part.counts[bucket] and part.terms.processing != "batch"
        else part
        for part in group.slices
    )


def cache_repeated(group: CallGroup) -> SuggestedChange | None:
    """Cache what calls without a cache have in common, where it is long enough."""
    pattern, unbatched = group.pattern, group.unbatched
    if pattern is None or not unbatched or not pattern.may_share:
        return None
    prefix, first = pattern.least_plain_input, unbatched[0]
    if why_not_cached(first.model, first.at, first.terms, prefix, marked=True) is not None:
        return None
    lifetimes = (
        ("5m", "cache_write_5m", pattern.starts_5m, "5 minutes"),
        ("1h", "cache_write_1h", pattern.starts_1h, "an hour"),
    )
    choices = []
    for target, bucket, starts, kept in lifetimes:
        if starts is None:
            continue
        after = _cached(group, prefix, bucket, starts)
        cost = group.cost(after)
        if cost is not None:
            choices.append((cost, target, after, starts, kept))
    if not choices:
        return None
    _, target, after, starts, kept = min(choices, key=lambda choice: choice[0])
    steady = 10 * prefix * pattern.plain_calls >= 9 * pattern.plain_input
    published = first.model.cache_minimum_tokens is not None
    return SuggestedChange(
        target=target,
        action=f"Cache the repeated text for {kept}",
        slices=after,
        why=f"{pattern.plain_calls:,} calls send at least {prefix:,} input tokens each and cache"
        " nothing. If they begin with the same text, mark that text for caching.",
        arithmetic=f"at most {prefix:,} shared tokens, written by {counted(starts, 'call')} after a"
        f" pause of more than {kept} and read by the others",
        confidence="medium" if steady and published else "low",
    )


def _cached(group: CallGroup, prefix: int, bucket: str, starts: int) -> tuple[Slice, ...]:
    all_plain = sum(part.plain_calls for part in group.unbatched)
    after = []
    for part in group.slices:
        calls = 0 if part.terms.processing == "batch" else part.plain_calls
        # Recounted tokens are rounded up: never move more than there are.
        moved = min(calls * prefix, part.counts["input"])
        if not moved:
            after.append(part)
            continue
        writes = min(-(-starts * calls // all_plain), calls)
        written = moved * writes // calls
        after.append(part.moved(input=-moved, cache_read=moved - written, **{bucket: written}))
    return tuple(after)


def words_of(endpoint: str) -> str:
    """An endpoint's name as words: ``/v1/nightly_reports`` is ``v1 nightly reports``."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", endpoint)
    return " ".join(re.split(r"[^A-Za-z0-9]+", spaced)).strip().lower()


def use_smaller(group: CallGroup) -> SuggestedChange | None:
    """Move short answers to a smaller current model of the same provider."""
    pattern, endpoint = group.pattern, group.slices[0].endpoint
    if pattern is None or pattern.calls < ENOUGH_CALLS_TO_DOWNGRADE:
        return None
    if pattern.short_calls * 100 < pattern.calls * SHORT_PERCENT:
        return None
    before = group.cost()
    model = group.slices[0].model
    words = words_of(endpoint or "")
    simple = kind_of(words) in _SIMPLE or _SIMPLE_WORDS.search(words) is not None
    found: list[tuple[Decimal, str, Model]] = []
    for other in group.pricer.current_models(model.provider, group.last_day):
        window = other.max_input_tokens or other.context_window
        # Another tokenizer may make 30% more tokens of the longest call.
        if other.key == model.key or window is None or pattern.longest * 13 > window * 10:
            continue
        cost = group.cost(tuple(part.on(other) for part in group.slices))
        if cost is not None and before is not None and cost < before:
            found.append((cost, other.key, other))
    if not found:
        return None
    found.sort()
    _, _, chosen = found[0] if simple else found[-1]
    short = f"{pattern.short_calls:,} of {pattern.calls:,} answers have at most"
    task = "the endpoint's name describes a simple task" if simple else "the task may be simple"
    return SuggestedChange(
        target=chosen.id,
        action=f"Move from {model.id} to {chosen.id}",
        slices=tuple(part.on(chosen) for part in group.slices),
        why=f"{short} {SHORT_ANSWER_TOKENS} tokens, and {task}. Try {chosen.id} on a sample before"
        " moving all calls.",
        arithmetic=moved(group, model, chosen),
        confidence="medium" if simple else "low",
    )


def stay_under(group: CallGroup) -> SuggestedChange | None:
    """Trim prompts that are at most 20% over a threshold above which every token costs more."""
    trimmed = tuple(_trimmed(part) for part in group.slices)
    pairs = [(a, b) for a, b in zip(group.slices, trimmed, strict=True) if a is not b]
    if not pairs:
        return None
    calls = sum(before.calls for before, _ in pairs)
    tokens = sum(before.prompt_tokens - after.prompt_tokens for before, after in pairs)
    threshold = max(after.prompt_tokens // after.calls for _, after in pairs)
    return SuggestedChange(
        target=f"{threshold} tokens",
        action=f"Keep prompts at or below {threshold:,} tokens",
        slices=trimmed,
        why=f"{counted(calls, 'prompt')} exceeded {threshold:,} tokens by at most 20%. Above this"
        " threshold, every token of a call costs more.",
        arithmetic=f"{tokens:,} uncached input tokens fewer, {tokens // calls:,} a call, and the"
        " rest at the prices below the threshold",
        confidence="medium",
    )


def _trimmed(part: Slice) -> Slice:
    if part.recounted or not part.above or part.upto is None:
        return part
    lists = part.model.lists_at(part.at).values()
    above = [tier.above_tokens for prices in lists for tier in prices.tiers]
    threshold = max((tokens for tokens in above if tokens <= part.above), default=0)
    top, bottom = NARROWLY
    excess = part.prompt_tokens - part.calls * threshold
    if part.upto > threshold * top // bottom or part.counts["input"] < excess:
        return part
    return replace(part.moved(input=-excess), above=threshold - 1, upto=threshold)


def run_in_batches(group: CallGroup) -> SuggestedChange | None:
    """Batch the calls of an endpoint whose name describes work that no user waits for."""
    first = group.slices[0]
    if first.endpoint is None:
        return None
    found = suitability(BatchWork(task=words_of(first.endpoint)), None, first.model.provider)
    if found.suits != "yes":
        return None
    after, calls = [], 0
    for part in group.slices:
        batched = replace(part, terms=replace(part.terms, processing="batch"))
        standard = part.terms.processing == part.terms.speed == "standard"
        offered = billed_terms(part.model, part.at, batched.terms)[0] == batched.terms
        suits = standard and offered and group.pricer.cost(batched) is not None
        after.append(batched if suits else part)
        calls += part.calls if suits else 0
    if not calls:
        return None
    return SuggestedChange(
        target="batch",
        action="Send the calls in batches",
        slices=tuple(after),
        why=f"{found.reasons[0].message} This is inferred from the name {first.endpoint!r}: make"
        " sure that no user waits for the answers.",
        arithmetic=f"{counted(calls, 'call')} at the batch price of every component",
        # A code review may delay its author; the other kinds seldom do.
        confidence="low" if found.kind == "code_analysis" else "medium",
    )


_ADVISERS: Mapping[Kind, Callable[[CallGroup], SuggestedChange | None]] = {
    "retirement": leave_retiring,
    "newer_model": use_newer,
    "downgrade": use_smaller,
    "long_context": stay_under,
    "cache_ttl": change_ttl,
    "caching": cache_repeated,
    "batch": run_in_batches,
}
