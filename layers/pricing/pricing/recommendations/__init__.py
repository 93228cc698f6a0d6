"""The choice of a model: recommendations, cascades, tiers and calibrated policies.

Public: calibration, candidates, cascade, policy, recommend, routing, tiers, verifiers.
Internal: advice, calibration_curve, choice, output.
"""
