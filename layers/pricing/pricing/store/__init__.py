"""The stores: price versions in DynamoDB, and the data that ships with the code.

Public: books, bundled, bundled_subscriptions, connect, idempotency, ledger, policies,
  refresh_state, repository, version_views.
Internal: records, summaries, writes.
"""
