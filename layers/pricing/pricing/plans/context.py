"""What to put into a context window: ``POST /v1/plan/context``.

A request has either the parts of a prompt, which are budgeted, ranked by relevance and dropped to
fit, or a prompt before and after a change, which are compared. ``prompt_review`` finds what a
prompt could do without.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Literal

from pricing.catalogue.exchange_rates import Converted
from pricing.catalogue.models import Model
from pricing.catalogue.price_book import BookInForce, MatchedModel, Provenance
from pricing.errors import under
from pricing.estimates.call_notices import context_use
from pricing.estimates.estimate import Pricer
from pricing.estimates.inputs import CallInput, CountedCall, RecountedInput
from pricing.money import ZERO, multiply, per_million, percent_of, subtract
from pricing.notices import Notice
from pricing.plans.bm25 import bm25
from pricing.plans.prompt_review import (
    Inspection,
    InspectionResult,
    PromptComparison,
    PromptFinding,
    compare_prompts,
    inspect_prompt,
    usage_on,
)
from pricing.plans.workloads import CallGroup, PlanWorkload, plan_workload
from pricing.timestamps import AsOf
from pricing.tokens.estimator import (
    METHOD,
    Features,
    TokenCount,
    estimate_tokens,
    exactly,
    features_of,
)
from pricing.tokens.prompts import TOKENS_PER_MESSAGE, TOKENS_PER_REQUEST
from pricing.usage.buckets import Attempt, Terms, Usage
from pricing.values import immutable

Why = Literal["required", "relevant", "not_ranked", "no_word_in_common", "does_not_fit"]


@dataclass(frozen=True)  # no slots: the text is read once for all the models that count it
class ContextPart:
    """A part of the prompt: its text, or its length in tokens. A required part is never dropped."""

    name: str
    text: str | None = None
    tokens: int | None = None
    required: bool = False

    def count_on(self, model: Model, measured_with: str | None) -> TokenCount:
        """Return its tokens on a model; a length that was sent is of ``measured_with``."""
        if self.text is not None:
            return estimate_tokens(self.text, model.tokenizer, self._features)
        sent = RecountedInput(CountedCall((Attempt(Usage(input=self.tokens or 0)),)), measured_with)
        return exactly(sent.counted_for(model).attempts[0].usage.input)

    @cached_property
    def _features(self) -> Features:
        return features_of(self.text or "")


@immutable
class ContextQuery:
    """The ``parts`` of a prompt; or a prompt ``before`` and, to compare, ``after``.

    ``max_prompt_tokens`` is a budget smaller than the window. ``output_tokens`` are priced, and
    ``reserve_output_tokens`` of the window are kept free.
    """

    model: str
    as_of: AsOf
    terms: Terms
    calls_per_month: int = 1
    parts: tuple[ContextPart, ...] = ()
    task: str | None = None
    models: tuple[str, ...] = ()
    reserve_output_tokens: int = 0
    max_prompt_tokens: int | None = None
    output_tokens: int = 0
    before: CallInput | None = None
    after: CallInput | None = None
    structured_output_share: Decimal = Decimal("0.5")


@immutable
class PartBudget:
    """One part of the prompt, and whether to keep it."""

    name: str
    """The part's name, as sent."""
    tokens: int
    """Length in tokens, as sent or counted."""
    low_tokens: int
    """Lower end of the count's error band, in tokens."""
    high_tokens: int
    """Upper end of the count's error band, in tokens."""
    percent_of_window: Decimal | None
    """Percentage of the context window; null when the window is not known."""
    usd_per_call: Decimal
    """Cost of the part in every call."""
    relevance: Decimal | None
    """BM25 score of the part for the task; null without a task or a text."""
    rank: int | None
    """Rank by relevance, 1 for the highest; null without a score."""
    keep: bool
    """Whether to keep the part."""
    why: Why
    """The reason for keeping or dropping the part."""


@immutable
class ModelFit:
    """The parts in the context window of another model."""

    model: str
    """The model's canonical id."""
    window: int | None
    """Context window in tokens; null when not known."""
    used_tokens: int
    """Tokens of all parts and the reserved output."""
    percent_used: Decimal | None
    """Percentage of the window used; null when the window is not known."""
    fits: bool | None
    """Whether all parts fit; null when the window is not known."""
    kept_tokens: int
    """Tokens of the parts that are kept."""
    kept_fits: bool | None
    """Whether the kept parts fit; null when the window is not known."""


