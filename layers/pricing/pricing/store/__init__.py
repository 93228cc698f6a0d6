"""The stores: price versions in DynamoDB, and the data that ships with the code.

Public: books, bundled, bundled_subscriptions, connect, currencies, documents, history,
  idempotency, ledger,
  policies, refresh_state, report_runs, repository, version_views,
  writes.
Internal: rates, summaries.
"""
