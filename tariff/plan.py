"""``tariff recommend`` and ``tariff plan``: which model suits a task, and what would cost less."""

from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from typer import Argument, Option

from tariff.asking import count_of, json_in, text_in, usd_of
from tariff.estimate import Ask, Call, Calls
from tariff.views import batched, budgeted, cached, recommended, subscribed

Model = Annotated[str, Argument(help="Id, alias, provider/model or family, such as sonnet.")]


def _count(text: str, name: str | None = None) -> Any:
    names = (name,) if name else ()
    return Option(*names, parser=count_of, metavar="N", help=text, show_default=False)


def recommend(
    tasks: Annotated[
        list[str], Argument(metavar="TASK...", help="Each task in words; - reads one from stdin.")
    ],
    ask: Ask,
    calls: Calls = 1,
    expected_input: Annotated[
        int | None, _count("Input tokens of a call. Default: those of the task's text.")
    ] = None,
    expected_output: Annotated[int | None, _count("Output tokens of a call.")] = None,
    current_model: Annotated[str | None, Option(help="The model in use now.")] = None,
    max_usd: Annotated[
        str | None, Option(parser=usd_of, metavar="USD", help="The most that a call may cost.")
    ] = None,
    realtime: Annotated[
        bool | None, Option("--realtime/--no-realtime", help="Whether a person waits.")
    ] = None,
) -> None:
    """Recommend a model for each task.

    For example:

    tariff recommend "Classify customer emails into 5 categories" --calls 50k --expected-output 10

    tariff recommend "Debug a race condition" "Translate this page" --json
    """
    sent: dict[str, Any] = {
        "calls": calls,
        "expected_input_tokens": expected_input,
        "expected_output_tokens": expected_output,
        "current_model": current_model,
        "max_usd_per_call": max_usd,
        "realtime": realtime,
    }
    if len(tasks) > 1 and not any(" " in task.strip() or task == "-" for task in tasks):
        raise typer.BadParameter(f'put the task in quotes: tariff recommend "{" ".join(tasks)}"')
    texts = [text_in("-") if task == "-" else task for task in tasks]
    sent |= {"task": texts[0]} if len(texts) == 1 else {"tasks": texts}
    answer = ask.ask("POST /v1/recommend", sent)
    ask.show(answer, recommended, "recommendations")


def caching(
    model: Model,
    ask: Ask,
    prefix: Annotated[int, _count("Tokens that all calls begin with.")],
    calls_per_hour: Annotated[str, Option(metavar="N", help="Calls per hour.")],
    suffix: Annotated[int, _count("Tokens after the prefix, which vary.")] = 0,
    output: Annotated[int, _count("Output tokens of a call.")] = 0,
    hours_per_day: Annotated[int, Option(help="Hours a day with calls.")] = 8,
    days_per_month: Annotated[int, Option(help="Days a month with calls.")] = 22,
    ttl: Annotated[
        Literal["auto", "5m", "1h"], Option(help="The time to live; auto is the cheapest.")
    ] = "auto",
    arrivals: Annotated[
        Literal["even", "poisson"], Option(help="At equal intervals, or at random.")
    ] = "even",
) -> None:
    """Show what a cached prefix saves, and which time to live is the cheapest.

    For example:

    tariff plan caching sonnet --prefix 30k --suffix 500 --output 400 --calls-per-hour 100
    """
    sent = {
        "model": model,
        "prefix_tokens": prefix,
        "suffix_tokens": suffix,
        "output_tokens": output,
        "calls_per_hour": calls_per_hour,
        "hours_per_day": hours_per_day,
        "days_per_month": days_per_month,
        "ttl": ttl,
        "arrivals": arrivals,
    }
    answer = ask.ask("POST /v1/plan/caching", sent)
    ask.show(answer, cached, "plan", "options")


def batch(
    model: Model,
    call: Call,
    ask: Ask,
    requests: Annotated[int, _count("Number of such requests.")],
    deadline_hours: Annotated[
        str | None, Option(metavar="N", help="Hours until the last answer is needed.")
    ] = None,
    task: Annotated[str | None, Option(help="The task in words.")] = None,
    realtime: Annotated[
        bool | None, Option("--realtime/--no-realtime", help="Whether a person waits.")
    ] = None,
) -> None:
    """Show the same requests one by one and in batches, and whether batches suit them.

    For example:

    tariff plan batch haiku --input 3k --output 1k --requests 250k --deadline-hours 48
    """
    sent = {
        "model": model,
        **call,
        "requests": requests,
        "deadline_hours": deadline_hours,
        "task": task,
        "realtime": realtime,
    }
    answer = ask.ask("POST /v1/plan/batch", sent)
    ask.show(answer, batched, "workloads")


def context(
    model: Model,
    files: Annotated[
        list[Path], Argument(metavar="FILE...", exists=True, dir_okay=False, help="The parts.")
    ],
    ask: Ask,
    task: Annotated[
        str | None, Option(help="What the parts are for: they are ranked by it.")
    ] = None,
    reserve: Annotated[int, _count("Tokens to keep free for the output.")] = 0,
    most: Annotated[int | None, _count("A budget in tokens.", "--max-tokens")] = None,
    required: Annotated[
        list[Path] | None, Option(metavar="FILE", help="A part that is never dropped.")
    ] = None,
    calls_per_month: Annotated[int, _count("Number of such calls a month.")] = 1,
) -> None:
    """Show what fits a context window, which files to leave out, and what that saves.

    For example:

    tariff plan context sonnet src/*.py --task "Fix the parsing of headers" --max-tokens 20k
    """
    parts = [
        {"name": str(file), "text": text_in(str(file)), "required": file in (required or ())}
        for file in files
    ]
    sent = {
        "model": model,
        "parts": parts,
        "task": task,
        "reserve_output_tokens": reserve,
        "max_prompt_tokens": most,
        "calls_per_month": calls_per_month,
    }
    answer = ask.ask("POST /v1/plan/context", sent)
    ask.show(answer, budgeted, "budget", "parts")


def subscription(
    call: Call,
    ask: Ask,
    model: Annotated[str | None, Argument(help="The model that each seat calls.")] = None,
    calls: Annotated[int, _count("Calls per month and seat.")] = 1,
    seats: Annotated[int, Option(min=1, help="Number of people.")] = 1,
    items: Annotated[
        str | None,
        Option(metavar="FILE", help="Several kinds of calls, as the API's `items`: a JSON list."),
    ] = None,
) -> None:
    """Compare subscriptions with the same usage at API prices.

    For example:

    tariff plan subscription sonnet --seats 8 --calls 300 --input 15k --output 3k
    """
    kinds = json_in(items) if items else None
    if (kinds is None) == (model is None):
        raise typer.BadParameter("send a MODEL and the usage of one call, or --items")
    if kinds is None:
        fields = {name: value for name, value in call.items() if value is not None}
        kinds = [{"name": model, "model": model, "calls": calls, **fields}]
    answer = ask.ask("POST /v1/plan/subscription", {"seats": seats, "items": kinds})
    ask.show(answer, subscribed, "plans")
