"""Send forged requests to Slack's two routes: ``python -m tests.slow fuzz-slack``.

Every request is a random (timestamp, signature, body), from noise to one character away from a
valid signature; a third are signed correctly, around a body of any kind. The function must answer
200 when the signature is valid, or when the request is Slack's unsigned probe of the certificate,
and 401 otherwise.
"""

import base64
import contextlib
import hashlib
import hmac
import io
import json
import os
import random
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated, Any
from unittest import mock
from urllib.parse import quote_from_bytes, urlencode

from typer import Option

from tariff.serve import slack
from tests.support.handlers import Handler, handler
from tests.support.slack_button import share_body

Event = dict[str, Any]

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
SHOWN = 10
WORDS = (
    *("estimate", "compare", "plan", "caching", "prices", "route", "report", "help", "sonnet"),
    *("opus", "vs", "2k", "1.5M", "in", "out", "cached", "x100", "per", "day", "batch", "fast"),
    *("2k/1k", "0", "-1", "999999999999999", "on", "2026-02-30", "version", "lesson-2025"),
    *("=", ","),
    *("<!channel>", "<@U1>", "\u202e", "\x00", "😀", "%", "&", "1e999", "NaN", "x" * 200),
)


@dataclass(slots=True)
class Outcome:
    """The number of answers by status, and a line for each wrong answer."""

    statuses: Counter[int] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)


def fuzz(handler: Handler, count: int, seed: int) -> Outcome:
    """Send ``count`` random requests; the same seed repeats them, except for the time."""
    dice = random.Random(seed)  # noqa: S311 - a repeatable sequence
    outcome = Outcome()
    for number in range(count):
        event, valid = request(dice)
        try:
            status = int(handler(event, None)["statusCode"])
        except Exception as error:  # noqa: BLE001 - the fault this looks for
            outcome.wrong.append(f"{number}: raised {type(error).__name__}")
            continue
        outcome.statuses[status] += 1
        if status != (200 if valid else 401):
            outcome.wrong.append(f"{number}: {status}, valid: {valid}")
    return outcome


def request(dice: random.Random) -> tuple[Event, bool]:
    """Return a request, and whether it must be answered with 200."""
    path = dice.choice((slack.COMMANDS, slack.INTERACTIONS))
    body = dice.choice(_BODIES)(dice)
    now = int(time.time())
    headers = _sign(body, str(now + dice.randint(-290, 290)))
    valid = dice.random() < 1 / 3
    if not valid:
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
    valid = valid or body == _probe(dice)
    if body and dice.random() < 1 / 4:
        valid = _as_text(dice, event, body, valid)
    return event, valid


def _as_text(dice: random.Random, event: Event, body: bytes, valid: bool) -> bool:
    """Send the body as text, as API Gateway may do, or broken; return whether it is still valid."""
    if dice.random() < 1 / 2:
        event["body"] = dice.choice((event["body"] + "!", "é", "=", None, event["body"][1:]))
        return False
    with contextlib.suppress(UnicodeDecodeError):  # other bytes need base64
        event["body"], event["isBase64Encoded"] = body.decode(), False
    return valid


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
    return share_body(" ".join(dice.choices(WORDS, k=dice.randint(0, 9))))


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


def check(
    count: Annotated[int, Option(min=1, help="How many requests.")] = 100_000, seed: int = 1
) -> int:
    """Send forged requests as Slack."""
    settings = {
        "TARIFF_SLACK_SIGNING_SECRETS": SECRET,
        "TARIFF_SLACK_WORKSPACES": slack.TEAM,
        # No table is configured, so nothing is shared; no server listens on port 1.
        "TARIFF_SLACK_HOOKS": "http://127.0.0.1:1",
    }
    started = time.monotonic()
    with mock.patch.dict(os.environ, settings), contextlib.redirect_stdout(io.StringIO()):
        outcome = fuzz(handler("slack"), count, seed)
    seconds = time.monotonic() - started
    statuses = ", ".join(f"{status}: {number}" for status, number in outcome.statuses.items())
    print(f"{count} requests in {seconds:.0f} s, seed {seed}; {statuses}")
    print(*outcome.wrong[:SHOWN], f"{len(outcome.wrong)} wrong answers", sep="\n")
    return int(bool(outcome.wrong))
