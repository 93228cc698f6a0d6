"""The answers of Tariff and of its peers to the same cases, and Tariff's to changed cases.

The peers run in a process of ``.venv-bench`` (tests/differential/peers/ask.py); Tariff answers
here, at the bundled prices, through the request type and the domain of ``POST /v1/estimate``.
"""

import json
import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

from pricing.api.requests.estimate import EstimateRequest
from pricing.catalogue.models import (
    COMPONENT_UNITS,
    PART_OF,
    TOKEN,
    Model,
    PriceList,
    PricePeriod,
    PriceTier,
)
from pricing.errors import InvalidRequest
from pricing.estimates.calculator import price_attempts
from pricing.estimates.estimate import estimate
from pricing.money import multiply
from pricing.store import bundled
from pricing.usage.buckets import Attempt, settle
from tariff.paths import ROOT
from tariff.prices import bundled_prices
from tests.differential.peers.cases import Case

PEERS = ("genai-prices", "litellm")
PEERS_PYTHON = ROOT / ".venv-bench" / "bin" / "python"
HALF = Decimal("0.5")
#: The component that prices another one in a peer without a price for the other.
PLAIN = {"cache_read": "input", "cache_write_5m": "input", "audio_output": "output", **PART_OF}


@dataclass(frozen=True, slots=True)
class Answer:
    """A total, or why there is none: ``refused``, ``partial`` or the kind of error a peer raised.

    ``partial`` is Tariff's status of a total without the components of unknown price.
    """

    usd: Decimal | None
    why_not: str = ""


@dataclass(frozen=True, slots=True)
class AsIf:
    """Changes to a question that make Tariff's answer equal to a peer's answer to the original.

    They test an explanation: "the peer bills 1-hour cache writes as 5-minute writes" holds when
    moving the former to the latter gives exactly the peer's figure.
    """

    #: Members of the usage body that the peer ignores.
    without: Sequence[str] = ()
    #: The number of web searches that the peer counts.
    searches: int | None = None
    #: Whether the peer bills an advisor's iteration at the model that asked it.
    advisor_at_own_model: bool = False
    #: Buckets that the peer counts as other buckets.
    moves: Mapping[str, str] = field(default_factory=dict)
    mode: Literal["standard"] | None = None
    at: str | None = None
    model: str | None = None
    #: The peer's own prices: USD per million tokens, or per search or request.
    rates: Mapping[str, str] = field(default_factory=dict)
    #: Whether the peer bills half of the standard prices, without prices for a batch.
    halved: bool = False
    #: The peer's long-context prices, as ``above_tokens`` and columns; 0 for no tier.
    tier: Mapping[str, Any] | None = None
    #: Whether the peer bills components without a price as plain input or output.
    unpriced_as_plain: bool = False


def tariff_answer(case: Case) -> Answer:
    """Return Tariff's answer, as over HTTP but without the JSON."""
    query = _request(case).query(datetime.fromisoformat(case.shape.at))
    try:
        found = estimate(bundled_prices(), query)
    except InvalidRequest:
        return Answer(None, "refused")
    if found.status != "priced":
        return Answer(None, "partial")
    return Answer(found.total_usd)


def _request(case: Case) -> EstimateRequest:
    terms = {"speed": "fast"} if case.shape.mode == "fast" else {"processing": case.shape.mode}
    if case.subject.format == "anthropic" or case.shape.mode == "standard":
        terms = {}  # Anthropic's usage object names its own processing and speed
    return EstimateRequest.model_validate(
        {
            "model": case.subject.reference,
            "usage": case.shape.usage,
            "usage_format": case.subject.format,
            "as_of": case.shape.at,
            **terms,
        }
    )


def answer_as_if(case: Case, as_if: AsIf) -> Answer:
    """Return Tariff's answer to the changed question."""
    case = _changed(case, as_if)
    query = _request(case).query(datetime.fromisoformat(case.shape.at))
    book = bundled.current()
    model = book.find(case.subject.reference).model
    at = query.as_of.instant
    attempts = [_moved(attempt, as_if) for attempt in query.call.counted_for(model).attempts]
    terms, _ = settle(query.requested, query.served)
    try:
        priced = price_attempts(book, _repriced(model, at, as_if), at, attempts, terms, 1)
    except InvalidRequest:
        return Answer(None, "refused")
    return Answer(priced.total_usd) if priced.complete else Answer(None, "partial")


