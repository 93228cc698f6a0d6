"""HTTP: an API Gateway event in, JSON or problem+json out.

Public: billing, exact_counts, handler, request_log, requests.
"""
