"""The price lists that a refresh here reads: files in a folder, so that a price can be changed.

The folder is filled once with the lists that the bundled prices were made from
(``catalogue/recorded``); what is in it already stays. Nothing is fetched from the network unless
the gateway was started with ``--upstream public``.
"""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from functions.refresh_pricing.app import URLS
from tariff.catalogue.recorded import recorded
from tariff.serve.loopback import Reply
from tariff.template import ROOT

FOLDER = ROOT / ".cache" / "upstream"
#: The value of ``--upstream`` with which the lists are read where the deployed refresh reads them.
PUBLIC = "public"
RECORDED = ("genai-prices", "litellm")
PATH = "/price-lists/"
#: Remembers which recording the folder was filled from.
STAMP = ".recording"
_FUNCTION = "RefreshPricingFunction"


def fill(folder: Path) -> bool:
    """Write the lists that are missing; False when those there are of another recording."""
    folder.mkdir(parents=True, exist_ok=True)
    lists = {name: recorded(name) for name in RECORDED}
    mark = hashlib.sha256(b"".join(lists.values())).hexdigest()
    stamp = folder / STAMP
    missing = [name for name in RECORDED if not (folder / f"{name}.json").exists()]
    for name in missing:
        (folder / f"{name}.json").write_bytes(lists[name])
    if len(missing) == len(RECORDED):
        stamp.write_text(mark, encoding="utf-8")
    return stamp.exists() and stamp.read_text("utf-8") == mark


def answer(folder: Path, path: str) -> Reply:
    """A list as it stands in the folder now; 404 for any other path."""
    for name in URLS:
        file = folder / f"{name}.json"
        if path == f"{PATH}{name}" and file.exists():
            return Reply(200, file.read_bytes())
    return Reply(404)


def settings(folder: Path, url: str) -> dict[str, str]:
    """The variables that let a refresh read the lists there are at ``url``, and no others."""
    return {
        **{
            variable: f"{url}{PATH}{name}" if (folder / f"{name}.json").exists() else ""
            for name, variable in URLS.items()
        },
        "TARIFF_SOURCE_AWS": "",
        "TARIFF_FETCH_LOOPBACK": "allowed-locally",
    }


def public_settings(template: Mapping[str, Any]) -> dict[str, str]:
    """The variables with which a deployed refresh finds the lists.

    AWS's own is left out: it is asked with an account's keys, and the store here has none.
    """
    properties = template["Resources"][_FUNCTION]["Properties"]
    variables = properties["Environment"]["Variables"]
    return {**{name: variables[name] for name in URLS.values()}, "TARIFF_SOURCE_AWS": ""}
