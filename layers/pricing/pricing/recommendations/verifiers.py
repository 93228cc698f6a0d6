"""Checks of a cheap model's answers, and the error rates that were measured for them.

Rates are shares: of wrong answers that are caught, and of right answers that are rejected. They
were measured on public outcomes of 2023-2024 models (docs/routing.md); for a check of your own,
send your own rates.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Literal

from pricing.notices import Notice
from pricing.values import immutable

VerifierKind = Literal["none", "format_check", "syntax_check", "tool_schema", "agreement", "own"]

#: A check with a lower detection rate catches almost nothing, or less than half.
_NOTHING = Decimal("0.05")
_HALF = Decimal("0.5")


@immutable
class MeasuredRates:
    """The lowest and highest measured rates, and what they were measured on."""

    caught: tuple[Decimal, Decimal]
    rejected: tuple[Decimal, Decimal]
    measured_on: str


@immutable
class Check:
    """A check as one stage uses it; the measured rates are used for those that were not sent."""

    kind: VerifierKind
    detection_rate: Decimal | None = None
    false_rejection_rate: Decimal | None = None


@immutable
class CheckRates:
    """The assumed error rates of a check.

    Of a measured range the cautious ends are used: the lowest detection rate and the highest rate
    of false rejections.
    """

    kind: VerifierKind
    """The kind of check."""
    detection_rate: Decimal | None
    """Share of wrong answers that the check catches; null when not known."""
    false_rejection_rate: Decimal | None
    """Share of right answers that the check rejects; null when not known."""
    least_measured: Decimal | None
    """Lowest measured detection rate; null when none was measured."""
    most_measured: Decimal | None
    """Highest measured detection rate; null when none was measured."""
    measured_on: str | None
    """What the rates were measured on; null when none were measured."""


def _range(low: str, high: str) -> tuple[Decimal, Decimal]:
    return Decimal(low), Decimal(high)


MEASURED: Mapping[VerifierKind, MeasuredRates] = {
    "none": MeasuredRates(_range("0", "0"), _range("0", "0"), "By definition."),
    "format_check": MeasuredRates(
        _range("0", "0.02"),
        _range("0", "0.02"),
        "Whether an answer has the wanted form (as JSON that parses), on grade-school maths, code"
        " execution and competition maths.",
    ),
    "syntax_check": MeasuredRates(
        _range("0.07", "0.28"),
        _range("0", "0.03"),
        "Whether Python parses the answer, on short programming tasks by three models.",
    ),
    "tool_schema": MeasuredRates(
        _range("0.56", "0.56"),
        _range("0", "0"),
        "Whether a tool call fits the tool's schema. With tasks among them that no tool fits, 36%"
        " are caught and 7% of the good ones rejected.",
    ),
    "agreement": MeasuredRates(
        _range("0.58", "0.94"),
        _range("0.04", "0.33"),
        "Whether two cheap models of different makers answer the same, on three pairs and three"
        " kinds of task with one right answer.",
    ),
}


def check_rates(check: Check) -> CheckRates:
    """Return the assumed rates of a check."""
    known = MEASURED.get(check.kind)
    caught, rejected = check.detection_rate, check.false_rejection_rate
    if caught is None and known:
        caught = known.caught[0]
    if rejected is None and known:
        rejected = known.rejected[1]
    return CheckRates(
        kind=check.kind,
        detection_rate=caught,
        false_rejection_rate=rejected,
        least_measured=known.caught[0] if known else None,
        most_measured=known.caught[1] if known else None,
        measured_on=known.measured_on if known else None,
    )


def catches_nothing(check: Check) -> bool:
    """Return whether answers that pass are about as often wrong as all answers."""
    most = _most_caught(check)
    return most is not None and most < _NOTHING


def check_notices(check: Check, model: str) -> list[Notice]:
    """Return the warnings for keeping answers of a model that pass this check."""
    most = _most_caught(check)
    if most is None or most >= _HALF:
        return []
    caught = f"A check of kind {check.kind} catches at most {most:%} of wrong answers"
    if check.kind == "none":
        caught = "Nothing checks the answers"
    if most < _NOTHING:
        message = (
            f"{caught}: this plan has the quality of {model} alone, because wrong answers pass and"
            " are kept."
        )
        return [Notice("check_catches_nothing", message)]
    message = f"{caught}: most wrong answers of {model} pass and are kept."
    return [Notice("check_catches_little", message)]


def _most_caught(check: Check) -> Decimal | None:
    """Return the detection rate that was sent, or the highest measured one."""
    if check.detection_rate is not None:
        return check.detection_rate
    known = MEASURED.get(check.kind)
    return known.caught[1] if known else None
