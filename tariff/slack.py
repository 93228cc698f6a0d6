"""``make slack CMD="estimate sonnet 2k in 1k out"``: what Slack would show, without Slack.

Signs the command as Slack does, sends it to the local gateway, and prints the blocks of the answer
as text. Starts a gateway for the one command when none is running on the port.
"""

import argparse
import http.client
import json
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from textwrap import wrap
from typing import Any

from tariff.serve.slack import COMMANDS, command_body, signed
from tariff.template import ROOT

HOST = "127.0.0.1"
DEFAULT_PORT = 3000
WIDTH = 78
_TIMEOUT_SECONDS = 30


def main(arguments: Sequence[str] | None = None) -> int:
    """Send one command and print its answer; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tariff.slack", description=__doc__)
    parser.add_argument("--port", type=int, default=DEFAULT_PORT, help="of the local gateway")
    parser.add_argument("--json", action="store_true", help="print the message as Slack gets it")
    parser.add_argument("text", nargs="*", help="the command, without /tariff")
    options = parser.parse_args(arguments)
    text = " ".join(options.text)
    with _gateway(options.port) as port:
        status, content = post(port, command_body(text))
    if status != http.client.OK:
        print(f"The gateway answered {status}: {content}", file=sys.stderr)
        return 1
    message = json.loads(content)
    print(json.dumps(message, indent=2, ensure_ascii=False) if options.json else rendered(message))
    return 0


def post(port: int, body: bytes, path: str = COMMANDS) -> tuple[int, str]:
    """Send a signed body to the gateway; status and content."""
    connection = http.client.HTTPConnection(HOST, port, timeout=_TIMEOUT_SECONDS)
    try:
        connection.request("POST", path, body, signed(body))
        response = connection.getresponse()
        return response.status, response.read().decode()
    finally:
        connection.close()


@contextmanager
def _gateway(port: int) -> Iterator[int]:
    """The port of the running gateway, or of one started for this block."""
    if _answers(port):
        yield port
        return
    print(f"No gateway on port {port}; starting one for this command.", file=sys.stderr)
    command = [sys.executable, "-m", "tariff.serve.gateway", "--port", "0"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield _port_of(process)
        finally:
            process.terminate()
            process.communicate()  # it says goodbye, and would fail with nobody listening


def _answers(port: int) -> bool:
    """Whether a Tariff answers there; something else on the port is told apart."""
    connection = http.client.HTTPConnection(HOST, port, timeout=_TIMEOUT_SECONDS)
    try:
        connection.request("GET", "/v1/health")
        answered = connection.getresponse().read()
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
    return b'"pricing"' in answered


def _port_of(process: "subprocess.Popen[str]") -> int:
    for line in process.stdout or ():
        if line.startswith("Serving http://"):
            return int(line.partition(" (")[0].rpartition(":")[2])
    raise SystemExit("The gateway did not start; `make run` shows why.")


def rendered(message: Mapping[str, Any]) -> str:
    """A message's blocks as text, much as Slack lays them out."""
    seen = "only you can see this" if message.get("response_type") == "ephemeral" else "in channel"
    lines = [f"Tariff · {seen}"]
    for block in message.get("blocks", ()):
        lines += ["", *_BLOCKS[block["type"]](block)]
    if "blocks" not in message:
        lines += ["", message.get("text", "")]
    return "\n".join(line.rstrip() for line in lines)


def _header(block: Mapping[str, Any]) -> list[str]:
    text = block["text"]["text"]
    return [text, "=" * len(text)]


def _section(block: Mapping[str, Any]) -> list[str]:
    lines = block["text"]["text"].splitlines() if "text" in block else []
    return [one for line in lines for one in _wrapped(line)] + [
        field["text"] for field in block.get("fields", ())
    ]


def _context(block: Mapping[str, Any]) -> list[str]:
    return [
        line for element in block["elements"] for line in _wrapped(element["text"], indent="  ")
    ]


def _table(block: Mapping[str, Any]) -> list[str]:
    rows = [[cell["text"] for cell in row] for row in block["rows"]]
    aligned = [setting.get("align") for setting in block["column_settings"]]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [
        "  ".join(
            cell.rjust(width) if align == "right" else cell.ljust(width)
            for cell, width, align in zip(row, widths, aligned, strict=True)
        )
        for row in rows
    ]
    return [lines[0], "  ".join("-" * width for width in widths), *lines[1:]]


def _actions(block: Mapping[str, Any]) -> list[str]:
    return ["  ".join(f"[ {button['text']['text']} ]" for button in block["elements"])]


def _wrapped(text: str, indent: str = "") -> list[str]:
    return wrap(text, WIDTH, initial_indent=indent, subsequent_indent=indent) or [""]


_BLOCKS = {
    "header": _header,
    "section": _section,
    "context": _context,
    "table": _table,
    "actions": _actions,
}

if __name__ == "__main__":
    sys.exit(main())
