"""Price rows one by one with a peer: ``python -m bench.report_peers litellm|genai-prices FILE``.

Runs in the peers' environment. Prints the number of rows and the seconds.
"""

import json
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.measurement import peak_megabytes

Row = Sequence[Any]


def measure(peer: str, path: str) -> None:
    """Price every row of the file; the peer's import is not counted."""
    rows = json.loads(Path(path).read_text(encoding="utf-8"))
    price = litellm() if peer == "litellm" else genai_prices()
    price(rows[0])
    started = time.perf_counter()
    total = sum(price(row) for row in rows)
    seconds = time.perf_counter() - started
    figures = {"rows": len(rows), "seconds": seconds, "cost": str(total)}
    print(json.dumps({**figures, "megabytes": peak_megabytes()}))


def litellm() -> Callable[[Row], float]:
    """Return ``cost_per_token`` of a row."""
    import litellm as peer

    def price(row: Row) -> float:
        _, model, fresh, output, read, written = row
        prompt, completion = peer.cost_per_token(
            model=model,
            prompt_tokens=fresh + read + written,
            completion_tokens=output,
            cache_read_input_tokens=read,
            cache_creation_input_tokens=written,
        )
        return float(prompt + completion)

    return price


def genai_prices() -> Callable[[Row], float]:
    """Return ``calc_price`` of a row, at the row's time."""
    from genai_prices import Usage, calc_price

    def price(row: Row) -> float:
        moment, model, fresh, output, read, written = row
        usage = Usage(
            input_tokens=fresh + read + written,
            output_tokens=output,
            cache_read_tokens=read,
            cache_write_tokens=written,
        )
        provider = "anthropic" if model.startswith("claude") else "openai"
        at = datetime.fromisoformat(moment).replace(tzinfo=UTC)
        found = calc_price(usage, model, provider_id=provider, genai_request_timestamp=at)
        return float(found.total_price)

    return price


if __name__ == "__main__":
    measure(*sys.argv[1:])
