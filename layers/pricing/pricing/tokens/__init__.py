"""Token counts before a call: text, images and whole prompts.

Public: anthropic_counter, estimator, images, prompts, requests.
Internal: image_files.
"""
