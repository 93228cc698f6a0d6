"""The options that every question has: where to ask, at which prices, how to show the answer."""

import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import reduce
from pathlib import Path
from typing import Annotated, Any

import typer
from typer import Option

from tariff.client import Client, Refused, client_of
from tariff.command_line import CommandFailed
from tariff.output import Shown, Style, as_csv, as_json, as_markdown, show, write

WHERE, HOW = "Prices", "Output"
#: The options that send a field of the API, where they do not have its name.
_OPTIONS = {
    **{f"{name}_tokens": name for name in ("input", "output", "cache_read", "cache_write")},
    **{f"expected_{name}_tokens": f"expected_{name}" for name in ("input", "output")},
    "budget_usd": "budget",
    "max_usd_per_call": "max_usd",
    "reserve_output_tokens": "reserve",
    "prefix_tokens": "prefix",
    "suffix_tokens": "suffix",
    "max_prompt_tokens": "max_tokens",
}
#: Fields whose options have their names.
_SAME = (
    *("calls", "processing", "speed", "inference_geo", "as_of", "rate_card", "currency"),
    *("pricing_version", "realtime", "deadline_hours", "calls_per_hour", "hours_per_day"),
    *("days_per_month", "calls_per_month", "requests", "seats", "baseline", "current_model"),
)


@dataclass(frozen=True, slots=True)
class Asking:
    """Where a command asks, with which price version and date, and how it shows the answer."""

    client: Client
    prices: Mapping[str, Any]
    style: Style

    def ask(self, route: str, sent: Mapping[str, Any], **path: str) -> Any:
        """Return the answer of a route at these prices; fields that are None are not sent."""
        whole = {name: value for name, value in sent.items() if value is not None}
        try:
            return self.client.ask(route, {**whole, **self.prices}, **path)
        except Refused as refused:
            raise Refused(in_options(str(refused))) from None

    def show(self, answer: Any, view: Callable[[Any], Shown], *rows: str) -> None:
        """Print the answer; ``rows`` lead to its rows in CSV. With a rate card, they are at it."""
        if self.style in ("table", "markdown"):
            shown = view(at_the_card(answer))
            shown = shown._replace(notes=[*map(in_options, shown.notes)])
            show(shown) if self.style == "table" else write(as_markdown(shown))
        elif self.style == "json":
            write(as_json(answer))
        else:
            found: Any = reduce(lambda part, name: part[name], rows, answer.get("net") or answer)
            write(as_csv(found))
            if answer.get("status", "priced") != "priced":
                message = "Not everything is in these costs; --json says why."
                typer.echo(message, err=True)


def in_options(text: str) -> str:
    """Return a sentence of the API with the options of the command in place of its fields."""

    def option(found: re.Match[str]) -> str:
        name = _OPTIONS.get(found[1], found[1])
        is_known = found[1] in _OPTIONS or found[1] in _SAME
        return f"--{name.replace('_', '-')}" if is_known else found[0]

    return re.sub(r"(?m)(?:`|^/)(\w+)(?:`|\b(?!/))", option, text)


def at_the_card(answer: Any) -> Any:
    """Return the answer at the rate card's prices, where a card has another whole answer."""
    net = answer.get("net")
    if not net or "pricing" not in net:
        return answer
    warned = [
        *answer["warnings"],
        *(one for one in net["warnings"] if one not in answer["warnings"]),
    ]
    converted = answer["converted"]
    if converted:
        amounts = converted["amounts"].items()
        at_net = {path[4:]: amount for path, amount in amounts if path.startswith("/net/")}
        converted = {**converted, "amounts": at_net}
    return {**net, "warnings": warned, "converted": converted}


def style_of(*, as_json: bool, as_csv: bool, as_markdown: bool) -> Style:
    """Return the style that was asked for; raises BadParameter for several."""
    wanted = {"json": as_json, "csv": as_csv, "markdown": as_markdown}
    styles: list[Style] = [name for name, is_wanted in wanted.items() if is_wanted]  # type: ignore[misc]
    if len(styles) > 1:
        raise typer.BadParameter("send one of --json, --csv and --markdown")
    return styles[0] if styles else "table"