def _changed(case: Case, as_if: AsIf) -> Case:
    usage = {name: value for name, value in case.shape.usage.items() if name not in as_if.without}
    if as_if.mode == "standard" or as_if.halved:
        usage = {name: usage[name] for name in usage if name not in {"service_tier", "speed"}}
    if as_if.searches is not None:
        usage["server_tool_use"] = {"web_search_requests": as_if.searches}
    if as_if.advisor_at_own_model:
        usage["iterations"] = [
            {name: turn[name] for name in turn if name != "model"} | {"type": "compaction"}
            if turn["type"] == "advisor_message"
            else turn
            for turn in usage["iterations"]
        ]
    shape = replace(
        case.shape,
        usage=usage,
        mode="standard" if as_if.halved else as_if.mode or case.shape.mode,
        at=as_if.at or case.shape.at,
    )
    subject = replace(case.subject, reference=as_if.model or case.subject.reference)
    return Case(subject, case.name, shape)


def _moved(attempt: Attempt, as_if: AsIf) -> Attempt:
    usage = attempt.usage
    for source, target in as_if.moves.items():
        together = getattr(usage, source) + getattr(usage, target)
        usage = replace(usage, **{source: 0, target: together})
    return replace(attempt, usage=usage)


def _repriced(model: Model, at: datetime, as_if: AsIf) -> Model:
    period = model.period_at(at)
    if period is None:
        return model
    lists = {name: _relisted(prices, as_if) for name, prices in period.lists_at(at).items()}
    changed = PricePeriod(None, None, lists, "as if", served_as_standard=period.served_as_standard)
    return replace(model, prices=(changed,))


def _relisted(prices: PriceList, as_if: AsIf) -> PriceList:
    tiers = prices.tiers
    if as_if.tier is not None:
        columns = {name: value for name, value in as_if.tier.items() if name != "above_tokens"}
        tier = PriceTier(as_if.tier["above_tokens"], _decimals(columns))
        tiers = (tier,) if columns else ()
    return PriceList(
        _filled(prices.rates, as_if),
        tuple(replace(tier, rates=_filled(tier.rates, as_if)) for tier in tiers),
    )


def _filled(rates: Mapping[str, Decimal], as_if: AsIf) -> Mapping[str, Decimal]:
    filled = {**rates, **_decimals(as_if.rates)}
    if as_if.halved:
        filled = {
            name: multiply(price, HALF) if COMPONENT_UNITS[name] == TOKEN else price
            for name, price in filled.items()
        }
    if as_if.unpriced_as_plain:
        for part, whole in PLAIN.items():
            filled.setdefault(part, filled[whole])
    return filled


def _decimals(columns: Mapping[str, str]) -> dict[str, Decimal]:
    return {name: Decimal(price) for name, price in columns.items()}


def peer_answers(cases: Sequence[Case]) -> dict[str, list[Answer]]:
    """Return each peer's answers in the order of the cases.

    Raises FileNotFoundError without .venv-bench.
    """
    if not PEERS_PYTHON.exists():
        raise FileNotFoundError("the peers are missing: `make .venv-bench/.ready` installs them")
    questions = [_question(case, peer) for peer in PEERS for case in cases]
    process = subprocess.run(
        [PEERS_PYTHON, "-m", "tests.differential.peers.ask"],
        cwd=ROOT,
        env={name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ},
        input="".join(json.dumps(question) + "\n" for question in questions),
        capture_output=True,
        text=True,
        check=False,
    )
    lines = process.stdout.splitlines()
    if process.returncode or len(lines) != len(questions):
        raise RuntimeError(f"the peers ended after {len(lines)} answers:\n{process.stderr}")
    answers = [_read(json.loads(line)) for line in lines]
    return {peer: answers[n * len(cases) :][: len(cases)] for n, peer in enumerate(PEERS)}


def _question(case: Case, peer: str) -> dict[str, Any]:
    name = case.subject.peers[peer]
    return {
        "peer": peer,
        "provider": name.provider,
        "model": name.model,
        "format": case.subject.format,
        "usage": case.shape.usage,
        "mode": case.shape.mode,
        "at": case.shape.at,
    }


def _read(line: Mapping[str, str]) -> Answer:
    return Answer(Decimal(line["usd"])) if "usd" in line else Answer(None, line["error"])


#: litellm multiplies binary floats: a price such as 2.5e-06 has a relative error of up to 1.1e-16,
#: and each of the at most twenty products and sums of an answer adds as much. genai-prices
#: multiplies decimals, and must agree exactly.
FLOAT_TOLERANCE = Decimal("1e-14")


def is_same(peer: str, tariff: Answer, other: Answer) -> bool:
    """Whether two totals are equal; two refusals are equal, with any reason."""
    if tariff.usd is None or other.usd is None:
        return tariff.usd is other.usd
    tolerance = FLOAT_TOLERANCE * abs(tariff.usd) if peer == "litellm" else 0
    return abs(tariff.usd - other.usd) <= tolerance
