"""HTTP: an API Gateway event in, JSON or problem+json out.

Public: billing, exact_counts, handler, quick_start, request_log, requests.
"""
