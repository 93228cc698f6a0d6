"""The catalogue builder: deterministic, strict, and able to tell when its output is stale."""

import json
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tariff.catalogue.build import build, data_files, read_book
from tariff.catalogue.disagreements import disagreements
from tariff.catalogue.toml_files import CatalogueError, document_from
from tariff.catalogue.unit_prices import with_unit_prices
from tests.support.books import row

REPLACES = {"replaces": True}
CATALOGUE = """
[version]
id = "v1"
current = true
published_at = 2026-01-02T03:04:05+01:00
provider = "maker"

[families]
swift = "swift-2"

[[provenance]]
title = "price page"
as_of = 2026-01-01

[shared_notes]
common = "A note that several models share."

[[model]]
id = "swift-2"
name = "Swift 2"
family = "swift"
aliases = ["swift-2-20260101"]
capabilities = ["batch", "caching"]
lifecycle = { released = 2026-01-01, retires = 2027-01-01 }
source = "model page"
notes = ["One of its own."]
shared_notes = ["common"]

[[model.period]]
source = "price page"
web_search = "0.010"
standard = { input = "4.00", output = "20", write_5m = "5", write_1h = "8", read = "0.40" }
batch = { input = "2", output = "10", write_5m = "2.5", write_1h = "4", read = "0.2" }

[[model.period.tier]]
above_tokens = 1000
standard = { input = "8", output = "30", write_5m = "10", write_1h = "16", read = "0.8" }
batch = { input = "4", output = "15", write_5m = "5", write_1h = "8", read = "0.4" }

[[model.period]]
from = 2026-06-01
source = "price page, June"
served_as_standard = ["fast"]
standard = { input = "4", output = "20", write_5m = "5", write_1h = "8", read = "0.4" }
batch = { input = "2", output = "10", write_5m = "2.5", write_1h = "4", read = "0.2" }

[[model]]
id = "swift-1"
name = "Swift 1"
aliases = []
capabilities = []
source = "model page"

[[model.period]]
source = "price page"
standard = { input = "1", output = "5" }
"""


@pytest.fixture
def catalogue(tmp_path: Path) -> Path:
    """A folder with one good catalogue file."""
    folder = tmp_path / "catalogue"
    folder.mkdir()
    (folder / "maker.toml").write_text(CATALOGUE)
    return folder


def run(catalogue: Path, *, check: bool = False) -> int:
    """Build as the command does, which prints a CommandFailed and ends with status 1."""
    try:
        return build(check, catalogue, catalogue.parent / "data")
    except CatalogueError as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 1


def content(path: Path) -> bytes:
    book = read_book(path, path.parent / "imported")
    assert book is not None
    return book.content


def test_the_committed_data_are_what_the_catalogue_says() -> None:
    assert build(check=True) == 0
    assert disagreements(check=True) == 0


def test_a_catalogue_becomes_the_document_that_price_books_are_made_of() -> None:
    document = document_from(tomllib.loads(CATALOGUE))
    swift = document["models"][0]
    assert document["published_at"] == "2026-01-02T02:04:05Z"
    assert document["provenance"] == [{"title": "price page", "as_of": "2026-01-01"}]
    assert document["families"] == {"swift": "maker/swift-2"}
    assert swift["provider"] == "maker"
    assert swift["lifecycle"] == {"released": "2026-01-01", "retires": "2027-01-01"}
    assert swift["notes"] == ["One of its own.", "A note that several models share."]
    assert [(part.get("from"), part.get("to")) for part in swift["prices"]] == [
        (None, "2026-06-01"),
        ("2026-06-01", None),
    ]
    assert swift["prices"][1]["served_as_standard"] == ["fast"]
    assert swift["prices"][0]["lists"]["batch"] == {
        "rates": {
            "input": "2",
            "output": "10",
            "cache_write_5m": "2.5",
            "cache_write_1h": "4",
            "cache_read": "0.2",
            "web_search": "0.01",
        },
        "tiers": [
            {
                "above_tokens": 1000,
                "rates": {
                    "input": "4",
                    "output": "15",
                    "cache_write_5m": "5",
                    "cache_write_1h": "8",
                    "cache_read": "0.4",
                    "web_search": "0.01",
                },
            }
        ],
    }


def test_one_price_has_one_spelling_whatever_the_catalogue_writes(catalogue: Path) -> None:
    path = catalogue / "maker.toml"
    before = content(path)
    path.write_text(CATALOGUE.replace('"4.00"', '"4"').replace('"0.40"', '"4E-1"'))
    assert content(path) == before


def test_building_twice_gives_the_same_bytes(catalogue: Path) -> None:
    assert data_files(catalogue) == data_files(catalogue)


