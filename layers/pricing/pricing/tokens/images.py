"""The tokens of an image, from its size alone.

Claude sees an image in patches of 28 x 28 pixels and bills one token per patch, partial patches
included. An image over the limits of its model's tier is first shrunk to the largest size of the
same shape within both limits: the longer edge in pixels, and the number of patches. The rule, the
limits and the half-even rounding of the shorter edge are documented (vision and vision-coordinates
pages, August 2026). That the longer edge is found pixel by pixel is derived from the worked
examples there, all of which this reproduces. The documentation computes with floats; this is exact.
"""

import re
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


class TileRule(NamedTuple):
    """OpenAI's older rule: tokens of any image, and of each tile of 512 x 512 pixels.

    The image is shrunk to fit a square of 2048 pixels and then to a shorter side of 768; in low
    detail it costs the base alone (images and vision guide, calculating costs).
    """

    base: int
    per_tile: int


class GeminiRule(NamedTuple):
    """Gemini 2's rule: tokens of a tile, the side of one, and the side that is one tile at most.

    Larger images are cropped to tiles of 768 x 768 pixels (token counting guide).
    """

    per_tile: int = 258
    tile: int = 768
    small: int = 384


ImageRule = ImageTier | TileRule | GeminiRule
IMAGE_TIERS: Mapping[str, ImageTier] = {
    "standard": ImageTier(1568, 1568),
    "high": ImageTier(2576, 4784),  # Claude 4.7 and later
}
IMAGE_RULES: Mapping[str, ImageRule] = {
    **IMAGE_TIERS,
    "gpt-4o": TileRule(85, 170),
    "gpt-4o-mini": TileRule(2833, 5667),
    "o3": TileRule(75, 150),
    "gpt-5": TileRule(70, 140),
    "gemini-2": GeminiRule(),
}
_DATE = r"(-\d{4}-\d{2}-\d{2})?"
#: The rule that a provider documents for a model, by a pattern of its id.
_DOCUMENTED = (
    (("openai", "azure"), rf"(gpt-4o|gpt-4\.1){_DATE}|chatgpt-4o-latest", "gpt-4o"),
    (("openai", "azure"), rf"gpt-4o-mini{_DATE}", "gpt-4o-mini"),
    (("openai", "azure"), rf"(o1|o3){_DATE}", "o3"),
    (("openai", "azure"), rf"(gpt-5{_DATE}|gpt-5-chat-latest)", "gpt-5"),
    (("google", "vertex"), r"gemini-2\.[05]-(pro|flash|flash-lite)(-\d{3})?", "gemini-2"),
)


def documented_rule(provider: str, model_id: str) -> str | None:
    """Return the name of the rule that a provider documents for a model; None if it is not."""
    return next(
        (
            rule
            for providers, pattern, rule in _DOCUMENTED
            if provider in providers and re.fullmatch(pattern, model_id, re.ASCII)
        ),
        None,
    )


def image_tokens(size: ImageSize, rule: ImageRule, *, low: bool = False) -> int:
    """Return the tokens of one image; raises InvalidRequest for a size that cannot be sent."""
    if isinstance(rule, ImageTier):
        return _patches(resized(size, rule))
    longer, shorter = max(size), min(size)
    if isinstance(rule, GeminiRule):
        if longer <= rule.small:
            return rule.per_tile
        return rule.per_tile * -(-longer // rule.tile) * -(-shorter // rule.tile)
    if low:
        return rule.base
    if longer > _TILED_SQUARE:
        longer, shorter = _TILED_SQUARE, _scaled(shorter, _TILED_SQUARE, longer)
    if shorter > _TILED_SIDE:
        longer, shorter = _scaled(longer, _TILED_SIDE, shorter), _TILED_SIDE
    return rule.base + rule.per_tile * -(-longer // _TILE) * -(-shorter // _TILE)


_TILED_SQUARE, _TILED_SIDE, _TILE = 2048, 768, 512


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
