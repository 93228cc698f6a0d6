"""Parse a command's text: amounts, terms, models, version and date."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal, Inexact
from typing import TYPE_CHECKING, Any

from pricing.catalogue.spellings import HOSTS
from pricing.money import CURRENCIES, divide_evenly
from pricing.slack.commands import (
    BUCKET_WORDS,
    EXAMPLES,
    CachingCommand,
    Command,
    CompareCommand,
    EstimateCommand,
    HelpCommand,
    NotUnderstood,
    Pinned,
    PricesCommand,
    ReportCommand,
    RequestedCalls,
    RouteCommand,
)
from pricing.slack.lexer import (
    CALLS,
    CODES,
    LABELS,
    PART,
    PLAN_LABELS,
    TERMS,
    UNITS,
    Number,
    Positional,
    Token,
    Word,
    currency,
    tokens,
    unclear,
)
from pricing.slack.questions import (
    CHEAPER,
    CHEAPEST,
    FOR_A_TASK,
    HOW_MUCH,
    LAST_MONTH,
    PRICE_WORDS,
    WITH,
)
from pricing.timestamps import AsOf
from pricing.usage.buckets import MAX_COUNT, StatedTerms, Usage

if TYPE_CHECKING:
    from pricing.estimates.workload import Period

MAX_NAME = 128
_IN_ORDER = ("input", "output", "cache_read", "cache_write_5m")
#: Words between two models.
SEPARATORS = frozenset({"vs", "vs.", "versus", "or", "and", "against", ","})
_SHARE = re.compile(r"([0-9]{1,2}|100)%", re.ASCII)
#: The number of a model's version, as in ``claude opus 4.5``, is less than this.
_VERSIONS = 10
_PERIODS: dict[str, Period] = {"/day": "day", "/month": "month"}


class Parser:
    """One pass over the tokens of a command; afterwards its parts, by kind."""

    def __init__(self, text: str, example: str, *, planning: bool = False) -> None:
        self.example = example
        self.amounts: dict[str, int | Decimal] = {}
        self.bare: list[Number] = []
        self._planning = planning
        self._terms: dict[str, str] = {}
        self._period: Period | None = None
        self.pinned = Pinned()
        self._groups: list[list[str]] = [[]]
        self._named_last = False
        self._share: int | None = None
        self._is_part = False
        self._doubtful = ""
        self._left = list(reversed(tokens(text)))
        while self._left:
            token = self._left.pop()
            groups = [*self._groups[-1]]
            if isinstance(token, Word):
                self._word(token)
            elif isinstance(token, Number):
                self._number(token)
            else:
                self._positional(token)
            self._named_last = len(self._groups[-1]) > len(groups)

    def _error(self, detail: str) -> NotUnderstood:
        return NotUnderstood(detail, self.example)

    def groups(self) -> list[list[str]]:
        """The words of each model's name; ``vs`` separates the models."""
        return [group for group in self._groups if group]

    def calls(self) -> RequestedCalls:
        """The described calls; raises NotUnderstood without any."""
        self._place_bare()
        self._place_share()
        calls = int(self.amounts.pop("calls", 1))
        usage = {name: int(amount) for name, amount in self.amounts.items() if name in BUCKET_WORDS}
        if len(usage) < len(self.amounts):
            detail = "Only plan caching takes prefix, hours and days."
            raise NotUnderstood(detail, EXAMPLES["plan"])
        if not any(usage.values()):
            raise self._error("Say how many tokens, such as 2k in 1k out.")
        if not calls:
            raise self._error("The number of calls must be at least 1.")
        terms = StatedTerms(**self._terms)  # type: ignore[arg-type]  # TERMS holds their literals
        return RequestedCalls(Usage.of(usage), calls, self._period, terms)

    def caching(self, model: str) -> CachingCommand:
        """The described caching plan; raises NotUnderstood where something is missing."""
        if self.bare or self._terms or self._period or self._is_part:
            detail = "Say what each number is: prefix, in, out, per hour, hours, days."
            raise self._error(detail)
        amounts = self.amounts
        hours, days = int(amounts.get("hours", 8)), int(amounts.get("days", 22))
        if "prefix" not in amounts or not {"/hour", "/day"} & amounts.keys():
            raise self._error("Say the prefix, and how many calls per hour.")
        if not (1 <= hours <= 24 and 1 <= days <= 31):  # noqa: PLR2004
            raise self._error("A day has 1 to 24 hours, a month 1 to 31 days.")
        known = {"prefix", "input", "output", "/hour", "/day", "hours", "days"}
        if amounts.keys() - known:
            raise self._error("A plan takes prefix, in, out, calls per hour, hours and days.")
        return CachingCommand(
            model,
            int(amounts["prefix"]),
            int(amounts.get("input", 0)),
            int(amounts.get("output", 0)),
            self._rate(hours),
            hours,
            days,
            self.pinned,
        )

    def _rate(self, hours: int) -> Decimal:
        """Calls an hour; those of a day must be evenly divisible."""
        if "/hour" in self.amounts:
            return Decimal(self.amounts["/hour"])
        a_day = int(self.amounts["/day"])
        try:
            return divide_evenly(Decimal(a_day), hours)
        except Inexact:
            detail = f"{a_day} calls a day do not divide evenly into {hours} hours; use per hour."
            raise self._error(detail) from None

    def _word(self, word: Word) -> None:
        key = word.key
        if key in SEPARATORS:
            self._groups.append([])
        elif key in TERMS:
            name, value = TERMS[key]
            self._once(self._terms, name, value, word.written)
        elif key in ("version", "on"):
            self._pin(key)
        elif key == PART:
            self._is_part = True
        elif key.startswith("/"):
            self._per(key)
        else:
            self._named(word)

    def _per(self, unit: str) -> None:
        if self._planning:
            raise self._error("Say how many calls per hour.")
        if unit not in _PERIODS:
            raise self._error("Say how many calls per day or per month.")
        if self._period:
            raise self._error("The period is given twice.")
        self._period = _PERIODS[unit]

    def _named(self, word: Word) -> None:
        """Read a word before its number, as in ``in 2k`` and ``x 100``, or a part of a name."""
        following = self._next()
        share = _SHARE.fullmatch(word.written)
        label = "calls" if word.key in ("x", "times", "*") else self._label(word.key)
        if share and isinstance(following, Word) and self._label(following.key) == "cache_read":
            self._left.pop()
            self._share = int(share[1])
            return
        if problem := unclear(word.written):
            raise self._error(problem)
        sign = CURRENCIES.get(word.key) or (word.written if word.written in CODES else None)
        if sign is not None and self.amounts:  # 1k out, EUR
            self._convert(sign)
            return
        if word.key == "budget" or word.written[:1] in ("$", "€", "£"):
            detail = (
                "A budget is not read here. The page says how many calls it buys, and so does POST"
                " /v1/estimate: send `budget_usd`."
            )
            raise self._error(detail)
        if label is None:
            self._groups[-1].append(word.written)
            return
        after_in = following if word.key == "in" and isinstance(following, Word) else None
        if after_in is not None and after_in.key in TERMS:  # in the US
            return
        code = None if after_in is None else currency(after_in)
        if code is not None:
            self._left.pop()
            self._convert(code)
            return
        if not isinstance(following, Number):
            raise self._error(f"How many {word.written[:40]}?")
        self._left.pop()
        self._amount(label, following)

    def _convert(self, code: str) -> None:
        if self.pinned.currency:
            raise self._error("The currency is given twice.")
        self.pinned = replace(self.pinned, currency=None if code == "USD" else code)

    def _number(self, number: Number) -> None:
        following = self._next()
        if self._is_version(number, following):
            self._groups[-1].append(number.written)
            return
        if not isinstance(following, Word):
            self.bare.append(number)
            return
        if following.key in UNITS and not self._planning:
            detail = f"POST /v1/estimate prices {following.written[:40]}: send them as `units`."
            raise self._error(detail)
        if following.key in CALLS:
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

    def _is_version(self, number: Number, following: Token | None) -> bool:
        """Whether a number belongs to the model's name before it, and counts nothing."""
        is_size = number.written[-1:].lower() == "b"  # Llama 3.3 70B
        is_short = number.value < _VERSIONS and not number.written[-1:].isalpha()
        if not self._named_last or not (is_short or is_size):
            return False
        if isinstance(following, Word):
            key = following.key
            return self._label(key) is None and key not in CALLS | UNITS and key[0] != "/"
        after = self._left[-2] if len(self._left) > 1 else None
        is_labelled = isinstance(after, Word) and self._label(after.key) is not None
        if isinstance(following, Number) and number.value % 1 == 0 and not is_labelled:
            self._doubtful = f"{self._groups[-1][-1]}-{number.written}"
            return False
        return True

    def _counted(self, number: Number) -> None:
        """Read ``100 calls``, or the rate of a plan, ``60 calls per hour``."""
        following = self._next()
        if self._planning and isinstance(following, Word) and following.key in ("/hour", "/day"):
            self._left.pop()
            self._amount(following.key, number)
        else:
            self._amount("calls", number)

    def _positional(self, found: Positional) -> None:
        if len(found.numbers) > len(_IN_ORDER):
            raise self._error("Write in/out/cached/write, in this order.")
        for bucket, number in zip(_IN_ORDER, found.numbers, strict=False):
            self._amount(bucket, number)

    def _place_bare(self) -> None:
        """Read numbers without a word as input, output, cached and written, in this order."""
        order = _IN_ORDER if self.amounts.keys().isdisjoint(_IN_ORDER) else _IN_ORDER[:2]
        free = [bucket for bucket in order if bucket not in self.amounts]
        if len(self.bare) > len(free):
            detail = f"Say what {self.bare[-1].written} is: in, out, cached, write or calls."
            raise self._error(detail)
        if self._doubtful:
            raise self._error(f"Say what each number is, or write {self._doubtful} if that is it.")
        for bucket, number in zip(free, self.bare, strict=False):
            self._amount(bucket, number)
        self.bare = []

    def _place_share(self) -> None:
        """Take ``30% cached``, and ``of which 1k cached``, from the input."""
        whole = int(self.amounts.get("input", 0))
        if self._share is None and not self._is_part:
            return
        if self._share is None and whole >= self.amounts.get("cache_read", whole + 1):
            self.amounts["input"] = whole - int(self.amounts["cache_read"])
            return
        cached, left = divmod(whole * (self._share or 0), 100)
        if self._share is None or not whole or left or "cache_read" in self.amounts:
            raise self._error("Say how many tokens are cached, such as 3k cached.")
        self.amounts["input"], self.amounts["cache_read"] = whole - cached, cached

    def _label(self, key: str) -> str | None:
        if not self._planning:
            return LABELS.get(key)
        return PLAN_LABELS.get(key, LABELS.get(key))

    def _pin(self, key: str) -> None:
        following = self._next()
        is_name = isinstance(following, Word) and not following.key[:1].isdigit()
        if key == "on" and is_name and not self._groups[-1]:
            return  # 2k in on sonnet
        if key == "on" and isinstance(following, Word) and following.key in HOSTS:
            self._groups[-1].append(key)  # llama 3.3 70b on groq
            return
        if self._left:
            self._left.pop()
        if not isinstance(following, Word):
            raise self._error(f"Say which {'version' if key == 'version' else 'date'}.")
        if key == "version":
            if len(following.written) > MAX_NAME:
                raise self._error(f"A version's name has at most {MAX_NAME} characters.")
            self.pinned = replace(self.pinned, version=following.written)
            return
        try:
            AsOf.parse(following.written)
        except ValueError as error:
            raise self._error(f"The date is not valid: {error}.") from None
        self.pinned = replace(self.pinned, as_of=following.written)

    def _next(self) -> Token | None:
        return self._left[-1] if self._left else None

    def _amount(self, name: str, number: Number) -> None:
        value: int | Decimal = number.value
        if name != "/hour":
            if value != int(value):
                raise self._error(f"{number.written} is not a whole number.")
            value = int(value)
        if value > MAX_COUNT:
            raise self._error(f"{number.written} is over {MAX_COUNT:,}.")
        self._once(self.amounts, name, value, BUCKET_WORDS.get(name, name.strip("/")))

    def _once(self, where: dict[str, Any], name: str, value: Any, word: str) -> None:
        if name in where:
            raise self._error(f"{word[:40]} is given twice.")
        where[name] = value


