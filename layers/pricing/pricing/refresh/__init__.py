"""Price refreshes: decide which new prices become active.

Public: candidates, memory, refresh.
Internal: bounds, guard, patterns, review, rules, timeline.
"""
