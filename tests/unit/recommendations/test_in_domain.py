"""A caller's own outcomes: what is learned from them, and that it is measured fairly."""

import json
from itertools import cycle

import pytest

from pricing.recommendations.routing import InDomainModel, Outcome, area, curve_of, held_out, train

HARD = ["reconcile the ledger of", "settle the dispute over", "untangle the schema of"]
EASY = ["look up the price of", "name the colour of", "spell the title of"]
THINGS = ["apples", "boats", "clouds", "drums", "eggs", "flutes", "gates", "hats", "inks", "jars"]


def traffic(rows: int) -> list[Outcome]:
    """The strong model gains on the hard half only."""
    openings = cycle(zip(HARD, EASY, strict=True))
    found = []
    for number in range(rows // 2):
        hard, easy = next(openings)
        thing = f"{THINGS[number % len(THINGS)]} {number}"
        found += [Outcome(f"{hard} {thing}", 0, 1), Outcome(f"{easy} {thing}", 1, 1)]
    return found


def quality(rows: list[Outcome], scores: list[float]) -> float | None:
    """The mean share of the gap that is recovered, sending the highest scores first."""
    order = sorted(range(len(rows)), key=scores.__getitem__, reverse=True)
    curve = curve_of([rows[number].strong_ok - rows[number].cheap_ok for number in order])
    return None if curve is None else area(curve)


def test_what_distinguishes_the_traffic_is_learned_from_a_hundred_outcomes() -> None:
    rows = traffic(400)
    model = train(rows[:100])
    rest = rows[100:]
    assert quality(rest, [model.score(row.task) for row in rest]) == pytest.approx(0.75, abs=0.01)


def test_held_out_scores_find_the_same_without_seeing_the_row() -> None:
    rows = traffic(300)
    assert quality(rows, held_out(rows).ranks()) == pytest.approx(0.75, abs=0.02)


def test_held_out_scores_are_ranks_so_every_fold_has_the_same_mean() -> None:
    rows = traffic(50)
    scores = held_out(rows).ranks()
    assert sum(scores) / len(scores) == pytest.approx(0.5)
    assert all(0 < score < 1 for score in scores)


def test_a_regular_order_of_the_rows_does_not_meet_the_folds() -> None:
    # Six openings in turn: folds by place would hold openings that training never saw.
    rows = traffic(300)
    assert quality(rows, held_out(rows).ranks()) == pytest.approx(0.75, abs=0.02)


def test_labels_that_have_nothing_to_do_with_the_task_are_not_learned_across_copies() -> None:
    # The same 20 tasks, ten times each: a copy in another fold would tell a row its own outcome.
    tasks = [f"describe {thing}" for thing in THINGS] + [f"paint {thing}" for thing in THINGS]
    rows = [Outcome(task, (number * 7) % 3 == 0, 1) for number, task in enumerate(tasks)] * 10
    scores = held_out(rows).ranks()
    by_task = {row.task: score for row, score in zip(rows, scores, strict=True)}
    assert all(by_task[row.task] == score for row, score in zip(rows, scores, strict=True))
    found = quality(rows, scores)
    assert found is not None
    assert found < 0.7


def test_the_same_rows_give_the_same_model() -> None:
    assert train(traffic(60)) == train(traffic(60))


def test_a_model_survives_json_and_holds_no_words() -> None:
    model = train(traffic(60))
    text = json.dumps(model.to_json())
    assert InDomainModel.from_json(json.loads(text)) == model
    assert "ledger" not in text


@pytest.mark.parametrize("rows", [[], [Outcome("", 0, 0)], [Outcome("a task", 1, 0)] * 3])
def test_little_or_nothing_to_learn_from_is_not_an_error(rows: list[Outcome]) -> None:
    model = train(rows)
    assert model.score("a task") == pytest.approx(
        sum(r.strong_ok - r.cheap_ok for r in rows) / max(1, len(rows))
    )
    assert len(held_out(rows).ranks()) == len(rows)
