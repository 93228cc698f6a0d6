"""``tariff estimate`` and ``tariff compare``: what a call costs, on one model or on several."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any, Literal

import typer
from typer import Argument, Option

from pricing.usage.buckets import InferenceGeo, Processing, Speed
from tariff.asking import Asking, asking, count_of, json_in, text_in, usd_of
from tariff.command_line import MAY_BE_OVER_BUDGET, OVER_BUDGET, CommandFailed, From
from tariff.in_words import is_described, on_several_models, one_call
from tariff.views import compared, estimated, money

USAGE, PROMPT, TERMS = "Tokens", "Prompt or response", "Terms"
#: What says what a call uses.
_USES = (
    *("input_tokens", "output_tokens", "cache_read_tokens", "cache_write_tokens"),
    *("text", "usage", "response", "request", "units"),
)


def _count(name: str, text: str) -> Any:
    return Option(
        name, parser=count_of, metavar="N", help=text, rich_help_panel=USAGE, show_default=False
    )


def _file(name: str, text: str) -> Any:
    return Option(name, metavar="FILE", help=text, rich_help_panel=PROMPT, show_default=False)


def call(
    *,
    input_tokens: Annotated[int | None, _count("--input", "Input tokens, without cached.")] = None,
    output_tokens: Annotated[int | None, _count("--output", "Output tokens.")] = None,
    cache_read: Annotated[int | None, _count("--cache-read", "Tokens read from a cache.")] = None,
    cache_write: Annotated[
        int | None, _count("--cache-write", "Tokens written to a cache.")
    ] = None,
    text: Annotated[str | None, _file("--text", "A prompt to count.")] = None,
    expected_output: Annotated[
        int | None, _count("--expected-output", "Output expected of a prompt.")
    ] = None,
    usage: Annotated[str | None, _file("--usage", "A usage object, as a provider sent it.")] = None,
    response: Annotated[str | None, _file("--response", "A provider's whole response.")] = None,
    request: Annotated[str | None, _file("--request", "A provider's whole request body.")] = None,
    units: Annotated[
        str | None, _file("--units", "Quantities that are not tokens, as the API's `units`.")
    ] = None,
    processing: Annotated[
        Processing | None, Option(rich_help_panel=TERMS, help="The price list.")
    ] = None,
    speed: Annotated[Speed | None, Option(rich_help_panel=TERMS, help="The speed.")] = None,
    inference_geo: Annotated[
        InferenceGeo | None, Option(rich_help_panel=TERMS, help="Where inference runs.")
    ] = None,
) -> dict[str, Any]:
    """Return the fields of a request that describe one call; None for those not given."""
    return {
        "input_tokens": input_tokens,
        "output_tokens": output_tokens,
        "cache_read_tokens": cache_read,
        "cache_write_tokens": cache_write,
        "text": text and text_in(text),
        "expected_output_tokens": expected_output,
        "usage": usage and json_in(usage),
        "response": response and json_in(response),
        "request": request and json_in(request),
        "units": units and json_in(units),
        "processing": processing,
        "speed": speed,
        "inference_geo": inference_geo,
    }


Call = Annotated[dict[str, Any], From(call)]
Ask = Annotated[Asking, From(asking)]
Calls = Annotated[int, Option(parser=count_of, metavar="N", help="Number of identical calls.")]
BudgetUsd = Annotated[
    str | None,
    Option(
        metavar="USD",
        help="Exit with status 3 if the cost is over this amount, with 4 if a part of it is not"
        " known and it may be.",
    ),
]


def estimate(
    call: Call,
    ask: Ask,
    model: Annotated[
        str | None, Argument(help="Id, alias, provider/model or family, such as sonnet.")
    ] = None,
    amounts: Annotated[
        list[str] | None,
        Argument(
            metavar="AMOUNT...",
            help="What the call uses, as in Slack: 2k in 1k out 50k cached x100 batch.",
            show_default=False,
        ),
    ] = None,
    calls: Calls = 1,
    budget: BudgetUsd = None,
) -> int:
    """Show the cost of a call, line by line.

    FILE is a path, - for standard input, or JSON given as it is. For example:

    tariff estimate gpt-5 --input 2000 --output 500

    tariff estimate gpt-5 2k in 500 out x100

    tariff estimate sonnet --input 2k --output 1k --cache-read 50k --calls 1M --budget 25000

    tariff estimate haiku --text prompt.md --expected-output 300 --processing batch

    tariff estimate --response response.json --json
    """
    sent = {"model": model, **call, "calls": calls, "budget_usd": budget}
    if amounts:
        sent |= one_call(" ".join([model or "", *amounts]), sent)
    _must_be_said(sent)
    answer = ask.ask("POST /v1/estimate", sent)
    ask.show(answer, estimated, "line_items")
    cost = answer["net"] or answer
    return over(budget, cost["total_usd"], known=cost["status"] == "priced")


def compare(
    call: Call,
    ask: Ask,
    models: Annotated[
        list[str] | None,
        Argument(
            metavar="MODEL...",
            help="Ids, aliases or families, up to 20, or a call in words. Default: every family's"
            " current model.",
            show_default=False,
        ),
    ] = None,
    calls: Calls = 1,
    baseline: Annotated[str | None, Option(help="The model to compare with.")] = None,
    equal: Annotated[
        Literal["tokens", "text"], Option(help="Compare the same token counts, or the same text.")
    ] = "tokens",
    budget: Annotated[
        str | None,
        Option(metavar="USD", help="Show how many calls this amount pays for."),
    ] = None,
) -> None:
    """Show the same call on several models, cheapest first.

    For example:

    tariff compare opus sonnet gpt-5 gemini-4-argon --input 2k --output 500

    tariff compare opus vs sonnet 2k in 500 out

    tariff compare opus sonnet haiku --text prompt.md --expected-output 800 --markdown
    """
    sent = {"models": models, **call, "calls": calls, "baseline": baseline, "equal": equal}
    if is_described(models or ()):
        sent |= on_several_models(" ".join(models or ()), sent)
    _must_be_said(sent)
    answer = ask.ask("POST /v1/compare", {**sent, "budget_usd": budget})
    ask.show(answer, compared, "rows")


def _must_be_said(sent: Mapping[str, Any]) -> None:
    """Raise CommandFailed where neither options nor words say what a call uses."""
    if all(sent.get(name) is None for name in _USES):
        raise CommandFailed(
            "Say what the call uses: --input 2k --output 500, words such as 2k in 500 out, or one"
            " of --text, --usage, --response, --request and --units."
        )


def over(budget: str | None, total_usd: str | None, *, known: bool = True) -> int:
    """Return the exit status of a cost with this budget, which may be None.

    A cost that is not ``known`` is more than the total, by what is not in it.
    """
    if budget is None or (known and total_usd is None):
        return 0
    budget = usd_of(budget)
    if total_usd is not None and Decimal(total_usd) > Decimal(budget):
        least = "" if known else "At least "
        typer.echo(f"{least}{money(total_usd)} is over the budget of {money(budget)}.", err=True)
        return OVER_BUDGET
    if known:
        return 0
    typer.echo(
        f"A part of the cost is not known: it may be over the budget of {money(budget)}.", err=True
    )
    return MAY_BE_OVER_BUDGET
