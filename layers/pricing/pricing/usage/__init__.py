"""The usage of one call, whichever provider reports it.

Public: buckets, formats, iterations, made, meanings, parsed, reader,
recognition, response, sdk_shapes, shapes, stated, terms, tools, uses.
Internal: other_shapes, sdk_results, split.
"""
