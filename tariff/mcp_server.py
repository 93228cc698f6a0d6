"""``tariff mcp``: Tariff's questions as tools of the Model Context Protocol, for agents.

Tools ask the routes of the same names, at the bundled prices or at a deployment's. Their answers
leave out what an agent has no use for: nulls, empty lists, and how to send the result elsewhere.
"""

import inspect
import json
import tempfile
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from importlib import import_module, metadata
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from pydantic import Field
from typer import Option

from tariff.asking import Url
from tariff.client import Client, client_of
from tariff.command_line import CommandFailed
from tariff.docs.descriptions import field_descriptions, markdown

if TYPE_CHECKING:
    from mcp.server.mcpserver import MCPServer

HOST = "127.0.0.1"
#: How far back the resource of price changes looks.
_DAYS = 90
#: Members of answers that an agent has no use for.
_LEFT_OUT = {
    *("workloads", "signals", "statements", "context", "matched_by", "requested", "alternatives"),
    *("past_ttl", "saving_after", "warm_hour", "capabilities", "plan_source", "basis"),
}
_INSTRUCTIONS = (
    "Tariff computes what calls to large language models cost, exactly, in USD. Models are named by"
    " id, alias, provider/model or family, such as sonnet. Amounts are decimal strings. An unknown"
    " price is an error or null, never zero."
)

_CALL = (
    *("input_tokens", "output_tokens", "cache_read_tokens", "cache_write_tokens", "usage", "text"),
    *("expected_output_tokens", "calls", "processing", "speed", "as_of"),
)
#: The tools: the route that each asks, the type of its request, and the fields an agent may send.
_TOOLS: Mapping[str, tuple[str, str, tuple[str, ...]]] = {
    "estimate": ("POST /v1/estimate", "estimate:EstimateRequest", ("model", *_CALL)),
    "compare": ("POST /v1/compare", "compare:CompareRequest", ("models", "baseline", *_CALL)),
    "recommend": (
        "POST /v1/recommend",
        "recommendations:RecommendRequest",
        (
            *("task", "expected_input_tokens", "expected_output_tokens", "calls", "realtime"),
            *("current_model", "max_usd_per_call"),
        ),
    ),
    "plan_caching": (
        "POST /v1/plan/caching",
        "plans:CachingPlanRequest",
        (
            *("model", "prefix_tokens", "suffix_tokens", "output_tokens", "calls_per_hour"),
            *("hours_per_day", "days_per_month", "ttl", "arrivals"),
        ),
    ),
}


def mcp(
    http: Annotated[
        bool, Option("--http", help="Serve streamable HTTP on this machine instead of stdio.")
    ] = False,
    port: Annotated[int, Option(help="The port with --http.")] = 3918,
    url: Url = None,
) -> None:
    """Serve Tariff's tools to agents, by the Model Context Protocol.

    For example, in an agent's settings:

    {"mcpServers": {"tariff": {"command": "tariff", "args": ["mcp"]}}}
    """
    try:
        import mcp  # noqa: F401 - whether it is installed
    except ImportError:
        raise CommandFailed(
            "This needs the package mcp: pip install '.[mcp]' in Tariff's folder."
        ) from None
    served = server(client_of(url))
    if http:
        typer.echo(f"Serving http://{HOST}:{port}/mcp (Ctrl-C stops)", err=True)
        served.run("streamable-http", host=HOST, port=port, stateless_http=True)
    else:
        served.run("stdio")


def server(client: Client) -> "MCPServer":
    """Make the server, whose tools ask this client."""
    from mcp.server.mcpserver import MCPServer
    from mcp_types import ToolAnnotations

    try:
        version = metadata.version("tariff")
    except metadata.PackageNotFoundError:
        version = ""
    made = MCPServer("tariff", instructions=_INSTRUCTIONS, version=version, log_level="WARNING")
    reads = ToolAnnotations(read_only_hint=True, idempotent_hint=True, open_world_hint=False)
    for name, (route, request, fields) in _TOOLS.items():
        made.tool(name, annotations=reads)(_tool(client, name, route, request, fields))

    made.tool(annotations=reads)(report)

    @made.resource("tariff://models", mime_type="application/json")
    def models() -> dict[str, Any]:
        """The current model of every family, with the cost of a million tokens in and out."""
        million = {"input_tokens": 10**6, "output_tokens": 10**6}
        answer = client.ask("POST /v1/compare", million)
        rows = [
            {
                **{name: row["model"][name] for name in ("provider", "id")},
                "prices": [
                    {key: line[key] for key in ("component", "usd_per_mtok")}
                    for line in row["line_items"]
                ],
            }
            for row in answer["rows"]
        ]
        return {"models": rows, "pricing": answer["pricing"]}

    @made.resource("tariff://models/{provider}", mime_type="application/json")
    def of_provider(provider: str) -> dict[str, Any]:
        """The models of a provider, with their prices per million tokens; at most 200."""
        return _answer(client, "GET /v1/models", {"provider": provider, "limit": 200})

    @made.resource("tariff://models/{provider}/{id}", mime_type="application/json")
    def model(provider: str, id: str) -> dict[str, Any]:  # noqa: A002 - the name in the URI
        """One model: its prices, limits, lifecycle and price history."""
        return _answer(client, "GET /v1/models/{provider}/{id+}", {}, provider=provider, id=id)

    @made.resource("tariff://price-changes", mime_type="application/json")
    def price_changes() -> dict[str, Any]:
        """Prices that changed in the last 90 days."""
        since = (datetime.now(UTC) - timedelta(days=_DAYS)).date().isoformat()
        return _answer(client, "GET /v1/pricing/changes", {"since": since})

    return made


