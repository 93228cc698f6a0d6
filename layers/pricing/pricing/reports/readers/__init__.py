"""Readers of usage files: JSON Lines, CSV and Parquet.

Public: files, reader.
Internal: formats, json_lines, records, tables.
"""
