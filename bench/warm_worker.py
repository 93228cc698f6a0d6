"""The calls that ``bench.warm`` times, in the environment that has their library.

``python -m bench.warm_worker NAME...`` reads ``<name> <calls>`` a line from standard input and
answers each with the median nanoseconds of a call. Every call prices the same usage: Claude Sonnet
5.5 with 2,000 fresh input tokens, 50,000 tokens read from the cache, and 1,000 output tokens.
"""

import json
import os
import sys
from collections.abc import Callable
from contextlib import redirect_stdout
from decimal import Decimal
from statistics import median
from time import process_time_ns
from typing import Any
from unittest import mock

MODEL = "claude-sonnet-5-5"
FRESH, CACHED, OUTPUT = 2_000, 50_000, 1_000
#: 2,000 x $2 + 50,000 x $0.1 + 1,000 x $10 a million tokens; peers with floats differ by little.
USD, TOLERANCE = Decimal("0.019"), Decimal("1e-12")

Call = Callable[[], Any]


def tariff() -> tuple[Call, Decimal]:
    """Call the whole handler: event in, response out, log line written."""
    from functions.estimate.app import lambda_handler
    from tariff.template import recorded_event

    event = recorded_event("estimate")

    def call() -> dict[str, Any]:
        return lambda_handler(event, None)

    return call, Decimal(json.loads(call()["body"])["total_usd"])


def tariff_unlogged() -> tuple[Call, Decimal]:
    """Call the whole handler without its log line, which none of the other libraries writes."""
    from functions.estimate.app import ROUTES
    from pricing.api import handler
    from tariff.template import recorded_event

    class Unwritten:
        def write(self, *_: object) -> None:
            """Write nothing."""

    with mock.patch.object(handler, "RequestLog", Unwritten):
        lambda_handler = handler.serve(*ROUTES)
    event = recorded_event("estimate")

    def call() -> dict[str, Any]:
        return lambda_handler(event, None)

    return call, Decimal(json.loads(call()["body"])["total_usd"])


def plain_arithmetic() -> tuple[Call, Decimal]:
    """Do the least work possible: JSON in, three Decimal products and their sum, JSON out."""
    body = json.dumps(
        {
            "model": MODEL,
            "usage": {
                "input_tokens": FRESH,
                "output_tokens": OUTPUT,
                "cache_read_input_tokens": CACHED,
            },
        }
    )
    prices = {
        "input_tokens": Decimal(2),
        "cache_read_input_tokens": Decimal("0.1"),
        "output_tokens": Decimal(10),
    }
    million = Decimal(1_000_000)

    def call() -> str:
        usage = json.loads(body)["usage"]
        costs = {name: usage[name] * price / million for name, price in prices.items()}
        items = [{"component": name, "cost_usd": str(cost)} for name, cost in costs.items()]
        return json.dumps({"total_usd": str(sum(costs.values())), "line_items": items})

    return call, Decimal(json.loads(call())["total_usd"])


def litellm_tokens() -> tuple[Call, Decimal]:
    """Call litellm with three counts, where prompt tokens include the cached tokens."""
    import litellm

    def call() -> Any:
        return litellm.cost_per_token(
            model=MODEL,
            prompt_tokens=FRESH + CACHED,
            completion_tokens=OUTPUT,
            cache_read_input_tokens=CACHED,
        )

    return call, sum(map(Decimal, call()), Decimal())


def litellm_usage_object() -> tuple[Call, Decimal]:
    """Call litellm with a usage object like a response's, made beforehand."""
    import litellm
    from litellm.types.utils import PromptTokensDetailsWrapper, Usage

    usage = Usage(
        prompt_tokens=FRESH + CACHED,
        completion_tokens=OUTPUT,
        total_tokens=FRESH + CACHED + OUTPUT,
        prompt_tokens_details=PromptTokensDetailsWrapper(cached_tokens=CACHED),
    )

    def call() -> Any:
        return litellm.cost_per_token(model=MODEL, usage_object=usage)

    return call, sum(map(Decimal, call()), Decimal())


def litellm_provider() -> tuple[Call, Decimal]:
    """Call litellm with three counts and the provider's name, which it need not find."""
    import litellm

    def call() -> Any:
        return litellm.cost_per_token(
            model=MODEL,
            custom_llm_provider="anthropic",
            prompt_tokens=FRESH + CACHED,
            completion_tokens=OUTPUT,
            cache_read_input_tokens=CACHED,
        )

    return call, sum(map(Decimal, call()), Decimal())


def litellm_response() -> tuple[Call, Decimal]:
    """Call litellm with a whole response, as most of its users do."""
    import litellm
    from litellm.types.utils import ModelResponse, PromptTokensDetailsWrapper, Usage

    usage = Usage(
        prompt_tokens=FRESH + CACHED,
        completion_tokens=OUTPUT,
        total_tokens=FRESH + CACHED + OUTPUT,
        prompt_tokens_details=PromptTokensDetailsWrapper(cached_tokens=CACHED),
    )
    response = ModelResponse(model=MODEL, usage=usage)

    def call() -> Any:
        return litellm.completion_cost(response)

    return call, Decimal(call())


def genai_prices_calc() -> tuple[Call, Decimal]:
    """Call genai-prices with the provider's name and a usage object made beforehand."""
    from genai_prices import Usage, calc_price

    usage = Usage(input_tokens=FRESH + CACHED, cache_read_tokens=CACHED, output_tokens=OUTPUT)

    def call() -> Any:
        return calc_price(usage, MODEL, provider_id="anthropic")

    return call, call().total_price


CALLS: dict[str, Callable[[], tuple[Call, Decimal]]] = {
    "tariff": tariff,
    "tariff_unlogged": tariff_unlogged,
    "plain_arithmetic": plain_arithmetic,
    "litellm_tokens": litellm_tokens,
    "litellm_usage_object": litellm_usage_object,
    "litellm_provider": litellm_provider,
    "litellm_response": litellm_response,
    "genai_prices_calc": genai_prices_calc,
}


def prepared(name: str) -> Call:
    """Return the call of this name, after it has given the right answer once."""
    call, total = CALLS[name]()
    if abs(total - USD) > TOLERANCE:
        raise ValueError(f"{name} answers {total}, not {USD}: its time cannot be compared")
    return call


def median_ns(call: Call, calls: int) -> float:
    """Return the median CPU time of a call, in nanoseconds; other load hardly affects it."""
    durations = []
    for _ in range(calls):
        started = process_time_ns()
        call()
        durations.append(process_time_ns() - started)
    return median(durations)


def main(names: list[str]) -> None:
    """Serve measurements until standard input ends; the calls' output is discarded."""
    answers = sys.stdout
    with open(os.devnull, "w", encoding="utf-8") as discarded, redirect_stdout(discarded):  # noqa: PTH123 - a device, not a path
        calls = {name: prepared(name) for name in names}
        print("ready", file=answers, flush=True)
        for line in sys.stdin:
            name, count = line.split()
            print(median_ns(calls[name], int(count)), file=answers, flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
