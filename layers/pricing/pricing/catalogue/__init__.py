"""Models and their prices, as immutable books.

Public: bounds, checks, closed_months, exchange_rates, listing, models, own_names, price_book,
  rate_cards, served, spellings.
Internal: names.
"""
