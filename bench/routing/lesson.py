"""The keyword rule of the lesson's section 6.1, as a score to compare the router with."""

_COMPLEX = (
    "architect",
    "design system",
    "debug concurrency",
    "mathematical proof",
    "security audit",
    "trade-offs",
    "multi-step reasoning",
    "analyze entire codebase",
)
_MODERATE = (
    "refactor",
    "implement",
    "write tests",
    "code review",
    "generate",
    "convert",
    "translate",
    "summarize",
)


def lesson_score(task: str) -> float:
    """0 where the rule says simple, 1 for moderate, 2 for complex."""
    lower = task.lower()
    if any(indicator in lower for indicator in _COMPLEX):
        return 2.0
    return float(any(indicator in lower for indicator in _MODERATE))
