"""Ways to pay less: caching, batches, leaner prompts, subscriptions.

Public: batch, batch_suitability, caching, context, subscriptions, workloads.
Internal: bm25, prompt_review.
"""