@immutable
class ContextBudget:
    """The parts of the prompt in the model's context window, with and without the parts to drop.

    What is kept may still not fit, when the required parts alone are too long.
    """

    window: int | None
    """Context window in tokens; null when not known."""
    reserve_output_tokens: int
    """Tokens kept free for output."""
    room_tokens: int | None
    """Tokens available to the prompt: the window less the reserved output, or the smaller budget
    that was sent; null when not known.
    """
    prompt_tokens: int
    """Tokens of all parts."""
    percent_of_window: Decimal | None
    """Percentage of the window that all parts use; null when the window is not known."""
    fits: bool | None
    """Whether all parts fit; null when the window is not known."""
    parts: tuple[PartBudget, ...]
    """The parts, in the order sent."""
    drop: tuple[str, ...]
    """Names of the parts to drop."""
    kept_tokens: int
    """Tokens of the parts that are kept."""
    kept_fits: bool | None
    """Whether the kept parts fit; null when the window is not known."""
    saves_tokens: int
    """Tokens saved by dropping parts."""
    saves_percent: Decimal | None
    """Tokens saved as a percentage of all input tokens; null when there are none."""
    saves_usd_per_call: Decimal
    """Saving per call."""
    saves_usd_per_month: Decimal
    """Saving per month."""
    models: tuple[ModelFit, ...]
    """The parts in other models' context windows."""


@immutable
class ContextAnswer:
    """A ``budget`` of parts or a ``comparison`` of two prompts, and ``findings`` in their text.

    Each finding is priced on its own; findings do not add up. Every saving is the difference of two
    ``workloads``, each of which can be sent to ``POST /v1/estimate/workload`` unchanged.
    """

    model: MatchedModel
    calls_per_month: int
    """Calls per month."""
    budget: ContextBudget | None
    """The parts in the context window; null when prompts were sent."""
    comparison: PromptComparison | None
    """The two prompts; null when fewer than two were sent."""
    findings: tuple[PromptFinding, ...]
    """What the text could do without, each on its own."""
    workloads: tuple[PlanWorkload, ...]
    """The months that were compared."""
    pricing: Provenance
    assumptions: tuple[str, ...]
    """What the plan takes for granted, as sentences."""
    warnings: tuple[Notice, ...]
    net: "ContextAnswer | None" = None
    """The same answer at the rate card's prices; null without a rate card."""
    rate_card: str | None = None
    """The id of the rate card whose prices this answer has; null at list prices."""
    converted: Converted | None = None
    """The amounts in ``currency``; null without one."""


def plan_context(in_force: BookInForce, query: ContextQuery) -> ContextAnswer:
    """Budget or compare; raises UnknownModel, or InvalidRequest for what cannot be counted."""
    pricer = Pricer.of(in_force, query.model, query.as_of, query.terms)
    if query.before is None:
        return _of_parts(pricer, query)
    return _of_prompts(pricer, query, query.before)


def _of_parts(pricer: Pricer, query: ContextQuery) -> ContextAnswer:
    counts = _counts(query.parts, pricer, pricer)
    tokens = [count.tokens for count in counts]
    window = window_of(pricer)
    room = _room(query, window)
    choice = choose(query.parts, tokens, query.task, room)
    whole = Usage(input=sum(tokens), output=query.output_tokens)
    kept = Usage(input=choice.kept(tokens), output=query.output_tokens)
    loads = tuple(
        plan_workload(name, (CallGroup.like("prompt", pricer, usage, query.calls_per_month),))
        for name, usage in (("all_parts", whole), ("kept_parts", kept))
    )
    saves = subtract(pricer.cost(whole), pricer.cost(kept))
    fewer = whole.input - kept.input
    budget = ContextBudget(
        window=window,
        reserve_output_tokens=query.reserve_output_tokens,
        room_tokens=room,
        prompt_tokens=whole.input,
        percent_of_window=percent_of_window(whole.input, window),
        fits=None if room is None else whole.input <= room,
        parts=budgets(pricer, query.parts, counts, choice, whole),
        drop=tuple(
            part.name for number, part in enumerate(query.parts) if not choice.keeps(number)
        ),
        kept_tokens=kept.input,
        kept_fits=None if room is None else kept.input <= room,
        saves_tokens=fewer,
        saves_percent=percent_of(Decimal(fewer), Decimal(whole.input)),
        saves_usd_per_call=saves,
        saves_usd_per_month=multiply(saves, Decimal(query.calls_per_month)),
        models=_fits(pricer, query, choice),
    )
    texts = tuple(part.text for part in query.parts if part.text)
    share = query.structured_output_share
    inspected = Inspection(pricer, whole, query.calls_per_month, texts, share).findings()
    return _answer(pricer, query, budget, None, inspected, loads, whole)


