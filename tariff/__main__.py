"""The ``tariff`` command: what it can do, and where each part of it is."""

from importlib import metadata
from typing import Annotated

import typer
from typer import Option

from tariff.command_line import Command, Commands, Group, run
from tariff.paths import IS_CHECKOUT

#: They work on the repository's own files, which an installed Tariff does not have.
CHECKOUT_ONLY = {"catalogue", "docs"}
COMMANDS: Commands = {
    "report": Command("tariff.report:report", "Report on a file of usage records."),
    "serve": Command("tariff.serve.gateway:serve", "Serve the API on this machine."),
    "slack": Command("tariff.slack:slack", "Show the answer to a Slack command, without Slack."),
    "sample-usage": Command(
        "tariff.sample_usage:sample_usage", "Write a month of generated usage records."
    ),
    "athena": Command(
        "tariff.athena:athena", "Write the SQL and the price table of a report on Athena."
    ),
    "catalogue": Group(
        "Maintain the price catalogue.",
        {
            "build": Command("tariff.catalogue.build:build", "Build the bundled price books."),
            "import": Command(
                "tariff.catalogue.import_lists:import_lists", "Import the public price lists."
            ),
            "record": Command(
                "tariff.catalogue.recorded:record", "Record the public price lists for refreshes."
            ),
            "disagreements": Command(
                "tariff.catalogue.disagreements:disagreements",
                "Write the table of prices on which the public lists disagree.",
            ),
        },
    ),
    "docs": Group(
        "Generate documentation.",
        {
            "openapi": Command(
                "tariff.docs.openapi:generate",
                "Generate openapi.json, and the page docs.html made from it.",
            ),
            "diff": Command(
                "tariff.docs.difference:diff",
                "Show how two OpenAPI documents differ; exit with 1 if a caller's code can tell.",
            ),
            "slack": Command(
                "tariff.docs.slack_examples:generate",
                "Render the answers to Slack commands in docs/slack.md.",
            ),
            "english": Command(
                "tariff.docs.english:english",
                "Check the wording of documents, docstrings and messages.",
            ),
        },
    ),
    "dynamodb-local": Command(
        "tariff.dynamodb_local:dynamodb_local", "Install DynamoDB Local, AWS's own."
    ),
}


def main() -> None:
    """Run the command that the process's arguments name."""
    listed = {
        name: entry for name, entry in COMMANDS.items() if IS_CHECKOUT or name not in CHECKOUT_ONLY
    }
    run("What LLM calls cost, exactly.", listed, name="tariff", options=_options)


def _show_version(wanted: bool) -> None:
    if wanted:
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


if __name__ == "__main__":
    main()
