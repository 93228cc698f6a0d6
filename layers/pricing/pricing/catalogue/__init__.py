"""Models and their prices, as immutable books.

Public: checks, listing, models, price_book, served.
Internal: names, spellings.
"""
