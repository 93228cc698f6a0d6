"""Ask the bundled book for the prices of eight old releases of genai-prices, on their own days.

``python -m tests.slow past-prices``; releases are downloaded once. Every price that differs must be
explained below: the release had a mistake or was late, or only copied OpenRouter's list.
"""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import NamedTuple

from pricing.catalogue.price_book import PriceBook
from pricing.sources.genai_prices import read
from pricing.sources.payload import Payload, SourceNotes
from pricing.sources.price_tables import period_on, table_of
from pricing.store import bundled
from tariff.catalogue.published import released
from tariff.catalogue.recorded import RELEASES

#: Every so many releases one is asked.
STEP = 7
WANTED = 8
AIM_PERCENT = 99
COMPONENTS = ("input", "output", "cache_read")
#: Why a release differs from the book and from today's release, by provider and name.
EXPLAINED = (
    (r"openrouter/.*", "a copy of OpenRouter's list, weeks old; the book has the list itself"),
    (r"anthropic/claude-instant.*", "a typing mistake, corrected by leaving the model out"),
    (r"bedrock/us-gov.*", "genai-prices gives GovCloud the commercial price"),
    (r"azure/(gpt-|phi-).*", "OpenAI's price or a rounded one; litellm had Azure's all along"),
    (r"mistral/mistral-large-latest", "genai-prices never followed the name to Mistral Large 3"),
    (r"openai/gpt-4o:extended", "OpenRouter's name; OpenAI has no such model"),
    (r"deepseek/deepseek-(chat|reasoner)", "genai-prices never followed the prices of 2025-09"),
    (r"google/gemini-2\.0-flash-lite-001", "matched as Gemini 2.0 Flash, which costs a third more"),
    (
        r"google/gemini-2\.5-flash-preview-05-20(:thinking)?",
        "the preview's own price ended when its name moved to Gemini 2.5 Flash",
    ),
    (r"google/gemini-2\.5-(flash-latest|pro)", "0.31 was rounded; -latest is in one list only"),
    (
        r"xai/grok-(3|4|4-[^.]*|3-.*|code-.*)",
        "genai-prices never followed the retired names to what they run since 2026-05-15",
    ),
)
CORRECTED = "genai-prices has corrected it for that day since"


class Difference(NamedTuple):
    """One price of a release that the book does not have on the release's day."""

    day: str
    name: str
    component: str
    listed: Decimal
    used: Decimal


def check() -> int:
    """Ask for the prices of old releases on their own days."""
    steps = json.loads(RELEASES.read_text(encoding="utf-8"))[::STEP][:WANTED]
    newest = json.loads(RELEASES.read_text(encoding="utf-8"))[-1][1]
    book = bundled.current()
    asked = unexplained = 0
    reasons: dict[str, int] = {}
    for day, release, *_ in steps:
        compared = list(_compared(book, day, release))
        different = [found for found in compared if found.listed != found.used]
        asked += len(compared)
        print(f"{day}  {release:>7}  {len(compared):5} prices, {len(different):4} differ")
        today = {found[1:3]: found.listed for found in _compared(book, day, newest)}
        for found in different:
            reason = next((why for what, why in EXPLAINED if re.fullmatch(what, found.name)), None)
            reason = CORRECTED if today.get(found[1:3]) == found.used else reason
            reasons[reason or ""] = reasons.get(reason or "", 0) + 1
            if reason is None:
                unexplained += 1
                print(f"    {found.name} {found.component}: {found.listed}, used {found.used}")
    reasons_total = sum(reasons.values())
    for reason, count in sorted(reasons.items()):
        print(f"{count:5}  {reason or 'not explained'}")
    equal = asked - reasons_total
    print(f"{asked} prices: {equal} are equal, {reasons_total - unexplained} explained")
    return int(100 * (asked - unexplained) < AIM_PERCENT * asked)


def _compared(book: PriceBook, day: str, release: str) -> Iterator[Difference]:
    at = datetime.fromisoformat(f"{day}T12:00:00").replace(tzinfo=UTC)
    answer = Payload("genai-prices", "", day, None, released("genai-prices", release))
    for provider, models in read(answer, SourceNotes(release)).items():
        for model in models:
            try:
                period = period_on(model.row["periods"], day) if model.row else None
            except ValueError:  # it has no price on that day
                continue
            listed = table_of(period["lists"])["standard"][0] if period else {}
            for name in (model.row or {}).get("names", ()):
                match = book.known(f"{provider}/{name}")
                found = match.model.period_at(at) if match else None
                if match is None or found is None or match.model.provider != provider:
                    continue
                used = found.lists["standard"].rates
                for part in COMPONENTS:
                    if part in listed and part in used:
                        yield Difference(day, f"{provider}/{name}", part, listed[part], used[part])
