"""Tariff in Slack: a command in, Block Kit out.

Public: blocks, delivery, dispatch, notices, requests, settings, share, signing.
Internal: cards, commands, formatting, lexer, parser.
"""
