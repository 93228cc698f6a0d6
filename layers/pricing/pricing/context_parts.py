"""Parts of a prompt against the context window: what fits, what matters, what to leave out."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from pricing.estimate import context_use
from pricing.models import Model
from pricing.money import ZERO, per_million, percent_of
from pricing.pricer import Pricer
from pricing.relevance import bm25
from pricing.tokens import TokenCount, estimate_tokens, exactly
from pricing.usage import Attempt, Usage
from pricing.work import RecountedWork

Why = Literal["required", "relevant", "not_ranked", "no_word_in_common", "does_not_fit"]


@dataclass(frozen=True, slots=True)
class ContextPart:
    """A part of the prompt: its text, or the tokens it has. A required part is never left out."""

    name: str
    text: str | None = None
    tokens: int | None = None
    required: bool = False

    def count_on(self, model: Model, measured_with: str | None) -> TokenCount:
        """Its tokens on a model; stated ones are those of the tokenizer ``measured_with``."""
        if self.text is not None:
            return estimate_tokens(self.text, model.tokenizer)
        stated = RecountedWork((Attempt(Usage(input=self.tokens or 0)),), measured_with)
        return exactly(stated.on(model).attempts[0].usage.input)


@dataclass(frozen=True, slots=True)
class PartBudget:
    """One part of the prompt.

    ``relevance`` is its BM25 score for the task, null without a task or a text, and ``rank`` its
    place among the scored, 1 first. ``keep`` is the advice, ``why`` its reason.
    """

    name: str
    tokens: int
    low_tokens: int
    high_tokens: int
    percent_of_window: Decimal | None
    usd_per_call: Decimal
    relevance: Decimal | None
    rank: int | None
    keep: bool
    why: Why


@dataclass(frozen=True, slots=True)
class ModelFit:
    """All parts, and those kept, in the window of one model; null where it is not known."""

    model: str
    window: int | None
    used_tokens: int
    percent_used: Decimal | None
    fits: bool | None
    kept_tokens: int
    kept_fits: bool | None


@dataclass(frozen=True, slots=True)
class Choice:
    """Which parts to keep, and why, in the order of the parts."""

    relevance: tuple[Decimal | None, ...]
    why: tuple[Why, ...]

    def keeps(self, number: int) -> bool:
        """Whether the part with this number stays."""
        return self.why[number] in ("required", "relevant", "not_ranked")


def window_of(pricer: Pricer) -> int | None:
    """The context window in force, where it is known."""
    return context_use(pricer.model, pricer.as_of.instant, (Attempt(Usage()),)).window


def percent_of_window(tokens: int, window: int | None) -> Decimal | None:
    """What of a window these tokens fill, as a percentage; None where it is not known."""
    return None if window is None else percent_of(Decimal(tokens), Decimal(window))


def choose(
    parts: Sequence[ContextPart], tokens: Sequence[int], task: str | None, room: int | None
) -> Choice:
    """Leave out what has nothing to do with the task, then what does not fit into ``room``.

    The least relevant goes first; without a task, or of equals, the last part does. What was
    left out for room comes back where the room of a larger part suffices, most relevant first.
    """
    relevance = _relevance(parts, task)
    why = [_why(part, score) for part, score in zip(parts, relevance, strict=True)]
    if "relevant" not in why:  # nothing shares a word with the task: that says little of the parts
        why = ["not_ranked" if one == "no_word_in_common" else one for one in why]
    kept = [number for number, one in enumerate(why) if one != "no_word_in_common"]
    if room is not None:
        dropped = _to_fit(kept, tokens, why, relevance, room)
        for number in dropped:
            why[number] = "does_not_fit"
    return Choice(tuple(relevance), tuple(why))


def _relevance(parts: Sequence[ContextPart], task: str | None) -> list[Decimal | None]:
    """Scores of names and texts; of a part without a text a score of nothing is not known."""
    if task is None:
        return [None] * len(parts)
    scores = bm25(task, [f"{part.name}\n{part.text or ''}" for part in parts])
    return [
        None if part.text is None and not score else score
        for part, score in zip(parts, scores, strict=True)
    ]


def _why(part: ContextPart, score: Decimal | None) -> Why:
    if part.required:
        return "required"
    if score is None:
        return "not_ranked"
    return "relevant" if score else "no_word_in_common"


def _to_fit(
    kept: Iterable[int],
    tokens: Sequence[int],
    why: Sequence[Why],
    relevance: Sequence[Decimal | None],
    room: int,
) -> set[int]:
    """The parts to drop for the rest to fit; required ones stay even where they do not."""
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
    choice: Choice,
    usage: Usage,
) -> tuple[PartBudget, ...]:
    """One row a part, in the order given; ``usage`` is the call that sends all of them."""
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
