"""How far off the token estimate is: ``python -m bench.tokens.measure`` prints Markdown tables.

Truth is counted with the vocabularies of .venv-bench (``make .venv-bench/.ready`` makes it) and
read from the recorded counts of Claude's endpoint; ``--bpe-lite FOLDER`` adds Gemini's vocabulary
(see ``bench.tokens.calibrate``). Only texts that took no part in the calibration are used.
docs/token-counting.md holds one run of it.
"""

import argparse
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from bench.tokens.calibrate import claude_samples, reference_counts
from bench.tokens.corpora import corpora, paragraphs
from pricing.tokens.estimator import Features, estimate_features, features_of

ALPHABETIC_LATIN = {
    "german",
    "french",
    "spanish",
    "portuguese",
    "polish",
    "turkish",
    "vietnamese",
}
#: Content that counts as other than ASCII text and code in the summary.
WIDE = {"paragraphs, accented Latin", "paragraphs, other scripts", "symbols", "arabic", "cjk"}
WIDE |= {"emoji"}


class Case(NamedTuple):
    """One text: its kind of content, what the estimate sees, its length and its true count."""

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
    """Held-out texts with their true counts, by tokenizer."""
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
    """Per corpus: claude-2026 over claude-2024, and its characters per token."""
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


def _table(tokenizer: str, group: Sequence[Case]) -> Iterator[str]:
    yield f"\n### {tokenizer}\n"
    yield "| content | texts | mean error | 95th percentile | bias | in band | len // 4 |"
    yield "|---|---|---|---|---|---|---|"
    plain = [case for case in group if case.content not in WIDE]
    wide = [case for case in group if case.content in WIDE]
    for content in dict.fromkeys(case.content for case in group):
        yield _row(content, tokenizer, [case for case in group if case.content == content])
    yield _row("**ASCII text and code**", tokenizer, plain)
    yield _row("**the rest**", tokenizer, wide)


def _row(content: str, tokenizer: str, group: Sequence[Case]) -> str:
    found = errors(tokenizer, group)
    return (
        f"| {content} | {found.texts} | {found.mean:.1f}% | {found.p95:.1f}% | {found.bias:+.1f}%"
        f" | {found.in_band:.0f}% | {found.mean_of_quarter:.1f}% |"
    )


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--bpe-lite", type=Path, metavar="FOLDER")
    for tokenizer, group in cases(parser.parse_args().bpe_lite).items():
        print("\n".join(_table(tokenizer, group)))
    print("\n### claude-2026 over claude-2024\n")
    print("| content | growth | characters per token |\n|---|---|---|")
    for content, ratio, characters in growth():
        print(f"| {content} | {ratio:.2f} | {characters:.2f} |")


if __name__ == "__main__":
    main()
