"""The usage of one call, whichever provider reports it.

Public: buckets, formats, meanings, parsed, reader, response, terms.
Internal: iterations, shapes, split, tools.
"""