#: About Slack's own limit.
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
    """Parse a command; raises NotUnderstood."""
    words = text.split(maxsplit=1)
    if not words:
        return HelpCommand()
    if len(text) > MAX_TEXT:
        raise NotUnderstood(
            f"The command is longer than {MAX_TEXT:,} characters.", EXAMPLES["estimate"]
        )
    if LAST_MONTH.fullmatch(text.strip()):
        return ReportCommand()
    cheaper = CHEAPER.match(text.strip())
    if cheaper:
        return _compare(f"{cheaper['one']} vs {cheaper['other']}")
    cheapest = CHEAPEST.match(text)
    if cheapest and any(not isinstance(token, Word) for token in tokens(text)):
        return _compare(text[cheapest.end() :])
    verb, rest = _VERBS.get(words[0].lower()), words[1] if len(words) > 1 else ""
    if verb is None:
        return _unnamed(text)
    if words[0].lower() == "plan":
        planned, _, rest = rest.strip().partition(" ")
        if planned.lower() not in ("caching", "cache", "cached"):
            raise NotUnderstood("plan needs the word caching after it.", EXAMPLES["plan"])
    return _PARSERS[verb](rest)


def _unnamed(text: str) -> Command:
    """Parse a command without a verb; a misspelt verb is refused with a suggestion."""
    from difflib import get_close_matches  # few commands need it

    found = tokens(text)
    if FOR_A_TASK.match(text) and all(isinstance(token, Word) for token in found):
        return _route(text)
    first, _, rest = text.strip().partition(" ")
    near = get_close_matches(first.lower(), [verb for verb in _VERBS if len(verb) > 2], 1, 0.75)  # noqa: PLR2004
    if near:
        verb = _VERBS[near[0]]
        example = f"{verb} {rest}".strip()
        try:
            parse(example)
        except NotUnderstood:
            example = EXAMPLES[verb]
        raise NotUnderstood(f"Did you mean {verb}?", example)
    joined = any(isinstance(token, Word) and token.key in SEPARATORS - {","} for token in found)
    if joined and len(Parser(text, EXAMPLES["compare"]).groups()) > 1:
        return _compare(text)
    if any(not isinstance(token, Word) or unclear(token.written) for token in found):
        return _estimate(text)
    if HOW_MUCH.match(text) or not PRICE_WORDS.isdisjoint(text.lower().split()):
        return _prices(text)
    raise NotUnderstood(
        f"There is no command {first[:40]}. For a cost, add amounts, such as 2k in 1k out.",
        EXAMPLES["help"],
    )


