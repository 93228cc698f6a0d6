"""The strict JSON door: one unambiguous document, or a refusal that says what to change."""

import json
from contextlib import suppress
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pricing.errors import BodyTooLarge, MalformedRequest
from pricing.jsonio import read_json

KIB_256 = 262_144

text = st.text(st.characters(codec="utf-8"))
scalars = st.none() | st.booleans() | st.integers(-(10**38), 10**38) | text
documents = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(text, inner, max_size=4),
    max_leaves=15,
)


@given(documents, st.booleans())
def test_every_document_comes_back_as_it_was_sent(document: Any, ascii_only: bool) -> None:
    assert read_json(json.dumps(document, ensure_ascii=ascii_only).encode()) == document


@given(st.binary(max_size=60))
def test_any_bytes_at_all_are_read_or_refused_and_nothing_else_happens(body: bytes) -> None:
    with suppress(MalformedRequest):
        read_json(body)


@given(st.text('[]{}",:\\u0dD8e+-.19 \nNaIfty', max_size=40))
def test_what_is_almost_json_is_read_or_refused_and_nothing_else_happens(body: str) -> None:
    with suppress(MalformedRequest):
        read_json(body.encode())


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"NaN", "NaN"),
        (b'{"calls": NaN}', "NaN"),
        (b"Infinity", "Infinity"),
        (b"[-Infinity]", "-Infinity"),
        (b'{"a": 1, "a": 1}', "twice"),
        (b'{"a": 1, "\\u0061": 2}', "twice"),
        (b'[{"b": {"a": 1, "a": 2}}]', "twice"),
        (b"", "The body is empty; send JSON."),
        (b"  ", "The body is empty; send JSON."),
        (b"\xef\xbb\xbf{}", "begins with a byte order mark; send it without."),
        (b"\xff\xfe{\x00}\x00", "not UTF-8"),  # UTF-16
        (b'{"a": 1', "not valid JSON"),
        (b'{"a": "b', "not valid JSON: Unterminated string at column 7."),
        (b'{"a":\n "b', "not valid JSON: Unterminated string at line 2, column 2."),
        (b'{"a": 1} {}', "not valid JSON"),
        (b"{}\x00", "not valid JSON"),
        (b"{'a': 1}", "not valid JSON"),
        (b"[1,]", "not valid JSON"),
        (b"01", "not valid JSON"),
        (b"+1", "not valid JSON"),
        (b".5", "not valid JSON"),
        (b"1.", "not valid JSON"),
        (b"0x10", "not valid JSON"),
        (b'"\t"', "not valid JSON: Invalid control character at column 2."),
        (b'"\\x41"', "not valid JSON"),
        (b'"\\ud83"', "not valid JSON"),
        (b'"\xff"', "not UTF-8"),
        (b'"\xc0\xaf"', "not UTF-8"),  # an overlong slash
        (b'"\xed\xa0\x80"', "not UTF-8"),  # half a pair, written as bytes
    ],
)
def test_what_is_not_exactly_one_json_document_is_refused(body: bytes, says: str) -> None:
    with pytest.raises(MalformedRequest, match=says):
        read_json(body)


def test_white_space_around_a_document_is_not_part_of_it() -> None:
    assert read_json(b' \r\n\t{"a": [1]}\n') == {"a": [1]}


def test_a_surrogate_pair_is_one_character_in_values_and_keys() -> None:
    assert read_json(b'{"\\ud83d\\ude00": "\\uD83D\\uDE00"}') == {"😀": "😀"}


@pytest.mark.parametrize(
    "body",
    [
        b'"\\ud83d"',
        b'"\\uDE00"',
        b'"\\ude00\\ud83d"',
        b'"\\ud83d \\ude00"',
        b'{"\\ud83d": 1}',
        b'[[{"a": ["x", "\\udfff"]}]]',
    ],
)
def test_half_a_surrogate_pair_is_refused(body: bytes) -> None:
    with pytest.raises(MalformedRequest, match="surrogate"):
        read_json(body)


def test_the_neighbours_of_the_surrogates_are_characters() -> None:
    assert read_json(b'"\\ud7ff\\ue000"') == "\ud7ff\ue000"


def test_an_escaped_backslash_before_u_is_text() -> None:
    assert read_json(b'"\\\\ud83d"') == "\\ud83d"


@pytest.mark.parametrize(
    ("opening", "closing"),
    [("[", "]"), ('{"a":', "}"), ('["]",', "]"), ('{"}":', "}"), ('["\\"]",', "]"), ("[[],", "]")],
)
def test_depth_20_is_read_and_21_is_refused(opening: str, closing: str) -> None:
    spare = opening.count("[],")  # one level deeper inside each opening
    fits = opening * (20 - spare) + "1" + closing * (20 - spare)
    assert read_json(fits.encode()) is not None
    for deeper in (f"[{fits}]", f'{{"a":{fits}}}'):
        with pytest.raises(MalformedRequest, match="deeper than 20"):
            read_json(deeper.encode())


def test_objects_and_lists_count_together() -> None:
    fits = '[{"a":' * 10 + "1" + "}]" * 10
    assert read_json(fits.encode()) is not None
    with pytest.raises(MalformedRequest, match="deeper than 20"):
        read_json(f"[{fits}]".encode())


