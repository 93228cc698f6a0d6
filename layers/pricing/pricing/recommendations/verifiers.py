"""Ways to check a cheap model's answer, and what each was measured to catch.

The rates are shares: of wrong answers caught, and of good answers rejected by mistake. They were
measured on public outcomes of 2023-2024 models (docs/routing.md); a check of the caller's own has
the caller's own rates.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from pricing.notices import Notice

VerifierKind = Literal["none", "format_check", "syntax_check", "tool_schema", "agreement", "own"]

#: Under this a check catches nothing to speak of; under the second, less than half.
_NOTHING = Decimal("0.05")
_HALF = Decimal("0.5")


@dataclass(frozen=True, slots=True)
class MeasuredRates:
    """Lowest and highest rates seen, and on what."""

    caught: tuple[Decimal, Decimal]
    rejected: tuple[Decimal, Decimal]
    measured_on: str


@dataclass(frozen=True, slots=True)
class Check:
    """A check as one stage uses it; rates the caller did not state are the measured ones."""

    kind: VerifierKind
    detection_rate: Decimal | None = None
    false_rejection_rate: Decimal | None = None


@dataclass(frozen=True, slots=True)
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
    """What the check is taken to catch and to reject."""
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
    """Whether the answers that pass are about as often wrong as all answers."""
    most = _most_caught(check)
    return most is not None and most < _NOTHING


def check_notices(check: Check, model: str) -> list[Notice]:
    """What to warn of when the answers of a model are kept on the word of this check."""
    most = _most_caught(check)
    if most is None or most >= _HALF:
        return []
    seen = f"A check of kind {check.kind} catches at most {most:%} of wrong answers"
    if check.kind == "none":
        seen = "Nothing checks the answers"
    if most < _NOTHING:
        message = (
            f"{seen}: this plan has the quality of {model}, and what it seems to save is paid for"
            " with wrong answers that pass."
        )
        return [Notice("check_catches_nothing", message)]
    message = f"{seen}: most wrong answers of {model} pass and are kept."
    return [Notice("check_catches_little", message)]


def _most_caught(check: Check) -> Decimal | None:
    """What was stated, or else the best that was measured."""
    if check.detection_rate is not None:
        return check.detection_rate
    known = MEASURED.get(check.kind)
    return known.caught[1] if known else None