def _estimate(rest: str) -> Command:
    parser = Parser(rest, EXAMPLES["estimate"])
    groups = parser.groups()
    if len(groups) > 1:
        return CompareCommand(_names(groups), parser.calls(), parser.pinned)
    if not groups:
        raise NotUnderstood("Say which model.", EXAMPLES["estimate"])
    return EstimateCommand(_name(groups[0], parser.example), parser.calls(), parser.pinned)


def _compare(rest: str) -> Command:
    parser = Parser(WITH.sub("vs", rest), EXAMPLES["compare"])
    groups = parser.groups()
    if len(groups) == 1:  # compare opus sonnet haiku ...
        groups = [[word] for word in groups[0]]
    return CompareCommand(_names(groups), parser.calls(), parser.pinned)


def _plan(rest: str) -> Command:
    parser = Parser(rest, EXAMPLES["plan"], planning=True)
    groups = parser.groups()
    if len(groups) != 1:
        raise NotUnderstood("Name one model.", parser.example)
    return parser.caching(_name(groups[0], parser.example))


def _prices(rest: str) -> Command:
    parser = Parser(rest, EXAMPLES["prices"])
    groups = parser.groups()
    if len(groups) > 1:
        raise NotUnderstood("prices takes one model at a time.", parser.example)
    if parser.amounts or parser.bare:
        raise NotUnderstood("prices takes no amounts; estimate does.", EXAMPLES["estimate"])
    if parser.pinned.currency:
        raise NotUnderstood("Prices are in USD; estimate adds a currency.", EXAMPLES["estimate"])
    return PricesCommand(_name(groups[0], parser.example) if groups else None, parser.pinned)


