"""Which tasks a cheap model will get wrong: measured, calibrated, and able to say it cannot tell.

Pure Python, no numpy. Figures here are probabilities, so floats are right; money never enters.
"""

from pricing.routing.assessment import Assessment, Basis, Complexity, Signal, assess
from pricing.routing.in_domain import (
    InDomainModel,
    Outcome,
    out_of_fold_scores,
    train,
    train_and_score,
)
from pricing.routing.measure import Interval, apgr, apgr_interval, cpt, pgr_curve

__all__ = [
    "Assessment",
    "Basis",
    "Complexity",
    "InDomainModel",
    "Interval",
    "Outcome",
    "Signal",
    "apgr",
    "apgr_interval",
    "assess",
    "cpt",
    "out_of_fold_scores",
    "pgr_curve",
    "train",
    "train_and_score",
]
