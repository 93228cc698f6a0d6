"""An image's size is read from the head of its file, and its tokens follow documented rules."""

import base64
import struct

import pytest

from pricing.errors import InvalidRequest
from pricing.tokens.image_files import size_of_base64
from pricing.tokens.images import IMAGE_RULES, ImageSize, documented_rule, image_tokens

PNG = b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", 1024, 768) + b"\x08\x02"
GIF = b"GIF89a" + struct.pack("<HH", 320, 200) + b"\xf7"
#: A JFIF segment of 16 bytes goes before the frame, whose height goes before its width.
JPEG = (
    b"\xff\xd8"
    + struct.pack(">BBH14s", 0xFF, 0xE0, 16, b"JFIF")
    + struct.pack(">BBHBHH", 0xFF, 0xC2, 17, 8, 600, 800)
    + b"\x03"
)
WEBP = b"RIFF" + struct.pack("<I", 30) + b"WEBP"
EXTENDED = WEBP + b"VP8X" + struct.pack("<I", 10) + bytes(4) + b"\x3f\x06\x00" + b"\xaf\x04\x00"
LOSSY = (
    WEBP
    + b"VP8 "
    + struct.pack("<I", 20)
    + bytes(3)
    + b"\x9d\x01\x2a"
    + struct.pack("<HH", 640, 480)
)
LOSSLESS = WEBP + b"VP8L" + struct.pack("<I", 20) + b"\x2f" + struct.pack(
    "<I", (400 - 1) | (300 - 1) << 14
)  # fmt: skip


@pytest.mark.parametrize(
    ("content", "size"),
    [
        (PNG, (1024, 768)),
        (GIF, (320, 200)),
        (JPEG, (800, 600)),
        (EXTENDED, (1600, 1200)),  # 0x063F + 1 and 0x04AF + 1
        (LOSSY, (640, 480)),
        (LOSSLESS, (400, 300)),
    ],
)
def test_the_size_is_read_from_base64_and_from_a_data_uri(
    content: bytes, size: tuple[int, int]
) -> None:
    text = base64.b64encode(content).decode()
    assert size_of_base64(text) == size
    assert size_of_base64(f"data:image/any;base64,{text}") == size


@pytest.mark.parametrize(
    "text",
    [
        *(None, 7, "", "https://example.com/a.png", "data:application/pdf;base64,JVBERi0="),
        *("not base64!", base64.b64encode(b"GIF89a").decode(), base64.b64encode(PNG[:10]).decode()),
        base64.b64encode(PNG[:16] + bytes(8)).decode(),  # no pixels
        base64.b64encode(b"\xff\xd8" + b"\xff\xe0\x00\x00" * 50).decode(),
        base64.b64encode(b"plain text").decode(),
    ],
)
def test_text_that_is_not_an_image_has_no_size(text: object) -> None:
    assert size_of_base64(text) is None


@pytest.mark.parametrize(
    ("provider", "model", "size", "low", "tokens"),
    [
        # OpenAI's own examples: 4 tiles of 170 and 85; 6 tiles; low detail is the base alone.
        ("openai", "gpt-4o", (1024, 1024), False, 765),
        ("openai", "gpt-4o-2024-11-20", (2048, 4096), False, 1105),
        ("openai", "gpt-4.1", (4096, 8192), True, 85),
        # one tile: 2833 + 5667
        ("openai", "gpt-4o-mini", (512, 512), False, 8500),
        ("azure", "gpt-4o-mini", (513, 512), False, 2833 + 2 * 5667),
        ("openai", "o3", (768, 768), False, 75 + 4 * 150),
        ("openai", "gpt-5", (100, 50), False, 70 + 140),
        # Google: 258 up to 384 pixels, else 258 for each tile of 768
        ("google", "gemini-2.5-flash", (384, 384), False, 258),
        ("google", "gemini-2.5-pro", (385, 10), False, 258),
        ("vertex", "gemini-2.0-flash-001", (769, 768), False, 516),
        ("google", "gemini-2.5-flash-lite", (1536, 1536), False, 1032),
    ],
)
def test_an_image_has_the_tokens_that_its_provider_documents(
    provider: str, model: str, size: tuple[int, int], low: bool, tokens: int
) -> None:
    rule = documented_rule(provider, model)
    assert rule is not None
    assert image_tokens(ImageSize(*size), IMAGE_RULES[rule], low=low) == tokens


@pytest.mark.parametrize(
    ("provider", "model"),
    [
        *(("openai", "gpt-4.1-mini"), ("openai", "gpt-5.1"), ("openrouter", "openai/gpt-4o")),
        *(
            ("google", "gemini-3-pro-preview"),
            ("openai", "gpt-4o-audio-preview"),
            ("xai", "grok-4"),
        ),
    ],
)
def test_a_rule_that_is_not_documented_is_not_guessed(provider: str, model: str) -> None:
    assert documented_rule(provider, model) is None


def test_an_image_that_cannot_be_sent_is_refused() -> None:
    with pytest.raises(InvalidRequest):
        image_tokens(ImageSize(8001, 10), IMAGE_RULES["high"])
