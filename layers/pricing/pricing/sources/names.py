"""Decide which names mean one model: dated ids and their undated one, paths, regions, spellings."""

import re
from collections.abc import Collection, Iterable

#: What a name may carry beyond the model: a date, or a platform's own version.
_DATE = re.compile(
    r"(?:[-@](?:20\d{2}-\d{2}-\d{2}|20\d{6}|\d{2}-20\d{2}|default)|-v\d+(?::\d+)?|:\d+)$"
)
#: What may move between models: ``latest``, and a number that may be a date or a version
#: (``-0613``, ``-2512``, ``-001``). Such a name is the same model only at the same price.
_MOVING = re.compile(r"[-@](?:latest|\d{4}|0\d\d)$")
#: What is between the parts of a version: claude-opus-4-5 is claude-opus-4.5 elsewhere.
_VERSION = re.compile(r"(?<=\d)-(?=\d)")
_ACCOUNT = re.compile(r"^accounts/fireworks/(?:models|routers)/")
#: The prefix that says in which area, region or kind of endpoint a model runs.
AREA = re.compile(
    r"^(?:(?P<area>global|us-gov|us|eu|apac|jp|au|in)\.(?=[a-z0-9]+\.)"
    r"|(?P<region>(?:us-gov|us|eu|ap|sa|ca)-[a-z]+-\d)/(?:invoke/)?"
    r"|(?P<zone>invoke|global-standard|global|us|eu|apac)/)"
)


def undated(name: str) -> str:
    """Return a name without its date and in one spelling; it keeps the area it runs in."""
    return _strip(_ACCOUNT.sub("", name.lower()), (_DATE,))


def stem(name: str) -> str:
    """Return a name without path, area, date or version number.

    Two names of one provider with one stem are taken for one model if their prices agree.
    """
    return _strip(AREA.sub("", _ACCOUNT.sub("", name.lower())), (_DATE, _MOVING))


def bare_model(name: str) -> str:
    """Return a model's name without its maker, its area and its spelling at one provider."""
    last = AREA.sub("", name).rpartition("/")[2].removeprefix("databricks-")
    maker, dot, rest = last.partition(".")
    return _VERSION.sub(".", stem(rest if dot and maker.isalpha() else last))


def best(names: Iterable[str], official: Collection[str]) -> str:
    """Return the name to use as the id: undated, without path, spelt as by the provider, short."""

    def rank(name: str) -> tuple[object, ...]:
        return (
            _strip(name, (_DATE, _MOVING)) != _respelt(name),
            AREA.match(name) is not None,
            name not in official,
            -name.count("."),
            len(name),
            name,
        )

    return min(names, key=rank)


def _strip(text: str, endings: tuple[re.Pattern[str], ...]) -> str:
    for ending in endings * 2:  # a date may follow a version, and a version a date
        text = ending.sub("", text)
    return _respelt(text)


def _respelt(text: str) -> str:
    return text.replace(".", "-").replace("_", "-")
