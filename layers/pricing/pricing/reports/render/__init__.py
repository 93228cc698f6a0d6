"""Reports as CSV, FOCUS and HTML.

Public: answers, csv_table, focus, html_page.
"""
