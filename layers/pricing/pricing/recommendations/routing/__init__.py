"""Estimate which tasks a cheap model gets wrong, or report that there is no evidence.

Pure Python, without numpy. The figures are probabilities, so floats are right; none is money.
"""

from pricing.recommendations.routing.assessment import (
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

__all__ = [
    "TERCILES",
    "UNKNOWN",
    "Assessment",
    "Basis",
    "Complexity",
    "InDomainModel",
    "Outcome",
    "Thresholds",
    "area",
    "assess",
    "crossing",
    "curve_of",
    "held_out",
    "quantile",
    "sample",
    "train",
]
