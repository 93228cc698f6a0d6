"""Price versions as values: proposals, audit rows, changes between versions.

Public: audit, cancellation, groups, changes, proposals, views.
"""
