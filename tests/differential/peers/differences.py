"""Where Tariff differs from its peers, and why: ``docs/peer-differences.md``.

``python -m tests.differential.peers.differences`` asks litellm and genai-prices (in
``.venv-bench``) and Tariff the same questions and writes the document; it fails, and writes
nothing, when a difference is not explained by ``tests/data/peers/explanations.toml``. With
``--check`` it compares only.
"""

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Context
from pathlib import Path

from tests.differential.peers.answers import PEERS, Answer
from tests.differential.peers.cases import CHAT_SHAPES, CLAUDE_SHAPES, ROOT, Shape, cases
from tests.differential.peers.explanations import (
    KINDS,
    RIGHT,
    Comparison,
    Explanation,
    comparisons,
    problems,
    read,
)

#: Every difference with its explanation.
Pairs = Sequence[tuple[Comparison, Explanation]]
REPORT = ROOT / "docs" / "peer-differences.md"
SOURCES = ROOT / "catalogue" / "imported" / "sources.json"
#: A row names its models and shapes while they are few, and counts them otherwise.
FEW_MODELS, FEW_SHAPES = 3, 8
HEAD = """\
# Where Tariff differs from its peers, and why

Made by `make peer-differences`; do not edit. `make test` asks again, and fails when an answer has
changed, when a difference has no explanation, or when an explanation covers what does not differ.

{models} models of {providers} providers, {direct} of them on the Claude API, are put to Tariff,
genai-prices {genai} and litellm {litellm} with the same usage: {claude} shapes for Claude (fewer
on clouds), {chat} for the others, each there to catch one rule. genai-prices multiplies decimals
and is held to the last digit; litellm multiplies binary floats and is held to 14 digits. Neither
is taken for the truth: each difference was worked out from what the provider publishes. Where
that confirmed a peer, Tariff was corrected; "not settled" is where nothing is published, or where
two sources disagree.

An explanation is not just words. It names another question ("the same, without `inference_geo`")
to which Tariff gives the very figure the peer gave to the first one, and that is checked too. All
of them are in [explanations.toml](../tests/data/peers/explanations.toml).

## In short

"Agree" includes questions that neither prices. Where both give a whole price, {same}.

| peer | comparisons | agree | differ | a published rule confirms Tariff | not settled |
|---|---|---|---|---|---|
"""
KINDS_HEAD = """
| what differs | genai-prices | litellm |
|---|---|---|
"""
PROVIDERS = """
## By provider

| provider | models | genai-prices agrees | litellm agrees |
|---|---|---|---|
"""
SHAPES = """
## By shape: {title}

| shape | what it is there to catch | genai-prices agrees | litellm agrees |
|---|---|---|---|
"""
DIFFERENCES = """
## {title}

| peer | models | shapes | differ | for example: Tariff | the peer | right | why |
|---|---|---|---|---|---|---|---|
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the document, or compare it; 0 is success, 1 a problem, printed to stderr."""
    parser = argparse.ArgumentParser(description="Compare Tariff with its peers.")
    parser.add_argument("--check", action="store_true", help="compare only; write nothing")
    parser.add_argument("--report", type=Path, default=REPORT)
    options = parser.parse_args(arguments)
    found, table = comparisons(cases()), read()
    wrong = list(problems(found, table))
    text = report(found, table)
    if options.check and not (
        options.report.exists() and options.report.read_text("utf-8") == text
    ):
        wrong.append(f"{options.report.name} is out of date: run make peer-differences")
    print(*wrong, sep="\n", end="\n" if wrong else "", file=sys.stderr)
    if not wrong and not options.check:
        options.report.write_text(text, encoding="utf-8")
    return 1 if wrong else 0


def report(found: Sequence[Comparison], table: Sequence[Explanation]) -> str:
    """The whole document."""
    pairs = [(one, row) for one in found if not one.agrees for row in table if row.covers(one)]
    return "".join(
        [
            _head(found),
            _rows(_verdicts(found, pairs)),
            KINDS_HEAD,
            _rows(_by_kind(pairs)),
            PROVIDERS,
            _rows(_by_provider(found)),
            SHAPES.format(title="Claude"),
            _rows(_by_shape(found, CLAUDE_SHAPES, "anthropic")),
            SHAPES.format(title="other models"),
            _rows(_by_shape(found, CHAT_SHAPES, "openai")),
            *(
                DIFFERENCES.format(title=title) + _rows(_differences(pairs, kind))
                for kind, title in KINDS.items()
            ),
        ]
    )


