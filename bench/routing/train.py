"""Train the router: ``make train-router ROUTING_DATA=FOLDER``.

Writes the weights (a module, so that importing it is all that loading takes) and the report that
says what they were learned from. The same data and the same versions give the same bytes.
"""

import argparse
import hashlib
import json
import sys
from base64 import b64encode
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import sklearn

from bench.routing.data import PAIRS, hashes, read_rows
from bench.routing.fit import Read, calibrated, calibration_error, fit, held_out_scores, read_all
from bench.routing.measures import HeldOut, pair_scores
from pricing.recommendations.routing.difficulty import JUDGED_WEIGHT, WORDS_WEIGHT, Weights
from pricing.recommendations.routing.measure import apgr

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "layers" / "pricing" / "pricing" / "recommendations" / "routing"
WEIGHTS, REPORT = DATA / "weights.py", DATA / "report.json"
LARGEST_BYTES = 200_000
_DIGITS = 6
_HEADER = '"""Written by ``make train-router``; report.json says from what."""\n\n'


def main() -> int:
    """Read, fit, calibrate on held-out families, write."""
    parser = argparse.ArgumentParser(prog="python -m bench.routing.train", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, metavar="FOLDER")
    parser.add_argument("--out", type=Path, default=DATA, metavar="FOLDER")
    arguments = parser.parse_args()
    try:
        data = read_all(read_rows(arguments.data))
    except FileNotFoundError as missing:
        print(f"No such file: {missing.filename}. See docs/routing.md.", file=sys.stderr)
        return 2
    held_out = held_out_scores(data)
    numbers = [number for part, _, _ in held_out.values() for number in part]
    found = [score for _, part, _ in held_out.values() for score in part]
    weights = calibrated(fit(data), [data.rows[number] for number in numbers], found)
    source = module_of(weights)
    report = report_of(data, weights, held_out, source) | {"data_sha256": hashes(arguments.data)}
    (arguments.out / WEIGHTS.name).write_text(source, encoding="utf-8")
    text = json.dumps(report, indent=2, sort_keys=True)
    (arguments.out / REPORT.name).write_text(f"{text}\n", encoding="utf-8")
    size = len(source) + len(text) + 1
    print(f"{WEIGHTS.name} and {REPORT.name}: {size:,} bytes, at most {LARGEST_BYTES:,}")
    return int(size > LARGEST_BYTES)


def module_of(weights: Weights) -> str:
    """The weights as Python source: what ``pricing.routing.difficulty.shipped`` imports."""
    shapes = "".join(
        f"    ({one.name!r}, {one.mean:.{_DIGITS}g}, {one.scale:.{_DIGITS}g},"
        f" {one.weight:.{_DIGITS}g}),\n"
        for one in weights.shapes
    )
    words = b64encode(bytes(one % 256 for one in weights.words)).decode()
    named = "".join(
        f"{name.upper()} = {getattr(weights, name):.{_DIGITS}g}\n"
        for name in (
            "shape_mean",
            "shape_scale",
            "word_mean",
            "word_scale",
            "slope",
            "intercept",
        )
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
    """What was learned from what, and what it reached on families it had not seen."""
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


if __name__ == "__main__":
    sys.exit(main())
