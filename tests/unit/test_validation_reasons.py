"""Reasons of administrators: what a person will read in the audit, and nothing that misleads."""

import pytest

from pricing.api.requests.versions import RefreshRequest
from pricing.errors import FieldError, InvalidRequest
from pricing.validation import parse


def refused(reason: str) -> FieldError:
    with pytest.raises(InvalidRequest) as caught:
        parse(RefreshRequest, {"reason": reason})
    (error,) = caught.value.errors
    assert error.pointer == "/reason"
    return error


@pytest.mark.parametrize(
    "reason",
    [
        "x",
        "Opus doubled by a unit slip upstream",
        "Zwei Zeilen:\r\n\tdie zweite",
        "не та единица",
        "\u0648\u062d\u062f\u0629\u200f",
        "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
        "\N{WOMAN}\u200d\N{PERSONAL COMPUTER} says so",
        "e\u0301",
        " . ",
        "x" * 500,
    ],
)
def test_text_that_can_be_read_is_a_reason(reason: str) -> None:
    assert parse(RefreshRequest, {"reason": reason}).reason == reason


@pytest.mark.parametrize(
    "reason",
    [
        *(" ", "\t\r\n", "\u00a0", "\u2028", "\u3000"),
        *("\u200b", "\u200b\ufeff\u2060", "\u200d", "\u00ad", " \u200b "),
        *("\u0301", "\ufe0f", "\u2800", "\u3164", "\U000e0041"),
    ],
)
def test_text_that_nobody_sees_is_no_reason(reason: str) -> None:
    assert refused(reason).detail == "must not be blank: say why, for the audit"


@pytest.mark.parametrize(
    "character", ["\x00", "\x07", "\x1b", "\x7f", "\x85", "\u202a", "\u202e", "\u2066", "\u2069"]
)
def test_text_that_steers_whatever_shows_it_is_refused_by_its_number(character: str) -> None:
    error = refused(f"all is well{character}really")
    point = f"U+{ord(character):04X}"
    assert error.detail == f"must be plain text, without control characters such as {point}"


def test_the_limits_of_a_reason_are_told_in_characters() -> None:
    assert refused("").detail == "must have at least 1 character"
    assert refused("x" * 501).detail == "must have at most 500 characters"
