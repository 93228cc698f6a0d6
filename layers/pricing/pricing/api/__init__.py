"""HTTP: an API Gateway event in, JSON or problem+json out.

Public: exact_counts, handler, request_log, requests.
"""
