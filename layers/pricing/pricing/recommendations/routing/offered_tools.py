"""Tools offered inside a task: how many, and whether they fit the request.

Cheap models go wrong on requests that no offered tool fits, and on requests that need several
calls; one call of the one tool that fits is easy.
"""

import re

from pricing.values import immutable

_SCHEMA = re.compile(r"""["'](?:parameters|input_schema|arguments_schema)["']\s*:""")
_NAME = re.compile(r"""["']name["']\s*:""")
_WORD = re.compile(r"[^\W\d_]{3,}")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_STEM = 5
_EMPTY = frozenset(
    """about above after also and any are can could does find following for from function functions
    get give given have how into its make name need object parameters please properties required
    string that the their them then there these they this tool tools type use user using want what
    when where which who will with would you your""".split()  # noqa: SIM905 - as a list, a page
)


@immutable
class OfferedTools:
    """``count`` tools; ``match`` is the share of the request's content words in their texts."""

    count: int
    match: float


NONE_OFFERED = OfferedTools(0, 0.0)


def offered_tools(text: str) -> OfferedTools:
    """Find the tool descriptions in a text, recognised by their JSON schema."""
    schema = _SCHEMA.search(text)
    if schema is None:
        return NONE_OFFERED
    names = [found.start() for found in _NAME.finditer(text)]
    start = text.rfind("{", 0, min([schema.start(), *names[:1]]))
    end = text.rfind("}") + 1
    if start < 0 or end <= start:
        return NONE_OFFERED
    wanted = _stems(f"{text[:start]} {text[end:]}")
    known = _stems(text[start:end])
    count = len(_SCHEMA.findall(text))
    return OfferedTools(count, len(wanted & known) / len(wanted) if wanted else 1.0)


def _stems(text: str) -> set[str]:
    """Return content words by their first letters: ``calculate`` and ``calculation`` are one."""
    words = (word.lower() for word in _WORD.findall(_CAMEL.sub(" ", text).replace("_", " ")))
    return {word[:_STEM] for word in words if word not in _EMPTY}
