"""Command lines that list many commands and import only the one that runs.

``tariff``, ``python -m tests.slow`` and ``python -m bench`` each have a table of commands. A
command is a function whose parameters carry Typer's annotations. It returns its exit status
(``None`` is 0) or raises ``CommandFailed``. Exit statuses are the same everywhere:

* 0: done;
* 1: a check found something, or the command could not do what was asked;
* 2: the arguments are wrong;
* 3: the cost is over ``--budget``;
* 4: a part of the cost is not known, so that it may be over ``--budget``;
* 130: interrupted.
"""

import inspect
import re
import sys
from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from functools import wraps
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple, cast

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

#: The exit statuses of a cost over its budget, of one that may be, and of Ctrl-C.
OVER_BUDGET = 3
MAY_BE_OVER_BUDGET = 4
INTERRUPTED = 130
_HELP = {"help_option_names": ["-h", "--help"]}
#: What people call commands and options, and what to write instead, wherever that exists.
_OTHER_COMMANDS = dict.fromkeys(("cost", "costs"), "estimate") | dict.fromkeys(
    ("price", "prices", "pricing", "list"), "models"
)
_OTHER_OPTIONS = {
    **dict.fromkeys(("--input-tokens", "--prompt-tokens"), "--input, without cached tokens"),
    **dict.fromkeys(("--output-tokens", "--completion-tokens"), "--output"),
    **dict.fromkeys(("--cached", "--cached-tokens"), "--cache-read, with --input without them"),
    **dict.fromkeys(("--batch", "--flex", "--priority"), "--processing"),
    **dict.fromkeys(("--images", "--audio-seconds", "--characters", "--searches"), "--units"),
    **dict.fromkeys(("--requests", "--count", "--calls-per-day"), "--calls"),
    **dict.fromkeys(("--date", "--on", "--at"), "--as-of"),
    "--prompt": "--text",
    "--fast": "--speed",
}


class CommandFailed(Exception):
    """A command cannot do what was asked; the message says why and what to change."""


class From(NamedTuple):
    """An annotation of a command's parameter: a function whose own options make its value.

    ``ask: Annotated[Asking, From(asking)]`` gives the command every option of ``asking``.
    """

    function: Callable[..., Any]


class Group(NamedTuple):
    """Commands under a name of their own, as in ``tariff catalogue build``."""

    summary: str
    commands: "Commands"


#: By name, a function as ``module:name``, or a group of further commands.
Commands = Mapping[str, str | Group]


class _Unimported(TyperCommand):
    """Stands for a command in lists; calling it imports the function and hands over to it."""

    def __init__(self, name: str, function: str) -> None:
        self._module, _, self._function = function.partition(":")
        super().__init__(name)

    @property
    def short_help(self) -> str:
        """The first line of the function's docstring, read from its file without importing it."""
        from importlib.util import find_spec  # only a list of commands needs it

        spec = find_spec(self._module)
        text = Path(spec.origin).read_text("utf-8") if spec and spec.origin else ""
        pattern = rf'^def {self._function}\(.*?^    """(.*?)("""|$)'
        found = re.search(pattern, text, re.DOTALL | re.MULTILINE)
        return found[1] if found else ""

    @short_help.setter
    def short_help(self, _text: str | None) -> None:
        """Ignore the text that the superclass sets."""

    def make_context(
        self, info_name: str | None, args: list[str], parent: Any = None, **extra: Any
    ) -> Any:
        """Parse the arguments of the real command."""
        app = typer.Typer(add_completion=False, context_settings=_HELP)
        app.command(self.name)(_flat(getattr(import_module(self._module), self._function)))
        command = get_command(app)
        _as_written(command)
        try:
            return command.make_context(info_name, args, parent, **extra)
        except typer.TyperException as error:
            _say_which(error, {name for one in command.params for name in one.opts})
            raise


def _as_written(command: Any) -> None:
    """Keep Typer from reading ``[spark]`` as a style, and each line of a paragraph as one."""
    for described in (command, *command.params):
        text = getattr(described, "help", None) or ""
        described.help = re.sub(r"\[(?=[a-z#/@])", r"\\[", re.sub(r"(?<!\n)\n *(?!\n)", " ", text))


def _say_which(error: Any, options: AbstractSet[str]) -> None:
    """Add the option that was meant, if the command has it, to an error about another name."""
    name = getattr(error, "option_name", None)
    meant = _OTHER_OPTIONS.get(str(name))
    if meant and meant.partition(",")[0] in options:
        error.possibilities = [meant]
    elif name == "--model" and name not in options:
        error.message += "; write the model without an option: tariff estimate gpt-5 --input 2k"
        error.possibilities = []


class _Listed(TyperGroup):
    """A list of commands that knows what else people call them."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Return the command that the arguments name."""
        try:
            return super().resolve_command(ctx, args)
        except typer.TyperException as error:
            meant = _OTHER_COMMANDS.get(args[0])
            if meant in self.commands:
                error.message = f"No such command {args[0]!r}. Did you mean {meant!r}?"
            raise


def _flat(command: Callable[..., Any]) -> Callable[..., Any]:
    """Return the command with the options of each ``From`` in place of the parameter."""
    own: list[inspect.Parameter] = []
    made: dict[str, tuple[Callable[..., Any], list[inspect.Parameter]]] = {}
    for parameter in inspect.signature(command, eval_str=True).parameters.values():
        notes = getattr(parameter.annotation, "__metadata__", ())
        function = next((note.function for note in notes if isinstance(note, From)), None)
        if function is None:
            own.append(parameter)
        else:
            options = inspect.signature(function, eval_str=True).parameters.values()
            made[parameter.name] = (function, list(options))
    own += [option for _, options in made.values() for option in options]

    @wraps(command)
    def flat(**given: Any) -> Any:
        for name, (function, options) in made.items():
            given[name] = function(**{option.name: given.pop(option.name) for option in options})
        return command(**given)

    named = [one.replace(kind=inspect.Parameter.KEYWORD_ONLY) for one in own]
    flat.__signature__ = inspect.Signature(named)  # type: ignore[attr-defined]
    flat.__annotations__ = {one.name: one.annotation for one in own}
    return flat


def run(
    summary: str,
    commands: Commands,
    *,
    name: str | None = None,
    options: Callable[..., None] | None = None,
) -> None:
    """Run the command that the process's arguments name, and end the process with its status.

    ``name`` is the program's own, if it is installed as a command. ``options`` takes the options
    that come before a command; completion is offered with them.
    """
    try:
        _group(name, Group(summary, commands), options)(prog_name=name)
    except CommandFailed as failure:
        typer.echo(failure, err=True)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)


def _group(
    name: str | None, group: Group, options: Callable[..., None] | None = None
) -> TyperGroup:
    app = typer.Typer(
        name=name,
        cls=_Listed,
        help=group.summary,
        no_args_is_help=True,
        add_completion=options is not None,
        result_callback=_exit,
        context_settings=_HELP,
    )
    app.callback()(options or (lambda: None))
    listed = cast("TyperGroup", get_command(app))
    for key, entry in group.commands.items():
        listed.commands[key] = (
            _group(key, entry) if isinstance(entry, Group) else _Unimported(key, entry)
        )
    return listed


def _exit(status: int | None, **_options: Any) -> None:
    raise typer.Exit(status or 0)
