"""Corrupt price lists, in every way that was seen or could happen, and a server for them.

A case spoils one source's answer while the other's stays intact. ``spoiled`` returns the answer of
a case, which changes the document of either list, its bytes, or the way they are sent.
"""

import gzip
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from tests.support.price_server import Answer

GENAI, LITELLM = "genai-prices", "litellm"
SOURCES = (GENAI, LITELLM)
#: The model that single-model cases spoil; both lists have it under this name.
MODEL = "gpt-4o"
PROVIDER = {GENAI: "openai", LITELLM: "openai"}
DEEP = 100_000
BOMB_BYTES = 80_000_000
LARGE_BYTES = 50_000_000

Entry = dict[str, Any]


def case_names() -> list[str]:
    """Return every case, in the order of the score table."""
    return [*_DOCUMENTS, *_TEXTS, *_ANSWERS, "two sources that disagree", "all sources down"]


def runs() -> Iterator[tuple[str, str]]:
    """Yield each case with the source that it spoils, or with ``both``."""
    for name in case_names():
        if name in ("two sources that disagree", "all sources down"):
            yield name, "both"
        else:
            yield from ((name, source) for source in SOURCES if (name, source) not in _MEANINGLESS)


def spoiled(name: str, source: str, content: bytes) -> Answer:
    """Return the answer of a source in a case, made from its intact answer."""
    if name in _DOCUMENTS:
        document = json.loads(content)
        document = _DOCUMENTS[name](_View(source, document))
        return Answer(json.dumps(document).encode())
    if name in _TEXTS:
        return Answer(_TEXTS[name](content, source))
    if name == "two sources that disagree":
        document = json.loads(content)
        return Answer(json.dumps(_scaled(_View(source, document), _BY[source], [MODEL])).encode())
    if name == "all sources down":
        return Answer(b"no", status=503)
    return _ANSWERS[name](content)


@dataclass(frozen=True, slots=True)
class _View:
    """A list's document, in terms of models and prices."""

    source: str
    document: Any

    def names(self) -> list[str]:
        """Return the models of the provider that cases spoil."""
        if self.source == LITELLM:
            return [
                name
                for name, entry in self.document.items()
                if entry.get("litellm_provider") == "openai"
            ]
        return [model["id"] for model in self.provider()["models"]]

    def provider(self) -> Entry:
        provider: Entry = next(p for p in self.document if p["id"] == PROVIDER[GENAI])
        return provider

    def models(self) -> list[Entry]:
        """Return every model of every provider."""
        if self.source == LITELLM:
            return [entry for entry in self.document.values() if "litellm_provider" in entry]
        return [model for provider in self.document for model in provider["models"]]

    def model(self, name: str = MODEL) -> Entry:
        """Return a model's entry."""
        if self.source == LITELLM:
            entry: Entry = self.document[name]
            return entry
        return next(model for model in self.provider()["models"] if model["id"] == name)

    def prices(self, entry: Entry) -> list[Entry]:
        """Return the objects of an entry that hold prices."""
        if self.source == LITELLM:
            return [entry]
        given = entry["prices"]
        lists = [period["prices"] for period in given] if isinstance(given, list) else [given]
        return lists + [variant["prices"] for variant in entry.get("price_variants", ())]

    def keys(self, prices: Entry) -> list[str]:
        """Return the names of token prices among an object's members."""
        if self.source == LITELLM:
            return [key for key in prices if "cost_per_token" in key or "token_cost" in key]
        return [key for key in prices if key.endswith("_mtok")]

    @property
    def columns(self) -> tuple[str, str]:
        """The names of the input and the output price in this list."""
        if self.source == LITELLM:
            return "input_cost_per_token", "output_cost_per_token"
        return "input_mtok", "output_mtok"


def _times(value: Any, factor: float) -> Any:
    if isinstance(value, dict):
        tiers = [{**tier, "price": tier["price"] * factor} for tier in value["tiers"]]
        return {"base": value["base"] * factor, "tiers": tiers}
    # Twelve digits: without the noise of binary floats, which no list publishes.
    return None if value is None else float(f"{value * factor:.12g}")


def _scaled(view: _View, factor: float, names: list[str] | None = None) -> Any:
    chosen = view.models() if names is None else [view.model(name) for name in names]
    for entry in chosen:
        for prices in view.prices(entry):
            for key in view.keys(prices):
                prices[key] = _times(prices[key], factor)
    return view.document


def _set(view: _View, value: Any) -> Any:
    for prices in view.prices(view.model())[:1]:
        prices[view.columns[0]] = value
    return view.document


