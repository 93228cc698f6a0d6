"""Moments as callers write them."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pricing.timestamps import AsOf, rfc3339

offsets = st.timedeltas(min_value=timedelta(hours=-23), max_value=timedelta(hours=23)).map(
    lambda offset: timezone(timedelta(minutes=offset // timedelta(minutes=1)))
)
moments = st.datetimes(timezones=offsets).filter(lambda moment: 1 < moment.year < 9000)


def utc(year: int, month: int, day: int, *clock: int) -> datetime:
    hour, minute, second, microsecond = (*clock, 0, 0, 0, 0)[:4]
    return datetime(year, month, day, hour, minute, second, microsecond, UTC)


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-11-22", utc(2026, 11, 22)),
        ("2026-11-22T09:30:00Z", utc(2026, 11, 22, 9, 30)),
        ("2026-11-22t09:30:00z", utc(2026, 11, 22, 9, 30)),
        ("2026-11-22T09:30:00+00:00", utc(2026, 11, 22, 9, 30)),
        ("2026-11-22T00:30:00+01:00", utc(2026, 11, 21, 23, 30)),
        ("2026-11-22T23:30:00-01:00", utc(2026, 11, 23, 0, 30)),
        ("2026-11-22T09:30:00-00:00", utc(2026, 11, 22, 9, 30)),
        ("2026-11-22T09:30:00.5Z", utc(2026, 11, 22, 9, 30, 0, 500_000)),
        ("2026-11-22T09:30:00.123456Z", utc(2026, 11, 22, 9, 30, 0, 123_456)),
        ("2026-11-22T09:30:00+23:59", utc(2026, 11, 21, 9, 31)),
        ("2026-11-22T23:59:59Z", utc(2026, 11, 22, 23, 59, 59)),
        ("2028-02-29", utc(2028, 2, 29)),
        ("0001-01-01T00:00:00Z", utc(1, 1, 1)),
        ("8999-12-31T23:59:59.999999Z", utc(8999, 12, 31, 23, 59, 59, 999_999)),
    ],
)
def test_a_date_or_rfc_3339_instant_is_read_and_its_text_kept(text: str, instant: datetime) -> None:
    assert AsOf.parse(text) == AsOf(instant, text)
    assert AsOf.parse(text).instant.tzinfo is UTC


@pytest.mark.parametrize(
    "text",
    [
        "",
        "yesterday",
        "2026",
        "2026-11",
        "20261122",
        "2026-W47-7",
        "2026-11-22 09:30:00Z",
        "2026-11-22T09:30:00",  # whose clock?
        "2026-11-22T09:30Z",
        "2026-11-22T093000Z",
        "2026-11-22T09:30:00.Z",
        "2026-11-22T09:30:00.1234567Z",
        "2026-11-22T09:30:00+0100",
        "2026-11-22T09:30:00+01",
        "2026-11-22T09:30:00+24:00",
        "2026-11-22T24:00:01Z",
        "2026-11-22T09:60:00Z",
        "2026-11-22T23:59:60Z",  # a leap second: datetime has none
        "2026-13-01",
        "2026-00-01",
        "2026-11-31",
        "2026-02-29",
        "0000-01-01",
        "10000-01-01",
        "-001-01-01",
        "2026-11-22\n",
        " 2026-11-22",
        "\N{FULLWIDTH DIGIT TWO}026-11-22",  # a digit, but not an ASCII one
        # Outside the years 1 to 8999 once its offset is taken away.
        "0001-01-01T00:00:00+00:01",
        "8999-12-31T23:59:59-00:01",
        "9000-01-01",
        "9999-12-31",
        "9999-12-31T23:59:59-00:01",
    ],
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        AsOf.parse(text)


@pytest.mark.parametrize("offset", ["+24:00", "-24:00", "+25:00", "+99:99", "+01:60", "-23:60"])
def test_an_offset_that_no_clock_has_is_told_what_offsets_there_are(offset: str) -> None:
    with pytest.raises(ValueError, match=r"from -23:59 to \+23:59") as refused:
        AsOf.parse(f"2026-11-22T09:30:00{offset}")
    assert "timedelta" not in str(refused.value)


@pytest.mark.parametrize("clock", ["10:00:00", "10:00:00.5", "10:00:00.123456"])
def test_an_offset_whose_plus_became_a_space_is_told_how_to_send_it(clock: str) -> None:
    with pytest.raises(ValueError, match="%2B"):
        AsOf.parse(f"2026-11-22T{clock} 02:00")


@pytest.mark.parametrize("text", ["2026-11-22 09:30:00Z", "yesterday", "2026-11-22T10:00:00"])
def test_no_other_text_is_told_of_plus_signs(text: str) -> None:
    with pytest.raises(ValueError, match="use a date") as refused:
        AsOf.parse(text)
    assert "%2B" not in str(refused.value)


@given(moments)
def test_every_instant_python_can_write_is_read_as_the_same_moment(moment: datetime) -> None:
    assert AsOf.parse(moment.isoformat()).instant == moment


def test_now_is_cut_to_the_second_and_names_itself() -> None:
    now = AsOf.now(datetime(2026, 11, 22, 10, 30, 15, 999_999, timezone(timedelta(hours=1))))
    assert now == AsOf(utc(2026, 11, 22, 9, 30, 15), "2026-11-22T09:30:15Z")
    assert AsOf.parse(now.text) == now


def test_an_instant_is_written_with_z() -> None:
    assert rfc3339(utc(2026, 11, 22, 9, 30)) == "2026-11-22T09:30:00Z"
