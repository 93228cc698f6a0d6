"""The public price lists: fetch, read and merge them.

Public: aws_price_list, bedrock, book, claude_on_clouds, corrections, fetcher, genai_prices,
  litellm, merge, names, openrouter, payload, price_tables, reference_rates.
Internal: periods.
"""
