"""Tariff in Slack: a command in, Block Kit out.

Public: blocks, cards, delivery, dispatch, formatting, lexer, notices, requests, settings, share,
  signing, spending.
Internal: commands, parser.
"""
