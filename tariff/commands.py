"""What the ``tariff`` command can do, and where each part of it is."""

from typing import Annotated

import typer
from typer import Option

from tariff.command_line import Commands, Group, run
from tariff.paths import IS_CHECKOUT

#: They work on the repository's own files, which an installed Tariff does not have.
CHECKOUT_ONLY = {"catalogue", "docs", "audit-dependencies"}
COMMANDS: Commands = {
    "estimate": "tariff.estimate:estimate",
    "compare": "tariff.estimate:compare",
    "recommend": "tariff.plan:recommend",
    "plan": Group(
        "Plan caching, batches, a prompt's context, or subscriptions.",
        {
            "caching": "tariff.plan:caching",
            "batch": "tariff.plan:batch",
            "context": "tariff.plan:context",
            "subscription": "tariff.plan:subscription",
        },
    ),
    "models": "tariff.models:models",
    "diff": "tariff.models:diff",
    "report": "tariff.report:report",
    "serve": "tariff.serve.gateway:serve",
    "mcp": "tariff.mcp_server:mcp",
    "slack": "tariff.slack:slack",
    "sample-usage": "tariff.sample_usage:sample_usage",
    "athena": "tariff.athena:athena",
    "audit": "tariff.audit:audit",
    "catalogue": Group(
        "Maintain the price catalogue.",
        {
            "build": "tariff.catalogue.build:build",
            "import": "tariff.catalogue.import_lists:import_lists",
            "exchange-rates": "tariff.catalogue.exchange_rates:exchange_rates",
            "history": "tariff.catalogue.history:history",
            "record": "tariff.catalogue.recorded:record",
            "disagreements": "tariff.catalogue.disagreements:disagreements",
        },
    ),
    "docs": Group(
        "Generate documentation.",
        {
            "openapi": "tariff.docs.openapi:generate",
            "diff": "tariff.docs.difference:diff",
            "slack": "tariff.docs.slack_examples:generate",
            "english": "tariff.docs.english:english",
        },
    ),
    "audit-dependencies": "tariff.vulnerabilities:audit_dependencies",
    "dynamodb-local": "tariff.dynamodb_local:dynamodb_local",
}


def run_named() -> None:
    """Run the command that the process's arguments name, and end the process."""
    listed = {
        name: entry for name, entry in COMMANDS.items() if IS_CHECKOUT or name not in CHECKOUT_ONLY
    }
    run("What LLM calls cost, exactly.", listed, name="tariff", options=_options)


def _show_version(wanted: bool) -> None:
    if wanted:
        from importlib import metadata  # as slow to import as all the rest

        try:
            typer.echo(f"tariff {metadata.version('tariff')}")
        except metadata.PackageNotFoundError:
            typer.echo("tariff, run from a checkout")
        raise typer.Exit


def _options(
    version: Annotated[
        bool,
        Option(
            "--version", callback=_show_version, is_eager=True, help="Show the version and exit."
        ),
    ] = False,
) -> None:
    """Options of ``tariff`` itself."""
