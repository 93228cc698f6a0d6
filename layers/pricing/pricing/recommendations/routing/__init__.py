"""Estimate which tasks a cheap model gets wrong, or report that there is no evidence.

``assessment`` makes the tier of a task from its difficulty, which ``difficulty`` computes from the
learned ``features`` and ``phrasing`` and from ``judgement``, the rules for everyday requests.
``instruction``, ``request``, ``reading`` and ``offered_tools`` read the text, ``structure`` the
schemas; ``lexicon`` finds the
cues of ``kind_cues``, ``demand_cues`` and ``manner_cues`` in it, whose form is ``rules``.
``in_domain`` learns from a caller's own outcomes, and ``measure`` says how well a score sends tasks
to the strong model. ``make train-router`` writes ``weights``.

Pure Python, without numpy. The figures are probabilities, so floats are right; none is money.
"""

from pricing.recommendations.routing.assessment import (
    LEARNED,
    TERCILES,
    Assessment,
    Basis,
    Complexity,
    Thresholds,
    assess,
)
from pricing.recommendations.routing.in_domain import (
    InDomainModel,
    Outcome,
    held_out,
    sample,
    train,
)
from pricing.recommendations.routing.judgement import UNKNOWN
from pricing.recommendations.routing.measure import area, crossing, curve_of, quantile
from pricing.recommendations.routing.structure import UNSTRUCTURED, Structure, structure_of

__all__ = [
    "LEARNED",
    "TERCILES",
    "UNKNOWN",
    "UNSTRUCTURED",
    "Assessment",
    "Basis",
    "Complexity",
    "InDomainModel",
    "Outcome",
    "Structure",
    "Thresholds",
    "area",
    "assess",
    "crossing",
    "curve_of",
    "held_out",
    "quantile",
    "sample",
    "structure_of",
    "train",
]
