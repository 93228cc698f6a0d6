"""``tariff catalogue record``: the public price lists as files, so that a refresh needs no network.

``catalogue/recorded`` holds both lists complete and compressed, as the bundled book was made from
them: without prose, one model a line, in the formats that their projects publish. A local refresh
reads them first; a shorter list would look as if models had been withdrawn.
``tests/data/upstream`` holds the entries of a few providers, for tests.
"""

import json
import lzma
from collections.abc import Iterable, Mapping
from typing import Any

from tariff.catalogue.media import PER_MINUTE
from tariff.catalogue.published import installed
from tariff.generated_files import update
from tariff.paths import ROOT

FOLDER = ROOT / "catalogue" / "recorded"
#: The releases of a year, as ``[day, genai-prices, litellm, package with OpenRouter's list]``.
RELEASES = FOLDER / "releases.json"
EXCERPTS = ROOT / "tests" / "data" / "upstream"
EXCERPTED = {"anthropic", "deepseek", "mistral", "openai"}
PROSE = {"description", "price_comments", "source", "comment", "metadata"}


def record() -> int:
    """Record the public price lists for refreshes.

    They are those of the pinned releases, complete and as excerpts for tests.
    """
    providers = [
        {**provider, "models": [_facts(model) for model in provider["models"]]}
        for provider in json.loads(installed("genai-prices"))
    ]
    entries = {name: _facts(entry) for name, entry in json.loads(installed("litellm")).items()}
    excerpts = {
        "genai-prices": [
            {key: provider[key] for key in ("id", "name", "models")}
            for provider in providers
            if provider["id"] in EXCERPTED
        ],
        "litellm": {
            name: entry
            for name, entry in entries.items()
            if entry.get("litellm_provider") in EXCERPTED
        },
    }
    complete = {"genai-prices": _genai_prices(providers), "litellm": _litellm(entries)}
    return update(
        {
            **{
                FOLDER / f"{source}.json.xz": lzma.compress(text.encode(), preset=9)
                for source, text in complete.items()
            },
            **{
                EXCERPTS / f"{source}.json": f"{_compact(content)}\n".encode()
                for source, content in excerpts.items()
            },
        },
        "make upstream-excerpts",
        check=False,
    )


def recorded(source: str) -> bytes:
    """Return a list as UTF-8 JSON; raises FileNotFoundError for a source without a recording."""
    return lzma.decompress((FOLDER / f"{source}.json.xz").read_bytes())


def _genai_prices(providers: Iterable[Mapping[str, Any]]) -> str:
    parts = []
    for provider in providers:
        head = _compact({"id": provider["id"], "name": provider["name"]}).removesuffix("}")
        models = ",\n".join(map(_compact, provider["models"]))
        parts.append(f'{head},"models":[\n{models}\n]}}')
    return "[\n" + ",\n".join(parts) + "\n]\n"


def _litellm(entries: Mapping[str, Mapping[str, Any]]) -> str:
    lines = (f"{_compact(name)}:{_compact(entry)}" for name, entry in entries.items())
    return "{\n" + ",\n".join(lines) + "\n}\n"


def openrouter_lines(answer: bytes) -> str:
    """Return an answer of OpenRouter's models API with one model a line."""
    return '{"data":[\n' + ",\n".join(map(_compact, json.loads(answer)["data"])) + "\n]}\n"


def _facts(entry: Mapping[str, Any]) -> dict[str, Any]:
    facts = {key: value for key, value in entry.items() if key not in PROSE}
    minute = (entry.get("metadata") or {}).get(PER_MINUTE)
    return facts | ({"metadata": {PER_MINUTE: minute}} if minute else {})


def _compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
