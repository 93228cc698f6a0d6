"""Compare what a table of commands lists with the commands' own help."""

import ast

from tariff.command_line import Command, Commands, Group
from tariff.template import ROOT


def wrong_summaries(table: Commands) -> list[Command]:
    """Return the commands whose summary is not the first line of their docstring."""
    wrong = []
    for entry in table.values():
        if isinstance(entry, Group):
            wrong += wrong_summaries(entry.commands)
            continue
        module, _, name = entry.function.partition(":")
        body = ast.parse((ROOT / f"{module.replace('.', '/')}.py").read_text("utf-8")).body
        (function,) = [
            node for node in body if isinstance(node, ast.FunctionDef) and node.name == name
        ]
        if (ast.get_docstring(function) or "").partition("\n")[0] != entry.summary:
            wrong.append(entry)
    return wrong
