"""What is left out of a prompt, whatever its parts: never too little, never what is required."""

from hypothesis import given
from hypothesis import strategies as st

from pricing.plans.context import ContextPart, choose

WORDS = ["cache", "header", "parser", "holiday", "budget"]
parts = st.lists(
    st.builds(
        ContextPart,
        name=st.sampled_from(["a", "b", *WORDS]),
        text=st.one_of(st.none(), st.lists(st.sampled_from(WORDS)).map(" ".join)),
        tokens=st.none(),
        required=st.booleans(),
    ),
    min_size=1,
    max_size=12,
)
tasks = st.one_of(st.none(), st.sampled_from(WORDS), st.just("cache parser"))


@given(parts, st.data(), tasks, st.one_of(st.none(), st.integers(0, 400)))
def test_what_is_kept_fits_unless_the_required_alone_does_not(
    given_parts: list[ContextPart], data: st.DataObject, task: str | None, room: int | None
) -> None:
    sizes = st.integers(0, 100)
    tokens = [data.draw(sizes) for _ in given_parts]
    choice = choose(given_parts, tokens, task, room)
    kept = [number for number in range(len(tokens)) if choice.keeps(number)]
    required = [number for number, part in enumerate(given_parts) if part.required]
    assert set(required) <= set(kept)
    if room is None:
        assert "does_not_fit" not in choice.why
        return
    used = sum(tokens[number] for number in kept)
    assert used <= max(room, sum(tokens[number] for number in required))
    for number, why in enumerate(choice.why):
        if why == "does_not_fit":
            assert used + tokens[number] > room, "it would have fitted"


@given(parts, tasks)
def test_without_a_limit_only_parts_that_share_no_word_are_left_out(
    given_parts: list[ContextPart], task: str | None
) -> None:
    choice = choose(given_parts, [1] * len(given_parts), task, None)
    for number, part in enumerate(given_parts):
        if not choice.keeps(number):
            assert choice.why[number] == "no_word_in_common"
            assert part.text is not None
            assert choice.relevance[number] == 0
            assert "relevant" in choice.why


def test_the_most_relevant_part_stays_when_only_one_fits() -> None:
    given_parts = [
        ContextPart("one", "cache header"),
        ContextPart("two", "cache cache parser"),
        ContextPart("three", "cache"),
    ]
    choice = choose(given_parts, [10, 10, 10], "cache parser", 10)
    assert [choice.keeps(number) for number in range(3)] == [False, True, False]


def test_without_a_task_the_first_parts_stay() -> None:
    given_parts = [ContextPart(name, tokens=10) for name in "abc"]
    choice = choose(given_parts, [10, 10, 10], None, 20)
    assert choice.why == ("not_ranked", "not_ranked", "does_not_fit")
