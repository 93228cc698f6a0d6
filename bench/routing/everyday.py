"""Measure the decision on labelled requests: the last table of ``make eval-router``.

Each request goes through the request parser of ``POST /v1/recommend``, with the default policy, and
is compared with the tier that a careful reader gave it.
"""

import json
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from statistics import mean
from typing import Any

from bench.routing.data import ROOT
from pricing.api.requests.recommendations import RecommendRequest
from pricing.recommendations.policy import LearnedPolicy
from pricing.recommendations.recommend import Recommendation, recommend
from tariff.prices import bundled_prices
from tariff.tables import markdown

TASKS = ROOT / "tests" / "data" / "routing"
SETS = ("later_tasks", "fresh_tasks", "everyday_tasks", "labelled_tasks")
TIERS = ("simple", "moderate", "complex")
_SENT = ("task", "system", "tools", "messages")
#: Equal requests, so that the costs compare tiers and not lengths.
_SIZE = {"expected_input_tokens": 1000, "expected_output_tokens": 500}


def everyday() -> None:
    """Measure the decision on the labelled requests of tests/data/routing.

    Prints Markdown tables.
    """
    table = [_row(name) for name in SETS]
    header = (
        "set",
        "agree",
        "English",
        "other languages",
        "complex and clear, tier simple",
        "abstains",
        "cost / cost of the labels",
        "mean confidence",
    )
    print(markdown(header, table))
    print(f"\n{_confusion('later_tasks')}")


def read(name: str) -> list[dict[str, Any]]:
    """Return the requests of a set, each with its label."""
    return [json.loads(line) for line in (TASKS / f"{name}.jsonl").read_text("utf-8").splitlines()]


def answers(tasks: Sequence[dict[str, Any]]) -> list[Recommendation]:
    """Return what the API recommends for each request, by itself."""
    return [_recommended({name: task[name] for name in _SENT if name in task}) for task in tasks]


def _row(name: str) -> list[object]:
    tasks = read(name)
    found = answers(tasks)
    pairs = list(zip(tasks, found, strict=True))
    right = [task for task, answer in pairs if answer.complexity == task["tier"]]
    english = sum(task.get("language", "en") == "en" for task in tasks)
    right_english = sum(task.get("language", "en") == "en" for task in right)
    hard = [answer for task, answer in pairs if task["tier"] == "complex" and task["clear"]]
    spent = sum((costs(answer)[answer.complexity] for answer in found), Decimal())
    labelled = sum((costs(answer)[task["tier"]] for task, answer in pairs), Decimal())
    return [
        name,
        f"{len(right)} of {len(tasks)} ({len(right) / len(tasks):.0%})",
        f"{right_english} of {english}",
        f"{len(right) - right_english} of {len(tasks) - english}",
        f"{sum(answer.complexity == 'simple' for answer in hard)} of {len(hard)}",
        sum(not answer.evidence for answer in found),
        f"{spent / labelled:.2f}",
        f"{mean(float(answer.confidence) for answer in found):.2f}",
    ]


def costs(answer: Recommendation) -> dict[str, Decimal]:
    """Return what the request costs on the policy's model for each tier."""
    found = {
        role: other.total_usd or Decimal() for other in answer.alternatives for role in other.roles
    }
    spent = answer.estimate.total_usd if answer.estimate is not None else Decimal()
    return {tier: found.get(tier, spent) for tier in TIERS}


def _confusion(name: str) -> str:
    tasks = read(name)
    counts: Counter[tuple[str, str]] = Counter(
        (task["tier"], answer.complexity)
        for task, answer in zip(tasks, answers(tasks), strict=True)
    )
    rows = [(label, *(counts[label, tier] for tier in TIERS)) for label in TIERS]
    return markdown((f"label in {name}", *TIERS), rows)


def _recommended(body: dict[str, Any]) -> Recommendation:
    query = RecommendRequest.model_validate({**body, **_SIZE}).query(datetime.now(UTC), _no_policy)
    return recommend(bundled_prices(), query).recommendations[0]


def _no_policy(name: str) -> LearnedPolicy:
    raise LookupError(name)
