"""What the gateway shows first: a real estimate, and commands to paste."""

import http.client
import json
import shlex
import time
from typing import Any

from tariff.template import ROOT

_TIMEOUT_SECONDS = 30


def first_estimate(host: str, port: int) -> str:
    """The running gateway's answer to the recorded example, over HTTP, as a few lines."""
    body = example()
    connection = http.client.HTTPConnection(host, port, timeout=_TIMEOUT_SECONDS)
    started = time.perf_counter()
    try:
        connection.request("POST", "/v1/estimate", body, {"content-type": "application/json"})
        response = connection.getresponse()
        content = response.read().decode()
    finally:
        connection.close()
    milliseconds = (time.perf_counter() - started) * 1000
    if response.status != http.client.OK:
        return f"  {response.status} {response.reason}: {content}"
    return _table(json.loads(content), milliseconds)


def curl_lines(url: str) -> list[str]:
    """Commands that work when pasted into a shell."""
    content_type = "-H 'content-type: application/json'"
    return [
        f"curl -s {url}/v1/estimate {content_type} -d {shlex.quote(example())}",
        f"curl -s {shlex.quote(f'{url}/v1/models?family=opus')}",
        f"curl -s {url}/v1/health",
    ]


def example() -> str:
    """The body of events/estimate.json, on one line."""
    event = json.loads((ROOT / "events" / "estimate.json").read_text(encoding="utf-8"))
    return json.dumps(json.loads(event["body"]), separators=(",", ":"))


def _table(answer: dict[str, Any], milliseconds: float) -> str:
    rows = [
        (item["component"], f"{int(item['quantity']):,}", item["usd_per_mtok"], item["cost_usd"])
        for item in answer["line_items"]
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    lines = [
        f"  {component:<{widths[0]}}  {quantity:>{widths[1]}} tokens"
        f" at ${price:<{widths[2]}} a million  ${cost}"
        for component, quantity, price, cost in rows
    ]
    indent = " " * (lines[0].rindex("$") - len("  total"))
    pricing = answer["pricing"]
    freshness = f"{pricing['source']}{', stale' if pricing['stale'] else ''}"
    model = answer["model"]["id"]
    lines.append(f"  total{indent}${answer['total_usd']}")
    lines.append(f"  {model}, prices {pricing['version']} ({freshness}), {milliseconds:.0f} ms")
    return "\n".join(lines)
