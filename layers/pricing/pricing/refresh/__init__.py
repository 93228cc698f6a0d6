"""Price refreshes: decide which new prices become active.

Public: memory, refresh.
Internal: candidates, checks, consistency, patterns, review, rules, timeline.
"""
