"""A press of Share is one message to the channel, however often it is received and by whom."""

import json
import re
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any
from unittest import mock

import boto3
import pytest

from pricing.aws.timeouts import Timeouts
from pricing.slack import settings as slack_settings
from pricing.store import bundled
from tariff.serve import slack
from tests.support import block_kit
from tests.support.handlers import CONTEXT, Handler, Logged, handler
from tests.support.loopback import Loopback, serving
from tests.support.slack_button import share_body
from tests.support.tables import REGION, SECRET, StoreTable

VERSION = bundled.current().id
VALUE = f"estimate sonnet 2000 in 1000 out x100 version {VERSION} on 2026-11-23T09:30:00Z"
#: How Slack may answer: a status, or None to hang up without a word.
OK, FAILING, SILENT = 200, 503, None


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine must not look like a store that is down."""
    monkeypatch.setattr(slack_settings, "ACKNOWLEDGING_SECONDS", 30.0)
    monkeypatch.setattr(slack_settings, "ONE_ATTEMPT", Timeouts(30, 30, 1))


@pytest.fixture
def hooks() -> Iterator[Loopback]:
    """hooks.slack.com."""
    with serving(Loopback()) as server:
        yield server


@pytest.fixture
def to(hooks: Loopback, store_table: StoreTable, monkeypatch: pytest.MonkeyPatch) -> Handler:
    """The function over an empty store, with Slack on loopback."""
    configure(monkeypatch, hooks, store_table)
    return handler("slack")


def configure(monkeypatch: pytest.MonkeyPatch, hooks: Loopback, table: StoreTable) -> None:
    for name, value in {
        **slack.SETTINGS,
        **table.environment(),
        "TARIFF_SLACK_HOOKS": hooks.url,
    }.items():
        monkeypatch.setenv(name, value)


def press(
    value: str = VALUE, *, trigger: str = "1.2.a", at: int | None = None, team: str = slack.TEAM
) -> dict[str, Any]:
    body = share_body(value, trigger=trigger, team=team)
    return slack.event_of(slack.INTERACTIONS, body, slack.signed(body, at=at))


def acknowledged(to: Handler, event: dict[str, Any]) -> bool:
    reply = to(event, None)
    return (reply["statusCode"], reply["body"]) == (200, "")


def test_a_press_posts_the_same_figures_to_the_channel(to: Handler, hooks: Loopback) -> None:
    assert acknowledged(to, press())

    ((path, _, message),) = hooks.posts
    assert path == "/actions/T0LOCAL/1/local"
    assert (message["response_type"], message["replace_original"]) == ("in_channel", False)
    # 100 x (2,000 x $2 + 1,000 x $10) a million tokens.
    assert message["blocks"][0]["text"]["text"] == "$1.40 for 100 calls"
    assert message["blocks"][-1]["elements"][0]["text"] == "Shared by local with /tariff"
    assert block_kit.faults(message) == []


def test_the_same_signed_request_twice_has_one_effect(to: Handler, hooks: Loopback) -> None:
    event = press()

    assert [acknowledged(to, event) for _ in range(3)] == [True] * 3
    assert len(hooks.posts) == 1


def test_it_has_one_effect_in_another_instance_too(to: Handler, hooks: Loopback) -> None:
    event = press()

    assert acknowledged(to, event)
    assert acknowledged(handler("slack"), event)
    assert len(hooks.posts) == 1


def test_a_retry_that_slack_signs_anew_has_no_second_effect(to: Handler, hooks: Loopback) -> None:
    now = int(time.time())

    assert acknowledged(to, press(at=now - 30))
    assert acknowledged(to, press(at=now))
    assert len(hooks.posts) == 1


def test_two_presses_are_two_messages(to: Handler, hooks: Loopback) -> None:
    assert acknowledged(to, press(trigger="1.2.a"))
    assert acknowledged(to, press(trigger="1.2.b"))

    assert len(hooks.posts) == 2


def test_of_many_at_once_exactly_one_has_an_effect(
    hooks: Loopback, dynamodb_local_table: StoreTable, monkeypatch: pytest.MonkeyPatch
) -> None:
    configure(monkeypatch, hooks, dynamodb_local_table)
    instances = [handler("slack") for _ in range(8)]
    events = [press(trigger=f"1.2.{number}") for number in range(5)]

    with ThreadPoolExecutor(len(instances)) as pool:
        for event in events:
            assert all(pool.map(acknowledged, instances, [event] * len(instances)))

    assert len(hooks.posts) == len(events)


def test_a_press_that_slack_did_not_take_may_be_delivered_later(
    to: Handler, hooks: Loopback
) -> None:
    hooks.status = FAILING
    assert to(press(), None)["statusCode"] == 200

    hooks.status = OK
    hooks.posts.clear()  # what it refused
    assert acknowledged(to, press())
    assert len(hooks.posts) == 1


def test_a_share_whose_answer_was_lost_is_not_posted_again(to: Handler, hooks: Loopback) -> None:
    hooks.status = SILENT
    assert acknowledged(to, press())

    hooks.status = OK
    assert acknowledged(to, press())
    assert hooks.posts == []


def test_what_was_shared_is_forgotten_after_an_hour(to: Handler, store_table: StoreTable) -> None:
    before = int(time.time())
    to(press(), None)

    (item,) = store_table.client.scan(TableName=store_table.name)["Items"]
    assert item["pk"]["S"] == "REPLAY"
    assert before + 3600 <= int(item["expires_at"]["N"]) <= int(time.time()) + 3600


def test_what_is_remembered_of_a_share_is_two_hashes_and_how_it_ended(
    to: Handler, store_table: StoreTable
) -> None:
    to(press(), None)

    (item,) = store_table.client.scan(TableName=store_table.name)["Items"]
    assert re.fullmatch("RESULT#[0-9a-f]{64}", item["sk"]["S"])
    assert re.fullmatch("[0-9a-f]{64}", item["validation"]["S"])
    assert (item["status"]["S"], item["data"]["S"]) == ("COMPLETED", '"shared"')
    times = {"expires_at", "in_progress_expiration"}
    assert item.keys() - times == {"pk", "sk", "validation", "status", "data"}


def test_a_share_that_was_begun_and_never_ended_is_not_begun_again(
    to: Handler, hooks: Loopback
) -> None:
    """Its function may have been ended just after Slack took the message."""
    with (
        mock.patch("pricing.slack.delivery.Delivery.post", side_effect=KeyboardInterrupt),
        suppress(KeyboardInterrupt),
    ):
        to(press(), None)

    assert acknowledged(to, press())
    assert hooks.posts == []


def test_without_a_store_nothing_is_shared(
    hooks: Loopback, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    configure(
        monkeypatch, hooks, StoreTable("none", "http://127.0.0.1:1", boto3.client("dynamodb"))
    )

    assert handler("slack")(press(), None)["statusCode"] == 200
    assert hooks.posts == []
    assert json.loads(capsys.readouterr().out)["server_errors"] == 1


@pytest.mark.parametrize(
    "value", ["route my secret task", "help", "report", "", "nonsense", "estimate", "<!channel>"]
)
def test_a_value_that_is_on_no_button_of_ours_is_not_shared(
    to: Handler, hooks: Loopback, value: str
) -> None:
    assert acknowledged(to, press(value))
    assert hooks.posts == []


def test_a_version_that_is_gone_is_told_to_the_sender_only(to: Handler, hooks: Loopback) -> None:
    assert acknowledged(to, press(VALUE.replace(VERSION, "2020-01-01.1")))

    (message,) = (post.body for post in hooks.posts)
    assert message["response_type"] == "ephemeral"
    assert "no such price version" in message["text"]


def test_another_workspace_shares_nothing(to: Handler, hooks: Loopback) -> None:
    assert acknowledged(to, press(team="T0OTHER"))
    assert hooks.posts == []


# The queue


@pytest.fixture
def queue(moto_endpoint: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    client: Any = boto3.client(
        "sqs",
        endpoint_url=moto_endpoint,
        region_name=REGION,
        aws_access_key_id=SECRET,
        aws_secret_access_key=SECRET,
    )
    url = client.create_queue(QueueName="shares")["QueueUrl"]
    monkeypatch.setenv("TARIFF_SLACK_QUEUE", url)
    monkeypatch.setenv("TARIFF_SQS_ENDPOINT", moto_endpoint)

    def received() -> list[dict[str, Any]]:
        found = client.receive_message(QueueUrl=url, MaxNumberOfMessages=10)
        return [
            {"messageId": one["MessageId"], "body": one["Body"]}
            for one in found.get("Messages", ())
        ]

    yield received
    client.delete_queue(QueueUrl=url)
    client.close()


def test_with_a_queue_a_press_is_acknowledged_first_and_posted_from_there(
    to: Handler, hooks: Loopback, queue: Any
) -> None:
    assert acknowledged(to, press())
    assert hooks.posts == []

    records = queue()
    assert len(records) == 1
    assert delivered(to, *records) == []
    assert len(hooks.posts) == 1


def test_a_press_that_is_received_twice_and_queued_twice_has_one_effect(
    to: Handler, hooks: Loopback, queue: Any
) -> None:
    event = press()
    assert [acknowledged(to, event) for _ in range(2)] == [True] * 2

    for record in queue() * 2:  # SQS too may deliver twice
        assert delivered(to, record) == []
    assert len(hooks.posts) == 1


def test_a_message_in_the_queue_is_tariffs_own_command(
    to: Handler, hooks: Loopback, queue: Any
) -> None:
    to(press(f"estimate sonnet 2k in 1k out x100 version {VERSION}"), None)

    ((record),) = queue()
    job = json.loads(record["body"])
    assert job.pop("digest")
    assert job == {
        "command": f"estimate sonnet 2000 in 1000 out x100 version {VERSION}",
        "user": "local",
        "response_url": "https://hooks.slack.com/actions/T0LOCAL/1/local",
    }
    assert hooks.posts == []


def delivered(to: Handler, *records: dict[str, Any]) -> list[str]:
    """Hand records over as SQS does; the ids of those that it must deliver again."""
    reply = to({"Records": list(records)}, CONTEXT)
    return [failure["itemIdentifier"] for failure in reply["batchItemFailures"]]


def test_what_cannot_be_delivered_stays_in_the_queue(
    to: Handler, hooks: Loopback, queue: Any, capsys: pytest.CaptureFixture[str], logged: Logged
) -> None:
    to(press(), None)
    (record,) = queue()
    capsys.readouterr()
    hooks.status = FAILING
    assert delivered(to, record) == [record["messageId"]]

    line = json.loads(capsys.readouterr().out)
    assert (line["route"], line["slack_share"], line["server_errors"]) == ("SQS", "failed", 1)
    assert line["problem"] == "NotDelivered"
    (error,) = logged()
    assert (error["problem"], error["correlation_id"]) == ("NotDelivered", record["messageId"])
    hooks.status = OK
    hooks.posts.clear()  # what it refused
    assert delivered(to, record) == []
    assert len(hooks.posts) == 1


def test_of_several_shares_only_the_one_that_failed_stays_in_the_queue(
    to: Handler, hooks: Loopback, queue: Any
) -> None:
    to(press(trigger="1.2.a"), None)
    to(press(trigger="1.2.b"), None)
    first, second = queue()
    broken = {"messageId": "not-ours", "body": "{}"}

    assert delivered(to, first, broken, second) == ["not-ours"]
    assert len(hooks.posts) == 2


def test_with_a_queue_that_is_down_a_press_is_posted_at_once(
    to: Handler, hooks: Loopback, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TARIFF_SLACK_QUEUE", "http://127.0.0.1:1/queue")
    monkeypatch.setenv("TARIFF_SQS_ENDPOINT", "http://127.0.0.1:1")

    assert acknowledged(to, press())
    assert len(hooks.posts) == 1


# The secret


def test_the_signing_secret_is_read_from_systems_manager(
    moto_endpoint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    client: Any = boto3.client("ssm", endpoint_url=moto_endpoint, region_name=REGION)
    name = "/tariff/slack/signing-secret"
    client.put_parameter(Name=name, Value="new,old", Type="SecureString", Overwrite=True)
    monkeypatch.setenv("TARIFF_SLACK_SECRET_PARAMETER", name)
    asserts_secrets(moto_endpoint, monkeypatch)
    client.delete_parameter(Name=name)
    client.close()


def test_the_signing_secret_is_read_from_secrets_manager(
    moto_endpoint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    client: Any = boto3.client("secretsmanager", endpoint_url=moto_endpoint, region_name=REGION)
    client.create_secret(Name="tariff/slack", SecretString="new,old")
    monkeypatch.setenv("TARIFF_SLACK_SECRET_PARAMETER", "/none/such")
    monkeypatch.setenv("TARIFF_SLACK_SECRET_NAME", "tariff/slack")
    asserts_secrets(moto_endpoint, monkeypatch)
    client.delete_secret(SecretId="tariff/slack", ForceDeleteWithoutRecovery=True)
    client.close()


def asserts_secrets(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both stored secrets count, and no other."""
    monkeypatch.setenv("TARIFF_SSM_ENDPOINT", endpoint)
    monkeypatch.setenv("TARIFF_SLACK_WORKSPACES", slack.TEAM)
    to = handler("slack")

    body = slack.command_body("help")
    for secret, status in (("new", 200), ("old", 200), ("older", 401)):
        event = slack.event_of(slack.COMMANDS, body, slack.signed(body, secret=secret))
        assert to(event, None)["statusCode"] == status


def test_without_the_parameter_every_request_is_refused(
    moto_endpoint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TARIFF_SSM_ENDPOINT", moto_endpoint)
    monkeypatch.setenv("TARIFF_SLACK_SECRET_PARAMETER", "/none/such")
    body = slack.command_body("help")

    event = slack.event_of(slack.COMMANDS, body, slack.signed(body, secret=""))
    assert handler("slack")(event, None)["statusCode"] == 503
