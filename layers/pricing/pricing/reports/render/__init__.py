"""Reports as CSV and HTML.

Public: csv_table, html_page.
"""
