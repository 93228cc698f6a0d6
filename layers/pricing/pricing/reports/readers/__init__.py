"""Readers of usage files: JSON Lines, CSV and Parquet.

Public: files, merging, reader, scratch, singly.
Internal: attributes, counted, flat, formats, forms, gateway_formats, json_lines, json_values,
  leaves, line_table, plans, provider_formats, record_format, records, several, tables,
  tool_formats, tracer_formats, unread, work.
"""
