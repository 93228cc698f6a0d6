"""Measure a whole refresh: ``python -m bench refresh``.

The complete lists of the pinned packages, several thousand entries, are served from loopback. The
function runs in a process of its own per round, so that its memory is that of one refresh. In one
kind of round nothing changes; in the other every price of a provider rises by a tenth.
"""

import json
import os
import statistics
import subprocess
import sys
import time
from typing import Annotated, Any
from unittest import mock

from typer import Option

from bench.measurement import peak_megabytes
from pricing.store import bundled
from tariff.catalogue.published import installed
from tariff.paths import ROOT
from tariff.serve.embedded_store import moto_server
from tariff.template import load_template
from tests.slow.corrupt_refreshes.lists import SOURCES
from tests.support.handlers import CONTEXT
from tests.support.price_server import Answer
from tests.support.refreshing import refreshing
from tests.support.tables import CREDENTIALS, fresh_table

BUDGET_SECONDS = 60


def refresh(rounds: Annotated[int, Option(min=1, help="Rounds of each kind.")] = 5) -> int:
    """Measure the time, memory and item sizes of a refresh.

    Fails when a refresh takes more than 60 seconds.
    """
    lists = {name: installed(name) for name in SOURCES}
    genai = sum(len(provider["models"]) for provider in json.loads(lists["genai-prices"]))
    print(f"{genai} entries of genai-prices, {len(json.loads(lists['litellm']))} of litellm;")
    print(f"{len(bundled.current())} models in the active version")
    raised = {name: _raised(name, content) for name, content in lists.items()}
    slowest = 0.0
    with mock.patch.dict(os.environ, CREDENTIALS), moto_server() as url:
        for kind, changes in (("nothing changed", {}), ("a provider's prices rose", raised)):
            seconds, memory = [], []
            for _ in range(rounds):
                with (
                    fresh_table(load_template(), url) as table,
                    refreshing(table, lists, bundled.current()) as found,
                ):
                    for name, content in changes.items():
                        found.serve(name, Answer(content))
                    figures = _in_process(found.environment)
                    items = table.client.scan(TableName=table.name)["Items"]
                seconds.append(figures["seconds"])
                memory.append(figures["megabytes"])
            slowest = max(slowest, *seconds)
            print(
                f"{kind}: {statistics.median(seconds):.2f} s median, {max(seconds):.2f} s slowest,"
                f" {max(memory):.0f} MB peak; {figures['outcome']}, {figures['changed']} fields"
            )
            sizes = {
                f"{i['pk']['S']} {i['sk']['S']}": len(json.dumps(i, default=str)) for i in items
            }
            for key, size in sorted(sizes.items()):
                print(f"    {size / 1000:8.1f} kB  {key}")
    return int(slowest > BUDGET_SECONDS)


def _raised(source: str, content: bytes) -> bytes:
    """Raise every OpenAI price of a list by a tenth; both lists agree on the new prices."""
    document = json.loads(content)
    if source == "litellm":
        for entry in document.values():
            if entry.get("litellm_provider") == "openai":
                for key in entry:
                    if "cost_per_token" in key or "token_cost" in key:
                        entry[key] = float(f"{entry[key] * 1.1:.12g}")
    else:
        for provider in document:
            if provider["id"] == "openai":
                for model in provider["models"]:
                    if isinstance(model["prices"], dict):
                        model["prices"] = {
                            key: float(f"{value * 1.1:.12g}")
                            if key.endswith("_mtok") and not isinstance(value, dict)
                            else value
                            for key, value in model["prices"].items()
                        }
    return json.dumps(document).encode()


def _in_process(environment: dict[str, str]) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "bench.refresh"],
        env={**os.environ, **environment},
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    figures: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return figures


def _measure_this_process() -> None:
    from functions.refresh_pricing.app import lambda_handler

    started = time.perf_counter()
    answer = lambda_handler({}, CONTEXT)
    figures = {
        "seconds": time.perf_counter() - started,
        "megabytes": peak_megabytes(),
        "outcome": answer["outcome"],
        "changed": answer.get("changed"),
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    _measure_this_process()
