"""The imported public lists: of the pinned packages, corrected, and the same when read again."""

import json
import re
import tomllib

import pytest

from tariff.catalogue.import_lists import import_lists
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


def test_importing_again_gives_the_committed_files() -> None:
    if not BENCH_PYTHON.exists():
        pytest.skip("the price packages are in .venv-bench, which make bench makes")
    assert import_lists(check=True) == 0
