"""Turn ``catalogue/`` into the price books that ship with the code.

``python -m tariff.catalogue.build`` writes ``layers/pricing/pricing/data/`` and the table of
disagreements in ``docs/``; with ``--check`` it writes nothing and fails when what is committed
there is not exactly what the catalogue says. The bytes depend on the catalogue alone: no clock,
no environment, no file order.

A catalogue file with a ``[version]`` is a book, written for people
(tariff/catalogue/toml_files.py). The current book also takes in ``catalogue/imported/``, what the
public price lists say of every other provider (tariff/catalogue/import_lists.py), as
``corrections.toml`` and ``families.toml`` tell.
"""

import argparse
import json
import sys
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from pricing.catalogue.checks import problems_in, rule_problems_in
from pricing.jsonio import canonical_json, digest
from tariff.catalogue.disagreements import report
from tariff.catalogue.imported_book import extended, merge_rules
from tariff.catalogue.toml_files import CatalogueError, document_from

ROOT = Path(__file__).resolve().parents[2]
CATALOGUE = ROOT / "catalogue"
DATA = ROOT / "layers" / "pricing" / "pricing" / "data"
REPORT = ROOT / "docs" / "price-disagreements.md"
INDEX = "index.json"
#: The catalogue file that names the versions earlier releases came with.
EARLIER = "earlier.toml"
IMPORTED = "imported"
#: What the scheduled refresh merges fetched lists by: the same corrections, the same families.
MERGE_RULES = "merge_rules.json"


class Book(NamedTuple):
    """One price book as it will be stored: its id, its exact bytes, and whether it is current."""

    id: str
    content: bytes
    current: bool


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the data folder, or compare it; 0 is success, 1 a problem, printed to stderr."""
    parser = argparse.ArgumentParser(description="Build the bundled price books.")
    parser.add_argument("--check", action="store_true", help="compare only; write nothing")
    parser.add_argument("--catalogue", type=Path, default=CATALOGUE)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--report", type=Path, default=REPORT)
    options = parser.parse_args(arguments)
    try:
        files = build(options.catalogue)
    except CatalogueError as error:
        print(error, file=sys.stderr)
        return 1
    lost = _came_with(options.data) - {*json.loads(files[INDEX])["came_with"]}
    if lost and not options.check:
        print(f"{EARLIER} has to name what is no longer built:", *sorted(lost), file=sys.stderr)
        return 1
    wanted = {options.data / name: content for name, content in files.items()}
    if (options.catalogue / IMPORTED).is_dir():
        wanted[options.report] = report(files).encode()
    if options.check:
        differences = list(compare(wanted, options.data))
        print(*differences, sep="\n", end="\n" if differences else "", file=sys.stderr)
        return 1 if differences else 0
    options.data.mkdir(parents=True, exist_ok=True)
    for leftover in set(options.data.glob("*.json")) - wanted.keys():
        leftover.unlink()
    for path, content in wanted.items():
        path.write_bytes(content)
    return 0


def build(catalogue: Path) -> dict[str, bytes]:
    """Every file of the data folder by name; raises CatalogueError."""
    books = list(read_books(catalogue))
    current = [book.id for book in books if book.current]
    if len(current) != 1:
        raise CatalogueError(f"exactly one version must be current, not {current}")
    if len({book.id for book in books}) != len(books):
        raise CatalogueError("two catalogue files have the same version id")
    earlier = read_earlier(catalogue)
    if again := earlier & {book.id for book in books}:
        raise CatalogueError(f"{EARLIER}: {', '.join(sorted(again))} is still built")
    files = {f"{book.id}.json": book.content for book in books}
    index = {
        "current": current[0],
        "books": {
            book.id: {"file": f"{book.id}.json", "sha256": digest(book.content)} for book in books
        },
        "came_with": sorted({*earlier, *(book.id for book in books)}),
    }
    if (catalogue / IMPORTED).is_dir():
        files[MERGE_RULES] = canonical_json(merge_rules(catalogue)) + b"\n"
    files[INDEX] = json.dumps(index, indent=2, sort_keys=True).encode() + b"\n"
    return files


def read_earlier(catalogue: Path) -> set[str]:
    """The versions that earlier releases came with and this one does not; raises CatalogueError."""
    path = catalogue / EARLIER
    if not path.exists():
        return set()
    named = tomllib.loads(path.read_text(encoding="utf-8")).get("earlier")
    if not isinstance(named, list) or not all(isinstance(one, str) for one in named):
        raise CatalogueError(f"{EARLIER}: earlier must be a list of version ids")
    return {*named}


def _came_with(data: Path) -> set[str]:
    """What the data folder, as it is, says that releases came with."""
    path = data / INDEX
    return {*json.loads(path.read_bytes()).get("came_with", ())} if path.exists() else set()


def compare(wanted: Mapping[Path, bytes], folder: Path) -> Iterator[str]:
    """One line for each file that is missing, different or, in the data folder, not expected."""
    found = {*folder.glob("*.json"), *(path for path in wanted if path.exists())}
    for path in sorted({*wanted, *found}):
        if path not in found:
            yield f"{path.name}: missing; run python -m tariff.catalogue.build"
        elif path not in wanted:
            yield f"{path.name}: not in the catalogue"
        elif path.read_bytes() != wanted[path]:
            yield f"{path.name}: differs from the catalogue; run python -m tariff.catalogue.build"


def read_books(catalogue: Path) -> Iterator[Book]:
    """Every book of a catalogue folder, checked; raises CatalogueError naming the file."""
    for path in sorted(catalogue.glob("*.toml")):
        book = read_book(path, catalogue / IMPORTED)
        if book:
            yield book


def read_book(path: Path, imported: Path) -> Book | None:
    """One catalogue file as a checked book, or None when it is not one."""
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
        if "version" not in tables and {"family", "as_of", "earlier"} & tables.keys():
            return None
        document = document_from(tables)
        current = bool(tables["version"].get("current", False))
        problems = [*rule_problems_in(document)]
        if current and imported.is_dir() and not problems:
            document = extended(document, imported)
    except (CatalogueError, tomllib.TOMLDecodeError, ValueError) as error:
        raise CatalogueError(f"{path.name}: {error}") from error
    except KeyError as error:
        raise CatalogueError(f"{path.name}: a table lacks the key {error}") from error
    _refuse(path, [*problems, *problems_in(document)])
    return Book(document["id"], canonical_json(document), current)


def _refuse(path: Path, problems: Iterable[Any]) -> None:
    lines = [f"{path.name}: {problem}" for problem in problems]
    if lines:
        raise CatalogueError(*lines)


if __name__ == "__main__":
    sys.exit(main())