@pytest.mark.parametrize(
    "text", ["[" * 500, "{" * 500, ']"' + "[" * 500, "\\", '\\"' * 50 + "[" * 50]
)
def test_brackets_inside_strings_do_not_count(text: str) -> None:
    document = [{"key" + text: text, "other": [text] * 20}]
    assert read_json(json.dumps(document).encode()) == document


def test_many_shallow_brackets_are_not_depth() -> None:
    assert read_json(b"[" + b"[]," * 1_000 + b"{}]") == [[]] * 1_000 + [{}]


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"[" * 100_000, "deeper than 20"),
        (b"[" * 100_000 + b"]" * 100_000, "deeper than 20"),
        (b'{"a":' * 50_000, "deeper than 20"),
        (b"]" * 100_000 + b"[" * 100_000, "not valid JSON"),
        (b"[]" * 100_000, "not valid JSON"),
        (b"[" * 19 + b"[]," * 80_000, "not valid JSON"),
        (b'"' + b'\\"' * 131_000, "not valid JSON"),
        (b"[" * 20 + b'"' + b'\\"' * 131_000, "not valid JSON"),
        (b"[]" * 21 + b'"' + b'\\"' * 131_000, "not valid JSON"),
        (b"[]" * 21 + b'"' * 262_000, "not valid JSON"),
        (b"[]" * 21 + b'\\"' * 131_000, "not valid JSON"),
        (b"[]" * 21 + b'"\\' * 131_000, "not valid JSON"),
        (b"[]" * 21 + b'"' + b"\\" * 262_001, "not valid JSON"),
        (b"[]" * 21 + b'"' + b"a" * 262_000, "not valid JSON"),
        (b'"' * 262_144, "not valid JSON"),
        (b"9" * 262_144, "40 characters"),
        (b"0." + b"9" * 262_142, "40 characters"),
        (b'"' + b"\\ud83d" * 43_000 + b'"', "surrogate"),
        (b"[" + b"\n" * 262_143, "not valid JSON"),
    ],
)
def test_a_full_body_made_to_be_slow_gets_its_plain_refusal(body: bytes, says: str) -> None:
    assert len(body) <= KIB_256
    with pytest.raises(MalformedRequest, match=says):
        read_json(body)


def test_a_number_of_40_characters_is_read_and_one_of_41_is_refused() -> None:
    assert read_json(b"9" * 40) == 10**40 - 1
    assert read_json(b"-" + b"9" * 39) == -(10**39) + 1
    assert read_json(b"0." + b"1" * 38) == Decimal("0." + "1" * 38)
    for body in (b"9" * 41, b"-" + b"9" * 40, b"0." + b"1" * 39, b"9" * 4_400):
        with pytest.raises(MalformedRequest, match="40 characters"):
            read_json(body)


@pytest.mark.parametrize("text", ["1e40", "1E+40", "1e-40", "9.99e40", "-1e40"])
def test_an_exponent_up_to_40_is_read(text: str) -> None:
    assert read_json(text.encode()) == Decimal(text)


@pytest.mark.parametrize(
    "text",
    [
        "1e41",
        "10e40",
        "0.1e-40",
        "1e-41",
        "1e400",
        "1e999999",
        "0e999999",
        "-1e400",
        "1e999999999999999999",
        "1e1000000000000000000",  # from here on Decimal itself has no such number
        "1e-9999999999999999999999999999",
        "1e" + "9" * 38,
    ],
)
def test_an_exponent_beyond_40_is_refused(text: str) -> None:
    with pytest.raises(MalformedRequest, match="out of range"):
        read_json(text.encode())


@pytest.mark.parametrize("text", ["0.1", "1.0", "1e2", "-0.0", "123456789012345678.123456789"])
def test_a_fraction_is_the_decimal_that_was_written_and_never_a_float(text: str) -> None:
    number = read_json(text.encode())
    assert type(number) is Decimal
    assert str(number) == str(Decimal(text))


def test_a_whole_number_is_an_integer() -> None:
    assert read_json(b"[0, -7, 1000000000000]") == [0, -7, 10**12]
    assert {type(number) for number in read_json(b"[0, -7, 1000000000000]")} == {int}


def test_a_body_of_262144_bytes_is_read_and_one_more_is_refused() -> None:
    longest = b'"' + b"a" * (KIB_256 - 2) + b'"'
    assert read_json(longest) == "a" * (KIB_256 - 2)
    with pytest.raises(BodyTooLarge, match="262145 bytes; the limit is 262144"):
        read_json(longest + b" ")


def test_the_limit_counts_bytes_and_not_characters() -> None:
    body = '"' + "é" * 131_072 + '"'
    assert len(body) < KIB_256
    with pytest.raises(BodyTooLarge):
        read_json(body.encode())


def test_a_route_may_set_a_limit_of_its_own() -> None:
    assert read_json(b"[1]", max_bytes=3) == [1]
    with pytest.raises(BodyTooLarge):
        read_json(b"[1] ", max_bytes=3)


def test_a_refusal_repeats_nothing_of_what_was_sent() -> None:
    for body in (b'{"canary": canary}', b'{"canary": 1, "canary": 2}', b'"canary \\ud83d"'):
        with pytest.raises(MalformedRequest) as refusal:
            read_json(body)
        assert "canary" not in refusal.value.detail
