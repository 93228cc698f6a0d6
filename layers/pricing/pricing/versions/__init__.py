"""Price versions as values: proposals, audit rows, changes between versions.

Public: audit, cancellation, changes, correction, groups, proposals, views.
"""