def _swap(view: _View, entries: list[Entry]) -> Any:
    first, second = view.columns
    for entry in entries:
        for prices in view.prices(entry):
            if first in prices and second in prices:
                prices[first], prices[second] = prices[second], prices[first]
    return view.document


def _without(view: _View, gone: set[str]) -> Any:
    if view.source == LITELLM:
        return {key: entry for key, entry in view.document.items() if key not in gone}
    for provider in view.document:
        provider["models"] = [m for m in provider["models"] if m["id"] not in gone]
    return view.document


def _half(view: _View) -> Any:
    if view.source == LITELLM:
        names = sorted(view.document)
        return _without(view, set(names[: len(names) * 49 // 100]))
    names = sorted(model["id"] for model in view.models())
    return _without(view, set(names[: len(names) * 49 // 100]))


def _provider_gone(view: _View) -> Any:
    if view.source == LITELLM:
        return _without(view, set(view.names()))
    return [provider for provider in view.document if provider["id"] != PROVIDER[GENAI]]


def _renamed(view: _View, name: str) -> Any:
    """Add an entry at half the price, under a name that looks like the real one."""
    entry = json.loads(json.dumps(view.model()))
    for prices in view.prices(entry):
        for key in view.keys(prices):
            prices[key] = _times(prices[key], 0.5)
    if view.source == LITELLM:
        view.document[name] = entry
    else:
        entry |= {"id": name, "match": {"equals": name}}
        view.provider()["models"].append(entry)
    return view.document


def _entry(view: _View, value: Any) -> Any:
    if view.source == LITELLM:
        view.document[MODEL] = value
    else:
        models = view.provider()["models"]
        models[models.index(view.model())] = value
    return view.document


def _twice(view: _View) -> Any:
    """List the same model a second time, at another price."""
    if view.source == GENAI:
        entry = json.loads(json.dumps(view.model()))
        for prices in view.prices(entry):
            for key in view.keys(prices):
                prices[key] = _times(prices[key], 0.8)
        view.provider()["models"].insert(0, entry)
    return view.document


def _future(view: _View) -> Any:
    entry = view.model()
    if view.source == GENAI:
        now = view.prices(entry)[0]
        later = {key: _times(value, 0.9) for key, value in now.items()}
        entry["prices"] = [
            {"prices": now},
            {"constraint": {"start_date": "2999-01-01"}, "prices": later},
        ]
    return view.document


def _many_repetitions(view: _View) -> Any:
    view.model()["match"] = {"regex": ".*" * 8 + "="}
    return view.document


def _regex(view: _View) -> Any:
    view.model()["match"] = {"regex": r"^(([a-z0-9-]+)+)+$"}
    return view.document


def _in_currency(view: _View) -> Any:
    for entry in view.models():
        entry["currency"] = "EUR"
    return view.document


def _cache_above_input(view: _View) -> Any:
    key = "cache_read_input_token_cost" if view.source == LITELLM else "cache_read_mtok"
    for prices in view.prices(view.model())[:1]:
        prices[key] = _times(prices[view.columns[0]], 1.2)
    return view.document


def _cheap_hour(view: _View) -> Any:
    """Price Claude's 1-hour cache writes as 5-minute writes, the most common mistake of lists."""
    hour, five = "cache_write_1h_mtok", "cache_write_mtok"
    if view.source == LITELLM:
        hour, five = (
            "cache_creation_input_token_cost_above_1hr",
            "cache_creation_input_token_cost",
        )
    for entry in view.models():
        for prices in view.prices(entry):
            if hour in prices and five in prices:
                prices[hour] = prices[five]
    return view.document


def _row(view: _View, fresh: float, output: float, cache: float) -> Any:
    """Change one model's standard row, each part by a factor of its own."""
    prices = view.prices(view.model())[0]
    cached = "cache_read_input_token_cost" if view.source == LITELLM else "cache_read_mtok"
    for key, factor in zip((*view.columns, cached), (fresh, output, cache), strict=True):
        prices[key] = _times(prices[key], factor)
    return view.document


def _dusty(view: _View) -> Any:
    """Add the rounding error of a binary float to every price."""
    for entry in view.models():
        for prices in view.prices(entry):
            for key in view.keys(prices):
                if isinstance(prices[key], int | float):
                    prices[key] *= 1 + 2**-50
    return view.document


def _added(view: _View, factor: float) -> Any:
    """Add a model whose prices are in proportion, and far from all others."""
    document = _renamed(view, "gpt-9")
    for prices in view.prices(view.model("gpt-9")):
        for key in view.keys(prices):
            prices[key] = _times(prices[key], factor)
    return document


def _circle(view: _View) -> Any:
    return view.document | {
        "gpt-new": {"alias_of": "gpt-newest"},
        "gpt-newest": {"alias_of": "gpt-new"},
    }


def _mode(view: _View, name: str) -> Any:
    """Give the prices of the priority mode another name."""
    entry = view.model()
    for key in [key for key in entry if key.endswith("_priority")]:
        entry[key.replace("_priority", f"_{name}")] = entry.pop(key)
    for variant in entry.get("price_variants", ()):
        if variant["when"] == {"service_tier": "priority"}:
            variant["when"] = {"service_tier": name}
    return view.document


def _batch_above(view: _View) -> Any:
    entry = view.model()
    for key in [key for key in entry if key.endswith("_batches")]:
        entry[key] = _times(entry[key], 3)
    for variant in entry.get("price_variants", ()):
        if variant["when"] == {"processing": "batch"}:
            variant["prices"] = {k: _times(v, 3) for k, v in variant["prices"].items()}
    return view.document


def _with_price(view: _View, keys: dict[str, str], of: int, factor: float) -> Any:
    """Add a price that is a multiple of the input (0) or the output (1) price."""
    prices = view.prices(view.model())[0]
    prices[keys[view.source]] = _times(prices[view.columns[of]], factor)
    return view.document


def _exchanged(view: _View) -> Any:
    first, second = view.model(), view.model("gpt-4o-mini")
    for ours, theirs in zip(view.prices(first), view.prices(second), strict=False):
        for key in {*view.keys(ours)} & {*view.keys(theirs)}:
            ours[key], theirs[key] = theirs[key], ours[key]
    return view.document


_WRITE = {GENAI: "cache_write_mtok", LITELLM: "cache_creation_input_token_cost"}
_VIDEO = {GENAI: "output_video_mtok", LITELLM: "output_cost_per_video_token"}
_BY = {GENAI: 0.9, LITELLM: 0.8}
_DOCUMENTS: dict[str, Callable[[_View], Any]] = {
    "every price times 1,000": lambda view: _scaled(view, 1000),
    "every price divided by 1,000,000": lambda view: _scaled(view, 1e-6),
    "every price plus 20%": lambda view: _scaled(view, 1.2),
    "another currency's figures": lambda view: _scaled(view, 0.92),
    "another currency, stated in the list": _in_currency,
    "every price zero": lambda view: _scaled(view, 0),
    "one model times 1,000": lambda view: _scaled(view, 1000, [MODEL]),
    "one model divided by 1,000": lambda view: _scaled(view, 0.001, [MODEL]),
    "one model plus 50%": lambda view: _scaled(view, 1.5, [MODEL]),
    "one model times 5": lambda view: _scaled(view, 5, [MODEL]),
    "one price zero": lambda view: _set(view, 0),
    "one price negative": lambda view: _set(view, -1),
    "one price null": lambda view: _set(view, None),
    "one price a string": lambda view: _set(view, "2.5"),
    "one price a boolean": lambda view: _set(view, True),
    "one price a list": lambda view: _set(view, [2.5]),
    "input and output swapped": lambda view: _swap(view, [view.model()]),
    "input and output swapped throughout": lambda view: _swap(view, view.models()),
    "49% of the models gone": _half,
    "a provider gone": _provider_gone,
    "one model gone": lambda view: _without(view, {MODEL}),
    "every model gone": lambda view: {} if view.source == LITELLM else [],
    "an empty entry": lambda view: _entry(view, {}),
    "an entry that is a list": lambda view: _entry(view, [1, 2, 3]),
    "an entry that is null": lambda view: _entry(view, None),
    "a homoglyph of a name": lambda view: _renamed(view, "gpt-4\u043e"),
    "a look-alike of a name": lambda view: _renamed(view, "gpt-40"),
    "a name of control characters": lambda view: _renamed(view, "gpt-4o\u0000\u202e"),
    "a name of 10,000 characters": lambda view: _renamed(view, "g" * 10_000),
    "a model listed twice": _twice,
    "a price for the year 2999": _future,
    "a pattern with exponential run time": _regex,
    "a pattern of many repetitions": _many_repetitions,
    "cache reads above the input price": _cache_above_input,
    "1-hour cache writes at the 5-minute price": _cheap_hour,
    "half a price row": lambda view: _row(view, 1.1, 2, 1.1),
    "a price row with another cache": lambda view: _row(view, 0.9, 0.9, 0.5),
    "the dust of binary floats": _dusty,
    "a new model at absurd but consistent prices": lambda view: _added(view, 1000),
    "a new model for next to nothing": lambda view: _added(view, 1e-6),
    "names in a circle": _circle,
    "a mode renamed": lambda view: _mode(view, "premium"),
    "a premium under the name of a discount": lambda view: _mode(view, "flex"),
    "a batch above the standard price": _batch_above,
    "cache writes below the input price": lambda view: _with_price(view, _WRITE, 0, 0.5),
    "video at the price of text": lambda view: _with_price(view, _VIDEO, 1, 1),
    "the prices of two models exchanged": _exchanged,
    "one model in cents": lambda view: _scaled(view, 100, [MODEL]),
    "the wrong type altogether": lambda view: [] if view.source == LITELLM else {"data": []},
}


def _literal(text: str) -> Callable[[bytes, str], bytes]:
    """Return a function that replaces the first input price by a literal, also an invalid one."""

    def spoil(content: bytes, source: str) -> bytes:
        marked = _set(_View(source, json.loads(content)), "@here@")
        return json.dumps(marked).encode().replace(b'"@here@"', text.encode())

    return spoil


def _duplicate(content: bytes, source: str) -> bytes:
    """Write a key twice in one object; readers differ in which of the two they take."""
    column = _View(source, {} if source == LITELLM else []).columns[0]
    return content.replace(f'"{column}":'.encode(), f'"{column}": 0.001, "{column}":'.encode(), 1)


def _model_twice(content: bytes, source: str) -> bytes:
    """Repeat a model's key at the end, at 80% of the price: most readers take the last one."""
    view = _View(source, json.loads(content))
    again = view.model()
    again |= {key: _times(again[key], 0.8) for key in view.keys(again)}
    return content.rstrip()[:-1] + b"," + json.dumps({MODEL: again}).encode()[1:]


def _deep(content: bytes, source: str) -> bytes:
    spoil = _literal("[" * DEEP + "]" * DEEP)
    return spoil(content, source)


_TEXTS: dict[str, Callable[[bytes, str], bytes]] = {
    "NaN": _literal("NaN"),
    "Infinity": _literal("Infinity"),
    "1e999999": _literal("1e999999"),
    "an integer of 4,000 digits": _literal("9" * 4000),
    "a lone surrogate": _literal('"\\ud800"'),
    "a duplicate key": _duplicate,
    "a model's key twice": _model_twice,
    "nesting 100,000 deep": _deep,
    "half a document": lambda content, _: content[: len(content) // 2],
    "bytes that are not UTF-8": lambda content, _: content[:100] + b"\xff\xfe" + content[100:],
    "nothing at all": lambda _content, _source: b"",
}


def _bomb(_content: bytes) -> Answer:
    packed = gzip.compress(b"[" + b" " * BOMB_BYTES + b"]", 6)
    return Answer(packed, headers={"Content-Encoding": "gzip"})


def _old(content: bytes) -> Answer:
    return Answer(old_copy(content))


def old_copy(content: bytes) -> bytes:
    """Return the answer of an earlier day: the same models at other prices."""
    document = json.loads(content)
    source = GENAI if isinstance(document, list) else LITELLM
    return json.dumps(_scaled(_View(source, document), 1.1, [MODEL])).encode()


OLD_COPY = "an old copy"
_ANSWERS: dict[str, Callable[[bytes], Answer]] = {
    OLD_COPY: _old,
    "an error page with status 200": lambda _: Answer(
        b"<html><h1>We'll be back soon</h1></html>", headers={"Content-Type": "text/html"}
    ),
    "an error object with status 200": lambda _: Answer(b'{"error": "rate limited"}'),
    "a redirect": lambda _: Answer(b"", status=302, headers={"Location": "/elsewhere"}),
    "status 500": lambda _: Answer(b"no", status=500),
    "status 404": lambda _: Answer(b"no", status=404),
    "a decompression bomb": _bomb,
    "damaged compression": lambda content: Answer(
        gzip.compress(content)[:-2000] + b"x" * 2000, headers={"Content-Encoding": "gzip"}
    ),
    "50 MB": lambda content: Answer(content + b" " * LARGE_BYTES),
    "a slow drip": lambda content: Answer(content, drip=True),
    "an answer that breaks off": lambda content: Answer(content[:5000], missing=100_000),
}
#: Cases that a list's format cannot express: litellm has no dates, patterns or lists of models.
_MEANINGLESS = {
    ("a model listed twice", LITELLM),
    ("a price for the year 2999", LITELLM),
    ("a pattern with exponential run time", LITELLM),
    ("a pattern of many repetitions", LITELLM),
    ("a model's key twice", GENAI),
    ("names in a circle", GENAI),
}
