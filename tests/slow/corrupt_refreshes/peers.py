"""Put a peer's own refresh through corrupt lists: run in ``.venv-bench`` by the score.

``python -m tests.slow.corrupt_refreshes.peers litellm|genai-prices <base url>`` reads case names
from standard input, one a line, and prints a result for each: ``activated`` when the peer now
prices by the corrupt list, ``kept`` when it does not, ``hung`` when it is still at it after many
seconds, and ``crashed`` when something it does not catch came out.
"""

import json
import os
import signal
import sys
from typing import Any
from urllib.parse import quote

#: Longer than any of their own time limits.
PATIENCE_SECONDS = 30


class Hung(BaseException):
    """No handler of theirs may swallow it."""


def _hang(*_: object) -> None:
    raise Hung


def litellm_verdict(url: str) -> str:
    """LiteLLM's own loader, which falls back to its bundled map when it refuses a fetched one."""
    from litellm.litellm_core_utils import get_model_cost_map as loader

    sound = json.dumps(_SOUND.setdefault("litellm", loader.get_model_cost_map(_CLEAN)))
    found = loader.get_model_cost_map(url, max_attempts=1)
    source = loader.get_model_cost_map_source_info()["source"]
    return "activated" if source == "remote" and json.dumps(found) != sound else "kept"


def genai_verdict(url: str) -> str:
    """genai-prices' own updater: what ``fetch`` returns is what prices from then on."""
    from genai_prices.update_prices import UpdatePrices

    sound = _SOUND.get("genai") or repr(UpdatePrices(url=_CLEAN).fetch().providers)
    _SOUND["genai"] = sound
    try:
        snapshot = UpdatePrices(url=url).fetch()
    except (MemoryError, RecursionError):
        raise
    except Exception:  # noqa: BLE001  # its background task catches everything, and keeps prices
        return "kept"
    return "activated" if snapshot and repr(snapshot.providers) != sound else "kept"


_SOUND: dict[str, Any] = {}
_CLEAN = ""
VERDICTS = {"litellm": litellm_verdict, "genai-prices": genai_verdict}


def main(peer: str, base: str) -> None:
    """Print ``case<TAB>verdict`` lines."""
    global _CLEAN  # noqa: PLW0603
    os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"  # no fetch at import
    import litellm  # noqa: F401

    os.environ.pop("LITELLM_LOCAL_MODEL_COST_MAP")
    signal.signal(signal.SIGALRM, _hang)
    _CLEAN = f"{base}/sound/{peer}"
    for line in sys.stdin:
        case = line.rstrip("\n")
        signal.alarm(PATIENCE_SECONDS)
        try:
            verdict = VERDICTS[peer](f"{base}/{quote(case)}/{peer}")
        except Hung:
            verdict = "hung"
        except BaseException as error:  # noqa: BLE001  # a crash is the finding
            verdict = f"crashed ({type(error).__name__})"
        signal.alarm(0)
        print(f"{case}\t{verdict}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
