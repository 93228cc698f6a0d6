"""A peer prices rows one by one: ``python -m bench.report_peers litellm|genai-prices FILE``.

Runs in the peers' environment. Prints how many rows it priced, in how many seconds.
"""

import json
import resource
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

Row = Sequence[Any]


def main() -> int:
    """Price every row of the file; the import is not counted."""
    peer, path = sys.argv[1:]
    rows = json.loads(Path(path).read_text(encoding="utf-8"))
    price = litellm() if peer == "litellm" else genai_prices()
    price(rows[0])
    started = time.perf_counter()
    total = sum(price(row) for row in rows)
    seconds = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6
    figures = {"rows": len(rows), "seconds": seconds, "cost": str(total), "megabytes": peak}
    print(json.dumps(figures))
    return 0


def litellm() -> Callable[[Row], float]:
    """``cost_per_token`` over one row."""
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
    """``calc_price`` over one row, at its own time."""
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
    sys.exit(main())
