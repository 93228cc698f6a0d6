"""``tariff report`` on session logs and files: found, gathered, priced once, and shown."""

import gzip
import json
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pricing.store import bundled
from tariff import session_logs
from tests.support.command import Run
from tests.support.handlers import Event, handler, post
from tests.support.session_logs import CALLS, claude_code, codex, gemini_cli, opencode, write_lines

#: A call of Claude Sonnet 4.5: 1,000 input at $3, 2,000 written at $3.75, 30,000 read at $0.30 and
#: 400 output at $15 a million tokens; the line with 3 tokens is its beginning.
CLAUDE_USD = Decimal("0.003") + Decimal("0.0075") + Decimal("0.009") + Decimal("0.006")
#: A call of GPT-5 Codex: 4,000 input at $1.25, 16,000 cached at $0.125, 500 output at $10.
CODEX_USD = Decimal("0.005") + Decimal("0.002") + Decimal("0.005")
#: A call of Gemini 2.5 Pro: 3,000 input at $1.25, 5,000 cached at $0.125, 300 out at $10.
GEMINI_USD = Decimal("0.00375") + Decimal("0.000625") + Decimal("0.003")
#: A call of Claude Haiku 4.5: 500 input at $1, 1,000 written at $1.25, 4,000 read at $0.10, 300
#: output at $5.
OPENCODE_USD = Decimal("0.0005") + Decimal("0.00125") + Decimal("0.0004") + Decimal("0.0015")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home directory without logs."""
    for name in ("CLAUDE_CONFIG_DIR", "CODEX_HOME", "XDG_DATA_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


@pytest.fixture
def run(run: Run) -> Run:
    """``run(...)`` gives a report's exit status, output and errors."""
    return partial(run, "report")


def test_sessions_of_every_tool_are_found_and_each_call_costs_once(home: Path, run: Run) -> None:
    claude_code(home, text="words " * 1000)
    codex(home)
    gemini_cli(home)
    opencode(home)
    status, out, err = run("--json")
    assert (status, err) == (0, "")
    answer = json.loads(out)
    assert answer["totals"]["calls"] == 4 * CALLS
    one_of_each = CLAUDE_USD + CODEX_USD + GEMINI_USD + OPENCODE_USD
    assert Decimal(answer["totals"]["cost_usd"]) == CALLS * one_of_each
    assert answer["records"]["merged"] == CALLS
    projects = {group["by"][0]: group["rows"] for group in answer["groups"]}["project"]
    assert [row["values"][0] for row in projects] == ["/home/dev/shop", "3f1c"]


def test_the_table_has_what_a_person_asks_of_it(home: Path, run: Run) -> None:
    claude_code(home)
    _, out, _ = run()
    # 30,000 of 33,000 tokens of each prompt were read from the cache.
    assert "Cache hit rate  90.9%" in out
    assert "$0.153 from 2026-11-02 to 2026-11-03" in out
    for title in ("By model", "By month", "By week", "By day", "Subscriptions in 1 month"):
        assert title in out
    assert "By session" in out


def test_folders_are_where_the_tools_variables_say(tmp_path: Path) -> None:
    claude_code(tmp_path / "a")
    claude_code(tmp_path / "b", session="other")
    codex(tmp_path / "c")
    opencode(tmp_path / "d")
    gemini_cli(tmp_path)
    variables = {
        "CLAUDE_CONFIG_DIR": f"{tmp_path}/a/.claude,{tmp_path}/b/.claude",
        "CODEX_HOME": f"{tmp_path}/c/.codex",
        "XDG_DATA_HOME": f"{tmp_path}/d/.local/share",
    }
    logs = {one.name: len(one.files) for one in session_logs.found(variables, tmp_path)}
    assert logs == {"Claude Code": 2, "Codex": 1, "Gemini CLI": 1, "OpenCode": CALLS}
    assert session_logs.found({}, tmp_path / "nowhere") == []


def test_gathered_lines_have_usage_and_no_text(tmp_path: Path) -> None:
    secret = "a secret of the prompt " * 200
    files = [claude_code(tmp_path, text=secret), codex(tmp_path, text=secret)]
    target = tmp_path / "gathered.jsonl"
    sizes: list[int] = []
    assert session_logs.gather(files, target, sizes.append) == {"Claude Code", "Codex"}
    assert sum(sizes) == sum(file.stat().st_size for file in files)
    text = target.read_text("utf-8")
    assert "secret" not in text
    # Two lines of each call of Claude Code; of Codex its session, and two of each call.
    assert len(text.splitlines()) == 2 * CALLS + 1 + 2 * CALLS


