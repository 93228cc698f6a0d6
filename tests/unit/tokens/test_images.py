"""Image tokens against every worked example the provider publishes, and against brute force."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pricing.errors import InvalidRequest
from pricing.tokens.images import (
    IMAGE_TIERS,
    MAX_EDGE_SENT,
    ImageSize,
    ImageTier,
    image_tokens,
    resized,
)

STANDARD, HIGH = IMAGE_TIERS["standard"], IMAGE_TIERS["high"]
EDGES = st.integers(1, MAX_EDGE_SENT)

#: The provider's vision pages, August 2026: size sent, size seen and tokens in either tier.
PUBLISHED = [
    ((200, 200), (200, 200), 64, (200, 200), 64),
    ((1000, 1000), (1000, 1000), 1296, (1000, 1000), 1296),
    ((1092, 1092), (1092, 1092), 1521, (1092, 1092), 1521),
    ((1920, 1080), (1456, 819), 1560, (1920, 1080), 2691),
    # The table says 1269 x 952; the reference code, which says how it rounds, 1270 x 952.
    ((2000, 1500), (1270, 952), 1564, (2000, 1500), 3888),
    ((3840, 2160), (1456, 819), 1560, (2576, 1449), 4784),
    ((1075, 1520), (924, 1307), 1551, (1075, 1520), 2145),
]


@pytest.mark.parametrize(("sent", "seen", "tokens", "seen_high", "tokens_high"), PUBLISHED)
def test_published_examples_come_out_in_both_tiers(
    sent: tuple[int, int],
    seen: tuple[int, int],
    tokens: int,
    seen_high: tuple[int, int],
    tokens_high: int,
) -> None:
    size = ImageSize(*sent)
    assert (resized(size, STANDARD), image_tokens(size, STANDARD)) == (seen, tokens)
    assert (resized(size, HIGH), image_tokens(size, HIGH)) == (seen_high, tokens_high)


@pytest.mark.parametrize(
    ("width", "height", "tokens"),
    [(1, 1, 1), (28, 28, 1), (29, 28, 2), (29, 29, 4), (56, 28, 2), (57, 28, 3)],
)
def test_a_part_of_a_patch_counts_as_a_whole_one(width: int, height: int, tokens: int) -> None:
    assert image_tokens(ImageSize(width, height), STANDARD) == tokens


@pytest.mark.parametrize(
    ("tier", "width", "seen"),
    [(STANDARD, 1568, 1568), (STANDARD, 1569, 1568), (HIGH, 2576, 2576), (HIGH, 2577, 2576)],
)
def test_the_longer_edge_is_cut_just_above_its_limit(
    tier: ImageTier, width: int, seen: int
) -> None:
    assert resized(ImageSize(width, 100), tier) == (seen, 100)
    assert resized(ImageSize(100, width), tier) == (100, seen)


def test_an_image_exactly_on_the_token_budget_keeps_its_size() -> None:
    # 56 x 28 patches are 1568; one pixel more is 56 x 29.
    assert resized(ImageSize(1568, 784), STANDARD) == (1568, 784)
    assert resized(ImageSize(1568, 785), STANDARD) != (1568, 785)


def test_a_thin_line_keeps_at_least_a_pixel() -> None:
    assert resized(ImageSize(8000, 1), STANDARD) == (1568, 1)
    assert image_tokens(ImageSize(8000, 1), STANDARD) == 56


@pytest.mark.parametrize("size", [(0, 10), (10, 0), (-1, 10), (8001, 10), (10**9, 1), (0, 0)])
def test_a_size_that_cannot_be_sent_is_refused_with_its_pointer(size: tuple[int, int]) -> None:
    with pytest.raises(InvalidRequest) as caught:
        image_tokens(ImageSize(*size), HIGH)
    wrong = [name for name, pixels in zip(("width", "height"), size, strict=True) if pixels != 10]
    expected = [f"/{name}" for name in wrong if size != (10**9, 1) or name == "width"]
    assert [error.pointer for error in caught.value.errors] == expected


def test_the_largest_image_that_can_be_sent_is_counted() -> None:
    assert image_tokens(ImageSize(8000, 8000), STANDARD) == 39 * 39
    assert image_tokens(ImageSize(8000, 8000), HIGH) == 69 * 69


@given(EDGES, EDGES, st.sampled_from([STANDARD, HIGH]))
def test_no_image_costs_more_than_its_tier_allows(width: int, height: int, tier: ImageTier) -> None:
    seen = resized(ImageSize(width, height), tier)
    assert max(seen) <= tier.max_edge
    assert 1 <= image_tokens(ImageSize(width, height), tier) <= tier.max_tokens
    assert seen.width <= width
    assert seen.height <= height


@given(EDGES, EDGES, st.sampled_from([STANDARD, HIGH]))
def test_turning_an_image_turns_what_is_seen(width: int, height: int, tier: ImageTier) -> None:
    upright, turned = (
        resized(ImageSize(width, height), tier),
        resized(ImageSize(height, width), tier),
    )
    assert upright == turned[::-1]


@given(EDGES, EDGES, st.sampled_from([STANDARD, HIGH]))
def test_one_pixel_more_would_break_a_limit(width: int, height: int, tier: ImageTier) -> None:
    size = ImageSize(width, height)
    seen = resized(size, tier)
    if seen == size:
        return
    longer, edge = max(size), max(seen) + 1
    # Python's round is half to even; below 2^53 the quotient of two small integers is exact
    # enough to be rounded the same way.
    other = max(1, round(min(size) * edge / longer))
    patches = -(-edge // 28) * -(-other // 28)
    assert edge > tier.max_edge or patches > tier.max_tokens
