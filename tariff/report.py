"""``tariff report``: what usage records, or the session logs of coding tools, cost."""

import json
import shutil
import sys
import tempfile
import webbrowser
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple

import typer
from typer import Argument, BadParameter, Option

from pricing.api.billing import prices_for
from pricing.api.requests.reports import ReportRequest
from pricing.display import counted
from pricing.errors import TariffError
from pricing.jsonio import to_json
from pricing.reports.generate import report_usage
from pricing.reports.readers.files import SPREADSHEETS, UsageFile, opened
from pricing.reports.render.csv_table import to_csv
from pricing.reports.render.focus import as_parquet
from pricing.reports.render.html_page import to_html
from pricing.reports.report import UsageReport
from pricing.store.books import Books
from pricing.validation import parse
from tariff import session_logs
from tariff.asking import (
    HOW,
    AsCsv,
    AsJson,
    AsMarkdown,
    Currency,
    RateCard,
    Url,
    Version,
    rate_card_of,
    style_of,
)
from tariff.client import client_of
from tariff.command_line import CommandFailed, From
from tariff.estimate import BudgetUsd, over
from tariff.output import as_json as json_text
from tariff.output import as_markdown as markdown_text
from tariff.output import show, write
from tariff.report_view import left_out, reported

#: What API Gateway passes on of a JSON body, with room for what is around the records.
_MOST_SENT = 5_000_000
#: A machine of a developer has more memory than a function.
_MEMORY_MB = 1500
_GROUPS = ("model", "month", "week", "day", "project", "session", "endpoint", "team")
_TABLES = (".csv", ".parquet")
_ALONE = (*_TABLES, ".tsv", *(f".{one}" for one in SPREADSHEETS))
Say = Callable[[str], None]


class Files(NamedTuple):
    """Where to write a report as files, if anywhere."""

    html: Path | None
    focus: Path | None
    opens: bool

    @property
    def format(self) -> str:
        """The format that the report is made for."""
        return "html" if self.html else "focus-csv" if self.focus else "json"

    def write(self, made: UsageReport, rows_of_focus: Path) -> None:
        """Write the files; raises CommandFailed."""
        try:
            if self.html:
                self.html.write_text(to_html(made), encoding="utf-8")
            if self.focus and self.focus.suffix == ".parquet":
                table = rows_of_focus.with_suffix(".parquet")
                as_parquet(rows_of_focus, table)
                shutil.copyfile(table, self.focus)
            elif self.focus:
                shutil.copyfile(rows_of_focus, self.focus)
        except OSError as error:
            raise CommandFailed(f"{error.filename} cannot be written: {error.strerror}.") from None

    def show(self) -> None:
        """Name the files, and open the page if that was asked for."""
        for file in filter(None, (self.html, self.focus)):
            write(str(file.resolve()))
        if self.html and self.opens:
            webbrowser.open(self.html.resolve().as_uri())


def files(
    html: Annotated[
        Path | None, Option(metavar="FILE", help="Write the report's page.", rich_help_panel=HOW)
    ] = None,
    open_page: Annotated[
        bool, Option("--open", help="Show the page in a browser.", rich_help_panel=HOW)
    ] = False,
    focus: Annotated[
        Path | None,
        Option(
            metavar="FILE",
            help="Write the costs with FOCUS 1.2's columns: a .csv or .parquet file.",
            rich_help_panel=HOW,
        ),
    ] = None,
) -> Files:
    """Read which files to write."""
    if open_page and html is None:
        html = Path(tempfile.gettempdir()) / "tariff-report.html"
    if focus and focus.suffix not in _TABLES:
        raise BadParameter(f"--focus writes a .csv or a .parquet file, and {focus} is neither")
    return Files(html, focus, open_page)


def calls(
    since: Annotated[str | None, Option(metavar="DATE", help="The first day, UTC.")] = None,
    until: Annotated[str | None, Option(metavar="DATE", help="The last day, UTC.")] = None,
    this_month: Annotated[bool, Option("--this-month", help="Only this month.")] = False,
    model: Annotated[list[str] | None, Option(help="Only this model; may be repeated.")] = None,
    project: Annotated[list[str] | None, Option(help="Only this project; may be repeated.")] = None,
) -> dict[str, Any]:
    """Read which calls to report on, as the route's filter."""
    if this_month:
        since = datetime.now(UTC).date().replace(day=1).isoformat()
    start, last = map(_day, (since, until))
    return {
        "start": start and start.isoformat(),
        "end": last and (last + timedelta(days=1)).isoformat(),
        "model": model or None,
        "project": project or None,
    }


def _day(written: str | None) -> date | None:
    """Read a day; raises CommandFailed."""
    try:
        return date.fromisoformat(written) if written else None
    except ValueError:
        raise CommandFailed(f"{written} is not a day; write it as 2026-11-22.") from None


