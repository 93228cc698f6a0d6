"""Credentials of a function that was restored from a snapshot: fetched once, kept in time."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from pricing.aws import container_credentials, environment
from pricing.aws.signed_client import Credentials
from pricing.errors import StoreUnavailable
from tests.support.price_server import Answer, PriceServer, price_server

KEYS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
PATH = "/2021-04-23/credentials"
FETCHED = Credentials("ASIA", "secret", "session")


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[PriceServer]:
    """What Lambda runs next to such a function, and the environment that names it."""
    for name in KEYS:
        monkeypatch.delenv(name, raising=False)
    container_credentials._kept.clear()
    with price_server() as found:
        monkeypatch.setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", found.url_of(PATH))
        monkeypatch.setenv("AWS_CONTAINER_AUTHORIZATION_TOKEN", "the token")
        yield found


def answer(**changes: object) -> Answer:
    expires = datetime.now(UTC) + timedelta(hours=1)
    content = {
        "AccessKeyId": "ASIA",
        "SecretAccessKey": "secret",
        "Token": "session",
        "Expiration": f"{expires:%Y-%m-%dT%H:%M:%SZ}",
    }
    return Answer(json.dumps({**content, **changes}).encode())


def test_they_are_fetched_once_and_kept(server: PriceServer) -> None:
    server.answers[PATH] = answer()
    assert environment.credentials() == FETCHED
    server.answers[PATH] = answer(AccessKeyId="other")
    assert environment.credentials() == FETCHED


@pytest.mark.parametrize(("minutes", "key"), [(6, "ASIA"), (4, "next")])
def test_they_are_fetched_anew_five_minutes_before_they_expire(
    server: PriceServer, minutes: int, key: str
) -> None:
    soon = datetime.now(UTC) + timedelta(minutes=minutes)
    server.answers[PATH] = answer(Expiration=soon.isoformat())
    environment.credentials()
    server.answers[PATH] = answer(AccessKeyId="next")
    assert environment.credentials().access_key == key


@pytest.mark.parametrize(
    "wrong",
    [
        Answer(b"", status=403),
        Answer(b"not JSON"),
        Answer(b"[]"),
        Answer(b"{}"),
        answer(Expiration="soon"),
        answer(Expiration=None),
    ],
)
def test_an_unusable_answer_is_a_store_that_cannot_be_read(
    server: PriceServer, wrong: Answer
) -> None:
    server.answers[PATH] = wrong
    with pytest.raises(StoreUnavailable, match="no AWS credentials"):
        environment.credentials()


@pytest.mark.usefixtures("server")
def test_keys_in_the_environment_come_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "own")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "own")
    assert environment.credentials() == Credentials("own", "own", None)
