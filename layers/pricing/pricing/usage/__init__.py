"""The usage of one call, whichever provider reports it.

Public: buckets, fields, parsing.
Internal: anthropic, bedrock, gemini, openai.
"""