def _aliases(sent: Sequence[str]) -> dict[str, str]:
    """Read names of the caller's own, each with the model that it stands for."""
    found = {}
    for one in sent:
        name, _, model = one.partition("=")
        if not name or not model:
            raise BadParameter(f"{one} is not a name and a model; write chat-prod=azure/gpt-4o")
        found[name] = model
    return found


def report(
    chosen: Annotated[dict[str, Any], From(calls)],
    written: Annotated[Files, From(files)],
    paths: Annotated[
        list[Path] | None,
        Argument(
            metavar="PATH...",
            exists=True,
            help="Files of JSON Lines, JSON, CSV or Parquet, or folders of session logs. Default:"
            " the logs of Claude Code, Codex, Gemini CLI and OpenCode on this machine.",
            show_default=False,
        ),
    ] = None,
    by: Annotated[
        str, Option(metavar="LIST", help="Tables, such as model,week,project*model or tag:team.")
    ] = ",".join(_GROUPS),
    rows: Annotated[int, Option(min=1, help="The most rows of a table.")] = 10,
    budget: BudgetUsd = None,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
    as_markdown: AsMarkdown = False,
    rate_card: RateCard = None,
    currency: Currency = None,
    version: Version = None,
    url: Url = None,
    alias: Annotated[
        list[str] | None,
        Option(
            metavar="NAME=MODEL",
            help="A name of your own in the records, such as a deployment; may be repeated.",
        ),
    ] = None,
    engine: Annotated[
        Literal["duckdb", "spark"],
        Option(
            help="spark reads many large files in parallel; install it: pip install '.[spark]'."
        ),
    ] = "duckdb",
    tables: Annotated[
        Path | None,
        Option(metavar="FOLDER", help="Keep the tables of --engine spark in this new folder."),
    ] = None,
) -> int:
    """Report what usage cost, and what would have cost less.

    For example:

    tariff report

    tariff report usage.jsonl --by day*model --this-month --budget 50

    tariff report ~/.claude/projects --html report.html --open
    """
    style = style_of(as_json=as_json, as_csv=as_csv, as_markdown=as_markdown)
    if url and (style == "csv" or written.format != "json"):
        raise BadParameter("with --url, a report is a table, Markdown or JSON")
    if engine == "spark" and (url or written.focus):
        raise BadParameter("--engine spark takes neither --url nor --focus")
    sent = {
        "group_by": [name.strip() for name in by.split(",")],
        "top": rows,
        "filter": chosen,
        "format": written.format,
        "currency": currency,
        "rate_card": rate_card_of(rate_card),
        **({"pricing_version": version} if version else {}),
        **({"model_aliases": _aliases(alias)} if alias else {}),
    }
    made = None
    with tempfile.TemporaryDirectory(prefix="tariff-command-") as name, _progress() as progress:
        folder = Path(name)
        rows_of_focus = folder / "focus.csv"
        tools: set[str] = set()
        answer: Any = None
        if engine == "spark":
            made = on_spark(paths or (), sent, tables or folder / "tables")
        else:
            usage, tools = _usage(paths or (), folder, progress)
            if url:
                answer = _asked(url, usage, sent)
            else:
                wanted = rows_of_focus if written.focus else None
                made = made_from(usage, sent, folder, progress.say, focus=wanted)
        if made:
            answer = json.loads(to_json(made))
            written.write(made, rows_of_focus)
    written.show()
    only_files = style == "table" and written.format != "json" and not written.opens
    shown = style in ("table", "markdown") and not only_files
    if style == "json":
        write(json_text(answer))
    elif style == "csv" and made:
        write(to_csv(made))
    elif shown:
        view = reported(answer, rows, datetime.now(UTC).date(), with_plans="Claude Code" in tools)
        show(view) if style == "table" else write(markdown_text(view))
    missing = left_out(answer)
    if missing and style != "json" and not shown:
        message = f"Not everything is in these costs: {', '.join(missing)}. --json says why."
        typer.echo(message, err=True)
    cost = (answer["net"] or {}).get("total_usd") or answer["totals"]["cost_usd"]
    return over(budget, cost, known=not missing)


def made_from(
    usage: UsageFile,
    sent: Mapping[str, Any],
    folder: Path,
    say: Say = lambda _: None,
    *,
    most_rows: int | None = None,
    focus: Path | None = None,
) -> UsageReport:
    """Report on a file as the route does, with the bundled prices.

    ``sent`` are the route's fields without the records; a table has at most ``most_rows`` rows, or
    as many as the route's. Rows of FOCUS are written to ``focus``. Raises CommandFailed.
    """
    try:
        request = parse(ReportRequest, {**sent, "records": []})
        now = datetime.now(UTC)
        in_force = prices_for(Books(None), request, now)
        query = request.query(now)
        if most_rows is not None:
            query = replace(query, most_rows=most_rows)
        return report_usage(
            in_force, usage, query, folder, focus=focus, memory_mb=_MEMORY_MB, say=say
        )
    except TariffError as error:
        raise CommandFailed(str(error)) from None
    except OSError as error:
        raise CommandFailed(f"{folder} cannot be used: {error.strerror}.") from None


