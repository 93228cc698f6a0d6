"""Ask litellm and genai-prices what calls cost. Runs in ``.venv-bench``, which has both.

Reads one question a line from standard input, as JSON, and writes one answer a line, in order::

    {"peer": "litellm", "provider": "anthropic", "model": "claude-opus-5", "format": "anthropic",
     "usage": {...}, "mode": "batch", "at": "2026-11-23T12:00:00+00:00"}
    {"usd": "0.0125"}   or   {"error": "NotFoundError"}

``provider`` and ``model`` are the peer's own names. ``usage`` is the body that a provider sends.
Each peer reads Anthropic's with its own reader (iterations, speed and residency included); OpenAI's
is litellm's own type, and is converted here into genai-prices' type, as its documentation
describes. ``mode`` is the price list, which a caller must pass to both unless it is the standard.

No answer is checked or rounded here: litellm's floats are written with all their digits.
"""

import json
import os
import sys
import warnings
from collections.abc import Mapping
from contextlib import redirect_stdout
from datetime import datetime
from decimal import Decimal
from typing import Any

Question = Mapping[str, Any]

#: genai-prices' name for Anthropic's usage shape, where a provider has several shapes.
GENAI_FLAVOURS = {"anthropic": "default"}
GENAI_CONTEXT = {
    "batch": {"processing": "batch"},
    "flex": {"service_tier": "flex"},
    "priority": {"service_tier": "priority"},
    "fast": {"service_tier": "fast"},
}
ANTHROPIC_FAST = {"speed": "fast"}


def litellm_usd(question: Question) -> Decimal:
    """Return litellm's ``completion_cost`` of a response with this usage."""
    import litellm
    from litellm._internal_context import pinned_billing_time

    usage, mode = dict(question["usage"]), question["mode"]
    if question["format"] == "anthropic":
        read = litellm.AnthropicConfig().calculate_usage(usage, reasoning_content=None)
    else:
        read = litellm.Usage(**usage)
    with pinned_billing_time(datetime.fromisoformat(question["at"])):
        cost = litellm.completion_cost(
            completion_response=litellm.ModelResponse(model=question["model"], usage=read),
            model=question["model"],
            custom_llm_provider=question["provider"],
            call_type="aretrieve_batch" if mode == "batch" else None,
            service_tier=mode if mode in {"flex", "priority", "fast"} else None,
        )
    return Decimal(cost)


def genai_usd(question: Question) -> Decimal:
    """Return genai-prices' ``calc_price`` of this usage."""
    from genai_prices import calc_price, extract_usage

    provider, usage, mode = question["provider"], question["usage"], question["mode"]
    context = GENAI_CONTEXT.get(mode)
    if question["format"] == "anthropic":
        flavour = GENAI_FLAVOURS.get(provider, "anthropic")
        body = {"model": question["model"], "usage": usage}
        read = extract_usage(body, provider_id=provider, api_flavor=flavour).usage
        if usage.get("speed") == "fast":
            context = ANTHROPIC_FAST
    else:
        read = _genai_usage(usage)
    found = calc_price(
        read,
        question["model"],
        provider_id=provider,
        genai_request_timestamp=datetime.fromisoformat(question["at"]),
        price_context=context,
    )
    return Decimal(found.total_price)


def _genai_usage(usage: Mapping[str, Any]) -> Any:
    from genai_prices import Usage

    inside = usage.get("prompt_tokens_details", {})
    outside = usage.get("completion_tokens_details", {})
    counts = {
        "input_tokens": usage["prompt_tokens"],
        "output_tokens": usage["completion_tokens"],
        "cache_read_tokens": inside.get("cached_tokens"),
        "cache_write_tokens": inside.get("cache_write_tokens"),
        "input_audio_tokens": inside.get("audio_tokens"),
        "output_audio_tokens": outside.get("audio_tokens"),
        "output_reasoning_tokens": outside.get("reasoning_tokens"),
    }
    return Usage(**{name: count for name, count in counts.items() if count is not None})


PEERS = {"litellm": litellm_usd, "genai-prices": genai_usd}


def answer(question: Question) -> dict[str, str]:
    """Return the peer's figure, or the kind of error that it raised."""
    try:
        usd = PEERS[question["peer"]](question)
    except Exception as error:  # noqa: BLE001 - any exception is the peer's answer
        return {"error": type(error).__name__}
    return {"usd": str(usd)}


def main() -> int:
    """Answer until standard input ends; the peers' own output is discarded."""
    os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"  # the map of the package, not of today
    warnings.simplefilter("ignore")
    answers = sys.stdout
    with open(os.devnull, "w", encoding="utf-8") as discarded, redirect_stdout(discarded):  # noqa: PTH123 - a device, not a path
        for line in sys.stdin:
            print(json.dumps(answer(json.loads(line))), file=answers)
    return 0


if __name__ == "__main__":
    sys.exit(main())
