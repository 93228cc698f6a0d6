"""Change the code one place at a time, and see whether a test notices.

A seeded sample of each part where a wrong result would be a wrong price: an operator, a comparison,
a number, a word that is compared, or a condition is changed in a copy of the package, and the tests
of that part run on the copy. A change that no test notices is printed with its place. Some cannot
be noticed, because the changed code does the same.
"""

import ast
import copy
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, NamedTuple

import typer
from typer import Option

from tariff.command_line import CommandFailed
from tariff.paths import ROOT

PACKAGE = ROOT / "layers/pricing/pricing"
_USAGE = (
    *("unit/usage", "integration/test_real_usage.py", "integration/test_stated_assumptions.py"),
    *("integration/test_provider_requests.py", "integration/test_units_made.py"),
    "integration/test_batch_results.py",
)
_NAMES = (
    *("unit/catalogue/test_price_book.py", "unit/catalogue/test_names.py"),
    "unit/catalogue/test_spellings.py",
)
_REFRESH = ("unit/refresh", "unit/sources/test_merge.py")
#: By module: the tests that must notice a change of it.
PARTS: Mapping[str, Sequence[str]] = {
    "estimates/calculator.py": (
        *("unit/estimates", "integration/test_estimate.py", "integration/test_iterations.py"),
        *("integration/test_stated_assumptions.py", "integration/test_units.py"),
        *("integration/test_compare.py", "integration/test_usage_report.py"),
    ),
    **dict.fromkeys(
        (
            *("usage/reader.py", "usage/split.py", "usage/iterations.py", "usage/response.py"),
            *("usage/terms.py", "usage/tools.py", "usage/recognition.py"),
        ),
        _USAGE,
    ),
    **dict.fromkeys(("catalogue/price_book.py", "catalogue/spellings.py"), _NAMES),
    **dict.fromkeys(
        (
            *("refresh/timeline.py", "refresh/checks.py", "refresh/patterns.py"),
            *("refresh/review.py", "refresh/rules.py", "refresh/memory.py"),
        ),
        _REFRESH,
    ),
    "slack/signing.py": ("unit/slack/test_signing.py", "unit/slack/test_fuzz.py"),
}
GOAL = 90
_SECONDS = 300
_COMPARED: Mapping[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq, ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,
}  # fmt: skip
_COMPUTED: Mapping[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Add, ast.FloorDiv: ast.Mult,
}  # fmt: skip
_CHANGEABLE = (ast.Compare, ast.BinOp, ast.BoolOp, ast.UnaryOp, ast.Constant)
#: Where a text is a word that is compared, and no message.
_TEXTS = (ast.Compare, ast.Subscript)


class Mutant(NamedTuple):
    """One changed place: its module, its line, what was changed, and the whole changed source."""

    module: str
    line: int
    change: str
    source: str


def mutants(module: str, sample: random.Random | None = None, most: int = 0) -> Iterator[Mutant]:
    """Every mutant of a module, or a sample of at most so many."""
    text = (PACKAGE / module).read_text(encoding="utf-8")
    chosen = _places(ast.parse(text))
    if sample is not None:
        chosen = sample.sample(chosen, min(most, len(chosen)))
    for number, is_compared in chosen:
        tree = ast.parse(text)
        node = [child for top in ast.walk(tree) for child in ast.iter_child_nodes(top)][number]
        line, change = getattr(node, "lineno", 0), _changed(node, is_compared=is_compared)
        yield Mutant(module, line, change, ast.unparse(tree))


def _places(tree: ast.AST) -> list[tuple[int, bool]]:
    """The numbers of the nodes that can be changed, and whether each is compared."""
    nodes = [(node, parent) for parent in ast.walk(tree) for node in ast.iter_child_nodes(parent)]
    ignored = {
        id(inner)
        for node in ast.walk(tree)
        for part in _unchanged(node)
        for inner in ast.walk(part)
    }
    return [
        (number, isinstance(parent, _TEXTS))
        for number, (node, parent) in enumerate(nodes)
        if id(node) not in ignored
        and isinstance(node, _CHANGEABLE)
        and _changed(copy.copy(node), is_compared=isinstance(parent, _TEXTS))
    ]


