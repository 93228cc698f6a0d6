"""The requests of the API: pydantic types, and the domain queries they become.

Public: billing, calibration, catalogue, compare, estimate, plans, recommendations, reports,
versions, workload.
Internal: hints, meant, measured, units, written.
"""
