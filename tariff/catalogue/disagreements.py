"""The table of what the public price lists disagree on: ``docs/price-disagreements.md``."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from pricing.sources.merge import GENAI, LITELLM

HEAD = """\
# Where the public price lists disagree

Made by `python -m tariff.catalogue.build`; do not edit. Prices are USD per million tokens (web
searches and request fees per use) of the current version, **{version}**; a dash is a list that
does not have the price. How a price is chosen where two differ is in
[price-sources.md](price-sources.md); the same differences stand on each model's row.

## Per provider

"One list" counts the models that only one of the two lists has.

| provider | models | names | both lists | one list | own prices | models in dispute | differences |
|---|---|---|---|---|---|---|---|
"""
LIST = """
## Every difference

| model | mode | component | above tokens | genai-prices | litellm | used |
|---|---|---|---|---|---|---|
"""


def report(files: Mapping[str, bytes]) -> str:
    """The whole document, for the current book among the data files."""
    index = json.loads(files["index.json"])
    document = json.loads(files[f"{index['current']}.json"])
    models = document["models"]
    return (
        HEAD.format(version=document["id"])
        + "".join(f"| {' | '.join(map(str, row))} |\n" for row in _counts(models))
        + LIST
        + "".join(f"| {' | '.join(row)} |\n" for row in _differences(models))
    )


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
    """How many of the two lists a row's prices are from; 0 where they are Tariff's own."""
    if row["provider"] == "anthropic" or not row.get("prices"):
        return 0
    names = row["prices"][-1]["source"].split(", ")
    return sum(name.startswith(("genai-prices ", "litellm ")) for name in names)


def _differences(models: list[Mapping[str, Any]]) -> Iterator[list[str]]:
    for row in sorted(models, key=lambda row: (row["provider"], row["id"])):
        for one in row.get("disagreements", ()):
            name = f"{row['provider']}/{one.get('alias', row['id'])}"
            tier = f"{one['tier']:,}" if "tier" in one else ""
            prices = [str(one.get(key, "-")) for key in (GENAI, LITELLM, "used")]
            yield [f"`{name}`", one["mode"], one["component"], tier, *prices]
