"""Ask the bundled book for the prices of eight old releases of genai-prices, on their own days.

``python -m tests.slow past-prices``; releases are downloaded once. Every price that differs must be
explained. Either there is evidence that the release was wrong or late: LiteLLM's release of that
day, a later genai-prices, OpenRouter's own list of that day, or what the provider published. Or it
is not known whose price is right.
"""

import json
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import NamedTuple

from pricing.catalogue.price_book import PriceBook
from pricing.sources import litellm, openrouter
from pricing.sources.genai_prices import read
from pricing.sources.openrouter import OPENROUTER
from pricing.sources.payload import Payload, SourceNotes
from pricing.sources.price_tables import PriceTable, Rates, period_on, table_of
from pricing.store import bundled
from tariff.catalogue.history import copies
from tariff.catalogue.openrouter_history import recorded as own_list
from tariff.catalogue.published import released
from tariff.catalogue.recorded import RELEASES

#: Every so many releases one is asked.
STEP = 7
WANTED = 8
AIM_PERCENT = 99
#: A recorded price is a rounded one.
ROUNDED = Decimal("0.000001")
COMPONENTS = ("input", "output", "cache_read")
#: What was wrong in a release, by provider and name, where no list of its day says so.
EXPLAINED = (
    (r"anthropic/claude-instant.*", "a typing mistake, corrected by leaving the model out"),
    (r"bedrock/us-gov.*", "genai-prices gives GovCloud the commercial price"),
    (r"mistral/mistral-large-latest", "the name meant Mistral Large 3 since 2025-12-02"),
    (r"deepseek/deepseek-(chat|reasoner)", "genai-prices never followed the prices of 2025-09"),
    (r"google/gemini-2\.0-flash-lite-001", "matched as Gemini 2.0 Flash, which costs a third more"),
    (
        r"google/gemini-2\.5-flash-preview-05-20(:thinking)?",
        "the preview's own price ended when its name moved to Gemini 2.5 Flash",
    ),
    (
        r"xai/grok-(3|4|4-[^.]*|3-.*|code-.*)",
        "genai-prices never followed the retired names to what they run since 2026-05-15",
    ),
)
LITELLM = "litellm's release of that day had the book's price"
CORRECTED = "genai-prices has corrected it for that day since"
UNDATED = "genai-prices has another price since, without a date"
STALE = "a copy of OpenRouter's list, which had the book's price that day"
UNRECORDED = "a copy of OpenRouter's list, of which nothing is recorded before 2025-11-26"
UNLISTED = "a copy of OpenRouter's list, which did not have the model that day"
RENEWED_NEVER = "a copy of OpenRouter's list, which had another price as long as it had the model"
#: Where nothing says whose price was right.
UNKNOWN = {UNRECORDED, UNLISTED, UNDATED}
#: OpenRouter sells it at the older price still, and Mistral's own price of that day is in no list.
WITHOUT_A_DATE = "mistral/voxtral-small-24b-2507"


#: A model in a copy of a list, a component, and its price.
Quote = tuple[str, str, Decimal]


class Difference(NamedTuple):
    """One price of a release that the book does not have on the release's day."""

    day: str
    name: str
    component: str
    listed: Decimal
    used: Decimal
    #: The id of the model in the release.
    listed_as: str


def check() -> int:
    """Ask for the prices of old releases on their own days."""
    every = json.loads(RELEASES.read_text(encoding="utf-8"))
    steps, newest = every[::STEP][:WANTED], every[-1][1]
    book, contradicted = bundled.current(), set(_contradicted(every))
    asked = unexplained = 0
    reasons: dict[str, int] = {}
    for day, release, lite, own in steps:
        compared = list(_compared(book, day, release))
        different = [found for found in compared if found.listed != found.used]
        asked += len(compared)
        print(f"{day}  {release:>7}  {len(compared):5} prices, {len(different):4} differ")
        today = {found[1:3]: found.listed for found in _compared(book, day, newest)}
        recorded, other = _recorded(day, own), _litellm(day, lite)
        for found in different:
            reason = next((why for what, why in EXPLAINED if re.fullmatch(what, found.name)), None)
            if found.name.startswith(f"{OPENROUTER}/"):
                reason = _copied(found, recorded)
                quote = (found.listed_as, found.component, found.listed)
                if reason == UNLISTED and quote in contradicted:
                    reason = RENEWED_NEVER
            elif found.name == WITHOUT_A_DATE:
                reason = UNDATED
            elif other.get(found.name, {}).get(found.component) == found.used:
                reason = LITELLM
            elif today.get(found[1:3]) == found.used:
                reason = CORRECTED
            reasons[reason or ""] = reasons.get(reason or "", 0) + 1
            if reason is None:
                unexplained += 1
                print(f"    {found.name} {found.component}: {found.listed}, used {found.used}")
    for reason, count in sorted(reasons.items()):
        print(f"{count:5}  {reason or 'not explained'}")
    total = sum(reasons.values())
    unknown = sum(reasons.get(reason, 0) for reason in UNKNOWN)
    equal, wrong = asked - total, total - unknown - unexplained
    print(f"{asked} prices: {equal} equal ({equal / asked:.1%}), {wrong} wrong in the release")
    print(f"({wrong / asked:.1%}), {unknown} of which either may be right ({unknown / asked:.1%})")
    print(f"{asked - wrong} not wrong there: {equal / (asked - wrong):.1%} are equal")
    return int(100 * (asked - unexplained) < AIM_PERCENT * asked)


def _contradicted(steps: Iterable[tuple[str, str, str, str | None]]) -> Iterator[Quote]:
    """Yield each price of a copy that OpenRouter's own list contradicted on some day."""
    for day, release, _, own in steps:
        recorded = _recorded(day, own)
        for name, names, table in copies(day, release):
            own_name = next((one for one in names if one in recorded), None)
            if own_name is None:
                continue
            listed, used = table["standard"][0], recorded[own_name]["standard"][0]
            for part in COMPONENTS:
                if part in listed and part in used and abs(listed[part] - used[part]) > ROUNDED:
                    yield name, part, listed[part]


def _litellm(day: str, release: str) -> dict[str, Rates]:
    """Return the standard prices of LiteLLM's release of that day by provider and name."""
    answer = Payload("litellm", "", day, None, released("litellm", release))
    return {
        f"{provider}/{row['id']}": table_of(row["lists"])["standard"][0]
        for provider, rows in litellm.read(answer, SourceNotes(release)).items()
        for row in rows
    }


def _recorded(day: str, own: str | None) -> dict[str, PriceTable]:
    """Return OpenRouter's own list as it was recorded by then."""
    if own is None:
        return {}
    return openrouter.read(
        Payload(OPENROUTER, "", day, None, own_list(own)), SourceNotes(OPENROUTER)
    )


def _copied(found: Difference, recorded: dict[str, PriceTable]) -> str | None:
    """Return why a copy of OpenRouter's list differs from the book; None if it should not."""
    if not recorded:
        return UNRECORDED
    bare = found.name.removeprefix(f"{OPENROUTER}/")
    reason = None if bare in recorded else UNLISTED
    table = recorded.get(bare) or recorded.get(found.listed_as)
    if table is None:
        return reason
    listed = table["standard"][0].get(found.component)
    # A column may come and go within the time of one price.
    return STALE if listed is None or abs(listed - found.used) <= ROUNDED else reason


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
                        asked = f"{provider}/{name}"
                        yield Difference(day, asked, part, listed[part], used[part], model.id)
