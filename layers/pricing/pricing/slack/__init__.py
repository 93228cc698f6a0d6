"""Tariff in Slack: a command in, Block Kit out.

Public: blocks, cards, delivery, dispatch, notices, requests, settings, share, signing.
Internal: commands, formatting, lexer, parser.
"""
