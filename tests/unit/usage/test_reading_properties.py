"""What holds for every usage object: nothing is passed over, and names do not change a price."""

import copy
import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from pricing.catalogue.price_book import BookInForce
from pricing.errors import InvalidRequest, TariffError
from pricing.estimates.calculator import price
from pricing.estimates.estimate import EstimateQuery, estimate
from pricing.estimates.inputs import MeasuredInput
from pricing.store import bundled
from pricing.timestamps import AsOf
from pricing.usage.buckets import Terms
from pricing.usage.formats import FORMATS, SHAPES
from pricing.usage.meanings import TOKEN_COUNTS, Fields, Shape
from pricing.usage.reader import read_usage
from pricing.usage.recognition import recognised
from pricing.usage.response import read_response
from tariff.template import ROOT
from tests.support.cases import cases

BOOK = bundled.current()
AS_OF = AsOf.parse("2026-11-24")
DATA = ROOT / "tests" / "data"
#: Known objects that repeat what stands elsewhere, or that only explain a cost.
NOTES = {
    *("raw", "tokens", "context_details", "cost", "cost_details", "pydantic_ai_gateway"),
    *("copilot_usage", "request_usage_entries"),
}


def reported_calls() -> list[tuple[str, dict[str, Any]]]:
    """Models and usage objects of public reports, of recorded answers and worked out by hand."""
    paths = (*sorted((DATA / "usage").glob("*.json")), DATA / "usage_reports.json")
    return [
        (call["model"], call["usage"])
        for path in paths
        for call in json.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
        if "usage" in call and "model" in call
    ]


CALLS = st.sampled_from(reported_calls())


def objects(value: Any) -> Iterator[dict[str, Any]]:
    """Every object in a usage object that is read."""
    if isinstance(value, dict):
        yield value
        for name, member in value.items():
            if name not in NOTES:
                yield from objects(member)
    elif isinstance(value, list):
        for member in value:
            yield from objects(member)


COUNTED = st.one_of(
    st.integers(min_value=1, max_value=10**9),
    st.integers(min_value=-(10**9), max_value=-1),
    st.decimals(min_value="0.001", max_value=1000, places=3),
)


@given(
    call=CALLS,
    where=st.integers(min_value=0),
    name=st.from_regex(r"zz_[a-z]{1,10}", fullmatch=True),
    count=COUNTED,
    wrapped=st.sampled_from(("number", "object", "list")),
)
def test_an_unknown_count_anywhere_never_leaves_a_call_priced(
    call: tuple[str, dict[str, Any]], where: int, name: str, count: Any, wrapped: str
) -> None:
    model, usage = call[0], copy.deepcopy(call[1])
    inside = list(objects(usage))
    holder = inside[where % len(inside)]
    prefix = next(iter(recognised(usage, None, "/usage"))).prefixes
    if holder is usage and prefix:
        name = prefix[0] + name
    holder[name] = {"number": count, "object": {"a": count}, "list": [count]}[wrapped]
    parsed = read_usage(usage, None, "/usage")
    assert Decimal(count) in [one.value for one in parsed.unread]
    query = EstimateQuery(model, MeasuredInput.of(parsed), AS_OF, served=parsed.served)
    in_force = BookInForce(BOOK, "bundled", stale=False, age_seconds=None)
    assert estimate(in_force, query).status != "priced"


def renamed(fields: Fields, raw: Mapping[str, Any], draw: st.DrawFn) -> dict[str, Any]:
    """The object with each of its counts under any name that the table has for it there."""
    found: dict[str, Any] = {}
    for name, value in raw.items():
        meaning = fields.get(name)
        if isinstance(meaning, dict) and isinstance(value, dict):
            found[name] = renamed(meaning, value, draw)
        elif isinstance(meaning, str) and meaning in TOKEN_COUNTS and type(value) is int:
            names = [one for one, means in fields.items() if means == meaning]
            free = [one for one in names if one == name or one not in (*raw, *found)]
            found[draw(st.sampled_from(free))] = value
        else:
            found[name] = value
    return found


@st.composite
def calls_under_other_names(draw: st.DrawFn) -> tuple[Shape, dict[str, Any], dict[str, Any]]:
    _, usage = draw(CALLS)
    shape = next(iter(recognised(usage, None, "/usage")))
    return shape, usage, renamed(shape.fields_for(usage.keys()), usage, draw)


@given(calls_under_other_names())
def test_another_name_for_a_count_never_changes_what_was_used(
    call: tuple[Shape, dict[str, Any], dict[str, Any]],
) -> None:
    shape, usage, other = call
    assume(shape.fields_for(usage.keys()) == shape.fields_for(other.keys()))
    before = read_usage(usage, shape.name, "/usage")
    after = read_usage(other, shape.name, "/usage")
    assert [one.usage for one in after.attempts] == [one.usage for one in before.attempts]
    assert len(after.unread) == len(before.unread)


