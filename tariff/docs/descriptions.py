"""Descriptions of the published types, read from their docstrings.

A field is described by the docstring below it. Python drops that text when it compiles a class, so
it costs a function nothing; here it is read from the source.
"""

import ast
import inspect
import re
import sys
from collections import defaultdict
from collections.abc import Mapping
from functools import cache
from itertools import pairwise

PACKAGE = "pricing."


def field_descriptions(kind: type) -> dict[str, str]:
    """The description of each documented field of a type, by name; its own go before its bases'."""
    found: dict[str, str] = {}
    for owner in reversed(kind.__mro__):
        if owner.__module__.startswith(PACKAGE):
            found |= _documented(owner.__module__).get(owner.__qualname__, {})
    return found


@cache
def _documented(module: str) -> Mapping[str, dict[str, str]]:
    """Class name -> field -> description, of the classes at the top of a module."""
    found: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for kind in ast.parse(inspect.getsource(sys.modules[module])).body:
        if isinstance(kind, ast.ClassDef):
            for members in pairwise(kind.body):
                match members:
                    case ast.AnnAssign(target=ast.Name(name)), ast.Expr(ast.Constant(str(text))):
                        found[kind.name][name] = markdown(text)
    return found


def markdown(docstring: str | None) -> str:
    """A docstring as CommonMark: literals in single backquotes, each paragraph on one line."""
    paragraphs = (" ".join(part.split()) for part in (docstring or "").strip().split("\n\n"))
    return re.sub(r"\bNone\b", "null", "\n\n".join(paragraphs).replace("``", "`"))