def _of_prompts(pricer: Pricer, query: ContextQuery, before: CallInput) -> ContextAnswer:
    calls = query.calls_per_month
    usages = {}
    for name, call in (("before", before), ("after", query.after)):
        if call is not None:
            with under(f"/{name}"):
                usages[name] = usage_on(pricer, call)
    loads = tuple(
        plan_workload(name, (CallGroup.like("prompt", pricer, usage, calls),))
        for name, usage in usages.items()
    )
    comparison = None
    if query.after is not None:
        comparison = compare_prompts(pricer, before, query.after, calls)
    inspected = inspect_prompt(pricer, before, calls, query.structured_output_share)
    return _answer(pricer, query, None, comparison, inspected, loads, *usages.values())


def _answer(
    pricer: Pricer,
    query: ContextQuery,
    budget: ContextBudget | None,
    comparison: PromptComparison | None,
    inspected: InspectionResult,
    loads: tuple[PlanWorkload, ...],
    *usages: Usage,
) -> ContextAnswer:
    return ContextAnswer(
        model=pricer.matched,
        calls_per_month=query.calls_per_month,
        budget=budget,
        comparison=comparison,
        findings=inspected.findings,
        workloads=(*loads, *inspected.workloads),
        pricing=pricer.provenance,
        assumptions=(
            *_assumptions(pricer, query),
            *pricer.hour_assumption(*map(Attempt, usages[:1])),
        ),
        warnings=(*pricer.notices(*usages), *_choice_notices(query, budget)),
    )


def _assumptions(pricer: Pricer, query: ContextQuery) -> tuple[str, ...]:
    if query.before is not None:
        prompts = [call for call in (query.before, query.after) if call is not None]
        counted = [call.counted_for(pricer.model) for call in prompts]
        return tuple(dict.fromkeys(text for call in counted for text in call.assumptions))
    assumptions = []
    if any(part.text is not None for part in query.parts):
        assumptions.append(METHOD)
    if any(part.text is None for part in query.parts):
        assumptions.append(
            f"`tokens` are those of {pricer.model.id}; they are recounted for other tokenizers if"
            " the ratio is published."
        )
    framing = TOKENS_PER_REQUEST + TOKENS_PER_MESSAGE
    assumptions.append(f"About {framing} tokens around the parts are left out.")
    if query.task is not None:
        assumptions.append("Relevance is BM25 over names and texts: shared words, not meaning.")
    return tuple(assumptions)


def _choice_notices(query: ContextQuery, budget: ContextBudget | None) -> tuple[Notice, ...]:
    if budget is None:
        return ()
    notices = []
    if query.task is not None and not any(part.relevance for part in budget.parts):
        message = "No part shares a word with the task, so no part was dropped as irrelevant."
        notices.append(Notice("no_relevant_part", message))
    if budget.kept_fits is False:
        message = "The required parts alone do not fit. Require fewer, or shorten them."
        notices.append(Notice("required_parts_do_not_fit", message))
    return tuple(notices)


def _counts(parts: Sequence[ContextPart], pricer: Pricer, measured_on: Pricer) -> list[TokenCount]:
    return [part.count_on(pricer.model, measured_on.model.tokenizer) for part in parts]


def _room(query: ContextQuery, window: int | None) -> int | None:
    """Return the tokens that the prompt may have: 0 if the reserve is more than the window."""
    left = None if window is None else max(window - query.reserve_output_tokens, 0)
    limits = [limit for limit in (left, query.max_prompt_tokens) if limit is not None]
    return min(limits, default=None)


def window_of(pricer: Pricer) -> int | None:
    """Return the model's context window at the instant of the prices, or None if not known."""
    return context_use(pricer.model, pricer.at, (Attempt(Usage()),)).window


def percent_of_window(tokens: int, window: int | None) -> Decimal | None:
    """Return the percentage of a window that these tokens fill; None if it is not known."""
    return None if window is None else percent_of(Decimal(tokens), Decimal(window))


@immutable
class PartSelection:
    """The parts to keep, and the reasons, in the order of the parts."""

    relevance: tuple[Decimal | None, ...]
    why: tuple[Why, ...]

    def keeps(self, number: int) -> bool:
        """Return whether the part with this number is kept."""
        return self.why[number] in ("required", "relevant", "not_ranked")

    def kept(self, tokens: Sequence[int]) -> int:
        """Return the tokens of the parts that are kept."""
        return sum(count for number, count in enumerate(tokens) if self.keeps(number))