Url = Annotated[
    str | None,
    Option(
        envvar="TARIFF_URL",
        help="Ask this deployment, with the bearer token in TARIFF_TOKEN or signed with AWS's"
        " credentials. Default: the prices that come with the command, offline.",
        rich_help_panel=WHERE,
        show_default=False,
    ),
]
Version = Annotated[
    str | None, Option("--pricing-version", help="A price version.", rich_help_panel=WHERE)
]
AsOf = Annotated[str | None, Option(help="Price at this date or instant.", rich_help_panel=WHERE)]
RateCard = Annotated[
    str | None,
    Option(
        metavar="FILE|ID",
        help="What you pay instead of the list prices: rules as JSON, or a stored card's id.",
        rich_help_panel=WHERE,
    ),
]
Currency = Annotated[
    str | None, Option(metavar="CODE", help="Show the total in it too.", rich_help_panel=WHERE)
]
AsJson = Annotated[bool, Option("--json", help="The whole answer.", rich_help_panel=HOW)]
AsCsv = Annotated[bool, Option("--csv", help="Rows with exact amounts.", rich_help_panel=HOW)]
AsMarkdown = Annotated[
    bool, Option("--markdown", help="GitHub-flavoured Markdown.", rich_help_panel=HOW)
]


def asking(
    url: Url = None,
    version: Version = None,
    as_of: AsOf = None,
    rate_card: RateCard = None,
    currency: Currency = None,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
    as_markdown: AsMarkdown = False,
) -> Asking:
    """Read the options of a question."""
    prices = {"pricing_version": version, "as_of": as_of, "currency": currency}
    prices["rate_card"] = rate_card_of(rate_card)
    style = style_of(as_json=as_json, as_csv=as_csv, as_markdown=as_markdown)
    return Asking(client_of(url), {name: one for name, one in prices.items() if one}, style)


def looking(
    url: Url = None,
    as_of: AsOf = None,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
    as_markdown: AsMarkdown = False,
) -> Asking:
    """Read the options of a question about prices, which have no rate card and no currency."""
    return asking(url, as_of=as_of, as_json=as_json, as_csv=as_csv, as_markdown=as_markdown)


def text_in(source: str) -> str:
    """Return the text of a file, of standard input for ``-``, or of ``{...}`` given as it is."""
    if source == "-":
        return sys.stdin.read()
    if source.lstrip()[:1] in ("{", "["):
        return source
    try:
        return Path(source).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        told = " It has to be a path, or - for standard input." if " " in source else ""
        raise CommandFailed(f"{source} cannot be read: {reason}.{told}") from None


def json_in(source: str) -> Any:
    """Return the JSON document of a file, of standard input for ``-``, or given as it is."""
    from pricing.errors import TariffError
    from pricing.jsonio import read_json

    content = text_in(source).encode()
    try:
        return read_json(content, max_bytes=len(content))
    except TariffError as error:
        raise CommandFailed(f"{source}: {error}") from None


def rate_card_of(source: str | None) -> Any:
    """Return the rules of a rate card in a file, or its id as it is."""
    is_id = source is None or source == "list" or source.startswith("rate-card-")
    return source if is_id and not Path(str(source)).is_file() else json_in(str(source))


def usd_of(written: str) -> str:
    """Read an amount in USD as people write it: ``100``, ``$1,000``, ``5k USD``."""
    from pricing.money import in_usd

    found = in_usd(written)
    if not found:
        raise typer.BadParameter(f"{written!r} is not an amount in USD; write 100 or '$1,000'")
    return found


def count_of(written: str | int) -> int:
    """Read a count as people write it: ``2000``, ``2k``, ``1.5M``, ``12,500``."""
    if str(written).isdecimal():  # a default is a number already
        return int(written)
    from pricing.slack.lexer import number, scaled  # its patterns take a while

    found = number(scaled(str(written)))
    if found is None or found.value != int(found.value):
        raise typer.BadParameter(f"{written!r} is not a count; write 2000, 2k or 1.5M")
    return int(found.value)
