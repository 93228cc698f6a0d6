"""Usage reports: files of usage in; spending, savings and summaries out.

Public: budgets, corrections, database, dimensions, engine, generate, loaded, model_names,
  rates, readers, render, report, runs, source_formats, sql, summary.
Internal: advice, assumed, provider_columns, savings, slices, stated, successors, tables.
"""
