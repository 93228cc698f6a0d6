"""Tariff in Slack: a command in, Block Kit out.

Public: blocks, cards, commands, delivery, dispatch, formatting, lexer, notices, parser, requests,
  settings, share, signing, spending.
Internal: questions.
"""
