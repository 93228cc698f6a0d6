"""The price lists that a local refresh reads: files in a folder, where a price can be changed.

The folder is filled once with the lists that the bundled prices were made from
(``catalogue/recorded``); files that are there already are kept. Nothing is read from the network
unless the gateway was started with ``--upstream public``.
"""

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from tariff.catalogue.recorded import recorded
from tariff.paths import CACHE
from tariff.serve.loopback import Reply

FOLDER = CACHE / "upstream"
#: The value of ``--upstream`` with which a refresh reads the lists that a deployed one reads.
PUBLIC = "public"
RECORDED = ("genai-prices", "litellm", "openrouter")
PATH = "/price-lists/"
#: The file that holds the digest of the recording that the folder was filled from.
STAMP = ".recording"
_FUNCTION = "RefreshPricingFunction"
_SOURCE = "TARIFF_SOURCE_"
#: AWS's price list needs an account's keys, and the local store has none.
_WITHOUT_AWS = {f"{_SOURCE}AWS": ""}


def fill(folder: Path) -> bool:
    """Write the lists that are missing; return whether the folder is of the current recording."""
    folder.mkdir(parents=True, exist_ok=True)
    lists = {name: recorded(name) for name in RECORDED}
    digest = hashlib.sha256(b"".join(lists.values())).hexdigest()
    stamp = folder / STAMP
    missing = [name for name in RECORDED if not (folder / f"{name}.json").exists()]
    for name in missing:
        (folder / f"{name}.json").write_bytes(lists[name])
    if len(missing) == len(RECORDED):
        stamp.write_text(digest, encoding="utf-8")
    return stamp.exists() and stamp.read_text("utf-8") == digest


def answer(folder: Path, path: str, names: Iterable[str]) -> Reply:
    """Answer with the current content of one of these lists; 404 for any other path."""
    for name in names:
        file = folder / f"{name}.json"
        if path == f"{PATH}{name}" and file.exists():
            return Reply(200, file.read_bytes())
    return Reply(404)


def settings(folder: Path, url: str, variables: Mapping[str, str]) -> dict[str, str]:
    """Return the variables with which a refresh reads, at ``url``, the lists in the folder only."""
    return {
        **{
            variable: f"{url}{PATH}{name}" if (folder / f"{name}.json").exists() else ""
            for name, variable in variables.items()
        },
        **_WITHOUT_AWS,
        "TARIFF_FETCH_LOOPBACK": "allowed-locally",
    }


def public_settings(template: Mapping[str, Any]) -> dict[str, str]:
    """Return the variables with which a deployed refresh finds the lists, except AWS's."""
    values = template["Resources"][_FUNCTION]["Properties"]["Environment"]["Variables"]
    found = {name: values[name] for name in variables_of(template).values()}
    return found | _WITHOUT_AWS


def variables_of(template: Mapping[str, Any]) -> dict[str, str]:
    """Return, by list, the variable that holds the list's URL in a deployment."""
    values = template["Resources"][_FUNCTION]["Properties"]["Environment"]["Variables"]
    return {
        name.removeprefix(_SOURCE).lower().replace("_", "-"): name
        for name in values
        if name.startswith(_SOURCE) and name not in _WITHOUT_AWS
    }