RECORDS: list[dict[str, Any]] = [
    {
        "timestamp": f"2026-11-0{day}T10:00:00Z",
        "model": "gpt-5",
        "usage": {"prompt_tokens": 2000, "completion_tokens": 500},
        "team": "web",
    }
    for day in range(1, 6)
]


def test_figures_are_those_of_the_route(tmp_path: Path, run: Run, event: Event) -> None:
    path = tmp_path / "usage.jsonl"
    write_lines(path, [*RECORDS, {"timestamp": "yesterday"}])
    _, out, _ = run(str(path), "--by", "model,day*team", "--json")
    body = {"records": [*RECORDS, {"timestamp": "yesterday"}], "group_by": ["model", "day*team"]}
    answer = post(handler("usage_report"), event("usage_report"), body).body
    mine = json.loads(out)
    for name in (
        "totals",
        "records",
        "groups",
        "recommendations",
        "savings",
        "unpriced",
        "rejected",
    ):
        assert mine[name] == answer[name], name


@pytest.mark.parametrize(
    ("options", "calls"),
    [
        ([], 5),
        (["--since", "2026-11-02"], 4),
        (["--until", "2026-11-02"], 2),
        (["--since", "2026-11-02", "--until", "2026-11-04"], 3),
        (["--model", "gpt-5", "--project", "none"], 0),
    ],
)
def test_only_what_was_asked_for_is_reported(
    tmp_path: Path, run: Run, options: list[str], calls: int
) -> None:
    write_lines(tmp_path / "usage.jsonl", RECORDS)
    _, out, _ = run(str(tmp_path / "usage.jsonl"), *options, "--json")
    assert json.loads(out)["totals"]["calls"] == calls


def test_files_of_several_kinds_and_folders_are_one_report(tmp_path: Path, run: Run) -> None:
    write_lines(tmp_path / "one.jsonl", RECORDS[:2])
    lines = "".join(json.dumps(record) + "\n" for record in RECORDS[2:4])
    (tmp_path / "two.jsonl.gz").write_bytes(gzip.compress(lines.encode()))
    folder = tmp_path / "logs" / "deeper"
    folder.mkdir(parents=True)
    (folder / "three.json").write_text(json.dumps(RECORDS[4], indent=2), "utf-8")
    (folder / "ignored.txt").write_text("nothing", "utf-8")
    write_lines(tmp_path / "gateway.log", RECORDS[:1])
    (tmp_path / "list.json").write_text(json.dumps(RECORDS[:3], indent=2), "utf-8")
    names = ("one.jsonl", "two.jsonl.gz", "logs", "gateway.log", "list.json")
    _, out, _ = run(*(str(tmp_path / name) for name in names), "--json")
    assert json.loads(out)["totals"]["calls"] == 5 + 1 + 3


def test_csv_is_read_and_written(tmp_path: Path, run: Run) -> None:
    path = tmp_path / "usage.csv"
    path.write_text("timestamp,model,prompt_tokens,completion_tokens\n2026-11-01,gpt-5,2000,500\n")
    _, out, _ = run(str(path), "--csv")
    assert "total,,,0.0075" in out


def test_names_of_deployments_are_given_as_options(tmp_path: Path, run: Run) -> None:
    write_lines(tmp_path / "usage.jsonl", [{**record, "model": "chat"} for record in RECORDS])
    _, out, _ = run(str(tmp_path / "usage.jsonl"), "--alias", "chat=gpt-5", "--json")
    assert json.loads(out)["totals"]["cost_usd"] == "0.0375"
    status, _, err = run(str(tmp_path / "usage.jsonl"), "--alias", "chat")
    assert status == 2
    assert "write chat-prod=azure/gpt-4o" in " ".join(err.split())


