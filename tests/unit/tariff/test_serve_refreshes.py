"""What the local gateway has in place of Lambda's API and of the price lists' hosts."""

import http.client
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from functions.refresh_pricing.app import URLS
from pricing.aws import environment as aws_environment
from pricing.errors import StoreUnavailable
from tariff.serve import background, price_lists, refreshes
from tariff.serve.loopback import MAX_BODY_BYTES, Reply, serving
from tariff.template import load_template

WAIT = 10.0


class Started:
    """A function that remembers its events, and fails when one says so."""

    def __init__(self) -> None:
        self.events: list[Any] = []
        self.done = threading.Semaphore(0)

    def __call__(self, event: Any) -> Any:
        self.events.append(event)
        self.done.release()
        if event.get("reason") == "fail":
            raise RuntimeError("as asked")
        return {"outcome": "refreshed"}


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> Iterator[Started]:
    """``RefreshPricingFunction`` behind Lambda's API, found as the gateway lets it be found."""
    function = Started()
    with (
        background.running({"RefreshPricingFunction": function}) as queue,
        serving(queue.answer) as url,
    ):
        monkeypatch.setenv("AWS_ENDPOINT_URL_LAMBDA", url)
        monkeypatch.setenv("TARIFF_REFRESH_FUNCTION", "RefreshPricingFunction")
        yield function


def test_what_starts_a_deployed_refresh_starts_one_here(started: Started) -> None:
    aws_environment.start_refresh(actor="jwt:ada", reason="try")
    assert started.done.acquire(timeout=WAIT)
    assert started.events == [{"actor": "jwt:ada", "reason": "try"}]


def test_a_function_that_is_not_there_does_not_start(
    started: Started, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TARIFF_REFRESH_FUNCTION", "AnotherFunction")
    with pytest.raises(StoreUnavailable, match="did not confirm that it starts"):
        aws_environment.start_refresh(actor="ada", reason="try")
    assert started.events == []


def test_what_came_of_it_is_told_on_the_console(capsys: pytest.CaptureFixture[str]) -> None:
    function = Started()
    with background.running({"F": function}) as queue:
        path = "/2015-03-31/functions/F/invocations"
        assert queue.answer("POST", path, b'{"reason": "fail"}') == Reply(202)
        assert function.done.acquire(timeout=WAIT)
        assert queue.answer("POST", path, b"") == Reply(202)
        assert function.done.acquire(timeout=WAIT)
    told = capsys.readouterr()
    assert "RuntimeError: as asked" in told.err
    assert told.out.splitlines() == [
        "F failed; the error is above.",
        'F answered {"outcome": "refreshed"}',
    ]


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "/2015-03-31/functions/G/invocations", b"{}", 404),
        ("POST", "/2015-03-31/functions", b"{}", 404),
        ("GET", "/2015-03-31/functions/F/invocations", b"", 404),
        ("POST", "/2015-03-31/functions/F/invocations", b"{", 400),
    ],
)
def test_a_body_that_is_not_an_event_is_refused(
    method: str, path: str, body: bytes, status: int
) -> None:
    function = Started()
    with background.running({"F": function}) as queue:
        assert queue.answer(method, path, body).status == status
    assert function.events == []


def test_one_event_is_run_after_another() -> None:
    running, most, lock = 0, 0, threading.Lock()

    def function(_event: Any) -> None:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        threading.Event().wait(0.01)
        with lock:
            running -= 1
        done.release()

    done = threading.Semaphore(0)
    with background.running({"F": function}) as queue:
        for _ in range(3):
            queue.answer("POST", "/2015-03-31/functions/F/invocations", b"{}")
        for _ in range(3):
            assert done.acquire(timeout=WAIT)
    assert most == 1


def test_a_body_that_no_event_has_is_not_read() -> None:
    with serving(lambda *_: Reply(202)) as url:
        connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=WAIT)
        connection.putrequest("POST", "/")
        connection.putheader("Content-Length", str(MAX_BODY_BYTES + 1))
        connection.endheaders()
        assert connection.getresponse().status == 413
        connection.close()


# The lists


def test_an_empty_folder_gets_the_recorded_lists_and_keeps_what_is_changed(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "folder"
    assert price_lists.fill(folder)
    assert sorted(path.name for path in folder.glob("*.json")) == [
        "genai-prices.json",
        "litellm.json",
        "openrouter.json",
    ]
    changed = folder / "genai-prices.json"
    changed.write_text("[]", encoding="utf-8")
    assert price_lists.fill(folder)
    assert changed.read_text("utf-8") == "[]"


def test_lists_of_an_earlier_recording_are_kept_and_reported(tmp_path: Path) -> None:
    price_lists.fill(tmp_path)
    (tmp_path / price_lists.STAMP).write_text("another", encoding="utf-8")
    with refreshes.running(str(tmp_path), load_template()) as behind:
        assert f"delete {tmp_path} to get new lists" in behind.description


def test_the_lists_in_the_folder_are_read_and_no_others(tmp_path: Path) -> None:
    with refreshes.running(str(tmp_path), load_template()) as behind:
        first = behind.settings()
        (tmp_path / "openrouter.json").write_text('{"data": []}', encoding="utf-8")
        then = behind.settings()
        (tmp_path / "litellm.json").unlink()
        last = behind.settings()
        content = fetched(then["TARIFF_SOURCE_OPENROUTER"])
        gone = fetched(f"{behind.url}/price-lists/litellm")
    assert first["TARIFF_SOURCE_OPENROUTER"].endswith("/price-lists/openrouter")
    assert last["TARIFF_SOURCE_LITELLM"] == ""
    assert (content, gone) == ((200, b'{"data": []}'), (404, b""))
    assert {first["TARIFF_SOURCE_AWS"], last["TARIFF_SOURCE_AWS"]} == {""}


@pytest.mark.parametrize("path", ["/", "/price-lists/", "/price-lists/../secret", "/secret.json"])
def test_nothing_else_is_served_from_the_folder(path: str, tmp_path: Path) -> None:
    (tmp_path / "secret.json").write_text("{}", encoding="utf-8")
    assert price_lists.answer(tmp_path, path, ["litellm"]) == Reply(404)


def fetched(url: str) -> tuple[int, bytes]:
    host, _, path = url.removeprefix("http://").partition("/")
    connection = http.client.HTTPConnection(host, timeout=WAIT)
    try:
        connection.request("GET", f"/{path}")
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()


def test_by_default_every_source_is_on_loopback_and_public_is_asked_for(tmp_path: Path) -> None:
    template = load_template()
    with refreshes.running(str(tmp_path), template) as behind:
        local = {behind.settings()[variable] for variable in URLS.values()} - {""}
        assert all(url.startswith("http://127.0.0.1:") for url in local)
        assert "Nothing is read from the network" in behind.description
    with refreshes.running("public", template) as behind:
        assert {behind.settings()[variable].partition(":")[0] for variable in URLS.values()} == {
            "https"
        }
        assert "TARIFF_FETCH_LOOPBACK" not in behind.settings()
        assert "over the network" in behind.description


def test_boto3_finds_lambda_where_the_settings_say(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with refreshes.running(str(tmp_path), load_template()) as behind:
        monkeypatch.setenv("AWS_ENDPOINT_URL_LAMBDA", behind.settings()["AWS_ENDPOINT_URL_LAMBDA"])
        client: Any = boto3.client("lambda")
        with pytest.raises(client.exceptions.ClientError) as refused:
            client.invoke(FunctionName="F", InvocationType="Event", Payload=json.dumps({}))
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 404