def _unchanged(node: ast.AST) -> Iterator[ast.AST]:
    """The parts of a node that no test is about: annotations, messages and docstrings."""
    if isinstance(node, ast.Raise | ast.AnnAssign):
        yield node.exc if isinstance(node, ast.Raise) and node.exc else node
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        yield from node.decorator_list
    if isinstance(node, ast.FunctionDef) and node.returns:
        yield node.returns
    if isinstance(node, ast.arg) and node.annotation:
        yield node.annotation


def _changed(node: ast.AST, *, is_compared: bool) -> str:
    """Change a node in place; returns what was changed, nothing if it stays as it is."""
    change = ""
    match node:
        case ast.Compare(ops=[op]) if type(op) in _COMPARED:
            node.ops = [_COMPARED[type(op)]()]
            change = f"{type(op).__name__} -> {type(node.ops[0]).__name__}"
        case ast.BinOp(op=operator) if type(operator) in _COMPUTED:
            node.op = _COMPUTED[type(operator)]()
            change = f"{type(operator).__name__} -> {type(node.op).__name__}"
        case ast.BoolOp(op=joined):
            node.op = ast.Or() if isinstance(joined, ast.And) else ast.And()
            change = f"{type(joined).__name__} -> {type(node.op).__name__}"
        case ast.UnaryOp(op=ast.Not(), operand=operand):  # `not not x`
            node.operand = ast.UnaryOp(op=ast.Not(), operand=operand)
            change = "not -> nothing"
        case ast.Constant(value=bool(value)):
            node.value = not value
            change = f"{value} -> {node.value}"
        case ast.Constant(value=int(value)):
            node.value = value + 1
            change = f"{value} -> {node.value}"
        case ast.Constant(value=str(value)) if is_compared and value:
            node.value = f"{value} of a mutant"
            change = f"{value!r} -> {node.value!r}"
    return change


def survives(mutant: Mutant) -> bool:
    """Whether every test of its part passes on the mutant."""
    with tempfile.TemporaryDirectory(prefix="tariff-mutant-") as name:
        copied = Path(name) / "pricing"
        shutil.copytree(PACKAGE, copied, symlinks=True)
        (copied / mutant.module).write_text(mutant.source, encoding="utf-8")
        tests = [str(ROOT / "tests" / part) for part in PARTS[mutant.module]]
        command = [
            *(sys.executable, "-m", "pytest", "-x", "-q", "-n", "0", "-p", "no:cacheprovider"),
            *("-o", f"pythonpath={name} {ROOT}", *tests),
        ]
        environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
        try:
            done = subprocess.run(
                command, cwd=ROOT, env=environment, capture_output=True, check=False,
                timeout=_SECONDS,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            return False  # it never ends: noticed
        return done.returncode == 0


def check(
    each: Annotated[int, Option(min=1, help="Mutants of each module.")] = 8,
    seed: Annotated[int, Option(help="Another seed takes another sample.")] = 7,
    only: Annotated[str, Option(help="The modules whose name has this in it.")] = "",
) -> None:
    """Change the code in a sample of places, and count what no test notices."""
    killed = total = 0
    for module in PARTS:
        if only not in module:
            continue
        dice = random.Random(f"{seed} {module}")  # noqa: S311
        sample = list(mutants(module, dice, each))
        left = [mutant for mutant in sample if survives(mutant)]
        killed, total = killed + len(sample) - len(left), total + len(sample)
        typer.echo(f"{module}: {len(sample) - len(left)} of {len(sample)}")
        for mutant in left:
            typer.echo(f"  line {mutant.line}: {mutant.change}")
    typer.echo(
        f"{killed} of {total} noticed, {100 * killed // max(total, 1)}%; the goal is {GOAL}%"
    )
    if killed * 100 < GOAL * total:
        raise CommandFailed("Too many changes are noticed by no test.")