# 5 calls of $0.0075 are $0.0375.
@pytest.mark.parametrize(("budget", "status"), [("0.0375", 0), ("0.03", 3)])
def test_a_report_over_the_budget_ends_with_status_3(
    tmp_path: Path, run: Run, budget: str, status: int
) -> None:
    write_lines(tmp_path / "usage.jsonl", RECORDS)
    assert run(str(tmp_path / "usage.jsonl"), "--budget", budget)[0] == status


UNKNOWN = {"model": "no-such-model"}
READ_IN_PART = {"usage": {"prompt_tokens": 9, "completion_tokens": 1, "future_tokens": 5}}
REJECTED = {"usage": {"prompt_tokens": -9, "completion_tokens": 1}}


@pytest.mark.parametrize(
    ("change", "left_out"),
    [
        (UNKNOWN, "1 unpriced call"),
        (READ_IN_PART, "1 partly priced call"),
        (REJECTED, "1 rejected record"),
    ],
)
def test_what_is_not_in_a_cost_may_be_over_the_budget_and_is_named_on_every_way_out(
    tmp_path: Path, run: Run, change: dict[str, Any], left_out: str
) -> None:
    path = tmp_path / "usage.jsonl"
    write_lines(path, [*RECORDS, {**RECORDS[0], **change}])
    status, out, err = run(str(path), "--budget", "1")
    assert (status, "it may be over the budget of $1.00" in err) == (4, True)
    assert out.startswith("at least $0.0375 " if change != READ_IN_PART else "at least $0.03")
    assert run(str(path), "--budget", "0.03")[0] == 3
    assert run(str(path))[0] == 0
    # A page and a table of costs are only paths in the output, and rows have no such headline.
    focus = ("--focus", str(tmp_path / "costs.csv"))
    for way in (("--html", str(tmp_path / "report.html")), focus, ("--csv",)):
        status, _, err = run(str(path), *way)
        assert (status, f"Not everything is in these costs: {left_out}." in err) == (0, True), way


def test_a_report_without_calls_is_within_a_budget(tmp_path: Path, run: Run) -> None:
    write_lines(tmp_path / "usage.jsonl", RECORDS)
    sent = (str(tmp_path / "usage.jsonl"), "--since", "2027-01-01", "--budget", "1")
    assert run(*sent)[0] == 0


@pytest.mark.parametrize(
    ("option", "name"),
    [("--html", "report.html"), ("--focus", "costs.csv"), ("--focus", "costs.parquet")],
)
def test_a_file_that_cannot_be_written_is_named(
    tmp_path: Path, run: Run, option: str, name: str
) -> None:
    write_lines(tmp_path / "usage.jsonl", RECORDS)
    target = tmp_path / "missing" / name
    status, _, err = run(str(tmp_path / "usage.jsonl"), option, str(target))
    assert (status, err) == (1, f"{target} cannot be written: No such file or directory.\n")


def test_costs_are_not_written_into_a_file_of_another_kind(tmp_path: Path, run: Run) -> None:
    write_lines(tmp_path / "usage.jsonl", RECORDS)
    status, _, err = run(str(tmp_path / "usage.jsonl"), "--focus", str(tmp_path / "costs.xlsx"))
    assert status == 2
    assert ".parquet" in err
    assert not (tmp_path / "costs.xlsx").exists()


def test_the_page_and_a_comment_are_written(tmp_path: Path, run: Run) -> None:
    write_lines(tmp_path / "usage.jsonl", RECORDS)
    page = tmp_path / "report.html"
    status, out, _ = run(str(tmp_path / "usage.jsonl"), "--html", str(page))
    assert (status, out) == (0, f"{page}\n")
    assert "$0.0375" in page.read_text("utf-8")
    _, out, _ = run(str(tmp_path / "usage.jsonl"), "--markdown", "--by", "day")
    assert out.startswith("### $0.0375 from 2026-11-01 to 2026-11-05\n")
    assert "| 2026-11-01 | $0.0075 | 20.0% | 1 | 2,000 | 500 |" in out.splitlines()


