"""What to put into a context window: ``POST /v1/plan/context``.

Either the parts of a prompt, to be budgeted, ranked and pruned, or a prompt before and after, to
be compared and inspected.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from pricing.context_parts import (
    Choice,
    ContextPart,
    ModelFit,
    PartBudget,
    budgets,
    choose,
    percent_of_window,
    window_of,
)
from pricing.context_prompts import (
    Inspected,
    Inspection,
    PromptComparison,
    PromptFinding,
    compare_prompts,
    inspect_prompt,
    usage_on,
)
from pricing.errors import InvalidRequest, TariffError
from pricing.estimate import MatchedModel, Provenance
from pricing.instants import AsOf
from pricing.money import multiply, percent_of, subtract
from pricing.notices import Notice
from pricing.plan_workloads import Calls, PlanWorkload, plan_workload
from pricing.price_book import BookInForce
from pricing.pricer import Pricer
from pricing.prompts import TOKENS_PER_MESSAGE, TOKENS_PER_REQUEST
from pricing.tokens import METHOD, TokenCount
from pricing.usage import Terms, Usage
from pricing.work import Work


@dataclass(frozen=True, slots=True)
class ContextQuery:
    """``parts``, or ``before`` with or without ``after``; the others are empty.

    ``max_prompt_tokens`` is a smaller budget than the window. ``output_tokens`` are priced,
    ``reserve_output_tokens`` kept free.
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
    before: Work | None = None
    after: Work | None = None
    structured_output_share: Decimal = Decimal("0.5")


@dataclass(frozen=True, slots=True)
class ContextBudget:
    """The parts in the window of the model, as they are and as they are advised to be.

    ``room_tokens`` is the window less the output reserved, or the smaller budget asked for. What
    is kept may still not fit, when the required parts alone are too much. A null window is one
    nobody published.
    """

    window: int | None
    reserve_output_tokens: int
    room_tokens: int | None
    prompt_tokens: int
    percent_of_window: Decimal | None
    fits: bool | None
    parts: tuple[PartBudget, ...]
    drop: tuple[str, ...]
    kept_tokens: int
    kept_fits: bool | None
    saves_tokens: int
    saves_percent: Decimal | None
    saves_usd_per_call: Decimal
    saves_usd_per_month: Decimal
    models: tuple[ModelFit, ...]


@dataclass(frozen=True, slots=True)
class ContextAnswer:
    """``budget`` of parts, or ``comparison`` of two prompts; ``findings`` on the text there is.

    Findings are priced each on its own and do not add up. Every saving is the difference of two
    ``workloads``, each of which can be sent to ``POST /v1/estimate/workload`` as it stands.
    """

    model: MatchedModel
    calls_per_month: int
    budget: ContextBudget | None
    comparison: PromptComparison | None
    findings: tuple[PromptFinding, ...]
    workloads: tuple[PlanWorkload, ...]
    pricing: Provenance
    assumptions: tuple[str, ...]
    warnings: tuple[Notice, ...]


def plan_context(in_force: BookInForce, query: ContextQuery) -> ContextAnswer:
    """Budget or compare; raises UnknownModel, and InvalidRequest for what cannot be counted."""
    pricer = Pricer.of(in_force, query.model, query.as_of, query.terms)
    if query.before is None:
        return _of_parts(pricer, query)
    return _of_prompts(pricer, query, query.before)


def _of_prompts(pricer: Pricer, query: ContextQuery, before: Work) -> ContextAnswer:
    calls = query.calls_per_month
    prompts = {"before": before, "after": query.after}
    usages = {
        name: _usage_on(pricer, name, work) for name, work in prompts.items() if work is not None
    }
    loads = tuple(
        plan_workload(name, (Calls.like("prompt", pricer, usage, calls),))
        for name, usage in usages.items()
    )
    comparison = None
    if query.after is not None:
        comparison = compare_prompts(pricer, before, query.after, calls)
    inspected = inspect_prompt(pricer, before, calls, query.structured_output_share)
    return _answer(pricer, query, None, comparison, inspected, loads, *usages.values())


def _usage_on(pricer: Pricer, name: str, work: Work) -> Usage:
    try:
        return usage_on(pricer, work)
    except InvalidRequest as error:
        raise error.under(f"/{name}") from None


