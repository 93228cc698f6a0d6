"""The keyword rule of the lesson's section 6.1, as a score with which the router is compared."""

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
    """Return 0 for a task that the rule calls simple, 1 for moderate, 2 for complex."""
    lower = task.lower()
    if any(indicator in lower for indicator in _COMPLEX):
        return 2.0
    return float(any(indicator in lower for indicator in _MODERATE))