def test_what_was_just_written_passes_the_check(catalogue: Path) -> None:
    assert run(catalogue) == 0
    assert run(catalogue, check=True) == 0
    assert json.loads((catalogue.parent / "data" / "index.json").read_bytes())["current"] == "v1"


def came_with(catalogue: Path) -> list[str]:
    index = json.loads((catalogue.parent / "data" / "index.json").read_bytes())
    found: list[str] = index["came_with"]
    return found


def test_a_book_that_is_no_longer_built_has_to_be_named_as_an_earlier_one(
    catalogue: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(catalogue) == 0
    (catalogue / "maker.toml").write_text(CATALOGUE.replace('id = "v1"', 'id = "v2"'))
    assert run(catalogue) == 1
    assert (
        "earlier.toml must name the versions that are no longer built: v1"
        in capsys.readouterr().err
    )
    assert came_with(catalogue) == ["v1"]  # nothing was written
    (catalogue / "earlier.toml").write_text('earlier = ["v1"]')
    assert run(catalogue) == 0
    assert came_with(catalogue) == ["v1", "v2"]
    assert not (catalogue.parent / "data" / "v1.json").exists()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('earlier = ["v1"]', "v1 is still built"),
        ('earlier = "v0"', "a list of version ids"),
        ("earlier = [1]", "a list of version ids"),
    ],
)
def test_earlier_versions_that_cannot_be_meant_are_refused(
    catalogue: Path, capsys: pytest.CaptureFixture[str], text: str, said: str
) -> None:
    (catalogue / "earlier.toml").write_text(text)
    assert run(catalogue) == 1
    assert said in capsys.readouterr().err


