"""The functions that template.yaml declares: their routes, their environment, and their calls."""

import importlib.util
import json
import os
import re
import sys
import time
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from tariff.paths import ROOT
from tariff.serve.api_gateway_events import ACCOUNT_ID, Event
from tariff.serve.routes import ANY, DEFAULT, Route
from tariff.template import resources

#: Lambda's limits on a function's event and result, as bytes of JSON.
MAX_EVENT_BYTES = 6 * 1024 * 1024
MAX_RESULT_BYTES = 6 * 1024 * 1024 + 100

_TABLE = "AWS::DynamoDB::Table"
_QUEUE = "AWS::SQS::Queue"
_FUNCTION = "AWS::Serverless::Function"
_ANY_METHODS = {"any", "x-amazon-apigateway-any-method"}
_REFERENCE = re.compile(r"\$\{([^!}]+)\}")


class TemplateProblem(ValueError):
    """template.yaml declares something that cannot be served locally; the message says what."""


class EventTooLarge(ValueError):
    """The event is larger than Lambda accepts."""


@dataclass(frozen=True, slots=True)
class Function:
    """A function of the template. A function without routes is started by another function."""

    name: str
    app: Path
    entry: str
    routes: tuple[Route, ...]
    environment: Mapping[str, str]
    timeout_seconds: float
    memory_mb: int


def read_functions(
    template: Mapping[str, Any], *, table: str, region: str, given: Mapping[str, str]
) -> list[Function]:
    """Return every function with an HttpApi event, in the template's order, then those they start.

    A reference in an environment variable becomes: for the table, ``table``; for a queue, an empty
    string, since there are no queues here; for a function, its name in the template; for a
    parameter, its default. Variables in ``given`` keep their value. Raises TemplateProblem.
    """
    parameters = template.get("Parameters", {})
    known = {
        name: str(parameter["Default"])
        for name, parameter in parameters.items()
        if "Default" in parameter
    }
    known |= dict.fromkeys(resources(dict(template), _TABLE), table)
    known |= dict.fromkeys(resources(dict(template), _QUEUE), "")
    for name in resources(dict(template), _FUNCTION):
        known |= {name: name, f"{name}.Alias": name, f"{name}.Version": name}
    known |= {"AWS::Region": region, "AWS::AccountId": ACCOUNT_ID, "AWS::Partition": "aws"}
    known["AWS::StackName"] = "tariff-local"
    defaults = template.get("Globals", {}).get("Function", {})

    def read(name: str, properties: Mapping[str, Any], routes: tuple[Route, ...]) -> Function:
        variables = {**_variables(defaults), **_variables(properties)}
        whole = {**defaults, **properties}
        module, _, entry = whole["Handler"].rpartition(".")
        return Function(
            name=name,
            app=ROOT / whole["CodeUri"] / f"{module}.py",
            entry=entry,
            routes=routes,
            environment={
                variable: given[variable] if variable in given else _text(value, known)
                for variable, value in variables.items()
            },
            timeout_seconds=float(whole.get("Timeout", 3)),
            memory_mb=int(whole.get("MemorySize", 128)),
        )

    declared = {
        name: resource["Properties"]
        for name, resource in resources(dict(template), _FUNCTION).items()
    }
    routes = {name: tuple(_routes(name, properties)) for name, properties in declared.items()}
    served = [read(name, declared[name], found) for name, found in routes.items() if found]
    named = {text for function in served for text in function.environment.values()}
    started = [name for name in declared if name in named and not routes[name]]
    return served + [read(name, declared[name], ()) for name in started]


def shared_environment(functions: Iterable[Function]) -> dict[str, str]:
    """Merge the functions' environments, since all functions share this process's environment.

    Raises TemplateProblem when two functions need different values of a variable.
    """
    shared: dict[str, str] = {}
    for function in functions:
        for variable, value in function.environment.items():
            if shared.setdefault(variable, value) != value:
                raise TemplateProblem(
                    f"{function.name} needs {variable}={value!r} and another function"
                    f" {shared[variable]!r}, but locally all functions share one environment."
                    f" Set {variable} in the environment to choose a value."
                )
    return shared


def _variables(properties: Mapping[str, Any]) -> dict[str, Any]:
    return dict(properties.get("Environment", {}).get("Variables", {}))