COUNT = st.integers(min_value=0, max_value=10**6)
ONE_CALL = cases("one_call")


def filled(shape: Any, counts: Mapping[str, int]) -> Any:
    """A shape of ``ONE_CALL`` with a count in the place of each name."""
    if isinstance(shape, str):
        return counts[shape]
    return {name: filled(part, counts) for name, part in shape.items()}


@given(fresh=COUNT, read=COUNT, write=COUNT, answer=COUNT, reasoning=COUNT)
def test_every_shape_of_one_call_costs_the_same_to_the_last_digit(
    fresh: int, read: int, write: int, answer: int, reasoning: int
) -> None:
    counts = {"fresh": fresh, "read": read, "write": write}
    counts |= {"answer": answer, "reasoning": reasoning}
    counts |= {"prompt": fresh + read + write, "output": (output := answer + reasoning)}
    counts["total"] = counts["prompt"] + output
    shapes = [*ONE_CALL["any"], *([] if write else ONE_CALL["without_writes"])]
    model = BOOK.find("claude-sonnet-4-6").model
    # $3 and $15 a million; a read costs a tenth of input, a write a quarter more
    expected = (fresh * 3 + read * Decimal("0.3") + write * Decimal("3.75") + output * 15) / 10**6
    for usage in (filled(shape, counts) for shape in shapes):
        parsed = read_usage(usage, None, "/usage")
        (attempt,), _ = parsed.open.settled(parsed.attempts, model.provider, model.id, lambda: True)
        found = price(model, AS_OF.instant, attempt.usage, Terms())
        assert found.total_usd == expected, usage
        assert parsed.unread == (), usage


def known_names(fields: Fields) -> Iterator[str]:
    for name, meaning in fields.items():
        yield name
        if isinstance(meaning, dict):
            yield from known_names(meaning)


NAMES = sorted({name for shape in SHAPES for name in known_names(shape.fields)} | {"modality"})
VALUES = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(min_value=-5, max_value=10**13),
        st.decimals(allow_nan=False, allow_infinity=False, min_value=-10, max_value=10**15),
        st.sampled_from(("standard", "fast", "TEXT", "AUDIO", "5m", "message", "x", "")),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(NAMES), inner, max_size=5)
    ),
    max_leaves=15,
)


@settings(max_examples=400)
@given(
    raw=st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=8),
    usage_format=st.sampled_from((None, *FORMATS)),
    model=st.sampled_from(("claude-opus-5", "gpt-5", "gemini-2.5-flash", "text-embedding-3-small")),
    whole=st.booleans(),
)
def test_any_object_is_read_or_refused_and_never_priced_below_zero(
    raw: dict[str, Any], usage_format: Any, model: str, whole: bool
) -> None:
    found = BOOK.find(model).model
    try:
        if whole:
            parsed = read_response({"usage": raw, **raw}, usage_format).usage
        else:
            parsed = read_usage(raw, usage_format, "/usage")
        attempts, _ = parsed.open.settled(parsed.attempts, found.provider, found.id, lambda: True)
    except InvalidRequest:
        return
    for attempt in attempts:
        counts = {name: getattr(attempt.usage, name) for name in ("input", "output", "cache_read")}
        assert min(counts.values()) >= 0
        try:
            priced = price(found, datetime(2026, 11, 24, tzinfo=UTC), attempt.usage, Terms())
        except TariffError:
            continue
        assert priced.total_usd >= 0


def counts_of(fields: Fields, within: str = "") -> Iterator[str]:
    """The names of a shape's counts of tokens, each with the object that it is in."""
    for name, meaning in fields.items():
        if isinstance(meaning, dict) and not within:
            yield from counts_of(meaning, name)
        elif isinstance(meaning, str) and meaning in TOKEN_COUNTS and name not in ("", "*"):
            yield f"{within}/{name}"


@st.composite
def small_counts(draw: st.DrawFn) -> dict[str, Any]:
    """An object of one shape with a few counts so small that some are often the sum of others."""
    shape = draw(st.sampled_from([shape for shape in SHAPES if any(counts_of(shape.fields))]))
    fields = shape.fields_for(shape.borrowed_with) if draw(st.booleans()) else shape.fields
    names = draw(st.lists(st.sampled_from([*counts_of(fields)]), max_size=6, unique=True))
    names += [name for name in ("/total_tokens", "/totalTokens") if name in counts_of(fields)]
    usage: dict[str, Any] = {}
    for within, _, name in (one.partition("/") for one in names):
        (usage.setdefault(within, {}) if within else usage)[name] = draw(st.integers(0, 3))
    return usage


@settings(max_examples=1_000)
@given(small_counts())
def test_a_few_counts_that_add_up_in_any_way_are_read_or_refused(usage: dict[str, Any]) -> None:
    try:
        parsed = read_usage(usage, None, "/usage")
    except InvalidRequest:
        return
    for attempt in parsed.attempts:
        assert min(attempt.usage.input, attempt.usage.output, attempt.usage.cache_read) >= 0
