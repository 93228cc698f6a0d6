"""Tariff in Slack: a command in, Block Kit out.

Public: blocks, cards, delivery, dispatch, lexer, notices, requests, settings, share, signing,
  spending.
Internal: commands, formatting, parser.
"""
