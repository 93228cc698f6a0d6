"""A hundred rollbacks while estimates are asked for: none fails, and everyone follows in time.

``python -m tests.slow.rollbacks`` runs instances of the estimate function, each with its own cache,
and flips the active version through the administrators' function. Every answer must name a version
that was active at some moment between one cache time before its question and its answer, and its
total must be that version's.
"""

import argparse
import contextlib
import json
import os
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import Any
from unittest import mock

from pricing.store.ledger import Ledger
from tariff.dynamodb_local import DynamoDBLocal
from tariff.template import ROOT, load_template
from tests.support.books import PLAIN, RATES, book, row
from tests.support.handlers import Handler, handler
from tests.support.tables import REGION, SECRET, StoreTable, fresh_table

FLIPS = 100
INSTANCES = 8
CACHE_SECONDS = 0.25
#: One call of a million input tokens costs its price.
TOTALS = {"v1": "3", "v2": "4"}
ESTIMATE = {"model": "acme/rocket", "usage": {"input_tokens": 1_000_000, "output_tokens": 0}}


@dataclass(frozen=True, slots=True)
class Answered:
    """One estimate: when it was asked and answered, its status, version and total."""

    asked: float
    answered: float
    status: int
    version: str
    total: str


@dataclass(frozen=True, slots=True)
class Flip:
    """One activation: from ``asked`` on the version may be seen, from ``answered`` on it is."""

    asked: float
    answered: float
    version: str


@dataclass(slots=True)
class Record:
    """What happened, and what of it should not have."""

    flips: list[Flip] = field(default_factory=list)
    answers: list[Answered] = field(default_factory=list)

    def faults(self, cache_seconds: float) -> list[str]:
        """Failed estimates, wrong totals, and versions that were not active any more or yet."""
        ends = [*(one.answered for one in self.flips[1:]), float("inf")]
        found = []
        for one in self.answers:
            if one.status != HTTPStatus.OK:
                found.append(f"an estimate was answered {one.status}")
            elif one.total != TOTALS[one.version]:
                found.append(f"{one.version} costs {TOTALS[one.version]}, not {one.total}")
            elif not any(
                flip.version == one.version
                and flip.asked <= one.answered
                and one.asked - cache_seconds <= end
                for flip, end in zip(self.flips, ends, strict=True)
            ):
                found.append(f"{one.version} was answered when it was not active")
        return found

    def slowest(self) -> float:
        """The longest time after a flip in which a client still got the version before.

        In seconds from the flip's acknowledgement to the question.
        """
        late = [
            one.asked - flip.answered
            for flip, follower in zip(self.flips, [*self.flips[1:], None], strict=True)
            for one in self.answers
            if one.version != flip.version
            and one.asked >= flip.answered
            and (follower is None or one.answered < follower.asked)
        ]
        return max(late, default=0.0)


def flip_under_load(
    table: StoreTable,
    *,
    flips: int = FLIPS,
    instances: int = INSTANCES,
    cache_seconds: float = CACHE_SECONDS,
) -> Record:
    """Flip between two versions while every instance keeps estimating."""
    client: Any = table.client
    ledger = Ledger(table.name, client, client)
    for version, price in TOTALS.items():
        lists = {"standard": {"rates": {**RATES, "input": price}}}
        one = book(version, [row("rocket", prices=[{"source": "list", "lists": lists}])])
        ledger.propose(one, proposal=PLAIN)
    record = Record()
    done = threading.Event()
    environment = {
        **table.environment(),
        "TARIFF_RECHECK_SECONDS": str(cache_seconds),
        "AWS_REGION": REGION,
        "AWS_ACCESS_KEY_ID": SECRET,
        "AWS_SECRET_ACCESS_KEY": SECRET,
    }
    with (
        mock.patch.dict(os.environ, environment),
        Path(os.devnull).open("w", encoding="utf-8") as nowhere,
        contextlib.redirect_stdout(nowhere),
        ThreadPoolExecutor(instances) as threads,
    ):
        admin = handler("pricing_admin")
        record.flips.append(_flip(admin, "v1", 0))
        loads = [
            threads.submit(_estimate_until, done, handler("estimate")) for _ in range(instances)
        ]
        try:
            for revision in range(1, flips + 1):
                # Longer than the cache time, and not in step with it.
                time.sleep(cache_seconds * (1.1 + revision % 7 / 10))
                record.flips.append(_flip(admin, ("v1", "v2")[revision % 2], revision))
            time.sleep(2 * cache_seconds)
        finally:
            done.set()
        for load in loads:
            record.answers += load.result()
    return record


def _event(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((ROOT / "events" / f"{name}.json").read_text("utf-8"))
    return found


def _flip(admin: Handler, version: str, revision: int) -> Flip:
    event = _event("pricing_admin")
    event["headers"].pop("idempotency-key")
    event["pathParameters"] = {"id": version}
    event["rawPath"] = f"/v1/pricing/versions/{version}/activate"
    event["body"] = json.dumps({"reason": "To and fro.", "expected_revision": revision})
    asked = time.monotonic()
    reply = admin(event, None)
    answered = time.monotonic()
    if reply["statusCode"] != HTTPStatus.OK:
        raise RuntimeError(f"a flip was answered {reply['statusCode']}: {reply['body']}")
    return Flip(asked, answered, version)


def _estimate_until(done: threading.Event, estimate: Handler) -> list[Answered]:
    event: Mapping[str, Any] = {**_event("estimate"), "body": json.dumps(ESTIMATE)}
    found = []
    while not done.is_set():
        asked = time.monotonic()
        reply = estimate(event, None)
        answered = time.monotonic()
        body = json.loads(reply["body"])
        version = body.get("pricing", {}).get("version", "")
        total = body.get("total_usd", "")
        found.append(Answered(asked, answered, reply["statusCode"], version, total))
        done.wait(0.005)
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    """Print what was seen; 1 when anything failed or came too late."""
    parser = argparse.ArgumentParser(description="Roll back under load.")
    parser.add_argument("--flips", type=int, default=FLIPS)
    parser.add_argument("--instances", type=int, default=INSTANCES)
    options = parser.parse_args(arguments)
    os.environ |= {"AWS_ACCESS_KEY_ID": SECRET, "AWS_SECRET_ACCESS_KEY": SECRET}
    server = DynamoDBLocal()
    server.start()
    try:
        with fresh_table(load_template(), server.endpoint) as table:
            record = flip_under_load(table, flips=options.flips, instances=options.instances)
    finally:
        server.stop()
    found = record.faults(CACHE_SECONDS)
    print(f"{len(record.flips) - 1} rollbacks, {len(record.answers)} estimates by")
    print(f"{options.instances} instances, each with a cache of {CACHE_SECONDS} s:")
    print(f"{len(found)} faults; the last to follow asked {record.slowest():.3f} s after a flip")
    for fault in found[:5]:
        print(f"  {fault}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
