"""How the local gateway starts, stops, and gets along without its store."""

import os
import signal
import socket
import time

import pytest

from tests.support.gateway import SECONDS, RunningGateway, Start

NOWHERE = "http://127.0.0.1:1"


def listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=SECONDS).close()
    except ConnectionError:
        return False
    return True


def wait_until_closed(port: int) -> None:
    deadline = time.monotonic() + SECONDS
    while listens(port):
        assert time.monotonic() < deadline
        time.sleep(0.01)


def exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_it_stops_when_told_and_leaves_nothing_behind(start: Start, how: signal.Signals) -> None:
    running = start().until("Serving ")
    port, store_pid, store_port = running.port, running.store_pid, running.store_port
    assert exists(store_pid)
    assert running.stop(how) == 0
    assert running.lines[-1] == "Stopped."
    assert "Traceback" not in running.text
    assert not exists(store_pid)
    assert not listens(store_port)
    assert not listens(port)


def test_it_stops_when_told_while_it_is_starting(start: Start) -> None:
    running = start().until("Store: ")
    store_pid = running.store_pid
    assert running.stop() == 0
    assert "Traceback" not in running.text
    assert not exists(store_pid)


def test_the_store_does_not_outlive_a_gateway_that_was_killed(start: Start) -> None:
    running = start().until("Serving ")
    store_port = running.store_port
    running.process.kill()
    wait_until_closed(store_port)


def test_estimates_go_on_when_the_store_is_lost(start: Start) -> None:
    # One worker: another one would not have read the store before it was lost.
    running = start("--workers", "1", TARIFF_RECHECK_SECONDS="0").until("Serving ")
    assert running.estimate().json["pricing"]["stale"] is False
    os.kill(running.store_pid, signal.SIGKILL)
    wait_until_closed(running.store_port)
    answer = running.estimate()
    assert answer.status == 200
    assert answer.json["total_usd"] == "0.019"
    assert answer.json["pricing"]["source"] == "store"
    assert answer.json["pricing"]["stale"] is True
    assert running.stop() == 0


def test_estimates_are_answered_when_the_store_was_never_there(start: Start) -> None:
    running = start(TARIFF_DYNAMODB_ENDPOINT=NOWHERE).until("Serving ")
    answer = running.estimate()
    assert answer.status == 200
    assert answer.json["total_usd"] == "0.019"
    assert answer.json["pricing"]["source"] == "bundled"
    assert answer.json["pricing"]["stale"] is True
    assert "Bundled prices are used and marked stale." in running.text


def test_a_store_that_is_named_is_used_and_left_running(start: Start, moto_endpoint: str) -> None:
    # The second start finds the versions that the first has added.
    for expected in ("added versions 2", "active version"):
        running = start(TARIFF_DYNAMODB_ENDPOINT=moto_endpoint).until("Serving ")
        assert f"Prices: table tariff at {moto_endpoint}; {expected}" in running.text
        assert running.estimate().json["pricing"]["source"] == "store"
        assert running.stop() == 0


def test_a_port_in_use_is_reported_with_the_remedy(start: Start, gateway: RunningGateway) -> None:
    port = gateway.port
    second = start("--port", str(port))
    second.until("Tariff cannot start: ")
    assert f"port {port} is in use. Choose another port: " in second.text
    assert f"tariff serve --port {port + 1}" in second.text
    assert second.process.wait(SECONDS) == 1
