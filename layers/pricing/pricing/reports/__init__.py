"""Usage reports: files of usage in; spending, savings and summaries out.

Public: athena, generate, readers, render, report, sql, summary.
Internal: advice, database, engine, provider_columns, rates, slices.
"""
