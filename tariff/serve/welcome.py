"""What the gateway shows first: an estimate from the running API, and commands to paste."""

import http.client
import json
import shlex
import time
from typing import Any

from tariff.tables import aligned
from tariff.template import recorded_event

_TIMEOUT_SECONDS = 30


def first_estimate(host: str, port: int) -> str:
    """Ask the running gateway for the example's estimate, over HTTP, and lay the answer out."""
    connection = http.client.HTTPConnection(host, port, timeout=_TIMEOUT_SECONDS)
    started = time.perf_counter()
    try:
        connection.request("POST", "/v1/estimate", example(), {"content-type": "application/json"})
        response = connection.getresponse()
        content = response.read().decode()
    finally:
        connection.close()
    milliseconds = (time.perf_counter() - started) * 1000
    if response.status != http.client.OK:
        return f"  {response.status} {response.reason}: {content}"
    return _table(json.loads(content), milliseconds)


def curl_lines(url: str) -> list[str]:
    """Return commands that work when pasted into a shell."""
    content_type = "-H 'content-type: application/json'"
    return [
        f"curl -s {url}/v1/estimate {content_type} -d {shlex.quote(example())}",
        f"curl -s {shlex.quote(f'{url}/v1/models?family=opus')}",
        f"curl -s {url}/v1/health",
    ]


def example() -> str:
    """Return the body of events/estimate.json on one line."""
    return json.dumps(json.loads(recorded_event("estimate")["body"]), separators=(",", ":"))


def _table(answer: dict[str, Any], milliseconds: float) -> str:
    rows = [("", "tokens", "USD per million", "USD")]
    rows += [
        (item["component"], f"{int(item['quantity']):,}", item["usd_per_mtok"], item["cost_usd"])
        for item in answer["line_items"]
    ]
    rows.append(("total", "", "", answer["total_usd"]))
    pricing = answer["pricing"]
    freshness = f"{pricing['source']}{', stale' if pricing['stale'] else ''}"
    version = f"price version {pricing['version']} ({freshness})"
    lines = [*aligned(rows, "<><"), f"{answer['model']['id']}, {version}, {milliseconds:.0f} ms"]
    return "\n".join(f"  {line}" for line in lines)