def _rows(rows: Iterable[Iterable[object]]) -> str:
    return "".join(f"| {' | '.join(map(str, row))} |\n" for row in rows)


def _head(found: Sequence[Comparison]) -> str:
    sources = json.loads(SOURCES.read_text(encoding="utf-8"))
    models = {one.case.subject.reference for one in found}
    return HEAD.format(
        models=len(models),
        providers=len({_provider(model) for model in models}),
        direct=sum(_provider(model) == "anthropic" for model in models),
        genai=sources["genai-prices"]["version"],
        litellm=sources["litellm"]["version"],
        claude=len(CLAUDE_SHAPES),
        chat=len(CHAT_SHAPES),
        same=" and ".join(_same_prices(found, peer) for peer in PEERS),
    )


def _same_prices(found: Iterable[Comparison], peer: str) -> str:
    priced = [one for one in found if one.peer == peer and one.tariff.usd and one.other.usd]
    same = sum(one.agrees for one in priced)
    return f"{same} of {len(priced)} are those of {peer}"


def _provider(reference: str) -> str:
    return reference.partition("/")[0]


def _verdicts(found: Sequence[Comparison], pairs: Pairs) -> Iterator[list[object]]:
    right: Counter[tuple[str, str]] = Counter((one.peer, row.right) for one, row in pairs)
    for peer in PEERS:
        asked = [one for one in found if one.peer == peer]
        agree = sum(one.agrees for one in asked)
        yield [
            peer,
            len(asked),
            f"{agree} ({100 * agree // len(asked)}%)",
            len(asked) - agree,
            *(right[peer, verdict] for verdict in RIGHT),
        ]


def _by_kind(pairs: Pairs) -> Iterator[list[object]]:
    counts = Counter((row.kind, one.peer) for one, row in pairs)
    for kind, title in KINDS.items():
        yield [title, *(counts[kind, peer] for peer in PEERS)]


def _by_provider(found: Sequence[Comparison]) -> Iterator[list[object]]:
    for provider in sorted({_provider(one.case.subject.reference) for one in found}):
        own = [one for one in found if _provider(one.case.subject.reference) == provider]
        models = {one.case.subject.reference for one in own}
        yield [provider, len(models), *_agreement(own)]


def _by_shape(
    found: Sequence[Comparison], shapes: Mapping[str, Shape], usage_format: str
) -> Iterator[list[object]]:
    for name, shape in shapes.items():
        own = [
            one
            for one in found
            if one.case.name == name and one.case.subject.format == usage_format
        ]
        yield [f"`{name}`", shape.rule, *_agreement(own)]


def _agreement(found: Sequence[Comparison]) -> Iterator[str]:
    for peer in PEERS:
        asked = [one for one in found if one.peer == peer]
        yield f"{sum(one.agrees for one in asked)} of {len(asked)}"


def _differences(pairs: Pairs, kind: str) -> Iterator[list[object]]:
    """A row an explanation, in the order of the first difference each one explains."""
    explained: dict[int, tuple[Explanation, list[Comparison]]] = {}
    for one, row in pairs:
        if row.kind == kind:
            explained.setdefault(id(row), (row, []))[1].append(one)
    for row, own in explained.values():
        yield [
            row.peer,
            _models(own),
            _shapes(own),
            len(own),
            _shown(own[0].tariff),
            _shown(own[0].other),
            RIGHT[row.right],
            row.reason,
        ]


def _models(found: Iterable[Comparison]) -> str:
    names = list(dict.fromkeys(one.case.subject.reference for one in found))
    if len(names) <= FEW_MODELS:
        return ", ".join(f"`{name}`" for name in names)
    counts = Counter(map(_provider, names))
    return ", ".join(f"{provider} ({count})" for provider, count in counts.items())


def _shapes(found: Iterable[Comparison]) -> str:
    names = list(dict.fromkeys(one.case.name for one in found))
    if len(names) <= FEW_SHAPES:
        return ", ".join(f"`{name}`" for name in names)
    return f"{len(names)} shapes"


#: What is left of a binary float when its last digits are not shown.
_SHOWN = Context(prec=12)


def _shown(answer: Answer) -> str:
    if answer.usd is None:
        return answer.why_not
    usd = _SHOWN.create_decimal(answer.usd)
    return f"${usd.normalize():f}" if usd else "$0"


if __name__ == "__main__":
    sys.exit(main())
