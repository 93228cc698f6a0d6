"""The words behind a command's name, read once: amounts, terms, models, version and date."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal, Inexact
from typing import Any

from pricing.money import divide_evenly
from pricing.slack.commands import (
    BUCKET_WORDS,
    EXAMPLES,
    CachingCommand,
    Calls,
    Command,
    CompareCommand,
    EstimateCommand,
    HelpCommand,
    NotUnderstood,
    Period,
    Pinned,
    PricesCommand,
    ReportCommand,
    RouteCommand,
)
from pricing.slack.lexer import LABELS, PLAN_LABELS, Number, Positional, Token, Word, tokens
from pricing.timestamps import AsOf
from pricing.usage.buckets import MAX_COUNT, StatedTerms, Usage

MAX_NAME = 128
_IN_ORDER = ("input", "output", "cache_read", "cache_write_5m")
#: What stands between two models.
SEPARATORS = frozenset({"vs", "vs.", "versus", "or", "and", "against", ","})
_CALLS = frozenset({"call", "calls", "request", "requests", "times"})
_TERMS = {
    **{word: ("processing", word) for word in ("standard", "batch", "priority", "flex")},
    "batched": ("processing", "batch"),
    "fast": ("speed", "fast"),
    "us": ("inference_geo", "us"),
}
_PERIODS: dict[str, Period] = {"/day": "day", "/month": "month"}


class Reading:
    """One pass over the tokens; afterwards what was said, by kind."""

    def __init__(self, text: str, example: str, *, planning: bool = False) -> None:
        self.example = example
        self.amounts: dict[str, int | Decimal] = {}
        self.bare: list[Number] = []
        self._planning = planning
        self._terms: dict[str, str] = {}
        self._period: Period | None = None
        self._pinned = Pinned()
        self._groups: list[list[str]] = [[]]
        self._left = list(reversed(tokens(text)))
        while self._left:
            token = self._left.pop()
            if isinstance(token, Word):
                self._word(token)
            elif isinstance(token, Number):
                self._number(token)
            else:
                self._positional(token)

    def groups(self) -> list[list[str]]:
        """The words that are a model's name, parted where ``vs`` stood."""
        return [group for group in self._groups if group]

    def pinned(self) -> Pinned:
        """The version and date that were named."""
        return self._pinned

    def calls(self) -> Calls:
        """The calls that were described; raises NotUnderstood when none were."""
        self._place_bare()
        calls = int(self.amounts.pop("calls", 1))
        usage = {name: int(amount) for name, amount in self.amounts.items() if name in BUCKET_WORDS}
        if len(usage) < len(self.amounts):
            raise NotUnderstood("That belongs to plan caching.", EXAMPLES["plan"])
        if not any(usage.values()):
            raise NotUnderstood("Say how many tokens, such as 2k in 1k out.", self.example)
        if not calls:
            raise NotUnderstood("The number of calls starts at 1.", self.example)
        terms = StatedTerms(**self._terms)  # type: ignore[arg-type]  # _TERMS holds their literals
        return Calls(Usage(**usage), calls, self._period, terms)

    def caching(self, model: str) -> CachingCommand:
        """The caching plan that was described; raises NotUnderstood where something is missing."""
        if self.bare or self._terms or self._period:
            said = "Say what each number is: prefix, in, out, per hour, hours, days."
            raise NotUnderstood(said, self.example)
        amounts = self.amounts
        hours, days = int(amounts.get("hours", 8)), int(amounts.get("days", 22))
        if "prefix" not in amounts or not {"/hour", "/day"} & amounts.keys():
            raise NotUnderstood("Say the prefix, and how many calls per hour.", self.example)
        if not (1 <= hours <= 24 and 1 <= days <= 31):  # noqa: PLR2004
            raise NotUnderstood("A day has 1 to 24 hours, a month 1 to 31 days.", self.example)
        known = {"prefix", "input", "output", "/hour", "/day", "hours", "days"}
        if amounts.keys() - known:
            raise NotUnderstood("A plan takes prefix, in, out and a rate.", self.example)
        return CachingCommand(
            model,
            int(amounts["prefix"]),
            int(amounts.get("input", 0)),
            int(amounts.get("output", 0)),
            self._rate(hours),
            hours,
            days,
            self._pinned,
        )

    def _rate(self, hours: int) -> Decimal:
        """Calls an hour; a number a day must come out even."""
        if "/hour" in self.amounts:
            return Decimal(self.amounts["/hour"])
        a_day = int(self.amounts["/day"])
        try:
            return divide_evenly(Decimal(a_day), hours)
        except Inexact:
            said = f"{a_day} a day is no round number per hour of {hours}; say it per hour."
            raise NotUnderstood(said, self.example) from None

    def _word(self, word: Word) -> None:
        key = word.key
        if key in SEPARATORS:
            self._groups.append([])
        elif key in _TERMS:
            name, value = _TERMS[key]
            self._once(self._terms, name, value, word.written)
        elif key in ("version", "on"):
            self._pin(key)
        elif key.startswith("/"):
            self._per(key)
        else:
            self._named(word)

    def _per(self, unit: str) -> None:
        if self._planning:
            raise NotUnderstood("Say how many calls per hour.", self.example)
        if unit not in _PERIODS:
            raise NotUnderstood("Say per day or per month.", self.example)
        if self._period:
            raise NotUnderstood("The period is there twice.", self.example)
        self._period = _PERIODS[unit]

    def _named(self, word: Word) -> None:
        """A word before its number, as in ``in 2k`` and ``x 100``; or a part of a model's name."""
        following = self._next()
        label = "calls" if word.key in ("x", "times") else self._label(word.key)
        if label is None:
            self._groups[-1].append(word.written)
            return
        if not isinstance(following, Number):
            raise NotUnderstood(f"How many {word.written[:40]}?", self.example)
        self._left.pop()
        self._amount(label, following)

    def _number(self, number: Number) -> None:
        following = self._next()
        if not isinstance(following, Word):
            self.bare.append(number)
            return
        if following.key in _CALLS:
            self._left.pop()
            self._counted(number)
        elif self._planning and following.key in ("/hour", "/day"):
            self._left.pop()
            self._amount(following.key, number)
        elif following.key in _PERIODS:
            self._amount("calls", number)
        elif label := self._label(following.key):
            self._left.pop()
            self._amount(label, number)
        else:
            self.bare.append(number)

    def _counted(self, number: Number) -> None:
        """``100 calls``, or, where a rate is wanted, ``60 calls per hour``."""
        following = self._next()
        if self._planning and isinstance(following, Word) and following.key in ("/hour", "/day"):
            self._left.pop()
            self._amount(following.key, number)
        else:
            self._amount("calls", number)

    def _positional(self, found: Positional) -> None:
        if len(found.numbers) > len(_IN_ORDER):
            raise NotUnderstood("Write in/out/cached/write, in this order.", self.example)
        for bucket, number in zip(_IN_ORDER, found.numbers, strict=False):
            self._amount(bucket, number)

    def _place_bare(self) -> None:
        """Numbers without a word are input, output, cached and written, in this order."""
        free = [bucket for bucket in _IN_ORDER if bucket not in self.amounts]
        if len(self.bare) > len(free):
            raise NotUnderstood("Say what each number is: in, out, cached, write.", self.example)
        for bucket, number in zip(free, self.bare, strict=False):
            self._amount(bucket, number)
        self.bare = []

    def _label(self, key: str) -> str | None:
        if not self._planning:
            return LABELS.get(key)
        return PLAN_LABELS.get(key, LABELS.get(key))

    def _pin(self, key: str) -> None:
        following = self._left.pop() if self._left else None
        if not isinstance(following, Word):
            raise NotUnderstood(f"Say which {'version' if key == 'version' else 'date'}.",
                                self.example)  # fmt: skip
        if key == "version":
            if len(following.written) > MAX_NAME:
                raise NotUnderstood("No version has so long a name.", self.example)
            self._pinned = replace(self._pinned, version=following.written)
            return
        try:
            AsOf.parse(following.written)
        except ValueError as error:
            raise NotUnderstood(f"For the date, {error}.", self.example) from None
        self._pinned = replace(self._pinned, as_of=following.written)

    def _next(self) -> Token | None:
        return self._left[-1] if self._left else None

    def _amount(self, name: str, number: Number) -> None:
        value: int | Decimal = number.value
        if name != "/hour":
            if value != int(value):
                raise NotUnderstood(f"{number.written} is not a whole number.", self.example)
            value = int(value)
        if value > MAX_COUNT:
            raise NotUnderstood(f"{number.written} is over {MAX_COUNT:,}.", self.example)
        self._once(self.amounts, name, value, BUCKET_WORDS.get(name, name.strip("/")))

    def _once(self, where: dict[str, Any], name: str, value: Any, said: str) -> None:
        if name in where:
            raise NotUnderstood(f"{said[:40]} is there twice.", self.example)
        where[name] = value


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
