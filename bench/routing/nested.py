"""Measure what the choice of the fit is worth: nested leave-one-family-out.

The recipe of the fit was chosen on the same families that it is measured on. Here it is chosen for
each family by leaving one out among the *others*, so that the family takes no part in the choice.
"""

from statistics import mean

from bench.routing.data import COLLECTIONS, PAIRS, RANKED
from bench.routing.fit import CHOSEN, Read, Recipe, fits, scores, with_ranks, without
from bench.routing.measures import apgr, pair_scores
from pricing.recommendations.routing.difficulty import Weights
from tariff.tables import markdown

RECIPES = tuple(
    Recipe(alpha, targets)
    for alpha in (3_000.0, 10_000.0, 30_000.0)
    for targets in ((0.5, 1.0, 0.5, 0.5), (0.5, 1.0, 0.0, 0.0), (1.0, 1.0, 1.0, 1.0))
)


def nested(data: Read) -> str:
    """Return a table of the score by the recipe that the other families choose."""
    table: list[list[object]] = []
    values: list[float] = []
    many: list[float] = []
    for family in COLLECTIONS:
        held, rest = without(family, data.rows)
        own, others = data.part(held), data.part(rest)
        inner = [_by_recipe(others, other) for other in COLLECTIONS if other != family]
        best = max(
            range(len(RECIPES)),
            key=lambda number: mean(found[number] for pair in inner for found in pair),
        )
        [fitted] = fits(others, [RECIPES[best]])
        found = _measured(own, others, fitted, family)
        values += found
        many += found if family in RANKED else []
        table.append([family, *_shown(RECIPES[best]), f"{mean(found):.3f}"])
    for name, own_values in (("mean of the pairs", values), ("mean without planning", many)):
        table.append([f"**{name}**", "", "", f"**{mean(own_values):.3f}**"])
    header = ("held out", "penalty", "weights of the targets", "difficulty, nested")
    shipped = " and ".join(_shown(CHOSEN))
    return f"{markdown(header, table)}\nOf {len(RECIPES)} recipes; the shipped one is {shipped}."


def _by_recipe(data: Read, family: str) -> list[list[float]]:
    """Return the APGR of a family's pairs, by pair and recipe, from weights without it."""
    held, rest = without(family, data.rows)
    own, others = data.part(held), data.part(rest)
    found = [_measured(own, others, fitted, family) for fitted in fits(others, RECIPES)]
    return [list(pair) for pair in zip(*found, strict=True)]


def _measured(own: Read, others: Read, fitted: Weights, family: str) -> list[float]:
    """Return the APGR of a family's pairs; requests are placed by the scores of the others."""
    known = [number for number, row in enumerate(others.rows) if row.family in RANKED]
    found = scores(with_ranks(fitted, others, {"all": (known, fitted)}), own)
    return [
        apgr(*pair_scores(own.rows, found, cheap, strong)) or 0.0
        for name, cheap, strong in PAIRS
        if name == family
    ]


def _shown(recipe: Recipe) -> tuple[str, str]:
    return f"{recipe.alpha:,.0f}", " / ".join(map(str, recipe.targets))
