"""The commands that ask: their figures are the API's, on every way out, with its refusals."""

import csv
import io
import json
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from pricing.store import bundled
from tariff.client import Bundled, Deployment, Refused
from tariff.command_line import CommandFailed
from tariff.output import Shown, Table, as_csv, as_markdown, as_text
from tariff.quick import answered, counted
from tariff.template import ROOT
from tests.support.command import Run
from tests.support.handlers import Event, handler, post


def without_time(answer: dict[str, Any]) -> dict[str, Any]:
    """The answer but for the moment of asking, which two answers do not share."""
    for part in (answer, *answer.get("rows", ())):
        part["pricing"] |= {"as_of": None, "age_seconds": None}
    return answer


def test_counted_tokens_cost_what_the_route_says_on_every_model(event: Event) -> None:
    estimate, book = handler("estimate"), bundled.current()
    references = [model.key for model in book.models()][::40]
    references += [*book.families, "GPT-5", "claude-opus-4.5", "models/gemini-2.5-pro"]
    for number, model in enumerate(references):
        sent = {
            "model": model,
            "input_tokens": 250_000 * (number % 2) + number,
            "output_tokens": 700,
            "cache_read_tokens": 50 * (number % 3),
            "calls": 1 + number % 5,
        }
        answer = post(estimate, event("estimate"), sent)
        quick = counted(sent)
        if answer.status != 200:
            assert quick is None, model
        else:
            assert without_time(quick) == without_time(answer.body), model


@pytest.mark.parametrize(
    "change", [{"input_tokens": -1}, {"calls": 0}, {"output_tokens": 10**12 + 1}, {"model": "no"}]
)
def test_counts_that_the_route_refuses_are_refused(change: dict[str, Any]) -> None:
    sent = {"model": "sonnet", "input_tokens": 1, "output_tokens": 1, "calls": 1, **change}
    assert counted(sent) is None
    with pytest.raises(Refused):
        Bundled().ask("POST /v1/estimate", sent)


#: 2,000 input tokens at $1.25 a million are $0.0025; 500 output tokens at $10 are $0.005.
GPT_5 = ("estimate", "gpt-5", "--input", "2k", "--output", "500")


def test_an_estimate_is_a_table_of_its_line_items(run: Run) -> None:
    status, out, _ = run(*GPT_5)
    assert status == 0
    assert out.splitlines()[0] == "$0.0075"
    assert "input         2,000   $1.25/1M  $0.0025" in out.splitlines()
    assert f"Prices: version {bundled.current_id()} (bundled with this command)" in out


def test_csv_and_json_have_exact_amounts(run: Run) -> None:
    _, out, _ = run(*GPT_5, "--csv")
    rows = list(csv.DictReader(io.StringIO(out)))
    assert [(row["component"], row["cost_usd"]) for row in rows] == [
        ("input", "0.0025"),
        ("output", "0.005"),
    ]
    _, out, _ = run(*GPT_5, "--json")
    assert json.loads(out)["total_usd"] == "0.0075"


@pytest.mark.parametrize(
    ("budget", "status"), [("0.0076", 0), ("0.0075", 0), ("0.00749", 3), ("$1", 0), ("$0", 3)]
)
def test_a_cost_over_the_budget_ends_with_status_3(run: Run, budget: str, status: int) -> None:
    ended, _, err = run(*GPT_5, "--budget", budget)
    assert (ended, "is over the budget" in err) == (status, status == 3)


@pytest.mark.parametrize(
    ("arguments", "function", "body"),
    [
        (
            ["compare", "opus", "sonnet", "gpt-5", "--input", "2k", "--output", "1k"],
            "compare",
            {"models": ["opus", "sonnet", "gpt-5"], "input_tokens": 2000, "output_tokens": 1000},
        ),
        (
            ["estimate", "haiku", "--usage", '{"input_tokens": 9, "output_tokens": 4}'],
            "estimate",
            {"model": "haiku", "usage": {"input_tokens": 9, "output_tokens": 4}},
        ),
        (
            ["compare", "--input", "2k", "--output", "1k"],  # every family's current model
            "compare",
            {"input_tokens": 2000, "output_tokens": 1000},
        ),
        (
            ["estimate", "whisper-1", "--units", '{"audio_seconds": 8.47}'],
            "estimate",
            {"model": "whisper-1", "units": {"audio_seconds": "8.47"}},
        ),
        (
            ["recommend", "Translate this page", "--expected-output", "900"],
            "recommend",
            {"task": "Translate this page", "expected_output_tokens": 900},
        ),
    ],
)
def test_figures_are_those_of_the_route(
    run: Run, event: Event, arguments: list[str], function: str, body: dict[str, Any]
) -> None:
    status, out, _ = run(*arguments, "--json")
    assert status == 0
    answer = post(handler(function), event(function), body).body
    assert json.loads(json.dumps(amounts(json.loads(out)))) == amounts(answer)


