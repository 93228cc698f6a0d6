"""Hold or accept what only the whole refresh shows: changes that many models share.

A wrong currency, a wrong unit or an old copy looks like many small changes, each of which one
source would be enough for.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal

from pricing.catalogue.models import DISCOUNT_MODES, TOKEN_COMPONENTS, Row, row_key
from pricing.money import ONE, multiply
from pricing.refresh.review import ModelReview, current_lists
from pricing.refresh.rules import ENOUGH_SOURCES, HoldReason
from pricing.refresh.timeline import PriceChange, PriceField
from pricing.sources.names import bare_model

#: A factor that this many models share, and this share of a provider's, is not a price change.
PATTERN_MODELS = 5
PATTERN_SHARE = Decimal("0.25")
#: A change by a smaller share is a rounding, as from 0.15001 to 0.15.
ROUNDING = Decimal("0.01")
#: So is any change, by whatever factors, of this share of a provider's models.
MOST_SHARE = Decimal("0.5")
#: The providers whose own pages publish the ratios of batch and long-context prices.
RATIOS_PUBLISHED = {"anthropic", "azure", "bedrock", "google", "mistral", "openai", "vertex", "xai"}
RATIO = "published ratio"
HALF = Decimal("0.5")
LONG_INPUT = {Decimal(2)}
LONG_OUTPUT = {Decimal("1.5"), Decimal(2)}
EVERY_PROVIDER, ANY_FACTOR = "*", "various factors"
VANISHED_SHARE = Decimal("0.2")


def hold_patterns(reviews: Iterable[ModelReview]) -> None:
    """Hold what one source changes for many models at once: a currency, a unit, an old copy.

    Five models or more must change by one factor, and a quarter of those that the source quotes for
    the provider, or for all providers; or half of a provider's by whatever factors. A change of
    under a hundredth is a rounding. Changes that are held already count too. A price that the
    source of another provider confirms counts as one source's, because with so many changes it may
    be chance.
    """
    moved: dict[tuple[str, str, str], list[tuple[ModelReview, PriceChange]]] = {}
    compared: Counter[tuple[str, str]] = Counter()
    for review in reviews:
        for source in review.candidate.sources:
            compared.update(((source, review.provider), (source, EVERY_PROVIDER)))
        for change in review.changes.values():
            sources = review.candidate.quoting_here(change.field, change.after)
            if review.candidate.own or len(sources) >= ENOUGH_SOURCES:
                continue
            if change.factor and abs(change.factor - ONE) >= ROUNDING:
                source = next(iter(sources or change.sources), "")
                factor = f"{change.factor:.3g}"
                for provider, by in (
                    (review.provider, factor),
                    (EVERY_PROVIDER, factor),
                    (review.provider, ANY_FACTOR),
                ):
                    moved.setdefault((source, provider, by), []).append((review, change))
    for (source, provider, factor), changes in moved.items():
        models = len({review.key for review, _ in changes})
        share = MOST_SHARE if factor == ANY_FACTOR else PATTERN_SHARE
        if models >= PATTERN_MODELS and models >= share * compared[source, provider]:
            reason = HoldReason.of("provider_pattern", f"{models} models, times {factor}")
            for review, change in changes:
                review.hold(change.field, reason)


def is_expected(row: Row, now: str) -> bool:
    """Whether lists are expected to have a model: not a retired one, nor one missing before."""
    life = row.get("lifecycle", {})
    return "missing_upstream_since" not in life and life.get("retires", now) >= now


def shrunk_lists(reviews: Iterable[ModelReview], active: Iterable[Row], now: str) -> frozenset[str]:
    """Return the lists that lost over a fifth of the models that were expected of them."""
    expected = Counter(
        source for row in active if is_expected(row, now) for source in current_lists(row, now)
    )
    still: dict[str, set[str]] = {source: set() for source in expected}
    for review in reviews:
        if is_expected(review.active, now):
            for source in current_lists(review.active, now) & review.candidate.sources:
                still[source].add(row_key(review.active))
    return frozenset(
        source
        for source, count in expected.items()
        if count >= PATTERN_MODELS and count - len(still[source]) > VANISHED_SHARE * count
    )


def hold_shrunk(reviews: Iterable[ModelReview], shrunk: frozenset[str]) -> None:
    """Hold the changes that only lists of ``shrunk_lists`` quote."""
    for review in reviews:
        for change in review.accepted():
            sources = (change.sources or review.candidate.sources) - {RATIO}
            if not review.candidate.own and sources <= shrunk:
                review.hold(change.field, HoldReason.of("list_shrunk"))


def accept_followers(reviews: Sequence[ModelReview]) -> None:
    """Accept what changes with a price that two sources agree on, by the same factor.

    That is the same component of the same model in another mode or tier, or at another provider:
    the batch price is halved with the standard one, and the cloud's with the maker's.
    """
    led = {
        _move(review, change)
        for review in reviews
        for change in review.accepted()
        if len(change.sources) >= ENOUGH_SOURCES and change.factor
    }
    for review in reviews:
        for field, reason in list(review.held.items()):
            change = review.changes[field]
            if reason.code == "change_over_25_percent" and _move(review, change) in led:
                del review.held[field]


def accept_caches(reviews: Iterable[ModelReview]) -> None:
    """Accept the cache prices of a row whose other prices the same source has right.

    Two sources must agree on every change of the row's input and output. Most lists have no cache
    prices, and a row is not held for want of a second one.
    """
    for review in reviews:
        for field, reason in list(review.held.items()):
            if reason.code != "change_over_25_percent" or not field.component.startswith("cache_"):
                continue
            bases = [field._replace(component=name) for name in ("input", "output")]
            moves = [review.changes[base] for base in bases if base in review.changes]
            sources = review.changes[field].sources
            if moves and all(
                review.accepts(move.field)
                and len(move.sources) >= ENOUGH_SOURCES
                and sources <= move.sources
                for move in moves
            ):
                del review.held[field]


def _move(review: ModelReview, change: PriceChange) -> tuple[str, str, Decimal | None]:
    return bare_model(str(review.active["id"])), change.field.component, change.factor


def accept_published_ratios(reviews: Iterable[ModelReview]) -> None:
    """Accept one source's price if a ratio that the provider publishes gives the same.

    A batch costs half; a long prompt twice as much, and its output one and a half times or twice.
    The standard price that it is a ratio of must not be held.
    """
    for review in reviews:
        if review.provider not in RATIOS_PUBLISHED:
            continue
        for field, reason in list(review.held.items()):
            base = field._replace(mode="standard", above=0)
            change = review.changes[field]
            if reason.code != "change_over_25_percent" or base in review.held or field == base:
                continue
            (part,) = [part for part in review.parts if part.starts == field.starts]
            standard = part.quoted.get(field.window, {}).get("standard", {}).get(0, {})
            if change.after in _by_ratio(field, standard.get(field.component)):
                del review.held[field]
                review.changes[field] = replace(change, sources=change.sources | {RATIO})


def _by_ratio(field: PriceField, standard: Decimal | None) -> set[Decimal]:
    """Return the prices that the published ratios give for a field."""
    is_known = field.mode == "standard" or field.mode in DISCOUNT_MODES
    if standard is None or field.component not in TOKEN_COMPONENTS or not is_known:
        return set()
    share = HALF if field.mode in DISCOUNT_MODES else ONE
    long = LONG_OUTPUT if field.component == "output" else LONG_INPUT
    factors = long if field.above else {ONE}
    return {multiply(multiply(standard, share), factor) for factor in factors}
