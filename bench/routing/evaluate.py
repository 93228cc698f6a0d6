"""Measure the router: ``make eval-router ROUTING_DATA=FOLDER`` prints Markdown tables.

Every family is scored by weights that saw neither it nor any question of it. Next to the router
stand the lesson's keyword rule, the length of the prompt and LiteLLM's two heuristics, and a
control that sends as many prompts to the strong model, chosen at random. Ties count in their
expected order; the intervals are 95%, from a bootstrap over the prompts.
"""

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from random import Random
from statistics import mean, median, quantiles
from time import perf_counter_ns

from bench.routing.data import PAIRS, Row, read_rows
from bench.routing.fit import Read, calibration_error, held_out_scores, read_all
from bench.routing.lesson import lesson_score
from bench.routing.measures import RANDOM, HeldOut, control_gain, pair_scores
from pricing.recommendations.routing.assessment import assess
from pricing.recommendations.routing.in_domain import Outcome, train
from pricing.recommendations.routing.measure import Interval, apgr_interval, cpt

ROOT = Path(__file__).resolve().parents[2]
PEERS = ROOT / ".venv-bench" / "bin" / "python"
OURS = "Tariff, held out"
_TIMED = 2000
_LABELS = 300
_LONG = 100_000
_SHARES = (0.25, 0.5, 0.75)


def main() -> int:
    """Print every table."""
    parser = argparse.ArgumentParser(prog="python -m bench.routing.evaluate", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, metavar="FOLDER")
    parser.add_argument("--resamples", type=int, default=200)
    arguments = parser.parse_args()
    rows = read_rows(arguments.data)
    data = read_all(rows)
    held_out = held_out_scores(data)
    peers = peer_answers([row.prompt for row in rows])
    ours = [0.0] * len(rows)
    for numbers, scores, _ in held_out.values():
        for number, score in zip(numbers, scores, strict=True):
            ours[number] = score
    columns = {
        OURS: ours,
        "lesson's rule": [lesson_score(row.prompt) for row in rows],
        "length": [float(len(row.prompt)) for row in rows],
        "LiteLLM v1": peers["v1"]["scores"],
        "LiteLLM v2": peers["v2"]["scores"],
    }
    for part in (
        quality(rows, columns, arguments.resamples),
        within_tasks(rows, ours, arguments.resamples),
        calibration(data, held_out),
        labels(rows, held_out, arguments.resamples),
        latency(rows, peers),
    ):
        print("\n".join(part), end="\n\n", flush=True)
    return 0


