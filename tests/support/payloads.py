"""Answers of price lists, as a refresh fetches them."""

import json
from typing import Any

from pricing.sources.payload import Payload


def payload(document: Any, source: str = "a list") -> Payload:
    """An answer with this document, or with bytes as they are."""
    content = document if isinstance(document, bytes) else json.dumps(document).encode()
    return Payload(source, "https://example.com/list", "2026-11-24T03:00:00Z", '"tag"', content)
