"""Readers of usage files: JSON Lines, CSV and Parquet.

Public: files, formats, merging, reader, scratch, singly.
Internal: attributes, codex, counted, delimited, document_formats, flat, forms, gateway_formats,
  holders, json_lines, json_values, kimi, leaves, line_table, moments, plans, provider_formats,
  record_format, records, several, tables, tool_formats, tracer_formats, unread, whole, work.
"""
