"""``/tariff <text>`` as a command: forgiving in form, never in meaning.

Whatever is not understood is said, with an example that works; nothing is guessed, since a guess
here is a wrong amount of money.
"""

from collections.abc import Callable, Sequence

from pricing.slack_command import (
    EXAMPLES,
    Command,
    CompareCommand,
    EstimateCommand,
    HelpCommand,
    NotUnderstood,
    PricesCommand,
    ReportCommand,
    RouteCommand,
)
from pricing.slack_reading import MAX_NAME, SEPARATORS, Reading
from pricing.slack_words import Word, tokens

#: Slack itself stops at about this; whoever else signs with our secret stops here.
MAX_TEXT = 12_000
MAX_MODELS = 20
_VERBS = {
    **{verb: verb for verb in EXAMPLES},
    **dict.fromkeys(("cost", "costs", "est"), "estimate"),
    **dict.fromkeys(("comparison", "cmp"), "compare"),
    **dict.fromkeys(("recommend", "which"), "route"),
    **dict.fromkeys(("caching", "cache"), "plan"),
    **dict.fromkeys(("price", "models", "model"), "prices"),
    **dict.fromkeys(("reports", "spend"), "report"),
    **dict.fromkeys(("?", "hello", "hi", "usage"), "help"),
}


def parse(text: str) -> Command:
    """The command a text means; raises NotUnderstood."""
    words = text.split(maxsplit=1)
    if not words:
        return HelpCommand()
    if len(text) > MAX_TEXT:
        raise NotUnderstood(f"That is longer than {MAX_TEXT:,} characters.", EXAMPLES["estimate"])
    verb, rest = _VERBS.get(words[0].lower()), words[1] if len(words) > 1 else ""
    if verb is None:
        return _unnamed(text)
    if verb == "plan" and words[0].lower() == "plan":
        rest = _what_to_plan(rest)
    return _PARSERS[verb](rest)


def _unnamed(text: str) -> Command:
    """A command that does not begin with one of ours."""
    first, _, rest = text.strip().partition(" ")
    found = tokens(text)
    near = _nearest_verb(first.lower())
    if near:
        example = f"{near} {rest}".strip() if _is_understood(f"{near} {rest}") else EXAMPLES[near]
        raise NotUnderstood(f"Did you mean {near}?", example)
    if any(isinstance(one, Word) and one.key in SEPARATORS - {","} for one in found):
        return _compare(text)
    if any(not isinstance(one, Word) for one in found):
        return _estimate(text)
    raise NotUnderstood(f"There is no command {first[:40]}.", EXAMPLES["help"])


def _nearest_verb(word: str) -> str | None:
    from difflib import get_close_matches  # only an error needs it

    near = get_close_matches(word, [verb for verb in _VERBS if len(verb) > 2], 1, 0.75)  # noqa: PLR2004
    return _VERBS[near[0]] if near else None


def _is_understood(text: str) -> bool:
    try:
        parse(text)
    except NotUnderstood:
        return False
    return True


def _what_to_plan(rest: str) -> str:
    first, _, after = rest.strip().partition(" ")
    if first.lower() not in ("caching", "cache", "cached"):
        raise NotUnderstood("Only caching can be planned here.", EXAMPLES["plan"])
    return after


def _estimate(rest: str) -> Command:
    reading = Reading(rest, EXAMPLES["estimate"])
    groups = reading.groups()
    if len(groups) > 1:
        return CompareCommand(_names(groups), reading.calls(), reading.pinned())
    if not groups:
        raise NotUnderstood("Say which model.", EXAMPLES["estimate"])
    return EstimateCommand(_name(groups[0], reading.example), reading.calls(), reading.pinned())


def _compare(rest: str) -> Command:
    reading = Reading(rest, EXAMPLES["compare"])
    groups = reading.groups()
    if len(groups) == 1:  # compare opus sonnet haiku ...
        groups = [[word] for word in groups[0]]
    return CompareCommand(_names(groups), reading.calls(), reading.pinned())


def _plan(rest: str) -> Command:
    reading = Reading(rest, EXAMPLES["plan"], planning=True)
    groups = reading.groups()
    if len(groups) != 1:
        raise NotUnderstood("Say which one model.", reading.example)
    return reading.caching(_name(groups[0], reading.example))


def _prices(rest: str) -> Command:
    reading = Reading(rest, EXAMPLES["prices"])
    groups = reading.groups()
    if len(groups) > 1:
        raise NotUnderstood("Ask for one model's prices at a time.", reading.example)
    if reading.amounts or reading.bare:
        raise NotUnderstood("prices takes no amounts; estimate does.", EXAMPLES["estimate"])
    return PricesCommand(_name(groups[0], reading.example) if groups else None, reading.pinned())


def _route(rest: str) -> Command:
    if not rest.strip():
        raise NotUnderstood("Say what the task is.", EXAMPLES["route"])
    return RouteCommand(rest.strip())


_PARSERS: dict[str, Callable[[str], Command]] = {
    "estimate": _estimate,
    "compare": _compare,
    "plan": _plan,
    "prices": _prices,
    "route": _route,
    "report": lambda _rest: ReportCommand(),
    "help": lambda _rest: HelpCommand(),
}


def _names(groups: Sequence[Sequence[str]]) -> tuple[str, ...]:
    if len(groups) > MAX_MODELS:
        raise NotUnderstood(f"Compare {MAX_MODELS} models at most.", EXAMPLES["compare"])
    return tuple(dict.fromkeys(_name(group, EXAMPLES["compare"]) for group in groups))


def _name(words: Sequence[str], example: str) -> str:
    """``claude sonnet`` is written ``claude-sonnet`` in a price list."""
    name = "-".join(words)
    if len(name) > MAX_NAME:
        raise NotUnderstood(f"A model's name has {MAX_NAME} characters at most.", example)
    return name
