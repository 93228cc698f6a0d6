"""What should change, computed: each change is priced on the calls as they were.

Changes are applied one after the other to the same sums, each to what the ones before it left.
So savings add up to the difference between first and last, and none is counted twice.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from pricing.catalogue.models import Model
from pricing.estimates.caching import why_not_cached
from pricing.estimates.estimate import RETIREMENT_NOTICE
from pricing.money import ZERO, add, percent_of, subtract
from pricing.plans.batch_suitability import BatchKind, BatchWork, kind_of, suitability
from pricing.reports.rates import NARROWLY
from pricing.reports.report import KINDS, Kind, ReportRecommendation, ReportSavings, SavingStep
from pricing.reports.slices import Change, Desk, Rhythm, Situation, Slice, usd

#: A saving below this part of the spending is not worth a line: a thousandth.
WORTH = 1_000
Pair = tuple[str, str | None]


def advise(
    desk: Desk,
    slices: Sequence[Slice],
    rhythms: Mapping[Pair, Rhythm],
    spent_usd: Decimal,
    last_day: date,
) -> tuple[tuple[ReportRecommendation, ...], ReportSavings]:
    """Every change worth making, dearest calls first within a kind; and what they add up to."""
    groups: dict[Pair, tuple[Slice, ...]] = {}
    for one in slices:
        pair = (one.reference, one.endpoint)
        groups[pair] = (*groups.get(pair, ()), one)
    found: list[ReportRecommendation] = []
    for kind in KINDS:
        for pairs in _targets(kind, groups):
            group = tuple(one for pair in pairs for one in groups[pair])
            rhythm = rhythms.get(pairs[0]) if len(pairs) == 1 else None
            now = Situation(desk, group, rhythm, last_day)
            change = _ADVISERS[kind](now)
            made = change and _recommended(kind, now, change, spent_usd)
            if change and made:
                after = iter(change.slices)
                for pair in pairs:
                    groups[pair] = tuple(next(after) for _ in groups[pair])
                found.append(made if len(pairs) == 1 else replace(made, endpoint=None))
    found.sort(key=lambda one: (_ORDER[one.kind], -one.saves_usd, one.model, one.endpoint or ""))
    return tuple(found), _savings(found, spent_usd)


def _targets(kind: Kind, groups: Mapping[Pair, object]) -> Iterable[Sequence[Pair]]:
    """What one recommendation is about: a model at an endpoint, or a model that has to go."""
    if kind != "retirement":
        return [(pair,) for pair in groups]
    models: dict[str, list[Pair]] = {}
    for reference, endpoint in groups:
        models.setdefault(reference, []).append((reference, endpoint))
    return models.values()


_ORDER = {kind: number for number, kind in enumerate(KINDS)}


def _recommended(
    kind: Kind, now: Situation, change: Change, spent_usd: Decimal
) -> ReportRecommendation | None:
    before, after = now.cost(), now.cost(change.slices)
    if before is None or after is None:
        return None
    saves = subtract(before, after)
    if not change.due and (saves <= 0 or saves * WORTH < spent_usd):
        return None
    first = now.slices[0]
    return ReportRecommendation(
        kind=kind,
        target=change.target,
        endpoint=first.endpoint,
        model=first.label,
        saves_usd=saves,
        saves_percent=percent_of(saves, before),
        before_usd=before,
        after_usd=after,
        calls=now.calls,
        why=change.why,
        arithmetic=f"{usd(before)} - {usd(after)}: {change.arithmetic}",
        confidence=change.confidence,
    )


def _savings(found: Sequence[ReportRecommendation], spent_usd: Decimal) -> ReportSavings:
    steps = tuple(_steps(found))
    total = add(one.saves_usd for one in steps) if steps else ZERO
    return ReportSavings(spent_usd, steps, subtract(spent_usd, total))


def _steps(found: Sequence[ReportRecommendation]) -> Iterator[SavingStep]:
    for kind in KINDS:
        saves = [one.saves_usd for one in found if one.kind == kind]
        if saves:
            yield SavingStep(kind, add(saves))


ENOUGH_CACHED_CALLS = 20


def change_ttl(now: Situation) -> Change | None:
    """Write for five minutes what is always read within them, or for an hour what is not."""
    rhythm = now.rhythm
    if rhythm is None:
        return None
    hour = sum(one.counts["cache_write_1h"] for one in _live(now))
    five = sum(one.counts["cache_write_5m"] for one in _live(now))
    between = rhythm.starts_5m - rhythm.starts_1h
    if hour and rhythm.writes_1h:
        again = -(-hour * between // rhythm.writes_1h)
        after = tuple(_shorter(one, again, hour) for one in now.slices)
        return Change(
            target="5m",
            slices=after,
            why=f"Of {rhythm.calls} calls only {between} came more than five minutes and at most an"
            " hour after the one before: entries that live five minutes would do.",
            arithmetic=f"{hour} tokens written for five minutes instead of an hour, and up to"
            f" {again} read tokens written again after {between} longer pauses",
            confidence="medium",
        )
    if five and between > 0 and rhythm.writes_5m:
        spared = five * min(between, rhythm.writes_5m) // rhythm.writes_5m
        after = tuple(_longer(one, spared, five) for one in now.slices)
        return Change(
            target="1h",
            slices=after,
            why=f"{between} calls came more than five minutes and at most an hour after the one"
            " before, and found their entry gone.",
            arithmetic=f"{five - spared} tokens written for an hour, and {spared} read that were"
            " written again",
            confidence="medium" if rhythm.writes_5m <= 2 * rhythm.starts_5m else "low",
        )
    return None


def _live(now: Situation) -> list[Slice]:
    """The slices a rhythm is known of: those that are not batches."""
    return [one for one in now.slices if one.terms.processing != "batch"]


def _shorter(one: Slice, again: int, hour: int) -> Slice:
    written = one.counts["cache_write_1h"]
    if one.terms.processing == "batch" or not written:
        return one
    more = min(-(-again * written // hour), one.counts["cache_read"])
    return one.moved(cache_write_1h=-written, cache_write_5m=written + more, cache_read=-more)


def _longer(one: Slice, spared: int, five: int) -> Slice:
    written = one.counts["cache_write_5m"]
    if one.terms.processing == "batch" or not written:
        return one
    fewer = spared * written // five
    return one.moved(cache_write_5m=-written, cache_write_1h=written - fewer, cache_read=fewer)


def cache_repeated(now: Situation) -> Change | None:
    """Cache what calls without a cache have in common, where it is long enough."""
    rhythm, live = now.rhythm, _live(now)
    if rhythm is None or not live or rhythm.plain_calls < ENOUGH_CACHED_CALLS:
        return None
    prefix = rhythm.least_plain_input
    # Inputs of very different lengths share less than their shortest has.
    if 2 * prefix * rhythm.plain_calls < rhythm.plain_input:
        return None
    first = live[0]
    if why_not_cached(first.model, first.at, first.terms, prefix) is not None:
        return None
    choices = [
        _cached(now, prefix, "cache_write_5m", rhythm.starts_5m),
        _cached(now, prefix, "cache_write_1h", rhythm.starts_1h),
    ]
    priced = [(cost, after) for after in choices if (cost := now.cost(after)) is not None]
    if not priced:
        return None
    cost, after = min(priced, key=lambda one: one[0])
    five = after is choices[0]
    starts = rhythm.starts_5m if five else rhythm.starts_1h
    steady = 10 * prefix * rhythm.plain_calls >= 9 * rhythm.plain_input
    published = first.model.cache_minimum_tokens is not None
    return Change(
        target="5m" if five else "1h",
        slices=after,
        why=f"{rhythm.plain_calls} calls send at least {prefix} input tokens each and cache"
        " nothing. If they begin with the same text, mark it to be cached.",
        arithmetic=f"at most {prefix} tokens shared: written at the {starts} calls after a pause"
        f" longer than {'five minutes' if five else 'an hour'}, read by the others",
        confidence="medium" if steady and published else "low",
    )


def _cached(now: Situation, prefix: int, bucket: str, starts: int) -> tuple[Slice, ...]:
    plain = sum(one.plain_calls for one in _live(now))
    after = []
    for one in now.slices:
        calls = 0 if one.terms.processing == "batch" else one.plain_calls
        # A recount rounds up: what moves is never more than there is.
        moved = min(calls * prefix, one.counts["input"])
        if not moved:
            after.append(one)
            continue
        writes = min(-(-starts * calls // plain), calls)
        written = moved * writes // calls
        after.append(one.moved(input=-moved, cache_read=moved - written, **{bucket: written}))
    return tuple(after)


#: Short answers: at most 300 tokens in 95 of 100 calls, of at least 100.
SHORT_PERCENT = 95
ENOUGH_CALLS = 100
#: Kinds of task that a small model is made for, told by the endpoint's name.
_SIMPLE: frozenset[BatchKind] = frozenset({"classification", "moderation_backlog"})
_SIMPLE_WORDS = re.compile(
    r"(?<![a-z])(tag|tags|route|routing|router|extract|extraction|detect|label|intent|triage|"
    r"title|titles|keyword|keywords|sentiment|spam|language)(?![a-z])"
)


def words_of(endpoint: str) -> str:
    """An endpoint's name as words: ``/v1/nightly_reports`` is ``v1 nightly reports``."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", endpoint)
    return " ".join(re.split(r"[^A-Za-z0-9]+", spaced)).strip().lower()


