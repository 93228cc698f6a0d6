"""The benchmark's own machinery. No figure is asserted: a busy machine must not fail a test."""

import json
import sys
from pathlib import Path

import pytest

from bench import warm_worker
from bench.__main__ import MEASUREMENTS
from bench.cold import LaunchFailed, child_environment, first_answer, imported
from bench.environments import HANDLERS
from bench.measurement import Measurement, Target
from tariff.command_line import Group, _Unimported
from tests.support.handlers import Event

PYTHON = Path(sys.executable)
on_linux = pytest.mark.skipif(
    sys.platform != "linux", reason="AWS publishes its runtime client for Linux only"
)


@pytest.fixture
def measurement() -> Measurement:
    samples = {"ours": [3.0, 1.0, 2.0], "theirs": [4.0, 4.0, 40.0]}
    return Measurement("Warm", samples, (Target("ours", "theirs", 0.5),))


def test_a_ratio_is_of_medians_so_one_slow_round_does_not_move_it(measurement: Measurement) -> None:
    assert measurement.median_ms("ours") == 2.0
    assert measurement.ratio("ours", "theirs") == 0.5


@pytest.mark.parametrize(("at_most", "met"), [(0.4999, False), (0.5, True), (0.5001, True)])
def test_a_target_is_met_up_to_and_including_its_figure(
    measurement: Measurement, at_most: float, met: bool
) -> None:
    assert measurement.met(Target("ours", "theirs", at_most)) is met


def test_the_table_shows_medians_ratios_and_whether_each_target_is_met(
    measurement: Measurement,
) -> None:
    assert measurement.table().splitlines() == [
        "Warm",
        "",
        "        median ms  fastest ms  x theirs",
        "ours        2.000       1.000      0.50",
        "theirs      4.000       4.000      1.00",
        "",
        "met      0.500, target at most 0.5: ours / theirs",
    ]


def test_a_missed_target_says_so() -> None:
    missed = Measurement("Cold", {"a": [2.0], "b": [1.0]}, (Target("a", "b", 1.5),))
    assert missed.table().splitlines()[-1] == "NOT MET  2.000, target at most 1.5: a / b"
    assert missed.figures()["targets"] == [
        {"subject": "a", "reference": "b", "at_most": 1.5, "ratio": 2.0, "met": False}
    ]


@pytest.mark.parametrize("name", ["tariff", "plain_arithmetic"])
def test_a_warm_call_gives_the_right_total_before_it_is_timed(name: str) -> None:
    assert warm_worker.median_ns(warm_worker.prepared(name), 1) > 0


def test_a_call_with_another_total_is_not_timed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(warm_worker, "USD", warm_worker.USD + 2 * warm_worker.TOLERANCE)
    with pytest.raises(ValueError, match="its time cannot be compared"):
        warm_worker.prepared("plain_arithmetic")


@on_linux
def test_a_cold_start_ends_with_the_handlers_first_answer(event: Event) -> None:
    seconds, reply = first_answer(
        PYTHON, HANDLERS / "bare", child_environment(()), event("estimate")
    )
    assert seconds > 0
    assert json.loads(reply["body"]) == {"model": "claude-sonnet-5-5"}


@on_linux
def test_a_handler_that_raises_is_reported_and_not_measured() -> None:
    with pytest.raises(LaunchFailed, match="KeyError"):
        first_answer(PYTHON, HANDLERS / "bare", child_environment(()), {"no": "body"})


@on_linux
def test_a_handler_that_cannot_start_is_reported_and_not_measured(tmp_path: Path) -> None:
    with pytest.raises(LaunchFailed, match="No module named 'app'"):
        first_answer(PYTHON, tmp_path, child_environment(()), {})


def test_an_import_is_timed_only_when_it_succeeds() -> None:
    assert imported(PYTHON, "json", child_environment(())) > 0
    with pytest.raises(LaunchFailed, match="no_such_module"):
        imported(PYTHON, "no_such_module", child_environment(()))


def test_every_measurement_is_listed_with_its_help() -> None:
    functions = [
        function
        for entry in MEASUREMENTS.values()
        for function in (entry.commands.values() if isinstance(entry, Group) else (entry,))
    ]
    assert len(functions) == 8
    assert all(_Unimported("", str(function)).short_help.endswith(".") for function in functions)
