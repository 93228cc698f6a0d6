"""OpenRouter's prices on past days, as releases of pi-ai (npm) recorded them.

OpenRouter's models API has no history. pi-ai is generated from that API before each release, so
its releases are a record of it: prices of the models that can call tools, and of their long-context
tiers, in US dollars for a million tokens and rounded to six places. The releases are read as text,
never run, and returned in the API's form: decimal strings for one token, without prices of zero
except for input and output.
"""

import json
import re
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator, Mapping
from decimal import Context, Decimal
from pathlib import Path
from typing import Any

from pricing.money import plain
from tariff.catalogue.published import FOLDER

#: The models: JSON in newer releases, a script that consists of literals in older ones.
JSON = "package/dist/providers/data/openrouter.json"
SCRIPTS = ("package/dist/providers/openrouter.models.js", "package/dist/models.generated.js")
COSTS = {
    "input": "prompt",
    "output": "completion",
    "cacheRead": "input_cache_read",
    "cacheWrite": "input_cache_write",
}
ESSENTIAL = ("input", "output")
ENTRY = re.compile(
    r'id: ("[^"]+"),\s*name: "(?:[^"\\]|\\.)*",(?:(?!\bid: ).)*?provider: "openrouter",'
    r"(?:(?!\bid: ).)*?cost: \{(.*?)\}",
    re.DOTALL,
)
COST = re.compile(r"(\w+): (-?[\d.]+(?:e-?\d+)?)")
#: The recorded prices were multiplied as binary floats; ten digits restore the published price.
PUBLISHED = Context(prec=10)
MILLION = Decimal(10) ** 6


def recorded(release: str) -> bytes:
    """Return OpenRouter's list as a release such as ``@mariozechner/pi-ai@0.10.1`` recorded it.

    The release is downloaded the first time. Raises ValueError for a release without models.
    """
    path = FOLDER / f"openrouter-{release.rpartition('@')[2]}.json"
    if not path.exists():
        entries = [entry for entry in _entries(release) if entry is not None]
        if not entries:
            raise ValueError(f"{release} records no models of OpenRouter")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps({"data": entries}, separators=(",", ":")), encoding="utf-8")
    return path.read_bytes()


def _entries(release: str) -> Iterator[dict[str, Any] | None]:
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(
            ["npm", "pack", release, "--ignore-scripts", "--silent"],
            cwd=folder,
            check=True,
            capture_output=True,
        )
        (path,) = Path(folder).glob("*.tgz")
        with tarfile.open(path) as archive:
            for name in (JSON, *SCRIPTS):
                if name in archive.getnames():
                    file = archive.extractfile(name)
                    text = file.read().decode() if file else ""
                    yield from _in_json(text) if name == JSON else _in_script(text)
                    return


def _in_json(text: str) -> Iterator[dict[str, Any] | None]:
    for model in _priced(json.loads(text, parse_float=Decimal)):
        if model.get("type", "chat") == "chat":
            yield _entry(model["id"], model["cost"])


def _priced(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the models at any depth: some releases group them by protocol."""
    if "cost" in node:
        yield node
        return
    for part in node.values():
        if isinstance(part, dict):
            yield from _priced(part)


def _in_script(text: str) -> Iterator[dict[str, Any] | None]:
    for quoted, costs in ENTRY.findall(text):
        yield _entry(json.loads(quoted), {name: Decimal(n) for name, n in COST.findall(costs)})


def _entry(name: str, cost: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return a model in the API's form; None if its price depends on where a request is routed.

    Such a price is negative, or recorded as zero.
    """
    is_free = not any(cost[column] for column in ESSENTIAL) and not name.endswith(":free")
    if is_free or any(cost[column] < 0 for column in ESSENTIAL):
        return None
    pricing: dict[str, Any] = _pricing(cost)
    tiers = [
        {"min_prompt_tokens": tier["inputTokensAbove"], **_pricing(tier)}
        for tier in cost.get("tiers", ())
    ]
    return {"id": name, "pricing": pricing | ({"overrides": tiers} if tiers else {})}


def _pricing(cost: Mapping[str, Any]) -> dict[str, str]:
    return {
        key: plain(PUBLISHED.create_decimal(cost[column]) / MILLION)
        for column, key in COSTS.items()
        if column in ESSENTIAL or cost.get(column)
    }
