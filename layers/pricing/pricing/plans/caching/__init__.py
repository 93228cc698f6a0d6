"""Prompt caching: its break-even, its options, and what it saved on measured calls.

Public: advice, options, plan, prices, query.
Internal: measured.
"""
