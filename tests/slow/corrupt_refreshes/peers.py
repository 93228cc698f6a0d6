"""Refresh a peer's prices from corrupt lists. The score runs this in ``.venv-bench``.

``python -m tests.slow.corrupt_refreshes.peers litellm|genai-prices <base url>`` reads case names
from standard input, one a line, and prints an outcome for each: ``activated`` when the peer now
uses the corrupt prices, ``kept`` when it does not, ``hung`` when it has not finished after
``LIMIT_SECONDS``, and ``crashed`` when it raised an exception.
"""

import json
import os
import signal
import sys
from typing import Any
from urllib.parse import quote

#: Longer than any of the peers' own time limits.
LIMIT_SECONDS = 30


class Hung(BaseException):
    """The time limit has passed. A BaseException, so that no handler of a peer catches it."""


def _hang(*_: object) -> None:
    raise Hung


def litellm_outcome(url: str) -> str:
    """Run LiteLLM's loader, which falls back to its bundled map when it refuses a fetched one."""
    from litellm.litellm_core_utils import get_model_cost_map as loader

    intact = json.dumps(_INTACT.setdefault("litellm", loader.get_model_cost_map(_CLEAN)))
    found = loader.get_model_cost_map(url, max_attempts=1)
    source = loader.get_model_cost_map_source_info()["source"]
    return "activated" if source == "remote" and json.dumps(found) != intact else "kept"


def genai_outcome(url: str) -> str:
    """Run genai-prices' updater, which uses the prices that ``fetch`` returns."""
    from genai_prices.update_prices import UpdatePrices

    intact = _INTACT.get("genai") or repr(UpdatePrices(url=_CLEAN).fetch().providers)
    _INTACT["genai"] = intact
    try:
        snapshot = UpdatePrices(url=url).fetch()
    except (MemoryError, RecursionError):
        raise
    except Exception:  # noqa: BLE001  # its background task catches all and keeps the prices
        return "kept"
    return "activated" if snapshot and repr(snapshot.providers) != intact else "kept"


_INTACT: dict[str, Any] = {}
_CLEAN = ""
OUTCOMES = {"litellm": litellm_outcome, "genai-prices": genai_outcome}


def main(peer: str, base: str) -> None:
    """Print ``case<TAB>outcome`` lines."""
    global _CLEAN  # noqa: PLW0603
    os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"  # no fetch at import
    import litellm  # noqa: F401

    os.environ.pop("LITELLM_LOCAL_MODEL_COST_MAP")
    signal.signal(signal.SIGALRM, _hang)
    _CLEAN = f"{base}/intact/{peer}"
    for line in sys.stdin:
        case = line.rstrip("\n")
        signal.alarm(LIMIT_SECONDS)
        try:
            outcome = OUTCOMES[peer](f"{base}/{quote(case)}/{peer}")
        except Hung:
            outcome = "hung"
        except BaseException as error:  # noqa: BLE001  # a crash is an outcome
            outcome = f"crashed ({type(error).__name__})"
        signal.alarm(0)
        print(f"{case}\t{outcome}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
