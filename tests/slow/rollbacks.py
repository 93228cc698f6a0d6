"""Roll back a hundred times while clients ask for estimates: ``python -m tests.slow rollbacks``.

Runs instances of the estimate function, each with its own cache, and switches the active version
through the administrators' function. No estimate may fail. Every answer must name a version that
was active at some moment from one cache time before its question until the answer, with that
version's total.
"""

import contextlib
import json
import os
import threading
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import Annotated, Any
from unittest import mock

from typer import Option

from pricing.store.ledger import Ledger
from tariff.dynamodb_local import dynamodb_local_server
from tariff.template import load_template, recorded_event
from tests.support.books import PLAIN, RATES, book, row
from tests.support.handlers import Handler, handler
from tests.support.tables import CREDENTIALS, StoreTable, fresh_table

FLIPS = 100
INSTANCES = 8
CACHE_SECONDS = 0.25
#: A call with a million input tokens costs the price of a million tokens.
TOTALS = {"v1": "3", "v2": "4"}
ESTIMATE = {"model": "acme/rocket", "usage": {"input_tokens": 1_000_000, "output_tokens": 0}}


@dataclass(frozen=True, slots=True)
class Answered:
    """An estimate: the times of question and answer, its status, version and total."""

    asked: float
    answered: float
    status: int
    version: str
    total: str


@dataclass(frozen=True, slots=True)
class Flip:
    """An activation: the version may be active from ``asked``, and is from ``answered``."""

    asked: float
    answered: float
    version: str


@dataclass(slots=True)
class Record:
    """Everything that happened, and the faults in it."""

    flips: list[Flip] = field(default_factory=list)
    answers: list[Answered] = field(default_factory=list)

    def faults(self, cache_seconds: float) -> list[str]:
        """Return failed estimates, wrong totals, and versions that were not active then."""
        ends = [*(flip.answered for flip in self.flips[1:]), float("inf")]
        found = []
        for answer in self.answers:
            if answer.status != HTTPStatus.OK:
                found.append(f"an estimate was answered {answer.status}")
            elif answer.total != TOTALS[answer.version]:
                found.append(f"{answer.version} costs {TOTALS[answer.version]}, not {answer.total}")
            elif not any(
                flip.version == answer.version
                and flip.asked <= answer.answered
                and answer.asked - cache_seconds <= end
                for flip, end in zip(self.flips, ends, strict=True)
            ):
                found.append(f"{answer.version} was answered when it was not active")
        return found

    def slowest(self) -> float:
        """Return the longest time after a flip in which a question got the version before it.

        In seconds from the flip's acknowledgement to the question.
        """
        late = [
            answer.asked - flip.answered
            for flip, following in zip(self.flips, [*self.flips[1:], None], strict=True)
            for answer in self.answers
            if answer.version != flip.version
            and answer.asked >= flip.answered
            and (following is None or answer.answered < following.asked)
        ]
        return max(late, default=0.0)


def flip_under_load(
    table: StoreTable,
    *,
    flips: int = FLIPS,
    instances: int = INSTANCES,
    cache_seconds: float = CACHE_SECONDS,
) -> Record:
    """Switch between two versions while every instance keeps estimating."""
    client: Any = table.client
    ledger = Ledger(table.name, client, client)
    for version, price in TOTALS.items():
        lists = {"standard": {"rates": {**RATES, "input": price}}}
        priced = book(version, [row("rocket", prices=[{"source": "list", "lists": lists}])])
        ledger.propose(priced, proposal=PLAIN)
    record = Record()
    done = threading.Event()
    environment = {
        **table.environment(),
        "TARIFF_RECHECK_SECONDS": str(cache_seconds),
        **CREDENTIALS,
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
                # Longer than the cache time, by a varying amount.
                time.sleep(cache_seconds * (1.1 + revision % 7 / 10))
                record.flips.append(_flip(admin, ("v1", "v2")[revision % 2], revision))
            time.sleep(2 * cache_seconds)
        finally:
            done.set()
        for load in loads:
            record.answers += load.result()
    return record


def _flip(admin: Handler, version: str, revision: int) -> Flip:
    event = recorded_event("pricing_admin")
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
    event: Mapping[str, Any] = {**recorded_event("estimate"), "body": json.dumps(ESTIMATE)}
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


def check(
    flips: Annotated[int, Option(min=1, help="How many rollbacks.")] = FLIPS,
    instances: Annotated[int, Option(min=1, help="Instances that estimate.")] = INSTANCES,
) -> int:
    """Roll back under load."""
    with dynamodb_local_server() as endpoint, fresh_table(load_template(), endpoint) as table:
        record = flip_under_load(table, flips=flips, instances=instances)
    found = record.faults(CACHE_SECONDS)
    print(f"{len(record.flips) - 1} rollbacks, {len(record.answers)} estimates by")
    print(f"{instances} instances, each with a cache of {CACHE_SECONDS} s: {len(found)} faults;")
    print(f"the last question with the earlier version came {record.slowest():.3f} s after a flip")
    print(*(f"  {fault}\n" for fault in found[:5]), sep="", end="")
    return 1 if found else 0