def test_the_check_names_a_changed_a_missing_and_an_unexpected_file(
    catalogue: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(catalogue)
    data = catalogue.parent / "data"
    (data / "v1.json").write_bytes(b"{}")
    (data / "index.json").unlink()
    (data / "v0.json").write_bytes(b"{}")
    assert run(catalogue, check=True) == 1
    said = capsys.readouterr().err
    assert "index.json is missing: run make books" in said
    assert "v0.json should not exist" in said
    assert "v1.json is out of date" in said


def test_the_check_writes_nothing(catalogue: Path) -> None:
    assert run(catalogue, check=True) == 1
    assert not (catalogue.parent / "data").exists()


def test_building_removes_a_version_that_left_the_catalogue(catalogue: Path) -> None:
    run(catalogue)
    leftover = catalogue.parent / "data" / "v0.json"
    leftover.write_bytes(b"{}")
    run(catalogue)
    assert not leftover.exists()


BATCH = 'batch = { input = "2", output = "10", write_5m = "2.5", write_1h = "4", read = "0.2" }'
LAST_STANDARD_LINE_END = 'read = "0.4" }\n'
MISTAKES = {
    "a price that is a float": ('input = "4.00"', "input = 4.0", "must be a decimal string"),
    "a negative price": ('input = "4.00"', 'input = "-4"', "not a price of zero or more"),
    "a price that is not a number": ('"4.00"', '"NaN"', "not a price of zero or more"),
    "a price that is a word": ('"4.00"', '"four"', "is not a decimal"),
    "a misspelt column": ("write_1h", "write_60m", "unknown key write_60m"),
    "a misspelt model key": ("aliases", "alias", "unknown key alias"),
    "a misspelt period key": ("web_search", "websearch", "unknown key websearch"),
    "a tier for a mode without prices": (
        "above_tokens = 1000\nstandard",
        "above_tokens = 1000\nfast",
        "unknown key fast",
    ),
    "a batch price that is not half": (
        'batch = { input = "2", output = "10"',
        'batch = { input = "2", output = "11"',
        "batch: output 11 is not half of 20",
    ),
    "a batch tier price that is not half": (
        'output = "15"',
        'output = "16"',
        "batch above 1000 tokens: output 16 is not half of 30",
    ),
    "a batch that leaves a column out": (
        'write_1h = "4", read = "0.2" }',
        'write_1h = "4" }',
        "does not price the components that standard prices",
    ),
    "a batch without the tier": (
        '\nbatch = { input = "4", output = "15", write_5m = "5", write_1h = "8", read = "0.4" }',
        "",
        "batch does not have the tiers of standard",
    ),
    "a model that can batch without batch prices": (
        LAST_STANDARD_LINE_END + BATCH,
        LAST_STANDARD_LINE_END,
        "from 2026-06-01 00:00:00+00:00: can batch but has no batch prices",
    ),
    "a 1-hour write that is not twice the input": (
        'write_1h = "16"',
        'write_1h = "17"',
        "cache_write_1h 17 is not 2 times the input 8",
    ),
    "a 5-minute write that is not 1.25 times the input": (
        'write_5m = "10"',
        'write_5m = "9"',
        "cache_write_5m 9 is not 1.25 times the input 8",
    ),
    "periods out of order": (
        "[[model.period]]\nsource",
        "[[model.period]]\nfrom = 2026-06-01\nsource",
        "cannot follow one from 2026-06-01",
    ),
    "a second period without a start": ("from = 2026-06-01", "", "a period from None"),
    "prices without a source": ('source = "price page, June"', "", "the prices have no source"),
    "a row without a source": ('source = "model page"', "", "the row names no source"),
    "an alias that is another model's id": (
        "swift-2-20260101",
        "swift-1",
        "the name 'swift-1' already belongs to swift-2",
    ),
    "an alias that is a family": (
        "swift-2-20260101",
        "swift",
        "the name 'swift' already belongs to a family",
    ),
    "a family without its model": (
        '= "swift-2"\n\n',
        '= "swift-9"\n\n',
        "maker/swift-9 is an unknown model",
    ),
    "a family with another line's model": (
        '= "swift-2"\n\n',
        '= "swift-1"\n\n',
        "maker/swift-1 is not of that family",
    ),
    "an unknown capability": ('"caching"', '"cacheing"', "unknown capability cacheing"),
    "a model that caches without cache prices": (
        "capabilities = []",
        'capabilities = ["caching"]',
        "can cache but lacks a cache price",
    ),
    "a model retired before its release": ("retires = 2027", "retires = 2025", "out of order"),
    "a model without prices and without a reason": (
        '[[model.period]]\nsource = "price page"\nstandard = { input = "1", output = "5" }',
        "",
        "no prices, and no note",
    ),
    "an impossible date": ("released = 2026-01-01", 'released = "soon"', "cannot be read"),
    "a shared note that does not exist": ('["common"]', '["rare"]', "no shared note is called"),
    "a publication time without an offset": ("+01:00", "", "needs an offset"),
    "a model without an id": ('id = "swift-1"', "", "lacks the key 'id'"),
    "text that is not TOML": ("[families]", "[families", "maker.toml"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_in_the_catalogue_stops_the_build_and_is_named(
    mistake: str, catalogue: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good, bad, complaint = MISTAKES[mistake]
    assert good in CATALOGUE
    (catalogue / "maker.toml").write_text(CATALOGUE.replace(good, bad))
    assert run(catalogue) == 1
    assert complaint in capsys.readouterr().err
    assert not (catalogue.parent / "data").exists()


def test_a_price_the_provider_rounded_is_accepted_when_the_row_says_so(catalogue: Path) -> None:
    text = CATALOGUE.replace('output = "5" }', 'output = "5", write_5m = "1.2" }')
    (catalogue / "maker.toml").write_text(text)
    assert run(catalogue) == 1
    declared = text.replace("aliases = []", 'aliases = []\nrounded = ["write_5m"]')
    (catalogue / "maker.toml").write_text(declared)
    assert run(catalogue) == 0


def test_exactly_one_version_is_current(catalogue: Path) -> None:
    (catalogue / "other.toml").write_text(CATALOGUE.replace('"v1"', '"v2"'))
    with pytest.raises(CatalogueError, match="exactly one version must be current"):
        data_files(catalogue)
    for path in catalogue.glob("*.toml"):
        path.write_text(CATALOGUE.replace("current = true", ""))
    with pytest.raises(CatalogueError, match="exactly one version must be current"):
        data_files(catalogue)


def test_a_version_id_is_used_once(catalogue: Path) -> None:
    (catalogue / "other.toml").write_text(CATALOGUE.replace("current = true", ""))
    with pytest.raises(CatalogueError, match="the same version id"):
        data_files(catalogue)


def prices(*, tiers: list[dict[str, Any]] | None = None, **modes: dict[str, str]) -> Any:
    lists: dict[str, Any] = {mode: {"rates": rates} for mode, rates in modes.items()}
    lists["standard"]["tiers"] = tiers or []
    return [{"source": "price list", "lists": lists}]


def test_a_list_s_price_by_the_unit_is_replaced_where_there_is_one() -> None:
    def made(*listed: dict[str, str]) -> list[Any]:
        price = {"source": "list", "lists": {"standard": {"rates": {}, "units": [*listed]}}}
        right = {"component": "image", "usd": "2"}
        table = {"provider": "acme", "ids": ["x"], "source": "its page", "prices": [right]}
        rows = with_unit_prices([row("x", prices=[price])], [], {"units": [table | REPLACES]})
        found: list[Any] = rows[0]["prices"][0]["lists"]["standard"]["units"]
        return found

    page = {"component": "page", "usd": "1"}
    assert made(page, {"component": "image", "usd": "1"}) == [
        page,
        {"component": "image", "usd": "2"},
    ]
    with pytest.raises(CatalogueError, match="x has no price to replace"):
        made(page)