def _of_parts(pricer: Pricer, query: ContextQuery) -> ContextAnswer:
    counts = _counts(query.parts, pricer, pricer)
    tokens = [count.tokens for count in counts]
    window = window_of(pricer)
    room = _room(query, window)
    choice = choose(query.parts, tokens, query.task, room)
    whole = Usage(input=sum(tokens), output=query.output_tokens)
    kept = Usage(input=_kept(tokens, choice), output=query.output_tokens)
    loads = tuple(
        plan_workload(name, (Calls.like("prompt", pricer, usage, query.calls_per_month),))
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
        drop=tuple(one.name for n, one in enumerate(query.parts) if not choice.keeps(n)),
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


def _answer(
    pricer: Pricer,
    query: ContextQuery,
    budget: ContextBudget | None,
    comparison: PromptComparison | None,
    inspected: Inspected,
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
        assumptions=_assumptions(pricer, query),
        warnings=(*pricer.notices(*usages), *_choice_notices(query, budget)),
    )


def _counts(parts: Sequence[ContextPart], pricer: Pricer, measured_on: Pricer) -> list[TokenCount]:
    return [part.count_on(pricer.model, measured_on.model.tokenizer) for part in parts]


def _kept(tokens: Sequence[int], choice: Choice) -> int:
    return sum(count for number, count in enumerate(tokens) if choice.keeps(number))


def _room(query: ContextQuery, window: int | None) -> int | None:
    """The tokens the prompt may have: none at all where the reserve is more than the window."""
    left = None if window is None else max(window - query.reserve_output_tokens, 0)
    limits = [limit for limit in (left, query.max_prompt_tokens) if limit is not None]
    return min(limits, default=None)


def _fits(pricer: Pricer, query: ContextQuery, choice: Choice) -> tuple[ModelFit, ...]:
    """The same parts in other windows; by default those of every family's current model."""
    families = pricer.in_force.book.families.values()
    names = query.models or tuple(sorted(set(families)))
    return tuple(_fit(pricer, query, choice, number, name) for number, name in enumerate(names))


def _fit(pricer: Pricer, query: ContextQuery, choice: Choice, number: int, name: str) -> ModelFit:
    try:
        other = Pricer.of(pricer.in_force, name, query.as_of, query.terms)
    except TariffError as error:
        raise error.under(f"/models/{number}") from None
    tokens = [count.tokens for count in _counts(query.parts, other, pricer)]
    window = window_of(other)
    room = _room(query, window)
    used, kept = sum(tokens) + query.reserve_output_tokens, _kept(tokens, choice)
    return ModelFit(
        model=other.model.id,
        window=window,
        used_tokens=used,
        percent_used=percent_of_window(used, window),
        fits=None if room is None else sum(tokens) <= room,
        kept_tokens=kept,
        kept_fits=None if room is None else kept <= room,
    )


def _assumptions(pricer: Pricer, query: ContextQuery) -> tuple[str, ...]:
    if query.before is not None:
        works = [work for work in (query.before, query.after) if work is not None]
        counted = (work.on(pricer.model) for work in works)
        return tuple(dict.fromkeys(one for found in counted for one in found.assumptions))
    said = []
    if any(part.text is not None for part in query.parts):
        said.append(METHOD)
    if any(part.text is None for part in query.parts):
        said.append(
            f"Stated tokens are those of {pricer.model.id}; other tokenizers make more or less of"
            " the same text, where that is published."
        )
    framing = TOKENS_PER_REQUEST + TOKENS_PER_MESSAGE
    said.append(f"The {framing} or so tokens around the parts are left out.")
    if query.task is not None:
        said.append("Relevance is BM25 over names and texts: words in common, not meaning.")
    return tuple(said)


def _choice_notices(query: ContextQuery, budget: ContextBudget | None) -> tuple[Notice, ...]:
    if budget is None:
        return ()
    said = []
    if query.task is not None and not any(part.relevance for part in budget.parts):
        message = "No part shares a word with the task, so none was left out as irrelevant."
        said.append(Notice("no_relevant_part", message))
    if budget.kept_fits is False:
        message = "What is required does not fit, whatever else is left out."
        said.append(Notice("required_parts_do_not_fit", message))
    return tuple(said)
