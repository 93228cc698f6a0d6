"""The cost of calls: one call, a comparison of models, a workload, a what-if.

Public: call_notices, caching, calculator, compare, discounts, estimate, hours, inputs, net,
  what_if, workload.
Internal: quantities.
"""
