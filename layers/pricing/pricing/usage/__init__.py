"""The usage of one call, whichever provider reports it.

Public: buckets, formats, iterations, made, meanings, other_shapes, parsed, reader,
recognition, response, sdk_results, sdk_shapes, shapes, stated, terms, tools, uses, written.
Internal: split.
"""