def leave_retiring(now: Situation) -> Change | None:
    """Move from a model that is retired, or will be within 90 days of the last call."""
    model = now.slices[0].model
    retires = model.lifecycle.retires
    if retires is None or now.last_day < retires - RETIREMENT_NOTICE:
        return None
    successor = now.desk.successor(model)
    if successor is None:
        return None
    after = tuple(one.on(successor) for one in now.slices)
    when = "retired" if retires <= now.last_day else "retires"
    return Change(
        target=successor.id,
        slices=after,
        why=f"{model.id} {when} on {retires}; {successor.id} is its family's current model.",
        arithmetic=_moved(now, model, successor),
        confidence="medium" if successor.tokenizer != model.tokenizer else "high",
        due=True,
    )


def _moved(now: Situation, model: Model, successor: Model) -> str:
    text = f"{now.calls} calls with the same text on {successor.id}"
    if any(one.on(successor).recounted and not one.recounted for one in now.slices):
        return f"{text}, whose tokenizer counts it differently: recounted"
    if successor.tokenizer != model.tokenizer:
        return f"{text}, taking the same token counts: the tokenizers' ratio is not published"
    return text


def use_smaller(now: Situation) -> Change | None:
    """Move short answers to a smaller current model of the same provider."""
    rhythm, endpoint = now.rhythm, now.slices[0].endpoint
    if rhythm is None or rhythm.calls < ENOUGH_CALLS:
        return None
    if rhythm.short_calls * 100 < rhythm.calls * SHORT_PERCENT:
        return None
    before = now.cost()
    model = now.slices[0].model
    words = words_of(endpoint or "")
    simple = kind_of(words) in _SIMPLE or _SIMPLE_WORDS.search(words) is not None
    found: list[tuple[Decimal, str, Model]] = []
    for other in now.desk.current_models(model.provider):
        window = other.context_window
        if other.key == model.key or window is None or rhythm.longest * 13 > window * 10:
            continue
        cost = now.cost(tuple(one.on(other) for one in now.slices))
        if cost is not None and before is not None and cost < before:
            found.append((cost, other.key, other))
    if not found:
        return None
    found.sort()
    _, _, chosen = found[0] if simple else found[-1]
    short = f"{rhythm.short_calls} of {rhythm.calls} answers have at most 300 tokens"
    task = "and its name says what kind of task it is" if simple else "which looks simple"
    return Change(
        target=chosen.id,
        slices=tuple(one.on(chosen) for one in now.slices),
        why=f"{short}, {task}. Try {chosen.id} on a sample before moving all of it.",
        arithmetic=_moved(now, model, chosen),
        confidence="medium" if simple else "low",
    )


