"""Score prompts with LiteLLM's two local heuristics, in the environment that has LiteLLM.

``python -m bench.routing.peers`` (run by ``bench.routing.evaluate`` with .venv-bench) reads a JSON
list of prompts from standard input and writes, for ``v1`` and ``v2``, a score and the nanoseconds
of CPU of every prompt. v1 is the complexity router's weighted score; v2 is one minus the tier
predictor's probability of the lowest tier.
"""

import json
import logging
import os
import sys
from collections.abc import Callable, Mapping
from contextlib import redirect_stdout
from time import thread_time_ns
from typing import Any


def scorers() -> Mapping[str, Callable[[str], float]]:
    """Return both heuristics with their defaults."""
    from litellm.router_strategy.adaptive_router.classifier import classify_prompt
    from litellm.router_strategy.complexity_router.complexity_router import ComplexityRouter
    from litellm.router_strategy.complexity_router.tier_predictor import (
        TierSuccessPredictor,
        resolve_tier_artifact,
    )

    router: Any = ComplexityRouter(
        model_name="measured", litellm_router_instance=None, derive_savings_baseline=False
    )
    predictor: Any = TierSuccessPredictor(resolve_tier_artifact("ultrafeedback"))

    def first(prompt: str) -> float:
        return float(router.classify(prompt)[1])

    def second(prompt: str) -> float:
        return 1 - float(predictor.predict(prompt, classify_prompt(prompt)).probabilities[1])

    return {"v1": first, "v2": second}


def main() -> None:
    """Score and time every prompt once, after a call that only warms up."""
    prompts = json.load(sys.stdin)
    answers = sys.stdout
    found: dict[str, dict[str, list[float]]] = {}
    with open(os.devnull, "w", encoding="utf-8") as discarded, redirect_stdout(discarded):  # noqa: PTH123 - a device, not a path
        for name, score in scorers().items():
            scores: list[float] = []
            durations: list[float] = []
            score("warm up")
            for prompt in prompts:
                started = thread_time_ns()
                scores.append(score(prompt))
                durations.append(thread_time_ns() - started)
            found[name] = {"scores": scores, "ns": durations}
    json.dump(found, answers)


if __name__ == "__main__":
    logging.disable(logging.CRITICAL)
    main()
