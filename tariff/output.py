"""Answers as people and programs read them: a table, Markdown, CSV or JSON.

``Shown`` is an answer in a person's words, with rounded amounts. On a terminal it is laid out by
Rich; in a pipe it is plain text, so that no colour and no line break is between a figure and its
label. JSON and CSV hold the answer itself, with exact amounts.
"""

import csv
import io
import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal, NamedTuple

from tariff.tables import aligned, markdown

Style = Literal["table", "json", "csv", "markdown"]


class Table(NamedTuple):
    """Rows below a header; ``alignment`` has ``<`` or ``>`` a column, the last for all further."""

    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    alignment: str = "<>"
    title: str = ""


class Shown(NamedTuple):
    """An answer for people: its headline, facts by name, tables, and sentences below them."""

    title: str
    facts: Sequence[tuple[str, str]] = ()
    tables: Sequence[Table] = ()
    notes: Sequence[str] = ()
    footer: str = ""


def write(text: str) -> None:
    """Print a text that ends with one line break, whatever the terminal's encoding."""
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="replace")
    sys.stdout.write(text.rstrip("\n") + "\n")


def as_json(answer: Any) -> str:
    """The answer itself, indented."""
    return json.dumps(answer, indent=2, ensure_ascii=False)


def as_csv(rows: Iterable[Mapping[str, Any]]) -> str:
    """The rows of an answer, each member of a member in a column of its own; amounts are exact."""
    flat = [dict(_members(row)) for row in rows]
    columns = list(dict.fromkeys(name for row in flat for name in row))
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(flat)
    return text.getvalue()


def _members(value: Mapping[str, Any], within: str = "") -> Iterator[tuple[str, Any]]:
    from pricing.reports.render.csv_table import inert  # other ways out need none of it

    for name, member in value.items():
        if isinstance(member, Mapping):
            yield from _members(member, f"{within}{name}.")
        elif isinstance(member, list):
            yield within + name, " ".join(map(str, member)) if _is_words(member) else len(member)
        else:
            is_text = isinstance(member, str) and not _is_number(member)
            yield within + name, inert(member) if is_text else member


def _is_words(members: Sequence[Any]) -> bool:
    return all(isinstance(member, str) for member in members)


def _is_number(text: str) -> bool:
    return text.removeprefix("-").replace(".", "", 1).isdecimal()


def as_markdown(shown: Shown) -> str:
    """GitHub-flavoured Markdown for a comment: notes are folded away below the tables."""
    parts = [f"### {_inert(shown.title)}\n"]
    if shown.facts:
        facts = ((f"**{name}**", _inert(text)) for name, text in shown.facts)
        parts.append("\n".join(f"- {name}: {text}" for name, text in facts) + "\n")
    for table in shown.tables:
        parts += [f"**{_inert(table.title)}**\n"] if table.title else []
        rows = [map(_inert, row) for row in table.rows]
        text = markdown(table.header, rows)
        sides = table.alignment.ljust(len(table.header), table.alignment[-1])
        rule = "|".join("--:" if side == ">" else "---" for side in sides)
        parts.append(text.replace(f"|{'---|' * len(table.header)}", f"|{rule}|", 1))
    if shown.notes:
        notes = "\n".join(f"- {_inert(note)}" for note in shown.notes)
        parts.append(f"<details><summary>Notes</summary>\n\n{notes}\n\n</details>\n")
    return "\n".join([*parts, f"<sub>{_inert(shown.footer)}</sub>"])


def _inert(text: str) -> str:
    """Text without a meaning in Markdown: no table cell, tag, link, mention or emphasis."""
    for character in "\\|<>[]@`*_~":
        text = text.replace(character, f"&#{ord(character)};")
    return printable(text)


def printable(text: str) -> str:
    """Text without control characters, which a terminal would obey."""
    return "".join(letter if letter.isprintable() else " " for letter in text)


def as_text(shown: Shown) -> str:
    """Plain text for a pipe."""
    lines = [shown.title]
    lines += ["", *aligned(shown.facts, "<")] if shown.facts else []
    for table in shown.tables:
        lines += ["", *filter(None, [table.title])]
        lines += aligned([table.header, *table.rows], table.alignment)
    lines += ["", *shown.notes] if shown.notes else []
    return "\n".join(map(printable, [*lines, "", shown.footer]))


def show(shown: Shown) -> None:
    """Print an answer for people: with colours on a terminal, as plain text in a pipe."""
    if not sys.stdout.isatty():
        write(as_text(shown))
        return
    from rich.box import SIMPLE_HEAD  # a pipe needs none of Rich, which takes long to import
    from rich.console import Console
    from rich.table import Table as RichTable
    from rich.text import Text

    console = Console(highlight=False)
    console.print(Text(printable(shown.title), style="bold green"))
    facts = RichTable.grid(padding=(0, 2))
    for name, text in shown.facts:
        facts.add_row(Text(name, style="dim"), Text(printable(text)))
    if shown.facts:
        console.print(facts)
    for table in shown.tables:
        console.print()
        if table.title:
            console.print(Text(printable(table.title), style="bold"))
        laid = RichTable(box=SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False, show_edge=False)
        sides = table.alignment.ljust(len(table.header), table.alignment[-1])
        for name, side in zip(table.header, sides, strict=False):
            laid.add_column(
                name,
                justify="right" if side == ">" else "left",
                overflow="fold",
                no_wrap=side == ">",
                header_style="cyan",
            )
        for row in table.rows:
            laid.add_row(*(Text(printable(cell)) for cell in row))
        console.print(laid)
    console.print()
    for note in shown.notes:
        console.print(Text(f"• {printable(note)}", style="dim"))
    console.print(Text(printable(shown.footer), style="dim"))
