"""Answers as cards, before they are Block Kit.

Public: advice, base, caching, costs, prices, report.
"""
