"""``tariff catalogue build``: turn ``catalogue/`` into the price books that ship with the code.

A catalogue file with a ``[version]`` is a book, written for people
(tariff/catalogue/toml_files.py). The current book also takes in ``catalogue/imported/``, the public
price lists of every other provider (tariff/catalogue/import_lists.py), corrected by
``corrections.toml`` and with the families of ``families.toml``. The bytes depend on the catalogue
alone, not on the clock, the environment or the order of files.
"""

import json
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, NamedTuple

from typer import Option

from pricing.catalogue.bounds import range_problems
from pricing.catalogue.checks import problems_in
from pricing.catalogue.models import Row, row_key, row_names
from pricing.jsonio import canonical_json, digest
from pricing.sources import openrouter
from pricing.sources.book import Merge, merges
from pricing.sources.corrections import Corrections
from pricing.sources.merge import GENAI, LITELLM, disagreements
from pricing.sources.openrouter import OPENROUTER
from pricing.sources.payload import Payload, SourceNotes
from pricing.sources.price_tables import period_on, table_of
from tariff.catalogue.import_lists import IMPORTED, SOURCES
from tariff.catalogue.media import MEDIA
from tariff.catalogue.provider_rules import rule_problems_in
from tariff.catalogue.recorded import RELEASES, recorded
from tariff.catalogue.toml_files import CatalogueError, document_from
from tariff.catalogue.unit_prices import with_unit_prices
from tariff.generated_files import Check, update
from tariff.paths import ROOT

CATALOGUE = ROOT / "catalogue"
DATA = ROOT / "layers" / "pricing" / "pricing" / "data"
INDEX = "index.json"
#: The catalogue file that names the versions that earlier releases came with.
EARLIER = "earlier.toml"
#: Unit prices, and models that are billed by the unit, that no list has.
UNITS = "units.toml"
#: The corrections and families with which the scheduled refresh merges fetched lists.
MERGE_RULES = "merge_rules.json"


class Book(NamedTuple):
    """A price book as it will be stored: its id, its exact bytes, and whether it is current."""

    id: str
    content: bytes
    current: bool


def build(
    check: Check = False,
    catalogue: Annotated[Path, Option(help="The folder to read.")] = CATALOGUE,
    data: Annotated[Path, Option(help="The folder to write.")] = DATA,
) -> int:
    """Build the bundled price books."""
    files = data_files(catalogue)
    known = data / INDEX
    came_with = json.loads(known.read_bytes()).get("came_with", ()) if known.exists() else ()
    lost = {*came_with} - {*json.loads(files[INDEX])["came_with"]}
    if lost and not check:
        names = ", ".join(sorted(lost))
        raise CatalogueError(f"{EARLIER} must name the versions that are no longer built: {names}")
    wanted = {data / name: content for name, content in files.items()}
    return update(wanted, "make books", check=check, owned=(data, "*.json"))


def data_files(catalogue: Path) -> dict[str, bytes]:
    """Return every file of the data folder by name; raises CatalogueError."""
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
    """Return the versions that earlier releases came with and this one does not.

    Raises CatalogueError.
    """
    path = catalogue / EARLIER
    if not path.exists():
        return set()
    named = tomllib.loads(path.read_text(encoding="utf-8")).get("earlier")
    if not isinstance(named, list) or not all(isinstance(version, str) for version in named):
        raise CatalogueError(f"{EARLIER}: earlier must be a list of version ids")
    return {*named}


def read_books(catalogue: Path) -> Iterator[Book]:
    """Yield every book of a catalogue folder, checked; raises CatalogueError naming the file."""
    for path in sorted(catalogue.glob("*.toml")):
        book = read_book(path, catalogue / IMPORTED)
        if book:
            yield book


def read_book(path: Path, imported: Path) -> Book | None:
    """Read a catalogue file as a checked book; None for a file that is not a book."""
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
        if "version" not in tables and {"family", "as_of", "earlier", "units"} & tables.keys():
            return None
        document = document_from(tables)
        current = bool(tables["version"].get("current", False))
        problems = [*problems_in(document)] or [*rule_problems_in(document)]
        if current and imported.is_dir() and not problems:
            document = extended(document, imported)
            problems = [
                *problems_in(document),
                *range_problems(document["models"]),
                *retired_families(document),
            ]
    except (CatalogueError, tomllib.TOMLDecodeError, ValueError) as error:
        raise CatalogueError(f"{path.name}: {error}") from error
    except KeyError as error:
        raise CatalogueError(f"{path.name}: a table lacks the key {error}") from error
    if problems:
        raise CatalogueError(*(f"{path.name}: {problem}" for problem in problems))
    return Book(document["id"], canonical_json(document), current)