def amounts(value: Any) -> Any:
    """Every amount in USD of an answer, by its place."""
    if isinstance(value, dict):
        kept = {name: amounts(part) for name, part in value.items()}
        return {name: part for name, part in kept.items() if part or name.endswith("_usd")}
    return [amounts(part) for part in value] if isinstance(value, list) else None


@pytest.mark.parametrize(
    "arguments",
    [
        ["plan", "caching", "sonnet", "--prefix", "30k", "--calls-per-hour", "100"],
        ["plan", "batch", "haiku", "--input", "3k", "--output", "1k", "--requests", "250k"],
        ["plan", "context", "sonnet", "README.md", "--task", "Serve the API"],
        ["plan", "subscription", "sonnet", "--calls", "300", "--input", "15k", "--output", "3k"],
        ["models", "claude", "sonnet", "--limit", "3"],
        ["diff", "lesson-2025", "--limit", "3"],
    ],
)
def test_every_plan_and_list_is_shown_as_text_markdown_csv_and_json(
    run: Run, arguments: list[str]
) -> None:
    for style in ([], ["--markdown"], ["--csv"], ["--json"]):
        status, out, err = run(*arguments, *style)
        assert (status, err) == (0, "")
        assert out.strip()


def test_caching_is_planned_at_the_prices_of_the_model(run: Run) -> None:
    # 100 calls an hour, 8 hours, 22 days: 17,600 calls of 30,000 tokens at $2.00 a million.
    _, out, _ = run(
        *["plan", "caching", "sonnet", "--prefix", "30k", "--calls-per-hour", "100", "--json"]
    )
    assert json.loads(out)["plan"]["plain_month"]["cost_usd"] == "1056"


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        (["compare", "opus", "claude-opus-45", "--input", "1"], 1, "claude-opus-45: Price version"),
        (["compare", "opus", "claude-opus-45", "--input", "1"], 1, "Did you mean claude-opus-4"),
        (["estimate", "gpt-5"], 1, "Say what the call uses: --input 2k --output 500, words such"),
        (["compare", "opus", "gpt-5"], 1, "Say what the call uses: --input 2k --output 500"),
        (["estimate", "gpt-5", "--text", "no/such/file"], 1, "no/such/file cannot be read"),
        (["estimate", "gpt-5", "--usage", "{"], 1, "not valid JSON"),
        (["estimate", "gpt-5", "--input", "2x"], 2, "'2x' is not a count"),
        (["estimate", "gpt-5", "--json", "--csv"], 2, "send one of --json, --csv"),
        (["plan", "subscription"], 2, "send a MODEL"),
        (["estimate", "gpt-5", "--url", "http://example.org"], 1, "must begin with https://"),
    ],
)
def test_what_cannot_be_answered_says_what_to_send(
    run: Run, arguments: list[str], status: int, message: str
) -> None:
    ended, out, err = run(*arguments)
    assert (ended, out) == (status, "")
    assert message in " ".join(err.split())


# Ways out


HOSTILE = "x|<b>\x1b[31m@team `a`\n=1"
SHOWN = Shown(
    "Total",
    [("Model", HOSTILE)],
    [Table(("Name", "Cost"), [(HOSTILE, "$1.00")])],
    [HOSTILE],
    "Prices.",
)


def test_markdown_and_text_are_not_steered_by_what_they_show() -> None:
    markdown = as_markdown(SHOWN)
    assert not {"<b>", "\x1b", "@team", "`a`"} & {
        part for part in ("<b>", "\x1b", "@team", "`a`") if part in markdown
    }
    (row,) = [line for line in markdown.splitlines() if line.startswith("| x")]
    assert row.count("|") == 3
    assert "| Name | Cost |\n|---|--:|\n" in markdown
    assert "\x1b" not in as_text(SHOWN)


