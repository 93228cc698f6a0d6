"""Changes of model, prompt length and processing, each priced on the calls as they were."""

import re
from dataclasses import replace
from decimal import Decimal

from pricing.batch_suits import BatchKind, BatchWork, kind_of, suitability
from pricing.estimate import RETIREMENT_NOTICE
from pricing.models import Model
from pricing.usage_report_change import Change, Situation
from pricing.usage_report_prices import NARROWLY
from pricing.usage_report_slices import Slice

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


def _batched(one: Slice, now: Situation) -> Slice:
    if one.terms.processing != "standard" or one.terms.speed != "standard":
        return one
    batched = replace(one, terms=replace(one.terms, processing="batch"))
    return one if now.desk.cost(batched) is None else batched