def peer_answers(prompts: Sequence[str]) -> dict[str, dict[str, list[float]]]:
    """What LiteLLM's heuristics say, and how long each took."""
    done = subprocess.run(
        [str(PEERS), "-m", "bench.routing.peers"],
        cwd=ROOT,
        env={**os.environ, "LITELLM_LOCAL_MODEL_COST_MAP": "True", "PYTHONPATH": str(ROOT)},
        input=json.dumps(prompts),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    answers: dict[str, dict[str, list[float]]] = json.loads(done.stdout)
    return answers


def quality(
    rows: Sequence[Row], columns: Mapping[str, Sequence[float]], resamples: int
) -> Iterator[str]:
    """APGR by family and pair, CPT, and the cost-matched control."""
    names = " | ".join(columns)
    yield f"| held out | cheap -> strong | n | {names} | CPT(50) | CPT(80) | control |"
    yield "|---|---|---|" + "---|" * (len(columns) + 3)
    found: dict[str, list[Interval]] = {name: [] for name in columns}
    gains = []
    for family, cheap, strong in PAIRS:
        cells = []
        for name, scores in columns.items():
            measured = _interval(rows, scores, (family, cheap, strong), resamples)
            found[name].append(measured)
            cells.append(_shown(measured))
        triple = _triple(rows, columns[OURS], family, cheap, strong)
        gain = control_gain(*triple, share=0.5)
        gains.append([control_gain(*triple, share=share).value for share in _SHARES])
        calls = " | ".join(f"{100 * (cpt(*triple, q) or 0):.0f}%" for q in (0.5, 0.8))
        yield (
            f"| {family} | {cheap} -> {strong} | {len(triple[0]):,} | {' | '.join(cells)} |"
            f" {calls} | {_points(gain)} |"
        )
    means = " | ".join(f"**{mean(one.value for one in part):.3f}**" for part in found.values())
    yield f"| **mean** | | | {means} | | | |"
    counts = " | ".join(
        f"{sum(one.low > RANDOM for one in part)} / {sum(one.high < RANDOM for one in part)}"
        for part in found.values()
    )
    yield f"| significantly above / below 0.5 | | | {counts} | | | |"
    yield ""
    averages = [100 * mean(column) for column in zip(*gains, strict=True)]
    shown = " / ".join(f"{one:+.2f}" for one in averages)
    yield (
        "Control: points of quality over the same number of strong calls distributed at random, at"
        f" 50% strong calls. Mean at 25 / 50 / 75% strong calls: {shown}."
    )


def within_tasks(rows: Sequence[Row], scores: Sequence[float], resamples: int) -> Iterator[str]:
    """APGR inside each single benchmark or subject of a held-out family: the hardest case."""
    values, above, below = [], [], []
    for family, cheap, strong in PAIRS:
        for task in sorted({row.task for row in rows if row.family == family}):
            part = [number for number, row in enumerate(rows) if row.task == task]
            measured = apgr_interval(
                *pair_scores(
                    [rows[number] for number in part],
                    [scores[number] for number in part],
                    cheap,
                    strong,
                ),
                resamples,
            )
            if measured is None:
                continue
            values.append(measured.value)
            above += [task] if measured.low > RANDOM else []
            below += [task] if measured.high < RANDOM else []
    yield (
        f"Inside single benchmarks and subjects ({len(values)} with a better strong model): mean"
        f" {mean(values):.3f}, median {median(values):.3f}; significantly above 0.5 in"
        f" {len(above)}, below in {len(below)}{': ' if below else ''}{', '.join(below)}."
    )


def calibration(data: Read, held_out: Mapping[str, HeldOut]) -> Iterator[str]:
    """The expected calibration error on families that neither weights nor curve had seen."""
    yield "| held out | expected calibration error of P(cheap wrong) |"
    yield "|---|---|"
    for name, error in calibration_error(data.rows, held_out).items():
        yield f"| {name} | {error:.3f} |"


def labels(
    rows: Sequence[Row],
    held_out: Mapping[str, HeldOut],
    resamples: int,
) -> Iterator[str]:
    """What 300 labels of the family give, on top of weights that had none of it."""
    yield f"| family | pair | APGR with {_LABELS} labels, on the rest |"
    yield "|---|---|---|"
    for family, cheap, strong in PAIRS:
        numbers, _, weights = held_out[family]
        known = [n for n in numbers if cheap in rows[n].scores and strong in rows[n].scores]
        Random(0).shuffle(known)  # noqa: S311 - a fixed draw
        drawn, rest = known[:_LABELS], known[_LABELS:]
        outcomes = [
            Outcome(rows[n].prompt, rows[n].scores[cheap], rows[n].scores[strong]) for n in drawn
        ]
        model = train(outcomes, weights)
        scores = [model.score(rows[n].prompt, weights) for n in rest]
        measured = apgr_interval(
            *pair_scores([rows[n] for n in rest], scores, cheap, strong), resamples
        )
        yield f"| {family} | {cheap} -> {strong} | {_shown(measured)} |"


def latency(rows: Sequence[Row], peers: Mapping[str, Mapping[str, list[float]]]) -> Iterator[str]:
    """Milliseconds a task, of the same tasks in the same run."""
    step = max(1, len(rows) // _TIMED)
    sample = [row.prompt for row in rows[::step]]
    assess("warm up")
    found = {"Tariff assess": [_timed(prompt) for prompt in sample]}
    found |= {f"LiteLLM {name}": answers["ns"][::step] for name, answers in peers.items()}
    yield "| one task | p50 ms | p99 ms |"
    yield "|---|---|---|"
    for name, durations in found.items():
        last = quantiles(durations, n=100)[-1]
        yield f"| {name} | {median(durations) / 1e6:.3f} | {last / 1e6:.3f} |"
    long = "\n".join(sample)[:_LONG]
    repeated = [_timed(long) for _ in range(20)]
    yield f"| Tariff assess, {_LONG:,} characters | {median(repeated) / 1e6:.3f} | |"


def _timed(prompt: str) -> float:
    started = perf_counter_ns()
    assess(prompt)
    return perf_counter_ns() - started


def _triple(
    rows: Sequence[Row], scores: Sequence[float], family: str, cheap: str, strong: str
) -> tuple[list[float], list[float], list[float]]:
    part = [number for number, row in enumerate(rows) if row.family == family]
    return pair_scores(
        [rows[number] for number in part], [scores[number] for number in part], cheap, strong
    )


def _interval(
    rows: Sequence[Row], scores: Sequence[float], pair: tuple[str, str, str], resamples: int
) -> Interval:
    measured = apgr_interval(*_triple(rows, scores, *pair), resamples)
    if measured is None:
        raise ValueError(f"{pair[2]} is not better than {pair[1]}: there is nothing to route")
    return measured


def _shown(measured: Interval | None) -> str:
    if measured is None:
        return "-"
    return f"{measured.value:.3f} [{measured.low:.3f}, {measured.high:.3f}]"


def _points(gain: Interval) -> str:
    return f"{100 * gain.value:+.1f} [{100 * gain.low:+.1f}, {100 * gain.high:+.1f}]"


if __name__ == "__main__":
    sys.exit(main())