def stay_under(now: Situation) -> Change | None:
    """Trim prompts that are at most 20% beyond the threshold where every token gets dearer."""
    trimmed = tuple(_trimmed(one) for one in now.slices)
    if trimmed == now.slices:
        return None
    pairs = [(a, b) for a, b in zip(now.slices, trimmed, strict=True) if a is not b]
    calls = sum(a.calls for a, _ in pairs)
    tokens = sum(a.prompt_tokens - b.prompt_tokens for a, b in pairs)
    threshold = max(b.prompt_tokens // b.calls for _, b in pairs)
    return Change(
        target=f"{threshold} tokens",
        slices=trimmed,
        why=f"{calls} prompts exceed {threshold} tokens by at most 20%, and every token of such a"
        " call pays the higher price.",
        arithmetic=f"{tokens} fresh input tokens fewer, {tokens // calls} a call, and the rest at"
        " the lower tier",
        confidence="medium",
    )


def _trimmed(one: Slice) -> Slice:
    if one.recounted or not one.above or one.upto is None:
        return one
    period = one.model.period_at(one.at)
    lists = period.lists_at(one.at).values() if period else ()
    passed = [t.above_tokens for each in lists for t in each.tiers if t.above_tokens <= one.above]
    if not passed:
        return one
    threshold = max(passed)
    top, bottom = NARROWLY
    excess = one.prompt_tokens - one.calls * threshold
    if one.upto > threshold * top // bottom or one.counts["input"] < excess:
        return one
    return replace(one.moved(input=-excess), above=threshold - 1, upto=threshold)


def run_in_batches(now: Situation) -> Change | None:
    """Batch what nobody waits for, as far as the endpoint's name tells."""
    endpoint = now.slices[0].endpoint
    if endpoint is None:
        return None
    found = suitability(BatchWork(task=words_of(endpoint)), None, now.slices[0].model.provider)
    if found.suits != "yes":
        return None
    after = tuple(_batched(one, now) for one in now.slices)
    calls = sum(a.calls for a, b in zip(now.slices, after, strict=True) if a is not b)
    if not calls:
        return None
    return Change(
        target="batch",
        slices=after,
        why=f"{found.reasons[0].message} Told by the name {endpoint!r}: be sure that nobody waits.",
        arithmetic=f"{calls} calls at the batch price of every component",
        # A review may hold up somebody's work; the other kinds seldom do.
        confidence="low" if found.kind == "code_analysis" else "medium",
    )


_ADVISERS: Mapping[Kind, Callable[[Situation], Change | None]] = {
    "retirement": leave_retiring,
    "downgrade": use_smaller,
    "long_context": stay_under,
    "cache_ttl": change_ttl,
    "caching": cache_repeated,
    "batch": run_in_batches,
}


def _batched(one: Slice, now: Situation) -> Slice:
    if one.terms.processing != "standard" or one.terms.speed != "standard":
        return one
    batched = replace(one, terms=replace(one.terms, processing="batch"))
    return one if now.desk.cost(batched) is None else batched
