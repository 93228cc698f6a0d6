"""``make fuzz-slack``: requests at Slack's two routes that only sometimes are Slack's.

Every request is a random (timestamp, signature, body), from plain noise to one bit away from what
Slack signs, and some are signed properly around a body of any kind. The function must answer each
with 200 or 401: 200 only where the signature fits or it is Slack's unsigned probe of the
certificate, 401 everywhere else.
"""

import argparse
import base64
import contextlib
import hashlib
import hmac
import io
import json
import os
import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import util
from typing import Any
from unittest import mock
from urllib.parse import quote_from_bytes, urlencode

from tariff.serve import slack
from tariff.template import ROOT

Event = dict[str, Any]
Handler = Callable[[Mapping[str, Any], object], dict[str, Any]]

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
SHOWN = 10
WORDS = (
    *("estimate", "compare", "plan", "caching", "prices", "route", "report", "help", "sonnet"),
    *("opus", "vs", "2k", "1.5M", "in", "out", "cached", "x100", "per", "day", "batch", "fast"),
    *(
        "2k/1k",
        "0",
        "-1",
        "999999999999999",
        "on",
        "2026-02-30",
        "version",
        "lesson-2025",
        "=",
        ",",
    ),
    *("<!channel>", "<@U1>", "\u202e", "\x00", "😀", "%", "&", "1e999", "NaN", "x" * 200),
)


@dataclass(slots=True)
class Outcome:
    """How many requests got which status, and those that should not have."""

    statuses: Counter[int] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)


def fuzz(handler: Handler, count: int, seed: int) -> Outcome:
    """Send ``count`` random requests; the same seed sends the same, but for the clock."""
    dice = random.Random(seed)  # noqa: S311 - a repeatable sequence
    outcome = Outcome()
    for number in range(count):
        event, entitled = request(dice)
        try:
            status = int(handler(event, None)["statusCode"])
        except Exception as error:  # noqa: BLE001 - what is looked for
            outcome.wrong.append(f"{number}: raised {type(error).__name__}")
            continue
        outcome.statuses[status] += 1
        if status != (200 if entitled else 401):
            outcome.wrong.append(f"{number}: {status}, entitled: {entitled}")
    return outcome


def request(dice: random.Random) -> tuple[Event, bool]:
    """A request, and whether it is entitled to an answer."""
    path = dice.choice((slack.COMMANDS, slack.INTERACTIONS))
    body = dice.choice(_BODIES)(dice)
    now = int(time.time())
    headers = _sign(body, str(now + dice.randint(-290, 290)))
    entitled = dice.random() < 1 / 3
    if not entitled:
        dice.choice(_SPOILERS)(dice, headers, body, now)
    if dice.random() < 1 / 10:
        headers["x-slack-retry-num"] = dice.choice(("1", "3", "-1", "x", "9" * 99, "²"))
    event: Event = {
        "version": "2.0",
        "routeKey": f"POST {path}",
        "rawPath": path,
        "headers": {"content-type": slack.FORM, **headers},
        "requestContext": {"requestId": "fuzz"},
        "body": base64.b64encode(body).decode(),
        "isBase64Encoded": True,
    }
    entitled = entitled or body == _probe(dice)
    if body and dice.random() < 1 / 4:
        entitled = _as_text(dice, event, body, entitled)
    return event, entitled


def _as_text(dice: random.Random, event: Event, body: bytes, entitled: bool) -> bool:
    """The body as text, as API Gateway may hand it on, or broken; whether it is still entitled."""
    if dice.random() < 1 / 2:
        event["body"] = dice.choice((event["body"] + "!", "é", "=", None, event["body"][1:]))
        return False
    with contextlib.suppress(UnicodeDecodeError):  # only base64 can carry anything else
        event["body"], event["isBase64Encoded"] = body.decode(), False
    return entitled


def _sign(body: bytes, timestamp: str, secret: str = SECRET) -> dict[str, Any]:
    message = b"v0:" + timestamp.encode() + b":" + body
    signature = hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()
    return {"x-slack-request-timestamp": timestamp, "x-slack-signature": f"v0={signature}"}


def _noise(dice: random.Random) -> str:
    kinds: tuple[Callable[[], str], ...] = (
        lambda: "",
        lambda: "".join(chr(dice.randrange(1, 0x110000)) for _ in range(dice.randint(1, 40))),
        lambda: "".join(chr(dice.randrange(32, 127)) for _ in range(dice.randint(1, 90))),
        lambda: str(dice.getrandbits(dice.choice((1, 31, 64, 4000)))),
        lambda: dice.choice(("abc", "1.5", "1e9", "-1", "+1", " 1", "0x1", "NaN", "\uff11")),
        lambda: "9" * 5000,
        lambda: "v0=" + "".join(dice.choices("0123456789abcdefAé", k=dice.choice((0, 63, 64, 65)))),
    )
    return dice.choice(kinds)()


