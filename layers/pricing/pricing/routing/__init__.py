"""Which tasks a cheap model will get wrong: measured, calibrated, and able to say it cannot tell.

Pure Python, no numpy. Figures here are probabilities, so floats are right; money never enters.
"""

from pricing.routing.assessment import Assessment, Complexity, Signal, assess
from pricing.routing.in_domain import (
    InDomainModel,
    Outcome,
    held_out_scores,
    out_of_fold_scores,
    ranks_in_folds,
    train,
)
from pricing.routing.measure import (
    Interval,
    apgr,
    apgr_interval,
    area,
    cpt,
    crossing,
    pgr_curve,
    quantile,
)

__all__ = [
    "Assessment",
    "Complexity",
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
    "held_out_scores",
    "out_of_fold_scores",
    "pgr_curve",
    "quantile",
    "ranks_in_folds",
    "train",
]
