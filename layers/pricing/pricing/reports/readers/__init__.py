"""Readers of usage files: JSON Lines, CSV and Parquet.

Public: files, merging, reader, singly.
Internal: formats, json_lines, json_values, provider_formats, record_format, records, several,
  tables, tool_formats, unread.
"""
