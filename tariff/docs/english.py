"""Find the wording that Tariff's own texts avoid, in documents, docstrings, comments and messages.

``WORDING`` pairs each pattern with what to write instead; CONTRIBUTING.md explains the rules behind
it. Quotations and code are left alone: text between double quotes or backticks, fenced blocks, the
values inside f-strings, and string literals that are not sentences.
"""

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, NamedTuple

import typer

from tariff.template import ROOT

#: A pattern, matched case-insensitively on whole words, and what to write instead.
WORDING = {
    r"(stand|stands|stood|standing) (on|beside)": "uses, is compared with",
    r"dear|dearer|dearest": "expensive, costs more, most expensive, N times the cost",
    r"beside": "next to, compared with, in addition to",
    r"told (by|from|apart)": "is identified by, inferred from",
    r"(hold|holds|held|holding) (\w+ ){0,4}against": "cross-checked, compared with",
    r"(what|prices?|fields?|versions?|models?) (still |that |which )*(waits?|waited)": "pending",
    r"(waits?|waited|waiting|left) (for|to) (a|another) person": "needs approval",
    r"in(to)? force": "activate, active",
    r"(go|goes|going|went|gone) back": "roll back",
    r"(take|takes|taking|took|taken)( \w+){0,3} back": "cancel, withdraw",
    r"said|heard|hears?|believed?|believes": "quoted, effective, accepted",
    r"witness(es|ed)?|(second|own|\w+'s) word": "source, confirmation",
    r"doubts?": "reason for holding",
    r"news": "change, unchanged",
    r"sellers?|(the|a|its|our) (guard|door|desk|shelf|shelves)": (
        "provider, refresh checks, request handler, slice pricer, version store view"
    ),
    r"somebody|nobody|who(m|so)?ever": "the caller, an administrator, no source",
    r"names no (model|version) of": "unknown model",
    r"(?<!there )(is|are|was|were) no(?= \w)(?! (longer|more|less|fewer|\w+er than))": (
        "is not a, has no"
    ),
    r"rhythms?|patience|sketch(es)?|judge?ments?|verdicts?": (
        "call pattern, timeouts, price table, review, decision"
    ),
    r"(no|never) (\w+ ){0,5}met": "tested with",
    r"and (what|which) not": "which X do and which do not",
}
_AVOIDED = re.compile(
    "|".join(rf"(?P<w{n}>\b(?:{words})\b)" for n, words in enumerate(WORDING)).replace(" ", r"\s"),
    re.IGNORECASE,
)
_INSTEAD = list(WORDING.values())

_FENCED = re.compile(r"^(```|~~~).*?^\1", re.DOTALL | re.MULTILINE)
_QUOTED = re.compile(r"(`+)[^`]+\1|\"[^\"\n]{1,200}\"|“[^”]{1,200}”")
_LINE_MARK = re.compile(r"^[ >#*-]+", re.MULTILINE)
#: Three words in a row, and a function word somewhere: lists of keywords have none.
_SENTENCE = re.compile(
    r"(?=.*\b(an?|and|are|be|by|for|from|in|is|nor?|not|of|on|or|the|to|was|were|who|with)\b)"
    r".*?[a-z]+,? [a-z]+,? [a-z]+",
    re.DOTALL | re.IGNORECASE,
)
_COMMENTS = re.compile(r"(?:^ *#.*\n)+|  # .*", re.MULTILINE)
#: Literals of these folders reach a reader; elsewhere docstrings and comments are read only.
_MESSAGES = ("layers", "functions", "tariff")
_SOURCES = ("layers/pricing/pricing", "functions", "tariff", "bench", "tests")


class Finding(NamedTuple):
    """One avoided wording; ``line`` counts from 1, ``around`` shows the sentence near it."""

    path: Path
    line: int
    words: str
    around: str
    instead: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.words!r} in {self.around!r}; write: {self.instead}"


def _blank(match: re.Match[str]) -> str:
    return re.sub(r"[^\n]", "\0", match[0])


def in_text(path: Path, text: str, first_line: int = 1) -> Iterator[Finding]:
    """Yield the avoided wording of a plain or Markdown text, outside of code and quotations."""
    # A sentence may go on behind the mark that begins a line of a comment, a list or a quotation.
    text = _LINE_MARK.sub("", text)
    prose = _QUOTED.sub(_blank, _FENCED.sub(_blank, text))
    for found in _AVOIDED.finditer(prose):
        yield Finding(
            path,
            first_line + text.count("\n", 0, found.start()),
            " ".join(found[0].split()),
            " ".join(text[max(0, found.start() - 30) : found.end() + 30].split()),
            _INSTEAD[int(str(found.lastgroup)[1:])],
        )


def in_python(path: Path, source: str) -> Iterator[Finding]:
    """Yield the avoided wording of a module's docstrings, comments, messages and names of tests."""
    texts = [(source.count("\n", 0, c.start()) + 1, c[0]) for c in _COMMENTS.finditer(source)]
    parts: set[ast.AST] = set()
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.FunctionDef() if node.name.startswith("test_"):
                texts.append((node.lineno, node.name.replace("_", " ")))
            case ast.Expr(ast.Constant(str(docstring)) as constant):
                parts.add(constant)
                texts.append((node.lineno, docstring))
            case ast.JoinedStr() if path.parts[0] in _MESSAGES:
                # A value counts as a quotation.
                parts.update(node.values)
                pieces = (p.value if isinstance(p, ast.Constant) else "\0" for p in node.values)
                texts.append((node.lineno, "".join(map(str, pieces))))
            case ast.Constant(str(literal)) if path.parts[0] in _MESSAGES and node not in parts:
                if _SENTENCE.search(literal):
                    texts.append((node.lineno, literal))
    for line, text in sorted(texts):
        yield from in_text(path, text, line)


def in_typescript(path: Path, source: str) -> Iterator[Finding]:
    """Yield the avoided wording of a source of the page, with the texts between its quotes."""
    yield from in_text(path, re.sub(r"[\"`]", " ", source))


def files_of(root: Path) -> Iterator[Path]:
    """Yield every file below ``root`` whose wording is Tariff's own."""
    yield from sorted(root.glob("*.md"))
    yield from sorted(root.glob("docs/*.*"))
    yield from sorted(root.glob("catalogue/*.toml"))
    yield from sorted(root.glob("layers/pricing/pricing/data/*.toml"))
    yield from (root / name for name in ("template.yaml", "Makefile", "pyproject.toml"))
    # The API's types are generated from the specification: its values are not the page's words.
    pages = sorted(root.glob("web/src/*.ts*"))
    yield from (path for path in pages if path.name != "api-types.ts")
    for folder in _SOURCES:
        for pattern in ("*.py", "*.html", "*.jinja", "*.yaml"):
            found = sorted((root / folder).rglob(pattern))
            yield from (path for path in found if "static" not in path.parts)  # generated pages


def check(root: Path, paths: Iterable[Path]) -> Iterator[Finding]:
    """Yield what is found in each of these files, named as seen from ``root``."""
    readers = {".py": in_python, ".ts": in_typescript, ".tsx": in_typescript}
    for path in paths:
        reads = readers.get(path.suffix, in_text)
        yield from reads(path.relative_to(root), path.read_text(encoding="utf-8"))


def english(
    files: Annotated[
        list[Path] | None, typer.Argument(help="The files to check; all, if none is named.")
    ] = None,
) -> int:
    """Check the wording of documents, docstrings and messages."""
    findings = list(check(ROOT, [file.resolve() for file in files or ()] or files_of(ROOT)))
    for finding in findings:
        typer.echo(finding)
    return 1 if findings else 0
