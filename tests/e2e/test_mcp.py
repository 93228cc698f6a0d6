"""``tariff mcp``, asked by the protocol's own client: in memory, by stdio and by HTTP."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import anyio
import pytest
from mcp import Client
from mcp.client.stdio import StdioServerParameters

from tariff.client import Bundled
from tariff.mcp_server import server
from tests.support.session_logs import CALLS, claude_code

#: 2,000 tokens in and 500 out of gpt-5, at $1.25 and $10 a million.
ONE_CALL = {"model": "gpt-5", "input_tokens": 2000, "output_tokens": 500}


def asked(served: Any, ask: Callable[[Client], Awaitable[Any]]) -> Any:
    """What a client that is connected to a server is answered."""

    async def connected() -> Any:
        async with Client(served) as client:
            return await ask(client)

    return anyio.run(connected)


def called(tool: str, arguments: dict[str, Any]) -> Any:
    """The result of a tool of a server in this process."""
    return asked(server(Bundled()), lambda client: client.call_tool(tool, arguments))


def test_the_tools_have_small_schemas_with_a_description_for_each_field() -> None:
    tools = asked(server(Bundled()), lambda client: client.list_tools()).tools
    assert [tool.name for tool in tools] == [
        *("estimate", "compare", "recommend", "plan_caching", "report")
    ]
    for tool in tools:
        assert tool.description
        assert tool.annotations.read_only_hint
        assert len(json.dumps(tool.input_schema)) < 4_000
        for name, field in tool.input_schema["properties"].items():
            assert field["description"], name


@pytest.mark.parametrize(
    ("tool", "arguments", "name", "value"),
    [
        ("estimate", ONE_CALL, "total_usd", "0.0075"),
        (
            "compare",
            {"models": ["gpt-5", "gpt-4o"], "input_tokens": 2000, "output_tokens": 500},
            "cheapest",
            "gpt-5",
        ),
        ("recommend", {"task": "Translate this page"}, "status", "priced"),
        (
            "plan_caching",
            {"model": "sonnet", "prefix_tokens": 30_000, "calls_per_hour": "100"},
            "status",
            "priced",
        ),
    ],
)
def test_a_tool_answers_as_its_route(
    tool: str, arguments: dict[str, Any], name: str, value: str
) -> None:
    result = called(tool, arguments)
    assert not result.is_error
    assert result.structured_content[name] == value
    assert result.structured_content["pricing"]["version"]
    text = json.dumps(result.structured_content)
    assert "null" not in text
    assert len(text) < 5_000


def test_a_refusal_says_what_to_send_instead() -> None:
    result = called("estimate", {**ONE_CALL, "model": "gpt-55"})
    assert result.is_error
    assert "Did you mean" in result.content[0].text
    assert called("plan_caching", {"model": "sonnet"}).is_error


def test_a_report_has_figures_and_no_text(tmp_path: Path) -> None:
    log = claude_code(tmp_path, text="a secret of the prompt " * 200)
    result = called("report", {"paths": [str(log)], "group_by": ["session"], "rows": 1})
    report = result.structured_content
    assert report["totals"]["calls"] == CALLS
    assert report["groups"][0]["rows"][0]["values"] == ["s-claude"]
    assert "secret" not in json.dumps(report)
    refused = called("report", {"paths": [str(tmp_path / "missing")]})
    assert "does not exist" in refused.content[0].text


def test_models_and_price_changes_are_resources() -> None:
    async def read(client: Client) -> list[Any]:
        listed = (await client.list_resources()).resources
        uris = [str(one.uri) for one in listed]
        assert uris == ["tariff://models", "tariff://price-changes"]
        uris += ["tariff://models/anthropic", "tariff://models/openai/gpt-5"]
        contents: list[Any] = [(await client.read_resource(uri)).contents[0] for uri in uris]
        return [json.loads(content.text) for content in contents]

    current, changes, of_provider, model = asked(server(Bundled()), read)
    assert {"component": "input", "usd_per_mtok": "2"} in [
        price for row in current["models"] for price in row["prices"]
    ]
    assert changes["took_effect"]
    assert {row["provider"] for row in of_provider["models"]} == {"anthropic"}
    assert (model["id"], model["prices"]["modes"][0]["usd_per_mtok"]["input"]) == ("gpt-5", "0.625")


async def estimated(client: Client) -> Any:
    return await client.call_tool("estimate", ONE_CALL)


def test_it_is_served_by_stdio(tmp_path: Path) -> None:
    served = StdioServerParameters(
        command=sys.executable, args=["-m", "tariff", "mcp"], cwd=str(tmp_path), env={**os.environ}
    )
    assert asked(served, estimated).structured_content["total_usd"] == "0.0075"


@pytest.fixture
def port() -> Iterator[int]:
    """The port of a server of streamable HTTP."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        free = int(taken.getsockname()[1])
    command = [sys.executable, "-m", "tariff", "mcp", "--http", "--port", str(free)]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        try:
            for _ in range(300):
                with socket.socket() as probe:
                    if probe.connect_ex(("127.0.0.1", free)) == 0:
                        break
                time.sleep(0.1)
            yield free
        finally:
            process.terminate()


def test_it_is_served_by_http_on_this_machine_only(port: int) -> None:
    result = asked(f"http://127.0.0.1:{port}/mcp", estimated)
    assert result.structured_content["total_usd"] == "0.0075"
    # A page of another site that resolves to this machine is refused by its Host header.
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(
            b"POST /mcp HTTP/1.1\r\nHost: evil.example\r\nContent-Type: application/json\r\n"
            b"Accept: application/json, text/event-stream\r\nContent-Length: 2\r\n\r\n{}"
        )
        status = connection.recv(1024).split(b"\r\n")[0]
    assert b" 421 " in status