def _routes(function: str, properties: Mapping[str, Any]) -> Iterable[Route]:
    for event in properties.get("Events", {}).values():
        if event["Type"] != "HttpApi":
            continue
        declared = event.get("Properties", {})
        if declared.get("PayloadFormatVersion", "2.0") != "2.0":
            raise TemplateProblem(f"{function} declares a payload format other than 2.0.")
        method = str(declared.get("Method", ANY))
        path = declared.get("Path", DEFAULT)
        yield Route(ANY if method.lower() in _ANY_METHODS else method.upper(), path, function)


def _text(value: Any, known: Mapping[str, str]) -> str:
    """Return a variable's value; raises TemplateProblem where only a deployment knows it."""

    def look_up(name: str) -> str:
        if name not in known:
            raise TemplateProblem(
                f"An environment variable refers to {name}, which only a deployment knows:"
                " set the variable in the environment."
            )
        return known[name]

    match value:
        case bool():
            return str(value).lower()
        case str() | int() | float():
            return str(value)
        case {"Ref": str(name)}:
            return look_up(name)
        case {"Fn::Sub": str(text)}:
            return _REFERENCE.sub(lambda found: look_up(found[1]), text)
        case _:
            raise TemplateProblem(
                f"An environment variable is {json.dumps(value)}, which only a deployment can"
                " resolve: set the variable in the environment."
            )


@dataclass(frozen=True, slots=True)
class Context:
    """The context object that Lambda passes to a function."""

    function_name: str
    memory_limit_in_mb: str
    deadline: float
    aws_request_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    function_version: str = "$LATEST"
    log_stream_name: str = "local"

    @property
    def invoked_function_arn(self) -> str:
        """The function's ARN in the local region and account."""
        region = os.environ.get("AWS_REGION", "")
        return f"arn:aws:lambda:{region}:{ACCOUNT_ID}:function:{self.function_name}"

    @property
    def log_group_name(self) -> str:
        """The log group that the function would have on AWS."""
        return f"/aws/lambda/{self.function_name}"

    def get_remaining_time_in_millis(self) -> int:
        """Return the milliseconds until Lambda would stop the call, at least 0."""
        return max(0, int((self.deadline - time.monotonic()) * 1000))


class Environment:
    """An execution environment: a function's module, loaded once, for an event at a time."""

    def __init__(self, function: Function) -> None:
        self.function = function
        self._handler: Callable[[Event, Context], Any] = _load(function)

    def invoke(self, event: Event) -> Any:
        """Call the function. Event and answer pass through JSON, as in Lambda.

        Raises EventTooLarge; ValueError or TypeError for an answer that is too large or not JSON;
        and the function's own exceptions.
        """
        sent = json.dumps(event, ensure_ascii=False)
        if len(sent.encode()) > MAX_EVENT_BYTES:
            raise EventTooLarge(f"the event is larger than {MAX_EVENT_BYTES} bytes")
        started = time.monotonic()
        context = Context(
            function_name=self.function.name,
            memory_limit_in_mb=str(self.function.memory_mb),
            deadline=started + self.function.timeout_seconds,
        )
        result = self._handler(json.loads(sent), context)
        seconds = time.monotonic() - started
        if seconds > self.function.timeout_seconds:
            print(
                f"{self.function.name} took {seconds:.1f} s; Lambda would have stopped it after"
                f" {self.function.timeout_seconds:g} s.",
                file=sys.stderr,
            )
        returned = json.dumps(result, ensure_ascii=False)
        if len(returned.encode()) > MAX_RESULT_BYTES:
            raise ValueError(f"{self.function.name} answered more than {MAX_RESULT_BYTES} bytes")
        return json.loads(returned)


def on_first_use(function: Function) -> Callable[[Event], Any]:
    """Return ``Environment.invoke`` of a function that is loaded at the first call."""

    @cache
    def environment() -> Environment:
        return Environment(function)

    return lambda event: environment().invoke(event)


def _load(function: Function) -> Callable[[Event, Context], Any]:
    """Load the handler under a module name of its own: every function's file is called app.py."""
    name = f"tariff_local_{function.name}"
    spec = importlib.util.spec_from_file_location(name, function.app)
    if spec is None or spec.loader is None or not function.app.exists():
        raise TemplateProblem(f"{function.name}: there is no {function.app.relative_to(ROOT)}.")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # dataclasses and pydantic look their module up there
    spec.loader.exec_module(module)
    handler: Callable[[Event, Context], Any] = getattr(module, function.entry)
    return handler