def _route(rest: str) -> Command:
    if not rest.strip():
        raise NotUnderstood("Say what the task is.", EXAMPLES["route"])
    task = rest.strip()
    return RouteCommand(FOR_A_TASK.sub("", task, count=1) if FOR_A_TASK.match(task) else task)


def _report(rest: str) -> Command:
    if rest.strip(" ?!.").lower().removeprefix("for ").removeprefix("of ") not in (
        "",
        "last month",
    ):
        raise NotUnderstood("report shows last month only, for all teams.", EXAMPLES["report"])
    return ReportCommand()


_PARSERS: dict[str, Callable[[str], Command]] = {
    "estimate": _estimate,
    "compare": _compare,
    "plan": _plan,
    "prices": _prices,
    "route": _route,
    "report": _report,
    "help": lambda _rest: HelpCommand(),
}


def _names(groups: Sequence[Sequence[str]]) -> tuple[str, ...]:
    if len(groups) > MAX_MODELS:
        raise NotUnderstood(f"Compare at most {MAX_MODELS} models.", EXAMPLES["compare"])
    return tuple(dict.fromkeys(_name(group, EXAMPLES["compare"]) for group in groups))


def _name(words: Sequence[str], example: str) -> str:
    """A model's name: ``claude sonnet`` is ``claude-sonnet`` in a price list."""
    name = "-".join(words)
    if len(name) > MAX_NAME:
        raise NotUnderstood(f"A model's name has at most {MAX_NAME} characters.", example)
    return name
