"""Train the router: ``make train-router ROUTING_DATA=FOLDER``.

Writes the weights, as a module that is loaded by importing it, and a report of their origin. The
same data and the same versions of numpy and scikit-learn give the same bytes.
"""

import hashlib
import json
from base64 import b64encode
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import sklearn
from typer import Option

from bench.routing.data import PAIRS, ROOT, hashes, read_rows
from bench.routing.fit import Read, calibrated, calibration_error, fit, held_out_scores, read_all
from bench.routing.measures import HeldOut, apgr, pair_scores
from pricing.recommendations.routing.difficulty import JUDGED_WEIGHT, WORDS_WEIGHT, Weights
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
    numbers = [number for family in held_out.values() for number in family.numbers]
    found = [score for family in held_out.values() for score in family.scores]
    weights = calibrated(fit(learned), [learned.rows[number] for number in numbers], found)
    source = module_of(weights)
    report = report_of(learned, weights, held_out, source) | {"data_sha256": hashes(data)}
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
        for name in ("shape_mean", "shape_scale", "word_mean", "word_scale", "slope", "intercept")
    )
    outcomes = "".join(f"    {kind!r}: {rows},\n" for kind, rows in weights.outcomes.items())
    return (
        f"{_HEADER}# Feature, mean, scale, weight.\nSHAPES = (\n{shapes})\n{named}"
        f"# Training rows by kind of task.\nOUTCOMES = {{\n{outcomes}}}\n"
        f"# One signed byte a bucket, in base 64.\nWORDS = (\n{_lines(words)})\n"
    )


def report_of(
    data: Read,
    weights: Weights,
    held_out: Mapping[str, HeldOut],
    source: str,
) -> dict[str, Any]:
    """Return the data, the versions, and the quality on held-out families."""
    apgrs = {}
    for family, cheap, strong in PAIRS:
        if family in held_out:
            numbers, found, _ = held_out[family]
            part = [data.rows[number] for number in numbers]
            measured = apgr(*pair_scores(part, found, cheap, strong))
            apgrs[f"{family}: {cheap} -> {strong}"] = round(measured or 0.0, 4)
    families = {row.family for row in data.rows}
    return {
        "weights_sha256": hashlib.sha256(source.encode()).hexdigest(),
        "rows": {name: sum(row.family == name for row in data.rows) for name in sorted(families)},
        "outcomes_by_kind": weights.outcomes,
        "chosen": {"words_weight": WORDS_WEIGHT, "judged_weight": JUDGED_WEIGHT},
        "leave_one_family_out": {
            "apgr": apgrs,
            "mean_apgr": round(sum(apgrs.values()) / len(apgrs), 4) if apgrs else None,
            "calibration_error": calibration_error(data.rows, held_out),
        },
        "versions": {"numpy": np.__version__, "scikit-learn": sklearn.__version__},
    }


def _lines(text: str) -> str:
    return "".join(f"    {text[at : at + 88]!r}\n" for at in range(0, len(text), 88))
