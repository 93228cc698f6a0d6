"""Train the router: ``make train-router ROUTING_DATA=FOLDER``.

Writes the weights, as a module that is loaded by importing it, and a report of their origin. The
same data and the same versions of numpy and scikit-learn give the same bytes.
"""

import hashlib
import json
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from statistics import mean
from typing import Annotated, Any

import numpy as np
import sklearn
from typer import Option

from bench.routing.data import PAIRS, RANKED, ROOT, Row, hashes, read_rows
from bench.routing.fit import (
    Read,
    calibrated,
    calibration_error,
    held_out_scores,
    read_all,
    with_known_ranks,
)
from bench.routing.measures import HeldOut, apgr, pair_scores, pgr_curve
from pricing.recommendations.routing.difficulty import Weights
from tariff.command_line import CommandFailed

DATA = ROOT / "layers" / "pricing" / "pricing" / "recommendations" / "routing"
WEIGHTS, REPORT = DATA / "weights.py", DATA / "report.json"
LARGEST_BYTES = 200_000
_DIGITS = 6
_HEADER = '"""Written by ``make train-router``; report.json says from what."""\n\n'


def train(
    data: Annotated[Path, Option(help="The folder of outcomes.")],
    out: Annotated[Path, Option(help="Where to write.")] = DATA,
) -> int:
    """Train the classifier and calibrate it on held-out families."""
    try:
        learned = read_all(read_rows(data))
    except FileNotFoundError as missing:
        raise CommandFailed(f"No such file: {missing.filename}. See docs/routing.md.") from None
    held_out = held_out_scores(learned)
    weights, error = calibrated(with_known_ranks(learned, held_out), learned)
    weights = replace(weights, qualities=qualities(learned.rows, held_out))
    source = module_of(weights)
    report = report_of(learned, weights, held_out, source, error) | {"data_sha256": hashes(data)}
    text = json.dumps(report, indent=2, sort_keys=True) + "\n"
    (out / WEIGHTS.name).write_text(source, encoding="utf-8")
    (out / REPORT.name).write_text(text, encoding="utf-8")
    size = len(source) + len(text)
    print(f"{WEIGHTS.name} and {REPORT.name}: {size:,} bytes, at most {LARGEST_BYTES:,}")
    return int(size > LARGEST_BYTES)


def module_of(weights: Weights) -> str:
    """Return the weights as the module that ``difficulty.shipped`` imports."""
    shapes = "".join(
        f"    ({shape.name!r}, {shape.mean:.{_DIGITS}g}, {shape.scale:.{_DIGITS}g},"
        f" {shape.weight:.{_DIGITS}g}),\n"
        for shape in weights.shapes
    )
    words = b64encode(bytes(weight % 256 for weight in weights.words)).decode()
    named = "".join(
        f"{name.upper()} = {getattr(weights, name):.{_DIGITS}g}\n"
        for name in ("shape_mean", "word_mean", "word_scale", "farthest")
    )
    qualities = ", ".join(f"{quality:.{_DIGITS}g}" for quality in weights.qualities)
    outcomes = "".join(f"    {kind!r}: {rows},\n" for kind, rows in weights.outcomes.items())
    ranks = "".join(f"    {score:.{_DIGITS}g},\n" for score in weights.ranks)
    chances = "".join(
        f"    {kind!r}: ({slope:.{_DIGITS}g}, {intercept:.{_DIGITS}g}),\n"
        for kind, (slope, intercept) in weights.chances.items()
    )
    return (
        f"{_HEADER}# Feature, mean, scale, weight.\nSHAPES = (\n{shapes})\n{named}"
        "# Share of the strong model's right answers with 0, 10% ... 100% of the tasks to it.\n"
        f"QUALITIES = ({qualities})\n"
        f"# Scores at equal steps of the rank among held-out tasks.\nRANKS = (\n{ranks})\n"
        "# By kind, slope and intercept of the logarithm of the odds that a cheap model is wrong.\n"
        f"CHANCES = {{\n{chances}}}\n"
        f"# Training rows by kind of task.\nOUTCOMES = {{\n{outcomes}}}\n"
        f"# One signed byte a bucket, in base 64.\nWORDS = (\n{_lines(words)})\n"
    )


def report_of(
    data: Read, weights: Weights, held_out: Mapping[str, HeldOut], source: str, error: float
) -> dict[str, Any]:
    """Return the data, the versions, and the quality on held-out families."""
    measured = {
        f"{family}: {cheap} -> {strong}": apgrs(data.rows, held_out[family], cheap, strong)
        for family, cheap, strong in PAIRS
        if family in held_out
    }
    families = {row.family for row in data.rows}
    return {
        "weights_sha256": hashlib.sha256(source.encode()).hexdigest(),
        "rows": {name: sum(row.family == name for row in data.rows) for name in sorted(families)},
        "outcomes_by_kind": weights.outcomes,
        "leave_one_family_out": {
            "pairs": {
                pair: {"score": round(of_score, 4), "decision": round(of_tier, 4)}
                for pair, (of_score, of_tier) in measured.items()
            },
            "mean_score": round(mean(score for score, _ in measured.values()), 4),
            "mean_decision": round(mean(tier for _, tier in measured.values()), 4),
            "calibration_error": calibration_error(data, held_out),
        },
        "calibration_error": error,
        "versions": {"numpy": np.__version__, "scikit-learn": sklearn.__version__},
    }


def qualities(rows: Sequence[Row], held_out: Mapping[str, HeldOut]) -> tuple[float, ...]:
    """Return the mean quality over the pairs at every tenth of strong calls, by held-out scores."""
    curves = []
    for family, cheap, strong in PAIRS:
        if family in RANKED:
            own = held_out[family]
            part = [rows[number] for number in own.numbers]
            found, weak, good = pair_scores(part, own.scores, cheap, strong)
            curve = pgr_curve(found, weak, good) or []
            least, most = sum(weak) / sum(good), len(curve) - 1
            tenths = [curve[round(most * tenth / 10)] for tenth in range(11)]
            curves.append([least + (1 - least) * recovered for recovered in tenths])
    return tuple(map(mean, zip(*curves, strict=True)))


def apgrs(rows: Sequence[Row], held_out: HeldOut, cheap: str, strong: str) -> tuple[float, float]:
    """Return APGR of a pair by the score, and by the tier of the fixed thresholds."""
    part = [rows[number] for number in held_out.numbers]
    found = [
        apgr(*pair_scores(part, column, cheap, strong)) or 0.0
        for column in (held_out.scores, held_out.tiers())
    ]
    return found[0], found[1]


def _lines(text: str) -> str:
    return "".join(f"    {text[at : at + 88]!r}\n" for at in range(0, len(text), 88))
