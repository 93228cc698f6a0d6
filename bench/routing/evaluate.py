"""Measure the router: ``make eval-router ROUTING_DATA=FOLDER`` prints Markdown tables.

Every family is scored by weights that saw neither the family nor any of its questions. The router
is compared with the lesson's keyword rule, the length of the prompt, LiteLLM's two heuristics, and
a control that sends as many prompts to the strong model, chosen at random. Ties count in their
expected order; the intervals are 95%, from a bootstrap over the prompts.
"""

import json
import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from random import Random
from statistics import mean, median, quantiles
from time import thread_time_ns
from typing import Annotated

from typer import Option

from bench.routing.data import PAIRS, RANKED, ROOT, Row, read_rows
from bench.routing.dial import policies, strong_shares
from bench.routing.fit import (
    Read,
    calibrated,
    calibration_error,
    held_out_scores,
    read_all,
    with_known_ranks,
)
from bench.routing.lesson import lesson_score
from bench.routing.measures import (
    RANDOM,
    HeldOut,
    Interval,
    apgr_interval,
    control_gain,
    cpt,
    pair_scores,
)
from bench.routing.nested import nested
from pricing.recommendations.routing.assessment import assess
from pricing.recommendations.routing.in_domain import Outcome, train
from tariff.tables import markdown

PEERS = ROOT / ".venv-bench" / "bin" / "python"
OURS, TIERS = "difficulty", "decision"
_TIMED = 2000
_LABELS = 300
_LONG = 100_000
_SHARES = (0.25, 0.5, 0.75)


def evaluate(
    data: Annotated[Path, Option(help="The folder of outcomes.")],
    resamples: Annotated[int, Option(min=1, help="Resamples of the bootstrap.")] = 200,
) -> None:
    """Measure the classifier on held-out families.

    Prints Markdown tables.
    """
    rows = read_rows(data)
    features = read_all(rows)
    held_out = held_out_scores(features)
    peers = peer_answers([row.prompt for row in rows])
    ours, tiers = [0.0] * len(rows), [0.0] * len(rows)
    for family in held_out.values():
        for number, score, tier in zip(family.numbers, family.scores, family.tiers(), strict=True):
            ours[number], tiers[number] = score, tier
    columns = {
        OURS: ours,
        TIERS: tiers,
        "lesson's rule": [lesson_score(row.prompt) for row in rows],
        "length": [float(len(row.prompt)) for row in rows],
        "LiteLLM v1": peers["v1"]["scores"],
        "LiteLLM v2": peers["v2"]["scores"],
    }
    for part in (
        quality(rows, columns, resamples),
        within_tasks(rows, ours, resamples),
        calibration(features, held_out),
        strong_shares(rows, held_out, resamples),
        nested(features),
        labels(rows, held_out, resamples),
        policies(rows, held_out),
        latency(rows, peers),
    ):
        print(part.rstrip(), end="\n\n", flush=True)


def peer_answers(prompts: Sequence[str]) -> dict[str, dict[str, list[float]]]:
    """Return the scores of LiteLLM's heuristics, and the time of each."""
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


