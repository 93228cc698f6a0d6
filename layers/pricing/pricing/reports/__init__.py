"""Usage reports: files of usage in; spending, savings and summaries out.

Public: budgets, dimensions, generate, rates, readers, render, report, source_formats, sql,
  summary.
Internal: advice, database, engine, provider_columns, slices.
"""
