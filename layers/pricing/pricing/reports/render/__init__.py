"""Reports as CSV, FOCUS and HTML.

Public: csv_table, focus, html_page.
"""
