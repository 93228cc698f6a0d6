"""Tariff in Slack: a command in, Block Kit out.

Public: blocks, delivery, dispatch, lexer, notices, requests, settings, share, signing,
  spending.
Internal: cards, commands, formatting, parser.
"""
