"""Handlers as Lambda would load them, and a short way to call them with a real event."""

import importlib.util
import itertools
import json
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from aws_lambda_powertools.utilities.typing import LambdaContext

from tariff.template import ROOT

REQUEST_ID = "0c5e6a5e-6f9b-4d0e-9d4c-2f6d1a7b8c9d"
#: What Lambda tells a function about a call, as far as a function here asks.
CONTEXT = LambdaContext()
CONTEXT._aws_request_id = REQUEST_ID

#: Gives a recorded event afresh, as the fixture of this name does.
Event = Callable[[str], dict[str, Any]]
#: Gives the lines of Powertools' Logger so far, as the fixture of this name does.
Logged = Callable[[], list[dict[str, Any]]]
Handler = Callable[[Mapping[str, Any], object], dict[str, Any]]
_instances = itertools.count()


class Answer(NamedTuple):
    """A handler's reply with its JSON body read."""

    status: int
    headers: dict[str, str]
    body: Any


#: Posts its arguments, as the fields of a body, to one function.
Ask = Callable[..., Answer]


def handler(name: str) -> Handler:
    """``functions/<name>/app.py``'s handler in a fresh module: a cold start of its own."""
    path = ROOT / "functions" / name / "app.py"
    spec = importlib.util.spec_from_file_location(f"app_{name}_{next(_instances)}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    loaded: Handler = module.lambda_handler
    return loaded


def function_of(event: str) -> str:
    """The folder of the function that answers a recorded event: ``plan`` for ``plan_batch``."""
    folders = (path.parent.name for path in ROOT.glob("functions/*/app.py"))
    return max((name for name in folders if event.startswith(name)), key=len)


def call(to: Handler, event: Mapping[str, Any], **changes: Any) -> Answer:
    """Send ``event`` with some of its members replaced."""
    reply = to({**event, **changes}, None)
    return Answer(reply["statusCode"], reply["headers"], json.loads(reply["body"] or "null"))


def post(to: Handler, event: Mapping[str, Any], body: Any) -> Answer:
    """Send ``event`` with another body: text as it is, anything else as JSON."""
    return call(to, event, body=body if isinstance(body, str) else json.dumps(body))


def asking(name: str, event: Mapping[str, Any], **always: Any) -> Ask:
    """``asking(name, event, **always)(**fields)`` posts the fields to one function."""
    to = handler(name)
    return lambda **fields: post(to, event, {**always, **fields})


def only(answer: Answer, name: str) -> dict[str, Any]:
    """The one entry of a list of a good answer."""
    assert answer.status == 200, answer.body
    (found,) = answer.body[name]
    assert isinstance(found, dict)
    return found


def pointers(answer: Answer) -> list[str]:
    """Where a refused request is wrong."""
    assert answer.status == 422, answer.body
    return [error["pointer"] for error in answer.body["errors"]]
