"""The size of an image from the head of its file: PNG, GIF, JPEG and WebP.

Formats: PNG 1.2 (IHDR), GIF89a, JPEG ITU-T T.81 (start of frame), RFC 9649 (WebP).
"""

import base64
import binascii
from typing import Any

from pricing.tokens.images import ImageSize

#: JPEG's markers of a frame; the others of 0xC0 to 0xCF are tables.
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


def size_of_base64(text: Any) -> ImageSize | None:
    """The size of an image in base64 or a base64 data URI; None if it is neither."""
    if not isinstance(text, str):
        return None
    head, comma, content = text.partition(",")
    if comma and not (head.startswith("data:image/") and head.endswith(";base64")):
        return None
    try:
        return _size(base64.b64decode(content if comma else head, validate=True))
    except (binascii.Error, ValueError, IndexError):
        return None


def _size(data: bytes) -> ImageSize | None:
    if data.startswith(b"\x89PNG\r\n\x1a\n") and data[12:16] == b"IHDR":
        return _known(_big(data[16:20]), _big(data[20:24]))
    if data.startswith((b"GIF87a", b"GIF89a")):
        return _known(_little(data[6:8]), _little(data[8:10]))
    if data.startswith(b"\xff\xd8"):
        return _jpeg(data)
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return _webp(data)
    return None


def _jpeg(data: bytes) -> ImageSize | None:
    at = 2
    while at + 9 <= len(data) and data[at] == 0xFF:  # noqa: PLR2004 - the start of a marker
        if data[at + 1] in _FRAMES:
            return _known(_big(data[at + 7 : at + 9]), _big(data[at + 5 : at + 7]))
        at += 2 + _big(data[at + 2 : at + 4])
    return None


def _webp(data: bytes) -> ImageSize | None:
    if data[12:16] == b"VP8X":
        return _known(_little(data[24:27]) + 1, _little(data[27:30]) + 1)
    if data[12:16] == b"VP8L":
        bits = _little(data[21:25])
        return _known((bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1)
    return _known(_little(data[26:28]) & 0x3FFF, _little(data[28:30]) & 0x3FFF)


def _known(width: int, height: int) -> ImageSize | None:
    return ImageSize(width, height) if width and height else None


def _big(data: bytes) -> int:
    return int.from_bytes(data, "big")


def _little(data: bytes) -> int:
    return int.from_bytes(data, "little")
