"""Tables as plain text and as Markdown."""

from collections.abc import Iterable, Sequence


def aligned(rows: Iterable[Sequence[object]], alignment: str = "<>") -> list[str]:
    """Lay out rows as lines with columns padded to their widest cell, two spaces apart.

    ``alignment`` has one character a column, ``<`` (left) or ``>`` (right); its last one holds for
    all further columns. Numbers are written as ``str`` writes them.
    """
    cells = [[str(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    sides = alignment.ljust(len(widths), alignment[-1])
    return [
        "  ".join(
            f"{cell:{side}{width}}" for cell, side, width in zip(row, sides, widths, strict=False)
        ).rstrip()
        for row in cells
    ]


def markdown(header: Sequence[str], rows: Iterable[Iterable[object]]) -> str:
    """A GitHub-flavoured Markdown table, each line ended by a newline."""
    lines = [f"| {' | '.join(map(str, cells))} |\n" for cells in (header, *rows)]
    return "".join([lines[0], f"|{'---|' * len(header)}\n", *lines[1:]])
