"""What only the whole refresh shows: many models at once, and what moves with what.

A currency, a unit or an old copy looks like many small changes, each of which would be believed.
"""

from collections import Counter
from collections.abc import Iterable
from decimal import Decimal

from pricing.money import ONE, multiply, ratio
from pricing.refresh.review import Judgement, sources_of
from pricing.refresh.rules import WITNESSES, Doubt
from pricing.refresh.timeline import Difference, Field
from pricing.sources.merge import Row
from pricing.sources.names import bare_model
from pricing.sources.price_tables import DISCOUNTS, TOKEN_COLUMNS
from pricing.sources.rows import key_of_row

#: A factor that this many models share, and this share of a provider's, is no price change.
PATTERN_MODELS = 5
PATTERN_SHARE = Decimal("0.25")
MOST_SHARE = Decimal("0.5")
#: Where the ratios of batch and long-context prices are on the provider's own pages.
RATIOS_PUBLISHED = {"anthropic", "azure", "bedrock", "google", "mistral", "openai", "vertex", "xai"}
RATIO = "published ratio"
HALF = Decimal("0.5")
LONG_INPUT = {Decimal(2)}
LONG_OUTPUT = {Decimal("1.5"), Decimal(2)}
EVERYONE, ANY = "*", "various factors"
VANISHED_SHARE = Decimal("0.2")


def patterns(judgements: Iterable[Judgement]) -> None:
    """Hold what one source moves for many models at once: a currency, a unit, an old copy.

    Many by one factor, of a provider or of all; or, by whatever factors, most of a provider's.
    What waits already counts too; and a price that another list has for another seller may be so
    by chance, when so much else moves.
    """
    moved: dict[tuple[str, str, str], list[tuple[Judgement, Difference]]] = {}
    compared: Counter[str] = Counter()
    for found in judgements:
        for source in found.candidate.said:
            compared.update((f"{source} {found.provider}", f"{source} {EVERYONE}"))
        for change in found.changes.values():
            sources = found.candidate.saying_here(change.field, change.after)
            if found.candidate.own or len(sources) >= WITNESSES:
                continue
            if change.before and change.after:
                source = next(iter(sources or found.sources[change.field]), "")
                factor = f"{ratio(change.after, change.before):.3g}"
                for key in ((found.provider, factor), (EVERYONE, factor), (found.provider, ANY)):
                    moved.setdefault((source, *key), []).append((found, change))
    for (source, provider, factor), changes in moved.items():
        models = len({found.key for found, _ in changes})
        share = MOST_SHARE if factor == ANY else PATTERN_SHARE
        if models >= PATTERN_MODELS and models >= share * compared[f"{source} {provider}"]:
            doubt = Doubt.of("provider_pattern", f"{models} models, times {factor}")
            for found, change in changes:
                found.hold(change.field, doubt)


def lost(judgements: Iterable[Judgement], active: Iterable[Row], now: str) -> frozenset[str]:
    """The lists that no longer have over a fifth of the models that were priced from them.

    Models nobody can call any more, and those known to be missing for long, are not looked for.
    """
    known = Counter(
        source for row in active if _is_expected(row, now) for source in sources_of(row, now)
    )
    still: dict[str, set[str]] = {source: set() for source in known}
    for found in judgements:
        if _is_expected(found.active, now):
            for source in sources_of(found.active, now) & found.candidate.said.keys():
                still[source].add(key_of_row(found.active))
    return frozenset(
        source
        for source, count in known.items()
        if count >= PATTERN_MODELS and count - len(still[source]) > VANISHED_SHARE * count
    )


def _is_expected(row: Row, now: str) -> bool:
    life = row.get("lifecycle", {})
    return "missing_upstream_since" not in life and life.get("retires", now) >= now


def doubt_lists(judgements: Iterable[Judgement], lost: frozenset[str]) -> None:
    """A list that lost so much is believed nothing that no other one says."""
    for found in judgements:
        for change in list(found.accepted()):
            sources = (found.sources[change.field] or found.candidate.said.keys()) - {RATIO}
            if not found.candidate.own and sources <= lost:
                found.hold(change.field, Doubt.of("list_shrunk"))


def followers(judgements: Iterable[Judgement]) -> None:
    """Believe what moves with a price that two sources agree on.

    The same component of the same model, in another mode or tier or at another seller, by the
    same factor: the batch price is halved with the standard one, and the cloud's with the maker's.
    """
    led: set[tuple[str, str, Decimal]] = set()
    for found in judgements:
        for change in found.accepted():
            if len(found.sources[change.field]) >= WITNESSES and change.before and change.after:
                led.add((*_subject(found, change), ratio(change.after, change.before)))
    for found in judgements:
        for place, doubt in list(found.doubts.items()):
            change = found.changes[place]
            if doubt.code == "change_over_25_percent" and change.before and change.after:
                factor = ratio(change.after, change.before)
                if (*_subject(found, change), factor) in led:
                    del found.doubts[place]


def published_ratios(judgements: Iterable[Judgement]) -> None:
    """Believe one source where a ratio that the provider publishes says the same.

    A batch costs half; a long prompt twice as much, and its output one and a half times or twice.
    The standard price it is held against must stand, or be believed.
    """
    for found in judgements:
        if found.provider not in RATIOS_PUBLISHED:
            continue
        for place, doubt in list(found.doubts.items()):
            base = place._replace(mode="standard", above=0)
            change = found.changes[place]
            if doubt.code != "change_over_25_percent" or base in found.doubts or place == base:
                continue
            standard = found.said_standard(place)
            if change.after in _by_ratio(place, standard.get(place.column)):
                del found.doubts[place]
                found.sources[place] |= {RATIO}


def _by_ratio(place: Field, standard: Decimal | None) -> set[Decimal]:
    if standard is None or place.column not in TOKEN_COLUMNS:
        return set()
    long = LONG_OUTPUT if place.column == "output" else LONG_INPUT
    half = HALF if place.mode in DISCOUNTS else ONE
    is_known = place.mode == "standard" or place.mode in DISCOUNTS
    factors = long if place.above else {ONE}
    return {multiply(multiply(standard, half), factor) for factor in factors} if is_known else set()


def _subject(found: Judgement, change: Difference) -> tuple[str, str]:
    return bare_model(str(found.active["id"])), change.field.column
