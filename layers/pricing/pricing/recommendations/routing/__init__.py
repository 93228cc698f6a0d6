"""Which tasks a cheap model will get wrong: measured, calibrated, and able to say it cannot tell.

Pure Python, no numpy. Figures here are probabilities, so floats are right; money never enters.
"""

from pricing.recommendations.routing.assessment import Assessment, Basis, Complexity, Signal, assess
from pricing.recommendations.routing.in_domain import (
    HeldOut,
    InDomainModel,
    Outcome,
    held_out,
    out_of_fold_scores,
    sample,
    train,
)
from pricing.recommendations.routing.measure import (
    Interval,
    apgr,
    apgr_interval,
    area,
    cpt,
    crossing,
    curve_of,
    pgr_curve,
    quantile,
)

__all__ = [
    "Assessment",
    "Basis",
    "Complexity",
    "HeldOut",
    "InDomainModel",
    "Interval",
    "Outcome",
    "Signal",
    "apgr",
    "apgr_interval",
    "area",
    "assess",
    "cpt",
    "crossing",
    "curve_of",
    "held_out",
    "out_of_fold_scores",
    "pgr_curve",
    "quantile",
    "sample",
    "train",
]