def test_csv_has_a_column_for_each_member_and_no_formula() -> None:
    rows: list[dict[str, Any]] = [
        {"model": {"id": "=HYPERLINK(1)"}, "saves_usd": "-1.5", "words": ["a", "b"]},
        {"items": [{}, {}]},
    ]
    assert as_csv(rows) == ("model.id,saves_usd,words,items\n'=HYPERLINK(1),-1.5,a b,\n,,,2\n")


# A deployment


class Reply:
    """An answer of a deployment."""

    def __init__(self, status: int, answer: Any) -> None:
        self.status = status
        self.data = json.dumps(answer).encode()


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What was sent to deployments, each of which answers with a total of one dollar."""
    requests: list[dict[str, Any]] = []

    def request(method: str, url: str, **options: Any) -> Reply:
        requests.append({"method": method, "url": url, **options})
        return Reply(200, {"total_usd": "1"})

    monkeypatch.setattr("urllib3.request", request)
    return requests


DEPLOYED = "https://abc123.execute-api.eu-west-1.amazonaws.com"


def test_a_request_to_a_deployment_is_signed_for_its_region(sent: list[dict[str, Any]]) -> None:
    Deployment(DEPLOYED + "/").ask("POST /v1/estimate", {"model": "opus", "budget_usd": "5"})
    (request,) = sent
    assert request["url"] == f"{DEPLOYED}/v1/estimate"
    assert json.loads(request["body"]) == {"model": "opus", "budget_usd": "5"}
    signature = request["headers"]["Authorization"]
    assert signature.startswith("AWS4-HMAC-SHA256 Credential=")
    assert "/eu-west-1/execute-api/aws4_request" in signature


def test_a_deployment_with_a_name_of_its_own_is_in_the_region_of_the_environment(
    sent: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_REGION", "eu-north-1")
    Deployment("https://tariff.example").ask("GET /v1/models", {"q": "opus"})
    assert "/eu-north-1/execute-api/" in sent[0]["headers"]["Authorization"]
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(CommandFailed, match="Set AWS_REGION"):
        Deployment("https://tariff.example").ask("GET /v1/models", {"q": "opus"})
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    with pytest.raises(CommandFailed, match="must know who asks"):
        Deployment("https://tariff.example").ask("GET /v1/models", {"q": "opus"})


def test_a_token_is_sent_instead_and_never_in_the_clear(
    sent: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TARIFF_TOKEN", "secret")
    ids = {"provider": "fireworks", "id": "accounts/a/b"}
    Deployment(DEPLOYED).ask("GET /v1/models/{provider}/{id+}", {"as_of": "2026-11-01"}, **ids)
    (request,) = sent
    path = "/v1/models/fireworks/accounts%2Fa%2Fb?as_of=2026-11-01"
    assert request["url"] == DEPLOYED + path
    assert request["headers"]["authorization"] == "Bearer secret"
    with pytest.raises(CommandFailed, match="must begin with https"):
        Deployment("http://tariff.example")


def test_a_refusal_of_a_deployment_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = {
        "detail": "Unknown.",
        "errors": [{"pointer": "/model", "detail": "is an unknown model"}],
        "suggestions": ["opus", "sonnet"],
    }
    monkeypatch.setattr("urllib3.request", lambda *_, **__: Reply(404, problem))
    with pytest.raises(Refused) as refused:
        Deployment("http://127.0.0.1:1").ask("POST /v1/estimate", {"model": "opsu"})
    assert str(refused.value) == (
        "http://127.0.0.1:1 answered 404. opsu: Unknown.\nDid you mean opus or sonnet?"
    )


def test_a_deployment_that_does_not_answer_is_named() -> None:
    with pytest.raises(
        CommandFailed, match=r"127\.0\.0\.1:9 did not answer: there is no connection\. Check"
    ):
        Deployment("http://127.0.0.1:9").ask("POST /v1/estimate", {})


GUIDE = (ROOT / "docs" / "command.md").read_text(encoding="utf-8")
DOCUMENTED = [
    line for line in GUIDE.partition("```\n")[2].partition("```")[0].splitlines()
    if line.split()[1] not in ("report", "serve", "mcp")
]  # fmt: skip


@pytest.mark.parametrize("line", DOCUMENTED)
def test_a_documented_command_answers(
    run: Run, line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "src").mkdir()
    for name in ("prompt.md", "src/headers.py"):
        (tmp_path / name).write_text("Parse the headers.\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    status, out, _ = run(*shlex.split(line.replace("*.py", "headers.py"))[1:])
    assert (status, "Price" in out) == (0, True)


@pytest.mark.parametrize(
    "arguments",
    [
        "gpt-5 --input 2000 --output 500",
        "sonnet --output 1 --input 0 --calls 7",
        "opus --input 9 --output 9 --cache-read 50000 --json",
        "--json opus --input 9 --output 9",
    ],
)
def test_a_quick_estimate_prints_what_typer_prints(
    run: Run, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, arguments: str
) -> None:
    moment = re.compile(r"[0-9-]+T[0-9:]+Z|\"age_seconds\": \d+")
    assert answered(["estimate", *arguments.split()])
    quick = capsys.readouterr().out
    monkeypatch.setattr("tariff.__main__.answered", lambda _: False)
    status, out, errors = run("estimate", *arguments.split())
    assert (status, moment.sub("", out), errors) == (0, moment.sub("", quick), "")


@pytest.mark.parametrize(
    "arguments",
    [
        *("", "estimate", "compare gpt-5 --input 1 --output 1", "estimate --help", "--version"),
        *(
            f"estimate {rest}"
            for rest in (
                *("gpt-5", "gpt-5 --input 1", "gpt-5 --input 1 --output", "--input 1 --output 1"),
                *("gpt-5 --input 2k --output 1", "gpt-5 --input=1 --output 1"),
                *("gpt-5 --input -1 --output 1", "gpt-5 --input \u00b2 --output 1"),
                *("gpt-5 --input 1 --output 1 --input 2", "gpt-5 opus --input 1 --output 1"),
                *("gpt-5 --input 1 --output 1 --calls 0", "gpt-six --input 1 --output 1"),
                *("gpt-5 --input 1 --output 1 --csv", "gpt-5 --input 1 --output 1 --budget 1"),
                f"gpt-5 --input {'9' * 20} --output 1",
                f"gpt-5 --input {'9' * 5000} --output 1",
            )
        ),
    ],
)
def test_all_else_is_left_to_typer(capsys: pytest.CaptureFixture[str], arguments: str) -> None:
    assert not answered(arguments.split())
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("variable", ["TARIFF_URL", "_TARIFF_COMPLETE"])
def test_a_deployment_and_a_shell_are_answered_by_typer(
    monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    monkeypatch.setenv(variable, "x")
    assert not answered(["estimate", "gpt-5", "--input", "1", "--output", "1"])


def test_a_quick_estimate_imports_neither_typer_nor_pydantic_nor_rich_nor_a_database() -> None:
    code = """if True:
        import contextlib, sys
        from tariff.__main__ import main
        sys.argv = ["tariff", "estimate", "gpt-5", "--input", "2000", "--output", "500"]
        with contextlib.suppress(SystemExit):
            main()
        print({"typer", "pydantic", "rich", "duckdb", "boto3", "botocore"} & {*sys.modules})
    """
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "set()"


@pytest.mark.parametrize(
    ("words", "total"),
    [
        # gpt-4o: $2.50 in, $10 out, $1.25 cached a million tokens
        ("gpt-4o 2k in 1k out", "0.015"),
        ("gpt-4o 2k/1k", "0.015"),
        ("gpt-4o 2k in 1k out 4k cached x100", "2"),
        ("gpt-4o 2k in 1k out batch", "0.0075"),
        ("2k in 1k out on gpt-4o", "0.015"),
        ("claude opus 4.5 2k in 1k out 3 searches", "0.065"),
    ],
)
def test_a_call_may_be_described_in_words(run: Run, words: str, total: str) -> None:
    status, out, err = run("estimate", *words.split(), "--json")
    assert (status, err) == (0, "")
    assert json.loads(out)["total_usd"] == total


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("gpt-4o 2k in 1k out --output 5", "stated twice"),
        ("gpt-4o 2k in batch --processing flex", "stated twice"),
        ("gpt-4o vs opus 2k in", "tariff compare"),
        ("gpt-4o 2k in per month", "/v1/estimate/workload"),
        ("gpt-4o 2k in 1k out soon", "gpt-4o-soon"),
    ],
)
def test_words_that_describe_no_call_are_refused(run: Run, arguments: str, said: str) -> None:
    status, out, err = run("estimate", *arguments.split())
    assert (status, out) == (1, "")
    assert said in err


def test_a_call_in_words_without_an_output_says_so(run: Run) -> None:
    told = "No output is priced."
    assert told in run("estimate", "gpt-4o", "2k", "in")[1]
    assert told not in run("estimate", "gpt-4o", "2k", "in", "1", "out")[1]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["recommend", "Do it", "--max-usd", "5 tokens"], "is not an amount in USD"),
        (["recommend", "Classify", "emails"], "put the task in quotes"),
    ],
)
def test_arguments_of_another_kind_are_refused(run: Run, arguments: list[str], said: str) -> None:
    status, out, err = run(*arguments)
    assert (status, out) == (2, "")
    assert said in " ".join(re.sub("[│╭╮╰╯─]", " ", err).split())


def test_a_count_may_be_written_with_its_scale_as_a_word(run: Run) -> None:
    _, out, _ = run(
        "estimate", "gpt-4o", "--input", "2 million", "--output", "1 thousand", "--json"
    )
    assert json.loads(out)["total_usd"] == "5.01"


@pytest.mark.parametrize(
    ("words", "totals"),
    [
        # Opus 5.5: $4 and $20, Sonnet 5.5: $2 and $10 a million
        ("opus vs sonnet 2k in 1k out", ["0.014", "0.028"]),
        ("opus sonnet 2k in 1k out x10", ["0.14", "0.28"]),
        ("sonnet 2k/1k vs opus", ["0.014", "0.028"]),
    ],
)
def test_a_comparison_may_be_described_in_words(run: Run, words: str, totals: list[str]) -> None:
    status, out, err = run("compare", *words.split(), "--json")
    assert (status, err) == (0, "")
    assert [row["total_usd"] for row in json.loads(out)["rows"]] == totals


def test_a_digit_in_a_models_name_is_not_an_amount(run: Run) -> None:
    names = ("gpt-4o", "o3", "claude-opus-4-5", "gemini-2.5-pro")
    status, out, _ = run("compare", *names, "--input", "2k", "--output", "500", "--json")
    assert status == 0
    assert len(json.loads(out)["rows"]) == len(names)


@pytest.mark.parametrize(
    ("arguments", "title"),
    [
        # 22 days of 8 writes of 30,000 tokens at $2.50 a million, and not at $2: $2.64 more.
        (
            ["caching", "sonnet", "--prefix", "30k", "--calls-per-hour", "1", "--ttl", "5m"],
            "Caching costs $2.64 a month more than it saves",
        ),
        # The arithmetic is with the same card of Slack.
        (
            ["caching", "gemini-3.8-flash", "--prefix", "30k", "--calls-per-hour", "10"],
            "Only an explicit cache saves: $32.50 a month",
        ),
        (
            ["batch", "command-a", "--input", "3k", "--output", "1k", "--requests", "9"],
            "Batches have no known price here",
        ),
    ],
)
def test_a_plan_is_headed_by_what_it_saves_or_costs(
    run: Run, arguments: list[str], title: str
) -> None:
    _, out, _ = run("plan", *arguments)
    assert out.splitlines()[0] == title


HALF = '{"rules": [{"multiply": "0.5"}]}'


def test_plans_and_comparisons_show_what_is_paid_by_a_rate_card(run: Run) -> None:
    # 10,000 tokens at $4 a million are $0.04, and by the card half of it.
    plan = ("plan", "caching", "opus", "--prefix", "10k", "--calls-per-hour", "50")
    _, out, _ = run(*plan, "--rate-card", HALF)
    assert {*out.splitlines()} >= {"Each call without caching  $0.02"}
    assert "with your rate card" in out.splitlines()[-1]
    _, out, _ = run(*plan)
    assert {*out.splitlines()} >= {"Each call without caching  $0.04"}
    assert "rate card" not in out
    call = ("compare", "opus", "gpt-5", "--input", "2k", "--output", "1k")
    _, out, _ = run(*call, "--rate-card", HALF)
    assert ["Model", "List price", "By your rate card", "Relative"] in [
        re.split(" {2,}", line) for line in out.splitlines()
    ]
    assert "$0.028             $0.014" in out
    # The same rows, as a program reads them.
    _, out, _ = run("estimate", "opus", *call[3:], "--rate-card", HALF, "--csv")
    assert out.splitlines()[1] == "input,2000,token,2,0.004"


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        (("recommend", "Classify emails"), "Cost in EUR"),
        (("plan", "batch", "opus", "--input", "2k", "--requests", "9"), "In batches in EUR"),
        (("plan", "caching", "opus", "--prefix", "9k", "--calls-per-hour", "9"), "A month in EUR"),
        (("plan", "subscription", "opus", "--input", "9k"), "By the API in EUR"),
        (("compare", "opus", "--input", "9k"), "EUR"),
    ],
)
def test_a_currency_is_shown_in_every_answer(
    run: Run, arguments: tuple[str, ...], name: str
) -> None:
    for more in ((), ("--rate-card", HALF)):
        _, out, _ = run(*arguments, "--currency", "EUR", *more)
        assert f"{name} " in out, out


def test_a_card_without_a_rule_for_any_model_is_told(run: Run) -> None:
    card = HALF.replace('"multiply"', '"match": {"provider": "xai"}, "multiply"')
    _, out, _ = run("recommend", "Classify emails", "--rate-card", card)
    assert "No rule of the rate card changes an amount of this answer" in out


def test_what_names_a_file_of_a_card_that_is_not_there_is_told(run: Run) -> None:
    status, _, err = run(*GPT_5, "--rate-card", "card.json")
    assert (status, err) == (1, "card.json cannot be read: No such file or directory.\n")


def test_rows_of_an_answer_that_leaves_something_out_say_so(run: Run) -> None:
    usage = '{"prompt_tokens": 9, "completion_tokens": 1, "future_tokens": 5}'
    status, out, err = run("estimate", "gpt-5", "--usage", usage, "--csv")
    assert (status, len(out.splitlines())) == (0, 3)
    assert err == "Not everything is in these costs; --json says why.\n"
    _, out, _ = run("estimate", "gpt-5", "--usage", usage)
    assert out.count("future_tokens") == 1
    assert run(*GPT_5, "--csv")[2] == ""


def test_lists_of_prices_take_no_card_and_no_currency(run: Run) -> None:
    for command in (("models", "opus"), ("diff", "lesson-2025")):
        for option in ("--rate-card", "--currency"):
            status, _, err = run(*command, option, "EUR")
            assert (status, "No such option" in err) == (2, True), (command, option)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((*GPT_5, "--budget", "abc"), "--budget must be a decimal"),
        ((*GPT_5, "--as-of", "yesterday"), "--as-of cannot be read as an instant"),
        ((*GPT_5, "--currency", "XXX"), "--currency must be an ISO 4217 code"),
        (("estimate", "gpt-5", "--input", "2k"), "No output is priced. Send --output to include"),
        (("recommend", "Classify emails"), "Send --expected-output if you know it."),
        # A field without an option, and a place within one, keep their names.
        (("plan", "batch", "haiku", "--input", "3k", "--requests", "9"), "No `bytes_per_request`"),
        ((*GPT_5, "--rate-card", '{"rules": []}'), "/rate_card/rules must have at least 1 item"),
    ],
)
def test_sentences_name_the_options_to_send(
    run: Run, arguments: tuple[str, ...], told: str
) -> None:
    _, out, err = run(*arguments)
    assert told in out + err


def test_help_shows_brackets_and_whole_paragraphs(run: Run) -> None:
    _, out, _ = run("report", "--help")
    assert "'.[spark]'" in out
    _, out, _ = run("serve", "--help")
    words = " ".join(out.split())
    assert "No AWS account is needed." in words
    lines = [line.split() for line in out.splitlines() if line.strip()]
    assert ["needed."] not in lines


def test_a_cost_without_a_known_price_is_neither_zero_nor_within_a_budget(run: Run) -> None:
    whole = ("--input", "2k", "--output", "1k", "--calls", "10")
    status, out, err = run("estimate", "whisper-1", *whole, "--budget", "1")
    assert out.splitlines()[0] == "no known price"
    assert {*out.splitlines()} >= {"Each call  no known price"}
    assert (status, "not known" in err) == (4, True)
    # 20,000 tokens at $0.02 a million, and 10,000 of output without a price.
    status, out, err = run("estimate", "text-embedding-3-small", *whole, "--budget", "1")
    assert out.splitlines()[0] == "at least $0.0004"
    assert {*out.splitlines()} >= {"Each call  at least $0.00004"}
    assert (status, "not known" in err) == (4, True)
    # What is known is over the budget already, whatever the rest costs.
    status, _, err = run("estimate", "text-embedding-3-small", *whole, "--budget", "0.0003")
    assert (status, err) == (3, "At least $0.0004 is over the budget of $0.0003.\n")
