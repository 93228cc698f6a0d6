"""The stores: price versions in DynamoDB, and the data that ships with the code.

Public: books, bundled, bundled_subscriptions, connect, documents, idempotency, ledger, policies,
  refresh_state, repository.
Internal: history, summaries, version_views, writes.
"""