def _any_timestamp(dice: random.Random, headers: dict[str, Any], _body: bytes, _now: int) -> None:
    headers["x-slack-request-timestamp"] = "0" + _noise(dice)


def _any_signature(dice: random.Random, headers: dict[str, Any], _body: bytes, _now: int) -> None:
    headers["x-slack-signature"] = _noise(dice)


def _no_header(dice: random.Random, headers: dict[str, Any], _body: bytes, _now: int) -> None:
    headers.pop(dice.choice(list(headers)))


def _one_character(dice: random.Random, headers: dict[str, Any], _body: bytes, _now: int) -> None:
    signature = headers["x-slack-signature"]
    at = dice.randrange(len(signature))
    other = dice.choice("0123456789abcdef")
    if signature[at] == other:
        other = "g"
    headers["x-slack-signature"] = signature[:at] + other + signature[at + 1 :]


def _another_secret(dice: random.Random, headers: dict[str, Any], body: bytes, now: int) -> None:
    headers |= _sign(body, str(now), dice.choice((SECRET[:-1], SECRET.upper(), "x")))


def _another_body(_dice: random.Random, headers: dict[str, Any], body: bytes, now: int) -> None:
    headers |= _sign(body + b"&", str(now))


def _another_time(dice: random.Random, headers: dict[str, Any], body: bytes, now: int) -> None:
    away = dice.choice((-1, 1)) * dice.choice((302, 3600, 10**6, 10**8))
    headers |= _sign(body, str(now + away))


_SPOILERS = (
    *(_any_timestamp, _any_signature, _no_header, _one_character),
    *(_another_secret, _another_body, _another_time),
)


def _command(dice: random.Random) -> bytes:
    text = " ".join(dice.choices(WORDS, k=dice.randint(0, 9)))
    return slack.command_body(text)


def _press(dice: random.Random) -> bytes:
    return slack.share_body(" ".join(dice.choices(WORDS, k=dice.randint(0, 9))))


def _payload(dice: random.Random) -> bytes:
    value: Any = dice.choice(
        (None, [], {}, 7, "x", [[]] * 30, {"type": "block_actions", "actions": [{}]})
    )
    text = dice.choice((json.dumps(value), "{", "[" * 500, "NaN", '{"a":1,"a":2}', "\u0000"))
    return urlencode({"payload": text}).encode()


def _bytes(dice: random.Random) -> bytes:
    return dice.randbytes(dice.choice((0, 1, 16, 300)))


def _escaped(dice: random.Random) -> bytes:
    return b"team_id=T0LOCAL&text=" + quote_from_bytes(_bytes(dice)).encode()


def _fields(dice: random.Random) -> bytes:
    return b"&".join(dice.choices((b"text=a", b"team_id=T0LOCAL", b"=", b"a", b"%", b""), k=8))


def _probe(_dice: random.Random) -> bytes:
    return b"ssl_check=1&token=x"


_BODIES = (_command, _command, _press, _payload, _bytes, _escaped, _fields, _probe)


def load() -> Handler:
    """The slack function in a module of its own."""
    spec = util.spec_from_file_location("fuzzed_slack", ROOT / "functions" / "slack" / "app.py")
    if spec is None or spec.loader is None:
        raise ImportError("functions/slack/app.py cannot be loaded")
    module = util.module_from_spec(spec)
    spec.loader.exec_module(module)
    handler: Handler = module.lambda_handler
    return handler


def main(arguments: Sequence[str] | None = None) -> int:
    """Fuzz, and print what was answered; 1 when any answer was wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.slow.fuzz_slack", description=__doc__)
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    # Nothing is shared without a table, and no server answers on port 1.
    settings = {
        "TARIFF_SLACK_SIGNING_SECRETS": SECRET,
        "TARIFF_SLACK_WORKSPACES": slack.TEAM,
        "TARIFF_SLACK_HOOKS": "http://127.0.0.1:1",
    }
    started = time.monotonic()
    with mock.patch.dict(os.environ, settings), contextlib.redirect_stdout(io.StringIO()):
        outcome = fuzz(load(), options.count, options.seed)
    seconds = time.monotonic() - started
    statuses = ", ".join(f"{status}: {number}" for status, number in outcome.statuses.items())
    print(f"{options.count} requests in {seconds:.0f} s, seed {options.seed}; {statuses}")
    for line in outcome.wrong[:SHOWN]:
        print(line, file=sys.stderr)
    print(f"{len(outcome.wrong)} wrong answers")
    return int(bool(outcome.wrong))


if __name__ == "__main__":
    sys.exit(main())
