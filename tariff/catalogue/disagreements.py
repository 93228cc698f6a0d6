"""``tariff catalogue disagreements``: the prices on which the public lists differ, as a page."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from pricing.sources.merge import GENAI, LITELLM
from pricing.store import bundled
from tariff.generated_files import Check, update
from tariff.tables import markdown
from tariff.template import ROOT

PAGE = ROOT / "docs" / "price-disagreements.md"
TEXT = """\
# Where the public price lists disagree

Made by `make books`; do not edit. Prices are USD per million tokens (web searches and request fees
per use) of the current version, **{version}**; a dash marks a list without the price.
[price-sources.md](price-sources.md) says how a price is chosen where two lists differ. The same
differences are in each model's row of the price book.

## Per provider

"One list" counts the models that only one of the two lists has.

{counts}
## Every difference

{differences}"""
COUNTED = (
    *("provider", "models", "names", "both lists", "one list", "own prices"),
    *("models in dispute", "differences"),
)
DIFFERING = ("model", "mode", "component", "above tokens", GENAI, LITELLM, "used")


def disagreements(check: Check = False) -> int:
    """Write docs/price-disagreements.md, for the current bundled book."""
    document = json.loads(bundled.current().to_json())
    page = TEXT.format(
        version=document["id"],
        counts=markdown(COUNTED, _counts(document["models"])),
        differences=markdown(DIFFERING, _differences(document["models"])),
    )
    return update({PAGE: page.encode()}, "make books", check=check)


def _counts(models: list[Mapping[str, Any]]) -> Iterator[list[Any]]:
    total: list[Any] = ["**all**", *[0] * 7]
    for provider in sorted({row["provider"] for row in models}):
        rows = [row for row in models if row["provider"] == provider]
        lists = [_lists(row) for row in rows]
        counts = [
            len(rows),
            sum(1 + len(row.get("aliases", ())) for row in rows),
            lists.count(2),
            lists.count(1),
            lists.count(0),
            sum("disagreements" in row for row in rows),
            sum(len(row.get("disagreements", ())) for row in rows),
        ]
        total[1:] = [sum(pair) for pair in zip(total[1:], counts, strict=True)]
        yield [provider, *counts]
    yield total


def _lists(row: Mapping[str, Any]) -> int:
    """Return how many of the two lists have a row's prices; 0 for Tariff's own prices."""
    if row["provider"] == "anthropic" or not row.get("prices"):
        return 0
    names = row["prices"][-1]["source"].split(", ")
    return sum(name.startswith(("genai-prices ", "litellm ")) for name in names)


def _differences(models: list[Mapping[str, Any]]) -> Iterator[list[str]]:
    for row in sorted(models, key=lambda row: (row["provider"], row["id"])):
        for found in row.get("disagreements", ()):
            name = f"{row['provider']}/{found.get('alias', row['id'])}"
            tier = f"{found['tier']:,}" if "tier" in found else ""
            prices = [str(found.get(key, "-")) for key in (GENAI, LITELLM, "used")]
            yield [f"`{name}`", found["mode"], found["component"], tier, *prices]
