"""The tokens of an image, from its size alone.

Claude sees an image in patches of 28 x 28 pixels and bills one token per patch, partial patches
included. An image over the limits of its model's tier is first shrunk to the largest size of the
same shape within both limits: the longer edge in pixels, and the number of patches. The rule, the
limits and the half-even rounding of the shorter edge are documented (vision and vision-coordinates
pages, August 2026). That the longer edge is found pixel by pixel is derived from the worked
examples there, all of which this reproduces. The documentation computes with floats; this is exact.
"""

from bisect import bisect_right
from collections.abc import Mapping
from typing import NamedTuple

from pricing.errors import FieldError, InvalidRequest

PATCH = 28
#: The longest edge that the provider accepts, in pixels.
MAX_EDGE_SENT = 8000


class ImageSize(NamedTuple):
    """Width and height in pixels."""

    width: int
    height: int


class ImageTier(NamedTuple):
    """The largest image that a model sees: its longer edge in pixels, its area in tokens."""

    max_edge: int
    max_tokens: int


IMAGE_TIERS: Mapping[str, ImageTier] = {
    "standard": ImageTier(1568, 1568),
    "high": ImageTier(2576, 4784),  # Claude 4.7 and later
}


def image_tokens(size: ImageSize, tier: ImageTier) -> int:
    """Return the tokens of one image; raises InvalidRequest for a size that cannot be sent."""
    return _patches(resized(size, tier))


def resized(size: ImageSize, tier: ImageTier) -> ImageSize:
    """Return the size at which the model sees the image; it is never enlarged.

    Raises InvalidRequest for a size that cannot be sent.
    """
    wrong = [
        FieldError(f"/{name}", f"must be 1 to {MAX_EDGE_SENT} pixels")
        for name, pixels in size._asdict().items()
        if not 1 <= pixels <= MAX_EDGE_SENT
    ]
    if wrong:
        raise InvalidRequest.of(wrong)
    longer, shorter = max(size), min(size)
    if longer <= tier.max_edge and _patches(size) <= tier.max_tokens:
        return size
    # The number of patches grows with the longer edge, so the largest edge can be bisected.
    edge = bisect_right(
        range(1, min(longer, tier.max_edge) + 1),
        tier.max_tokens,
        key=lambda edge: _patches(ImageSize(edge, _scaled(shorter, edge, longer))),
    )
    other = _scaled(shorter, edge, longer)
    return ImageSize(edge, other) if size.width >= size.height else ImageSize(other, edge)


def _patches(size: ImageSize) -> int:
    return -(-size.width // PATCH) * -(-size.height // PATCH)


def _scaled(length: int, numerator: int, denominator: int) -> int:
    """Return ``length * numerator / denominator``, rounded half-even, at least 1 pixel."""
    quotient, remainder = divmod(length * numerator, denominator)
    if 2 * remainder > denominator or (2 * remainder == denominator and quotient % 2):
        quotient += 1
    return max(1, quotient)