def choose(
    parts: Sequence[ContextPart], tokens: Sequence[int], task: str | None, room: int | None
) -> PartSelection:
    """Drop the parts that share no word with the task, then parts until the rest fits ``room``.

    The least relevant part is dropped first; without a task, or of equals, the last one. A part
    that was dropped to fit is kept after all if there is room for it, the most relevant first.
    """
    relevance: list[Decimal | None] = [None] * len(parts)
    if task is not None:
        scores = bm25(task, [f"{part.name}\n{part.text or ''}" for part in parts])
        for number, (part, score) in enumerate(zip(parts, scores, strict=True)):
            # Without a text, a name that shares no word does not mean that the part is irrelevant.
            relevance[number] = None if part.text is None and not score else score
    why: list[Why] = [
        "not_ranked" if score is None else "relevant" if score else "no_word_in_common"
        for score in relevance
    ]
    why = ["required" if part.required else reason for part, reason in zip(parts, why, strict=True)]
    if "relevant" not in why:  # a task that shares no word with any part says little about them
        why = ["not_ranked" if reason == "no_word_in_common" else reason for reason in why]
    kept = [number for number, reason in enumerate(why) if reason != "no_word_in_common"]
    if room is not None:
        for number in _to_fit(kept, tokens, why, relevance, room):
            why[number] = "does_not_fit"
    return PartSelection(tuple(relevance), tuple(why))


def _to_fit(
    kept: Iterable[int],
    tokens: Sequence[int],
    why: Sequence[Why],
    relevance: Sequence[Decimal | None],
    room: int,
) -> set[int]:
    """Return the parts to drop for the rest to fit; required parts are never dropped."""
    staying = list(kept)
    used = sum(tokens[number] for number in staying)
    best_first = sorted(
        (number for number in staying if why[number] != "required"),
        key=lambda number: (-(relevance[number] or ZERO), number),
    )
    dropped: list[int] = []
    for number in reversed(best_first):
        if used <= room:
            break
        used -= tokens[number]
        dropped.append(number)
    for number in sorted(dropped, key=best_first.index):
        if used + tokens[number] <= room:
            used += tokens[number]
            dropped.remove(number)
    return set(dropped)


def budgets(
    pricer: Pricer,
    parts: Sequence[ContextPart],
    counts: Sequence[TokenCount],
    choice: PartSelection,
    usage: Usage,
) -> tuple[PartBudget, ...]:
    """Return one row per part, in their order; ``usage`` is the call that sends all of them."""
    window = window_of(pricer)
    rate = pricer.rate(usage, "input") or ZERO
    scored = [score for score in choice.relevance if score is not None]
    ranks = {score: 1 + sum(other > score for other in scored) for score in set(scored)}
    rows = []
    for number, (part, count) in enumerate(zip(parts, counts, strict=True)):
        score = choice.relevance[number]
        rows.append(
            PartBudget(
                name=part.name,
                tokens=count.tokens,
                low_tokens=count.low,
                high_tokens=count.high,
                percent_of_window=percent_of_window(count.tokens, window),
                usd_per_call=per_million(Decimal(count.tokens), rate),
                relevance=score,
                rank=None if score is None else ranks[score],
                keep=choice.keeps(number),
                why=choice.why[number],
            )
        )
    return tuple(rows)


def _fits(pricer: Pricer, query: ContextQuery, choice: PartSelection) -> tuple[ModelFit, ...]:
    """Return the parts in the windows of other models; by default every family's current one."""
    rows = []
    current = pricer.in_force.book.current_models(query.as_of.day)
    for number, name in enumerate(query.models or current):
        with under(f"/models/{number}"):
            other = Pricer.of(pricer.in_force, name, query.as_of, query.terms)
        tokens = [count.tokens for count in _counts(query.parts, other, pricer)]
        window = window_of(other)
        room = _room(query, window)
        used, kept = sum(tokens) + query.reserve_output_tokens, choice.kept(tokens)
        rows.append(
            ModelFit(
                model=other.model.id,
                window=window,
                used_tokens=used,
                percent_used=percent_of_window(used, window),
                fits=None if room is None else sum(tokens) <= room,
                kept_tokens=kept,
                kept_fits=None if room is None else kept <= room,
            )
        )
    return tuple(rows)