def retired_families(document: Mapping[str, Any]) -> Iterator[str]:
    """Yield each family whose current model is shut down on the day of the version."""
    day = document["published_at"][:10]
    rows = {row_key(row): row for row in document["models"]}
    for family, key in sorted(document["families"].items()):
        retires = (rows[key].get("lifecycle") or {}).get("retires")
        if retires is not None and retires <= day:
            yield f"family {family}: {key} retires on {retires}; name the model that follows"


def extended(document: Mapping[str, Any], imported: Path) -> dict[str, Any]:
    """Add the models, families and provenance of the imported lists to a document.

    ``imported`` is the folder of the lists, next to ``corrections.toml`` and ``families.toml``. The
    document's own providers are only marked where the lists disagree with them. Raises
    CatalogueError.
    """
    rules = merge_rules(imported.parent)
    corrections = Corrections(rules["corrections"])
    if corrections.as_of != document["published_at"][:10]:  # a refresh would undo what began since
        raise CatalogueError("corrections.toml: as_of must be the day of the version")
    families = rules["families"]
    sources = json.loads((imported / SOURCES).read_text(encoding="utf-8"))
    versions = {package: entry["version"] for package, entry in sources.items()}
    newest = json.loads(RELEASES.read_text(encoding="utf-8"))[-1]
    versions[OPENROUTER] = newest[0]
    own_list = openrouter.read(
        Payload(OPENROUTER, "", newest[0], None, recorded(OPENROUTER)), SourceNotes(OPENROUTER)
    )
    past = json.loads(recorded("history"))
    own = {row["provider"] for row in document["models"]}
    rows = list(document["models"])
    lists = (
        json.loads(path.read_text(encoding="utf-8"))
        for path in sorted(imported.glob("*.json"))
        if path.name not in (SOURCES, MEDIA)
    )
    for merge in merges(document["models"], lists, corrections, versions, families, own_list, past):
        if merge.provider in own:
            rows = cross_checked(rows, merge, corrections.as_of)
        else:
            rows += merge.rows
    media = json.loads((imported / MEDIA).read_text(encoding="utf-8"))["rows"]
    by_hand = tomllib.loads((imported.parent / UNITS).read_text(encoding="utf-8"))
    rows = with_unit_prices(rows, media, by_hand)
    if unused := corrections.unused():
        raise CatalogueError(*unused)
    current = {family["name"]: f"{family['provider']}/{family['current']}" for family in families}
    return {
        **document,
        "families": dict(document["families"]) | current,
        "provenance": [*document["provenance"], *_provenance(sources, newest)],
        "models": rows,
    }


def _provenance(
    sources: Mapping[str, Mapping[str, str]], release: Sequence[str]
) -> Iterator[dict[str, str]]:
    """Yield where the lists are from, and the ``release`` that recorded OpenRouter's own."""
    for package, entry in sorted(sources.items()):
        yield {
            "title": f"{package} {entry['version']}, {entry['file']}",
            **{name: entry[name] for name in ("url", "as_of", "sha256")},
        }
    repository = release[3].rpartition("/")[2]
    yield {
        "title": f"openrouter, its models API as recorded in {repository}"
        " (prices rounded to six places)",
        "url": "https://openrouter.ai/api/v1/models",
        "as_of": release[0],
        "sha256": digest(recorded(OPENROUTER)),
    }


def cross_checked(rows: Sequence[Row], merge: Merge, as_of: str) -> list[Row]:
    """Return hand-written rows, each with what the lists say differently about it on that day."""
    checked = []
    for row in rows:
        names = [
            name
            for name in sorted({*row_names(row)} & merge.listings.keys())
            if row.get("prices") and "missing_since" not in (merge.listings[name].litellm or {})
        ]
        used = table_of(period_on(row["prices"], as_of)["lists"]) if names else {}
        found: list[Row] = []
        for name in names:
            genai, litellm = (merge.listings[name].quotes.get(key, {}) for key in (GENAI, LITELLM))
            differences = disagreements(genai, litellm, used)
            found += [difference for difference in differences if difference not in found]
        checked.append(row | ({"disagreements": found} if found else {}))
    return checked


def merge_rules(catalogue: Path) -> dict[str, Any]:
    """Return the corrections and the families of a merge, as JSON."""
    corrections = tomllib.loads((catalogue / "corrections.toml").read_text(encoding="utf-8"))
    families = tomllib.loads((catalogue / "families.toml").read_text(encoding="utf-8"))
    return {
        "corrections": corrections | {"as_of": corrections["as_of"].isoformat()},
        "families": families["family"],
    }
