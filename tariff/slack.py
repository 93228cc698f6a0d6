"""``tariff slack "estimate sonnet 2k in 1k out"``: the answer to a Slack command, without Slack.

Signs the command as Slack does, sends it to the local gateway, and prints the blocks of the answer
as text. Starts a gateway for this one command when none is running on the port.
"""

import http.client
import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from textwrap import wrap
from typing import Annotated, Any

import typer
from typer import Argument, Option

from tariff.command_line import CommandFailed
from tariff.serve.slack import COMMANDS, command_body, signed
from tariff.tables import aligned

HOST = "127.0.0.1"
DEFAULT_PORT = 3000
WIDTH = 78
_TIMEOUT_SECONDS = 30


def slack(
    text: Annotated[
        list[str] | None,
        Argument(metavar="TEXT", help="The command, without /tariff.", show_default=False),
    ] = None,
    port: Annotated[int, Option(help="The port of the local gateway.")] = DEFAULT_PORT,
    as_json: Annotated[
        bool, Option("--json", help="Print the message as Slack receives it.")
    ] = False,
) -> None:
    """Show the answer to a Slack command, without Slack.

    Example: tariff slack "compare opus vs sonnet 2k in 1k out"
    """
    with _gateway(port) as running:
        status, content = post(running, command_body(" ".join(text or ())))
    if status != http.client.OK:
        raise CommandFailed(f"The gateway answered {status}: {content}")
    message = json.loads(content)
    typer.echo(json.dumps(message, indent=2, ensure_ascii=False) if as_json else rendered(message))


def post(port: int, body: bytes, path: str = COMMANDS) -> tuple[int, str]:
    """Send a signed body to the gateway and return the status and the content."""
    connection = http.client.HTTPConnection(HOST, port, timeout=_TIMEOUT_SECONDS)
    try:
        connection.request("POST", path, body, signed(body))
        response = connection.getresponse()
        return response.status, response.read().decode()
    finally:
        connection.close()


@contextmanager
def _gateway(port: int) -> Iterator[int]:
    """Yield the port of the running gateway, or of a gateway started for this block."""
    if _answers(port):
        yield port
        return
    typer.echo(f"No gateway on port {port}; starting one for this command.", err=True)
    command = [sys.executable, "-m", "tariff", "serve", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield _port_of(process)
        finally:
            process.terminate()
            process.communicate()  # the gateway prints while it stops, and needs a reader


def _answers(port: int) -> bool:
    """Whether a Tariff, and not another server, answers on the port."""
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
    raise CommandFailed("The gateway did not start; `tariff serve` shows why.")


def rendered(message: Mapping[str, Any]) -> str:
    """Return a message's blocks as text, laid out much as Slack does."""
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
    wrapped = [part for line in lines for part in _wrapped(line)]
    return wrapped + [field["text"] for field in block.get("fields", ())]


def _context(block: Mapping[str, Any]) -> list[str]:
    return [
        line for element in block["elements"] for line in _wrapped(element["text"], indent="  ")
    ]


def _table(block: Mapping[str, Any]) -> list[str]:
    rows = [[cell["text"] for cell in row] for row in block["rows"]]
    sides = {"right": ">"}
    alignment = "".join(
        sides.get(setting.get("align"), "<") for setting in block["column_settings"]
    )
    lines = aligned(rows, alignment)
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
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