def test_a_page_that_is_opened_comes_with_a_summary(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[str] = []
    monkeypatch.setattr("webbrowser.open", shown.append)
    write_lines(tmp_path / "usage.jsonl", RECORDS)
    page = tmp_path / "report.html"
    _, out, _ = run(str(tmp_path / "usage.jsonl"), "--html", str(page), "--open")
    assert out.splitlines()[:2] == [str(page), "$0.0375 from 2026-11-01 to 2026-11-05"]
    assert shown == [page.as_uri()]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "There are no logs of Claude Code, Codex, Gemini CLI or OpenCode."),
        ((".",), "There are no logs in these folders."),
        (("log.jsonl", "log.csv"), "log.csv is a table: CSV and Parquet are read one"),
        (("log.xlsx",), "log.xlsx is a spreadsheet; save its sheet as CSV"),
        (("log.csv",), "log.csv needs a usage column or a column for each count"),
        (("--until", "today"), "today is not a day"),
        (("--since", "2026-13-01"), "2026-13-01 is not a day"),
        (("log.jsonl", "--by", "colour"), "must be one of"),
    ],
)
def test_what_cannot_be_reported_says_what_to_send(
    home: Path, run: Run, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], message: str
) -> None:
    monkeypatch.chdir(home)
    for name in {"log.jsonl", "log.csv", "log.xlsx"} & {*arguments}:
        write_lines(home / name, RECORDS)
    status, out, err = run(*arguments)
    assert (status, out) == (1, "")
    assert message in err


@pytest.mark.parametrize("name", ["log.tsv", "LOG.CSV", "log.csv.gz", "Log.TSV"])
def test_a_table_is_known_by_the_end_of_its_name(tmp_path: Path, run: Run, name: str) -> None:
    delimiter = "\t" if "tsv" in name.lower() else ","
    rows = (
        ("date", "model", "input_tokens", "output_tokens"),
        ("2026-11-01", "gpt-4o", "1000", "100"),
    )
    content = "\n".join(map(delimiter.join, rows)).encode()
    (tmp_path / name).write_bytes(gzip.compress(content) if name.endswith("gz") else content)
    status, out, _ = run(str(tmp_path / name), "--json")
    # 1,000 x 2.5 + 100 x 10 millionths of a USD
    assert (status, json.loads(out)["totals"]["cost_usd"]) == (0, "0.0035")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_files_with_a_mark_of_their_encoding_are_read_after_it(
    tmp_path: Path, run: Run, encoding: str
) -> None:
    for number, name in enumerate(("a.jsonl", "b.json", "c.jsonl")):
        usage = {"prompt_tokens": 1000, "completion_tokens": 100}
        line = {"timestamp": f"2026-11-0{number + 1}", "model": "gpt-4o", "usage": usage}
        (tmp_path / name).write_bytes(json.dumps(line).encode(encoding))
    status, out, _ = run(str(tmp_path), "--json")
    answer = json.loads(out)
    assert (status, answer["totals"]["calls"], answer["records"]["rejected"]) == (0, 3, 0)


@pytest.mark.parametrize("name", ["costs.csv", "costs.parquet"])
def test_costs_are_written_with_the_columns_of_focus(tmp_path: Path, run: Run, name: str) -> None:
    write_lines(tmp_path / "usage.jsonl", RECORDS)
    target = tmp_path / name
    status, out, _ = run(str(tmp_path / "usage.jsonl"), "--focus", str(target))
    assert (status, out) == (0, f"{target}\n")
    written = duckdb.read_csv(str(target)) if name.endswith("csv") else duckdb.read_parquet(target)
    ((total,),) = written.aggregate("SUM(CAST(BilledCost AS DECIMAL(38, 9)))").fetchall()
    assert total == Decimal("0.0375")


def test_a_log_without_known_prices_has_no_cost_and_no_prices_of_1970(
    tmp_path: Path, run: Run
) -> None:
    path = tmp_path / "usage.jsonl"
    unknown = {**RECORDS[0], "model": "no-such-model"}
    write_lines(path, [unknown])
    status, out, err = run(str(path), "--budget", "1")
    assert out.splitlines()[0] == "Nothing was priced"
    published = bundled.current().published_at[:10]
    assert out.splitlines()[-1].endswith(f"(bundled with this command), at {published}.")
    assert (status, "not known" in err) == (4, True)
    # 2,000 tokens at $1.25 a million and 500 at $10 are $0.0075, without the call of no model.
    write_lines(path, [RECORDS[0], unknown])
    _, out, _ = run(str(path))
    assert out.splitlines()[0] == "at least $0.0075 from 2026-11-01 to 2026-11-01"
    assert "stands for: --alias no-such-model=MODEL." in out