def on_spark(paths: Sequence[Path], sent: Mapping[str, Any], tables: Path) -> UsageReport:
    """Report on files, or all files in folders, on Spark; its tables are written to ``tables``."""
    try:
        from tariff.spark.folders import LocalFile, LocalFolder
        from tariff.spark.report import report_files, session

        spark = session()
    except ImportError:
        raise CommandFailed(
            "Spark is not installed: pip install '.[spark]', and Java 17."
        ) from None
    files = [
        LocalFile(file)
        for path in paths
        for file in (path.rglob("*") if path.is_dir() else (path,))
        if file.is_file()
    ]
    if not files:
        raise CommandFailed("There are no files here. Name files, or folders of them.")
    try:
        tables.mkdir(parents=True)
        request = parse(ReportRequest, {**sent, "records": []})
        now = datetime.now(UTC)
        in_force = prices_for(Books(None), request, now)
        return report_files(spark, files, in_force, request.query(now), LocalFolder(tables))
    except TariffError as error:
        raise CommandFailed(str(error)) from None
    except FileExistsError:
        raise CommandFailed(f"{tables} exists; name a new folder for the tables.") from None


def gathered(paths: Sequence[Path], folder: Path) -> UsageFile:
    """Return the usage in these paths, or in the session logs of this machine, as one file."""
    with _progress(shown=False) as progress:
        return _usage(paths, folder, progress)[0]


def _usage(
    paths: Sequence[Path], folder: Path, progress: "_Progress"
) -> tuple[UsageFile, set[str]]:
    """Return the usage as one file, and the names of the tools that wrote it."""
    tables = [str(path) for path in paths if {*map(str.lower, path.suffixes)} & {*_ALONE}]
    if len(paths) == 1 and tables and paths[0].is_file():
        try:
            return opened(paths[0], paths[0].name, folder, tables[0]), set()
        except TariffError as error:
            raise CommandFailed(str(error)) from None
    if tables:
        raise CommandFailed(f"{tables[0]} is a table: CSV and Parquet are read one file at a time.")
    if missing := [str(path) for path in paths if not path.exists()]:
        raise CommandFailed(f"{missing[0]} does not exist.")
    sources = [session_logs.named(paths)] if paths else session_logs.found()
    files = [file for source in sources for file in source.files]
    if not files:
        where = "in these folders" if paths else "of Claude Code, Codex, Gemini CLI or OpenCode"
        raise CommandFailed(
            f"There are no logs {where}. Name files of JSON Lines, JSON, CSV or Parquet, or folders"
            " of JSON Lines and JSON."
        )
    size = sum(source.size for source in sources)
    progress.begin(f"Reading {counted(len(files), 'file')}", size)
    target = folder / "gathered.jsonl"
    tools = session_logs.gather(files, target, progress.read)
    return UsageFile(target, "jsonl"), tools


def _asked(url: str, usage: UsageFile, sent: Mapping[str, Any]) -> Any:
    if usage.kind != "jsonl" or usage.path.stat().st_size > _MOST_SENT:
        raise CommandFailed(
            "A deployment takes up to 5 MB of records at once. Leave out --url to report with the"
            " bundled prices, or put the file into the deployment's input bucket."
        )
    lines = usage.path.read_bytes().splitlines()
    records = [json.loads(line) for line in lines if line]
    return client_of(url).ask("POST /v1/usage/report", {**sent, "records": records})


class _Progress:
    """What a person sees of long work, on standard error."""

    def begin(self, what: str, size: int) -> None:
        """Begin to read so many bytes."""

    def read(self, size: int) -> None:
        """Count bytes that were read."""

    def say(self, step: str) -> None:
        """Name a step that is done."""


@contextmanager
def _progress(*, shown: bool = True) -> Iterator[_Progress]:
    """Show progress where standard error is a terminal."""
    if not (shown and sys.stderr.isatty()):
        yield _Progress()
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, SpinnerColumn, TextColumn

    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), DownloadColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("Looking for logs", total=None)

        class Shown(_Progress):
            def begin(self, what: str, size: int) -> None:
                bar.update(task, description=what, total=size)

            def read(self, size: int) -> None:
                bar.advance(task, size)

            def say(self, step: str) -> None:
                bar.update(task, description=step.capitalize())

        yield Shown()
