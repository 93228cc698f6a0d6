"""What a whole refresh takes: ``make refresh-bench``.

Both lists of the pinned packages, several thousand entries, served from loopback; the function
runs in a process of its own per round, so that memory is a refresh's own. Two kinds of round:
one in which nothing changed, and one in which every price of a provider moved by a tenth.
"""

import argparse
import json
import logging
import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence

from moto.server import ThreadedMotoServer

from pricing.store import bundled
from tariff.catalogue.published import installed
from tariff.template import ROOT, load_template
from tests.slow.corrupt_refreshes.lists import SOURCES, Answer
from tests.support.refreshing import refreshing
from tests.support.tables import REGION, SECRET, fresh_table

MEGABYTE = 1024
BUDGET_SECONDS = 60


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the figures; 1 when the budget is missed."""
    parser = argparse.ArgumentParser(description="Measure a whole refresh.")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--one", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.one:
        return _one()
    os.environ |= {
        "AWS_ACCESS_KEY_ID": SECRET,
        "AWS_SECRET_ACCESS_KEY": SECRET,
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
    }
    lists = {name: installed(name) for name in SOURCES}
    genai = sum(len(provider["models"]) for provider in json.loads(lists["genai-prices"]))
    print(f"{genai} entries of genai-prices, {len(json.loads(lists['litellm']))} of litellm;")
    print(f"{len(bundled.current())} models in the active version")
    logging.getLogger("werkzeug").setLevel(logging.ERROR)  # a line a request
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    slowest = 0.0
    try:
        for kind in ("nothing changed", "a provider's prices moved"):
            seconds, memory = [], []
            for _ in range(options.rounds):
                with (
                    fresh_table(load_template(), f"http://{host}:{port}") as table,
                    refreshing(table, lists, bundled.current()) as found,
                ):
                    if kind != "nothing changed":
                        for name in SOURCES:
                            found.serve(name, Answer(_moved(name, lists[name])))
                    figures = json.loads(_run(found.environment))
                    items = table.client.scan(TableName=table.name)["Items"]
                seconds.append(figures["seconds"])
                memory.append(figures["megabytes"])
                sizes = {
                    f"{i['pk']['S']} {i['sk']['S']}": len(json.dumps(i, default=str)) for i in items
                }
            slowest = max(slowest, *seconds)
            print(
                f"{kind}: {statistics.median(seconds):.2f} s median, {max(seconds):.2f} s slowest,"
                f" {max(memory):.0f} MB peak; {figures['outcome']}, {figures['changed']} fields"
            )
            for key, size in sorted(sizes.items()):
                print(f"    {size / 1000:8.1f} kB  {key}")
    finally:
        server.stop()
    return int(slowest > BUDGET_SECONDS)


def _moved(source: str, content: bytes) -> bytes:
    """Every OpenAI price a tenth higher, in both lists: two sources agree."""
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


def _run(environment: dict[str, str]) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "bench.refresh", "--one"],
        env={**os.environ, **environment},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.splitlines()[-1]


def _one() -> int:
    from functions.refresh_pricing.app import lambda_handler

    started = time.perf_counter()
    answer = lambda_handler({"scheduled_time": "2026-11-24T03:00:00Z"}, None)
    figures = {
        "seconds": time.perf_counter() - started,
        "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / MEGABYTE,
        "outcome": answer["outcome"],
        "changed": answer.get("changed"),
    }
    print(json.dumps(figures))
    return 0


if __name__ == "__main__":
    sys.exit(main())
