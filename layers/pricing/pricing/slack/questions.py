"""How people ask for prices, costs and models, as patterns."""

import re

#: How people begin to ask for a model, before they say what for.
FOR_A_TASK = re.compile(
    r"(?:(?:a|an|the)\s+)?(?:(?:best|right|good)\s+)?(?:models?|llm|one)\s+"
    r"(?:(?:should|do|would|can|could)\s+(?:i|we)\s+(?:use|pick|choose|take)\s+"
    r"|is\s+(?:best|right|good)\s+)?(?:for|to)\s+",
    re.IGNORECASE,
)
CHEAPER = re.compile(
    r"(?:is|are)\s+(?P<one>.+?)\s+(?:cheaper|less expensive|more expensive)\s+than\s+(?P<other>.+)",
    re.IGNORECASE | re.DOTALL,
)
#: Questions for the report of last month.
LAST_MONTH = re.compile(
    r"(?:(?:what|how much)\b[^\d]*?\b(?:spend|spent|cost|paid|pay|bill)\b[^\d]*?|"
    r"(?:spend|spending|costs?|bill)\s+(?:for\s+|of\s+|in\s+)?)?last month[?!.]?",
    re.IGNORECASE,
)
#: ``compare opus with sonnet``
WITH = re.compile(r"\b(?:with|to)\b(?=\s+[a-z])", re.IGNORECASE)
HOW_MUCH = re.compile(r"how much (?:is|are|does) .*", re.IGNORECASE | re.DOTALL)
CHEAPEST = re.compile(r".*?\bcheap(?:est|er)?\b", re.IGNORECASE | re.DOTALL)
PRICE_WORDS = frozenset(("price", "prices", "pricing", "cost", "costs"))