def quality(rows: Sequence[Row], columns: Mapping[str, Sequence[float]], resamples: int) -> str:
    """Return a table of APGR by family and pair, CPT, and the gain over the control."""
    found: dict[str, list[Interval]] = {name: [] for name in columns}
    gains: list[list[float]] = []
    table: list[list[object]] = []
    for family, cheap, strong in PAIRS:
        for name, scores in columns.items():
            measured = _interval(rows, scores, (family, cheap, strong), resamples)
            found[name].append(measured)
        triple = _triple(rows, columns[OURS], family, cheap, strong)
        gains.append([control_gain(*triple, share=share, resamples=1).value for share in _SHARES])
        table.append(
            [
                family,
                f"{cheap} -> {strong}",
                f"{len(triple[0]):,}",
                *(_shown(intervals[-1]) for intervals in found.values()),
                *(f"{100 * (cpt(*triple, quality) or 0):.0f}%" for quality in (0.5, 0.8)),
                _points(control_gain(*triple, share=0.5, resamples=resamples)),
            ]
        )
    means = [f"**{mean(i.value for i in intervals):.3f}**" for intervals in found.values()]
    counts = [
        f"{sum(i.low > RANDOM for i in intervals)} / {sum(i.high < RANDOM for i in intervals)}"
        for intervals in found.values()
    ]
    table.append(["**mean**", "", "", *means, "", "", ""])
    many = [number for number, pair in enumerate(PAIRS) if pair[0] in RANKED]
    means = [f"**{mean(own[n].value for n in many):.3f}**" for own in found.values()]
    table.append(["**mean without planning**", "", "", *means, "", "", ""])
    table.append(["significantly above / below 0.5", "", "", *counts, "", "", ""])
    header = ["held out", "cheap -> strong", "n", *columns, "CPT(50)", "CPT(80)", "control"]
    averages = [100 * mean(column) for column in zip(*gains, strict=True)]
    shown = " / ".join(f"{average:+.2f}" for average in averages)
    return (
        f"{markdown(header, table)}\n"
        "Control: points of quality over the same number of strong calls distributed at random, at"
        f" 50% strong calls. Mean at 25 / 50 / 75% strong calls: {shown}."
    )


def within_tasks(rows: Sequence[Row], scores: Sequence[float], resamples: int) -> str:
    """Summarise APGR inside each benchmark or subject of a held-out family, the hardest case."""
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
    return (
        f"Inside single benchmarks and subjects ({len(values)} with a better strong model): mean"
        f" {mean(values):.3f}, median {median(values):.3f}; significantly above 0.5 in"
        f" {len(above)}, below in {len(below)}{': ' if below else ''}{', '.join(below)}."
    )


def calibration(data: Read, held_out: Mapping[str, HeldOut]) -> str:
    """Return a table of calibration errors on families that neither weights nor curve had seen.

    Below it is the error on unseen prompts of families that they had seen.
    """
    errors = calibration_error(data, held_out)
    rows = [(name, f"{error:.3f}") for name, error in errors.items()]
    _, known = calibrated(with_known_ranks(data, held_out), data)
    return (
        f"{markdown(('held out', 'expected calibration error of P(cheap wrong)'), rows)}\n"
        f"On unseen prompts of known families: {known:.3f}."
    )


def labels(rows: Sequence[Row], held_out: Mapping[str, HeldOut], resamples: int) -> str:
    """Return a table of APGR with 300 labels of a family that the weights had not seen."""
    table = []
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
        table.append((family, f"{cheap} -> {strong}", _shown(measured)))
    return markdown(("family", "pair", f"APGR with {_LABELS} labels, on the rest"), table)


def latency(rows: Sequence[Row], peers: Mapping[str, Mapping[str, list[float]]]) -> str:
    """Return a table of CPU milliseconds a task, of the same tasks in the same run."""
    step = max(1, len(rows) // _TIMED)
    sample = [row.prompt for row in rows[::step]]
    assess("warm up")
    found = {"Tariff assess": [_timed(prompt) for prompt in sample]}
    found |= {f"LiteLLM {name}": answers["ns"][::step] for name, answers in peers.items()}
    table = [
        (name, f"{median(times) / 1e6:.3f}", f"{quantiles(times, n=100)[-1] / 1e6:.3f}")
        for name, times in found.items()
    ]
    long = "\n".join(sample)[:_LONG]
    repeated = median([_timed(long) for _ in range(20)])
    table.append((f"Tariff assess, {_LONG:,} characters", f"{repeated / 1e6:.3f}", ""))
    return markdown(("one task", "p50 CPU ms", "p99 CPU ms"), table)


def _timed(prompt: str) -> float:
    started = thread_time_ns()
    assess(prompt)
    return thread_time_ns() - started


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
