"""What training and evaluation rest on, on made data; and the shipped artefact."""

import gzip
import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from random import Random

import pytest

from bench.routing.data import CHEAP, COLLECTIONS, STRONG, Row, hashes, read_rows, without_stems_of
from bench.routing.lesson import lesson_score
from bench.routing.measures import control_gain, expected_calibration_error, pair_scores
from pricing.recommendations.routing.difficulty import shipped
from pricing.recommendations.routing.features import NAMES, features
from pricing.recommendations.routing.reading import read
from tariff.template import ROOT

DATA = ROOT / "layers" / "pricing" / "pricing" / "recommendations" / "routing"
REPORT = json.loads((DATA / "report.json").read_text(encoding="utf-8"))


def row(prompt: str, scores: Mapping[str, float] | None = None) -> Row:
    return Row("mmlupro", "mmlupro: made", prompt, scores or {})


def test_the_report_belongs_to_the_weights_next_to_it() -> None:
    weights = (DATA / "weights.py").read_bytes()
    assert hashlib.sha256(weights).hexdigest() == REPORT["weights_sha256"]
    assert len(weights) + (DATA / "report.json").stat().st_size <= 200_000


def test_the_report_names_its_data_by_hash() -> None:
    assert REPORT["data_sha256"].keys() == set(COLLECTIONS) == REPORT["rows"].keys()
    assert all(len(digest) == 64 for digest in REPORT["data_sha256"].values())


def test_the_weights_are_for_the_features_that_are_computed() -> None:
    weights = shipped()
    assert tuple(one.name for one in weights.shapes) == NAMES
    assert len(features(read("Two words."))) == len(NAMES)
    assert list(weights.ranks) == sorted(weights.ranks)
    assert list(weights.qualities) == sorted(weights.qualities)
    assert all(slope > 0 for slope, _ in weights.chances.values())
    assert dict(weights.outcomes) == REPORT["outcomes_by_kind"]
    assert sum(weights.outcomes.values()) == sum(REPORT["rows"].values())


def test_the_page_shows_the_reports_figures() -> None:
    page = (ROOT / "docs" / "routing.md").read_text(encoding="utf-8")
    held_out = REPORT["leave_one_family_out"]
    pairs = [figure for pair in held_out["pairs"].values() for figure in pair.values()]
    errors = held_out["calibration_error"].values()
    means = held_out["mean_score"], held_out["mean_decision"], REPORT["calibration_error"]
    for figure in (*pairs, *means, *errors):
        assert f"{figure:.3f}" in page


def test_rows_with_both_outcomes_are_read_with_their_family_and_task(tmp_path: Path) -> None:
    for name in COLLECTIONS:
        scores = {CHEAP[name][0]: 1.0, STRONG[name][0]: 1.0}
        known = {"prompt": f"p {name}", "scores": scores, "meta": {"subject": "maths"}}
        unknown = known | {"scores": {STRONG[name][0]: 1.0}}
        line = f"{json.dumps(known)}\n{json.dumps(unknown)}"
        (tmp_path / f"{name}.jsonl.gz").write_bytes(gzip.compress(f"{line}\n".encode()))
    found = read_rows(tmp_path)
    assert [(one.family, one.task) for one in found] == [
        (name, f"{name}: maths") for name in COLLECTIONS
    ]
    assert hashes(tmp_path).keys() == set(COLLECTIONS)


def test_a_missing_collection_is_an_error_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=COLLECTIONS[0]):
        read_rows(tmp_path)


def test_wrong_and_strong_are_means_over_the_models_that_answered() -> None:
    one = row("q", {"llama-3.1-8b": 1.0, "phi-3-mini": 0.0, "llama-3.1-70b": 1.0})
    assert one.wrong() == 0.5
    assert one.strong() == 1.0


@pytest.mark.parametrize(
    "again",
    [
        "Which gas is noble, and why is it?\nA. Neon\nB. Iron",
        "which gas is noble  and why is it",
        "Which gas is noble, and why is it?\n(A) Neon\n(B) Iron",
    ],
)
def test_a_held_out_question_is_not_trained_on_in_another_dress(again: str) -> None:
    held_out = [row("Which gas is noble, and why is it?\nA. Tin\nB. Neon")]
    rest = [row("Another question altogether, is it not?"), row(again)]
    assert without_stems_of(held_out, rest) == [0]


def test_a_question_that_only_ends_alike_is_left_out_too() -> None:
    ending = "which has a long and characteristic ending of more than fifty letters"
    assert without_stems_of([row(f"First, {ending}")], [row(f"Second, {ending}")]) == []


def test_calibration_error_is_the_gap_between_predicted_and_true_shares() -> None:
    assert expected_calibration_error([0.2] * 10, [1, 0, 0, 0, 0] * 2) == pytest.approx(0.32)
    said = [number / 100 for number in range(100)]
    assert expected_calibration_error(said, said) == 0
    assert expected_calibration_error([0.9] * 20, [0] * 20) == pytest.approx(0.9)


def test_the_control_is_beaten_by_knowledge_and_not_by_chance() -> None:
    chance = Random(3)  # noqa: S311 - made data
    cheap = [float(chance.random() < 0.5) for _ in range(2000)]
    strong = [1.0] * 2000
    knowing = control_gain([1 - one for one in cheap], cheap, strong, share=0.5)
    guessing = control_gain([chance.random() for _ in cheap], cheap, strong, share=0.5)
    # Half the calls recover nearly all of the gap of 0.5; the control recovers half of it.
    assert knowing.value == pytest.approx(0.25, abs=0.02)
    assert knowing.low > 0.2
    assert guessing.low < 0 < guessing.high


def test_pairs_are_measured_where_both_models_answered() -> None:
    rows = [row("a", {"x": 1.0, "y": 0.0}), row("b", {"x": 1.0}), row("c", {"x": 0.0, "y": 1.0})]
    assert pair_scores(rows, [0.1, 0.2, 0.3], "x", "y") == ([0.1, 0.3], [1.0, 0.0], [0.0, 1.0])


@pytest.mark.parametrize(
    ("task", "score"),
    [
        ("Extract the email from this text", 0),
        ("Refactor this function to use async/await", 1),
        # The lesson expects complex here; its own rule says simple.
        ("Design a distributed cache with consistency guarantees", 0),
        ("Weigh the trade-offs", 2),
    ],
)
def test_the_lessons_rule_is_the_lessons(task: str, score: float) -> None:
    assert lesson_score(task) == score