def report(
    paths: Annotated[
        list[str] | None,
        Field(
            description="Files of usage records (JSON Lines, JSON, CSV, Parquet) or folders of"
            " session logs on this machine. Default: the session logs of Claude Code, Codex, Gemini"
            " CLI and OpenCode."
        ),
    ] = None,
    group_by: Annotated[
        list[str] | None,
        Field(description="Tables: model, provider, day, week, month, project, session, a*b."),
    ] = None,
    start: Annotated[str | None, Field(description="The first day, UTC: 2026-11-01.")] = None,
    end: Annotated[str | None, Field(description="The day after the last, UTC.")] = None,
    rows: Annotated[int, Field(description="The most rows of a table.", ge=1, le=100)] = 10,
) -> dict[str, Any]:
    """What usage cost by model, period, project or session, and what would have cost less.

    Prices are those bundled with Tariff. Only figures and labels are returned, never text.
    """
    from mcp.server.mcpserver.exceptions import ToolError

    from pricing.jsonio import to_json
    from tariff.report import gathered, made_from

    sent = {"group_by": group_by or ["model", "month"], "filter": {"start": start, "end": end}}
    try:
        with tempfile.TemporaryDirectory(prefix="tariff-command-") as name:
            usage = gathered([Path(path).expanduser() for path in paths or ()], Path(name))
            found = made_from(usage, sent, Path(name), most_rows=rows)
    except CommandFailed as failure:
        raise ToolError(str(failure)) from None
    answer = json.loads(to_json(found))
    answer["recommendations"] = answer["recommendations"][:rows]
    brief: dict[str, Any] = _brief(answer, {*_LEFT_OUT, "top_drivers"})
    return brief


def _tool(
    client: Client, name: str, route: str, request: str, fields: tuple[str, ...]
) -> Callable[..., dict[str, Any]]:
    """Return a function with these fields of a request as its parameters, as the API describes."""
    module, _, kind = request.partition(":")
    body = getattr(import_module(f"pricing.api.requests.{module}"), kind)
    # A description is below its field, or at the type of the field.
    schema = body.model_json_schema()["properties"]
    described = {
        field: next((part["description"] for part in _parts(schema[field])), "") for field in fields
    } | field_descriptions(body)

    def tool(**sent: Any) -> dict[str, Any]:
        from mcp.server.mcpserver.exceptions import ToolError

        try:
            given = {key: value for key, value in sent.items() if value is not None}
            return _answer(client, route, given)
        except CommandFailed as failure:
            raise ToolError(str(failure)) from None

    parameters = []
    for field in fields:
        about = body.model_fields[field]
        text = described[field]
        sent: Any = str if "Decimal" in str(about.annotation) else about.annotation
        sent = sent if about.is_required() else sent | None
        parameters.append(
            inspect.Parameter(
                field,
                inspect.Parameter.KEYWORD_ONLY,
                default=inspect.Parameter.empty if about.is_required() else None,
                annotation=Annotated[sent, Field(description=text)],
            )
        )
    tool.__name__, tool.__doc__ = name, markdown(body.__doc__)
    tool.__signature__ = inspect.Signature(parameters, return_annotation=dict[str, Any])  # type: ignore[attr-defined]
    return tool


def _parts(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The schema itself, and its choices, as far as they are described."""
    return (part for part in (schema, *schema.get("anyOf", ())) if "description" in part)


def _answer(client: Client, route: str, sent: Mapping[str, Any], **path: str) -> dict[str, Any]:
    """Return a route's answer in brief."""
    found: dict[str, Any] = _brief(client.ask(route, sent, **path))
    return found


def _brief(value: Any, left_out: Collection[str] = _LEFT_OUT) -> Any:
    """Return an answer without nulls, empty lists and members that an agent has no use for.

    The prices that were used are named once, at the top.
    """
    if isinstance(value, list):
        return [_brief(part, left_out) for part in value]
    if not isinstance(value, dict):
        return value
    within = {*_LEFT_OUT, "pricing"}
    kept = {key: _brief(part, within) for key, part in value.items() if key not in left_out}
    return {key: part for key, part in kept.items() if part not in (None, [], {}, "")}
