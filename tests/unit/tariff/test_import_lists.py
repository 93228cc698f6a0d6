"""The imported public lists: of the pinned packages, corrected, and the same when read again."""

import json
import re
import tomllib

import pytest

from tariff.catalogue.import_lists import _with_missing, import_lists
from tariff.template import ROOT

IMPORTED = ROOT / "catalogue" / "imported"
BENCH_PYTHON = ROOT / ".venv-bench" / "bin" / "python"


def test_the_imported_files_are_of_the_pinned_packages() -> None:
    sources = json.loads((IMPORTED / "sources.json").read_text("utf-8"))
    pins = (ROOT / "requirements" / "bench.in").read_text("utf-8")
    for package, entry in sources.items():
        assert f"{package}=={entry['version']}" in pins
        assert re.fullmatch("[0-9a-f]{64}", entry["sha256"])


def test_every_corrected_provider_was_imported() -> None:
    corrections = tomllib.loads((ROOT / "catalogue" / "corrections.toml").read_text("utf-8"))
    named = {
        entry["provider"]
        for kind, entries in corrections.items()
        if kind != "as_of"
        for entry in entries
    }
    assert named - {"*"} <= {path.stem for path in IMPORTED.glob("*.json")}


def test_a_model_that_left_the_list_is_kept_with_its_last_release_and_the_day() -> None:
    """litellm 1.110.2 has Imagen 3 and no Imagen 4; 1.102.1 had both."""
    rows = json.loads((IMPORTED / "media.json").read_text("utf-8"))["rows"]
    found = {row["id"]: row for row in rows if row["provider"] == "google"}
    last = found["imagen-4.0-generate-001"]
    assert (last["missing_since"], last["release"]) == ("2026-10-10", "1.102.1")
    assert "missing_since" not in found["imagen-3.0-generate-001"]


def test_what_the_newest_list_has_is_never_replaced_by_what_an_older_one_had() -> None:
    now = [{"id": "kept", "usd": 1}]
    older = [
        {"id": "gone", "usd": 3, "release": "2"},
        {"id": "kept", "usd": 2, "release": "2"},
        {"id": "gone", "usd": 4, "release": "1"},
    ]
    assert _with_missing(now, older) == [older[0], now[0]]


def test_importing_again_gives_the_committed_files() -> None:
    if not BENCH_PYTHON.exists():
        pytest.skip("the price packages are in .venv-bench, which make bench makes")
    assert import_lists(check=True) == 0
